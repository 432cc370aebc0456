"""The scenario as loaded, and one sample of its uncertain numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .quantity import Quantity
from .schema import Block, Number, Population, Runs, Time

__all__ = ["Scenario", "draw"]


@dataclass(frozen=True)
class Scenario:
    """A scenario, checked and resolved. `tables` is what the files say merged; `origins` is the file of each
    value; `posterior` holds joint draws of calibrated numbers, {name: one level per draw}, in place of their priors.
    """

    id: str
    title: dict[str, str]
    comparator: str
    rests_on: str
    population: Population
    time: Time
    runs: Runs
    interventions: dict[str, Block]
    parameters: dict[str, Quantity]
    path: str
    tables: dict[str, Any]
    origins: dict[str, str]
    posterior: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def quantities(self) -> dict[str, Quantity]:
        """Every number that can be drawn: parameters by their names, then settings as
        `interventions.NAME.field`.
        """
        return {key: q for key, q, _ in _numbers(self)}

    def unseen(self) -> list[str]:
        """Names of interventions of which no measured month sees anything, as where the command line has shortened the run."""
        spans = {name: block.span(self.time.start) for name, block in self.interventions.items()}
        return [name for name, (first, stop) in spans.items() if first >= 12 * self.time.years or (stop is not None and stop <= 0)]


def draw(scenario: Scenario, draw: int, seed: int | None = None) -> dict[str, float | list[float]]:
    """Sample number `draw` of every number; 0 is the central value. A value depends on seed, draw and its
    name only; a calibrated number is row `draw` of the posterior (from its start again when there are more draws than
    rows), so that calibrated numbers keep their correlations, and its central value is the posterior's mean.
    """
    seed = scenario.runs.seed if seed is None else seed
    return {key: _level(q, number, scenario.posterior.get(key), draw, seed) for key, q, number in _numbers(scenario)}


def _level(q: Quantity, number: Number | None, levels: tuple | None, draw: int, seed: int) -> float | list[float]:
    if levels:
        return q.scaled(sum(levels) / len(levels) if draw == 0 else levels[(draw - 1) % len(levels)])
    return _draw_one(q, number, draw, seed)


def _draw_one(q: Quantity, number: Number | None, draw: int, seed: int) -> float | list[float]:
    return q.draw(seed, draw, number.low, number.high) if number else q.draw(seed, draw)


def _numbers(scenario: Scenario):
    for name, q in scenario.parameters.items():
        yield name, q, None
    for name, block in scenario.interventions.items():
        yield from block.quantities(f"interventions.{name}.")

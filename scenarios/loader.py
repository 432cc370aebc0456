"""Loads a scenario: reads and merges its files, checks all of it, and reports all problems at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import parameters as parameter_file
from .check import Check
from .locate import Source
from .overlay import COMMAND_LINE, Layers, stack
from .problems import Problem, ScenarioError
from .quantity import Quantity
from .scenario import Scenario
from .schema import Block

__all__ = ["load"]


def load(
    name_or_path: str | Path,
    kinds: Mapping[str, type[Block]],
    overrides: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Quantity] | None = None,
) -> Scenario:
    """Load a shipped scenario by name or any scenario by path.

    kinds: settings class of each intervention kind. overrides: dotted key -> value, laid over the files
    ("time.years": 1). parameters: the numbers to use instead of the shipped parameters.toml. Raises
    ScenarioError listing every problem.
    """
    layers = stack(name_or_path)
    if overrides:
        layers.lay(_nested(overrides), Source(COMMAND_LINE, ""))
    check = Check(layers, kinds, parameter_file.shipped() if parameters is None else parameters)
    scenario = check.scenario()
    if check.problems:
        raise ScenarioError(_in_order(check.problems, layers))
    return scenario


def _nested(flat: Mapping[str, Any]) -> dict:
    tables: dict = {}
    for key, value in flat.items():
        table = tables
        *above, last = key.split(".")
        for part in above:
            table = table.setdefault(part, {})
        table[last] = value
    return tables


def _in_order(problems: list[Problem], layers: Layers) -> list[Problem]:
    files = [source.name for source in layers.sources]
    return sorted(
        problems, key=lambda p: (files.index(p.file) if p.file in files else len(files), p.line, p.column)
    )

"""Checks a merged scenario against its schema, the parameters, the places and the calendar."""

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from . import posterior
from .explain import letters, problems_of
from .overlay import COMMAND_LINE, Layers, find, names
from .overrides import overlay_parameters
from .parameters import flatten
from .places import resolve
from .problems import Problem, near_miss
from .quantity import Quantity
from .scenario import Scenario
from .schema import BLOCK, Block, Head, Population, Runs, Time, months_between

__all__ = ["CALIBRATED", "SECTIONS", "Check", "misnamed"]

SECTIONS: dict[str, type[BaseModel]] = {
    "scenario": Head,
    "population": Population,
    "time": Time,
    "runs": Runs,
}
CALIBRATED = "calibrated"  # a section that a scenario as resolved has for its readers: made anew from the posterior, never read
KNOWN = (*SECTIONS, "interventions", "parameters")


class Check:
    """One pass over merged tables that collects problems instead of stopping at the first."""

    def __init__(self, layers: Layers, kinds: Mapping[str, type[Block]], parameters: Mapping[str, Quantity]):
        self.layers, self.kinds, self.defaults = layers, kinds, parameters
        self.problems: list[Problem] = list(layers.problems)

    def scenario(self) -> Scenario | None:
        """The scenario, or None after a problem."""
        tables = self.layers.tables
        self.unknown_sections(tables)
        head, population, time, runs = (self.section(key, model) for key, model in SECTIONS.items())
        numbers, problems = overlay_parameters(self.table("parameters"), self.defaults, self.layers.place)
        self.problems += problems
        places = self.own_places()
        blocks = self.blocks(numbers, time, places)
        if head:
            self.comparator(head)
        files = {field: self.user_file(population, field) for field in ("table", "areas")} if population else {}
        levels = self.posterior(runs.posterior, numbers) if runs else {}
        if self.problems:
            return None
        population = population.model_copy(update={"places": tuple(places), **files})
        title = head.title or {"en": head.id}
        first = title.get("en") or next(iter(title.values()))
        return Scenario(
            id=head.id,
            title={language: title.get(language, first) for language in ("en", "fi", "sv")},
            comparator=head.comparator,
            rests_on=head.rests_on,
            population=population,
            time=time,
            runs=runs,
            interventions=blocks,
            parameters=numbers,
            path=str(self.layers.path),
            tables=tables,
            origins=dict(self.layers.origins),
            posterior=levels,
        )

    def add(self, key: str, message: str, hint: str = "", on_key: bool = False) -> None:
        self.problems.append(self.layers.place(key, message, hint, on_key))

    def table(self, key: str) -> dict:
        """A top-level table, {} when it is missing or not a table (which is a problem)."""
        found = self.layers.tables.get(key, {})
        if isinstance(found, dict):
            return found
        self.add(key, f"needs a table, [{key}].", on_key=True)
        return {}

    def unknown_sections(self, tables: dict) -> None:
        for key in tables:
            if key in ("extends", "remove", "id", "title", "comparator"):
                self.add(key, f"unknown key '{key}' at the top.", "It belongs under [scenario].", on_key=True)
            elif key == CALIBRATED and "posterior" in self.table("runs"):
                continue
            elif key not in KNOWN:
                hint = near_miss(key, KNOWN) or f"Known: {', '.join(KNOWN)}."
                self.add(key, f"unknown section '{key}'.", hint, on_key=True)

    def section(self, key: str, model: type[BaseModel]) -> Any:
        raw = dict(self.table(key))
        if key == "scenario":
            raw.setdefault("id", self.layers.path.stem)
        return self.validate(model, raw, key)

    def validate(self, model: type[BaseModel], raw: dict, prefix: str, context: dict | None = None) -> Any:
        try:
            return model.model_validate(raw, context=context)
        except ValidationError as error:
            self.problems += problems_of(error, prefix, self.layers.place, model)
            return None

    def own_places(self) -> list[str]:
        """The scenario's places, looked up even when another setting of [population] is wrong."""
        raw = self.table("population").get("places")
        return self.places("population.places", raw) if isinstance(raw, list) and raw else []

    def user_file(self, population: Population, field: str) -> str | None:
        """The path of the user's own table of residents or areas; a relative one is first looked for beside the
        scenario.
        """
        given = getattr(population, field)
        if given is None:
            return None
        found = self.beside(given)
        if found is None:
            self.add(f"population.{field}", f"there is no file '{given}'.")
            return given
        self.layers.tables["population"][field] = str(found.resolve())  # the scenario as resolved lies elsewhere and must find it too
        return str(found)

    def beside(self, given: str) -> Path | None:
        """The file that a setting names: beside the scenario, or else where it says."""
        return next((path for path in (self.layers.path.parent / given, Path(given)) if path.is_file()), None)

    def posterior(self, name: str | None, numbers: dict[str, Quantity]) -> dict[str, tuple[float, ...]]:
        """The calibrated draws that [runs] posterior names. A number that the scenario itself sets keeps what the scenario says."""
        own = {key for key, _ in flatten(self.table("parameters"))}
        near = self.layers.path.parent
        try:
            path = posterior.find(name, near)
            found = posterior.read(name, near, numbers)
        except posterior.PosteriorError as error:
            self.add("runs.posterior", str(error))
            return {}
        if path and path.parent != posterior.FOLDER:  # as with tables of residents: the scenario as resolved lies elsewhere
            self.layers.tables["runs"]["posterior"] = str(path.resolve())
        return {key: levels for key, levels in found.items() if key not in own}

    def places(self, key: str, words: Sequence[str]) -> list[str]:
        codes, faults = resolve(words)
        for i, message in faults.items():
            self.add(f"{key}.{i}", message)
        if not codes and not faults:
            self.add(key, "no place; give at least one.")
        return codes

    def comparator(self, head: Head) -> None:
        if find(head.comparator, self.layers.path.parent) is None and head.comparator != head.id:
            hint = near_miss(head.comparator, names()) or f"Known: {', '.join(names())}."
            self.add(
                "scenario.comparator", f"there is no scenario '{head.comparator}' to compare with.", hint
            )

    def blocks(self, numbers: dict[str, Quantity], time: Time | None, places: list[str]) -> dict[str, Block]:
        found = {}
        for name, raw in self.table("interventions").items():
            block = self.block(name, raw, {"parameters": numbers, "folder": self.layers.path.parent})
            if block:
                for field in block.files:
                    if isinstance(raw.get(field), str) and (file := self.beside(raw[field])):
                        raw[field] = str(file.resolve())
                self.fit(block, f"interventions.{name}", time, places)
                found[name] = block
        steered: dict[str, str] = {}
        for name, block in found.items():
            self.references(block, f"interventions.{name}", found)
            self.one_hand(name, block, steered)
            if block.parameter() not in (None, *numbers):
                hint = near_miss(block.parameter(), numbers)
                self.add(f"interventions.{name}.what", f"there is no parameter '{block.parameter()}'.", hint)
        return found

    def references(self, block: Block, key: str, known: Mapping[str, Block]) -> None:
        """Other interventions that a block names must be in the scenario."""
        for field, names_given in block.others().items():
            for i, name in enumerate(names_given):
                if name not in known and name in self.table("interventions"):
                    continue  # it is there, and what is wrong with it is told at its own place
                if name not in known or known[name] is block:
                    others = [other for other in known if known[other] is not block]
                    hint = near_miss(name, others) or f"The scenario has: {', '.join(others) or 'no other'}."
                    self.add(f"{key}.{field}.{i}", f"there is no other intervention '{name}' in this scenario.", hint)
                elif field in block.kinds_named and known[name].kind != block.kinds_named[field]:
                    self.add(f"{key}.{field}.{i}", f"'{name}' is a {known[name].kind}; needs a {block.kinds_named[field]}.")

    def one_hand(self, name: str, block: Block, steered: dict[str, str]) -> None:
        """Only one intervention sets the size of another; two would undo each other."""
        for i, other in enumerate(getattr(block, block.steering) if block.steering else ()):
            first = steered.setdefault(other, name)
            if first != name:
                key = f"interventions.{name}.{block.steering}.{i}"
                self.add(key, f"'{other}' is already steered by '{first}'.", "Name it in one of the two.")

    def block(self, name: str, raw: Any, context: dict) -> Block | None:
        key = f"interventions.{name}"
        if misnamed(name):
            self.add(key, misnamed(name), on_key=True)
        elif not isinstance(raw, dict):
            self.add(key, f"needs a table, [{key}].", on_key=True)
        elif "kind" not in raw:
            self.add(key, "missing kind.", f"Known kinds: {', '.join(self.kinds)}.", on_key=True)
        elif not isinstance(raw["kind"], str) or raw["kind"] not in self.kinds:
            hint = near_miss(raw["kind"], self.kinds) or "`hytesim scenarios kinds` lists all."
            self.add(f"{key}.kind", f"no intervention kind '{raw['kind']}'.", hint)
        else:
            block = self.validate(self.kinds[raw["kind"]], raw, key, context)
            if block:
                block.name_quantities(f"{key}.")
            return block
        return None

    def fit(self, block: Block, key: str, time: Time | None, places: list[str]) -> None:
        """Resolve a block's places and dates within the scenario's; what the command line narrowed is only
        cut.
        """
        chosen = places if block.places == ("all",) else self.places(f"{key}.places", block.places)
        outside = [code for code in chosen if code not in places]
        if places and outside and not self.narrowed("population.places"):
            self.add(f"{key}.places", f"{', '.join(outside)} is not among the scenario's own places.")
        block.places = tuple(code for code in chosen if code in places)
        for field, words in block.place_lists().items():
            beyond = [code for code in self.places(f"{key}.{field}", words) if code not in block.places]
            if places and beyond and not self.narrowed("population.places", f"{key}.places"):
                self.add(f"{key}.{field}", f"{', '.join(beyond)} is not among the places of {key}.")
        if time is None:
            return
        if not self.narrowed("time.years", "time.start"):
            self.within_run(block, key, time)
        block.start = block.start or time.start

    def narrowed(self, *keys: str) -> bool:
        """Whether the command line has replaced one of these settings, so that what lies outside is cut and not refused."""
        return COMMAND_LINE in map(self.layers.origin, keys)

    def within_run(self, block: Block, key: str, time: Time) -> None:
        first, stop = block.span(time.start)
        span = f"The run measures {time.start} to {_last_day(time)}."
        if block.start and not 0 <= first < time.years * 12:
            self.add(f"{key}.start", f"{block.start} lies outside the run.", span)
        elif block.end and not block.start and stop <= 0:
            self.add(
                f"{key}.end", f"dates reversed: end {block.end} is before the scenario's start {time.start}."
            )
        elif block.end and months_between(time.start, block.end) >= time.years * 12:
            self.add(f"{key}.end", f"{block.end} lies outside the run.", span)
        for i, change in enumerate(block.schedule):
            month = months_between(time.start, change.date)
            if not max(0, first) < month < (time.years * 12 if stop is None else min(stop, time.years * 12)):
                self.add(f"{key}.schedule.{i}.date", f"{change.date} is not after the start and before the end of the intervention.", span)


def misnamed(name: str) -> str:
    """What is wrong with the characters of an intervention's name; nothing if it is good."""
    return "" if re.fullmatch(BLOCK, name) else letters(name)


def _last_day(time: Time) -> datetime.date:
    return time.start.replace(year=time.start.year + time.years) - datetime.timedelta(days=1)

"""Reads parameters.toml: every number of the model, with its unit, range and source, under a dotted name."""

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from .explain import problems_of
from .locate import Source
from .problems import Problem, ScenarioError
from .quantity import Quantity
from .syntax import read as read_toml

__all__ = ["AXES", "FILE", "axes", "entries", "flatten", "read", "shipped"]

FILE = Path(__file__).parent / "parameters.toml"
AXES = "axes"  # the table of the file that names the entries of tables
REQUIRED = ("unit", "source", "evidence", "verified")


def read(path: Path | str = FILE) -> dict[str, Quantity]:
    """All entries of a parameter file: dotted name -> Quantity. Raises ScenarioError with every fault of the
    file.
    """
    path = Path(path)
    tables, source = read_toml(path, path.name)
    tables.pop(AXES, None)
    found, problems = {}, []
    for name, entry in flatten(tables):
        fault = _entry_problems(name, entry, source)
        problems += fault
        if not fault:
            found[name] = Quantity(**entry, name=name)
    if problems:
        raise ScenarioError(problems)
    return found


@cache
def shipped() -> dict[str, Quantity]:
    """The entries of the parameters.toml that comes with the model; empty if there is no such file."""
    return read(FILE) if FILE.exists() else {}


@cache
def axes() -> dict[str, list[str]]:
    """Names of the entries along each axis that tables of the shipped parameters.toml have, in order."""
    return read_toml(FILE, FILE.name)[0].get(AXES, {})


def entries(q: Quantity, along: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """What each number of a table stands for, in its order: [("men", "16-17"), ...]; empty if its axes do not say.

    along: the axes to take where the quantity names none of its own.
    """
    known = [axes().get(axis, []) for axis in q.axes or along]
    found = list(itertools.product(*known)) if known else []
    return found if len(found) == len(q.value) else []


def flatten(tables: dict, prefix: str = ""):
    """Yield (dotted name, entry) for each leaf; a table that has `value` is an entry and is not entered."""
    for key, entry in tables.items():
        name = f"{prefix}{key}"
        if isinstance(entry, dict) and "value" not in entry:
            yield from flatten(entry, f"{name}.")
        else:
            yield name, entry


def _entry_problems(name: str, entry, source: Source) -> list[Problem]:
    if not isinstance(entry, dict):
        return [
            source.problem(
                name, "a bare value;", "Give { value, unit, evidence, source, verified }.", on_key=True
            )
        ]
    missing = [key for key in REQUIRED if key not in entry or entry[key] == ""]
    if missing:
        return [source.problem(name, f"missing {', '.join(missing)}.", on_key=True)]
    try:
        Quantity(**entry, name=name)
    except ValidationError as error:
        return problems_of(error, name, source.problem, Quantity)
    return []

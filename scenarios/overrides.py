"""Lays a scenario's [parameters] over the shipped numbers."""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from .explain import problems_of
from .parameters import flatten
from .problems import Problem, near_miss
from .quantity import Quantity

__all__ = ["overlay_parameters"]


def overlay_parameters(
    tables: dict, defaults: Mapping[str, Quantity], place: Callable[..., Problem]
) -> tuple[dict[str, Quantity], list[Problem]]:
    """The numbers with a scenario's replacements (whole, unit kept), and what is wrong with the replacements.

    A bare number or list is fixed at that value; a table may give a new range. Each keeps its dotted name.
    """
    found, problems = dict(defaults), []
    for name, raw in flatten(tables):
        key = f"parameters.{name}"
        if name not in defaults:
            hint = near_miss(name, defaults) or "parameters.toml lists all."
            problems.append(place(key, f"there is no parameter '{name}'.", hint, on_key=True))
            continue
        message = _misfit(raw, defaults[name])
        if message:
            problems.append(place(key, message))
            continue
        try:
            found[name] = _replace(raw, defaults[name])
        except ValidationError as error:
            problems += problems_of(error, key, place, Quantity)
    return found, problems


def _replace(raw, old: Quantity) -> Quantity:
    table = raw if isinstance(raw, dict) else {"value": raw}
    return Quantity(**{"axes": old.axes, **table, "unit": old.unit, "name": old.name})


def _misfit(raw, old: Quantity) -> str | None:
    value = raw.get("value") if isinstance(raw, dict) else raw
    if isinstance(raw, dict) and raw.get("unit", old.unit) != old.unit:
        return f"the unit is '{raw['unit']}' but must be '{old.unit}'."
    if isinstance(value, bool) or not isinstance(value, int | float | list):
        shown = f'the text "{value}"' if isinstance(value, str) else str(value).lower()
        return f"needs a number [{old.unit}], not {shown}."
    if isinstance(value, list) != old.is_table:
        wanted = f"a list of {len(old.value)} numbers" if old.is_table else "one number"
        return f"needs {wanted} [{old.unit}]."
    if old.is_table and len(value) != len(old.value):
        return f"needs {len(old.value)} numbers [{old.unit}; axes {', '.join(old.axes)}], not {len(value)}."
    return None

"""Turns a validator's complaints into problems an analyst can act on."""

import datetime
import typing
from collections.abc import Callable

from pydantic import BaseModel, ValidationError

from .problems import Problem, near_miss

__all__ = ["letters", "problems_of"]

WANTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text in quotes",
    "bool": "true or false",
    "date": "a date such as 2018-01-01 (no quotes)",
    "list": "a list in square brackets",
    "tuple": "a list in square brackets",
    "dict": "a table of key = value",
    "model": "a table of key = value",
}
LIMITS = {
    "greater_than": "above",
    "greater_than_equal": "at least",
    "less_than": "below",
    "less_than_equal": "at most",
}


def problems_of(
    error: ValidationError, prefix: str, place: Callable[..., Problem], model: type[BaseModel]
) -> list[Problem]:
    """One Problem per complaint; `prefix` is the dotted key of what was validated, `place` makes a Problem at
    a key.
    """
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False):
        loc = [str(part) for part in item["loc"] if not _is_union_tag(part)]
        key = ".".join([prefix, *loc]) if prefix else ".".join(loc)
        message, hint = _explain(item, model)
        found.setdefault(
            key, place(key, message, hint, on_key=item["type"] in ("extra_forbidden", "missing"))
        )
    return list(found.values())


def _is_union_tag(part) -> bool:
    return isinstance(part, str) and (part in ("float", "int", "str", "none") or part.endswith("]"))


def _explain(item: dict, model: type[BaseModel]) -> tuple[str, str]:
    kind, value = item["type"], item["input"]
    if "message" in item.get("ctx", {}):
        return item["ctx"]["message"], item["ctx"].get("hint", "")
    if kind == "extra_forbidden":
        word, known = str(item["loc"][-1]), _fields(model, item["loc"][:-1])
        return f"unknown setting '{word}'.", near_miss(word, known) or (
            f"Known: {', '.join(known)}." if known else ""
        )
    if kind == "missing":
        return "missing.", f"Needs {_wanted(model, item['loc'])}."
    if kind in LIMITS:
        (limit,) = [v for k, v in item["ctx"].items() if k in ("gt", "ge", "lt", "le")]
        return f"{value} must be {LIMITS[kind]} {limit:g}{_unit(model, item['loc'])}.", ""
    if kind == "literal_error":
        options = str(item["ctx"]["expected"])
        return f"{_show(value)} is not one of {options}.", near_miss(
            value, options.replace("'", "").replace(" or ", ", ").split(", ")
        )
    if kind == "string_pattern_mismatch":
        return letters(value), ""
    if kind == "too_short":
        return "is empty; give at least one.", ""
    wanted = WANTED.get(kind.split("_")[0])
    if kind == "int_from_float":
        wanted = WANTED["int"]
    return (
        (f"needs {wanted}, not {_show(value)}.", "")
        if wanted
        else (f"{_show(value)} is not usable here.", "")
    )


def letters(name: str) -> str:
    """What is told of a name with other characters than a name may have."""
    return f'"{name}" may hold only letters, digits, - and _.'


def _show(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'the text "{value}"'
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)


def _wanted(model: type[BaseModel], loc: tuple) -> str:
    field = _fields(model, loc[:-1]).get(loc[-1])
    names = {
        int: "int",
        float: "float",
        str: "string",
        bool: "bool",
        list: "list",
        tuple: "tuple",
        dict: "dict",
        datetime.date: "date",
    }
    kind = field and names.get(typing.get_origin(field.annotation) or field.annotation)
    return WANTED[kind] if kind else "a value"


def _unit(model: type[BaseModel], loc: tuple) -> str:
    """` (years)`: what a field says it counts, when it says so."""
    field = _fields(model, loc[:-1]).get(loc[-1])
    return f" ({field.description})" if field is not None and field.description else ""


def _fields(model: type | None, loc: tuple) -> dict:
    model = _descend(model, loc)
    fields = getattr(model, "model_fields", {})
    return {name: field for name, field in fields.items() if not field.exclude}


def _descend(model: type | None, loc: tuple) -> type | None:
    """The settings class found by following field names, through optional, list and dict annotations."""
    for part in loc:
        field = getattr(model, "model_fields", {}).get(part)
        if field is not None:
            model = _first_model(field.annotation)
    return model


def _first_model(annotation) -> type | None:
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        return annotation
    found = (_first_model(inner) for inner in typing.get_args(annotation))
    return next((model for model in found if model), None)

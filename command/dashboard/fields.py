"""What can be set in an intervention or a number of the model, read from the settings classes: one `Field` each."""

import datetime
import types
import typing
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from scenarios import parameters, tables

__all__ = ["Field", "carried", "fields", "parameter", "row", "rows_of"]

SKIPPED = ("kind", "title")


class Field(NamedTuple):
    """A setting that the form can change.

    `kind` is quantity, table (a quantity of several numbers), whole, number, flag, choice, date, text, lines (texts), several (of the
    choices), places, group (settings in a table of their own: `parts`), rows (a list of such tables, each a `model`), or fixed: of a type
    that the form has no editor for. `value` is as a file would say it; `given` tells whether the scenario's files do.
    """

    key: str
    name: str
    kind: str
    value: Any
    unit: str = ""
    low: float | None = None
    high: float | None = None
    range: tuple = (None, None)
    choices: tuple = ()
    optional: bool = False
    default: str = ""
    evidence: str = ""
    source: str = ""
    verified: bool = False
    dist: str = ""
    given: bool = False
    entries: tuple = ()
    parts: tuple = ()
    model: type | None = None


def fields(scenario, block):
    """`Field` of every setting of one intervention, in the order of its class."""
    settings = scenario.interventions[block]
    raw = scenario.tables["interventions"][block]
    return list(_Reader(scenario, block).parts(type(settings), settings, raw, f"interventions.{block}"))


def parameter(scenario, name):
    """The `Field` of one of the model's numbers."""
    return _quantity(f"parameters.{name}", name, scenario.parameters[name])


def carried(found, changes):
    """What changes bring along, {key: value}: a kind's own settings of a group of which no file has said anything yet.

    A file that says one thing of such a group would otherwise put the group's bare defaults in place of the kind's.
    """
    groups = [field for field in found if field.kind == "group" and not field.given]
    return {part.key: part.value for field in groups if any(key.startswith(f"{field.key}.") for key in changes)
            for part in field.parts if part.value is not None and part.key not in changes and part.name in (field.value or ())}


class _Reader:
    """Reads the settings of one block; knows what else the scenario has that a setting may name."""

    def __init__(self, scenario, block):
        self.scenario = scenario
        settings = scenario.interventions[block]
        self.named = settings.others()
        self.others = {field: tuple(name for name, other in scenario.interventions.items() if name != block
                                    and other.kind == settings.kinds_named.get(field, other.kind)) for field in self.named}
        self.where = _places(scenario.population.places)

    def parts(self, model, values, raw, prefix):
        """A `Field` for each setting of a class; values: an object of it, or None where there is none; raw: what files say of it."""
        numbers = model.numbers() if hasattr(model, "numbers") else {}
        for name, info in model.model_fields.items():
            if name in SKIPPED:
                continue
            key, value = f"{prefix}.{name}", _default(info) if values is None else getattr(values, name)
            if name in numbers:
                yield _quantity(key, name, value, numbers[name], self.scenario.parameters)._replace(given=name in raw)
            else:
                yield self.setting(key, name, info, value, raw.get(name))

    def setting(self, key, name, info, value, raw):
        """The `Field` of a setting that is no quantity; raw: what files say, None if they do not."""
        found = _plain(key, name, info, value)._replace(given=raw is not None)
        kind, inner = _type(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            parts = tuple(self.parts(kind, value, raw or {}, key))
            return found._replace(kind="group", value=value and value.model_dump(exclude_defaults=True), parts=parts)
        if kind is dict and _type(inner[1])[0] is tuple:
            names = dict.fromkeys([*(name for names in self.named.values() for name in names), *value])
            parts = [Field(f"{key}.{one}", one, "places", _words((raw or {}).get(one)), choices=self.where, given=one in (raw or {}),
                           optional=True) for one in names]
            return found._replace(kind="group", parts=tuple(parts))
        if kind is tuple:
            return found._replace(kind="places", value=_words(raw), choices=self.where, optional=True)
        if kind is list and found.kind == "lines" and name in self.others:
            return found._replace(kind="several", choices=self.others[name])
        if kind is list and found.kind == "rows":
            return found._replace(value=raw if isinstance(raw, list) else rows_of(value))
        return found


def rows_of(found):
    """Objects of settings as the rows of a file."""
    return [one.model_dump(exclude_none=True) for one in found]


def row(field, index, said):
    """The fields of one row of `rows`; said: {setting: value} as far as the row has been filled in."""
    return [_plain(f"{field.key}.{index}.{name}", name, info, said.get(name, _default(info)))._replace(given=name in said)
            for name, info in field.model.model_fields.items()]


def _plain(key, name, info, value):
    """The `Field` of a setting by its type alone."""
    kind, inner = _type(info.annotation)
    optional = _is_union(info.annotation) and type(None) in typing.get_args(info.annotation)
    ends = {end: getattr(part, end) for part in info.metadata for end in ("ge", "gt", "le", "lt") if getattr(part, end, None) is not None}
    facts = {"unit": info.description or "", "optional": optional}
    if kind is typing.Literal:
        return Field(key, name, "choice", value, choices=inner, **facts)
    if kind is bool:
        return Field(key, name, "choice", value, choices=(True, False), **facts) if optional else Field(key, name, "flag", value, **facts)
    if kind in (int, float) and not ("gt" in ends or "lt" in ends):
        return Field(key, name, "whole" if kind is int else "number", value, low=ends.get("ge"), high=ends.get("le"), **facts)
    if kind in (datetime.date, str):
        return Field(key, name, "date" if kind is datetime.date else "text", value, **facts)
    if kind is list:
        return _list(Field(key, name, "fixed", value, **facts), *_type(inner[0]))
    return Field(key, name, "fixed", value, **facts)


def _list(field, kind, inner):
    """The `Field` of a list by the type of what stands in it."""
    if kind is typing.Literal:
        return field._replace(kind="several", choices=inner)
    if kind is str:
        return field._replace(kind="lines")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return field._replace(kind="rows", model=kind)
    return field


def _quantity(key, name, q, declared=None, numbers=None):
    """The `Field` of a quantity, or of a place for one. numbers: the model's, of which one may say what a table's entries are."""
    if q is None:
        low, high = (None if abs(end) == float("inf") else float(end) for end in (declared.low, declared.high))
        return Field(key, name, "quantity", None, unit=declared.unit, low=low, high=high, optional=declared.optional)
    bounds = [*q.bounds()]
    if declared:
        bounds = [max(bounds[0], declared.low), min(bounds[1], declared.high)]
    low, high = (None if abs(end) == float("inf") else float(end) for end in bounds)
    default = (declared.default or "") if declared else ""
    facts = {"unit": q.unit, "default": default, "evidence": q.evidence, "source": q.source, "verified": q.verified, "low": low,
             "high": high, "range": (q.low, q.high), "dist": q.dist, "optional": bool(declared and declared.optional)}
    if q.is_table:
        along = numbers[default].axes if numbers and default in numbers else ()
        return Field(key, name, "table", [float(v) for v in q.value], entries=tuple(parameters.entries(q, along)), **facts)
    return Field(key, name, "quantity", float(q.value), **facts)


def _type(annotation):
    """What kind of value a setting takes, None aside, and the types or words in it: (list, (str,)), (Literal, ("a", "b")), (int, ())."""
    kinds = [k for k in (typing.get_args(annotation) if _is_union(annotation) else [annotation]) if k is not type(None)]
    if len(kinds) > 1:
        return None, ()
    kind = kinds[0]
    while typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    return typing.get_origin(kind) or kind, typing.get_args(kind)


def _is_union(annotation):
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _default(info):
    """The value of a setting that nobody has set; None if there is none."""
    found = info.get_default(call_default_factory=True)
    return None if found is PydanticUndefined else found


def _places(codes):
    """What a scenario's places can be called: counties that lie in it whole, then municipalities by name."""
    known = tables.municipalities()
    partly = {place.county for code, place in known.items() if code not in codes}
    counties = sorted({known[code].county for code in codes} - partly)
    return (*(f"county:{name}" for name in counties), *sorted(known[code].name for code in codes))


def _words(raw):
    """Places as a file names them, none for all: codes by their names."""
    known = tables.municipalities()
    words = [raw] if isinstance(raw, str) else list(raw or [])
    return [] if words == ["all"] else [known[word].name if word in known else word for word in words]

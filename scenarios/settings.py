"""The base of all settings: strict keys, and quantity fields with unit, range and a default parameter."""

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from .quantity import Quantity

__all__ = ["Number", "Settings", "Strict", "fault", "named_once", "quantity"]


def fault(message: str, hint: str = "") -> PydanticCustomError:
    """An error whose text reaches the user as written."""
    return PydanticCustomError("scenario", "{message} {hint}", {"message": message, "hint": hint})


def named_once(names: list) -> list:
    """Names of a list, refused if one stands in it twice; an `AfterValidator`."""
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise fault(f"'{twice[0]}' is named twice.")
    return names


class Number:
    """The declaration of a quantity field: unit, allowed range, default parameter. Also edits the JSON
    schema.
    """

    def __init__(self, unit: str, low: float, high: float, default: str | None, optional: bool):
        self.unit, self.low, self.high, self.default, self.optional = unit, low, high, default, optional

    def __call__(self, schema: dict) -> None:
        table = {key: schema.pop(key) for key in ("$ref", "anyOf", "allOf") if key in schema}
        number = {"type": "number"}
        if self.low > -math.inf:
            number["minimum"] = self.low
        if self.high < math.inf:
            number["maximum"] = self.high
        schema.pop("default", None)
        schema["anyOf"] = [number, table]
        schema["description"] = f"[{self.unit}]" + (
            f" default: parameter {self.default}" if self.default else ""
        )

    def read(self, raw: Any, parameters: dict[str, Quantity]) -> Quantity | None:
        """The Quantity of what the file says (number, list, table or nothing). Raises a fault in words."""
        if raw is None:
            return self.from_default(parameters)
        if isinstance(raw, Quantity):
            return self.check(raw)
        if isinstance(raw, bool) or not isinstance(raw, int | float | list | dict):
            shown = f'"{raw}"' if isinstance(raw, str) else str(raw).lower()
            raise fault(f"needs a number [{self.unit}], not {shown}.")
        table = raw if isinstance(raw, dict) else {"value": raw}
        given = table.get("unit", self.unit)
        if given != self.unit:
            raise fault(f"the unit is '{given}' but must be '{self.unit}'.")
        if "value" not in table:
            raise fault(
                f"a quantity without a value [{self.unit}].",
                "Write a number or { value = …, low = …, high = … }.",
            )
        return self.check(Quantity(**{**table, "unit": self.unit}))

    def from_default(self, parameters: dict[str, Quantity]) -> Quantity | None:
        """The parameter that stands in for a missing value, under the parameter's own name."""
        if self.default is None:
            if self.optional:
                return None
            raise fault(
                f"missing; there is no default for it [{self.unit}].",
                "Give a number, with its source if it has one.",
            )
        if self.default not in parameters:
            raise fault(
                f"missing, and parameters.toml has no '{self.default}' to stand in for it [{self.unit}]."
            )
        found = parameters[self.default]
        if found.unit != self.unit:
            raise fault(
                f"its default, parameter '{self.default}', is in '{found.unit}' but must be in '{self.unit}'."
            )
        return self.check(found)

    def check(self, q: Quantity) -> Quantity:
        """Refuse values and ranges outside what the field allows."""
        values = q.value if q.is_table else [q.value, *(e for e in (q.low, q.high) if e is not None)]
        for value in values:
            if value > self.high:
                raise fault(f"{value:g} is above {self.high:g} ({self.unit}).")
            if value < self.low:
                raise fault(f"{value:g} is below {self.low:g} ({self.unit}).")
        return q


def quantity(
    unit: str,
    low: float = -math.inf,
    high: float = math.inf,
    default: str | None = None,
    optional: bool = False,
) -> Any:
    """Declare a quantity field of a Settings class: `reach: Quantity = quantity("share of segment per year",
    0, 1)`.

    The file may give a number or a table { value, low, high, unit, dist, evidence, source }. Left out, the
    value is the parameter `default` (and drawn under its name); with no default it is an error, or None if
    `optional`.
    """
    return Field(
        default=None, validate_default=True, json_schema_extra=Number(unit, low, high, default, optional)
    )


class Strict(BaseModel):
    """Base of all sections: unknown keys are errors and text is never read as a number."""

    model_config = ConfigDict(extra="forbid", strict=True, validate_default=False)


class Settings(Strict):
    """A group of settings that may hold quantities; nest these in a Block (also in lists and dicts)."""

    @classmethod
    def numbers(cls) -> dict[str, Number]:
        """The quantity fields: name -> declaration."""
        extras = ((name, field.json_schema_extra) for name, field in cls.model_fields.items())
        return {name: extra for name, extra in extras if isinstance(extra, Number)}

    @field_validator("*", mode="before")
    @classmethod
    def _read_quantities(cls, raw: Any, info: ValidationInfo) -> Any:
        number = cls.numbers().get(info.field_name)
        if number is None:
            return raw
        parameters = (info.context or {}).get("parameters")
        if parameters is None:
            from .parameters import shipped

            parameters = shipped()
        return number.read(raw, parameters)

    def quantities(self, prefix: str = "") -> Iterator[tuple[str, Quantity, Number]]:
        """Every quantity here and below: dotted key, value, declaration."""
        for key, holder in _walk(self, prefix):
            for name, number in type(holder).numbers().items():
                if getattr(holder, name) is not None:
                    yield f"{key}{name}", getattr(holder, name), number

    def name_quantities(self, prefix: str) -> None:
        """Give each quantity that did not come from a parameter its own dotted name, under which it is
        drawn.
        """
        for key, holder in _walk(self, prefix):
            for name in type(holder).numbers():
                q = getattr(holder, name)
                if q is not None and not q.name:
                    setattr(holder, name, q.model_copy(update={"name": f"{key}{name}"}))


def _walk(value: Any, prefix: str) -> Iterator[tuple[str, Settings]]:
    if isinstance(value, Settings):
        yield prefix, value
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), f"{prefix}{name}.")
    elif isinstance(value, dict | list | tuple):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _walk(item, f"{prefix}{key}.")

"""What of a scenario can be set or varied: dotted paths, and a value laid on one."""

from collections.abc import Iterator
from typing import Any

__all__ = ["applied", "flat", "paths"]


def paths(scenario):
    """Everything of a scenario that can be set or varied: {dotted path: (Quantity or current value, declaration or None)}."""
    found = {f"parameters.{name}": (q, None) for name, q in scenario.parameters.items()}
    for section in ("population", "time"):
        block = getattr(scenario, section)
        found |= {f"{section}.{name}": (getattr(block, name), None) for name in type(block).model_fields}
    found["runs.seed"] = (scenario.runs.seed, None)
    for name, block in scenario.interventions.items():
        prefix = f"interventions.{name}."
        found |= {f"{prefix}{key}": (value, None) for key, value in _fields(block)}
        found |= {key: (q, number) for key, q, number in block.quantities(prefix)}
    return found


def _fields(block, prefix=""):
    for name in type(block).model_fields:
        value = getattr(block, name)
        if hasattr(type(value), "model_fields") and not hasattr(value, "dist"):
            yield from _fields(value, f"{prefix}{name}.")
        elif name not in ("kind", "title"):
            yield f"{prefix}{name}", value


def applied(value, now):
    """A point's value as the override of a path; of a table of numbers it is the ratio by which all are multiplied."""
    if hasattr(now, "is_table") and now.is_table and not isinstance(value, list | tuple):
        low, high = now.bounds()
        return [min(max(v * value, low), high) for v in now.value]
    return value


def flat(tables: Any, is_leaf, prefix="") -> Iterator[tuple[str, Any]]:
    """Nested tables as pairs of a dotted path and a leaf."""
    for key, value in tables.items() if isinstance(tables, dict) else ():
        if is_leaf(value):
            yield f"{prefix}{key}", value
        else:
            yield from flat(value, is_leaf, f"{prefix}{key}.")

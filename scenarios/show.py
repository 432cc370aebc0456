"""Shows a scenario: as resolved with the origin of each value, against another one, and as a schema for
editors.
"""

import datetime
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic.json_schema import models_json_schema

from .check import CALIBRATED, SECTIONS
from .overlay import leaves
from .quantity import Quantity
from .scenario import Scenario
from .schema import Block

__all__ = ["Change", "calibrated", "diff", "json_schema", "literal", "resolved", "toml"]

SHOWN = ("value", "low", "high", "unit", "dist", "evidence", "source", "verified", "axes", "note")


class Change(NamedTuple):
    """A value that differs: dotted key, its value in the first and in the second scenario (None = not
    there).
    """

    key: str
    first: Any
    second: Any


def resolved(scenario: Scenario) -> str:
    """The scenario as one TOML text with every number; a comment names the file of each value.

    Loading the text gives the same draws: settings left to a parameter appear as comments only, so that they
    are still drawn under the parameter's name.
    """
    lines = [f"# {scenario.id}, as resolved: every value with the file it came from.", "", "[scenario]"]
    head = {
        "id": scenario.id,
        "title": scenario.title,
        "comparator": scenario.comparator,
        "rests_on": scenario.rests_on,
    }
    lines += [f"{key} = {literal(value)}{_origin(scenario, f'scenario.{key}')}" for key, value in head.items()]
    for section in ("population", "time", "runs"):
        lines += ["", f"[{section}]", *_entries(scenario, section, scenario.tables.get(section, {}))]
    for name, block in scenario.interventions.items():
        key = f"interventions.{name}"
        lines += ["", f"[{key}]", *_entries(scenario, key, scenario.tables["interventions"][name])]
        lines += _defaults(block, key)
    lines += ["", "[parameters]", *(_parameter(scenario, name, q) for name, q in scenario.parameters.items())]
    if scenario.posterior:
        lines += ["", f"[{CALIBRATED}]  # for readers: what the posterior holds instead, its mean and 95 % range"]
        lines += [f"{_key(name)} = {literal(words)}" for name, words in calibrated(scenario).items()]
    return "\n".join(lines) + "\n"


def calibrated(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """The numbers that come from a posterior, {name: words of a quantity}: mean, 95 % range of the draws, and what they rested on before.

    Of a table low and high are ratios to the mean, as in a quantity.
    """
    found = {}
    for name, levels in scenario.posterior.items():
        q, ordered, mean = scenario.quantities()[name], sorted(levels), sum(levels) / len(levels)
        low, high = (ordered[round(p * (len(ordered) - 1))] / (mean if q.is_table else 1.0) for p in (0.025, 0.975))
        found[name] = {
            "value": q.scaled(mean), "low": low, "high": high, "unit": q.unit, "evidence": "calibrated",
            "source": f"posterior {scenario.runs.posterior}; before: {q.source}", "verified": q.verified,
        }
    return found


def _entries(scenario: Scenario, prefix: str, table: dict) -> list[str]:
    return [f"{_key(k)} = {literal(v)}{_origin(scenario, f'{prefix}.{k}')}" for k, v in table.items()]


def _defaults(block: Block, key: str) -> list[str]:
    """Comment lines for the quantities that a parameter supplies."""
    found = [
        (k.removeprefix(f"{key}."), q)
        for k, q, _ in block.quantities(f"{key}.")
        if not q.name.startswith(f"{key}.")
    ]
    return [f"# {k} = {literal(q.value)} [{q.unit}]  # parameter {q.name}" for k, q in found]


def _parameter(scenario: Scenario, name: str, q: Quantity) -> str:
    """A line; a comment where a posterior gives the draws, since a number that a file sets is drawn as the file says."""
    if name in scenario.posterior:
        return f"# {_key(name)} = {literal(_table(q))}  # before; see [{CALIBRATED}]"
    return f"{_key(name)} = {literal(_table(q))}  # {_parameter_origin(scenario, name)}"


def _parameter_origin(scenario: Scenario, name: str) -> str:
    return scenario.origins.get(f"parameters.{name}", "scenarios/parameters.toml")


def _origin(scenario: Scenario, key: str) -> str:
    files = [file for k, file in scenario.origins.items() if k == key or k.startswith(f"{key}.")]
    return f"  # {', '.join(dict.fromkeys(files))}" if files else ""


def _table(q: Quantity) -> dict:
    """A quantity's own words, without those that say nothing."""
    return {key: getattr(q, key) for key in SHOWN if getattr(q, key) not in (None, "", [])}


def _key(key: str) -> str:
    return (
        key
        if key.replace("_", "").replace("-", "").isalnum() and key.isascii()
        else json.dumps(key, ensure_ascii=False)
    )


def literal(value: Any) -> str:
    """A TOML value on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(v) for v in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(k)} = {literal(v)}' for k, v in value.items())} }}" if value else "{}"
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)


def toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """TOML text of {dotted section: {key: value}}; sections with nothing in them are left out."""
    parts = []
    for section, table in tables.items():
        if table:
            head = ".".join(_key(part) for part in section.split("."))
            parts.append("\n".join([f"[{head}]", *(f"{_key(k)} = {literal(v)}" for k, v in table.items())]))
    return "\n\n".join(parts) + "\n"


def diff(first: Scenario, second: Scenario) -> list[Change]:
    """All values that differ, by dotted key: first those of `first` in its order, then those only `second`
    has.
    """
    a, b = _plain(first), _plain(second)
    keys = dict.fromkeys([*a, *b])
    return [Change(key, a.get(key), b.get(key)) for key in keys if a.get(key) != b.get(key)]


def _plain(scenario: Scenario) -> dict[str, Any]:
    tables = {key: value for key, value in scenario.tables.items() if key not in ("scenario", "parameters")}
    head = {key: getattr(scenario, key) for key in ("id", "title", "comparator", "rests_on")}
    numbers = {f"parameters.{name}": _table(q) for name, q in scenario.parameters.items()}
    shown = {key: q.value if set(q) == {"value"} else q for key, q in numbers.items()}
    return {**dict(leaves({"scenario": head, **tables})), **shown}


def json_schema(kinds: Mapping[str, type[Block]]) -> dict:
    """The JSON schema of a scenario file, for editors. Nothing is required: a file that extends another is
    partial.
    """
    models = {
        **SECTIONS,
        **{f"interventions.{kind}": model for kind, model in kinds.items()},
        "quantity": Quantity,
    }
    refs, schema = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models.values())], by_alias=True
    )
    definitions = schema.get("$defs", {})
    _drop(definitions, "required")
    part = {key: refs[model, "validation"] for key, model in models.items()}
    sections = {key: part[key] for key in SECTIONS}
    head = definitions[part["scenario"]["$ref"].rpartition("/")[2]]
    head["properties"] |= {
        "extends": {"type": "string"},
        "remove": {"type": "array", "items": {"type": "string"}},
    }
    options = [
        {"allOf": [part[f"interventions.{kind}"], {"properties": {"kind": {"const": kind}}}]}
        for kind in kinds
    ]
    value = {
        "anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}, {"type": "object"}]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "HyteSim scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **sections,
            "interventions": {
                "type": "object",
                "additionalProperties": {"anyOf": options} if options else {},
            },
            "parameters": {"type": "object", "additionalProperties": value},
        },
        "$defs": definitions,
    }


def _drop(node: Any, key: str) -> None:
    if isinstance(node, dict):
        if isinstance(node.get(key), list):
            del node[key]
        for child in node.values():
            _drop(child, key)
    elif isinstance(node, list):
        for child in node:
            _drop(child, key)

"""Reads a TOML file, and explains in plain words where and why it is not TOML."""

import re
import tomllib
from pathlib import Path

from .locate import Source
from .problems import Problem, ScenarioError

__all__ = ["parse", "read", "twice"]


def read(path: Path, name: str | None = None) -> tuple[dict, Source]:
    """The tables of a TOML file and its Source. Raises ScenarioError if it cannot be read or is not TOML."""
    name = name or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(
            [Problem(name, message="the file is not UTF-8 text;", hint="Save it as UTF-8.")]
        ) from None
    except OSError as error:
        raise ScenarioError([Problem(name, message=f"cannot be read ({error.strerror}).")]) from None
    return parse(text, name)


def parse(text: str, name: str) -> tuple[dict, Source]:
    """As `read`, from a text."""
    source = Source(name, text)
    try:
        return tomllib.loads(text), source
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_syntax_problem(source, str(error))]) from None


def twice(table: str) -> tuple[str, str]:
    """What is told of a second table of the same name, and what would be right."""
    return f"a second table is named [{table}].", "Each name can be used once; rename or join the two."


def _syntax_problem(source: Source, raw: str) -> Problem:
    match = re.search(r"at line (\d+), column (\d+)", raw)
    lines = source.text.splitlines() or [""]
    line, column = (int(match[1]), int(match[2])) if match else (len(lines), len(lines[-1]) + 1)
    shown = lines[line - 1] if line <= len(lines) else ""
    message, hint = _explain(raw, shown)
    return source.at(line, column, message=message, hint=hint)


def _explain(raw: str, line: str) -> tuple[str, str]:
    header = re.match(r"\s*\[([^\[\]]+)\]", line)
    if "twice" in raw and header:
        return twice(header[1].strip())
    if "overwrite" in raw or "twice" in raw or "mutate" in raw:
        return "this key is set twice in its table.", "Keep one of the two."
    if re.search(r"=\s*[\[{]?.*(?<!\d)\d+,\d+\s*(#.*)?$", line):
        return "a decimal comma.", "Write decimals with a point, as in 0.4."
    if re.search(r"(?<![\d.\"'A-Za-z-])0\d+", line):
        return "a number with a leading zero.", 'A municipality code is text, in quotes: "020".'
    if re.search(r"=\s*(True|False|yes|no|Yes|No)\b", line):
        return "not a yes/no value.", "Write true or false, in lower case."
    if re.search(r"[^\W\d_a-zA-Z]", re.sub(r"\"[^\"]*\"|'[^']*'", "", header[1] if header else line.partition("=")[0])):
        return "a name with other letters than a-z stands without quotes.", 'Put it in quotes, as in [interventions."työpajat"].'
    if "Invalid value" in raw:
        return (
            "the value is missing or not readable.",
            'Text needs quotes ("Mikkeli"), dates look like 2018-01-01.',
        )
    if "Unclosed" in raw or "Unterminated" in raw or "Illegal character" in raw:
        return (
            "a quote or bracket that was opened is not closed.",
            "Close it on this line or before the next key.",
        )
    if "after a key" in raw:
        return "a key without '='.", "Each line is `key = value`, or `[table]`."
    return "this line is not TOML.", "Each line is `key = value`, `[table]` or a comment after #."

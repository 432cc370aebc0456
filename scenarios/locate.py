"""Where each key and value of a TOML text stands, so that a message can point at it."""

import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass

from .problems import Problem

__all__ = ["Source", "Spot", "spots"]

BARE = re.compile(r"[^,\]}\n#]*")
KEY = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[A-Za-z0-9_-]+")
STRINGS = [
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
]
SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


@dataclass(frozen=True)
class Spot:
    """Offsets into the text: where the key begins and where its value begins."""

    key: int
    value: int


class Source:
    """A TOML text with the place of everything in it; `name` is how messages call the file."""

    def __init__(self, name: str, text: str):
        self.name, self.text = name, text
        self._spots: dict[str, Spot] | None = None

    @property
    def spots(self) -> dict[str, Spot]:
        """Spot of each dotted key, scanned on the first question: only messages need it."""
        if self._spots is None:
            self._spots = spots(self.text)
        return self._spots

    def at(self, line: int, column: int, **what) -> Problem:
        """A problem at a line and column, both from 1."""
        lines = self.text.splitlines()
        return Problem(self.name, line, column, lines[line - 1] if 0 < line <= len(lines) else "", **what)

    def problem(self, key: str, message: str, hint: str = "", on_key: bool = False) -> Problem:
        """A problem at the value of `key` (at the key itself if `on_key`), or at the nearest table above
        it.
        """
        parts = key.split(".")
        for n in range(len(parts), 0, -1):
            spot = self.spots.get(".".join(parts[:n]))
            if spot:
                offset = spot.key if on_key or n < len(parts) else spot.value
                line = self.text.count("\n", 0, offset) + 1
                column = offset - self.text.rfind("\n", 0, offset)
                return self.at(line, column, key=key, message=message, hint=hint)
        return Problem(self.name, key=key, message=message, hint=hint)


def spots(text: str) -> dict[str, Spot]:
    """Dotted key -> Spot for a valid TOML text; list items are `key.0`, `key.1`. Lenient about what it cannot
    read.
    """
    scan = _Scan(text)
    with suppress(
        IndexError, AttributeError, tomllib.TOMLDecodeError
    ):  # a place not found only costs the caret
        scan.document()
    return scan.found


class _Scan:
    def __init__(self, text: str):
        self.text, self.pos, self.found = text, 0, {}

    def skip(self) -> None:
        self.pos = SPACE.match(self.text, self.pos).end()

    def path(self) -> list[str]:
        parts = []
        while True:
            self.skip()
            match = KEY.match(self.text, self.pos)
            part = match.group()
            parts.append(tomllib.loads(f"k = {part}")["k"] if part[0] in "\"'" else part)
            self.pos = match.end()
            self.skip()
            if self.text[self.pos] != ".":
                return parts
            self.pos += 1

    def note(self, path: list[str], key: int, value: int) -> None:
        self.found.setdefault(".".join(path), Spot(key, value))

    def document(self) -> None:
        table, counts = [], {}
        while True:
            self.skip()
            if self.pos >= len(self.text):
                return
            if self.text[self.pos] == "[":
                table = self.header(counts)
            else:
                self.pair(table)

    def header(self, counts: dict[str, int]) -> list[str]:
        start, many = self.pos, self.text.startswith("[[", self.pos)
        self.pos += 2 if many else 1
        path = self.path()
        self.pos += 2 if many else 1
        if many:
            name = ".".join(path)
            counts[name] = counts.get(name, -1) + 1
            path = [*path, str(counts[name])]
        for n in range(1, len(path) + 1):
            self.note(path[:n], start, start)
        return path

    def pair(self, table: list[str]) -> None:
        self.skip()
        start = self.pos
        own = self.path()
        self.pos += 1  # the equals sign
        self.skip()
        for n in range(1, len(own)):
            self.note([*table, *own[:n]], start, start)
        path = [*table, *own]
        self.note(path, start, self.pos)
        self.value(path)

    def value(self, path: list[str]) -> None:
        opening = self.text[self.pos]
        if opening in "{[":
            self.pos += 1
            self.items(path, "}" if opening == "{" else "]")
            return
        for pattern in STRINGS:
            match = pattern.match(self.text, self.pos)
            if match:
                self.pos = match.end()
                return
        self.pos = BARE.match(self.text, self.pos).end()

    def items(self, path: list[str], closing: str) -> None:
        index = 0
        while True:
            self.skip()
            if self.text[self.pos] == closing:
                self.pos += 1
                return
            if self.text[self.pos] == ",":
                self.pos += 1
                continue
            if closing == "}":
                self.pair(path)
            else:
                self.note([*path, str(index)], self.pos, self.pos)
                self.value([*path, str(index)])
                index += 1

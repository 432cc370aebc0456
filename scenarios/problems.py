"""What is wrong with a scenario: every problem at once, each with its place in a file, in an analyst's
words.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Problem", "ScenarioError", "near_miss"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (line and column count from 1, 0 = unknown), which key, and what would
    be right.
    """

    file: str
    line: int = 0
    column: int = 0
    source_line: str = ""
    key: str = ""
    message: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = ": ".join(part for part in (where, self.key, self.message) if part)
        text += f" {self.hint}" if self.hint else ""
        if not self.source_line.strip():
            return text
        source = self.source_line.replace("\t", " ").rstrip()
        return f"{text}\n    {source}\n    {' ' * max(self.column - 1, 0)}^"


class ScenarioError(ValueError):
    """A scenario cannot be used; `problems` lists everything that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self):
        return type(self), (self.problems,)


def near_miss(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'reach'?`, or an empty text when nothing is near."""
    by_fold = {str(k).casefold(): str(k) for k in known}
    found = difflib.get_close_matches(str(word).casefold(), list(by_fold), n=1, cutoff=0.6)
    return f"Did you mean '{by_fold[found[0]]}'?" if found else ""

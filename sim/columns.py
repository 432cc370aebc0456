"""What the columns of a user's table may hold, and how their text becomes numbers."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum

import numpy as np
import pandas as pd

from sim.residents import Care, Education, Origin, Sex, Status, Urbanity

__all__ = ["COLUMNS", "Column", "TableError", "codes", "near", "numbers", "places"]

SHOWN = 20  # problems listed in full; the rest are counted


class TableError(ValueError):
    """The table cannot be used. `problems` holds one line each; the text lists the first of them and counts
    the rest.
    """

    def __init__(self, path, problems):
        self.problems = list(problems)
        more = len(self.problems) - SHOWN
        tail = [f"… and {more} more problems."] if more > 0 else []
        count = f"{len(self.problems)} problem{'s' * (len(self.problems) != 1)}"
        head = f"{path}: {count}; rows count from 1 below the header."
        super().__init__("\n".join([head, *self.problems[:SHOWN], *tail]))


@dataclass(frozen=True)
class Column:
    """What a column may hold: whole numbers from low to high, the codes of an enumeration, or text."""

    meaning: str
    low: int = 0
    high: int = 0
    codes: type[IntEnum] | None = None
    text: bool = False


COLUMNS = {
    "age": Column("full years at the start", 0, 115),
    "birth_year": Column("year", 1890, 2100),
    "sex": Column("sex", codes=Sex),
    "municipality": Column("code or name of the municipality", text=True),
    "id": Column("permanent identity", 0, 2**60 - 1),
    "household": Column("any text or number shared by those who live together", text=True),
    "partner": Column("1 if living with a spouse or partner, else 0", 0, 1),
    "origin": Column("background", codes=Origin),
    "permit_year": Column("year of the residence permit, needed for refugees", 1950, 2100),
    "education": Column("highest completed education", codes=Education),
    "status": Column("main activity", codes=Status),
    "status_months": Column("months in the present main activity", 0, 32767),
    "jobless_months": Column("months without work, study or service", 0, 32767),
    "care": Column("long-term care", codes=Care),
    "area": Column("area within the municipality", 0, 32767),
    "urbanity": Column("class of the area", codes=Urbanity),
}


def near(word, known):
    close = get_close_matches(str(word), [str(k) for k in known], 1)
    return f" Did you mean '{close[0]}'?" if close else ""


def places(raw, municipalities):
    """Index of each municipality given by code (leading zeros or not) or name.

    Returns (int64 (n,), {row: problem}).
    """
    known = {}
    for index, municipality in enumerate(municipalities):
        known[municipality.code.lstrip("0")] = known[municipality.name.casefold()] = index
    word = raw.astype(str).str.strip()
    key = word.str.replace(r"\.0$", "", regex=True).str.lstrip("0").str.casefold()
    number = key.map(known).fillna(-1).to_numpy(np.int64)
    spelling = [m.name for m in municipalities]
    return number, {
        row: f"no municipality '{word.iloc[row]}' in this scenario.{near(word.iloc[row], spelling)}"
        for row in np.flatnonzero(number < 0)
    }


def codes(raw, column):
    """Codes of an enumeration from names or numbers. Returns (int64 (n,), {row: problem})."""
    known = {code.name: int(code) for code in column.codes} | {
        str(int(code)): int(code) for code in column.codes
    }
    word = raw.astype(str).str.strip().str.replace(r"\.0$", "", regex=True)
    number = word.str.casefold().map(known).fillna(-1).to_numpy(np.int64)
    choices = ", ".join(f"{int(code)} {code.name}" for code in column.codes)
    return number, {
        row: f"'{word.iloc[row]}' is none of {choices}.{near(word.iloc[row], known)}"
        for row in np.flatnonzero(number < 0)
    }


def numbers(raw, column):
    """Whole numbers within the column's range. Returns (int64 (n,), {row: problem})."""
    found = pd.to_numeric(raw, errors="coerce").to_numpy(float, na_value=np.nan)
    whole = np.isfinite(found) & (found == np.floor(found))
    inside = whole & (found >= column.low) & (found <= column.high)
    why = {}
    for row in np.flatnonzero(~inside):
        text = f"'{raw.iloc[row]}' is not a whole number"
        if whole[row]:
            below = found[row] < column.low
            text = (
                f"{found[row]:.0f} is {'below' if below else 'above'} {column.low if below else column.high}"
            )
        why[row] = f"{text} ({column.meaning})"
    return np.where(inside, found, 0).astype(np.int64), why

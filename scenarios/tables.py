"""The reference tables: municipalities, population, mortality and main activity of Finland, read once."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["ACTIVITIES", "Municipality", "activity", "mortality", "municipalities", "population"]

FOLDER = Path(__file__).parent
ACTIVITIES = ("employed", "unemployed", "student", "outside", "pensioner")


@dataclass(frozen=True)
class Municipality:
    """A municipality (kunta) of 2022: code, Finnish name, county (hyvinvointialue), region (maakunta),
    urbanity.

    urbanity is urban, semi_urban or rural; population [persons] by year, 2016-2022, on 31 December; latitude
    and longitude [degrees] of its centroid.
    """

    code: str
    name: str
    county: str
    region: str
    urbanity: str
    population: dict[int, int]
    latitude: float
    longitude: float


def _rows(name: str) -> list[dict[str, str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def municipalities() -> dict[str, Municipality]:
    """All 309 municipalities by code ("491"), in the order of their codes."""
    return {row["code"]: _municipality(row) for row in _rows("municipalities.csv")}


def _municipality(row: dict[str, str]) -> Municipality:
    years = {
        int(key.removeprefix("population_")): int(n)
        for key, n in row.items()
        if key.startswith("population_")
    }
    plain = (row[key] for key in ("code", "name", "county", "region", "urbanity"))
    return Municipality(*plain, years, float(row["latitude"]), float(row["longitude"]))


def _by_sex(name: str):
    import numpy as np

    rows = _rows(name)
    table = {sex: np.array([float(row[sex]) for row in rows]) for sex in ("men", "women")}
    for column in table.values():
        column.flags.writeable = False  # shared by every caller
    return table


@cache
def population():
    """Finland 2018 [persons]: {"men", "women"} -> read-only float array by age 0-100 (100 = 100 and over)."""
    return _by_sex("population.csv")


@cache
def mortality():
    """Finland 2018 [deaths per 1000 and year]: {"men", "women"} -> read-only float array by age 0-100."""
    return _by_sex("mortality.csv")


@cache
def activity():
    """Finland 2018 [share]: {"men", "women"} -> read-only array (53 ages 18-70, 5 ACTIVITIES); rows sum
    to 1.
    """
    import numpy as np

    rows = _rows("activity.csv")
    table = {}
    for sex in ("men", "women"):
        table[sex] = np.array([[float(row[a]) for a in ACTIVITIES] for row in rows if row["sex"] == sex])
        table[sex].flags.writeable = False
    return table

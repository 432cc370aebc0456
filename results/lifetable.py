"""How long people live and how well: life tables from hazards or deaths, and quality-adjusted life expectancy."""

from typing import NamedTuple

import numpy as np

__all__ = ["Table", "from_deaths", "from_hazards", "quality_adjusted"]


class Table(NamedTuple):
    """A life table by start of the age interval: dying in it, survivors at its start (of 1), years lived in it, years left."""

    age: np.ndarray
    dying: np.ndarray
    alive: np.ndarray
    lived: np.ndarray
    left: np.ndarray


def _numbers(name, values):
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} must be numbers >= 0, one per age")
    return array


def _table(age, dying, lived_of):
    alive = np.concatenate([[1.0], np.cumprod(1 - dying[:-1])])
    lived = lived_of(alive)
    left = np.cumsum(lived[::-1])[::-1]
    return Table(age, dying, alive, lived, np.divide(left, alive, out=np.full_like(left, np.nan), where=alive > 0))


def from_hazards(age, hazard):
    """Life table with a constant hazard [1 / year] inside each interval; the last one is open, so its hazard must be above 0.

    l_{x+n} = l_x exp(-n h); L = l (1 - exp(-n h)) / h, and n l where h = 0. Source: Preston, Heuveline & Guillot 2001, ch. 3.
    """
    age, hazard = _numbers("age", age), _numbers("hazard", hazard)
    if hazard[-1] <= 0:
        raise ValueError("the hazard of the last, open age must be above 0, or nobody ever dies there")
    width = np.append(np.diff(age), np.inf)
    safe = np.where(hazard > 0, hazard, 1.0)
    finite = np.append(width[:-1], 1.0)
    years = np.where(hazard > 0, -np.expm1(-finite * hazard) / safe, finite)
    years[-1] = 1 / hazard[-1]
    dying = np.append(-np.expm1(-width[:-1] * hazard[:-1]), 1.0)
    return _table(age, dying, lambda alive: alive * years)


def from_deaths(start, deaths, people, lived_in_first=0.1):
    """Abridged life table from deaths and person-years of each interval: q = n M / (1 + n (1 - a) M), last interval open, L = l / M.

    a, the part of the interval lived by those who die in it, is one half, and `lived_in_first` for the first year of life.
    Source: Chiang 1968; as in UKHSA's PHEindicatormethods.
    """
    start, deaths, people = _numbers("start", start), _numbers("deaths", deaths), _numbers("people", people)
    rate = deaths / people
    if not rate[-1] > 0:
        raise ValueError("the last, open age must have deaths, or its years cannot be told")
    width = np.append(np.diff(start), 2 / rate[-1])
    part = np.full(start.size, 0.5)
    if start[0] == 0 and start[1] == 1:
        part[0] = lived_in_first
    dying = np.append((width * rate / (1 + width * (1 - part) * rate))[:-1], 1.0)

    def lived(alive):
        gone = alive * dying
        years = width * (alive - gone * (1 - part))
        years[-1] = alive[-1] / rate[-1]
        return years

    return _table(start, dying, lived)


def quality_adjusted(start, end, rate, weight):
    """Quality-adjusted life expectancy at the first age [QALY] and the life table: (qale, Table).

    start, end: first and last year of age of each interval (0-4, 5-9, ...); rate: deaths per person-year in it; weight: QALY weight of a
    year in it, at most 1. q = n M / (1 + n M / 2). The last interval is closed: all are taken to die in it, half-way on average, so
    that it is not the open one of `from_deaths`.
    Source: Love-Koh et al. 2015; Asaria, Griffin & Cookson 2016.
    """
    start, end, rate = _numbers("start", start), _numbers("end", end), _numbers("rate", rate)
    weight = np.asarray(weight, dtype=np.float64)
    if not (weight <= 1).all():
        raise ValueError("a QALY weight must be at most 1 and not missing")
    width = end - start + 1
    if not np.array_equal(start[1:], end[:-1] + 1):
        raise ValueError("age intervals must follow on each other: 0-4, 5-9, ...")
    dying = width * rate / (1 + width * rate / 2)
    dying[-1] = 1.0
    table = _table(start, dying, lambda alive: width * alive * (1 - dying / 2))
    return float(table.lived @ weight), table

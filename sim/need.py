"""What a decision-maker can know of the need of areas: a small survey with its errors, registers, or nothing at all."""

import numpy as np

from sim.margins import chance, gaussian
from sim.residents import Status

__all__ = ["REGISTERS", "by_register", "by_survey", "filled"]

ITEMS = 8  # of EUROHIS-QOL
LOWEST, HIGHEST = 1.0, 5.0  # of an item
REGISTERS = ("strained", "jobless", "low_income", "old")
ADULT, PENSION, OLD, ANSWERS = 18, 65, 75, 16  # ages in years


def by_survey(people, area, number, month, respondents, noise, line, seed, purposes):
    """Need of each area as a small survey sees it: share of respondents whose quality of life is not good. Returns (need, answers).

    people: RESIDENT (n,); area: index of each row's area, below `number`, negative = not asked. Of those of 16 or more,
    `respondents` of each area answer (all, where there are fewer). Each of eight items is wellbeing + noise z, rounded to
    1-5; the mean of the items below `line` is not good. noise [EUROHIS points per item]. purposes: addresses of being
    asked and of the answers. Not-a-number where nobody answers.
    """
    asked = np.flatnonzero((area >= 0) & (people["alive"] == 1) & (_age(people, month) >= ANSWERS))
    turn = chance(seed, purposes[0], people["id"][asked], month)
    order = np.lexsort((turn, area[asked]))
    asked = asked[order]
    first = np.searchsorted(area[asked], np.arange(number))
    asked = asked[np.arange(len(asked)) - first[area[asked]] < respondents]
    ids, wellbeing = people["id"][asked], people["wellbeing"][asked]
    items = [np.clip(np.floor(wellbeing + noise * gaussian(seed, purposes[1], ids, month * ITEMS + i) + 0.5), LOWEST, HIGHEST)
             for i in range(ITEMS)]
    low = sum(items, np.zeros(len(asked))) / ITEMS < line
    answers = np.bincount(area[asked], minlength=number)
    with np.errstate(invalid="ignore"):
        return np.bincount(area[asked], low, number) / np.where(answers > 0, answers, np.nan), answers


def by_register(people, area, number, month, weights, strained, poor):
    """Need of each area as registers know it: sum of weight_k x share_k / share_k of all areas, over the REGISTERS.

    strained: financial strain above this [index], of 18 or more; jobless, of 18-64; low_income: equivalised income below
    `poor` [EUR2018 per month], of all; old: 75 or more, of all. Without errors. A share that is zero everywhere does not count.
    """
    age = _age(people, month)
    here = (area >= 0) & (people["alive"] == 1)
    adult = here & (age >= ADULT)
    jobless = (people["status"] == Status.unemployed) | (people["status"] == Status.labour_market_support)
    measures = (
        (adult, people["strain"] > strained), (adult & (age < PENSION), jobless),
        (here, people["income"] < poor), (here, age >= OLD),
    )
    need = np.zeros(number)
    for weight, (among, marked) in zip(weights, measures, strict=True):
        whole = np.count_nonzero(among & marked) / max(1, np.count_nonzero(among))
        if whole > 0.0:
            persons = np.bincount(area[among], minlength=number)
            hit = np.bincount(area[among & marked], minlength=number)
            need += weight * hit / np.maximum(persons, 1) / whole
    return need


def filled(need, sizes):
    """Need with the mean of the known, weighted by size, where it is not known; all alike where nothing is."""
    known = np.isfinite(need) & (sizes > 0)
    mean = (need[known] * sizes[known]).sum() / sizes[known].sum() if known.any() else 1.0
    return np.where(np.isfinite(need), need, mean)


def _age(people, month):
    return (month - people["birth_month"]) // 12

"""From answers to scores and years: EUROHIS-QOL-8, EQ-5D value sets stated by the user, QALYs and WELLBYs of a path in time."""

import numpy as np

from results.economics import discount_factors

__all__ = ["GOOD", "SCALE", "difference_of_means", "eq5d", "eurohis", "good_quality_of_life", "rescale", "years_gained"]

SCALE = (1.0, 5.0)  # limits of each EUROHIS-QOL-8 item and of their mean
GOOD = 4.0  # a mean of at least this is good quality of life (THL's indicator ath_whoqol8)
ITEMS = 8


def eurohis(items, at_least=ITEMS):
    """Mean of the eight EUROHIS-QOL items [1-5], shape (n,), from items of shape (n, 8), NaN for no answer.

    All eight run from worst (1) to best (5), none is turned. THL defines the indicator on eight answers and gives no rule for
    missing ones, so by default a missing answer makes the score NaN; `at_least` = 6 would take the mean of what was answered
    where six or more were. ValueError for answers other than 1-5. Source: Schmidt, Mühlan & Power 2006; THL, terveytemme.fi.
    """
    items = np.asarray(items, dtype=np.float64)
    if items.ndim != 2 or items.shape[1] != ITEMS:
        raise ValueError(f"EUROHIS-QOL has {ITEMS} items per row, not shape {items.shape}")
    known = ~np.isnan(items)
    wrong = known & ((items < SCALE[0]) | (items > SCALE[1]))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(f"item {column + 1} of row {row} is {items[row, column]:g}; answers run from 1 to 5")
    answered = known.sum(axis=1)
    enough = answered >= max(1, at_least)
    return np.where(enough, np.where(known, items, 0.0).sum(axis=1) / np.maximum(answered, 1), np.nan)


def good_quality_of_life(score):
    """Whether a EUROHIS score is good, at least 4.0 (3.875 is not); False for NaN. Source: THL, terveytemme.fi."""
    return np.asarray(score, dtype=np.float64) >= GOOD


def rescale(score, lower=SCALE[0], upper=SCALE[1], to=100.0):
    """Linear map of a score from `lower`-`upper` to 0-`to`. ValueError outside the scale."""
    score = np.asarray(score, dtype=np.float64)
    if np.any((score < lower) | (score > upper)):
        raise ValueError(f"scores from {np.nanmin(score):g} to {np.nanmax(score):g} lie outside the scale {lower:g} to {upper:g}")
    return ((score - lower) / (upper - lower) * to)[()]


def eq5d(states, value_set):
    """EQ-5D weight of health states by a value set that the user states: shape (n,); 1 is full health, 0 as bad as dead.

    states: five-digit codes such as "11121" or 11121, one per row. value_set: {"constant": c, "mobility": (level 2, ...), "self_care",
    "activities", "pain", "anxiety": ...}: what each level above 1 takes off, the constant off any state but 11111; and, optional,
    "any_worst": off a state with some dimension at its worst level. No value set is built in: it belongs to a country and a
    version, and must be named with its source in the report. Source: Dolan 1997 (form of the tariff); Devlin et al. 2018.
    """
    from results.economics import _finite

    taken = [_finite(f"value_set {name}", value_set[name], 1) for name in ("mobility", "self_care", "activities", "pain", "anxiety")]
    levels = 1 + min(part.size for part in taken)
    found = []
    for row, state in enumerate(np.atleast_1d(np.asarray(states, dtype=str))):
        if len(state) != len(taken) or not state.isdigit() or not all(1 <= int(s) <= levels for s in state):
            raise ValueError(f"state {state!r} of row {row}: five digits of 1-{levels} are needed")
        level = [int(s) for s in state]
        off = sum(part[k - 2] for part, k in zip(taken, level, strict=True) if k > 1)
        off += value_set.get("constant", 0.0) * (max(level) > 1) + value_set.get("any_worst", 0.0) * (max(level) == levels)
        found.append(1.0 - off)
    return np.array(found)


def years_gained(change, per_year=12, rate=0.0, first=0.0):
    """Years of change: sum over steps of change_k (1 + r)^-((first + k) / per_year) / per_year over the last axis of `change`.

    change of life satisfaction on 0-10 gives WELLBYs, of an EQ-5D weight QALYs, each for one person; multiply by persons.
    change: shape (..., steps); rate: of effects, which may differ from that of costs. Source: HM Treasury 2021.
    """
    change = np.asarray(change, dtype=np.float64)
    if not np.isfinite(change).all():
        raise ValueError("change holds a missing or infinite number: a step without answer is not a step without change")
    return (change @ discount_factors(first + np.arange(change.shape[-1]), rate, per_year) / per_year)[()]


def difference_of_means(mean_a, sd_a, n_a, mean_b, sd_b, n_b):
    """Two groups from their summary: {"difference" b - a, "t" and "d", both over the pooled standard deviation}.

    Source: Student 1908; Cohen 1988, eq. 2.3.2.
    """
    pooled = ((n_a - 1) * sd_a**2 + (n_b - 1) * sd_b**2) / (n_a + n_b - 2)
    difference = mean_b - mean_a
    d = float(difference / np.sqrt(pooled))
    return {"difference": difference, "t": float(d / np.sqrt(1 / n_a + 1 / n_b)), "d": d}

"""Who gains and who pays by social group: distributional cost-effectiveness, the equity-impact plane, EDE over aversion, staircases.

Groups are ordered from the worst to the best off and never re-ordered by what is measured. Arrays by group have shape (groups,), or
(runs, groups) where runs are said to be allowed. Units: effects in QALYs, WELLBYs or points per person; costs in EUR of the
whole population. Level and gap always come together, since a gap may narrow because the better off lose.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from results.inequality import ede, slope_index
from results.weighted import columns, mean

__all__ = [
    "AVERSIONS", "Impact", "after", "ede_profile", "edes", "equity_weights", "impact", "level_and_gap", "opportunity_cost", "p_narrows",
    "staircase", "weighted_benefit",
]  # fmt: skip

AVERSIONS = (0.0, 1.0, 5.0, 10.95)  # the last: median Atkinson answer of the English public, Robson et al. 2017


class Impact(NamedTuple):
    """A point of the equity-impact plane, per person: x = efficiency (change of the mean), y = equity (rest of the change of the EDE).

    total = efficiency + equity = change of the EDE. quadrant: efficiency first, then equity, each "win", "lose" or "same":
    "win-lose" gains on average and is less equal.
    """

    efficiency: float
    equity: float
    total: float
    quadrant: str


def opportunity_cost(total_cost, wtp, people, shares=None):
    """Health forgone per person of each group when `total_cost` displaces other services: (cost / wtp) share_g / people_g.

    wtp [EUR per unit of effect]: the marginal productivity of the budget, not what somebody would like to pay. shares: part of the
    loss that falls on each group (scaled to sum to one); by default each person loses the same. total_cost may be (runs,), then the
    result is (runs, groups). Source: Love-Koh et al. 2020; Cookson et al. 2020, ch. 10.
    """
    people = _people(people)
    part = people if shares is None else np.asarray(shares, dtype=np.float64)
    if part.shape != people.shape or not np.isfinite(part).all() or part.min() < 0 or part.sum() == 0:
        raise ValueError(f"shares of the opportunity cost must be {people.size} numbers >= 0, not all 0")
    if not wtp > 0:
        raise ValueError(f"the price of a unit of effect must be above 0, not {wtp:g}")
    return np.multiply.outer(np.asarray(total_cost, dtype=np.float64) / wtp, part / part.sum() / people)


def after(baseline, gain, total_cost, wtp, people, shares=None):
    """Effect per person of each group after gains and opportunity costs: baseline + gain - forgone; runs allowed."""
    baseline, gain = (np.asarray(column, dtype=np.float64) for column in (baseline, gain))
    people = _people(people)
    if baseline.shape[-1] != people.size or gain.shape[-1] != people.size:
        raise ValueError(f"baseline {baseline.shape} and gain {gain.shape} must have one number per group, {people.size}")
    return baseline + gain - opportunity_cost(total_cost, wtp, people, shares)


def impact(before, now, people, aversion=10.95, kind="atkinson"):
    """Place on the equity-impact plane of a change from `before` to `now`, each (groups,): `Impact`.

    equity = change of the EDE less change of the mean, by Atkinson's or Kolm's index. Kolm's is right for interval scales such as 1-5.
    Source: Cookson et al. 2017, 2020; Asaria, Griffin & Cookson 2016.
    """
    people = _people(people)
    x = _level(now, people) - _level(before, people)
    total = ede(now, aversion, people, kind) - ede(before, aversion, people, kind)
    y = total - x
    near = 1e-12 * max(1.0, abs(_level(before, people)))
    side = [("win" if value > 0 else "lose") if abs(value) > near else "same" for value in (x, y)]
    return Impact(x, y, total, "-".join(side))


def ede_profile(before, now, people, aversions=None, kind="atkinson"):
    """Change of the EDE over aversion to inequality: frame with aversion, before, after, change, efficiency, equity.

    aversions: by default `AVERSIONS` and a curve between, 0 to 15 ("kolm": 0 to 0.5). Where the change crosses zero a decision
    hangs on how averse one is. Source: Robson et al. 2017 for 10.95 and Kolm's 0.15.
    """
    people = _people(people)
    if aversions is None:
        curve = np.linspace(0, 15, 61) if kind == "atkinson" else np.linspace(0, 0.5, 51)
        aversions = np.unique(np.concatenate([curve, AVERSIONS if kind == "atkinson" else [0.15]]))
    rows = []
    for e in aversions:
        old, new = ede(before, e, people, kind), ede(now, e, people, kind)
        x = _level(now, people) - _level(before, people)
        rows.append((float(e), old, new, new - old, x, new - old - x))
    return pd.DataFrame(rows, columns=["aversion", "before", "after", "change", "efficiency", "equity"])


def edes(levels, aversions, people):
    """Atkinson's equally distributed equivalent of many runs at once, shape (runs, aversions): `inequality.ede` row by row.

    levels: above 0, (runs, groups); people: (groups,) or (runs, groups); aversions >= 0. Source: Atkinson 1970.
    """
    y, e = np.asarray(levels, dtype=np.float64), np.asarray(aversions, dtype=np.float64)
    w = np.broadcast_to(np.asarray(people, dtype=np.float64), y.shape)
    if y.ndim != 2 or not (np.isfinite(y).all() and (y > 0).all() and np.isfinite(w).all() and (w >= 0).all() and (w.sum(1) > 0).all()):
        raise ValueError("levels must be above 0, shape (runs, groups), and people at least 0 with somebody in every run")
    if not (e >= 0).all():
        raise ValueError(f"aversion to inequality must be at least 0, not {e.min()}")
    w = w / w.sum(axis=1, keepdims=True)
    middle = (w * y).sum(axis=1)
    logs = np.log(y / middle[:, None])
    found = np.empty((len(y), e.size))
    for k, one in enumerate(e):
        powers = (1 - one) * logs
        top = powers.max(axis=1, keepdims=True)  # so that a high power neither overflows nor vanishes
        mean_log = top[:, 0] + np.log((w * np.exp(powers - top)).sum(axis=1))
        found[:, k] = middle * np.exp((w * logs).sum(axis=1) if one == 1 else mean_log / (1 - one))
    return found


def equity_weights(levels, aversion, people=None):
    """Weight of a unit gained by each group, level_g^-e scaled to mean 1 over groups (over people when sizes are given).

    levels above 0. The derivative of Atkinson's welfare. Source: Cookson et al. 2020, ch. 3; Asaria, Griffin & Cookson 2016.
    """
    y, w, _ = columns(levels, people, positive=True)
    if y.size != np.size(levels):
        raise ValueError("every group must have people")
    if not aversion >= 0:
        raise ValueError(f"aversion to inequality must be at least 0, not {aversion}")
    weight = (y / y.min()) ** -aversion
    return weight / float(w @ weight)


def weighted_benefit(gain, levels, people, aversion):
    """Total gain with equity weights: sum_g people_g weight_g gain_g [units of gain]; runs of gain allowed."""
    people = _people(people)
    return (np.asarray(gain, dtype=np.float64) @ (people * equity_weights(levels, aversion, people)))[()]


def staircase(names, gain, forgone, people):
    """Gains by group as stairs: frame with stratum, people, gain, forgone, net (per person), net_total, share of all net gain, cumulated.

    share is NaN when the net gains add up to nothing, since shares of nothing mean nothing.
    """
    people = _people(people)
    gain, forgone = (np.broadcast_to(np.asarray(column, dtype=np.float64), people.shape) for column in (gain, forgone))
    total = (gain - forgone) * people
    whole = total.sum()
    share = total / whole if abs(whole) > 1e-12 * np.abs(total).sum() else np.full(people.size, np.nan)
    return pd.DataFrame({
        "stratum": list(names), "people": people, "gain": gain, "forgone": forgone, "net": gain - forgone,
        "net_total": total, "share": share, "cumulated": np.cumsum(total),
    })  # fmt: skip


def level_and_gap(values, people, rank=None):
    """Level and absolute gaps of one distribution by group: {"level", "best_worst", "slope", "worst", "best"}.

    slope: slope index over `rank` (default: the order given). Both together, so that levelling down shows.
    """
    people = _people(people)
    values = np.asarray(values, dtype=np.float64)
    rank = np.arange(values.size) if rank is None else np.asarray(rank)
    low, high = int(np.argmin(rank)), int(np.argmax(rank))
    return {
        "level": _level(values, people), "best_worst": float(values[high] - values[low]),
        "slope": slope_index(values, rank, people), "worst": float(values[low]), "best": float(values[high]),
    }  # fmt: skip


def p_narrows(before, now, people, rank=None):
    """Over runs: {"narrows", "widens", "stays", "narrows_by_levelling_down"}: shares in which the slope's size falls, rises, stays.

    before, now: (runs, groups), twins row by row; `before` may be (groups,). An absolute index decides, for a ratio falls also
    when all gain alike. narrows_by_levelling_down: narrows while the worst-off group does not gain. Rounding counts as staying.
    """
    now = np.atleast_2d(np.asarray(now, dtype=np.float64))
    before = np.broadcast_to(np.asarray(before, dtype=np.float64), now.shape)
    people = _people(people)
    rank = np.arange(people.size) if rank is None else np.asarray(rank)
    worst = int(np.argmin(rank))
    moved, down = [], []
    for old, new in zip(before, now, strict=True):
        change = abs(slope_index(new, rank, people)) - abs(slope_index(old, rank, people))
        moved.append(0.0 if abs(change) < 1e-12 * max(1.0, np.abs(new).max()) else change)
        down.append(new[worst] <= old[worst])
    moved, down = np.array(moved), np.array(down)
    return {
        "narrows": float((moved < 0).mean()), "widens": float((moved > 0).mean()), "stays": float((moved == 0).mean()),
        "narrows_by_levelling_down": float(((moved < 0) & down).mean()),
    }  # fmt: skip


def _people(people):
    people = np.asarray(people, dtype=np.float64)
    if people.ndim != 1 or not np.isfinite(people).all() or (people <= 0).any():
        raise ValueError("people must be one number above 0 per group")
    return people


def _level(values, people):
    return mean(*columns(values, people)[:2])

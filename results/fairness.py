"""Who gains: level and inequality of each arm and distributional cost-effectiveness by stratum, from a `Panel`."""

import numpy as np
import pandas as pd

from results import equity, inequality
from results.panel import bounds

__all__ = ["by_stratum", "ede_profiles", "inequalities", "planes"]

KOLM = 0.15  # Robson et al. 2017, per unit of health; of a score with other units choose again


def inequalities(panel, scale=None, level=0.95):
    """Level and inequality of the effect in each arm: arm, measure, value, low, high, change, change_low, change_high, p_falls.

    Over units where there are any, else over strata. scale: limits (lower, upper) of a bounded score; then Erreygers' and Kolm's index
    are given and those that need a true zero are not. Without it Gini and Atkinson(1) are given if no effect is negative. slope:
    over column rank, or over the strata as ordered. change: against the comparator, run by run; p_falls: share of draws in which the
    size falls. None (an empty frame) when a run holds a single row.
    """
    people = panel.units()
    if people is None or people.groupby(["arm", "draw", "replicate"]).size().max() < 2:
        people = _groups(panel)
    names = ["arm", "measure", "value", "low", "high", "change", "change_low", "change_high", "p_falls", "basis"]
    if people is None:
        return pd.DataFrame(columns=names)
    order = {name: k for k, name in enumerate(panel.strata())}
    if "rank" not in people and order:
        people = people.assign(rank=people["stratum"].map(order).astype(float))
    measures = _measures(people, scale, ranked="rank" in people)
    taken = dict(iter(people.groupby(["arm", "draw", "replicate"], sort=False)))
    keys = [tuple(run) for run in panel.runs.itertuples(index=False, name=None)]
    rows = []
    for measure, index in measures.items():
        values = np.array([[index(taken[(arm, *key)]) for arm in panel.arms] for key in keys])
        for j, arm in enumerate(panel.arms):
            own, change = bounds(values[:, j], panel.draws, level), bounds(values[:, j] - values[:, 0], panel.draws, level)
            fell = np.abs(values[:, j]) < np.abs(values[:, 0]) - 1e-12
            falls = np.nan if j == 0 or len(keys) < 2 or measure == "level" else float(fell.mean())
            rows.append((arm, measure, *own[:3], *((np.nan,) * 3 if j == 0 else change[:3]), falls, own.basis))
    return pd.DataFrame(rows, columns=names)


def _groups(panel):
    """Strata as rows with their mean effect and their people; None without strata."""
    if len(panel.strata()) < 2:
        return None
    names, people, _, effects = panel.by_stratum()
    frames = []
    for i, run in panel.runs.iterrows():
        for j, arm in enumerate(panel.arms):
            columns = {"arm": arm, **run, "stratum": names, "people": people[i, j], "effect": effects[i, j]}
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _measures(people, scale, ranked):
    """Names and functions of a frame of effect, people and rank."""
    ranked = ranked and people["rank"].nunique() > 1
    found = {"level": lambda p: float(np.average(p["effect"], weights=p["people"]))}
    if ranked:
        found["slope_index"] = lambda p: inequality.slope_index(p["effect"], p["rank"], p["people"])
    found["standard_deviation"] = lambda p: inequality.standard_deviation(p["effect"], p["people"])
    if scale is not None:
        lower, upper = scale
        least, most = people["effect"].min(), people["effect"].max()
        if least < lower - 1e-9 or most > upper + 1e-9:
            raise ValueError(f"effects from {least:g} to {most:g} lie outside the scale {lower:g} to {upper:g}")
        if ranked:
            found["erreygers"] = lambda p: inequality.concentration_index(
                p["effect"].clip(lower, upper), p["rank"], p["people"], "erreygers", lower, upper
            )
        found[f"kolm_{KOLM}"] = lambda p: inequality.kolm(p["effect"], KOLM, p["people"])
    elif people["effect"].min() >= 0 and people.groupby(["arm", "draw", "replicate"])["effect"].max().min() > 0:
        found["gini"] = lambda p: inequality.gini(p["effect"], p["people"])
        found["atkinson_1"] = lambda p: inequality.atkinson(p["effect"], 1, p["people"])
    return found


def by_stratum(panel, wtp, shares=None):
    """Distributional cost-effectiveness by arm and stratum: people, before, gain, forgone, net (per person), net_total, share, cumulated.

    before: effect of the comparator; forgone: added cost of the whole population at `wtp` per unit of effect, borne alike by every
    person or by `shares` of strata. Means over draws.
    """
    names, people, cost, effect = _means(panel)
    frames = []
    for j, arm in enumerate(panel.arms[1:], start=1):
        gain = effect[j] - effect[0]
        lost = equity.opportunity_cost(((cost[j] - cost[0]) * people).sum(), wtp, people, shares)
        stairs = equity.staircase(names, gain, lost, people)
        stairs.insert(0, "arm", arm)
        stairs.insert(3, "before", effect[0])
        frames.append(stairs.assign(wtp=wtp))
    return pd.concat(frames, ignore_index=True)


def _means(panel):
    """Strata, their people in the comparator, and mean cost and effect (arms, strata) over draws."""
    names, people, cost, effect = panel.by_stratum()
    weight = 1 / pd.Series(panel.draws).groupby(panel.draws).transform("size").to_numpy()  # draws alike, whatever their replicates
    return names, people[:, 0].mean(axis=0), *(np.average(part, axis=0, weights=weight) for part in (cost, effect))


def planes(panel, wtp, scale=None, shares=None, level=0.95):
    """Equity-impact plane of each arm and aversion: efficiency, equity and total with intervals over runs, quadrant, p_narrows.

    Per person, after opportunity costs. Atkinson's index at 0, 1, 5 and 10.95; with a `scale`, or effects that are not all above 0,
    Kolm's at 0 and 0.15. p_narrows and p_levels_down: `equity.p_narrows` of the slope over strata after opportunity costs.
    """
    _, people, cost, effect = panel.by_stratum()
    kolm = scale is not None or effect.min() <= 0
    aversions, kind = ((0.0, KOLM), "kolm") if kolm else (equity.AVERSIONS, "atkinson")
    rows = []
    for j, arm in enumerate(panel.arms[1:], start=1):
        before = effect[:, 0]
        extra = ((cost[:, j] - cost[:, 0]) * people[:, 0]).sum(axis=1)
        now = np.array([equity.after(b, effect[i, j] - b, extra[i], wtp, people[i, 0], shares) for i, b in enumerate(before)])
        runs = len(now) > 1
        chance = (
            equity.p_narrows(before, now, people[:, 0].mean(axis=0)) if runs else {"narrows": np.nan, "narrows_by_levelling_down": np.nan}
        )
        for e in aversions:
            points = [equity.impact(b, a, p, e, kind) for b, a, p in zip(before, now, people[:, 0], strict=True)]
            found = {
                name: bounds([getattr(point, name) for point in points], panel.draws, level) for name in ("efficiency", "equity", "total")
            }
            x, y = found["efficiency"].value, found["equity"].value
            rows.append({"arm": arm, "index": kind, "aversion": e, **{k: v.value for k, v in found.items()},
                         "total_low": found["total"].low, "total_high": found["total"].high,
                         "quadrant": f"{_side(x)}-{_side(y)}", "p_narrows": chance["narrows"],
                         "p_levels_down": chance["narrows_by_levelling_down"], "wtp": wtp})  # fmt: skip
    return pd.DataFrame(rows)


def _side(value):
    return "same" if abs(value) < 1e-12 else "win" if value > 0 else "lose"


def ede_profiles(panel, wtp, scale=None, shares=None):
    """Change of the EDE over aversion by arm, at mean gains after opportunity costs: `equity.ede_profile` with arm."""
    _, people, cost, effect = _means(panel)
    kind = "kolm" if scale is not None or effect.min() <= 0 else "atkinson"
    frames = []
    for j, arm in enumerate(panel.arms[1:], start=1):
        extra = ((cost[j] - cost[0]) * people).sum()
        now = equity.after(effect[0], effect[j] - effect[0], extra, wtp, people, shares)
        frames.append(equity.ede_profile(effect[0], now, people, kind=kind).assign(arm=arm, index=kind))
    return pd.concat(frames, ignore_index=True)

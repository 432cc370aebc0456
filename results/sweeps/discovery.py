"""Scenario discovery: under which circumstances does something happen; a patient box (PRIM) and a tree.

The peeling is written here, since no library could be taken: EMA workbench 2.5 (BSD) does PRIM, but requires platypus-opt, which is GPL,
beside 28 MB of its own; the package PRIM 1.0 is GPL itself.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from results.language import say
from results.sweeps.sensitivity import numeric
from results.sweeps.words import four, per_cent
from results.words import number

__all__ = ["Box", "prim", "tree"]

PEEL = 0.05  # share of a box's points that one step may cut away
LEAST = 0.1  # share of all points that a box must keep
CASES = 10  # points of interest below which nothing can be said


@dataclass(frozen=True)
class Box:
    """A box in the space of factors: `limits` (frame: factor, low, high; NaN = not limited), its coverage, its purity.

    density: share of its points that are cases; coverage: share of all cases that it holds; mass: share of all points.
    `path` has density, coverage and mass after each step of peeling.
    """

    limits: pd.DataFrame
    density: float
    coverage: float
    mass: float
    path: pd.DataFrame

    def says(self):
        """The box in words."""
        parts = []
        for row in self.limits.itertuples():
            if np.isfinite(row.low) and np.isfinite(row.high):
                parts.append(say("{factor} between {low} and {high}", factor=row.factor, low=four(row.low), high=four(row.high)))
            elif np.isfinite(row.low):
                parts.append(say("{factor} at least {low}", factor=row.factor, low=four(row.low)))
            elif np.isfinite(row.high):
                parts.append(say("{factor} at most {high}", factor=row.factor, high=four(row.high)))
        where = say(" and ").join(parts) or say("nowhere in particular")
        return say("{where}: {density} % of these points are cases, which are {coverage} % of all cases", where=where,
                   density=per_cent(self.density), coverage=per_cent(self.coverage))


def prim(frame, case, peel=PEEL, least=LEAST):
    """The patient rule induction method: cut one thin slice at a time, the one whose loss leaves the purest box.

    frame: one row per point; case: bool of shape (points,). Stops at `least` of all points or when no cut makes the box purer;
    limits that can be loosened without the box losing purity are then loosened. ValueError with fewer than 10 cases or
    non-cases. Source: Friedman & Fisher 1999; Bryant & Lempert 2010.
    """
    x, case = numeric(frame), _enough(case)
    values = x.to_numpy()
    inside = np.ones(len(values), bool)
    path = [_state(case, inside)]
    while True:
        options = [cut for j in range(values.shape[1]) for cut in _cuts(values[:, j], inside, peel)]
        options = [cut for cut in options if cut.sum() >= least * len(values)]
        best = max(options, key=lambda cut: (case[cut].mean(), cut.sum()), default=None)
        if best is None or case[best].mean() <= case[inside].mean():
            break
        inside = best
        path.append(_state(case, inside))
    limits = _limits(x, values, inside, case)
    inside = _within(values, limits)
    limits.insert(0, "factor", x.columns)
    return Box(limits, *_state(case, inside), pd.DataFrame(path, columns=["density", "coverage", "mass"]))


def _enough(case):
    """The cases as bools. ValueError, in the language in use, if there are too few of either sort."""
    case = np.asarray(case, bool)
    if min(case.sum(), (~case).sum()) < CASES:
        raise ValueError(say("{cases} of {points} points are cases: at least {least} of either sort are needed",
                             cases=number(int(case.sum()), 0), points=number(case.size, 0), least=number(CASES, 0)))
    return case


def _state(case, inside):
    return float(case[inside].mean()), float(case[inside].sum() / case.sum()), float(inside.mean())


def _cuts(column, inside, peel):
    """The box without its lowest and without its highest slice of a factor; a whole level where values are tied."""
    here = column[inside]
    low, high = np.quantile(here, (peel, 1.0 - peel))
    yield inside & (column > low if (here <= low).any() and (here > low).any() else column >= low)
    yield inside & (column < high if (here >= high).any() and (here < high).any() else column <= high)


def _limits(x, values, inside, case):
    """Ends of the box by factor; those that do not matter are opened, the least telling first."""
    limits = pd.DataFrame({"low": np.nan, "high": np.nan}, index=range(values.shape[1]))
    for j in range(values.shape[1]):
        here = values[inside, j]
        if here.min() > values[:, j].min():
            limits.loc[j, "low"] = here.min()
        if here.max() < values[:, j].max():
            limits.loc[j, "high"] = here.max()
    density = case[inside].mean()
    for j in range(values.shape[1]):
        for end in ("low", "high"):
            looser = limits.copy()
            looser.loc[j, end] = np.nan
            if np.isfinite(limits.loc[j, end]) and case[_within(values, looser)].mean() >= density:
                limits = looser
    return limits


def _within(values, limits):
    low, high = limits["low"].fillna(-np.inf).to_numpy(), limits["high"].fillna(np.inf).to_numpy()
    return ((values >= low) & (values <= high)).all(axis=1)


def tree(frame, case, depth=3, seed=2018):
    """A small classification tree in words, and the share it gets right out of sample: (text, share).

    Leaves hold at least a twentieth of the points. ValueError as `prim`.
    """
    from sklearn.model_selection import cross_val_score
    from sklearn.tree import DecisionTreeClassifier, export_text

    x, case = numeric(frame), _enough(case)
    model = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=max(5, len(x) // 20), random_state=seed)
    share = float(cross_val_score(model, x, case, cv=5, scoring="balanced_accuracy").mean())
    return export_text(model.fit(x, case), feature_names=list(x.columns)), share

"""How robust each scenario is over draws and points: what it may cost to have chosen it, and how often it is good enough."""

import numpy as np
import pandas as pd

from results.sweeps.read import AT

__all__ = ["BETTER", "regret", "resamples", "satisficing"]

BETTER = {"wellbeing": 1, "good_quality_of_life": 1, "wellby": 1, "qaly": 1, "gap": -1, "cost_society": -1, "cost_public": -1}


def regret(table, measure):
    """Regret of each arm: the best arm's value minus its own in each future [units of measure], mean, 90th percentile and worst.

    table: as `decisions`; a future is a point and a draw (the mean over replicates). `best` is the share of futures in which
    the arm is best (ties count for each). Source: Savage 1951.
    """
    value = BETTER[measure] * _futures(table, measure)
    lost = value.rsub(value.max(axis=1), axis=0)
    return pd.DataFrame({
        "arm": lost.columns, "measure": measure, "mean": lost.mean().to_numpy(), "p90": lost.quantile(0.9).to_numpy(),
        "worst": lost.max().to_numpy(), "best": (lost <= 0).mean().to_numpy(), "futures": len(lost)})


def satisficing(effects, demands):
    """Share of futures in which an arm meets every demand, and each of them: a frame with arm, demand, share, futures.

    effects: as `read.effects`; demands: {measure: (direction, line)}, direction 1 = at least, -1 = at most, against the
    comparator. Source: Starr 1963.
    """
    rows = []
    for arm, part in effects.groupby("arm", observed=True):
        futures = part.groupby(AT[:2])[list(demands)].mean()
        met = pd.DataFrame({m: direction * futures[m] >= direction * line for m, (direction, line) in demands.items()})
        met["all of these"] = met.all(axis=1)
        rows += [(arm, name, float(met[name].mean()), len(met)) for name in met]
    return pd.DataFrame(rows, columns=["arm", "demand", "share", "futures"])


def _futures(table, measure):
    """One row per future and one column per arm; futures in which an arm is missing are left out."""
    wide = table.groupby([*AT[:2], "arm"], observed=True)[measure].mean().unstack("arm")
    return wide.replace([np.inf, -np.inf], np.nan).dropna()


def resamples(number, times, seed):
    """Bootstrap samples: indices of `number` runs drawn with replacement, int (times, number); the same for the same seed."""
    return np.random.default_rng(seed).integers(0, number, (times, number))

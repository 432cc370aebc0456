"""What it would be worth to know more: partial information by regression, whole populations, and normal closed forms.

A parameter (or several) explains part of each option's net benefit; the regression of costs and effects on it gives what the
decision maker would expect on learning it (Strong, Oakley & Brennan 2014). The regression is that of `smooth`.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from results.economics import _pair, discount_factors, evpi, net_benefit
from results.smooth import smooth

__all__ = ["Information", "evppi", "evppi_table", "normal_value", "population_value", "preposterior"]


class Information(NamedTuple):
    """Value of learning some parameters [EUR], each of shape (k,) over thresholds.

    value: in-sample estimate, slightly high on average; error: its Monte-Carlo standard error; check: the same by cross-fitting, where
    decisions are taken on runs that the fit did not see, low on average. Far apart: more draws are needed.
    """

    value: np.ndarray
    error: np.ndarray
    check: np.ndarray


def evppi(costs, effects, wtp, parameters):
    """Expected value of learning `parameters` perfectly: `Information`.

    costs, effects: shape (runs, options), one run per parameter draw; parameters: (runs,) or (runs, p), learnt together.
    value = E[max_j g_j] - max_j E[g_j] with g the net benefit expected from the parameters; between 0 and the EVPI, which it is
    held to. Net benefits that come ready: costs = -benefits, effects = 0. With summaries of data that a study would give (one row per
    run, drawn from the run's parameters) in place of parameters it is the expected value of sample information. Source: Strong,
    Oakley & Brennan 2014; Strong et al. 2015; Heath, Manolopoulou & Baio 2017.
    """
    costs, effects = _pair(costs, effects)
    runs, options = costs.shape
    thresholds = np.atleast_1d(np.asarray(wtp, dtype=np.float64))
    both = np.hstack([a - a[:, [0]] for a in (costs, effects)])  # increments, from which what options share has gone
    fitted, unseen = smooth(parameters, both)
    most = evpi(costs, effects, thresholds)
    found = []
    for k, price in enumerate(thresholds):
        g, out = (price * part[:, options:] - part[:, :options] for part in (fitted, unseen))
        real = net_benefit(costs, effects, price)
        best = int(real.mean(axis=0).argmax())
        gain = g.max(axis=1) - g[:, g.mean(axis=0).argmax()]
        check = (real[np.arange(runs), out.argmax(axis=1)] - real[:, best]).mean()
        found.append((min(max(gain.mean(), 0.0), most[k]), gain.std(ddof=1) / np.sqrt(runs), min(max(check, 0.0), most[k])))
    return Information(*(np.array(column) for column in zip(*found, strict=True)))


def evppi_table(costs, effects, wtp, draws, groups=None):
    """EVPPI of every column of `draws` and of `groups` of columns: frame with parameter, wtp, value, error, check, share of EVPI.

    draws: frame with one row per run in the order of costs; groups: {name: list of columns}. Rows by falling value at the first
    threshold. A column that never varies is worth 0.
    """
    whole = evpi(costs, effects, wtp)
    rows = []
    for name, columns in ({str(column): [column] for column in draws.columns} | (groups or {})).items():
        missing = [column for column in columns if column not in draws.columns]
        if missing:
            raise ValueError(f"group {name!r} names columns that are not there: {', '.join(map(str, missing))}")
        found = evppi(costs, effects, wtp, draws[list(columns)].to_numpy(dtype=np.float64))
        for k, price in enumerate(np.atleast_1d(wtp)):
            share = found.value[k] / whole[k] if whole[k] > 0 else 0.0
            rows.append((name, float(price), found.value[k], found.error[k], found.check[k], share))
    table = pd.DataFrame(rows, columns=["parameter", "wtp", "value", "error", "check", "share"])
    first = table.groupby("parameter")["value"].first().sort_values(ascending=False, kind="stable")
    return table.set_index("parameter").loc[first.index].reset_index()


def population_value(value, people, rate=0.03):
    """Value of information for all whom the decision touches: value per person times sum_t people_t (1 + r)^-t [EUR].

    people: number in each year from now, shape (years,): the horizon is its length. Source: Claxton & Posnett 1996.
    """
    people = np.asarray(people, dtype=np.float64)
    if people.ndim != 1 or not np.isfinite(people).all() or (people < 0).any():
        raise ValueError("people must be one number >= 0 per year")
    return (np.asarray(value, dtype=np.float64) * float(people @ discount_factors(people.size, rate, per_year=1)))[()]


def normal_value(mean, sd):
    """E[max(B, 0)] - max(E B, 0) for a normal increment B of net benefit: sd phi(m / sd) + m Phi(m / sd) - max(m, 0).

    EVPI with the sd of B; EVPPI with the sd that the parameter explains; EVSI with `preposterior`. Source: Raiffa & Schlaifer 1961.
    """
    from scipy.stats import norm

    if not sd >= 0:
        raise ValueError(f"a standard deviation must not be negative, not {sd}")
    return max(mean, 0.0) - max(mean, 0.0) if sd == 0 else float(sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(mean, 0.0))


def preposterior(prior_sd, observation_sd, n):
    """Standard deviation of the posterior mean to come: prior_sd sqrt(v0 / (v0 + s^2 / n)). Source: Raiffa & Schlaifer 1961."""
    v = prior_sd**2
    return float(prior_sd * np.sqrt(v / (v + observation_sd**2 / n))) if n > 0 else 0.0

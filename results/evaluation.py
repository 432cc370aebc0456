"""What evaluators conclude from their data: estimators of an effect, and how often these are right when the truth is known.

Estimators take the answers of one study and give an `Estimate`; `summarise` sets the estimates of many studies against the
truth. Knows tables only; statsmodels does the regressions.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

__all__ = [
    "DESIGNS", "FEW_CLUSTERS", "NONE", "POWER", "Estimate", "before_after", "did", "difference", "lags", "matches", "normal_power",
    "sample_needed", "series_effect", "summarise",
]  # fmt: skip

DESIGNS = {
    "did": "difference-in-differences",
    "difference": "difference in means after the start",
    "its": "interrupted time series",
    "before_after": "change before and after, without controls",
}
FEW_CLUSTERS = 30  # below 20 to 50 clusters the errors are too small (Cameron & Miller 2015, part VI)
SHORTEST = 3  # months of a series on each side of the start
POWER = 0.8


class Estimate(NamedTuple):
    """An effect with its standard error, interval and p-value.

    degrees: of freedom of the t distribution; clusters: independent units on which the error rests (0: each person by itself);
    fewest: those of the smaller side; within: the error if all persons were independent of each other; treated, control: persons
    (of a series: months after and before).
    """

    value: float
    error: float
    low: float
    high: float
    p: float
    degrees: float
    clusters: int
    fewest: int
    within: float
    treated: int
    control: int


NONE = Estimate(*[math.nan] * 6, 0, 0, math.nan, 0, 0)  # what a study finds from which nothing can be estimated


# --- estimators ---------------------------------------------------------------------------------------------------


def difference(answers, by_place=False, level=0.95):
    """Difference in means between treated and controls: y = a + b treated + e, weighted least squares; b is the effect.

    answers: columns y, treated (0, 1), weight and, if errors are to be robust to what places share (by_place), place. Errors:
    clustered by place with G - 1 degrees of freedom where either side has two places or more, else HC1.
    """
    return _regression(answers, ["one", "treated"], "treated", "place" if by_place else None, None, level)


def did(answers, by_place=False, level=0.95):
    """Difference-in-differences: y = a + b treated + c after + d treated x after + e; d is the effect.

    answers: as for `difference`, with person and after (0, 1); two rows per person. Errors: clustered by place if by_place, else by
    person. Source: Bertrand, Duflo & Mullainathan 2004; Cameron & Miller 2015.
    """
    frame = answers.assign(both=answers["treated"] * answers["after"])
    return _regression(frame, ["one", "treated", "after", "both"], "both", "place" if by_place else "person", "person", level)


def before_after(answers, level=0.95):
    """Change of the treated, y = a + b after + e with errors clustered by person; b is taken for the effect."""
    return _regression(answers[answers["treated"] == 1], ["one", "after"], "after", "person", "person", level)


def series_effect(series, level=0.95):
    """Interrupted time series: y = a + b t + c after + d after x (t - T) + e; the effect is c + d x the mean of t - T after T.

    series: columns month and y, one row a month, and after (0, 1), T being the first month after. Newey-West errors with `lags`
    lags. Source: Wagner et al. 2002; Newey & West 1987. `NONE` if a side has fewer than three months.
    """
    frame = series.dropna(subset=["y"]).sort_values("month")
    after = frame["after"].to_numpy(float)
    number = int(after.sum()), int((1 - after).sum())
    if min(number) < SHORTEST:
        return NONE
    month = frame["month"].to_numpy(float)
    since = after * (month - month[after == 1].min())
    x = np.column_stack([np.ones(len(frame)), month - month.mean(), after, since])
    contrast = np.array([0.0, 0.0, 1.0, since[after == 1].mean()])
    options = {"cov_type": "HAC", "cov_kwds": {"maxlags": lags(len(frame)), "use_correction": True}}
    found = _fit(frame["y"].to_numpy(float), x, np.ones(len(frame)), contrast, options, level)
    return NONE if found is None else Estimate(*found, 0, 0, found[1], *number)


def lags(months):
    """Lags of the Newey-West errors of a series: 4 (T / 100)^(2/9) rounded down. Source: Newey & West 1994."""
    return int(4 * (months / 100) ** (2 / 9))


def _regression(frame, columns, wanted, cluster, unit, level):
    """Weighted least squares of y on `columns`; the coefficient of `wanted` with errors by `cluster`, and with errors by `unit`."""
    frame = frame.dropna(subset=["y"])
    treated = frame["treated"].to_numpy() == 1
    persons = frame["person"] if "person" in frame else pd.Series(np.arange(len(frame)))
    sides = [persons[side].nunique() for side in (treated, ~treated)]
    if min(sides[0], sides[1] if "treated" in columns else sides[0]) < 2:
        return NONE
    x = np.column_stack([np.ones(len(frame)) if c == "one" else frame[c].to_numpy(float) for c in columns])
    y, weight = frame["y"].to_numpy(float), frame["weight"].to_numpy(float)
    contrast = np.array([float(c == wanted) for c in columns])
    places = [frame.loc[side, "place"].nunique() for side in (treated, ~treated)] if cluster == "place" else [0, 0]
    if cluster == "place" and min(places) < 2:  # the residuals of a place alone on its side add up to nothing: no error to be seen
        cluster = unit
    inner = _fit(y, x, weight, contrast, _robust(frame, unit), level)
    found = inner if cluster == unit else _fit(y, x, weight, contrast, _robust(frame, cluster), level)
    if found is None or inner is None:
        return NONE
    whole = cluster == "place"
    return Estimate(*found, sum(places) if whole else 0, min(places) if whole else 0, inner[1], *sides)


def _robust(frame, cluster):
    if cluster is None:
        return {"cov_type": "HC1"}
    return {"cov_type": "cluster", "cov_kwds": {"groups": pd.factorize(frame[cluster])[0], "use_correction": True}}


def _fit(y, x, weight, contrast, options, level):
    """(value, error, low, high, p, degrees) of a contrast of a weighted regression; None where there is nothing to be seen."""
    from statsmodels.regression.linear_model import WLS

    if np.ptp(y) == 0.0 or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    fitted = WLS(y, x, weight).fit(use_t=True, **options)
    test = fitted.t_test(contrast)
    error = float(np.squeeze(test.sd))
    if not error > 0.0:
        return None
    low, high = np.squeeze(test.conf_int(1 - level))
    return float(np.squeeze(test.effect)), error, float(low), float(high), float(np.squeeze(test.pvalue)), float(test.df_denom)


def matches(treated, pool):
    """For each treated person the nearest in a pool, by standardised distance, with replacement: int (treated,), rows of the pool.

    treated, pool: float arrays (persons, traits); what nobody differs in does not count.
    """
    from scipy.spatial import cKDTree

    spread = np.vstack([treated, pool]).std(0)
    spread[spread == 0.0] = 1.0
    return cKDTree(pool / spread).query(treated / spread)[1]


# --- power and sample ---------------------------------------------------------------------------------------------


def normal_power(effect, error, level=0.95):
    """Probability that a two-sided test finds a normal estimate with this mean and standard error different from zero."""
    z = norm.ppf(0.5 + level / 2)
    ratio = np.abs(effect) / error
    return norm.cdf(ratio - z) + norm.cdf(-ratio - z)


def sample_needed(n, effect, within, between=0.0, power=POWER, level=0.95):
    """Persons to ask so that `effect` is found with probability `power`; inf if no number would do, not-a-number without effect.

    n: persons asked, with which the error among independent persons was `within`; between: the part of the error that does not
    fall with n, because it comes from differences between places. Solves within² n / N + between² = (effect / (z_level + z_power))².
    """
    if not effect or not math.isfinite(effect) or not within > 0.0:
        return math.nan
    wanted = (effect / (norm.ppf(0.5 + level / 2) + norm.ppf(power))) ** 2 - between**2
    return float(math.ceil(n * within**2 / wanted)) if wanted > 0.0 else math.inf


# --- many studies against the truth -------------------------------------------------------------------------------

WORLD = ["draw", "replicate"]


def summarise(estimates, level=0.95, power=POWER):
    """One row: what the studies found against the truth.

    estimates: one row per study: draw, replicate, study, asked, answered, truth, population and the fields of `Estimate`.
    Columns: studies, worlds, estimated (studies from which anything could be estimated), truth, population (mean over worlds), mean, sd,
    low, high (percentiles of the estimates), bias and bias_error (standard error by world), error (root mean square of the errors that
    studies report), detected (share that finds an effect of the truth's sign), opposite (of the other sign), rejected (either), coverage
    (share of intervals that hold the truth of their world), power (of a normal estimate with the mean truth and the mean error), asked,
    response, needed (persons asked for `power`), clusters, fewest.
    """
    found = estimates.dropna(subset=["value", "error"])
    rejected = estimates["p"] < 1 - level  # a study without an estimate rejects nothing
    sign = np.sign(estimates["truth"])
    gone = found["value"] - found["truth"]
    by_world = gone.groupby([found[c] for c in WORLD]).mean()
    worlds = estimates.drop_duplicates(WORLD)
    truth, rms = float(worlds["truth"].mean()), _rms(found["error"])
    within = _rms(found["within"])
    between = math.sqrt(max(0.0, rms**2 - within**2)) if len(found) else math.nan
    held = (found["low"] <= found["truth"]) & (found["truth"] <= found["high"])
    asked = float(estimates["asked"].mean())
    ends = found["value"].quantile([(1 - level) / 2, (1 + level) / 2]).to_numpy()
    return pd.DataFrame([{
        "studies": len(estimates), "worlds": len(worlds), "estimated": len(found), "truth": truth,
        "population": float(worlds["population"].mean()), "mean": found["value"].mean(), "sd": found["value"].std(ddof=1), "low": ends[0],
        "high": ends[1], "bias": gone.mean(), "bias_error": _error_of_mean(by_world if len(by_world) > 1 else gone), "error": rms,
        "within": within, "detected": float((rejected & (np.sign(estimates["value"]) == sign) & (sign != 0)).mean()),
        "opposite": float((rejected & (np.sign(estimates["value"]) == -sign) & (sign != 0)).mean()), "rejected": float(rejected.mean()),
        "coverage": float(held.mean()), "power": float(normal_power(truth, rms, level)) if rms > 0 else math.nan, "asked": asked,
        "response": float(estimates["answered"].sum() / estimates["asked"].sum()),
        "needed": sample_needed(asked, truth, within, between, power, level),
        "clusters": int(found["clusters"].min()) if len(found) else 0, "fewest": int(found["fewest"].min()) if len(found) else 0,
    }])  # fmt: skip


def _rms(values):
    return float(np.sqrt(np.mean(np.square(values)))) if len(values) else math.nan


def _error_of_mean(values):
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan

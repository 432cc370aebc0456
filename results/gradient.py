"""How steeply a value follows social rank: slopes, concentration, gaps; pure functions of weighted arrays.

Arrays have shape (n,); `rank` is any variable that orders people from the worst to the best off, ties share their mean
rank, so row order cannot matter. Groups with means and sizes are rows with weights. What is refused is told in
`results.weighted`.
"""

from typing import NamedTuple

import numpy as np

from results.weighted import columns, dot, mean, on_ranks, ratio_mean, ridit_of

__all__ = [
    "Line", "absolute_gap", "concentration_curve", "concentration_index", "population_attributable_gap", "relative_gap",
    "relative_index", "ridit", "slope_index", "slope_line",
]  # fmt: skip


class Line(NamedTuple):
    """A line of values on social rank: fitted value at rank 0, rise to rank 1, standard error, fit."""

    bottom: float
    slope: float
    error: float
    r2: float


def ridit(rank, weights=None):
    """Fractional rank R_i = sum_{j below i} w_j + (weight of i's tie) / 2, with weights summing to one; in
    (0, 1).

    Ties in `rank` share their mean rank, so row order cannot matter. Rows of weight 0 are not part of the
    population and get NaN. Source: Bross 1958; Kakwani, Wagstaff & van Doorslaer 1997.
    """
    y, w, _ = columns(rank, weights)
    if y.size == np.size(rank):
        return ridit_of(y, w)
    result = np.full(np.size(rank), np.nan)
    result[np.asarray(weights) > 0] = ridit_of(y, w)
    return result


def slope_line(values, rank, weights=None, model="linear"):
    """Weighted line of `values` on the ridit R of `rank`: `Line(bottom, slope, error, r2)`, bottom = fit(0), slope = fit(1) - fit(0).

    "linear": least squares, slope = S_xy / S_xx, error the classical one with n - 2 degrees of freedom (NaN for n = 2).
    "log": E y = exp(a + b R), values >= 0; "logit": E y = 1 / (1 + exp(-a - b R)), values in 0-1, as the WHO fits shares:
    both by quasi-likelihood, error NaN (`influence.slope` gives robust ones). ValueError if all ranks are the same.
    Source: Moreno-Betancur et al. 2015, eq. 3; Hosseinpoor et al. 2018.
    """
    y, w, (x,) = columns(values, weights, others=(rank,))
    x = ridit_of(x, w) - 0.5  # the weighted mean ridit is exactly one half
    spread = dot(w, x**2)
    if spread < 1e-15:
        raise ValueError("rank holds one value only, so there is no slope over it")
    middle = mean(y, w)
    total = dot(w, (y - middle) ** 2)
    if model != "linear":
        a, b = fit_line(y, x, w, model)
        low, high = (float(INVERSE[model](a + b * end)) for end in (-0.5, 0.5))
        rest = dot(w, (y - INVERSE[model](a + b * x)) ** 2)
        return Line(low, high - low, np.nan, 1 - rest / total if total > 0 else np.nan)
    slope = dot(w, x * (y - middle)) / spread
    rest = dot(w, (y - middle - slope * x) ** 2)
    error = np.sqrt(rest / (y.size - 2) / spread) if y.size > 2 else np.nan
    return Line(middle - slope / 2, slope, float(error), 1 - rest / total if total > 0 else np.nan)


INVERSE = {"linear": lambda eta: eta, "log": np.exp, "logit": lambda eta: 1 / (1 + np.exp(-eta))}
STEEP = {
    "linear": lambda level: np.ones_like(level),
    "log": lambda level: level,
    "logit": lambda level: level * (1 - level),
}  # change of the level with the linear part, which is also the variance that the canonical link assumes


FARTHEST = 50.0  # a linear part as large as this means that the slope runs away


def fit_line(y, x, w, model):
    """Intercept and slope of the linear part of a "linear", "log" or "logit" model on aligned columns, by Newton's steps."""
    if model not in INVERSE:
        raise ValueError(f"model {model!r}: choose linear, log or logit")
    middle = mean(y, w)
    if model == "log" and (y.min() < 0 or middle == 0):
        raise ValueError("a log model needs values that are not negative, some of them above 0")
    if model == "logit" and (y.min() < 0 or y.max() > 1 or middle in (0, 1)):
        raise ValueError("a logit model needs values between 0 and 1, not all at one end")
    start = {"linear": middle, "log": np.log(middle), "logit": np.log(middle / (1 - middle)) if 0 < middle < 1 else 0.0}[model]
    beta, design = np.array([start, 0.0]), np.column_stack([np.ones_like(x), x])
    for _ in range(60):
        level = INVERSE[model](design @ beta)
        bend = design.T @ (design * (w * STEEP[model](level))[:, None])
        if np.abs(beta).max() > FARTHEST or np.linalg.cond(bend) > 1e12:
            break
        step = np.linalg.solve(bend, design.T @ (w * (y - level)))
        beta = beta + step * min(1.0, 3.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < 1e-12:
            return float(beta[0]), float(beta[1])
    raise ValueError(f"the {model} model has no slope to find: rank splits the values completely")


def slope_index(values, rank, weights=None, model="linear"):
    """Slope index of inequality (SII): fit(1) - fit(0) of `slope_line` [units of values].

    How much better off the top of the social ladder is than the bottom. Linear in `values` (model "linear"), so the SII of
    a change is the change of the SII only when rank and weights are kept. Source: Moreno-Betancur et al. 2015, eq. 3.
    """
    return slope_line(values, rank, weights, model).slope


def relative_index(values, rank, weights=None, kind="fitted"):
    """Relative index of inequality (RII), by the meaning named in `kind` [ratio].

    "fitted": fit(1) / fit(0) of the straight line, 1 when equal, undefined (ValueError) unless both are above 0.
    "mean": SII / mean, 0 when equal, undefined at a mean of 0. "log": exp(b) of the log model; "logit": fit(1) / fit(0)
    of the logit model, both 1 when equal. Source: Mackenbach & Kunst 1997; Pamuk 1985; Moreno-Betancur et al. 2015.
    """
    if kind not in ("fitted", "mean", "log", "logit"):
        raise ValueError(f"relative index of kind {kind!r}: choose 'fitted' or 'mean', or the models 'log' or 'logit'")
    line = slope_line(values, rank, weights, kind if kind in ("log", "logit") else "linear")
    if kind == "mean":
        y, w, _ = columns(values, weights)
        return line.slope / ratio_mean(y, w, "the relative index")
    top = line.bottom + line.slope
    if min(line.bottom, top) <= 0:
        raise ValueError(f"fitted values {line.bottom:g} and {top:g} must both be above 0 for a relative index")
    return top / line.bottom


def concentration_index(values, rank, weights=None, kind="relative", lower=None, upper=None):
    """Concentration of `values` over the ridit R of `rank`; above 0 when the better off have more.

    "relative": C = 2 cov(y, R) / mu (depends on the zero point); "generalised": G = mu C [units of values];
    "erreygers": E = 4 G / (b - a); "wagstaff": W = G (b - a) / ((b - mu)(mu - a)). The last two need the
    limits a = `lower` and b = `upper` of the scale itself (EUROHIS-QOL: 1 and 5), never those observed;
    ValueError when values lie outside. Source: Kakwani et al. 1997; Erreygers 2009; Wagstaff 2005.
    """
    if kind not in ("relative", "generalised", "erreygers", "wagstaff"):
        raise ValueError(
            f"concentration index of kind {kind!r}: choose relative, generalised, erreygers or wagstaff"
        )
    y, w, (x,) = columns(values, weights, others=(rank,))
    middle = mean(y, w)
    generalised = 2 * on_ranks(y, x, w)
    if kind == "generalised":
        return generalised
    if kind == "relative":
        return generalised / ratio_mean(y, w, "the relative concentration index")
    if lower is None or upper is None or not lower < upper:
        raise ValueError(
            f"kind {kind!r} needs the limits of the scale, lower < upper; got {lower} and {upper}"
        )
    if y.min() < lower or y.max() > upper:
        raise ValueError(
            f"values from {y.min():g} to {y.max():g} lie outside the scale {lower:g} to {upper:g}"
        )
    if kind == "erreygers":
        return 4 * generalised / (upper - lower)
    if middle in (lower, upper):
        raise ValueError(f"the mean equals a limit of the scale ({middle:g}), so Wagstaff's index is undefined")
    return generalised * (upper - lower) / ((upper - middle) * (middle - lower))


def concentration_curve(values, rank, weights=None):
    """Concentration curve: (p, L), from (0, 0) to (1, 1): those ranked lowest, the share p, hold the share L of the total.

    Shape (k + 1,) for k distinct ranks: the tied enter together. The mean must not be 0. C = 1 - 2 times the area under the
    curve. Source: Kakwani et al. 1997.
    """
    y, w, (x,) = columns(values, weights, others=(rank,))
    middle = ratio_mean(y, w, "a concentration curve")
    _, code = np.unique(x, return_inverse=True)
    people, held = np.cumsum(np.bincount(code, w)), np.cumsum(np.bincount(code, w * y)) / middle
    return np.append(0.0, people / people[-1]), np.append(0.0, held / held[-1])


def absolute_gap(better, worse):
    """Absolute gap: better - worse [units of values]; numbers or arrays of any one shape."""
    return np.subtract(better, worse, dtype=np.float64)[()]


def relative_gap(better, worse):
    """Relative gap: better / worse [ratio]; ValueError when `worse` is 0 anywhere. Needs a ratio scale."""
    if np.any(np.asarray(worse) == 0):
        raise ValueError("the worse-off level is 0, so a relative gap is undefined")
    return np.divide(better, worse, dtype=np.float64)[()]


def population_attributable_gap(means, shares, reference):
    """How much the mean would rise were every group at the level of the reference group: sum p_g (y_ref -
    y_g).

    means, shares: shape (groups,), shares >= 0 of the population; reference: index of the reference group
    [units of means].
    """
    y, w, _ = columns(means, shares)
    top = float(np.asarray(means, dtype=np.float64)[reference])
    return top - mean(y, w)

"""How unequal a distribution is: pure functions of weighted arrays.

Every function takes float arrays of shape (n,) and optional weights of shape (n,) (default: all equal). Only the ratios of
the weights matter, and a weight of 2 is the same as the row twice. All sums are in float64. NaN, infinite values, negative
weights and weights that sum to zero raise ValueError. Measures along social rank live in `gradient` and the split by groups
in `decompose`; all can be had from here. RATIO_SCALE names those that need a true zero: a score gets them through
`score_index` only, which shifts it and says so.
"""

import numpy as np

from results.entropy import entropy_contributions, entropy_split, generalised_entropy, mean_log_deviation, theil
from results.gradient import (
    Line,
    absolute_gap,
    concentration_curve,
    concentration_index,
    population_attributable_gap,
    relative_gap,
    relative_index,
    ridit,
    slope_index,
    slope_line,
)  # fmt: skip
from results.weighted import columns, dot, in_order, mean, ratio_mean

__all__ = [
    "RATIO_SCALE", "Line", "absolute_gap", "atkinson", "bottom_share", "coefficient_of_variation", "concentration_curve",
    "concentration_index", "ede", "entropy_contributions", "entropy_split", "generalised_entropy", "gini", "kolm", "lorenz",
    "lorenz_asymmetry", "mean_log_deviation", "population_attributable_gap", "quantile", "quantile_ratio", "relative_gap", "relative_index",
    "ridit", "score_index", "share_ratio", "slope_index", "slope_line", "standard_deviation", "theil", "top_share",
]  # fmt: skip

RATIO_SCALE = ("atkinson", "coefficient_of_variation", "generalised_entropy", "gini", "mean_log_deviation", "quantile_ratio",
               "share_ratio", "theil")  # fmt: skip


def score_index(index, values, lower, upper, weights=None, shift=False, **more):
    """An index of a score that runs from `lower` to `upper` (EUROHIS-QOL: 1 to 5): (value, note on how it was taken).

    index: name of a function of this file. Those in RATIO_SCALE change when the zero point of a score moves, so they raise
    ValueError unless `shift` is True; then they are taken on (y - lower) / (upper - lower), and the note says so. Others are
    taken as they are, note "". more: further arguments of the index. Source: Erreygers & Van Ourti 2011.
    """
    y = np.asarray(values, dtype=np.float64)
    if not lower < upper or (y.size and (y.min() < lower or y.max() > upper)):
        raise ValueError(f"values from {y.min():g} to {y.max():g} must lie inside the scale {lower:g} to {upper:g}")
    function = {name: globals()[name] for name in __all__ if name not in ("RATIO_SCALE", "Line", "score_index")}[index]
    if index not in RATIO_SCALE:
        return function(values, weights=weights, **more), ""
    if not shift:
        raise ValueError(f"{index} needs a ratio scale, and a score from {lower:g} to {upper:g} has no true zero; shift it and say so")
    return function((y - lower) / (upper - lower), weights=weights, **more), f"on (score - {lower:g}) / {upper - lower:g}"


def lorenz(values, weights=None):
    """Lorenz curve: (p, L), both of shape (n + 1,) from 0 to 1: the poorest p of the population hold L of the
    total.

    values >= 0 with a mean above 0. Source: Lorenz 1905.
    """
    y, w, _ = columns(values, weights, not_negative=True)
    middle = ratio_mean(y, w, "a Lorenz curve")
    order, y = in_order(y)
    w = w[order]
    people, held = np.cumsum(w), np.cumsum(w * y) / middle
    return np.append(0.0, people / people[-1]), np.append(0.0, held / held[-1])


def top_share(values, share=0.1, weights=None):
    """Share of the total held by the top `share` of the population, read off the Lorenz curve: 1 - L(1 - share).

    Example: share = 0.1 on yearly costs gives what the costliest tenth of residents cost. values >= 0.
    """
    return 1 - bottom_share(values, 1 - share, weights)


def bottom_share(values, share=0.5, weights=None):
    """Share of the total held by the bottom `share` of the population, L(share) of the Lorenz curve; values >= 0."""
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    return float(np.interp(share, *lorenz(values, weights)))


def share_ratio(values, share=0.2, weights=None):
    """Quintile share ratio S80/S20 (for share = 0.2): total of the top fifth over that of the bottom fifth [ratio]; values >= 0.

    Read off the Lorenz curve, so that a fifth is exactly a fifth; Eurostat's ilc_di11 takes those beyond the weighted
    quantiles, which differs where many hold the same value. ValueError when the bottom holds nothing.
    """
    if not 0 < share <= 0.5:
        raise ValueError(f"share must lie between 0 and 0.5, not {share}")
    people, held = lorenz(values, weights)
    bottom, top = np.interp(share, people, held), 1 - np.interp(1 - share, people, held)
    if bottom <= 0:
        raise ValueError(f"the bottom {share:g} of the population hold nothing, so a share ratio is undefined")
    return float(top / bottom)


def lorenz_asymmetry(values, weights=None):
    """Lorenz asymmetry S = F(mu) + L(mu): 1 when symmetric, below 1 when the poor differ most, above when the rich do.

    Between the rows next to the mean both curves are interpolated; where rows equal the mean, S is an interval and its middle
    is given; NaN among equals. values >= 0. Source: Damgaard & Weiner 2000.
    """
    y, w, _ = columns(values, weights, not_negative=True)
    middle = ratio_mean(y, w, "a Lorenz asymmetry")
    order, y = in_order(y)
    w = w[order]
    near = 1e-12 * max(1.0, abs(middle))
    below, reached = int(np.searchsorted(y, middle - near)), int(np.searchsorted(y, middle + near))
    if below == 0:
        return float("nan")
    people, held = np.append(0.0, np.cumsum(w)), np.append(0.0, np.cumsum(w * y)) / middle
    if reached > below:
        return float(people[below] + people[reached] + held[below] + held[reached]) / 2
    part = (middle - y[below - 1]) / (y[below] - y[below - 1]) * w[below]
    return float(people[below] + part + held[below] + part * y[below] / middle)


def gini(values, weights=None, unbiased=False):
    """Gini coefficient G = sum_ij w_i w_j |y_i - y_j| / (2 mu) = 2 cov(y, R) / mu; in [0, 1).

    values >= 0 on a ratio scale with a mean above 0. `unbiased` multiplies by n / (n - 1), for a simple sample.
    Source: Gini 1912; Lerman & Yitzhaki 1989.
    """
    y, w, _ = columns(values, weights, not_negative=True)
    middle = ratio_mean(y, w, "the Gini coefficient")
    if weights is None:
        y = np.sort(y)  # several times as fast as an order for two columns
    else:
        order, y = in_order(y)
        w = w[order]
    rank = np.cumsum(w)
    rank -= w / 2
    rank -= 0.5
    rank *= w
    y -= middle
    result = 2 * dot(rank, y) / middle
    return result * y.size / (y.size - 1) if unbiased else result


def standard_deviation(values, weights=None):
    """Standard deviation sqrt(sum w (y - mu)^2) [units of values]; divides by n, not n - 1. Right for interval scales."""
    y, w, _ = columns(values, weights)
    return float(np.sqrt(dot(w, (y - mean(y, w)) ** 2)))


def coefficient_of_variation(values, weights=None):
    """Coefficient of variation: standard deviation (by n) over the mean; GE(2) = CV^2 / 2. values >= 0 on a ratio scale."""
    y, w, _ = columns(values, weights, not_negative=True)
    return standard_deviation(y, w) / ratio_mean(y, w, "the coefficient of variation")


def ede(values, aversion, weights=None, kind="atkinson"):
    """Equally distributed equivalent: the level which, given to all, is as good as the distribution [units of
    values].

    "atkinson" (values >= 0): (sum w y^(1-e))^(1/(1-e)), e = 1 the geometric mean; "kolm" (any values):
    -(1/a) ln sum w exp(-a y); "gini": sum y ((1 - F_below)^v - (1 - F)^v), v = 1 the mean. `aversion` >= 0
    (>= 1 for "gini"). Powers are taken as log-sum-exp, so e = 10.95 is safe. Source: Atkinson 1970; Kolm
    1976; Yitzhaki 1983.
    """
    y, w, _ = columns(values, weights, not_negative=kind == "atkinson")
    return _ede(y, w, mean(y, w), aversion, kind)


def _ede(y, w, middle, aversion, kind):
    """`ede` of aligned columns with their mean."""
    if not aversion >= (1 if kind == "gini" else 0):
        raise ValueError(
            f"aversion to inequality must be at least {1 if kind == 'gini' else 0}, not {aversion}"
        )
    if kind == "gini":
        order, y = in_order(y)
        w = w[order]
        above = np.append(1 - (np.cumsum(w) - w), 0.0) ** aversion
        return -dot(y, np.diff(above))
    if kind == "kolm":
        return middle if aversion == 0 else middle - _log_mean_exp(-aversion * (y - middle), w) / aversion
    if kind != "atkinson":
        raise ValueError(f"EDE of kind {kind!r}: choose atkinson, kolm or gini")
    if aversion == 0 or middle == 0:
        return middle
    if y.min() == 0 and aversion >= 1:
        return 0.0
    with np.errstate(divide="ignore"):
        logs = np.log(y / middle)
    if aversion == 1:
        return middle * float(np.exp(dot(w, logs)))
    return middle * float(np.exp(_log_mean_exp((1 - aversion) * logs, w) / (1 - aversion)))


def _log_mean_exp(x, w):
    """ln sum w exp(x) without overflow, and without losing the digits of a small x."""
    top = x.max()
    if top < 0.5 and x.min() > -0.5:
        return float(np.log1p(dot(w, np.expm1(x))))
    return float(top + np.log(dot(w, np.exp(x - top))))


def atkinson(values, aversion=1.0, weights=None):
    """Atkinson index A(e) = 1 - EDE / mu, in [0, 1]; values >= 0, mean above 0. Source: Atkinson 1970."""
    y, w, _ = columns(values, weights, not_negative=True)
    middle = ratio_mean(y, w, "the Atkinson index")
    return 1 - _ede(y, w, middle, aversion, "atkinson") / middle


def kolm(values, aversion=0.15, weights=None):
    """Kolm index K(a) = (1/a) ln sum w exp(a (mu - y)) = mu - EDE [units of values]; right for interval
    scales.

    `aversion` in 1 / units of values; the default is the median answer of Robson et al. 2017. Source: Kolm
    1976.
    """
    y, w, _ = columns(values, weights)
    return mean(y, w) - ede(y, aversion, w, kind="kolm")


def quantile(values, share, weights=None):
    """Weighted quantile: the smallest value at or below which at least `share` of the population lies [units
    of values].

    A share met exactly is the mean of that value and the next, so that the median of 1, 2, 3, 4 is 2.5 (type
    2 of Hyndman & Fan 1996).
    """
    return _quantiles(values, (share,), weights)[0]


def _quantiles(values, shares, weights):
    """Several weighted quantiles by one sorting."""
    for share in shares:
        if not 0 <= share <= 1:
            raise ValueError(f"share must lie between 0 and 1, not {share}")
    y, w, _ = columns(values, weights)
    order, y = in_order(y)
    reached = np.cumsum(w[order])
    near = 1e-12  # cumulated weights carry rounding, and a share met exactly must be seen as met
    ends = [[min(int(np.searchsorted(reached, share + side)), y.size - 1) for side in (-near, near)] for share in shares]
    return [float((y[low] + y[high]) / 2) for low, high in ends]


def quantile_ratio(values, high=0.9, low=0.1, weights=None):
    """Ratio of two weighted quantiles, P90/P10 by default [ratio]; ValueError unless the lower quantile is above 0."""
    if not low < high:
        raise ValueError(f"the lower share must be below the higher one, not {low} and {high}")
    bottom, top = _quantiles(values, (low, high), weights)
    if bottom <= 0:
        raise ValueError(f"the quantile at {low:g} is {bottom:g}, so a ratio to it is undefined")
    return top / bottom

"""How unequal a distribution is, and how steeply it follows social rank: pure functions of weighted arrays.

Every function takes float arrays of shape (n,) and optional weights of shape (n,) (default: all equal). Only
the ratios of the weights matter, and a weight of 2 is the same as the row twice. Ties in a ranking variable
share their mean rank. All sums are in float64. NaN, infinite values, negative weights and weights that sum to
zero raise ValueError.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "Line", "absolute_gap", "atkinson", "concentration_index", "ede", "entropy_split", "generalised_entropy",
    "gini", "kolm", "lorenz", "mean_log_deviation", "population_attributable_gap", "quantile", "relative_gap",
    "relative_index", "ridit", "slope_index", "slope_line", "theil", "top_share",
]  # fmt: skip


class Line(NamedTuple):
    """A line of values on social rank: fitted value at rank 0, rise to rank 1, standard error, fit."""

    bottom: float
    slope: float
    error: float
    r2: float


def _columns(values, weights, *, others=(), positive=False, not_negative=False):
    """Check and align the columns; returns values, weights that sum to one, others. Rows of weight 0 are left
    out.
    """
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1 or y.size == 0:
        raise ValueError(f"values must be a non-empty array of shape (n,), not of shape {y.shape}")
    w = np.ones(y.size) if weights is None else np.asarray(weights, dtype=np.float64)
    columns = [np.asarray(column, dtype=np.float64) for column in others]
    for name, column in (("weights", w), *(("rank", column) for column in columns)):
        if column.shape != y.shape:
            raise ValueError(f"{name} has shape {column.shape}, values have shape {y.shape}")
    for name, column in (("values", y), ("weights", w), *(("rank", column) for column in columns)):
        if not np.isfinite(column).all():
            raise ValueError(
                f"{name} holds a missing or infinite number at row {int(np.argmin(np.isfinite(column)))}"
            )
    if w.min() < 0:
        raise ValueError(f"weights must not be negative; row {int(np.argmin(w))} has {w.min():g}")
    if w.max() == 0:
        raise ValueError("weights sum to zero")
    if w.min() == 0:
        kept = w > 0
        y, w, columns = y[kept], w[kept], [column[kept] for column in columns]
    low = y.min()
    if positive and low <= 0:
        raise ValueError(f"values must be above 0 for this index; the lowest is {low:g}")
    if not_negative and low < 0:
        raise ValueError(f"values must not be negative for this index; the lowest is {low:g}")
    w = w / w.max()  # first by the largest, so that tiny or huge weights keep their digits
    return y, w / w.sum(), columns


def _mean(y, w):
    """Weighted mean of aligned columns, weights summing to one; exact for a constant column."""
    return float(y[0] + w @ (y - y[0]))


def _ratio_mean(y, w, index):
    """The mean as a divisor; ValueError if it is zero, since a relative index is then undefined."""
    mean = _mean(y, w)
    if mean == 0:
        raise ValueError(f"the mean of the values is 0, so {index} is undefined")
    return mean


def _ridit(rank, w):
    """Ridit of aligned columns: cumulated weight below plus half the own tie's weight."""
    order = np.argsort(rank)
    ranked = rank[order]
    first = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    weight = np.add.reduceat(w[order], first)
    middle = np.cumsum(weight) - weight / 2
    result = np.empty(rank.size)
    result[order] = np.repeat(middle, np.diff(np.append(first, rank.size)))
    return result


def ridit(rank, weights=None):
    """Fractional rank R_i = sum_{j below i} w_j + (weight of i's tie) / 2, with weights summing to one; in
    (0, 1).

    Ties in `rank` share their mean rank, so row order cannot matter. Rows of weight 0 are not part of the
    population and get NaN. Source: Bross 1958; Kakwani, Wagstaff & van Doorslaer 1997.
    """
    y, w, _ = _columns(rank, weights)
    if y.size == np.size(rank):
        return _ridit(y, w)
    result = np.full(np.size(rank), np.nan)
    result[np.asarray(weights) > 0] = _ridit(y, w)
    return result


def slope_line(values, rank, weights=None):
    """Weighted least-squares line of `values` on the ridit of `rank`: `Line(bottom, slope, error, r2)`.

    slope = S_xy / S_xx; error is the classical standard error with n - 2 degrees of freedom (NaN for n = 2).
    ValueError if all ranks are the same. Source: Moreno-Betancur et al. 2015, eq. 3.
    """
    y, w, (x,) = _columns(values, weights, others=(rank,))
    x = _ridit(x, w) - 0.5  # the weighted mean ridit is exactly one half
    spread = float(w @ x**2)
    if spread < 1e-15:
        raise ValueError("rank holds one value only, so there is no slope over it")
    mean = _mean(y, w)
    slope = float(w @ (x * (y - mean))) / spread
    rest = float(w @ (y - mean - slope * x) ** 2)
    total = float(w @ (y - mean) ** 2)
    error = np.sqrt(rest / (y.size - 2) / spread) if y.size > 2 else np.nan
    return Line(mean - slope / 2, slope, float(error), 1 - rest / total if total > 0 else np.nan)


def slope_index(values, rank, weights=None):
    """Slope index of inequality (SII): least-squares slope of `values` on the ridit of `rank` [units of
    values].

    How much better off the top of the social ladder is than the bottom. Linear in `values`, so the SII of a
    change is the change of the SII only when rank and weights are kept. Source: Moreno-Betancur et al. 2015,
    eq. 3.
    """
    return slope_line(values, rank, weights).slope


def relative_index(values, rank, weights=None, kind="fitted"):
    """Relative index of inequality (RII), by the meaning named in `kind` [ratio].

    "fitted": fitted(1) / fitted(0) of the line, 1 when equal, undefined (ValueError) unless both are above 0.
    "mean": SII / mean, 0 when equal, undefined at a mean of 0. Source: Mackenbach & Kunst 1997; Pamuk 1985.
    """
    if kind not in ("fitted", "mean"):
        raise ValueError(f"relative index of kind {kind!r}: choose 'fitted' or 'mean'")
    line = slope_line(values, rank, weights)
    if kind == "mean":
        y, w, _ = _columns(values, weights)
        return line.slope / _ratio_mean(y, w, "the relative index")
    top = line.bottom + line.slope
    if min(line.bottom, top) <= 0:
        raise ValueError(
            f"fitted values {line.bottom:g} and {top:g} must both be above 0 for a relative index"
        )
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
    y, w, (x,) = _columns(values, weights, others=(rank,))
    mean = _mean(y, w)
    generalised = 2 * float(w @ ((y - mean) * (_ridit(x, w) - 0.5)))
    if kind == "generalised":
        return generalised
    if kind == "relative":
        return generalised / _ratio_mean(y, w, "the relative concentration index")
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
    if mean in (lower, upper):
        raise ValueError(f"the mean equals a limit of the scale ({mean:g}), so Wagstaff's index is undefined")
    return generalised * (upper - lower) / ((upper - mean) * (mean - lower))


def lorenz(values, weights=None):
    """Lorenz curve: (p, L), both of shape (n + 1,) from 0 to 1: the poorest p of the population hold L of the
    total.

    values >= 0 with a mean above 0. Source: Lorenz 1905.
    """
    y, w, _ = _columns(values, weights, not_negative=True)
    mean = _ratio_mean(y, w, "a Lorenz curve")
    order = np.argsort(y)
    people, held = np.cumsum(w[order]), np.cumsum((w * y)[order]) / mean
    return np.append(0.0, people / people[-1]), np.append(0.0, held / held[-1])


def top_share(values, share=0.1, weights=None):
    """Share of the total held by the top `share` of the population, read off the Lorenz curve: 1 - L(1 -
    share).

    Example: share = 0.1 on yearly costs gives what the costliest tenth of residents cost. values >= 0.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    return float(1 - np.interp(1 - share, *lorenz(values, weights)))


def gini(values, weights=None, unbiased=False):
    """Gini coefficient G = sum_ij w_i w_j |y_i - y_j| / (2 mu) = 2 cov(y, R) / mu; in [0, 1).

    values >= 0 on a ratio scale with a mean above 0 (a 1-5 score must be shifted to start at 0, and the shift
    told). `unbiased` multiplies by n / (n - 1), for a simple sample. Source: Gini 1912; Lerman & Yitzhaki
    1989.
    """
    y, w, _ = _columns(values, weights, not_negative=True)
    mean = _ratio_mean(y, w, "the Gini coefficient")
    order = np.argsort(y)
    y, w = y[order], w[order]
    result = 2 * float(w @ ((y - mean) * (np.cumsum(w) - w / 2 - 0.5))) / mean
    return result * y.size / (y.size - 1) if unbiased else result


def _entropy(share, w, alpha):
    """GE(alpha) of y / mu = `share` with weights that sum to one.

    Near alpha = 0 and 1 the plain formula divides rounding by almost nothing, so powers are taken as expm1;
    since sum w share = 1, share may stand for the 1 that is subtracted.
    """
    logs = np.log(np.where(share > 0, share, 1))
    if alpha == 0:
        return float(w @ -logs)
    if alpha == 1:
        return float(w @ (share * logs))
    power = np.expm1(alpha * logs) if alpha < 0.5 else share * np.expm1((alpha - 1) * logs)
    if alpha < 0.5:
        power = np.where(share > 0, power, -1)
    return float(w @ power) / (alpha * (alpha - 1))


def generalised_entropy(values, alpha=1.0, weights=None):
    """Generalised entropy GE(a) = (sum w (y / mu)^a - 1) / (a (a - 1)); a = 0 mean log deviation, a = 1
    Theil.

    values above 0; 0 is allowed when a > 0. Low a is sensitive to the bottom. Source: Shorrocks 1980.
    """
    y, w, _ = _columns(values, weights, positive=alpha <= 0, not_negative=True)
    return _entropy(y / _ratio_mean(y, w, "generalised entropy"), w, alpha)


def theil(values, weights=None):
    """Theil's T = sum w (y / mu) ln(y / mu) = GE(1); values >= 0. Source: Theil 1967."""
    return generalised_entropy(values, 1, weights)


def mean_log_deviation(values, weights=None):
    """Mean log deviation, Theil's L = sum w ln(mu / y) = GE(0); values above 0. Source: Theil 1967."""
    return generalised_entropy(values, 0, weights)


def entropy_split(values, groups, alpha=1.0, weights=None):
    """GE(alpha) split exactly: {"total", "within", "between"}.

    within = sum_g p_g^(1-a) q_g^a GE_g with population share p and value share q; between = GE of the group
    means. `groups`: labels of any kind, shape (n,). Source: Shorrocks 1984.
    """
    labels, codes = np.unique(np.asarray(groups), return_inverse=True)
    y, w, (code,) = _columns(values, weights, others=(codes,), positive=alpha <= 0, not_negative=True)
    code = code.astype(np.intp)
    mean = _ratio_mean(y, w, "generalised entropy")
    people = np.bincount(code, w, labels.size)
    held = np.bincount(code, w * y, labels.size)
    some = (people > 0) & (held > 0)
    means = np.divide(held, people, out=np.ones_like(held), where=some)
    between = _entropy((held[people > 0] / people[people > 0]) / mean, people[people > 0], alpha)
    within = 0.0
    for g in np.flatnonzero(some):
        own = code == g
        part = people[g] ** (1 - alpha) * (held[g] / mean) ** alpha
        within += part * _entropy(y[own] / means[g], w[own] / people[g], alpha)
    return {"total": _entropy(y / mean, w, alpha), "within": float(within), "between": between}


def ede(values, aversion, weights=None, kind="atkinson"):
    """Equally distributed equivalent: the level which, given to all, is as good as the distribution [units of
    values].

    "atkinson" (values >= 0): (sum w y^(1-e))^(1/(1-e)), e = 1 the geometric mean; "kolm" (any values):
    -(1/a) ln sum w exp(-a y); "gini": sum y ((1 - F_below)^v - (1 - F)^v), v = 1 the mean. `aversion` >= 0
    (>= 1 for "gini"). Powers are taken as log-sum-exp, so e = 10.95 is safe. Source: Atkinson 1970; Kolm
    1976; Yitzhaki 1983.
    """
    if not aversion >= (1 if kind == "gini" else 0):
        raise ValueError(
            f"aversion to inequality must be at least {1 if kind == 'gini' else 0}, not {aversion}"
        )
    y, w, _ = _columns(values, weights, not_negative=kind == "atkinson")
    mean = _mean(y, w)
    if kind == "gini":
        order = np.argsort(y)
        above = np.append(1 - (np.cumsum(w[order]) - w[order]), 0.0) ** aversion
        return float(y[order] @ -np.diff(above))
    if kind == "kolm":
        return mean if aversion == 0 else mean - _log_mean_exp(-aversion * (y - mean), w) / aversion
    if kind != "atkinson":
        raise ValueError(f"EDE of kind {kind!r}: choose atkinson, kolm or gini")
    if aversion == 0 or mean == 0:
        return mean
    if y.min() == 0 and aversion >= 1:
        return 0.0
    with np.errstate(divide="ignore"):
        logs = np.log(y / mean)
    if aversion == 1:
        return mean * float(np.exp(w @ logs))
    return mean * float(np.exp(_log_mean_exp((1 - aversion) * logs, w) / (1 - aversion)))


def _log_mean_exp(x, w):
    """ln sum w exp(x) without overflow, and without losing the digits of a small x."""
    top = x.max()
    if top < 0.5 and x.min() > -0.5:
        return float(np.log1p(w @ np.expm1(x)))
    return float(top + np.log(w @ np.exp(x - top)))


def atkinson(values, aversion=1.0, weights=None):
    """Atkinson index A(e) = 1 - EDE / mu, in [0, 1]; values >= 0, mean above 0. Source: Atkinson 1970."""
    y, w, _ = _columns(values, weights, not_negative=True)
    return 1 - ede(y, aversion, w) / _ratio_mean(y, w, "the Atkinson index")


def kolm(values, aversion=0.15, weights=None):
    """Kolm index K(a) = (1/a) ln sum w exp(a (mu - y)) = mu - EDE [units of values]; right for interval
    scales.

    `aversion` in 1 / units of values; the default is the median answer of Robson et al. 2017. Source: Kolm
    1976.
    """
    y, w, _ = _columns(values, weights)
    return _mean(y, w) - ede(y, aversion, w, kind="kolm")


def quantile(values, share, weights=None):
    """Weighted quantile: the smallest value at or below which at least `share` of the population lies [units
    of values].

    A share met exactly is the mean of that value and the next, so that the median of 1, 2, 3, 4 is 2.5 (type
    2 of Hyndman & Fan 1996).
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    y, w, _ = _columns(values, weights)
    order = np.argsort(y)
    reached = np.cumsum(w[order])
    near = 1e-12  # cumulated weights carry rounding, and a share met exactly must be seen as met
    low = min(int(np.searchsorted(reached, share - near)), y.size - 1)
    high = min(int(np.searchsorted(reached, share + near)), y.size - 1)
    return float((y[order[low]] + y[order[high]]) / 2)


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
    y, w, _ = _columns(means, shares)
    top = float(np.asarray(means, dtype=np.float64)[reference])
    return top - _mean(y, w)

"""What each row does to a measure: influence values, from which `variance` makes standard errors under any survey design.

Each function gives `Influence(value, z)`: the measure and z_i = w_i u_i, shape (n,), where u_i is the influence function of
the measure at row i and weights sum to one; rows of weight 0 get 0 and so may stand outside a domain. z sums to 0. Then
`variance.estimate(*gini(y, w), design)` is the estimate with its error; differences of measures on the same rows are differences of z.
Source: Hampel 1974; Deville 1999; Cowell & Flachaire 2007; Osier 2009.
"""

from typing import NamedTuple

import numpy as np

from results import gradient, inequality
from results.weighted import columns, cumulated, dot, ridit_of
from results.weighted import mean as level_of

__all__ = [
    "Influence", "at_risk_of_poverty", "atkinson", "concentration", "ede", "generalised_entropy", "gini", "kolm", "mean",
    "quantile", "quantile_ratio", "ratio", "share_ratio", "slope", "slope_log_ratio", "standard_deviation", "top_share", "total",
]  # fmt: skip


class Influence(NamedTuple):
    """A measure and the weighted influence of each row on it."""

    value: float
    z: np.ndarray


def _spread_out(u, w, weights, n):
    """w u put back in the rows that count; 0 in rows of weight 0."""
    z = w * u
    if z.size == n:
        return z
    full = np.zeros(n)
    full[np.asarray(weights, dtype=np.float64) > 0] = z
    return full


def _one(values, weights, value, u_of):
    """Influence of a measure of one column; u_of(y, w) gives u on the rows that count."""
    y, w, _ = columns(values, weights)
    return Influence(value, _spread_out(u_of(y, w), w, weights, np.size(values)))


def mean(values, weights=None):
    """Mean: u = y - mu."""
    y, w, _ = columns(values, weights)
    middle = level_of(y, w)
    return Influence(middle, _spread_out(y - middle, w, weights, np.size(values)))


def total(values, weights=None):
    """Total sum w y, weights as they are: z = w y."""
    y = np.asarray(values, dtype=np.float64)
    z = y * (1.0 if weights is None else np.asarray(weights, dtype=np.float64))
    return Influence(float(z.sum()), z)


def ratio(above, below, weights=None):
    """Ratio of two totals r = sum w y / sum w x: u = (y - r x) / mean of x."""
    y, w, (x,) = columns(above, weights, others=(below,))
    base = level_of(x, w)
    if base == 0:
        raise ValueError("the total below the line is 0, so a ratio is undefined")
    value = level_of(y, w) / base
    return Influence(value, _spread_out((y - value * x) / base, w, weights, np.size(above)))


def standard_deviation(values, weights=None):
    """Standard deviation s: u = ((y - mu)^2 - s^2) / (2 s)."""
    value = inequality.standard_deviation(values, weights)
    return _one(values, weights, value, lambda y, w: ((y - level_of(y, w)) ** 2 - value**2) / (2 * value))


def gini(values, weights=None):
    """Gini: u = (2 (y F + E[x; x >= y]) - (G + 1)(mu + y)) / mu, F the ridit. Source: Cowell & Flachaire 2007, eq. 21."""
    value = inequality.gini(values, weights)

    def u(y, w):
        middle = level_of(y, w)
        rank, above = _ranked(y, y, w)
        return (2 * (y * rank + above) - (value + 1) * (middle + y)) / middle

    return _one(values, weights, value, u)


def _ranked(y, rank, w):
    """For every row its ridit, and E[y'; rank' > rank] + half of that of the tied."""
    ridit, below = cumulated(rank, w, w * y)
    return ridit, dot(w, y) - below


def generalised_entropy(values, alpha=1.0, weights=None):
    """GE(a), by the delta method on E y^a and mu. Source: Cowell & Flachaire 2007, sec. 3."""
    value = inequality.generalised_entropy(values, alpha, weights)

    def u(y, w):
        middle = level_of(y, w)
        share = y / middle
        if alpha == 0:
            logs = np.log(share)
            return share - 1 - (logs - dot(w, logs))
        if alpha == 1:
            plogs = share * np.log(np.where(share > 0, share, 1))
            return plogs - dot(w, plogs) - (1 + value) * (share - 1)
        power = share**alpha
        whole = dot(w, power)
        return (power - whole - alpha * whole * (share - 1)) / (alpha * (alpha - 1))

    return _one(values, weights, value, u)


def ede(values, aversion, weights=None, kind="atkinson"):
    """EDE: u = EDE / (1 - e) (y^(1-e) / E y^(1-e) - 1), e = 1 EDE (ln y - E ln y); kolm -(exp(-a y) / E exp(-a y) - 1) / a."""
    value = inequality.ede(values, aversion, weights, kind)

    def u(y, w):
        if aversion == 0:
            return y - level_of(y, w)
        if kind == "kolm":
            return -(np.exp(-aversion * (y - value)) - 1) / aversion
        if value == 0:
            raise ValueError("the EDE is 0, so its influence is undefined: somebody has nothing")
        if aversion == 1:
            return value * (np.log(y) - dot(w, np.log(y)))
        return value / (1 - aversion) * ((y / value) ** (1 - aversion) - 1)

    if kind not in ("atkinson", "kolm"):
        raise ValueError(f"EDE of kind {kind!r}: influence is known for atkinson and kolm")
    return _one(values, weights, value, u)


def atkinson(values, aversion=1.0, weights=None):
    """Atkinson A = 1 - EDE / mu, by the delta method."""
    level, around = ede(values, aversion, weights), mean(values, weights)
    share = level.value / around.value
    return Influence(inequality.atkinson(values, aversion, weights), -(level.z - share * around.z) / around.value)


def kolm(values, aversion=0.15, weights=None):
    """Kolm K = mu - EDE: differences of z."""
    level, around = ede(values, aversion, weights, "kolm"), mean(values, weights)
    return Influence(around.value - level.value, around.z - level.z)


def _density(y, w, at):
    """Weighted Gaussian kernel density at a point; bandwidth 0.9 min(sd, IQR / 1.34) n^(-1/5), n the effective size (Silverman 1986)."""
    size = 1 / dot(w, w)
    spread = float(np.sqrt(dot(w, (y - level_of(y, w)) ** 2)))
    middle = inequality.quantile(y, 0.75, w) - inequality.quantile(y, 0.25, w)
    width = 0.9 * (min(spread, middle / 1.34) if middle > 0 else spread) * size**-0.2
    if width == 0:
        raise ValueError("all values are the same, so the density at a quantile is undefined")
    return dot(w, np.exp(-(((y - at) / width) ** 2) / 2)) / (width * float(np.sqrt(2 * np.pi)))


def quantile(values, share, weights=None):
    """Quantile q: u = (p - 1[y <= q]) / f(q), with a kernel density f, on whose width the error leans a little."""
    value = inequality.quantile(values, share, weights)
    return _one(values, weights, value, lambda y, w: (share - (y <= value)) / _density(y, w, value))


def quantile_ratio(values, high=0.9, low=0.1, weights=None):
    """Ratio of two quantiles, by the delta method."""
    value = inequality.quantile_ratio(values, high, low, weights)
    top, bottom = quantile(values, high, weights), quantile(values, low, weights)
    return Influence(value, (top.z - value * bottom.z) / bottom.value)


def _bottom(values, share, weights):
    """Lorenz ordinate L(p): u = ((y - q) 1[y <= q] + p q - L y) / mu. Source: Cowell & Flachaire 2007; Langel & Tillé 2011."""
    value, cut = inequality.bottom_share(values, share, weights), inequality.quantile(values, share, weights)
    return _one(values, weights, value,
                lambda y, w: ((y - cut) * (y <= cut) + share * cut - value * y) / level_of(y, w))  # fmt: skip


def top_share(values, share=0.1, weights=None):
    """Share of the top: 1 - L(1 - share)."""
    bottom = _bottom(values, 1 - share, weights)
    return Influence(1 - bottom.value, -bottom.z)


def share_ratio(values, share=0.2, weights=None):
    """S80/S20, by the delta method on the two Lorenz ordinates."""
    value = inequality.share_ratio(values, share, weights)
    top, bottom = top_share(values, share, weights), _bottom(values, share, weights)
    return Influence(value, (top.z - value * bottom.z) / bottom.value)


def at_risk_of_poverty(values, share=0.6, weights=None):
    """Share below `share` times the median: own indicator plus what the row does to the line. Source: Osier 2009."""
    y, w, _ = columns(values, weights)
    middle = inequality.quantile(y, 0.5, w)
    poor = y < share * middle
    value = float(w @ poor)
    moved = share * _density(y, w, share * middle) * (0.5 - (y <= middle)) / _density(y, w, middle)
    return Influence(value, _spread_out(poor - value + moved, w, weights, np.size(values)))


def slope(values, rank, weights=None, model="linear", ranks="estimated"):
    """Slope index fit(1) - fit(0). ranks "estimated": ranks are of the sample and vary with it; "fixed": taken as given, the
    sandwich of survey packages. The log and logit models are given with fixed ranks only.
    """
    line, z = _line(values, rank, weights, model)
    y, w, (x,) = columns(values, weights, others=(rank,))
    r = ridit_of(x, w) - 0.5
    if model != "linear":
        a, b = gradient.fit_line(y, r, w, model)
        high, low = (gradient.STEEP[model](gradient.INVERSE[model](np.array(a + b * end))) for end in (0.5, -0.5))
        u = high * (z[0] + 0.5 * z[1]) - low * (z[0] - 0.5 * z[1])
    elif ranks == "fixed":
        u = z[1]
    else:
        _, code = np.unique(x, return_inverse=True)
        people = np.bincount(code, w)
        varies = (people**3).sum() - people[code] ** 2
        u = (_covariance(y, x, w) / 2 - line.slope * varies / 4) / dot(w, r**2)
    return Influence(line.slope, _spread_out(u, w, weights, np.size(values)))


def slope_log_ratio(values, rank, weights=None):
    """ln RII of the log model, its slope b: ranks fixed."""
    y, w, (x,) = columns(values, weights, others=(rank,))
    _, z = _line(values, rank, weights, "log")
    return Influence(gradient.fit_line(y, ridit_of(x, w) - 0.5, w, "log")[1], _spread_out(z[1], w, weights, np.size(values)))


def _line(values, rank, weights, model):
    """The fitted line and the influence of each row that counts on its two coefficients, ranks fixed; rank centred at one half."""
    line = gradient.slope_line(values, rank, weights, model)
    y, w, (x,) = columns(values, weights, others=(rank,))
    r = ridit_of(x, w) - 0.5
    design = np.column_stack([np.ones_like(r), r])
    a, b = gradient.fit_line(y, r, w, model)
    fitted = gradient.INVERSE[model](a + b * r)
    bend = design.T @ (design * (w * gradient.STEEP[model](fitted))[:, None])
    return line, np.linalg.solve(bend, (design * (y - fitted)[:, None]).T)


def _covariance(y, x, w):
    """u of G = 2 cov(y, R) with ranks of the sample: 2 (y R + E[y'; x' > x] - 2 E[y R]) - (y - mu)."""
    r, above = _ranked(y, x, w)
    return 2 * (y * r + above - 2 * dot(w, y * r)) - (y - dot(w, y))


def concentration(values, rank, weights=None, kind="relative", lower=None, upper=None, ranks="estimated"):
    """Concentration index of any kind. ranks "estimated": ranks and mean vary with the sample (Kakwani, Wagstaff & van Doorslaer 1997,
    eq. 14); "fixed": both taken as given, the regression of 2 var(R) y / mu on R by which the WHO's tools give errors.
    """
    value = gradient.concentration_index(values, rank, weights, kind, lower, upper)
    y, w, (x,) = columns(values, weights, others=(rank,))
    middle = level_of(y, w)
    whole = gradient.concentration_index(y, x, w, "generalised")
    r = ridit_of(x, w) - 0.5
    fixed = ranks == "fixed"
    u = 2 * r * (y - middle - whole / (2 * dot(w, r**2)) * r) if fixed else _covariance(y, x, w)
    if kind == "relative":
        u = (u - (0 if fixed else value * (y - middle))) / middle
    elif kind == "erreygers":
        u = 4 * u / (upper - lower)
    elif kind == "wagstaff":
        below, above = middle - lower, upper - middle
        u = (upper - lower) * (u - (0 if fixed else whole * (above - below) / (above * below) * (y - middle))) / (above * below)
    return Influence(value, _spread_out(u, w, weights, np.size(values)))

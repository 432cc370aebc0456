"""What a weighted sample says of a population: means with their standard errors and intervals."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

__all__ = ["Estimate", "interval", "weighted_mean"]


class Estimate(NamedTuple):
    """A mean, its standard error [same unit] and the number of respondents behind it."""

    value: float
    error: float
    n: int


def weighted_mean(values, weights=None, strata=None, clusters=None):
    """Weighted mean of a stratified, possibly clustered sample, its standard error by linearisation.

    values, weights: (n,), missing values are left out; strata, clusters: (n,) labels, by default one stratum and everybody a
    cluster. variance = sum over strata of m / (m - 1) sum over their m clusters of (z - mean z)^2, z the cluster's sum of
    w (y - mean) / sum w; a stratum of one cluster counts with its z^2. No finite population correction. Not-a-number without
    respondents; the error of one respondent is infinite. Source: Wolter 2007, ch. 6.
    """
    y = np.asarray(values, float)
    seen = np.isfinite(y)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    y, w = y[seen], w[seen]
    n = len(y)
    if n == 0 or w.sum() <= 0.0:
        return Estimate(math.nan, math.nan, 0)
    mean = float(np.average(y, weights=w))
    if n == 1:
        return Estimate(mean, math.inf, 1)
    z = w * (y - mean) / w.sum()
    stratum = _codes(strata, seen, np.zeros(n, int))
    cluster = _codes(clusters, seen, np.arange(n))
    _, first, where = np.unique(stratum * (cluster.max() + 1) + cluster, return_index=True, return_inverse=True)
    total, of = np.bincount(where.reshape(-1), z), stratum[first]
    number = np.bincount(of)
    centre = np.bincount(of, total) / np.maximum(number, 1)
    many = number[of] > 1
    parts = np.where(many, number[of] / np.maximum(number[of] - 1, 1) * (total - centre[of]) ** 2, total**2)
    return Estimate(mean, math.sqrt(parts.sum()), n)


def _codes(labels, seen, without):
    if labels is None:
        return without
    return np.unique(np.asarray(labels)[seen], return_inverse=True)[1].reshape(-1)


def interval(estimate, share=False, level=0.95):
    """(low, high) of an Estimate: mean +- z x error, or for a share Wilson's with the sample size that has the same error.

    A share of 0 or 1 has no error of its own; its interval is that of a simple random sample of its n. Source: Wilson 1927.
    """
    value, error, n = estimate
    if n == 0:
        return math.nan, math.nan
    z = float(ndtri(0.5 + level / 2.0))
    if not share:
        return value - z * error, value + z * error
    spread = value * (1.0 - value)
    if math.isinf(error):
        return 0.0, 1.0
    size = min(spread / error**2, 1e12) if spread > 0.0 and error > 0.0 else float(n)
    centre = (value + z * z / (2.0 * size)) / (1.0 + z * z / size)
    half = z / (1.0 + z * z / size) * math.sqrt(max(0.0, spread / size + z * z / (4.0 * size * size)))
    return max(0.0, centre - half), min(1.0, centre + half)

"""How sure a survey estimate is: variance from influence values over strata, clusters and stages, replicate weights, bootstrap.

An estimate is, near enough, a sum of influence values z_i (linearisation). Its variance is that of cluster totals of z within
strata, whatever the estimate; so `influence` tells the z of each measure and this file does the design, once for all.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

__all__ = ["LONELY", "Design", "Estimate", "bootstrap", "calibrated", "design_effect", "estimate", "replicate_variance", "variance"]

LONELY = ("fail", "remove", "adjust", "average")


class Estimate(NamedTuple):
    """A number with its standard error, interval and degrees of freedom of the design."""

    value: float
    error: float
    low: float
    high: float
    degrees: float


@dataclass
class Design:
    """How a sample was drawn. All arrays have shape (n,), or (n, stages) for a design in several stages.

    weights: sampling weights, default 1. clusters: label of the sampling unit of each stage, default each row its own. strata:
    default one. fpc: size of the population of units of the row's stratum (or, all at most 1, the sampled share); None means
    drawn with replacement, and then the first stage is all that counts. lonely: what a stratum with one unit brings when its
    spread cannot be seen: "fail" (ValueError), "remove" (nothing, as if certain to be drawn), "adjust" (its distance from the
    mean of all, which is 0 for influence values), "average" (the mean of the other strata). Units of a domain: keep all rows
    and give influence 0 outside, so that empty clusters still count. Source: Särndal, Swensson & Wretman 1992, ch. 4; Lumley 2010,
    ch. 2.
    """

    weights: np.ndarray | None = None
    clusters: np.ndarray | None = None
    strata: np.ndarray | None = None
    fpc: np.ndarray | None = None
    lonely: str = "fail"
    stages: list = field(init=False, repr=False, default_factory=list)

    def __post_init__(self):
        if self.lonely not in LONELY:
            raise ValueError(f"lonely {self.lonely!r}: choose {', '.join(LONELY)}")
        given = [np.asarray(a) for a in (self.weights, self.clusters, self.strata, self.fpc) if a is not None]
        if not given:
            raise ValueError("a design needs weights, clusters, strata or fpc to know its rows")
        self.n = len(given[0])
        if any(len(a) != self.n for a in given):
            raise ValueError(f"a design's columns have {', '.join(str(len(a)) for a in given)} rows; they must be as many")
        clusters = _stages(self.clusters, np.arange(self.n), self.n)
        strata = _stages(self.strata, np.zeros(self.n, np.intp), self.n)
        sizes = [] if self.fpc is None else _stages(self.fpc, None, self.n)
        shares = all(np.all(np.asarray(size, dtype=np.float64) <= 1) for size in sizes)
        inside = np.zeros(self.n, np.intp)  # what the units of a stage are nested in
        for k, unit in enumerate(clusters):
            stratum = _pair(inside, _labels(strata[k], "strata") if k < len(strata) else np.zeros(self.n, np.intp))
            unit = _pair(stratum, _labels(unit, "clusters"))
            self.stages.append(_Stage(unit, stratum, sizes[k] if k < len(sizes) else None, shares))
            inside = unit

    @property
    def degrees(self):
        """Degrees of freedom: first-stage units less strata."""
        first = self.stages[0]
        return float(first.units - first.strata)


class _Stage:
    """One stage: unit of each row, stratum of each unit, units drawn and in the population of each stratum."""

    def __init__(self, unit, stratum, size, shares):
        self.unit = unit
        self.units = int(unit.max()) + 1
        self.stratum = np.empty(self.units, np.intp)
        self.stratum[unit] = stratum
        self.strata = int(stratum.max()) + 1
        self.drawn = np.bincount(self.stratum, minlength=self.strata).astype(float)
        self.share = np.zeros(self.strata)  # of the population of units that was drawn
        self.complete = size is not None
        if size is None:
            return
        size = np.asarray(size, dtype=np.float64)
        if not np.all(size > 0):
            raise ValueError(f"fpc must be above 0; row {int(np.argmin(size > 0))} has {size[np.argmin(size > 0)]:g}")
        of = np.empty(self.strata)
        of[stratum] = size
        if not np.allclose(of[stratum], size):
            raise ValueError("fpc must be the same in all rows of a stratum")
        self.share = of if shares else self.drawn / of
        if (self.share > 1 + 1e-9).any():
            raise ValueError("fpc: more units were drawn than there are in some stratum")


def _stages(columns, default, n):
    """Columns of an (n,) or (n, stages) array or frame."""
    if columns is None:
        return [default]
    array = np.asarray(columns)
    return [array] if array.ndim == 1 else [array[:, k] for k in range(array.shape[1])]


def _labels(column, name):
    column = np.asarray(column)
    if np.any(column != column):
        raise ValueError(f"{name} hold no label at row {int(np.argmax(column != column))}")
    return np.unique(column, return_inverse=True)[1]


def _pair(outer, inner):
    """Codes 0.. of the pairs of two codes."""
    return np.unique(outer * (int(inner.max()) + 1) + inner, return_inverse=True)[1]


def variance(influence, design):
    """Variance of an estimate whose weighted influence values are `influence`: shape (n,) gives a number, (n, k) a (k, k) matrix.

    First stage: sum_h (1 - f_h) n_h / (n_h - 1) sum_c (z_hc - mean_h)(...)', z_hc = sum of w_i u_i over the cluster. With fpc each
    further stage adds the same inside each unit, times the share of units drawn above it. `influence` holds w_i u_i, weights
    included. Source: Särndal, Swensson & Wretman 1992, ch. 4.3; Lumley 2010, ch. 3.
    """
    z = np.asarray(influence, dtype=np.float64)
    if len(z) != design.n:
        raise ValueError(f"{len(z)} influence values for a design of {design.n} rows")
    if not np.isfinite(z).all():
        raise ValueError("influence values hold a missing or infinite number; rows outside a domain must be 0")
    z = z.reshape(design.n, -1)
    total = np.zeros((z.shape[1], z.shape[1]))
    above = np.ones(design.n)  # product of the shares drawn at the stages above, for each row
    for k, stage in enumerate(design.stages):
        if k and not design.stages[k - 1].complete:
            break  # drawn with replacement: the first stage holds all variance
        total += _stage_variance(z, stage, above, design.lonely)
        above = above * stage.share[stage.stratum[stage.unit]]
    return float(total[0, 0]) if np.ndim(influence) == 1 else total


def _stage_variance(z, stage, above, lonely):
    """One stage's part of the variance matrix; `above` scales each stratum."""
    sums = np.column_stack([np.bincount(stage.unit, column, stage.units) for column in z.T])
    scale = np.zeros(stage.strata)
    scale[stage.stratum[stage.unit]] = above
    alone = (stage.drawn == 1) & (stage.share < 1 - 1e-9)
    centre = np.column_stack([np.bincount(stage.stratum, column, stage.strata) for column in sums.T]) / stage.drawn[:, None]
    factor = (1 - np.minimum(stage.share, 1)) * scale * stage.drawn / np.maximum(stage.drawn - 1, 1)
    if alone.any():
        if lonely == "fail":
            raise ValueError(f"{int(alone.sum())} strata have one unit, whose spread cannot be seen: lonely = remove, adjust or average")
        if lonely == "adjust":
            centre[alone] = 0.0
        else:
            factor = np.where(alone, 0.0, factor)
    away = sums - centre[stage.stratum]
    found = away.T @ (away * factor[stage.stratum][:, None])
    if lonely == "average" and alone.any():
        if alone.all():
            raise ValueError("every stratum has one unit, so there is no other to average")
        found = found * stage.strata / (stage.strata - alone.sum())
    return found


def estimate(value, influence, design, level=0.95):
    """`Estimate` of a value with its influence values: error sqrt(V), interval by Student's t with the design's degrees."""
    from scipy.stats import t

    error = float(np.sqrt(max(0.0, variance(influence, design))))
    degrees = design.degrees
    reach = float(t.ppf((1 + level) / 2, degrees)) * error if degrees > 0 else float("nan")
    return Estimate(float(value), error, float(value) - reach, float(value) + reach, degrees)


def calibrated(influence, auxiliaries, weights):
    """Influence values of an estimate whose weights were calibrated to totals of `auxiliaries`, shape (n, k): residuals, shape (n,).

    influence holds w_i u_i with the calibrated weights; u is replaced by what a weighted regression on the auxiliaries leaves,
    since what they explain is known for the population. Raking to margins: one 0/1 column per category. Source: Deville &
    Särndal 1992.
    """
    w = np.asarray(weights, dtype=np.float64)
    z, x = np.asarray(influence, dtype=np.float64), np.asarray(auxiliaries, dtype=np.float64).reshape(w.size, -1)
    root = np.sqrt(w)
    some = w > 0
    u = np.divide(z, w, out=np.zeros_like(z), where=some)
    return w * (u - x @ np.linalg.lstsq(x * root[:, None], u * root, rcond=None)[0])


def replicate_variance(replicates, value=None, kind="bootstrap", scale=None, rscales=None):
    """Variance from an estimate taken with each set of replicate weights: scale * sum_r rscales_r (t_r - centre)^2.

    replicates: (R,) of one estimate, or (R, k) of several, which give their covariance (k, k). kind sets scale and centre: "jackknife"
    (R - 1) / R round the mean of replicates, "brr" 1 / R and "bootstrap" 1 / (R - 1) likewise. Give `value`, the full-sample estimate,
    to centre there instead (the mean squared error form); stratified jackknives bring their own `rscales`, with scale 1.
    Source: Wolter 2007, ch. 3-5.
    """
    t = np.asarray(replicates, dtype=np.float64)
    r = len(t)
    if r < 2 or not np.isfinite(t).all():
        raise ValueError(f"{r} replicates: at least two finite ones are needed")
    known = {"jackknife": (r - 1) / r, "brr": 1 / r, "bootstrap": 1 / (r - 1)}
    if scale is None and kind not in known:
        raise ValueError(f"replicates of kind {kind!r}: choose {', '.join(known)}")
    away = t - (t.mean(axis=0) if value is None else value)
    weighted = away if rscales is None else (away.T * np.asarray(rscales)).T
    found = (known[kind] if scale is None else scale) * (weighted.T @ away)
    return float(found) if t.ndim == 1 else found


def bootstrap(statistic, design, replicates=500, seed=0, level=0.95):
    """Bootstrap of any statistic of weights over a design: `Estimate` with percentile interval.

    statistic: function (weights (n,)) -> number. In each stratum of the first stage n_h - 1 clusters are drawn with replacement
    and their weights times n_h / (n_h - 1) (Rao & Wu 1988); with fpc, sqrt(1 - f) of the way there. A stratum with one unit stays
    as it is, so nothing is added for it. NaN replicates (a domain that vanished) raise ValueError.
    """
    rng = np.random.default_rng(seed)
    first = design.stages[0]
    weights = np.ones(design.n) if design.weights is None else np.asarray(design.weights, dtype=np.float64)
    units = [np.flatnonzero(first.stratum == h) for h in range(first.strata)]
    found = np.empty(replicates)
    for r in range(replicates):
        times = np.ones(first.units)
        for h, own in enumerate(units):
            if own.size > 1:
                drawn = np.bincount(rng.integers(0, own.size, own.size - 1), minlength=own.size)
                full = drawn * own.size / (own.size - 1)
                times[own] = 1 + np.sqrt(1 - min(first.share[h], 1.0)) * (full - 1)
        found[r] = statistic(weights * times[first.unit])
    if not np.isfinite(found).all():
        raise ValueError("the statistic was missing or infinite in some bootstrap replicate")
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(float(statistic(weights)), float(found.std(ddof=1)), float(low), float(high), design.degrees)


def design_effect(error, values, weights=None):
    """How many times the variance of a mean exceeds that of a simple sample of as many: error^2 / (s^2 / n).

    Source: Kish 1965. For a share give 0/1 values; of a published interval use error = half-width / 1.96.
    """
    from results.weighted import columns, mean

    y, w, _ = columns(values, weights)
    spread = float(w @ (y - mean(y, w)) ** 2) * y.size / max(y.size - 1, 1)
    return float(error**2 / (spread / y.size))

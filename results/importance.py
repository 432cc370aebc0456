"""Which uncertain numbers drive an outcome: tornado and regression-based importance from a table of draws."""

import numpy as np
import pandas as pd

from results.smooth import smooth

__all__ = ["importance", "one_way", "tornado"]


def importance(draws, outcome, weights=None):
    """Importance of every column of `draws` for `outcome` (draws,): frame sorted by share.

    draws: frame with one row per draw (replicates averaged before); columns that never vary are left out. Columns of the result:
    parameter; src, standardised regression coefficient (what one sd of the parameter does, in sds of the outcome, others held);
    pcc and prcc, partial and partial rank correlation; share, part of the outcome's variance that the parameter alone explains by a
    smooth curve (first-order sensitivity index, not below 0); share_unseen, the same judged on draws that the curve did not see;
    direction "+" or "-". attrs: r2 of the linear regression and r2_unseen (adjusted); where r2 is low trust share, where all shares
    are, parameters work together. weights of draws serve the regressions. Needs more draws than parameters + 2.
    Source: Saltelli et al. 2008, ch. 1-4; Strong, Oakley & Brennan 2014 for the curve.
    """
    x, y, names = _columns(draws, outcome)
    n, p = x.shape
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    empty = pd.DataFrame(columns=["parameter", "src", "pcc", "prcc", "share", "share_unseen", "direction"])
    if p == 0 or np.ptp(y) == 0:
        return empty
    if n < p + 3:
        raise ValueError(f"{n} draws cannot tell {p} parameters apart; at least {p + 3} are needed")
    beta, r2 = _regress(x, y, w)
    partial = _partial(x, y, w)
    ranks = _partial(pd.DataFrame(x).rank().to_numpy(), pd.Series(y).rank().to_numpy(), w)
    whole = y.var()
    rows = []
    for j, name in enumerate(names):
        fitted, unseen = smooth(x[:, j], y)
        share, other = fitted.var() / whole, 1 - np.mean((y - unseen) ** 2) / whole
        rows.append((name, beta[j], partial[j], ranks[j], float(share), float(max(other, 0.0)), "+" if partial[j] >= 0 else "-"))
    table = pd.DataFrame(rows, columns=empty.columns).sort_values("share", ascending=False, kind="stable", ignore_index=True)
    table.attrs.update(r2=r2, r2_unseen=1 - (1 - r2) * (n - 1) / (n - p - 1))
    return table


def tornado(draws, outcome, level=0.95):
    """Bars of a tornado from draws: frame with parameter, low, high, at_low, at_high, middle, width, widest first.

    low, high: percentiles of the parameter that hold `level`; at_low, at_high: outcome that a linear regression on all parameters
    expects there, others at their means; middle: at the means. For curved outcomes see `importance`. Source: Briggs et al. 2012.
    """
    x, y, names = _columns(draws, outcome)
    n, p = x.shape
    if n < p + 3:
        raise ValueError(f"{n} draws cannot tell {p} parameters apart; at least {p + 3} are needed")
    slopes = np.linalg.lstsq(x - x.mean(axis=0), y - y.mean(), rcond=None)[0]
    ends = np.quantile(x, [(1 - level) / 2, (1 + level) / 2], axis=0)
    at = y.mean() + (ends - x.mean(axis=0)) * slopes
    table = pd.DataFrame({"parameter": names, "low": ends[0], "high": ends[1], "at_low": at[0], "at_high": at[1], "middle": y.mean()})
    return _widest(table)


def one_way(central, runs):
    """Bars of a tornado from one-way runs: `runs` maps parameter to (low, high, outcome at low, outcome at high); as `tornado`."""
    rows = [(name, *values, float(central)) for name, values in runs.items()]
    return _widest(pd.DataFrame(rows, columns=["parameter", "low", "high", "at_low", "at_high", "middle"]))


def _widest(table):
    width = (table["at_high"] - table["at_low"]).abs()
    return table.assign(width=width).sort_values("width", ascending=False, kind="stable", ignore_index=True)


def _columns(draws, outcome):
    """Columns that vary as an array, the outcome, and the columns' names."""
    draws = pd.DataFrame(draws)
    y = np.asarray(outcome, dtype=np.float64)
    if y.shape != (len(draws),):
        raise ValueError(f"outcome has shape {y.shape}; one number for each of {len(draws)} draws is needed")
    x = draws.to_numpy(dtype=np.float64)
    if not np.isfinite(x).all() or not np.isfinite(y).all():
        raise ValueError("draws or outcome hold a missing or infinite number")
    varies = np.ptp(x, axis=0) > 0 if len(x) else np.zeros(x.shape[1], bool)
    return x[:, varies], y, [str(name) for name, some in zip(draws.columns, varies, strict=True) if some]


def _regress(x, y, w):
    """Standardised coefficients and R2 of a weighted regression."""
    root = np.sqrt(w / w.sum())[:, None]
    z = [(a - (root**2 * a).sum(axis=0)) / np.sqrt((root**2 * (a - (root**2 * a).sum(axis=0)) ** 2).sum(axis=0)) for a in (x, y[:, None])]
    beta = np.linalg.lstsq(z[0] * root, (z[1] * root)[:, 0], rcond=None)[0]
    return beta, float(1 - np.sum((root * (z[1] - z[0] @ beta[:, None])) ** 2))


def _partial(x, y, w):
    """Partial correlation of each column with y, the others held: b / sqrt(b^2 + (1 - R2) v), v the column's variance inflation."""
    beta, r2 = _regress(x, y, w)
    inflation = np.diag(np.linalg.pinv(_correlation(x, w), hermitian=True))
    beta = np.where(np.abs(beta) < 1e-9, 0.0, beta)
    below = np.sqrt(beta**2 + max(1 - r2, 0.0) * inflation)
    return np.divide(beta, below, out=np.zeros_like(beta), where=below > 0)


def _correlation(x, w):
    """Weighted correlation matrix of columns."""
    covariance = np.atleast_2d(np.cov(x.T, aweights=w))
    scale = np.sqrt(np.diag(covariance))
    return covariance / np.outer(scale, scale)

"""Small areas: how sure a mean of few people is, what an analyst would make of it, and inequality between and within."""

import numpy as np

__all__ = ["fay_herriot", "log_split", "sampling_variance", "variance_split"]

STEPS, TOLERANCE = 100, 1e-12  # of the search for the variance between areas


def sampling_variance(n, squares):
    """Variance of each area's mean from one variance within areas, pooled over all: s^2 / n_i, with s^2 = sum SS_i / sum (n_i - 1).

    n: persons (areas,); squares: sums of squared deviations from the area's mean (areas,). Not-a-number where n = 0 and
    where nothing can be pooled. The pooled form is usual: the variance of a handful of people is itself too unsure.
    """
    n, squares = np.asarray(n, float), np.asarray(squares, float)
    freedom = np.maximum(n - 1.0, 0.0).sum()
    within = squares.sum() / freedom if freedom > 0 else np.nan
    return np.where(n > 0, within / np.maximum(n, 1.0), np.nan)


def fay_herriot(means, variances, covariates=None):
    """Shrunken means of small areas: theta_i = g_i y_i + (1 - g_i) x_i'b, with g_i = A / (A + D_i).

    means: y (areas,); variances: D > 0 of each mean (areas,); covariates: x (areas, k), default a common mean. Areas whose
    mean or variance is not finite take the regression's value. A, the variance between areas that x does not explain, is
    the root of sum (y - x'b)^2 / (A + D) = m - k, and 0 if there is none; b by weighted least squares. Returns (theta, its
    standard error, A). Error^2 = g D + (1 - g)^2 x'V x + 2 D^2 / (A + D)^3 var A, V the covariance of b and var A =
    2 m / (sum 1 / (A + D))^2. Source: Fay & Herriot 1979; Prasad & Rao 1990; Datta, Rao & Smith 2005 for var A.
    """
    y, d = np.asarray(means, float), np.asarray(variances, float)
    x = np.ones((y.size, 1)) if covariates is None else np.asarray(covariates, float)
    x = x[:, (x != 0).any(0)]
    seen = np.isfinite(y) & np.isfinite(d) & (d > 0)
    if seen.sum() <= x.shape[1]:
        return y.copy(), np.sqrt(d), np.nan
    a = _between(y[seen], d[seen], x[seen])
    b, v = _regress(y[seen], a + d[seen], x[seen])
    line, lever = x @ b, np.einsum("ij,jk,ik->i", x, v, x)
    g = np.where(seen, a / (a + np.where(seen, d, 1.0)), 0.0)
    theta = np.where(seen, g * np.where(seen, y, 0.0) + (1.0 - g) * line, line)
    known = np.where(seen, d, 0.0)
    unsure = 2.0 * seen.sum() / (1.0 / (a + d[seen])).sum() ** 2
    third = 2.0 * known**2 / np.where(seen, a + known, 1.0) ** 3 * unsure
    return theta, np.sqrt(np.where(seen, g * known, a) + (1.0 - g) ** 2 * lever + third), a


def _regress(y, variance, x):
    """Weighted least squares: coefficients and their covariance."""
    weighted = x / variance[:, None]
    v = np.linalg.pinv(x.T @ weighted)
    return v @ (weighted.T @ y), v


def _between(y, d, x):
    """The variance between areas by bisection: the weighted residual sum falls as A grows."""
    free = len(y) - np.linalg.matrix_rank(x)

    def excess(a):
        b, _ = _regress(y, a + d, x)
        return float(((y - x @ b) ** 2 / (a + d)).sum()) - free

    low, high = 0.0, float(np.var(y)) * 4.0 + 1e-12
    if excess(0.0) <= 0.0:
        return 0.0
    while excess(high) > 0.0:
        high *= 2.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
        if high - low <= TOLERANCE * high:
            break
    return 0.5 * (low + high)


def variance_split(n, means, squares):
    """Variance of all persons split exactly: {"total", "within", "between"}; shift-free, so right for a 1-5 score.

    n, means, squares: persons, mean and sum of squared deviations of each area, (areas,). Areas without persons do not count.
    """
    n, means, squares = (np.asarray(column, float)[np.asarray(n) > 0] for column in (n, means, squares))
    people = n.sum()
    if people <= 0:
        return dict.fromkeys(("total", "within", "between"), np.nan)
    within = float(squares.sum() / people)
    between = float((n * (means - (n @ means) / people) ** 2).sum() / people)
    return {"total": within + between, "within": within, "between": between}


def log_split(n, sums, logs):
    """Mean log deviation of a positive amount split exactly: {"total", "within", "between"}. Source: Shorrocks 1984.

    n, sums, logs: persons, sum of amounts and sum of their logarithms in each area, (areas,).
    """
    n, sums, logs = (np.asarray(column, float)[np.asarray(n) > 0] for column in (n, sums, logs))
    people = n.sum()
    if people <= 0:
        return dict.fromkeys(("total", "within", "between"), np.nan)
    total = float(np.log(sums.sum() / people) - logs.sum() / people)
    between = float((n * (np.log(sums.sum() / people) - np.log(sums / n))).sum() / people)
    return {"total": total, "within": total - between, "between": between}

"""What parameters explain of an outcome: penalised splines on normal scores, with fits to runs that were not seen.

SciPy's B-splines on the normal scores of each parameter (a monotone change of a parameter changes nothing that can be learnt),
smoothed by a penalty on second differences chosen by generalised cross-validation. Source: Eilers & Marx 1996; Wahba 1990.
"""

import numpy as np

__all__ = ["smooth"]

PIECES = {1: 15, 2: 5}  # spline pieces of one parameter alone and of two together
MANY, PAIRED = 8, 3  # pieces of each of more parameters, and of each in the product of a pair
PAIRS = 5  # up to so many parameters every pair has its product of splines, beyond it a product of scores
REACH = 3.5  # normal scores beyond this are drawn in: a run in 4,000
FOLDS = 5
CARE = 1.4  # each direction that the fit uses counts as so many, against fits that follow noise (Kim & Gu 2004)
FLAT = 1e5  # a direction smoothed so much has no part in the fit that anybody could read
SMOOTH = 10.0 ** np.arange(-6, 9)
STRAIGHT = 1e-5  # penalty of straight lines, which second differences let pass: when all bends are out, lines shrink towards the mean


def smooth(parameters, y):
    """Expected y given the parameters: (fitted, unseen), each shaped as y, (runs,) or (runs, k).

    parameters: (runs,) or (runs, p), one row per run. One parameter has a spline, two the product of two, up to five all
    splines with the products of pairs, more the splines with products of scores. unseen: each row's value by a fit to the other
    four fifths of the rows. Parameters that never vary explain nothing. ValueError on missing numbers or too few runs.
    """
    y = np.asarray(y, dtype=np.float64)
    flat = y.reshape(len(y), -1)
    if not np.isfinite(flat).all():
        raise ValueError("the outcome holds a missing or infinite number")
    x = _scores(parameters, len(flat))
    if x.shape[1] == 0:
        same = np.broadcast_to(flat.mean(axis=0), flat.shape)
        return same.reshape(y.shape), same.reshape(y.shape)
    if len(flat) < 2 * FOLDS:
        raise ValueError(f"{len(flat)} runs are too few to tell what a parameter explains; at least {2 * FOLDS} are needed")
    return tuple(part.reshape(y.shape) for part in _fit(_basis(x), flat))


def _scores(parameters, runs):
    """Normal scores of the columns that vary, shape (runs, p): a monotone change of a parameter changes no decision."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    x = np.asarray(parameters, dtype=np.float64).reshape(runs, -1) if np.size(parameters) % runs == 0 else None
    if x is None or len(parameters) != runs:
        raise ValueError(f"parameters must have one row per run: {np.shape(parameters)} for {runs} runs")
    if not np.isfinite(x).all():
        raise ValueError("parameters hold a missing or infinite number")
    x = x[:, np.ptp(x, axis=0) > 0]
    if x.shape[1] == 0:
        return x
    return np.clip(ndtri((rankdata(x, axis=0) - 0.5) / runs), -REACH, REACH)


def _spline(z, pieces):
    """B-spline basis of one column of scores and its penalty on second differences; groups when it holds few values."""
    from scipy.interpolate import BSpline

    values, code = np.unique(z, return_inverse=True)
    if values.size <= pieces:
        return (code[:, None] == np.arange(values.size)).astype(float), 1e-6 * np.eye(values.size)
    low, high = values[0], values[-1]
    knots = np.linspace(low, high, pieces + 1)
    step = knots[1] - knots[0]
    knots = np.concatenate([low - step * np.arange(3, 0, -1), knots, high + step * np.arange(1, 4)])
    base = BSpline.design_matrix(np.clip(z, low, high - 1e-12 * (high - low)), knots, 3).toarray()
    bend = np.diff(np.eye(base.shape[1]), 2, axis=0)
    return base, bend.T @ bend


def _product(one, two):
    """Tensor product of two bases with its penalty."""
    (a, p), (b, q) = one, two
    base = (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)
    return base, np.kron(p, np.eye(b.shape[1])) + np.kron(np.eye(a.shape[1]), q)


def _even(base, penalty):
    """A basis whose penalty is the plain sum of squares: base L'^-1 with penalty + STRAIGHT = L L'."""
    from scipy.linalg import cholesky, solve_triangular

    return solve_triangular(cholesky(penalty + STRAIGHT * np.eye(len(penalty)), lower=True), base.T, lower=True).T


def _basis(x):
    """Even basis for p parameters: one spline, a product of two, or all splines with products of pairs."""
    p = x.shape[1]
    if p <= 2:
        parts = [_spline(column, PIECES[p]) for column in x.T]
        return _even(*(parts[0] if p == 1 else _product(*parts)))
    parts = [_spline(column, MANY) for column in x.T]
    pairs = [(i, j) for i in range(p) for j in range(i)]
    if p <= PAIRS:
        few = [_spline(column, PAIRED) for column in x.T]
        parts += [_product(few[i], few[j]) for i, j in pairs]
    else:
        parts.append((np.column_stack([x[:, i] * x[:, j] for i, j in pairs]), np.eye(len(pairs))))
    return np.hstack([_even(*part) for part in parts])


def _fit(base, y):
    """Fitted values of every column of y, and the same for rows that the fit did not see (`FOLDS` parts, same smoothness)."""
    n = len(y)
    middle = y.mean(axis=0)
    y = y - middle
    weight, rotated = _turn(base - base.mean(axis=0))
    pull = rotated.T @ y / n
    keep = 1 / (1 + SMOOTH[:, None] * weight)  # (smoothness, directions)
    size = keep.sum(axis=1) + 1
    rest = (y**2).mean(axis=0) - (2 * keep - keep**2) @ pull**2
    free = 1 - CARE * size / n  # a fit that uses up the rows follows all of their noise and is none
    chosen = np.where(free[:, None] > 0, rest / np.where(free > 0, free, 1.0)[:, None] ** 2, np.inf).argmin(axis=0)
    fitted = rotated @ (keep[chosen].T * pull) + middle
    unseen = np.empty_like(fitted)
    fold = np.arange(n) % FOLDS
    for part in range(FOLDS):
        seen, own = fold != part, fold == part
        bend = rotated[seen].T @ rotated[seen] / seen.sum()
        force = rotated[seen].T @ y[seen] / seen.sum()
        for level in np.unique(chosen):  # columns that are smoothed alike are solved together
            alike = np.flatnonzero(chosen == level)
            some = np.flatnonzero(SMOOTH[level] * weight < FLAT)
            whole = bend[np.ix_(some, some)] + np.diag(SMOOTH[level] * weight[some] + 1e-10)
            unseen[np.ix_(own, alike)] = rotated[np.ix_(own, some)] @ np.linalg.solve(whole, force[np.ix_(some, alike)]) + middle[alike]
    return fitted, unseen


def _turn(x):
    """Directions among the runs, shape (runs, directions), each with the penalty of a unit of it: penalised regression becomes shrinking
    one by one. x: centred even basis, shape (runs, columns).
    """
    from scipy.linalg import eigh

    n, columns = x.shape
    values, vectors = eigh(x @ x.T / n if columns > n else x.T @ x / n)
    some = values > 1e-12 * values[-1]
    values, vectors = values[some], vectors[:, some]
    return 1 / values, vectors * np.sqrt(n) if columns > n else x @ vectors / np.sqrt(values)

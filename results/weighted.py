"""Weighted columns: checked, aligned and ranked in one way for every measure.

Weights are numbers >= 0 of which only the ratios matter; a row of weight 0 is not there. NaN, infinite values, negative
weights, columns of several lengths and weights that sum to zero raise ValueError with the row.
"""

import numpy as np

__all__ = ["codes", "columns", "mean", "ratio_mean", "ridit_of"]

FEW = 100_000  # span of whole numbers up to which ranks are counted instead of sorted


def columns(values, weights, *, others=(), positive=False, not_negative=False):
    """Check and align the columns; returns values, weights that sum to one, others. Rows of weight 0 are left out."""
    y = np.asarray(values, dtype=np.float64)
    if y.ndim != 1 or y.size == 0:
        raise ValueError(f"values must be a non-empty array of shape (n,), not of shape {y.shape}")
    w = np.ones(y.size) if weights is None else np.asarray(weights, dtype=np.float64)
    ranks = [np.asarray(column, dtype=np.float64) for column in others]
    for name, column in (("weights", w), *(("rank", column) for column in ranks)):
        if column.shape != y.shape:
            raise ValueError(f"{name} has shape {column.shape}, values have shape {y.shape}")
    for name, column in (("values", y), ("weights", w), *(("rank", column) for column in ranks)):
        if not np.isfinite(column.sum()) and not np.isfinite(column).all():  # a sum is finite when all are: one pass, no array
            raise ValueError(f"{name} holds a missing or infinite number at row {int(np.argmin(np.isfinite(column)))}")
    if w.min() < 0:
        raise ValueError(f"weights must not be negative; row {int(np.argmin(w))} has {w.min():g}")
    if w.max() == 0:
        raise ValueError("weights sum to zero")
    if w.min() == 0:
        kept = w > 0
        y, w, ranks = y[kept], w[kept], [column[kept] for column in ranks]
    low = y.min()
    if positive and low <= 0:
        raise ValueError(f"values must be above 0 for this index; the lowest is {low:g}")
    if not_negative and low < 0:
        raise ValueError(f"values must not be negative for this index; the lowest is {low:g}")
    if not 1e-200 < w.max() < 1e200:
        w = w / w.max()  # so that tiny or huge weights keep their digits
    return y, w / w.sum(), ranks


def mean(y, w):
    """Weighted mean of aligned columns, weights summing to one; exact for a constant column."""
    return float(y[0] + w @ (y - y[0]))


def ratio_mean(y, w, index):
    """The mean as a divisor; ValueError if it is zero, since a relative index is then undefined."""
    middle = mean(y, w)
    if middle == 0:
        raise ValueError(f"the mean of the values is 0, so {index} is undefined")
    return middle


def ridit_of(rank, w):
    """Ridit of aligned columns: cumulated weight below plus half the own tie's weight."""
    low, span = rank.min(), np.ptp(rank)
    if span <= FEW and (rank == (code := rank.astype(np.int64))).all():  # whole numbers such as fifths: no sorting
        weight = np.bincount(code - int(low), w)
        return (np.cumsum(weight) - weight / 2)[code - int(low)]
    order = np.argsort(rank)
    ranked = rank[order]
    first = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    weight = np.add.reduceat(w[order], first)
    middle = np.cumsum(weight) - weight / 2
    result = np.empty(rank.size)
    result[order] = np.repeat(middle, np.diff(np.append(first, rank.size)))
    return result


def codes(labels, n):
    """Labels of any kind as whole numbers 0.. with the labels in order: (code (n,), labels); ValueError on another length or a gap."""
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ValueError(f"groups have shape {labels.shape}, values have shape {(n,)}")
    missing = labels != labels  # only a missing number differs from itself
    if labels.dtype == object:
        missing = missing | np.array([label is None for label in labels], dtype=bool)
    if np.any(missing):
        raise ValueError(f"groups hold no label at row {int(np.argmax(missing))}")
    found, code = np.unique(labels, return_inverse=True)
    return code.astype(np.intp), found

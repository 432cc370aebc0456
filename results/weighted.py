"""Weighted columns: checked, aligned and ranked in one way for every measure.

Weights are numbers >= 0 of which only the ratios matter; a row of weight 0 is not there. NaN, infinite values, negative
weights, columns of several lengths and weights that sum to zero raise ValueError with the row.
"""

import numpy as np

__all__ = ["codes", "columns", "cumulated", "dot", "in_order", "mean", "on_ranks", "ratio_mean", "ridit_of"]

FEW = 100_000  # span of whole numbers up to which ranks are counted instead of sorted
MANY = 16_384  # rows from which `in_order` pays


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


def dot(a, b):
    """Sum of the products of two columns. Not `a @ b`, which shares out a million rows among threads that wait for each other, so that
    the last digits hang on the number of processors.
    """
    return float(np.einsum("i,i->", a, b))


def mean(y, w):
    """Weighted mean of aligned columns, weights summing to one; exact for a constant column."""
    return float(y[0]) + dot(w, y - y[0])


def ratio_mean(y, w, index):
    """The mean as a divisor; ValueError if it is zero, since a relative index is then undefined."""
    middle = mean(y, w)
    if middle == 0:
        raise ValueError(f"the mean of the values is 0, so {index} is undefined")
    return middle


def in_order(values):
    """Where the values stand from low to high, and the values so: (order, ranked), both (n,); about twice as fast as argsort.

    A double of n rows keeps all but its last log2 n bits and takes the row's number there, so that plain numbers are sorted, which
    machines do several values at a time; rows that the kept bits cannot tell apart are then put right among themselves.
    """
    n = values.size
    if n < MANY:
        order = np.argsort(values, kind="stable")
        return order, values[order]
    bits = (n - 1).bit_length()
    key = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
    key = key ^ ((key >> 63) & np.iinfo(np.int64).max) if values.min() < 0 else key.copy()  # as whole numbers in the order of doubles
    key >>= bits
    key <<= bits
    key |= np.arange(n)
    key.sort()
    order = key & ((1 << bits) - 1)
    key >>= bits
    alike = key[1:] == key[:-1]
    ranked = values[order]
    if alike.any():
        at = np.flatnonzero(np.append(alike, False) | np.append(False, alike))
        part = ranked[at]
        if (part[1:] < part[:-1]).any():
            again = at[np.argsort(part, kind="stable")]
            order[at], ranked[at] = order[again], ranked[again]
    return order, ranked


def _counted(rank):
    """Ranks that are whole numbers of a short span, such as fifths, from 0 on, so that they need no sorting; else None."""
    low, span = rank.min(), np.ptp(rank)
    if span <= FEW and (rank == (code := rank.astype(np.int64))).all():
        return code - int(low)
    return None


def _ties(ranked):
    """Where each stretch of equal ranks begins; None when no two are equal."""
    new = ranked[1:] != ranked[:-1]
    return None if new.all() else np.flatnonzero(np.append(True, new))


def cumulated(rank, *amounts):
    """For every row and each of `amounts`, arrays (n,): the amounts of rows ranked lower, and half of its own tie's; list of (n,)."""
    code = _counted(rank)
    if code is not None:
        held = [np.bincount(code, amount) for amount in amounts]
        return [(np.cumsum(amount) - amount / 2)[code] for amount in held]
    order, ranked = in_order(rank)
    first, found = _ties(ranked), []
    for amount in amounts:
        held = amount[order] if first is None else np.add.reduceat(amount[order], first)
        middle = np.cumsum(held)
        middle -= held / 2
        found.append(np.empty(rank.size))
        found[-1][order] = middle if first is None else np.repeat(middle, np.diff(np.append(first, rank.size)))
    return found


def ridit_of(rank, w):
    """Ridit of aligned columns: cumulated weight below plus half the own tie's weight."""
    return cumulated(rank, w)[0]


def on_ranks(y, rank, w):
    """Covariance of y with the ridit R of `rank`, sum w (y - mu) (R - 1/2) of aligned columns; R is not put back to its rows."""
    y = y - mean(y, w)
    y *= w
    code = _counted(rank)
    if code is not None:
        held, weight = np.bincount(code, y), np.bincount(code, w)
    else:
        order, ranked = in_order(rank)
        held, weight = y[order], w[order]
        first = _ties(ranked)
        if first is not None:
            held, weight = np.add.reduceat(held, first), np.add.reduceat(weight, first)
    middle = np.cumsum(weight)
    middle -= weight / 2
    middle -= 0.5
    return dot(held, middle)


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

"""Whole numbers from shares: rounding that keeps margins, and who in a cell gets what."""

from enum import IntEnum

import humanleague
import numpy as np
from numba import njit

from sim.rules.draws import address, quantile, uniforms

__all__ = [
    "Start",
    "chance",
    "diffuse",
    "gaussian",
    "joint",
    "largest_remainder",
    "pair",
    "pick",
    "round_along",
]


class Start(IntEnum):
    """What a uniform of the starting population decides; numbers apart from those of the monthly rules."""

    BIRTH_MONTH = 300
    REFUGEE = 301
    FOREIGN = 302
    BASIC = 303
    TERTIARY = 304
    HOUSING = 305
    HOME_CARE = 306
    PERMIT = 307
    STATUS = 310  # one address for each main activity: 310-319
    DURATION = 320
    DURATION_MORE = 321
    PARTNER = 330
    AGE_GAP = 331
    FIRST_CHILD = 332
    LONE = 333
    FATHER = 334
    MOTHER_AGE = 335
    SIBLING = 336
    AT_HOME = 337
    WITH_LONE = 338
    SHARE_HOME = 339
    AREA = 340
    AREA_ORDER = 341
    CONTACT = 350
    CONTACT_SIDE = 351
    NEWCOMER = 352
    NEWBORN = 360


def chance(seed, purpose, who, month=0):
    """Uniform on (0, 1) for each id in `who` (int64 array) at the address (seed, purpose, month)."""
    return uniforms(address(seed, int(purpose), month), who)


@njit(cache=True)
def _quantiles(u, out):
    for i in range(u.size):
        out[i] = quantile(u[i])


def gaussian(seed, purpose, who, month=0):
    """Standard normal for each id in `who` at the address (seed, purpose, month)."""
    u = chance(seed, purpose, who, month)
    out = np.empty_like(u)
    _quantiles(u, out)
    return out


def largest_remainder(weights, total):
    """Integers that add up to `total` and lie within one of `total` x weights / sum(weights).

    weights: non-negative floats, shape (k,). Returns int64 (k,). Ties go to the earlier cell.
    """
    weights = np.asarray(weights, float)
    if total == 0 or weights.sum() == 0:
        return np.zeros(weights.size, np.int64)
    want = weights / weights.sum() * total
    got = np.floor(want).astype(np.int64)
    short = int(total) - int(got.sum())
    got[np.argsort(got - want, kind="stable")[:short]] += 1
    return got


def joint(rows, columns):
    """Integer table with exactly these row and column sums, as close to independence as whole numbers allow.

    rows (r,), columns (c,): non-negative integers with equal sums. Returns int64 (r, c). The whole part of
    each expectation is set first; quasi-random integer sampling (Smith, Lovelace & Birkin 2017,
    `humanleague.qis`) places the rest, so that the time does not grow with the population. `_north_west`
    stands in should the sampler not converge.
    """
    rows, columns = np.asarray(rows, np.int64), np.asarray(columns, np.int64)
    if rows.sum() != columns.sum():
        raise ValueError(
            f"row sums add up to {rows.sum()} persons, column sums to {columns.sum()}: must be equal"
        )
    if rows.sum() == 0:
        return np.zeros((rows.size, columns.size), np.int64)
    table = np.floor(np.outer(rows, columns / columns.sum())).astype(np.int64)
    left_rows, left_columns = rows - table.sum(axis=1), columns - table.sum(axis=0)
    return table + _rest(left_rows, left_columns)


def _rest(rows, columns):
    """Place what is left over: sampled where rows and columns are more than one, else directly."""
    r, c = np.flatnonzero(rows), np.flatnonzero(columns)
    table = np.zeros((rows.size, columns.size), np.int64)
    if r.size == 0:
        return table
    if min(r.size, c.size) == 1:
        table[np.ix_(r, c)] = np.outer(rows[r], columns[c]) // rows.sum()
        return table
    part, report = humanleague.qis([np.array([0]), np.array([1])], [rows[r], columns[c]])
    exact = report["conv"] and (part.sum(axis=1) == rows[r]).all() and (part.sum(axis=0) == columns[c]).all()
    table[np.ix_(r, c)] = part if exact else _north_west(rows[r], columns[c])
    return table


def _north_west(rows, columns):
    """Exact table by walking both margins along one line of persons, columns taken in a scattered order.

    The line of rows is laid beside the line of columns; the golden-ratio order keeps a row from getting one
    end of the age pyramid only.
    """
    row = np.repeat(np.arange(rows.size), rows)
    column = np.repeat(np.arange(columns.size), columns)
    scattered = np.argsort(np.arange(column.size) * ((np.sqrt(5.0) - 1.0) / 2.0) % 1.0, kind="stable")
    table = np.zeros((rows.size, columns.size), np.int64)
    np.add.at(table, (row, column[scattered]), 1)
    return table


def round_along(expected):
    """Integers within one of each expectation whose running sum never strays more than half from the
    expected.

    expected: non-negative floats (k,). Returns int64 (k,).
    """
    edges = np.floor(np.concatenate(([0.0], np.cumsum(expected))) + 0.5 + np.finfo(np.float32).eps)
    return np.diff(edges).astype(np.int64)


def diffuse(expected):
    """Whole numbers for a table with whole row sums: rows exact, rounding errors carried on to the next row.

    expected: non-negative floats (r, k) whose rows add up to integers. Returns int64 (r, k); a zero stays
    zero, and each column's total stays within about one of its expectation (error diffusion).
    """
    carry = np.zeros(expected.shape[1])
    table = np.zeros(expected.shape, np.int64)
    for row, share in enumerate(expected):
        want = np.where(share > 0, share + carry, 0.0)
        got = np.floor(np.maximum(want, 0.0)).astype(np.int64)
        spare = round(share.sum()) - int(got.sum())
        for _ in range(abs(spare)):
            gap = want - got if spare > 0 else got - want
            closed = share <= 0 if spare > 0 else got <= 0
            got[np.argmax(np.where(closed, -np.inf, gap))] += 1 if spare > 0 else -1
        table[row] = got
        carry += share - got
    return table


def pick(cell, wanted, odds, u):
    """Choose exactly `wanted[c]` persons from each cell c, by weighted sampling without replacement.

    cell: int (n,); wanted: int (cells,); odds: relative odds of being chosen, float (n,) or a scalar > 0; u:
    uniforms (n,). Returns bool (n,); a cell with fewer persons than wanted gives all of them. Source:
    Efraimidis & Spirakis 2006 (the smallest exponential clocks win).
    """
    if cell.size == 0:
        return np.zeros(0, bool)
    clock = -np.log(u) / odds
    order = np.argsort(cell + clock / (1.0 + clock), kind="stable")
    sizes = np.bincount(cell, minlength=len(wanted))
    first = np.cumsum(sizes) - sizes
    ranked = cell[order]
    chosen = np.zeros(cell.size, bool)
    chosen[order] = np.arange(cell.size) - first[ranked] < np.asarray(wanted)[ranked]
    return chosen


@njit(cache=True)
def _two_pointers(left, right, tolerance, match):
    """Pair sorted numbers that differ by at most `tolerance`, most pairs possible; match[i] = place in
    `right`.
    """
    i = j = 0
    while i < left.size and j < right.size:
        if right[j] < left[i] - tolerance:
            j += 1
        elif left[i] < right[j] - tolerance:
            i += 1
        else:
            match[i] = j
            i += 1
            j += 1


def pair(group, age, other_group, other_age, tolerance):
    """Pair each member of one side with at most one of the other: same group, ages within `tolerance`.

    group: int (n,), age [years]: float (n,); other_group (m,), other_age (m,). Returns int64 (n,): place in
    the other side, or -1. Groups are set apart on one line by more than any age, so that one walk serves all
    of them.
    """
    apart = 4.0 * (1.0 + tolerance + max(_reach(age), _reach(other_age)))
    left, right = group * apart + age, other_group * apart + other_age
    left_order, right_order = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    match = np.full(left.size, -1, np.int64)
    _two_pointers(left[left_order], right[right_order], float(tolerance), match)
    found = np.full(left.size, -1, np.int64)
    hit = match >= 0
    found[left_order[hit]] = right_order[match[hit]]
    return found


def _reach(age):
    return float(np.abs(age).max()) if age.size else 0.0

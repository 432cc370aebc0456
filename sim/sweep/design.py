"""Points of a design: from specifications of factors to one row of values per point, without any stream of chance."""

import datetime
import itertools
import math
from dataclasses import dataclass

import numpy as np

from scenarios.quantity import Quantity, quantile, uniform

__all__ = ["DESIGNS", "Factor", "units", "whole_of"]

MIDDLE = (0.025, 0.975)  # the part of an own distribution that designs with levels at both ends use


@dataclass(frozen=True)
class Factor:
    """One thing that is varied: its dotted path, and its levels, its range, or the number's own distribution.

    levels: values to choose from, or (). low, high: ends of the range. log: spaced evenly on a logarithmic scale. whole:
    whole numbers only. own: the Quantity whose distribution is used. steps: levels of a range in a grid.
    """

    path: str
    levels: tuple = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    whole: bool = False
    own: Quantity | None = None
    steps: int = 0
    limits: tuple = (-math.inf, math.inf)

    def at(self, u):
        """The value at the unit coordinate u, 0 <= u <= 1. Of a table (a list of numbers) the value is a ratio to all of it."""
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.own is not None:
            u = min(max(u, 1e-9), 1.0 - 1e-9)
            q = self.own
            if q.is_table:
                return quantile("lognormal" if q.dist in ("beta", "gamma") else q.dist, 1.0, q.low, q.high, u)
            return q.at(u, *self.limits)
        if self.whole:
            return min(int(self.low + u * (self.high - self.low + 1)), int(self.high))
        if self.log:
            return self.low * (self.high / self.low) ** u
        return self.low + (self.high - self.low) * u

    def grid(self):
        """Every level, in order; of a range `steps` of them from end to end."""
        if self.levels:
            return list(self.levels)
        return [self.at(_within(self, u)) for u in np.linspace(0.0, 1.0, self.steps)]

    def ends(self):
        """The values that a check must try: all levels, or both ends."""
        return list(self.levels) or [self.at(_within(self, u)) for u in (0.0, 1.0)]


def whole_of(low, high):
    """Whether a range written with whole numbers means whole numbers."""
    return isinstance(low, int) and isinstance(high, int)


def _within(factor, u):
    """The unit coordinate, drawn in from the ends where the factor's distribution may have none."""
    return MIDDLE[0] + u * (MIDDLE[1] - MIDDLE[0]) if factor.own is not None else float(u)


def _grid(factors, points, seed, start):
    return [list(row) for row in itertools.product(*(f.grid() for f in factors))]


def _lhs(factors, points, seed, start):
    """Latin hypercube: each factor's strata in an order of their own, one addressed draw within each stratum (McKay 1979)."""
    columns = []
    for f in factors:
        order = np.argsort([uniform(seed, start + i, f"order/{f.path}") for i in range(points)], kind="stable")
        columns.append([f.at((int(k) + uniform(seed, start + i, f"place/{f.path}")) / points) for i, k in enumerate(order)])
    return [list(row) for row in zip(*columns, strict=True)]


def _sobol(factors, points, seed, start):
    """The Sobol' sequence, shifted by one addressed draw per factor modulo 1 (Cranley & Patterson 1976)."""
    from scipy.stats import qmc

    u = qmc.Sobol(len(factors), scramble=False).random_base2(int(start + points).bit_length() - 1)[start:]
    shift = np.array([uniform(seed, 0, f"shift/{f.path}") for f in factors])
    return [[f.at(float(x)) for f, x in zip(factors, row, strict=True)] for row in (u + shift) % 1.0]


def _morris(factors, points, seed, start):
    """Trajectories that move one factor at a time over four levels (Morris 1991), as SALib lays them."""
    from SALib.sample import morris

    problem = {"num_vars": len(factors), "names": [f.path for f in factors], "bounds": [[0.0, 1.0]] * len(factors)}
    u = morris.sample(problem, points, num_levels=LEVELS, seed=(seed + start) % 2**32)
    return [[f.at(_within(f, float(x))) for f, x in zip(factors, row, strict=True)] for row in u]


LEVELS = 4  # of Morris' grid
DESIGNS = {"grid": _grid, "lhs": _lhs, "sobol": _sobol, "morris": _morris}


def units(factors, design, points, seed, start=0):
    """Rows {path: value}, one per point. The same arguments give the same rows, always.

    start: points (of morris: trajectories) that were laid before, to which these are added: the Sobol' sequence goes on, a
    Latin hypercube gets a second one of its own.
    """
    rows = DESIGNS[design](factors, points, seed, start)
    return [dict(zip([f.path for f in factors], row, strict=True)) for row in rows]


def plain(value):
    """A value as JSON can hold it: dates as text, the rest as it is."""
    return value.isoformat() if isinstance(value, datetime.date) else value

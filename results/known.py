"""What an adversary can work out of hidden cells from all that is shown: bounds where they tell, linear programming where not."""

import functools
import itertools

import numpy as np

__all__ = ["Known"]

CLOSE = 1e-6  # ten times the tolerance of the solver
ROUNDS = 3  # more bound few cells further


class Known:
    """What is known of hidden cells: equations `rows` @ values = `right`, and that no value is below `lowest`."""

    def __init__(self, gone, counts, sums):
        unknown = sorted(gone, key=str)
        self.counts, self.place = counts, {name: i for i, name in enumerate(unknown)}
        self.lowest = 1.0 if all(float(counts[name]).is_integer() for name in unknown) else 0.0
        rows, right = [], []
        for total, parts in sums:
            row, shown = np.zeros(len(unknown)), 0.0
            whole = sum(counts.get(part, 0) for part in parts) if total is None else counts.get(total, 0)
            for name, sign in [*((part, 1.0) for part in parts), *([] if total is None else [(total, -1.0)])]:
                if name in self.place:
                    row[self.place[name]] += sign
                else:
                    shown += sign * counts.get(name, 0)
            if row.any():
                rows.append(row)
                right.append(-shown if total is not None else whole - shown)
        self.rows, self.right = np.reshape(rows, (len(rows), len(unknown))), np.array(right)

    def leaves(self, cell, width):
        """Whether the range of a cell is at least `width`; bounds tell it for most cells, `reach` for the others."""
        ends = self._at_once(cell)
        if ends:
            return np.ptp(ends) >= width
        if self._swaps(cell, width + CLOSE):
            return True
        return self._most[self.place[cell]] >= width - CLOSE and np.ptp(self.solve(cell)) >= width

    def _swaps(self, cell, width):
        """Whether it is sure to reach over `width`, trading residents with a cell of the same sums or at the corners of a rectangle."""
        if not self._true:
            return False
        room, codes, me = self._values - self.lowest, self._codes, self.place[cell]
        beside = [i for i, code in enumerate(codes) if i != me and code & codes[me]]
        up = max((room[i] for i in beside if codes[i] == codes[me]), default=0.0)
        down = room[me] if codes[me] in {codes[i] for i in beside} else 0.0
        for i, j in itertools.combinations(beside, 2):
            opposite = self._room.get(codes[i] + codes[j] - codes[me])
            if opposite is not None:
                up, down = max(up, min(room[i], room[j])), max(down, min(room[me], opposite))
                if up + down >= width:
                    break
        return up + down >= width

    @functools.cached_property
    def _most(self):
        """How wide the range of each cell is at most: each sum bounds its cells by what the others of it can be, a few times over."""
        low, high = np.full(len(self.place), self.lowest), np.full(len(self.place), np.inf)
        if self._whole:
            for row, right in [*zip(self.rows > 0, self.right, strict=True)] * ROUNDS:
                high[row] = np.minimum(high[row], right - (low[row].sum() - low[row]))
                low[row] = np.maximum(low[row], right - (high[row].sum() - high[row]))
        return high - low

    @functools.cached_property
    def _whole(self):
        """Whether sums are of parts only: no hidden total."""
        return bool(np.isin(self.rows, (0, 1)).all())

    @functools.cached_property
    def _values(self):
        return np.array([self.counts[name] for name in self.place], float)

    @functools.cached_property
    def _true(self):
        """Whether the counts themselves agree with all that is known, and every sum is one of parts."""
        agree = (np.abs(self.rows @ self._values - self.right) < CLOSE / 1000).all()
        return bool(self._whole and agree and (self._values >= self.lowest).all())

    @functools.cached_property
    def _codes(self):
        """The sums that a hidden cell is in, as one whole number with a digit a sum: cells of one code share all sums."""
        return [sum(1 << 2 * int(at) for at in np.flatnonzero(column)) for column in self.rows.T]

    @functools.cached_property
    def _room(self):
        """How far the largest cell of each code is above the lowest value."""
        found = {}
        for code, value in zip(self._codes, self._values, strict=True):
            found[code] = max(found.get(code, 0.0), value - self.lowest)
        return found

    def reach(self, cell):
        """Lowest and highest value of a cell; its own count twice where no values agree with what is known."""
        return self._at_once(cell) or self.solve(cell)

    def _at_once(self, cell):
        """`reach` where no two sums share a hidden cell: all of a sum but the lowest of the others. None where they do, and where it is
        so close to a whole number that the solver's rounding decides.
        """
        at = np.flatnonzero(self.rows[:, self.place[cell]])
        if not self._apart or _doubtful(self._spare[at]).any():
            return None
        if (self._spare < 0).any():
            return self.counts[cell], self.counts[cell]
        if not len(at):
            return self.lowest, np.inf
        top = self.lowest + self._spare[at[0]]
        return (top if self.rows[at[0]].sum() == 1 else self.lowest), top

    @functools.cached_property
    def _spare(self):
        """What of each sum is left when each of its hidden cells has the lowest value."""
        return self.right - self.lowest * self.rows.sum(1)

    @functools.cached_property
    def _apart(self):
        """Whether no two sums share a hidden cell and it is plain that values agree with all of them, or that none do."""
        plain = not (_doubtful(self._spare) & (np.abs(self._spare) < CLOSE)).any()
        return plain and self._whole and bool((self.rows.sum(0) <= 1).all())

    def solve(self, cell):
        """`reach` by linear programming, whatever the sums share."""
        from scipy.optimize import linprog

        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(self.place))
            aim[self.place[cell]] = sign
            equations = {"A_eq": self.rows, "b_eq": self.right} if len(self.rows) else {}
            found = linprog(aim, bounds=[(self.lowest, None)] * len(self.place), **equations)
            ends.append(np.inf if found.status == 3 else self.counts[cell] if found.status else sign * found.fun)
        return tuple(ends)


def _doubtful(values):
    """Which values are whole but for rounding."""
    off = np.abs(values - np.round(values))
    return (off > 0) & (off < CLOSE)

"""What a municipality sees of a card: monthly counts by segment, read a month later, and how need seems to have changed."""

import datetime

import numpy as np

from sim.residents import Urbanity
from sim.rules.card import (
    BANDS,
    CELLS,
    COST,
    ELIGIBLE,
    GIVEN,
    HOLDERS,
    OFFERED,
    PERSONS,
    TURNED_AWAY,
    USERS,
    USES,
)

COLUMNS = {"eligible": ELIGIBLE, "offered": OFFERED, "given": GIVEN, "holders": HOLDERS, "users": USERS, "uses": USES,
           "persons": PERSONS, "turned_away": TURNED_AWAY, "cost": COST}
YOUNGEST = ("under_school_age", "school_age", "no_child")
_CELLS = np.arange(CELLS).reshape(-1, BANDS)  # urban-rural class x age of the youngest child
# Segment of the table -> its cells.
VIEWS = {
    ("all", "all"): _CELLS.ravel(),
    **{("urbanity", u.name): _CELLS[u.value] for u in Urbanity},
    **{("youngest_child", name): _CELLS[:, i] for i, name in enumerate(YOUNGEST)},
}


class Monitoring:
    """Counts of every month by municipality and cell, as they are known after a month."""

    def __init__(self, places):
        self.counts = np.zeros((places, CELLS, len(COLUMNS)))  # of the running month
        self.closed = []  # (month, counts, changes) of the months that can be read

    def close(self, month, changes):
        """The month `month` can be read now. changes: float (places, CELLS, 2, 3), what `rules.card.assess` sums."""
        self.closed.append((month, self.counts.copy(), changes))
        self.counts[:] = 0.0

    def participation(self, window, delay):
        """Share of eligible households that used the card in a month, by municipality and cells (place, view) as read now.

        window: months taken together; delay: months until a month is known, 1 = the last one. Returns a function of (index of
        the municipality, urbanity or None); not-a-number where nothing has been read or nobody is eligible.
        """
        known = self.closed[: max(0, len(self.closed) - (delay - 1))][-window:]
        sums = sum((counts for _, counts, _ in known), np.zeros_like(self.counts))

        def share(place, urbanity=None):
            cells = VIEWS["all", "all"] if urbanity is None else VIEWS["urbanity", urbanity]
            users, eligible = sums[place][cells][:, (USERS, ELIGIBLE)].sum(0)
            return users / eligible if eligible else float("nan")

        return share

    def rows(self, model, first):
        """The table: one row per month, municipality and segment with anybody eligible; real households, EUR2018.

        first: the first measured month of the model; months before are left out.
        """
        out = []
        for month, counts, changes in self.closed:
            if month < first:
                continue
            for place in model.municipalities:
                for (kind, name), cells in VIEWS.items():
                    total = counts[place.index][cells].sum(0)
                    if total[ELIGIBLE]:
                        when = {"month": month - first, "date": _date(model, month - first), "read": _date(model, month - first + 1)}
                        where = {"place": place.name, "segment_kind": kind, "segment": name}
                        numbers = _numbers(total, changes[place.index][cells].sum(0), model.weight[place.index])
                        out.append({**when, **where, **numbers})
        return out


def need_change(sums):
    """Difference of the change in contacts of households that use the card against those that hold it and do not.

    sums: float (2, 3) by (not, used): households, sum, sum of squares of their changes [share of member-months with a
    contact]. Returns (difference, its standard error); not-a-number with fewer than two on a side. It is what a municipality
    can see, not the effect: who goes differs from who does not.
    """
    n, total, squares = sums.T
    if n.min() < 2:
        return float("nan"), float("nan")
    mean = total / n
    variance = np.maximum(0.0, squares - n * mean**2) / (n - 1)
    return float(mean[1] - mean[0]), float(np.sqrt((variance / n).sum()))


def _numbers(total, changes, weight):
    change, error = need_change(changes)
    return {
        **{name: total[column] * weight for name, column in COLUMNS.items()},
        "cost_per_use": total[COST] / total[USES] if total[USES] else float("nan"),
        "participation": total[USERS] / total[ELIGIBLE],
        "need_change": change,
        "need_change_se": error,
        "compared_users": int(changes[1, 0]),
        "compared_others": int(changes[0, 0]),
    }


def _date(model, month):
    years, months = divmod(model.start_date.month - 1 + month, 12)
    return str(datetime.date(model.start_date.year + years, months + 1, 1))

"""A month passes for the residents of some municipalities: they live, services meet them, and the month's books are closed."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.closing import close
from sim.residents import rows
from sim.rules.month import live
from sim.rules.queue import serve

SLICES = 16  # of municipalities, with sums of their own; more than threads, so that a large city holds nobody up
TOGETHER = 8192  # residents who go through the month in one call, unless one municipality has more: they stay in the cache

TALLY = np.dtype([(name, "i8") for name in ("requests", "deaths", "touched", "alive")])  # of each municipality


def slices_of(bounds):
    """Municipalities in SLICES parts of about as many residents, and each part in groups of neighbours small enough to go together.

    bounds: first row of each municipality, and the end. Returns a list of lists of int64 arrays of municipalities' indices.
    """
    sizes = np.diff(bounds)
    part = (bounds[:-1] + bounds[1:]) * SLICES // (2 * int(bounds[-1]) + 1)
    out = [[] for _ in range(SLICES)]
    together = 0
    for place, (number, size) in enumerate(zip(part.tolist(), sizes.tolist(), strict=True)):
        if not out[number] or together + size > TOGETHER:
            out[number].append([])
            together = 0
        out[number][-1].append(place)
        together += size
    return [[np.array(group, np.int64) for group in groups] for groups in out]


class Passing:
    """What a model does month by month with the rows of residents; the first part of HyteModel."""

    def let_live(self):
        """Every municipality lives, serves and closes its month; nobody knows anybody elsewhere, so threads share the slices.

        Each slice has sums of its own, which are added in the order of slices: any number of threads gives the same bytes.
        """
        parts = list(zip(self.slices, self.cells, strict=True))
        if self.threads == 1:
            for part in parts:
                self.pass_month(*part)
        else:
            parts.sort(key=lambda part: -sum(self.residents_of(places) for places in part[0]))  # the largest begins first
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(lambda part: self.pass_month(*part), parts))

    def pass_month(self, groups, cells):
        """The month of some municipalities, group by group, so that the rows of a group are still at hand when services meet them.

        groups: of `slices_of`; cells: the sums of their slice.
        """
        for places in groups:
            self.residents_live(places)
            self.services_serve(places)
            self.books_close(places, cells)

    def residents_of(self, places):
        """Rows of some municipalities, int64 indices."""
        return int((self.bounds[places + 1] - self.bounds[places]).sum())

    def residents_live(self, places):
        """A month of every resident: life events, work, income, health, social quality, wellbeing, hearing, asking."""
        live(places, self.bounds, rows(self.people), self.month, rows(self.coefficients), self.coefficient_row, rows(self.areas),
             self.area_bounds, self.mortality, self.keys, self.ledger.month, rows(self.desks), self.seen, self.network.indptr,
             self.network.indices, self.listed, rows(self.tally))

    def services_serve(self, places):
        """Every service meets whom its minutes allow; money and effects follow."""
        serve(places, self.bounds, rows(self.people), self.listed, rows(self.desks), rows(self.coefficients), self.coefficient_row,
              self.keys, self.ledger.month, self.earmarks, self.area_bounds, rows(self.tally))

    def books_close(self, places, cells):
        """Close the month's books on every resident: costs, at-risk groups, what contacts will see, and sums reported, added to `cells`."""
        close(places, self.bounds, rows(self.people), self.month, self.heavy_line, self.measured, rows(self.coefficients),
              self.coefficient_row, self.seen, self.touched, self.tags, cells, self.by_place, rows(self.tally))

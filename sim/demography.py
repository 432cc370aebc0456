"""Once a year: births, leaving home, separations, new couples, moves, arrivals of permit holders, and the re-sort of rows."""

import numpy as np

from sim.endowment import endow
from sim.margins import chance
from sim.network import remap
from sim.population import arrival_id, newborn_id
from sim.residents import RESIDENT, Group, Origin, Sex, Status, rows
from sim.rules.draws import Purpose, kernel, rule

ADULT = 18
CHANGED = ("household", "municipality", "area", "urbanity", "partner")  # what events write
LOOKED_AT = (*CHANGED, "id", "birth_month", "alive", "sex", "care", "minors", "origin")
NEW_HOME = 5000  # added to the year so that ids of new households and of newborns never meet


def fresh_household(ids, year):
    """Ids of households founded in `year` by the residents `ids`; alike in every arm."""
    return newborn_id(ids, year + NEW_HOME)


def starts(household):
    """(Where each run of one household begins, number of the run at each place from 0), int64, of household ids by row."""
    new = np.r_[True, household[1:] != household[:-1]]
    return np.flatnonzero(new), np.cumsum(new) - 1


class Turn:
    """One turn of the year on a model: reads and replaces its rows, bounds and network. Call `Turn(model).make()`."""

    def __init__(self, model):
        self.model = model
        self.values = model.values
        self.seed = model.seed_value
        self.month = model.month
        self.year = model.date.year
        # What events look at, one column beside the other: a row is long, and each look at a field of it would fetch all of it.
        self.people = {f: np.ascontiguousarray(model.people[f]) for f in LOOKED_AT}
        self.displaced = np.zeros(len(model.people), bool)  # rows that are no longer as they were, and may stand out of order
        self.born = self.arrived = self.moved = self.left = 0

    def make(self):
        """All events in order, then one re-sort. Returns counts of the year."""
        self.leave_home()
        self.separate()
        self.pair()
        self.move()
        new = [self.babies(), self.arrivals()]
        self.resort(np.concatenate(new))
        return {"born": self.born, "arrived": self.arrived, "moved": self.moved, "left": self.left}

    def age(self, rows):
        """Age in whole years."""
        return (self.month - rows["birth_month"]) // 12

    def draw(self, purpose, ids):
        """Uniform per id at (seed, purpose, this month)."""
        return chance(self.seed, purpose, ids, self.month)

    def by_band(self, name, age, bounds):
        """Values of a table by age band."""
        return np.asarray(self.values[name])[np.searchsorted(np.asarray(bounds), age, side="right")]

    def homes(self):
        """First row of each household, and the household of each row counted from 0, in row order (members are adjacent)."""
        return starts(self.people["household"])

    def leave_home(self):
        """Young adults who live with somebody a generation older found a household of their own."""
        p = self.people
        first, home = self.homes()
        age = self.age(p)
        oldest = np.maximum.reduceat(np.where(p["alive"] == 1, age, 0), first)
        at_home = (p["alive"] == 1) & (age >= ADULT) & (age < 30) & (p["partner"] == 0) & (oldest[home] >= age + 16)
        rate = self.by_band("demography.leave_home", age, (20, 22, 25))
        who = at_home & (self.draw(Purpose.LEAVE_HOME, p["id"]) < rate)
        p["household"][who] = fresh_household(p["id"][who], self.year)
        self.displaced[who] = True

    def couples(self):
        """Rows (men, women) of couples: two adults with a partner in one household, a man and a woman."""
        p = self.people
        here = np.flatnonzero((p["alive"] == 1) & (p["partner"] == 1) & (self.age(p) >= ADULT))
        _, first, number = np.unique(p["household"][here], return_index=True, return_counts=True)
        a, b = here[first[number == 2]], here[np.minimum(first[number == 2] + 1, len(here) - 1)]
        a_is_man = p["sex"][a] == Sex.man
        return np.where(a_is_man, a, b), np.where(a_is_man, b, a)

    def separate(self):
        """Couples part: one moves out, children stay."""
        men, women = self.couples()
        who = self.draw(Purpose.SEPARATE, self.people["id"][women]) < self.values["demography.separation"]
        men, women = men[who], women[who]
        self.people["partner"][np.r_[men, women]] = 0
        self.displaced[women] = True
        self.people["household"][men] = fresh_household(self.people["id"][men], self.year + NEW_HOME)
        self.displaced[men] = True

    def pair(self):
        """Singles of a municipality and similar age move together; who meets whom is settled in small addressed circles.

        Circles (municipality, age, one of a few) keep a difference in one life from re-matching everybody else.
        """
        p = self.people
        age = self.age(p)
        free = (p["alive"] == 1) & (p["partner"] == 0) & (age >= ADULT) & (age < 70) & (p["care"] < 2)
        keen = free & (self.draw(Purpose.PAIR, p["id"]) < self.by_band("demography.pairing", age, (25, 35, 50)))
        men = np.flatnonzero(keen & (p["sex"] == Sex.man) & (p["minors"] == 0))
        women = np.flatnonzero(keen & (p["sex"] == Sex.woman))
        circle = [self._circle(rows, age[rows] - shift) for rows, shift in ((men, 2), (women, 0))]
        men, women = self._meet(men, circle[0], women, circle[1])
        for field in ("household", "area", "urbanity"):
            p[field][men] = p[field][women]
        self.displaced[men] = True
        p["partner"][np.r_[men, women]] = 1
        self.displaced[women] = True

    def _circle(self, rows, age):
        p = self.people
        meeting = np.floor(8 * self.draw(Purpose.PAIR + 500, p["id"][rows])).astype(np.int64)
        return (p["municipality"][rows].astype(np.int64) * 64 + np.maximum(age, 0) // 4) * 8 + meeting

    def _meet(self, men, his, women, hers):
        """Pair the k-th man with the k-th woman of each circle, in order of an addressed draw."""
        order = [np.lexsort((self.draw(Purpose.PAIR + 501, self.people["id"][rows]), circle))
                 for rows, circle in ((men, his), (women, hers))]
        ranks = []
        for circle in (his[order[0]], hers[order[1]]):
            start = np.r_[0, np.flatnonzero(np.diff(circle)) + 1] if len(circle) else np.zeros(0, int)
            ranks.append(np.arange(len(circle)) - np.repeat(start, np.diff(np.r_[start, len(circle)])))
        keys = [c[o] * 1_000_000 + r for c, o, r in zip((his, hers), order, ranks, strict=True)]
        _, i, j = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
        men, women = men[order[0][i]], women[order[1][j]]
        apart = self.people["household"][men] != self.people["household"][women]
        return men[apart], women[apart]

    def move(self):
        """Households move between the simulated municipalities in proportion to size, or within their own."""
        p = self.people
        home, heads = self.heads()
        age = (self.month - p["birth_month"][heads]) // 12
        rate = self.by_band("demography.move", age, (20, 30, 45, 65))
        goes = heads[self.draw(Purpose.MOVE, p["household"][heads]) < rate]
        sizes = self.model.start_sizes / self.model.start_sizes.sum()
        to = np.searchsorted(np.cumsum(sizes)[:-1], self.draw(Purpose.MOVE_TO, p["household"][goes]), side="right")
        target = np.full(len(heads), -1)
        target[home[goes]] = to
        movers = np.flatnonzero((target[home] >= 0) & (p["alive"] == 1))
        p["municipality"][movers] = target[home[movers]]
        self.displaced[movers] = True
        self._settle(movers)
        self.moved = len(movers)

    def heads(self):
        """(household of each row, counted from 0 by household id; row of each household's head, the oldest member alive).

        Rows of a household may no longer be adjacent. Among members born in one month the smallest id decides.
        """
        household = np.ascontiguousarray(self.people["household"])
        order = np.argsort(household)
        first, home = starts(household[order])
        sorted_rows = {f: self.people[f][order] for f in ("id", "birth_month", "alive")}
        born = sorted_rows["birth_month"] + np.where(sorted_rows["alive"] == 1, 0, 2**40)
        eldest = born == np.minimum.reduceat(born, first)[home]
        ids = np.where(eldest, sorted_rows["id"], np.iinfo(np.int64).max)
        of_row = np.empty(len(order), np.int64)
        of_row[order] = home
        return of_row, order[ids == np.minimum.reduceat(ids, first)[home]]

    def _settle(self, movers):
        """An area of the new municipality by the share of residents there, one for the whole household."""
        p = self.people
        u = self.draw(Purpose.MOVE_TO + 500, p["household"][movers])
        order = np.argsort(p["municipality"][movers], kind="stable")
        starts_at, _ = starts(p["municipality"][movers][order])
        for here in np.split(order, starts_at[1:]) if len(order) else ():
            m = p["municipality"][movers[here[0]]]
            shares, classes = self.model.area_shares[m], self.model.area_classes[m]
            area = np.searchsorted(np.cumsum(shares)[:-1], u[here], side="right")
            p["area"][movers[here]] = area
            p["urbanity"][movers[here]] = classes[area]

    def babies(self):
        """Children born in the last twelve months, in their mothers' households."""
        p = self.people
        age = self.age(p)
        mothers = np.flatnonzero((p["alive"] == 1) & (p["sex"] == Sex.woman) & (age >= 15) & (age < 50))
        rate = self.by_band("demography.fertility", age[mothers], (20, 25, 30, 35, 40, 45))
        rate = rate * np.where(p["partner"][mothers] == 1, self.values["demography.fertility_partner"], 1.0)
        mothers = mothers[self.draw(Purpose.BIRTH, p["id"][mothers]) < rate]
        out = np.zeros(len(mothers), RESIDENT)
        out["id"] = newborn_id(p["id"][mothers], self.year)
        for field in ("household", "municipality", "area", "urbanity", "origin"):
            out[field] = p[field][mothers]
        out["origin"][out["origin"] == Origin.refugee] = Origin.other_foreign
        u = self.draw(Purpose.BABY, out["id"])
        out["birth_month"] = self.month - 1 - np.floor(12 * u).astype(int)
        out["sex"] = np.where(self.draw(Purpose.BABY + 500, out["id"]) < self.values["demography.boys"], Sex.man, Sex.woman)
        self.born = len(out)
        return self._enter(out)

    def arrivals(self):
        """Refugees who got a permit in the last year: a rate per 1,000 of the municipality's residents at the start."""
        m = self.model
        expected = self.values["demography.refugees"] / 1000.0 * m.start_sizes
        codes = np.array([int(place.code) for place in m.municipalities])
        number = np.floor(expected + chance(self.seed, Purpose.ARRIVE, codes, self.month)).astype(int)
        place = np.repeat(np.arange(len(codes)), number)
        k = np.arange(len(place)) - np.repeat(np.cumsum(number) - number, number)
        out = np.zeros(len(place), RESIDENT)
        out["id"] = [arrival_id(codes[i], self.year, int(j)) for i, j in zip(place, k, strict=True)]
        out["household"] = out["id"]
        out["municipality"] = place
        shares = np.cumsum(self.values["demography.refugee_ages"])
        band = np.searchsorted(shares[:-1] / shares[-1], self.draw(Purpose.ARRIVAL, out["id"]), side="right")
        edges = np.array([18, 25, 35, 50, 65])
        within = self.draw(Purpose.ARRIVAL + 500, out["id"])
        age = edges[band] + within * np.diff(np.r_[edges, 75])[band]
        out["birth_month"] = self.month - np.floor(12 * age).astype(int)
        out["sex"] = np.where(self.draw(Purpose.ARRIVAL + 501, out["id"]) < self.values["demography.refugee_men"], Sex.man, Sex.woman)
        out["origin"] = Origin.refugee
        out["permit_month"] = self.month
        out["status"] = np.where(age < 65, Status.labour_market_support, Status.pensioner)
        out["start_groups"] = Group.refugee
        self._area_of_arrivals(out)
        self.arrived = len(out)
        return self._enter(out)

    def _area_of_arrivals(self, out):
        u = self.draw(Purpose.ARRIVAL + 502, out["id"])
        for m in np.unique(out["municipality"]):
            here = out["municipality"] == m
            area = np.searchsorted(np.cumsum(self.model.area_shares[m])[:-1], u[here], side="right")
            out["area"][here] = area
            out["urbanity"][here] = self.model.area_classes[m][area]

    def _enter(self, out):
        out["alive"] = 1
        out["adults"] = 1
        endow(out, self.values, self.model.coefficients, self.seed, self.month)
        return out

    def resort(self, new):
        """Drop those who died, append the newcomers, sort, and carry the network along."""
        m = self.model
        changed = np.flatnonzero(self.displaced)
        for field in CHANGED:
            m.people[field][changed] = self.people[field][changed]
        stay = self.people["alive"] == 1
        self.left = int((~stay).sum())
        old_to_new = np.empty(len(stay), np.int64)
        people = np.empty(len(stay) - self.left + len(new), RESIDENT)
        if not _merge(rows(m.people), rows(new), stay, *self._queue(stay & self.displaced, new), old_to_new, rows(people)):
            _merge(rows(m.people), rows(new), stay, *self._queue(stay, new), old_to_new, rows(people))
        m.people = people
        m.place_rows()
        m.network = remap(m.network, old_to_new, m.people, m.bounds, self.values, self.seed, self.month)

    def _queue(self, apart, new):
        """Who must find a place among those in order: (the bool array given, rows of people and, negative from -1 on, of new, sorted)."""
        found = np.flatnonzero(apart)
        keys = {f: np.concatenate([self.people[f][found], new[f]]) for f in ("id", "household", "area", "municipality")}
        order = np.lexsort((keys["id"], keys["household"], keys["municipality"].astype(np.int64) << 16 | keys["area"]))
        return apart, np.concatenate([found, -1 - np.arange(len(new))])[order]


@rule
def _after(p, q):
    """Whether p stands after q in the order of rows: municipality, area, household, id."""
    if p.municipality != q.municipality:
        return p.municipality > q.municipality
    if p.area != q.area:
        return p.area > q.area
    if p.household != q.household:
        return p.household > q.household
    return p.id > q.id


@kernel
def _merge(people, new, stay, apart, queue, old_to_new, out):
    """Copy those who stay, in the order they have, and the queue between them into `out`; where each went into old_to_new, -1 if gone.

    stay, apart: bool (n,), the rows to keep and those of them that stand in the queue; queue: see `Turn._queue`. Returns whether those
    not apart stood in order, without which the result is not.
    """
    filled = 0
    waiting = 0
    last = -1
    for i in range(len(people)):
        old_to_new[i] = -1
    for i in range(len(people)):
        if not stay[i] or apart[i]:
            continue
        if last >= 0 and _after(people[last], people[i]):
            return False
        last = i
        while waiting < len(queue):
            q = queue[waiting]
            if q >= 0:
                if _after(people[q], people[i]):
                    break
                old_to_new[q] = filled
                out[filled] = people[q]
            else:
                if _after(new[-1 - q], people[i]):
                    break
                out[filled] = new[-1 - q]
            filled += 1
            waiting += 1
        old_to_new[i] = filled
        out[filled] = people[i]
        filled += 1
    for j in range(waiting, len(queue)):
        q = queue[j]
        if q >= 0:
            old_to_new[q] = filled
            out[filled] = people[q]
        else:
            out[filled] = new[-1 - q]
        filled += 1
    return True

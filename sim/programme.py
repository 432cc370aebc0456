"""Programmes with places and clients: the settings and the month that six kinds share; each kind adds what differs."""

import functools

import numpy as np

from scenarios import Block, Quantity, Segment, quantity
from sim.intervention import Intervention
from sim.residents import rows
from sim.rules.draws import Purpose, address, uniform
from sim.rules.programme import run

INTEGERS = ("code", "joint", "online")
NUMBERS = ("months", "dropout", "fidelity", "precision", "intensity", "outreach", "assistance", "inclusion", "empowerment",
           "relief", "work", "language", "trust", "cost_start", "cost_month")
KEYS = ("enrol_key", "leave_key", "find_key")
PROGRAMME = np.dtype([(n, "i8") for n in INTEGERS] + [(n, "f8") for n in NUMBERS] + [(n, "u8") for n in KEYS])


class ProgrammeSettings(Block):
    """Settings that every programme has."""

    segment: Segment = Segment()


class Programme(Intervention):
    """A programme: each month its clients attend, then free places are filled from those who come or are found."""

    steps = ("attending", "joined", "left", "turned_away")
    sized_for = None  # the bounds of rows for which places were counted
    sized = None  # and the sizes
    earmarks = None  # clients that may be admitted before others, by area of the model; set by what shares places out
    joint = 0  # 1: a case manager's caseload, which may run beside another programme

    def effects(self):
        """Field of PROGRAMME -> drawn value: what joining does. Each kind says; what it does not name is zero."""
        return {}

    def places_in(self, place):
        """Clients that the programme can hold in one municipality, for the simulated residents."""
        return self.value("capacity") * self.base(place) / 1000.0

    def whole_places(self, place):
        """Clients in whole numbers: the fraction is settled once by an addressed draw, so that small places get their share."""
        return float(int(self.places_in(place) * self.sized[place.index] + self.extra[place.index] + self.shares[place.index]))

    @functools.cached_property
    def extra(self):
        """Places of each municipality that partners bring, for the simulated residents."""
        return np.zeros(len(self.model.municipalities))

    @functools.cached_property
    def clients(self):
        """Clients of each municipality at the end of its last month looked at."""
        return np.zeros(len(self.model.municipalities))

    @functools.cached_property
    def shares(self):
        """One uniform per municipality, by its code: which municipalities round their places up."""
        key = np.uint64(address(self.model.seed_value, int(Purpose.CARRY), self.name_number))
        return [uniform(key, int(m.code)) for m in self.model.municipalities]

    def base(self, place):
        """Simulated residents from whom places are counted (places are per 1,000 of them)."""
        return float(place.stop - place.start)

    def running_cost(self, place):
        """EUR2018 a month that run whether or not anybody comes, for the simulated residents."""
        return 0.0

    @functools.cached_property
    def record(self):
        """The programme as the rules read it, at full fidelity: a record array of length 1."""
        out = np.zeros(1, PROGRAMME)
        out["code"], out["joint"], out["fidelity"], out["intensity"] = self.code, self.joint, 1.0, 1.0
        out["outreach"] = -1.0  # nobody goes to find people, unless the kind says so
        for field, value in self.effects().items():
            out[field] = value
        return out

    def size_up(self):
        """Whole places and running cost of each municipality; anew when rows have been re-sorted or sizes have changed."""
        self.sized_for, self.sized, self.sized_extra = self.model.bounds, self.sizes, self.extra.copy()
        self.room = np.array([self.whole_places(p) for p in self.places], float)
        self.running = np.array([self.running_cost(p) * self.sized[p.index] for p in self.places], float)
        self.unit_costs = float(self.record["cost_month"][0]), float(self.record["cost_start"][0])
        self.clients[:] = 1.0  # after moves every municipality is looked at

    def act(self):
        """Clients attend, free places are filled, and the month is paid for.

        Municipalities with neither places nor clients are passed over.
        """
        m = self.model
        counts = np.zeros((len(self.where), len(self.steps)))
        open_here = (self.room > 0.0) | (self.clients[self.where] > 0.0)
        places, found = self.where[open_here], np.zeros((int(open_here.sum()), len(self.steps)))
        run(places, m.bounds, rows(m.people), *self.looked_at, rows(self.segment), rows(self.record), self.room[open_here],
            self.fidelities[open_here], m.month, rows(m.coefficients), m.coefficient_row, rows(self.areas), m.area_bounds, found)
        counts[open_here] = found
        attending, joined, left, _ = counts.T
        self.clients[places] = (attending + joined - left)[open_here]
        for step, count in zip(self.steps, counts.sum(0).tolist(), strict=True):
            self.funnel[step] += count
        self.spend_each(self.where, self.running + (attending * self.unit_costs[0] + joined * self.unit_costs[1]))

    @property
    def areas(self):
        """All areas of the model with the places that are earmarked for them, AREA (areas,)."""
        if self.earmarks is None:
            return self.model.areas
        areas = self.model.areas.copy()
        areas["earmark"] = self.earmarks
        return areas

    def participants(self, people):
        """Clients now, and those who have completed or left."""
        now = people["manager" if self.joint else "programme"] == self.code
        return now | ((people["finished"] >> self.code) & 1 == 1)

    def renew_keys(self):
        """This month's addresses of joining, leaving and finding."""
        for field, purpose in zip(KEYS, (Purpose.ENROL, Purpose.LEAVE, Purpose.FIND), strict=True):
            self.record[field] = self.key(purpose)

    def start_month(self):
        """Also after its end: clients on its books leave in the month in which it closes."""
        closed = self.close() if self.model.month == self.stop else 0
        stale = self.sized_for is not self.model.bounds or not np.array_equal(self.sized, self.sizes)
        if stale or not np.array_equal(self.sized_extra, self.extra):
            self.size_up()
        runs = super().start_month()
        self.funnel["left"] += closed
        return runs

    def close(self):
        """Let every client go. Returns how many there were."""
        field = self.model.people["manager" if self.joint else "programme"]
        clients = field == self.code
        field[clients] = 0
        return int(np.count_nonzero(clients & (self.model.people["alive"] == 1)))


__all__ = ["PROGRAMME", "Programme", "ProgrammeSettings", "Quantity", "Segment", "quantity"]

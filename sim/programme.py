"""Programmes with places and clients: the settings and the month that six kinds share; each kind adds what differs."""

import functools
from typing import Literal

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
Payer = Literal["municipality", "county", "state", "kela", "third_sector"]


class ProgrammeSettings(Block):
    """Settings that every programme has."""

    segment: Segment = Segment()
    payer: Payer = "municipality"


class Programme(Intervention):
    """A programme: each month its clients attend, then free places are filled from those who come or are found."""

    steps = ("attending", "joined", "left", "turned_away")
    joint = 0  # 1: a case manager's caseload, which may run beside another programme

    def effects(self):
        """Field of PROGRAMME -> drawn value: what joining does. Each kind says; what it does not name is zero."""
        return {}

    def places_in(self, place):
        """Clients that the programme can hold in one municipality, for the simulated residents."""
        return self.value("capacity") * self.base(place) / 1000.0

    def whole_places(self, place):
        """Clients in whole numbers: the fraction is settled once by an addressed draw, so that small places get their share."""
        return float(int(self.places_in(place) + self.shares[place.index]))

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

    def act_in(self, place):
        """Clients attend, free places are filled, and the month is paid for.

        A municipality with neither places nor clients is passed over; after moves at New Year every one is looked at.
        """
        m = self.model
        places = self.whole_places(place)
        if places == 0.0 and self.clients[place.index] == 0.0 and m.date.month > 1:
            self.spend(place, self.running_cost(place))
            return
        g = self.record
        g["fidelity"] = place.fidelity
        counts = np.zeros(len(self.steps))
        run(rows(place.people), self.listed(place), rows(self.segment), rows(g), places, m.month,
            rows(m.coefficients), counts)
        for step, count in zip(self.steps, counts, strict=True):
            self.funnel[step] += count
        self.clients[place.index] = counts[0] + counts[1] - counts[2]
        self.spend(place, counts[0] * g["cost_month"][0] + counts[1] * g["cost_start"][0] + self.running_cost(place))

    def renew_keys(self):
        """This month's addresses of joining, leaving and finding."""
        for field, purpose in zip(KEYS, (Purpose.ENROL, Purpose.LEAVE, Purpose.FIND), strict=True):
            self.record[field] = self.key(purpose)

    def act(self):
        """Also after its end: clients on its books leave in the month in which it closes."""
        if self.model.month == self.stop:
            people = self.model.people
            field = "manager" if self.joint else "programme"
            people[field][people[field] == self.code] = 0
        super().act()


__all__ = ["PROGRAMME", "Payer", "Programme", "ProgrammeSettings", "Quantity", "Segment", "quantity"]

"""Counties, municipalities and areas: who decides about capacity, and whose residents live where."""

import functools

import mesa
import numpy as np

from sim.residents import SERVICES

# Services that the wellbeing services county staffs; the others are the municipality's own.
COUNTY_SERVICES = ("primary_care", "mental_health", "social_work", "family_services", "home_care", "hospital")


class County(mesa.Agent):
    """Wellbeing services county (hyvinvointialue): staffs health and social services in its municipalities."""

    def __init__(self, model, name):
        super().__init__(model)
        self.name = name
        self.municipalities = []

    @functools.cached_property
    def staffed(self):
        """Which desks the county staffs: (municipalities, services), int64 indices into the model's table."""
        return np.array([m.index for m in self.municipalities]), np.array([SERVICES.index(s) for s in COUNTY_SERVICES])

    def decide(self):
        """Hand this month's staff minutes to each municipality's desks: minutes per resident as planned this year."""
        self.model.staff(*self.staffed)


class Municipality(mesa.Agent):
    """Municipality (kunta): owns the rows `start:stop` of the residents, its own services, and a maturity profile."""

    def __init__(self, model, index, record, county):
        super().__init__(model)
        self.index = index
        self.code, self.name = record.code, record.name
        self.record = record
        self.county = county
        county.municipalities.append(self)
        self.start = self.stop = 0  # first row of its residents and the row after the last; set when rows are sorted
        self.slice = 0  # which of the model's sums its residents are added to
        self.own_values = {}
        self.staffed = np.array([index]), np.array([i for i, s in enumerate(SERVICES) if s not in COUNTY_SERVICES])

    @property
    def people(self):
        """This municipality's rows, a view (never stored: stored slices come loose on pickle)."""
        return self.model.people[self.start : self.stop]

    @property
    def coefficients(self):
        """The numbers that the rules read here, an array of one record: the model's, unless a lever has given this municipality its own."""
        row = self.model.coefficient_row[self.index]
        return self.model.coefficients[row : row + 1]

    def parameter(self, name):
        """The value of a parameter here this month, number or list."""
        return self.own_values.get(name, self.model.values[name])

    def set_parameter(self, name, value):
        """Give this municipality its own value of a parameter for the rest of this month, as levers do."""
        self.own_values[name] = value
        self.model.coefficient_row[self.index] = self.model.coefficients_with(self.own_values)

    @property
    def areas(self):
        """This municipality's areas, a view of the model's, AREA (areas,)."""
        return self.model.areas[self.model.area_bounds[self.index] : self.model.area_bounds[self.index + 1]]

    @property
    def maturity(self):
        """Maturity of each dimension, 1-5, float64 (6,), a view."""
        return self.model.maturity.level[self.index]

    @property
    def own_maturity(self):
        """What it has of each dimension without development, float64 (6,), a view."""
        return self.model.maturity.own[self.index]

    @property
    def developed(self):
        """What development has added to each dimension, float64 (6,), a view."""
        return self.model.maturity.developed[self.index]

    @property
    def anchoring(self):
        """How much of what was developed holds without effort, 0-1."""
        return float(self.model.maturity.anchoring[self.index])

    @property
    def fidelity(self):
        """The share of an intervention's effect and reach that survives local practice, 0.2-1."""
        return float(self.model.maturity.fidelity[self.index])

    @property
    def touched(self):
        """(rows counted from the municipality's first, tags) of those in a group or programme at the end of last month."""
        here = slice(self.start, self.start + int(self.model.tally["touched"][self.index]))
        return self.model.touched[here], self.model.tags[here]

    def decide(self):
        """Staff the municipality's own services for the month, levers let go."""
        if self.own_values:
            self.own_values = {}
            self.model.coefficient_row[self.index] = 0
        self.model.staff(*self.staffed)


class Area(mesa.Agent):
    """A postal-code sized part of a municipality with its own urban-rural class, name and traits."""

    def __init__(self, model, municipality, number, urbanity, name):
        super().__init__(model)
        self.municipality = municipality
        self.number = number
        self.urbanity = urbanity
        self.name = name

    @property
    def traits(self):
        """Distance, cohesion and third-sector resources, a view of the model's, AREA record."""
        return self.municipality.areas[self.number]

    @property
    def people(self):
        """This area's rows, a view; rows are sorted by area within the municipality."""
        here = self.municipality.people
        first, last = np.searchsorted(here["area"], (self.number, self.number + 1))
        return here[first:last]

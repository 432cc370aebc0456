"""Counties, municipalities and areas: who decides about capacity, and whose residents live where."""

import functools

import mesa
import numpy as np

from sim.closing import close
from sim.coefficients import half_life
from sim.residents import SERVICES, rows
from sim.rules.contact import serve
from sim.rules.draws import Purpose, address, kernel, normal
from sim.rules.month import live

DIMENSIONS = ("concept_breadth", "participation", "collaboration", "leadership", "indicators", "social_marketing")
HIGHEST = 5.0  # level of maturity
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
        self.requests = self.touched_count = self.alive = self.deaths = 0
        self.slice = 0  # which of the model's sums its residents are added to
        self.own_values, self.own_coefficients = {}, None
        self.own_maturity = self._profile()
        self.developed = np.zeros(len(DIMENSIONS))  # levels that development has added
        self.anchoring = 0.0  # how much of what it has added holds without effort, 0-1
        self._mature()
        self.staffed = np.array([index]), np.array([i for i, s in enumerate(SERVICES) if s not in COUNTY_SERVICES])

    def _profile(self):
        """Maturity of each dimension, 1-5: the parameter's level plus an addressed difference by municipality."""
        values = self.model.values
        out = np.empty(len(DIMENSIONS))
        for i in range(len(DIMENSIONS)):
            key = np.uint64(address(self.model.seed_value, int(Purpose.PLACE), i))
            level = values["maturity.level"][i] + values["maturity.spread"] * normal(key, int(self.code))
            out[i] = min(HIGHEST, max(1.0, level))
        return out

    def _mature(self):
        """Maturity of each dimension, 1-5, float array (6,), and fidelity: the share of an intervention's effect and reach
        that survives local practice, 0.2-1 (science notes D14).
        """
        self.maturity = self.own_maturity + self.developed
        self.fidelity = float(self.maturity.sum()) / len(DIMENSIONS) / HIGHEST

    def develop(self, growth, anchoring):
        """A month of development: M' = M + growth (5 - M) in each dimension; anchoring rises by its share of what is missing.

        growth: share of what is missing, float (6,); anchoring: share of what is missing, 0-1.
        """
        self.developed = self.developed + growth * (HIGHEST - self.maturity)
        self.anchoring += anchoring * (1.0 - self.anchoring)
        self._mature()

    def fade(self):
        """A month in which practice that is not anchored fades: own maturity towards 1, what was developed towards nothing."""
        values = self.model.values
        lost = 1.0 - half_life(values["maturity.half_life"])
        kept = 1.0 - lost * (1.0 - values["maturity.anchored"]), 1.0 - lost * (1.0 - self.anchoring)
        self.fidelity = _fade(self.own_maturity, self.developed, self.maturity, *kept) / len(DIMENSIONS) / HIGHEST

    @property
    def people(self):
        """This municipality's rows, a view (never stored: stored slices come loose on pickle)."""
        return self.model.people[self.start : self.stop]

    @property
    def coefficients(self):
        """The numbers that the rules read here: the model's, unless a lever has given this municipality its own."""
        return self.model.coefficients if self.own_coefficients is None else self.own_coefficients

    def parameter(self, name):
        """The value of a parameter here this month, number or list."""
        return self.own_values.get(name, self.model.values[name])

    def set_parameter(self, name, value):
        """Give this municipality its own value of a parameter for the rest of this month, as levers do."""
        self.own_values[name] = value
        self.own_coefficients = self.model.coefficients_with(self.own_values)

    @property
    def areas(self):
        """This municipality's areas, a view of the model's, AREA (areas,)."""
        return self.model.areas[self.model.area_bounds[self.index] : self.model.area_bounds[self.index + 1]]

    @property
    def touched(self):
        """(rows counted from the municipality's first, tags) of those in a group or programme at the end of last month."""
        here = slice(self.start, self.start + self.touched_count)
        return self.model.touched[here], self.model.tags[here]

    def decide(self):
        """Staff the municipality's own services for the month, levers let go; practice that is not anchored fades."""
        self.own_values, self.own_coefficients = {}, None
        self.model.staff(*self.staffed)
        self.fade()

    def live(self):
        """A month of every resident: life events, work, income, health, social quality, wellbeing, hearing, asking."""
        m = self.model
        listed = m.listed[self.start * len(SERVICES) : self.stop * len(SERVICES)]
        count, deaths = live(
            rows(self.people), self.start, m.month, rows(self.coefficients), rows(self.areas), m.mortality, m.keys,
            m.ledger.month[self.index], rows(m.desks[self.index]), m.seen, m.network.indptr, m.network.indices, listed,
        )
        self.requests = count
        self.deaths += deaths

    def serve(self):
        """Every service meets whom its minutes allow; money and effects follow."""
        m = self.model
        listed = m.listed[self.start * len(SERVICES) : self.stop * len(SERVICES)]
        serve(rows(self.people), listed, self.requests, rows(m.desks[self.index]), rows(self.coefficients), m.keys,
              m.ledger.month[self.index], m.earmarks[m.area_bounds[self.index] : m.area_bounds[self.index + 1]])

    def close(self):
        """Close the month's books on every resident: costs, at-risk groups, what contacts will see, and sums reported."""
        m = self.model
        here = slice(self.start, self.stop)
        self.touched_count, self.alive = close(
            rows(self.people), m.month, m.heavy_line, m.measured, rows(self.coefficients), m.seen[here], m.touched[here],
            m.tags[here], m.cells[self.slice], m.by_place[self.index],
        )


@kernel
def _fade(own, developed, maturity, kept, held):
    """A month in which the share `kept` of own maturity remains, but at least 1, and `held` of what was developed (in place, float (6,)).

    maturity (written): their sum. Returns the sum over all dimensions.
    """
    total = 0.0
    for d in range(len(own)):
        own[d] = max(1.0, own[d] * kept)
        developed[d] *= held
        maturity[d] = own[d] + developed[d]
        total += maturity[d]
    return total


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

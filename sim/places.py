"""Counties, municipalities and areas: who decides about capacity, and whose residents live where."""

import mesa
import numpy as np

from sim.groups import regroup
from sim.outputs import collect
from sim.residents import SERVICES, rows
from sim.rules.contact import serve
from sim.rules.draws import Purpose, address, normal
from sim.rules.month import live

DIMENSIONS = ("concept_breadth", "participation", "collaboration", "leadership", "indicators", "social_marketing")
# Services that the wellbeing services county staffs; the others are the municipality's own.
COUNTY_SERVICES = ("primary_care", "mental_health", "social_work", "family_services", "home_care", "hospital")


AREA = np.dtype([("distance", "f8"), ("cohesion", "f8"), ("third_sector", "f8")])


def area_records(classes, coefficients):
    """What areas of these urban-rural classes are like, AREA (n,), where nothing more is known of them.

    distance: what distance adds to the burden of asking for help [index]; cohesion: base of social cohesion [index];
    third_sector: resources of community groups against the average [ratio].
    """
    k = coefficients[0]
    out = np.zeros(len(classes), AREA)
    out["distance"], out["cohesion"] = k["burden_place"][classes], k["cohesion_place"][classes]
    out["third_sector"] = 1.0
    return out


class County(mesa.Agent):
    """Wellbeing services county (hyvinvointialue): staffs health and social services in its municipalities."""

    def __init__(self, model, name):
        super().__init__(model)
        self.name = name
        self.municipalities = []
        self._columns = [SERVICES.index(s) for s in COUNTY_SERVICES]

    def decide(self):
        """Hand this month's staff minutes to each municipality's desks: minutes per resident as planned this year."""
        self.model.staff([m.index for m in self.municipalities], self._columns)


class Municipality(mesa.Agent):
    """Municipality (kunta): owns the rows `start:stop` of the residents, its own services, and a maturity profile."""

    def __init__(self, model, index, record, county):
        super().__init__(model)
        self.index = index
        self.code, self.name = record.code, record.name
        self.record = record
        self.county = county
        county.municipalities.append(self)
        self.requests = 0
        self.touched_count = 0
        self.own_values, self.own_coefficients = {}, None
        self.maturity = self._profile()
        self._columns = [i for i, s in enumerate(SERVICES) if s not in COUNTY_SERVICES]

    def _profile(self):
        """Maturity of each dimension, 1-5: the parameter's level plus an addressed difference by municipality."""
        values = self.model.values
        out = np.empty(len(DIMENSIONS))
        for i in range(len(DIMENSIONS)):
            key = np.uint64(address(self.model.seed_value, int(Purpose.PLACE), i))
            level = values["maturity.level"][i] + values["maturity.spread"] * normal(key, int(self.code))
            out[i] = min(5.0, max(1.0, level))
        return out

    @property
    def maturity(self):
        """Maturity of each dimension, 1-5, float array (6,); set it whole."""
        return self._maturity

    @maturity.setter
    def maturity(self, profile):
        self._maturity = np.asarray(profile, float)
        # The share of an intervention's effect and reach that survives local practice, 0.2-1 (science notes D14).
        self.fidelity = float(self._maturity.mean()) / 5.0

    @property
    def start(self):
        """First row of this municipality's residents."""
        return int(self.model.bounds[self.index])

    @property
    def stop(self):
        """Row after this municipality's last resident."""
        return int(self.model.bounds[self.index + 1])

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
        """Rows, counted from the municipality's first, that belonged to a group or programme at the end of last month."""
        return self.model.touched[self.start : self.start + self.touched_count]

    def decide(self):
        """Staff the municipality's own services for the month, levers let go; practice that is not anchored decays."""
        self.own_values, self.own_coefficients = {}, None
        self.model.staff([self.index], self._columns)
        decay = self.model.values["maturity.decay"] * (1.0 - self.model.values["maturity.anchored"])
        if decay > 0.0:
            self.maturity = np.maximum(1.0, self.maturity * (1.0 - decay))

    def live(self):
        """A month of every resident: life events, work, income, health, social quality, wellbeing, hearing, asking."""
        m = self.model
        listed = m.listed[self.start * len(SERVICES) : self.stop * len(SERVICES)]
        count, deaths = live(
            rows(self.people), self.start, m.month, rows(self.coefficients), rows(self.areas), m.mortality, m.keys,
            m.ledger.month[self.index], rows(m.desks[self.index]), m.before, m.told, m.network.indptr,
            m.network.indices, listed,
        )
        self.requests = count
        m.deaths += deaths

    def serve(self):
        """Every service meets whom its minutes allow; money and effects follow."""
        m = self.model
        listed = m.listed[self.start * len(SERVICES) : self.stop * len(SERVICES)]
        serve(rows(self.people), listed, self.requests, rows(m.desks[self.index]), rows(self.coefficients), m.keys,
              m.ledger.month[self.index])

    def regroup(self):
        """Close the month's costs of every resident and renew at-risk groups."""
        m = self.model
        here = slice(self.start, self.stop)
        self.touched_count = regroup(
            rows(self.people), m.month, m.heavy_line, m.measured, rows(self.coefficients), m.before[here], m.told[here],
            m.touched[here],
        )

    def report(self):
        """Add this municipality's month to the sums that are reported."""
        m = self.model
        if m.measured:
            collect(rows(self.people), m.month, rows(self.coefficients), m.cells, m.by_place[self.index])


class Area(mesa.Agent):
    """A postal-code sized part of a municipality with its own urban-rural class."""

    def __init__(self, model, municipality, number, urbanity):
        super().__init__(model)
        self.municipality = municipality
        self.number = number
        self.urbanity = urbanity

    @property
    def people(self):
        """This area's rows, a view; rows are sorted by area within the municipality."""
        here = self.municipality.people
        first, last = np.searchsorted(here["area"], (self.number, self.number + 1))
        return here[first:last]

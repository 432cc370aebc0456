"""Maturity development: training, leadership and work with indicators raise a municipality's maturity; it assesses itself with error."""

from types import MappingProxyType
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from scenarios import Block, Quantity, quantity
from scenarios.settings import named_once
from sim.intervention import Intervention
from sim.maturity import DIMENSIONS, HIGHEST
from sim.rules.draws import Purpose, normal

ANCHOR = DIMENSIONS.index("leadership")  # what is led stays
APART = 8  # ids of one municipality's dimensions: more than there are dimensions

Dimension = Literal[DIMENSIONS]


class Settings(Block):
    """Development work. Effort, growth and cost hold for each dimension that is worked on."""

    dimensions: Annotated[list[Dimension], AfterValidator(named_once)] = Field(
        default=list(DIMENSIONS), min_length=1, description="dimensions that it may work on")
    focus: int = Field(len(DIMENSIONS), ge=1, le=len(DIMENSIONS),
                       description="how many of them at a time: those that the last self-assessment rates lowest")
    interval: int = Field(12, ge=1, le=120, description="months between self-assessments")
    effort: Quantity = quantity("index 0-1", 0, 1, default="maturity_development.effort")
    growth: Quantity = quantity("share of what is missing per month", 0, 1, default="maturity_development.growth")
    anchoring: Quantity = quantity("share of what is missing per month", 0, 1, default="maturity_development.anchoring")
    error: Quantity = quantity("level", 0, 4, default="maturity_development.error")
    cost: Quantity = quantity("EUR2018 per dimension per municipality per month", 0, 1e6, default="maturity_development.cost")


class MaturityDevelopment(Intervention):
    """Raises maturity, and with it fidelity and reach of all that the municipality runs; leadership work anchors what is gained."""

    pathways = MappingProxyType({"practice": {"growth": 0.0, "anchoring": 0.0}})
    turn = 0

    def __init__(self, *args):
        super().__init__(*args)
        self.assessed = np.zeros((len(self.model.municipalities), len(DIMENSIONS)))
        self.named = [DIMENSIONS.index(d) for d in self.settings.dimensions]
        self.worked_on = np.zeros_like(self.assessed)  # 1 for the dimensions that a municipality works on until it looks at itself again
        self.rows = []

    @property
    def due(self):
        """Whether maturity is written down this month: at every self-assessment time, after the end too, and at the end of the run."""
        since = self.model.month - self.start
        return since >= 0 and (since % self.settings.interval == 0 or self.model.month == self.model.last_month)

    def start_month(self):
        """First municipalities look at themselves, then they work on what they saw."""
        if self.due:
            self.assess()
        return super().start_month()

    def assess(self):
        """Self-assessment = maturity + error z, limited to 1-5; once the work has ended nobody assesses, and it is not-a-number."""
        key, m = self.key(Purpose.ASSESS), self.model
        true = m.maturity.level[self.where]
        if self.active:
            noise = np.array([[normal(key, APART * int(p.code) + d) for d in range(len(DIMENSIONS))] for p in self.places])
            self.assessed[self.where] = np.clip(true + self.value("error") * noise.reshape(true.shape), 1.0, HIGHEST)
            self.worked_on[:] = 0.0
            for place in self.where.tolist():
                self.worked_on[place, self.chosen(place)] = 1.0
        seen = self.assessed[self.where] if self.active else np.full_like(true, np.nan)
        when = {"month": m.measured_month, "date": str(m.date)}
        for place, levels, found in zip(self.places, true.tolist(), seen.tolist(), strict=True):
            self.rows += [{**when, "municipality": place.name, "dimension": d, "true": level, "self_assessed": said}
                          for d, level, said in zip(DIMENSIONS, levels, found, strict=True)]

    def begin(self):
        """This month's numbers, which are the same in every municipality."""
        self.growth, self.anchoring, self.cost_each = (self.value(field) for field in ("growth", "anchoring", "cost"))
        self.effort = self.value("effort")

    def chosen(self, place):
        """The dimensions worked on: of those named, as many as `focus` says, those that look weakest; ties by their order."""
        seen = self.assessed[place].tolist()
        return sorted(self.named, key=lambda d: (seen[d], d))[: self.settings.focus]

    def act(self):
        """A month's work in each municipality, and its price."""
        effort, worked_on = self.effort * self.month_sizes[self.where], self.worked_on[self.where]
        growth = worked_on * np.minimum(1.0, effort * self.growth)[:, None]
        self.model.maturity.develop(self.where, growth, worked_on[:, ANCHOR] * np.minimum(1.0, effort * self.anchoring))
        self.spend_each(self.where, effort * worked_on.sum(1) * self.cost_each / self.model.weight[self.where])

    def tables(self):
        """Maturity by municipality and dimension: the true level before the month's work, and what the municipality thinks."""
        return {"maturity": self.rows}

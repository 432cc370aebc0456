"""Supported employment: place and train, with a job coach's caseload (individual placement and support)."""

import math

from sim.intervention import doses
from sim.programme import Programme, ProgrammeSettings, Quantity, Segment, quantity


class Settings(ProgrammeSettings):
    """Place and train. The factor on finding work holds while supported and fades after it."""

    segment: Segment = Segment(group="labour_market_support")
    coaches: Quantity = quantity("job coaches per 10,000 residents", 0, 100, default="supported_employment.coaches")
    caseload: Quantity = quantity("clients at a time per coach", 1, 200, default="supported_employment.caseload")
    intensity: Quantity = quantity("ratio to base take-up", 0, 1000, default="supported_employment.intensity")
    assistance: Quantity = quantity("index 0-1", 0, 1, default="supported_employment.assistance")
    duration: Quantity = quantity("months", 1, 60, default="supported_employment.duration")
    work: Quantity = quantity("ratio of job finding", 0.1, 10, default="supported_employment.work")
    empowerment: Quantity = quantity("index points", 0, 1, default="supported_employment.empowerment")
    dropout: Quantity = quantity("probability per month", 0, 1, default="supported_employment.dropout")
    cost_month: Quantity = quantity("EUR2018 per client per month", 0, 1e5, default="supported_employment.cost_month")


class SupportedEmployment(Programme):
    """Keeps the log factor on finding work near its target while the client is supported, against the monthly fading."""

    pathways = doses("assistance", "empowerment") | {"work": {"work": 1.0}}

    def places_in(self, place):
        """Caseload of the coaches of one municipality."""
        return self.value("coaches") * self.value("caseload") * self.base(place) / 10_000.0

    def effects(self):
        """A monthly dose whose level settles at ln(ratio): dose = (1 - keep) ln(ratio), times the months.

        What job finding sees is the level just after the dose, L' = keep L + dose, since doses fade later in the month.
        """
        months = round(self.value("duration"))
        keep = float(self.model.coefficients["dose_keep"][0])
        names = ("intensity", "assistance", "empowerment", "dropout", "cost_month")
        return {
            **{n: self.value(n) for n in names},
            "months": months,
            "work": months * (1.0 - keep) * math.log(self.value("work")),
        }

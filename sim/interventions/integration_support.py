"""Integration support: language and peer support for refugees with a residence permit."""

from sim.intervention import doses
from sim.programme import Programme, ProgrammeSettings, Quantity, Segment, quantity


class Settings(ProgrammeSettings):
    """Language and peers. Attendance takes time from job search (`lock_in`), which the language gained pays back."""

    segment: Segment = Segment(group="refugee")
    capacity: Quantity = quantity("participants at a time per 1,000 residents", 0, 1000, default="integration_support.capacity")
    intensity: Quantity = quantity("ratio to base take-up", 0, 1000, default="integration_support.intensity")
    assistance: Quantity = quantity("index 0-1", 0, 1, default="integration_support.assistance")
    duration: Quantity = quantity("months", 1, 60, default="integration_support.duration")
    language: Quantity = quantity("share of what is missing", 0, 1, default="integration_support.language")
    inclusion: Quantity = quantity("index points", 0, 1, default="integration_support.inclusion")
    trust: Quantity = quantity("share of what is missing", 0, 1, default="integration_support.trust")
    lock_in: Quantity = quantity("log ratio", -2, 0, default="integration_support.lock_in")
    dropout: Quantity = quantity("probability per month", 0, 1, default="integration_support.dropout")
    cost_month: Quantity = quantity("EUR2018 per client per month", 0, 1e5, default="integration_support.cost_month")


class IntegrationSupport(Programme):
    """Language learnt stays; inclusion lent by peers fades after the end."""

    pathways = doses("assistance", "language", "inclusion", "trust") | {"work": {"lock_in": 0.0}}

    def effects(self):
        """Doses over the whole programme; the lock-in is spread over its months."""
        names = ("intensity", "assistance", "language", "inclusion", "trust", "dropout", "cost_month")
        return {**{n: self.value(n) for n in names}, "work": self.value("lock_in"), "months": round(self.value("duration"))}

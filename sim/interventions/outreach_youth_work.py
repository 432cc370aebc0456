"""Outreach youth work: workers with caseloads find young people whom no campaign reaches and walk with them to services."""

from sim.intervention import doses
from sim.programme import Programme, ProgrammeSettings, Quantity, Segment, quantity


class Settings(ProgrammeSettings):
    """Outreach. About 31 young people a worker and year were reached in 2016 (590 workers, 289 municipalities)."""

    segment: Segment = Segment(group="neet")
    workers: Quantity = quantity("workers per 10,000 residents", 0, 100, default="outreach.workers")
    caseload: Quantity = quantity("clients at a time per worker", 1, 200, default="outreach.caseload")
    find: Quantity = quantity("probability per month", 0, 1, default="outreach.find")
    duration: Quantity = quantity("months", 1, 60, default="outreach.duration")
    assistance: Quantity = quantity("index 0-1", 0, 1, default="outreach.assistance")
    trust: Quantity = quantity("share of what is missing", 0, 1, default="outreach.trust")
    empowerment: Quantity = quantity("index points", 0, 1, default="outreach.empowerment")
    work: Quantity = quantity("log ratio", -2, 2, default="outreach.work")
    dropout: Quantity = quantity("probability per month", 0, 1, default="outreach.dropout")
    cost_worker: Quantity = quantity("EUR2018 per worker per year", 0, 1e6, default="outreach.cost_worker")


class OutreachYouthWork(Programme):
    """Finding is blind to readiness: the worker goes to the young person."""

    pathways = doses("assistance", "trust", "empowerment", "work")

    def places_in(self, place):
        """Caseload of the workers of one municipality."""
        return self._workers(place) * self.value("caseload")

    def _workers(self, place):
        return self.value("workers") * self.base(place) / 10_000.0

    def running_cost(self, place):
        """Workers are paid whether or not their caseload is full."""
        return self._workers(place) * self.value("cost_worker") / 12.0

    def effects(self):
        """Trust, empowerment, help with applying, and a push towards work or study."""
        names = ("assistance", "trust", "empowerment", "work", "dropout")
        return {**{n: self.value(n) for n in names}, "outreach": self.value("find"), "months": round(self.value("duration"))}

"""Integrated service: case finding, joint assessment, one case manager with a caseload, a plan across sectors."""

from sim.intervention import doses
from sim.programme import Programme, ProgrammeSettings, Quantity, quantity

MANAGED = ("handoff.managed", "managed.duplicates")  # parameters of what having a case manager spares


class Settings(ProgrammeSettings):
    """Case management. Managers are per 10,000 residents; `precision` is how well case finding ranks by need (0 = blind)."""

    managers: Quantity = quantity("case managers per 10,000 residents", 0, 100, default="integrated_service.managers")
    caseload: Quantity = quantity("clients per case manager", 1, 500, default="integrated_service.caseload")
    precision: Quantity = quantity("share", 0, 1, default="integrated_service.precision")
    outreach: Quantity = quantity("probability per month", 0, 1, default="integrated_service.outreach")
    duration: Quantity = quantity("months", 1, 120, default="integrated_service.duration")
    assistance: Quantity = quantity("index 0-1", 0, 1, default="integrated_service.assistance")
    empowerment: Quantity = quantity("index points", 0, 1, default="integrated_service.empowerment")
    relief: Quantity = quantity("SD units", 0, 2, default="integrated_service.relief")
    trust: Quantity = quantity("share of what is missing", 0, 1, default="integrated_service.trust")
    dropout: Quantity = quantity("probability per month", 0, 1, default="integrated_service.dropout")
    cost_start: Quantity = quantity("EUR2018 per client", 0, 1e5, default="integrated_service.cost_start")
    cost_month: Quantity = quantity("EUR2018 per client per month", 0, 1e5, default="integrated_service.cost_month")


class IntegratedService(Programme):
    """While managed, fewer hand-offs are lost and fewer visits are duplicated; effects are shared out by hardship."""

    pathways = doses("assistance", "trust", "empowerment", "relief") | {"coordination": dict.fromkeys(MANAGED, 0.0)}
    joint = 1

    def begin(self):
        """If coordination is muted, having a case manager spares nothing this month, wherever the client lives."""
        if "coordination" in self.muted:
            for place in self.model.municipalities:
                for name in MANAGED:
                    place.set_parameter(name, 0.0)

    def places_in(self, place):
        """Caseload of the managers of one municipality."""
        return self.value("managers") * self.value("caseload") * self.base(place) / 10_000.0

    def effects(self):
        """Doses of a full plan for somebody with every need; `attend` multiplies by hardship."""
        names = ("precision", "outreach", "assistance", "empowerment", "relief", "trust", "dropout", "cost_start", "cost_month")
        return {**{name: self.value(name) for name in names}, "months": round(self.value("duration"))}

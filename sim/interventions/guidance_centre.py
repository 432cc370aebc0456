"""Guidance centre (Ohjaamo): one-stop guidance for the young; more staff minutes at the desk that refers on."""

from types import MappingProxyType

from scenarios import Block
from sim.intervention import Intervention
from sim.programme import Quantity, quantity
from sim.residents import SERVICES

MINUTES = 60.0


class Settings(Block):
    """A centre. Its contacts are paid through the desk; `fixed` is rent and reception, which run whether or not anybody comes."""

    staff: Quantity = quantity("workers per 10,000 residents", 0, 100, default="guidance.staff")
    hours: Quantity = quantity("client hours per worker per month", 0, 200, default="guidance.hours")
    fixed: Quantity = quantity("EUR2018 per 10,000 residents per month", 0, 1e6, default="guidance.fixed")


class GuidanceCentre(Intervention):
    """Lends staff minutes to the municipality's guidance desk; opens one where there was none."""

    pathways = MappingProxyType({"contacts": {"staff": 0.0}})
    steps = ("minutes", "met")

    def act(self):
        """Add this month's minutes, scaled by local fidelity, and pay the running cost."""
        m, here = self.model, self.where
        residents = self.month_sizes[here] * self.local_residents / 10_000.0
        minutes = self.value("staff") * residents * self.value("hours") * MINUTES * self.fidelities
        desk = SERVICES.index("guidance_centre")
        self.funnel["met"] += float(m.desks["met"][here, desk].sum())
        for added in minutes.tolist():
            self.funnel["minutes"] += added
        m.desks["capacity"][here, desk] += minutes
        self.spend_each(here, self.value("fixed") * residents)

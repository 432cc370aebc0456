"""Lever: from a date on, a capacity, price, fee, benefit level, tax, or opening hours is moved, at once or over a ramp."""

import math
from typing import Literal

from pydantic import Field, model_validator

from scenarios import Block, Quantity, quantity
from scenarios.problems import near_miss
from scenarios.settings import fault
from sim.intervention import Intervention
from sim.residents import SERVICES

DESK = {"capacity": "capacity", "price": "price", "fee": "fee", "minutes": "minutes"}  # setting -> column of a desk
OPENING = "opening"
PATHWAYS = {
    "capacity": "contacts", "minutes": "contacts", "queue": "contacts", "handoff": "coordination", OPENING: "access", "burden": "access",
    "benefit": "strain", "norm": "strain", "claim": "strain", "tax": "strain",
}  # fmt: skip
SECTIONS = ("benefit", "burden", "claim", "norm", "price", "queue", "handoff", "tax")  # what decisions of policy can move
Service = Literal[SERVICES]


class Settings(Block):
    """A lever. `what` is capacity, price, fee or minutes (of `services`), opening, or a parameter such as benefit.support.

    Give `factor`, or `to` for the new level itself. Staff that a lever adds is paid through the contacts it makes possible;
    `cost` is what it costs beside them.
    """

    what: str
    services: list[Service] = Field(default=[], description="whose desks are moved")
    factor: Quantity | None = quantity("ratio", 0, 100, optional=True)
    to: Quantity | None = quantity("unit of what is moved", 0, 1e7, optional=True)
    cost: Quantity | None = quantity("EUR2018 per 1,000 residents per month", 0, 1e6, optional=True)

    @model_validator(mode="after")
    def _can_be_moved(self) -> "Settings":
        known = (*DESK, OPENING)
        if self.what not in known and self.what.split(".")[0] not in SECTIONS:
            hint = near_miss(self.what, known)
            raise fault(f"no lever moves '{self.what}'.", hint or f"It moves {', '.join(known)}, or a parameter of {', '.join(SECTIONS)}.")
        if (self.factor is None) == (self.to is None):
            raise fault("needs one of factor (ratio) and to (in the unit of what is moved).")
        if (self.what in DESK) != bool(self.services):
            raise fault(f"'{self.what}' {'needs services' if self.what in DESK else 'takes no services'}.",
                        f"Services: {', '.join(SERVICES)}." if self.what in DESK else "Remove services.")
        if self.what == OPENING and (self.factor is None or self.factor.value <= 0.0):
            raise fault("opening needs a factor on opening hours above zero (ratio).")
        return self

    def parameter(self) -> str | None:
        """The parameter that is moved, if it is one."""
        return "burden.base" if self.what == OPENING else None if self.what in DESK else self.what


class Lever(Intervention):
    """Acts before all other interventions, so that these find the moved level; several levers on one thing act in file order."""

    steps = ("pulled",)
    turn = -1

    @property
    def pathways(self):
        """The one by which what is moved reaches people; none for prices and fees, which only move money."""
        pathway = PATHWAYS.get(self.settings.what.split(".")[0])
        return {pathway: {}} if pathway else {}

    def moved(self, now, size):
        """The level to which `now` (number or list) is moved: all the way at size 1."""
        if isinstance(now, list):
            return [self.moved(x, size) for x in now]
        if self.settings.what == OPENING:
            return now - size * self.model.values["burden.opening"] * math.log2(self.value("factor"))
        target = now * self.value("factor") if self.settings.factor is not None else self.value("to")
        return now + size * (target - now)

    def act_in(self, place):
        """Move the level in one municipality for this month."""
        size = float(self.month_sizes[place.index])
        if size == 0.0:
            return
        if not self.muted:
            self._move(place, size)
            self.funnel["pulled"] += 1.0
        if self.settings.cost is not None:
            self.spend(place, size * self.value("cost") * (place.stop - place.start) / 1000.0)

    def _move(self, place, size):
        name = self.settings.parameter()
        if name:
            place.set_parameter(name, self.moved(place.parameter(name), size))
        else:
            column = DESK[self.settings.what]
            for service in self.settings.services:
                at = place.index, SERVICES.index(service)
                self.model.desks[column][at] = self.moved(float(self.model.desks[column][at]), size)

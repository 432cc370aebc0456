"""Group programme: participatory groups of some weeks, online or on site, with contents of their own for each group."""

import math

from pydantic import Field

from sim.intervention import doses
from sim.programme import Programme, ProgrammeSettings, Quantity, quantity

WEEKS_PER_MONTH = 365.25 / 12.0 / 7.0


class Settings(ProgrammeSettings):
    """A participatory group. Effects are what a participant has gained on completing it, before fading."""

    weeks: int = Field(9, ge=1, le=104, description="weeks")
    sessions: int = Field(1, ge=1, le=7, description="sessions per week")
    group_size: int = Field(8, ge=2, le=50, description="participants per group")
    facilitators: int = Field(1, ge=1, le=5, description="facilitators per group")
    online: bool = Field(False, description="online: distance is no burden")
    capacity: Quantity = quantity("participants at a time per 1,000 residents", 0, 1000, default="group_programme.capacity")
    intensity: Quantity = quantity("ratio to base take-up", 0, 1000, default="group_programme.intensity")
    assistance: Quantity = quantity("index 0-1", 0, 1, default="group_programme.assistance")
    dropout: Quantity = quantity("probability per month", 0, 1, default="group_programme.dropout")
    inclusion: Quantity = quantity("index points", 0, 1, default="group_programme.inclusion")
    empowerment: Quantity = quantity("index points", 0, 1, default="group_programme.empowerment")
    relief: Quantity = quantity("SD units", 0, 2, default="group_programme.relief")
    language: Quantity = quantity("share of what is missing", 0, 1, default="group_programme.language")
    cost: Quantity = quantity("EUR2018 per session hour of a facilitator", 0, 1e4, default="group_programme.cost")
    hours: Quantity = quantity("hours per session", 0, 24, default="group_programme.hours")


class GroupProgramme(Programme):
    """Groups start whenever places are free; on site those far from services find it harder to come, online distance counts for nothing."""

    pathways = doses("assistance", "inclusion", "empowerment", "relief", "language")

    @property
    def months(self):
        """Length in whole months, at least one."""
        return max(1, math.ceil(self.settings.weeks / WEEKS_PER_MONTH - 0.5))

    def effects(self):
        """Doses by content; cost per participant is the facilitators' time shared by the group."""
        s = self.settings
        per_group = s.facilitators * s.weeks * s.sessions * self.value("hours") * self.value("cost")
        names = ("intensity", "assistance", "dropout", "inclusion", "empowerment", "relief", "language")
        return {
            **{name: self.value(name) for name in names},
            "months": self.months,
            "online": int(s.online),
            "cost_month": per_group / s.group_size / self.months,
        }

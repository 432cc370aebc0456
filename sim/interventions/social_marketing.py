"""Social marketing: a segment, channels with reach and frequency, tailoring, the four Ps, and the benchmark criteria."""

import functools
from types import MappingProxyType
from typing import Literal

import numpy as np
from pydantic import Field

from scenarios import Block, Quantity, Segment, quantity
from sim.intervention import Intervention
from sim.residents import rows
from sim.rules.draws import Purpose
from sim.rules.programme import expose

CAMPAIGN = np.dtype([("hear_key", "u8")] + [(n, "f8") for n in ("tailoring", "impact", "ease")])
Criterion = Literal["behaviour", "orientation", "theory", "insight", "exchange", "competition", "segmentation", "methods_mix"]


class Settings(Block):
    """A campaign. Money is per month and per 1,000 residents of the places, so it scales with them."""

    segment: Segment = Segment()
    goals: list[str] = Field(default=[], description="what people are asked to do, in words")
    criteria: list[Criterion] = Field(
        default=["behaviour", "orientation", "insight", "segmentation"],
        description="which of the eight benchmark criteria of social marketing (NSMC) the campaign meets",
    )
    reach: Quantity = quantity("share of segment per month", 0, 1, default="campaign.reach")
    frequency: Quantity = quantity("contacts per month", 0, 100, default="campaign.frequency")
    tailoring: Quantity = quantity("share", 0, 1, default="campaign.tailoring")
    impact: Quantity = quantity("index per exposure", 0, 1, default="campaign.impact")
    product: Quantity = quantity("index 0-1", 0, 1, default="campaign.product")
    price: Quantity = quantity("index 0-1", 0, 1, default="campaign.price")
    place: Quantity = quantity("index 0-1", 0, 1, default="campaign.place")
    cost: Quantity = quantity("EUR2018 per 1,000 residents per month", 0, 1e6, default="campaign.cost")


class SocialMarketing(Intervention):
    """Each month it reaches some of its segment; recall makes asking for help likelier, ease lowers the hassle of it."""

    pathways = MappingProxyType({"information": {"impact": 0.0}, "assistance": {"price": 0.0, "place": 0.0}})
    steps = ("segment", "exposed", "aware", "intending")

    @property
    def quality(self):
        """Share of the eight benchmark criteria that the campaign meets."""
        return len(set(self.settings.criteria)) / 8.0

    @functools.cached_property
    def record(self):
        """The campaign as the rules read it, but for what changes with place and month."""
        out = np.zeros(1, CAMPAIGN)
        out["tailoring"] = self.value("tailoring")
        out["impact"] = self.value("impact") * self.quality * self.value("product")
        out["ease"] = 0.5 * (self.value("price") + self.value("place")) * self.quality
        return out

    def renew_keys(self):
        """This month's address of being reached."""
        self.record["hear_key"] = self.key(Purpose.HEAR)

    def act(self):
        """Reach the segment in each municipality and pay for the postings."""
        m, here = self.model, self.where
        counts = np.zeros(len(self.steps))
        size = self.month_sizes[here]  # money buys postings, whose reach saturates
        reach, frequency = self.value("reach") * self.fidelities, self.value("frequency") * size
        expose(here, m.bounds, rows(m.people), *self.looked_at, rows(self.segment), rows(self.record), reach, frequency, m.month,
               rows(m.coefficients), m.coefficient_row, counts)
        for step, count in zip(self.steps, counts.tolist(), strict=True):
            self.funnel[step] += count
        self.spend_each(here, size * self.value("cost") * self.local_residents / 1000.0)

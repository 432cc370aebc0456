"""Social reporting: a municipality learns how its residents are, with error, publishes it, and moves its effort where need is."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from scenarios import Block, Quantity, quantity
from scenarios.settings import fault, named_once
from sim.intervention import Intervention
from sim.observer import SOURCES, Observer
from sim.residents import VISIT_MONTHS
from sim.rules.draws import Purpose
from sim.steering import shared_by_need

LEAST = 1e-3  # reliability below which a figure moves nothing


class Settings(Block):
    """Reporting. `runs`, `decides` and `payer` divide the work between municipality and county; `steers` names the blocks it moves."""

    steering: ClassVar[str] = "steers"

    steers: Annotated[list[str], AfterValidator(named_once)] = Field(
        default=[], description="interventions whose size follows measured need")
    sources: Literal["none", "register", "survey", "survey_practitioners"] = Field(
        "survey_practitioners", description="what is known: nothing, registers, and a survey, and practitioners' reports")
    runs: Literal["municipality", "county"] = Field(
        "municipality", description="who makes the survey: each municipality as many persons, or the county one sample by residents")
    decides: Literal["municipality", "county"] = Field(
        "municipality", description="who moves effort: each municipality between its own, or the county between municipalities too")
    between: Literal["municipalities", "blocks", "both"] = Field("both", description="what effort is moved between")
    interval: int = Field(12, ge=1, le=120, description="months from one round to the next")
    delay: int = Field(6, ge=0, le=120, description="months from asking to the report and what follows from it")
    contact_months: int = Field(3, ge=1, le=VISIT_MONTHS, description="months of contacts that practitioners report on")
    age_min: int = Field(16, ge=0, le=120, description="years")
    sample: Quantity = quantity("persons asked per municipality", 0, 1e6, default="reporting.sample")
    reported: Quantity = quantity("share of those met", 0, 1, default="reporting.reported")
    doubt: Quantity = quantity("share", 0, 1, default="reporting.doubt")
    error: Quantity = quantity("ratio to the error there is", 1, 1e12, default="reporting.error")
    strength: Quantity = quantity("share", 0, 1, default="reporting.strength")
    cost_person: Quantity = quantity("EUR2018 per person asked", 0, 1e4, default="reporting.cost_person")
    cost_survey: Quantity = quantity("EUR2018 per survey", 0, 1e7, default="reporting.cost_survey")
    cost_reported: Quantity = quantity("EUR2018 per resident reported", 0, 1e4, default="reporting.cost_reported")
    cost_register: Quantity = quantity("EUR2018 per municipality and round", 0, 1e7, default="reporting.cost_register")
    cost_report: Quantity = quantity("EUR2018 per municipality and round", 0, 1e7, default="reporting.cost_report")

    @model_validator(mode="after")
    def _something_to_move(self) -> "Settings":
        if self.decides == "municipality" and self.between == "municipalities":
            raise fault("a municipality that decides alone moves nothing between municipalities.", 'Use decides = "county".')
        return self

    def others(self) -> dict[str, list[str]]:
        """The blocks that it moves."""
        return {"steers": self.steers}


class SocialReporting(Intervention):
    """Looks every `interval` months; what it saw is published and acted on `delay` months later."""

    turn = 0
    steps = ("asked", "answered", "reported")

    def __init__(self, model, name, settings, code, first_month):
        super().__init__(model, name, settings, code, first_month)
        self.waiting = []  # (month in which it is published, rows, needs)
        self.rows, self.moves = [], []
        self.moved = first_month  # month of the last retargeting, since when every emphasis has stood still

    @property
    def sees(self):
        """How much is known: 0 nothing, 1 registers, 2 and a survey, 3 and practitioners' reports."""
        return SOURCES.index(self.settings.sources)

    def begin(self):
        """Publish and act on what is due, and look if it is time."""
        m = self.model
        if self.sees == 0 or not self.places:
            return
        if (m.month - self.start) % self.settings.interval == 0:
            seen = Observer(self, self.key(Purpose.SURVEY))
            self.pay(seen)
            self.waiting.append((m.month + self.settings.delay, seen.rows(), seen.needs(self.blocks())))
        while self.waiting and self.waiting[0][0] <= m.month:
            _, rows, needs = self.waiting.pop(0)
            self.rows += [{**row, "published": m.measured_month} for row in rows]
            for place in self.places:
                self.spend_real(place, self.value("cost_report"))
            self.retarget(*needs)

    def tables(self):
        """The indicators as published, and what followed from them."""
        return {"indicators": self.rows, "retargeting": self.moves}

    def spend_real(self, place, amount):
        """Book an amount [EUR2018] that does not grow with the residents."""
        self.spend(place, amount / self.model.weight[place.index])

    def pay(self, seen):
        """Book persons asked, the survey itself, residents reported, and extracts of registers; each municipality its part."""
        weight = self.model.weight
        real = {p: weight[p.index] * (p.stop - p.start) for p in self.places}
        for p in self.places:
            self.spend_real(p, self.value("cost_register"))
            if self.sees >= 2:
                part = real[p] / sum(real.values()) if self.settings.runs == "county" else 1.0
                self.spend_real(p, seen.asked(p) * self.value("cost_person") + part * self.value("cost_survey"))
            self.spend_real(p, seen.reported(p) * self.value("cost_reported"))
            for step in self.steps:
                self.funnel[step] += getattr(seen, step)(p) / weight[p.index]

    def blocks(self):
        """The interventions that it moves, in the order of `steers`."""
        by_name = {i.name: i for i in self.model.interventions}
        return [by_name[name] for name in self.settings.steers]

    def retarget(self, persons, need, relative, error):
        """Move the blocks' sizes towards measured need; the money planned for those who decide together stays what it was.

        persons, need, error: float (blocks, places); relative: error of persons. Need per euro against the mean of those who
        decide together is believed by its reliability tau^2 / (tau^2 + error^2), tau = reporting.spread.
        """
        blocks, m = self.blocks(), self.model
        between = m.values["reporting.spread"] ** 2
        money = self._money(blocks)
        pools = {}
        for b, block in enumerate(blocks):
            for i, place in enumerate(self.places):
                if money[b, i] > 0.0 and place in block.places:
                    where = place.county.name if self.settings.decides == "county" and self.settings.between != "blocks" else place.name
                    pools.setdefault((where, b if self.settings.between == "municipalities" else -1), []).append((b, i))
        for cells in pools.values():
            b, i = np.array(cells).T
            sizes, wanted = money[b, i], persons[b, i] * need[b, i]
            if wanted.sum() <= 0.0:
                continue
            ratio = wanted / sizes * sizes.sum() / wanted.sum()
            doubt = relative**2 + np.divide(error[b, i], need[b, i], out=np.full(len(b), np.inf), where=need[b, i] > 0) ** 2
            reliability = between / (between + doubt)
            reliability[reliability < LEAST] = 0.0
            believed = 1.0 + reliability * (ratio - 1.0)
            factors = shared_by_need(sizes, believed, self.value("strength")) if reliability.any() else np.ones(len(b))
            for (block, place), factor, measured, trust in zip(cells, factors, ratio, reliability, strict=True):
                blocks[block].emphasis[self.places[place].index] = factor
                self.moves.append({"month": m.measured_month, "place": self.places[place].name, "block": blocks[block].name,
                                   "money": money[block, place] * 12.0, "need_ratio": measured, "reliability": trust,
                                   "emphasis": factor})
        self.moved = m.month

    def _money(self, blocks):
        """Planned EUR a month of each block in each municipality, float (blocks, places): what was spent since the last move.

        What was spent is undone for the emphasis it was spent at and shared out by residents, as plans are.
        """
        m = self.model
        out = np.zeros((len(blocks), len(self.places)))
        residents = np.diff(m.bounds) * m.weight
        for b, block in enumerate(blocks):
            months = min(len(m.ledger.kept), m.month - max(self.moved, block.start))
            if months < 1:
                continue
            spent = np.sum(m.ledger.kept[-months:], axis=0) * m.weight[:, None]
            index = [p.index for p in block.places]
            share = residents[index] / residents[index].sum()
            planned = spent[index, m.ledger.column[block.name]].sum() / months / max((share * block.emphasis[index]).sum(), 1e-12)
            part = dict(zip(index, share, strict=True))
            out[b] = [planned * part.get(p.index, 0.0) for p in self.places]
        return out

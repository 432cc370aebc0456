"""Needs-based allocation: staff minutes and group money shared out between areas by measured need; partners join in."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from scenarios import Block, Quantity, quantity
from scenarios.overlay import COMMAND_LINE
from scenarios.settings import fault
from sim.areas import address_of
from sim.intervention import Intervention, payer_shares
from sim.need import by_register, by_survey, filled
from sim.partners import Offer, Partner, from_file, spread
from sim.programme import Programme
from sim.residents import SERVICES
from sim.rules.draws import Purpose, address, uniforms
from sim.steering import shared_by_need

Service = Literal[SERVICES]
SPREAD = 4096  # purposes of interventions hang on their names, as in Intervention.key


class Settings(Block):
    """What is shared out between all areas of the places, by which need, how often, and the partners who bring more."""

    files: ClassVar[tuple[str, ...]] = ("partners",)
    steering: ClassVar[str] = "blocks"

    services: list[Service] = Field(default=[], description="services whose staff minutes are shared out")
    blocks: list[str] = Field(default=[], description="interventions whose places and money are shared out")
    formula: Literal["survey", "register", "equal"] = "survey"
    strength: Quantity = quantity("share", 0, 1, default="allocation.strength")
    power: Quantity = quantity("exponent", 0, 10, default="allocation.power")
    review: int = Field(12, ge=1, le=120, description="months between reviews")
    delay: int = Field(0, ge=0, le=60, description="months from a review until it takes effect")
    respondents: Quantity = quantity("respondents per area", 1, 1e6, default="allocation.respondents")
    item_noise: Quantity = quantity("EUROHIS points", 0, 1e6, default="survey.item_noise")
    weights: Quantity = quantity("share", 0, 1, default="allocation.register_weights")
    respondent_cost: Quantity = quantity("EUR2018 per respondent", 0, 1e5, default="allocation.respondent_cost")
    review_cost: Quantity = quantity("EUR2018 per municipality and review", 0, 1e7, default="allocation.review_cost")
    partners: list[Partner] = Field(default=[], description="what actors bring each month; a list, or the name of a CSV file")
    coordination: Quantity = quantity("share", 0, 1, default="allocation.coordination")
    coordination_cost: Quantity = quantity("EUR2018 per partner per month", 0, 1e6, default="allocation.coordination_cost")
    room_places: Quantity = quantity("participants per room", 0, 1000, default="allocation.room_places")

    @field_validator("partners", mode="before")
    @classmethod
    def _table(cls, raw: object, info: ValidationInfo) -> object:
        return from_file(raw, (info.context or {}).get("folder", ".")) if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        if not (self.services or self.blocks or self.partners):
            raise fault("nothing to share out: give services, blocks or partners.")
        for field in ("services", "blocks"):
            found = getattr(self, field)
            if len(set(found)) < len(found):
                raise fault(f"{field} names one twice: {', '.join(found)}.")
        if len(self.weights.value) != 4:
            raise fault(f"weights has {len(self.weights.value)} numbers and needs 4: strained, jobless, low income, 75 or more.")
        return self

    def others(self):
        """Interventions that are shared out or that partners serve."""
        served = [p.serves for p in self.partners if p.serves not in SERVICES]
        return {"blocks": self.blocks, **({"partners": served} if served else {})}


class NeedsBasedAllocation(Intervention):
    """Each month it moves desks' minutes and programmes' places between areas; the sums stay what they were.

    share of area a = base_a x (1 - strength + strength x n_a / mean n), n = need^power, base_a its equal part per resident. What an area
    gets above the equal part of its own municipality is earmarked for its residents; all else is common to the municipality.
    """

    turn = 0

    def __init__(self, model, name, settings, code, first_month):
        super().__init__(model, name, settings, code, first_month)
        bounds, agents = model.area_bounds, list(model.area_agents)
        self.index = np.array([p.index for p in self.places], np.intp)
        parts = [np.arange(bounds[i], bounds[i + 1]) for i in self.index]
        self.rows = np.concatenate(parts) if parts else np.zeros(0, np.intp)
        self.home = np.repeat(np.arange(len(parts)), [len(p) for p in parts])
        self.areas = [agents[row] for row in self.rows]
        self.ids = np.array([int(address_of(a.municipality.code, a.number)) for a in self.areas], np.int64)
        self.need, self.pending, self.decided = np.ones(len(self.rows)), [], []
        self.available = {}  # of the month before: minutes or places in each of the places
        self._only_one_shares()
        self._count()
        narrowed = model.plan.origins.get("population.places") == COMMAND_LINE
        residents = self.residents * model.weight[self.index][self.home]
        self.offers = [Offer(p, p.amount * spread(p, self.areas, residents, narrowed)) for p in settings.partners]

    def _only_one_shares(self):
        """Two allocations of one thing would undo each other: refused."""
        for other in self.model.interventions:
            if other is self or not isinstance(other, NeedsBasedAllocation):
                continue
            for field in ("services", "blocks"):
                both = ", ".join(sorted(set(getattr(self.settings, field)) & set(getattr(other.settings, field))))
                if both:
                    raise ValueError(f"interventions.{self.name}.{field}: {both} is shared out by '{other.name}' already")

    def accounts(self, settings):
        """Reviews and surveys; coordination; what partners pay, and what others are spared by it."""
        found = super().accounts(settings)
        if settings.partners:
            found["_coordination"] = payer_shares({settings.payer: 1.0})
        for partner in settings.partners:
            if partner.resource == "euros":
                found[f"_paid_by_{partner.payer}"] = payer_shares({partner.payer: 1.0})
                found[f"_spared_{partner.serves}"] = self._payers_of(partner.serves)
        return found

    def _payers_of(self, serves):
        if serves in SERVICES:
            return list(self.model.values[f"payers.{serves}"])
        return payer_shares({self.model.plan.interventions[serves].payer: 1.0})

    # --- the month ------------------------------------------------------------------------------------------------

    def start_month(self):
        """Also in the month of its end: shares go back to what they were without it."""
        if self.model.month == self.stop:
            for target in self._targets(self._served()):
                self._release(target)
        return super().start_month()

    def begin(self):
        """Account for last month, review need when it is time, and share out this month's minutes and places."""
        self._settle()
        if (self.model.month - self.start) % self.settings.review == 0:
            self._review()
        while self.pending and self.pending[0][0] <= self.model.month:
            self._decide(*self.pending.pop(0)[1:])
        for service in dict.fromkeys([*self.settings.services, *(p.serves for p in self.settings.partners if p.serves in SERVICES)]):
            self._share_minutes(service)
        for target in self._targets(self._served()):
            self._share_places(target)

    def _served(self):
        return dict.fromkeys([*self.settings.blocks, *(p.serves for p in self.settings.partners if p.serves not in SERVICES)])

    def _targets(self, names):
        return [i for i in self.model.interventions if i.name in names]

    # --- need -----------------------------------------------------------------------------------------------------

    def _area_of(self):
        """Index of the allocation's area of every row of residents, -1 elsewhere."""
        lookup = np.full(len(self.model.areas), -1)
        lookup[self.rows] = np.arange(len(self.rows))
        people = self.model.people
        return lookup[self.model.area_bounds[people["municipality"]] + people["area"]]

    def _count(self):
        """Simulated residents of each area, and its share of its municipality."""
        area = self._area_of()
        self.residents = np.bincount(area[(area >= 0) & (self.model.people["alive"] == 1)], minlength=len(self.rows)).astype(float)
        whole = np.bincount(self.home, self.residents, len(self.places))[self.home]
        alike = 1.0 / np.maximum(1, np.bincount(self.home, minlength=len(self.places)))[self.home]
        self.share = np.where(whole > 0, self.residents / np.maximum(whole, 1.0), alike)

    def _review(self):
        """Measure need and pay for it; it is decided on after the delay."""
        m, s = self.model, self.settings
        self._count()
        area, number, answers = self._area_of(), len(self.rows), np.zeros(len(self.rows))
        line = float(m.coefficients["good_quality_line"][0])
        if s.formula == "survey":
            purposes = [int(p) + self.name_number * SPREAD for p in (Purpose.NEED_SAMPLE, Purpose.NEED_ANSWER)]
            need, answers = by_survey(m.people, area, number, m.month, round(self.value("respondents")), self.value("item_noise"), line,
                                      m.seed_value, purposes)
        elif s.formula == "register":
            need = by_register(m.people, area, number, m.month, self.value("weights"), m.values["social.threshold"],
                               m.values["strain.line"])
        else:
            need = np.ones(number)
        if s.formula != "equal":
            asked = round(self.value("respondents")) * self.value("respondent_cost") if s.formula == "survey" else 0.0
            areas = np.bincount(self.home, self.residents > 0, len(self.places))
            for i, place in enumerate(self.places):
                self.spend(place, (self.value("review_cost") + asked * areas[i]) / m.weight[place.index])
        self.pending.append((m.month + s.delay, need, answers))

    def _decide(self, need, answers):
        """A measured need takes effect."""
        self.need = filled(need, self.residents)
        if not self.model.measured:
            return
        factors = self._factors(self.residents)
        now = self.model.by_area()[self.rows]
        truth = 1.0 - now["good"] / np.maximum(now["adults"], 1.0)
        for i, area in enumerate(self.areas):
            self.decided.append({
                "month": self.model.measured_month, "municipality": area.municipality.name, "area": area.name,
                "formula": self.settings.formula, "answers": int(answers[i]), "need": float(self.need[i]),
                "residents": self.residents[i] * self.model.weight[area.municipality.index],
                "not_good": float(truth[i]), "factor": float(factors[i]),
            })

    def _factors(self, sizes):
        return shared_by_need(sizes, self.need ** self.value("power"), self.value("strength"))

    # --- sharing out ----------------------------------------------------------------------------------------------

    def _by_place(self, amounts):
        return np.bincount(self.home, amounts, len(self.places))

    def _offered(self, serves, each):
        """What partners bring for one service or programme, for the simulated residents: (common, local, bound).

        each: minutes or places for one unit of each resource, a number or (areas,). All three have the shape (areas,): common is
        shared out like the rest, local stays in its municipality, bound is kept for its area. Coordination takes its part of all.
        """
        common, local, bound = np.zeros((3, len(self.rows)))
        usable = 1.0 - self.value("coordination")
        for offer in self.offers:
            if offer.partner.serves == serves:
                part = bound if offer.bound else common if offer.partner.municipality is None else local
                part += offer.amounts * usable * each[offer.partner.resource] / self.model.weight[self.index][self.home]
        return common, local, bound

    def _share_minutes(self, service):
        """Capacity of one service's desks between municipalities, and what of it is earmarked for areas."""
        desks, column = self.model.desks, SERVICES.index(service)
        here = (self.index, column)
        price = desks["price"][here]
        euro = np.where(price > 0.0, desks["minutes"][here] / np.where(price > 0.0, price, 1.0), 0.0)[self.home]
        common, local, bound = self._offered(service, {"minutes": 1.0, "euros": euro})
        capacity = desks["capacity"][here] + self._by_place(common)
        base = capacity[self.home] * self.share
        factors = self._factors(base) if service in self.settings.services and len(base) else np.ones(len(base))
        earmark = bound
        if (factors != 1.0).any():
            shared = base * factors
            capacity = self._by_place(shared)
            earmark = bound + np.maximum(0.0, shared - capacity[self.home] * self.share)
        capacity = capacity + self._by_place(local + bound)
        desks["capacity"][here] = capacity
        desks["earmarked"][here] = desks["earmarked"][here] + self._by_place(earmark)
        self.model.earmarks[self.rows, column] += earmark
        self.available[service] = capacity

    def _share_places(self, target):
        """Size of a programme between municipalities, and the places of it that are earmarked for areas."""
        wanted = target.name in self.settings.blocks
        base = np.array([float(p.stop - p.start) for p in self.places])[self.home] * self.share * target.use[self.index][self.home]
        factors = self._factors(base) if wanted and len(base) else np.ones(len(base))
        moved = (factors != 1.0).any()
        if moved:
            whole = self._by_place(base)
            target.emphasis[self.index] = np.where(whole > 0, self._by_place(base * factors) / np.where(whole > 0, whole, 1.0), 1.0)
        elif wanted:
            target.emphasis[self.index] = 1.0
        if isinstance(target, Programme):
            self._earmark_places(target, base * factors, moved)

    def _earmark_places(self, target, weights, moved):
        monthly = float(target.record["cost_month"][0])
        each = {"rooms": self.value("room_places"), "euros": 1.0 / monthly if monthly > 0.0 else 0.0}
        common, local, bound = self._offered(target.name, each)
        if moved:
            common = common * self._factors(common)
        target.extra[self.index] = self._by_place(common + local + bound)
        own = np.array([target.places_in(p) for p in self.places]) * target.sizes[self.index]
        self.available[target.name] = own + target.extra[self.index]
        whole = self._by_place(weights)[self.home]
        wish = own[self.home] * np.where(whole > 0, weights / np.where(whole > 0, whole, 1.0), self.share) + common + bound
        equal = (own + self._by_place(common))[self.home] * self.share
        excess = np.maximum(0.0, wish - equal)
        if not moved and not bound.any():
            target.earmarks = None
            return
        people, area = self.model.people, self._area_of()
        column = "manager" if target.joint else "programme"
        clients = (people[column] == target.code) & (people["alive"] == 1) & (area >= 0)
        clients &= people[f"{column}_months"] + 1 < float(target.record["months"][0])  # others make room this month
        lacking = np.maximum(0.0, np.minimum(excess, wish - np.bincount(area[clients], minlength=len(self.rows))))
        key = np.uint64(address(self.model.seed_value, int(Purpose.EARMARK), target.name_number))
        target.earmarks = np.zeros(len(self.model.areas)) if target.earmarks is None else target.earmarks
        target.earmarks[self.rows] = np.floor(lacking + uniforms(key, self.ids))

    def _release(self, target):
        if target.name in self.settings.blocks:
            target.emphasis[self.index] = 1.0
        if isinstance(target, Programme):
            target.extra[self.index] = 0.0
            target.earmarks = None

    # --- partners -------------------------------------------------------------------------------------------------

    def _settle(self):
        """Last month's use of what partners brought; coordination is paid, and money changes hands for what was used.

        Use is pro rata: a desk's used minutes, or a programme's clients, against all that it had in the municipality.
        """
        m = self.model
        for offer in self.offers:
            whole = offer.amounts.sum()
            used = self._used(offer.partner.serves)
            if used is not None and whole > 0.0 and m.measured_month > 0:
                by_area = offer.amounts * used[self.home]
                offer.note(float(by_area.sum() / whole))
                if offer.partner.resource == "euros":
                    self._pay(offer.partner, self._by_place(by_area))
            if whole > 0.0:
                for place, part in zip(self.places, self._by_place(offer.amounts) / whole, strict=True):
                    self.spend(place, self.value("coordination_cost") * float(part) / m.weight[place.index], "_coordination")

    def _used(self, serves):
        """Share of what a service or programme had last month that was used in each of the places; None before the first month."""
        if serves not in self.available:
            return None
        if serves in SERVICES:
            done = self.model.desks["used"][self.index, SERVICES.index(serves)]
        else:
            target = self._targets([serves])[0]
            done = target.clients[self.index] if target.history and target.active else np.zeros(len(self.index))
        had = self.available[serves]
        return np.where(had > 0.0, np.minimum(1.0, done / np.where(had > 0.0, had, 1.0)), 0.0)

    def _pay(self, partner, euros):
        """The partner pays what was used of its money, and those who would have paid are spared what it bought."""
        for place, amount in zip(self.places, euros / self.model.weight[self.index], strict=True):
            self.spend(place, float(amount), f"_paid_by_{partner.payer}")
            self.spend(place, -float(amount) * (1.0 - self.value("coordination")), f"_spared_{partner.serves}")

    def tables(self):
        """allocation: need and share of each area at each decision; partnership: each actor's resource offered and used."""
        names = {m.code: m.name for m in self.model.municipalities}
        return {"allocation": self.decided, "partnership": [offer.row(names) for offer in self.offers]}

"""Wellbeing card (hyvinvointikortti): workers give families a card with a budget for nature and culture; its use is monitored."""

import functools
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from scenarios import Block, Quantity, Segment, quantity
from scenarios.schema import fault
from sim.intervention import Intervention
from sim.monitoring import Monitoring
from sim.residents import SERVICES, rows
from sim.rules.card import CELLS, COST, ELIGIBLE, GIVEN, OFFERED, TURNED_AWAY, USERS, USES, assess, count_holders, hand_out, mark, visit
from sim.rules.draws import Purpose, address, uniform
from sim.steering import shared_by_need

GOES_TO = ("nature", "culture")
CHANNEL = ("primary_care", "mental_health", "social_work", "family_services")  # whose workers hand out cards
USES_KEPT = 20_000  # records of uses of one run: about as many as 5,000 cards have in a year; later months are in the monitoring only
PAIRS = ("wish", "seats", "price", "relief", "inclusion", "cohesion")
CARD = np.dtype([(n, "i8") for n in ("household", "row", "first", "given", "last", "uses")] + [("balance", "f8"), ("before", "f8")])
USE = np.dtype([("card", "i8"), ("service", "i8"), ("persons", "i8"), ("cost", "f8")])
RULES = np.dtype(
    [(n, "i8") for n in ("validity", "window", "children")] + [(n, "u8") for n in ("offer_key", "accept_key", "wish_key", "seat_key")]
    + [(n, "f8") for n in ("offer", "accept", "budget", "distance", "carless", "word", "fidelity", "line")]
    + [(n, "f8", (len(GOES_TO),)) for n in PAIRS]
)
KEYS = {"offer_key": Purpose.FIND, "accept_key": Purpose.ENROL, "wish_key": Purpose.CARD_WISH, "seat_key": Purpose.CARD_SEAT}


class Settings(Block):
    """A card for families. Numbers in pairs are for nature and culture; one household holds one card and visits together."""

    steering: ClassVar[str] = "retargets"

    kinds_named: ClassVar[dict[str, str]] = {"retargets": "social_marketing"}

    segment: Segment = Segment(group="family")
    validity: int = Field(12, ge=1, le=120, description="months")
    window: int = Field(3, ge=1, le=6, description="months of monitoring taken together")
    delay: int = Field(1, ge=1, le=12, description="months until the monitoring can be read")
    retargets: list[str] = Field(default=[], description="campaigns whose emphasis follows the monitoring")
    retargeting: Quantity = quantity("share", 0, 1, default="card.retargeting")
    aim: Quantity = quantity("share of eligible families per month", 0, 1, default="card.aim")
    offer: Quantity = quantity("probability per month with a contact", 0, 1, default="card.offer")
    accept: Quantity = quantity("hazard when offered", 0, 100, default="card.accept")
    budget: Quantity = quantity("EUR2018 per card", 0, 1e5, default="card.budget")
    cost: Quantity = quantity("EUR2018 per card given", 0, 1e5, default="card.cost")
    wish: Quantity = quantity("hazard per month", 0, 100, default="card.wish")
    seats: Quantity = quantity("seats per 1,000 residents per month", 0, 1e5, default="card.seats")
    price: Quantity = quantity("EUR2018 per person and visit", 0, 1e4, default="card.price")
    distance: Quantity = quantity("log ratio per unit of the distance index", 0, 1000, default="card.distance")
    carless: Quantity = quantity("ratio per unit of strain", 0, 100, default="card.carless")
    word: Quantity = quantity("probability per acquaintance and month", 0, 1, default="card.word")
    relief: Quantity = quantity("SD units per visit", 0, 2, default="card.relief")
    inclusion: Quantity = quantity("index points per visit", 0, 1, default="card.inclusion")
    cohesion: Quantity = quantity("index points per visit", 0, 1, default="card.cohesion")

    @model_validator(mode="after")
    def _in_pairs(self) -> "Settings":
        for name in PAIRS:
            q = getattr(self, name)
            if not q.is_table or len(q.value) != len(GOES_TO):
                raise fault(f"{name} needs two numbers, for {' and '.join(GOES_TO)}, for example {name} = [1, 2] ({q.unit}).")
        return self

    def others(self) -> dict[str, list[str]]:
        """The campaigns that follow the monitoring."""
        return {"retargets": self.retargets}


class WellbeingCard(Intervention):
    """Each month workers offer cards to families they meet, and families with a card go where seats, way and budget allow.

    It decides about campaigns, so it acts before them. `cards`: CARD records of each municipality, one per household.
    """

    pathways = MappingProxyType({
        **{dose: {dose: [0.0] * len(GOES_TO)} for dose in ("relief", "inclusion", "cohesion")}, "information": {"word": 0.0},
    })  # fmt: skip

    turn = 0
    steps = ("eligible", "offered", "given", "users", "uses", "turned_away")
    _columns = (ELIGIBLE, OFFERED, GIVEN, USERS, USES, TURNED_AWAY)

    def __init__(self, model, name, settings, code, first_month):
        super().__init__(model, name, settings, code, first_month)
        self.cards = [np.zeros(0, CARD) for _ in model.municipalities]
        self.rows_for = None  # the bounds of rows for which the cards' rows are right
        self.monitoring = Monitoring(len(model.municipalities))
        self.open_month = None  # the month whose counts nobody has read yet
        self.uses, self.kept, self.emphases = [], 0, []

    @functools.cached_property
    def record(self):
        """The card as the rules read it, but for what changes with place and month: a record array of length 1."""
        out = np.zeros(1, RULES)
        out["validity"], out["window"] = self.settings.validity, self.settings.window
        out["children"] = self.settings.segment.group == "family"
        for field in ("accept", "budget", "distance", "carless", "word", *PAIRS):
            out[field] = self.value(field)
        return out

    @functools.cached_property
    def shares(self):
        """Uniforms (municipalities, 2), fixed: which municipalities round their seats up."""
        key = np.uint64(address(self.model.seed_value, int(Purpose.CARRY), self.name_number))
        return np.array([[uniform(key, len(GOES_TO) * int(m.code) + s) for s in range(len(GOES_TO))] for m in self.model.municipalities])

    def seats(self, place):
        """Whole seats of this month for the simulated residents, float (2,); the fraction is settled once by an addressed draw."""
        exact = np.asarray(self.value("seats")) * self.sizes[place.index] * (place.stop - place.start) / 1000.0
        return np.floor(exact + self.shares[place.index])

    def start_month(self):
        """Read last month first, also in the month after the end."""
        self.follow_households()
        self.read()
        return super().start_month()

    def renew_keys(self):
        """This month's addresses of offering, taking, wishing to go, and the lottery for seats."""
        for field, purpose in KEYS.items():
            self.record[field] = self.key(purpose)

    def begin(self):
        """Move the emphasis of campaigns to where the monitoring shows little use."""
        if self.settings.retargets:
            self.retarget()

    def act_in(self, place):
        """Offer cards, let families visit, and pay."""
        m, here, d = self.model, place.index, self.record
        people, areas, parameters = rows(place.people), rows(place.areas), rows(place.coefficients)
        d["fidelity"], d["line"] = self.fidelity(place), self.contact_line(place)
        d["offer"] = min(1.0, self.value("offer") * self.month_sizes[here]) * self.fidelity(place)
        slot, used = np.zeros(len(people), np.int32), np.zeros(len(people), np.uint8)
        listed, counts = self.listed(place), self.monitoring.counts[here]
        who = (place.start, m.network.indptr, m.network.indices)
        mark(people, rows(self.cards[here]), m.month, slot, used)
        fresh = np.zeros(len(listed), CARD)
        number = hand_out(people, listed, rows(self.segment), m.month, rows(d), parameters, areas, *who, slot, used,
                          rows(self.cards[here]), rows(fresh), counts)
        if number:
            self.cards[here] = np.concatenate([self.cards[here], fresh[:number]])
        cards = self.cards[here]
        uses = np.zeros(len(GOES_TO) * len(cards), USE)
        count_holders(people, rows(cards), m.month, rows(d), counts)
        made = visit(people, rows(cards), m.month, rows(d), self.seats(place), parameters, areas, *who, used, counts, rows(uses))
        self.note(place, uses[:made])
        for step, column in zip(self.steps, self._columns, strict=True):
            self.funnel[step] += counts[:, column].sum()
        self.spend(place, counts[:, COST].sum() + self.value("cost") * counts[:, GIVEN].sum())
        self.open_month = m.month

    def contact_line(self, place):
        """Cost of a month [EUR2018] from which a resident has met one of the services that hand out cards."""
        columns = [SERVICES.index(s) for s in CHANNEL]
        least = min(desks["price"][place.index, columns].min() for desks in (self.model.planned, self.model.desks))  # a lever may lower it
        return max(1.0, least - 0.5)  # the months' costs are kept in whole euros

    def note(self, place, uses):
        """Keep the records of uses, whole months until there are too many."""
        if self.model.measured and self.kept <= USES_KEPT:
            self.uses.append((self.model.measured_month, str(self.model.date), place, uses))
            self.kept += len(uses)

    def follow_households(self):
        """After rows have been sorted anew: find each card's household; a card ends when its household leaves the municipality."""
        if self.rows_for is self.model.bounds:
            return
        self.rows_for = self.model.bounds
        for place in self.places:
            cards = self.cards[place.index]
            homes, first = np.unique(place.people["household"], return_index=True)
            at = np.minimum(np.searchsorted(homes, cards["household"]), len(homes) - 1) if len(homes) else np.zeros(0, int)
            here = homes[at] == cards["household"] if len(homes) else np.zeros(len(cards), bool)
            self.cards[place.index] = cards[here]
            self.cards[place.index]["row"] = first[at[here]] if len(homes) else 0

    def participants(self, people):
        """Members of the households that have or have had a card."""
        return np.isin(people["household"], np.concatenate([cards["household"] for cards in self.cards]))

    # --- the monitoring and what follows from it ----------------------------------------------------------------

    def assessed(self, month):
        """What the municipalities can say of contacts when they read in `month`, float (municipalities, CELLS, 2, 3)."""
        sums = np.zeros((len(self.model.municipalities), CELLS, 2, 3))
        for place in self.places:
            self.record["line"] = self.contact_line(place)
            assess(rows(place.people), rows(self.cards[place.index]), month, rows(self.record), sums[place.index])
        return sums

    def read(self):
        """Close the monitoring of the last month that the card ran, once a month has passed."""
        if self.open_month is not None:
            self.monitoring.close(self.open_month, self.assessed(self.open_month + 1))
            self.open_month = None

    def retarget(self):
        """Share out the money of the campaigns named by what is missing to the aim, keeping its sum.

        Each campaign in each municipality is one part; a campaign for an urban-rural class follows that class's families.
        """
        model, aim = self.model, self.value("aim")
        share = self.monitoring.participation(self.settings.window, self.settings.delay)
        campaigns = [i for i in model.interventions if i.name in self.settings.retargets]
        parts = [(c, p) for c in campaigns for p in c.places if p in self.places]
        seen = [share(p.index, c.settings.segment.urbanity) for c, p in parts]
        planned = [c.value("cost") * c.active * c.level * c.use[p.index] for c, p in parts]  # per 1,000 residents
        money = [m * model.weight[p.index] * (p.stop - p.start) / 1000.0 for m, (_, p) in zip(planned, parts, strict=True)]
        missing = [max(0.0, aim - s) for s in seen]  # of not-a-number 0: where nobody is eligible nothing is missing
        factors = shared_by_need(money, missing, self.value("retargeting"))
        for (campaign, place), factor, participation in zip(parts, factors.tolist(), seen, strict=True):
            campaign.emphasis[place.index] = factor
            if model.measured:
                self.emphases.append({"month": model.measured_month, "date": str(model.date), "place": place.name,
                                      "campaign": campaign.name, "participation": participation, "emphasis": factor})

    def tables(self):
        """monitoring, card_uses and emphasis; the last month of the run is read a month after it."""
        self.read()
        return {"monitoring": self.monitoring.rows(self.model, self.model.burn_in), "card_uses": self.use_rows(),
                "emphasis": self.emphases}

    def use_rows(self):
        """One row per use: months in full, up to the first that would pass the number of records kept."""
        months = {}
        for month, _, _, uses in self.uses:
            months[month] = months.get(month, 0) + len(uses)
        total = np.cumsum(list(months.values()))
        whole = {month for month, so_far in zip(months, total, strict=True) if so_far <= USES_KEPT}
        return [
            {"month": month, "date": date, "place": place.name, "card": int(u["card"]), "service": GOES_TO[int(u["service"])],
             "persons": int(u["persons"]), "cost": float(u["cost"])}
            for month, date, place, uses in self.uses if month in whole for u in uses
        ]

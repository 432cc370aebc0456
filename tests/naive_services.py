"""The naive twin's institutions, from docs/odd.md: municipalities with desks and queues (7.5, 7.14), interventions (7.6)."""

import math
import zlib

import mesa

from scenarios.quantity import Quantity
from sim.residents import SERVICES, Education, Group, Stage, Urbanity

FLOWS = ("asked", "served", "met", "waited", "gave_up", "queue")


class Municipality(mesa.Agent):
    """A municipality: its residents, desks, maturity, and this month's page of the ledger with the pages before."""

    def __init__(self, model, code, normal):
        super().__init__(model)
        self.code, self.residents, self.desks = code, [], {}
        c = model.values
        self.maturity = [
            min(5.0, max(1.0, level + c["maturity.spread"] * normal(model.still("PLACE", dimension, int(code)))))
            for dimension, level in enumerate(c["maturity.level"])
        ]
        self.page, self.pages = {}, []

    @property
    def fidelity(self):
        return sum(self.maturity) / len(self.maturity) / 5.0

    def book(self, item, amount):
        self.page[item] = self.page.get(item, 0.0) + amount

    def close_page(self):
        """The ledger (7.18) keeps measured months and starts on a clean page."""
        if self.model.measured:
            self.pages.append(self.page)
        self.page = {}

    def plan(self):
        """Staff minutes for the residents there are (7.4)."""
        for desk, minutes in zip(self.desks.values(), self.model.values["services.staff_minutes"], strict=True):
            desk.planned = len(self.residents) * minutes

    def decide(self):
        """Capacity of the month; practice that is not anchored decays (7.5)."""
        for desk in self.desks.values():
            desk.capacity = desk.planned
        decay = self.model.values["maturity.decay"] * (1.0 - self.model.values["maturity.anchored"])
        if decay > 0.0:
            self.maturity = [max(1.0, level * (1.0 - decay)) for level in self.maturity]

    def open(self, service):
        return self.desks[service].capacity > 0.0

    def serve(self):
        """All open requests as they are now, service by service (7.14)."""
        queues = {s: [r for r in self.residents if r.alive and r.waiting[s] > 0] for s in range(len(SERVICES))}
        for s, desk in enumerate(self.desks.values()):
            desk.serve(queues[s])


class Desk(mesa.Agent):
    """One service in one municipality (7.14)."""

    def __init__(self, model, service, municipality):
        super().__init__(model)
        self.service, self.number, self.place = service, SERVICES.index(service), municipality
        c = model.values
        self.minutes, self.price = c["services.minutes"][self.number], c["services.price"][self.number]
        self.fee = c["services.fee"][self.number]
        self.planned = self.capacity = self.carry = self.used = 0.0
        self.flows = dict.fromkeys(FLOWS, 0)
        self.effect = getattr(self, f"effect_of_{service}", lambda resident: None)

    def serve(self, queue):
        """Meet all if minutes allow; else by urgency, waiting and lottery, until the first who does not fit."""
        self.flows = dict.fromkeys(FLOWS, 0)
        self.flows["asked"] = len(queue)
        left = self.capacity + self.carry
        self.carry = self.used = 0.0
        if not queue:
            return
        crowded = sum(r.asks[self.number] for r in queue) * self.minutes > left
        if crowded:
            queue = sorted(queue, key=self.turn)
        for place, resident in enumerate(queue):
            needed = resident.asks[self.number] * self.minutes
            if crowded and needed > left:
                self.carry = left
                for late in queue[place:]:
                    self.keep_waiting(late)
                return
            left -= needed
            self.used += needed
            self.meet(resident)

    def turn(self, resident):
        """Place in a crowded queue: lowest first."""
        c = self.model.values
        urgency = min(3, int(c["urgency.distress"] * resident.felt + c["urgency.strain"] * resident.strain))
        return 3 - urgency, 255 - resident.waiting[self.number], self.model.bits("QUEUE", resident.id) >> 18

    def keep_waiting(self, resident):
        s = self.number
        if self.model.u("GIVE_UP", 12 * resident.id + s) < self.model.values["queue.give_up"][s]:
            resident.close_request(s)
            self.flows["gave_up"] += 1
        else:
            resident.waiting[s] = min(resident.waiting[s] + 1, 255)
            self.flows["queue"] += 1

    def meet(self, resident):
        contacts = resident.asks[self.number]
        cost = contacts * self.price
        fee = min(cost, contacts * self.fee)
        resident.month_cost += cost
        self.place.book(self.service, cost - fee)
        self.place.book("client_fees", fee)
        resident.visits = min(resident.visits + contacts, 255)
        self.flows["served"] += contacts
        self.flows["met"] += 1
        self.flows["waited"] += resident.waiting[self.number] - 1
        resident.close_request(self.number)
        self.effect(resident)

    # What one request brings, by service.

    def effect_of_primary_care(self, r):
        c = self.model.values
        r.dose_relief += c["effect.primary"]
        if r.felt > c["mental.threshold"]:
            self.hand_off(r, "mental_health", int(c["mental.contacts"] + 0.5), c["handoff.mental"])
        elif r.strain > c["social.threshold"]:
            self.hand_off(r, "social_work", 1, c["handoff.social"])

    def effect_of_mental_health(self, r):
        r.dose_relief += self.model.values["effect.mental"]

    def effect_of_social_work(self, r):
        r.assistance = max(r.assistance, self.model.values["effect.social"])
        self.gain_trust(r)

    def effect_of_family_services(self, r):
        r.dose_relief += self.model.values["effect.family"]
        self.gain_trust(r)

    def effect_of_employment_services(self, r):
        r.work_support += self.model.values["effect.employment"]

    def effect_of_integration_services(self, r):
        r.language += self.model.values["effect.language"] * (1.0 - r.language)
        r.work_support += self.model.values["effect.employment"]

    def effect_of_guidance_centre(self, r):
        r.work_support += self.model.values["effect.guidance"]
        r.dose_empowerment += self.model.values["effect.empowerment"]

    def effect_of_outreach_youth_work(self, r):
        self.gain_trust(r)
        r.dose_empowerment += self.model.values["effect.empowerment"]
        self.hand_off(r, "guidance_centre", 1, self.model.values["handoff.guidance"])

    def effect_of_community_groups(self, r):
        r.dose_inclusion += self.model.values["effect.community"]

    def effect_of_nature_culture(self, r):
        r.dose_relief += self.model.values["effect.nature"]

    def gain_trust(self, r):
        r.trust += self.model.values["effect.trust"] * (1.0 - r.trust)

    def hand_off(self, r, service, contacts, chance):
        """A request made for the resident, unless it is lost on the way; a case manager sees to it."""
        c = self.model.values
        if r.waiting[SERVICES.index(service)] > 0:
            return
        lost = c["handoff.lost"] * (1.0 - c["handoff.managed"] if r.manager else 1.0)
        if r.u("HANDOFF") < chance * (1.0 - lost):
            r.request(service, contacts)


# --- Interventions (7.6) ----------------------------------------------------------------------------------------


class Intervention(mesa.Agent):
    """What all interventions share: settings in plain numbers, months, municipalities, segment."""

    def __init__(self, model, settings, code, name, places):
        super().__init__(model)
        self.settings, self.code, self.name, self.places, self.funnel = settings, code, name, places, {}
        self.number = zlib.crc32(name.encode())
        self.emphasis = dict.fromkeys(places, 1.0)

    @property
    def active(self):
        return self.start <= self.model.month and (self.stop is None or self.model.month < self.stop)

    @property
    def level(self):
        """Built up in `ramp` months (7.6); nothing before the start."""
        return min(1.0, max(0, self.model.month - self.start + 1) / max(1, self.settings["ramp"]))

    def size(self, place):
        return self.level * self.emphasis[place]

    def count(self, step, persons=1):
        self.funnel[step] = self.funnel.get(step, 0) + persons

    def act(self):
        self.funnel = {}
        if self.active:
            for place in self.places:
                self.work(place)

    def belongs(self, r):
        """Whether a resident is of the segment, by the bits of last month."""
        segment = self.settings["segment"]
        return (
            r.alive == 1
            and (segment.group == "all" or r.groups & Group[segment.group] > 0)
            and segment.age_min <= r.age <= segment.age_max
            and (segment.education is None or r.education == Education[segment.education])
            and (segment.alone is None or segment.alone == (r.adults + r.minors == 1))
            and (segment.urbanity is None or r.urbanity == Urbanity[segment.urbanity])
        )


class Campaign(Intervention):
    """Social marketing (7.6.1)."""

    def work(self, place):
        for r in place.residents:
            if self.belongs(r) and r.age >= 16:
                self.count("segment")
                if r.u("HEAR", self.number) < self.exposure(r, place):
                    self.count("exposed")
                    self.tell(r)
                aware = r.awareness >= self.model.values["awareness.counts"]
                self.count("aware", aware)
                self.count("intending", aware and r.stage >= Stage.preparation)
        place.book(self.name, self.size(place) * self.settings["cost"] * len(place.residents) / 1000.0)

    def tell(self, r):
        x, quality = self.settings, len(set(self.settings["criteria"])) / 8.0
        r.awareness += x["impact"] * quality * x["product"] * self.getting_through(r) * (1.0 - r.awareness)
        if r.stage > 0:
            r.assistance = max(r.assistance, quality * (x["price"] + x["place"]) / 2.0)

    def exposure(self, r, place):
        x = self.settings
        return x["reach"] * place.fidelity * (1.0 - math.exp(-x["frequency"] * self.size(place))) * self.getting_through(r)

    def getting_through(self, r):
        """T: a tailored message gets through also to those of little literacy."""
        return 1.0 - (1.0 - self.settings["tailoring"]) * (1.0 - r.literacy())


class Guidance(Intervention):
    """Guidance centre (7.6.3)."""

    def work(self, place):
        x, people = self.settings, len(place.residents) / 10000.0
        place.desks["guidance_centre"].capacity += x["staff"] * people * x["hours"] * 60.0 * place.fidelity
        place.book(self.name, x["fixed"] * people)


class Programme(Intervention):
    """Groups, case managers and outreach youth work (7.6.2); the kinds below say places, months and fields."""

    column = "programme"
    intensity = 1.0
    outreach = -1.0  # nobody goes to find people
    assistance = precision = inclusion = empowerment = relief = language = trust = work_effect = 0.0
    cost_start = cost_month = 0.0

    def __init__(self, model, settings, code, name, places):
        super().__init__(model, settings, code, name, places)
        self.offer(settings)

    def take(self, *fields):
        """Fields that are settings under the same name."""
        for field in fields:
            setattr(self, field, self.settings[field])

    def running_cost(self, people):
        return 0.0

    def act(self):
        if self.stop is not None and self.model.month == self.stop:
            for r in self.model.residents:
                if getattr(r, self.column) == self.code:
                    setattr(r, self.column, 0)
        super().act()

    def work(self, place):
        """First pass: clients attend, others come. Second pass: those who come get what room there is."""
        room = self.whole_places(place)
        attended = staying = 0
        coming = []
        for r in place.residents:
            if not r.alive:
                continue
            if getattr(r, self.column) == self.code:
                attended += 1
                staying += self.attend(r, place.fidelity)
            elif room > 0 and self.comes(r, place.fidelity):
                coming.append(r)
        joining = sorted(coming, key=self.score, reverse=True)[: max(0, room - staying)]
        for r in joining:
            setattr(r, self.column, self.code)
            setattr(r, f"{self.column}_months", 0)
            r.month_cost += self.cost_start
        place.book(self.name, attended * self.cost_month + len(joining) * self.cost_start
                   + self.running_cost(len(place.residents)))
        for step, persons in (("attending", attended), ("joined", len(joining)), ("left", attended - staying),
                              ("turned_away", len(coming) - len(joining))):
            self.count(step, persons)

    def whole_places(self, place):
        """Places in whole numbers: the fraction is one more place with that chance, fixed by the programme's name."""
        chance = self.model.still("CARRY", self.number, int(place.code))
        return math.floor(self.capacity(len(place.residents)) + chance)

    def attend(self, r, fidelity):
        """A month of a client; says whether the client stays."""
        share = fidelity / self.months
        if self.column == "manager":
            share *= self.hardship(r)
        r.dose_inclusion += share * self.inclusion
        r.dose_empowerment += share * self.empowerment
        r.dose_relief += share * self.relief
        r.work_support += share * self.work_effect
        r.language += share * self.language * (1.0 - r.language)
        r.trust += share * self.trust * (1.0 - r.trust)
        r.assistance = max(r.assistance, self.assistance * fidelity)
        months = getattr(r, f"{self.column}_months") + 1
        setattr(r, f"{self.column}_months", months)
        r.month_cost += self.cost_month
        if months < self.months and r.u("LEAVE", self.number) >= self.dropout:
            return True
        setattr(r, self.column, 0)
        r.finished |= 1 << self.code
        return False

    def hardship(self, r):
        c = self.model.values
        return ((r.chronic == 1) + (r.felt > c["mental.threshold"]) + (r.strain > c["social.threshold"]) + (r.care > 0)) / 4.0

    def comes(self, r, fidelity):
        if getattr(r, self.column) != 0 or r.finished >> self.code & 1 or not self.belongs(r):
            return False
        chance = self.outreach * fidelity
        if self.outreach < 0.0:
            hassle = r.burden()
            if self.settings.get("online"):
                hassle = max(0.0, hassle - self.model.values["burden.place"][r.urbanity])
            ready = r.readiness(hassle, max(r.assistance, self.assistance * fidelity))
            chance = 1.0 - math.exp(-fidelity * self.intensity * self.model.values["readiness.base"] * ready)
        return r.u("ENROL", self.number) < chance

    def score(self, r):
        return self.precision * self.hardship(r) + (1.0 - self.precision + 1e-9) * r.u("FIND", self.number)


class Groups(Programme):
    """Participatory groups."""

    def offer(self, x):
        self.take("intensity", "assistance", "dropout", "inclusion", "empowerment", "relief", "language")
        self.months = max(1, math.ceil(x["weeks"] / (365.25 / 84.0) - 0.5))
        hours = x["facilitators"] * x["weeks"] * x["sessions"] * x["hours"]
        self.cost_month = hours * x["cost"] / x["group_size"] / self.months

    def capacity(self, people):
        return self.settings["capacity"] * people / 1000.0


class CaseManagers(Programme):
    """Integrated service with case managers."""

    column = "manager"

    def offer(self, x):
        self.take("precision", "outreach", "assistance", "empowerment", "relief", "trust", "dropout", "cost_start", "cost_month")
        self.months = round(x["duration"])

    def capacity(self, people):
        return self.settings["managers"] * self.settings["caseload"] * people / 10000.0


class YouthWorkers(Programme):
    """Outreach youth work beside the desk of that name."""

    def offer(self, x):
        self.take("assistance", "trust", "empowerment", "dropout")
        self.outreach, self.work_effect, self.months = x["find"], x["work"], round(x["duration"])

    def capacity(self, people):
        return self.settings["workers"] * self.settings["caseload"] * people / 10000.0

    def running_cost(self, people):
        return self.settings["workers"] * people / 10000.0 * self.settings["cost_worker"] / 12.0


class JobCoaches(Programme):
    """Supported employment: place and train."""

    def offer(self, x):
        self.take("intensity", "assistance", "empowerment", "dropout", "cost_month")
        self.months = round(x["duration"])
        self.work_effect = self.months * (1.0 - self.model.keep["dose"]) * math.log(x["work"])

    def capacity(self, people):
        return self.settings["coaches"] * self.settings["caseload"] * people / 10000.0


class LanguageGroups(Programme):
    """Integration support: language and peer support."""

    def offer(self, x):
        self.take("intensity", "assistance", "language", "inclusion", "trust", "dropout", "cost_month")
        self.months, self.work_effect = round(x["duration"]), x["lock_in"]

    def capacity(self, people):
        return self.settings["capacity"] * people / 1000.0


KINDS = {"social_marketing": Campaign, "guidance_centre": Guidance, "group_programme": Groups,
         "integrated_service": CaseManagers, "outreach_youth_work": YouthWorkers,
         "supported_employment": JobCoaches, "integration_support": LanguageGroups}


def intervention(model, real, block):
    """The naive twin of one intervention of the real model: its scenario block with the drawn numbers."""
    plain = {}
    for name, value in vars(block.settings).items():
        plain[name] = model.values[value.name] if isinstance(value, Quantity) else value
    codes = sorted(plain["places"])
    places = [town for code in codes for town in model.towns if town.code == code]
    made = KINDS[plain["kind"]](model, plain, block.code, block.name, places)
    start = real.start_date
    made.start = 12 * (plain["start"].year - start.year) + plain["start"].month - start.month + model.burn_in
    made.stop = None
    if plain["months"] is not None:
        made.stop = made.start + plain["months"]
    elif plain["end"] is not None:
        made.stop = 12 * (plain["end"].year - start.year) + plain["end"].month - start.month + model.burn_in + 1
    return made

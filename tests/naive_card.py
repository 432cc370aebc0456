"""The naive twin of the wellbeing card, from docs/odd.md (7.6.5): a household's card is an agent."""

import math

import mesa

from sim.residents import Urbanity
from tests.naive_services import Intervention

CHANNEL = ("primary_care", "mental_health", "social_work", "family_services")


class Card(mesa.Agent):
    """A household's card."""

    def __init__(self, model, home, month):
        super().__init__(model)
        self.home, self.household = home, home[0].household
        self.first = self.given = month
        self.last, self.balance, self.before = -1, 0.0, 0.0


class WellbeingCard(Intervention):
    """Cards are offered at contacts; families go where wish, way, budget and seats allow; campaigns follow the use."""

    def __init__(self, model, settings, code, name, places):
        super().__init__(model, settings, code, name, places)
        self.cards = {place: {} for place in places}  # household -> card
        self.month_counts, self.readable = None, []  # counts of the running month; of the months that have passed
        self.used = set()  # households that used their card last month, by place and id

    # --- Who knows, who is met ---

    def alive(self, home):
        return [r for r in home if r.alive]

    def host(self, home):
        return next((r for r in home if r.alive and r.age >= 18), None)

    def contact_rate(self, place, home, window):
        prices = [place.desks[service].price for service in CHANNEL]
        line = max(1.0, min(prices) - 0.5)
        costs = [r.cost_ring[(self.model.month - back) % 12] for r in self.alive(home) for back in range(1, window + 1)]
        return sum(cost >= line for cost in costs) / len(costs)

    def heard(self, place, home):
        ties = [other for r in self.alive(home) if r.age >= 18 for other in r.contacts]
        return 1.0 - (1.0 - self.settings["word"]) ** sum(other.alive and (place, other.household) in self.used for other in ties)

    def readiness(self, r, burden, heard):
        c, recall = self.model.values, r.awareness * r.literacy()
        information = recall + (1.0 - recall) * heard
        return (1.0 - burden) * math.exp(c["readiness.information"] * information + c["readiness.assistance"] * r.assistance * burden)

    def valid(self, card):
        return self.model.month - card.given < self.settings["validity"]

    # --- The month ---

    def act(self):
        if self.month_counts is not None:
            self.readable.append(self.month_counts)
            self.month_counts = None
        if self.active:
            self.month_counts = {}
            if self.settings["retargets"]:
                self.retarget()
        super().act()

    def work(self, place):
        self.used = {(place, home) for home, card in self.cards[place].items() if card.last == self.model.month - 1}
        taken = self.offer(place)
        paid = sum(self.visit(place, s) for s in range(2))
        for card in self.cards[place].values():
            host = self.host(card.home)
            if self.valid(card) and host:
                if card.given < self.model.month:
                    self.note("eligible", place, host)
                if card.last == self.model.month:
                    self.note("users", place, host)
        place.book(self.name, paid + taken * self.settings["cost"])

    def note(self, step, place, resident):
        self.count(step)
        key = step, place, resident.urbanity
        self.month_counts[key] = self.month_counts.get(key, 0) + 1

    def offer(self, place):
        """Workers offer cards to households they met last month. Returns how many were taken."""
        x, month, taken, seen = self.settings, self.model.month, 0, set()
        for r in place.residents:
            if r.age < 18 or not self.belongs(r) or r.household in seen:
                continue
            seen.add(r.household)
            card = self.cards[place].get(r.household)
            if card and self.valid(card):
                continue
            if x["segment"].group == "family" and all(member.age >= 18 for member in self.alive(r.home)):
                continue
            self.note("eligible", place, r)
            if self.contact_rate(place, r.home, 1) == 0.0:
                continue
            if self.model.u("FIND", r.household, self.number) >= min(1.0, x["offer"] * self.size(place)) * place.fidelity:
                continue
            self.note("offered", place, r)
            ready = self.readiness(r, r.burden(), self.heard(place, r.home))
            if self.model.u("ENROL", r.household, self.number) >= 1.0 - math.exp(-x["accept"] * ready):
                continue
            self.note("given", place, r)
            taken += 1
            if card is None:
                card = self.cards[place][r.household] = Card(self.model, r.home, month)
                card.before = self.contact_rate(place, r.home, x["window"])
            card.given, card.balance = month, x["budget"]
        return taken

    def visit(self, place, s):
        """A month of one of the two services. Returns EUR2018 paid."""
        x, wanting = self.settings, []
        for card in self.cards[place].values():
            host, cost = self.host(card.home), len(self.alive(card.home)) * x["price"][s]
            if host and self.valid(card) and 0.0 < card.balance >= cost and self.wants(place, card, host, s):
                wanting.append(card)
        chance = self.model.still("CARRY", self.number, 2 * int(place.code) + s)
        left = math.floor(x["seats"][s] * self.size(place) * len(place.residents) / 1000.0 + chance)
        wanting.sort(key=lambda card: self.model.u("CARD_SEAT", 2 * card.household + s, self.number))
        paid = 0.0
        for turn, card in enumerate(wanting):
            family = self.alive(card.home)
            if len(family) > left:
                for late in wanting[turn:]:
                    self.note("turned_away", place, self.host(late.home))
                break
            left -= len(family)
            card.balance -= len(family) * x["price"][s]
            card.last = self.model.month
            paid += len(family) * x["price"][s]
            self.note("uses", place, self.host(card.home))
            for r in family:
                r.dose_relief += place.fidelity * x["relief"][s]
                r.dose_inclusion += place.fidelity * x["inclusion"][s]
                r.cohesion = min(1.0, r.cohesion + place.fidelity * x["cohesion"][s])
        return paid

    def wants(self, place, card, host, s):
        x, far = self.settings, self.model.values["burden.place"][host.urbanity]
        way = math.exp(-x["distance"] * far * (1.0 + x["carless"] * host.strain))
        ready = self.readiness(host, max(0.0, host.burden() - far), self.heard(place, card.home))
        return self.model.u("CARD_WISH", 2 * card.household + s, self.number) < 1.0 - math.exp(-x["wish"][s] * ready * way)

    # --- Monitoring ---

    def change_in_need(self, place):
        """Mean change of the contact rate of users and of others, as read this month: (change, standard error) or None."""
        x, month, changes = self.settings, self.model.month, ([], [])
        for card in self.cards[place].values():
            if month - 1 - card.given < x["validity"] and card.first <= month - x["window"] and self.host(card.home):
                rate = self.contact_rate(place, card.home, x["window"])
                changes[card.last >= month - x["window"]].append(rate - card.before)
        if min(map(len, changes)) < 2:
            return None
        means = [sum(c) / len(c) for c in changes]
        errors = [sum((value - mean) ** 2 for value in c) / (len(c) - 1) / len(c) for c, mean in zip(changes, means, strict=True)]
        return means[1] - means[0], math.sqrt(sum(errors))

    def retarget(self):
        x = self.settings
        known = self.readable[: max(0, len(self.readable) - x["delay"] + 1)][-x["window"] :]
        parts = [(c, place) for c in self.model.interventions if c.name in x["retargets"] for place in c.places if place in self.places]
        money, missing = [], []
        for campaign, place in parts:
            wanted = campaign.settings["segment"].urbanity
            classes = [u.value for u in Urbanity if wanted in (None, u.name)]
            users, eligible = (sum(counts.get((step, place, u), 0) for counts in known for u in classes) for step in ("users", "eligible"))
            missing.append(max(0.0, x["aim"] - users / eligible) if eligible else 0.0)
            money.append(campaign.settings["cost"] * campaign.active * campaign.level * place.weight * len(place.residents) / 1000.0)
        mean = sum(m * q for m, q in zip(money, missing, strict=True)) / sum(money) if sum(money) else 0.0
        for (campaign, place), q in zip(parts, missing, strict=True):
            campaign.emphasis[place] = 1.0 - x["retargeting"] + x["retargeting"] * q / mean if mean > 0.0 else 1.0

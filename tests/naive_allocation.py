"""The naive twin's needs-based allocation, from docs/odd.md (7.6.6): need of areas, minutes and places shared out, partners."""

import math
from statistics import NormalDist

from sim.residents import SERVICES, Status
from tests.naive_services import KINDS, Intervention, Programme


class Lot:
    """One area of one municipality, as the allocation keeps it."""

    def __init__(self, town, number):
        self.town, self.number, self.need, self.share, self.people = town, number, 1.0, 0.0, 0

    @property
    def residents(self):
        return [r for r in self.town.residents if r.alive and r.area == self.number]

    @property
    def id(self):
        return int(self.town.code) * 2**15 + self.number


class Allocation(Intervention):
    """Needs-based allocation (7.6.6)."""

    def __init__(self, model, settings, code, name, places):
        super().__init__(model, settings, code, name, places)
        self.lots = [Lot(town, number) for town in places for number in range(town.area_count)]
        self.pending, self.had = [], {}
        self.count_residents()
        people = {lot: lot.people * lot.town.weight for lot in self.lots}
        self.parts = []
        for partner in settings["partners"]:
            inside = [lot for lot in self.lots if partner.municipality in (None, lot.town.code)]
            inside = [lot for lot in inside if partner.area in (None, lot.town.area_names[lot.number])]
            whole = sum(people[lot] for lot in inside)
            self.parts.append({lot: partner.amount * people[lot] / whole for lot in inside})

    def act(self):
        month, x = self.model.month, self.settings
        if not (self.start <= month and (self.stop is None or month < self.stop)):
            if month == self.stop:
                for target in self.targets():
                    self.release(target)
            return
        self.settle()
        if (month - self.start) % x["review"] == 0:
            self.pending.append((month + x["delay"], self.review()))
        while self.pending and self.pending[0][0] <= month:
            self.decide(self.pending.pop(0)[1])
        served = [p.serves for p in x["partners"]]
        for service in SERVICES:
            if service in x["services"] or service in served:
                self.share_minutes(service)
        for target in self.targets():
            self.share_places(target)

    def targets(self):
        names = [*self.settings["blocks"], *(p.serves for p in self.settings["partners"])]
        return [i for i in self.model.interventions if i.name in names]

    def release(self, target):
        for town in self.places:
            if target.name in self.settings["blocks"]:
                target.emphasis[town] = 1.0
            target.extra[town] = 0.0
        target.earmarks = {}

    # --- need ---

    def count_residents(self):
        for lot in self.lots:
            lot.people = len(lot.residents)
        for lot in self.lots:
            here = [other for other in self.lots if other.town is lot.town]
            whole = sum(other.people for other in here)
            lot.share = lot.people / whole if whole else 1.0 / len(here)

    def review(self):
        """Need of each lot, None where nobody answers; the review is paid for."""
        x, formula = self.settings, self.settings["formula"]
        self.count_residents()
        if formula == "equal":
            return [1.0] * len(self.lots)
        for town in self.places:
            cost = x["review_cost"]
            if formula == "survey":
                inhabited = sum(lot.people > 0 for lot in self.lots if lot.town is town)
                cost += round(x["respondents"]) * x["respondent_cost"] * inhabited
            town.book(self.name, cost / town.weight)
        return [self.survey(lot) for lot in self.lots] if formula == "survey" else self.registers()

    def survey(self, lot):
        """Share of respondents whose mean of eight items is below good."""
        asked = sorted((r for r in lot.residents if r.age >= 16), key=lambda r: self.model.u("NEED_SAMPLE", r.id, self.number))
        asked = asked[: round(self.settings["respondents"])]
        low = sum(self.answer(r) < self.model.values["good_quality.line"] for r in asked)
        return low / len(asked) if asked else None

    def answer(self, r):
        items = []
        for i in range(8):
            z = NormalDist().inv_cdf(self.model.still("NEED_ANSWER", 8 * self.model.month + i, r.id, self.number))
            items.append(min(5, max(1, math.floor(r.wellbeing + self.settings["item_noise"] * z + 0.5))))
        return sum(items) / 8.0

    def registers(self):
        c = self.model.values
        needs = [0.0] * len(self.lots)
        measures = (
            (lambda r: r.age >= 18, lambda r: r.strain > c["social.threshold"]),
            (lambda r: 18 <= r.age < 65, lambda r: r.status in (Status.unemployed, Status.labour_market_support)),
            (lambda r: True, lambda r: r.income < c["strain.line"]),
            (lambda r: True, lambda r: r.age >= 75),
        )
        for weight, (among, marked) in zip(self.settings["weights"], measures, strict=True):
            groups = [[r for r in lot.residents if among(r)] for lot in self.lots]
            counts = [sum(marked(r) for r in group) for group in groups]
            whole = sum(counts) / max(1, sum(len(group) for group in groups))
            if whole > 0.0:
                for i, group in enumerate(groups):
                    needs[i] += weight * counts[i] / max(1, len(group)) / whole
        return needs

    def decide(self, needs):
        known = [(need, lot.people) for need, lot in zip(needs, self.lots, strict=True) if need is not None and lot.people]
        mean = sum(need * people for need, people in known) / sum(people for _, people in known) if known else 1.0
        for need, lot in zip(needs, self.lots, strict=True):
            lot.need = mean if need is None else need

    # --- sharing out ---

    def shared(self, sizes):
        """Sizes shared out by need; the whole stays."""
        x = self.settings
        n = {lot: lot.need ** x["power"] for lot in sizes}
        whole = sum(sizes.values())
        mean = sum(size * n[lot] for lot, size in sizes.items()) / whole if whole else 0.0
        if mean <= 0.0 or len(set(n.values())) == 1:
            return dict(sizes)
        return {lot: size * (1.0 - x["strength"] + x["strength"] * n[lot] / mean) for lot, size in sizes.items()}

    def offered(self, serves, each):
        """What partners bring by lot: shared out like the rest, staying in the municipality, kept for the lot."""
        kinds = [dict.fromkeys(self.lots, 0.0) for _ in range(3)]
        for partner, part in zip(self.settings["partners"], self.parts, strict=True):
            if partner.serves == serves:
                goal = kinds[2 if partner.area else 1 if partner.municipality else 0]
                for lot, amount in part.items():
                    goal[lot] += amount * each[partner.resource] * (1.0 - self.settings["coordination"]) / lot.town.weight
        return kinds

    def by_town(self, amounts):
        return {town: sum(a for lot, a in amounts.items() if lot.town is town) for town in self.places}

    def share_minutes(self, service):
        desk = self.places[0].desks[service]
        common, local, bound = self.offered(service, {"minutes": 1.0, "euros": desk.minutes / desk.price})
        extra = self.by_town(common)
        capacity = {town: town.desks[service].capacity + extra[town] for town in self.places}
        sizes = {lot: capacity[lot.town] * lot.share for lot in self.lots}
        wish = self.shared(sizes) if service in self.settings["services"] else sizes
        moved = any(wish[lot] != sizes[lot] for lot in self.lots)
        if moved:
            capacity = self.by_town(wish)
        more = self.by_town({lot: local[lot] + bound[lot] for lot in self.lots})
        for town in self.places:
            desk = town.desks[service]
            desk.capacity = capacity[town] + more[town]
            self.had[service, town] = desk.capacity
            for lot in self.lots:
                if lot.town is town:
                    above = max(0.0, wish[lot] - capacity[town] * lot.share) if moved else 0.0
                    desk.earmarks[lot.number] = desk.earmarks.get(lot.number, 0.0) + above + bound[lot]

    def share_places(self, target):
        x = self.settings
        sizes = {lot: len(lot.town.residents) * lot.share for lot in self.lots}
        wish = self.shared(sizes) if target.name in x["blocks"] else sizes
        moved = any(wish[lot] != sizes[lot] for lot in self.lots)
        before, after = self.by_town(sizes), self.by_town(wish)
        for town in self.places:
            if target.name in x["blocks"]:
                target.emphasis[town] = after[town] / before[town] if moved else 1.0
        if not isinstance(target, Programme):
            return
        each = {"rooms": x["room_places"], "euros": 1.0 / target.cost_month if target.cost_month else 0.0}
        common, local, bound = self.offered(target.name, each)
        common = self.shared(common) if moved else common
        sums = [self.by_town(part) for part in (common, local, bound)]
        target.earmarks = {}
        for town in self.places:
            own = target.capacity(len(town.residents)) * target.emphasis[town]
            target.extra[town] = sum(part[town] for part in sums)
            self.had[target.name, town] = own + target.extra[town]
            if moved or any(bound.values()):
                target.earmarks[town] = {lot.number: self.kept(target, lot, own * wish[lot] / after[town] + common[lot] + bound[lot],
                                                               (own + sums[0][town]) * lot.share)
                                         for lot in self.lots if lot.town is town}

    def kept(self, target, lot, wish, equal):
        """Clients that a lot's own places still lack, up to what it has above its equal part, in whole numbers."""
        clients = sum(getattr(r, target.column) == target.code and getattr(r, f"{target.column}_months") + 1 < target.months
                      for r in lot.residents)
        lacking = max(0.0, min(wish - equal, wish - clients))
        return math.floor(lacking + self.model.still("EARMARK", target.number, lot.id))

    # --- partners ---

    def settle(self):
        """Use of last month, what partners pay and others are spared, coordination."""
        x = self.settings
        for partner, part in zip(x["partners"], self.parts, strict=True):
            whole = sum(part.values())
            for town in self.places:
                here = sum(amount for lot, amount in part.items() if lot.town is town)
                town.book(f"{self.name}_coordination", x["coordination_cost"] * here / whole / town.weight)
                if partner.resource == "euros" and (partner.serves, town) in self.had and self.model.month > self.model.burn_in:
                    euros = here * self.used(partner.serves, town) / town.weight
                    town.book(f"{self.name}_paid_by_{partner.payer}", euros)
                    town.book(f"{self.name}_spared_{partner.serves}", -euros * (1.0 - x["coordination"]))

    def used(self, serves, town):
        had = self.had[serves, town]
        if serves in SERVICES:
            done = town.desks[serves].used
        else:
            target = next(i for i in self.model.interventions if i.name == serves)
            running = target.start <= self.model.month and (target.stop is None or self.model.month < target.stop)
            done = target.holding.get(town, 0) if running else 0
        return min(1.0, done / had) if had > 0.0 else 0.0


KINDS["needs_based_allocation"] = Allocation

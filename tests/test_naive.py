"""The real model beside its naive twin (tests/naive.py), month by month until the end of the year.

Both start from the same residents; the twin was written from docs/odd.md alone. Four worlds of about 600 residents in two small
municipalities, each with the central numbers (draw 0) and with drawn ones (draw 3): the baseline; PROMEQ from the second month
on; and PROMEQ measured from July after half a year of burn-in, so that there are heavy users, with more kinds of programmes,
several kinds of segments, end dates, development of maturity, and practice that fades; and a wellbeing card with two campaigns
that follow its use. Desks have too little staff in the second and third. Real numbers agree to a relative 1e-9, everything else
exactly.
"""

import math

import numpy as np
import pytest

import scenarios
from sim.intervention import kinds
from sim.model import HyteModel
from sim.residents import SERVICES, Group, Status
from tests.naive import NaiveModel
from tests.naive_services import FLOWS

CLOSE = {"rtol": 1e-9, "atol": 1e-12}
WORLD = """
[scenario]
id = "{id}"
extends = "{extends}"
[population]
places = ["Kuusamo", "Kalajoki"]
residents = 600
[time]
start = {start}
years = 1
burn_in = {burn_in}
"""
# Refugees, conscripts and many requests are rare in these places; here they are not, and staff is short.
CROWDED = """
[parameters.population]
refugee_share = [0.09, 0.09, 0.09, 0.09, 0.09, 0.09, 0.09, 0.09, 0.05, 0.03, 0.01, 0.01, 0.01]
[parameters.services]
staff_minutes = [9.0, 0.4, 0.2, 0.25, 0.2, 0.2, 0.03, 0.1, 12.0, 0.9, 0.9, 0.0]
[parameters.handoff]
lost = 0.9
mental = 0.95
social = 0.95
[parameters.urgency]
distress = 2.5
[parameters.seek]
mental = 1.5
social = 0.4
family = 3.0
guidance = 0.2
outreach = 0.1
[parameters.work]
student_conscript = [0.0, 0.1, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
[parameters.maturity]
anchored = 0.4
"""
# Places for some, fewer than come: in 300 residents a usual programme would have none.
PROGRAMMES = """
[interventions.youth_campaign]
start = {start}
reach = 0.9
[interventions.youth_groups]
start = {start}
capacity = 12
intensity = 40
[interventions.youth_outreach]
start = {start}
workers = 6
[interventions.youth_guidance]
start = {start}
staff = 5
[interventions.unemployed_groups]
start = {start}
capacity = 8
intensity = 40
[interventions.refugee_groups]
start = {start}
capacity = 20
intensity = 40
[interventions.elder_groups]
start = {start}
capacity = 15
intensity = 60
[interventions.joint_service]
start = {start}
managers = 3
outreach = 0.6
duration = 4
"""
MORE = """
[interventions.town_campaign]
kind = "social_marketing"
segment = { age_min = 16, age_max = 70, education = "upper_secondary" }
criteria = ["behaviour", "theory", "insight"]
reach = 0.5
months = 4
[interventions.village_groups]
kind = "group_programme"
segment = { urbanity = "rural", age_min = 30 }
weeks = 30
capacity = 30
intensity = 30
end = 2017-10-31
[interventions.development]
kind = "maturity_development"
dimensions = ["participation", "leadership", "indicators"]
focus = 2
interval = 3
growth = 0.1
error = 1.0
start = 2017-08-01
months = 8
[interventions.coaches]
kind = "supported_employment"
segment = { group = "labour_market_support" }
coaches = 8
intensity = 40
start = 2017-08-01
[interventions.language]
kind = "integration_support"
segment = { group = "refugee" }
capacity = 10
start = 2017-09-01
"""
# Many families, much wish and few seats; a campaign in both towns and one for villages follow the use.
CARD = """
[parameters.group]
family_strain = 0.2
[interventions.card]
kind = "wellbeing_card"
segment = { group = "family" }
offer = 0.9
accept = 4.0
validity = 6
wish = [1.2, 1.5]
seats = [14, 25]
ramp = 2
window = 2
delay = 2
word = 0.6
aim = 0.9
retargets = ["family_campaign", "village_campaign"]
[interventions.family_campaign]
kind = "social_marketing"
segment = { group = "family" }
reach = 0.9
[interventions.village_campaign]
kind = "social_marketing"
segment = { group = "family", urbanity = "rural" }
reach = 0.9
months = 8
"""


def text_of(name):
    """The scenario file of one of the four worlds."""
    if name == "baseline":
        return WORLD.format(id=name, extends="baseline", start="2017-02-01", burn_in=1)
    if name == "card":
        return WORLD.format(id=name, extends="baseline", start="2017-02-01", burn_in=1) + CARD
    start, burn_in, more = ("2017-07-01", 6, MORE) if name == "from_july" else ("2017-02-01", 1, "")
    return WORLD.format(id=name, extends="promeq", start=start, burn_in=burn_in) + CROWDED + PROGRAMMES.format(start=start) + more


def disagreement(real, naive):
    """The first thing that differs between the two models this month, in words; empty if nothing does."""
    return next((text for look in (lives, desks, money, funnels, cards) for text in look(real, naive)), "")


def lives(real, naive):
    """Who is alive, and every column of those who are: nobody reads the others' rows again."""
    here = real.people["alive"] == 1
    for field in ("alive", *real.people.dtype.names):
        expected = np.array([getattr(r, field) for r in naive.residents])
        got = real.people[field]
        ids = real.people["id"]
        if field != "alive":
            expected, got, ids = expected[here], got[here], ids[here]
        alike = np.isclose(got, expected, equal_nan=True, **CLOSE) if got.dtype.kind == "f" else got == expected
        if not alike.all():
            row = np.argwhere(~alike)[0][0]
            yield f"{field} of resident {ids[row]}: {got[row]}, naive {expected[row]} ({(~alike).sum()} differ)"


def desks(real, naive):
    """Flows, minutes and carry of every desk."""
    for index, town in enumerate(naive.towns):
        for service, desk in town.desks.items():
            row = real.desks[index, SERVICES.index(service)]
            expected = desk.flows | {name: getattr(desk, name) for name in ("capacity", "carry", "used")}
            for name, value in expected.items():
                if not np.isclose(row[name], value, **CLOSE):
                    yield f"{name} of {service} in {town.code}: {row[name]}, naive {value}"


def money(real, naive):
    """Every item of the ledger in every municipality, in measured months."""
    for index, town in enumerate(naive.towns if naive.measured else ()):
        for item, got in zip(real.ledger.items, real.ledger.kept[-1][index], strict=True):
            expected = town.pages[-1].get(item.name, 0.0)
            if not np.isclose(got, expected, **CLOSE):
                yield f"{item.name} in {town.code}: {got}, naive {expected}"


def funnels(real, naive):
    """Who was looked at, reached, met and turned away by each intervention."""
    for block, twin in zip(real.interventions, naive.interventions, strict=True):
        got = block.history[-1][1] if block.history else {}
        for step, expected in twin.funnel.items():
            if not math.isclose(got[step], expected):
                yield f"{step} of {block.name}: {got[step]}, naive {expected}"


def cards(real, naive):
    """Every card, what the municipality reads of it, and where it moves the campaigns."""
    for block, twin in zip(real.interventions, naive.interventions, strict=True):
        for place, town in zip(real.municipalities, naive.towns, strict=True):
            if not np.isclose(block.emphasis[place.index], twin.emphasis[town], **CLOSE):
                yield f"emphasis of {block.name}: {block.emphasis[place.index]}, naive {twin.emphasis[town]}"
            if block.settings.kind == "wellbeing_card":
                yield from cards_in(block, twin, place, town)


def cards_in(block, twin, place, town):
    got, expected = block.cards[place.index], twin.cards[town]
    if set(got["household"].tolist()) != set(expected):
        yield f"cards of {len(got)} households, naive {len(expected)}"
    for card in got:
        for field in ("first", "given", "last", "balance", "before"):
            if not math.isclose(card[field], getattr(expected[card["household"]], field), rel_tol=1e-9, abs_tol=1e-12):
                yield f"{field} of the card of {card['household']}: {card[field]}, naive {getattr(expected[card['household']], field)}"


class Together:
    """Both models side by side, and what happened on the way."""

    def __init__(self, path, draw):
        self.real = HyteModel(scenarios.load(path, kinds=kinds(), overrides={"runs.posterior": "none"}), draw=draw)
        self.naive = NaiveModel.from_model(self.real)
        self.seen = {}

    def run(self, months):
        for _ in range(months):
            self.real.step()
            self.naive.step()
            assert not disagreement(self.real, self.naive), f"month {self.real.month}: {disagreement(self.real, self.naive)}"
            self.note()
        return self.seen

    def note(self):
        for town in self.naive.towns:
            for service, desk in town.desks.items():
                for flow in FLOWS:
                    self.add(f"{service}.{flow}", desk.flows[flow])
                self.add("carried", desk.carry)
        for twin in self.naive.interventions:
            for step, persons in twin.funnel.items():
                self.add(f"{twin.name}.{step}", persons)
        for r in self.naive.residents:
            self.add("job_lost", r.lost_job)
            self.add("job_found", r.found_job)
            self.add("claims", r.claims)
            self.add(Status(r.status).name, 1)
            for group in Group:
                self.add(f"group.{group.name}", bool(r.groups & group))

    def add(self, what, number):
        self.seen[what] = self.seen.get(what, 0) + number


@pytest.fixture(params=[0, 3], ids=["central", "drawn"])
def together(request, tmp_path):
    """together("from_july"): both models of a world."""

    def build(name):
        path = tmp_path / f"{name}.toml"
        path.write_text(text_of(name), encoding="utf-8")
        return Together(path, request.param)

    return build


def missing(seen, *what):
    """Names of things that never happened."""
    return [name for name in what if not seen.get(name)]


def test_the_baseline_is_what_the_equations_say(together):
    """A year of lives and services without interventions."""
    models = together("baseline")
    seen = models.run(12)
    assert not missing(seen, "job_lost", "job_found", "claims", "group.neet", "group.labour_market_support", "group.family",
                       "primary_care.served", "home_care.served", "employment_services.served", "community_groups.served")
    assert any(not r.alive for r in models.naive.residents)


def test_promeq_is_what_the_equations_say(together):
    """PROMEQ from February on, at desks with too little staff: somebody waits, gives up, is met after months."""
    models = together("promeq_at_once")
    seen = models.run(12)
    for flow in ("queue", "waited", "gave_up"):
        assert seen[f"primary_care.{flow}"] > 100 and seen[f"mental_health.{flow}"] > 0
    assert seen["carried"] > 0 and max(max(r.waiting) for r in models.naive.residents) > 3  # somebody waits for the third month
    assert not missing(seen, "youth_campaign.exposed", "youth_campaign.intending")
    assert not missing(seen, *(f"{service}.met" for service in SERVICES if service != "hospital"))
    for programme in ("youth_groups", "youth_outreach", "unemployed_groups", "refugee_groups"):
        assert not missing(seen, *(f"{programme}.{step}" for step in ("attending", "joined", "left")))


def test_heavy_users_and_more_programmes_are_what_the_equations_say(together):
    """Measured from July after a burn-in: case managers, groups of old people living alone, coaches, end dates, decay."""
    models = together("from_july")
    seen = models.run(12)
    assert not missing(seen, *(f"group.{group.name}" for group in Group), *(status.name for status in Status))
    assert not missing(seen, "primary_care.queue", "town_campaign.aware", "outreach_youth_work.met")
    for programme in ("joint_service", "elder_groups", "village_groups", "coaches", "language"):
        assert not missing(seen, f"{programme}.attending", f"{programme}.joined")
    assert not missing(seen, "joint_service.turned_away", "refugee_groups.turned_away")
    with pytest.raises(RuntimeError, match="turn of the year"):
        models.naive.step()


def test_the_wellbeing_card_is_what_the_equations_say(together):
    """A year of the card: offers, uses, families turned away for want of seats, cards renewed, campaigns moved."""
    models = together("card")
    seen = models.run(12)
    assert not missing(seen, *(f"card.{step}" for step in ("offered", "given", "users", "uses", "turned_away")))
    card = next(twin for twin in models.naive.interventions if twin.name == "card")
    held = [c for by_home in card.cards.values() for c in by_home.values()]
    assert any(c.given > c.first for c in held) and any(c.balance < card.settings["budget"] for c in held)
    moved = [emphasis for twin in models.naive.interventions for emphasis in twin.emphasis.values()]
    assert any(abs(emphasis - 1.0) > 0.01 for emphasis in moved)
    read(models, card)


def read(models, twin):
    """The estimated change in need agrees as well, where there is one."""
    from sim.monitoring import need_change

    block = next(i for i in models.real.interventions if i.name == "card")
    for model in (models.real, models.naive):
        model.month += 1  # the municipality reads a month later
    sums, found = block.assessed(models.real.month).sum(1), 0
    for place, town in zip(models.real.municipalities, models.naive.towns, strict=True):
        expected = twin.change_in_need(town)
        if expected:
            found += 1
            assert need_change(sums[place.index]) == pytest.approx(expected, rel=1e-9)
    assert found



# --- needs-based allocation (7.6.6) -----------------------------------------------------------------------------------------

VILLAGES = """
[parameters.area]
distance_spread = 0.05
cohesion_spread = 0.06
third_sector_spread = 0.5
[interventions.circles]
kind = "group_programme"
segment = { age_min = 18 }
weeks = 17
capacity = 40
intensity = 40
[interventions.sharing]
kind = "needs_based_allocation"
services = ["community_groups", "primary_care", "social_work", "nature_culture"]
blocks = ["circles"]
formula = "FORMULA"
power = 4
review = 4
delay = 1
respondents = 12
partners = [
  { name = "Villages", sector = "third_sector", serves = "community_groups", resource = "minutes", amount = 900 },
  { name = "Parish", sector = "third_sector", serves = "circles", resource = "rooms", amount = 3, municipality = "Kalajoki" },
  { name = "Fund", sector = "private", serves = "circles", resource = "euros", amount = 9000, payer = "state" },
  { name = "C", sector = "public", serves = "primary_care", resource = "euros", amount = 9000, municipality = "305", area = "Kuusamo 2" },
]
"""


@pytest.mark.parametrize(("formula", "end"), [("survey", ""), ("register", "months = 7"), ("equal", "")])
def test_allocation_is_what_the_equations_say(tmp_path, formula, end):
    """Minutes and places between and within municipalities, earmarks, surveys, partners and who pays, for a year."""
    path = tmp_path / f"allocation_{formula}.toml"
    crowded = CROWDED.replace("[parameters.population]", "[parameters.population]\narea_residents = 3000")
    text = WORLD.format(id="allocation", extends="baseline", start="2017-02-01", burn_in=1) + crowded + VILLAGES
    path.write_text(text.replace("FORMULA", formula) + end, encoding="utf-8")
    models = Together(path, 3)
    earmarked = 0
    for _ in range(12):
        models.run(1)
        earmarked += np.count_nonzero(models.real.desks["earmarked"])
    assert not missing(models.seen, "circles.joined", "circles.turned_away", "community_groups.queue", "primary_care.queue")
    assert earmarked > (40 if formula == "survey" else 10)

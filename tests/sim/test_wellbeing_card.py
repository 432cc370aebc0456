"""The wellbeing card: offered at contacts, used within budget and seats, fading, paid for, watched and followed by campaigns."""

import numpy as np
import pytest

from scenarios import ScenarioError
from sim.model import HyteModel
from sim.rules.draws import Purpose
from sim.runs import load

MANY = {"group.family_strain": 0.15}  # in a small world, enough families under strain
CARD = {"kind": "wellbeing_card", "offer": 0.9, "accept": 5.0, "wish": [0.5, 0.5], "seats": [50.0, 50.0]}
NO_CONTACT = {"visit.rate": 0.0, "hospital.rate": [0.0] * 7, **{f"seek.{s}": 0.0 for s in (
    "mental", "social", "family", "employment", "integration", "guidance", "outreach", "community", "nature")}}


@pytest.fixture(scope="module")
def run(world, full_fidelity):
    """run(12, seats=[5, 5]): a world of 1,500 residents so many months into a card, delivered in full."""

    def _run(months=12, /, seed=2018, parameters=None, others=None, before=None, residents=1500, places=("Kuusamo",), **settings):
        blocks = {"card": {**CARD, **settings}} if settings.get("kind", "") is not None else {}
        model = world(residents=residents, places=places, years=3, burn_in=12, seed=seed,
                      parameters={**full_fidelity, **MANY, **(parameters or {})}, interventions={**blocks, **(others or {})})
        if before:
            before(model)
        return model.run(12 + months)

    return _run


def card(model):
    return next(i for i in model.interventions if i.name == "card")


def total(model, step):
    """Sum of a step of the card's funnel over the measured months."""
    return sum(counts[step] for _, counts, _ in card(model).history)


# --- who gets it ------------------------------------------------------------------------------------------------


def test_only_families_that_met_a_service_are_offered_one(run):
    assert total(run(6), "offered") > 20
    unmet = run(6, parameters=NO_CONTACT)
    assert total(unmet, "eligible") > 100 and total(unmet, "offered") == 0


def test_who_holds_a_card_is_a_family_of_the_segment(run):
    model = run(1)
    homes = set(card(model).cards[0]["household"].tolist())
    p = model.people
    family = set(p["household"][(p["groups"] & 16) > 0].tolist())
    assert homes and len(homes & family) >= 0.9 * len(homes)  # a month later a few are under strain no more
    assert set(p["household"][p["minors"] > 0].tolist()) >= homes


def test_trust_leads_to_taking_and_burden_away_from_it(run):
    def taken(field, value, parameters=None):
        def set_all(model):
            model.people[field] = value

        model = run(6, accept=1.0, before=set_all, parameters=parameters)
        return total(model, "given") / total(model, "offered")

    assert taken("trust", 0.95) > 1.1 * taken("trust", 0.05)
    assert taken("trust", 0.5, {"burden.base": 0.5}) < 0.8 * taken("trust", 0.5, {"burden.base": 0.0})


def test_one_card_a_household_and_a_new_one_after_it_has_expired(run):
    model = run(14, validity=4)
    cards = card(model).cards[0]
    assert len(set(cards["household"].tolist())) == len(cards)
    assert (cards["given"] >= cards["first"] + 4).any()
    again = cards["given"] > cards["first"]
    assert ((cards["given"] - cards["first"])[again] >= 4).all()


def test_cards_follow_their_households_into_a_new_year_and_end_when_they_leave(run):
    """Births, moves and deaths sort the rows anew: every card stands at the first row of its household."""
    model = run(25, places=("Kuusamo", "Kalajoki"), parameters={"demography.move": [0.5] * 5})
    assert min(len(c) for c in card(model).cards) > 10
    for place, cards in zip(model.municipalities, card(model).cards, strict=True):
        assert (place.people["household"][cards["row"]] == cards["household"]).all()
        before = np.maximum(cards["row"] - 1, 0)
        assert ((place.people["household"][before] != cards["household"]) | (cards["row"] == 0)).all()


# --- budget, seats, barriers ------------------------------------------------------------------------------------


def test_a_card_with_budget_nothing_changes_nothing_beyond_its_cost(run, differing):
    """Cards are handed out and paid for; no resident differs in a single bit, and no other money moves."""
    empty, without = run(14, budget=0.0), run(14, kind=None)
    assert total(empty, "given") > 20 and total(empty, "uses") == 0
    assert not differing(empty.people, without.people)
    assert np.array_equal(np.array(empty.ledger.kept)[:, :, :-1], np.array(without.ledger.kept))
    assert np.array(empty.ledger.kept)[:, :, -1].sum() == pytest.approx(25.0 * total(empty, "given"))


def test_a_card_without_effect_touches_nobody(run, differing):
    idle = run(14, relief=[0.0, 0.0], inclusion=[0.0, 0.0], cohesion=[0.0, 0.0])
    assert total(idle, "uses") > 50
    assert not differing(idle.people, run(14, kind=None).people)


def test_no_card_is_overspent(run):
    model = run(11, budget=100.0, wish=[3.0, 3.0])
    cards = card(model).cards[0]
    assert (cards["balance"] >= 0.0).all() and (cards["balance"] < 50.0).any()
    spent = {}
    for use in card(model).use_rows():
        spent[use["card"]] = spent.get(use["card"], 0.0) + use["cost"]
    first = cards[cards["given"] == cards["first"]]
    assert all(spent.get(c["household"], 0.0) == pytest.approx(100.0 - c["balance"]) for c in first if c["first"] >= 12)


@pytest.mark.parametrize("seed", range(2018, 2024))
def test_more_seats_never_mean_fewer_visits(run, seed):
    """The same chance, 0, 2, 6, 20 and 200 seats per 1,000 residents: uses only rise, and nobody goes where no seat is."""
    uses = [total(run(10, seed=seed, residents=800, wish=[1.5, 1.5], seats=[s, s]), "uses") for s in (0.0, 2.0, 6.0, 20.0, 200.0)]
    assert uses[1] < 0.5 * uses[-1]  # seats did decide
    assert uses == sorted(uses)


def test_seats_are_never_overbooked_and_the_lottery_is_not_the_order_of_rows(run):
    model = run(12, wish=[3.0, 3.0], seats=[6.0, 6.0])
    block = card(model)
    rows = block.use_rows()
    persons = {}
    for use in rows:
        persons[use["month"], use["service"]] = persons.get((use["month"], use["service"]), 0) + use["persons"]
    limit = dict(zip(("nature", "culture"), block.seats(model.municipalities[0]), strict=True))
    assert all(count <= limit[service] for (_, service), count in persons.items())
    assert total(model, "turned_away") > 100
    order = {home: i for i, home in enumerate(block.cards[0]["household"].tolist())}
    places = [order[use["card"]] for use in rows if use["month"] >= 6 and use["card"] in order]
    assert max(places) > 0.7 * len(order) and np.mean(places) > 0.25 * len(order)


def test_distance_keeps_families_away_and_more_so_those_under_strain(run):
    """exp(-20 x 0.06) of the wishes are left in villages and all in towns, where distance is nothing; strain makes it worse."""
    def per_holder(model):
        rows = [r for r in card(model).tables()["monitoring"] if r["segment_kind"] == "urbanity"]
        return {u: sum(r["uses"] for r in rows if r["segment"] == u) / sum(r["holders"] for r in rows if r["segment"] == u)
                for u in ("urban", "rural")}

    near, far, carless = (per_holder(run(12, residents=6000, budget=5000.0, distance=d, carless=c))
                          for d, c in ((0.0, 0.0), (20.0, 0.0), (20.0, 3.0)))
    assert far["rural"] < 0.55 * near["rural"] and far["urban"] > 0.9 * near["urban"]
    assert carless["rural"] < 0.75 * far["rural"]


def test_word_of_mouth_spreads_use_through_the_network(run):
    """With word 0 the network decides nothing; with word 1 use rises where acquaintances went."""
    quiet, loud = (run(12, residents=4000, word=w, accept=1.0, wish=[0.2, 0.2]) for w in (0.0, 1.0))
    assert total(loud, "uses") > 1.03 * total(quiet, "uses")

    def alone(model):
        model.network.indices[:] = 0
        model.network.indptr[:] = 0

    apart = {"peer.influence": 0.0, "awareness.talk": 0.0}
    with_ties, without_ties = (run(6, parameters=apart, before=b, word=0.0) for b in (None, alone))
    assert total(with_ties, "uses") == total(without_ties, "uses") > 0


# --- doses ------------------------------------------------------------------------------------------------------


def test_doses_fade_with_the_stated_half_life(run):
    """Visits stop after three months: half of what was lent is left after dose.half_life, and cohesion falls back by quality.pace."""
    nothing = {**{f"effect.{e}": 0.0 for e in ("primary", "mental", "family", "nature", "community", "trust", "social")},
               "dose.half_life": 4.0, "dose.least": 1e-9, "quality.pace": 0.1}
    block = {"months": 3, "relief": [0.2, 0.2], "inclusion": [0.1, 0.1], "cohesion": [0.02, 0.02], "wish": [5.0, 5.0]}
    model, without = run(3, parameters=nothing, **block), run(3, parameters=nothing, kind=None)
    cohesion = model.people["cohesion"] - without.people["cohesion"]
    relief, inclusion = model.people["dose_relief"].copy(), model.people["dose_inclusion"].copy()
    went = (relief > 0.1) & (cohesion > 0.0) & (model.people["cohesion"] < 0.99)
    assert went.sum() > 20
    model.run(4)
    without.run(4)
    stay = went & (model.people["alive"] == 1)
    assert model.people["dose_relief"][stay] == pytest.approx(0.5 * relief[stay])
    assert model.people["dose_inclusion"][stay] == pytest.approx(0.5 * inclusion[stay])
    left = model.people["cohesion"] - without.people["cohesion"]
    assert left[stay] == pytest.approx(0.9**4 * cohesion[stay])


def test_visits_raise_wellbeing_of_those_who_go(run):
    model, without = run(12, relief=[0.2, 0.2], inclusion=[0.03, 0.03]), run(12, kind=None)
    went = np.isin(model.people["household"], card(model).cards[0]["household"][card(model).cards[0]["uses"] > 2])
    same = (model.people["id"] == without.people["id"]) & (model.people["alive"] == 1)
    gain = model.people["wellbeing"] - without.people["wellbeing"]
    assert gain[went & same].mean() > 0.02
    assert abs(gain[~went & same].mean()) < 0.2 * gain[went & same].mean()


# --- money ------------------------------------------------------------------------------------------------------


def test_every_euro_is_in_the_ledger_once(run):
    """Ledger = uses + cards; the records of uses, the monitoring and the ledger say the same."""
    model = run(12, payer="county")
    block, tables = card(model), card(model).tables()
    table = model.ledger.columns(model.weight, ["Kuusamo"])
    mine = np.asarray(table["item"] == "card")
    assert set(np.asarray(table["payer"])[mine]) == {"county"}
    weight = float(model.weight[0])
    visits = sum(use["cost"] for use in tables["card_uses"])
    monitored = sum(r["cost"] for r in tables["monitoring"] if r["segment_kind"] == "all")
    assert visits * weight == pytest.approx(monitored)
    assert table["amount"][mine].sum() == pytest.approx(weight * (visits + 25.0 * total(model, "given")))
    prices = dict(zip(("nature", "culture"), block.value("price"), strict=True))
    assert all(use["cost"] == prices[use["service"]] * use["persons"] for use in tables["card_uses"])


def test_the_scenario_s_project_costs_what_is_stated():
    """253,533 EUR of which 200,000 from the state; the visits stand apart."""
    small = {"population.residents": 1500, "time.burn_in": 1, "parameters.group.family_strain": 0.2}
    model = HyteModel(load("kuusamo_kalajoki_card", small)).run()
    table = model.ledger.columns(model.weight, [m.name for m in model.municipalities])
    item, payer = (np.asarray(table[c]).astype(str) for c in ("item", "payer"))
    amount = table["amount"]
    assert amount[item == "card_project"].sum() == pytest.approx(253_533.0)
    assert amount[(item == "card_project") & (payer == "state")].sum() == pytest.approx(200_000.0)
    assert set(payer[item == "card"]) == {"municipality"} and amount[item == "card"].sum() > 0.0


# --- monitoring and retargeting ---------------------------------------------------------------------------------


def test_segments_add_up_and_are_read_a_month_later(run):
    model = run(12)
    rows = card(model).tables()["monitoring"]
    assert {r["month"] for r in rows} == set(range(12))
    for r in (r for r in rows if r["segment_kind"] == "all"):
        for kind in ("urbanity", "youngest_child"):
            parts = [p for p in rows if p["month"] == r["month"] and p["segment_kind"] == kind]
            for column in ("eligible", "offered", "given", "holders", "users", "uses", "persons", "cost"):
                assert sum(p[column] for p in parts) == pytest.approx(r[column])
        assert 0.0 <= r["participation"] <= 1.0 and r["users"] <= r["holders"] <= r["eligible"]
        assert r["read"][:7] == ("2018-01" if r["month"] == 11 else f"2017-{r['month'] + 2:02d}")


CAMPAIGN = {"kind": "social_marketing", "segment": {"group": "family"}, "reach": 0.5}
FOLLOWED = {"places": ("Kuusamo", "Kalajoki"), "residents": 3000, "budget": 5000.0, "retargeting": 1.0, "aim": 0.9,
            "retargets": ["families"]}


def test_campaigns_follow_low_participation_and_their_money_stays(run):
    """Seats in one place only: emphasis moves to where nobody can go, and the sum spent is that without retargeting."""
    def closed(model):
        block = card(model)
        block.seats = lambda place: np.zeros(2) if place.name == "Kuusamo" else np.full(2, 1000.0)

    moved, still = (run(12, before=closed, others={"families": CAMPAIGN}, **{**FOLLOWED, "retargets": names, "wish": [2.0, 2.0]})
                    for names in (["families"], []))
    kalajoki, kuusamo = next(i for i in moved.interventions if i.name == "families").emphasis
    assert kuusamo > 1.1 > 0.9 > kalajoki
    spent = [np.array(m.ledger.kept)[:, :, m.ledger.column["families"]] * m.weight for m in (moved, still)]
    assert spent[0].sum(1) == pytest.approx(spent[1].sum(1), rel=1e-9)
    assert spent[0][-1, 1] > spent[1][-1, 1]


def test_nothing_moves_before_the_first_reading(run):
    for delay in (1, 4):
        table = card(run(7, others={"families": CAMPAIGN}, start=None, delay=delay, **FOLLOWED)).tables()["emphasis"]
        moved = {r["month"] for r in table if r["emphasis"] != 1.0}
        assert min(moved) == delay


def test_two_classes_share_one_purse(run):
    """Campaigns for two urban-rural classes: less use in the villages takes money from the town."""
    others = {name: {**CAMPAIGN, "segment": {"group": "family", "urbanity": u}} for name, u in (("town", "urban"), ("village", "rural"))}
    model = run(12, others=others, residents=5000, distance=60.0, retargets=["town", "village"], retargeting=1.0, aim=0.9, wish=[2.0, 2.0],
                budget=5000.0)
    emphasis = {i.name: float(i.emphasis[0]) for i in model.interventions}
    assert emphasis["village"] > 1.05 > 0.95 > emphasis["town"]
    assert emphasis["village"] + emphasis["town"] == pytest.approx(2.0)


def test_another_intervention_moves_no_draw_of_the_card(run):
    silent = {"other": {**CAMPAIGN, "impact": 0.0, "price": 0.0, "place": 0.0}}
    alone, beside = run(8), run(8, others=silent)
    assert card(alone).cards[0].tobytes() == card(beside).cards[0].tobytes()
    assert len({int(Purpose.CARD_WISH), int(Purpose.CARD_SEAT)} & {int(q) for q in Purpose}) == 2


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("settings", "words"), [
    ({"budget": -5.0}, "-5 is below 0 (EUR2018 per card)"),
    ({"seats": 4.0}, "seats needs two numbers, for nature and culture"),
    ({"price": [1.0, 2.0, 3.0]}, "price needs two numbers"),
    ({"offer": 1.4}, "1.4 lies outside 0-1 (probability per month with a contact)"),
    ({"segment": {"group": "family", "age_min": 50, "age_max": 40}}, "an empty segment"),
    ({"retargets": ["familes"]}, "Did you mean 'families'"),
    ({"retargets": ["groups"]}, "'groups' is a group_programme; needs a social_marketing"),
    ({"project": {"cost": 100.0, "grant": 200.0, "months": 12}}, "an impossible budget"),
    ({"window": 9}, "window"),
])
def test_bad_settings_are_refused_in_one_line(scenario, settings, words):
    others = {"families": {"kind": "social_marketing"}, "groups": {"kind": "group_programme"}}
    blocks = {"card": {"kind": "wellbeing_card", **settings}, **others}
    with pytest.raises(ScenarioError) as caught:
        scenario(interventions=blocks)
    assert words in str(caught.value)


def test_card_and_campaign_do_not_simply_add_up(run):
    """A campaign brings many more visits where there are seats, and hardly any where there are not: they share the seats."""
    loud = {"families": {**CAMPAIGN, "reach": 1.0, "impact": 1.0, "frequency": 5.0, "product": 1.0}}

    def brought(seats):
        settings = {"residents": 3000, "accept": 0.5, "wish": [0.5, 0.5], "budget": 5000.0, "seats": seats}
        return total(run(10, others=loud, **settings), "uses") - total(run(10, **settings), "uses")

    assert brought([200.0, 200.0]) > 3 * max(0, brought([2.0, 2.0])) and brought([200.0, 200.0]) > 20

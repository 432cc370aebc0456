"""Needs-based allocation: nothing moves without differences in need, sums stay, need is followed, partners add and are paid."""

import numpy as np
import pytest

from scenarios import ScenarioError
from sim.model import HyteModel
from sim.need import by_register, by_survey, filled
from sim.partners import Partner
from sim.residents import SERVICES, Status, rows
from sim.runs import load
from sim.services import DESK
from sim.steering import shared_by_need
from tests.sim.one_place import serve_one

PLACES = ("Mikkeli", "Juva", "Puumala")
UNEVEN = {"area.distance_spread": 0.05, "area.cohesion_spread": 0.15, "area.third_sector_spread": 0.5, "population.area_residents": 3000.0}
SHORT = {"services.staff_minutes": [12.0, 1.2, 0.2, 0.05, 0.33, 0.05, 0.034, 0.012, 17.8, 0.4, 1.0, 0.0]}
GROUPS = {"kind": "group_programme", "segment": {"age_min": 18}, "capacity": 15.0, "intensity": 40.0}
SHARE = {"kind": "needs_based_allocation", "services": ["primary_care", "mental_health", "community_groups"], "blocks": ["groups"],
         "power": 4.0, "review": 6}
COMMUNITY = SERVICES.index("community_groups")


@pytest.fixture
def build(world):
    """build(share, groups, residents=1500): a model of three municipalities with short staff and uneven areas, not yet run."""

    def make(share=None, groups=GROUPS, residents=1500, seed=2018, parameters=None, **more):
        blocks = {"groups": groups} | ({"share": {**SHARE, **share}} if share is not None else {}) | more
        return world(residents=residents, places=PLACES, burn_in=2, seed=seed, parameters={**UNEVEN, **SHORT, **(parameters or {})},
                     interventions=blocks)

    return make


def money(model, *without):
    """Every ledger item of every month but some."""
    kept = np.stack(model.ledger.kept)
    return {i.name: kept[:, :, c] for c, i in enumerate(model.ledger.items) if not i.name.startswith(without)}


# --- neutrality -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [{"formula": "equal"}, {"power": 0.0}, {"strength": 0.0}, {"formula": "register", "strength": 0.0},
                                   {"item_noise": 3.0, "power": 0.0}])
def test_equal_need_changes_nothing_but_what_it_costs(build, differing, share):
    """Not one bit of any resident and not one other euro, at desks with queues and programmes that turn people away."""
    without, with_it = build().run(), build(share).run()
    assert without.desks["queue"].sum() > 0 and without.interventions[0].history[-1][1]["turned_away"] > 0
    assert differing(without.people, with_it.people) == []
    a, b = money(without, "share"), money(with_it, "share")
    assert all((a[name] == b[name]).all() for name in a)
    cost = np.stack(with_it.ledger.kept)[:, :, with_it.ledger.column["share"]].sum(0) * with_it.weight
    per_review = with_it.values["allocation.review_cost"]
    if share.get("formula") == "equal":
        assert cost.sum() == 0.0
    elif share.get("formula") == "register":
        assert cost == pytest.approx([2 * per_review] * 3)  # reviews in January and July
    else:
        areas = np.diff(with_it.area_bounds)
        answers = with_it.values["allocation.respondents"] * with_it.values["allocation.respondent_cost"]
        assert cost == pytest.approx(2 * (per_review + answers * areas))


def test_after_its_end_everything_is_as_planned(build):
    model = build({"formula": "register", "months": 4})
    model.run(5)
    groups = model.interventions[1]
    assert (groups.emphasis != 1.0).any() and model.desks["earmarked"].any()
    model.run(2)
    assert (groups.emphasis == 1.0).all() and groups.earmarks is None and not model.desks["earmarked"].any()
    assert (model.desks["capacity"] == model.desks["base"]).all() and not model.earmarks.any()


# --- sums stay ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", ["survey", "register"])
def test_the_sum_stays_every_month_while_shares_move(build, formula):
    """Minutes of each service over all municipalities, places of the groups, and earmarks within what there is."""
    model = build({"formula": formula, "review": 3, "delay": 1})
    moved = 0.0
    for _ in range(14):
        model.step()
        capacity, base = model.desks["capacity"], model.desks["base"]
        np.testing.assert_allclose(capacity.sum(0), base.sum(0), rtol=1e-12)
        untouched = [i for i, s in enumerate(SERVICES) if s not in SHARE["services"]]
        assert (capacity[:, untouched] == base[:, untouched]).all()
        assert (model.desks["earmarked"] <= capacity + 1e-9).all()
        np.testing.assert_allclose([model.earmarks[a:b].sum(0) for a, b in zip(model.area_bounds, model.area_bounds[1:], strict=False)],
                                   model.desks["earmarked"], atol=1e-9)
        groups = model.interventions[1]
        residents = np.diff(model.bounds)
        assert (groups.emphasis * residents).sum() == pytest.approx(residents.sum(), rel=1e-12)
        moved = max(moved, abs(capacity - base)[:, COMMUNITY].sum())
    assert moved > 0.05 * base[:, COMMUNITY].sum()


def test_sharing_by_equal_need_is_exactly_one():
    assert (shared_by_need([0.1, 0.7, 3.3], [0.3, 0.3, 0.3]) == 1.0).all()


# --- need is followed -----------------------------------------------------------------------------------


def test_need_narrows_the_gap_between_areas(build):
    """Over seeds, the same strong groups by need instead of by heads raise the worst fifth of areas against the best."""
    strong = {**GROUPS, "capacity": 60.0, "intensity": 200.0, "relief": 2.0, "inclusion": 0.6, "empowerment": 0.3, "weeks": 26}
    change, spread = [], []
    for seed in range(8):
        gaps, variances = [], []
        for formula in ("equal", "survey"):
            model = build({"formula": formula, "power": 8.0, "respondents": 200}, strong, residents=3000, seed=seed).run()
            found = model.area_years[-1][1]
            fifth = [np.average(found["mean"][f], weights=found["adults"][f]) for f in (model.area_fifths == 5, model.area_fifths == 1)]
            gaps.append(fifth[0] - fifth[1])
            variances.append(np.average((found["mean"] - np.average(found["mean"], weights=found["adults"])) ** 2, weights=found["adults"]))
        change.append(gaps[1] - gaps[0])
        spread.append(variances[1] - variances[0])
    for found in (np.array(change), np.array(spread)):
        assert found.mean() < -2 * found.std(ddof=1) / np.sqrt(len(found))


def test_needy_areas_get_their_earmarked_help(build):
    """In a municipality whose desk is short, fewer of the neediest area wait than when its minutes are common."""
    waits = []
    for formula in ("equal", "register"):
        model = build({"formula": formula, "services": ["primary_care"], "blocks": [], "power": 10.0, "review": 60}, residents=3000)
        waiting = np.zeros(len(model.areas))
        for _ in range(12):
            model.step()
            open_request = (model.people["waiting"][:, 0] > 0) & (model.people["alive"] == 1)
            area = model.area_bounds[model.people["municipality"]] + model.people["area"]
            waiting += np.bincount(area[open_request], minlength=len(waiting))
        waits.append(waiting)
    neediest = np.argmax(model.interventions[0].need)
    assert waits[1][neediest] < 0.9 * waits[0][neediest]


# --- what can be known of need --------------------------------------------------------------------------


def areas_of(number, each):
    return np.repeat(np.arange(number), each)


def test_a_survey_without_noise_counts_those_below_good(handmade):
    """Items round to whole points: 3.4 answers 3 and is not good, 3.6 answers 4 and is; children are not asked."""
    people = handmade(60, wellbeing=3.6)
    people["wellbeing"][[0, 1, 20, 40]] = 3.4
    people["birth_month"][40] = -10 * 12
    need, answers = by_survey(people, areas_of(3, 20), 3, 0, 100, 0.0, 4.0, 1, (1, 2))
    assert need.tolist() == [0.1, 0.05, 0.0] and answers.tolist() == [20, 20, 19]


def test_a_survey_asks_so_many_by_lot_and_others_when_asked_again(handmade):
    people = handmade(2000, wellbeing=3.4)
    people["wellbeing"][::2] = 4.6
    needs = [by_survey(people, areas_of(4, 500), 4, month, 50, 0.0, 4.0, 1, (1, 2)) for month in range(200)]
    assert all((answers == 50).all() for _, answers in needs)
    found = np.array([need for need, _ in needs])
    assert found.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(50 * 800))
    assert found.std() == pytest.approx(0.5 / np.sqrt(50) * np.sqrt(450 / 499), rel=0.1)  # drawn without replacement


def test_infinite_noise_leaves_noise_alone(handmade):
    """All areas then answer alike in expectation, however much they differ; with little noise the needy one is seen."""
    people = handmade(3000)
    people["wellbeing"][:1500] = 3.0
    area = areas_of(2, 1500)
    seen, blind = (np.array([by_survey(people, area, 2, month, 60, noise, 4.0, 1, (1, 2))[0] for month in range(150)])
                   for noise in (0.75, 1e6))
    assert (seen[:, 0] > seen[:, 1]).all()
    difference = blind[:, 0] - blind[:, 1]
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(150)
    assert 0.4 < (difference > 0).mean() + (difference == 0).mean() / 2 < 0.6


def test_registers_count_what_they_name(handmade):
    """Area 0 has all the strained, area 1 half the jobless, area 0 the poor, area 1 the old; a weight of one shows each alone."""
    people = handmade(40, income=3000.0)
    area = areas_of(2, 20)
    people["strain"][:4], people["income"][:2] = 0.9, 500.0
    people["status"][[5, 25]] = Status.unemployed
    people["birth_month"][30:35] = -80 * 12
    alone = [by_register(people, area, 2, 0, np.eye(4)[i].tolist(), 0.5, 1000.0).tolist() for i in range(4)]
    assert alone[0] == [2.0, 0.0] and alone[2] == [2.0, 0.0] and alone[3] == [0.0, 2.0]
    assert alone[1] == pytest.approx([(1 / 20) / (2 / 35), (1 / 15) / (2 / 35)])
    together = by_register(people, area, 2, 0, [0.25] * 4, 0.5, 1000.0)
    assert together == pytest.approx(np.mean(alone, axis=0))


def test_where_nobody_answers_the_mean_of_the_others_stands_in():
    assert filled(np.array([0.2, np.nan, 0.6]), np.array([10.0, 5.0, 30.0])).tolist() == pytest.approx([0.2, 0.5, 0.6])
    assert filled(np.array([np.nan, np.nan]), np.ones(2)).tolist() == [1.0, 1.0]


# --- the desk's two passes ------------------------------------------------------------------------------


@pytest.fixture
def crowd(handmade, numbers, keys):
    """crowd({area: minutes}): who of forty, half in each of two areas, is met by a desk with 600 of 1,800 minutes needed."""

    def run(own, area0_first=False):
        people = handmade(40)
        people["area"][20:] = 1
        people["waiting"][:, COMMUNITY], people["asks"][:, COMMUNITY], people["requests"] = 1, 1, 1
        people["distress"][:20] = 3.2 if area0_first else 0.0  # urgent
        table = np.zeros(len(SERVICES), DESK)
        table["minutes"], table["capacity"][COMMUNITY] = 45.0, 600.0
        earmarks = np.zeros((2, len(SERVICES)))
        for area, minutes in own.items():
            earmarks[area, COMMUNITY] = minutes
        table["earmarked"] = earmarks.sum(0)
        listed = (np.arange(40) * 16 + COMMUNITY).astype(np.uint32)
        quiet = numbers(**{"queue.give_up": [0.0] * len(SERVICES)})
        serve_one(rows(people), listed, 40, rows(table), rows(quiet), keys(1), np.zeros(40), earmarks)
        met = people["waiting"][:, COMMUNITY] == 0
        return met, int(met[:20].sum()), int(met[20:].sum()), table

    return run


def test_earmarked_minutes_go_to_their_area_first(crowd):
    _, urgent, calm, _ = crowd({}, area0_first=True)
    assert (urgent, calm) == (13, 0)
    _, urgent, calm, table = crowd({1: 270.0}, area0_first=True)
    assert (urgent, calm) == (7, 6)  # six of its own, the rest by urgency
    assert table["used"][COMMUNITY] + table["carry"][COMMUNITY] == 600.0 and table["met"][COMMUNITY] == 13


def test_what_an_area_does_not_need_is_for_all(crowd):
    _, urgent, calm, _ = crowd({0: 100.0, 1: 100.0}, area0_first=True)
    assert (urgent, calm) == (11, 2)
    _, urgent, calm, _ = crowd({0: 600.0}, area0_first=True)
    assert (urgent, calm) == (13, 0)


def test_within_an_area_the_order_is_the_common_one(crowd):
    alike, *_ = crowd({})
    ordered, *_ = crowd({0: 45.0, 1: 45.0})
    assert alike.sum() == ordered.sum() == 13
    assert (ordered & ~alike).sum() <= 1


# --- partners -------------------------------------------------------------------------------------------


def partner(**changes):
    return {"name": "P", "sector": "third_sector", "serves": "community_groups", "resource": "minutes", "amount": 30_000.0} | changes


def test_partners_add_what_coordination_leaves(build):
    """Minutes by municipality, real ones scaled to the simulated; an area's own are earmarked for it."""
    free = {"formula": "equal", "coordination": 0.2}
    model = build({**free, "partners": [partner(), partner(municipality="Juva", amount=1000.0),
                                        partner(municipality="Mikkeli", area="Mikkeli 2", amount=500.0)]})
    model.run(3)  # two months of burn-in, before which it does not run
    added = (model.desks["capacity"] - model.desks["base"])[:, COMMUNITY] * model.weight
    names = [m.name for m in model.municipalities]
    share = model.weight * model.start_sizes / (model.weight * model.start_sizes).sum()
    expected = 0.8 * (30_000 * share + 1000 * (np.array(names) == "Juva") + 500 * (np.array(names) == "Mikkeli"))
    assert added == pytest.approx(expected)
    mikkeli = names.index("Mikkeli")
    assert model.earmarks[model.area_bounds[mikkeli] + 1, COMMUNITY] * model.weight[mikkeli] == pytest.approx(400.0)
    assert np.count_nonzero(model.earmarks) == 1


def test_a_table_of_partners_in_a_file_is_as_good_as_a_list(build, tmp_path):
    """Columns as the keys, blank cells as keys left out; what is wrong is told with its row."""
    path = tmp_path / "partners.csv"
    path.write_text("name;sector;serves;resource;amount;municipality;area\nA;public;community_groups;minutes;1000,5;Juva;\n"
                    "B;private;groups;rooms;2;;\n", encoding="utf-8")
    found = build({"partners": str(path)}).plan.interventions["share"].partners
    assert found == [Partner(**partner(name="A", sector="public", amount=1000.5, municipality="Juva")),
                     Partner(**partner(name="B", sector="private", serves="groups", resource="rooms", amount=2.0))]
    path.write_text("name,sector,serves,resource,amount\nA,public,community_groups,minutes,10\nB,public,groups,rooms,some\n",
                    encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"share\.partners\.1\.amount: .*needs a number"):
        build({"partners": str(path)})
    with pytest.raises(ScenarioError, match=r"share\.partners: there is no file 'none\.csv'"):
        build({"partners": "none.csv"})


def test_an_areas_own_places_go_to_its_residents(build):
    """Rooms of one area double its clients; elsewhere as many as before, to one or two."""
    few = {**GROUPS, "capacity": 4.0}
    clients = []
    for offers in ([], [partner(serves="groups", resource="rooms", amount=6.0, municipality="Mikkeli", area="Mikkeli 2")]):
        model = build({"formula": "equal", "partners": offers, "coordination": 0.0}, few, residents=4000).run(8)
        p = model.people
        area = model.area_bounds[p["municipality"]] + p["area"]
        clients.append(np.bincount(area[(p["programme"] > 0) & (p["alive"] == 1)], minlength=len(model.areas)))
    before, after = clients
    second = next(i for i, a in enumerate(model.area_agents) if a.name == "Mikkeli 2")
    rooms = 6.0 * model.values["allocation.room_places"] / model.weight[model.area_agents[second].municipality.index]
    assert after[second] >= before[second] + 0.7 * rooms and rooms > 4
    assert after.sum() == pytest.approx(before.sum() + rooms, abs=3)


def test_rooms_and_euros_become_places(build):
    """Ten places to a room; euros buy client-months at the programme's own cost."""
    settings = {"formula": "equal", "coordination": 0.0, "room_places": 10.0}
    model = build({**settings, "partners": [partner(serves="groups", resource="rooms", amount=5.0),
                                            partner(serves="groups", resource="euros", amount=20_000.0, payer="state")]})
    model.run(3)
    groups = model.interventions[1]
    assert (groups.extra * model.weight).sum() == pytest.approx(50 + 20_000 / groups.record["cost_month"][0])


def test_a_partners_money_is_paid_by_it_and_spares_the_others_for_what_is_used(build):
    """Paid and spared are the same money when nothing is lost to coordination; never more than was offered; payers as said."""
    settings = {"formula": "equal", "coordination": 0.0, "coordination_cost": 100.0}
    model = build({**settings, "partners": [partner(resource="euros", amount=8_000.0, payer="state"), partner()]}).run()
    kept = (np.stack(model.ledger.kept) * model.weight[None, :, None]).sum((0, 1))
    of = {item.name: (kept[i], model.ledger.split[i]) for i, item in enumerate(model.ledger.items)}
    paid, spared = of["share_paid_by_state"], of["share_spared_community_groups"]
    assert paid[0] == pytest.approx(-spared[0]) and 0 < paid[0] <= 8_000 * 11
    assert paid[1].tolist() == [0, 0, 1, 0, 0, 0] and spared[1] == pytest.approx(model.values["payers.community_groups"])
    assert of["share_coordination"][0] == pytest.approx(2 * 100.0 * 12)
    table = model.interventions[0].tables()["partnership"]
    assert [row["months"] for row in table] == [11, 11]
    assert table[0]["used"] * 11 == pytest.approx(paid[0]) and 0 < table[1]["share_used"] <= 1


def test_the_two_together_are_not_silently_additive(build, differing):
    """Where partners bring so much that nobody waits, sharing out by need has nothing left to give: the same lives."""
    plenty = {"services": ["community_groups"], "blocks": [], "partners": [partner(amount=5e6)], "coordination": 0.0}
    lives = {}
    for name, share in (("equal", {"services": ["community_groups"], "blocks": [], "formula": "equal"}),
                        ("need", {"services": ["community_groups"], "blocks": [], "formula": "register"}),
                        ("partners", {**plenty, "formula": "equal"}), ("both", {**plenty, "formula": "register"})):
        lives[name] = build(share).run().people
    assert differing(lives["equal"], lives["need"]) and differing(lives["equal"], lives["partners"])
    assert differing(lives["partners"], lives["both"]) == []


def test_two_allocations_of_one_thing_are_refused(build):
    with pytest.raises(ValueError, match=r"interventions\.more\.services: primary_care is shared out by 'share' already"):
        build({}, more={**SHARE, "blocks": [], "services": ["primary_care"]})


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("settings", "says"), [
    ({"services": ["primary_car"]}, "Did you mean 'primary_care'?"),
    ({"blocks": ["group"]}, "there is no other intervention 'group' in this scenario. Did you mean 'groups'?"),
    ({"services": [], "blocks": []}, "nothing to share out: give services, blocks or partners."),
    ({"services": ["primary_care", "primary_care"]}, "services names one twice"),
    ({"strength": 1.5}, "1.5 lies outside 0-1 (share)."),
    ({"formula": "surveys"}, "Did you mean 'survey'?"),
    ({"weights": [1.0, 2.0]}, "2 lies outside 0-1 (share)."),
    ({"weights": [1.0, 0.0]}, "weights has 2 numbers and needs 4"),
    ({"partners": [partner(municipality="Mikkelli")]}, "no municipality 'Mikkelli'. Did you mean 'Mikkeli'?"),
    ({"partners": [partner(municipality="county:Etelä-Savo")]}, "is not one municipality"),
    ({"partners": [partner(area="Mikkeli 2")]}, "area 'Mikkeli 2' without the municipality it lies in."),
    ({"partners": [partner(serves="groups")]}, "minutes serve a service, not 'groups'."),
    ({"partners": [partner(resource="rooms")]}, "rooms serve a programme with places"),
    ({"partners": [partner(amount=-1.0)]}, "-1.0 must be at least 0"),
    ({"partners": [partner(serves="group", resource="rooms")]}, "there is no other intervention 'group'"),
    ({"partners": [partner(sector="thirdsector")]}, "Did you mean 'third_sector'?"),
])
def test_bad_settings_are_told_in_one_line(build, settings, says):
    with pytest.raises(ScenarioError) as caught:
        build(settings)
    assert says in str(caught.value)


def test_partners_of_other_places_are_refused(build):
    with pytest.raises(ValueError, match="partner 'P': no area 'Mikkeli 99' in its municipality; areas: Mikkeli 1,"):
        HyteModel(mark(build, area="Mikkeli 99", municipality="Mikkeli"))
    with pytest.raises(ValueError, match="partner 'P': municipality 286 is not among the places"):
        HyteModel(mark(build, municipality="Kouvola"))


def mark(build, **changes):
    """The plan of a model as if its places stood in the file, so that what does not fit them is an error."""
    import dataclasses

    plan = build({"partners": [partner()]}).plan
    block = plan.interventions["share"]
    block = block.model_copy(update={"partners": [Partner(**partner(**changes))]})
    return dataclasses.replace(plan, origins={}, interventions={**plan.interventions, "share": block})


# --- the shipped scenarios ------------------------------------------------------------------------------


def test_south_savo_runs_and_spends_the_same_but_for_the_survey():
    """The pair differs in who gets what; places and minutes are the same, and all tables are there."""
    from sim import tidy

    models = {}
    for name in ("etela_savo_equal", "etela_savo_place"):
        models[name] = HyteModel(load(name, {"population.residents": 3000, "time.years": 1, "time.burn_in": 2})).run()
    equal, place = models.values()
    assert len(place.municipalities) == 12 and len(place.areas) > 60
    assert {a.urbanity for a in place.area_agents} == {0, 1, 2}
    np.testing.assert_allclose(place.desks["capacity"].sum(0), equal.desks["capacity"].sum(0), rtol=1e-9)
    tables = tidy.recorded(place, "x")
    assert set(tables) == {"allocation", "partnership", "areas", "area_wellbeing"}
    assert tables["allocation"]["factor"].std() > 0.05
    assert (tables["partnership"]["share_used"] > 0).all() and len(tables["partnership"]) == 4

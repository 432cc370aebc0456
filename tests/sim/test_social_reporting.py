"""Social reporting: what each source can see, with which error, what follows from it and when, and what it costs."""

import datetime

import numpy as np
import pandas as pd
import pytest

import scenarios
from sim.indicators import HIDDEN, INDICATORS, met, registered_need
from sim.intervention import kinds
from sim.model import HyteModel
from sim.observer import Observer
from sim.rules.draws import Purpose

PLACES = ("Salo", "Kaarina", "Loimaa")
PLAN = {
    "groups": {"kind": "group_programme", "segment": {"group": "labour_market_support"}, "capacity": 10.0, "intensity": 30.0},
    "outreach": {"kind": "outreach_youth_work", "workers": 3.0},
}
FREE = dict.fromkeys(("cost_person", "cost_survey", "cost_reported", "cost_register", "cost_report"), 0.0)


@pytest.fixture(scope="module")
def run(world):
    """run(sources="survey", months=..., **settings): a world of three municipalities with two programmes and reporting."""

    def build(months=20, residents=2500, places=PLACES, parameters=None, plan=PLAN, replicate=0, years=2, **settings):
        block = {"report": {"kind": "social_reporting", "steers": list(plan), **settings}} if settings.get("sources") else {}
        return world(residents=residents, places=places, years=years, interventions={**block, **plan}, parameters=parameters,
                     replicate=replicate).run(12 + months)

    return build


def reporting(model):
    return next(i for i in model.interventions if i.settings.kind == "social_reporting")


def table(model, name="indicators"):
    return pd.DataFrame(reporting(model).tables()[name])


# --- what each source sees ----------------------------------------------------------------------------------------


def test_registers_cannot_see_loneliness(run):
    rows = table(run(sources="register"))
    assert set(rows["source"]) == {"register"} and set(rows["indicator"]) == {"employment", "basic_education", "low_income"}


def test_each_source_adds_to_the_one_before(run):
    survey, both = table(run(sources="survey")), table(run(sources="survey_practitioners"))
    assert set(survey["indicator"]) == set(INDICATORS) == set(both["indicator"])
    assert set(both["indicator"][both["source"] == "practitioners"]) == set(HIDDEN)
    assert reporting(run(sources="none")).tables() == {"indicators": [], "retargeting": []}


def test_true_values_are_those_of_the_residents(run):
    """The column `true` of the last round is what all residents would have said, here computed anew."""
    model = run(months=13, sources="survey", delay=0)
    twin = run(months=12, sources="survey", delay=0)  # the world that the second round looked at
    rows = table(model)
    row = rows[(rows["month"] == 12) & (rows["place"] == "Salo") & (rows["indicator"] == "loneliness") & (rows["population"] == "all")]
    p = next(m.people for m in twin.municipalities if m.name == "Salo")
    here = (p["alive"] == 1) & (twin.month + 1 - p["birth_month"] >= 16 * 12)
    assert row["true"].item() == pytest.approx((p["inclusion"][here] < twin.values["lonely.line"]).mean(), abs=0.02)


def test_intervals_of_a_full_response_hold_the_truth(run):
    """Everybody answers: the 95 % intervals of indicators without rounding hold the true value about as often as they say."""
    inside = []
    for replicate in range(3):
        model = run(months=14, sources="survey", delay=0, sample=300.0, replicate=replicate, interval=6,
                    parameters={"survey.response": 30.0, "survey.response_age": 0.0})
        rows = table(model)
        rows = rows[rows["indicator"].isin(("loneliness", "distress", "hardship")) & (rows["source"] == "survey")]
        inside += list((rows["low"] <= rows["true"]) & (rows["true"] <= rows["high"]))
    assert len(inside) > 200 and 0.9 < np.mean(inside) <= 1.0


def test_more_respondents_narrow_the_interval_with_the_root_of_their_number(run):
    widths = {}
    for sample in (200.0, 1800.0):
        rows = table(run(months=4, sources="survey", delay=0, sample=sample))
        rows = rows[(rows["indicator"] == "wellbeing") & (rows["population"] == "all")]
        widths[sample] = (rows["high"] - rows["low"]).to_numpy() * np.sqrt(rows["n"].to_numpy())
    assert widths[200.0].mean() == pytest.approx(widths[1800.0].mean(), rel=0.15)
    assert len(widths[200.0]) == 3


def test_practitioners_see_those_who_come(run):
    """Needs are commoner among those met than among all: a practitioner who misjudges nobody still paints too dark a picture."""
    sure = {"reporting.sees": 1.0, "reporting.false_alarm": 0.0}
    model = run(months=13, residents=8000, sources="survey_practitioners", delay=0, reported=1.0, contact_months=1, parameters=sure)
    rows = table(model)
    rows = rows[(rows["source"] == "practitioners") & (rows["population"] == "all")]
    for name in ("distress", "hardship"):
        mine = rows[rows["indicator"] == name]
        assert np.average(mine["estimate"], weights=mine["n"]) > 1.05 * np.average(mine["true"], weights=mine["n"]), name
    people, adult = model.people, (model.people["alive"] == 1) & (model.month - model.people["birth_month"] >= 16 * 12)
    assert people["need"][adult & met(people, 1)].mean() > people["need"][adult].mean()


def test_unsure_practitioners_report_what_they_notice(run):
    """Estimated share = sees x share + false alarms x (1 - share), in expectation."""
    settings = {"months": 1, "residents": 6000, "sources": "survey_practitioners", "delay": 0, "reported": 1.0}
    sure = table(run(**settings, parameters={"reporting.sees": 1.0, "reporting.false_alarm": 0.0}))
    unsure = table(run(**settings, parameters={"reporting.sees": 0.6, "reporting.false_alarm": 0.1}))
    for name in HIDDEN:
        a, b = (np.average(r["estimate"], weights=r["n"]) for r in (
            f[(f["source"] == "practitioners") & (f["indicator"] == name) & (f["population"] == "all")] for f in (sure, unsure)))
        assert b == pytest.approx(0.6 * a + 0.1 * (1 - a), abs=0.02), name


def test_looking_changes_nobody(run, differing):
    """Reporting that steers nothing and costs nothing leaves the world bit for bit as it was."""
    looked = run(sources="survey_practitioners", steers=[], **FREE)
    plain = run(sources="none", steers=[])
    assert not differing(looked.people, plain.people)
    assert np.array_equal(np.array(looked.ledger.kept), np.array(plain.ledger.kept))


# --- what follows -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", [{"strength": 0.0}, {"error": 1e12}])
@pytest.mark.parametrize("sources", ["register", "survey_practitioners"])
def test_without_force_or_knowledge_only_its_cost_is_left(run, differing, nothing, sources):
    """Strength 0, or errors without end: residents are bit for bit those of no reporting, and money differs by its own item only."""
    blind, none = run(sources=sources, delay=1, interval=4, **nothing), run(sources="none")
    assert len(reporting(blind).tables()["retargeting"]) > 0
    assert not differing(blind.people, none.people)
    item = blind.ledger.column["report"]
    a, b = np.array(blind.ledger.kept), np.array(none.ledger.kept)
    assert a[:, :, item].sum() > 0 and not b[:, :, item].any()
    assert np.array_equal(np.delete(a, item, 2), np.delete(b, item, 2))


@pytest.mark.parametrize("decides", ["municipality", "county"])
def test_the_whole_stays_what_it_was(run, decides):
    """Money x emphasis adds up to the money of those who decide together: each municipality's own, or the county's."""
    moves = table(run(sources="survey_practitioners", decides=decides, delay=2), "retargeting")
    assert (moves["emphasis"] - 1.0).abs().max() > 0.05 and (moves["emphasis"] >= 0.0).all()
    by = ["month", "place"] if decides == "municipality" else ["month"]
    whole = moves.assign(moved=moves["money"] * moves["emphasis"]).groupby(by)[["money", "moved"]].sum()
    assert whole["moved"].to_numpy() == pytest.approx(whole["money"].to_numpy(), rel=1e-9)


def test_between_municipalities_each_block_keeps_its_money(run):
    moves = table(run(sources="register", decides="county", between="municipalities", delay=2), "retargeting")
    whole = moves.assign(moved=moves["money"] * moves["emphasis"]).groupby(["month", "block"])[["money", "moved"]].sum()
    assert whole["moved"].to_numpy() == pytest.approx(whole["money"].to_numpy(), rel=1e-9)
    assert (moves["emphasis"] - 1.0).abs().max() > 0.01


def test_planned_money_is_told_from_what_emphasis_made_of_it(run):
    """Outreach pays its workers whatever comes: measured again after a move, its planned money is what it was before it."""
    model = run(months=20, sources="register", delay=2, interval=6)
    moves = table(model, "retargeting")
    outreach = moves[moves["block"] == "outreach"].pivot(index="place", columns="month", values="money")
    assert len(outreach.columns) == 3 and (moves["emphasis"] - 1.0).abs().max() > 0.05
    assert outreach.to_numpy() == pytest.approx(np.repeat(outreach.to_numpy()[:, :1], 3, 1), rel=0.05)


def test_money_follows_need(run):
    """With registers without error and full strength the neediest cell per euro gains most, and the least needy loses."""
    exact = {"reporting.register_error": 0.0}
    moves = table(run(sources="register", decides="county", strength=1.0, delay=2, parameters=exact), "retargeting")
    assert moves["reliability"].to_numpy() == pytest.approx(1.0)
    assert moves["emphasis"].to_numpy() == pytest.approx(moves["need_ratio"].to_numpy())
    assert moves["emphasis"].max() > 1.2 and moves["emphasis"].min() < 0.8


def test_a_noisier_picture_moves_less(run):
    found = {}
    for error in (1.0, 10.0):
        moves = table(run(sources="survey", decides="county", error=error, delay=2), "retargeting")
        found[error] = moves["reliability"].mean()
    assert found[10.0] < 0.6 * found[1.0]


def test_nothing_follows_before_the_delay(run, differing):
    """With a delay of five months the world is bit for bit that of no reporting until then, and afterwards it is not."""
    before, none = run(months=5, sources="register", delay=5, **FREE), run(months=5, sources="none")
    assert not differing(before.people, none.people) and table(before).empty
    later, none = run(months=10, sources="register", delay=5, **FREE), run(months=10, sources="none")
    assert set(table(later)["published"] - table(later)["month"]) == {5}
    assert "programme" in differing(later.people, none.people)


def test_the_county_asks_by_residents_and_splits_the_bill(run):
    """The same number of people asked; small municipalities get fewer of them, and one survey is paid instead of three."""
    own, county = run(months=3, sources="survey"), run(months=3, sources="survey", runs="county", payer="county")
    asked = {}
    for name, model in (("own", own), ("county", county)):
        seen = Observer(reporting(model), reporting(model).key(Purpose.SURVEY))
        asked[name] = {p.name: seen.asked(p) for p in model.municipalities}
    assert sum(asked["own"].values()) == sum(asked["county"].values()) == 1200
    assert set(asked["own"].values()) == {400} and asked["county"]["Loimaa"] < 400 < asked["county"]["Salo"]
    costs = [m.ledger.columns(m.weight, PLACES) for m in (own, county)]
    spent = [c["amount"][np.asarray(c["item"] == "report")].sum() for c in costs]
    assert spent[0] - spent[1] == pytest.approx(2 * own.values["reporting.cost_survey"], rel=0.01)
    assert set(np.asarray(costs[1]["payer"].astype(str))[np.asarray(costs[1]["item"] == "report")]) == {"county"}


def test_every_euro_by_hand(run):
    """Two rounds and one report: persons asked, surveys, registers, reported residents, reports."""
    model = run(months=8, sources="survey_practitioners", interval=6, delay=3)
    v, me = model.values, reporting(model)
    asked, reported = (sum(f[s] for _, f, _ in me.history) * model.weight.mean() for s in ("asked", "reported"))
    table_ = model.ledger.columns(model.weight, PLACES)
    spent = table_["amount"][np.asarray(table_["item"] == "report")].sum()
    by_hand = 2 * 3 * 400 * v["reporting.cost_person"] + 2 * 3 * (v["reporting.cost_survey"] + v["reporting.cost_register"]) + (
        3 * v["reporting.cost_report"]) + reported * v["reporting.cost_reported"]
    assert asked == pytest.approx(2 * 3 * 400, rel=0.05) and reported > 100
    assert spent == pytest.approx(by_hand, rel=0.01)


def test_registered_need_by_hand(handmade):
    values = {"reporting.low_income": 1200.0}
    people = handmade(4, status=[3, 4, 5, 3], income=[3000.0, 3000.0, 800.0, 800.0])
    assert registered_need(people, values).tolist() == [0.0, 0.5, 1.0, 0.5]


def test_twins_are_asked_alike(run):
    """The same survey in two arms: where nothing has moved yet, the same people say the same."""
    a, b = (table(run(months=2, sources=s, delay=0)) for s in ("survey", "survey_practitioners"))
    b = b[b["source"] != "practitioners"].reset_index(drop=True)
    pd.testing.assert_frame_equal(a, b)


# --- scenarios and bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, sources, decides", [
    ("sowellus_none", "none", "municipality"), ("sowellus_register", "register", "municipality"),
    ("sowellus_survey", "survey", "municipality"),
    ("sowellus_reporting", "survey_practitioners", "municipality"), ("sowellus_county", "survey_practitioners", "county"),
])
def test_the_scenarios_differ_in_what_is_known_only(name, sources, decides):
    plan, none = scenarios.load(name, kinds=kinds()), scenarios.load("sowellus_none", kinds=kinds())
    block = plan.interventions["social_report"]
    assert (block.sources, block.decides) == (sources, decides)
    assert len(plan.population.places) == 27 and plan.comparator == "sowellus_none"
    for other, settings in none.interventions.items():
        if other != "social_report":
            assert plan.interventions[other] == settings


def test_a_scenario_runs_and_reports(scenario):
    model = HyteModel(scenario("sowellus_reporting", residents=1500, places=("Turku", "Salo"), years=2)).run()
    assert set(table(model)["place"]) == {"Turku", "Salo"} and set(table(model)["population"]) == {"all", "any", "none"}
    moved = {b.name for b in model.interventions if (b.emphasis != 1.0).any()}
    assert moved == {"unemployed_groups", "youth_outreach", "family_groups", "elder_groups"}


@pytest.mark.parametrize("settings, words", [
    ({"sources": "gossip"}, "sources"), ({"decides": "municipality", "between": "municipalities"}, "decides alone"),
    ({"interval": 0}, "interval"), ({"delay": -1}, "delay"), ({"error": 0.5}, "below 1"), ({"strength": 1.5}, "outside 0-1"),
    ({"steers": ["groups", "groups"]}, "named twice"), ({"steers": ["groop"]}, "groups"),
    ({"steers": ["report"]}, "no other intervention"), ({"sample": -5.0}, "below 0"),
    ({"contact_months": 13}, "contact_months"), ({"start": datetime.date(2017, 1, 15)}, "first day"),
])
def test_bad_settings_are_refused(scenario, settings, words):
    with pytest.raises(scenarios.ScenarioError, match=words):
        scenario(residents=100, interventions={"report": {"kind": "social_reporting", **settings}, "groups": PLAN["groups"]})

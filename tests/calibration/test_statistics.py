"""Statistics of the world: the same by hand, the same as the outputs tell, and the same question of a census as of the residents."""

import types

import numpy as np
import pandas as pd
import pytest

from calibration import calibrate, questions, simulate, statistics
from calibration.problem import TargetSection
from sim import survey
from sim.residents import SERVICES, Status


@pytest.fixture(scope="module")
def model(world):
    return world(residents=800, places=("Kouvola", "Vantaa"), burn_in=12).run(14)


@pytest.fixture(scope="module")
def view(model):
    answers = survey.ask(model, survey.Design(**simulate.CENSUS))
    return statistics.View(model, {}, answers.assign(wave=0))


def section(statistic, outcome=None, **more):
    return TargetSection(statistic=statistic, outcome=outcome, value=0.5, se=0.1, **more)


def adults(model):
    p = model.people
    return (p["alive"] == 1) & (model.month - p["birth_month"] >= 20 * 12)


def weights(model, here):
    return model.weight[model.people["municipality"][here]]


def test_means_shares_and_gaps_are_weighted_by_whom_residents_stand_for(model, view):
    here = adults(model)
    good = model.people["wellbeing"][here] >= 4.0
    known = np.average(good, weights=weights(model, here))
    who = {"age_min": 20}
    assert statistics.value(view, section("mean", "good_quality_of_life", who=who)) == pytest.approx(known)
    assert statistics.value(view, section("share", "wellbeing", who=who, line=4.0)) == pytest.approx(known)
    men, women = (np.average(good[s], weights=weights(model, here)[s])
                  for s in ((model.people["sex"][here] == 0), (model.people["sex"][here] == 1)))
    assert statistics.value(view, section("mean", "good_quality_of_life", who=who, sex="man")) == pytest.approx(men)
    both = [statistics.value(view, section("mean", "good_quality_of_life", who=who, sex=s)) for s in ("man", "woman")]
    assert both == pytest.approx([men, women])
    x, w = model.people["wellbeing"][here].astype(float), weights(model, here)
    assert statistics.value(view, section("sd", "wellbeing", who=who)) == pytest.approx(np.sqrt(np.cov(x, aweights=w, bias=True)), rel=1e-5)
    gap = section("gap", "wellbeing", who={"age_min": 60}, against={"age_max": 59})
    old, young = (statistics.value(view, section("mean", "wellbeing", who=s)) for s in ({"age_min": 60}, {"age_max": 59}))
    assert statistics.value(view, gap) == pytest.approx(old - young, rel=1e-6)


@pytest.mark.parametrize("outcome", sorted(statistics.OUTCOMES))
def test_every_outcome_has_a_value(view, outcome):
    assert np.isfinite(statistics.value(view, section("mean", outcome)))


def test_a_county_is_its_municipalities(model, view):
    kouvola = next(m for m in model.municipalities if m.name == "Kouvola")
    inside = (model.people["alive"] == 1) & (model.people["municipality"] == kouvola.index)
    found = statistics.value(view, section("mean", "wellbeing", county=kouvola.county.name))
    assert found == pytest.approx(model.people["wellbeing"][inside].mean(), rel=1e-5)


def test_a_census_asks_the_same_as_the_register(view):
    """When everybody is asked and answers, `asked` and direct statistics of what has no noise agree."""
    who = {"age_min": 18}
    for outcome in ("loneliness", "employed"):
        direct, asked = (statistics.value(view, section("mean", outcome, who=who, asked=a)) for a in (False, True))
        assert asked == pytest.approx(direct, rel=1e-9)
    assert np.isnan(statistics.value(view, section("mean", "wellbeing", who={"age_min": 119}, asked=True)))


def test_persistence_is_the_correlation_of_the_same_persons(model):
    people = model.people[model.people["alive"] == 1]
    then = people["wellbeing"][::-1] + np.linspace(0, 1, len(people))
    view = statistics.View(model, {6: (people["id"][::-1], then)})
    known = np.corrcoef(people["wellbeing"], then[::-1])[0, 1]
    assert statistics.value(view, section("persistence", months=6)) == pytest.approx(known)


def test_use_of_services_is_that_of_the_last_twelve_months(model, view):
    column, alive = SERVICES.index("primary_care"), (model.people["alive"] == 1).sum()
    served = sum(r["served"][column] for r in model.service_records[-12:])
    assert statistics.value(view, section("contacts_per_year", service="primary_care")) == pytest.approx(served / alive)
    met = sum(r["met"][column] for r in model.service_records[-12:])
    assert statistics.value(view, section("series_per_hundred", service="primary_care")) == pytest.approx(100 * met / alive)
    cost = np.sort(model.people["year_cost"][model.people["alive"] == 1])[::-1]
    top = statistics.value(view, section("cost_share", line=0.1))
    assert top == pytest.approx(cost[: len(cost) // 10].sum() / cost.sum(), abs=0.02)


def test_staying_jobless_follows_the_hazard_and_its_mixture(model, view):
    """The closed form of the gamma mixture equals the mean over drawn frailties."""
    k, frailty = model.coefficients[0], model.people["frailty"]
    hazard = k["work_job_scale"][3] * (np.arange(6) + 1.5) ** (k["work_job_shape"] - 1.0)
    by_hand = np.exp(-frailty * hazard.sum()).mean()
    assert statistics.value(view, section("still_jobless", months=6)) == pytest.approx(by_hand, abs=0.01)


def test_the_life_table_ratio_is_one_for_the_same_people_and_above_for_the_jobless(model, view):
    both = section("life_table_ratio", against={"age_min": 30}, who={"age_min": 30})
    assert statistics.value(view, both) == pytest.approx(1.0)
    jobless = section("life_table_ratio", who={"group": "labour_market_support"}, against={"age_min": 18, "age_max": 64})
    people = model.people
    assert np.isin(people["status"], (Status.unemployed, Status.labour_market_support)).any()
    assert statistics.value(view, jobless) > 0


def test_simulated_and_real_forms_answer_to_one_estimate():
    """The same frame as `answers` of a simulated survey and as microdata gives one number."""
    frame = pd.DataFrame({"wave": 0, "score": [3.0, 4.5, 4.0], "age": [20, 30, 70], "weight": [1.0, 2.0, 1.0]})
    asked = section("mean", "good_quality_of_life", who={"age_max": 65}, asked=True)
    view = statistics.View(types.SimpleNamespace(), {}, frame)
    assert statistics.value(view, asked) == pytest.approx(2 / 3)
    assert questions.estimate(frame, frame["weight"].to_numpy(), asked).value == pytest.approx(2 / 3)


def test_reporting_numbers_can_be_freed(tmp_path):
    """Noise of the items and non-response are numbers like any other: a noisier form spreads answers, and selection lifts the mean."""
    path = tmp_path / "targets.toml"
    path.write_text("""
[run]
residents = 700
years = 1
burn_in = 2
places = ["Kouvola"]
[free]
"survey.item_noise" = {}
"survey.response_wellbeing" = {}
[survey.asked]
size = 20000
waves = [0, 3]
[targets.spread]
statistic = "sd"
outcome = "wellbeing"
asked = true
value = 0.6
se = 0.02
[targets.level]
statistic = "mean"
outcome = "wellbeing"
asked = true
value = 4.0
se = 0.02
[targets.stays]
statistic = "persistence"
months = 3
wave = 3
asked = true
value = 0.7
se = 0.02
""", encoding="utf-8")
    problem = calibrate.load(path)
    middle, noisy, selective = (simulate.perform(simulate.Task(problem, 1, {"survey.item_noise": n, "survey.response_wellbeing": r}))
                                for n, r in ((0.5, 0.0), (1.2, 0.0), (0.5, 2.0)))
    assert noisy["spread"] > middle["spread"] and noisy["stays"] < middle["stays"]
    assert selective["level"] > middle["level"] + 0.05

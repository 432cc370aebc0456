"""The tidy tables of a run against the residents themselves: means, totals, indices, gains and funnel from rows, by hand."""

import copy
from itertools import pairwise

import numpy as np
import pytest

from sim import outputs, tidy
from sim.residents import Group, Sex
from sim.rules.livelihood import EMPLOYED

PLACES = ("Kouvola", "Kuusamo")  # of unlike size


@pytest.fixture(scope="module")
def run(world):
    """A year of a small world with a programme; nobody dies, so that the year's sums are of those who are here at the end."""
    blocks = {"group": {"kind": "group_programme"}, "campaign": {"kind": "social_marketing"}}
    model = world(residents=1200, places=PLACES, interventions=blocks)
    model.mortality[:] = 0.0
    return model.run()


@pytest.fixture(scope="module")
def last(run):
    """last(outcome, kind, stratum): the value in the last month."""
    table = tidy.outcomes(run, "x")
    table = table[(table["month"] == 11) & (table["place"] == "all")].set_index(["outcome", "stratum_kind", "stratum"])["value"]
    return lambda outcome, kind="all", stratum="all": table[outcome, kind, stratum]


@pytest.fixture(scope="module")
def people(run):
    return run.people[run.people["alive"] == 1]


@pytest.fixture(scope="module")
def ages(run, people):
    return (run.month - people["birth_month"]) // 12


def felt(people):
    return np.maximum(0.0, people["distress"] - people["dose_relief"])


def test_levels_are_means_over_those_whom_they_are_of(last, people, ages):
    adult, working = ages >= 16, (ages >= 18) & (ages <= 64)
    assert last("wellbeing") == pytest.approx(people["wellbeing"][adult].mean())
    assert last("good_quality_of_life") == pytest.approx((people["wellbeing"][adult] >= 4.0).mean())
    assert last("employment") == pytest.approx((people["status"][working] == EMPLOYED).mean())
    assert last("health") == pytest.approx(people["health"].mean())
    assert last("material") == pytest.approx((people["security"] + 1 - people["strain"]).mean() / 2)
    assert last("social") == pytest.approx((people["cohesion"] + people["inclusion"]).mean() / 2)
    assert last("distress") == pytest.approx(felt(people).mean())
    assert last("loneliness") == pytest.approx((people["inclusion"][adult] < 0.5).mean())


def test_strata_are_those_of_the_rows(last, people, ages):
    adult = ages >= 16
    for sex in Sex:
        assert last("wellbeing", "sex", sex.name) == pytest.approx(people["wellbeing"][adult & (people["sex"] == sex)].mean())
    assert last("wellbeing", "age", "18-29") == pytest.approx(people["wellbeing"][(ages >= 18) & (ages < 30)].mean())
    assert last("wellbeing", "age", "80+") == pytest.approx(people["wellbeing"][ages >= 80].mean())
    for fifth in (1, 5):
        assert last("wellbeing", "income_fifth", str(fifth)) == pytest.approx(
            people["wellbeing"][adult & (people["start_fifth"] == fifth)].mean())
    for kind, column in (("group", "groups"), ("group_start", "start_groups")):
        for name, member in (("heavy_user", people[column] & Group.heavy_user > 0), ("any", people[column] > 0),
                             ("none", people[column] == 0)):
            assert last("wellbeing", kind, name) == pytest.approx(people["wellbeing"][adult & member].mean())


def test_the_fifths_rise_with_income_at_the_start(people):
    fifths = [people["start_income"][people["start_fifth"] == f] for f in range(1, 6)]
    assert all(a.max() <= b.min() for a, b in pairwise(fifths))


def test_wellbys_and_qalys_are_a_month_s_share_of_a_year_of_the_real_population(run, last, people, ages):
    """Real residents x points of life satisfaction 0-10 of those of 16 or more, x QALY weight of everybody, / 12."""
    v = run.values
    weight = (run.weight * run.start_sizes).sum() / run.start_sizes.sum()
    satisfied = np.clip(v["life_satisfaction.mean"] + v["life_satisfaction.slope"]
                        * (people["wellbeing"] - run.coefficients["wellbeing_centre"][0]), 0, 10)
    utility = np.minimum(1.0, v["utility.base"] + v["utility.health"] * people["health"] - v["utility.distress"] * felt(people))
    assert last("life_satisfaction") == pytest.approx(satisfied[ages >= 16].mean())
    assert last("health_utility") == pytest.approx(utility.mean())
    assert last("population_total") == pytest.approx(weight * len(people))
    assert last("life_satisfaction_years_total") == pytest.approx(weight * satisfied[ages >= 16].sum() / 12)
    assert last("qaly_total") == pytest.approx(weight * utility.sum() / 12)
    assert last("qaly_total", "group_start", "any") == pytest.approx(weight * utility[people["start_groups"] > 0].sum() / 12)
    assert weight * run.start_sizes.sum() == pytest.approx(sum(m.record.population[2016] for m in run.municipalities))  # of its eve


def test_queues_are_told_per_resident_and_waits_per_request_met(run, last, people):
    month = run.service_records[-1]
    assert last("unmet") == pytest.approx(month["gave_up"].sum() / len(people))
    assert last("queue") == pytest.approx(month["queue"].sum() / len(people))
    assert last("waiting") == pytest.approx(month["waited"].sum() / month["met"].sum())
    assert last("contacts") == pytest.approx(np.sum(month["served"]) / len(people), rel=0.05)  # and hospital episodes


def test_slope_and_erreygers_rank_by_income_at_the_start(last, people, ages):
    """Least squares on the rank 0-1, ties at their mean; Erreygers' index is 4 / (5 - 1) x 2 cov(wellbeing, rank)."""
    ranked = (ages >= 16) & np.isfinite(people["start_income"])
    y, x = people["wellbeing"][ranked], people["start_income"][ranked]
    ridit = np.array([(x < one).mean() + (x == one).mean() / 2 for one in x])
    assert last("sii_wellbeing") == pytest.approx(np.polyfit(ridit, y, 1)[0])
    assert last("erreygers_wellbeing") == pytest.approx(2 * np.mean((y - y.mean()) * (ridit - 0.5)))
    cost = np.sort(people["year_cost"])[::-1]
    tenth = len(cost) // 10
    assert last("cost_share_top_tenth") == pytest.approx(cost[:tenth].sum() / cost.sum(), abs=2 * cost[tenth] / cost.sum())


def test_who_gains_is_the_arm_less_the_comparator(run):
    """A tenth gains 0.05 points a month and a twentieth loses 0.02: shares, mean and signs as they were made."""
    better = copy.copy(run)
    better.people = run.people.copy()
    a, _ = tidy.together(run, better)
    some = np.isin(run.people["id"], a["id"][: len(a) // 10])
    fewer = np.isin(run.people["id"], a["id"][-(len(a) // 20) :])
    better.people["wellbeing_sum"][some] += 12 * 0.05
    better.people["wellbeing_sum"][fewer] -= 12 * 0.02
    found = tidy.twins(run, better, ("base", "better"))
    whole = found[found["stratum_kind"] == "all"].set_index("measure")["value"]
    n = len(a)
    assert whole["share_better"] == pytest.approx((n // 10) / n)
    assert whole["share_worse"] == pytest.approx((n // 20) / n)
    assert whole["share_same"] == pytest.approx(1 - whole["share_better"] - whole["share_worse"])
    assert whole["mean_gain"] == pytest.approx((0.05 * (n // 10) - 0.02 * (n // 20)) / n)
    back = tidy.twins(better, run, ("better", "base")).set_index(["stratum_kind", "measure"])["value"]
    assert back["all", "mean_gain"] == pytest.approx(-whole["mean_gain"])
    ids = found[(found["stratum_kind"] == "group_ever") & (found["measure"] == "mean_gain")].set_index("stratum")
    assert ids.loc["any", "n"] + ids.loc["none", "n"] == n


def test_the_funnel_is_scaled_to_the_real_population(run):
    scale = (run.weight * run.start_sizes).sum() / run.start_sizes.sum()
    assert scale > 10
    funnel = tidy.funnel(run, "x").set_index(["intervention", "step"])
    for intervention in run.interventions:
        for step in intervention.steps:
            counted = sum(steps[step] for _, steps, _ in intervention.history)
            assert funnel.loc[(intervention.name, step), "persons"] == pytest.approx(scale * counted)
        spent = sum(cost for *_, cost in intervention.history)
        assert funnel.loc[(intervention.name, step), "cost"] == pytest.approx(scale * spent) and spent > 0


def test_the_ledger_is_scaled_place_by_place(run):
    """Each municipality's euros by its own weight, whatever that of the others is."""
    uneven = copy.copy(run)
    uneven.weight = np.array([10.0, 1000.0])
    table = tidy.ledger(uneven, "x")
    home = table[table["item"] == "primary_care"].groupby("place", observed=True)["amount"].sum()
    paid = np.sum(run.ledger.kept, axis=0)[:, run.ledger.column["primary_care"]]
    for i, place in enumerate(run.municipalities):
        assert home[place.name] == pytest.approx(uneven.weight[i] * paid[i])


def test_an_output_s_label_has_its_unit():
    for name in outputs.NAMES:
        assert "[" in outputs.label(name) and outputs.label(name).endswith(("]", "residents of 16 or more")), name

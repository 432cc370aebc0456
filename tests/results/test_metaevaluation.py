"""Evaluations from handmade surveys with known answers; publication weights; adoption curves and embedding counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from results import innovations, metaevaluation

RUN = {"draw": 1, "replicate": 0}


def survey(arm, state, changes, since=24, innovation="groups", n=50, sd=0.5, seen=None):
    """Rows of `innovation_survey` of municipalities A, B, … with these true changes (and seen ones, if they differ)."""
    return [{"arm": arm, **RUN, "intervention": "spread", "month": since, "since": since, "innovation": innovation, "municipality": name,
             "state": s, "fidelity": 0.5, "members": 80.0, "change": c, "respondents": float(n), "seen": c if seen is None else seen[i],
             "seen_sd": sd} for i, (name, s, c) in enumerate(zip("ABCD", state, changes, strict=False))]


def adoption(arm, *by_month):
    """Rows of `adoption` of municipalities A, B, …: a tuple of states for each month."""
    return [{"arm": arm, **RUN, "intervention": "spread", "month": m, "date": f"2010-{m + 1:02d}-01", "innovation": "groups",
             "municipality": name, "state": s, "practice": 0.5}
            for m, states in enumerate(by_month) for name, s in zip("ABCD", states, strict=False)]


def ledger(arm, **amounts):
    return [{"arm": arm, **RUN, "month": 0, "date": "2010-01-01", "place": "A", "payer": "state", "sector": "programmes", "item": item,
             "transfer": False, "amount": amount} for item, amount in amounts.items()]


USERS, NOBODY = ("in_use", "dropped", "unaware", "aware"), ("unaware",) * 4


@pytest.fixture
def tables():
    frames = {
        "innovation_survey": survey("with", USERS, (0.3, 0.1, 0.1, -0.1), seen=(0.4, 0.2, 0.0, 0.0))
        + survey("without", NOBODY, (0.1, 0.0, 0.1, -0.1)),
        "adoption": adoption("with", USERS, ("embedded", "dropped", "unaware", "aware")) + adoption("without", NOBODY, NOBODY),
        "ledger": ledger("with", groups=100.0, groups_project=40.0, primary_care=7.0) + ledger("without", primary_care=9.0),
    }
    return {name: pd.DataFrame(rows) for name, rows in frames.items()}


def test_the_evaluator_s_estimate_is_a_difference_in_differences(tables):
    found = metaevaluation.evaluations(tables, "without").set_index("arm").loc["with"]
    assert (found["municipalities"], found["comparisons"], found["respondents"]) == (2, 2, 200)
    assert found["before_after"] == pytest.approx(0.3) and found["estimate"] == pytest.approx(0.3)
    treated = (2 * 49 * 0.25 + 50 * 2 * 0.1**2) / 99  # pooled: within, and between the two municipalities
    others = 2 * 49 * 0.25 / 99
    assert found["se"] == pytest.approx(math.sqrt((treated + others) / 100))
    assert found["p"] == pytest.approx(math.erfc(0.3 / found["se"] / math.sqrt(2)))
    assert found["publication"] == metaevaluation.PUBLISHED


def test_the_truth_comes_from_twins(tables):
    """Municipalities that have used it gained 0.2 and 0.1 against the same cohorts without; others do not count."""
    found = metaevaluation.evaluations(tables, "without").set_index("arm")
    assert found.loc["with", "true_effect"] == pytest.approx(0.15)
    assert math.isnan(found.loc["without", "true_effect"])
    assert metaevaluation.evaluations(tables)["true_effect"].isna().all()


def test_money_and_fate_stand_beside_the_effect(tables):
    found = metaevaluation.evaluations(tables, "without").set_index("arm")
    assert found.loc["with", ["cost_running", "cost_project", "adopters", "embedded"]].tolist() == [100.0, 40.0, 2.0, 0.5]
    assert found.loc["without", ["cost_running", "cost_project", "adopters"]].tolist() == [0.0, 0.0, 0.0]
    assert math.isnan(found.loc["without", "embedded"])


def test_the_last_survey_within_the_horizon_is_used(tables):
    late = pd.DataFrame(survey("with", USERS, (9.0, 9.0, 0.0, 0.0), since=36) + survey("with", USERS, (5.0, 5.0, 0.0, 0.0), since=12))
    more = {**tables, "innovation_survey": pd.concat([tables["innovation_survey"], late], ignore_index=True)}
    assert metaevaluation.evaluations(more).set_index("arm").loc["with", "estimate"] == pytest.approx(0.3)
    assert metaevaluation.evaluations(more, horizon=12).set_index("arm").loc["with", "estimate"] == pytest.approx(5.0)


def test_without_a_comparison_it_is_before_and_after(tables):
    everywhere = pd.DataFrame(survey("with", ("in_use",) * 4, (0.2,) * 4))
    found = metaevaluation.evaluations({**tables, "innovation_survey": everywhere}).iloc[0]
    assert found["comparisons"] == 0 and found["estimate"] == found["before_after"] == pytest.approx(0.2)
    assert found["se"] == pytest.approx(math.sqrt(4 * 49 * 0.25 / 199 / 200))


def test_nobody_asked_is_no_finding(tables):
    none = pd.DataFrame(survey("with", USERS, (0.1,) * 4, n=0))
    found = metaevaluation.evaluations({**tables, "innovation_survey": none}).iloc[0]
    assert found["respondents"] == 0 and math.isnan(found["estimate"]) and math.isnan(found["publication"])


def test_publication_makes_effects_look_larger():
    """Ten thousand studies of an effect of 0.1 with a standard error of 0.1: all of them average 0.1, the published ones more."""
    z = np.linspace(-3, 3, 10_001)
    weights = np.exp(-z**2 / 2)
    estimate = np.repeat(0.1 + 0.1 * z, np.round(10 * weights).astype(int))
    p = np.array([math.erfc(abs(e) / 0.1 / math.sqrt(2)) for e in estimate])
    published = np.where(p < metaevaluation.SIGNIFICANT, metaevaluation.PUBLISHED, metaevaluation.PUBLISHED_NULL)
    ones = dict.fromkeys(("true_effect", "se", "respondents", "fidelity", "cost_project", "cost_running", "adopters", "embedded"), 0.1)
    found = metaevaluation.summary(pd.DataFrame({"arm": "with", "innovation": "groups", "estimate": estimate, "p": p,
                                                 "publication": published, **ones})).iloc[0]
    assert found["estimate"] == pytest.approx(0.1, abs=0.003)
    assert found["published"] > 1.25 * found["estimate"]
    assert found["significant"] == pytest.approx(0.17, abs=0.01)  # power of a two-sided test at one standard error


def test_curve_and_embedding_are_counts():
    rows = adoption("with", NOBODY, USERS, ("embedded", "dropped", "in_use", "aware"))
    curve = innovations.curve(pd.DataFrame(rows)).query("innovation == 'groups'")
    assert curve["in_use"].tolist() == [0.0, 0.25, 0.5] and curve["dropped"].tolist() == [0.0, 0.25, 0.25]
    assert curve["embedded"].tolist() == [0.0, 0.0, 0.25]
    after_one = innovations.embedding(pd.DataFrame(rows), months=1).iloc[0]
    assert after_one[["months", "used"]].tolist() == [1.0, 0.75]
    assert after_one[["embedded", "in_use", "dropped"]].tolist() == pytest.approx([1 / 3, 2 / 3, 1 / 3])
    assert innovations.embedding(pd.DataFrame(rows)).iloc[0]["months"] == 1.0  # the run is shorter than five years


def test_runs_without_innovations_have_none_of_these_tables(tables):
    assert innovations.tables({"ledger": tables["ledger"]}) == {}
    assert list(innovations.tables(tables, "without")) == ["adoption_curve", "embedding", "meta_evaluation", "meta_summary"]

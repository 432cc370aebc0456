"""Studies on small worlds: nothing is true where nothing is done, trials are unbiased, and the known ways to go wrong go wrong."""

import datetime
import math

import numpy as np
import pytest

from results.evaluation import summarise
from sim.evaluate import setting, worlds
from sim.study import OUTCOMES, Study, plan
from sim.studyworld import Task, frames, lot, perform, simulate, truth

START = datetime.date(2017, 7, 1)
PLACES = ("Kouvola", "Lappeenranta", "Imatra", "Luumäki")
NO_EFFECT = {"kind": "group_programme", "weeks": 26, "capacity": 100, "intensity": 20, "dropout": 0.05, "start": START,
             **dict.fromkeys(("inclusion", "empowerment", "relief", "language", "assistance", "cost"), 0)}
EFFECT = {**NO_EFFECT, "inclusion": 0.4, "relief": 1.0}
JOBLESS = {**NO_EFFECT, "segment.group": "labour_market_support", "intensity": 500, "capacity": 12, "dropout": 0.0, "weeks": 52}
ALL_ANSWER = {"response": 1.0, "attrition": 0.0}


@pytest.fixture(scope="module")
def planned(scenario):
    """planned(block, parameters=..., residents=..., places=..., **study): a plan of a baseline with one programme."""

    def build(block=NO_EFFECT, parameters=None, residents=1500, places=PLACES[:2], years=2, **study):
        settings = {"residents": residents, "places": places, "years": years, "parameters": parameters}
        arms = scenario(**settings), scenario(**settings, interventions={"groups": block})
        return plan(arms, Study(**{"before": 1, "after": 12, "n": 300, **study}))

    return build


@pytest.fixture(scope="module")
def drawn(planned):
    """drawn(studies, block, ...): summary row of studies on one world."""

    def build(studies, *block, **options):
        found = perform(Task(planned(*block, **options), 0, 0, studies))["estimates"]
        return summarise(found).iloc[0]

    return build


def errors_apart(row, from_what):
    """How many standard errors the mean estimate of independent studies is from a value."""
    return (row["mean"] - from_what) / (row["sd"] / math.sqrt(row["studies"]))


# --- what is true -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("study", [
    {"controls": "lot"}, {"controls": "areas", "outcome": "contacts"}, {"design": "difference", "outcome": "good_quality_of_life"},
    {"design": "before_after", "who": "groups"}, {"design": "its", "outcome": "contacts", "n": None, "before": 6},
])
def test_a_programme_without_effect_has_a_truth_of_exactly_zero(drawn, study):
    row = drawn(2, residents=600, **study)
    assert row["truth"] == 0.0 and row["population"] == 0.0


def test_the_truth_is_that_of_twins(planned):
    """Participants gain, what all adults gain is less, and it is their twins' difference."""
    world = simulate(planned(EFFECT, who="groups", controls="lot", outcome="loneliness", residents=800), 0, 0)
    treated, control = frames(world)
    assert list(treated.people["id"]) == list(control.people["id"])
    ids = [set(s.people["id"][s.people["alive"] == 1]) for s in world.last]
    both = [i for i in treated.people["id"].tolist() if all(i in there for there in ids)]
    lonely = [dict(zip(s.people["id"].tolist(), (s.people["inclusion"] < s.values["lonely.line"]).tolist(), strict=True))
              for s in world.last]
    place = dict(zip(world.last[0].people["id"].tolist(), world.last[0].people["municipality"].tolist(), strict=True))
    weight = [world.last[0].weight[place[i]] for i in both]
    found = truth(world, treated)
    assert found["truth"] == pytest.approx(np.average([lonely[0][i] - lonely[1][i] for i in both], weights=weight))
    assert found["truth"] < found["population"] < 0.0


# --- trials are right ---------------------------------------------------------------------------------------------


def test_a_trial_in_which_all_answer_is_unbiased_and_honest(drawn):
    """Persons by lot, everybody answers, loneliness is asked as it is: mean of the estimates within four standard errors of the truth."""
    row = drawn(80, EFFECT, controls="lot", outcome="loneliness", **ALL_ANSWER)
    assert row["truth"] < -0.005
    assert abs(errors_apart(row, row["truth"])) < 4.0
    assert row["coverage"] > 0.88 and abs(row["sd"] / row["error"] - 1.0) < 0.3


def test_without_effect_a_trial_claims_one_in_five_of_a_hundred(drawn):
    """At most four binomial standard errors above 5 %, of 100 studies."""
    row = drawn(100, controls="lot", outcome="loneliness", **ALL_ANSWER)
    assert row["truth"] == 0.0 and row["rejected"] <= 0.13 and abs(errors_apart(row, 0.0)) < 4.0


# --- known ways to be wrong ---------------------------------------------------------------------------------------


def test_participants_regress_to_the_mean_and_matched_controls_take_most_of_it_away(drawn):
    """The jobless who join have no work, and some would have found it anyway: a programme without effect seems to give jobs."""
    study = {"residents": 5000, "who": "groups", "outcome": "employment", **ALL_ANSWER}
    alone = drawn(15, JOBLESS, design="before_after", **study)
    matched = drawn(15, JOBLESS, controls="matched", **study)
    trial = drawn(15, JOBLESS, controls="lot", **study)
    assert alone["truth"] == matched["truth"] == trial["truth"] == 0.0
    assert alone["bias"] > 0.08 and alone["rejected"] > 0.8
    assert abs(matched["bias"]) < 0.6 * alone["bias"] and matched["rejected"] < 0.5
    assert abs(errors_apart(trial, 0.0)) < 4.0


def test_those_worse_off_drop_out_and_the_rest_look_better(drawn):
    """All answer first; who answers again hangs on wellbeing now: no change reads as a gain. With controls by lot it does not."""
    leaving = {"survey.response_wellbeing": 2.0, "survey.stay": 0.0}
    study = {"parameters": leaving, "response": 1.0, "n": 400}
    alone = drawn(25, design="before_after", **study)
    stay = drawn(25, design="before_after", n=400, **ALL_ANSWER)
    trial = drawn(25, controls="lot", **study)
    assert alone["truth"] == 0.0 and alone["response"] < 0.8
    assert alone["bias"] > 0.05 and alone["bias"] > 3 * abs(stay["bias"])
    assert abs(errors_apart(trial, 0.0)) < 4.0


# --- who is studied -----------------------------------------------------------------------------------------------


def test_where_the_programme_runs_everywhere_a_lot_keeps_it_out_of_half(planned):
    made = planned(who="groups", controls="areas", places=PLACES, residents=800)
    assert made.drawn and made.later == 2 and "start after the study" in setting(made)
    world = simulate(made, 0, 0)
    assert world.treated.sum() == world.controls.sum() == 2 and not (world.treated & world.controls).any()
    last = world.last[0].people
    part = last["municipality"][np.isin(last["id"], world.part)]
    assert len(part) > 20
    moved = ~world.treated[part]  # who joined and moved since
    assert moved.mean() < 0.1
    treated, control = frames(world)
    assert set(treated.people["municipality"]) <= set(np.flatnonzero(world.treated)) or moved.any()
    assert set(control.people["municipality"]) == set(np.flatnonzero(world.controls))


def test_the_lot_hangs_on_the_seed_only(planned):
    made = planned(controls="areas", places=PLACES)
    assert lot(made, 1) == lot(made, 1) and len({lot(made, seed) for seed in range(20)}) > 2


def test_areas_without_the_programme_are_controls_as_they_are(scenario):
    settings = {"places": PLACES, "residents": 400, "years": 2}
    arms = scenario(**settings), scenario(**settings, interventions={"groups": {**NO_EFFECT, "places": ["Kouvola", "Imatra"]}})
    made = plan(arms, Study(after=6))
    assert not made.drawn and set(made.treated) == {"286", "153"} and set(made.controls) == {"405", "441"}
    named = plan(arms, Study(after=6, controls=("153",)))
    assert named.treated == ("286",) and named.controls == ("153",) and not named.drawn


def test_two_runs_of_a_world_give_the_same(planned):
    made = planned(residents=400, who="neet", n=60)
    one, two = (perform(Task(made, 1, 1, 3)) for _ in range(2))
    assert one["estimates"].equals(two["estimates"]) and one["study"].equals(two["study"])
    assert one["estimates"]["value"].nunique() == 3


def test_a_thinned_frame_draws_the_same_population(planned):
    """Fewer copies of each resident: weights keep their proportions, and there is still room for the sample."""
    world = simulate(planned(residents=800, controls="lot", after=1), 0, 0)
    whole, _ = frames(world)
    thin = whole.thinned(200)
    assert thin.weight.sum() < 0.5 * whole.weight.sum()
    assert thin.weight / thin.weight.sum() == pytest.approx(whole.weight / whole.weight.sum())
    assert thin.weights.sum() >= 200 * 15
    assert whole.thinned(10**6) is whole


def test_a_series_of_a_sample_is_about_that_of_everybody(planned):
    """The same register, read whole and of 2,000 persons: the sample's estimates lie around the census's."""
    options = {"design": "its", "outcome": "employment", "before": 6, "residents": 800}
    census = perform(Task(planned(EFFECT, **{**options, "n": None}), 0, 0, 1))["estimates"].iloc[0]
    sample = perform(Task(planned(EFFECT, **{**options, "n": 2000}), 0, 0, 12))["estimates"]
    assert census["asked"] > 80_000 and census["treated"] == 12 and census["control"] == 6
    assert abs(sample["value"].mean() - census["value"]) < 4 * sample["value"].std() / math.sqrt(12)
    assert sample["truth"].nunique() == 1 and sample["truth"].iat[0] == census["truth"]


def test_studies_are_shared_by_the_worlds(planned):
    assert [w[2] for w in worlds(planned(studies=10), 2, 2)] == [3] * 4
    assert worlds(planned(studies=10), 1, 1) == [(0, 0, 10)]
    assert worlds(planned(design="its", outcome="contacts", n=None), 2, 1) == [(1, 0, 1), (2, 0, 1)]


def test_every_outcome_says_and_knows(planned):
    """What residents say agrees with what is so, but for wellbeing, which is asked with noise."""
    from sim.survey import Design, ask

    world = simulate(planned(residents=800, after=1, controls="lot"), 0, 0)
    census = ask(world.last[0], Design(share=1.0, response=1.0, copies=False))
    rows = world.last[0].people
    rows = rows[np.argsort(rows["id"])]
    rows = rows[np.searchsorted(rows["id"], census["person"].to_numpy())]
    for name, outcome in OUTCOMES.items():
        said, true = (np.asarray(f(x, world.last[0].values), float) for f, x in ((outcome.says, census), (outcome.true, rows)))
        if name in ("loneliness", "employment", "contacts"):
            assert (said == true).all(), name
        else:
            assert np.corrcoef(said, true)[0, 1] > 0.5, name


# --- wrong input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("study, said", [
    ({"outcome": "welbeing"}, "outcome: there is no 'welbeing'. Did you mean 'wellbeing'?"),
    ({"design": "did2"}, "Did you mean 'did'?"),
    ({"controls": "area"}, "Did you mean 'areas'?"),
    ({"who": "group"}, "Did you mean 'groups'?"),
    ({"n": 4}, "at least 8"),
    ({"after": 0}, "after: 0; at least 1 is needed (months)"),
    ({"after": 30}, "months after: 30 months after the start are outside the run, which ends 18 months after it"),
    ({"before": 19}, "months before: 19 months before the start are outside the run, which begins 18 months before it"),
    ({"response": 1.5}, "outside 0-1"),
    ({"share": 1.0}, "above 0 and below 1"),
    ({"design": "its"}, "no register holds wellbeing; use employment or contacts"),
    ({"design": "its", "outcome": "contacts", "controls": "lot"}, "its takes 'none'"),
    ({"controls": "none"}, "compares with controls"),
    ({"design": "difference", "controls": "matched", "who": "groups"}, "use design did"),
    ({"design": "before_after", "controls": "areas"}, "before_after has none"),
    ({"controls": "matched"}, "who must be an intervention"),
    ({"controls": ("091",)}, "controls: Helsinki is not among the 2 municipalities"),
    ({"controls": ("286", "405")}, "no municipality with the programme is left"),
    ({"places": ("Kouvola",)}, "no control areas: the programme runs in the only municipality"),
])
def test_wrong_input_is_told_in_one_line(planned, study, said):
    with pytest.raises(ValueError) as told:
        planned(**study)
    assert said in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("study, said", [
    ({"n": 2_000_000, "controls": "lot"}, "n: 2,000,000 persons to ask of"),
    ({"who": "refugee", "residents": 30}, "who: no simulated adult of 'refugee'"),
])
def test_a_frame_that_is_too_small_is_told(planned, study, said):
    with pytest.raises(ValueError, match=said):
        perform(Task(planned(**{"residents": 300, "after": 1, **study}), 0, 0, 1))


def test_a_campaign_knows_nobody_by_name(scenario):
    settings = {"residents": 200, "places": PLACES[:2], "years": 2}
    block = {"kind": "social_marketing", "goals": ["come"], "start": START}
    arms = scenario(**settings), scenario(**settings, interventions={"campaign": block})
    with pytest.raises(ValueError, match="keeps no list of those who take part"):
        perform(Task(plan(arms, Study(who="campaign", after=1, controls="lot")), 0, 0, 1))


def test_a_scenario_without_a_programme_has_nothing_to_evaluate(scenario):
    arms = scenario(residents=200), scenario(residents=200)
    with pytest.raises(ValueError, match="no programme to evaluate"):
        plan(arms, Study())

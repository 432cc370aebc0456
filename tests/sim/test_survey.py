"""A simulated survey: unbiased when all answer, biased as known when they do not, weights that add up, twins who answer alike."""

import itertools
import math

import numpy as np
import pytest

from scenarios import Segment
from sim import outputs
from sim.intervention import members, segment_record
from sim.residents import Group
from sim.rules.wellbeing import item
from sim.survey import ITEMS, Design, ask, cronbach, invite, likert, response_chance, survey_key, visits

PLACES = ("Kouvola", "Vantaa")


@pytest.fixture(scope="module")
def model(world):
    return world(residents=3000, places=PLACES).run(24)


def adults(model):
    p = model.people
    return (p["alive"] == 1) & (model.month - p["birth_month"] >= 18 * 12)


def mean(frame, column):
    return np.average(frame[column].to_numpy(float), weights=frame["weight"])


def truth(model, values):
    """Mean over the real adults behind the simulated ones."""
    here = adults(model)
    return np.average(values[here], weights=model.weight[model.people["municipality"]][here])


def test_everybody_asked_and_answering_gives_the_population_itself(model):
    """A census of the simulated residents: every share is exact, and the weights are the residents each stands for."""
    census = ask(model, Design(share=1.0, response=1.0, copies=False), key=1)
    assert len(census) == adults(model).sum()
    assert mean(census, "lonely") == pytest.approx(truth(model, model.people["inclusion"] < model.values["lonely.line"]), rel=1e-12)
    assert sorted(set(census["weight"].round(6))) == sorted(set(model.weight.round(6)))


def test_estimates_are_unbiased_when_all_answer(model):
    """Mean of 100 surveys of 400 lies within four standard errors of the truth, for a share and for a mean."""
    design, found = Design(size=400, response=1.0), {"lonely": [], "age": []}
    for key in range(100):
        frame = ask(model, design, key=key)
        for name, values in found.items():
            values.append(mean(frame, name))
    true = {"lonely": truth(model, model.people["inclusion"] < model.values["lonely.line"]),
            "age": truth(model, (model.month - model.people["birth_month"]) // 12)}
    for name, values in found.items():
        assert abs(np.mean(values) - true[name]) < 4 * np.std(values) / math.sqrt(100), name


@pytest.mark.parametrize("design", [
    Design(size=400), Design(size=60, strata=("municipality", "sex"), allocation="equal", adjust=("age", "education")),
    Design(size=300, clusters="household"), Design(size=300, clusters="area", per_cluster=15),
    Design(share=0.01, strata=(), places=("286",)), Design(size=8),
])
def test_weights_add_up_to_the_real_residents_of_the_frame(model, design):
    here = adults(model)
    if design.places:
        here &= model.people["municipality"] == next(m.index for m in model.municipalities if m.code == "286")
    whole = model.weight[model.people["municipality"]][here].sum()
    frame = ask(model, design, key=3)
    assert (frame["weight"] > 0).all() and frame["weight"].sum() == pytest.approx(whole, rel=1e-9)


def test_non_response_paints_too_bright_a_picture(model):
    """Those worse off answer less: lonely and distressed are too few and the score is too high, whatever is weighted by age."""
    strong = model.values | {"survey.response_wellbeing": 1.0, "survey.response_distress": 1.0, "survey.response_age": 0.0}
    kept, model.values = model.values, strong
    try:
        partial = [ask(model, Design(size=2000), key=key) for key in range(5)]
    finally:
        model.values = kept
    full = [ask(model, Design(size=2000, response=1.0), key=key) for key in range(5)]
    for name, sign in (("score", 1), ("lonely", -1), ("distressed", -1), ("self_rated_health", 1)):
        assert sign * (np.mean([mean(f, name) for f in partial]) - np.mean([mean(f, name) for f in full])) > 0, name


def test_weights_mend_what_registers_know(model):
    """Older people answer oftener: unweighted they are too many, weighted by age they are as many as there are."""
    frame = ask(model, Design(size=3000), key=2)
    old = (frame["age"] >= 65).to_numpy()
    true = truth(model, model.month - model.people["birth_month"] >= 65 * 12)
    assert old.mean() > true + 0.02
    assert np.average(old, weights=frame["weight"]) == pytest.approx(true, abs=0.02)


def test_who_answers_follows_the_logistic_rule(model):
    frame, asked = ask(model, Design(size=4000), key=9), invite(model, Design(size=4000), 9)
    chance = response_chance(model, model.people[asked["row"]], Design(size=4000))
    assert len(frame) == pytest.approx(chance.sum(), abs=4 * math.sqrt((chance * (1 - chance)).sum()))
    assert 0.35 < chance.mean() < 0.65
    p = model.people[adults(model)]
    assert np.corrcoef(response_chance(model, p, Design(size=1)), p["wellbeing"])[0, 1] > 0.1


def test_eight_items_hang_together_as_in_the_field(model):
    """Cronbach's alpha within the published .72-.81, the score's SD near .6, answers 1-5 only (science: EUROHIS-QOL-8)."""
    frame = ask(model, Design(size=3000, response=1.0), key=4)
    items = frame[list(ITEMS)].to_numpy()
    assert set(np.unique(items)) <= {1, 2, 3, 4, 5}
    assert 0.72 <= cronbach(items) <= 0.81
    assert 0.5 <= frame["score"].std() <= 0.7
    assert np.abs(np.corrcoef(items.T - frame["score"].to_numpy())[np.triu_indices(8, 1)].mean()) < 0.2  # each item its own draw


def test_answers_are_those_of_the_rule_for_one_person(numbers):
    k = numbers()[0]
    for wellbeing, z in ((4.1, 0.3), (4.6, 2.0), (1.2, -2.0), (3.5, 0.0), (2.49, 0.0)):
        assert likert(wellbeing + k["survey_item_noise"] * z) == item(wellbeing, z, numbers().view(np.recarray)[0])


def test_cronbach_known_answers():
    x = np.random.default_rng(1).normal(size=(4000, 1))
    assert cronbach(np.repeat(x, 5, 1)) == pytest.approx(1.0)
    assert cronbach(np.random.default_rng(2).normal(size=(4000, 5))) == pytest.approx(0.0, abs=0.1)


def test_twins_answer_alike(world):
    """In an arm with an intervention those asked and untouched answer the same; sampling and answering move for nobody."""
    small = {"residents": 1500, "places": PLACES}
    block = {"groups": {"kind": "group_programme", "places": ["Vantaa"], "capacity": 50.0, "intensity": 50.0}}
    a, b = (ask(m, Design(size=1000)) for m in (world(**small).run(20), world(**small, interventions=block).run(20)))
    here, there = a[a["municipality"] == "Kouvola"], b[b["municipality"] == "Kouvola"]
    assert len(here) > 100 and here.reset_index(drop=True).equals(there.reset_index(drop=True))
    both = a.merge(b, on=["person", "copy"])
    assert len(both) > 0.95 * len(a)
    assert (both["q1_x"] != both["q1_y"]).mean() < 0.1 and (both["age_x"] == both["age_y"]).all()


def test_asking_changes_nothing(world, differing):
    model, untouched = world(residents=300).run(14), world(residents=300).run(14)
    ask(model, Design(size=100))
    assert not differing(model.people, untouched.people)


def test_copies_give_the_error_of_the_real_sample_size(model):
    """A thousand real persons are asked, though far fewer simulated ones live there; the same person's copies answer for themselves."""
    frame = ask(model, Design(size=1000, places=("286",), response=1.0), key=6)
    twice = frame[frame["person"].duplicated(keep=False)].sort_values("person")
    assert len(frame) == 1000 and len(twice) > 100
    first, second = twice.groupby("person").nth(0), twice.groupby("person").nth(1)
    assert (first["lonely"].to_numpy() == second["lonely"].to_numpy()).all()
    assert (first["q1"].to_numpy() != second["q1"].to_numpy()).mean() > 0.3


def test_a_panel_asks_the_same_persons_and_loses_some(world):
    model = world(residents=1500, places=PLACES).run(13)
    design = Design(size=1500, waves=(0, 3, 6))
    key, frames = survey_key(model, "panel"), []
    start = model.month
    while len(frames) < 3:
        wave = design.wave_at(model.month - start)
        if wave is not None:
            frames.append(ask(model, design, wave, key, before=frames[-1] if frames else None))
        model.step()
    sizes = [len(f) for f in frames]
    assert sizes[0] > sizes[1] > sizes[2] > 0.4 * sizes[0]
    for before, after in itertools.pairwise(frames):
        assert set(map(tuple, after[["person", "copy"]].to_numpy())) <= set(map(tuple, before[["person", "copy"]].to_numpy()))
        assert before["weight"].sum() * 0.97 < after["weight"].sum() <= before["weight"].sum() * (1 + 1e-9)
    assert [f["wave"].iloc[0] for f in frames] == [0, 1, 2]
    assert [f["month"].iloc[0] - frames[0]["month"].iloc[0] for f in frames] == [0, 3, 6]
    none_lost = ask(model, Design(size=1500, attrition=0.0), 3, key, before=frames[-1])
    assert len(none_lost) >= 0.98 * len(frames[-1])


def test_area_clusters_cost_precision(model):
    """Neighbours share the cohesion of their area: asked area by area, it is estimated less precisely than with as many at random."""
    spread = {}
    for clusters, each in ((None, None), ("area", 50)):
        design = Design(size=400, response=1.0, strata=(), clusters=clusters, per_cluster=each)
        spread[clusters] = np.std([mean(ask(model, design, key=k), "cohesion") for k in range(60)])
    assert spread["area"] > 1.5 * spread[None]


def test_each_municipality_has_its_own_sample_or_all_its_people(model):
    frame = invite(model, Design(size=900, allocation="each", copies=False), 1)
    there = [(adults(model) & (model.people["municipality"] == m.index)).sum() for m in model.municipalities]
    assert min(there) < 900 < max(there)
    assert sorted(frame["municipality"].value_counts()) == sorted(min(900, n) for n in there)


def test_segment_members_are_those_of_the_rule(model):
    segment = Segment(group="neet", age_max=24)
    inside = members(model.people, segment_record(segment), model.month)
    expected = (model.people["alive"] == 1) & (model.people["groups"] & Group.neet.value > 0) & (
        (model.month - model.people["birth_month"]) // 12 <= 24)
    assert inside.sum() > 5 and (inside == expected).all()
    frame = ask(model, Design(share=1.0, age_min=15, segment=segment, response=1.0, copies=False))
    assert set(frame["person"]) == set(model.people["id"][inside]) and frame["neet"].all()


def test_visits_of_twelve_months_are_those_that_were_made(world):
    """Over everybody alive: remembered visits = contacts reported in the last twelve months, but for those who died."""
    model = world(residents=1500, parameters={"home_care.visits": 5.0}).run(24)
    reported = sum(cells[outputs.SHARED :, outputs.NAMES.index("contacts")].sum() for cells in model.records[-12:])
    remembered = visits(model.people[model.people["alive"] == 1]).sum()
    assert 0.9 * reported < remembered <= reported


@pytest.mark.parametrize("settings, words", [
    ({}, "either size"), ({"size": 5, "share": 0.1}, "either size"), ({"size": 0}, "at least 1"), ({"share": 1.5}, "outside 0-1"),
    ({"size": 5, "strata": ("towns",)}, "no column 'towns'"), ({"size": 5, "allocation": "even"}, "neither"),
    ({"size": 5, "clusters": "street"}, "none of None"), ({"size": 5, "per_cluster": 3}, "needs clusters"),
    ({"size": 5, "age_min": 70, "age_max": 60}, "empty frame"), ({"size": 5, "waves": (3, 0)}, "rising from 0"),
])
def test_impossible_designs_are_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        Design(**settings)


def test_impossible_questions_are_refused(model):
    with pytest.raises(ValueError, match="no municipality '999'"):
        ask(model, Design(size=5, places=("999",)))
    with pytest.raises(ValueError, match="in the frame"):
        ask(model, Design(size=10**7))
    with pytest.raises(ValueError, match="nobody is in the frame"):
        ask(model, Design(size=5, age_min=119))
    with pytest.raises(ValueError, match="needs `before`"):
        ask(model, Design(size=5), wave=1)

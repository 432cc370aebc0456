"""Interventions that spread: neutrality, pilots, what the end of money does to effects and costs, and the shipped scenario."""

import datetime

import numpy as np
import pandas as pd
import pytest

from scenarios import ScenarioError
from sim.diffusion import State
from sim.model import HyteModel
from sim.runs import compare, load
from sim.tidy import recorded

PLACES = ("Kouvola", "Vantaa", "Lahti")
FIRST = 12
STILL = {"p": 0.0, "q": 0.0, "cost": 0.0}
GROUPS = {"kind": "group_programme", "segment": {"age_min": 18, "age_max": 64}, "capacity": 30.0, "intensity": 20.0, "weeks": 13}
WORKERS = {"kind": "outreach_youth_work", "workers": 5.0}
NAMES = ("groups", "workers")


def blocks(innovations, **spread):
    """Innovations first, so that they have the same codes with and without the block that spreads them."""
    return {**innovations, "spread": {"kind": "innovation_diffusion", "innovations": list(innovations), **spread}}


@pytest.fixture(scope="module")
def run(world):
    def _run(interventions, months=12, parameters=None, **more):
        settings = {"residents": 1200, "places": PLACES, "years": 4, **more}
        return world(**settings, interventions=interventions, parameters=parameters).run(FIRST + months)

    return _run


def spent(model, item):
    """Real money of an item by measured month and municipality, EUR."""
    return np.stack(model.ledger.kept)[:, :, model.ledger.column[item]] * model.weight


def course(model, name):
    spread = next(i for i in model.interventions if i.name == "spread")
    return next(c for c in spread.courses if c.innovation.name == name)


def test_hazard_zero_changes_nothing_beyond_what_it_costs(run, differing):
    """Nobody hears of anything: residents are bit for bit those of a world without innovations, and only the network costs."""
    quiet = run(blocks({"groups": GROUPS, "workers": WORKERS}, p=0.0, q=0.0, cost=100.0), 18)
    empty = run({}, 18)
    assert differing(quiet.people, empty.people) == []
    assert spent(quiet, "groups").sum() == spent(quiet, "workers").sum() == 0.0
    assert spent(quiet, "spread").sum() == pytest.approx(100.0 * 3 * 18)
    for item in empty.ledger.column:
        assert (spent(quiet, item) == spent(empty, item)).all()


def test_pilots_that_nobody_learns_from_are_the_programme_in_those_places(run, differing):
    """Practice at its best and held by support: the same bits as the programme started in the pilot municipality alone."""
    still = {**STILL, "practice": 1.0, "support": 1000.0}
    spread = run(blocks({"groups": GROUPS, "workers": WORKERS}, pilots={"groups": ["Lahti"], "workers": ["Lahti", "Vantaa"]}, **still), 18)
    alone = run({"groups": {**GROUPS, "places": ["Lahti"]}, "workers": {**WORKERS, "places": ["Lahti", "Vantaa"]}}, 18)
    assert (alone.people["finished"] > 0).sum() > 20
    assert differing(spread.people, alone.people) == []
    assert (spent(spread, "workers") == spent(alone, "workers")).all()


def test_what_spreads_reaches_other_municipalities_and_costs_there(run):
    """With hazards beyond doubt all three use it from the first month, and each new user pays its planning once."""
    model = run(blocks({"workers": WORKERS}, pilots={"workers": ["Lahti"]}, p=100.0, adopt=1e6, cost=0.0, cost_adoption=8000.0), 12)
    assert (course(model, "workers").state != State.unaware).all()
    lahti = [m.name for m in model.municipalities].index("Lahti")
    planning = spent(model, "spread").sum(0)
    assert planning[lahti] == 0.0 and np.delete(planning, lahti) == pytest.approx(np.full(2, 8000.0))
    assert (spent(model, "workers")[1:] > 0).all()


@pytest.mark.parametrize("half_life", [4.0, 8.0])
def test_without_embedding_the_effect_fades_with_its_half_life_when_the_money_ends(run, full_fidelity, half_life):
    """A year of project money, nothing embedded: practice, and with it what one month lends a client, halves in the half-life."""
    block = blocks({"groups": {**GROUPS, "project": {"cost": 1000.0, "months": 12}}}, pilots={"groups": ["Lahti"]}, **STILL,
                   embed=0.0, half_life=half_life, support=0.0, practice=1.0, least=0.0)
    model = run(block, 13, full_fidelity)
    x, lahti = model.interventions[-1], next(m for m in model.municipalities if m.name == "Lahti")
    assert x.name == "groups"
    levels = []
    for _ in range(2 * int(half_life) + 1):
        levels.append(x.fidelity(lahti))
        model.step()
    levels = np.array(levels)
    assert levels[0] == pytest.approx(0.5 ** (1 / half_life))
    assert levels[int(half_life)] == pytest.approx(levels[0] / 2) and levels[2 * int(half_life)] == pytest.approx(levels[0] / 4)
    assert float(x.record["fidelity"][0]) > 0.0


def test_the_effect_itself_is_what_practice_leaves_of_it(run, full_fidelity):
    """Clients who joined in the same month gain half of the dose where practice is half of the full one."""
    off = {**full_fidelity, "effect.community": 0.0, "awareness.talk": 0.0}
    doses = []
    for practice in (1.0, 0.5):
        model = run(blocks({"groups": {**GROUPS, "dropout": 0.0, "inclusion": 0.3}}, pilots={"groups": ["Lahti"]}, **STILL,
                           practice=practice, implementation=0.0, support=1000.0), 3, off, residents=3000)
        p = model.people[(model.people["programme"] == 1) & (model.people["alive"] == 1)]
        doses.append({int(r["id"]): (int(r["programme_months"]), float(r["dose_inclusion"])) for r in p})
    both = [i for i in doses[0] if i in doses[1] and doses[0][i][0] == doses[1][i][0] > 0]
    assert len(both) > 5
    assert [doses[1][i][1] for i in both] == pytest.approx([doses[0][i][1] / 2 for i in both])


def test_embedding_keeps_the_effect_after_the_money(run):
    block = blocks({"workers": {**WORKERS, "project": {"cost": 1000.0, "months": 6}}}, pilots={"workers": ["Lahti"]}, **STILL,
                   embed=1e6, half_life=1.0, support=0.0)
    model = run(block, 30)
    lahti = [m.name for m in model.municipalities].index("Lahti")
    assert course(model, "workers").state[lahti] == State.embedded
    assert course(model, "workers").practice[lahti] > 0.95
    assert (spent(model, "workers")[:, lahti] > 0).all()


def test_dropping_frees_the_money_and_the_places(run):
    """After the project practice falls below the least in three months: workers are paid until then and no longer."""
    block = blocks({"workers": {**WORKERS, "project": {"cost": 1000.0, "months": 6}}}, pilots={"workers": ["Lahti"]}, **STILL,
                   embed=0.0, half_life=1.0, support=0.0, practice=1.0, least=0.2)
    model = run(block, 30)
    lahti = [m.name for m in model.municipalities].index("Lahti")
    money = spent(model, "workers")[:, lahti] > 0
    assert money.tolist() == [True] * 8 + [False] * 22  # 1/2, 1/4, 1/8: dropped in the third month without money
    assert course(model, "workers").state[lahti] == State.dropped
    assert not (model.people["programme"] > 0).any()


def test_project_money_is_spent_where_the_innovation_is_used(run):
    """The whole of it, with its grant, and none in municipalities that do not use it."""
    block = blocks({"workers": {**WORKERS, "project": {"cost": 60_000.0, "grant": 45_000.0, "months": 12}}},
                   pilots={"workers": ["Lahti", "Vantaa"]}, **STILL)
    model = run(block, 14)
    by_place = dict(zip((m.name for m in model.municipalities), spent(model, "workers_project").sum(0).tolist(), strict=True))
    assert sum(by_place.values()) == pytest.approx(60_000.0) and by_place["Kouvola"] == 0.0
    assert by_place["Vantaa"] / by_place["Lahti"] == pytest.approx(1.8, abs=0.3)  # by residents


@pytest.mark.parametrize("field, low, high", [("p", 0.02, 0.5), ("q", 0.0, 3.0), ("adopt", 0.1, 2.0), ("funded", 1.0, 10.0),
                                              ("results", 0.0, 20.0)])
def test_higher_hazards_never_spread_it_later(world, field, low, high):
    """Same draws, one hazard higher: every municipality of a county has taken it into use as early or earlier."""
    def months_in_use(value):
        settings = {"p": 0.05, "q": 0.5, "embed": 1e6, "cost": 0.0, field: value}
        block = blocks({"workers": {**WORKERS, "workers": 0.0, "project": {"cost": 1.0, "months": 60}}},
                       pilots={"workers": ["Jyväskylä"]}, respondents=0, **settings)
        model = world(residents=300, places=("county:Keski-Suomi",), years=5, interventions=block).run()
        table = recorded(model, "x")["adoption"]
        return table[table["state"].isin(["in_use", "embedded"])].groupby("municipality").size().reindex(
            [m.name for m in model.municipalities], fill_value=0).to_numpy()

    slow, fast = months_in_use(low), months_in_use(high)
    assert (fast >= slow).all() and fast.sum() > slow.sum()


def test_mature_municipalities_adopt_more(world):
    """Twenty-two municipalities, half of them mature: theirs is the larger number of months of use."""
    block = blocks({"workers": {**WORKERS, "workers": 0.0}}, p=1.0, maturity=2.0, respondents=0)
    model = world(residents=300, places=("county:Keski-Suomi",), years=4, interventions=block, parameters={"maturity.spread": 0.0})
    for i, m in enumerate(model.municipalities):
        m.own_maturity[:] = np.full(6, 4.0 if i % 2 else 1.5)
    model.run()
    table = recorded(model, "x")["adoption"]
    used = table["state"].isin(["in_use", "embedded"]).groupby(table["municipality"], sort=False).sum().to_numpy()
    assert used[1::2].sum() > 1.5 * used[::2].sum()


def test_the_tables_say_where_each_innovation_stands(run):
    model = run(blocks({"groups": GROUPS, "workers": WORKERS}, pilots={"groups": ["Lahti"]}, p=0.5), 26)
    tables = recorded(model, "x")
    adoption = tables["adoption"]
    assert len(adoption) == 26 * 3 * 2 and set(adoption["innovation"]) == set(NAMES)
    assert set(adoption["state"]) <= {s.name for s in State} and adoption["practice"].between(0, 1).all()
    lahti = adoption[(adoption["innovation"] == "groups") & (adoption["municipality"] == "Lahti")]
    assert (lahti["state"] != "unaware").all()
    survey = tables["innovation_survey"]
    assert sorted(set(survey["since"])) == [12, 24]
    assert (survey["respondents"] <= survey["members"]).all() and (survey["respondents"] <= 100).all()


def test_a_whole_survey_without_noise_finds_the_change_itself(run):
    model = run(blocks({"groups": GROUPS}, respondents=100_000), 13, {"survey.item_noise": 1e-9})
    survey = recorded(model, "x")["innovation_survey"]
    assert survey["seen"].to_numpy() == pytest.approx(survey["change"].to_numpy(), abs=1e-6)
    assert (survey["respondents"] == survey["members"]).all() and (survey["members"] > 50).all()


def test_surveys_and_their_size_change_no_resident(run, differing):
    asked, silent = (run(blocks({"groups": GROUPS}, p=1.0, respondents=n), 26) for n in (100, 0))
    assert differing(asked.people, silent.people) == []
    assert "innovation_survey" not in recorded(silent, "x")


def test_another_innovation_moves_no_draw_of_the_first(run):
    one = run(blocks({"groups": GROUPS}, p=1.0), 30)
    two = run(blocks({"groups": GROUPS, "workers": {**WORKERS, "workers": 0.0, "cost_worker": 0.0}}, p=1.0), 30)
    assert (course(one, "groups").state == course(two, "groups").state).all()
    assert course(one, "groups").practice.tolist() == course(two, "groups").practice.tolist()


def test_two_blocks_that_spread_the_same_are_refused(world):
    both = {**blocks({"groups": GROUPS}), "again": {"kind": "innovation_diffusion", "innovations": ["groups"]}}
    with pytest.raises(ValueError, match="'groups' is spread by 'again' too"):
        world(residents=100, interventions=both)


def test_a_pilot_where_the_innovation_cannot_be_is_refused(world):
    block = blocks({"groups": {**GROUPS, "places": ["Kouvola"]}}, pilots={"groups": ["Vantaa"]})
    with pytest.raises(ValueError, match="092 is not among the places of 'groups'"):
        world(residents=100, places=PLACES, interventions=block)


def test_maturity_development_can_itself_be_an_innovation(run):
    """It is worked on only where it is in use."""
    model = run(blocks({"work": {"kind": "maturity_development"}}, pilots={"work": ["Lahti"]}, **STILL), 12)
    assert {m.name for m in model.municipalities if m.developed.any()} == {"Lahti"}


@pytest.mark.parametrize("fields, words", [
    ({"innovations": ["grups"]}, "Did you mean 'groups'?"),
    ({"innovations": ["spread"]}, "no other intervention 'spread'"),
    ({"innovations": []}, "innovations"),
    ({"innovations": ["groups", "groups"]}, "named twice"),
    ({"pilots": {"workers": ["Kouvola"]}}, "'workers' is piloted but is not among the innovations"),
    ({"pilots": {"groups": ["Kouvla"]}}, "Did you mean 'Kouvola'?"),
    ({"pilots": {"groups": ["Oulu"]}}, "is not among the places"),
    ({"threshold": 1.2}, "outside 0-1"),
    ({"half_life": 0.0}, "below 0.1"),
    ({"p": -0.1}, "below 0"),
    ({"cost_adoption": -5.0}, "below 0"),
    ({"start": datetime.date(2031, 1, 1)}, "outside the run"),
    ({"project": {"cost": 10.0, "grant": 20.0, "months": 3}}, "impossible budget"),
])
def test_bad_settings_are_refused_in_one_line(fields, words):
    spread = {"kind": "innovation_diffusion", "innovations": ["groups"], **fields}
    settings = {f"interventions.{name}.{k}": v for name, block in (("groups", GROUPS), ("spread", spread)) for k, v in block.items()}
    settings["interventions.groups.segment"] = {"group": "neet"}
    with pytest.raises(ScenarioError) as caught:
        load("supported_employment", settings)
    assert len(caught.value.problems) == 1
    assert words in str(caught.value)


def test_an_empty_segment_of_an_innovation_is_refused():
    settings = {"interventions.youth_groups.segment": {"group": "neet", "age_min": 40}}
    with pytest.raises(ScenarioError, match="empty segment"):
        load("metropolia_innovations", settings)


def test_metropolia_its_pilots_and_its_comparator_are_three_arms_of_one_world(differing):
    """Without, pilots alone, and spreading: more use in that order; the first is bit for bit the world without any block."""
    small = {"population.residents": 1200, "time.years": 4, "time.burn_in": 1}
    without, pilots, spreading = (HyteModel(load(f"metropolia_{name}", small)).run() for name in ("without", "pilots", "innovations"))
    use = []
    for model in (without, pilots, spreading):
        table = recorded(model, "x")["adoption"]
        use.append(int(table["state"].isin(["in_use", "embedded"]).sum()))
    assert use[0] == 0 < use[1] < use[2]
    bare = load("metropolia_without", small)
    bare.interventions.clear()
    assert differing(without.people, HyteModel(bare).run().people) == []
    items = [i.name for i in without.ledger.items if i.sector == "programmes"]
    assert sum(spent(without, item).sum() for item in items) == 0.0


def test_a_comparison_writes_curves_and_the_meta_evaluation_with_the_truth_beside_it(tmp_path):
    """The run folder's tables: what evaluators saw, and what twins say; nothing is true or seen in the arm without."""
    small = {"population.residents": 1500, "time.years": 3, "time.burn_in": 1}
    compare("metropolia_innovations", overrides=small, draws=1, replicates=1, workers=1, out=tmp_path)
    folder = next(tmp_path.glob("*metropolia_innovations")) / "tables"
    for name in ("adoption_curve", "embedding", "meta_evaluation", "meta_summary"):
        assert (folder / f"{name}.csv").is_file()
    found = pd.read_csv(folder / "meta_evaluation.csv")
    spreading = found[found["arm"] == "metropolia_innovations"]
    assert len(spreading) == 9 and spreading["true_effect"].notna().sum() >= 7
    assert (spreading["cost_project"] > 0).all() and (spreading["adopters"] >= 1).all()
    assert spreading["true_effect"].abs().max() < 0.1 < spreading["estimate"].abs().max()  # truth is small beside the noise
    assert found.loc[found["arm"] == "metropolia_without", "true_effect"].isna().all()

"""Loading: defaults, inheritance, places, dates, origins, draws."""

import datetime
import pickle

import pytest

import scenarios
from scenarios import tables

MINE = """
[scenario]
extends = "baseline"
[interventions.a]
kind = "camp"
price = { value = 100, low = 50, high = 150 }
start = 2018-01-01
months = 24
channels.online.frequency = 4
"""


def test_baseline_is_the_five_pilot_areas():
    scenario = scenarios.load("baseline", {}, overrides={"runs.posterior": "none"}, parameters={})
    table = tables.municipalities()
    counties = {table[code].county for code in scenario.population.places}
    assert counties == {"Etelä-Karjala", "Pohjois-Karjala", "Keski-Suomi", "Kymenlaakso", "Vantaa-Kerava"}
    assert {"286", "092"} <= set(scenario.population.places)
    assert len(scenario.population.places) == 9 + 13 + 22 + 2
    assert scenario.time.start == datetime.date(2017, 1, 1)
    assert (scenario.time.years, scenario.time.burn_in, scenario.population.fraction) == (5, 12, 0.02)
    assert (scenario.runs.draws, scenario.runs.replicates, scenario.runs.seed) == (8, 2, 2018)
    assert scenario.interventions == {}
    assert (scenario.id, scenario.comparator) == ("baseline", "baseline")
    assert set(scenario.title) == {"en", "fi", "sv"}


def test_shipped_names():
    assert "baseline" in scenarios.names()
    assert "parameters" not in scenarios.names()


def test_a_block_gets_places_dates_and_defaults(load):
    scenario = load(mine=MINE)
    block = scenario.interventions["a"]
    assert scenario.id == "mine"
    assert scenario.title == {"en": "mine", "fi": "mine", "sv": "mine"}
    assert block.places == scenario.population.places
    assert block.span(scenario.time.start) == (12, 36)
    assert (block.reach.value, block.reach.name) == (0.3, "camp.reach")
    assert block.price.name == "interventions.a.price"
    assert block.channels["online"].frequency.name == "interventions.a.channels.online.frequency"
    assert block.length is None


def test_end_is_the_last_day(load):
    text = MINE.replace("months = 24", "end = 2019-12-31")
    assert load(mine=text).interventions["a"].span(datetime.date(2017, 1, 1)) == (12, 36)


def test_a_child_changes_one_number(load):
    child = '[scenario]\nextends = "mine"\n[interventions.a]\nreach = 0.5\n'
    scenario = load(child=child, mine=MINE)
    block = scenario.interventions["a"]
    assert (block.reach.value, block.price.value, block.months) == (0.5, 100, 24)
    assert scenario.origins["interventions.a.reach"].endswith("child.toml")
    assert scenario.origins["interventions.a.price"].endswith("mine.toml")
    assert scenario.origins["time.years"] == "scenarios/baseline.toml"


def test_quantities_and_lists_are_replaced_whole(load):
    child = '[scenario]\nextends = "mine"\n[interventions.a]\nprice = { value = 70 }\n'
    child += '[population]\nplaces = ["491"]\n'
    scenario = load(child=child, mine=MINE)
    assert scenario.interventions["a"].price.low is None
    assert scenario.population.places == ("491",)


def test_remove_drops_a_block(load):
    child = '[scenario]\nextends = "mine"\nremove = ["interventions.a"]\n'
    scenario = load(child=child, mine=MINE)
    assert scenario.interventions == {}
    assert not any(key.startswith("interventions") for key in scenario.origins)


@pytest.mark.parametrize(
    ("places", "count"),
    [('["all"]', 309), ('["491", "Mikkeli", "mikkeli"]', 1), ('["county:etelä-savo"]', 12), ('["020"]', 1)],
)
def test_places(load, places, count):
    text = f'[scenario]\nextends = "baseline"\n[population]\nplaces = {places}\n'
    assert len(load(mine=text).population.places) == count


@pytest.mark.parametrize("key", ["wellbeing.persistence", '"wellbeing.persistence"'])
def test_parameters_are_replaced_under_their_name(load, key):
    text = '[scenario]\nextends = "baseline"\n[parameters]\n'
    text += f"{key} = {{ value = 0.9, low = 0.85, high = 0.95 }}\n"
    q = load(mine=text).parameters["wellbeing.persistence"]
    assert (q.value, q.unit, q.name, q.dist) == (0.9, "share", "wellbeing.persistence", "beta")


def test_a_default_follows_the_scenarios_own_parameter(load):
    scenario = load(mine=MINE + "[parameters]\ncamp.reach = 0.25\n")
    assert scenario.interventions["a"].reach.value == 0.25


def test_overrides_are_laid_over_the_files(load):
    scenario = load(
        {"population.places": ["Mikkeli"], "time.years": 1, "population.residents": 500}, mine=MINE
    )
    assert scenario.population.places == ("491",)
    assert scenario.interventions["a"].places == ("491",)
    assert scenario.time.years == 1
    assert scenario.origins["time.years"] == "command line"


def test_draws_are_shared_and_independent(load):
    first = load(mine=MINE)
    other = '[interventions.b]\nkind = "camp"\nprice = { value = 9, low = 5, high = 12 }\n'
    second = load(mine=other + MINE)
    for d in range(5):
        a, b = scenarios.draw(first, d), scenarios.draw(second, d)
        assert all(b[key] == value for key, value in a.items())
        assert a["interventions.a.reach"] == a["camp.reach"]
    assert scenarios.draw(first, 1) != scenarios.draw(first, 2)
    assert scenarios.draw(first, 1, seed=1) != scenarios.draw(first, 1, seed=2)


def test_draw_zero_is_central(load):
    drawn = scenarios.draw(load(mine=MINE), 0)
    assert drawn["wellbeing.persistence"] == 0.94
    assert drawn["wellbeing.table"] == [1.0, 2.0, 3.0]
    assert drawn["interventions.a.price"] == 100
    assert drawn["interventions.a.channels.online.frequency"] == 4


def test_draws_respect_the_fields_range(load):
    text = MINE + "reach = { value = 0.85, low = 0.75, high = 0.9 }\n"
    scenario = load(mine=text)
    assert max(scenarios.draw(scenario, d)["interventions.a.reach"] for d in range(1, 300)) == 0.9


def test_a_scenario_survives_pickling(load):
    scenario = load(mine=MINE)
    again = pickle.loads(pickle.dumps(scenario))
    assert scenarios.draw(again, 3) == scenarios.draw(scenario, 3)

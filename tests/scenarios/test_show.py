"""Showing: the resolved text loads to the same scenario, differences are complete, the schema fits the
files.
"""

import tomllib

import scenarios
from scenarios.locate import spots

MINE = """
[scenario]
extends = "baseline"
[interventions.a]
kind = "camp"
price = { value = 100, low = 50, high = 150, source = 'say "so"' }
start = 2018-01-01
places = ["Vantaa"]
[parameters]
wellbeing.table = [1, 2, 4]
"""


def test_resolved_text_is_the_same_scenario(load):
    scenario = load(mine=MINE)
    text = scenarios.resolved(scenario)
    again = load(again=text)
    assert scenarios.diff(scenario, again) == []
    assert again.population == scenario.population
    assert all(scenarios.draw(again, d) == scenarios.draw(scenario, d) for d in range(4))


def test_resolved_text_names_origins(load):
    lines = scenarios.resolved(load(mine=MINE)).splitlines()
    assert "years = 5  # scenarios/baseline.toml" in lines
    assert any(line.startswith("price =") and line.endswith("mine.toml") for line in lines)
    assert "# reach = 0.3 [share of segment per year]  # parameter camp.reach" in lines
    assert any(line.startswith('"wellbeing.table" =') and line.endswith("mine.toml") for line in lines)


def test_diff_lists_what_changed(load):
    first, second = (
        load(mine=MINE),
        load(mine=MINE.replace("value = 100", "value = 101").replace("[1, 2, 4]", "[1, 2, 5]")),
    )
    changed = {c.key: (c.first, c.second) for c in scenarios.diff(first, second)}
    assert list(changed) == ["interventions.a.price", "parameters.wellbeing.table"]
    assert changed["interventions.a.price"][1]["value"] == 101


def test_schema_covers_kinds_and_requires_nothing(kinds):
    schema = scenarios.json_schema(kinds)
    camp = schema["$defs"]["Camp"]
    assert "required" not in camp
    assert camp["additionalProperties"] is False
    number, table = camp["properties"]["reach"]["anyOf"]
    assert number == {"type": "number", "minimum": 0, "maximum": 0.9}
    assert table["$ref"].rpartition("/")[2] in schema["$defs"]
    assert "extends" in schema["$defs"]["Head"]["properties"]
    assert set(schema["properties"]) == {
        "scenario",
        "population",
        "time",
        "runs",
        "interventions",
        "parameters",
    }


def test_schema_keeps_classes_of_one_name_apart(kinds):
    other = type("Camp", (scenarios.Block,), {"__module__": "elsewhere"})
    schema = scenarios.json_schema({**kinds, "other": other})
    first, second = schema["properties"]["interventions"]["additionalProperties"]["anyOf"]
    assert first["allOf"][0] != second["allOf"][0]


def test_every_key_has_its_spot():
    text = '''
# comment with = and [brackets]
a.b = """x = 1
[not.a.table]"""
"quo.ted" = 'it # is'
[t.u]
list = [ "a,b", { x = 1, y = [2, 3] }, # why
  4 ]
when = 2018-01-01T10:00:00
[[many]]
k = 1
[[many]]
k = 2
'''
    tomllib.loads(text)
    found = spots(text)
    assert {"a", "a.b", "quo.ted", "t.u", "t.u.list.1.y.1", "t.u.list.2", "many.0.k", "many.1.k"} <= set(
        found
    )
    assert text[found["t.u.list.1.y.1"].value] == "3"
    assert text[found["t.u.list.2"].value] == "4"
    assert text[found["many.1.k"].value] == "2"
    assert "not.a.table" not in found

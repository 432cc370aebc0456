"""parameters.toml: nested tables to dotted names; nothing without unit, source, evidence and verified."""

import pytest

from scenarios import ScenarioError, parameters

GOOD = """
[wellbeing]
pace = { value = 0.5, low = 0, high = 1, unit = "share", evidence = "derived", source = "A", verified = true }

[wellbeing.set_point.education]
value = [3.7, 3.8, 4.0]
axes = ["education"]
unit = "EUROHIS score"
evidence = "derived"
source = "FinSote 2018"
verified = false
"""


def read(tmp_path, text):
    path = tmp_path / "parameters.toml"
    path.write_text(text, encoding="utf-8")
    return parameters.read(path)


def test_dotted_names_and_fields(tmp_path):
    found = read(tmp_path, GOOD)
    assert list(found) == ["wellbeing.pace", "wellbeing.set_point.education"]
    assert found["wellbeing.pace"].dist == "beta"
    assert found["wellbeing.pace"].name == "wellbeing.pace"
    assert found["wellbeing.set_point.education"].axes == ["education"]


def test_all_faults_at_once(tmp_path):
    text = """
[a]
bare = 3
no_unit = { value = 1, evidence = "derived", source = "x", verified = true }
no_rest = { value = 1, unit = "ratio" }
misspelt = { value = 1, unit = "ratio", evidence = "published", source = "x", verified = true, hihg = 3 }
guess = { value = 1, unit = "ratio", evidence = "guess", source = "x", verified = true }
"""
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, text)
    lines = {p.key: (p.line, f"{p.message} {p.hint}") for p in error.value.problems}
    assert lines["a.bare"][0] == 3
    assert "missing unit" in lines["a.no_unit"][1]
    assert "missing source, evidence, verified" in lines["a.no_rest"][1]
    assert "'high'" in lines["a.misspelt.hihg"][1]
    assert "'published', 'derived' or 'assumption'" in lines["a.guess.evidence"][1]


def test_the_shipped_numbers_are_readable():
    assert all(q.source and q.unit and q.name == name for name, q in parameters.shipped().items())


def test_every_table_says_what_its_numbers_stand_for():
    """Each list of the shipped file has one entry of its axes for each number; the names are those that the model's code uses."""
    from sim.ledger import PAYERS
    from sim.maturity import DIMENSIONS
    from sim.residents import SERVICES, Education, Stage, Status, Urbanity
    from sim.rules.life import HEALTH_BANDS

    tables = {name: q for name, q in parameters.shipped().items() if q.is_table}
    assert len(tables) > 80
    for name, q in tables.items():
        assert len(parameters.entries(q)) == len(q.value), name
    found = parameters.axes()
    assert {axis for q in tables.values() for axis in q.axes} == set(found)
    lists = {"service": SERVICES, "payer": PAYERS, "dimension": DIMENSIONS}
    codes = {"education": Education, "urbanity": Urbanity, "area_class": Urbanity, "stage": Stage, "status": Status}
    for axis, names in lists.items() | {(axis, tuple(kind.__members__)) for axis, kind in codes.items()}:
        assert tuple(found[axis]) == tuple(names), axis
    for axis, bounds in {"health_band": [0, *HEALTH_BANDS], "age_band": parameters.shipped()["population.age_bands"].value}.items():
        assert [int(name.rstrip("+").split("-")[0]) for name in found[axis]] == bounds


def test_entries_of_a_table_along_two_axes():
    q = parameters.shipped()["work.job_loss"]
    assert parameters.entries(q)[:2] == [("men", "16-17"), ("men", "18-19")] and parameters.entries(q)[-1] == ("women", "65+")
    bare = q.model_copy(update={"axes": []})
    assert parameters.entries(bare) == [] and parameters.entries(bare, q.axes) == parameters.entries(q)
    assert parameters.entries(q.model_copy(update={"value": [1.0]})) == []

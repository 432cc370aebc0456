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

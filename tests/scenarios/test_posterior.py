"""Calibrated draws: read, checked, joint, and overruled by what a scenario itself sets."""

import tomllib

import pandas as pd
import pytest

import scenarios
from scenarios import ScenarioError
from sim.intervention import kinds


@pytest.fixture
def load(tmp_path):
    """load({parameter: levels}, more overrides): the baseline with a posterior of these columns."""

    def _load(columns, **more):
        path = tmp_path / "fit.parquet"
        pd.DataFrame(columns).to_parquet(path)
        return scenarios.load("baseline", kinds=kinds(), overrides={"runs.posterior": str(path), **more})

    return _load


LEVELS = [3.0 + 0.01 * i for i in range(12)]
FACTORS = [0.9 + 0.02 * i for i in range(12)]


def test_rows_are_joint_draws_and_draw_0_is_their_mean(load):
    s = load({"wellbeing.base": LEVELS, "visit.age": FACTORS})
    plain = scenarios.load("baseline", kinds=kinds(), overrides={"runs.posterior": "none"})
    table = plain.parameters["visit.age"].value
    for draw in (1, 5, 12):
        values = scenarios.draw(s, draw)
        assert values["wellbeing.base"] == LEVELS[draw - 1]
        assert values["visit.age"] == pytest.approx([v * FACTORS[draw - 1] for v in table])
    assert scenarios.draw(s, 13)["wellbeing.base"] == LEVELS[0]
    assert scenarios.draw(s, 0)["wellbeing.base"] == pytest.approx(sum(LEVELS) / 12)


def test_other_numbers_keep_their_draws(load):
    plain = scenarios.load("baseline", kinds=kinds(), overrides={"runs.posterior": "none"})
    a, b = scenarios.draw(plain, 3), scenarios.draw(load({"wellbeing.base": LEVELS}), 3)
    assert {name for name in a if a[name] != b[name]} == {"wellbeing.base"}


def test_what_a_scenario_sets_itself_wins(load):
    s = load({"wellbeing.base": LEVELS}, **{"parameters.wellbeing.base": 2.5})
    assert scenarios.draw(s, 4)["wellbeing.base"] == 2.5


@pytest.mark.parametrize(("columns", "says"), [
    ({"wellbeing.bse": LEVELS}, "Did you mean 'wellbeing.base'"),
    ({"wellbeing.base": LEVELS[:3]}, "at least 10"),
    ({"wellbeing.base": [*LEVELS, float("nan")]}, "row 13"),
    ({"health.onset_strain": [*LEVELS, -1.0]}, "outside 0-inf"),
])
def test_a_wrong_posterior_is_refused_in_one_line(load, columns, says):
    with pytest.raises(ScenarioError, match=says.replace("?", r"\?")) as error:
        load(columns)
    assert len(error.value.problems) == 1


def test_a_missing_posterior_is_named():
    with pytest.raises(ScenarioError, match="there is no posterior 'finland'"):
        scenarios.load("baseline", kinds=kinds(), overrides={"runs.posterior": "finland"})


def test_shipped_scenarios_draw_from_the_shipped_fit():
    s = scenarios.load("promeq", kinds=kinds())
    assert s.runs.posterior == "finland_2018" and "wellbeing.base" in s.posterior


def test_a_resolved_scenario_has_the_same_draws_wherever_it_lies(load, tmp_path):
    s = load({"wellbeing.base": LEVELS, "visit.age": FACTORS})
    text = scenarios.resolved(s)
    calibrated = tomllib.loads(text)["calibrated"]
    assert calibrated["wellbeing.base"]["value"] == pytest.approx(sum(LEVELS) / 12)
    assert calibrated["visit.age"]["high"] == pytest.approx(max(FACTORS) / (sum(FACTORS) / 12))
    other = tmp_path / "elsewhere" / "again.toml"
    other.parent.mkdir()
    other.write_text(text)
    again = scenarios.load(str(other), kinds=kinds())
    assert all(scenarios.draw(again, draw) == scenarios.draw(s, draw) for draw in (0, 1, 7))


def test_calibrated_numbers_without_their_posterior_are_refused(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[scenario]\nid = "mine"\n\n[calibrated]\n"wellbeing.base" = 2\n')
    with pytest.raises(ScenarioError, match="unknown section 'calibrated'"):
        scenarios.load(str(file), kinds=kinds())

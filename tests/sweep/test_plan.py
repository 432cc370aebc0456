"""Plan files: every mistake told at once with its place and a near miss; designs, constraints, posterior draws and task keys."""

import datetime
import re
import textwrap
from pathlib import Path

import pandas as pd
import pytest

from scenarios import ScenarioError
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from sim.sweep import tasks
from sim.sweep.constraint import Constraint
from sim.sweep.expand import expand

GOOD = """
[sweep]
scenarios = ["promeq"]
design = "sobol"
points = 16
replicates = 2

[set]
"population.residents" = 300
time.years = 1

[vary]
"interventions.youth_groups.capacity" = { low = 0.1, high = 5.0 }
"interventions.youth_groups.weeks" = { low = 4, high = 12 }
"interventions.joint_service.start" = [2017-01-01, 2017-07-01]
parameters.wellbeing.persistence = "own"
"parameters.health.onset" = "own"

[constraints]
cap = "interventions.youth_groups.capacity * 2 <= 8"
"""


@pytest.fixture
def read(tmp_path):
    """read(text): the checked plan of a text."""

    def load(text, name="p.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return plans.load(tmp_path / name)

    return load


def test_a_good_plan(read):
    plan = read(GOOD)
    assert list(plan.arms) == ["baseline", "promeq"]
    assert len(plan.points) + plan.dropped == 16 and plan.dropped > 0
    for row in plan.points:
        assert row["interventions.youth_groups.capacity"] <= 4.0
        assert isinstance(row["interventions.youth_groups.weeks"], int) and 4 <= row["interventions.youth_groups.weeks"] <= 12
        assert row["interventions.joint_service.start"] in (datetime.date(2017, 1, 1), datetime.date(2017, 7, 1))
    assert read(GOOD).points == plan.points


MISTAKES = {
    'points = 16': ('points = 15', "no power of 2"),
    'design = "sobol"': ('desing = "sobol"', "Did you mean 'design'?"),
    'scenarios = ["promeq"]': ('scenarios = ["promek"]', "Did you mean 'promeq'?"),
    '"population.residents" = 300': ('"population.residnets" = 300', "Did you mean 'population.residents'?"),
    'time.years = 1': ('time.years = 0', "must be at least 1"),
    '"interventions.youth_groups.weeks"': ('"interventions.youth_grups.weeks"', "Did you mean 'interventions.youth_groups.weeks'?"),
    '{ low = 4, high = 12 }': ('{ low = 12, high = 4 }', "low is not below high"),
    '{ low = 0.1, high = 5.0 }': ('{ low = -3.0, high = 5.0 }', "is below 0"),
    '= [2017-01-01, 2017-07-01]': ('= [2017-01-15]', "not the first day of a month"),
    '* 2 <= 8"': ('* 2"', "needs a comparison"),
    'cap = "interventions.youth_groups.capacity': (
        'cap = "interventions.youth_groups.capasity', "Did you mean 'interventions.youth_groups.capacity'?"),
}


@pytest.mark.parametrize("old", MISTAKES)
def test_a_mistake_is_told_at_its_place(read, old):
    new, words = MISTAKES[old]
    assert old in GOOD
    with pytest.raises(ScenarioError) as error:
        read(GOOD.replace(old, new))
    assert any(words in str(p) and p.line > 0 for p in error.value.problems), str(error.value)


def test_all_mistakes_at_once(read):
    text = GOOD
    for old in ('time.years = 1', '{ low = 4, high = 12 }', '* 2 <= 8"', '= [2017-01-01, 2017-07-01]', 'points = 16'):
        text = text.replace(old, MISTAKES[old][0])
    with pytest.raises(ScenarioError) as error:
        read(text.replace("points = 15", 'points = "many"'))
    assert len(error.value.problems) >= 5


def test_constraints_read_sums_and_evaluate_no_code():
    assert Constraint("a.b + 2 * c <= 10").holds({"a.b": 4, "c": 3})
    assert not Constraint("a.b / c < 1").holds({"a.b": 4, "c": 0})
    assert Constraint("0 < a < 1").holds({"a": 0.5})
    for text in ("__import__('os') == 1", "a.b", "f(a) < 2", "a if b else c < 1", "a << 2 < 3", "'x' < a"):
        with pytest.raises(ValueError, match=r"comparison|cannot use"):
            Constraint(text)


def test_a_grid_counts_and_a_list_is_taken_as_it_is(read):
    head = '[sweep]\nscenarios = ["promeq"]\ndesign = "{}"\n[set]\n"population.residents" = 300\n'
    grid = read(head.format("grid") + '[vary]\n"parameters.wellbeing.persistence" = { low = 0.8, high = 0.9, steps = 3 }\n'
                '"interventions.youth_groups.online" = [true, false]\n')
    assert len(grid.points) == 6
    assert sorted({p["parameters.wellbeing.persistence"] for p in grid.points}) == pytest.approx([0.8, 0.85, 0.9])
    rows = "".join(f'[[list]]\n"parameters.wellbeing.persistence" = {value}\n' for value in (0.87, 0.9))
    listed = read(head.format("list") + rows)
    assert [p["parameters.wellbeing.persistence"] for p in listed.points] == [0.87, 0.9]


def test_morris_loses_whole_trajectories(read):
    pytest.importorskip("SALib")
    plan = read(GOOD.replace('"sobol"', '"morris"'))
    assert len(plan.points) % 6 == 0 and plan.dropped % 6 == 0 and plan.dropped > 0


def test_a_table_of_numbers_is_varied_by_a_ratio(read, tmp_path):
    folder = folders.create(read(GOOD), tmp_path / "s")
    row = folder.tasks.iloc[-1]
    ratio = row["parameters.health.onset"]
    base = read(GOOD).arms["promeq"].parameters["health.onset"].value
    assert folder.scenario(row.to_dict()).parameters["health.onset"].value == pytest.approx([v * ratio for v in base])


def test_posterior_draws_are_set_draw_by_draw(read, tmp_path):
    """Row k of the posterior is draw k; other numbers are drawn as they would be."""
    pd.DataFrame({"wellbeing.persistence": [0.81, 0.82, 0.83], "draw": [1, 2, 3]}).to_parquet(tmp_path / "post.parquet")
    text = '[sweep]\nscenarios = ["promeq"]\ndraws = 2\nposterior = "post.parquet"\n[set]\n"population.residents" = 300\n'
    folder = folders.create(read(text), tmp_path / "s")
    found = {(r["draw"], folder.scenario(r).parameters["wellbeing.persistence"].value) for r in folder.tasks.to_dict("records")}
    assert found == {(1, 0.81), (2, 0.82)}
    more = expand(folder, draws=1)
    assert {r["draw"] for r in more.runs.to_dict("records")} == {1, 2, 3}
    with pytest.raises(ValueError, match="has 3 rows"):
        expand(more, draws=1)
    with pytest.raises(ScenarioError, match="the posterior has 3 rows"):
        read(text.replace("draws = 2", "draws = 9"))


def test_a_key_is_everything_that_decides_a_result(read, tmp_path):
    """The same plan gives the same keys; another replicate, value, size or seed gives others; an id or a title does not."""
    one = folders.create(read(GOOD), tmp_path / "a").runs
    same = folders.create(read(GOOD), tmp_path / "b").runs
    assert one["key"].tolist() == same["key"].tolist() and one["key"].is_unique
    other = folders.create(read(GOOD.replace("= 300", "= 301")), tmp_path / "c").runs
    assert not set(one["key"]) & set(other["key"])
    seed = folders.create(read(GOOD.replace("replicates = 2", "replicates = 2\nseed = 5")), tmp_path / "d").runs
    assert not set(one["key"]) & set(seed["key"])


def test_settings_read_back_as_they_were():
    value = {"a.b": datetime.date(2018, 1, 1), "c": [1.5, 2], "d": "Mikkeli", "e": True}
    assert tasks.read_settings(tasks.text(value)) == value


def test_the_scenarios_are_kept_with_the_sweep(tmp_path):
    """An edit of the scenario's file is refused on resume, and does not reach tasks that were laid out before."""
    mine = tmp_path / "mine.toml"
    text = '[scenario]\nid = "mine"\nextends = "promeq"\n[parameters]\nwellbeing.persistence = 0.9\n'
    mine.write_text(text, encoding="utf-8")
    (tmp_path / "p.toml").write_text('[sweep]\nscenarios = ["mine.toml"]\n[set]\n"population.residents" = 300\n', encoding="utf-8")
    folder = folders.create(plans.load(tmp_path / "p.toml"), tmp_path / "s")
    mine.write_text(text.replace("0.9", "0.8"), encoding="utf-8")
    row = folder.tasks[folder.tasks["arm"] == "mine"].iloc[0].to_dict()
    assert folder.scenario(row).parameters["wellbeing.persistence"].value == 0.9
    with pytest.raises(ValueError, match="scenario 'mine' was edited"):
        folders.create(plans.load(tmp_path / "p.toml"), tmp_path / "s")


def test_the_plan_that_the_page_shows_is_a_plan(read):
    """docs/cluster.md: its plan with the parts it adds, as a stranger would put them together."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "cluster.md").read_text(encoding="utf-8")
    blocks = [textwrap.dedent(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    assert len(blocks) == 3
    plan = read("\n".join(blocks))
    assert plan.points and plan.dropped and plan.search.candidates == 64 and plan.cluster.cpus == 32
    from sim.sweep.search import check

    assert check(plan).maximise == ["wellby"]

"""A search on tasks of a known answer: its frontier, how steady it is, and its mixes as scenarios."""

import pytest

from sim import runs
from sim.sweep import drive, search
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from tests.sweep.plans import two_capacities

pytest.importorskip("optuna")
PLAN = """
[sweep]
scenarios = ["promeq"]
design = "lhs"
points = 4
replicates = 3
""" + two_capacities(years=2) + """
[search]
maximise = ["wellby"]
minimise = ["cost_public"]
limits = { cost_public = "<= 60" }
candidates = 24
generation = 6
"""


def test_the_frontier_is_found_and_its_mixes_are_scenarios(tmp_path):
    """Elders cost and bring nothing, so mixes on the frontier are ever dearer in youth; none passes the limit."""
    (tmp_path / "mix.toml").write_text(PLAN, encoding="utf-8")
    plan = plans.load(tmp_path / "mix.toml")
    folder = folders.create(plan, tmp_path / "mix", "tests.sweep.jobs:reply")
    found = search.find(plan, folder, lambda current: drive.carry_out(current, current.missing(), "here"))
    assert len(found) >= 24
    best = found[found["frontier"]].sort_values("cost_public")
    assert best["wellby"].is_monotonic_increasing and (best["cost_public"] <= 60).all()
    assert not found[found["cost_public"] > 60]["frontier"].any()
    assert (best["steady"] == 1.0).all() and (found[~found["frontier"]]["steady"] == 0.0).all()  # replicates move all candidates alike
    files = search.keep(plan, folders.Folder(folder.path), found)
    assert len(files) == len(best)
    assert {"candidates.csv", "frontier.csv", "frontier.png"} <= {p.name for p in (folder.path / "search").iterdir()}
    mix, row = runs.load(str(files[0])), found[found["frontier"]].iloc[0]
    assert mix.interventions["youth_groups"].capacity.value == pytest.approx(row["interventions.youth_groups.capacity"])
    assert mix.comparator.startswith("without_")


@pytest.mark.parametrize(("old", "new", "words"), [
    ('maximise = ["wellby"]', 'maximise = ["welby"]', "no measure 'welby'"),
    ('"<= 60"', '"< 60"', 'needs "<= number"'),
    ('maximise = ["wellby"]\nminimise = ["cost_public"]', "", "needs"),
])
def test_a_wrong_search_is_told_before_anything_runs(tmp_path, old, new, words):
    assert old in PLAN
    (tmp_path / "mix.toml").write_text(PLAN.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        search.check(plans.load(tmp_path / "mix.toml"))

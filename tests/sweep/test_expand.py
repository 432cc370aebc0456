"""A sweep that grows: points go on where the design stopped, scenarios get all of it, and what cannot be added is said."""

import pytest

from results.sweeps import read
from sim.sweep import drive
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from sim.sweep.expand import expand
from tests.sweep.plans import TWO_CAPACITIES

PLAN = """
[sweep]
scenarios = ["promeq"]
design = "{design}"
points = {points}
""" + TWO_CAPACITIES
FACTORS = ["interventions.youth_groups.capacity", "interventions.elder_groups.capacity"]


@pytest.fixture
def made(tmp_path):
    """made(design, points): a folder of quick tasks, and its plan's path."""

    def make(design="sobol", points=8, name="s"):
        file = tmp_path / f"{name}.toml"
        file.write_text(PLAN.format(design=design, points=points), encoding="utf-8")
        return folders.create(plans.load(file), tmp_path / name, "tests.sweep.jobs:quick")

    return make


def values(folder):
    return folder.runs.drop_duplicates("point").sort_values("point")[FACTORS].to_numpy()


def test_the_sobol_sequence_goes_on(made):
    """Eight points and eight more are the sixteen of a plan of sixteen, and nothing that was done is done again."""
    small, whole = made(points=8), made(points=16, name="whole")
    drive.carry_out(small, small.missing(), "here")
    keys = set(small.tasks["key"])
    more = expand(small, laid=8)
    assert (values(more) == values(whole)).all()
    assert set(more.tasks["key"]) == set(whole.tasks["key"]) > keys
    assert sum(len(unit.tasks) for unit in more.missing()) == len(more.tasks) - len(keys)
    assert read.plan(more.path)["designed"] == [[0, 8], [8, 16]]
    with pytest.raises(ValueError, match=r"no power of 2.*add 16"):
        expand(more, laid=5)


def test_other_designs_get_points_of_their_own(made):
    for design, laid, added in (("lhs", 4, 4), ("morris", 2, 6)):
        folder = made(design, 4, design)
        before = values(folder)
        after = values(expand(folder, laid=laid))
        assert len(after) == len(before) + added
        assert not (after[-added:] == before[:added]).all()


def test_a_scenario_is_added_with_all_points(made):
    folder = made()
    drive.carry_out(folder, folder.missing(), "here")
    more = expand(folder, scenarios=["supported_employment"])
    assert more.facts["arms"] == ["baseline", "promeq", "supported_employment"]
    assert more.runs.groupby("arm")["point"].nunique().tolist() == [8, 8, 8]
    again = expand(more, replicates=1)
    assert again.runs.groupby("arm").size().tolist() == [16, 16, 16]
    drive.carry_out(again, again.missing(), "here")
    assert not again.missing()
    assert folders.open_folder(folder.path).scenario(again.runs.iloc[-1].to_dict()).id == "supported_employment"


def test_what_cannot_be_added_is_said(made, tmp_path):
    folder = made()
    with pytest.raises(ValueError, match="has a scenario 'promeq' already"):
        expand(folder, scenarios=["promeq"])
    other = tmp_path / "other.toml"
    other.write_text('[scenario]\nid = "other"\nextends = "promeq"\n[time]\nyears = 3\nburn_in = 3\n', encoding="utf-8")
    with pytest.raises(ValueError, match="differ in time"):
        expand(folder, scenarios=[str(other)])
    listed = tmp_path / "list.toml"
    listed.write_text(PLAN.format(design="list", points=1).partition("[vary]")[0] + f'[[list]]\n"{FACTORS[0]}" = 1.0\n', encoding="utf-8")
    with pytest.raises(ValueError, match="points of a list are all there"):
        expand(folders.create(plans.load(listed), tmp_path / "l", "tests.sweep.jobs:quick"), laid=4)
    assert len(list((folder.path / "tasks").glob("part-*.parquet"))) == 1  # nothing half-written


def test_an_edited_plan_is_shown_how_to_grow(made, tmp_path):
    """More Sobol' points and another scenario are offered; the offer, taken, gives what the edited plan wanted."""
    folder = made()
    file = tmp_path / "s.toml"
    text = file.read_text().replace('["promeq"]', '["promeq", "supported_employment"]').replace("points = 8", "points = 16")
    file.write_text(text.replace("[set]", "draws = 3\n[set]"), encoding="utf-8")
    with pytest.raises(ValueError, match="--add-draws 3 --add-points 8 --add-scenario"):
        folders.create(plans.load(file), folder.path, "tests.sweep.jobs:quick")
    more = expand(folder, draws=3, laid=8, scenarios=["supported_employment"])
    wanted = folders.create(plans.load(file), tmp_path / "wanted", "tests.sweep.jobs:quick")
    assert set(wanted.tasks["key"]) <= set(more.tasks["key"])

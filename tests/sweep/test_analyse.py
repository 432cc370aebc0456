"""What an analysis says of sweeps whose answer is known, what it leaves out, and its page."""

import re

import pandas as pd
import pytest

from results.sweeps import read
from results.sweeps.analyse import analyse, page
from sim.sweep import drive
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from sim.sweep.expand import expand
from tests.sweep.plans import TWO_CAPACITIES

pytest.importorskip("SALib")
PLAN = """
[sweep]
scenarios = ["promeq"]
design = "{design}"
points = {points}
replicates = 2
""" + TWO_CAPACITIES


def done(tmp_path, design, points, job="reply"):
    file = tmp_path / "known.toml"
    file.write_text(PLAN.format(design=design, points=points), encoding="utf-8")
    folder = folders.create(plans.load(file), tmp_path / "known", f"tests.sweep.jobs:{job}")
    drive.carry_out(folder, folder.missing(), "here")
    return folder


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """An analysed sweep of 128 Sobol' points: youth carries wellbeing, elders above 3.5 and youth below 2.5 widen the gap."""
    folder = done(tmp_path_factory.mktemp("known"), "sobol", 128)
    return folder, analyse(folder.path, ("wellby", "gap"))


def table(folder, name):
    return pd.read_csv(folder.path / "analysis" / f"{name}.csv")


def test_the_factor_that_carries_the_answer_is_named(known):
    folder, said = known
    assert any("promeq, WELLBYs: interventions.youth_groups.capacity carries 100 %" in line for line in said)
    pawn = table(folder, "promeq_wellby_pawn").set_index("factor")
    assert pawn.loc["interventions.youth_groups.capacity", "matters"]
    assert not pawn.loc["interventions.elder_groups.capacity", "matters"]  # no more than the dummy
    assert "dummy" in pawn.index


def test_where_the_policy_fails_is_found(known):
    """Cases are points with many places for elders and few for youth; the box has both ends."""
    folder, said = known
    box = table(folder, "promeq_box").set_index("factor")
    assert box.loc["interventions.elder_groups.capacity", "low"] == pytest.approx(3.5, abs=0.3)
    assert pd.isna(box.loc["interventions.elder_groups.capacity", "high"])
    assert any("fails to narrow the gap with" in line for line in said)


def test_the_page_holds_every_figure_and_fetches_nothing(known):
    folder, said = known
    text = page(folder.path).read_text(encoding="utf-8")
    pictures = {p.stem for p in (folder.path / "analysis").glob("*.png")}
    assert {"regret_wellby", "promeq_wellby_tornado", "promeq_wellby_indices", "promeq_wellby_interaction", "promeq_fails"} <= pictures
    assert set(re.findall(r'<figure id="figure-(\w+)"', text)) == pictures
    assert not re.search(r'(?:src|href)="https?:', text)
    assert said[0].split(":")[0] in text


def test_central_values_are_not_mixed_with_drawn_ones(tmp_path):
    """In the made-up job draw 0 is 100 better: once draws are added, no mean may show it."""
    folder = done(tmp_path, "lhs", 20)
    assert read.effects(read.decisions(folder.path), "baseline")["wellby"].mean() > 99
    more = expand(folder, draws=2)
    drive.carry_out(more, more.missing(), "here")
    said = analyse(folder.path, ("wellby",))
    assert "central values (draw 0)" in said[0]
    assert table(folder, "summary").set_index("measure").loc["wellby", "mean"] < 1
    assert table(folder, "promeq_wellby_tornado")["high"].max() < 1


def test_morris_screens_and_the_same_runs_carry_an_emulator(tmp_path):
    folder = done(tmp_path, "morris", 12)
    said = analyse(folder.path, ("wellby",))
    first = table(folder, "promeq_wellby_morris").iloc[0]
    assert first["factor"] == "interventions.youth_groups.capacity" and first["mu_star"] == pytest.approx(0.45, rel=0.01)
    assert (folder.path / "analysis" / "promeq_wellby_sobol.csv").is_file()
    assert any("Morris" in line for line in said)


def test_a_trajectory_that_lacks_a_point_is_left_out_whole(tmp_path):
    file = tmp_path / "known.toml"
    file.write_text(PLAN.format(design="morris", points=12), encoding="utf-8")
    folder = folders.create(plans.load(file), tmp_path / "known", "tests.sweep.jobs:reply")
    drive.carry_out(folder, folder.missing()[:-1], "here")
    said = analyse(folder.path, ("wellby",))
    assert any("lack runs and are left out" in line for line in said)


def test_a_small_design_is_warned_of(tmp_path):
    said = analyse(done(tmp_path, "lhs", 9).path, ("wellby",))
    assert any("9 points for 2 factors: too few" in line for line in said)
    (tmp_path / "b").mkdir()
    said = analyse(done(tmp_path / "b", "lhs", 4).path, ("wellby",))
    assert any("4 points are too few to tell what matters" in line for line in said)


def test_points_of_a_search_do_not_count_as_a_design(tmp_path):
    folder = done(tmp_path, "lhs", 20)
    row = {"interventions.youth_groups.capacity": 5.0, "interventions.elder_groups.capacity": 0.5}
    more = expand(folder, points=[row])
    drive.carry_out(more, more.missing(), "here")
    analyse(folder.path, ("wellby",))
    assert table(folder, "promeq_wellby_interaction")["size"].sum() == 20


def test_gaps_of_few_residents_are_told_nowhere(tmp_path):
    """Neither in tables nor in figures; whoever owns the run may ask for all."""
    folder = done(tmp_path, "lhs", 6, "thin")
    assert read.few(folder.path) == ["gap_lonely", "gap"] and read.few(folder.path, 3) == []
    assert {"gap_lonely", "gap"} <= {*read.decisions(folder.path, least=0)}
    said = analyse(folder.path)
    assert "Not told, since fewer than 5 simulated residents stand behind it: gap_lonely, gap." in said
    for file in (folder.path / "analysis").glob("*.csv"):
        columns = pd.read_csv(file)
        assert not [c for c in columns if c.startswith("gap")], file.name
        assert "measure" not in columns or "gap" not in set(columns["measure"])
    assert not any("gap" in path.name for path in (folder.path / "analysis").iterdir())

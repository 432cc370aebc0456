"""`hytesim sweep` as typed: plan or command, near misses, estimate, commands, shards, analysis, search."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from command.app import app
from command.errors import guarded
from tests.sweep.plans import two_capacities

ROOT = Path(__file__).resolve().parents[1]
PLAN = """
[sweep]
scenarios = ["promeq"]
design = "lhs"
points = 10
""" + two_capacities(years=2, most=20.0)
LISTS = {"torn": '["0000', "table": '{"a": 1}', "strange": '["999999"]'}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with plan.toml, carried out in sweeps/plan by two shards and the rest."""
    place = tmp_path_factory.mktemp("typed")
    (place / "plan.toml").write_text(PLAN, encoding="utf-8")
    for words in (("--shard", "2/3", str(place / "plan.toml")), (str(place / "plan.toml"), "--workers", "1")):
        done = typed("sweep", *words, "--engine", "here", "--out", str(place / "sweeps"))
        assert done.exit_code == 0, done.output
    (place / "empty.toml").touch()
    (place / "no_point.toml").write_text(PLAN + '[constraints]\nnone = "interventions.youth_groups.capacity < 0"\n', encoding="utf-8")
    for name in ("damaged", "sweeps/plan/lists"):
        (place / name).mkdir()
    (place / "damaged" / "plan.json").write_text("{", encoding="utf-8")
    for name, text in LISTS.items():
        (place / "sweeps" / "plan" / "lists" / f"{name}.json").write_text(text, encoding="utf-8")
    os.symlink(place / "nowhere" / "at" / "all", place / "dangling")
    return place


def typed(*words):
    return CliRunner().invoke(app, list(words))


def test_two_shards_and_the_rest_make_the_whole(place):
    done = typed("sweep", "status", str(place / "sweeps" / "plan"))
    assert "11 of 11 tasks done (100 %)" in done.output  # the comparator once, the scenario at ten points
    assert typed("sweep", "merge", str(place / "sweeps" / "plan")).exit_code == 0
    assert (place / "sweeps" / "plan" / "merged" / "MANIFEST.json").is_file()


def test_commands_are_for_any_shell(place, tmp_path):
    """Each line is a command; together they do what is missing, and nothing is left to print after."""
    assert typed("sweep", "commands", str(place / "sweeps" / "plan")).output == ""
    for path in ("a/b.toml",):
        (tmp_path / "a").mkdir()
        (tmp_path / path).write_text(PLAN.replace("points = 10", "points = 2"), encoding="utf-8")
    from sim.sweep import folder, plan

    fresh = folder.create(plan.load(tmp_path / "a/b.toml"), tmp_path / "s", "tests.sweep.jobs:quick")
    lines = typed("sweep", "commands", str(fresh.path), "--shards", "2").output.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert shlex.split(line)[0] == sys.executable
        assert subprocess.run(line, shell=True, cwd=ROOT, check=False, timeout=200).returncode == 0
    assert not fresh.missing()


def test_an_analysis_says_and_draws(place):
    pytest.importorskip("SALib")
    done = typed("sweep", "analyse", str(place / "sweeps" / "plan"), "--measure", "wellby")
    assert done.exit_code == 0, done.output
    assert "of the variance" in done.output and "too few" in done.output  # ten points are not enough, and it says so
    files = {p.name for p in (place / "sweeps" / "plan" / "analysis").iterdir()}
    assert {"decisions.csv", "effects.csv", "regret.csv", "satisficing.csv", "promeq_wellby_sobol.csv", "promeq_wellby_pawn.csv",
            "promeq_wellby_tornado.png", "promeq_wellby_interaction.png"} <= files
    page = (place / "sweeps" / "plan" / "report.en.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 3


@pytest.mark.parametrize(("lang", "words"), [("fi", "Mitä havaittiin"), ("sv", "Vad som framkom")])
def test_the_page_speaks_other_languages(place, lang, words):
    pytest.importorskip("SALib")
    done = typed("report", str(place / "sweeps" / "plan"), "--lang", lang)
    assert done.exit_code == 0, done.output
    page = (place / "sweeps" / "plan" / f"report.{lang}.html").read_text(encoding="utf-8")
    assert f'lang="{lang}"' in page and words in page and f"--lang {lang}" in page
    for english in ("What it says", "How to read", "points", "scenarios", "against", "Futures"):
        assert english not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)


def test_the_estimate_is_measured(place):
    done = typed("sweep", str(place / "plan.toml"), "--dry-run")
    assert done.exit_code == 0, done.output
    for words in ("11 tasks", "core-hours", "of memory per worker", "on disk"):
        assert words in done.output
    assert not (Path.cwd() / "sweeps").exists()


@pytest.mark.parametrize(("words", "said"), [
    (["sweep", "statsu", "x"], "Did you mean 'status'?"),
    (["sweep", "nothing.toml"], "there is no plan"),
    (["sweep", "PLAN", "--engine", "slrum"], "Did you mean 'slurm'?"),
    (["sweep", "PLAN", "--shard", "3-40"], "two numbers such as 3/40"),
    (["sweep", "PLAN", "--shard", ""], "two numbers such as 3/40"),  # of a variable that a job script did not set
    (["sweep", "PLAN", "--out", ""], "needs the name of a folder"),
    (["sweep", "PLAN", "--out", "new\n#SBATCH --uid=root"], "line breaks"),
    (["sweep", "PLAN", "--out", "n" * 300], "too long"),
    (["sweep", "PLAN", "--out", "plan.toml"], "is a file"),
    (["sweep", "PLAN", "--out", "dangling"], "cannot be made"),
    (["sweep", "sweeps/plan", "--units", "../none.json"], "no list of chunks"),
    (["sweep", "sweeps/plan", "--units", ""], "no list of chunks"),
    (["sweep", "sweeps/plan", "--units", "lists/torn.json"], "no list of chunks"),
    (["sweep", "sweeps/plan", "--units", "lists/table.json"], "no list of chunks"),
    (["sweep", "sweeps/plan", "--units", "lists/strange.json"], "no chunk '999999'"),
    (["sweep", "empty.toml"], "sweep.scenarios: missing"),
    (["sweep", "no_point.toml"], "no point of the design holds"),
    (["sweep", "status", "damaged"], "is damaged"),
    (["sweep", "PLAN", "--shard", "4/3"], "from 1 to the second"),
    (["sweep", "PLAN", "--shard", "0/40"], "from 1 to the second"),
    (["sweep", "PLAN", "--shard", "41/40", "--out", "new"], "from 1 to the second"),
    (["sweep", "PLAN", "--optimise", "--engine", "slurm"], "--engine dask --address slurm"),
    (["sweep", "PLAN", "--optimise", "--shard", "1/2"], "no shards"),
    (["sweep", "expand", "sweeps/plan"], "nothing to add"),
    (["report", "sweeps/plan", "--lang", "de"], "there are en, fi, sv"),
    (["sweep", "analyse", "sweeps/plan", "--lang", "de"], "there are en, fi, sv"),
    (["sweep", "status", "."], "is no sweep"),
    (["sweep", "PLAN", "--optimise"], "needs [search]"),
])
def test_wrong_input_is_one_clear_line(place, words, said, monkeypatch, capsys):
    words = [str(place / "plan.toml") if w == "PLAN" else w for w in words]
    monkeypatch.setattr(sys, "argv", ["hytesim", *words])
    monkeypatch.chdir(place)
    assert guarded(app) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
    assert not (place / "new").exists()  # nothing half-written


def test_a_search_ends_on_a_frontier_and_is_replayed(tmp_path):
    """Candidates hold to the constraint; a second call computes nothing; the mixes load as scenarios."""
    pytest.importorskip("optuna")
    from sim import runs

    plan = tmp_path / "mix.toml"
    plan.write_text(PLAN.replace("points = 10", "points = 2") + """
[constraints]
budget = "interventions.youth_groups.capacity + interventions.elder_groups.capacity <= 25"
[search]
maximise = ["wellby"]
minimise = ["cost_public"]
candidates = 8
generation = 3
""", encoding="utf-8")
    words = ("sweep", str(plan), "--optimise", "--workers", "1", "--out", str(tmp_path / "sweeps"))
    assert typed(*words).exit_code == 0
    folder = tmp_path / "sweeps" / "mix"
    first = (folder / "search" / "candidates.csv").read_text()
    parts = sorted(p.name for p in (folder / "results").iterdir())
    assert typed(*words).exit_code == 0
    assert (folder / "search" / "candidates.csv").read_text() == first
    assert sorted(p.name for p in (folder / "results").iterdir()) == parts
    import pandas as pd

    found = pd.read_csv(folder / "search" / "candidates.csv")
    assert len(found) >= 8 and found["frontier"].any()
    assert (found.filter(like="capacity").sum(axis=1) <= 25).all()
    best = found[found["frontier"]].sort_values("cost_public")
    assert best["wellby"].is_monotonic_increasing  # more wellbeing costs more, or one would beat the other
    assert len(pd.read_csv(folder / "search" / "frontier.csv")) == found["frontier"].sum()
    mixes = sorted((folder / "search").glob("mix_*.toml"))
    for path in mixes:
        assert runs.load(str(path)).comparator == path.name.replace("mix", "without")
    compared = typed("compare", str(mixes[0]), "--draws", "1", "--replicates", "1", "--out", str(tmp_path / "runs"), "--no-report",
                     "--workers", "1")
    assert compared.exit_code == 0, compared.output
    arms = pd.read_parquet(next((tmp_path / "runs").iterdir()) / "outcomes", columns=["arm"])["arm"]
    assert set(arms) == {"baseline", mixes[0].stem}  # the mix beside its comparator

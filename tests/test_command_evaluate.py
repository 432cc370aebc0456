"""`hytesim evaluate` as an evaluator meets it: the sentence, the run folder, JSON, what it would take, and wrong input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

SMALL = ["--where", "Kuusamo", "--where", "Kalajoki", "--residents", "400", "--years", "3", "--draws", "1", "--replicates", "2",
         "--workers", "1", "--studies", "6", "--n", "60", "--months", "1/12"]


@pytest.fixture(scope="module")
def hytesim(tmp_path_factory):
    """Call the command in a folder of its own: returns (exit code, standard output, standard error, folder)."""

    def call(*arguments):
        import contextlib
        import io

        from command.app import start

        folder = tmp_path_factory.mktemp("evaluated")
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.chdir(folder)
            patch.setenv("COLUMNS", "100")
            patch.setattr(sys, "argv", ["hytesim", "evaluate", *arguments])
            with pytest.raises(SystemExit) as ending:
                start()
        return ending.value.code, out.getvalue(), err.getvalue(), folder

    return call


@pytest.fixture(scope="module")
def answered(hytesim):
    """A small evaluation, made once."""
    return hytesim("promeq", *SMALL)


def test_it_says_what_would_have_been_found_and_what_was_true(answered):
    code, out, err, _ = answered
    assert code == 0, err
    for words in ("A study of 60 (difference-in-differences", "the truth was", "of 6 studies", "True effect on those studied", "Bias",
                  "Intervals that hold the truth", "start after the study", "One municipality on a side", "Run folder"):
        assert words in out, words
    assert "2 of 2 worlds" in err


def test_the_run_folder_holds_tables_text_and_figure(answered):
    from results import store

    (folder,) = (answered[3] / "runs").iterdir()
    run = store.open(folder)
    assert set(run.tables) == {"study", "estimates", "summary"}
    assert len(run.tables["estimates"]) == 6 and len(run.tables["study"]) == 2 and len(run.tables["summary"]) == 1
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {"tables/study.csv", "tables/estimates.csv", "tables/summary.csv", "tables/sentence.txt", "figures/estimates.png",
            "figures/estimates.csv", "figures/estimates.txt", "scenario.promeq.toml", "scenario.baseline.toml"} <= files
    summary, estimates = pd.read_csv(folder / "tables/summary.csv").iloc[0], pd.read_csv(folder / "tables/estimates.csv")
    assert summary["bias"] == pytest.approx((estimates["value"] - estimates["truth"]).mean())
    assert run.manifest["sentence"] in (folder / "tables/sentence.txt").read_text()
    assert run.manifest["study"]["design"] == "did" and run.manifest["study"]["n"] == 60 and run.manifest["arms"] == ["baseline", "promeq"]


def test_two_processes_give_the_same(answered, tmp_path):
    from results import store

    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "hytesim", "evaluate", "promeq", *SMALL, "--workers", "2", "--quiet"]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    one, two = (store.open(next((f / "runs").iterdir())) for f in (answered[3], tmp_path))
    assert one.tables["estimates"].equals(two.tables["estimates"])


def test_json_and_dry_run(hytesim):
    code, out, err, _ = hytesim("promeq", *SMALL, "--design", "its", "--controls", "none", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["summary"]["outcome"] == "contacts" and told["summary"]["studies"] == 6 and "interrupted time series" in told["sentence"]
    code, out, _, folder = hytesim("promeq", *SMALL, "--dry-run")
    assert code == 0 and "Nothing was run" in out and "2 simulated worlds" in out and list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments, said", [
    (["promec"], "Did you mean 'promeq'"),
    (["promeq", *SMALL, "--outcome", "welbeing"], "--outcome: there is no 'welbeing'. Did you mean 'wellbeing'?"),
    (["promeq", *SMALL, "--design", "dd"], "--design: there is no 'dd'"),
    (["promeq", *SMALL, "--months", "12"], "--months 12: months before and after"),
    (["promeq", *SMALL, "--months", "1/60"], "outside the run"),
    (["promeq", *SMALL, "--who", "joint_servise"], "Did you mean 'joint_service'?"),
    (["promeq", *SMALL, "--controls", "Mikeli", "--controls", "Kuusamo"], "no municipality 'Mikeli'. Did you mean 'Mikkeli'?"),
    (["promeq", *SMALL, "--controls", "Mikkeli"], "Mikkeli is not among the 2 municipalities"),
    (["promeq", *SMALL, "--controls", "aeras"], "Did you mean 'areas'?"),
    (["promeq", *SMALL, "--n", "5000000"], "persons to ask of"),
    (["baseline"], "its own comparator"),
])
def test_wrong_input_is_told_and_nothing_is_written(hytesim, arguments, said):
    code, out, err, folder = hytesim(*arguments)
    assert code == 2, err
    assert said in err and "Traceback" not in err and len(err.strip().splitlines()) == 1 and out == ""
    assert list(folder.iterdir()) == []

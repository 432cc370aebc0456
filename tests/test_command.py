"""The command line as a user meets it: answers, exit codes, near misses, interruption, and the same bytes on two processes."""

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SMALL = ["--where", "Kuusamo", "--residents", "300", "--years", "2", "--draws", "2", "--replicates", "1"]


def hytesim(*arguments, cwd, check=None):
    """Run the command in a process of its own; returns (exit code, standard output, standard error)."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = {**os.environ, "PYTHONPATH": root, "COLUMNS": "100"}
    done = subprocess.run([sys.executable, "-m", "hytesim", *arguments], cwd=cwd, env=environment, capture_output=True,
                          text=True, timeout=300)
    if check is not None:
        assert done.returncode == check, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def inside(tmp_path, monkeypatch, capsys):
    """inside(ARGUMENTS): the same as `hytesim` in tmp_path, but within this process, which is many times quicker."""
    from command.app import app
    from command.errors import guarded

    def call(*arguments, check=None):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "argv", ["hytesim", *arguments])
        code = guarded(app)
        out, err = capsys.readouterr()
        if check is not None:
            assert code == check, err
        return code, out, err

    return call


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A small comparison, made once."""
    folder = tmp_path_factory.mktemp("answered")
    _, out, err = hytesim("compare", "promeq", *SMALL, "--workers", "1", cwd=folder, check=0)
    (run,) = (folder / "runs").iterdir()
    return run, out, err


def test_the_version_is_told_and_help_begins_with_comparing(inside):
    assert inside("--version", check=0)[1].strip() == f"hytesim {importlib.metadata.version('hytesim')}"
    told = inside("--help", check=0)[1]
    assert told.index(" compare ") < told.index(" run ") < told.index(" sweep ")


def test_compare_says_and_keeps(answered):
    run, out, err = answered
    for word in ("wellbeing", "Gap", "WELLBY", "QALY", "Municipality", "P(narrows)", "Run folder", "literature"):
        assert word in out
    assert all(len(line) <= 100 for line in out.splitlines() if "Run folder" not in line)
    assert "2 of 2" in err
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["complete"] and manifest["arms"] == ["baseline", "promeq"] and manifest["seed"] == 2018
    assert manifest["assumptions"] > 0 and len(manifest["source_sha256"]) == 64 and "mesa" in manifest["versions"]
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert {"scenario.baseline.toml", "scenario.promeq.toml", "outcomes/part-00000.parquet", "ledger/part-00000.parquet",
            "figures/wellbeing_by_group.png", "figures/cost_by_payer.png", "figures/who_gains.png", "report.en.html"} <= names


def test_two_processes_give_the_same_tables(answered, tmp_path):
    from results import store

    hytesim("compare", "promeq", *SMALL, "--workers", "2", "--quiet", "--no-report", cwd=tmp_path, check=0)
    (run,) = (tmp_path / "runs").iterdir()
    one, two = store.open(answered[0]), store.open(run)
    for name in ("outcomes", "ledger", "twins", "funnel"):
        assert one.tables[name].equals(two.tables[name]), name


def test_run_and_json_and_dry_run(tmp_path, inside):
    _, out, _ = inside("run", "baseline", *SMALL, "--workers", "1", "--keep", "residents", check=0)
    assert "Mean of the last year" in out
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "residents").is_dir()
    _, out, _ = inside("compare", "promeq", *SMALL, "--json", "--no-report", "--workers", "1", check=0)
    assert "sentence" in json.loads(out)["arms"]["promeq"]
    _, out, _ = inside("compare", "promeq", "--dry-run", check=0)
    assert "Nothing was run" in out and "17,533" in out and "Not at work" not in out
    _, out, _ = inside("compare", "promeq", "--where", "Kouvola", "--years", "1", "--draws", "1", "--dry-run", check=0)
    assert "1 municipality, 1 year, 1 draw x" in out and "Not at work within the months of this run: youth_campaign" in out


@pytest.mark.parametrize("arguments, said", [
    (["comparee"], "Did you mean 'compare'"),
    (["compare", "promec"], "Did you mean 'promeq'"),
    (["compare", "promeq", "--where", "Mikeli"], "Did you mean 'Mikkeli'"),
    (["compare", "promeq", "--yeers", "2"], "--years"),
    (["compare", "baseline"], "its own comparator"),
    (["compare", "promeq", "promeq"], "two arms with one id"),
    (["compare", "promeq", "--years", "0"], "--years"),
    (["compare", "promeq", "--draws", "many"], "--draws"),
    (["compare", "nowhere.toml"], "nowhere.toml"),
    (["run", "baseline", "--residents", "99999999999"], "GB of memory"),
    (["compare", "empty.toml"], "empty.toml: the file says nothing. `hytesim scenarios new NAME` starts one."),
    (["scenarios", "check", "bad.toml"], "Did you mean 'social_marketing'"),
    (["run", "baseline", "--keep", "everything"], "only 'residents'"),
    (["compare", "promeq", "--out", "taken/runs"], "taken"),
])
def test_wrong_input_is_told_and_nothing_is_written(arguments, said, tmp_path, inside):
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "bad.toml").write_text(
        '[scenario]\nid = "bad"\nextends = "baseline"\n\n[interventions.x]\nkind = "social_marketting"\n')
    if {"compare", "run"} & set(arguments):
        arguments = [*arguments, "--workers", "1"]
    code, out, err = inside(*arguments)
    assert code == 2, err
    assert said in err + out
    assert "Traceback" not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.toml", "empty.toml", "taken"]


def test_a_process_ends_with_the_code(tmp_path):
    code, out, err = hytesim("compare", "promec", cwd=tmp_path)
    assert code == 2 and "Did you mean 'promeq'" in err and not out and not list(tmp_path.iterdir())


def test_an_item_of_the_ledger_is_no_name_for_an_intervention(tmp_path, inside):
    (tmp_path / "s.toml").write_text(
        '[scenario]\nid = "s"\nextends = "baseline"\n\n[interventions.hospital]\nkind = "group_programme"\n')
    code, _, err = inside("compare", "s.toml", *SMALL, "--workers", "1")
    assert code == 2 and "interventions.hospital" in err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interruption_leaves_no_run_folder(workers, tmp_path):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    command = [sys.executable, "-m", "hytesim", "compare", "promeq", "--residents", "20000", "--draws", "8", "--workers", workers]
    process = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    time.sleep(6)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Interrupted" in err and "Traceback" not in err
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_scenario_commands(inside):
    _, out, _ = inside("scenarios", "list", check=0)
    assert "promeq" in out and "supported_employment" in out
    assert "[reporting]" in out  # brackets in what a scenario rests on are text
    _, out, _ = inside("scenarios", "show", "promeq", "--resolved", check=0)
    assert "[interventions.youth_campaign]" in out
    _, out, _ = inside("scenarios", "show", "promeq", "--diff", "baseline", check=0)
    assert "youth_groups" in out
    _, out, _ = inside("scenarios", "kinds", check=0)
    assert "integrated_service" in out and "case managers per 10,000 residents" in out
    inside("scenarios", "new", "mine", check=0)
    _, out, _ = inside("scenarios", "check", "mine.toml", check=0)
    assert "municipalities." in out
    assert inside("scenarios", "new", "mine")[0] == 2
    Path("one.toml").write_text('[scenario]\nid = "one"\nextends = "baseline"\ntitle = { en = "Pilot [/x] [one]" }\n'
                                '[population]\nplaces = ["Kajaani"]\n[interventions.camp]\nkind = "social_marketing"\nstart = 2018-01-01\n')
    _, out, _ = inside("scenarios", "check", "one.toml", check=0)
    assert "no problem found. 1 intervention, 1 municipality." in out
    _, out, _ = inside("scenarios", "show", "one.toml", check=0)
    assert "Pilot [/x] [one] (one)" in out and "1 municipality, 2017-01-01 and 5 years on" in out
    _, out, _ = inside("scenarios", "schema", check=0)
    assert json.loads(out)["properties"]


def test_python_names():
    """What the README shows, without the command line."""
    import hytesim as face

    assert {"compare", "run", "open", "load", "HyteModel"} <= set(face.__all__)
    model = face.HyteModel(face.load("baseline", {"population.places": ["Kuusamo"], "population.residents": 200, "time.years": 1}))
    model.run(months=2)
    assert model.month == 1 and len(model.residents) > 190

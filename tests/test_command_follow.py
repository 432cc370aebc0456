"""`hytesim follow` on a run folder: what it says, the files it leaves, and the errors that a user can mend."""

import json
import shutil
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from command.app import app
from sim import runs

SMALL = {"population.places": ["Kouvola"], "population.residents": 300, "time.years": 2, "time.burn_in": 3}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.compare("promeq", overrides=SMALL, draws=1, replicates=1, workers=1, out=str(tmp_path_factory.mktemp("runs")),
                        page=False)


def call(*arguments):
    return CliRunner().invoke(app, ["follow", *map(str, arguments)])


def test_arms_reopen_as_they_were(run):
    """Bit for bit: every drawn number and every setting of the stored scenarios."""
    import scenarios

    for again, name in zip(runs.reopen(run), ("baseline", "promeq"), strict=True):
        first = runs.load(name, SMALL)
        assert again.id == name and again.interventions == first.interventions and again.time == first.time
        assert again.population == first.population and again.runs == first.runs
        for draw in (0, 1, 5):
            assert scenarios.draw(again, draw) == scenarios.draw(first, draw)


def test_what_a_shorter_run_cut_reopens_too(tmp_path):
    """`--years 1` cuts interventions that begin later; the folder's scenarios still open, as they were run."""
    from scenarios import resolved

    short = runs.load("promeq", {**SMALL, "time.years": 1})
    (tmp_path / "scenario.promeq.toml").write_text(resolved(short), encoding="utf-8")
    (again,) = runs.reopen(SimpleNamespace(folder=tmp_path, arms=["promeq"]))
    assert again.interventions == short.interventions and again.time == short.time


def test_two_lives(run, tmp_path):
    done = call(run.folder, "--resident", "gained", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "Chosen among" in done.output and "first difference" in done.output
    assert "give the stored mean wellbeing of every month exactly" in done.output.replace("\n", " ")
    (folder,) = tmp_path.iterdir()
    assert {p.name for p in folder.iterdir()} == {"two_lives.png", "two_lives.svg", "life.json", "months.csv", "events.csv", "timeline.md"}
    assert (folder / "two_lives.png").stat().st_size > 10_000
    assert "| month | without | with |" in (folder / "timeline.md").read_text(encoding="utf-8")


def test_json_and_months(run, tmp_path):
    done = call(run.folder, "--resident", 7, "--months", "0-11", "--json", "--out", tmp_path)
    found = json.loads(done.output)
    assert found["resident"] == 7 and found["agrees"] is True and found["arms"] == ["baseline", "promeq"]
    assert {row["month"] for row in found["months"]} == set(range(12))
    assert len(found["story"]) == 1 and "Nothing differs in these 12 months" in found["story"][0]  # it starts in the second year


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--resident", "x1"), "gained, lost, typical"),
        (("--resident", "99999"), "Near it at the start"),
        (("--resident", "1", "--arm", "promeg"), "did you mean 'promeq'?"),
        (("--resident", "1", "--draw", "3"), "the run holds draw 0 only"),
        (("--resident", "1", "--replicate", "1"), "the run holds replicate 0 only"),
        (("--resident", "1", "--months", "5"), "two whole numbers"),
        (("--resident", "1", "--months", "90-95"), "in none of them"),
    ],
)
def test_errors(run, tmp_path, options, words):
    done = call(run.folder, *options, "--out", tmp_path)
    assert isinstance(done.exception, ValueError) and words in str(done.exception)
    assert not list(tmp_path.iterdir())


def test_one_arm_and_missing_scenario(run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(run.folder, copy)
    (copy / "scenario.promeq.toml").unlink()
    assert "has no scenario.promeq.toml" in str(call(copy).exception)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, "arms": ["baseline"]}), encoding="utf-8")
    assert "has the one arm 'baseline'" in str(call(copy).exception)


def test_changed_sources_are_told(run, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(run.folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, "source_sha256": "0" * 64}), encoding="utf-8")
    found = json.loads(call(copy, "--resident", "1", "--json").output)
    assert found["agrees"] and "have changed since the run was made" in found["check"]

"""A whole calibration in a small world: folder, resuming, any number of workers, methods without uncertainty, and the words."""

import json

import numpy as np
import pandas as pd
import pytest

from calibration import calibrate, simulate
from tests.calibration.conftest import SMALL

TARGETS = SMALL + """
[targets.spread]
statistic = "sd"
outcome = "wellbeing"
value = 0.6
se = 0.02
transform = "log"
holdout = true
"""


def targets(folder, patch):
    """The file of targets, fitted with few runs."""
    patch.setattr(calibrate, "FRESH", 5)
    patch.setattr(calibrate, "TRUTHS", 4)
    patch.setattr(simulate, "PART", 4)
    file = folder / "targets.toml"
    file.write_text(TARGETS, encoding="utf-8")
    return file


@pytest.fixture
def path(tmp_path, monkeypatch):
    return targets(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """(folder, number of rows that were run) of the fit on this process alone that others are held against."""
    done = []
    plain = simulate.perform
    with pytest.MonkeyPatch.context() as patch:
        path = targets(tmp_path_factory.mktemp("undisturbed"), patch)
        patch.setattr(simulate, "perform", lambda task: done.append(task.row) or plain(task))
        return fit(path, "whole")[0], len(done)


def fit(path, out, **more):
    settings = {"budget": 12, "workers": 1, "check": False, "out": path.parent / out} | more
    return calibrate.calibrate(path, **settings)


def posterior(folder):
    return pd.read_parquet(folder / "posterior.parquet")


def test_a_calibration_writes_what_it_found(path):
    folder, text = fit(path, "a", check=True)
    draws = posterior(folder)
    assert list(draws.columns) == ["wellbeing.base", "visit.rate"] and len(draws) == calibrate.DRAWS
    assert draws["wellbeing.base"].std() < 0.9 * 0.153, "what was learnt is narrower than the prior"
    written = {p.stem for p in (folder / "tables").glob("*.csv")}
    assert written == {"sensitivity", "learnt", "predictive", "correlations", "surrogate", "robustness", "recovery", "ranks"}
    assert {p.stem for p in (folder / "figures").glob("*.png")} == {"numbers", "targets", "ranks"}
    facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert facts["runs"] == 12 and facts["complete"] and facts["runs_of_checks"] == 5 + 3 + 4
    assert "visit.rate" in facts["unseen"] and "The targets cannot see visit.rate" in text
    assert "Of 1 held-out targets" in text and (folder / "summary.md").read_text(encoding="utf-8").strip() == text
    assert not list(path.parent.glob("a/.calibrate*")), "nothing is left behind"


def test_an_interrupted_calibration_resumes_and_ends_the_same(path, undisturbed, monkeypatch):
    """Killed after some rows: the second start runs only the others, and its posterior is that of an undisturbed one."""
    whole, all_rows = undisturbed
    done, plain = [], simulate.perform

    def killed(task):
        if task.row == 9:
            raise KeyboardInterrupt
        return plain(task)

    monkeypatch.setattr(simulate, "perform", killed)
    with pytest.raises(KeyboardInterrupt):
        fit(path, "again")
    monkeypatch.setattr(simulate, "perform", lambda task: done.append(task.row) or plain(task))
    resumed, _ = fit(path, "again")
    assert posterior(resumed).equals(posterior(whole))
    assert len(done) == all_rows - 8, "two parts of four rows were kept"


def test_two_workers_give_the_same_posterior(path, undisturbed):
    two, _ = fit(path, "two", workers=2)
    assert posterior(undisturbed[0]).equals(posterior(two))


def test_dask_gives_the_same_posterior(path, undisturbed):
    """Waves of rows on a cluster that stays up, whose workers prepare for themselves."""
    pytest.importorskip("distributed")
    here, _ = undisturbed
    there, _ = fit(path, "dask", engine="dask", workers=2)
    assert (here / "posterior.parquet").read_bytes() == (there / "posterior.parquet").read_bytes()


@pytest.mark.parametrize(("engine", "hint"), [("slurm", "--address slurm"), ("dusk", "dask")])
def test_an_engine_that_a_calibration_lacks_is_refused(path, engine, hint):
    with pytest.raises(ValueError, match=f"--engine {engine}: .*{hint}"):
        fit(path, "none", engine=engine)


def test_another_seed_gives_other_runs_and_a_changed_target_does_not_reuse_answers(path):
    problem = calibrate.load(path)
    path.write_text(TARGETS.replace('outcome = "wellbeing"', 'outcome = "strain"'), encoding="utf-8")
    z = np.zeros((2, 2))
    assert set(simulate.keys(problem, z, 0)).isdisjoint(simulate.keys(calibrate.load(path), z, 0))
    assert len(set(simulate.keys(problem, z, 0))) == 2, "each row has its own chance"
    path.write_text(TARGETS.replace("value = 0.5", "value = 0.55"), encoding="utf-8")
    assert simulate.keys(problem, z, 0) == simulate.keys(calibrate.load(path), z, 0), "another answer asks for the same runs"


def test_a_point_estimate_says_that_it_has_no_uncertainty(path, monkeypatch):
    pytest.importorskip("optuna", reason="an extra: pip install -e .[optimise]")
    monkeypatch.setattr(calibrate, "AGAIN", 3)
    folder, text = fit(path, "point", method="optimise")
    assert "without any statement of uncertainty" in text and "Best point: wellbeing.base" in text
    assert not (folder / "posterior.parquet").exists()


def test_an_answer_that_the_prior_excludes_is_said(path):
    path.write_text(TARGETS.replace("value = 0.5\nse = 0.02", "value = 0.98\nse = 0.002"), encoding="utf-8")
    _, text = fit(path, "excluded")
    assert "The prior excludes the target 'good'" in text
    assert "'good' is missed" in text or "pushed to the edge" in text


def test_contradiction_and_missing_values_are_said(path):
    path.write_text(TARGETS + SMALL[SMALL.index("[targets.good]"):]
                    .replace("targets.good", "targets.other").replace("0.5", "0.7"), encoding="utf-8")
    told = []
    _, text = fit(path, "against", tell=told.append)
    assert told[0].startswith("Contradiction: 'good' and 'other'") and "Contradicting targets: 'good' and 'other'" in text
    path.write_text(TARGETS + """
[targets.nobody]
statistic = "mean"
outcome = "wellbeing"
who = { age_min = 119 }
value = 4
se = 0.1
""", encoding="utf-8")
    with pytest.raises(ValueError, match="target 'nobody': 12 of 12 runs have no value"):
        fit(path, "nobody")


def test_the_next_survey_needs_no_new_simulations(path, undisturbed):
    """Other answers to the same questions are fitted to the earlier folder's simulations; another question or prior is refused."""
    first, _ = undisturbed
    path.write_text(TARGETS.replace("value = 0.5\n", "value = 0.45\n"), encoding="utf-8")
    told = []
    second, _ = fit(path, "b", earlier=str(first), tell=told.append)
    assert not [line for line in told if line.startswith("runs:")], "no simulation but those of the checks"
    assert posterior(second)["wellbeing.base"].mean() < posterior(first)["wellbeing.base"].mean()
    for change, said in (('statistic = "sd"', "did not ask what 'spread' asks"), ("low = 2.3", "with other priors")):
        path.write_text(TARGETS.replace(change, change.replace('"sd"', '"mean"').replace("2.3", "2.2")), encoding="utf-8")
        with pytest.raises(ValueError, match=said):
            fit(path, "c", earlier=str(first))
    with pytest.raises(ValueError, match="makes its own simulations"):
        fit(path, "c", method="optimise", earlier=str(first))

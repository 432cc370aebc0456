"""Every file of calibration/methods keeps the contract, and the emulator finds a posterior that is known."""

import numpy as np
import pytest
from scipy import stats

from calibration import checks, recovery
from calibration.fit import Fit
from calibration.methods import emulator, method, names

BUDGETS = {"abc": 400, "npe": 300}


def fitted(name, toy, seed=3, budget=120):
    if name == "abc":
        pytest.importorskip("pyabc", reason="pyABC is an extra: pip install -e .[abc]")
    if name == "optimise":
        pytest.importorskip("optuna", reason="Optuna is an extra: pip install -e .[optimise]")
    if name == "npe":
        pytest.importorskip("bayesflow", reason="bayesflow is an extra: pip install -e .[npe]")
    return method(name).fit(toy.problem, toy.run, BUDGETS.get(name, budget), seed)


@pytest.mark.parametrize("name", names())
def test_contract(name, toy):
    """Weighted draws of the right shape, the budget kept and told, the truth near, and the same again from the same seed."""
    found = fitted(name, toy)
    assert isinstance(found, Fit) and found.z.shape[1] == 2 and found.weights.shape == (len(found.z),)
    assert found.weights.sum() == pytest.approx(1.0) and (found.weights >= 0).all()
    slack = 1.5 if name == "abc" else 1.0  # pyABC ends the population that it is in
    assert found.runs == toy.calls <= slack * BUDGETS.get(name, 120)
    mean, spread = toy.posterior()
    assert np.abs((found.mean() - mean) / np.sqrt(np.diag(spread))).max() < 1.5
    if name != "abc":  # pyABC times its populations
        again = fitted(name, type(toy)())
        assert np.array_equal(found.z, again.z) and np.array_equal(found.weights, again.weights)


def test_a_wrong_name_is_answered_with_a_near_one():
    with pytest.raises(ValueError, match="emulator"):
        method("emulater")


def test_a_package_that_is_not_there_is_told_before_anything_runs(monkeypatch):
    monkeypatch.setattr(method("emulator"), "NEEDS", ("no_such_package",), raising=False)
    with pytest.raises(ValueError, match=r"emulator needs no_such_package: .*\[emulator\]"):
        method("emulator")


def test_emulator_finds_the_known_posterior(toy):
    """Mean and covariance of the linear normal world within Monte-Carlo and design error; chance counted once."""
    found = emulator.fit(toy.problem, toy.run, 300, 5)
    mean, spread = toy.posterior()
    sd = np.sqrt(np.diag(spread))
    assert np.abs(found.mean() - mean).max() < 0.25 * sd.min()
    assert np.sqrt(np.diag(found.covariance())) == pytest.approx(sd, rel=0.15)
    assert found.covariance()[0, 1] == pytest.approx(spread[0, 1], abs=0.25 * sd.min() ** 2)
    assert found.effective > 300


def test_emulator_uses_the_joint_covariance_of_targets(toy):
    """Two targets whose errors are correlated: the posterior is that of the full covariance, not of its diagonal."""
    toy = type(toy)(values=(1.0, -0.5, 0.4))  # answers that such errors make unlikely together
    joint = np.diag([0.6, 0.6, 0.5]) ** 2
    joint[0, 1] = joint[1, 0] = 0.9 * 0.36
    full = toy.posterior(covariance=joint)[0]
    plain = toy.posterior(covariance=np.diag(np.diag(joint)))[0]
    found = emulator.fit(toy.with_problem(covariance=joint).problem, toy.run, 200, 5).mean()
    assert np.abs(found - full).max() < 0.2 < np.abs(full - plain).max()


def test_a_correlated_prior_reaches_the_posterior(toy):
    """With targets that hardly speak, the prior's correlation comes out again."""
    loud = np.diag([5.0, 5.0, 5.0]) ** 2
    prior = np.array([[1.0, 0.7], [0.7, 1.0]])
    found = emulator.fit(toy.with_problem(covariance=loud, correlation=prior).problem, toy.run, 60, 5).covariance()
    assert found[0, 1] / np.sqrt(found[0, 0] * found[1, 1]) == pytest.approx(0.7, abs=0.12)


def test_held_out_targets_change_nothing(toy):
    from tests.calibration.conftest import target

    other = (*toy.problem.targets[:2], target("t2", 9.0, 0.5, holdout=True))
    quiet = (*toy.problem.targets[:2], target("t2", -9.0, 0.5, holdout=True))
    a = emulator.fit(toy.with_problem(targets=other).problem, toy.run, 60, 5)
    b = emulator.fit(toy.with_problem(targets=quiet).problem, toy.run, 60, 5)
    assert np.array_equal(a.z, b.z)


def test_runs_without_a_value_are_told_and_too_many_are_an_error(toy):
    def patchy(share):
        def run(z, first=0):
            frame = toy.run(z, first)
            frame.loc[frame.index < share * len(frame), "t1"] = np.nan
            return frame
        return run

    assert emulator.fit(toy.problem, patchy(0.1), 60, 5).facts["missing"]["t1"] == pytest.approx(0.1, abs=0.02)
    with pytest.raises(ValueError, match="'t1'"):
        emulator.fit(toy.problem, patchy(0.5), 60, 5)


def test_recovery_covers_as_it_says_and_ranks_are_uniform(toy, monkeypatch):
    """120 known truths of the toy: 90 % intervals cover 85-95 %, 50 % ones about half, and ranks pass the test at 1 %.

    Were the true coverage 80 %, 91 of 100 such sets of truths would fail here, and intervals that narrow are told by their width in any
    case.
    """
    for name, number in {"BURN": 20, "TRIED": 500}.items():  # two numbers and one mode: the walkers need no more
        monkeypatch.setattr(emulator, name, number)
    z = emulator.design(toy.problem, 100, 2)
    truths = toy.problem.prior(120, 9)
    table, ranks = recovery.check(toy.problem, z, toy.run(z), truths, toy.run(truths, 10_000), seed=1, steps=20)
    assert ((table["coverage_90"] >= 0.85) & (table["coverage_90"] <= 0.95)).all()
    assert ((table["coverage_50"] >= 0.41) & (table["coverage_50"] <= 0.60)).all()
    assert (table["rank_p"] > 0.01).all()
    assert ranks.shape == (120, 2)
    assert table["width_90"].to_numpy() == pytest.approx(2 * stats.norm.ppf(0.95) * np.sqrt(np.diag(toy.posterior()[1])), rel=0.15)


def test_robustness_is_the_shift_of_a_fit_to_the_wrong_target(toy):
    """First-order shifts equal those of the closed form (0 to 0.51) when one target is two standard errors off."""
    found = emulator.fit(toy.problem, toy.run, 300, 5)
    shifts = checks.robustness(toy.problem, found)[["a", "b"]].to_numpy(float)
    base, known = toy.posterior()[0], np.empty((3, 2))
    for i in range(3):
        y = toy.problem.y.copy()
        y[i] += 2 * np.sqrt(toy.problem.observed_covariance[i, i])
        known[i] = toy.posterior(y)[0] - base
    assert shifts == pytest.approx(known, abs=0.12), "a quarter of the largest: the error of the draws and of 300 runs with chance"
    assert (shifts * known).sum() / (known**2).sum() == pytest.approx(1.0, abs=0.15), "right in size when all are taken together"


@pytest.mark.parametrize("name", ["emulator", "npe"])
def test_simulations_of_an_earlier_fit_answer_another_survey(name, toy):
    """Other answers to the same questions, no new simulation: the posterior is that of the new answers."""
    first = fitted(name, toy)
    other = type(toy)(values=(-0.5, 0.8, 0.2))
    again = method(name).fit(other.problem, other.run, 1, 3, kept=(first.design, first.simulated))
    mean, spread = other.posterior()
    assert other.calls == 0
    assert np.abs((again.mean() - mean) / np.sqrt(np.diag(spread))).max() < 1.0
    assert np.sqrt(np.diag(again.covariance())) == pytest.approx(np.sqrt(np.diag(spread)), rel=0.35)

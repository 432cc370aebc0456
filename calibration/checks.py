"""What is checked before the budget is spent, and what is always said afterwards."""

import numpy as np
import pandas as pd

from calibration.methods import emulator
from calibration.surrogate import Surrogate

STEP = 1.0  # prior standard deviations of the local sensitivity pass
FAR = 4.0  # standard errors between a target and the nearest run before the prior is said to exclude it
FAILS = 3.0  # standard errors between a target and the posterior's prediction before it is said to be missed
WRONG = 2.0  # standard errors by which a target is taken to be wrong in the robustness table


def sensitivity(problem, run):
    """Local sensitivity before the budget: one run at the prior's middle and one a standard deviation up for each free number.

    All share one row's chance, so that differences are the numbers'. Returns a frame by free number: the target that sees it most,
    by how many standard errors, and the share of prior variance that all fitted targets together would take away (linear).
    """
    d, fitted = len(problem.free), problem.fitted
    z = np.vstack([np.zeros(d), STEP * np.eye(d)])
    y = emulator.transformed(problem, run(z))
    slopes = ((y[1:] - y[0]) / STEP)[:, fitted]  # (d, fitted)
    covariance = problem.observed_covariance[np.ix_(fitted, fitted)]
    slopes = np.nan_to_num(slopes)
    information = slopes @ np.linalg.solve(covariance, slopes.T)
    posterior = np.linalg.inv(np.linalg.inv(problem.correlation) + information)
    seen = np.abs(slopes) / np.sqrt(np.diag(covariance))
    best = seen.argmax(1)
    return pd.DataFrame({
        "number": problem.names, "seen_most_by": [problem.targets[fitted[j]].name for j in best],
        "standard_errors": seen.max(1), "contraction": 1.0 - np.diag(posterior) / np.diag(problem.correlation)})


def excluded(problem, simulated):
    """Fitted targets that no run of the design comes near: [(target, standard errors to the nearest run)]."""
    y = emulator.transformed(problem, simulated)
    sd = np.sqrt(np.diag(problem.observed_covariance))
    found = []
    for i in problem.fitted:
        if not np.isfinite(y[:, i]).any():
            found.append((problem.targets[i].name, float("inf")))
            continue
        inside = np.nanmin(y[:, i]) <= problem.y[i] <= np.nanmax(y[:, i])
        nearest = float(np.nanmin(np.abs(y[:, i] - problem.y[i])) / sd[i])
        if not inside and nearest > FAR:
            found.append((problem.targets[i].name, nearest))
    return found


def predictive(problem, simulated):
    """Posterior predictive check: frame by target of what runs at posterior draws give beside the evidence.

    simulated: statistics of fresh runs at posterior draws. z: (evidence - mean) / sqrt(predictive variance + squared standard error),
    on the target's scale; score: log density of the evidence, normal. Held-out targets are marked.
    """
    y = emulator.transformed(problem, simulated)
    mean, spread = np.nanmean(y, 0), np.nanstd(y, 0, ddof=1)
    sd = np.sqrt(np.diag(problem.observed_covariance))
    whole = np.sqrt(spread**2 + sd**2)
    away = (problem.y - mean) / whole
    raw = simulated[[t.name for t in problem.targets]].to_numpy()
    return pd.DataFrame({
        "target": [t.name for t in problem.targets], "use": ["held out" if t.section.holdout else "fitted" for t in problem.targets],
        "evidence": [t.section.value for t in problem.targets], "model": np.nanmean(raw, 0),
        "model_low": np.nanquantile(raw, 0.025, axis=0), "model_high": np.nanquantile(raw, 0.975, axis=0), "z": away,
        "score": -0.5 * away**2 - np.log(whole) - 0.5 * np.log(2.0 * np.pi), "met": np.abs(away) <= FAILS,
        "source": [t.section.source for t in problem.targets]})


def fresh_errors(problem, fit, z, simulated):
    """Surrogate against fresh runs: root mean square of standardised errors by target; near 1 if its error bars are honest."""
    surrogate = Surrogate(fit.design, emulator.transformed(problem, fit.simulated))
    means, errors = surrogate.predict(z)
    whole = np.sqrt(errors**2 + np.diag(surrogate.chance))
    away = (emulator.transformed(problem, simulated) - means) / whole
    return pd.DataFrame({"target": [t.name for t in problem.targets], "rms": np.sqrt(np.nanmean(away**2, 0))})


def learnt(problem, fit):
    """Frame by free number: prior and posterior mean and 95 % interval as levels, and the share of variance taken away."""
    ends = fit.quantile([0.025, 0.975])
    variance = np.diag(fit.covariance()) if fit.certain else np.full(len(problem.free), np.nan)
    rows = []
    for j, free in enumerate(problem.free):
        rows.append({
            "number": free.name, "unit": free.prior.unit if not free.prior.is_table else "factor on the table",
            "prior": free.level(0.0), "prior_low": free.level(-1.96), "prior_high": free.level(1.96),
            "posterior": free.level(float(fit.mean()[j])), "low": free.level(float(ends[0, j])), "high": free.level(float(ends[1, j])),
            "moved": float(fit.mean()[j]), "contraction": float(1.0 - variance[j])})
    return pd.DataFrame(rows)


def correlations(problem, fit):
    """Posterior correlations of the free numbers, frame (d, d)."""
    c = fit.covariance()
    s = np.sqrt(np.maximum(np.diag(c), 1e-12))
    return pd.DataFrame(c / np.outer(s, s), index=problem.names, columns=problem.names)


def robustness(problem, fit):
    """What if a fitted target is wrong by two standard errors? Shift of each posterior mean [prior SD], frame (targets, numbers).

    First order: the derivative of a posterior mean by a target's value is the posterior covariance of the number with the score of
    that value (exact where model and posterior are linear and normal; Giordano, Broderick & Jordan 2018).
    """
    surrogate = Surrogate(fit.design, emulator.transformed(problem, fit.simulated))
    z = fit.draws(min(len(fit.z), 1000))
    means, errors = surrogate.predict(z)
    fitted = problem.fitted
    whole = problem.observed_covariance + surrogate.chance + np.diag((errors**2).mean(0))
    score = np.linalg.solve(whole[np.ix_(fitted, fitted)], means[:, fitted].T).T
    slopes = (z - z.mean(0)).T @ (score - score.mean(0)) / len(z)  # (d, fitted)
    shift = WRONG * np.sqrt(np.diag(problem.observed_covariance)[fitted]) * slopes
    frame = pd.DataFrame(shift.T, columns=problem.names)
    frame.insert(0, "target", [problem.targets[i].name for i in fitted])
    return frame

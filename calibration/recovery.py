"""Can the method be trusted? Known truths are simulated, observed with the survey's noise, fitted, and looked for in the posterior."""

import numpy as np
import pandas as pd
from scipy import stats

from calibration.methods import emulator
from calibration.surrogate import Surrogate

LEVELS = (0.5, 0.9)
STEPS = 200  # of the sampler for each truth


def check(problem, design, simulated, truths, observed, seed, steps=STEPS):
    """Recovery of known truths from one design by the emulator.

    design, simulated: rows that were run and their statistics; truths: float (t, d) in z; observed: frame of their statistics, each
    from a run of its own. Noise of the targets' covariance is added. Returns (table by free number: rmse, bias, coverage and width of
    50 and 90 % intervals, p of a test that ranks are uniform; ranks, float (t, d)).
    """
    surrogate = Surrogate(design, emulator.transformed(problem, simulated))
    y = emulator.transformed(problem, observed)
    rng = np.random.Generator(np.random.Philox(seed))
    covariance = problem.observed_covariance
    y = y + rng.standard_normal(y.shape) @ np.linalg.cholesky(covariance).T
    fits = [emulator.sample(problem, surrogate, seed + i, y=row, steps=steps) for i, row in enumerate(y)]
    means = np.array([f.mean() for f in fits])
    ranks = np.array([f.rank(truth) for f, truth in zip(fits, truths, strict=True)])
    away = means - truths
    rows = {"number": problem.names, "rmse": np.sqrt((away**2).mean(0)), "bias": away.mean(0)}
    for level in LEVELS:
        tail = (1.0 - level) / 2.0
        ends = np.array([f.quantile([tail, 1.0 - tail]) for f in fits])
        rows[f"coverage_{round(100 * level)}"] = ((ends[:, 0] <= truths) & (truths <= ends[:, 1])).mean(0)
        rows[f"width_{round(100 * level)}"] = (ends[:, 1] - ends[:, 0]).mean(0)
    rows["rank_p"] = [float(stats.kstest(r, "uniform").pvalue) for r in ranks.T]
    rows["contraction"] = 1.0 - np.array([np.diag(f.covariance()) for f in fits]).mean(0)
    return pd.DataFrame(rows), ranks

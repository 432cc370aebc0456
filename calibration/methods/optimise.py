"""Optimise: the best point that Optuna finds in the budget; a quick look, and no statement of uncertainty."""

import numpy as np
import pandas as pd

from calibration.fit import Fit
from calibration.methods.emulator import transformed

NEEDS = ("optuna",)
TOGETHER = 8  # points asked for before the next are chosen
MISSED = 1e6  # distance of a point at which a statistic cannot be computed


def fit(problem, run, budget, seed, tell=None):
    """One point that comes nearest to the fitted targets: smallest sum of squared standard errors, prior included.

    Returns a Fit with certain = False: its one draw is a point estimate, and scenarios cannot draw from it.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed % 2**32, multivariate=True, constant_liar=True))
    root = np.linalg.cholesky(problem.correlation)
    scale, fitted = np.sqrt(np.diag(problem.observed_covariance)), problem.fitted
    rows, frames = [], []
    while len(rows) < budget:
        trials = [study.ask() for _ in range(min(TOGETHER, budget - len(rows)))]
        white = np.array([[t.suggest_float(name, -3.0, 3.0) for name in problem.names] for t in trials])
        z = white @ root.T
        frame = run(z, len(rows))
        away = (transformed(problem, frame) - problem.y)[:, fitted] / scale[fitted]
        loss = np.nan_to_num((away**2).sum(1), nan=MISSED) + (white**2).sum(1)
        for trial, value in zip(trials, loss, strict=True):
            study.tell(trial, float(value))
        rows.extend(z)
        frames.append(frame)
        if tell:
            tell(f"{len(rows)} runs, best distance {study.best_value:.1f}")
    best = np.array([study.best_params[name] for name in problem.names]) @ root.T
    return Fit(best[None], np.ones(1), len(rows), certain=False,
               facts={"distance": float(study.best_value)},
               design=np.array(rows), simulated=pd.concat(frames, ignore_index=True))

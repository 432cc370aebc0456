"""What is taken from a fit speaks for all of it."""

import numpy as np

from calibration.fit import Fit


def test_draws_come_from_every_chain():
    """Chains that stand side by side in the rows and have not mixed: each gives about as many draws as any other."""
    chains = np.tile(np.arange(8.0), 500)[:, None]
    drawn = Fit(chains, np.full(4000, 1.0 / 4000), 100).draws(200)
    assert np.bincount(drawn[:, 0].astype(int), minlength=8).min() >= 12
    assert abs(drawn.mean() - 3.5) < 0.5


def test_draws_follow_the_weights_and_are_the_same_each_time():
    weights = np.array([0.5, 0.0, 0.3, 0.2])
    fit = Fit(np.arange(4.0)[:, None], weights, 4)
    drawn = fit.draws(100)[:, 0]
    assert np.abs(np.bincount(drawn.astype(int), minlength=4) - 100 * weights).max() <= 1
    assert np.array_equal(drawn, fit.draws(100)[:, 0])

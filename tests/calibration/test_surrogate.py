"""The stand-in for the simulation: recovers a known function, with honest errors, and leaves out in closed form."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from calibration.surrogate import JITTER, TREND, Surrogate


def smooth(z):
    return np.stack([z[:, 0] + 0.3 * z[:, 0] * z[:, 1], np.sin(0.7 * z[:, 0]) + 0.5 * z[:, 1] ** 2], 1)


def noisy(n, seed=0, sd=0.2):
    rng = np.random.default_rng(seed)
    z = 1.2 * rng.standard_normal((n, 2))
    noise = rng.multivariate_normal([0, 0], sd**2 * np.array([[1.0, 0.8], [0.8, 1.0]]), n)
    return z, smooth(z) + noise


def test_recovers_a_known_function_and_its_chance():
    surrogate = Surrogate(*noisy(200))
    fresh = np.random.default_rng(1).standard_normal((300, 2))
    means, errors = surrogate.predict(fresh)
    away = means - smooth(fresh)
    assert np.sqrt((away**2).mean(0)).max() < 0.08
    assert 0.5 < np.sqrt(((away / errors) ** 2).mean()) < 1.8  # honest error bars
    assert np.sqrt(np.diag(surrogate.chance)) == pytest.approx([0.2, 0.2], rel=0.2)
    assert surrogate.chance[0, 1] / np.sqrt(np.prod(np.diag(surrogate.chance))) == pytest.approx(0.8, abs=0.1)


def test_left_out_in_closed_form_is_left_out_by_hand():
    """Residual and error of a row that the others foretell, with the same kernel, equal those of a fit without it."""
    z, y = noisy(40)
    surrogate = Surrogate(z, y)
    for j, part in enumerate(surrogate.parts):
        values = (y[:, j] - surrogate.centre[j]) / surrogate.scale[j]
        apart, trend = cdist(z, z, "sqeuclidean"), TREND**2 * surrogate.terms @ surrogate.terms.T
        whole = part.covariance(apart, trend) + (part.noise + JITTER) * np.eye(len(z))
        for i in (0, 17, 39):
            others = np.arange(len(z)) != i
            weights = np.linalg.solve(whole[np.ix_(others, others)], whole[others, i])
            foretold = weights @ values[others]
            assert part.left[i] == pytest.approx(values[i] - foretold, rel=1e-4, abs=1e-6)
            assert part.left_error[i] == pytest.approx(np.sqrt(whole[i, i] - weights @ whole[others, i]), rel=1e-4)


def test_a_statistic_that_never_varies_and_rows_without_a_value():
    z, y = noisy(50)
    y[:, 1] = 4.0
    y[3, 0] = np.nan
    surrogate = Surrogate(z, y)
    assert len(surrogate.z) == 49
    means, errors = surrogate.predict(z)
    assert np.isfinite(means).all() and np.isfinite(errors).all()
    assert means[:, 1] == pytest.approx(4.0)
    with pytest.raises(ValueError, match="only 0 of 50 runs"):
        Surrogate(z, np.full_like(y, np.nan))

"""What a parameter explains: exact lines stay lines, noise is not followed, unseen runs tell the truth."""

import numpy as np
import pytest

from results.smooth import smooth


def normal_scores(n):
    from scipy.special import ndtri

    return ndtri((np.arange(n) + 0.5) / n)


def test_a_straight_line_is_kept():
    x = normal_scores(200)
    fitted, unseen = smooth(x, 3 * x + 1)
    assert fitted == pytest.approx(3 * x + 1, abs=1e-3)
    assert unseen == pytest.approx(3 * x + 1, abs=0.05)


def test_a_monotone_change_of_a_parameter_changes_nothing():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=300), rng.normal(size=(300, 2))
    for ours, other in zip(smooth(x, y), smooth(np.exp(x), y), strict=True):
        assert ours == pytest.approx(other)


def test_noise_is_not_followed_and_means_are_kept():
    rng = np.random.default_rng(1)
    fitted, unseen = smooth(rng.normal(size=(400, 3)), y := rng.normal(size=400))
    assert fitted.mean() == pytest.approx(y.mean())
    assert fitted.std() < 0.3
    assert np.mean((y - unseen) ** 2) > 0.9 * y.var()


def test_few_values_are_groups():
    x = np.repeat([0.0, 1.0, 5.0], 50)
    y = np.repeat([2.0, -1.0, 4.0], 50)
    assert smooth(x, y)[0] == pytest.approx(y, abs=1e-3)


@pytest.mark.parametrize("others", [1, 2, 5])
def test_a_product_of_two_parameters_is_seen(others):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3000, 1 + others))
    fitted, unseen = smooth(x, y := x[:, 0] * x[:, 1])
    assert np.mean((y - fitted) ** 2) < 0.1 * y.var()
    assert np.mean((y - unseen) ** 2) < 0.2 * y.var()


def test_parameters_that_never_vary_explain_nothing():
    fitted, unseen = smooth(np.ones((30, 2)), np.arange(30.0))
    assert (fitted == 14.5).all()
    assert (unseen == 14.5).all()


def test_refuses_nonsense():
    with pytest.raises(ValueError, match="one row per run"):
        smooth(np.ones(7), np.ones(5))
    with pytest.raises(ValueError, match="parameters hold a missing"):
        smooth([1, np.nan, 3], np.ones(3))
    with pytest.raises(ValueError, match="too few"):
        smooth(np.arange(5.0), np.arange(5.0))
    with pytest.raises(ValueError, match="outcome holds"):
        smooth(np.arange(20.0), np.full(20, np.nan))


def test_numbers_that_explain_nothing_are_worth_nothing_however_many():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(30, 10)), rng.normal(size=30)
    fitted, _ = smooth(x, y)
    assert fitted.std() < 0.2 * y.std()


def test_of_more_columns_than_runs_a_line_is_still_found():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(200, 27))  # several hundred columns of splines and products
    line = x.sum(axis=1) / np.sqrt(27)
    fitted, _ = smooth(x, line + 0.5 * rng.normal(size=200))
    assert np.corrcoef(fitted, line)[0, 1] > 0.9

"""Small areas: shrinkage with a known answer, and exact splits of inequality."""

import numpy as np
import pytest

from results.areas import fay_herriot, log_split, sampling_variance, variance_split
from results.entropy import entropy_split


def test_variance_is_pooled_over_areas():
    assert sampling_variance([3, 2, 0], [4.0, 2.0, 0.0]) == pytest.approx([2 / 3, 1.0, np.nan], nan_ok=True)


def test_equal_variances_give_the_closed_form():
    """With one D, A = s^2 - D (s^2 the sample variance) and every area keeps the share A / s^2 of its distance to the mean."""
    y, d = np.array([1.0, 2.0, 4.0, 5.0, 8.0]), np.full(5, 1.5)
    theta, error, a = fay_herriot(y, d)
    assert a == pytest.approx(y.var(ddof=1) - 1.5)
    assert theta == pytest.approx(y.mean() + a / (a + 1.5) * (y - y.mean()))
    g = a / (a + 1.5)
    assert error**2 == pytest.approx(g * 1.5 + (1 - g) ** 2 * (a + 1.5) / 5 + 2 * 1.5**2 / (a + 1.5) ** 3 * 2 * (a + 1.5) ** 2 / 5)


def test_no_more_spread_than_chance_gives_everyone_the_mean():
    y = np.array([1.0, 1.1, 0.9, 1.0])
    theta, _, a = fay_herriot(y, np.full(4, 5.0))
    assert a == 0.0 and theta == pytest.approx(1.0)


def test_the_smaller_the_sample_the_more_it_is_drawn_in():
    theta, _, _ = fay_herriot([0.0, 0.0, 4.0, 4.0, 2.0], [0.1, 0.1, 0.1, 3.0, 0.1])
    assert theta[2] > 3.5 > theta[3]


def test_shrinkage_beats_the_raw_means_and_its_errors_are_honest():
    rng = np.random.default_rng(7)
    raw, drawn, covered = [], [], []
    for _ in range(300):
        truth = 4.0 + 0.2 * rng.standard_normal(30)
        d = rng.uniform(0.02, 0.2, 30)
        y = truth + np.sqrt(d) * rng.standard_normal(30)
        theta, error, _ = fay_herriot(y, d)
        raw.append(((y - truth) ** 2).mean())
        drawn.append(((theta - truth) ** 2).mean())
        covered.append((np.abs(theta - truth) < 1.96 * error).mean())
    assert np.mean(drawn) < 0.6 * np.mean(raw)
    assert 0.88 < np.mean(covered) < 0.97


def test_an_area_nobody_was_asked_in_takes_the_regressions_value():
    x = np.column_stack([np.ones(5), [0, 0, 1, 1, 1]])
    theta, error, _ = fay_herriot([1.0, 1.2, 3.0, 3.2, np.nan], [0.01, 0.01, 0.01, 0.01, np.nan], x)
    assert theta[4] == pytest.approx(3.1, abs=0.05) and np.isfinite(error).all()


def test_splits_are_exact():
    rng = np.random.default_rng(3)
    y, area = rng.lognormal(size=500), rng.integers(0, 9, 500)
    n = np.bincount(area, minlength=10)
    mean = np.bincount(area, y, 10) / np.maximum(n, 1)
    parts = variance_split(n, mean, np.bincount(area, (y - mean[area]) ** 2, 10))
    assert parts["total"] == pytest.approx(y.var()) == pytest.approx(parts["within"] + parts["between"])
    expected = entropy_split(y, area, 0.0)
    got = log_split(n, np.bincount(area, y, 10), np.bincount(area, np.log(y), 10))
    assert got == pytest.approx(expected)

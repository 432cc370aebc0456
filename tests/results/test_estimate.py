"""Means of samples: textbook errors, clusters and strata, shares at their ends."""

import math

import numpy as np
import pytest

from results.estimate import Estimate, interval, weighted_mean


def test_simple_sample_has_the_textbook_error():
    y = np.random.default_rng(1).normal(4, 0.6, 300)
    found = weighted_mean(y)
    assert found.value == pytest.approx(y.mean()) and found.n == 300
    assert found.error == pytest.approx(y.std(ddof=1) / math.sqrt(300), rel=1e-9)


def test_strata_known_by_hand():
    """Two strata of equal weight: variance of the mean = (s1^2 / n1 + s2^2 / n2) / 4."""
    y = np.array([1.0, 2.0, 3.0, 10.0, 12.0])
    w = np.array([1 / 3, 1 / 3, 1 / 3, 0.5, 0.5])
    found = weighted_mean(y, w, strata=["a", "a", "a", "b", "b"])
    assert found.value == pytest.approx((2.0 + 11.0) / 2)
    assert found.error == pytest.approx(math.sqrt((1.0 / 3 + 2.0 / 2) / 4))


def test_copies_of_a_cluster_add_no_information():
    y = np.random.default_rng(2).normal(0, 1, 50)
    thrice, cluster = np.repeat(y, 3), np.repeat(np.arange(50), 3)
    assert weighted_mean(thrice, clusters=cluster).error == pytest.approx(weighted_mean(y).error)
    assert weighted_mean(thrice).error < 0.7 * weighted_mean(y).error


def test_missing_answers_and_lone_respondents():
    assert weighted_mean([1.0, float("nan"), 3.0]).n == 2
    assert math.isnan(weighted_mean([]).value) and weighted_mean([]).n == 0
    assert weighted_mean([2.0]) == Estimate(2.0, math.inf, 1)


def test_intervals_cover_as_often_as_they_say():
    rng, inside = np.random.default_rng(3), 0
    for _ in range(600):
        low, high = interval(weighted_mean(rng.random(80) < 0.1), share=True)
        inside += low <= 0.1 <= high
    assert 0.92 < inside / 600 < 0.98


def test_shares_stay_within_their_ends():
    low, high = interval(weighted_mean([0.0] * 20), share=True)
    assert low == 0.0 and 0.1 < high < 0.25  # Wilson: z^2 / (n + z^2)
    assert high == pytest.approx(1.959964**2 / (20 + 1.959964**2), rel=1e-5)
    assert interval(weighted_mean([1.0]), share=True) == (0.0, 1.0)


def test_four_times_the_respondents_halve_the_interval():
    y = np.random.default_rng(4).normal(0, 1, 20_000)
    widths = [np.diff(interval(weighted_mean(y[:n])))[0] for n in (500, 2000, 8000)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.1) and widths[1] / widths[2] == pytest.approx(2, rel=0.1)

"""Quantities: defaults, faults, the moments of their draws, and that a draw depends on its own address
only.
"""

import numpy as np
import pytest
from pydantic import ValidationError

from scenarios.quantity import Quantity, uniform

GRID = (np.arange(4000) + 0.5) / 4000


def sample(**what):
    q = Quantity(**what)
    return np.array([q.at(u) for u in GRID])


@pytest.mark.parametrize(
    ("unit", "value", "dist"),
    [
        ("share of segment per year", 0.3, "beta"),
        ("probability per month", 0.3, "beta"),
        ("EUR2018 per visit", 30, "gamma"),
        ("EUR2018 per visit", -30, "normal"),
        ("per month", 0.3, "gamma"),
        ("odds ratio", 1.3, "gamma"),
        ("log ratio", 1.3, "normal"),
        ("index 0-1", 0.5, "beta"),
        ("minutes", 45, "gamma"),
        ("EUROHIS score", 0.3, "normal"),
        ("score per month", 0.05, "normal"),
    ],
)
def test_default_distribution_follows_the_unit(unit, value, dist):
    assert Quantity(value=value, low=value - 0.1, high=value + 0.1, unit=unit).dist == dist
    assert Quantity(value=value, unit=unit).dist == "fixed"


@pytest.mark.parametrize(
    ("dist", "unit", "value", "low", "high"),
    [
        ("beta", "share", 0.35, 0.25, 0.45),
        ("gamma", "per month", 2.0, 1.2, 2.8),
        ("normal", "score", -0.2, -0.5, 0.1),
    ],
)
def test_moments_match_the_95_percent_range(dist, unit, value, low, high):
    drawn = sample(value=value, low=low, high=high, unit=unit, dist=dist)
    assert drawn.mean() == pytest.approx(value, rel=0.002)
    assert drawn.std() == pytest.approx((high - low) / 3.92, rel=0.01)
    assert np.mean((drawn >= low) & (drawn <= high)) == pytest.approx(0.95, abs=0.01)


def test_lognormal_has_its_quantiles_at_the_range():
    drawn = sample(value=2.0, low=1.0, high=4.0, unit="ratio", dist="lognormal")
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx([1, 2, 4], rel=0.01)


def test_uniform_stays_between_its_ends():
    drawn = sample(value=2.0, low=1.0, high=4.0, unit="score", dist="uniform")
    assert (drawn.min(), drawn.max()) == pytest.approx((1, 4), abs=0.001)


def test_a_table_moves_by_one_factor():
    q = Quantity(value=[1.0, 2.0, 4.0], low=0.8, high=1.25, unit="per year", axes=["age"])
    drawn = np.array([q.at(u) for u in GRID])
    np.testing.assert_allclose(drawn / drawn[:, :1], np.tile([1.0, 2.0, 4.0], (len(GRID), 1)))
    assert np.quantile(drawn[:, 0], [0.025, 0.5, 0.975]) == pytest.approx([0.8, 1, 1.25], rel=0.01)


def test_draws_stay_within_bounds():
    q = Quantity(value=[0.5, 0.9], low=0.5, high=2.0, unit="share")
    assert max(v for u in GRID[::100] for v in q.at(u)) == 1.0
    assert Quantity(value=0.0, low=-1, high=1, unit="score").at(0.001, low=-0.5) == -0.5


def test_draw_zero_is_the_central_value():
    q = Quantity(value=0.35, low=0.25, high=0.45, unit="share", name="a.b")
    assert q.draw(seed=1, draw=0) == 0.35
    assert q.draw(seed=1, draw=1) != 0.35


def test_the_address_alone_decides_the_uniform():
    assert uniform(2018, 3, "wellbeing.persistence") == uniform(2018, 3, "wellbeing.persistence")
    addresses = {uniform(s, d, n) for s in range(5) for d in range(5) for n in "abcde"}
    assert len(addresses) == 125
    many = np.array([[uniform(1, d, n) for d in range(4000)] for n in ("x", "y")])
    assert many.mean() == pytest.approx(0.5, abs=0.015)  # 4.6 standard errors
    assert abs(np.corrcoef(many)[0, 1]) < 0.07


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({"value": 1.4, "unit": "share"}, "1.4 lies outside 0-1 (share)"),
        ({"value": 0.4, "low": 0.5, "high": 0.6, "unit": "share"}, "value 0.4 lies outside low 0.5"),
        ({"value": 0.4, "low": 0.3, "unit": "share"}, "both low and high"),
        ({"value": 0.1, "low": 0.0, "high": 1.0, "unit": "share"}, None),
        ({"value": 0.01, "low": 0.0, "high": 1.0, "unit": "share"}, "no beta distribution"),
        ({"value": 0.0, "low": 0.0, "high": 1.0, "unit": "ratio", "dist": "gamma"}, "above 0"),
        ({"value": [1.0], "low": 2.0, "high": 3.0, "unit": "ratio"}, "ratios"),
        ({"value": float("nan"), "unit": "ratio"}, "finite"),
        ({"value": 1.0, "unit": "ratio", "dist": "gamma"}, "needs low and high"),
        ({"value": [], "unit": "ratio"}, "empty table"),
    ],
)
def test_faults_are_named(what, words):
    if words is None:
        assert Quantity(**what)
        return
    with pytest.raises(ValidationError) as error:
        Quantity(**what)
    assert words in str(error.value)

"""Scores and years against definitions and published numbers."""

import numpy as np
import pytest

from results import scores

N = np.nan
FLAT = {name: [0.1, 0.2] for name in ("mobility", "self_care", "activities", "pain", "anxiety")}


def test_eurohis_means_and_the_threshold_of_good():
    """THL: mean of eight answers, good from 4.0 on; 3.875 (one answer of 3 among fours) is not good."""
    items = [[4] * 8, [5] * 8, [1] * 8, [3, 4, 2, 5, 4, 3, 4, 2], [4] * 7 + [3], [4, 5, 3, 4, 4, 4, 4, 4]]
    found = scores.eurohis(items)
    assert found.tolist() == [4, 5, 1, 3.375, 3.875, 4]
    assert scores.good_quality_of_life(found).tolist() == [True, True, False, False, False, True]
    assert scores.rescale([1, 3, 4, 5]).tolist() == [0, 50, 75, 100]


def test_a_missing_answer_is_not_guessed_unless_asked():
    items = [[4] * 7 + [N], [4, 4, N, 4, 4, 4, N, 4], [N] * 8]
    assert np.isnan(scores.eurohis(items)).all()
    assert scores.eurohis(items, at_least=6)[:2].tolist() == [4, 4]
    assert np.isnan(scores.eurohis(items, at_least=6)[2])


def test_eq5d_by_a_stated_value_set():
    """The British time trade-off tariff (Dolan 1997): 11221 = 1 - 0.081 - 0.036 - 0.123 = 0.760; 33333 = -0.594."""
    tariff = {"constant": 0.081, "any_worst": 0.269, "mobility": [0.069, 0.314], "self_care": [0.104, 0.214], "activities": [0.036, 0.094],
              "pain": [0.123, 0.386], "anxiety": [0.071, 0.236]}  # fmt: skip
    assert scores.eq5d(["11111", "11221", "33333"], tariff) == pytest.approx([1, 0.760, -0.594])
    assert scores.eq5d([11112], tariff) == pytest.approx([0.848])


def test_years_of_a_monthly_path():
    """A point for a year is a WELLBY; the same late is worth less; QALYs and WELLBYs differ in nothing but the scale."""
    assert scores.years_gained(np.ones(12)) == pytest.approx(1)
    now = scores.years_gained(np.ones(12), rate=0.03)
    assert scores.years_gained(np.ones((2, 12)), rate=0.03, first=12).tolist() == pytest.approx([now / 1.03] * 2)


def test_two_groups_as_published():
    """EUROHIS-QOL in Brazil (da Rocha et al. 2012): 3.32 (0.70) of 151 against 3.77 (0.63) of 174, t = 6.12."""
    found = scores.difference_of_means(3.32, 0.70, 151, 3.77, 0.63, 174)
    assert found["t"] == pytest.approx(6.12, rel=0.005)
    assert found["d"] == pytest.approx(0.6782962498, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: scores.eurohis([[4] * 7]), "8 items per row"),
        (lambda: scores.eurohis([[4] * 7 + [6]]), "item 8 of row 0 is 6"),
        (lambda: scores.rescale([0.5]), "outside the scale"),
        (lambda: scores.years_gained([1, N]), "not a step without change"),
        (lambda: scores.eq5d(["1141"], FLAT), "five digits"),
        (lambda: scores.eq5d(["11511"], FLAT), "digits of 1-3"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()

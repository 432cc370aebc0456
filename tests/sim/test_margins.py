"""Whole numbers from shares: margins kept, odds minded."""

import numpy as np
import pytest

from scenarios import tables
from sim import margins


@pytest.mark.parametrize("rows, columns", [
    ([3, 0, 4], [2, 5]),
    ([1, 1, 1], [3, 0, 0]),
    ([0, 0], [0, 0, 0]),
    ([7], [1, 2, 4]),
    (list(range(1, 60)), [59 * 10, 59 * 20]),
])  # fmt: skip
def test_joint_keeps_both_margins(rows, columns):
    table = margins.joint(rows, columns)
    assert table.sum(axis=1).tolist() == rows and table.sum(axis=0).tolist() == columns and table.min() >= 0


def test_fallback_of_joint_is_exact_and_even():
    rows, columns = np.full(50, 40), np.full(20, 100)
    table = margins._north_west(rows, columns)
    assert (table.sum(axis=1) == rows).all() and (table.sum(axis=0) == columns).all()
    assert table.max() <= 6  # 2 expected in each cell


def test_joint_is_close_to_independence():
    places, ages = (
        np.array([p.population[2018] for p in tables.municipalities().values()]),
        np.concatenate([*tables.population().values()]),
    )
    rows, columns = margins.largest_remainder(places, 400_000), margins.largest_remainder(ages, 400_000)
    expected = np.outer(rows, columns) / 400_000
    chi = ((margins.joint(rows, columns) - expected) ** 2 / np.maximum(expected, 1e-9))[expected > 0].sum()
    assert chi < 308 * 201


def test_joint_names_the_unequal_sums():
    with pytest.raises(ValueError, match="3 persons, column sums to 4"):
        margins.joint([3], [4])


def test_pick_takes_exact_numbers_and_minds_the_odds():
    n = 20_000
    cell, u = np.arange(n) % 4, margins.chance(1, 1, np.arange(n))
    odds = np.where(np.arange(n) < n // 2, 3.0, 1.0)
    chosen = margins.pick(cell, [10, 500, 0, 9_999], odds, u)
    assert np.bincount(cell, chosen).tolist() == [10, 500, 0, n // 4]
    second = cell == 1
    ratio = chosen[second & (odds == 3)].sum() / chosen[second & (odds == 1)].sum()
    assert ratio == pytest.approx(3, rel=0.35)


def test_pair_respects_group_and_tolerance():
    found = margins.pair(
        np.array([0, 0, 1]),
        np.array([30.0, 50.0, 30.0]),
        np.array([1, 0, 0]),
        np.array([31.0, 33.0, 60.0]),
        4.0,
    )
    assert found.tolist() == [1, -1, 0]


def test_diffuse_keeps_rows_and_totals():
    expected = np.tile([0.3, 0.5, 0.2], (100, 1)) * np.arange(100)[:, None]
    got = margins.diffuse(expected)
    assert (got.sum(axis=1) == np.arange(100)).all()
    assert np.abs(got.sum(axis=0) - expected.sum(axis=0)).max() < 1.5

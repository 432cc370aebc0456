"""Generalised entropy and its split by groups."""

import math

import numpy as np
import pytest

from results import entropy

Y, GROUP = [1, 3, 2, 6], ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    ("alpha", "total", "within", "between"),
    [
        (1, 0.18744504820626945, 0.13081203594113694, 0.056633012265132426),
        (0, 0.20273255405408222, 0.14384103622589042, 0.05889151782819174),
    ],
)
def test_split_by_hand(alpha, total, within, between):
    """Means 2 and 4, each group three to one: worked by hand from Shorrocks 1984."""
    split = entropy.entropy_split(Y, GROUP, alpha)
    assert split == {"total": pytest.approx(total), "within": pytest.approx(within), "between": pytest.approx(between)}
    logs = math.log(2 / 3), math.log(4 / 3)
    assert between == pytest.approx(-sum(logs) / 2 if alpha == 0 else logs[0] / 3 + 2 * logs[1] / 3)


@pytest.mark.parametrize("alpha", [-1, 0, 0.5, 1, 2])
def test_contributions_add_up_and_are_never_negative(alpha):
    rng = np.random.default_rng(3)
    y, group, w = rng.lognormal(size=90), rng.choice(list("abc"), 90), rng.random(90)
    rows = entropy.entropy_contributions(y, group, alpha, w)
    split = entropy.entropy_split(y, group, alpha, w)
    assert [row["group"] for row in rows] == ["a", "b", "c"]
    assert sum(row["within"] for row in rows) == pytest.approx(split["within"], rel=1e-10)
    assert sum(row["between"] for row in rows) == pytest.approx(split["between"], rel=1e-9, abs=1e-12)
    assert min(row["between"] for row in rows) >= -1e-12
    assert sum(row["population"] for row in rows) == pytest.approx(1)
    assert sum(row["held"] for row in rows) == pytest.approx(1)


def test_a_group_with_nothing_is_lawful_above_zero():
    rows = entropy.entropy_contributions([0, 0, 1, 3], ["none", "none", "some", "some"], 1)
    assert rows[0]["index"] == 0
    assert rows[0]["between"] == pytest.approx(0.5)
    whole = entropy.generalised_entropy([0, 0, 1, 3], 1)
    assert sum(row["within"] + row["between"] for row in rows) == pytest.approx(whole)

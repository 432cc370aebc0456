"""Distributional cost-effectiveness by income fifth, on tables whose answer can be worked out by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest

from results import distributional

ARMS, YEARS, FACTOR = ("usual", "new"), 2, (1 + 1.03**-1) / 2


def tables(gain=(0.1, 0, 0, 0, 0), cost=0.0, drop=()):
    """Fifths of 200 at 6.0 to 8.0 points of life satisfaction, gains in each month, `cost` EUR of the county in each month."""
    rows, paid = [], []
    for arm, month in itertools.product(ARMS, range(12 * YEARS)):
        new = arm == "new"
        rows += [(arm, 0, 0, month, "income_fifth", str(k + 1), "life_satisfaction", 6 + 0.5 * k + new * gain[k], 200.0)
                 for k in range(5) if str(k + 1) not in drop]  # fmt: skip
        rows.append((arm, 0, 0, month, "all", "all", "population_total", 10_000.0, 1000.0))
        paid.append((arm, 0, 0, month, "county", False, 1e6 + new * cost))
    return {
        "outcomes": pd.DataFrame(rows, columns=["arm", "draw", "replicate", "month", "stratum_kind", "stratum", "outcome", "value", "n"]),
        "ledger": pd.DataFrame(paid, columns=["arm", "draw", "replicate", "month", "payer", "transfer", "amount"]),
    }


def test_gain_and_what_is_forgone_by_fifth():
    """A tenth of a point for two years is 0.2 WELLBY a head; 1,000 EUR a month at 20,000 EUR per WELLBY are 1.2 WELLBY of 10,000 people."""
    frame = distributional.by_fifth(tables(cost=1000.0), "usual", ["new"], rate=0.0).set_index("stratum")
    assert frame["people"].tolist() == [2000.0] * 5
    assert frame["before"].tolist() == pytest.approx([12, 13, 14, 15, 16])
    assert frame["gain"].tolist() == pytest.approx([0.2, 0, 0, 0, 0])
    assert frame["forgone"].tolist() == pytest.approx([1.2 / 10_000] * 5)
    assert frame["net"].tolist() == pytest.approx([0.2 - 0.00012, *[-0.00012] * 4])


def test_later_months_count_for_less():
    frame = distributional.by_fifth(tables(), "usual", ["new"], rate=0.03).set_index("stratum")
    months = np.arange(24)
    assert frame.at["1", "gain"] == pytest.approx(0.1 / 12 * (1.03 ** (-months / 12)).sum())


@pytest.mark.parametrize(("gain", "sign"), [((0.1, 0, 0, 0, 0), 1), ((0, 0, 0, 0, 0.1), -1)])
def test_the_plane_tells_who_gained(gain, sign):
    """The same mean gain; to the poorest it is worth more than itself, to the richest less."""
    point = distributional.plane(distributional.by_fifth(tables(gain), "usual", ["new"], rate=0.0)).iloc[0]
    assert point["efficiency"] == pytest.approx(0.04)
    assert np.sign(point["equity"]) == sign
    assert point["total"] == pytest.approx(point["efficiency"] + point["equity"])


def test_the_same_share_for_all_changes_no_relative_inequality():
    """Atkinson's index is relative: a tenth more for everybody raises the equivalent by a tenth, so equity is in proportion."""
    level = 6 + 0.5 * np.arange(5)
    frame = distributional.by_fifth(tables(tuple(0.1 * level)), "usual", ["new"], rate=0.0)
    point = distributional.plane(frame, 1.0).iloc[0]
    before = 2 * np.exp(np.log(level).mean())
    assert point["total"] == pytest.approx(0.1 * before)


def test_cost_alone_moves_left_and_nothing_else_in_an_equal_world():
    frame = distributional.by_fifth(tables((0, 0, 0, 0, 0), cost=1000.0), "usual", ["new"], rate=0.0)
    assert distributional.plane(frame, 0.0).iloc[0]["equity"] == pytest.approx(0, abs=1e-12)
    assert (frame["net"] < 0).all()


def test_a_fifth_that_is_hidden_leaves_nothing_to_say():
    assert distributional.by_fifth(tables(drop=("3",)), "usual", ["new"]).empty

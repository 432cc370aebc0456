"""Costs and effects per person: people counted once, years discounted, draws apart from chance."""

import numpy as np
import pandas as pd
import pytest

from results import external
from results.panel import Panel, bounds


def table(rows, columns):
    return external.check(pd.DataFrame(rows, columns=columns.split()))


def test_a_person_of_two_years_is_one_person():
    """Two people of weight 3 and 1 for two years: 100 + 100 / 1.03 each, per person."""
    rows = [(arm, unit, year, weight, 100.0, 1.0) for arm in ("a", "b") for unit, weight in ((1, 3.0), (2, 1.0)) for year in (2020, 2021)]
    panel = Panel(table(rows, "arm unit year weight cost effect"), rate_effect=0.0)
    assert panel.costs == pytest.approx(np.full((1, 2), 100 + 100 / 1.03))
    assert panel.effects == pytest.approx(np.full((1, 2), 2.0))
    assert panel.people.tolist() == [[4, 4]]
    units = panel.units()
    assert units["effect"].tolist() == [2] * 4
    assert units["people"].tolist() == [3, 1, 3, 1]


def test_without_units_people_are_those_of_the_first_year():
    rows = [(arm, year, 1000.0 - 100 * (year - 2020), 10.0, 1.0) for arm in ("a", "b") for year in (2020, 2021)]
    panel = Panel(table(rows, "arm year weight cost effect"), rate_cost=0, rate_effect=0)
    assert panel.people.tolist() == [[1000, 1000]]
    assert panel.effects.tolist() == [[1.9, 1.9]]
    assert panel.units() is None


def test_comparator_comes_first_and_runs_are_aligned():
    rows = [("b", 1, 5.0, 2.0), ("a", 0, 1.0, 1.0), ("b", 0, 3.0, 1.5), ("a", 1, 2.0, 1.0)]
    panel = Panel(table(rows, "arm draw cost effect"), "a")
    assert panel.arms == ["a", "b"]
    assert panel.costs.tolist() == [[1, 3], [2, 5]]
    assert panel.by_draw()[1].tolist() == [[1, 1.5], [1, 2]]


@pytest.mark.parametrize(
    ("names", "ranks", "order"),
    [(["10", "9"], None, ["9", "10"]), (["low", "high"], None, ["low", "high"]), (["rich", "poor"], [2.0, 1.0], ["poor", "rich"])],
)
def test_order_of_strata(names, ranks, order):
    """By mean rank when there is one, else as numbers, else as they stand."""
    rows = pd.DataFrame({"arm": ["a", "a", "b", "b"], "stratum": names * 2, "cost": 1.0, "effect": 1.0})
    panel = Panel(external.check(rows if ranks is None else rows.assign(rank=ranks * 2)))
    assert panel.strata() == order


def test_a_stratum_that_a_run_lacks_is_told():
    """An arm without it when the table is checked; one draw without it where strata are compared."""
    with pytest.raises(external.TableError, match="arm 'b' has nobody of stratum 'y'"):
        table([("a", "x", 1.0, 1.0), ("a", "y", 1.0, 1.0), ("b", "x", 1.0, 1.0)], "arm stratum cost effect")
    rows = [(arm, draw, stratum, 1.0, 1.0) for arm in "ab" for draw in (0, 1) for stratum in "xy"]
    panel = Panel(table(rows[:-1], "arm draw stratum cost effect"))
    with pytest.raises(ValueError, match="stratum 'y' has nobody in arm 'b', draw 1, replicate 0"):
        panel.by_stratum()


def test_what_an_interval_holds():
    assert bounds([1.0, 2.0, 3.0], [0, 1, 2]).basis == "draws"
    one = bounds([1.0, 2.0, 3.0], [0, 0, 0])
    assert one.basis == "replicates"
    assert one.high == pytest.approx(2 + 4.302653 / np.sqrt(3), rel=1e-6)
    assert bounds([1.0], [0]).basis == ""
    assert np.isnan(bounds([1.0], [0]).low)
    # Draws that differ no more than replicates do tell nothing of parameters.
    assert bounds([1.0, 3.0, 3.0, 1.0], [0, 0, 1, 1]).basis == "replicates"

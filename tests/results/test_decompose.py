"""Changes of inequality: parts add up, and each is what it is called when it alone happened."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import decompose
from results.gradient import concentration_index, slope_index
from results.inequality import gini, mean_log_deviation

RANK = np.arange(6)
BEFORE = np.array([2.0, 2.5, 3.0, 3.4, 3.9, 4.2])
FEW = settings(max_examples=40, deadline=None)
numbers = st.lists(st.tuples(st.floats(0.5, 9), st.floats(0.5, 9), st.integers(0, 2), st.integers(0, 2)), min_size=4, max_size=12)


def test_the_same_gain_for_all_is_level():
    """Adding 1 to all lowers a relative index by its level only, and an absolute one not at all."""
    found = decompose.change(concentration_index, BEFORE, BEFORE + 1, RANK)
    assert found.level == pytest.approx(found.total)
    assert found.total < 0
    assert found.spread == pytest.approx(0, abs=1e-12)
    assert decompose.change(slope_index, BEFORE, BEFORE + 1, RANK) == pytest.approx([slope_index(BEFORE, RANK)] * 2 + [0] * 5, abs=1e-9)


def test_gains_of_the_low_are_spread():
    after = BEFORE + np.linspace(0.5, 0, 6)
    found = decompose.change(slope_index, BEFORE, after, RANK)
    assert found.spread == pytest.approx(found.total)
    assert found.total < 0


def test_changing_places_on_the_ladder_is_reranking():
    found = decompose.change(slope_index, BEFORE, BEFORE, RANK, RANK[::-1])
    assert found.reranking == pytest.approx(found.total) == pytest.approx(-2 * slope_index(BEFORE, RANK))
    assert found.level == found.spread == 0


def test_a_grown_group_is_composition():
    """The same two groups, one of them twice as large: nothing but composition happened."""
    before, strata = np.array([1.0, 1.0, 3.0, 3.0]), ["a", "a", "b", "b"]
    after, later = np.array([1.0, 1.0, 3.0, 3.0, 3.0, 3.0]), ["a", "a", "b", "b", "b", "b"]
    found = decompose.change(gini, before, after, strata_before=strata, strata_after=later)
    assert found.composition == pytest.approx(found.total)
    assert found.total == pytest.approx(gini(after) - gini(before))
    assert found.total != 0


@FEW
@given(rows=numbers)
def test_parts_add_up(rows):
    before, after, old, new = (np.array(column, float) for column in zip(*rows, strict=True))
    old[:3] = new[:3] = [0, 1, 2]
    later = np.argsort(np.argsort(after, kind="stable"))
    found = decompose.change(slope_index, before, after, np.arange(before.size), later, strata_before=old, strata_after=new)
    assert sum(found[2:6]) == pytest.approx(found.total, abs=1e-9)
    assert found.total == pytest.approx(found.after - found.before)
    split = decompose.entropy_change(before, after, old, new)
    assert split["within"] + split["composition"] + split["means"] == pytest.approx(split["total"], abs=1e-9)
    assert split["total"] == pytest.approx(mean_log_deviation(after) - mean_log_deviation(before), abs=1e-9)


@FEW
@given(rows=numbers)
def test_reranking_only_adds_to_a_gini(rows):
    """G(after) is at least the concentration over the old ranks, since no order is steeper than one's own."""
    before, after = (np.array(column, float) for column in list(zip(*rows, strict=True))[:2])
    found = decompose.gini_change(before, after)
    assert found["reranking"] >= -1e-12
    assert found["reranking"] - found["progressivity"] == pytest.approx(found["total"])


@FEW
@given(rows=numbers)
def test_movers_add_up(rows):
    before, after, old, new = (np.array(column, float) for column in zip(*rows, strict=True))
    for row in decompose.movers(before, after, old, new):
        if not np.isnan(row["change"]) and row["share_stayed"] > 0:
            assert row["stayers"] + row["entered"] + row["left"] == pytest.approx(row["change"], abs=1e-9)
    assert sum(r["share_stayed"] + r["share_entered"] for r in decompose.movers(before, after, old, new)) == pytest.approx(1)


def test_a_group_looks_better_because_the_better_off_entered():
    """Nobody's wellbeing changed; one who was well became unemployed: the group's mean rises by the entrant alone."""
    rows = decompose.movers([1, 1, 5, 5], [1, 1, 5, 5], ["out", "out", "work", "work"], ["out", "out", "out", "work"])
    out = rows[0]
    assert out["stratum"] == "out"
    assert out["change"] == pytest.approx(4 / 3) == pytest.approx(out["entered"])
    assert out["stayers"] == out["left"] == 0


def test_refuses_what_cannot_be_told():
    with pytest.raises(ValueError, match="same people"):
        decompose.change(slope_index, BEFORE, BEFORE[:4], RANK, RANK[:4])
    with pytest.raises(ValueError, match="stratum b is empty after"):
        decompose.same_strata([1, 1], ["a", "a"], ["a", "b"])
    with pytest.raises(ValueError, match="same groups"):
        decompose.entropy_change([1, 2], [1, 2], ["a", "b"], ["a", "c"])

"""Distributional cost-effectiveness against published teaching examples; levelling down never looks like a win."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import equity
from results.inequality import ede

# Health-adjusted life expectancy of five equal groups, worst to best off, and gains: vignette of the R package dceasimR.
BEFORE = np.array([52.1, 56.3, 59.8, 63.2, 66.8])
GAIN = np.array([0.5, 0.6, 0.5, 0.4, 0.3])
EQUAL = np.ones(5)
# Health by region and deprivation in England, and gains from nicotine replacement therapy (people, QALE, gain): DCEA tool of the
# University of York (Asaria, Griffin & Cookson 2016), nrt_net_health_benefits.
PEOPLE = np.array([7279927, 3959316, 5050982, 4616011, 6331048, 6474305, 4701015, 4159448, 6194904, 6501111.0])
QALE = np.array([61.925214, 65.953455, 66.816952, 68.975036, 70.344928, 72.213544, 72.648215, 74.561156, 75.597859, 77.323144])
UNIVERSAL = np.array([0.000153, 0.000106, 0.000113, 0.000112, 8.1e-05, 0.000103, 7.2e-05, 6.4e-05, 5.7e-05, 6e-05])
OWN_SHARE = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1, 0.0])


def test_equivalents_of_many_runs_are_those_of_each_run():
    """Row by row the same as `ede`, whatever the aversion, with people of the run's own."""
    levels = np.array([BEFORE, BEFORE + GAIN, EQUAL * 7])
    people = np.array([PEOPLE[:5], PEOPLE[5:], EQUAL])
    aversions = [0.0, 0.5, 1.0, 5.0, 10.95]
    one_by_one = [[ede(row, e, w) for e in aversions] for row, w in zip(levels, people, strict=True)]
    assert equity.edes(levels, aversions, people) == pytest.approx(np.array(one_by_one), rel=1e-12)
    assert equity.edes(levels[2:], aversions, EQUAL) == pytest.approx(np.full((1, 5), 7.0))
    with pytest.raises(ValueError, match="levels must be above 0"):
        equity.edes(np.zeros((2, 5)), [1.0], EQUAL)
    with pytest.raises(ValueError, match="aversion to inequality must be at least 0"):
        equity.edes(levels, [-1.0], people)


def test_equity_weights_as_published():
    """dceasimR: aversion 1 gives 1.13612 1.05137 .98983 .93658 .88611."""
    assert equity.equity_weights(BEFORE, 1) == pytest.approx([1.13612, 1.05137, 0.98983, 0.93658, 0.88611], abs=1e-5)
    assert equity.equity_weights(BEFORE, 0).tolist() == [1] * 5
    weights = equity.equity_weights(BEFORE, 10.95, PEOPLE[:5])
    assert weights @ PEOPLE[:5] / PEOPLE[:5].sum() == pytest.approx(1)


def test_plane_as_published():
    """dceasimR: adding the gains raises the EDE (aversion 1) by .46847841 = .46 efficiency + .00847841 equity."""
    point = equity.impact(BEFORE, BEFORE + GAIN, EQUAL, 1)
    assert point.total == pytest.approx(0.46847841, abs=1e-8)
    assert point.efficiency == pytest.approx(0.46)
    assert point.equity == pytest.approx(0.00847841, abs=1e-8)
    assert point.quadrant == "win-win"


@pytest.mark.parametrize(
    ("shares", "atkinson_10"),
    [
        (None, 68.8587313166462),
        (OWN_SHARE * PEOPLE, 68.8587348719998),
        (np.eye(10)[0], 68.8586470204893),
        (np.eye(10)[9], 68.8587635625541),
    ],
    ids=["equal", "given", "poorest", "richest"],
)
def test_opportunity_costs_as_in_the_york_tool(shares, atkinson_10):
    """50 million at 20,000 per QALY falls on all alike, by weights, on the worst or on the best off: intervention.R of that tool."""
    post = equity.after(QALE, UNIVERSAL, 50e6, 20_000, PEOPLE, shares)
    assert ede(post, 0, PEOPLE) == pytest.approx(70.6262451341438, rel=1e-12)
    assert ede(post, 10, PEOPLE) == pytest.approx(atkinson_10, rel=1e-12)
    assert PEOPLE @ (post - QALE) == pytest.approx(2648.792767, rel=1e-6)


@pytest.mark.parametrize(
    ("aversion", "d", "f"), [(0, 49, 51), (1, 46.5393354290112, 45.9274217791065), (10, 38.4008230290481, 29.3563334313139)]
)
def test_aversion_turns_a_choice(aversion, d, f):
    """Teaching example of three individuals (York): D (35, 40, 72) against F (26, 46, 81)."""
    assert ede([35, 40, 72], aversion) == pytest.approx(d, rel=1e-12)
    assert ede([26, 46, 81], aversion) == pytest.approx(f, rel=1e-12)
    profile = equity.ede_profile([26, 46, 81], [35, 40, 72], np.ones(3), [aversion])
    assert profile["change"].iloc[0] == pytest.approx(d - f)


def test_profile_holds_the_named_aversions_and_crosses():
    profile = equity.ede_profile([26, 46, 81], [35, 40, 72], np.ones(3))
    assert set(equity.AVERSIONS) <= set(profile["aversion"])
    assert profile["change"].iloc[0] < 0 < profile["change"].iloc[-1]
    assert profile["equity"].iloc[0] == pytest.approx(0)
    kolm = equity.ede_profile([1.5, 3, 4], [1.7, 3, 4], np.ones(3), kind="kolm")
    assert 0.15 in kolm["aversion"].to_numpy()


def test_levelling_down_is_shown():
    """All lose and the better off lose more: the gap narrows, the level falls, and the plane says lose-win."""
    before, after = np.array([2.0, 3.0, 4.0]), np.array([1.9, 2.7, 3.5])
    old, new = (equity.level_and_gap(v, np.ones(3)) for v in (before, after))
    assert new["slope"] < old["slope"]
    assert new["level"] < old["level"]
    assert equity.impact(before, after, np.ones(3)).quadrant == "lose-win"
    chance = equity.p_narrows(before, after, np.ones(3))
    assert chance["narrows"] == chance["narrows_by_levelling_down"] == 1


def test_harming_or_helping_all_alike_narrows_nothing():
    now = np.array([[2.5, 3.5, 4.5], [1.5, 2.5, 3.5], [2.4, 3.2, 4.0]])
    chance = equity.p_narrows([2.0, 3.0, 4.0], now, np.ones(3))
    assert chance == {"narrows": pytest.approx(1 / 3), "widens": 0, "stays": pytest.approx(2 / 3), "narrows_by_levelling_down": 0}


def test_staircase_adds_up():
    stairs = equity.staircase(list("abc"), [3, 2, 1], [0.5, 0.5, 0.5], [10, 20, 30])
    assert stairs["net_total"].tolist() == [25, 30, 15]
    assert stairs["share"].sum() == pytest.approx(1)
    assert stairs["cumulated"].iloc[-1] == 70
    assert equity.staircase(list("ab"), [1, 1], [1, 1], [1, 1])["share"].isna().all()


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.tuples(st.floats(10, 90), st.floats(-2, 2), st.integers(1, 1000)), min_size=2, max_size=6),
    aversion=st.sampled_from([0.0, 1.0, 5.0, 10.95]),
    cost=st.floats(-1e5, 1e5),
)
def test_axioms(groups, aversion, cost):
    """Efficiency and equity add up; no aversion leaves no equity part; opportunity costs add up to what was displaced."""
    before, gain, people = (np.array(column, float) for column in zip(*groups, strict=True))
    point = equity.impact(before, before + gain, people, aversion)
    assert point.total == pytest.approx(ede(before + gain, aversion, people) - ede(before, aversion, people), abs=1e-9)
    assert point.efficiency + point.equity == pytest.approx(point.total)
    if aversion == 0:
        assert point.equity == pytest.approx(0, abs=1e-9)
    lost = equity.opportunity_cost(cost, 20_000, people)
    assert lost @ people == pytest.approx(cost / 20_000, abs=1e-9)
    assert np.ptp(lost) == pytest.approx(0, abs=1e-12)
    assert equity.weighted_benefit(gain, before, people, 0) == pytest.approx(gain @ people)


def test_runs_are_allowed():
    lost = equity.opportunity_cost([100.0, 200.0], 10, [1, 3])
    assert lost.tolist() == [[2.5, 2.5], [5, 5]]
    assert equity.after([1, 2], np.zeros((2, 2)), [100.0, 200.0], 10, [1, 3]).shape == (2, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: equity.opportunity_cost(1, 0, [1, 2]), "price of a unit"),
        (lambda: equity.opportunity_cost(1, 5, [1, 2], [1]), "must be 2 numbers"),
        (lambda: equity.opportunity_cost(1, 5, [1, 0]), "above 0 per group"),
        (lambda: equity.equity_weights([1, 2], -1), "at least 0"),
        (lambda: equity.equity_weights([1, 2], 1, [1, 0]), "every group must have people"),
        (lambda: equity.after([1, 2, 3], [1, 2], 0, 1, [1, 2]), "one number per group"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()

"""Discounting, acceptability, information and the frontier against published numbers and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from results import economics as econ


def test_monthly_discounting_is_by_the_effective_rate():
    """Ten euros a month for ten years at 3 %: 1040.18, and not the 1038.21 of a nominal rate (geometric
    series).
    """
    assert econ.present_value(np.full(120, 10.0), 0.03) == pytest.approx(1040.183119569669, rel=1e-12)
    assert econ.discount_factors([0, 12, 24], 0.03) == pytest.approx([1, 1 / 1.03, 1 / 1.03**2])


def test_yearly_discounting():
    """A hundred at the start of eleven years at 3 %: 953.02; published factors of a quarter per cent."""
    assert econ.present_value(np.full(11, 100.0), 0.03, per_year=1) == pytest.approx(953.0202836775828)
    assert econ.discount_factors([10, 12, 24], 0.0025, 1) == pytest.approx([0.9753, 0.9705, 0.9418], abs=5e-5)
    assert econ.present_value(np.ones(24), 0.0025, 1, first=1) == pytest.approx(23.266, abs=5e-4)
    assert econ.present_value(np.arange(5.0), 0) == 10


def test_increments_and_net_benefit():
    dc, de = econ.increments([[100, 150], [110, 90]], [[1, 2], [1, 1]])
    assert dc.tolist() == [[0, 50], [0, -20]]
    assert de.tolist() == [[0, 1], [0, 0]]
    assert econ.net_benefit([50.0], [2.0], 100).tolist() == [150]
    assert econ.net_benefit([[50.0]], [[2.0]], [0, 100]).shape == (2, 1, 1)


@pytest.mark.parametrize(
    ("cost", "effect", "quadrant", "value"),
    [
        (100, 1, "costs_more_gains", 100),
        (-100, -1, "costs_less_loses", 100),
        (-100, 1, "dominant", None),
        (100, -1, "dominated", None),
        (0, 0, "equal", None),
        (0, 1, "dominant", None),
        (5, 0, "dominated", None),
        (-5, 0, "dominant", None),
    ],
)
def test_a_ratio_is_given_only_where_a_trade_is_made(cost, effect, quadrant, value):
    ratio = econ.icer(cost, effect)
    assert ratio.quadrant == quadrant
    assert ratio.value == value or (value is None and math.isnan(ratio.value))
    assert econ.quadrant([cost, cost], [effect, effect]).tolist() == [quadrant] * 2
    assert quadrant in econ.QUADRANTS


def test_frontier_with_strong_and_extended_dominance():
    """Worked example of the VA Health Economics Resource Center, as tested by the R package dampack."""
    rows = econ.frontier(
        ["E", "D", "C", "B", "A", "usual"], [55000, 35000, 25000, 10000, 12000, 5000], [5, 4, 3, 2, 1.5, 1]
    )
    assert [(row.name, row.status) for row in rows] == [
        ("usual", "frontier"),
        ("B", "frontier"),
        ("D", "frontier"),
        ("E", "frontier"),
        ("C", "extended"),
        ("A", "dominated"),
    ]
    assert [row.icer for row in rows[1:4]] == [5000, 12500, 20000]
    assert math.isnan(rows[0].icer)
    assert math.isnan(rows[4].icer)


def test_same_effect_at_a_higher_price_is_dominated():
    rows = econ.frontier(["none", "all", "test first"], [163771, 164848.7, 163765.1], [6.48, 6.53, 6.53])
    assert [(row.name, row.status) for row in rows] == [
        ("test first", "frontier"),
        ("none", "dominated"),
        ("all", "dominated"),
    ]


def test_information_on_a_normal_net_benefit():
    """Net benefit N(1, 5) against nothing: EVPI = sd phi(m/sd) + m Phi(m/sd) - m = 0.47981."""
    from scipy.stats import norm

    draws = norm.ppf((np.arange(200_000) + 0.5) / 200_000, 1, math.sqrt(5))
    effects = np.column_stack([np.zeros_like(draws), draws])
    assert econ.evpi(np.zeros_like(effects), effects, 1)[0] == pytest.approx(0.4798107063, rel=1e-3)
    assert econ.ceac(np.zeros_like(effects), effects, 1)[0, 1] == pytest.approx(
        norm.cdf(1 / math.sqrt(5)), abs=1e-4
    )


def test_the_best_on_average_need_not_be_the_likeliest():
    """Option 1 wins 1 run in 3 by a lot, so it has the highest expected net benefit."""
    effects = np.array([[1, 0], [1, 0], [0, 9.0]])
    option, chance = econ.ceaf(np.zeros((3, 2)), effects, 1)
    assert option.tolist() == [1]
    assert chance == pytest.approx([1 / 3])
    assert econ.expected_loss(np.zeros((3, 2)), effects, 1) == pytest.approx(np.array([[3, 2 / 3]]))


def test_a_tie_goes_to_the_comparator():
    assert econ.ceac(np.zeros((4, 3)), np.ones((4, 3)), [0, 10]).tolist() == [[1, 0, 0], [1, 0, 0]]


values = arrays(float, (6, 3), elements=st.floats(-1000, 1000))


@settings(max_examples=40, deadline=None)
@given(costs=values, effects=values)
def test_acceptability_sums_to_one_and_knowing_never_hurts(costs, effects):
    wtp = [0, 10, 1000]
    assert econ.ceac(costs, effects, wtp).sum(axis=1) == pytest.approx([1, 1, 1])
    loss, worth = econ.expected_loss(costs, effects, wtp), econ.evpi(costs, effects, wtp)
    assert (worth >= 0).all()
    assert (loss >= worth[:, None]).all()
    benefit = econ.net_benefit(costs, effects, wtp)
    direct = benefit.max(axis=2).mean(axis=1) - benefit.mean(axis=1).max(axis=1)
    assert worth == pytest.approx(direct, abs=1e-6 * max(1, np.abs(benefit).max()))


@settings(max_examples=40, deadline=None)
@given(points=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_frontier_is_the_best_at_every_price(points):
    """Brute force: whatever a unit of effect is worth, the best option is on the frontier, and ICERs rise
    along it.
    """
    costs, effects = np.array(points, float).T
    rows = econ.frontier([str(i) for i in range(len(points))], costs, effects)
    line = [row for row in rows if row.status == "frontier"]
    steps = [row.icer for row in line[1:]]
    assert len(rows) == len(points)
    assert steps == sorted(steps)
    for wtp in (0, 0.3, 1, 2.7, 40):
        best = (wtp * effects - costs).max()
        assert max(wtp * row.effect - row.cost for row in line) == pytest.approx(best)


def test_wellbys():
    """0.2 points for two years is 0.4 WELLBY, worth 5,200 GBP at 13,000 (HM Treasury 2021); one that fades is
    a sum.
    """
    assert econ.wellbys(0.2, 2) == pytest.approx(0.4)
    assert econ.wellbys(0.2, 2, 13_000) == pytest.approx(5200)
    fading = 0.3 * 0.6 ** np.arange(10)
    assert econ.wellbys(fading, econ.discount_factors(10, 0.015, 1)) == pytest.approx(0.7299120543)
    assert econ.qalys([1, 0.5], [2, 4]) == pytest.approx(4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: econ.present_value([1, np.nan], 0.03), "flows holds a missing"),
        (lambda: econ.discount_factors(3, -1), "above -1"),
        (lambda: econ.ceac(np.ones((2, 2)), np.ones((2, 3)), 1), "must have one shape"),
        (lambda: econ.ceac(np.ones(2), np.ones(2), 1), "2 dimensions"),
        (lambda: econ.frontier(["a"], [1, 2], [1, 2]), "one of each per option"),
        (lambda: econ.icer(math.nan, 1), "added_cost"),
        (lambda: econ.wellbys(11), "0-10 scale"),
        (lambda: econ.qalys(1.2), "above 1"),
        (lambda: econ.wellbys(1, -1), "must not be negative"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_steady_flow():
    """100 a year for ten years at 3 %: force of interest 863.939264, effective rate 865.752553 (integrals)."""
    assert econ.present_value_continuous(100, 0.03, 10, force=True) == pytest.approx(863.9392643942738)
    assert econ.present_value_continuous(100, 0.03, 10) == pytest.approx(865.7525532059723)
    assert econ.present_value_continuous(100, 0, 10) == 1000


def test_health_and_money_are_two_scales_of_one_benefit():
    costs, effects = np.array([[50.0, 80.0]]), np.array([[1.0, 1.5]])
    assert econ.net_health_benefit(costs, effects, 100) == pytest.approx(econ.net_benefit(costs, effects, 100) / 100)
    assert econ.net_health_benefit(costs, effects, [10, 100]).shape == (2, 1, 2)
    with pytest.raises(ValueError, match="above 0"):
        econ.net_health_benefit(costs, effects, 0)


def test_pairwise_worth_and_quadrants_of_runs():
    costs = np.array([[0, 1, 5], [0, 1, -5], [0, -1, 5], [0, 1, 0.0]])
    effects = np.array([[0, 1, 1], [0, -1, 1], [0, -1, 1], [0, 1, 0.0]])
    assert econ.worth(costs, effects, 2)[0].tolist() == [0, 0.5, 0.25]
    shares = dict(zip(econ.QUADRANTS, econ.quadrant_shares(costs, effects).T.tolist(), strict=True))
    assert shares["costs_more_gains"] == [0, 0.5, 0.5]
    assert shares["dominated"] == [0, 0.25, 0]
    assert shares["costs_less_loses"] == [0, 0.25, 0]
    assert shares["equal"] == [1, 0, 0.25]
    assert np.sum(list(shares.values()), axis=0).tolist() == [1, 1, 1]


@settings(max_examples=25, deadline=None)
@given(costs=values, effects=values, weights=st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_a_weight_of_two_is_the_run_twice(costs, effects, weights):
    n = np.array(weights)
    twice = costs.repeat(n, axis=0), effects.repeat(n, axis=0)
    near = {"rel": 1e-9, "abs": 1e-9 * (1 + np.abs(costs).max() + np.abs(effects).max())}
    for measure in (econ.ceac, econ.expected_loss, econ.evpi, econ.worth):
        assert measure(costs, effects, [0, 3], weights=n) == pytest.approx(measure(*twice, [0, 3]), **near)
    assert econ.quadrant_shares(costs, effects, weights=n) == pytest.approx(econ.quadrant_shares(*twice))
    with pytest.raises(ValueError, match="weights of runs"):
        econ.evpi(costs, effects, 1, [-1] + [1] * 5)


def test_screening_for_hiv():
    """Paltiel et al. 2006, tables 1-2, as in dampack's vignette: ICERs 37,500, 58,286 and 100,800; annual screening is dominated."""
    names = ["status quo", "one time", "5yr", "3yr", "annual"]
    effects = np.array([277.25, 277.57, 277.78, 277.83, 277.76]) / 12
    rows = econ.frontier(names, [26000, 27000, 28020, 28440, 29440], effects)
    assert [row.name for row in rows] == names
    assert [row.icer for row in rows[1:4]] == pytest.approx([37_500, 58_285.71, 100_800], rel=1e-6)
    assert rows[4].status == "dominated"

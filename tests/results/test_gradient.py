"""Slopes, concentration and gaps along social rank against published numbers and closed forms."""

import numpy as np
import pytest

from results import gradient

# Life expectancy at birth by decile of deprivation (1 = most deprived) in Hartlepool, men: UKHSA, PHEindicatormethods,
# tests/testthat/LE_testdata; people and years.
PEOPLE = [13837, 14519, 14940, 14599, 12311, 13196, 13335, 13388, 13685, 11779]
YEARS = [70.56313911, 72.61347473, 75.06710359, 75.20662276, 76.23469045, 75.21801932, 77.09240397, 79.84156222, 80.81329918, 82.73763832]
DECILE = np.arange(1, 11)


def test_slope_of_grouped_data_as_in_r():
    """R's lm(years ~ ridit, weights = people): slope 11.6888613910124, error 1.1685641956101; SII / mean and fitted ratio."""
    line = gradient.slope_line(YEARS, DECILE, PEOPLE)
    assert line.slope == pytest.approx(11.6888613910124, rel=1e-9)
    assert line.error == pytest.approx(1.1685641956101, rel=1e-8)
    assert gradient.relative_index(YEARS, DECILE, PEOPLE, "mean") == pytest.approx(0.153000788362931, rel=1e-9)
    assert gradient.relative_index(YEARS, DECILE, PEOPLE) == pytest.approx(1.1656749904374, rel=1e-9)


@pytest.mark.parametrize("model", ["log", "logit"])
def test_a_model_finds_the_curve_it_was_given(model):
    rank = np.arange(200)
    r = gradient.ridit(rank) - 0.5
    level = gradient.INVERSE[model](-1.2 + 0.9 * r)
    line = gradient.slope_line(level, rank, model=model)
    ends = gradient.INVERSE[model](-1.2 + 0.9 * np.array([-0.5, 0.5]))
    assert line.bottom == pytest.approx(ends[0], rel=1e-9)
    assert line.slope == pytest.approx(ends[1] - ends[0], rel=1e-9)
    assert line.r2 == pytest.approx(1)
    assert gradient.relative_index(level, rank, kind=model) == pytest.approx(ends[1] / ends[0], rel=1e-9)


def test_a_straight_gradient():
    """y = 6 + 1.5 R over even ranks: SII 1.5, RII 1.25 and 2/9, C = slope / (6 mean) = 1/27."""
    r = (np.arange(20_000) + 0.5) / 20_000
    y = 6 + 1.5 * r
    assert gradient.slope_index(y, r) == pytest.approx(1.5)
    assert gradient.relative_index(y, r) == pytest.approx(1.25)
    assert gradient.relative_index(y, r, kind="mean") == pytest.approx(2 / 9)
    assert gradient.concentration_index(y, r) == pytest.approx(1 / 27, rel=1e-6)


def test_two_groups_make_the_logit_exact():
    """Shares 0.2 and 0.6 in two halves: the logit line goes through both, so its slope is twice the step of the logits."""
    y, rank = np.repeat([0, 1, 0, 1], [8, 2, 4, 6]), np.repeat([0, 0, 1, 1], [8, 2, 4, 6])
    a, b = gradient.fit_line(y.astype(float), gradient.ridit(rank) - 0.5, np.full(20, 0.05), "logit")
    assert b == pytest.approx(2 * (np.log(0.6 / 0.4) - np.log(0.2 / 0.8)))
    assert a == pytest.approx((np.log(0.6 / 0.4) + np.log(0.2 / 0.8)) / 2)


def test_concentration_curve_bounds_the_index():
    """C = 1 - 2 x area under the curve, for tied and weighted rows."""
    rng = np.random.default_rng(1)
    y, rank, w = rng.random(40), rng.integers(0, 6, 40), rng.random(40)
    p, held = gradient.concentration_curve(y, rank, w)
    assert len(p) == 7
    assert 1 - 2 * np.trapezoid(held, p) == pytest.approx(gradient.concentration_index(y, rank, w), rel=1e-12)


def test_rescaling_a_score_leaves_bounded_indices_alone():
    """Erreygers and Wagstaff of a score on 1-5 equal those of the score on 0-1: both use the limits of the scale."""
    y, rank = np.array([1.5, 2.0, 4.5, 3.0]), [1, 2, 3, 4]
    for kind in ("erreygers", "wagstaff"):
        own = gradient.concentration_index(y, rank, kind=kind, lower=1, upper=5)
        assert own == pytest.approx(gradient.concentration_index((y - 1) / 4, rank, kind=kind, lower=0, upper=1))


def test_wagstaff_of_a_share_is_the_plain_index_over_the_rest():
    y, rank = [0, 1, 0, 1, 1], [1, 2, 3, 4, 5]
    plain = gradient.concentration_index(y, rank)
    assert gradient.concentration_index(y, rank, kind="wagstaff", lower=0, upper=1) == pytest.approx(plain / (1 - 0.6))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gradient.slope_line([1, 2], [1, 2], model="cubic"), "choose linear"),
        (lambda: gradient.slope_line([-1, 2], [1, 2], model="log"), "log model needs"),
        (lambda: gradient.slope_line([0.5, 2], [1, 2], model="logit"), "logit model needs"),
        (lambda: gradient.slope_line([0, 0, 1, 1], [1, 1, 2, 2], model="logit"), "splits the values completely"),
        (lambda: gradient.concentration_curve([-1, 1], [1, 2]), "mean of the values is 0"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words), np.errstate(all="ignore"):
        call()

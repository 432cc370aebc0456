"""Inequality indices against published numbers, closed forms and brute force."""

import math

import numpy as np
import pytest
import scipy.special

from results import inequality as ineq

# Five groups of equal size, health-adjusted life expectancy; figures printed by the dceasimR vignette on
# inequality measures.
FIFTHS = np.array([52.1, 56.3, 59.8, 63.2, 66.8])
RANK = np.arange(1, 6)
# Income class means of the USA in 1968, in the manual page of the R package ineq, with the Gini printed
# there.
USA_1968 = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]


def naive_gini(y, w):
    y, w = np.asarray(y, float), np.asarray(w, float) / np.sum(w)
    pairs = [(i, j) for i in range(y.size) for j in range(y.size)]
    return sum(w[i] * w[j] * abs(y[i] - y[j]) for i, j in pairs) / (2 * (w @ y))


def naive_slope(y, rank, w):
    """Textbook weighted regression on ranks found by counting."""
    w = np.asarray(w, float) / np.sum(w)
    r = np.array([w[rank < own].sum() + w[rank == own].sum() / 2 for own in rank])
    return np.polyfit(r, y, 1, w=np.sqrt(w))[0]


@pytest.mark.parametrize(
    ("got", "expected", "digits"),
    [
        (ineq.gini(FIFTHS), 0.048692153, 1e-9),
        (ineq.concentration_index(FIFTHS, RANK), 0.048692153, 1e-9),
        (ineq.concentration_index(FIFTHS, RANK, kind="erreygers", lower=0, upper=100), 0.11616, 1e-9),
        (ineq.concentration_index(FIFTHS, RANK, kind="wagstaff", lower=0, upper=100), 0.12064458, 1e-8),
        (ineq.slope_index(FIFTHS, RANK), 18.15, 1e-9),
        (ineq.slope_line(FIFTHS, RANK).bottom, 50.565, 1e-9),
        (ineq.slope_line(FIFTHS, RANK).error, 0.4112988, 1e-6),
        (ineq.relative_index(FIFTHS, RANK), 1.3589439, 1e-7),
        (ineq.relative_index(FIFTHS, RANK, kind="mean"), 0.30432596, 1e-8),
        (ineq.atkinson(FIFTHS, 0.5), 0.001868327, 1e-9),
        (ineq.atkinson(FIFTHS, 1), 0.003744955, 1e-9),
        (ineq.atkinson(FIFTHS, 2), 0.007514388, 1e-9),
        (ineq.kolm(FIFTHS, 0.15), 1.904505, 1e-6),
        (ineq.mean_log_deviation(FIFTHS), 0.003751985, 1e-9),
        (ineq.theil(FIFTHS), 0.003726938, 1e-9),
        (ineq.generalised_entropy(FIFTHS, 2), 0.003710279, 1e-9),
        (ineq.ede(FIFTHS, 0), 59.64, 1e-9),
        (ineq.ede(FIFTHS, 1), 59.41665, 1e-5),
        (ineq.ede(FIFTHS, 5), 58.51938, 1e-5),
        (ineq.ede(FIFTHS, 10.95), 57.280816, 1e-6),
        (ineq.gini(USA_1968), 0.4620911, 1e-7),
    ],
)
def test_published_number(got, expected, digits):
    assert got == pytest.approx(expected, abs=digits)


@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_lognormal_closed_forms(sigma):
    """Gini erf(s / 2); both Theils s² / 2; Atkinson 1 - exp(-e s² / 2); top share 1 - Phi(z - s)."""
    from scipy.stats import norm

    n = 200_000
    y = np.exp(sigma * norm.ppf((np.arange(n) + 0.5) / n))
    assert ineq.gini(y) == pytest.approx(math.erf(sigma / 2), rel=1e-3)
    assert ineq.theil(y) == pytest.approx(sigma**2 / 2, rel=5e-3)
    assert ineq.mean_log_deviation(y) == pytest.approx(sigma**2 / 2, rel=1e-3)
    assert ineq.atkinson(y, 2) == pytest.approx(1 - math.exp(-(sigma**2)), rel=1e-3)
    assert ineq.top_share(y, 0.1) == pytest.approx(1 - norm.cdf(norm.ppf(0.9) - sigma), rel=2e-3)


def test_pareto_closed_forms():
    """Pareto with shape 3: Gini 1 / (2 a - 1) = 0.2, top hundredth's share 0.01^(2/3)."""
    n = 200_000
    y = (1 - (np.arange(n) + 0.5) / n) ** (-1 / 3)
    assert ineq.gini(y) == pytest.approx(0.2, rel=5e-3)
    assert ineq.top_share(y, 0.01) == pytest.approx(0.01 ** (2 / 3), rel=1e-2)


def test_fast_equals_naive():
    rng = np.random.default_rng(3)
    y, rank, w = rng.lognormal(size=60), rng.integers(0, 7, 60), rng.random(60)
    assert ineq.gini(y, w) == pytest.approx(naive_gini(y, w), rel=1e-12)
    assert ineq.slope_index(y, rank, w) == pytest.approx(naive_slope(y, rank, w), rel=1e-12)


def test_ties_share_their_mean_rank():
    """Two tied pairs have ridits 0.25 and 0.75, and C = 1/6 by hand, in any order of rows."""
    assert ineq.ridit([1, 1, 2, 2]) == pytest.approx([0.25, 0.25, 0.75, 0.75])
    for rows in ([0, 1, 2, 3], [1, 0, 3, 2], [3, 1, 0, 2]):
        y, rank = np.array([0, 1, 1, 1])[rows], np.array([1, 1, 2, 2])[rows]
        assert ineq.concentration_index(y, rank) == pytest.approx(1 / 6)


def test_rows_of_weight_zero_are_not_there():
    assert ineq.ridit([5, 1, 3], [0, 1, 1])[1:] == pytest.approx([0.25, 0.75])
    assert np.isnan(ineq.ridit([5, 1, 3], [0, 1, 1])[0])
    assert ineq.slope_index([9, 1, 2, 4], [9, 1, 2, 3], [0, 1, 1, 1]) == ineq.slope_index(
        [1, 2, 4], [1, 2, 3]
    )


def test_scale_of_weights_does_not_matter():
    y, w = np.array([1.0, 2.0, 7.0]), np.array([0.2, 0.5, 0.3])
    for times in (1e-300, 1e-9, 1e12):
        assert ineq.gini(y, w * times) == pytest.approx(ineq.gini(y, w), rel=1e-12)


def test_adding_to_all_lowers_a_gini():
    """Adding 5 to all, mean 4, multiplies the Gini by 4 / 9: why a 1-5 score has no Gini of its own."""
    y = np.array([1, 2, 3, 10])
    assert ineq.gini(y + 5) == pytest.approx(ineq.gini(y) * 4 / 9)


def test_entropy_splits_exactly():
    rng = np.random.default_rng(4)
    y, group, w = rng.lognormal(size=200), rng.choice(list("abc"), 200), rng.random(200)
    for alpha in (-1, 0, 0.5, 1, 2):
        split = ineq.entropy_split(y, group, alpha, w)
        assert split["within"] + split["between"] == pytest.approx(split["total"], rel=1e-10)
        assert split["total"] == pytest.approx(ineq.generalised_entropy(y, alpha, w), rel=1e-12)
        assert min(split["within"], split["between"]) >= 0
    assert ineq.entropy_split([1, 1, 3, 3], ["a", "a", "b", "b"])["within"] == pytest.approx(0)


def test_slope_of_a_change_is_the_change_of_the_slope():
    """With rank and weights fixed at the baseline the SII is linear, so a change can be read off."""
    rng = np.random.default_rng(5)
    before, gain, rank = rng.normal(4, 0.6, 50), rng.normal(0.1, 0.1, 50), rng.random(50)
    change = ineq.slope_index(before + gain, rank) - ineq.slope_index(before, rank)
    assert change == pytest.approx(ineq.slope_index(gain, rank))


def test_the_same_gain_for_all_moves_no_absolute_index():
    y, rank = FIFTHS, RANK
    for index in (
        lambda v: ineq.slope_index(v, rank),
        lambda v: ineq.concentration_index(v, rank, kind="generalised"),
        lambda v: ineq.concentration_index(v, rank, kind="erreygers", lower=0, upper=100),
        lambda v: ineq.kolm(v, 0.15),
    ):
        assert index(y - 3) == pytest.approx(index(y))


def test_gaps():
    assert ineq.absolute_gap(4.1, 3.4) == pytest.approx(0.7)
    assert ineq.relative_gap([4.0, 2.0], [2.0, 4.0]) == pytest.approx([2.0, 0.5])
    # Two groups of 30 and 70 %, one point apart: raising the 30 % to the rest raises the mean by 0.3.
    assert ineq.population_attributable_gap([3, 4], [30, 70], reference=1) == pytest.approx(0.3)


def test_quantiles():
    assert ineq.quantile([4, 1, 3, 2], 0.5) == 2.5
    assert ineq.quantile([1, 2], 0.9, [9, 1]) == 1.5
    assert ineq.quantile([1, 2], 0.95, [9, 1]) == 2
    assert ineq.quantile([3, 1, 2], 1) == 3


def test_extended_gini_ede():
    """Aversion 2 is mean (1 - Gini); aversion 1 the mean (Yitzhaki 1983)."""
    assert ineq.ede(USA_1968, 1, kind="gini") == pytest.approx(np.mean(USA_1968))
    assert ineq.ede(USA_1968, 2, kind="gini") == pytest.approx(np.mean(USA_1968) * (1 - ineq.gini(USA_1968)))


def test_someone_with_nothing():
    """Zero is lawful for costs: Theil and Gini see it, the geometric mean is 0, the mean log deviation
    refuses.
    """
    y = [0.0, 0.0, 4.0]
    assert ineq.gini(y) == pytest.approx(2 / 3)
    assert ineq.theil(y) == pytest.approx(math.log(3))
    assert ineq.atkinson(y, 1) == 1
    with pytest.raises(ValueError, match="above 0"):
        ineq.mean_log_deviation(y)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ineq.gini([1, 2], [1, -1]), "weights must not be negative; row 1"),
        (lambda: ineq.gini([1, np.nan]), "values holds a missing or infinite number at row 1"),
        (lambda: ineq.gini([1, 2], [0, 0]), "weights sum to zero"),
        (lambda: ineq.gini([1, 2], [1, 2, 3]), "weights has shape"),
        (lambda: ineq.gini([]), "non-empty"),
        (lambda: ineq.gini([-1, 3]), "must not be negative"),
        (lambda: ineq.gini([0, 0]), "mean of the values is 0"),
        (lambda: ineq.concentration_index([-1, 1], [1, 2]), "mean of the values is 0"),
        (lambda: ineq.concentration_index([1, 2], [1, 2], kind="erreygers"), "limits of the scale"),
        (
            lambda: ineq.concentration_index([1, 7], [1, 2], kind="erreygers", lower=1, upper=5),
            "outside the scale",
        ),
        (lambda: ineq.concentration_index([1, 2], [1, 2], kind="plain"), "choose relative"),
        (lambda: ineq.slope_index([1, 2], [3, 3]), "one value only"),
        (lambda: ineq.slope_index([1, 2], [1, np.inf]), "rank holds a missing"),
        (lambda: ineq.relative_index([-5, 5], [1, 2]), "must both be above 0"),
        (lambda: ineq.relative_index([1, 2], [1, 2], kind="exp"), "choose 'fitted' or 'mean'"),
        (lambda: ineq.relative_gap(1, 0), "relative gap is undefined"),
        (lambda: ineq.ede([1, 2], -1), "at least 0"),
        (lambda: ineq.ede([1, 2], 1, kind="plain"), "choose atkinson"),
        (lambda: ineq.top_share([1, 2], 1.5), "between 0 and 1"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_lorenz_asymmetry_as_published():
    """Damgaard & Weiner 2000, fig. 2: nine share half, one holds the other half, 1.46; a lognormal's curve is symmetric."""
    assert ineq.lorenz_asymmetry([50 / 9] * 9 + [50]) == pytest.approx(1.46)
    assert ineq.lorenz_asymmetry([1.0, 1.0]) != ineq.lorenz_asymmetry([1.0, 1.0])  # NaN among equals
    assert ineq.lorenz_asymmetry([1.0, 3.0]) == pytest.approx((1 + 0.5) / 2 + (1 + 0.5 * 3) / 4)
    assert ineq.lorenz_asymmetry([1.0, 2.0, 3.0], [2, 1, 2]) == pytest.approx((0.4 + 0.2 + 0.6 + 0.4) / 2)
    scores = np.sqrt(2) * scipy.special.erfinv(2 * (np.arange(5000) + 0.5) / 5000 - 1)
    assert ineq.lorenz_asymmetry(np.exp(0.7 * scores)) == pytest.approx(1, abs=0.01)
    assert ineq.lorenz_asymmetry([1.0, 4.0], [3, 1]) == pytest.approx(ineq.lorenz_asymmetry([1.0, 1.0, 1.0, 4.0]))


def test_shares_and_ratios_by_hand():
    """Fifths 1 2 3 4 10 of a total of 20: the top fifth holds 10 times the bottom one."""
    y = [1, 2, 3, 4, 10]
    assert ineq.share_ratio(y) == pytest.approx(10)
    assert ineq.bottom_share(y, 0.4) == pytest.approx(3 / 20)
    assert ineq.bottom_share(y, 0.1) == pytest.approx(0.5 / 20)
    assert ineq.top_share(y, 0.2) == pytest.approx(0.5)
    assert ineq.quantile_ratio(np.arange(1, 101)) == pytest.approx(90.5 / 10.5)
    assert ineq.coefficient_of_variation(y) == pytest.approx(np.std(y) / 4)
    assert ineq.generalised_entropy(y, 2) == pytest.approx(ineq.coefficient_of_variation(y) ** 2 / 2)


@pytest.mark.parametrize("index", ineq.RATIO_SCALE)
def test_a_score_has_no_true_zero(index):
    """An index that needs one refuses a 1-5 score, and says how it shifted the score when told to."""
    score = [1.5, 2.0, 3.0, 4.5, 4.9]
    with pytest.raises(ValueError, match="needs a ratio scale"):
        ineq.score_index(index, score, 1, 5)
    value, note = ineq.score_index(index, score, 1, 5, shift=True)
    assert note == "on (score - 1) / 4"
    assert value == pytest.approx(getattr(ineq, index)((np.array(score) - 1) / 4))


def test_a_score_takes_absolute_indices_as_it_is():
    value, note = ineq.score_index("slope_index", [1.5, 3.0, 4.5], 1, 5, rank=[1, 2, 3])
    assert (value, note) == (pytest.approx(4.5), "")
    assert ineq.score_index("kolm", [1.5, 3.0], 1, 5)[0] == ineq.kolm([1.5, 3.0])
    with pytest.raises(ValueError, match="inside the scale"):
        ineq.score_index("kolm", [0.5, 3.0], 1, 5)


def test_shares_refuse_nonsense():
    with pytest.raises(ValueError, match="hold nothing"):
        ineq.share_ratio([0, 0, 1, 5, 9])
    with pytest.raises(ValueError, match="undefined"):
        ineq.quantile_ratio([0, 0, 1])
    with pytest.raises(ValueError, match="below the higher"):
        ineq.quantile_ratio([1, 2], 0.1, 0.9)
    with pytest.raises(ValueError, match=r"between 0 and 0\.5"):
        ineq.share_ratio([1, 2], 0.6)

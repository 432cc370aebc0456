"""Influence values are derivatives: each is checked against what a little more weight on a row does."""

import numpy as np
import pytest

from results import gradient, inequality, poverty
from results import influence as inf
from results.variance import Design, estimate

RNG = np.random.default_rng(8)
N = 30
Y, RANK, W = RNG.lognormal(0, 0.5, N), RNG.integers(0, 5, N).astype(float), RNG.uniform(0.5, 3, N)
SHARE = RNG.random(N)
STEP = 1e-6

SMOOTH = {
    "mean": (lambda w: inf.mean(Y, w), lambda w: np.average(Y, weights=w)),
    "ratio": (lambda w: inf.ratio(Y, RANK + 1, w), lambda w: (w @ Y) / (w @ (RANK + 1))),
    "sd": (lambda w: inf.standard_deviation(Y, w), lambda w: inequality.standard_deviation(Y, w)),
    "gini": (lambda w: inf.gini(Y, w), lambda w: inequality.gini(Y, w)),
    "gini_ties": (lambda w: inf.gini(RANK + 1, w), lambda w: inequality.gini(RANK + 1, w)),
    **{
        f"ge_{a}": (lambda w, a=a: inf.generalised_entropy(Y, a, w), lambda w, a=a: inequality.generalised_entropy(Y, a, w))
        for a in (-1, 0, 0.5, 1, 2)
    },
    **{
        f"atkinson_{e}": (lambda w, e=e: inf.atkinson(Y, e, w), lambda w, e=e: inequality.atkinson(Y, e, w))
        for e in (0.5, 1, 2, 10.95)
    },
    "ede": (lambda w: inf.ede(Y, 5, w), lambda w: inequality.ede(Y, 5, w)),
    "kolm": (lambda w: inf.kolm(Y, 0.4, w), lambda w: inequality.kolm(Y, 0.4, w)),
    "slope": (lambda w: inf.slope(Y, RANK, w), lambda w: gradient.slope_index(Y, RANK, w)),
    **{
        f"concentration_{kind}": (
            lambda w, kind=kind: inf.concentration(SHARE, RANK, w, kind, 0, 1),
            lambda w, kind=kind: gradient.concentration_index(SHARE, RANK, w, kind, 0, 1),
        )
        for kind in ("relative", "generalised", "erreygers", "wagstaff")
    },
}


@pytest.mark.parametrize("name", SMOOTH)
def test_influence_is_the_derivative_by_weight(name):
    """A measure that only ratios of weights matter to: dT / dw_i = u_i / W, so w_i dT / dw_i = z_i, and z sums to 0."""
    of, plain = SMOOTH[name]
    value, z = of(W)
    assert value == pytest.approx(plain(W), rel=1e-12)
    for i in range(N):
        more, less = W.copy(), W.copy()
        more[i] += STEP
        less[i] -= STEP
        slope = (plain(more) - plain(less)) / (2 * STEP)
        assert W[i] * slope == pytest.approx(z[i], rel=1e-4, abs=1e-8)
    assert z.sum() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", SMOOTH)
def test_rows_of_weight_zero_have_no_influence(name):
    weights = W.copy()
    weights[[3, 7]] = 0
    z = SMOOTH[name][0](weights).z
    assert z.shape == (N,)
    assert z[[3, 7]].tolist() == [0, 0]


def test_models_with_fixed_ranks():
    """With ranks held, the sandwich of a straight line is the textbook one, here by plain sums."""
    found = inf.slope(Y, RANK, W, ranks="fixed")
    x = gradient.ridit(RANK, W)
    w = W / W.sum()
    design = np.column_stack([np.ones(N), x])
    bread = np.linalg.inv(design.T @ (design * w[:, None]))
    rest = Y - design @ (bread @ design.T @ (w * Y))
    assert found.z == pytest.approx((bread @ (design * (w * rest)[:, None]).T)[1])
    for model in ("log", "logit"):
        assert inf.slope(SHARE, RANK, W, model).z.sum() == pytest.approx(0, abs=1e-9)
    ratio = inf.slope_log_ratio(SHARE, RANK, W)
    assert np.exp(ratio.value) == pytest.approx(gradient.relative_index(SHARE, RANK, W, "log"))


def test_errors_by_linearisation_cover_what_samples_do():
    """Spread of a thousand samples' measures against the error that one sample tells, for measures without a derivative."""
    rng = np.random.default_rng(1)
    measures = {
        "median": (lambda y: inf.quantile(y, 0.5), lambda y: inequality.quantile(y, 0.5)),
        "p90p10": (inf.quantile_ratio, inequality.quantile_ratio),
        "top": (inf.top_share, inequality.top_share),
        "s80s20": (inf.share_ratio, inequality.share_ratio),
        "poverty": (inf.at_risk_of_poverty, poverty.at_risk_of_poverty),
    }
    samples = rng.lognormal(0, 0.6, (400, 600))
    for name, (of, plain) in measures.items():
        true = np.std([plain(y) for y in samples])
        told = np.mean([estimate(*of(y), Design(np.ones(600))).error for y in samples[:40]])
        assert told == pytest.approx(true, rel=0.15), name


def test_kolm_s_share_of_nothing_and_wrong_kinds():
    with pytest.raises(ValueError, match="somebody has nothing"):
        inf.ede([0.0, 1.0], 2)
    with pytest.raises(ValueError, match="known for atkinson and kolm"):
        inf.ede([1.0, 2.0], 2, kind="gini")
    with pytest.raises(ValueError, match="density"):
        inf.quantile([2.0, 2.0], 0.5)
    with pytest.raises(ValueError, match="below the line is 0"):
        inf.ratio([1.0, 2.0], [-1.0, 1.0])

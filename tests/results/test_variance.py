"""Survey designs: variances against the R package survey's printed numbers on tiny samples, and against hand sums."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from results import influence
from results.variance import Design, bootstrap, calibrated, design_effect, estimate, replicate_variance, variance

# Two strata of 15 and 12 units, 5 and 3 drawn: data set fpc of the R package survey (Lumley).
X = np.array([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])
STRATUM = np.array([1, 1, 1, 1, 1, 2, 2, 2])
WEIGHT = np.array([3, 3, 3, 3, 3, 4, 4, 4.0])
SIZE = np.array([15, 15, 15, 15, 15, 12, 12, 12])
# Five of fifty clusters, three units of each: Särndal, Swensson & Wretman 1992, example 4.3.2 (population MU284); y, size of the cluster.
CLUSTER = np.tile([19, 45, 47, 50, 31], 3)
UNIT = np.repeat([1, 2, 3], 5)
Y = np.array([41, 49, 31, 39, 49, 49, 49, 31, 41, 51, 49, 45, 35, 61, 33.0])
OF = np.tile([5, 8, 5, 9, 7], 3)


def test_strata_with_and_without_replacement():
    """survey: mean 5.4481, error 0.7413 with replacement, 0.6160 with the finite population correction."""
    value, z = influence.mean(X, WEIGHT)
    assert value == pytest.approx(5.4481, abs=5e-5)
    assert estimate(value, z, Design(WEIGHT, strata=STRATUM)).error == pytest.approx(0.7413, abs=5e-5)
    with_fpc = estimate(value, z, Design(WEIGHT, strata=STRATUM, fpc=SIZE))
    assert with_fpc.error == pytest.approx(0.6160, abs=5e-5)
    assert with_fpc.degrees == 6
    share = Design(WEIGHT, strata=STRATUM, fpc=np.where(STRATUM == 1, 1 / 3, 1 / 4))
    assert estimate(value, z, share).error == pytest.approx(with_fpc.error)


def test_two_stages():
    """Särndal, Swensson & Wretman 1992, p. 143: total 15080, variance by both stages 2274.25 squared (as survey prints for mu284)."""
    weight = 50 / 5 * OF / 3
    design = Design(weight, np.column_stack([CLUSTER, UNIT]), fpc=np.column_stack([np.full(15, 50), OF]))
    total = estimate(*influence.total(Y, weight), design)
    assert total.value == pytest.approx(15080)
    assert total.error == pytest.approx(2274.254, abs=1e-3)
    assert estimate(*influence.mean(Y, weight), design).error == pytest.approx(2.273653, abs=1e-6)


def test_first_stage_alone_counts_with_replacement():
    weight = 50 / 5 * OF / 3
    z = influence.total(Y, weight).z
    both, first = Design(weight, np.column_stack([CLUSTER, UNIT])), Design(weight, CLUSTER)
    sums = np.array([z[c == CLUSTER].sum() for c in (19, 45, 47, 50, 31)])
    assert variance(z, both) == variance(z, first) == pytest.approx(5 / 4 * ((sums - sums.mean()) ** 2).sum())


def test_simple_sample_is_s_over_root_n():
    found = estimate(*influence.mean(X), Design(np.ones(8)))
    assert found.error == pytest.approx(X.std(ddof=1) / np.sqrt(8))
    assert found.low < found.value < found.high


def test_four_answers_for_a_stratum_of_one():
    """The same sample, a third stratum with one unit: each rule by its definition."""
    x, stratum = np.append(X, 9.0), np.append(STRATUM, 3)
    z = influence.mean(x).z
    known = variance(z[:8], Design(np.ones(8), strata=STRATUM))
    with pytest.raises(ValueError, match="1 strata have one unit"):
        variance(z, Design(np.ones(9), strata=stratum))
    assert variance(z, Design(np.ones(9), strata=stratum, lonely="remove")) == pytest.approx(known)
    assert variance(z, Design(np.ones(9), strata=stratum, lonely="adjust")) == pytest.approx(known + z[8] ** 2)
    assert variance(z, Design(np.ones(9), strata=stratum, lonely="average")) == pytest.approx(known * 3 / 2)


def test_a_certain_unit_adds_nothing():
    z = influence.mean(np.append(X, 9.0)).z
    design = Design(np.ones(9), strata=np.append(STRATUM, 3), fpc=np.append(SIZE, 1))
    assert variance(z, design) == pytest.approx(variance(z[:8], Design(np.ones(8), strata=STRATUM, fpc=SIZE)))


def test_rows_outside_a_domain_stay_in_the_design():
    """A domain estimate keeps the clusters without members, as zeros; dropping their rows would give another error."""
    member = np.array([1, 1, 0, 0, 0, 1, 1, 0.0])
    value, z = influence.mean(X, WEIGHT * member)
    assert value == pytest.approx(np.average(X, weights=WEIGHT * member))
    whole = variance(z, Design(WEIGHT, strata=STRATUM))
    part = variance(z[member == 1], Design(WEIGHT[member == 1], strata=STRATUM[member == 1]))
    assert whole != pytest.approx(part)


def test_balanced_repeated_replication():
    """Scottish cardiac arrests (Levy & Lemeshow 1999; R package survey, ?svrepdesign): ratio 0.1535064, error 0.009418401."""
    alive, arrests = np.array([25, 24, 30, 49, 80, 70]), np.array([120, 78, 185, 228, 670, 530])
    halves = 2 * np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0]])
    found = [(w @ alive) / (w @ arrests) for w in halves.T]
    assert alive.sum() / arrests.sum() == pytest.approx(0.1535064, abs=5e-8)
    assert np.sqrt(replicate_variance(found, kind="brr")) == pytest.approx(0.009418401, abs=5e-9)


def test_replicates_by_hand():
    t = [1.0, 3.0, 2.0, 6.0]
    assert replicate_variance(t, kind="brr") == pytest.approx(np.var(t))
    assert replicate_variance(t, value=2.0, kind="brr") == pytest.approx((1 + 1 + 0 + 16) / 4)
    assert replicate_variance(t, kind="jackknife") == pytest.approx(3 / 4 * 14)
    assert replicate_variance(t, scale=1, rscales=[0.5, 0.5, 0.5, 0.5]) == pytest.approx(7)


def test_replicates_of_several_estimates_give_their_covariance():
    t = np.array([[1.0, 2.0], [3.0, 2.5], [2.0, 4.0], [6.0, 1.0]])
    found = replicate_variance(t, kind="bootstrap")
    assert found == pytest.approx(np.cov(t.T))
    assert replicate_variance(t, kind="brr", rscales=[1, 2, 1, 0.5])[1, 1] == pytest.approx(
        replicate_variance(t[:, 1], kind="brr", rscales=[1, 2, 1, 0.5]))


def test_jackknife_of_a_mean_is_its_variance():
    t = [np.delete(X, i).mean() for i in range(8)]
    assert replicate_variance(t, kind="jackknife") == pytest.approx(X.var(ddof=1) / 8)


def test_bootstrap_agrees_with_linearisation():
    rng = np.random.default_rng(0)
    x, strata, clusters = rng.normal(5, 2, 400), np.repeat([0, 1], 200), np.arange(400) // 4
    x += rng.normal(0, 1, 100)[clusters]
    design = Design(np.ones(400), clusters, strata)
    found = bootstrap(lambda w: np.average(x, weights=w), design, 800, seed=3)
    assert found.error == pytest.approx(estimate(*influence.mean(x), design).error, rel=0.1)
    assert found.low < found.value < found.high


def test_calibration_takes_out_what_is_known():
    """Totals known by category: what remains is the spread inside categories."""
    z = influence.mean(X, WEIGHT).z
    margins = np.column_stack([STRATUM == 1, STRATUM == 2]).astype(float)
    rest = calibrated(z, margins, WEIGHT)
    for h in (1, 2):
        assert rest[h == STRATUM].sum() == pytest.approx(0, abs=1e-12)
    assert calibrated(WEIGHT * (margins @ [2.0, 5.0]), margins, WEIGHT) == pytest.approx(np.zeros(8), abs=1e-9)


def test_variance_of_several_estimates_is_a_matrix():
    z = np.column_stack([influence.mean(X, WEIGHT).z, influence.total(X, WEIGHT).z])
    found = variance(z, Design(WEIGHT, strata=STRATUM))
    assert found[0, 0] == pytest.approx(variance(z[:, 0], Design(WEIGHT, strata=STRATUM)))
    difference = variance(z[:, 0] - z[:, 1], Design(WEIGHT, strata=STRATUM))
    assert difference == pytest.approx(found[0, 0] + found[1, 1] - 2 * found[0, 1])


def test_design_effect_of_a_published_interval():
    """FinTerveys 2017 (THL), men, good quality of life 74.2 % (72.0-76.3), n = 2153: deff about 1.35."""
    answers = np.repeat([1.0, 0.0], [7420, 2580])
    effect = design_effect((0.763 - 0.72) / 2 / 1.96, answers) / 10_000 * 2153
    assert effect == pytest.approx(1.353, abs=0.005)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Design(), "to know its rows"),
        (lambda: Design(np.ones(3), strata=[1, 2]), "as many"),
        (lambda: Design(np.ones(3), lonely="ignore"), "choose fail"),
        (lambda: Design(np.ones(3), fpc=[2, 2, 2]), "more units were drawn"),
        (lambda: Design(np.ones(3), fpc=[5, 6, 7]), "the same in all rows"),
        (lambda: Design(np.ones(2), fpc=[0, 0]), "above 0"),
        (lambda: Design(np.ones(2), strata=[1, np.nan]), "no label at row 1"),
        (lambda: variance([1, np.nan], Design(np.ones(2))), "outside a domain must be 0"),
        (lambda: variance([1, 2, 3], Design(np.ones(2))), "3 influence values"),
        (lambda: replicate_variance([1.0]), "at least two"),
        (lambda: replicate_variance([1.0, 2], kind="jack"), "choose jackknife"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# What R's survey 4.1.1 gives for its own examples (?api): estimate and standard error of the mean of api00, the total enrolled (schools
# without a number count as none), tested per enrolled, the gain from 1999 to 2000, and the mean by type of school (E, H, M).
API = {
    "apisrs": {"mean": (656.585, 9.24972203928281), "total": (3621074.34, 169519.654344059),
               "ratio": (0.825353654573134, 0.0100688263233281), "gain": (31.9, 2.09049324669171),
               "E": (666.140845070423, 11.1935233971644), "H": (605.36, 21.9266446973357), "M": (654.272727272727, 21.8261159913155),
               "degrees": 199},
    "apistrat": {"mean": (662.287363159321, 9.40894080278458), "total": (3687177.53243828, 114641.71610078),
                 "ratio": (0.836956886940522, 0.00775710316663788), "gain": (32.8925183753596, 2.0511124077106),
                 "E": (674.43, 12.3824797939073), "H": (625.82, 14.9371291853931), "M": (636.60, 16.2147073081845), "degrees": 197},
    "apiclus1": {"mean": (644.169398907104, 23.542240693781), "total": (3404940.13452911, 932235.027041215),
                 "ratio": (0.849708741724488, 0.00838629716939109), "gain": (37.1912568306011, 3.08519696689945),
                 "E": (648.868055555556, 22.3624088938319), "H": (618.571428571429, 38.0202493594075),
                 "M": (631.440000000000, 31.6094652272455), "degrees": 14},
    "apiclus2": {"mean": (670.811808118081, 30.0990273768366), "total": (2639272.93, 799637.773648358),
                 "ratio": (0.819737042125461, 0.0188505633126712), "gain": (25.7778597785978, 2.8419889620484),
                 "E": (692.810400866739, 29.9266042374030), "H": (598.340659340659, 17.6941671260910),
                 "M": (642.352000000000, 45.0913163003311), "degrees": 39},
}


class TestApi:
    """Simple, stratified, clustered and two-stage samples from finite populations, to a millionth."""

    def schools(self, name):
        return pd.read_csv(Path(__file__).parent.parent / "data" / f"{name}.csv", comment="#")

    def design(self, name, schools):
        """The design as ?api has it; weights of two data sets are kept there in single precision."""
        n = len(schools)
        if name == "apisrs":
            return Design(np.full(n, 6194 / 200), fpc=np.full(n, 6194))
        if name == "apistrat":
            weights = schools["type"].map({"E": 44.21, "H": 15.1, "M": 20.36}).to_numpy(np.float32).astype(float)
            return Design(weights, strata=schools["type"], fpc=schools["type"].map({"E": 4421, "H": 755, "M": 1018}))
        if name == "apiclus1":
            return Design(np.full(n, np.float32(33.847), float), schools["district"], fpc=np.full(n, 757))
        weights = 757 / 40 * schools["schools"] / schools.groupby("district")["api00"].transform("size")
        sizes = np.column_stack([np.full(n, 757), schools["schools"]])
        return Design(weights.to_numpy(), np.column_stack([schools["district"], np.arange(n)]), fpc=sizes)

    def statistic(self, what, schools, weights):
        """(value, influence values); rows outside a domain or without an answer stay in the design with 0."""
        score = schools["api00"].to_numpy(float)
        if what == "mean":
            return influence.mean(score, weights)
        if what == "total":
            return influence.total(schools["enrolled"].fillna(0.0).to_numpy(float), weights)
        if what == "ratio":
            known = schools[["tested", "enrolled"]].notna().all(axis=1)
            return influence.ratio(*(schools[c].where(known, 0.0).to_numpy(float) for c in ("tested", "enrolled")), weights)
        if what == "gain":
            return influence.mean(score - schools["api99"].to_numpy(float), weights)
        return influence.mean(score, np.where(schools["type"] == what, weights, 0.0))

    @pytest.mark.parametrize("what", ["mean", "total", "ratio", "gain", "E", "H", "M"])
    @pytest.mark.parametrize("name", API)
    def test_as_r_has_it(self, name, what):
        schools = self.schools(name)
        design = self.design(name, schools)
        found = estimate(*self.statistic(what, schools, design.weights), design)
        assert (found.value, found.error) == pytest.approx(API[name][what], rel=1e-6)
        assert found.degrees == API[name]["degrees"]

    def test_several_means_together(self):
        """vcov(svymean(~api00 + api99)) of apiclus1: 554.2371, 565.7856, 586.8526."""
        schools = self.schools("apiclus1")
        design = self.design("apiclus1", schools)
        both = np.column_stack([influence.mean(schools[c].to_numpy(float), design.weights)[1] for c in ("api00", "api99")])
        known = [[554.237096883920, 565.785631731595], [565.785631731595, 586.852606903836]]
        assert variance(both, design) == pytest.approx(np.array(known), rel=1e-6)

    @pytest.mark.parametrize("what, error", [("mean", 26.3293605895276), ("total", 932235.027041215), ("ratio", 0.00951708517561472),
                                             ("E", 25.3743035523982), ("H", 46.3441217451860), ("M", 33.6876199986314)])
    def test_replicate_weights(self, what, error):
        """as.svrepdesign(apiclus1): one district left out at a time, scale (14 / 15) (1 - 15 / 757)."""
        schools = self.schools("apiclus1")
        weights = self.design("apiclus1", schools).weights
        without = [np.where(schools["district"] == d, 0.0, weights * 15 / 14) for d in schools["district"].unique()]
        values = [self.statistic(what, schools, w)[0] for w in without]
        found = replicate_variance(values, kind="jackknife", scale=14 / 15 * (1 - 15 / 757))
        assert np.sqrt(found) == pytest.approx(error, rel=1e-6)

"""Estimators of a virtual evaluation against formulas written out, rejection rates where there is no effect, power and sample sizes."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from results import evaluation, evaluationtext, studyfigure
from results.evaluation import before_after, did, difference, lags, matches, normal_power, sample_needed, series_effect, summarise

UNIT = "EUROHIS-QOL-8 points"


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def cross_section(rng, number=60, places=6, effect=0.0, spread=0.0):
    """Answers after the start: half of the places treated, `spread` the SD of what persons of a place share."""
    place = np.arange(number) % places
    treated = (place % 2).astype(float)
    y = effect * treated + spread * rng.normal(size=places)[place] + rng.normal(size=number)
    return pd.DataFrame({"person": np.arange(number), "place": place, "treated": treated, "after": 1, "y": y,
                         "weight": rng.uniform(0.5, 2.0, number)})


def panel(rng, number=60, effect=0.0, trend=0.3, apart=0.5):
    """Two rows a person: places and persons differ, all move by `trend`, the treated by `effect` more."""
    first = cross_section(rng, number).assign(after=0)
    own = rng.normal(size=number) + apart * first["treated"]
    frames = [first.assign(after=w, y=own + w * (trend + effect * first["treated"]) + 0.5 * rng.normal(size=number)) for w in (0, 1)]
    return pd.concat(frames, ignore_index=True)


def sandwich(x, y, weight, cluster):
    """Coefficients and CR1 variance, written out: (X'WX)^-1 sum_g s_g s_g' (X'WX)^-1 x G / (G - 1) x (N - 1) / (N - K)."""
    bread = np.linalg.inv(x.T @ (x * weight[:, None]))
    b = bread @ x.T @ (weight * y)
    score = x * (weight * (y - x @ b))[:, None]
    names = np.unique(cluster)
    sums = np.array([score[cluster == g].sum(0) for g in names])
    n, k, g = *x.shape, len(names)
    return b, bread @ sums.T @ sums @ bread * g / (g - 1) * (n - 1) / (n - k), g - 1


def agrees(found, value, error, degrees, level=0.95):
    t = stats.t.ppf(0.5 + level / 2, degrees)
    assert found.value == pytest.approx(value) and found.error == pytest.approx(error) and found.degrees == degrees
    assert (found.low, found.high) == pytest.approx((value - t * error, value + t * error))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(value / error), degrees))


def test_a_difference_between_places_is_that_of_weighted_means_with_clustered_errors(rng):
    frame = cross_section(rng, spread=0.5, effect=0.4)
    means = [np.average(f["y"], weights=f["weight"]) for _, f in frame.groupby("treated")]
    x = np.column_stack([np.ones(len(frame)), frame["treated"]])
    _, variance, degrees = sandwich(x, frame["y"].to_numpy(), frame["weight"].to_numpy(), frame["place"].to_numpy())
    found = difference(frame, by_place=True)
    agrees(found, means[1] - means[0], math.sqrt(variance[1, 1]), degrees)
    assert (found.clusters, found.fewest, found.degrees, found.treated, found.control) == (6, 3, 5, 30, 30)


def test_a_difference_between_persons_has_robust_errors(rng):
    """HC1 written out: the clustered errors with each person a cluster, but for the correction N / (N - K)."""
    frame = cross_section(rng, effect=0.4)
    x = np.column_stack([np.ones(len(frame)), frame["treated"]])
    b, variance, _ = sandwich(x, frame["y"].to_numpy(), frame["weight"].to_numpy(), frame["person"].to_numpy())
    found = difference(frame)
    agrees(found, b[1], math.sqrt(variance[1, 1]), len(frame) - 2)  # N / (N - 1) x (N - 1) / (N - K) is N / (N - K)
    assert found.clusters == 0 and found.within == found.error


@pytest.mark.parametrize("by_place", [False, True])
def test_differences_in_differences_are_the_difference_of_changes(rng, by_place):
    frame = panel(rng, effect=0.2)
    wide = frame.pivot(index="person", columns="after", values="y")
    person = frame[frame["after"] == 0].set_index("person")
    change = [np.average(wide[1][t] - wide[0][t], weights=person["weight"][t]) for t in (person["treated"] == 0, person["treated"] == 1)]
    x = np.column_stack([np.ones(len(frame)), frame["treated"], frame["after"], frame["treated"] * frame["after"]])
    cluster = frame["place" if by_place else "person"].to_numpy()
    _, variance, degrees = sandwich(x, frame["y"].to_numpy(), frame["weight"].to_numpy(), cluster)
    agrees(did(frame, by_place), change[1] - change[0], math.sqrt(variance[3, 3]), degrees)


def test_before_and_after_sees_the_trend_too(rng):
    """The change of the treated is effect plus trend; controls take the trend away."""
    frame = panel(rng, number=4000, effect=0.2, trend=0.3)
    alone, controlled = before_after(frame), did(frame)
    assert abs(alone.value - 0.5) < 4 * alone.error and abs(controlled.value - 0.2) < 4 * controlled.error
    assert alone.treated == 2000 and alone.low > 0.2


def test_a_series_has_newey_west_errors_and_the_mean_effect_after_the_start(rng):
    months = np.arange(36)
    after = (months >= 12).astype(int)
    y = 2.0 + 0.05 * months + after * (1.0 + 0.1 * (months - 12)) + 0.2 * rng.normal(size=36)
    x = np.column_stack([np.ones(36), months, after, after * (months - 12)])
    contrast = np.array([0, 0, 1, (months[12:] - 12).mean()])
    bread = np.linalg.inv(x.T @ x)
    b = bread @ x.T @ y
    score, most = x * (y - x @ b)[:, None], lags(36)
    middle = score.T @ score
    for lag in range(1, most + 1):  # Bartlett's weights
        part = score[lag:].T @ score[:-lag]
        middle += (1 - lag / (most + 1)) * (part + part.T)
    variance = bread @ middle @ bread * 36 / 32
    found = series_effect(pd.DataFrame({"month": months + 7, "y": y, "after": after}))
    agrees(found, contrast @ b, math.sqrt(contrast @ variance @ contrast), 32)
    assert abs(found.value - (1.0 + 0.1 * 11.5)) < 4 * found.error and (found.treated, found.control) == (24, 12)


def test_lags_of_a_series():
    assert (lags(100), lags(36), lags(24)) == (4, 3, 2)


@pytest.mark.parametrize("frame, estimator", [
    (pd.DataFrame({"person": [1, 2, 3, 4], "place": 1, "treated": [0, 0, 1, 1], "weight": 1.0, "y": 3.0}), difference),
    (pd.DataFrame({"person": [1, 2, 3], "place": 1, "treated": [0, 0, 1], "weight": 1.0, "y": [1.0, 2.0, 3.0]}), difference),
    (pd.DataFrame({"month": range(6), "y": range(6), "after": [0, 0, 0, 0, 1, 1]}), series_effect),
])
def test_where_nothing_can_be_seen_nothing_is_estimated(frame, estimator):
    found = estimator(frame)
    assert math.isnan(found.value) and math.isnan(found.p)


def test_one_place_on_a_side_is_no_cluster(rng):
    """Its residuals add up to nothing: clustering would report an error near zero."""
    frame = cross_section(rng, places=2)
    found = difference(frame, by_place=True)
    assert found.clusters == 0 and found.error == difference(frame).error


def rejections(make, estimator, studies=400):
    return np.mean([estimator(make()).p < 0.05 for _ in range(studies)])


def test_no_effect_is_claimed_in_five_of_a_hundred_studies(rng):
    """Within four binomial standard errors of 5 %, 1.1 points each with 400 studies."""
    assert abs(rejections(lambda: cross_section(rng), difference) - 0.05) < 0.044
    assert abs(rejections(lambda: panel(rng), did) - 0.05) < 0.044


def test_what_places_share_must_be_clustered(rng):
    """Treated by place, places apart: independent errors claim an effect far too often, clustered ones with t(G - 1) about rightly."""
    def make():
        return cross_section(rng, number=400, places=40, spread=0.5)

    assert rejections(make, difference, 200) > 0.2
    assert rejections(make, lambda f: difference(f, by_place=True), 200) < 0.12


def test_few_clusters_claim_too_much(rng):
    def make(places):
        return lambda: cross_section(rng, number=240, places=places, spread=0.5)

    def clustered(frame):
        return difference(frame, by_place=True)

    assert rejections(make(4), clustered) > 0.09 > rejections(make(40), clustered)


def test_power_is_the_closed_form():
    z, share = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    assert normal_power(0.0, 1.0) == pytest.approx(0.05)
    assert normal_power((z + share) * 0.3, 0.3) == pytest.approx(0.8, abs=1e-5)
    assert normal_power(-0.5, 0.2) == normal_power(0.5, 0.2)
    assert list(normal_power(np.array([0.1, 0.2, 0.4]), 0.2)) == sorted(normal_power(np.array([0.1, 0.2, 0.4]), 0.2))


def test_power_found_by_drawing_is_that_of_the_formula(rng):
    """Effect of half a standard deviation, 60 persons: the error is 2 / sqrt(60) x SD."""
    def make():
        return cross_section(rng, effect=0.5).assign(weight=1.0)

    assert abs(rejections(make, difference) - normal_power(0.5, 2 / math.sqrt(60))) < 0.1


def test_needed_sample_is_that_of_textbooks():
    """Half a standard deviation, two equal groups, 80 % power, two-sided 5 %: 63 in each (Cohen 1988: 64 by t)."""
    assert sample_needed(100, 0.5, within=2 / math.sqrt(100)) == 126
    assert sample_needed(1000, 0.5, within=2 / math.sqrt(1000)) == 126
    assert sample_needed(100, 0.25, within=0.2) == pytest.approx(4 * 126, rel=0.01)
    n = sample_needed(500, 0.1, within=0.08, between=0.02)
    assert normal_power(0.1, math.hypot(0.08 * math.sqrt(500 / n), 0.02)) == pytest.approx(0.8, abs=0.001)


def test_some_effects_cannot_be_found_by_asking_more():
    assert sample_needed(500, 0.1, within=0.08, between=0.05) == math.inf
    assert math.isnan(sample_needed(500, 0.0, within=0.08))


def test_a_match_is_the_nearest_in_all_traits():
    treated = np.array([[3.0, 40.0, 1.0], [4.5, 70.0, 1.0]])
    pool = np.array([[3.1, 75.0, 1.0], [4.4, 68.0, 1.0], [3.0, 44.0, 1.0]])
    assert list(matches(treated, pool)) == [2, 1]


def estimates(values, errors, truths, worlds=2):
    values, errors = np.array(values, float), np.array(errors, float)
    frame = pd.DataFrame({"draw": np.arange(len(values)) % worlds, "replicate": 0, "study": np.arange(len(values)) // worlds, "asked": 100,
                          "answered": 60, "truth": truths, "population": 0.01, "value": values, "error": errors, "within": errors,
                          "low": values - 2 * errors, "high": values + 2 * errors, "clusters": 0, "fewest": 0})
    return frame.assign(p=2 * stats.norm.sf(np.abs(values / errors)))


def test_a_summary_counts_bias_coverage_and_power():
    """Truth 0.1; one study sees it, one sees the opposite, one misses, one could not be estimated."""
    frame = estimates([0.3, -0.3, 0.2, np.nan], [0.1, 0.1, 0.2, np.nan], 0.1)
    row = summarise(frame).iloc[0]
    assert (row["studies"], row["worlds"], row["estimated"]) == (4, 2, 3)
    assert row["mean"] == pytest.approx(0.2 / 3) and row["bias"] == pytest.approx(0.2 / 3 - 0.1)
    assert (row["detected"], row["opposite"], row["rejected"]) == (0.25, 0.25, 0.5)
    assert row["coverage"] == pytest.approx(2 / 3) and row["response"] == pytest.approx(0.6)
    assert row["error"] == pytest.approx(math.sqrt(0.06 / 3)) and row["needed"] == sample_needed(100, 0.1, row["error"])


def test_bias_is_measured_against_the_truth_of_each_world():
    """Truths differ between worlds; estimates that follow them have no bias."""
    frame = estimates([0.1, 0.5, 0.1, 0.5], [0.1] * 4, [0.1, 0.5, 0.1, 0.5])
    row = summarise(frame).iloc[0]
    assert row["bias"] == pytest.approx(0.0) and row["coverage"] == 1.0 and row["truth"] == pytest.approx(0.3)


def told(frame, **changes):
    summary = summarise(frame)
    summary.insert(0, "design", "did")
    return summary.assign(**changes)


def test_the_sentence_says_found_true_seen_and_needed():
    text = evaluationtext.sentence(told(estimates([0.3, -0.05, 0.2, 0.1], [0.1] * 4, 0.1)), UNIT)
    assert "A study of 100 (difference-in-differences, 60 % answered)" in text and "the truth was +0.10" in text
    assert "detected it in 2 of 4 studies" in text and "about 780 persons" in text
    assert "more than the 500 there are" in evaluationtext.sentence(told(estimates([0.3, 0.1], [0.1] * 2, 0.1)), UNIT, 500)
    assert "far more persons" in evaluationtext.sentence(told(estimates([0.3, 0.1], [0.1] * 2, 0.001)), UNIT, 500)
    assert "next to nothing" in evaluationtext.sentence(told(estimates([0.3, 0.1], [0.1] * 2, 1e-8)), UNIT, 500)
    none = evaluationtext.sentence(told(estimates([0.3, -0.05], [0.1] * 2, 0.0)), UNIT)
    assert "nothing to detect" in none and "1 of 2" in none
    never = evaluationtext.sentence(told(estimates([0.3, 0.1], [0.1] * 2, 0.1), needed=math.inf), UNIT)
    assert "no number of persons" in never


def test_cautions():
    frame = told(estimates([0.3, 0.1], [0.1] * 2, 0.1))
    assert evaluationtext.cautions(frame, False, 1000) == []
    assert "One municipality" in evaluationtext.cautions(frame, True, 1000)[0]
    assert "Few clusters: 12 municipalities, 4" in evaluationtext.cautions(frame.assign(clusters=12, fewest=4), True, 1000)[0]
    assert evaluationtext.cautions(frame.assign(clusters=60, fewest=30), True, 1000) == []
    assert "20 simulated persons" in evaluationtext.cautions(frame, False, 20)[0]
    assert "One simulated world" in evaluationtext.cautions(frame.assign(worlds=1), False, 1000)[0]
    assert "Newey-West" in evaluationtext.cautions(frame.assign(design="its"), True, 1000)[0]
    assert "in 1 of 2 studies" in evaluationtext.cautions(frame.assign(estimated=1), False, 1000)[0]


@pytest.mark.parametrize("number, text", [(41234.0, "41,000"), (126.0, "130"), (9.0, "9"), (math.inf, "–")])
def test_rounded(number, text):
    assert evaluationtext.rounded(number) == text


def test_the_figure_counts_every_study(tmp_path):
    frame = estimates(np.linspace(-0.3, 0.5, 40), [0.1] * 40, 0.1)
    tables = {"estimates": frame, "summary": told(frame)}
    shown = studyfigure.data(tables)
    assert shown["studies"].sum() == 40 and shown["reject"].sum() == ((frame["low"] > 0) | (frame["high"] < 0)).sum()
    studyfigure.save(tables, tmp_path, "Some programme: what difference-in-differences finds", f"wellbeing ({UNIT})", "It found this.")
    assert (tmp_path / "estimates.png").read_bytes()[:4] == b"\x89PNG" and len(pd.read_csv(tmp_path / "estimates.csv")) == len(shown)
    assert "It found this." in (tmp_path / "estimates.txt").read_text()


def test_every_design_has_words():
    assert set(evaluation.DESIGNS) == {"did", "difference", "its", "before_after"}


@pytest.mark.parametrize(("treated", "controls", "told"), [([4, 5], [9, 9], False), ([5, 5], [0, 0], True), ([9, 9], [2, 7], False)])
def test_a_study_of_few_simulated_persons_is_not_told(treated, controls, told):
    """The mean of worlds decides, as for small cells elsewhere; a side that has nobody has no figures."""
    few = evaluationtext.unsaid({"treated": np.mean(treated), "controls": np.mean(controls)})
    assert (few == "") is told
    if not told:
        from sim.evaluate import summarise as told_by_a_run

        with pytest.raises(ValueError, match="--residents"):
            told_by_a_run(None, {"study": pd.DataFrame({"treated_simulated": treated, "control_simulated": controls})})

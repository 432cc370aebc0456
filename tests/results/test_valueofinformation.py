"""Value of information: exact for normal net benefits, ordered as theory says, biased little."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import economics
from results import valueofinformation as voi


def two_options(n, seed=0):
    """Nothing, or p1 - p2 with p1 ~ N(1, 1), p2 ~ N(0, 2): costs, effects, p1, p2."""
    rng = np.random.default_rng(seed)
    p1, p2 = rng.normal(1, 1, n), rng.normal(0, 2, n)
    effects = np.column_stack([np.zeros(n), p1 - p2])
    return np.zeros_like(effects), effects, p1, p2


def test_closed_forms_of_a_normal_benefit():
    """N(1, sqrt 5): EVPI 0.47981; learning p1 (sd 1) 0.08332, p2 (sd 2) 0.39559; 10, 50, 200 observations of p1, sd 2: EVSI."""
    assert voi.normal_value(1, math.sqrt(5)) == pytest.approx(0.4798107063483925)
    assert voi.normal_value(1, 1) == pytest.approx(0.0833154705876864)
    assert voi.normal_value(1, 2) == pytest.approx(0.39559311480261217)
    for n, value in ((10, 0.04907077202615473), (50, 0.07435801290235777), (200, 0.08094328610216861)):
        assert voi.normal_value(1, voi.preposterior(1, 2, n)) == pytest.approx(value)
    assert voi.normal_value(-3, 0) == 0
    assert voi.preposterior(1, 2, 0) == 0


def test_regression_finds_the_closed_forms():
    costs, effects, p1, p2 = two_options(40_000)
    for parameter, exact in ((p1, 0.0833154705876864), (p2, 0.39559311480261217), (np.column_stack([p1, p2]), 0.4798107063483925)):
        found = voi.evppi(costs, effects, 1, parameter)
        assert found.value[0] == pytest.approx(exact, abs=4 * found.error[0] + 0.004)
        assert found.check[0] == pytest.approx(exact, abs=4 * found.error[0] + 0.006)


def test_little_bias_in_small_samples():
    """Mean over 40 samples of 500 runs: the estimate and its cross-fitted check hold the truth between them, or nearly."""
    found = [voi.evppi(*two_options(500, seed)[:2], 1, two_options(500, seed)[2]) for seed in range(40)]
    value, check = (np.mean([getattr(each, name)[0] for each in found]) for name in ("value", "check"))
    assert value == pytest.approx(0.0833, abs=0.015)
    assert check == pytest.approx(0.0833, abs=0.02)


def test_information_from_a_study_is_worth_less_than_the_truth():
    """EVSI by the same regression: the mean of ten observations of p1 in place of p1 (Strong et al. 2015)."""
    costs, effects, p1, _ = two_options(40_000)
    summary = np.random.default_rng(9).normal(p1, 2 / math.sqrt(10))
    assert voi.evppi(costs, effects, 1, summary).value[0] == pytest.approx(0.04907, abs=0.008)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), wtp=st.floats(0, 50))
def test_between_nothing_and_everything(seed, wtp):
    rng = np.random.default_rng(seed)
    costs, effects, x = rng.normal(size=(60, 3)) * 10, rng.normal(size=(60, 3)), rng.normal(size=60)
    found = voi.evppi(costs, effects, wtp, x)
    assert 0 <= found.value[0] <= economics.evpi(costs, effects, wtp)[0]
    assert 0 <= found.check[0] <= economics.evpi(costs, effects, wtp)[0]


def test_table_names_groups_and_falls():
    costs, effects, p1, p2 = two_options(2000)
    draws = pd.DataFrame({"p1": p1, "p2": p2, "fixed": 1.0})
    table = voi.evppi_table(costs, effects, [0.5, 1], draws, {"both": ["p1", "p2"]})
    assert list(dict.fromkeys(table["parameter"])) == ["both", "p2", "p1", "fixed"]
    assert table.groupby("parameter", sort=False).size().tolist() == [2, 2, 2, 2]
    assert table.set_index("parameter").loc["fixed", "value"].eq(0).all()
    assert table.set_index("parameter").loc["both", "share"].min() > 0.9
    with pytest.raises(ValueError, match="group 'none' names columns that are not there: p9"):
        voi.evppi_table(costs, effects, 1, draws, {"none": ["p9"]})


def test_population_value_is_discounted():
    """1,000 people a year for three years at 3 %: 1000 (1 + 1/1.03 + 1/1.03²) people's worth."""
    assert voi.population_value(2.0, [1000] * 3, 0.03) == pytest.approx(2000 * (1 + 1 / 1.03 + 1 / 1.03**2))
    assert voi.population_value(np.array([1.0, 2.0]), [10, 10], 0).tolist() == [20, 40]
    with pytest.raises(ValueError, match="per year"):
        voi.population_value(1, [-1])


def test_one_option_leaves_nothing_to_decide():
    assert voi.evppi(np.ones((20, 1)), np.ones((20, 1)), [1, 2], np.arange(20)).value.tolist() == [0, 0]

"""Intervals, pairing, and the split of variance into parameters and chance."""

import numpy as np
import pandas as pd
import pytest

from results import uncertainty as unc


def test_interval_is_mean_and_percentiles():
    found = unc.interval(np.arange(101.0), 0.9)
    assert found == pytest.approx((50, 5, 95, 101))
    assert unc.interval([3.0, np.nan]) == (3, 3, 3, 1)
    assert np.isnan(unc.interval([]).mean)
    with pytest.raises(ValueError, match="between 0 and 1"):
        unc.interval([1], 95)


def test_interval_covers_at_its_level():
    """The middle 95 % of many runs holds about 95 % of new ones."""
    rng = np.random.default_rng(1)
    found = unc.interval(rng.normal(size=4000))
    fresh = rng.normal(size=20_000)
    assert ((fresh > found.low) & (fresh < found.high)).mean() == pytest.approx(0.95, abs=0.01)


def test_probability():
    assert unc.probability(np.array([1, -1, 2, 3]) > 0) == 0.75
    assert np.isnan(unc.probability([]))


def test_variance_split_finds_what_was_put_in():
    """Parameter variance 4, chance variance 1; and each alone."""
    rng = np.random.default_rng(2)
    draws = np.repeat(np.arange(2000), 3)
    chance = rng.normal(0, 1, draws.size)
    split = unc.variance_split(2 * rng.normal(size=2000)[draws] + chance, draws)
    assert split.parameter == pytest.approx(4, rel=0.1)
    assert split.chance == pytest.approx(1, rel=0.1)
    assert split.share == pytest.approx(0.8, abs=0.03)
    assert unc.variance_split(chance, draws).parameter == pytest.approx(0, abs=0.05)


def test_variance_split_by_hand():
    """Draws (1, 3) and (5, 7): means 2 and 6, chance 2, between 16, parameter (16 - 2) / 2 = 7."""
    assert unc.variance_split([1, 3, 5, 7], [0, 0, 1, 1]) == (7, 2, pytest.approx(7 / 9))


def test_variance_split_says_what_the_design_cannot_tell():
    assert np.isnan(unc.variance_split([1, 2, 3], [0, 1, 2]).chance)
    one = unc.variance_split([1, 2, 3], [0, 0, 0])
    assert np.isnan(one.parameter)
    assert one.chance == pytest.approx(1)


def test_replicates_of_one_draw_are_not_independent():
    """Ten copies of each draw's value add no knowledge of the mean over draws."""
    values, draws = np.repeat([1.0, 2.0, 3.0, 4.0], 10), np.repeat([0, 1, 2, 3], 10)
    assert unc.standard_error(values, draws) == pytest.approx(unc.standard_error([1, 2, 3, 4]))
    assert unc.standard_error(values) < unc.standard_error(values, draws)
    assert unc.standard_error([1.0, 3.0], [0, 0]) == pytest.approx(1)
    assert np.isnan(unc.standard_error([1.0]))


def runs(**values):
    rows = [(arm, 0, i, value) for arm, column in values.items() for i, value in enumerate(column)]
    return pd.DataFrame(rows, columns=["arm", "draw", "replicate", "value"])


def test_pairs_are_of_the_same_draw_and_replicate():
    frame = runs(a=[1.0, 2.0, 3.0], b=[1.5, 2.5])
    found = unc.paired(frame.sample(frac=1, random_state=1), "b", "a").sort_values("replicate")
    assert found["value"].tolist() == [0.5, 0.5]
    assert found["replicate"].tolist() == [0, 1]


def test_pairing_refuses_strangers_and_doubles():
    with pytest.raises(ValueError, match="nothing can be paired"):
        unc.paired(runs(a=[1.0]), "b", "a")
    with pytest.raises(ValueError, match="several rows"):
        unc.paired(pd.concat([runs(a=[1.0], b=[2.0])] * 2), "b", "a")


def test_convergence_line():
    assert "One run only" in unc.convergence([1.0], [0])
    assert "All 2 runs agree" in unc.convergence([1.0, 1.0], [0, 1])
    line = unc.convergence([1.0, 3, 5, 7], [0, 0, 1, 1], "the gap")
    assert line == (
        "Monte-Carlo error of the gap: 2 after 4 runs; 6 more draws would about halve it; "
        "parameters carry 78 % of the variance, chance the rest."
    )
    assert "9 more replicates" in unc.convergence([1.0, 2, 3], [0, 0, 0])
    assert "one draw only" in unc.convergence([1.0, 2, 3], [0, 0, 0])
    assert "the gap: 0.000017 after" in unc.convergence([1e-5, 2e-5, 6.5e-5], [0, 1, 2], "the gap")  # no exponents for people
    assert "the gap: 20000 after" in unc.convergence([0, 4e4], [0, 1], "the gap")


def test_few_draws_say_what_their_interval_leaves_out():
    """One more of n + 1 exchangeable draws is the lowest or the highest with probability 2 / (n + 1): held against chance."""
    draws = np.random.default_rng(3).normal(size=(20_000, 9))
    ends = np.quantile(draws[:, :8], [0.025, 0.975], axis=1)
    outside = ((draws[:, 8] < ends[0]) | (draws[:, 8] > ends[1])).mean()
    assert outside > 2 / 9 - 0.01
    (line,) = unc.coverage(8)
    assert "outside about 22 % of the time, not 5 %" in line and "from 39 draws" in line
    assert unc.coverage(39) == [] == unc.coverage(1)
    assert len(unc.coverage(38)) == 1 and unc.coverage(19, 0.9) == []


def panel(parameter, chance, draws, replicates, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, parameter, draws)[:, None] + rng.normal(0, chance, (draws, replicates))
    return values.ravel(), np.arange(draws).repeat(replicates)


def test_decisions_are_taken_on_draws():
    draws, means = unc.by_draw([[1.0, 10], [3.0, 20], [5.0, 30]], [7, 7, 2])
    assert draws.tolist() == [2, 7]
    assert means.tolist() == [[5, 30], [2, 15]]
    with pytest.raises(ValueError, match="missing"):
        unc.by_draw([1, np.nan], [0, 1])


def test_parameter_values_leave_chance_out():
    """Parameters of sd 1 under chance of sd 3, four replicates: draw means spread 1.8, the parameters themselves about 1."""
    values, draws = panel(1, 3, 400, 4)
    inner = unc.parameter_values(values, draws)
    assert unc.by_draw(values, draws)[1].std() == pytest.approx(1.8, abs=0.15)
    assert inner.std() == pytest.approx(1, abs=0.2)
    assert inner.mean() == pytest.approx(values.mean())
    assert unc.parameter_values([1.0, 2.0, 4.0], [0, 1, 2]).tolist() == [1, 2, 4]


def test_stop_rule_is_kept_by_what_it_asks_for():
    """Running as many more draws, or replicates, as it says brings the error to about what was asked."""
    values, draws = panel(1, 4, 40, 2)
    found = unc.stop(values, draws, 0.3)
    assert not found.enough
    assert found.error > 0.3
    more, of = panel(1, 4, 40 + found.draws, 2)
    assert unc.standard_error(more, of) == pytest.approx(0.3, rel=0.25)
    more, of = panel(1, 4, 40, 2 + found.replicates)
    assert unc.standard_error(more, of) == pytest.approx(0.3, rel=0.25)
    assert unc.stop(values, draws, 5).enough


def test_no_number_of_replicates_settles_parameters():
    values, draws = panel(3, 0.1, 10, 3)
    found = unc.stop(values, draws, 0.1)
    assert found.replicates is None
    assert found.draws > 100
    assert unc.stop([1.0], [0], 0.1) == (False, pytest.approx(np.nan, nan_ok=True), 0.1, 1, 1)
    with pytest.raises(ValueError, match="above 0"):
        unc.stop([1.0, 2.0], [0, 1], 0)


def test_line_names_replicates_where_they_are_cheaper():
    """Draws with the same mean but for chance: variance components say none is of parameters, and fewer runs of replicates do."""
    values = np.array([0.0, 3.0, 1.0, 2.4, 0.5, 2.5, 1.2, 2.0])
    line = unc.convergence(values, np.arange(4).repeat(2), "the gap")
    found = unc.stop(values, np.arange(4).repeat(2), unc.standard_error(values, np.arange(4).repeat(2)) / 2)
    cheaper = found.replicates * 4 < found.draws * 2
    assert (f"{found.replicates} more replicates of every draw" if cheaper else f"{found.draws} more draws") in line

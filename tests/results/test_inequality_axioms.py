"""Axioms that every inequality index must keep; a new function is tested here unasked."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import inequality

# Not indices of inequality over people: levels, curves, parts, names, arithmetic on group means; ratios of shares and
# quantiles, which a transfer inside a fifth leaves alone.
OTHERS = {
    "RATIO_SCALE", "Line", "absolute_gap", "bottom_share", "concentration_curve", "ede", "entropy_contributions", "entropy_split",
    "lorenz", "lorenz_asymmetry", "population_attributable_gap", "quantile", "quantile_ratio", "relative_gap", "ridit",
    "score_index", "share_ratio", "slope_line", "top_share",
}  # fmt: skip
INDICES = {name: getattr(inequality, name) for name in inequality.__all__ if name not in OTHERS}
RANKED = {name: f for name, f in INDICES.items() if "rank" in inspect.signature(f).parameters}
SPREADS = {name: f for name, f in INDICES.items() if name not in RANKED}
FEW = settings(max_examples=25, deadline=None)
people = st.lists(
    st.tuples(st.floats(0.1, 100), st.integers(0, 5), st.integers(1, 4)), min_size=3, max_size=12
)


def columns(rows):
    y, rank, w = (np.array(column, float) for column in zip(*rows, strict=True))
    rank[0], rank[-1] = -1, 6  # at least two ranks, so that there is a slope
    return y, rank, w


def value(f, y, rank, w=None):
    return f(y, rank, w) if f in RANKED.values() else f(y, weights=w)


def usable(f, y, rank, w):
    """Whether the index is defined here: the fitted relative index needs positive ends."""
    line = inequality.slope_line(y, rank, w)
    return f is not inequality.relative_index or min(line.bottom, line.bottom + line.slope) > 0.05


def close(a, b):
    return a == pytest.approx(b, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("name", INDICES)
@FEW
@given(rows=people, seed=st.integers(0, 99))
def test_anonymity(name, rows, seed):
    """Who has what does not matter: the order of rows changes nothing."""
    y, rank, w = columns(rows)
    if usable(INDICES[name], y, rank, w):
        mixed = np.random.default_rng(seed).permutation(y.size)
        assert close(value(INDICES[name], y[mixed], rank[mixed], w[mixed]), value(INDICES[name], y, rank, w))


@pytest.mark.parametrize("name", INDICES)
@FEW
@given(rows=people)
def test_a_weight_of_two_is_the_row_twice(name, rows):
    y, rank, w = columns(rows)
    if usable(INDICES[name], y, rank, w):
        n = w.astype(int)
        assert close(value(INDICES[name], y, rank, w), value(INDICES[name], y.repeat(n), rank.repeat(n)))


@pytest.mark.parametrize("name", INDICES)
@FEW
@given(rows=people)
def test_replication(name, rows):
    """A population and three copies of it are equally unequal."""
    y, rank, w = columns(rows)
    if usable(INDICES[name], y, rank, w):
        thrice = (np.tile(column, 3) for column in (y, rank, w))
        assert close(value(INDICES[name], *thrice), value(INDICES[name], y, rank, w))


@pytest.mark.parametrize("name", INDICES)
@FEW
@given(level=st.floats(0.1, 100), rows=people)
def test_nothing_to_see_among_equals(name, level, rows):
    _, rank, w = columns(rows)
    none = 1 if name == "relative_index" else 0  # a ratio of equals is 1
    assert value(INDICES[name], np.full(rank.size, level), rank, w) == pytest.approx(none, abs=1e-12)


@pytest.mark.parametrize("name", INDICES)
@FEW
@given(rows=people, times=st.floats(0.5, 20), plus=st.floats(0.5, 20))
def test_relative_or_absolute(name, rows, times, plus):
    """Each index ignores either the unit (scale invariance) or the zero point (translation invariance) of the
    values.
    """
    y, rank, w = columns(rows)
    f = INDICES[name]
    if usable(f, y, rank, w) and y.std() > 0.01:
        now = value(f, y, rank, w)
        assert close(value(f, y * times, rank, w), now) or value(f, y + plus, rank, w) == pytest.approx(
            now, abs=1e-6
        )


@pytest.mark.parametrize("name", SPREADS)
@FEW
@given(rows=people, part=st.floats(0.1, 0.4))
def test_transfer_principle(name, rows, part):
    """A gift from the richest to the poorest that leaves the giver ahead lowers inequality."""
    y, rank, _ = columns(rows)
    poor, rich = int(np.argmin(y)), int(np.argmax(y))
    if y[rich] - y[poor] > 0.1:
        after = y.copy()
        after[[poor, rich]] += np.array([1, -1]) * part * (y[rich] - y[poor])
        assert value(SPREADS[name], after, rank) < value(SPREADS[name], y, rank)


@FEW
@given(rows=people, aversion=st.floats(0, 12))
def test_equivalent_lies_between_worst_and_mean(rows, aversion):
    y, _, w = columns(rows)
    for kind in ("atkinson", "kolm"):
        level = inequality.ede(y, aversion, w, kind)
        assert y.min() - 1e-9 <= level <= np.average(y, weights=w) + 1e-9


@FEW
@given(rows=people, alpha=st.sampled_from([0, 0.5, 1, 2]))
def test_split_adds_up(rows, alpha):
    y, rank, w = columns(rows)
    split = inequality.entropy_split(y, rank, alpha, w)
    assert close(split["within"] + split["between"], split["total"])

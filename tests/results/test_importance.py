"""Which parameter drives an outcome: exact on a line, curves by their share of variance."""

import numpy as np
import pandas as pd
import pytest

from results import importance

RNG = np.random.default_rng(5)
DRAWS = pd.DataFrame(RNG.normal(size=(600, 4)), columns=["a", "b", "c", "idle"]).assign(fixed=2.0)


def test_a_line_is_split_exactly():
    y = 3 * DRAWS["a"] - 2 * DRAWS["b"]
    table = importance.importance(DRAWS, y).set_index("parameter")
    assert list(table.index[:2]) == ["a", "b"]
    assert table.at["a", "src"] == pytest.approx(3 * DRAWS["a"].std() / y.std())
    assert table.at["b", "direction"] == "-"
    assert table.at["a", "share"] == pytest.approx(9 / 13, abs=0.06)
    assert "fixed" not in table.index
    assert importance.importance(DRAWS, y).attrs["r2"] == pytest.approx(1)


def test_a_curve_that_no_line_sees():
    """y = c²: no correlation, all the variance."""
    table = importance.importance(DRAWS, DRAWS["c"] ** 2)
    assert table.at[0, "parameter"] == "c"
    assert table.at[0, "share"] > 0.95
    assert abs(table.at[0, "src"]) < 0.2
    assert table.attrs["r2"] < 0.1


def test_tornado_by_hand():
    """y = 10 + 2 a: from the 2.5th to the 97.5th percentile of a the outcome moves by twice that distance."""
    table = importance.tornado(DRAWS, 10 + 2 * DRAWS["a"])
    low, high = np.quantile(DRAWS["a"], [0.025, 0.975])
    first = table.iloc[0]
    assert first["parameter"] == "a"
    assert [first["at_low"], first["at_high"]] == pytest.approx([10 + 2 * low, 10 + 2 * high])
    assert table["width"].is_monotonic_decreasing
    assert table["width"].iloc[1:].max() == pytest.approx(0, abs=1e-9)


def test_one_way_runs():
    table = importance.one_way(5, {"x": (1, 2, 4.0, 6.5), "y": (0, 1, 9.0, 3.0)})
    assert table["parameter"].tolist() == ["y", "x"]
    assert table["width"].tolist() == [6.0, 2.5]


def test_order_of_rows_and_weights():
    y = DRAWS["a"] + RNG.normal(size=600)
    mixed = np.random.default_rng(0).permutation(600)
    pairs = ((DRAWS, y), (DRAWS.iloc[mixed], y[mixed]))
    one, two = (importance.importance(d, v).set_index("parameter")["prcc"].sort_index() for d, v in pairs)
    assert one.to_numpy() == pytest.approx(two.to_numpy())
    weight = np.repeat([1.0, 2.0], 300)
    doubled = pd.concat([DRAWS, DRAWS.iloc[300:]], ignore_index=True)
    own = importance.importance(DRAWS, y, weight).set_index("parameter")["src"]
    assert own.sort_index().to_numpy() == pytest.approx(
        importance.importance(doubled, np.append(y, y[300:])).set_index("parameter")["src"].sort_index().to_numpy())


def test_refuses_nonsense():
    with pytest.raises(ValueError, match="5 draws cannot tell 4 parameters apart"):
        importance.importance(DRAWS[:5], np.arange(5.0))
    with pytest.raises(ValueError, match="one number for each of 600 draws"):
        importance.tornado(DRAWS, [1.0])
    with pytest.raises(ValueError, match="missing"):
        importance.tornado(DRAWS, np.full(600, np.nan))
    assert importance.importance(DRAWS, np.ones(600)).empty

"""Sensitivity against functions with known answers, on designs as the sweep lays them; inert factors and dummies stay inert."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("SALib")
pytest.importorskip("sklearn")

from results.sweeps import discovery, figures, robustness, sensitivity
from scenarios.quantity import Quantity
from sim.sweep.design import Factor, units


def design(kind, names, points, seed=1):
    rows = units([Factor(n, low=-np.pi, high=np.pi) for n in names], kind, points, seed)
    return pd.DataFrame(rows, columns=list(names))


def ishigami(x, a=7.0, b=0.1):
    return np.sin(x["a"]) + a * np.sin(x["b"]) ** 2 + b * x["c"] ** 4 * np.sin(x["a"])


def test_sobol_indices_of_ishigami():
    """First order 0.314, 0.442, 0; total 0.558, 0.442, 0.244 (Ishigami & Homma 1990), emulated from 256 runs; a fourth is inert."""
    x = design("sobol", "abcd", 256)
    found = sensitivity.sobol(x, ishigami(x))
    table = found.table.set_index("factor")
    assert found.explained > 0.9 and not found.warnings
    for name, first, total in (("a", 0.314, 0.558), ("b", 0.442, 0.442), ("c", 0.0, 0.244), ("d", 0.0, 0.0)):
        assert abs(table.at[name, "first"] - first) < 0.06
        assert abs(table.at[name, "total"] - total) < 0.06
        assert table.at[name, "total_low"] <= table.at[name, "total"] + 0.02


def test_noise_alone_is_not_explained():
    """An emulator of nothing says so."""
    x = design("lhs", "abcde", 40)
    found = sensitivity.sobol(x, np.random.default_rng(3).normal(size=40))
    assert any("no evidence" in w for w in found.warnings) and any("too few" in w for w in found.warnings)


def test_morris_of_a_plane():
    """Elementary effects of 3a - b on the unit grid are the slopes over the range; no spread, since nothing interacts."""
    x = design("morris", "abc", 12)
    y = (3 * x["a"] - x["b"]) / (2 * np.pi)
    table = sensitivity.morris(x, y).table.set_index("factor")
    assert table["mu_star"].to_dict() == pytest.approx({"a": 3.0, "b": 1.0, "c": 0.0}, abs=1e-9)
    assert table.at["b", "mu"] == pytest.approx(-1.0)
    assert table["sigma"].abs().max() < 1e-9


def test_pawn_tells_a_factor_from_a_dummy():
    x = design("sobol", "abc", 512)
    table = sensitivity.pawn(x, x["a"] + 0.3 * x["b"]).table.set_index("factor")
    assert table.at["a", "matters"]
    assert not table.at["c", "matters"] and not table.at["dummy", "matters"]
    assert table.at["a", "median"] > table.at["b", "median"] > table.at["c", "median"]


def test_the_same_seed_gives_the_same_answer():
    x = design("lhs", "ab", 64)
    y = ishigami(x.assign(c=0.0))
    for method in (sensitivity.sobol, sensitivity.pawn):
        pd.testing.assert_frame_equal(method(x, y, seed=7).table, method(x, y, seed=7).table)


def test_prim_finds_the_box_that_was_hidden():
    x = design("sobol", "abcd", 1024)
    case = (x["a"] > 1.0) & (x["c"] < 0.0)
    box = discovery.prim(x, case)
    limits = box.limits.set_index("factor")
    assert box.density > 0.95 and box.coverage > 0.9
    assert limits.at["a", "low"] == pytest.approx(1.0, abs=0.2) and limits.at["c", "high"] == pytest.approx(0.0, abs=0.2)
    assert limits.loc[["b", "d"]].isna().all(axis=None)
    assert "a at least" in box.says() and "c at most" in box.says()


def test_a_tree_finds_it_too_and_too_few_cases_are_refused():
    x = design("sobol", "abc", 256)
    words, share = discovery.tree(x, x["a"] > 1.0)
    assert share > 0.95 and "a <=" in words
    with pytest.raises(ValueError, match="at least 10"):
        discovery.prim(x, x["a"] > 100)


def test_regret_of_two_arms_by_hand():
    table = pd.DataFrame({"arm": ["x", "y"] * 2, "point": 0, "draw": [1, 1, 2, 2], "replicate": 0, "wellby": [5.0, 3.0, 1.0, 2.0],
                          "gap": [0.1, 0.3, 0.4, 0.2]})
    found = robustness.regret(table, "wellby").set_index("arm")
    assert found.loc["x", ["mean", "worst", "best"]].tolist() == [0.5, 1.0, 0.5]
    assert found.loc["y", ["mean", "worst", "best"]].tolist() == [1.0, 2.0, 0.5]
    small = robustness.regret(table, "gap").set_index("arm")  # a smaller gap is better
    assert small.loc["x", "worst"] == pytest.approx(0.2) and small.loc["y", "worst"] == pytest.approx(0.2)


def test_satisficing_counts_futures_not_replicates():
    effects = pd.DataFrame({"arm": "x", "point": 0, "draw": [1, 1, 2, 2], "replicate": [0, 1, 0, 1], "wellby": [3.0, -1.0, -2.0, 1.0],
                            "gap": [-0.1, -0.1, -0.1, -0.1]})
    found = robustness.satisficing(effects, {"wellby": (1, 0.0), "gap": (-1, 0.0)}).set_index("demand")
    assert found["share"].to_dict() == {"wellby": 0.5, "gap": 1.0, "all of these": 0.5}
    assert found["futures"].unique().tolist() == [2]


def test_figures_show_what_the_numbers_say():
    x = design("lhs", "abc", 60)
    y = 2 * x["b"] + x["a"]
    assert list(figures.swings(x, y)["factor"])[:2] == ["b", "a"]
    assert "b moves it most" in figures.tornado(x, y, "y").alt_text
    assert len(figures.interaction(x, y, "a", "b", "y").frame) <= 9


def test_lhs_fills_every_stratum_and_sobol_extends_evenly():
    x = design("lhs", "ab", 50)
    for name in x:
        assert sorted(((x[name] + np.pi) / (2 * np.pi) * 50).astype(int)) == list(range(50))
    s = design("sobol", "ab", 64)
    assert np.histogram(s["a"], 8, (-np.pi, np.pi))[0].tolist() == [8] * 8


def test_own_distribution_is_the_quantity_s():
    q = Quantity(value=0.3, low=0.2, high=0.4, unit="share", name="x")
    rows = units([Factor("x", own=q)], "lhs", 400, 1)
    values = np.array([row["x"] for row in rows])
    assert values.mean() == pytest.approx(0.3, abs=0.003)
    assert np.quantile(values, (0.025, 0.975)) == pytest.approx([q.at(0.025), q.at(0.975)], abs=0.004)

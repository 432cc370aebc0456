"""Level, gap and opportunity cost by stratum from a user's table, by hand."""

import numpy as np
import pandas as pd
import pytest

from results import equity, external, inequality
from results.decision import analyse
from results.fairness import by_stratum
from results.panel import Panel

BEFORE, GAIN = np.array([2.0, 3.0, 4.0]), np.array([0.3, 0.2, 0.1])
PEOPLE = np.array([10.0, 20.0, 30.0])


def strata(draws=1, size=1.0):
    rows = []
    for draw in range(draws):
        for arm in ("usual", "new"):
            for k in range(3):
                gain = GAIN[k] * size * (1 + 0.5 * draw) * (arm == "new")
                rows.append((arm, draw, f"{k + 1}", PEOPLE[k], 100.0 + 50 * (arm == "new"), BEFORE[k] + gain))
    return pd.DataFrame(rows, columns=["arm", "draw", "stratum", "weight", "cost", "effect"])


def test_gain_less_what_is_displaced():
    """60 people at 50 more each, 3,000; at 10,000 a unit 0.3 units over 60 people: 0.005 each."""
    table = by_stratum(Panel(external.check(strata())), 10_000)
    assert table["gain"].tolist() == pytest.approx(GAIN)
    assert table["forgone"].tolist() == pytest.approx([0.005] * 3)
    assert table["net_total"].tolist() == pytest.approx(PEOPLE * (GAIN - 0.005))
    assert table["before"].tolist() == pytest.approx(BEFORE)
    borne = by_stratum(Panel(external.check(strata())), 10_000, shares=[1, 0, 0])
    assert borne["forgone"].tolist() == pytest.approx([0.03, 0, 0])


def test_plane_and_level_of_groups():
    tables, told = analyse(external.check(strata(draws=3)), wtp=[10_000.0])
    now = BEFORE + 1.5 * GAIN - 0.005
    point = equity.impact(BEFORE, now, PEOPLE, 0)
    plane = tables["equity"].set_index("aversion")
    assert list(plane.index) == list(equity.AVERSIONS)
    assert plane.at[0, "total"] == pytest.approx(point.total)
    assert plane.at[10.95, "equity"] > 0
    assert plane.at[10.95, "quadrant"] == "win-win"
    assert plane.at[0, "p_narrows"] == 1
    assert plane.at[0, "p_levels_down"] == 0
    found = tables["inequality"].set_index(["arm", "measure"])
    assert found.at[("usual", "slope_index"), "value"] == pytest.approx(inequality.slope_index(BEFORE, [1, 2, 3], PEOPLE))
    assert found.at[("new", "slope_index"), "p_falls"] == 1
    assert found.at[("new", "level"), "change"] == pytest.approx(1.5 * np.average(GAIN, weights=PEOPLE))
    assert "Strata from the worst to the best off: 1, 2, 3." in told[-1]
    assert (tables["ede_profile"]["change"] > 0).all()


def test_a_score_gets_the_indices_of_its_scale():
    """With limits 1-5: Erreygers and Kolm, no Gini; effects outside the scale are refused."""
    table = external.check(strata(draws=2))
    found = analyse(table, wtp=[10_000.0], scale=(1, 5))[0]
    assert set(found["inequality"]["measure"]) == {"level", "slope_index", "standard_deviation", "erreygers", "kolm_0.15"}
    assert set(found["equity"]["index"]) == {"kolm"}
    with pytest.raises(ValueError, match="outside the scale 3 to 5"):
        analyse(table, wtp=[10_000.0], scale=(3, 5))


def test_units_of_a_stratum_are_ranked_by_it():
    """People with ids: the slope runs over the strata's order, tied inside a stratum."""
    rng = np.random.default_rng(2)
    level = rng.normal(3, 0.5, 60)
    stratum = np.repeat(["1", "2", "3"], 20)
    frames = [
        pd.DataFrame({"arm": arm, "unit": np.arange(60), "stratum": stratum, "cost": 1.0, "effect": level + 0.1 * (arm == "b")})
        for arm in "ab"
    ]
    found = analyse(external.check(pd.concat(frames)), wtp=[1.0])[0]["inequality"].set_index(["arm", "measure"])
    assert found.at[("a", "slope_index"), "value"] == pytest.approx(inequality.slope_index(level, stratum.astype(float)))
    assert found.at[("b", "slope_index"), "change"] == pytest.approx(0, abs=1e-9)


def test_losses_that_narrow_are_told_as_levelling_down():
    table = strata(draws=4)
    worse = table["arm"] == "new"
    table.loc[worse, "effect"] = (
        BEFORE[table.loc[worse, "stratum"].astype(int) - 1] - np.array([0.1, 0.3, 0.5])[table.loc[worse, "stratum"].astype(int) - 1]
    )
    row = analyse(external.check(table), wtp=[10_000.0])[0]["equity"].iloc[0]
    assert row["p_narrows"] == row["p_levels_down"] == 1
    assert row["quadrant"].startswith("lose")

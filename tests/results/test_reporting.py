"""What knowing is worth: gaps narrowed, by hand, per euro of information."""

import math

import pandas as pd
import pytest

from results.reporting import reporting_value


def tables():
    """Two runs of two arms: the arm that reports lifts the worse off by 0.02 and costs 200,000 EUR to know."""
    outcomes, ledger = [], []
    for arm, lift in (("none", 0.0), ("told", 0.02)):
        for draw in (1, 2):
            for month in range(24):
                for kind, name, value in (("group_start", "none", 4.1), ("group_start", "any", 3.6 + lift * draw / 1.5 * (month >= 12)),
                                          ("income_fifth", "5", 4.3), ("income_fifth", "1", 3.8)):
                    outcomes.append((arm, draw, 0, month, "all", kind, name, "wellbeing", value, 100.0))
            for item, amount in (("groups", 5e6), ("report", 150_000.0), ("report_project", 50_000.0)):
                if arm == "told" or item == "groups":
                    ledger.append((arm, draw, 0, 0, "Salo", "municipality", item, False, amount))
    names = ["arm", "draw", "replicate", "month", "place", "stratum_kind", "stratum", "outcome", "value", "n"]
    money = pd.DataFrame(ledger, columns=["arm", "draw", "replicate", "month", "place", "payer", "item", "transfer", "amount"])
    return {"outcomes": pd.DataFrame(outcomes, columns=names), "ledger": money.astype({"item": "category"}),
            "indicators": pd.DataFrame({"arm": ["told"], "intervention": ["report"]})}


def test_gap_narrowed_per_euro_by_hand():
    frame = reporting_value(tables(), "none").set_index(["arm", "gap"])
    row = frame.loc[("told", "groups")]
    narrowed = [0.02 / 1.5, 0.04 / 1.5]
    assert row["comparator_gap"] == pytest.approx(0.5) and row["narrowed"] == pytest.approx(sum(narrowed) / 2)
    assert row["information"] == pytest.approx(200_000.0)  # the programmes' own money is no information
    assert row["per_100k"] == pytest.approx(row["narrowed"] / 2) and row["p_narrower"] == 1.0 and row["runs"] == 2
    assert row["worse_off"] == pytest.approx(row["narrowed"])
    assert frame.loc[("told", "income"), "narrowed"] == 0.0 and frame.loc[("told", "income"), "p_narrower"] == 0.0


def test_arms_that_know_nothing_cost_nothing():
    known = tables()
    del known["indicators"]
    frame = reporting_value(known, "none")
    assert (frame["information"] == 0.0).all() and all(math.isnan(x) for x in frame["per_100k"])

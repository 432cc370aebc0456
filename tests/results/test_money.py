"""Who pays and who saves, on a ledger small enough to add up by hand."""

import numpy as np
import pandas as pd
import pytest

from results import money

ROWS = [  # payer, transfer, programme, usual 2018, usual 2019, new 2018, new 2019
    ("municipality", False, True, 0, 0, 100, 50),
    ("municipality", False, False, 500, 500, 500, 480),
    ("county", False, False, 1000, 1000, 980, 900),
    ("kela", True, False, 300, 300, 300, 240),
    ("resident", True, False, -300, -300, -300, -240),
]


def ledger(draws=2):
    rows = []
    for draw in range(draws):
        for payer, transfer, programme, *amounts in ROWS:
            for k, (arm, year) in enumerate([("usual", 2018), ("usual", 2019), ("new", 2018), ("new", 2019)]):
                rows.append((arm, draw, 0, year, payer, transfer, programme, float(amounts[k]) + 10 * draw * (programme and arm == "new")))
    return pd.DataFrame(rows, columns=["arm", "draw", "replicate", "year", "payer", "transfer", "programme", "amount"])


def test_perspectives_leave_out_what_only_changes_hands():
    table = ledger(1)
    usual = table["arm"] == "usual"
    assert money.perspective(table[usual], "society")["amount"].sum() == 3000
    assert money.perspective(table[usual], "public")["amount"].sum() == 3600
    assert money.perspective(table[usual], "county")["amount"].sum() == 2000
    assert money.perspective(table[usual], "kela")["amount"].sum() == 600
    with pytest.raises(ValueError, match="no perspective 'nobody'; there are society"):
        money.perspective(table, "nobody")


def test_budget_impact_by_year_and_payer():
    table = money.budget_impact(ledger(), "usual", "new").set_index(["year", "payer"])
    assert table.at[(2018, "municipality"), "value"] == 105  # mean of 100 and 110
    assert table.at[(2019, "municipality"), "value"] == 35  # 50 - 20 and 60 - 20
    assert table.at[(2019, "county"), "cumulated"] == -120
    assert table.at[(2018, "all"), "value"] == 105 - 20
    assert table.at[(2018, "municipality"), "low"] == pytest.approx(100.25)
    assert (table["runs"] == 2).all()


def test_who_pays_and_who_saves_are_different_people():
    """Municipality pays 150 for the programme; county saves 120, Kela 60, the municipality itself 20 by the end of 2019."""
    table = money.return_per_euro(ledger(1), "usual", "new").set_index(["payer", "year"])
    assert table.at[("municipality", 2019), "paid"] == 150
    assert table.at[("municipality", 2019), "own_per_euro"] == pytest.approx(20 / 150)
    assert table.at[("county", 2019), "saved"] == 120
    assert table.at[("county", 2019), "saved_per_euro"] == pytest.approx(0.8)
    assert table.at[("county", 2018), "saved_per_euro"] == pytest.approx(0.2)
    assert np.isnan(table.at[("county", 2019), "own_per_euro"])
    assert table.at[("all", 2019), "net"] == pytest.approx(20 + 120 + 60 - 60 - 150)  # the resident loses what Kela saves
    late = money.return_per_euro(ledger(1), "usual", "new", rate=0.03).set_index(["payer", "year"])
    assert late.at[("county", 2019), "saved"] == pytest.approx(20 + 100 / 1.03)


def test_payers_add_up_to_all():
    table = money.budget_impact(ledger(), "usual", "new")
    parts = table[table["payer"] != "all"].groupby("year")["value"].sum()
    assert parts.to_numpy() == pytest.approx(table[table["payer"] == "all"]["value"].to_numpy())


def test_rates_side_by_side():
    """Cost 1000 then 500 a year, 0.1 a year from the second: 3 % and 1.5 % give 2858.55 and 0.385438 (geometric series)."""
    table = money.rates_table([1000, 500, 500, 500, 500], [0, 0.1, 0.1, 0.1, 0.1])
    row = table[(table["rate_cost"] == 0.03) & (table["rate_effect"] == 0.015)].iloc[0]
    assert row["cost"] == pytest.approx(2858.549201405185)
    assert row["effect"] == pytest.approx(0.38543846475517374)
    assert row["icer"] == pytest.approx(7416.356857951124)
    assert table.iloc[0]["icer"] == pytest.approx(3000 / 0.4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: money.budget_impact(ledger(), "usual", "newer"), "no arm 'newer'; it has usual, new"),
        (lambda: money.return_per_euro(ledger().drop(columns="programme"), "usual", "new"), "no column programme"),
        (lambda: money.budget_impact(ledger().assign(amount=np.nan), "usual", "new"), "not a price of 0"),
        (lambda: money.rates_table([1, 2], [1]), "one number per step"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_arms_must_share_runs():
    table = ledger(1)
    table.loc[table["arm"] == "new", "draw"] = 7
    with pytest.raises(ValueError, match="share no draw and replicate"):
        money.budget_impact(table, "usual", "new")

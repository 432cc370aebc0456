"""A comparison from invented tables whose answers are known by construction."""

import numpy as np
import pandas as pd
import pytest

from results import compare, tidy


@pytest.fixture(scope="module")
def summary(tables):
    return compare.summarise(
        tables, "baseline", "promeq", titles={"promeq": "PROMEQ models", "baseline": "Baseline"}
    )


def row(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_pairing_takes_shared_chance_away(summary):
    """Groups gain 0.04 x (1 + 0.2 draw + 0.1 replicate) in the last year: mean 0.056 with draws 0-3,
    replicates 0-2.
    """
    neet = row(summary.tables["levels"], outcome="wellbeing", stratum_kind="group", stratum="neet")
    assert neet["difference"] == pytest.approx(0.04 * (1 + 0.3 + 0.1))
    each = 0.04 * (1 + 0.2 * np.arange(4)[:, None] + 0.1 * np.arange(3)).ravel()
    assert (neet["low"], neet["high"]) == pytest.approx(tuple(np.quantile(each, [0.025, 0.975])))
    assert neet["runs"] == 12
    assert neet["p_rises"] == 1
    assert neet["arm"] - neet["comparator"] == pytest.approx(neet["difference"])
    assert neet["comparator_high"] - neet["comparator_low"] > 0.02  # while the levels differ between runs


def test_gaps_narrow_by_their_absolute_size(summary):
    """The group gains g and those in no group a tenth of it, so the gap falls by 0.9 g."""
    gap = row(summary.tables["inequality"], outcome="group_gap", stratum_kind="group_start", stratum="neet")
    assert gap["difference"] == pytest.approx(-0.9 * 0.056)
    assert gap["p_narrows"] == 1
    assert gap["comparator"] == pytest.approx(0.7, abs=0.05)
    slope = row(summary.tables["inequality"], outcome="sii_wellbeing")
    assert slope["difference"] == pytest.approx(-0.028)


def test_harming_all_alike_does_not_narrow_anything(tables):
    """Levelling down must not look good: every mean falls by a tenth of a point, and no gap moves."""
    outcomes = tables["outcomes"]
    same = outcomes[outcomes["arm"] == "baseline"]
    harmed = same.assign(arm="harm", value=same["value"] - 0.1 * (same["outcome"] == "wellbeing"))
    ledger = tables["ledger"]
    paid = ledger[ledger["arm"] == "baseline"]
    both = {"outcomes": pd.concat([same, harmed]), "ledger": pd.concat([paid, paid.assign(arm="harm")])}
    found = compare.summarise(both, "baseline", "harm")
    assert (found.tables["inequality"][["difference", "p_narrows", "p_widens"]] == 0).all(axis=None)
    assert row(found.tables["levels"], outcome="wellbeing", stratum_kind="all")[
        "difference"
    ] == pytest.approx(-0.1)
    assert "lowers" in found.sentence
    assert "gap to at-risk groups stays as it is" in found.sentence


def test_a_neutral_arm_changes_nothing_exactly(tables):
    doubled = {
        name: pd.concat(
            [frame[frame["arm"] == "baseline"], frame[frame["arm"] == "baseline"].assign(arm="same")]
        )
        for name, frame in tables.items()
        if name != "twins"
    }
    found = compare.summarise(doubled, "baseline", "same")
    for name in ("levels", "flows", "inequality", "costs", "gains"):
        assert (found.tables[name][["difference", "low", "high"]] == 0).all(axis=None), name
    value = found.tables["value"]
    assert set(value["quadrant"]) == {"equal"}
    assert value["ratio"].isna().all()
    assert (value["share_equal"] == 1).all()
    assert "unchanged against" in found.sentence
    assert "It changes neither resource costs nor what the public sector pays." in found.sentence
    assert "Not at work" not in found.sentence
    found = compare.summarise(doubled, "baseline", "same", unseen=["peer_groups"])
    assert "Not at work within the months of this run: peer groups." in found.sentence


def test_costs_by_payer_and_perspective(summary):
    """Society leaves transfers out, the public sector residents and the third sector; 24 months."""
    costs = summary.tables["costs"]
    plain = costs[costs["rate"] == 0].set_index("payer")["difference"]
    county = -3000 + 100 * 1.5  # 100 EUR more per draw, draws 0-3
    assert plain["municipality"] == pytest.approx(24 * 9000)
    assert plain["county"] == pytest.approx(24 * county)
    assert plain["society"] == pytest.approx(24 * (9000 + county + 1500 + 500))
    assert plain["public"] == pytest.approx(24 * (9000 + county - 5000 + 1000))
    discounted = row(costs, payer="municipality", rate=0.03)
    assert discounted["difference"] == pytest.approx(9000 * (1.03 ** -(np.arange(24) / 12)).sum())


def test_cost_per_wellby_and_qaly(summary):
    """Gain of all residents: 10 x 1000 people x 2 points of life satisfaction per EUROHIS point, a twelfth
    each month.
    """
    months = np.minimum(np.arange(24) / 12, 1).sum()
    wellbys = 10_000 * 2 * 0.3 * 0.056 * months / 12
    found = row(summary.tables["value"], effect="wellby", perspective="society", rate=0.0)
    cost = 24 * (9000 - 2850 + 1500 + 500)
    assert found["gain"] == pytest.approx(wellbys)
    assert found["cost"] == pytest.approx(cost)
    assert found["ratio"] == pytest.approx(cost / wellbys)
    assert found["ratio_low"] < found["ratio"] < found["ratio_high"]
    assert found["quadrant"] == "costs_more_gains"
    assert found["share_costs_more_gains"] == 1
    assert found["worth_20000"] == 1
    qaly = row(summary.tables["value"], effect="qaly", perspective="society", rate=0.0)
    assert qaly["gain"] == pytest.approx(wellbys / 20)


def test_no_interval_of_ratios_across_quadrants():
    both = pd.DataFrame({"cost": [10.0, 10, -5], "gain": [1.0, -1, 2]})
    found = compare._worth(both, (100,), 0.95)
    assert found["quadrant"] == "costs_more_gains"
    assert np.isnan(found["ratio_low"])
    assert found["share_dominated"] == pytest.approx(1 / 3)
    assert found["share_dominant"] == pytest.approx(1 / 3)
    assert found["worth_100"] == pytest.approx(2 / 3)


def test_worth_the_money_by_what_a_unit_is_worth():
    """Two units for 10 and 30 EUR and one lost for 20 saved: worth it where value x gain exceeds the cost, whatever the sign."""
    both = pd.DataFrame({"cost": [20.0, 60.0, -20.0], "gain": [2.0, 2.0, -1.0]})
    found = compare._worth(both, (5, 15, 25, 35), 0.95)
    assert [found[f"worth_{value}"] for value in (5, 15, 25, 35)] == pytest.approx([1 / 3, 2 / 3, 1 / 3, 2 / 3])


def test_flows_are_per_year_and_over_the_whole_period(summary):
    contacts = row(summary.tables["flows"], outcome="contacts", stratum_kind="all")
    assert contacts["comparator"] == pytest.approx(6)
    waiting = row(summary.tables["flows"], outcome="waiting", stratum_kind="all")
    assert waiting["comparator"] == pytest.approx(1.5)
    unmet = row(summary.tables["flows"], outcome="unmet", stratum_kind="all")
    assert unmet["comparator"] == pytest.approx(12 * 0.02)
    assert waiting["difference"] < 0


def test_twins(summary):
    found = row(summary.tables["twins"], stratum_kind="group_ever", stratum="neet", measure="share_better")
    assert found["mean"] == pytest.approx(0.6 + 0.01 * 1.5)


def test_memo_has_its_numbers_and_its_honesty(summary):
    text = summary.sentence
    for part in (
        "Against Baseline, PROMEQ models raises residents' mean wellbeing in year 2 by 0.017 points",
        "(0.012 to 0.021; 95 % interval, scale 1–5), as if 1 resident in 60 gained a whole point.",
        "The gap to at-risk groups narrows by 0.050 points (0.037 to 0.064).",
        "It costs society 190 k EUR (187 to 194)",
        "and the public sector",
        "A WELLBY costs 402 EUR (324 to 539)",
        "in 100 % of 12 paired runs",
        "not measured results of the projects",
    ):
        assert part in text
    assert len(text.split()) <= 90


def test_tiny_effects_are_told_with_two_digits(tables, make_outcomes):
    """A gain in the fifth decimal is neither 0.00 nor without its meaning per resident."""
    made = {"outcomes": make_outcomes(gain=0.0005), "ledger": tables["ledger"]}
    text = compare.summarise(made, "baseline", "promeq").sentence
    assert "by 0.00021 points (0.00015 to 0.00027;" in text
    assert "as if 1 resident in 4,800 gained a whole point" in text
    assert len(text.split()) <= 90


def test_an_uncertain_gain_is_said_to_be_uncertain(tables):
    """Half the runs gain, half lose: the memo says that the interval includes no change."""
    outcomes = tables["outcomes"].copy()
    hit = (outcomes["arm"] == "promeq") & (outcomes["draw"] < 2) & (outcomes["outcome"] == "wellbeing")
    outcomes.loc[hit, "value"] -= 0.5
    found = compare.summarise({**tables, "outcomes": outcomes}, "baseline", "promeq")
    assert "shows no sure change in residents' mean wellbeing" in found.sentence
    assert "includes no change" in found.sentence
    assert len(found.sentence.split()) <= 90


def test_one_run_is_said_to_be_one_run(tables):
    one = {name: frame[(frame["draw"] == 0) & (frame["replicate"] == 0)] for name, frame in tables.items()}
    found = compare.summarise(one, "baseline", "promeq")
    assert found.runs == 1
    assert "1 paired run." in found.sentence
    assert found.notes[0].startswith("One run only")
    assert "In the one run made, promeq changes residents' mean wellbeing in year 2 by +0.012 points against baseline" in found.sentence
    assert "interval" not in found.sentence and "(" not in found.sentence.split("(scale 1–5)", 1)[1]  # no ends where there is one value
    assert "The gap to at-risk groups changes by −0.0" in found.sentence


def test_few_runs_are_never_called_sure(tables):
    """Three runs of one sign come about by chance in a quarter of cases: the memo must not say raises or narrows."""
    few = {name: frame[frame["draw"] == 1] for name, frame in tables.items()}
    found = compare.summarise(few, "baseline", "promeq")
    assert found.runs == 3
    for word in ("raises", "lowers", "narrows", "widens", "95 %"):
        assert word not in found.sentence
    assert "in 3 runs, too few to be sure" in found.sentence
    assert "shows no sure change" in found.sentence


def test_groups_of_the_month_where_the_start_is_not_known(tables):
    outcomes = tables["outcomes"]
    later = {**tables, "outcomes": outcomes[outcomes["stratum_kind"] != "group_start"]}
    found = compare.summarise(later, "baseline", "promeq")
    assert found.strata == "group"
    assert "of the month" in found.notes[1]


def test_municipalities_are_added_up_when_there_is_no_whole():
    frame = pd.DataFrame(
        {
            "arm": "a",
            "draw": 0,
            "replicate": 0,
            "month": [0, 0, 1],
            "place": ["491", "297", "491"],
            "stratum_kind": "all",
            "stratum": "all",
            "outcome": "wellbeing",
            "value": [4.0, 3.0, np.nan],
            "n": [10, 30, 0],
        }
    )
    assert tidy.level(frame, "wellbeing")["value"].tolist() == [3.25]
    whole = pd.concat([frame, frame.assign(place="all", value=9.0, n=1)])
    assert tidy.level(whole, "wellbeing")["value"].tolist() == [9]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: {**t, "outcomes": t["outcomes"].drop(columns="draw")}, "outcomes has no column draw"),
        (
            lambda t: {**t, "outcomes": t["outcomes"].query("outcome != 'qaly_total'")},
            "no outcome qaly_total",
        ),
        (lambda t: {**t, "outcomes": t["outcomes"].query("arm != 'promeq'")}, "has no arm 'promeq'"),
        (lambda t: {**t, "ledger": t["ledger"].query("draw != 2")}, "no rows for arm 'baseline', draw 2"),
        (lambda t: {**t, "ledger": t["ledger"].assign(amount=np.nan)}, "a missing price is not a price of 0"),
    ],
)
def test_bad_tables_get_one_clear_line(tables, change, words):
    with pytest.raises(ValueError, match=words):
        compare.summarise(change(tables), "baseline", "promeq")


def test_adding_up_is_that_of_pandas(tables):
    frame = tables["ledger"].assign(amount=np.arange(len(tables["ledger"]), dtype=float))
    for keys in (["arm", "draw", "payer"], ["month", "transfer", "item"], ["replicate", "date"]):
        expected = frame.groupby(keys, observed=True, as_index=False)["amount"].sum()
        got = tidy.add_up(frame, keys, amount=frame["amount"].to_numpy())
        both = expected.astype(dict.fromkeys(keys, str)).merge(got.astype(dict.fromkeys(keys, str)), on=keys)
        assert len(both) == len(expected) == len(got)
        assert both["amount_x"].to_numpy() == pytest.approx(both["amount_y"].to_numpy())


def test_spending_from_added_up_payments_is_the_same(tables):
    few = tidy.payments(tables["ledger"])
    assert len(few) < len(tables["ledger"]) + 1
    pd.testing.assert_frame_equal(tidy.spending(few, 0.03), tidy.spending(tables["ledger"], 0.03))

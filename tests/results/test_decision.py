"""The whole way from a user's table to a decision, on published models and small tables known by hand."""

import numpy as np
import pandas as pd
import pytest

from results import economics, external
from results.decision import analyse

# The Sick-Sicker model of Krijkamp et al. 2018 (Medical Decision Making 38:400-422): healthy, sick, sicker, dead; yearly for 30 years.
HEALTHY_DIES = 0.005
SICK_DIES, SICKER_DIES = (1 - (1 - HEALTHY_DIES) ** times for times in (3, 10))
MOVES = np.array([
    [1 - 0.15 - HEALTHY_DIES, 0.15, 0, HEALTHY_DIES],
    [0.5, 1 - 0.5 - 0.105 - SICK_DIES, 0.105, SICK_DIES],
    [0, 0, 1 - SICKER_DIES, SICKER_DIES],
    [0, 0, 0, 1],
])  # fmt: skip
COST = {"No Treatment": [2000, 4000, 15000, 0], "Treatment": [2000, 16000, 27000, 0]}
UTILITY = {"No Treatment": [1, 0.75, 0.5, 0], "Treatment": [1, 0.95, 0.5, 0]}


def cohort():
    """Exact expected cost and QALYs of each arm, discounted at 3 %."""
    share, total = np.array([1.0, 0, 0, 0]), {arm: np.zeros(2) for arm in COST}
    for year in range(31):
        for arm in COST:
            total[arm] += np.array([share @ COST[arm], share @ UTILITY[arm]]) / 1.03**year
        share = share @ MOVES
    return total


def people(n=1500, seed=4):
    """Single lives through the model: one row per arm, person and year; the same lives in both arms, since treatment moves nobody."""
    rng = np.random.default_rng(seed)
    state, frames = np.zeros(n, int), []
    for year in range(31):
        for arm in COST:
            frames.append(pd.DataFrame({"arm": arm, "unit": np.arange(n), "year": year, "cost": np.take(COST[arm], state).astype(float),
                                        "effect": np.take(UTILITY[arm], state).astype(float), "currency": "USD"}))  # fmt: skip
        state = (rng.random(n)[:, None] > MOVES.cumsum(axis=1)[state]).sum(axis=1)
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def sick():
    return analyse(external.check(people()), wtp=[50_000.0, 150_000.0])


def test_sick_sicker_through_a_table(sick):
    """The intervals from 1,500 lives hold the cohort's exact answer; the ICER is near its 116,901 a QALY."""
    tables, _ = sick
    exact = cohort()
    for row in tables["arms"].itertuples():
        assert row.cost_low < exact[row.arm][0] < row.cost_high
        assert row.effect_low < exact[row.arm][1] < row.effect_high
        assert row.basis == "units"
    added = exact["Treatment"] - exact["No Treatment"]
    assert added[0] / added[1] == pytest.approx(116_901.38, abs=0.01)
    row = tables["increments"].iloc[0]
    assert row["cost_low"] < added[0] < row["cost_high"]
    assert row["effect_low"] < added[1] < row["effect_high"]
    assert row["icer"] == pytest.approx(added[0] / added[1], rel=0.03)
    assert row["quadrant"] == "costs_more_gains"


def test_four_strategies_as_published():
    """Cohort Sick-Sicker tutorial, Alarid-Escudero et al. 2023 (Medical Decision Making 43:3-20), tables 5 and 6: A is dominated, B costs
    72,988 and AB 125,764 a QALY; from the rounded totals the ratios are right to a thousandth.
    """
    table = pd.DataFrame({
        "arm": ["SoC", "A", "B", "AB"], "cost": [151_580, 284_805, 259_100, 378_875], "effect": [20.711, 21.499, 22.184, 23.137],
        "currency": "USD",
    })  # fmt: skip
    found, notes = analyse(external.check(table))
    frontier = found["frontier"].set_index("arm")
    assert frontier["status"].to_dict() == {"SoC": "frontier", "B": "frontier", "AB": "frontier", "A": "dominated"}
    assert frontier["icer"][["B", "AB"]].tolist() == pytest.approx([72_988, 125_764], rel=1e-3)
    assert "One run without people: there are no intervals." in notes


def test_intervals_of_one_run_say_what_they_are(sick):
    _, notes = sick
    assert any("a sample of 1,500 people per arm in one run; they leave out what is uncertain in the model" in note for note in notes)


def test_pairs_of_the_same_lives_are_surer_than_two_samples(sick):
    """With other ids in the second arm the lives are strangers, and the interval of the difference is wider."""
    strangers = people()
    strangers["unit"] = strangers["arm"] + strangers["unit"].astype(str)
    apart = analyse(external.check(strangers), wtp=[50_000.0])[0]["increments"].iloc[0]
    twins = sick[0]["increments"].iloc[0]
    assert apart["effect"] == pytest.approx(twins["effect"])
    assert apart["effect_high"] - apart["effect_low"] > 1.2 * (twins["effect_high"] - twins["effect_low"])


def test_one_run_has_no_probability(sick):
    tables, told = sick
    assert "acceptability" not in tables
    assert any(line.startswith("One draw only") for line in told)
    assert tables["net_benefit"]["worth"].isna().all()
    assert tables["net_benefit"]["nmb"].iloc[0] < 0 < tables["net_benefit"]["nmb"].iloc[1]
    assert set(tables["inequality"]["measure"]) == {"level", "standard_deviation", "gini", "atkinson_1"}
    assert tables["rates"]["rate_cost"].tolist() == [0, 0.03, 0.05, 0.03]


def psa(draws=400, arms=4):
    rng = np.random.default_rng(7)
    good, idle = rng.normal(size=draws), rng.normal(size=draws)
    frames = []
    for j in range(arms):
        columns = {"cost": 1000 * j + rng.normal(0, 100, draws), "effect": 0.1 * j + 0.05 * j * good, "param_good": good}
        frames.append(pd.DataFrame({"arm": f"arm {j}", "draw": np.arange(draws), **columns, "param_idle": idle}))
    return pd.concat(frames, ignore_index=True)


def test_any_number_of_arms_agrees_with_the_functions():
    """Tables from a file of four arms are those of the plain functions on its arrays."""
    table = psa()
    tables, _ = analyse(external.check(table), wtp=[5_000.0, 20_000.0], curve=5)
    wide = table.pivot(index="draw", columns="arm")
    costs, effects = wide["cost"].to_numpy(), wide["effect"].to_numpy()
    found = tables["acceptability"]
    asked = found[found["asked"]]
    assert asked["probability"].to_numpy().reshape(2, 4) == pytest.approx(economics.ceac(costs, effects, [5_000, 20_000]))
    assert asked["evpi"].to_numpy()[::4] == pytest.approx(economics.evpi(costs, effects, [5_000, 20_000]))
    assert found.groupby("wtp")["probability"].sum().to_numpy() == pytest.approx(np.ones(len(found) // 4))
    assert found.groupby("wtp")["frontier"].sum().eq(1).all()
    assert len(tables["increments"]) == 3
    assert (tables["increments"].filter(like="share_").sum(axis=1) - 1).abs().max() < 1e-12
    assert tables["evppi"]["parameter"].iloc[0] == "good"
    most = tables["evppi"]["wtp"].map(dict(zip([5_000, 20_000], economics.evpi(costs, effects, [5_000, 20_000]), strict=True)))
    assert (tables["evppi"]["value"] <= most + 1e-9).all()
    assert tables["importance"]["parameter"].iloc[0] == tables["tornado"]["parameter"].iloc[0] == "good"
    assert "inequality" not in tables
    assert "strata" not in tables


def test_replicates_are_chance_and_not_something_to_know():
    """Two draws alike under much chance: nothing could be learnt about parameters, so the EVPI is that of draw means."""
    rng = np.random.default_rng(3)
    rows = [(arm, d, r, 0.0, 1.0 + (arm == "b") * (0.5 + rng.normal(0, 0.2))) for d in range(4) for r in range(50) for arm in ("a", "b")]
    table = pd.DataFrame(rows, columns=["arm", "draw", "replicate", "cost", "effect"])
    found = analyse(external.check(table), wtp=[1.0])[0]["acceptability"]
    assert found["evpi"].max() == 0
    assert found.loc[(found["arm"] == "b") & (found["wtp"] == 1), "probability"].item() == 1


def test_payers_by_year():
    rows = [
        (arm, year, 10.0, 5.0 + 2 * (arm == "b"), 3.0 - (arm == "b") * (year - 2020), 1.0) for arm in ("a", "b") for year in (2020, 2021)
    ]
    table = pd.DataFrame(rows, columns=["arm", "year", "weight", "cost_county", "cost_state", "effect"])
    found = analyse(external.check(table), wtp=[1.0])[0]["payers"].set_index(["year", "payer"])["value"]
    assert found[(2020, "county")] == 20
    assert found[(2021, "state")] == -10
    assert found[(2021, "all")] == 10

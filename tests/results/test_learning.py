"""What learning groups is worth, from the tables of a run: closed forms, chance that arms share, and prices."""

import numpy as np
import pandas as pd
import pytest

from results import learning
from results.valueofinformation import normal_value

DRAWS = 600
ARMS = ["usual", "new"]


def tables(shared=50.0, draws=DRAWS):
    """A programme gaining p1 - p2 in each draw, p1 ~ N(1, 1), p2 ~ N(0, 2), under a chance that both arms share."""
    rng = np.random.default_rng(4)
    numbers = {"a.p1": rng.normal(1, 1, draws), "b.p2": rng.normal(0, 2, draws), "b.idle": rng.normal(0, 1, draws),
               "b.fixed": np.ones(draws)}
    chance = shared * rng.standard_normal(draws)
    gain = numbers["a.p1"] - numbers["b.p2"]
    rows = [("outcome", arm, d, chance[d] + (arm == "new") * gain[d]) for arm in ARMS for d in range(draws)]
    outcomes = pd.DataFrame([(arm, d, 0, 0, "all", "all", "all", "life_satisfaction_years_total", value, 100) for _, arm, d, value in rows],
                            columns=["arm", "draw", "replicate", "month", "place", "stratum_kind", "stratum", "outcome", "value", "n"])
    ledger = outcomes[["arm", "draw", "replicate", "month"]].assign(payer="state", sector="health", item="x", transfer=False, amount=0.0)
    drawn = pd.DataFrame([(d, name, values[d]) for name, values in numbers.items() for d in range(draws)],
                         columns=["draw", "name", "value"])
    return {"outcomes": outcomes, "ledger": ledger, "parameters": drawn}


@pytest.fixture(scope="module")
def run():
    return tables()


def test_values_are_those_of_the_closed_form_whatever_chance_the_arms_share(run):
    """Raiffa & Schlaifer's normal forms in euros; chance of 50 shared by the arms would make every choice a coin's throw unpaired."""
    found = learning.worth(run, ARMS, {"first": ["a.p1"], "second": ["b.p2"], "idle": ["b.idle"]}, wtp=(1000.0,))
    value = found.table.set_index("group")["value"]
    assert value["first"] == pytest.approx(1000 * normal_value(1, 1), abs=60)
    assert value["second"] == pytest.approx(1000 * normal_value(1, 2), abs=90)
    assert value["idle"] < 25
    assert found.evpi[1000.0] == pytest.approx(1000 * normal_value(1, 5**0.5), abs=110)
    assert list(found.table["group"]) == ["second", "first", "idle"] and found.draws == DRAWS
    quiet = learning.worth(tables(shared=0.0), ARMS, {"first": ["a.p1"]}, wtp=(1000.0,)).table["value"]
    assert quiet[0] == pytest.approx(value["first"], abs=1e-6)


def test_parts_of_the_model_are_the_groups_by_default(run):
    found = learning.worth(run, ARMS, wtp=(1000.0,)).table.set_index("group")
    assert found["numbers"].to_dict() == {"a": 1, "b": 2}, "what never varies is in no group"
    pattern = learning.worth(run, ARMS, {"all of b": ["b.*"]}, wtp=(1000.0,)).table
    assert pattern["value"][0] == pytest.approx(found["value"]["b"])


def test_a_price_is_held_against_the_most_that_a_survey_can_give(run):
    found = learning.worth(run, ARMS, wtp=(1000.0,), prices={"a": 500.0}).table.set_index("group")
    assert found["net"]["a"] == pytest.approx(found["value"]["a"] - 500.0) and found["net"]["a"] < 0
    assert np.isnan(found["net"]["b"])


@pytest.mark.parametrize(("more", "said"), [
    ({"groups": {"x": ["a.p3"]}}, "group 'x': no number 'a.p3' differs between the draws of this run. Did you mean 'a.p1'"),
    ({"groups": {"x": ["b.fixed"]}}, "no number 'b.fixed' differs"),
    ({"prices": {"c": 5.0}}, "price of 'c': there is no such group"),
])
def test_wrong_names_are_told(run, more, said):
    with pytest.raises(ValueError, match=said):
        learning.worth(run, ARMS, **more)


def test_too_few_draws_or_arms(run):
    with pytest.raises(ValueError, match="12 draws"):
        learning.worth(tables(draws=12), ARMS)
    with pytest.raises(ValueError, match="one scenario only"):
        learning.worth({**run, "outcomes": run["outcomes"].query("arm == 'usual'")}, ARMS[:1])
    with pytest.raises(ValueError, match="drawn numbers"):
        learning.worth({k: v for k, v in run.items() if k != "parameters"}, ARMS)

"""How an intervention's size moves: ramps, schedules, targeting, project money, and what closing leaves behind."""

import datetime

import numpy as np
import pytest

from scenarios import ScenarioError
from sim.model import HyteModel
from sim.runs import load
from sim.steering import shared_by_need

GROUPS = {"kind": "group_programme", "segment": {"group": "neet"}}


def levels(block, months=24):
    """Level of a block in each measured month of two years from January 2017."""
    scenario = load("baseline", {"population.places": ["Kouvola"], "population.residents": 60, "time.years": 2, "time.burn_in": 1,
                                 **{f"interventions.groups.{k}": v for k, v in {**GROUPS, **block}.items()}})
    model = HyteModel(scenario)
    found = []
    for model.month in range(1, 1 + months):
        found.append(model.interventions[0].level)
    return found


def test_a_ramp_builds_up_evenly_and_then_holds():
    assert levels({"ramp": 4}, 6) == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0, 1.0])


def test_a_schedule_moves_the_size_from_its_dates():
    changes = [{"date": datetime.date(2017, 4, 1), "scale": 2.0}, {"date": datetime.date(2017, 6, 1), "scale": 0.0}]
    assert levels({"schedule": changes}, 7) == [1, 1, 1, 2, 2, 0, 0]
    assert levels({"schedule": changes, "ramp": 2}, 7) == pytest.approx([0.5, 1, 1, 1.5, 2, 1, 0])


def test_no_ramp_and_no_schedule_is_exactly_one():
    assert levels({}, 3) == [1.0, 1.0, 1.0]


def test_sharing_by_need_keeps_the_whole_and_follows_need():
    sizes, need = np.array([10.0, 30.0, 60.0]), np.array([3.0, 1.0, 1.0])
    factors = shared_by_need(sizes, need)
    assert (sizes * factors).sum() == pytest.approx(sizes.sum(), rel=1e-12)
    assert factors[0] == pytest.approx(3 * factors[1]) and factors[1] == factors[2]
    half = shared_by_need(sizes, need, 0.5)
    assert half == pytest.approx(0.5 + 0.5 * factors)


@pytest.mark.parametrize("need", [[0.0, 0.0], [float("nan")] * 2, [2.0, 2.0]])
def test_no_or_equal_need_moves_nothing(need):
    assert shared_by_need([5.0, 1.0], need) == pytest.approx([1.0, 1.0])


def test_project_money_reproduces_its_cost_and_its_payers(scenario):
    """The whole sum of a 12-month project in two municipalities reaches the ledger, split between grant and own money."""
    project = {"cost": 253_533.0, "grant": 200_000.0, "grant_payer": "state", "months": 12}
    s = load("baseline", {"population.places": ["Kuusamo", "Kalajoki"], "population.residents": 300, "time.years": 1, "time.burn_in": 1,
                          **{f"interventions.groups.{k}": v for k, v in {**GROUPS, "project": project}.items()}})
    model = HyteModel(s).run()
    table = model.ledger.columns(model.weight, [m.name for m in model.municipalities])
    mine = np.asarray(table["item"] == "groups_project")
    payer = np.asarray(table["payer"].astype(str))[mine]
    amount = table["amount"][mine]
    assert amount.sum() == pytest.approx(253_533.0, rel=1e-9)
    assert amount[payer == "state"].sum() == pytest.approx(200_000.0, rel=1e-9)
    assert amount[payer == "municipality"].sum() == pytest.approx(53_533.0, rel=1e-9)


def test_a_closing_programme_counts_the_clients_it_lets_go():
    """Everyone who joined has left by the end, once the programme has closed."""
    block = {"kind": "group_programme", "segment": {}, "weeks": 30, "intensity": 50.0, "capacity": 20.0, "months": 5}
    s = load("baseline", {"population.places": ["Kouvola"], "population.residents": 1500, "time.years": 1, "time.burn_in": 1,
                          **{f"interventions.groups.{k}": v for k, v in block.items()}})
    model = HyteModel(s).run()
    steps = [f for _, f, _ in model.interventions[0].history]
    joined, left = (sum(f[step] for f in steps) for step in ("joined", "left"))
    died = joined - left
    assert joined > 10 and 0 <= died <= 0.05 * joined
    assert not (model.people["programme"] > 0).any()


def test_emphasis_moves_places_and_money_together():
    """Twice the emphasis in one municipality doubles its running cost there and leaves the other where it was."""
    s = load("baseline", {"population.places": ["Kuusamo", "Kalajoki"], "population.residents": 2000, "time.years": 1, "time.burn_in": 1,
                          **{f"interventions.work.{k}": v for k, v in {"kind": "outreach_youth_work"}.items()}})
    costs = []
    for factor in (1.0, 2.0):
        model = HyteModel(s)
        model.interventions[0].emphasis[0] = factor
        model.run()
        column = model.ledger.column["work"]
        costs.append(np.stack(model.ledger.kept).sum(0)[:, column])
    assert costs[1][0] == pytest.approx(2.0 * costs[0][0]) and costs[1][1] == costs[0][1]


def test_two_hands_on_one_intervention_are_refused():
    """Reporting and an allocation that both set the size of the same groups would undo each other."""
    blocks = {"groups": GROUPS, "report": {"kind": "social_reporting", "steers": ["groups"]},
              "share": {"kind": "needs_based_allocation", "formula": "register", "blocks": ["groups"]}}
    flat = {f"interventions.{name}.{key}": value for name, block in blocks.items() for key, value in block.items()}
    with pytest.raises(ScenarioError, match="'groups' is already steered by 'report'") as error:
        load("baseline", flat)
    assert len(error.value.problems) == 1

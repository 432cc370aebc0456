"""Levers move what they say, where and when they say, and let go again."""

import datetime

import numpy as np
import pytest

from scenarios import ScenarioError
from sim.model import HyteModel
from sim.residents import SERVICES
from sim.runs import load

HERE = {"population.places": ["Kuusamo", "Kalajoki"], "population.residents": 600, "time.burn_in": 1}
DESK = SERVICES.index("social_work")


def model_with(**blocks):
    """A small world with interventions given as {name: {setting: value}}."""
    flat = {f"interventions.{name}.{key}": value for name, block in blocks.items() for key, value in {"kind": "lever", **block}.items()}
    return HyteModel(load("baseline", {**HERE, **flat}))


def through(model, read, months):
    """What `read` finds after each of so many months."""
    found = []
    for _ in range(months):
        model.step()
        found.append(read(model))
    return found


def test_a_capacity_is_moved_over_a_ramp_and_let_go_at_the_end():
    lever = {"what": "capacity", "services": ["social_work"], "factor": 3.0, "ramp": 2, "start": datetime.date(2017, 2, 1), "months": 3}
    ratios = through(model_with(more=lever), lambda m: m.desks["capacity"][0, DESK] / m.desks["base"][0, DESK], 7)
    assert ratios == pytest.approx([1, 1, 2, 3, 3, 1, 1])


def test_a_price_is_set_in_the_places_named_only():
    model = model_with(dear={"what": "price", "services": ["social_work"], "to": 500.0, "places": ["Kalajoki"]})
    model.step()
    model.step()
    prices = {m.name: model.desks["price"][m.index, DESK] for m in model.municipalities}
    assert prices["Kalajoki"] == 500.0 and prices["Kuusamo"] == model.planned["price"][0, DESK]
    assert (model.desks["fee"] == model.planned["fee"]).all()


def test_a_benefit_level_reaches_the_rules_and_the_ledger():
    """Half the support at half the places: those places pay less of it, the others exactly what they paid."""
    plain, cut = model_with(), model_with(cut={"what": "benefit.support", "factor": 0.5, "places": ["Kuusamo"]})
    for model in (plain, cut):
        model.run(14)
    column = plain.ledger.column["labour_market_support_early"]
    before, after = (np.stack(m.ledger.kept)[:, :, column].sum(0) for m in (plain, cut))
    index = next(m.index for m in plain.municipalities if m.name == "Kuusamo")
    assert after[index] < 0.75 * before[index] and after[1 - index] == pytest.approx(before[1 - index], rel=0.05)


def test_longer_opening_hours_lower_the_burden_for_everyone():
    model = model_with(evenings={"what": "opening", "factor": 2.0})
    model.step()
    model.step()
    base = [float(m.coefficients["burden_base"][0]) for m in model.municipalities]
    expected = model.values["burden.base"] - model.values["burden.opening"]
    assert base == pytest.approx([expected] * 2)


def test_a_lever_that_moves_nothing_changes_nothing(differing):
    plain, idle = model_with(), model_with(a={"what": "benefit.support", "factor": 1.0}, b={"what": "capacity", "services": ["social_work"],
                                                                                          "factor": 1.0})
    assert not differing(plain.run(14).people, idle.run(14).people)


def test_two_levers_on_one_thing_act_one_after_the_other():
    model = model_with(a={"what": "benefit.support", "factor": 2.0}, b={"what": "benefit.support", "to": 100.0, "places": ["Kuusamo"]})
    model.step()
    model.step()
    support = {m.name: m.parameter("benefit.support") for m in model.municipalities}
    assert support == {"Kuusamo": 100.0, "Kalajoki": 2.0 * model.values["benefit.support"]}


def test_its_own_cost_reaches_the_ledger():
    model = model_with(dear={"what": "opening", "factor": 1.5, "cost": 12.0}).run(13)
    booked = np.stack(model.ledger.kept)[:, :, model.ledger.column["dear"]].sum()
    assert booked == pytest.approx(12 * 12.0 * len(model.people) / 1000.0, rel=0.05)


@pytest.mark.parametrize(("block", "says"), [
    ({"what": "capacty", "services": ["social_work"], "factor": 2.0}, "Did you mean 'capacity'"),
    ({"what": "capacity", "factor": 2.0}, "needs services"),
    ({"what": "capacity", "services": ["social_work"]}, "one of factor (ratio) and to"),
    ({"what": "capacity", "services": ["social_work"], "factor": 2.0, "to": 3.0}, "one of factor (ratio) and to"),
    ({"what": "opening", "services": ["social_work"], "factor": 2.0}, "takes no services"),
    ({"what": "benefit.suport", "factor": 2.0}, "Did you mean 'benefit.support'"),
    ({"what": "wellbeing.base", "factor": 2.0}, "no lever moves"),
    ({"what": "capacity", "services": ["social_work"], "factor": -1.0}, "below 0"),
    ({"what": "opening", "factor": 2.0, "start": datetime.date(2030, 1, 1)}, "outside the run"),
    ({"what": "opening", "factor": 2.0, "schedule": [{"date": datetime.date(2016, 1, 1), "scale": 2.0}]}, "not after the start"),
    ({"what": "opening", "factor": 2.0, "project": {"cost": 10.0, "grant": 20.0, "months": 3}}, "impossible budget"),
])
def test_a_wrong_lever_is_refused_in_one_clear_line(block, says):
    with pytest.raises(ScenarioError) as error:
        model_with(x=block)
    assert len(error.value.problems) == 1 and says in str(error.value)

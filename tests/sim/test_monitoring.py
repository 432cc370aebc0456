"""What the municipality reads: the estimate of need with its error, participation with its delay, and the cap on records."""

import math

import numpy as np
import pytest

from sim.interventions import wellbeing_card
from sim.monitoring import VIEWS, Monitoring, need_change
from sim.rules.card import CELLS, ELIGIBLE, USERS


def summed(changes):
    return [len(changes), sum(changes), sum(c * c for c in changes)]


def test_the_change_in_need_is_a_difference_of_means_with_its_standard_error():
    others, users = [0.1, 0.3, -0.1, 0.1], [-0.2, 0.0, 0.1]
    change, error = need_change(np.array([summed(others), summed(users)]))
    assert change == pytest.approx(np.mean(users) - np.mean(others))
    assert error == pytest.approx(math.sqrt(np.var(users, ddof=1) / 3 + np.var(others, ddof=1) / 4))


def test_no_estimate_from_fewer_than_two_households_on_a_side():
    assert all(math.isnan(x) for x in need_change(np.array([summed([0.1, 0.2]), summed([0.3])])))


def test_every_household_is_in_one_segment_of_each_kind():
    for kind in ("all", "urbanity", "youngest_child"):
        cells = np.concatenate([cells for (k, _), cells in VIEWS.items() if k == kind])
        assert sorted(cells.tolist()) == list(range(CELLS))


def test_participation_takes_months_together_and_waits_for_the_delay():
    """Users of one municipality by month: 1, 2, 3 of 10."""
    watch = Monitoring(1)
    assert math.isnan(watch.participation(3, 1)(0))
    for month in range(3):
        watch.counts[0, 0, ELIGIBLE], watch.counts[0, 0, USERS] = 10.0, month + 1.0
        watch.close(month, np.zeros((1, CELLS, 2, 3)))
    assert watch.participation(2, 1)(0) == pytest.approx(0.25)
    assert watch.participation(2, 2)(0) == pytest.approx(0.15)
    assert watch.participation(1, 3)(0, "urban") == pytest.approx(0.1)
    assert math.isnan(watch.participation(1, 4)(0)) and math.isnan(watch.participation(3, 1)(0, "rural"))


def test_records_of_uses_end_with_a_whole_month(world, monkeypatch):
    """With room for few records the table holds the first months whole; the monitoring holds all."""
    def uses():
        block = {"kind": "wellbeing_card", "offer": 0.9, "accept": 5.0, "wish": [1.0, 1.0], "seats": [50.0, 50.0]}
        model = world(residents=800, burn_in=1, parameters={"group.family_strain": 0.15}, interventions={"card": block}).run(13)
        tables = model.interventions[0].tables()
        counts = np.bincount([u["month"] for u in tables["card_uses"]], minlength=12)
        monitored = [sum(r["uses"] for r in tables["monitoring"] if r["month"] == m and r["segment_kind"] == "all") for m in range(12)]
        return counts, np.array(monitored) / model.weight[0]

    counts, monitored = uses()
    assert counts == pytest.approx(monitored) and counts.sum() > 40
    monkeypatch.setattr(wellbeing_card, "USES_KEPT", int(counts.sum() // 2))
    fewer, still = uses()
    kept = int(np.flatnonzero(fewer).max()) + 1
    assert (fewer[:kept] == counts[:kept]).all() and 0 < fewer.sum() <= counts.sum() // 2
    assert still == pytest.approx(monitored)


def test_cards_given_at_contacts_look_better_than_they_are(world):
    """A card without any effect: contacts fall after it all the same, since it was given at a contact. Not an effect."""
    nothing = {"relief": [0.0, 0.0], "inclusion": [0.0, 0.0], "cohesion": [0.0, 0.0]}
    block = {"kind": "wellbeing_card", "offer": 0.3, "accept": 5.0, "window": 1, **nothing}
    model = world(residents=6000, parameters={"group.family_strain": 0.15}, interventions={"card": block}).run(20)
    households, change, _ = model.interventions[0].assessed(model.month + 1).sum((0, 1, 2))
    assert households > 100 and change / households < -0.05

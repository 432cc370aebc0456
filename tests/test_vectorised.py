"""The benchmark's NumPy version of the residents' month beside the model's own, so that the speeds compare the same work."""

import numpy as np
import pytest

from benchmarks import vectorised
from sim.ledger import ITEMS
from sim.rules.draws import fill_keys

REALS = ("wellbeing", "distress", "strain", "income", "health", "security", "cohesion", "inclusion", "empowerment", "scar",
         "awareness", "assistance", "dose_relief", "dose_inclusion", "dose_empowerment", "work_support", "wage", "month_cost",
         "language")
CODES = ("status", "status_months", "jobless_months", "education", "chronic", "care", "stage", "stage_months", "partner",
         "adults", "minors", "claims", "visits", "requests", "waiting", "asks")
# Some of everything that is rare in these places: refugees, conscripts, many requests.
CROWDED = {
    "population.refugee_share": [0.09] * 9 + [0.03] * 4,
    "seek.mental": 1.5, "seek.social": 0.4, "seek.family": 0.6, "seek.guidance": 0.2, "seek.outreach": 0.1,
    "work.student_conscript": [0.0, 0.1, 0.1] + [0.0] * 15,
    "area.distance_spread": 0.05, "area.cohesion_spread": 0.1, "area.third_sector_spread": 0.5,
}
HELPED = {
    "news": {"kind": "social_marketing", "reach": 0.9},
    "joint": {"kind": "integrated_service", "managers": 50.0},
    "groups": {"kind": "group_programme", "capacity": 50.0, "intensity": 50.0},
}
WORLDS = {"baseline": ({}, 1), "crowded_and_helped": ({"parameters": CROWDED, "interventions": HELPED}, 20)}


@pytest.mark.parametrize("name", WORLDS)
def test_one_month_is_the_models(name, world, monkeypatch):
    """After some months of the model: one live phase of all residents in both, resident by resident and euro by euro."""
    settings, months = WORLDS[name]
    model = world(residents=3000, places=("Kuusamo", "Kalajoki"), years=2, **settings).run(months)
    if settings:
        assert all((model.people[column] > 0).sum() > 5 for column in ("awareness", "assistance", "manager", "dose_inclusion"))
    monkeypatch.setattr(vectorised, "BLOCK", 500)
    vector = vectorised.VectorModel.from_model(model)
    assert len(vector.blocks) > 3
    model.month += 1
    fill_keys(model.keys, model.seed_value, model.month)
    deaths = model.deaths
    model.residents_live(np.arange(len(model.municipalities)))
    vector.step()
    alive = model.people["alive"] == 1
    assert np.array_equal(vector.column("alive"), alive) and vector.deaths == model.deaths - deaths
    for field in REALS:
        np.testing.assert_allclose(vector.column(field)[alive], model.people[field][alive], rtol=1e-9, atol=1e-9, err_msg=field)
    for field in CODES:
        assert np.array_equal(vector.column(field)[alive], model.people[field][alive]), field
    np.testing.assert_allclose(vector.money[:, : len(ITEMS)], model.ledger.month[:, : len(ITEMS)], rtol=1e-9, atol=1e-6)


def test_the_months_after_see_the_last_one(world):
    """Peers see the month before: a second step agrees with a model whose desks stay shut."""
    model = world(residents=3000, places=("Kuusamo", "Kalajoki")).run(1)
    vector = vectorised.VectorModel.from_model(model)
    for _ in range(2):
        model.month += 1
        fill_keys(model.keys, model.seed_value, model.month)
        model.residents_live(np.arange(len(model.municipalities)))
        model.books_close(np.arange(len(model.municipalities)), model.cells[0])
        vector.step()
    alive = model.people["alive"] == 1
    assert (model.people["waiting"][alive] > 0).any()
    for field in ("wellbeing", "distress", "waiting", "asks"):
        np.testing.assert_allclose(vector.column(field)[alive], model.people[field][alive], rtol=1e-9, atol=1e-9, err_msg=field)

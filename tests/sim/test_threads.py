"""Threads share the municipalities of a month, and nothing in the results shows how many there were."""

import datetime

import numpy as np

from sim import passing
from sim.passing import SLICES

PLACES = ("Helsinki", "Kajaani", "Kalajoki", "Kouvola", "Kuusamo", "Oulu", "Vantaa")
MONTHS = 14  # past the turn of the year, when rows and slices are made anew
APRIL = datetime.date(2017, 4, 1)


def test_any_number_of_threads_gives_the_same_bytes(world, scenario, differing):
    """One, two and five threads: rows, money, sums and queues are bit for bit the same, with all interventions at work."""
    early = {name: {"start": APRIL} for name in scenario("promeq").interventions}
    one, *others = (world("promeq", places=PLACES, residents=3000, years=2, burn_in=1, interventions=early) for _ in range(3))
    for model, threads in zip(others, (2, 5), strict=True):
        model.threads = threads
    assert sum(len(groups) > 0 for groups in one.slices) > 2
    one.run(MONTHS)
    assert (one.people["finished"] > 0).any() and (one.people["awareness"] > 0.0).any()
    for model in others:
        model.run(MONTHS)
        assert not differing(one.people, model.people)
        assert np.array_equal(one.records, model.records)
        assert np.array_equal(one.ledger.kept, model.ledger.kept)
        assert one.desks.tobytes() == model.desks.tobytes()
        assert one.deaths == model.deaths


def test_slices_share_the_residents(world, monkeypatch):
    """Slices follow each other in the order of rows, none holds much more than its share and one municipality, and groups stay small."""
    monkeypatch.setattr(passing, "TOGETHER", 300)
    model = world(places=("county:Kainuu", "county:Keski-Suomi", "Helsinki"), residents=3000)
    assert len(model.slices) == SLICES
    assert np.concatenate([places for groups in model.slices for places in groups]).tolist() == list(range(len(model.municipalities)))
    sizes = np.diff(model.bounds)
    assert any(len(places) > 1 for groups in model.slices for places in groups)
    for groups in model.slices:
        assert sum(sizes[places].sum() for places in groups) <= len(model.people) / SLICES + sizes.max() + 1
        for places in groups:
            assert len(places) == 1 or model.residents_of(places) == sizes[places].sum() <= 300

"""Threads share the municipalities of a month, and nothing in the results shows how many there were."""

import datetime

import numpy as np

from sim.model import SLICES

PLACES = ("Helsinki", "Kajaani", "Kalajoki", "Kouvola", "Kuusamo", "Oulu", "Vantaa")
MONTHS = 14  # past the turn of the year, when rows and slices are made anew
APRIL = datetime.date(2017, 4, 1)


def test_any_number_of_threads_gives_the_same_bytes(world, scenario, differing):
    """One, two and five threads: rows, money, sums and queues are bit for bit the same, with all interventions at work."""
    early = {name: {"start": APRIL} for name in scenario("promeq").interventions}
    one, *others = (world("promeq", places=PLACES, residents=3000, years=2, burn_in=1, interventions=early) for _ in range(3))
    for model, threads in zip(others, (2, 5), strict=True):
        model.threads = threads
    assert len({place.slice for place in one.municipalities}) > 2
    one.run(MONTHS)
    assert (one.people["finished"] > 0).any() and (one.people["awareness"] > 0.0).any()
    for model in others:
        model.run(MONTHS)
        assert not differing(one.people, model.people)
        assert np.array_equal(one.records, model.records)
        assert np.array_equal(one.ledger.kept, model.ledger.kept)
        assert one.desks.tobytes() == model.desks.tobytes()
        assert one.deaths == model.deaths


def test_slices_share_the_residents(world):
    """Slices follow each other in the order of rows, and none holds much more than its share and one municipality."""
    model = world(places=PLACES, residents=3000)
    numbers = [place.slice for place in model.municipalities]
    assert numbers == sorted(numbers) and numbers[0] >= 0 and numbers[-1] < SLICES
    for number in set(numbers):
        sizes = [place.stop - place.start for place in model.municipalities if place.slice == number]
        assert sum(sizes) <= len(model.people) / SLICES + max(sizes) + 1

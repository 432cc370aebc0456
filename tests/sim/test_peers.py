"""Influence between contacts, and clustering that is none."""

import numpy as np
import pytest

MONTHS = 18


@pytest.fixture(scope="module")
def lifted(world):
    """lifted(0.02): the same world with and without 100 residents of Vantaa who are made a point happier at month 0.

    Returns (model, wellbeing with less without, who was lifted, who has a lifted contact by the network or at home).
    """

    def run(influence):
        arms = []
        for lift in (0.0, 1.0):
            model = world(residents=1200, places=("Vantaa",), parameters={"peer.influence": influence, "awareness.talk": 0.0})
            chosen = np.arange(0, 600, 6)
            model.people["wellbeing"][chosen] += lift
            model.seen[chosen, 0] += np.float32(lift)
            arms.append(model)
        network = arms[0].network
        near = np.zeros(len(arms[0].people), bool)
        near[network.indices[np.isin(np.repeat(np.arange(len(near)), np.diff(network.indptr)), chosen)]] = True
        homes = arms[0].people["household"]
        near |= np.isin(homes, homes[chosen])
        for model in arms:
            model.run(3)
        change = arms[1].people["wellbeing"] - arms[0].people["wellbeing"]
        far = ~near
        far[chosen] = near[chosen] = False
        return change, chosen, near, far

    return run


def test_without_influence_nothing_spreads(lifted):
    """Exactly nothing: the contacts of the lifted are bit for bit where they were."""
    change, chosen, near, _ = lifted(0.0)
    assert (change[chosen] > 0.5).all()
    assert near.sum() > 100
    assert (change[near] == 0.0).all()


def test_with_influence_contacts_gain_first(lifted):
    change, _, near, far = lifted(0.05)
    assert (change[near] >= 0.0).all() and change[near].mean() > 0.005
    assert change[far].mean() < 0.5 * change[near].mean()


def test_clustering_without_influence_is_homophily(world):
    """Contacts are alike with influence off, yet whose contact one is decides nothing: a rewired world gives the same lives."""
    off = {"peer.influence": 0.0}
    model, rewired = (world(residents=2000, places=("Vantaa",), parameters=off) for _ in range(2))
    rewired.network.indices[:] = np.random.default_rng(1).integers(0, 2000, len(rewired.network.indices))
    model.run(11)  # to the last month before the network is carried into a new year
    rewired.run(11)
    assert np.array_equal(model.people["wellbeing"], rewired.people["wellbeing"])
    people, network = model.people, model.network
    one, other = np.repeat(np.arange(len(people)), np.diff(network.indptr)), network.indices
    for alike in ("birth_month", "status"):  # like seeks like, or there would be nothing to mistake for influence
        assert np.corrcoef(people[alike][one], people[alike][other])[0, 1] > 0.2

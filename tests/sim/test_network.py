"""The contact network: symmetric, inside municipalities, like seeks like and can be told not to."""

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios import tables
from scenarios.parameters import shipped
from sim.characteristics import age_of
from sim.network import Network, assortativity, likeness, remap, risk_group, same_ratio, weave, welcome
from sim.population import synthesise
from sim.residents import Origin, Status

SEED = 5
PARAMETERS = {name: entry.value for name, entry in shipped().items()}
BLIND = PARAMETERS | {name: 0.0 for name in PARAMETERS if name.startswith("network.homophily")}


def starts_of(rows, places):
    return np.searchsorted(rows["municipality"], np.arange(places + 1))


@pytest.fixture(scope="module")
def town():
    """Twenty thousand residents of three places of unequal size, and an empty fourth."""
    places = [tables.municipalities()[code] for code in ("491", "286", "305")]
    rows = synthesise(places, SimpleNamespace(residents=20_000, fraction=None), PARAMETERS, SEED, 2018)
    return rows, starts_of(rows, 4)


@pytest.fixture(scope="module")
def network(town):
    return weave(*town, PARAMETERS, SEED)


def ends(network):
    return np.repeat(np.arange(network.indptr.size - 1), np.diff(network.indptr)), network.indices


def check(network, rows):
    """What must hold of any network of these rows."""
    mine, yours = ends(network)
    assert network.indptr.dtype == np.int64 and network.indices.dtype == np.int32
    assert network.indptr.size == len(rows) + 1
    assert (mine != yours).all()
    pairs = mine * len(rows) + yours
    assert (np.diff(pairs) > 0).all(), "repeated or unordered ties"
    assert np.array_equal(np.sort(yours.astype(np.int64) * len(rows) + mine), pairs), "not symmetric"
    assert (rows["municipality"][mine] == rows["municipality"][yours]).all()
    assert (rows["household"][mine] != rows["household"][yours]).all()


def test_structure(network, town):
    rows, _ = town
    check(network, rows)
    degree = np.diff(network.indptr)
    most = 2 * int(PARAMETERS["network.rounds"])
    assert degree.max() <= most and degree.mean() > 0.95 * most


def test_contacts_and_household(network, town):
    rows, _ = town
    for i in (0, 17, len(rows) - 1):
        assert all(i in network.contacts(j) for j in network.contacts(i))
        expected = [j for j in np.flatnonzero(rows["household"] == rows["household"][i]) if j != i]
        assert network.household(i, rows).tolist() == expected


def test_like_seeks_like(network, town):
    rows, _ = town
    assert assortativity(network, age_of(rows)) > 0.3
    assert likeness(network, rows["education"]) > 0.05
    assert likeness(network, risk_group(rows)) > 0.05
    assert 1.3 < same_ratio(network, rows["status"] == Status.labour_market_support) < 5
    assert same_ratio(network, rows["origin"] == Origin.refugee) > 2


def test_without_homophily_contacts_are_strangers(town):
    rows, starts = town
    blind = weave(rows, starts, BLIND, SEED)
    check(blind, rows)
    # One standard error of a correlation over so many ties is below 0.005.
    assert abs(assortativity(blind, age_of(rows))) < 0.02
    assert abs(likeness(blind, rows["education"])) < 0.02
    assert abs(likeness(blind, risk_group(rows))) < 0.02


@pytest.mark.parametrize("trait", ["age", "education", "group", "area"])
def test_each_weight_moves_its_own_trait(town, trait):
    rows, starts = town
    value = {"age": age_of(rows) // 10, "education": rows["education"] + 3 * (age_of(rows) < 18),
             "group": risk_group(rows), "area": rows["area"]}[trait]  # fmt: skip
    only = weave(rows, starts, BLIND | {f"network.homophily_{trait}": 2.0}, SEED)
    assert likeness(only, value) > likeness(weave(rows, starts, BLIND, SEED), value) + 0.05


def test_deterministic_and_seeded(network, town):
    again = weave(*town, PARAMETERS, SEED)
    assert again.indices.tobytes() == network.indices.tobytes()
    assert weave(*town, PARAMETERS, SEED + 1).indices.tobytes() != network.indices.tobytes()


def test_a_place_does_not_depend_on_the_others(network, town):
    rows, starts = town
    alone = weave(rows[: starts[1]], starts[:2], PARAMETERS, SEED)
    assert np.array_equal(alone.indices, network.indices[: network.indptr[starts[1]]])


@pytest.mark.parametrize("sizes", [[1], [0, 1, 2], [2, 0, 0], [0, 0]])
def test_tiny_places(town, sizes):
    rows = town[0][: sum(sizes)].copy()
    rows["household"] = np.arange(len(rows))
    rows["municipality"] = np.repeat(np.arange(len(sizes)), sizes)
    check(weave(rows, np.concatenate(([0], np.cumsum(sizes))), PARAMETERS, SEED), rows)


def resorted(rows, stay, extra):
    """Rows after a yearly turn: `stay` of the old plus `extra` new ones, with the map from old to new."""
    people = np.concatenate([rows[stay], extra])
    order = np.lexsort((people["id"], people["household"], people["area"], people["municipality"]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    old_to_new = np.full(len(rows), -1, np.int64)
    old_to_new[stay] = rank[: stay.sum()]
    return people[order], old_to_new


def test_remap_keeps_old_ties_and_welcomes_newcomers(network, town):
    rows, _ = town
    stay = np.arange(len(rows)) % 50 != 0
    extra = rows[::200].copy()
    extra["id"] += 10**9
    extra["household"] += 10**9
    people, old_to_new = resorted(rows, stay, extra)
    after = remap(network, old_to_new, people, starts_of(people, 4), PARAMETERS, SEED, 12)
    check(after, people)
    new_to_old = np.full(len(people), -1)
    new_to_old[old_to_new[stay]] = np.flatnonzero(stay)
    for i in np.flatnonzero(stay)[::500]:
        kept = {int(old_to_new[j]) for j in network.contacts(i) if stay[j]}
        assert kept <= {int(j) for j in after.contacts(old_to_new[i])}
    degree = np.diff(after.indptr)
    assert (degree[new_to_old < 0] >= int(PARAMETERS["network.rounds"])).all()
    assert likeness(after, risk_group(people)) > 0.05


def test_remap_without_change_is_the_same_network(network, town):
    rows, starts = town
    same = remap(network, np.arange(len(rows)), rows, starts, PARAMETERS, SEED, 12)
    assert np.array_equal(same.indptr, network.indptr) and np.array_equal(same.indices, network.indices)


def test_remap_breaks_ties_of_movers(network, town):
    rows, _ = town
    moved = rows.copy()
    who = np.flatnonzero(rows["municipality"] == 0)[:40:4]
    moved["municipality"][who] = 2
    people, old_to_new = resorted(moved, np.ones(len(rows), bool), rows[:0])
    after = remap(network, old_to_new, people, starts_of(people, 4), PARAMETERS, SEED, 24)
    check(after, people)
    assert (np.diff(after.indptr)[old_to_new[who]] > 0).all()


def test_welcome_nobody(town):
    assert welcome(*town, np.zeros(len(town[0]), bool), PARAMETERS, SEED, 12).shape == (0, 2)


def test_measures_on_known_networks():
    square = Network(np.array([0, 2, 4, 6, 8]), np.array([1, 3, 0, 2, 1, 3, 0, 2], np.int32))
    assert likeness(square, np.array([0, 1, 0, 1])) == -1.0  # each knows only the other kind
    assert assortativity(square, np.array([0.0, 1.0, 0.0, 1.0])) == pytest.approx(-1.0)
    pairs = Network(np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2], np.int32))
    assert likeness(pairs, np.array([0, 0, 1, 1])) == 1.0
    assert same_ratio(pairs, np.array([True, True, False, False])) == 2.0
    assert np.isnan(likeness(pairs, np.zeros(4, int)))

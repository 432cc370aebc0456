"""The rules of the card on handmade households: the way, contacts in the books, and seats given strictly by lottery."""

import math

import numpy as np
import pytest

from sim.areas import AREA
from sim.interventions.wellbeing_card import CARD, RULES, USE
from sim.residents import rows
from sim.rules.card import CELLS, COST, PERSONS, TURNED_AWAY, USES, contact_rate, travel, visit
from sim.rules.draws import address, uniform

MONTH = 30


def families(handmade, sizes):
    """Households of these sizes, one adult each and the rest children."""
    people = handmade(sum(sizes), birth_month=-10 * 12)
    people["household"] = np.repeat(np.arange(len(sizes)), sizes)
    first = np.cumsum([0, *sizes[:-1]])
    people["birth_month"][first] = -40 * 12
    cards = np.zeros(len(sizes), CARD)
    cards["household"], cards["row"], cards["given"], cards["last"], cards["balance"] = np.arange(len(sizes)), first, MONTH, -1, 200.0
    return people, cards


def settings(**fields):
    d = np.zeros(1, RULES)
    d["validity"], d["fidelity"], d["wish"] = 12, 1.0, 1000.0  # everybody wants to go
    d["wish_key"], d["seat_key"] = address(7, 1, MONTH), address(7, 2, MONTH)
    for name, value in fields.items():
        d[name] = value
    return d


def go(people, cards, d, seats, parameters):
    """One month of visits. Returns (uses, counts)."""
    people, cards = people.copy(), cards.copy()
    counts, uses = np.zeros((CELLS, 9)), np.zeros(2 * len(cards), USE)
    none = np.zeros(len(people) + 1, np.int64)
    made = visit(rows(people), rows(cards), MONTH, rows(d), np.asarray(seats, float), rows(parameters), rows(np.zeros(1, AREA)), 0,
                 none, np.zeros(0, np.int32), np.zeros(len(people), np.uint8), counts, rows(uses))
    return uses[:made], counts.sum(0)


def test_the_way_takes_a_known_share():
    d, area, people = settings(distance=8.0, carless=1.0), np.zeros(1, AREA), np.zeros(1, [("strain", "f8")])
    area["distance"], people["strain"] = 0.06, 0.5
    assert travel(rows(people)[0], rows(area)[0], rows(d)[0]) == pytest.approx(math.exp(-8 * 0.06 * 1.5))
    area["distance"] = 0.0
    assert travel(rows(people)[0], rows(area)[0], rows(d)[0]) == 1.0


def test_contacts_are_read_from_the_months_before(handmade):
    """Two members, one dead: the living one met a service in two of the last three months."""
    people, _ = families(handmade, [2])
    ring = people["cost_ring"]
    ring[0, (MONTH - 1) % 12], ring[0, (MONTH - 3) % 12], ring[0, (MONTH - 2) % 12], ring[0, MONTH % 12] = 60, 55, 30, 900
    people["alive"][1], ring[1] = 0, 500
    assert contact_rate(rows(people), 0, 2, MONTH, 3, 54.5) == pytest.approx(2 / 3)
    assert contact_rate(rows(people), 0, 2, MONTH, 1, 54.5) == 1.0


def test_a_seat_more_is_never_a_visit_less(handmade, numbers):
    """Families of one to six and every number of seats: visits rise with seats, by the lottery's order and no other."""
    sizes = [1 + (i * 5) % 6 for i in range(40)]
    people, cards = families(handmade, sizes)
    d, before = settings(price=[1.0, 1.0]), 0
    lot = sorted(range(40), key=lambda i: uniform(d["seat_key"][0], 2 * i))
    for seats in range(sum(sizes) + 1):
        uses, counts = go(people, cards, d, [seats, 0.0], numbers())
        went = uses["card"].tolist()
        assert went == lot[: len(went)] and before <= len(went)
        assert uses["persons"].sum() <= seats and counts[USES] == len(went) and counts[PERSONS] == uses["persons"].sum()
        assert counts[TURNED_AWAY] == 80 - len(went)  # nobody finds a seat in culture
        before = len(went)
    assert before == 40


def test_a_family_goes_only_if_its_card_pays_for_all(handmade, numbers):
    people, cards = families(handmade, [2, 5])
    d = settings(price=[50.0, 50.0])
    uses, counts = go(people, cards, d, [100.0, 100.0], numbers())
    assert uses["card"].tolist() == [0, 0] and uses["cost"].tolist() == [100.0, 100.0]  # twice 100 of 200; the five would need 250
    assert counts[COST] == 200.0
    cards["balance"] = 0.0
    assert len(go(people, cards, settings(), [100.0, 100.0], numbers())[0]) == 0  # an empty card opens no door, even a free one

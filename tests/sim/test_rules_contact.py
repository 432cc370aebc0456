"""Queues against exact solutions, the order of service, and how far help reaches."""

import numpy as np
import pytest
from numba import njit

from sim.residents import SERVICES, rows
from sim.rules.draws import address, poisson, uniform
from sim.rules.queue import line_up
from sim.services import DESK
from tests.sim.one_place import serve_one

DESK_OF = {name: i for i, name in enumerate(SERVICES)}
EMPLOYMENT = DESK_OF["employment_services"]
RUNS = 4000
COMMON = np.zeros((1, len(SERVICES)))  # no minutes earmarked for any area
NEVER = {"queue.give_up": [0.0] * len(SERVICES)}


def desks(capacity, minutes=60.0, service=EMPLOYMENT):
    """Desks of one municipality of which one has staff [contacts a month x minutes]."""
    out = np.zeros(len(SERVICES), DESK)
    out["minutes"] = minutes
    out["capacity"][service] = capacity * minutes
    return out


@njit
def arrivals(people, service, mean, urgent, slot, run, listed):
    """New requests of a slot, by Poisson, from residents who are not waiting; a share is urgent. Returns all open ones."""
    key = address(99, 1, slot)
    new = poisson(uniform(key, run), mean)
    count = 0
    for i in range(len(people)):
        p = people[i]
        if p.waiting[service] == 0 and new > 0:
            p.waiting[service], p.asks[service], p.requests = 1, 1, 1
            p.distress = 2.5 if uniform(key, 1_000_000 + run * 1000 + i) < urgent else 0.0
            new -= 1
        if p.waiting[service] > 0:
            listed[count] = i * 16 + service
            count += 1
    return count


@njit
def queues(people, service, mean, urgent, slots, runs, table, parameters, keys, out, waits):
    """Backlog at the end of every slot of many independent queues; [number, months waited] of those met, calm and urgent."""
    listed = np.empty(len(people) * 12, np.uint32)
    money = np.zeros(40)
    before = np.zeros(len(people), np.int64)
    for run in range(runs):
        people["waiting"][:] = 0
        table["carry"][:] = 0.0
        for slot in range(slots):
            count = arrivals(people, service, mean, urgent, slot, run, listed)
            for i in range(len(people)):
                before[i] = people[i].waiting[service]
            serve_one(people, listed, count, table, parameters, keys[slot], money, COMMON)
            out[run, slot] = table[service].queue
            for i in range(len(people)):
                if before[i] > 0 and people[i].waiting[service] == 0:
                    kind = 1 if people[i].distress > 0.0 else 0
                    waits[kind, 0] += 1
                    waits[kind, 1] += before[i] - 1


@pytest.fixture(scope="module")
def queue(handmade, numbers, keys):
    """queue(9, 10, slots): backlog (RUNS, slots) of a desk that meets ten a month and never loses anybody; waits by urgency."""

    def run(mean, capacity, slots, urgent=0.0, **changes):
        people = handmade(300, strain=0.0)
        out, waits = np.zeros((RUNS, slots)), np.zeros((2, 2))
        months = np.stack([keys(month) for month in range(slots)])
        parameters = numbers(**{**NEVER, **changes})
        queues(people, EMPLOYMENT, float(mean), urgent, slots, RUNS, desks(capacity), parameters, months, out, waits)
        return out, waits

    return run


@pytest.fixture(scope="module")
def nine_for_ten(queue):
    return queue(9, 10, 52)


@pytest.mark.parametrize("slot, expected", [(1, 0.773209), (4, 1.768369), (13, 2.660117), (26, 2.970761), (52, 3.084244)])
def test_backlog_of_the_slotted_queue(slot, expected, nine_for_ten):
    """Q' = max(Q + A - c, 0), A ~ Poisson(9), c = 10: exact mean backlog at the end of the slot.

    Source: iteration of the exact distribution; its limit 3.1012 is the queue length of M/D/10 (Crommelin 1932).
    """
    backlog = nine_for_ten[0][:, slot - 1]
    assert backlog.mean() == pytest.approx(expected, abs=4 * backlog.std() / np.sqrt(RUNS))


def test_mean_wait_is_little_s_law(nine_for_ten):
    """Stationary M/D/10 at load 0.9: mean wait 0.3446 slots = backlog / arrivals. The desk's own record says the same."""
    backlog, waits = nine_for_ten
    assert waits[0, 1] / waits[0, 0] == pytest.approx(backlog.sum() / (9 * backlog.size), rel=0.02)
    assert backlog[:, 30:].mean() / 9 == pytest.approx(0.3446, abs=0.025)


@njit
def one_server(people, service, load, mean, slots, table, parameters, keys):
    """A desk that does one contact's minutes a slot and requests of geometric length: [number met, slots from asking to met]."""
    listed = np.empty(len(people) * 12, np.uint32)
    money = np.zeros(40)
    since = np.zeros(len(people), np.int64)
    met = np.zeros(2)
    for slot in range(slots):
        new = poisson(uniform(address(99, 1, slot), 0), load / mean)
        count = 0
        for i in range(len(people)):
            p = people[i]
            if p.waiting[service] == 0 and new > 0:
                u = uniform(address(99, 2, slot), i)
                p.waiting[service], p.requests, since[i] = 1, 1, slot
                p.asks[service] = min(255, 1 + int(np.log(u) / np.log(1.0 - 1.0 / mean)))
                new -= 1
            if p.waiting[service] > 0:
                listed[count] = i * 16 + service
                count += 1
        serve_one(people, listed, count, table, parameters, keys, money, COMMON)
        for j in range(count):
            i = listed[j] // 16
            if people[i].waiting[service] == 0:
                met[0] += 1.0
                met[1] += slot + 1 - since[i]
    return met


def test_short_slots_and_geometric_service_are_the_single_server_queue(handmade, numbers, keys):
    """Poisson arrivals, geometric service with mean m slots, load r: time in the system m + r (2 m - 1) / (2 (1 - r)).

    That is Pollaczek-Khinchine for M/G/1, and with short slots M/M/1's m / (1 - r), Erlang C with one server (Gross et al. 2008,
    Fundamentals of Queueing Theory, sections 2.2 and 5.1). With c servers there is nothing to compare: a desk pools its minutes and
    turns them all to the request at the front.
    """
    load, mean = 0.6, 10.0
    people = handmade(100, strain=0.0)
    met = one_server(people, EMPLOYMENT, load, mean, 1_500_000, desks(1), numbers(**NEVER), keys(0))
    time = met[1] / met[0]
    assert time == pytest.approx(mean + load * (2 * mean - 1) / (2 * (1 - load)), rel=0.03)
    assert time == pytest.approx(mean / (1 - load), rel=0.03 + 0.5 / mean)


def test_overloaded_queue_grows_by_what_is_not_served(queue):
    """Eleven come and ten are met: 16.041 wait after 13 slots (exact)."""
    backlog = queue(11, 10, 13)[0][:, -1]
    assert backlog.mean() == pytest.approx(16.041362545, abs=4 * backlog.std() / np.sqrt(RUNS))


def test_priority_shortens_the_wait_of_the_urgent_only(queue, nine_for_ten):
    """Kleinrock's conservation law: with equal service times, who is first changes who waits, not how many."""
    backlog, waits = queue(9, 10, 52, urgent=0.4)
    assert (backlog == nine_for_ten[0]).all()
    calm, urgent = waits[:, 1] / waits[:, 0]
    assert urgent < 0.1 < calm
    everyone, alike = waits.sum(0), nine_for_ten[1].sum(0)
    assert everyone[1] / everyone[0] == pytest.approx(alike[1] / alike[0], rel=0.01)


def test_those_who_give_up_shorten_the_queue(queue, nine_for_ten):
    impatient, _ = queue(9, 10, 52, **{"queue.give_up": [0.3] * len(SERVICES)})
    assert impatient.mean() < 0.8 * nine_for_ten[0].mean()


# --- who is seen first ------------------------------------------------------------------------------------------


@pytest.fixture
def met(numbers, keys):
    """met(people, 10, month=3): ids of those served this month by a desk that meets ten."""

    def run(people, capacity, month=3, seed=1):
        listed = (np.flatnonzero(people["waiting"][:, EMPLOYMENT]) * 16 + EMPLOYMENT).astype(np.uint32)
        waiting = people["waiting"][:, EMPLOYMENT] > 0
        serve_one(rows(people), listed, len(listed), rows(desks(capacity)), rows(numbers(**NEVER)), keys(month, seed), np.zeros(40), COMMON)
        return set(people["id"][waiting & (people["waiting"][:, EMPLOYMENT] == 0)].tolist())

    return run


def asking(people, waited=1, contacts=1):
    """Everybody has an open request at the employment desk, for so many months plus one."""
    people["waiting"][:, EMPLOYMENT], people["asks"][:, EMPLOYMENT], people["requests"] = waited, contacts, 1
    return people


def test_urgent_before_long_waits_before_the_lottery(handmade, met):
    people = asking(handmade(40))
    people["distress"][30:33] = 3.2  # urgent, came last
    people["waiting"][20:24, EMPLOYMENT] = 6  # calm, waiting for long
    urgent, long = {30, 31, 32}, {20, 21, 22, 23}
    assert met(people.copy(), 3) == urgent
    assert met(people.copy(), 7) == urgent | long
    ten = met(people.copy(), 10)
    assert urgent | long < ten and len(ten) == 10


def test_strain_adds_to_distress_in_urgency(handmade, met):
    """0.9 SD of distress is class 0 by itself and class 1 with a strain of 0.4."""
    people = asking(handmade(40, distress=0.9, strain=0.0))
    people["strain"][5:8] = 0.4
    people["waiting"][20:24, EMPLOYMENT] = 6
    assert met(people.copy(), 3) == {5, 6, 7}
    people["dose_relief"][5:8] = 0.9  # what treatment holds off is not felt
    assert met(people.copy(), 4) == {20, 21, 22, 23}


def test_the_order_of_rows_decides_nothing(handmade, met):
    people = asking(handmade(60))
    people["distress"] = np.arange(60) % 4
    people["waiting"][:, EMPLOYMENT] = 1 + np.arange(60) % 5
    expected = met(people.copy(), 25)
    for seed in range(5):
        assert met(np.random.default_rng(seed).permutation(people), 25) == expected


def test_the_lottery_is_fair_and_new_every_month(handmade, met):
    """Forty alike ask, ten are met: over 400 months each is met about 100 times."""
    times = np.zeros(40)
    for month in range(400):
        times[list(met(asking(handmade(40)), 10, month))] += 1
    assert times.sum() == 4000
    assert abs(times - 100).max() < 4.5 * np.sqrt(400 * 0.25 * 0.75)


def test_a_long_request_is_not_passed_over(handmade, met, numbers, keys):
    """Minutes that do not suffice for the first in line are kept for it, and it is met a month later."""
    people = asking(handmade(2))
    people["asks"][0, EMPLOYMENT], people["distress"][0] = 3, 3.2  # urgent, needs 180 minutes; the desk has 120 a month
    table = desks(2)
    parameters, money = numbers(**NEVER), np.zeros(40)
    for month, waiting in enumerate(([2, 2], [0, 0])):
        listed = (np.flatnonzero(people["waiting"][:, EMPLOYMENT]) * 16 + EMPLOYMENT).astype(np.uint32)
        serve_one(rows(people), listed, len(listed), rows(table), rows(parameters), keys(month), money, COMMON)
        assert people["waiting"][:, EMPLOYMENT].tolist() == waiting


def test_a_desk_that_nobody_asks_uses_no_minutes(handmade, numbers, keys):
    """Otherwise last month's minutes are reported again and use seems to exceed capacity."""
    people, table = asking(handmade(3)), desks(5)
    for month in range(2):
        listed = (np.flatnonzero(people["waiting"][:, EMPLOYMENT]) * 16 + EMPLOYMENT).astype(np.uint32)
        serve_one(rows(people), listed, len(listed), rows(table), rows(numbers(**NEVER)), keys(month), np.zeros(40), COMMON)
    assert table["met"][EMPLOYMENT] == 0
    assert table["used"][EMPLOYMENT] == 0


def test_fees_and_cost_are_shared_between_client_and_public(handmade, numbers, keys):
    """Three contacts at 45 EUR with a fee of 8: the ledger holds 24 from clients and the rest, together the whole cost."""
    people, table, money = asking(handmade(1), contacts=3), desks(5), np.zeros(40)
    table["price"][EMPLOYMENT], table["fee"][EMPLOYMENT] = 45.0, 8.0
    listed = np.array([EMPLOYMENT], np.uint32)
    serve_one(rows(people), listed, 1, rows(table), rows(numbers(**NEVER)), keys(0), money, COMMON)
    assert people["month_cost"][0] == money.sum() == 135.0
    assert sorted(money[money > 0]) == [24.0, 111.0]


@pytest.mark.parametrize("number", [0, 1, 2, 47, 48, 300, 5000])
def test_the_line_is_that_of_sorting(number):
    """By rank, then lottery, then the order they came in: few ranks and many, an even lottery and one of two numbers only."""
    chance = np.random.default_rng(number)
    for ranks, numbers in ((1, 2**46), (5, 2**46), (1024, 2**46), (3, 2)):
        rank, lottery = (chance.integers(0, most, number).astype(np.uint64) for most in (ranks, numbers))
        turn = (rank << np.uint64(46)) + lottery
        assert np.array_equal(line_up(turn), np.argsort(turn, kind="stable"))
    late = np.full(number, 2**56 - 1, np.uint64)
    assert np.array_equal(line_up(late), np.arange(number))

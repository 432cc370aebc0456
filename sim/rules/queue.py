"""Waiting for services and being met by them: whose turn it is, and whom the month's staff minutes reach."""

import numpy as np

from sim.rules.block import AHEAD, fetch, own
from sim.rules.contact import FEES, FIRST_SERVICE, SERVICE_COUNT, help_given
from sim.rules.draws import Purpose, bits, kernel, rule, uniform
from sim.rules.health import felt

GIVE_UP, QUEUE = int(Purpose.GIVE_UP), int(Purpose.QUEUE)
PRIORITY_BITS = np.uint64(46)
LOTTERY_BITS = np.uint64(18)
LOTTERY = np.uint64(2**46 - 1)
SPARE = np.uint64(14)  # bits of the lottery that need not be looked at to say about where one stands
RANKS = 1024  # four classes of priority x 256 months
FEW = 48  # requests up to which the insertion pass alone is faster


@rule
def urgency(p, k):
    """Priority class 0-3 by felt distress and strain; 3 is seen first."""
    return min(3, int(k.urgency_distress * felt(p) + k.urgency_strain * p.strain))


@rule
def meet(p, service, desk, k, keys, money):
    """One request served: costs, fee, effect, and the wait it ended."""
    count = int(p.asks[service])
    cost = desk.price * count
    fee = min(cost, desk.fee * count)
    p.month_cost += cost
    money[FIRST_SERVICE + service] += cost - fee
    money[FEES] += fee
    desk.served += count
    desk.met += 1
    desk.waited += p.waiting[service] - 1.0
    p.visits = min(int(p.visits) + count, 255)
    p.waiting[service] = 0
    p.asks[service] = 0
    p.requests -= 1
    help_given(p, service, k, keys)


@rule
def wait_on(p, service, desk, k, keys):
    """One request not served this month: it waits on, or is given up."""
    months = int(p.waiting[service])
    if uniform(keys[GIVE_UP], p.id * SERVICE_COUNT + service) < k.queue_give_up[service]:
        p.waiting[service] = 0
        p.asks[service] = 0
        p.requests -= 1
        desk.gave_up += 1
        return
    p.waiting[service] = min(months + 1, 255)
    desk.queue += 1


@kernel
def line_up(turn):
    """Where numbers stand from low to high, int64 (n,). turn: uint64 (n,), a rank below RANKS in the upper bits, a lottery's in the lower.

    As the lottery is even, its number and the size of its rank tell about where one stands; an insertion pass puts the rest right.
    Several times as fast as sorting numbers of which nothing is known.
    """
    n = len(turn)
    line = np.empty(n, np.int64)
    if n < FEW:
        for j in range(n):
            line[j] = j
    else:
        begins = np.zeros(RANKS + 1, np.int64)
        for j in range(n):
            begins[np.int64(turn[j] >> PRIORITY_BITS) + 1] += 1
        for rank in range(RANKS):
            begins[rank + 1] += begins[rank]
        about = np.empty(n, np.int64)
        ends = np.zeros(n + 1, np.int64)
        for j in range(n):
            rank = np.int64(turn[j] >> PRIORITY_BITS)
            size = begins[rank + 1] - begins[rank]
            about[j] = begins[rank] + np.int64(((turn[j] & LOTTERY) >> SPARE) * np.uint64(size) >> (PRIORITY_BITS - SPARE))
            ends[about[j] + 1] += 1
        for j in range(n):
            ends[j + 1] += ends[j]
        for j in range(n):
            line[ends[about[j]]] = j
            ends[about[j]] += 1
    for j in range(1, n):
        mine = line[j]
        i = j
        while i > 0 and turn[line[i - 1]] > turn[mine]:
            line[i] = line[i - 1]
            i -= 1
        line[i] = mine
    return line


@kernel
def earmarked_first(people, rows, service, minutes, own):
    """The same rows with those in front whom the minutes of their own area reach, each part in the order it had.

    rows: int64 array in the order of the queue; own: float64 minutes by area, used up here (in place). Within an area the order
    is strict: after the first request that is too long, its minutes are left to the common rest.
    """
    front = np.empty(len(rows), np.int64)
    rest = np.empty(len(rows), np.int64)
    ahead = 0
    for j in range(len(rows)):
        p = people[rows[j]]
        needed = minutes * p.asks[service]
        if needed <= own[p.area]:
            own[p.area] -= needed
            front[ahead] = rows[j]
            ahead += 1
        else:
            own[p.area] = -1.0
            rest[j - ahead] = rows[j]
    for j in range(ahead, len(rows)):  # a loop, as it compiles in a quarter of the time of a slice
        front[j] = rest[j - ahead]
    return front


@kernel
def serve(places, bounds, people, listed, desks, coefficients, row, keys, money, earmarks, area_bounds, tally):
    """Every service of some municipalities meets whom its staff minutes allow; the others wait or give up.

    places: int64, indices of the municipalities; listed: uint32, from each one's first row x SERVICE_COUNT on, row * 16 + service for
    each open request; tally: how many those are; row: int64, the row of `coefficients` that each municipality goes by; desks, money:
    by municipality.
    Order: priority class, then months waited, then an addressed lottery; strictly in that order, so that a long
    request is not passed over for a short one. Minutes left because the next request was too long are carried over.
    earmarks: float64 (areas, services), minutes kept for residents of an area, looked at where a desk's `earmarked` is above
    zero: first each area's own in that order, then what is left over for all in that order.
    """
    number = np.empty(SERVICE_COUNT, np.int64)
    ends = np.empty(SERVICE_COUNT, np.int64)  # where each service's requests end, in the order of rows
    for place in places:
        k = own(coefficients[row[place]])
        amounts = money[place]
        at = bounds[place] * SERVICE_COUNT
        count = tally[place].requests
        for service in range(SERVICE_COUNT):
            number[service] = 0
        for i in range(at, at + count):
            number[int(listed[i]) % 16] += 1
        ends[0] = 0
        for service in range(1, SERVICE_COUNT):
            ends[service] = ends[service - 1] + number[service - 1]
        sorted_rows = np.empty(count, np.int64)
        for i in range(at, at + count):
            service = int(listed[i]) % 16
            sorted_rows[ends[service]] = int(listed[i]) // 16
            ends[service] += 1
        for service in range(SERVICE_COUNT):
            n = number[service]
            desk = desks[place, service]
            desk.served = 0.0
            desk.met = 0.0
            desk.waited = 0.0
            desk.gave_up = 0.0
            desk.queue = 0.0
            desk.used = 0.0
            desk.asked = n
            if n == 0:
                desk.carry = 0.0
                continue
            rows = sorted_rows[ends[service] - n : ends[service]]
            asked = 0.0
            for j in range(n):
                asked += people[rows[j]].asks[service]
            left = desk.capacity + desk.carry
            if asked * desk.minutes > left:
                order = np.empty(n, np.uint64)
                for j in range(n):
                    p = people[rows[j]]
                    rank = np.uint64((3 - urgency(p, k)) * 256 + 255 - int(p.waiting[service]))
                    order[j] = (rank << PRIORITY_BITS) + (bits(keys[QUEUE], p.id) >> LOTTERY_BITS)
                rows = rows[line_up(order)]
                if desk.earmarked > 0.0:
                    own_minutes = earmarks[area_bounds[place] : area_bounds[place + 1], service].copy()
                    rows = earmarked_first(people, rows, service, desk.minutes, own_minutes)
            blocked = False
            for j in range(n):
                fetch(people[rows[min(j + AHEAD, n - 1)]])
                p = people[rows[j]]
                minutes = desk.minutes * p.asks[service]
                if not blocked and minutes > left:
                    blocked = True
                if blocked:
                    wait_on(p, service, desk, k, keys)
                else:
                    left -= minutes
                    meet(p, service, desk, k, keys, amounts)
            desk.used = desk.capacity + desk.carry - left
            desk.carry = left if blocked else 0.0

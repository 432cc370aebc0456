"""A wellbeing card: who is offered it and takes it, which families go where, who gets a seat, what a visit does, and what is seen of it."""

import math

import numpy as np
from numba import njit

from sim.rules.awareness import burden, literacy
from sim.rules.draws import rule, uniform
from sim.rules.household import ADULT, host, household_start, living
from sim.rules.life import age_of
from sim.rules.month import household_end
from sim.rules.programme import belongs

SERVICES = 2  # nature, culture
SCHOOL, MONTHS = 7, 12  # years, months
BANDS, NO_CHILD = 3, 2  # age of the youngest child: under school age, school age, no child
CELLS = 3 * BANDS  # urban-rural class of the area x age of the youngest child
ELIGIBLE, OFFERED, GIVEN, HOLDERS, USERS, USES, PERSONS, TURNED_AWAY, COST = range(9)


@rule
def cell_of(people, first, last, urbanity, month):
    """Which cell of the monitoring a household is counted in: class of its area, and age of its youngest child."""
    youngest = ADULT
    for i in range(first, last):
        if people[i].alive == 1:
            youngest = min(youngest, age_of(people[i], month))
    band = 0 if youngest < SCHOOL else 1 if youngest < ADULT else NO_CHILD
    return urbanity * BANDS + band


@rule
def contact_rate(people, first, last, month, window, line):
    """Share of the members' last `window` months, up to last month, in which a service cost at least `line` [EUR2018] was met."""
    met = 0
    for i in range(first, last):
        if people[i].alive == 1:
            for back in range(1, window + 1):
                if people[i].cost_ring[(month - back) % MONTHS] >= line:
                    met += 1
    return met / (window * max(1, living(people, first, last)))


@rule
def told_of(people, first, last, month, start, used, word, indptr, indices):
    """Chance of having heard of the card from acquaintances who used it last month: 1 - (1 - word)^m, m of them.

    The acquaintances of the household's adults count; members of one household visit together.
    """
    number = 0
    for i in range(first, last):
        if people[i].alive == 1 and age_of(people[i], month) >= ADULT:
            for e in range(indptr[start + i], indptr[start + i + 1]):
                number += int(used[indices[e] - start])
    return 1.0 - (1.0 - word) ** number


@rule
def prepared(p, hassle, heard, k):
    """Readiness to take up the card or to go, as `awareness.readiness` with word of mouth beside recall.

    information I = A L + (1 - A L) heard; (1 - b) exp(information x I + assistance x help at hand x b).
    """
    recall = p.awareness * literacy(p, k)
    information = recall + (1.0 - recall) * heard
    return (1.0 - hassle) * math.exp(k.readiness_information * information + k.readiness_assistance * p.assistance * hassle)


@rule
def travel(p, area, d):
    """Share of wishes that the way allows: exp(-distance x index of the area x (1 + carless x strain)); strain stands for no car."""
    return math.exp(-d.distance * area.distance * (1.0 + d.carless * p.strain))


@njit(cache=True)
def mark(people, cards, month, slot, used):
    """Where cards are, and who used one last month. slot (written): number of the card + 1 at a household's first row.

    used (written): 1 for living members of households that used their card last month.
    """
    for c in range(len(cards)):
        first = cards[c].row
        slot[first] = c + 1
        if cards[c].last == month - 1:
            for i in range(first, household_end(people, first)):
                used[i] = people[i].alive


@njit(cache=True)
def hand_out(people, listed, segment, month, card_settings, parameters, areas, start, indptr, indices, slot, used, cards, fresh, counts):
    """Workers offer the card to eligible households that met a service last month; some take it. Returns new cards.

    listed: rows to look at, ascending; an eligible household has an adult who belongs to the segment (the first one decides) and,
    if the segment is families, a child under 18 now.
    P(offered | contact) = offer; P(taken | offered) = 1 - exp(-accept x readiness), readiness falling with the burden of asking,
    which trust lightens. cards (written): an expired card is filled anew; fresh (written): first cards. counts: by cell.
    """
    k = parameters[0]
    d = card_settings[0]
    s = segment[0]
    done = 0
    number = 0
    for i in listed:
        p = people[i]
        if i < done or not belongs(p, s, month) or age_of(p, month) < ADULT:
            continue
        first = household_start(people, i)
        last = household_end(people, first)
        done = last
        c = slot[first] - 1
        if c >= 0 and month - cards[c].given < d.validity:
            continue
        cell = cell_of(people, first, last, p.urbanity, month)
        if d.children == 1 and cell % BANDS == NO_CHILD:  # a household that parted at the turn of the year, or all have grown up
            continue
        counts[cell, ELIGIBLE] += 1.0
        if contact_rate(people, first, last, month, 1, d.line) == 0.0 or uniform(d.offer_key, p.household) >= d.offer:
            continue
        counts[cell, OFFERED] += 1.0
        heard = told_of(people, first, last, month, start, used, d.word, indptr, indices)
        ready = prepared(p, burden(p, areas[p.area], k), heard, k)
        if uniform(d.accept_key, p.household) >= 1.0 - math.exp(-d.accept * ready):
            continue
        counts[cell, GIVEN] += 1.0
        if c >= 0:
            cards[c].given = month
            cards[c].balance = d.budget
            continue
        card = fresh[number]
        card.household = p.household
        card.row = first
        card.first = month
        card.given = month
        card.last = -1
        card.balance = d.budget
        card.before = contact_rate(people, first, last, month, d.window, d.line)
        number += 1
    return number


@rule
def wants(p, card, s, area, heard, d, k):
    """Whether the holder p of a card wants to go to service s with the family, and can get there.

    P = 1 - exp(-wish_s x readiness x travel); the way counts in travel, so it is taken out of the burden.
    """
    ready = prepared(p, max(0.0, burden(p, area, k) - area.distance), heard, k)
    return uniform(d.wish_key, SERVICES * card.household + s) < 1.0 - math.exp(-d.wish[s] * ready * travel(p, area, d))


@rule
def enjoy(people, first, last, s, d):
    """A visit of a household: every member alive gains, and the fades of the model do the rest.

    Inclusion and relief are lent doses (see `contact.fade`); cohesion is pushed and falls back to its target with the
    pace of social quality. Each is multiplied by local fidelity. The money is the card's, not social and health service
    cost of the person, so that nobody becomes a heavy user by it.
    """
    for i in range(first, last):
        p = people[i]
        if p.alive == 1:
            p.dose_relief += d.fidelity * d.relief[s]
            p.dose_inclusion += d.fidelity * d.inclusion[s]
            p.cohesion = min(1.0, p.cohesion + d.fidelity * d.cohesion[s])


@rule
def pay(card, s, persons, month, d, counts, use):
    """Take a visit from the card's balance, count it (counts: of the household's cell), and write its record."""
    cost = persons * d.price[s]
    counts[USERS] += 1.0 if card.last < month else 0.0
    counts[USES] += 1.0
    counts[PERSONS] += persons
    counts[COST] += cost
    card.last = month
    card.uses += 1
    card.balance -= cost
    use.card = card.household
    use.service = s
    use.persons = persons
    use.cost = cost


@njit(cache=True)
def count_holders(people, cards, month, card_settings, counts):
    """Count households with a valid card and an adult; those that got it this month have been counted as eligible already."""
    for c in range(len(cards)):
        card = cards[c]
        first = card.row
        last = household_end(people, first)
        h = host(people, first, last, month)
        if h >= 0 and month - card.given < card_settings[0].validity:
            cell = cell_of(people, first, last, people[h].urbanity, month)
            counts[cell, ELIGIBLE] += 1.0 if card.given < month else 0.0
            counts[cell, HOLDERS] += 1.0


@njit(cache=True)
def visit(people, cards, month, card_settings, seats, parameters, areas, start, indptr, indices, used, counts, uses):
    """A month of visits in one municipality, nature before culture. Returns how many.

    A household with a card that wants to go does so if its balance pays for all its members and there are seats. An addressed
    lottery orders who wants to go; seats are given strictly in that order until one household does not fit, so that a seat
    more never leads to a visit less. uses (written): card, service, persons, cost of each use.
    """
    k = parameters[0]
    d = card_settings[0]
    who = np.empty(len(cards), np.int64)
    lot = np.empty(len(cards), np.float64)
    made = 0
    for s in range(SERVICES):
        n = 0
        for c in range(len(cards)):
            card = cards[c]
            first = card.row
            last = household_end(people, first)
            h = host(people, first, last, month)
            if h < 0 or month - card.given >= d.validity:
                continue
            if card.balance <= 0.0 or living(people, first, last) * d.price[s] > card.balance:
                continue
            heard = told_of(people, first, last, month, start, used, d.word, indptr, indices)
            if wants(people[h], card, s, areas[people[h].area], heard, d, k):
                who[n] = c
                lot[n] = uniform(d.seat_key, SERVICES * card.household + s)
                n += 1
        left = seats[s]
        full = False
        for j in np.argsort(lot[:n]):
            card = cards[who[j]]
            first = card.row
            last = household_end(people, first)
            persons = living(people, first, last)
            cell = cell_of(people, first, last, people[host(people, first, last, month)].urbanity, month)
            full = full or persons > left
            if full:
                counts[cell, TURNED_AWAY] += 1.0
                continue
            left -= persons
            pay(card, s, persons, month, d, counts[cell], uses[made])
            enjoy(people, first, last, s, d)
            made += 1
    return made


@njit(cache=True)
def assess(people, cards, month, card_settings, sums):
    """Change of the contact rate since before the card, of households that used it in the last window and of those that did not.

    month: the month of reading, whose last month is the newest that is known. Cards valid last month and held for the whole
    window count. sums (written): by cell and by (did not use, used): households, sum and sum of squares of their changes.
    """
    d = card_settings[0]
    for c in range(len(cards)):
        card = cards[c]
        if month - 1 - card.given >= d.validity or card.first > month - d.window:
            continue
        first = card.row
        last = household_end(people, first)
        h = host(people, first, last, month)
        if h < 0:
            continue
        cell = cell_of(people, first, last, people[h].urbanity, month)
        change = contact_rate(people, first, last, month, d.window, d.line) - card.before
        used = 1 if card.last >= month - d.window else 0
        sums[cell, used, 0] += 1.0
        sums[cell, used, 1] += change
        sums[cell, used, 2] += change * change

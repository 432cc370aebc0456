"""The order in which a month happens to the residents of one municipality, household by household."""

from numba import njit

from sim.rules.awareness import burden, hear
from sim.rules.contact import HOSPITAL as HOSPITAL_DESK
from sim.rules.contact import HOUSING, fade, fall_to_hospital, seek_health, seek_support
from sim.rules.draws import rule
from sim.rules.health import health, stress
from sim.rules.life import age_of, dies, fall_ill
from sim.rules.livelihood import CONSCRIPT, EMPLOYED, STUDENT, SUPPORT, UNEMPLOYED, feel_strain, livelihood, pool
from sim.rules.social_quality import learn, social_quality
from sim.rules.wellbeing import feel, remember

LOCAL, SERVICES = 16, 12


@rule
def household_end(people, first):
    """Row after the last member of the household that starts at row `first`."""
    last = first + 1
    while last < len(people) and people[last].household == people[first].household:
        last += 1
    return last


@rule
def widow(people, first, last):
    """Nobody in the household of someone who died lives with a partner any more."""
    for i in range(first, last):
        people[i].partner = 0


@rule
def live_one(p, area, event, month, peers, talk, k, keys, money, desks):
    """A month of one resident after work and household income are known."""
    age = age_of(p, month)
    jobless = 1.0 if p.status == UNEMPLOYED or p.status == SUPPORT else 0.0
    active = 1.0 if p.status == EMPLOYED or p.status == STUDENT or p.status == CONSCRIPT else 0.0
    fade(p, k)
    learn(p, k, keys)
    fall_ill(p, age, k, keys)
    strain_change = feel_strain(p, k)
    stress(p, jobless, k, keys)
    health(p, age, k)
    social_quality(p, area, jobless, active, k)
    remember(p, jobless, event, k)
    feel(p, jobless, event, strain_change, peers, k, keys)
    hassle = burden(p, area, k)
    seek_health(p, age, hassle, k, keys)
    fall_to_hospital(p, age, k, keys, money, desks[HOSPITAL_DESK].price)
    if p.care == 2:
        cost = k.price_housing[0 if age < 18 else 1 if age < 65 else 2]
        p.month_cost += cost
        money[HOUSING] += cost
    if age >= 16:
        hear(p, talk, k, keys)
        seek_support(p, area, age, month, hassle, k, keys, desks)


@rule
def peer_means(people, first, last, i, start, before, told, indptr, indices):
    """Mean of last month's wellbeing and recall over the contacts of row i: household members and network.

    before, told: float32 arrays over all rows of the model; start: first row of this municipality. Returns
    (wellbeing, recall, number of contacts).
    """
    wellbeing = 0.0
    recall = 0.0
    number = 0
    for j in range(first, last):
        if j != i and people[j].alive == 1:
            wellbeing += float(before[start + j])
            recall += float(told[start + j])
            number += 1
    for e in range(indptr[start + i], indptr[start + i + 1]):
        theirs = float(before[indices[e]])
        if theirs == theirs:  # not-a-number marks a contact who has died
            wellbeing += theirs
            recall += float(told[indices[e]])
            number += 1
    return wellbeing, recall, number


@njit(cache=True)
def live(people, start, month, parameters, areas, mortality, keys, money, desks, before, told, indptr, indices, listed):
    """One month of all residents of a municipality. Returns (open requests listed, deaths).

    people: the municipality's rows, households adjacent. Chance by address, so the order of rows decides nothing.
    listed: uint32 array that takes row * 16 + service of every open request.
    """
    k = parameters[0]
    first = 0
    count = 0
    deaths = 0
    while first < len(people):
        last = household_end(people, first)
        events = 0  # two bits per member: what happened at work, kept until the month's wellbeing is felt
        for j in range(last - first):
            p = people[first + j]
            if p.alive == 1:
                age = age_of(p, month)
                if dies(p, age, k, mortality, keys):
                    p.alive = 0
                    deaths += 1
                    if p.partner == 1:
                        widow(people, first, last)
                elif j < 30:
                    events |= livelihood(p, age, month, k, keys) << (2 * j)
                else:
                    livelihood(p, age, month, k, keys)
        pool(people, first, last, month, k, money, keys)
        for j in range(last - first):
            p = people[first + j]
            if p.alive == 0:
                continue
            wellbeing, recall, number = peer_means(people, first, last, first + j, start, before, told, indptr, indices)
            peers = wellbeing / number if number > 0 else p.wellbeing
            talk = recall / number if number > 0 else 0.0
            event = (events >> (2 * j)) & 3 if j < 30 else 0
            live_one(p, areas[p.area], event, month, peers, talk, k, keys, money, desks)
            if p.requests > 0:
                for service in range(SERVICES):
                    if p.waiting[service] > 0:
                        listed[count] = (first + j) * LOCAL + service
                        count += 1
        first = last
    return count, deaths

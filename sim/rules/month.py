"""The order in which a month happens to the residents of one municipality, block by block of whole households."""

import numpy as np

from sim.rules.awareness import burden, change_stage, recall
from sim.rules.block import CAPACITY, LANES, TARGET, columns, fetch, give_back, own, take_in, wipe
from sim.rules.contact import HOSPITAL as HOSPITAL_DESK
from sim.rules.contact import (
    HOUSING,
    fade,
    falls,
    hospital_rate,
    may_ask,
    may_visit,
    seek_health,
    seek_support,
    stay_in_hospital,
    visit_rate,
)
from sim.rules.draws import Purpose, between, is_outer, kernel, quantile, rule, uniform
from sim.rules.health import health, stress
from sim.rules.life import age_of, dies, fall_ill, may_die, need_care
from sim.rules.livelihood import (
    CONSCRIPT,
    EMPLOYED,
    STUDENT,
    SUPPORT,
    UNEMPLOYED,
    count_month,
    earn,
    feel_strain,
    livelihood,
    may_move,
    movement,
    pool,
)
from sim.rules.social_quality import learn, social_quality
from sim.rules.wellbeing import feel, remember, set_point

WELLBEING = int(Purpose.WELLBEING)
LOCAL, SERVICES = 16, 12
OLD = 65  # years from which long-term care can begin
VISIT, STAY, HOUSED, ASK = 1, 2, 4, 8  # what a resident may do this month beside what everyone does, bits of `todo`


@rule
def household_end(people, first):
    """Row after the last member of the household that starts at row `first`."""
    last = first + 1
    while last < len(people) and people[last].household == people[first].household:
        last += 1
    return last


@rule
def widow(block, number, household):
    """Nobody in the household of someone who died lives with a partner any more."""
    for j in range(number):
        if block[j].household == household:
            block[j].partner = 0


@rule
def home_end(block, first, number):
    """Place after the last member of the household that starts at place `first` of a block of `number` residents."""
    last = first + 1
    while last < number and block[last].household == block[first].household:
        last += 1
    return last


@rule
def fates(block, number, lanes, month, k, hazards, mortality, keys):
    """Deaths and changes of main activity in a block of `number` residents. Returns deaths."""
    for j in range(lanes):
        p = block[j]
        p.age = age_of(p, month)
        p.event = 0
        count_month(p)
    for j in range(lanes):
        p = block[j]
        p.todo = p.alive if may_die(p, p.age, mortality, keys) | may_move(p, p.age, hazards, keys) else 0
    deaths = 0
    for j in range(number):
        p = block[j]
        if p.todo == 1:
            if dies(p, p.age, k, mortality, keys):
                p.alive = 0
                deaths += 1
                if p.partner == 1:
                    widow(block, number, p.household)
            else:
                p.event = livelihood(p, p.age, month, k, keys)
    return deaths


@rule
def block_end(people, first, stop):
    """Row after the last of a block that starts at row `first`: whole households, about TARGET residents, none from row `stop` on."""
    last = min(stop, first + TARGET)
    end = last
    while end < stop and end > first and people[end].household == people[end - 1].household:
        end -= 1
    if end == first:  # one household fills the block
        end = min(household_end(people, first), first + CAPACITY, stop)
    return end


@rule
def begin(p, keys):
    """What the rules after it read: work as numbers, means of contacts, and the month's normal draw unless it is an outer one."""
    p.jobless = 1.0 if (p.status == UNEMPLOYED) | (p.status == SUPPORT) else 0.0
    p.active = 1.0 if (p.status == EMPLOYED) | (p.status == STUDENT) | (p.status == CONSCRIPT) else 0.0
    p.peers = p.peers / p.number if p.number > 0.0 else p.wellbeing
    p.talk = p.talk / p.number if p.talk > 0.0 else 0.0
    u = uniform(keys[WELLBEING], p.id)
    p.z = between(u)
    p.todo = 1 if is_outer(u) else 0


@rule
def plan(p, area, k, keys):
    """What the resident may do this month beside what everyone does: quick tests of what is rare."""
    todo = VISIT if may_visit(p, p.rate, keys) else 0
    todo += STAY if falls(p, hospital_rate(p, p.age, k), keys) else 0
    todo += HOUSED if p.care == 2 else 0
    todo += ASK if may_ask(p, area, p.age, k, keys) & (p.age >= 16) else 0
    p.todo = todo


@rule
def feel_month(block, lanes, areas, k, keys):
    """A month of a block after work and household income are known, as far as it is alike for all, one rule after the other.

    Each is a loop of its own, which the compiler runs on several residents at a time.
    """
    for j in range(lanes):
        begin(block[j], keys)
    for j in range(lanes):
        if block[j].todo == 1:
            block[j].z = quantile(uniform(keys[WELLBEING], block[j].id))
    for j in range(lanes):
        fade(block[j], k)
        learn(block[j], k, keys)
    for j in range(lanes):
        fall_ill(block[j], block[j].age, k, keys)
    for j in range(lanes):
        if block[j].age >= OLD:
            need_care(block[j], block[j].age, k, keys)
    for j in range(lanes):
        p = block[j]
        p.strain_change = feel_strain(p, k)
        stress(p, p.jobless, k, keys)
    for j in range(lanes):
        health(block[j], block[j].age, k)
    for j in range(lanes):
        p = block[j]
        social_quality(p, areas[p.area], p.jobless, p.active, k)
    for j in range(lanes):
        remember(block[j], block[j].jobless, block[j].event, k)
    for j in range(lanes):
        block[j].set_point = set_point(block[j], block[j].jobless, k)
    for j in range(lanes):
        p = block[j]
        feel(p, p.set_point, p.event, p.strain_change, p.peers, p.z, k)
    for j in range(lanes):
        p = block[j]
        p.hassle = burden(p, areas[p.area], k)
    for j in range(lanes):
        p = block[j]
        p.rate = visit_rate(p, p.age, p.hassle, k)
    for j in range(lanes):
        p = block[j]
        if p.age >= 16:
            recall(p, p.talk, k)
    for j in range(lanes):
        p = block[j]
        if p.age >= 16:
            change_stage(p, k, keys)
    for j in range(lanes):
        p = block[j]
        plan(p, areas[p.area], k, keys)


@rule
def act(p, area, age, month, todo, rate, hassle, k, keys, money, desks):
    """What is rare: visits asked for, a stay in hospital, round-the-clock care, and help asked for."""
    if todo & VISIT:
        seek_health(p, rate, k, keys)
    if todo & STAY:
        stay_in_hospital(p, age, k, keys, money, desks[HOSPITAL_DESK].price)
    if todo & HOUSED:
        cost = k.price_housing[0 if age < 18 else 1 if age < 65 else 2]
        p.month_cost += cost
        money[HOUSING] += cost
    if todo & ASK:
        seek_support(p, area, age, month, hassle, k, keys, desks)


@kernel
def ask_contacts(first, last, seen, indptr, indices, met):
    """Sums over the network contacts of rows first:last, into met, float64 (last - first, 3): wellbeing, recall, number.

    seen: float32 (n, 2), last month's wellbeing and recall of all rows of the model. A loop of its own, so that many contacts,
    who stand anywhere in memory, are fetched at once.
    """
    for i in range(first, last):
        wellbeing = 0.0
        recall = 0.0
        number = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            contact = np.uint32(indices[e])
            theirs = float(seen[contact, 0])
            if theirs == theirs:  # not-a-number marks a contact who has died
                wellbeing += theirs
                recall += float(seen[contact, 1])
                number += 1.0
        met[i - first, 0] = wellbeing
        met[i - first, 1] = recall
        met[i - first, 2] = number


@rule
def meet_peers(block, first, last, seen, met):
    """Sums of last month's wellbeing and recall over contacts: the network, and the household first:last.

    seen: the block's rows of last month's (wellbeing, recall); met: sums over the network contacts of each row.
    """
    for i in range(first, last):
        p = block[i]
        wellbeing = met[i, 0]
        recall = met[i, 1]
        number = met[i, 2]
        for j in range(first, last):
            if j != i and block[j].alive == 1:
                wellbeing += float(seen[j, 0])
                recall += float(seen[j, 1])
                number += 1.0
        p.peers = wellbeing
        p.talk = recall
        p.number = number


@kernel
def live(places, bounds, people, month, coefficients, row, areas, area_bounds, mortality, keys, money, desks, seen, indptr, indices, listed,
         tally):
    """One month of all residents of some municipalities.

    places: int64, their indices; bounds, area_bounds: first row and first area of each municipality, and the end; people: all rows,
    households adjacent; row: int64, the row of `coefficients` that each municipality goes by; money, desks: by municipality.
    Nobody has contacts in another municipality. Chance by address, so the order of rows decides nothing. listed (written): uint32,
    from each municipality's first row x SERVICES on, row * 16 + service of every open request. tally (written): how many those
    are, and deaths added up.
    """
    met = np.empty((CAPACITY, 3))
    for place in places:
        k = own(coefficients[row[place]])
        hazards = movement(coefficients[row[place]])
        amounts = money[place]
        desk = desks[place]
        local = areas[area_bounds[place] : area_bounds[place + 1]]
        block = columns()
        wiped = 0
        first = bounds[place]
        stop = bounds[place + 1]
        at = first * SERVICES
        count = 0
        deaths = 0
        while first < stop:
            last = block_end(people, first, stop)
            n = last - first
            lanes = (n + LANES - 1) // LANES * LANES  # the last places may hold somebody of an earlier block, whom nobody reads
            if lanes > wiped:
                wipe(block, wiped, lanes)
                wiped = lanes
            ask_contacts(first, last, seen, indptr, indices, met)
            for j in range(n):
                take_in(people[first + j], block[j])
            deaths += fates(block, n, lanes, month, k, hazards, mortality, keys)
            for j in range(lanes):
                earn(block[j], block[j].age, k)
            pool(block, n, lanes, k, amounts, keys)
            home = 0
            while home < n:
                end = home_end(block, home, n)
                meet_peers(block, home, end, seen[first:last], met)
                home = end

            feel_month(block, lanes, local, k, keys)

            for j in range(n):
                b = block[j]
                p = people[first + j]
                if last + j < len(people):
                    fetch(people[last + j])
                if b.alive == 0:
                    p.alive = 0
                    continue
                give_back(b, p)
                if b.todo != 0:
                    act(p, local[p.area], b.age, month, b.todo, b.rate, b.hassle, k, keys, amounts, desk)
                if p.requests > 0:
                    for service in range(SERVICES):  # written in any case and counted if it is one: no branch to guess
                        listed[at + count] = (first + j) * LOCAL + service
                        count += 1 if p.waiting[service] > 0 else 0
            first = last
        tally[place].requests = count
        tally[place].deaths += deaths

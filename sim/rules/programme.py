"""Programmes with places and clients: who is eligible, who joins, what each month with it does, who leaves."""

import math

import numpy as np

from sim.rules.awareness import burden, literacy, take_up
from sim.rules.block import AHEAD, fetch, own
from sim.rules.draws import kernel, rule, uniform
from sim.rules.health import felt
from sim.rules.life import age_of

CLIENT = 32  # tag of those in a programme or with a case manager, beside the bits of the groups
EVERYONE = 255  # a tag that no list leaves out
TIE = 1e-9  # equal scores are settled by the lottery, never by the order of rows


@rule
def belongs(p, segment, month):
    """Whether a resident is in a segment: at-risk groups, ages, education, sex, living alone, urbanity."""
    if p.alive == 0 or (segment.groups != 0 and (p.groups & segment.groups) == 0):
        return False
    age = age_of(p, month)
    if age < segment.age_min or age > segment.age_max:
        return False
    if segment.education >= 0 and p.education != segment.education:
        return False
    if segment.alone >= 0 and segment.alone != (1 if p.adults + p.minors == 1 else 0):
        return False
    return segment.urbanity < 0 or p.urbanity == segment.urbanity


@rule
def hardship(p, k):
    """How many of four needs a resident has at once, as a share 0-1: illness, distress, strain, long-term care."""
    needs = 0.0
    if p.chronic == 1:
        needs += 1.0
    if felt(p) > k.mental_threshold:
        needs += 1.0
    if p.strain > k.social_threshold:
        needs += 1.0
    if p.care > 0:
        needs += 1.0
    return needs / 4.0


@rule
def look(first, stop, everyone, touched, tags, number, wanted, found):
    """Write into `found` the rows of one municipality to look at: all of first:stop, or those touched with a tag among `wanted`.

    touched, tags: from row `first` on, as `closing.close` lists them, `number` of them. Returns how many.
    """
    count = 0
    if everyone:
        for i in range(first, stop):
            found[count] = i
            count += 1
        return count
    for j in range(first, first + number):  # written in any case and counted if it is one: no branch to guess
        found[count] = first + touched[j]
        count += 1 if (tags[j] & wanted) != 0 else 0
    return count


@kernel
def expose(places, bounds, people, everyone, touched, tags, tally, segment, campaign, reach, frequency, month, coefficients, row, funnel):
    """A campaign's month in some municipalities: whom it reaches, and how much they remember.

    P(exposed) = reach (1 - exp(-frequency)) x access; A' = A + impact quality (1 - A). Access and impact fall
    with low literacy unless the message is tailored: P x (1 - (1 - tailoring) (1 - literacy)). Product fit, price and
    place lower the hassle of those who are reached and have begun to think of it (assistance).
    places: int64, indices of the municipalities; bounds: first row of each, and the end; everyone: whether all are looked at, else
    those `touched`, whose `tags` say the groups each is in; reach [share], frequency [contacts per month]: float64, of each of
    `places`; row: int64, the row of `coefficients` that each municipality goes by.
    funnel (added to): counts of segment, exposed, aware, intending. Source: science notes D10; NSMC benchmark criteria.
    """
    c = campaign[0]
    s = segment[0]
    wanted = s.groups if s.groups != 0 else EVERYONE
    for i in range(len(places)):
        place = places[i]
        k = own(coefficients[row[place]])
        chance = reach[i] * (1.0 - math.exp(-frequency[i]))
        found = np.empty(bounds[place + 1] - bounds[place], np.int64)
        count = look(bounds[place], bounds[place + 1], everyone, touched, tags, tally[place].touched, wanted, found)
        for j in range(count):
            fetch(people[found[min(j + AHEAD, count - 1)]])
            p = people[found[j]]
            if not belongs(p, s, month) or age_of(p, month) < 16:
                continue
            funnel[0] += 1.0
            through = 1.0 - (1.0 - c.tailoring) * (1.0 - literacy(p, k))
            if uniform(c.hear_key, p.id) < chance * through:
                funnel[1] += 1.0
                p.awareness += c.impact * through * (1.0 - p.awareness)
                if p.stage > 0:
                    p.assistance = max(p.assistance, c.ease)
            if p.awareness >= k.awareness_counts:
                funnel[2] += 1.0
                if p.stage >= 2:
                    funnel[3] += 1.0


@rule
def attend(p, g, k):
    """One month in a programme. Returns 1.0 if the client stays, 0.0 if this was the last month.

    Effects are spread evenly over the planned months and multiplied by local fidelity; a case manager's effect also by
    hardship, since help across sectors has nothing to join up for those with one need.
    """
    share = g.fidelity / g.months
    if g.joint == 1:
        share *= hardship(p, k)
    p.dose_inclusion += share * g.inclusion
    p.dose_empowerment += share * g.empowerment
    p.dose_relief += share * g.relief
    p.work_support += share * g.work
    p.language += share * g.language * (1.0 - p.language)
    p.trust += share * g.trust * (1.0 - p.trust)
    p.assistance = max(p.assistance, g.assistance * g.fidelity)
    if g.joint == 1:
        p.manager_months += 1
        stays = p.manager_months < g.months
    else:
        p.programme_months += 1
        stays = p.programme_months < g.months
    if stays and uniform(g.leave_key, p.id) >= g.dropout:
        return 1.0
    if g.joint == 1:
        p.manager = 0
    else:
        p.programme = 0
    p.finished |= 1 << g.code
    return 0.0


@rule
def joined(p, g):
    """Whether the resident is a client of this programme now."""
    return p.manager == g.code if g.joint == 1 else p.programme == g.code


@rule
def free_for(p, g):
    """Whether the resident could join: no other programme of the same sort, and not through this one before."""
    busy = p.manager if g.joint == 1 else p.programme
    return busy == 0 and (p.finished & (1 << g.code)) == 0


@rule
def may_come(p, u, g, k):
    """Whether the uniform u can lie below `find_chance`: a quick test that lets all such pass.

    It takes the burden as none where it holds back and as whole where help outweighs it, and literacy as whole; 1 - exp(-h) <= h
    and exp(x) <= 1 / (1 - x).
    """
    if g.outreach >= 0.0:
        return True
    push = k.readiness_information * p.awareness + k.readiness_assistance * max(p.assistance, g.assistance * g.fidelity)
    return u * max(0.0, 1.0 - push) <= 1.01 * g.intensity * g.fidelity * k.readiness_base


@rule
def find_chance(p, area, g, k):
    """Chance of coming to the programme this month: found by a worker, or by own take-up at `intensity` of the base.

    Local fidelity multiplies either. outreach: negative if nobody goes to find people."""
    if g.outreach >= 0.0:
        return g.outreach * g.fidelity
    hassle = burden(p, area, k)
    if g.online == 1:  # nobody has to travel
        hassle = max(0.0, hassle - area.distance)
    held = p.assistance
    p.assistance = max(held, g.assistance * g.fidelity)
    h = g.intensity * g.fidelity * take_up(p, hassle, k)
    p.assistance = held
    return 1.0 - math.exp(-h)


@kernel
def earmarked_first(people, order, row, areas):
    """The same order of candidates with those in front for whom their own area has earmarked places."""
    front = np.empty(len(order), np.int64)
    rest = np.empty(len(order), np.int64)
    own = np.empty(len(areas), np.float64)
    for a in range(len(areas)):
        own[a] = areas[a].earmark
    ahead = 0
    for j in range(len(order)):
        area = people[row[order[j]]].area
        if own[area] >= 1.0:
            own[area] -= 1.0
            front[ahead] = order[j]
            ahead += 1
        else:
            rest[j - ahead] = order[j]
    for j in range(ahead, len(order)):  # a loop, as it compiles in a quarter of the time of a slice
        front[j] = rest[j - ahead]
    return front


@kernel
def run(places, bounds, people, everyone, touched, tags, tally, segment, programme, room, fidelity, month, coefficients, row, areas,
        area_bounds, counts):
    """A month of one programme in some municipalities: clients attend, then free places are filled.

    places: int64, indices of the municipalities; bounds, area_bounds: first row and first area of each, and the end; everyone: whether
    all are looked at, else those `touched`, whose `tags` say the groups each is in, with CLIENT for clients of any programme;
    room [clients it can hold], fidelity: float64, of each of `places`; row: int64, the row of `coefficients` that each municipality
    goes by. Candidates are those who come (`find_chance`); if more come
    than there is room, case finding orders them: score = precision x hardship + (1 - precision) x lottery, highest
    first; those for whom their area has earmarked places stand before the others. counts (added to), float64 (places, 4): clients who
    attended, joined, left, turned away.
    """
    g = programme[0]
    s = segment[0]
    wanted = s.groups | CLIENT if s.groups != 0 else EVERYONE
    for i in range(len(places)):
        place = places[i]
        k = own(coefficients[row[place]])
        local = areas[area_bounds[place] : area_bounds[place + 1]]
        g.fidelity = fidelity[i]
        found = np.empty(bounds[place + 1] - bounds[place], np.int64)
        count = look(bounds[place], bounds[place + 1], everyone, touched, tags, tally[place].touched, wanted, found)
        score = np.empty(count, np.float64)
        came = 0  # candidates: their rows take the first places of `found`
        staying = 0.0
        for j in range(count):
            fetch(people[found[min(j + AHEAD, count - 1)]])
            p = people[found[j]]
            if p.alive == 0:
                continue
            if joined(p, g):
                counts[i, 0] += 1.0
                stays = attend(p, g, k)
                p.month_cost += g.cost_month
                staying += stays
                counts[i, 2] += 1.0 - stays
            elif room[i] > 0.0 and free_for(p, g):
                u = uniform(g.enrol_key, p.id)
                if not (may_come(p, u, g, k) and belongs(p, s, month) and u < find_chance(p, local[p.area], g, k)):
                    continue
                lottery = uniform(g.find_key, p.id)
                score[came] = g.precision * hardship(p, k) + (1.0 - g.precision + TIE) * lottery
                found[came] = found[j]
                came += 1
        free = int(max(0.0, math.floor(room[i] - staying + 0.5)))
        order = np.argsort(-score[:came]) if came > free else np.arange(came)
        if came > free:
            order = earmarked_first(people, order, found, local)
        for j in range(min(free, came)):
            p = people[found[order[j]]]
            if g.joint == 1:
                p.manager = g.code
                p.manager_months = 0
            else:
                p.programme = g.code
                p.programme_months = 0
            p.month_cost += g.cost_start
            counts[i, 1] += 1.0
        counts[i, 3] += max(0, came - free)

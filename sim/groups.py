"""At-risk groups: one predicate each, its name the group's, its bit in the row by order of `Group`."""

import numpy as np
from numba import njit

from sim.residents import VISIT_BITS, VISIT_MONTHS, Group
from sim.rules.draws import rule
from sim.rules.life import age_of
from sim.rules.livelihood import OUTSIDE, SUPPORT, UNEMPLOYED

SHIFT, YEAR = np.uint64(VISIT_BITS), np.uint64(2 ** (VISIT_BITS * VISIT_MONTHS) - 1)
MOST_VISITS = 2**VISIT_BITS - 1
NAMES = tuple(g.name for g in Group)


@rule
def neet(p, age, line, k):
    """15-29 and not working, studying or in service (työn, koulutuksen ja palveluksen ulkopuolella)."""
    return 15 <= age <= 29 and (p.status == UNEMPLOYED or p.status == SUPPORT or p.status == OUTSIDE)


@rule
def labour_market_support(p, age, line, k):
    """Long-term unemployed on labour-market support (työmarkkinatuki), of 18 or more, without work for `group.support_months` or more."""
    return age >= 18 and p.status == SUPPORT and p.jobless_months >= k.group_support_months


@rule
def refugee(p, age, line, k):
    """Residence permit holder with refugee background (pakolaistaustainen), of 16 or more."""
    return p.origin == 1 and age >= 16


@rule
def heavy_user(p, age, line, k):
    """Top tenth by social and health service cost of the last 12 months, adults of working age and of 65+."""
    return age >= 18 and p.year_cost >= line


@rule
def family(p, age, line, k):
    """Adult with minor children in a household under financial strain (lapsiperhe, voimavarat tiukalla)."""
    return age >= 18 and p.minors > 0 and p.strain >= k.group_family_strain


def _all_bits(names):
    """One compiled function that asks every predicate and returns the bits of those that hold."""
    if not names:
        return rule(lambda p, age, line, k: 0)
    before, holds, bit = _all_bits(names[:-1]), globals()[names[-1]], Group[names[-1]].value

    @rule
    def bits(p, age, line, k):
        return before(p, age, line, k) | (bit if holds(p, age, line, k) else 0)

    return bits


group_bits = _all_bits(NAMES)


@njit(cache=True)
def regroup(people, month, line, measured, parameters, before, told, touched):
    """Close the month's books on every resident of a slice and renew the group bits.

    line: service cost [EUR2018 in 12 months] from which a resident counts as a heavy user; measured: 1 in months that
    are reported. before, told (written): this month's wellbeing and recall for next month's contacts, not-a-number for
    the dead. touched (written): rows that belong to a group or a programme. Returns how many.
    """
    k = parameters[0]
    count = 0
    slot = month % 12
    for i in range(len(people)):
        p = people[i]
        if p.alive == 0:
            before[i] = float("nan")
            continue
        cost = min(65535, int(p.month_cost + 0.5))
        p.year_cost += cost - int(p.cost_ring[slot])
        p.cost_ring[slot] = cost
        p.visit_ring = ((p.visit_ring << SHIFT) & YEAR) | np.uint64(min(int(p.visits), MOST_VISITS))
        age = age_of(p, month)
        bits = group_bits(p, age, line, k)
        p.groups = bits
        if measured:
            p.ever_groups |= bits
            p.wellbeing_sum += p.wellbeing
            p.cost_sum += p.month_cost
        else:
            p.visits = 0  # in measured months reporting sets it back
        p.month_cost = 0.0
        before[i] = p.wellbeing
        told[i] = p.awareness
        if bits != 0 or p.programme != 0 or p.manager != 0:
            touched[count] = i
            count += 1
    return count

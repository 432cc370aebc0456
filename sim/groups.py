"""At-risk groups: one predicate each, its name the group's, its bit in the row by order of `Group`."""

from sim.residents import Group
from sim.rules.draws import rule
from sim.rules.livelihood import OUTSIDE, SUPPORT, UNEMPLOYED

NAMES = tuple(g.name for g in Group)


@rule
def neet(p, age, line, k):
    """15-29 and not working, studying or in service (työn, koulutuksen ja palveluksen ulkopuolella)."""
    return (age >= 15) & (age <= 29) & ((p.status == UNEMPLOYED) | (p.status == SUPPORT) | (p.status == OUTSIDE))


@rule
def labour_market_support(p, age, line, k):
    """Long-term unemployed on labour-market support (työmarkkinatuki), of 18 or more, without work for `group.support_months` or more."""
    return (age >= 18) & (p.status == SUPPORT) & (p.jobless_months >= k.group_support_months)


@rule
def refugee(p, age, line, k):
    """Residence permit holder with refugee background (pakolaistaustainen), of 16 or more."""
    return (p.origin == 1) & (age >= 16)


@rule
def heavy_user(p, age, line, k):
    """Top tenth by social and health service cost of the last 12 months, adults of working age and of 65+."""
    return (age >= 18) & (p.year_cost >= line)


@rule
def family(p, age, line, k):
    """Adult with minor children in a household under financial strain (lapsiperhe, voimavarat tiukalla)."""
    return (age >= 18) & (p.minors > 0) & (p.strain >= k.group_family_strain)


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

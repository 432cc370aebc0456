"""Households among the rows: members stand side by side."""

from sim.rules.draws import rule
from sim.rules.life import age_of

ADULT = 18  # years


@rule
def household_start(people, i):
    """First row of the household of row i."""
    while i > 0 and people[i - 1].household == people[i].household:
        i -= 1
    return i


@rule
def host(people, first, last, month):
    """Row of the first adult alive of a household, who acts for it; -1 if there is none."""
    for i in range(first, last):
        if people[i].alive == 1 and age_of(people[i], month) >= ADULT:
            return i
    return -1


@rule
def living(people, first, last):
    """Members alive."""
    number = 0
    for i in range(first, last):
        number += int(people[i].alive)
    return number

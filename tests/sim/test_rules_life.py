"""Deaths against the life table, and what raises them."""

import numpy as np
import pytest
from numba import njit

from scenarios import tables
from sim.residents import Sex, Status, rows
from sim.rules.life import age_of, dies

BANDS = ((0, 0), (1, 19), (20, 39), (40, 59), (60, 74), (75, 84), (85, 100))


@pytest.fixture(scope="module")
def table():
    """Deaths per person-year by sex and single age, Finland 2018."""
    found = tables.mortality()
    return np.stack([found["men"], found["women"]]) / 1000.0


@njit
def deaths_of(people, month, parameters, mortality, keys, dead):
    """Whether each resident dies this month."""
    for i in range(len(people)):
        p = people[i]
        dead[i] = dies(p, age_of(p, month), parameters[0], mortality, keys)


@pytest.mark.parametrize("low, high", BANDS)
def test_deaths_follow_the_life_table(low, high, handmade, numbers, keys, table):
    """A year of 1,000 men and 1,000 women of each age (held fixed): deaths within 4 standard deviations of the table's."""
    ages = np.repeat(np.arange(low, high + 1), 1000)
    people = np.concatenate([handmade(len(ages), sex=sex) for sex in Sex])
    people["id"] = np.arange(len(people))
    age = np.tile(ages, 2)
    deaths, expected, dead = 0, 0.0, np.empty(len(people), np.bool_)
    monthly = -np.expm1(-table[people["sex"], age] / 12)
    for month in range(12):
        people["birth_month"] = month - 12 * age
        deaths_of(rows(people), month, rows(numbers()), table, keys(month), dead)
        deaths += int(dead.sum())
        expected += monthly.sum()
    assert abs(deaths - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize("sex, published", [(Sex.man, 78.9), (Sex.woman, 84.3)])
def test_life_expectancy(sex, published, handmade, numbers, keys, table):
    """Lives of 4,000 newborn by the rule have the table's mean length, and that is Statistics Finland's of 2018."""
    h = table[sex]
    alive = np.exp(-np.r_[0.0, np.cumsum(h[:-1])])
    years = alive * np.divide(-np.expm1(-h), h, out=np.ones_like(h), where=h > 0)  # no deaths at an age: a whole year lived
    years[-1] = alive[-1] / h[-1]
    assert years.sum() == pytest.approx(published, abs=0.4)
    people, parameters = handmade(4000, sex=sex, birth_month=0), numbers()
    people["id"] = np.arange(4000) + 10_000 * sex
    length = np.zeros(4000)
    for month in range(115 * 12):
        dead = np.empty(len(people), np.bool_)
        deaths_of(rows(people), month, rows(parameters), table, keys(month), dead)
        length[people["household"][dead]] = month + 0.5
        people = people[~dead]
    length[people["household"]] = 115 * 12
    assert length.mean() / 12 == pytest.approx(years.sum(), abs=4 * length.std() / 12 / np.sqrt(4000))


@pytest.mark.parametrize("sex, ratio", [(Sex.man, 1.35), (Sex.woman, 1.30)])
def test_the_unemployed_die_more(sex, ratio, handmade, numbers, keys, table):
    """Martikainen & Valkonen: 1.35 among men and 1.30 among women."""
    deaths = []
    for status in (Status.employed, Status.unemployed):
        people = handmade(60_000, sex=sex, status=status, birth_month=-63 * 12)
        dead, total = np.empty(len(people), np.bool_), 0
        for month in range(12):
            people["birth_month"] = month - 63 * 12
            deaths_of(rows(people), month, rows(numbers()), table, keys(month), dead)
            total += dead.sum()
        deaths.append(total)
    assert deaths[1] / deaths[0] == pytest.approx(ratio, abs=4 * ratio * np.sqrt(1 / deaths[0] / 4))  # twins: the same draws

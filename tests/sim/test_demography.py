"""The turn of the year against its rates: births, separations, moves, leaving home and arrivals, each by itself."""

import numpy as np
import pytest

from sim.demography import Turn
from sim.residents import Origin, Sex
from sim.rules.draws import Purpose


@pytest.fixture(scope="module")
def model(world):
    """Two towns of 8,000 simulated residents on the eve of a year."""
    return world(residents=8000, places=("Kouvola", "Vantaa"), burn_in=1).run(1)


@pytest.fixture
def turn(model):
    """The year's events on copies of what they look at: the model itself stays as it is."""
    return Turn(model)


def near(number, chances):
    """A sum of independent events within 4.5 standard deviations of what is expected."""
    chances = np.asarray(chances, float)
    assert chances.sum() > 5
    return abs(number - chances.sum()) < 4.5 * np.sqrt((chances * (1 - chances)).sum())


def test_births_follow_the_rates_by_age_and_partner(model, turn):
    p, v = model.people, model.values
    age = (model.month - p["birth_month"]) // 12
    fertile = (p["alive"] == 1) & (p["sex"] == Sex.woman) & (age >= 15) & (age < 50)
    band = (age[fertile] >= np.array([20, 25, 30, 35, 40, 45])[:, None]).sum(0)
    rate = np.array(v["demography.fertility"])[band] * np.where(p["partner"][fertile] == 1, v["demography.fertility_partner"], 1.0)
    drawn = turn.draw(Purpose.BIRTH, p["id"][fertile]) < rate
    new = turn.babies()
    assert turn.born == len(new) == drawn.sum() and near(len(new), rate)
    assert sorted(new["household"]) == sorted(p["household"][fertile][drawn])
    assert 6.5 < 1000 * rate.sum() / (p["alive"] == 1).sum() < 11.5  # 8.6 per 1,000 in 2018 (Statistics Finland)
    assert ((model.month - new["birth_month"] >= 1) & (model.month - new["birth_month"] <= 12)).all()
    assert near((new["sex"] == Sex.man).sum(), np.full(len(new), v["demography.boys"]))
    assert not (new["origin"] == Origin.refugee).any()


def test_couples_part_at_their_rate_and_the_children_stay(model, turn):
    men, women = turn.couples()
    before, home = turn.people["household"].copy(), turn.people["household"]
    turn.separate()
    gone = np.flatnonzero(home != before)
    assert set(gone) <= set(men) and near(len(gone), np.full(len(men), model.values["demography.separation"]))
    left = np.isin(men, gone)
    assert (turn.people["partner"][men[left]] == 0).all() and (turn.people["partner"][women[left]] == 0).all()
    assert (turn.people["partner"][men[~left]] == 1).all()


def test_permit_holders_arrive_at_their_rate_as_adults(model, turn):
    new = turn.arrivals()
    expected = model.values["demography.refugees"] / 1000.0 * model.start_sizes
    for place, number in enumerate(expected):
        assert abs((new["municipality"] == place).sum() - number) < 1.0  # the whole part, and one more by an addressed draw
    age = (model.month - new["birth_month"]) // 12
    assert ((age >= 18) & (age < 75)).all() and (new["origin"] == Origin.refugee).all()


def test_households_move_at_the_rate_of_their_eldest(model, turn):
    p, v = model.people, model.values
    home, heads = turn.heads()
    age = (model.month - p["birth_month"][heads]) // 12
    rate = np.array(v["demography.move"])[(age >= np.array([20, 30, 45, 65])[:, None]).sum(0)]
    drawn = turn.draw(Purpose.MOVE, p["household"][heads]) < rate
    before = turn.people["municipality"].copy()
    turn.move()
    assert near(drawn.sum(), rate)
    moved = turn.people["municipality"] != before
    assert moved.any() and drawn[home[moved]].all()  # many move within their town
    size = model.start_sizes / model.start_sizes.sum()
    goers = heads[drawn]
    assert near((turn.people["municipality"][goers] == 0).sum(), np.full(len(goers), size[0]))


def test_the_young_leave_those_a_generation_older(model, turn):
    before = turn.people["household"].copy()
    turn.leave_home()
    left = turn.people["household"] != before
    age = turn.age(turn.people)
    assert left.sum() > 10 and ((age[left] >= 18) & (age[left] < 30)).all()
    for row in np.flatnonzero(left)[:50]:
        assert age[(before == before[row]) & (turn.people["alive"] == 1)].max() >= age[row] + 16

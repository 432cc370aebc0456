"""Wellbeing against known answers: AR(1) mean, variance, half-life; what job loss, re-employment and scars do to it."""

import math

import numpy as np
import pytest
from numba import njit

from sim.residents import rows
from sim.rules.draws import Purpose, normal
from sim.rules.livelihood import FOUND_JOB, LOST_JOB, NONE
from sim.rules.wellbeing import feel, remember, set_point

PEOPLE = 20_000
WELLBEING = int(Purpose.WELLBEING)
PATHWAYS = ("capability", "health", "security", "cohesion", "inclusion", "empowerment", "distress", "jobless", "scar")


@njit
def feel_all(people, event, jobless, strain_change, peers, parameters, keys):
    """One month of wellbeing of everyone, all with the same event."""
    k = parameters[0]
    for p in people:
        remember(p, jobless, event, k)
        z = normal(keys[WELLBEING], p.id)
        feel(p, set_point(p, jobless, k), event, strain_change, peers if peers == peers else p.wellbeing, z, k)


@pytest.fixture
def months(keys):
    """months(people, parameters, range(12), event=..., jobless=...): lets months pass; wellbeing after each, (months, n)."""

    def run(people, parameters, span, event=NONE, jobless=0.0, strain_change=0.0, peers=math.nan):
        out = []
        for month in span:
            feel_all(rows(people), event, jobless, strain_change, peers, rows(parameters), keys(month))
            out.append(people["wellbeing"].copy())
        return np.array(out)

    return run


@pytest.fixture
def alone(numbers):
    """Numbers with every pathway to the set point closed but the constant and the trait."""
    closed = {f"wellbeing.{name}": 0.0 for name in PATHWAYS}
    return lambda **more: numbers(**{**closed, "wellbeing.base": 4.0, "peer.influence": 0.0, **more})


def test_mean_and_variance_follow_the_closed_form(handmade, alone, months):
    """AR(1) from 3.0 towards 4.0: mean m + rho^t (W0 - m), variance s^2 (1 - rho^2t) / (1 - rho^2)."""
    rho, state = 0.94, 0.3
    numbers = alone(**{"wellbeing.persistence": rho, "wellbeing.state_sd": state})
    path = months(handmade(PEOPLE, wellbeing=3.0), numbers, range(60))
    for t in (1, 5, 12, 52):
        mean, sd = 4.0 - rho**t, state * math.sqrt(1.0 - rho ** (2 * t))
        assert path[t - 1].mean() == pytest.approx(mean, abs=4.5 * sd / math.sqrt(PEOPLE))
        assert path[t - 1].std() == pytest.approx(sd, rel=4.5 / math.sqrt(2 * PEOPLE))


def test_half_life_of_a_shock(handmade, alone, months):
    """Half of a shock is gone after ln(1/2) / ln(rho) months: 3.106 at rho = 0.8 (closed form)."""
    quiet = alone(**{"wellbeing.persistence": 0.8, "wellbeing.state_sd": 0.0})
    path = months(handmade(1, wellbeing=5.0), quiet, range(10))[:, 0] - 4.0
    assert path == pytest.approx(0.8 ** np.arange(1, 11))
    assert math.log(0.5) / math.log(path[1] / path[0]) == pytest.approx(3.1062837195)


def test_persons_differ_for_good_by_their_trait(handmade, alone, months):
    """Trait N(0, 0.9^2) plus AR(1) of unit variance, rho 0.6: correlations 0.7790, 0.6464, 0.5191 at lags 1, 2, 4 (closed form).

    Spread is an outcome: nothing pulls it to a fixed value.
    """
    trait = 0.9 * np.random.default_rng(1).standard_normal(PEOPLE)
    loud = alone(**{"wellbeing.persistence": 0.6, "wellbeing.state_sd": 1.0})
    path = months(handmade(PEOPLE, wellbeing=4.0, trait=trait), loud, range(25))[-5:]
    assert path[-1].std() == pytest.approx(math.sqrt(1.81), rel=0.03)
    for lag, expected in ((1, 0.7790), (2, 0.6464), (4, 0.5191)):
        assert np.corrcoef(path[-1], path[-1 - lag])[0, 1] == pytest.approx(expected, abs=0.02)


def test_shocks_of_neighbours_and_months_are_unrelated(handmade, alone, months):
    noise = months(handmade(PEOPLE), alone(**{"wellbeing.persistence": 0.0}), range(2))
    assert abs(np.corrcoef(noise[0], noise[1])[0, 1]) < 4.5 / math.sqrt(PEOPLE)
    assert abs(np.corrcoef(noise[0][1:], noise[0][:-1])[0, 1]) < 4.5 / math.sqrt(PEOPLE)


def test_job_loss_hurts_more_than_reemployment_restores(handmade, numbers, months):
    """Expected path of one who loses a job for a year against the twin who keeps it."""
    quiet = numbers(**{"wellbeing.state_sd": 0.0, "peer.influence": 0.0})
    loser, keeper = handmade(1), handmade(1)
    for p in (loser, keeper):
        months(p, quiet, range(120))  # at rest
    rest = float(keeper["wellbeing"][0])
    lost = months(loser, quiet, [0], LOST_JOB, 1.0)[0, 0] - rest
    jobless = months(loser, quiet, range(11), NONE, 1.0)[-1, 0]
    found = months(loser, quiet, [0], FOUND_JOB)[0, 0] - jobless
    assert lost < 0.0 < found
    assert -lost > found
    after = months(loser, quiet, range(24))[:, 0]
    assert rest - after[11] > 0.0  # a year in work again, and still below the twin
    assert rest - after[23] < rest - after[11]  # but on the way back


def test_scar_halves_in_its_half_life(handmade, numbers, months):
    parameters = numbers(**{"scar.half_life": 3.0})
    people = handmade(1)
    months(people, parameters, [0], LOST_JOB, 1.0)
    months(people, parameters, range(11), NONE, 1.0)
    scar = float(people["scar"][0])
    assert scar == pytest.approx(1.0 + parameters["scar_loss"][0])  # a year remembered, and the loss itself
    months(people, parameters, range(36))
    assert people["scar"][0] == pytest.approx(scar / 2)


def test_scar_has_a_ceiling(handmade, numbers, months):
    parameters, people = numbers(), handmade(1)
    months(people, parameters, range(400), NONE, 1.0)
    assert people["scar"][0] == parameters["scar_most"][0]


@njit
def set_points(people, jobless, parameters, out):
    """Where each resident's wellbeing returns to."""
    for i in range(len(people)):
        out[i] = set_point(people[i], jobless, parameters[0])


@pytest.mark.parametrize("better", ["health", "security", "cohesion", "inclusion", "empowerment", "education", "trait"])
def test_more_of_each_condition_raises_the_set_point(better, handmade, numbers):
    people, out = handmade(2), np.empty(2)
    people[better][1] += 1 if better == "education" else 0.1
    set_points(rows(people), 0.0, rows(numbers()), out)
    assert out[1] > out[0]


@pytest.mark.parametrize("worse", ["strain", "distress", "scar"])
def test_more_of_each_stressor_lowers_the_set_point(worse, handmade, numbers):
    people, out = handmade(2), np.empty(2)
    people[worse][1] += 0.1
    set_points(rows(people), 0.0, rows(numbers()), out)
    assert out[1] < out[0]


def test_contacts_pull_only_if_influence_is_on(handmade, numbers, months):
    """One month beside contacts at 5.0: influence 0 changes nothing, influence 0.02 adds 0.02 x (5 - W)."""
    off, on = ({"wellbeing.state_sd": 0.0, "peer.influence": influence} for influence in (0.0, 0.02))
    by_oneself = months(handmade(1), numbers(**off), [0])
    assert months(handmade(1), numbers(**off), [0], peers=5.0) == by_oneself
    assert months(handmade(1), numbers(**on), [0], peers=5.0) - by_oneself == pytest.approx(0.02 * (5.0 - 4.0))

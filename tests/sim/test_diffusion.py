"""The state machine of spread on thousands of municipalities: Bass's curve, thresholds, half-lives, embedding and dropping."""

import numpy as np
import pytest

from sim import diffusion
from sim.diffusion import State
from sim.rules.draws import address, uniforms

P, Q = 0.03, 0.38


def bass(years, p=P, q=Q):
    """Share that has adopted, F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t)."""
    e = np.exp(-(p + q) * years)
    return (1.0 - e) / (1.0 + q / p * e)


def chances(number, purpose, month):
    return uniforms(np.uint64(address(7, purpose, month)), np.arange(number))


def spread(number, months, p=P, q=Q, hazard=np.inf, threshold=0.0):
    """Share that uses it after each month, with complete mixing, nothing dropped and adoption at once on hearing unless told."""
    state, shares = np.zeros(number, int), []
    for month in range(months):
        used = diffusion.using(state)
        exposure = (used.sum() - used) / (number - 1)
        state = diffusion.learn(state, exposure, p, q, chances(number, 1, month))
        state = diffusion.adopt(state, exposure, hazard, threshold, chances(number, 2, month))
        shares.append(diffusion.using(state).mean())
    return np.array(shares)


@pytest.mark.parametrize("p, q, step_error, number", [(0.03, 0.38, 0.01, 20_000), (0.1, 0.0, 0.0, 20_000), (0.02, 0.8, 0.027, 100_000)])
def test_adoption_follows_the_closed_form_of_bass(p, q, step_error, number):
    """Many municipalities that all see each other, 20 years: chance leaves a percentage point beside what the month's step does.

    Imitators see last month's share, so the curve lags a little; with a tenth of the step the lag is gone. Where imitation is
    strong the chance of the first few adopters is carried on, which takes more municipalities to even out.
    """
    years = 20
    curve = bass(np.arange(1, 12 * years + 1) / 12, p, q)
    monthly = spread(number, 12 * years, p, q)
    finely = spread(number, 120 * years, p / 10, q / 10)[9::10]
    assert curve[-1] > 0.8
    assert np.abs(monthly - curve).max() < step_error + 0.01
    assert np.abs(finely - curve).max() < 0.012


def test_nobody_learns_where_nothing_is_told_and_nobody_is_seen():
    assert not spread(2000, 120, p=0.0).any()
    assert not spread(2000, 120, hazard=0.0).any()


def test_deciding_takes_time_beside_hearing():
    """Without imitation hearing and deciding are two hazards in a row: F = 1 - (a e^-pt - p e^-at) / (a - p)."""
    p, a, years = 0.3, 0.5, np.arange(1, 121) / 12
    curve = 1.0 - (a * np.exp(-p * years) - p * np.exp(-a * years)) / (a - p)
    assert np.abs(spread(20_000, 120, p=p, q=0.0, hazard=a) - curve).max() < 0.02


def test_a_threshold_keeps_it_out_until_enough_neighbours_use_it():
    """Nobody decides below the threshold; with it met, as without."""
    state = np.full(1000, State.aware)
    low = diffusion.adopt(state, np.full(1000, 0.19), np.inf, 0.2, np.full(1000, 0.5))
    met = diffusion.adopt(state, np.full(1000, 0.2), np.inf, 0.2, np.full(1000, 0.5))
    assert (low == State.aware).all() and (met == State.in_use).all()


@pytest.mark.parametrize("half_life", [6, 12, 24])
def test_without_embedding_practice_halves_in_its_half_life_and_then_is_dropped(half_life):
    number, keep = 500, 0.5 ** (1 / half_life)
    state, practice, nothing = np.full(number, State.in_use), np.ones(number), np.zeros(number, bool)
    for month in range(4 * half_life):
        practice = diffusion.practise(state, practice, nothing, 0.1, keep)
        state = diffusion.settle(state, practice, nothing, 0.0, 0.1, chances(number, 3, month))
        if month + 1 == half_life:
            assert practice == pytest.approx(np.full(number, 0.5)) and (state == State.in_use).all()
    gone = int(np.ceil(half_life * np.log2(10)))  # months until a tenth is left
    assert gone < 4 * half_life and (state == State.dropped).all()
    assert practice == pytest.approx(np.full(number, keep**gone))  # what is dropped stands still


def test_embedding_keeps_it():
    """Embedded practice needs no money: it is learnt on, and never dropped."""
    state, practice, nothing = np.full(50, State.embedded), np.full(50, 0.3), np.zeros(50, bool)
    for month in range(60):
        practice = diffusion.practise(state, practice, nothing, 0.1, 0.5)
        state = diffusion.settle(state, practice, nothing, 0.0, 0.4, chances(50, 3, month))
    assert (state == State.embedded).all()
    assert practice == pytest.approx(np.full(50, 1 - 0.7 * 0.9**60))


def test_embedding_has_its_hazard():
    """After two years of support the share embedded is 1 - exp(-2 h), of 20,000."""
    state, practice, held = np.full(20_000, State.in_use), np.ones(20_000), np.ones(20_000, bool)
    for month in range(24):
        state = diffusion.settle(state, practice, held, 0.25, 0.2, chances(20_000, 4, month))
    assert (state == State.embedded).mean() == pytest.approx(1 - np.exp(-0.5), abs=0.012)


def test_support_protects_even_poor_practice_from_being_dropped():
    state = diffusion.settle(np.full(9, State.in_use), np.full(9, 0.05), np.ones(9, bool), 0.0, 0.2, np.full(9, 0.5))
    assert (state == State.in_use).all()


def test_who_looks_at_whom():
    """Rows sum to 1, nobody looks at itself, the near and those of one county weigh more; alone there is nobody to see."""
    counties, latitude, longitude = ["a", "a", "b", "b"], [60.0, 60.2, 60.0, 64.0], [25.0, 25.0, 25.3, 28.0]
    found = diffusion.ties(counties, latitude, longitude, (0.4, 0.4, 0.2), 30.0)
    assert found.sum(1) == pytest.approx(np.ones(4)) and not np.diag(found).any()
    assert found[0, 1] > found[0, 2] > found[0, 3] > 0
    assert not diffusion.ties(["a"], [60.0], [25.0], (0.4, 0.4, 0.2), 30.0).any()
    alike = diffusion.ties(counties, latitude, longitude, (0.0, 0.0, 1.0), 30.0)
    assert alike[~np.eye(4, dtype=bool)] == pytest.approx(np.full(12, 1 / 3))


def test_distances_are_those_of_the_map():
    """Helsinki-Espoo about 15 km and Helsinki-Lahti about 98 km between town centres."""
    found = diffusion.distances([60.17, 60.21, 60.98], [24.94, 24.66, 25.66])
    assert found[0, 1] == pytest.approx(16, abs=2) and found[0, 2] == pytest.approx(98, abs=3)


def test_need_is_relative_and_steady_in_small_numbers():
    """Twice the share is twice the need where there are many, and hardly more than the mean where there are a handful."""
    many = diffusion.relative_need(np.array([2000.0, 1000.0, 1000.0, 1000.0]), np.full(4, 10_000.0))
    assert many[0] / many[1] == pytest.approx(2.0, rel=0.01)
    few = diffusion.relative_need(np.array([2.0, 1.0, 1.0, 1.0]), np.full(4, 10.0))
    assert few[0] / few[1] < 1.2
    assert diffusion.factor([0.0, 1.0, 2.0], 2.0).tolist() == [0.0, 1.0, 3.0]

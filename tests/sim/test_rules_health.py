"""Distress and health: the closed form of the stress process, which stressor weighs most, and what holds it off."""

import numpy as np
import pytest
from numba import njit

from sim.residents import rows
from sim.rules.health import health, stress

QUIET = {"distress.event_rate": 0.0}


@njit
def months_of(people, age, jobless, months, parameters, keys):
    """So many months of distress and health of residents who stay as they are otherwise."""
    for _ in range(months):
        for p in people:
            stress(p, jobless, parameters[0], keys)
            health(p, age, parameters[0])


@pytest.fixture
def after(handmade, numbers, keys):
    """after(months, age=40, jobless=0.0, numbers={...}, field=...): one resident after so many months."""

    def run(months, age=40, jobless=0.0, changes=None, **fields):
        people = handmade(1, **fields)
        months_of(rows(people), age, jobless, months, rows(numbers(**QUIET, **(changes or {}))), keys(0))
        return people[0]

    return run


def test_distress_rests_where_what_comes_is_what_fades(after):
    """S = v (1 - b support) sum of stressors / c at rest, and a half of the way after ln 2 / -ln(1 - c) months (closed form)."""
    numbers = {"distress.base": 0.1, "distress.strain": 0.2, "distress.lonely": 0.0, "distress.buffer": 0.5, "distress.fade": 0.2}
    fields = {"strain": 0.5, "cohesion": 0.8, "inclusion": 0.4}
    rest = (1 - 0.5 * 0.6) * (0.1 + 0.2 * 0.5) / 0.2
    assert after(200, changes=numbers, **fields)["distress"] == pytest.approx(rest)
    assert after(5, changes=numbers, distress=0.0, **fields)["distress"] == pytest.approx(rest * (1 - 0.8**5))


def test_a_long_strain_is_the_heaviest_stressor(after):
    """Financial strain against joblessness, illness and loneliness, each from none to whole (science notes D5)."""
    calm = after(60, inclusion=1.0)["distress"]
    added = {"strain": after(60, inclusion=1.0, strain=1.0)["distress"] - calm,
             "jobless": after(60, jobless=1.0, inclusion=1.0)["distress"] - calm,
             "illness": after(60, inclusion=1.0, chronic=1)["distress"] - calm}
    assert min(added.values()) > 0.0
    assert added["strain"] > added["jobless"] + added["illness"]


@pytest.mark.parametrize("factor", ["cohesion", "inclusion"])
def test_support_softens_the_same_stressors(factor, after):
    lonely = {"distress.lonely": 0.0}  # so that inclusion works through support alone
    strained = [after(60, strain=1.0, changes=lonely, **{factor: level})["distress"] for level in (0.0, 0.5, 1.0)]
    assert strained[0] > strained[1] > strained[2] > 0.0
    unbuffered = [after(60, strain=1.0, changes={**lonely, "distress.buffer": 0.0}, **{factor: level})["distress"] for level in (0.0, 1.0)]
    assert unbuffered[0] == unbuffered[1]


def test_a_good_disposition_feels_less_of_it_and_never_less_than_nothing(after):
    felt = [after(60, strain=1.0, trait=trait)["distress"] for trait in (-0.5, 0.0, 0.5, 5.0)]
    assert felt[0] > felt[1] > felt[2] > 0.0
    assert felt[3] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("worse", [{"chronic": 1}, {"care": 1}, {"distress": 3.0}])
def test_illness_care_and_distress_cost_health(worse, after):
    quiet = {"distress.fade": 0.0, "distress.base": 0.0, "distress.lonely": 0.0, "distress.chronic": 0.0}
    well, ill = (after(24, changes=quiet, **{"health": 0.9, **fields})["health"] for fields in ({}, worse))
    assert ill < well
    if "distress" in worse:  # what a programme holds off does no harm
        assert after(24, changes=quiet, health=0.9, dose_relief=3.0, **worse)["health"] == pytest.approx(well)


def test_health_falls_with_age_and_stays_an_index(after):
    by_age = [after(240, age=age)["health"] for age in (20, 40, 55, 70, 80, 90)]
    assert np.all(np.diff(by_age) <= 0.0) and by_age[-1] < by_age[0]
    assert 0.0 <= after(600, age=95, chronic=1, care=2, distress=50.0)["health"] <= 1.0

"""Life tables against closed forms and a published one."""

import numpy as np
import pytest

from results import lifetable


def test_a_constant_hazard_lives_its_inverse():
    table = lifetable.from_hazards(np.arange(101), np.full(101, 0.02))
    assert table.left == pytest.approx(np.full(101, 50.0))
    assert table.alive[50] == pytest.approx(np.exp(-1))


def test_no_hazard_is_a_year_lived():
    table = lifetable.from_hazards([0, 1, 2], [0, 0, 0.5])
    assert table.lived.tolist() == [1, 1, 2]
    assert table.left[0] == 4


def test_gompertz():
    """Hazard 5e-5 exp(0.09 x): 76.919185 years at birth by quadrature; yearly steps of the mean hazard come within a hundredth."""
    age = np.arange(130)
    hazard = 5e-5 * np.exp(0.09 * age) * (np.exp(0.09) - 1) / 0.09
    assert lifetable.from_hazards(age, hazard).left[0] == pytest.approx(76.919185, abs=0.01)


def test_chiang_as_published():
    """UKHSA's PHEindicatormethods, testLifeExpectancy (from a spreadsheet): people, deaths and years left of one area."""
    people = [7060, 35059, 46974, 48489, 43219, 38561, 46009, 57208, 61435, 55601, 50209, 56416, 46411, 39820, 37978, 37039,
              33288, 23306, 11936, 11936]
    deaths = [17, 9, 4, 8, 20, 15, 24, 33, 50, 71, 100, 163, 263, 304, 536, 872, 1390, 1605, 1936, 1937]
    left = [80.16960813, 79.36245674, 75.44193645, 70.47299936, 65.52909542, 60.67510088, 55.78835987, 50.92752727, 46.06740425,
            41.24505636, 36.49322717, 31.83343842, 27.26027992, 22.9719144, 18.76856852, 14.95858336, 11.51684445, 8.618849241,
            6.163942934, 6.16210635]
    table = lifetable.from_deaths([0, 1, *range(5, 91, 5)], deaths, people)
    assert table.left == pytest.approx(left, rel=1e-8)


def test_quality_adjusted_by_hand():
    """Ages 0-4 and 5-9, nobody dies in the first: 5 years at 0.9, then all die half-way: 2.5 years at 0.8."""
    found, table = lifetable.quality_adjusted([0, 5], [4, 9], [0.0, 0.1], [0.9, 0.8])
    assert found == pytest.approx(5 * 0.9 + 2.5 * 0.8)
    assert table.left[0] == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lifetable.from_hazards([0, 1], [0.1, 0]), "last, open age"),
        (lambda: lifetable.from_hazards([0, 1], [-0.1, 1]), "hazard must be"),
        (lambda: lifetable.from_deaths([0, 1], [1, 0], [10, 10]), "must have deaths"),
        (lambda: lifetable.quality_adjusted([0, 6], [4, 9], [0.1, 0.1], [1, 1]), "follow on each other"),
        (lambda: lifetable.quality_adjusted([0, 5], [4, 9], [0.1, 0.1], [1, 1.2]), "at most 1"),
    ],
)
def test_refuses_nonsense(call, words):
    with pytest.raises(ValueError, match=words):
        call()

"""Chance with an address: known answers, uniformity, no correlation between neighbouring addresses, exact distributions."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.rules.draws import Purpose, address, bits, normal, poisson, quantile, uniform, uniforms

IDS = np.arange(200_000)
MASK = 2**64 - 1
# Seed 2018, purpose wellbeing, month 3; ids 0, 1 and 2^61 + 5.
GOLDEN_UNIFORMS = [0.31363715531561975, 0.49831059363161423, 0.04018576494322568]
GOLDEN, MIX1, MIX2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def draws(seed, purpose, month, ids=IDS):
    """The uniforms of many ids at one address."""
    return uniforms(np.uint64(address(seed, int(purpose), month)), ids)


# --- the same mixing in plain whole numbers ---------------------------------------------------------------------


def naive_mix(z):
    z = ((z ^ (z >> 30)) * MIX1) & MASK
    z = ((z ^ (z >> 27)) * MIX2) & MASK
    return z ^ (z >> 31)


def naive_address(seed, purpose, month):
    z = naive_mix((seed + GOLDEN) & MASK)
    z = naive_mix(z ^ (purpose * GOLDEN & MASK))
    return naive_mix((z + (month % 2**64) * MIX1 + GOLDEN) & MASK)


def unmix(z):
    """The number that `naive_mix` turns into z: it is one to one."""

    def undo_shift(value, by):
        out = value
        for _ in range(64 // by + 1):
            out = value ^ (out >> by)
        return out

    z = undo_shift(z, 31) * pow(MIX2, -1, 2**64) & MASK
    z = undo_shift(z, 27) * pow(MIX1, -1, 2**64) & MASK
    return undo_shift(z, 30)


def test_published_splitmix_sequence():
    """Vigna's splitmix64.c from state 1234567: the first five outputs that Rosetta Code lists (Splitmix64)."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert [int(bits(np.uint64(1234567), who)) for who in range(1, 6)] == expected


@pytest.mark.parametrize("seed, purpose, month", [(0, 1, 0), (2018, 24, 59), (2**62, 1315, 11), (7, 206, -3)])
def test_address_is_the_plain_formula(seed, purpose, month):
    assert int(address(seed, purpose, month)) == naive_address(seed, purpose, month)


def test_golden_values():
    """Fixed for good: a change here moves every result of every scenario and belongs in CHANGES.md."""
    got = [draws(2018, Purpose.WELLBEING, 3, np.array([i]))[0] for i in (0, 1, 2**61 + 5)]
    expected = [((naive_mix((naive_address(2018, 25, 3) + i * GOLDEN) & MASK) >> 12) + 0.5) * 2.0**-52 for i in (0, 1, 2**61 + 5)]
    assert got == expected
    assert got == GOLDEN_UNIFORMS



# --- statistics -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", [Purpose.WORK, Purpose.WELLBEING, Purpose.QUEUE, Purpose.FIND + 7])
@pytest.mark.parametrize("month", [-1, 0, 1, 119])
def test_uniform_over_bins(purpose, month):
    """Chi-square of 256 equal bins; false alarm once in 1e5 per address."""
    u = draws(2018, purpose, month)
    assert u.min() > 0.0 and u.max() < 1.0
    assert stats.chisquare(np.bincount((256 * u).astype(int), minlength=256)).pvalue > 1e-5


NEIGHBOURS = {
    "ids one apart": lambda: (draws(1, 21, 0)[:-1], draws(1, 21, 0)[1:]),
    "ids seventeen apart": lambda: (draws(1, 21, 0)[:-17], draws(1, 21, 0)[17:]),
    "months": lambda: (draws(1, 21, 4), draws(1, 21, 5)),
    "a year": lambda: (draws(1, 21, 4), draws(1, 21, 16)),
    "purposes": lambda: (draws(1, 21, 4), draws(1, 22, 4)),
    "codes of interventions": lambda: (draws(1, 1101, 4), draws(1, 1102, 4)),
    "seeds": lambda: (draws(2018, 21, 4), draws(2019, 21, 4)),
    "purpose and month swapped": lambda: (draws(1, 21, 22), draws(1, 22, 21)),
    "services of one resident": lambda: (draws(1, 40, 0, IDS * 12 + 3), draws(1, 40, 0, IDS * 12 + 4)),
}


@pytest.mark.parametrize("pair", NEIGHBOURS)
def test_neighbouring_addresses_are_independent(pair):
    """Neither correlation nor any pattern on a 16 x 16 grid of the two uniforms; nor of their tails."""
    a, b = NEIGHBOURS[pair]()
    n = len(a)
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / math.sqrt(n)
    assert abs(np.corrcoef(abs(a - 0.5), abs(b - 0.5))[0, 1]) < 4.5 / math.sqrt(n)
    grid = np.bincount((16 * a).astype(int) * 16 + (16 * b).astype(int), minlength=256)
    assert stats.chisquare(grid).pvalue > 1e-5


def test_one_resident_through_the_months():
    """The months of a resident are as uncorrelated as residents: lag-1 correlation of 400 months, over 500 residents."""
    u = np.array([draws(3, Purpose.WELLBEING, month, np.arange(500)) for month in range(400)])
    r = [np.corrcoef(u[:-1, i], u[1:, i])[0, 1] for i in range(500)]
    assert abs(np.mean(r) + 1 / 400) < 4.5 / math.sqrt(400 * 500)


def test_smallest_uniform_has_a_quantile():
    assert 0.0 < uniform(np.uint64(unmix(0)), 0) < 1e-15


def test_largest_uniform_has_a_quantile():
    assert uniform(np.uint64(unmix(MASK)), 0) < 1.0


# --- distributions ----------------------------------------------------------------------------------------------


@njit
def _normals(key, ids, out):
    for i in range(len(ids)):
        out[i] = normal(key, ids[i])


@njit
def _counts(u, mean, out):
    for i in range(len(u)):
        out[i] = poisson(u[i], mean)


def test_normal_against_scipy():
    """`normal` is the inverse normal distribution of `uniform`, to 2e-6, in the middle and in the tails."""
    key = np.uint64(address(5, 25, 0))
    z = np.empty(len(IDS))
    _normals(key, IDS, z)
    assert np.abs(z - stats.norm.ppf(uniforms(key, IDS))).max() < 2e-6
    assert stats.kstest(z, "norm").pvalue > 1e-4


@pytest.mark.parametrize("u", [1e-300, 1e-16, 1e-9, 0.02, 0.075, 0.3, 0.5, 0.61, 0.9, 0.9999, 1 - 1e-12])
def test_quantile_against_scipy(u):
    assert quantile(u) == pytest.approx(stats.norm.ppf(u), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 3.7, 20.0])
def test_poisson_against_scipy(mean):
    """Evenly spread uniforms give the probability function itself, to the width of a step."""
    u = (np.arange(100_000) + 0.5) / 100_000
    count = np.empty(len(u), np.int64)
    _counts(u, mean, count)
    k = np.arange(count.max() + 1)
    assert np.abs(np.bincount(count) / len(u) - stats.poisson.pmf(k, mean)).max() < 2e-5


def test_poisson_of_nothing_is_nothing():
    assert poisson(0.999999, 0.0) == 0


# --- another generator ------------------------------------------------------------------------------------------


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011): four 32-bit words from a counter of four and a key of two."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


def test_reference_generator_known_answers():
    """Random123's kat_vectors for philox4x32 10."""
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert philox([MASK >> 32] * 4, [MASK >> 32] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


def test_reference_generator_gives_the_same_wellbeing():
    """A year and a half of AR(1) wellbeing of 2,000 residents: means and spread agree within Monte-Carlo error."""
    rho, months, n = 0.94, 18, 2000

    def spread(uniform_of):
        w = np.zeros(n)
        for month in range(months):
            w = rho * w + stats.norm.ppf(uniform_of(month))
        return w.mean(), w.std()

    def by_philox(month):
        words = [philox([i, 0, month, 25], [2018, 0])[:2] for i in range(n)]
        return np.array([((high << 32 | low) >> 11) + 0.5 for high, low in words]) * 2.0**-53

    ours, theirs = spread(lambda month: draws(2018, 25, month, np.arange(n))), spread(by_philox)
    sd = math.sqrt((1 - rho ** (2 * months)) / (1 - rho**2))
    assert abs(ours[0] - theirs[0]) < 4 * sd * math.sqrt(2 / n)
    assert abs(ours[1] - theirs[1]) < 4 * sd * math.sqrt(1 / n)

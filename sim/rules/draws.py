"""Chance with an address: a draw is a pure function of (seed, who, month, purpose)."""

import math
import platform
from enum import IntEnum

import numpy as np
from llvmlite.binding import llvm_version_info
from numba import config, njit
from numba.core.codegen import get_host_cpu_features

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_HALF, _STEP = 0.5, 2.0**-52  # 52 bits and a half: the largest is still below 1
if config.DISABLE_JIT:  # the mixing wraps around at 64 bits on purpose; compiled code says nothing of it either
    np.seterr(over="ignore")


if platform.machine() in ("x86_64", "AMD64") and not (config.CPU_NAME or config.CPU_FEATURES) and llvm_version_info >= (18,):
    # Whole registers where the processor has wide ones; tables are read one by one, since gathering is slow where it has been mended.
    config.CPU_FEATURES = f"{get_host_cpu_features()},-prefer-256-bit,+prefer-no-gather,+prefer-no-scatter"


def rule(function):
    """Compile a rule for one person; it is made part of the loop that calls it, so that calling costs nothing.

    error_model: a division by zero gives inf or not-a-number as in NumPy and not an error, so that no division needs a test.
    no_cfunc_wrapper: nobody calls it from C, which would take a tenth of the time of compiling.
    """
    return njit(cache=True, forceinline=True, error_model="numpy", no_cfunc_wrapper=True)(function)


def kernel(function):
    """Compile a loop over residents, as a function of its own: small ones compile fast and keep what they need at hand.

    nogil: other threads may run meanwhile, on other municipalities.
    """
    return njit(cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)


class Purpose(IntEnum):
    """What a uniform decides. Append only: a changed number moves every draw of that purpose."""

    TRAIT = 1
    FRAILTY = 2
    NEED = 3
    WAGE = 4
    TRUST = 5
    CLAIMS = 6
    CHRONIC_START = 7
    STAGE_START = 8
    LANGUAGE_START = 9
    START = 10
    DEATH = 20
    WORK = 21
    CHRONIC = 22
    CARE = 23
    WELLBEING = 25
    CLAIM = 26
    STAGE = 27
    HOSPITAL = 28
    BEREAVE = 29
    GIVE_UP = 40
    QUEUE = 41
    HANDOFF = 42
    SEEK = 50
    BIRTH = 200
    BABY = 201
    MOVE = 202
    MOVE_TO = 203
    LEAVE_HOME = 204
    SEPARATE = 205
    PAIR = 206
    ARRIVE = 207
    ARRIVAL = 208
    CARRY = 209
    STUDY = 210
    SURVEY = 230
    PLACE = 250
    HEAR = 1000
    ENROL = 1100
    LEAVE = 1200
    FIND = 1300
    ASSESS = 1410
    LEARN = 1420
    ADOPT = 1421
    EMBED = 1422
    RESPOND = 1423
    ANSWER = 1424
    CARD_WISH = 1440
    CARD_SEAT = 1450
    AREA_TRAIT = 1510
    NEED_SAMPLE = 1520
    NEED_ANSWER = 1521
    EARMARK = 1522


@rule
def mix(z):
    """SplitMix64's finaliser: one uint64 to one well-mixed uint64 (Steele, Lea & Flood 2014, fig. 15)."""
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return z ^ (z >> _S31)


@rule
def address(seed, purpose, month):
    """Key of one (seed, purpose, month); made once, then combined with ids by `uniform` and `normal`.

    seed, purpose, month: integers; months before the start are negative and allowed. Returns uint64.
    """
    z = mix(np.uint64(seed) + _GOLDEN)
    z = mix(z ^ (np.uint64(purpose) * _GOLDEN))
    return mix(z + np.uint64(month) * _MIX1 + _GOLDEN)


@rule
def bits(key, who):
    """64 addressed bits for the id `who` (resident, household, place or agent). Returns uint64."""
    return mix(key + np.uint64(who) * _GOLDEN)


@rule
def uniform(key, who):
    """Uniform on the open interval (0, 1) for `who` at the address `key`; never 0 or 1, so quantiles are finite."""
    return (np.float64(bits(key, who) >> _S12) + _HALF) * _STEP


@rule
def quantile(u):
    """Standard normal quantile of `u` in (0, 1), relative accuracy about 1e-16.

    Source: Wichura 1988, algorithm AS241 (PPND16).
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                   + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)
            / (((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                   + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0)
        )
    r = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        x = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                 + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
              + 4.6303378461565452959) * r + 1.42343711074968357734) / (
            ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
             + 2.05319162663775882187) * r + 1.0)
    else:
        r -= 5.0
        x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                 + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
              + 5.4637849111641143699) * r + 6.6579046435011037772) / (
            ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
             + 0.59983220655588793769) * r + 1.0)
    return -x if q < 0.0 else x


BINS, EDGE = 512, 8
SIXTH = 1.0 / 6.0


def _cubic_table():
    """Cubic through the exact quantiles at the ends and thirds of each bin: coefficients, float64 (BINS, 4)."""
    table = np.zeros((BINS, 4))
    t = np.arange(4) / 3.0
    for i in range(1, BINS - 1):
        table[i] = np.linalg.solve(np.vander(t, 4), [quantile(x) for x in (i + t) / BINS])
    return table


CUBIC = _cubic_table()


@rule
def is_outer(u):
    """Whether a uniform lies in the outer bins, where the cubic does not hold."""
    return (u * BINS < EDGE) | (u * BINS >= BINS - EDGE)


@rule
def between(u):
    """Standard normal quantile of a uniform that is not in an outer bin, by the cubic of its bin."""
    x = u * BINS
    i = int(x)
    t = x - i
    return ((CUBIC[i, 0] * t + CUBIC[i, 1]) * t + CUBIC[i, 2]) * t + CUBIC[i, 3]


@rule
def normal(key, who):
    """Standard normal draw for `who` at the address `key`, by inverse distribution function.

    A cubic in each of 512 bins of probability, within 2e-6 of AS241, and AS241 itself in the outer eight bins on each
    side: a branch that is taken once in thirty draws and no transcendental function in the others.
    """
    u = uniform(key, who)
    return quantile(u) if is_outer(u) else between(u)


@rule
def surely_none(u, mean):
    """Whether a Poisson count at the uniform `u` is zero for certain: 1 - m + m^2/2 - m^3/6 lies below exp(-m)."""
    return u <= 1.0 - mean * (1.0 - mean * (0.5 - SIXTH * mean))


@rule
def poisson(u, mean):
    """Poisson count at the uniform `u` by inverse distribution function; at most 200 (a month has an end).

    mean: expected count, >= 0.
    """
    if surely_none(u, mean):  # most zeros need no exponential
        return 0
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and count < 200:
        count += 1
        term = term * mean / count
        total += term
    return count


@kernel
def write_uniforms(keys, who, out):
    """Write `uniform(keys[i], who[i])` into out[i]; one-dimensional arrays of one length, or one key for all."""
    for i in range(len(out)):
        out[i] = uniform(keys[i if len(keys) > 1 else 0], who[i])


def uniforms(key, who):
    """`uniform` over arrays of keys or ids or both, broadcast; for population synthesis and yearly events. Returns float64."""
    out = np.empty(np.broadcast_shapes(np.shape(key), np.shape(who)))
    keys = np.full(1 if np.ndim(key) == 0 else out.shape, key, np.uint64).ravel()
    ids = np.ascontiguousarray(np.broadcast_to(who, out.shape), np.int64).ravel()
    write_uniforms(keys, ids, out.reshape(-1))
    return out[()]


LANGUAGE = int(Purpose.LANGUAGE_START)
LAST = 300  # one past the largest purpose of residents; interventions' addresses hang on their names


def key_count():
    """Length of the array of a month's keys, indexed by purpose."""
    return LAST


@njit(cache=True)
def fill_keys(keys, seed, month):
    """Write the keys of a month for every purpose into `keys`, uint64 (key_count(),)."""
    for purpose in range(len(keys)):
        keys[purpose] = address(seed, purpose, month)
    keys[LANGUAGE] = address(seed, LANGUAGE, 0)  # what one will learn is settled once

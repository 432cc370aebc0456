"""Spread of one innovation between municipalities: a month of learning, adopting, practising, embedding and dropping it.

Pure functions over arrays of municipalities; chance comes in as uniforms.
"""

from enum import IntEnum

import numpy as np

MONTHS = 12.0
KM_PER_DEGREE = 111.2  # of latitude
STEADY = 5.0  # members of a segment added to found and expected ones, so that a handful in a small sample do not decide


class State(IntEnum):
    """What a municipality has to do with an innovation. `dropped` is for good."""

    unaware = 0
    aware = 1
    in_use = 2
    embedded = 3
    dropped = 4


def using(state):
    """Whether municipalities use the innovation, bool (n,)."""
    return (state == State.in_use) | (state == State.embedded)


def chance(hazard):
    """Probability within a month of what happens at `hazard` per year, 1 - exp(-hazard / 12)."""
    return 1.0 - np.exp(-np.asarray(hazard, float) / MONTHS)


def learn(state, exposure, p, q, u):
    """Bass: municipalities that do not know of it learn of it at the hazard p + q x exposure. Returns the new state, int (n,).

    state: State (n,); exposure: share of its neighbours that use it, 0-1, (n,); p, q: per year; u: uniforms (n,).
    Source: Bass 1969, f / (1 - F) = p + q F (science notes D12).
    """
    return np.where((state == State.unaware) & (u < chance(p + q * exposure)), State.aware, state)


def adopt(state, exposure, hazard, threshold, u):
    """Municipalities that know of it take it into use at their hazard, if the share of neighbours that use it has reached the threshold.

    hazard: per year (n,); threshold: share 0-1, 0 = simple contagion; the others as for `learn`.
    """
    ready = (state == State.aware) & (exposure >= threshold)
    return np.where(ready & (u < chance(hazard)), State.in_use, state)


def practise(state, practice, supported, pace, keep):
    """How well it is done after a month, 0-1 (n,): learnt while supported or embedded, else fading by half-life.

    supported: whether money or attention holds it up, bool (n,); pace: share of what is missing; keep: share kept of what
    nothing holds up, 0.5^(1 / half-life).
    """
    held = (state == State.embedded) | ((state == State.in_use) & supported)
    fading = (state == State.in_use) & ~supported
    return np.where(held, practice + pace * (1.0 - practice), np.where(fading, keep * practice, practice))


def settle(state, practice, supported, hazard, least, u):
    """Whether it becomes permanent, at `hazard` per year (n,), or is given up: practice below `least` that nothing supports."""
    settled = np.where((state == State.in_use) & (u < chance(hazard)), State.embedded, state)
    return np.where((settled == State.in_use) & ~supported & (practice < least), State.dropped, settled)


def factor(ratio, elasticity):
    """Linear factor on a hazard: 1 at the ratio 1, and `elasticity` per unit of the ratio, never below 0."""
    return np.maximum(0.0, 1.0 + elasticity * (np.asarray(ratio, float) - 1.0))


def relative_need(members, residents):
    """Members of a segment beside those expected at the mean share of all municipalities, ratio (n,), steadied in small numbers."""
    expected = residents * (members.sum() / max(1.0, residents.sum()))
    return (members + STEADY) / (expected + STEADY)


def ties(counties, latitude, longitude, weights, kilometres):
    """Who looks at whom: float (n, n), rows that sum to 1 (0 for a municipality alone), zeros on the diagonal.

    The sum of three networks, each with rows that sum to 1: all of one county alike; exp(-distance / kilometres); all
    others alike. counties: labels (n,); latitude, longitude: degrees (n,); weights: of the three networks, 0-1.
    """
    counties = np.asarray(counties)
    apart = ~np.eye(len(counties), dtype=bool)
    networks = (counties[:, None] == counties[None, :], np.exp(-distances(latitude, longitude) / kilometres), np.ones(apart.shape))
    total = sum(w * _rows_to_one(np.where(apart, network, 0.0)) for w, network in zip(weights, networks, strict=True))
    return _rows_to_one(total)


def _rows_to_one(network):
    sums = network.sum(1, keepdims=True)
    return np.divide(network, sums, out=np.zeros(network.shape), where=sums > 0.0)


def distances(latitude, longitude):
    """Kilometres between all pairs (n, n), on a plane with degrees of longitude shortened by the mean latitude of the pair."""
    latitude, longitude = np.asarray(latitude, float), np.asarray(longitude, float)
    north = latitude[:, None] - latitude[None, :]
    middle = np.radians((latitude[:, None] + latitude[None, :]) / 2.0)
    east = (longitude[:, None] - longitude[None, :]) * np.cos(middle)
    return KM_PER_DEGREE * np.hypot(north, east)

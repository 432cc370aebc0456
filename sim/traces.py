"""What figures need beyond the monthly tables: curves over persons, who ended elsewhere, the drawn numbers, the places."""

import numpy as np
import pandas as pd

import scenarios
from results.inequality import lorenz
from sim.residents import Group, Status

SHARES = np.linspace(0, 1, 21)
COST_SHARES = np.append(SHARES[:-1], [0.99, 1.0])
BINS = 20
CURVES = ["comparator", "arm", "draw", "replicate", "year", "kind", "x", "y", "n"]
MOVES = ["comparator", "arm", "draw", "replicate", "kind", "group", "from_state", "to_state", "persons", "n"]
SCORE_BOTTOM = 1.0  # of the EUROHIS-QOL-8 scale: shares of a score need a zero point


def curves(comparator, arm, names):
    """Curves of an arm, few points each: a frame with the columns CURVES.

    kind: `concentration`, cumulative share of wellbeing above the bottom of its scale over residents by income at the start
    of measuring, in year 0 and the last, of those here at both; `cost_lorenz`, cumulative share of service cost of the last 12
    months over residents from the cheapest; `gain_by_start`, mean gain of twins [EUROHIS points] by twentieth of wellbeing at
    the start (only where arm is not the comparator). n: residents behind the curve or the point.
    """
    people = arm.people[arm.people["alive"] == 1]
    years = arm.plan.time.years
    stayed = people[np.isfinite(people["start_income"]) & (arm.month - people["birth_month"] >= (16 + years) * 12)]
    parts = []
    for year, column in ((0, "start_wellbeing"), (years, "wellbeing")):
        points = _concentration(stayed[column] - SCORE_BOTTOM, stayed["start_income"])
        parts.append((year, "concentration", SHARES, points, len(stayed)))
    cost = people["year_cost"]
    if cost.sum() > 0:
        parts.append((years, "cost_lorenz", COST_SHARES, np.interp(COST_SHARES, *lorenz(cost)), len(people)))
    if arm is not comparator:
        a, b = together(comparator, arm)
        gain = (b["wellbeing_sum"] - a["wellbeing_sum"]) / max(1, len(comparator.records))
        parts.append((years, "gain_by_start", *_by_start(a["start_wellbeing"], gain)))
    rows = [
        (*names, arm.draw_number, arm.replicate, year, kind, x, y, n)
        for year, kind, xs, ys, size in parts for x, y, n in zip(xs, ys, np.broadcast_to(size, len(xs)), strict=True)
    ]
    return _frame(rows, CURVES, ("comparator", "arm", "kind"))


def _concentration(values, rank):
    """Cumulative share of `values` at SHARES of people in the order of `rank`; people of one rank share their mean."""
    if len(values) == 0:
        return np.full(len(SHARES), np.nan)
    _, tie, size = np.unique(rank, return_inverse=True, return_counts=True)
    total = np.bincount(tie, values)
    people, sums = np.append(0, size.cumsum()) / len(values), np.append(0, total.cumsum()) / total.sum()
    return np.interp(SHARES, people, sums)


def _by_start(start, gain):
    """Middles of the bins of starting wellbeing, mean gain in each, and residents in each."""
    order = np.argsort(start, kind="stable")
    bins = [part for part in np.array_split(gain[order], BINS) if len(part)]
    middles = (np.arange(len(bins)) + 0.5) / max(1, len(bins))
    return middles, np.array([part.mean() for part in bins]), np.array([len(part) for part in bins])


def together(comparator, arm):
    """Rows of the residents who are here at the start and at the end in both arms, adults throughout, in one order."""
    a, b = comparator.people, arm.people
    grown = comparator.month - a["birth_month"] >= (16 + comparator.plan.time.years) * 12
    mine = np.flatnonzero((a["alive"] == 1) & np.isfinite(a["start_wellbeing"]) & grown)
    theirs = np.flatnonzero(b["alive"] == 1)
    _, i, j = np.intersect1d(a["id"][mine], b["id"][theirs], assume_unique=True, return_indices=True)
    return _whole(a, mine[i]), _whole(b, theirs[j])


def _whole(people, where):
    """Some rows, copied as blocks of bytes: NumPy would copy field by field."""
    return people.view(np.dtype((np.void, people.itemsize)))[where].view(people.dtype)


def transitions(comparator, arm, names):
    """Where the same residents are at the end without and with the arm, scaled to the real population: columns MOVES.

    kind `activity`: main activity, by group at the start; kind `group`: in or out of each group. from_state is that in the
    comparator, to_state that in the arm; pairs that nobody has are left out.
    """
    a, b = together(comparator, arm)
    scale = float((arm.weight * arm.start_sizes).sum() / arm.start_sizes.sum())
    rows = []
    for kind, group, one, two, states in _moves(a, b):
        pairs, n = np.unique(one.astype(np.int64) * len(states) + two, return_counts=True)
        rows += [
            (*names, arm.draw_number, arm.replicate, kind, group, states[p // len(states)], states[p % len(states)], c * scale, c)
            for p, c in zip(pairs, n, strict=True)
        ]
    return _frame(rows, MOVES, ("comparator", "arm", "kind", "group", "from_state", "to_state"))


def _moves(a, b):
    activities = [s.name for s in Status]
    members = [("all", np.ones(len(a), bool)), *((g.name, (a["start_groups"] & g.value) > 0) for g in Group)]
    for group, member in members:
        yield "activity", group, a["status"][member], b["status"][member], activities
    for g in Group:
        yield "group", g.name, (a["groups"] & g.value) > 0, (b["groups"] & g.value) > 0, ("out", "in")


def parameters(arms, draw):
    """The uncertain numbers as drawn in all arms: a frame of draw, name, value.

    Of a table the common factor that was drawn stands for the table, its ratio to the central value.
    """
    found = {}
    for arm in arms:
        values = scenarios.draw(arm, draw)
        for name, quantity in arm.quantities().items():
            if name in arm.posterior or not quantity.is_fixed:  # settings that share a parameter stand once, under its name
                found.setdefault(quantity.name or name, _one_number(quantity, values[name]))
    frame = pd.DataFrame({"draw": np.int16(draw), "name": pd.Categorical(list(found)), "value": list(found.values())})
    return frame.astype({"value": float})


def _one_number(quantity, value):
    if not quantity.is_table:
        return value
    return next((v / c for v, c in zip(value, quantity.value, strict=True) if c), 1.0)


def places(model):
    """The municipalities of a model: code, name, county, longitude and latitude [degrees], residents [real, at the start]."""
    records = [m.record for m in model.municipalities]
    frame = pd.DataFrame({
        name: [getattr(record, name) for record in records] for name in ("code", "name", "county", "longitude", "latitude")
    })
    return frame.assign(residents=np.round(model.weight * model.start_sizes))


def _frame(rows, columns, words):
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({**dict.fromkeys(words, "category"), "draw": np.int16, "replicate": np.int16})

"""Who knows whom: a fixed contact network inside each municipality, with like seeking like."""

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit

from results.weighted import in_order
from scenarios import tables
from sim.characteristics import ADULT, age_of
from sim.margins import Start, chance
from sim.residents import Origin, Status

__all__ = ["Network", "assortativity", "likeness", "remap", "same_ratio", "weave", "welcome"]

_UNIT = np.sqrt(12.0)  # a uniform times this has a standard deviation of one


@dataclass(frozen=True)
class Network:
    """Contacts in compressed rows: those of row i are `indices[indptr[i]:indptr[i + 1]]`, ascending.

    indptr: int64 (n + 1,); indices: int32 (2 x ties,). Symmetric; nobody is their own contact; no tie twice;
    no tie inside a household (its members are found by `household`). Numbers are rows, so a re-sort needs
    `remap`.
    """

    indptr: np.ndarray
    indices: np.ndarray

    def contacts(self, i):
        """Rows of the contacts of row i. Returns int32 (k,), a view."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def household(self, i, rows):
        """Rows that live with row i, itself left out; members stand side by side. Returns int64 (k,)."""
        home = rows["household"][i]
        first = last = int(i)
        while first > 0 and rows["household"][first - 1] == home:
            first -= 1
        while last + 1 < len(rows) and rows["household"][last + 1] == home:
            last += 1
        members = np.arange(first, last + 1)
        return members[members != i]


def weave(rows, starts, parameters, seed):
    """Make the contact network of all residents.

    rows: RESIDENT (n,) sorted by municipality; starts: int (municipalities + 1,), rows of municipality k are
    starts[k]:starts[k + 1]; parameters `network.*`. Each of `network.rounds` rounds lines the residents of a
    municipality up by a social key plus chance and ties neighbours in the line, so everyone has up to two
    contacts a round. With all `network.homophily_*` at zero the line is chance alone. Returns Network.
    """
    rounds = int(parameters["network.rounds"])
    ties = np.full((len(rows), 2 * rounds), -1, np.int32)
    traits = _traits(rows)
    starts = np.asarray(starts, np.int64)
    borders = starts[(starts > 0) & (starts < len(rows))] - 1  # no tie from one municipality to the next
    for turn in range(rounds):
        order = _line(rows, starts, traits, parameters, seed, turn)
        before, after = order[:-1], order[1:]
        tied = rows["household"][before] != rows["household"][after]
        tied[borders] = False
        before, after = before[tied], after[tied]
        ties[after, 2 * turn] = before
        ties[before, 2 * turn + 1] = after
    return _compress(ties)


def _line(rows, starts, traits, parameters, seed, turn):
    """All rows, municipality by municipality, in the order of this round's social key. Returns int64 (n,)."""
    key = _social_key(traits, parameters, seed, turn)
    key += _UNIT * (chance(seed, Start.CONTACT, rows["id"], turn) - 0.5)
    order = np.empty(len(rows), np.int64)
    for start, stop in itertools.pairwise(starts):
        order[start:stop] = start + in_order(key[start:stop])[0]
    return order


def _traits(rows):
    """What people resemble each other in: age [SD of ages in Finland], education, group and area (codes)."""
    age = age_of(rows)
    return {
        "age": (age / _age_spread()).astype(np.float32),
        "education": np.where(age >= ADULT, 1 + rows["education"], 0),
        "group": risk_group(rows),
        "area": rows["area"],
    }


@cache
def _age_spread():
    """SD of ages in the reference population [years]; fixed, whoever else is simulated."""
    pyramid = tables.population()["men"] + tables.population()["women"]
    ages = np.arange(pyramid.size)
    return float(np.sqrt(np.cov(ages, fweights=pyramid.astype(np.int64))))


def risk_group(rows):
    """A rough at-risk code that is known at the start: refugee, without work, other foreign, none. uint8
    (n,).
    """
    code = np.zeros(len(rows), np.uint8)
    code[rows["origin"] == Origin.other_foreign] = 1
    without = np.array([Status.unemployed, Status.labour_market_support, Status.outside])
    code[np.isin(rows["status"], without)] = 2
    code[rows["origin"] == Origin.refugee] = 3
    return code


def _social_key(traits, parameters, seed, turn):
    """The social key of one round [SD of chance]. Returns float (n,).

    Every round gives each trait a new direction and each code a new place on the line, so that those who
    differ in one trait are not mistaken for those who differ in another.
    """
    weight = {name: parameters[f"network.homophily_{name}"] for name in traits}
    side = 1.0 if chance(seed, Start.CONTACT_SIDE, np.zeros(1, np.int64), turn)[0] < 0.5 else -1.0
    key = weight["age"] * side * traits["age"].astype(float)
    for number, name in enumerate(("education", "group", "area"), start=1):
        codes = traits[name]
        seat = np.arange(int(codes.max(initial=0)) + 1) + number * (1 + np.iinfo(np.int16).max)
        key += weight[name] * _UNIT * (chance(seed, Start.CONTACT_SIDE, seat, turn) - 0.5)[codes]
    return key


def _compress(ties):
    """Compressed rows of a table of ties with -1 for none; ties met twice are kept once. Returns Network."""
    ties.sort(axis=1)
    keep = ties >= 0
    keep[:, 1:] &= ties[:, 1:] != ties[:, :-1]
    indptr = np.zeros(len(ties) + 1, np.int64)
    np.cumsum(keep.sum(axis=1), out=indptr[1:])
    return Network(indptr, ties[keep])


def welcome(rows, starts, newcomers, parameters, seed, month):
    """Ties for new residents: neighbours of each in one line of their municipality by the social key.

    newcomers: bool (n,) or row numbers. Returns int32 (ties, 2): rows of newcomer and
    contact; two newcomers may be tied twice.
    """
    new = np.zeros(len(rows), bool)
    new[newcomers] = True
    if not new.any():
        return np.empty((0, 2), np.int32)
    order = _line(rows, starts, _traits(rows), parameters, seed, _turn(month, parameters))
    position = np.flatnonzero(new[order])
    me, pairs = order[position], []
    bounds = np.asarray(starts)
    place = np.searchsorted(bounds, me, side="right") - 1
    for step in range(1, int(parameters["network.rounds"]) + 1):
        for beside in (position - step, position + step):
            inside = (beside >= bounds[place]) & (beside < bounds[place + 1])
            you, mine = order[beside[inside]], me[inside]
            other = rows["household"][you] != rows["household"][mine]
            pairs.append(np.column_stack((mine[other], you[other])))
    return np.concatenate(pairs).astype(np.int32)


def _turn(month, parameters):
    """Round number of a yearly pass: after those of `weave`, one for each month that could have one."""
    return int(parameters["network.rounds"]) + 1 + int(month)


def remap(network, old_to_new, rows, starts, parameters, seed, month):
    """The network after a re-sort: ties follow those who stay; whoever has none left is welcomed.

    old_to_new: int (n_old,), new row of each old row, or -1 if gone; rows, starts: residents and
    municipalities after the re-sort, as in `weave`; month: of the re-sort. A tie ends when one side is gone,
    moves to another municipality, or moves in with the other. Newcomers and those who moved away from all
    they knew find contacts by `welcome`. Returns Network.
    """
    moved = np.ascontiguousarray(old_to_new, np.int64)
    old = np.full(len(rows), -1, np.int64)
    old[moved[moved >= 0]] = np.flatnonzero(moved >= 0)
    home = np.ascontiguousarray(rows["household"])
    indptr, ties = np.zeros(len(rows) + 1, np.int64), np.empty(len(network.indices), np.int32)
    kept = _carry(network.indptr, network.indices, moved, old, np.asarray(starts, np.int64), home, indptr, ties)
    edges = welcome(rows, starts, np.diff(indptr) == 0, parameters, seed, month)
    if not len(edges):
        return Network(indptr, ties[:kept].copy())
    room = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.diff(indptr) + np.bincount(edges.ravel(), minlength=len(rows)), out=room[1:])
    more = np.empty(room[-1], np.int32)
    _add(indptr, ties, edges, room[:-1].copy(), more)
    kept = _tidy(room, more, indptr)
    return Network(indptr, more[:kept].copy())


@njit(cache=True)
def _carry(indptr, indices, moved, old, starts, home, new_indptr, ties):
    """Write the ties that last, row by row of the new order and ascending within it; returns how many.

    moved: new row of each old one, old: old row of each new one, -1 for none; home: household by new row. A tie lasts while both
    are there, in one municipality and not in one household.
    """
    kept = 0
    for place in range(starts.size - 1):
        for i in range(starts[place], starts[place + 1]):
            first = kept
            if old[i] >= 0:
                for k in range(indptr[old[i]], indptr[old[i] + 1]):
                    tie = moved[indices[k]]
                    if starts[place] <= tie < starts[place + 1] and home[tie] != home[i]:
                        j = kept  # nearly always the last: the order of rows changes little
                        while j > first and ties[j - 1] > tie:
                            ties[j] = ties[j - 1]
                            j -= 1
                        ties[j] = tie
                        kept += 1
            new_indptr[i + 1] = kept
    return kept


@njit(cache=True)
def _add(indptr, ties, edges, free, more):
    """Write the ties there are and new ones both ways; free[i] is where the next tie of row i goes."""
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            more[free[i]] = ties[k]
            free[i] += 1
    for k in range(edges.shape[0]):
        a, b = edges[k, 0], edges[k, 1]
        more[free[a]] = b
        free[a] += 1
        more[free[b]] = a
        free[b] += 1


@njit(cache=True)
def _tidy(room, ties, indptr):
    """Sort each row's ties (by insertion: rows are short) and drop repeats, in place; returns how many
    remain.
    """
    kept = 0
    for i in range(indptr.size - 1):
        first = kept
        for k in range(room[i], room[i + 1]):
            tie = ties[k]
            j = kept
            while j > first and ties[j - 1] > tie:
                j -= 1
            if j > first and ties[j - 1] == tie:
                continue
            for m in range(kept, j, -1):
                ties[m] = ties[m - 1]
            ties[j] = tie
            kept += 1
        indptr[i + 1] = kept
    return kept


def assortativity(network, values):
    """Correlation of a number across ties: 1 if contacts are alike, 0 if like strangers. Source: Newman 2003,
    eq. 21.

    values: (n,). Returns float, nan without ties or without spread.
    """
    mine, yours = _ends(network, np.asarray(values, float))
    if mine.size == 0 or mine.std() == 0:
        return float("nan")
    return float(np.corrcoef(mine, yours)[0, 1])


def likeness(network, codes):
    """Assortativity of a code across ties: (share of ties within a code - expected) / (1 - expected).

    codes: non-negative int (n,). Returns float, nan without ties or with one code only. Source: Newman 2003,
    eq. 2.
    """
    mine, yours = _ends(network, codes)
    ends = np.bincount(mine) / max(mine.size, 1)
    expected = (ends**2).sum()
    if mine.size == 0 or expected == 1.0:
        return float("nan")
    return float(((mine == yours).mean() - expected) / (1.0 - expected))


def same_ratio(network, member):
    """How many times more often than by chance a member's contact is a member. member: bool (n,). nan if
    none.
    """
    mine, yours = _ends(network, np.asarray(member, np.uint8))
    by_chance = mine.mean() if mine.size else 0.0
    return float(yours[mine == 1].mean() / by_chance) if by_chance > 0 else float("nan")


def _ends(network, values):
    """Values at both ends of every tie, each tie both ways."""
    values = np.asarray(values)
    return np.repeat(values, np.diff(network.indptr)), values[network.indices]

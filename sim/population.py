"""Synthetic residents of the chosen municipalities, in whole numbers that keep the official margins."""

import numpy as np
from numba import njit

from scenarios import tables
from sim import characteristics, households
from sim.margins import Start, chance, joint, largest_remainder
from sim.residents import RESIDENT, Care, Education, Sex, Status, Urbanity
from sim.rules.draws import address, bits

__all__ = [
    "STARTING",
    "arrange",
    "arrival_id",
    "complete",
    "municipal_totals",
    "newborn_id",
    "settle",
    "synthesise",
]

# The columns filled here. Working on narrow rows keeps a column's values close together in memory.
STARTING = np.dtype(
    [
        (name, RESIDENT[name])
        for name in (
            "id",
            "household",
            "birth_month",
            "permit_month",
            "municipality",
            "area",
            "status_months",
            "jobless_months",
            "sex",
            "education",
            "origin",
            "status",
            "urbanity",
            "alive",
            "partner",
            "adults",
            "minors",
            "care",
        )
    ]
)
_NEWBORN = np.int64(2**61)
_ARRIVAL = 2**60
_ARRIVALS_A_YEAR = 2**34  # room for each municipality and year between 2^60 and 2^61
_YEARS = 10_000
_KEPT = 500_000  # residents at most of whom a copy is kept
_last = {}  # the residents made last, by what they were made from: the arms of a comparison begin with the same


def synthesise(municipalities, population, parameters, seed, start_year, areas=None):
    """Residents of `municipalities` on the eve of month 0.

    municipalities: sequence with .code, .urbanity ("urban", "semi_urban", "rural") and .population {year:
    persons}. population: .residents [persons simulated] or .fraction [simulated per real resident]; the first
    wins if set. parameters: dotted names `population.*`. start_year: population of the nearest year known is
    used. areas: the user's own, sim.areas.OWN by municipality code. Returns RESIDENT (n,) sorted by
    municipality, area, household, id; columns of hidden states are zero. Exact in whole numbers: totals of
    municipalities, the age pyramid by sex, and their joint table against both; main activity and education by sex
    and age within one of expectation with their totals kept.
    Raises ValueError if the sample is too small for every child to have an adult in its municipality.
    """
    used = {name: value for name, value in parameters.items() if name.startswith("population.")}
    made_from = None if areas else repr((
        [(m.code, m.urbanity, m.population) for m in municipalities], population.residents, population.fraction, sorted(used.items()),
        int(seed), start_year))
    rows = _last.get(made_from)
    if rows is None:
        totals = municipal_totals(municipalities, population, start_year)
        rows = _persons(totals, seed)
        rows["urbanity"] = _classes(municipalities)[rows["municipality"]]
        complete(rows, used, seed)
        households.form(rows, used, seed)
        settle(rows, municipalities, used, seed, start_year, areas)
        _last.clear()
        if made_from and len(rows) <= _KEPT:
            _last[made_from] = rows
    return arrange(rows)


def complete(rows, parameters, seed, known=()):
    """Fill origin, permit, education, main activity, durations and care, except columns named in `known`."""
    steps = (
        ("origin", characteristics.origin),
        ("permit_month", characteristics.permits),
        ("education", characteristics.education),
        ("status", characteristics.main_activity),
        ("status_months", characteristics.durations),
        ("care", characteristics.care),
    )
    for column, fill in steps:
        if column not in known:
            fill(rows, parameters, seed)


def arrange(rows):
    """Sort by municipality, area, household, id and widen to the full row. Returns RESIDENT (n,)."""
    order = np.lexsort((rows["id"], rows["household"], rows["area"], rows["municipality"]))
    full = np.zeros(len(rows), RESIDENT)
    for name in STARTING.names:
        full[name] = rows[name][order]
    return full


def real_population(municipality, year):
    """Residents of a municipality in `year`, or in the nearest year known [persons]."""
    nearest = min(municipality.population, key=lambda known: (abs(known - year), known))
    return municipality.population[nearest]


def municipal_totals(municipalities, population, start_year):
    """Simulated residents of each municipality, largest remainders. Returns int64 (municipalities,)."""
    real = np.array([real_population(m, start_year) for m in municipalities], float)
    wanted = population.residents or round(population.fraction * real.sum())
    return largest_remainder(real, wanted)


def _classes(municipalities):
    return np.array([Urbanity[m.urbanity] for m in municipalities], np.uint8)


def _persons(totals, seed):
    """One row per person with id, municipality, sex and birth month; ids follow municipality, sex and age."""
    pyramid = tables.population()
    ages = len(pyramid["men"])
    columns = largest_remainder(np.concatenate([pyramid["men"], pyramid["women"]]), totals.sum())
    counts = joint(totals, columns)
    _give_adults(counts, ages)
    rows = np.zeros(int(counts.sum()), STARTING)
    cell = np.repeat(np.tile(np.arange(columns.size), len(totals)), counts.ravel())
    rows["id"] = np.arange(len(rows))
    rows["municipality"] = np.repeat(np.arange(len(totals)), totals)
    rows["sex"] = np.where(cell < ages, Sex.man, Sex.woman)
    rows["birth_month"] = birth_months(cell % ages, rows["id"], seed)
    rows["alive"] = 1
    return rows


def birth_months(age, ids, seed):
    """Month of birth of persons of `age` full years at month 0; nobody is born in month 0. int64 (n,)."""
    months = np.floor(chance(seed, Start.BIRTH_MONTH, ids) * characteristics.YEAR).astype(np.int64)
    return -np.maximum(age * characteristics.YEAR + months, 1)


def _give_adults(counts, ages):
    """Swap a child for an adult with another municipality where a tiny sample has children only.

    counts: int (municipalities, sex x age), changed in place; every row and column sum stays.
    """
    child = np.arange(counts.shape[1]) % ages < characteristics.ADULT
    adults = counts[:, ~child].sum(axis=1)
    for poor in np.flatnonzero((adults == 0) & (counts.sum(axis=1) > 0)):
        rich = int(np.argmax(adults))
        if adults[rich] < 2:
            raise ValueError(
                "too few residents: the sample holds fewer adults than municipalities with children"
            )
        give = int(np.flatnonzero(~child & (counts[rich] > 0))[-1])
        take = int(np.flatnonzero(child & (counts[poor] > 0))[0])
        counts[[rich, poor], [give, take]] -= 1
        counts[[poor, rich], [give, take]] += 1
        adults[rich] -= 1
        adults[poor] += 1


def settle(rows, municipalities, parameters, seed, start_year, areas=None):
    """Fill `area` and `urbanity` by household; areas are unequal in size and in the background of who lives
    there.

    The first area of a municipality is the largest. Households stand in line by disadvantage plus chance and
    fill the areas in a scattered order; `population.area_sorting` = 0 leaves chance alone. areas: the user's own
    shares and classes, sim.areas.OWN by municipality code.
    """
    if areas:
        sizes, classes = ([areas[m.code][field] for m in municipalities] for field in ("share", "urbanity"))
    else:
        sizes = [_area_weights(m, parameters, start_year) for m in municipalities]
        classes = [_area_classes(m, w, parameters) for m, w in zip(municipalities, sizes, strict=True)]
    heads, member = np.unique(rows["household"], return_inverse=True)
    score = parameters["population.area_sorting"] * _disadvantage(rows, member) + chance(
        seed, Start.AREA, heads
    )
    place = np.zeros(heads.size, np.int64)
    place[member] = rows["municipality"]
    area, urbanity = np.zeros(heads.size, np.int16), np.zeros(heads.size, np.uint8)
    line = np.lexsort((score, place))
    persons = np.bincount(member)
    starts = np.searchsorted(place[line], np.arange(len(municipalities) + 1))
    for k, municipality in enumerate(municipalities):
        here = line[starts[k] : starts[k + 1]]
        order = _area_order(municipality, sizes[k].size, seed)
        middle = (np.cumsum(persons[here]) - persons[here] / 2) / max(persons[here].sum(), 1)
        slot = np.searchsorted(np.cumsum(sizes[k][order])[:-1], middle)
        area[here] = order[slot]
        urbanity[here] = classes[k][order[slot]]
    rows["area"], rows["urbanity"] = area[member], urbanity[member]


def _area_weights(municipality, parameters, year):
    """Shares of residents by area, falling with rank. Returns float (areas,), sum 1."""
    areas = max(1, round(real_population(municipality, year) / parameters["population.area_residents"]))
    weights = np.arange(1.0, areas + 1.0) ** -parameters["population.area_size_slope"]
    return weights / weights.sum()


def _area_classes(municipality, weights, parameters):
    """Urban-rural class of each area: the largest areas are the most urban, shares by the municipality's
    class.
    """
    shares = np.asarray(parameters["population.area_class_shares"], float).reshape(len(Urbanity), -1)
    share = np.cumsum(shares[Urbanity[municipality.urbanity]])
    return np.searchsorted(share[:-1] / share[-1], np.cumsum(weights) - weights / 2).astype(np.uint8)


def _area_order(municipality, areas, seed):
    """The order in which the line of households fills the areas; alike for any sample of a municipality."""
    return np.argsort(chance(seed, Start.AREA_ORDER, np.arange(areas), int(municipality.code)), kind="stable")


def _disadvantage(rows, member):
    """Share of a household's members without upper secondary education or work, apart from children.

    (households,)
    """
    adult = characteristics.age_of(rows) >= characteristics.ADULT
    jobless = (rows["status"] == Status.unemployed) | (rows["status"] == Status.labour_market_support)
    hard = adult & ((rows["education"] == Education.basic) | jobless | (rows["care"] == Care.housing))
    adults = np.bincount(member, weights=adult)
    return np.bincount(member, weights=hard) / np.maximum(adults, 1)


def newborn_id(mother_ids, year):
    """Permanent ids of children born in `year` to `mother_ids` (int64 (n,)), between 2^61 and 2^62, alike in
    every arm.

    One birth a mother and year. Two ids of 10^6 newborns coincide with a chance of about 2 in 10^7.
    """
    mothers = np.atleast_1d(np.asarray(mother_ids, np.int64))
    out = np.empty(mothers.size, np.uint64)
    _hash(np.uint64(address(0, int(Start.NEWBORN), year)), mothers, out)
    return (out >> np.uint64(3)).astype(np.int64) + _NEWBORN


@njit(cache=True)
def _hash(key, who, out):
    for i in range(who.size):
        out[i] = bits(key, who[i])


def arrival_id(municipality_code, year, k):
    """Permanent id of the k-th arrival to a municipality in a year, between 2^60 and 2^61; never two alike.

    municipality_code: text or number of up to three digits; k: int or int64 (n,), below 2^34.
    """
    return _ARRIVAL + (int(municipality_code) * _YEARS + int(year)) * _ARRIVALS_A_YEAR + k

"""What a resident is at the start: origin, education, main activity with its duration, long-term care."""

import numpy as np

from scenarios import tables
from sim.margins import Start, chance, diffuse, pick
from sim.residents import Care, Education, Origin, Sex, Status, Urbanity

__all__ = [
    "ADULT",
    "NEVER",
    "age_of",
    "band_of",
    "care",
    "durations",
    "education",
    "main_activity",
    "origin",
    "permits",
]

ADULT = 18  # age of majority [years]
NEVER = -32768  # `permit_month` of those without a permit
YEAR = 12  # months


def age_of(rows):
    """Age in full years at month 0. rows: RESIDENT (n,). Returns int64 (n,)."""
    return -rows["birth_month"].astype(np.int64) // YEAR


def band_of(age, parameters):
    """Index of the age band, by the lower bounds in `population.age_bands`."""
    return np.searchsorted(np.asarray(parameters["population.age_bands"]), age, side="right") - 1


def _table(name, parameters):
    """A table by age band, or by sex and age band (men first), spread over single ages.

    Returns float (sexes, ages).
    """
    values = np.asarray(parameters[f"population.{name}"], float)
    bands = band_of(np.arange(_ages()), parameters)
    return np.broadcast_to(
        values.reshape(-1, len(parameters["population.age_bands"])), (len(Sex), bands.max() + 1)
    )[:, bands]


def by_age(name, rows, parameters):
    """Value of a table by (sex and) age band for each row. Returns float (n,)."""
    return _table(name, parameters)[rows["sex"], np.minimum(age_of(rows), _ages() - 1)]


def cells(rows):
    """Number of the sex x single-age cell of each row, the open last age included. Returns int64 (n,)."""
    return rows["sex"].astype(np.int64) * _ages() + np.minimum(age_of(rows), _ages() - 1)


def _ages():
    return len(tables.population()["men"])


def _allot(rows, field, shares, steps, seed):
    """Fill one coded column so that its counts by sex and age follow `shares` in whole numbers.

    shares: float (sexes, ages, codes), rows sum to 1. steps: (code, odds, purpose) in the order of choosing;
    odds are relative, (n,) or scalar, and weigh who is chosen, not how many. Whoever is not chosen gets the
    remaining code.
    """
    cell = cells(rows)
    persons = np.bincount(cell, minlength=shares.shape[0] * shares.shape[1]).reshape(shares.shape[:2])
    counts = np.concatenate([diffuse(share * n[:, None]) for share, n in zip(shares, persons, strict=True)])
    (rest,) = set(range(shares.shape[2])) - {int(code) for code, _, _ in steps}
    certain = counts.max(axis=1) == counts.sum(axis=1)
    rows[field] = np.where(certain, np.argmax(counts, axis=1), rest)[cell]
    left = np.flatnonzero(~certain[cell])
    for code, odds, purpose in steps:
        weight = odds[left] if np.ndim(odds) else odds
        chosen = pick(cell[left], counts[:, code], weight, chance(seed, purpose, rows["id"][left]))
        rows[field][left[chosen]] = code
        left = left[~chosen]


def _with_rest(parts, rest):
    """Shares by (sex, age, code) with the remainder in position `rest`; parts: {code: (sexes, ages)}."""
    some = next(iter(parts.values()))
    shares = np.zeros((*some.shape, len(parts) + 1))
    for code, part in parts.items():
        shares[:, :, code] = part
    shares[:, :, rest] = np.maximum(1.0 - sum(parts.values()), 0.0)
    return shares / shares.sum(axis=2, keepdims=True)


def origin(rows, parameters, seed):
    """Fill `origin`: shares by age band; foreign backgrounds more often in towns by an odds ratio."""
    towns = np.where(rows["urbanity"] == Urbanity.urban, parameters["population.origin_urban_odds"], 1.0)
    parts = {
        kind: _table(f"{kind.name}_share", parameters) for kind in (Origin.refugee, Origin.other_foreign)
    }
    steps = [(Origin.refugee, towns, Start.REFUGEE), (Origin.other_foreign, towns, Start.FOREIGN)]
    _allot(rows, "origin", _with_rest(parts, Origin.finnish), steps, seed)


def permits(rows, parameters, seed):
    """Fill `permit_month`: exponential time since the permit, no longer than the cap or the person's age."""
    mean, longest = (
        parameters["population.permit_mean_months"],
        parameters["population.permit_longest_months"],
    )
    ago = -mean * np.log(chance(seed, Start.PERMIT, rows["id"]))
    month = -1 - np.floor(np.minimum(np.minimum(ago, longest), -1 - rows["birth_month"]))
    rows["permit_month"] = np.where(rows["origin"] == Origin.refugee, month, NEVER)


def education(rows, parameters, seed):
    """Fill `education`: shares by sex and age band; refugees more often have basic education only."""
    parts = {
        Education.basic: _table("education_basic", parameters),
        Education.tertiary: _table("education_tertiary", parameters),
    }
    odds = np.where(rows["origin"] == Origin.refugee, parameters["population.education_refugee_odds"], 1.0)
    steps = [(Education.basic, odds, Start.BASIC), (Education.tertiary, 1.0 / odds, Start.TERTIARY)]
    _allot(rows, "education", _with_rest(parts, Education.upper_secondary), steps, seed)


def main_activity(rows, parameters, seed):
    """Fill `status`: counts by sex and age follow the reference shares; who is without work, odds of
    background.

    Below the reference ages: child until school ends, then student; above them: pensioner.
    """
    odds = _odds_out_of_work(rows, parameters)
    steps = [
        (status, odds, Start.STATUS + status)
        for status in (Status.pensioner, Status.labour_market_support, Status.unemployed, Status.outside)
    ]
    steps += [
        (status, 1.0, Start.STATUS + status) for status in (Status.conscript, Status.student, Status.child)
    ]
    shares = np.stack([_status_shares(sex, parameters) for sex in Sex])
    _allot(rows, "status", shares, steps, seed)


def _odds_out_of_work(rows, parameters):
    """Relative odds of being without work: by education, times those of refugees. Returns float (n,)."""
    odds = np.asarray(parameters["population.jobless_education_odds"], float)[rows["education"]]
    return odds * np.where(
        rows["origin"] == Origin.refugee, parameters["population.jobless_refugee_odds"], 1.0
    )


def _status_shares(sex, parameters):
    """Shares of the eight main activities by single age for one sex.

    Returns float (ages, 8), rows sum to 1.
    """
    reference = tables.activity()["men" if sex == Sex.man else "women"]
    share = dict(zip(tables.ACTIVITIES, reference.T, strict=True))
    ages = np.arange(_ages())
    known = slice(ADULT, ADULT + len(reference))
    band = band_of(ages, parameters)
    table = np.zeros((ages.size, len(Status)))
    table[ages < parameters["population.school_end_age"], Status.child] = 1.0
    table[(ages >= parameters["population.school_end_age"]) & (ages < ADULT), Status.student] = 1.0
    table[known.stop :, Status.pensioner] = 1.0
    for name in ("employed", "student", "outside", "pensioner"):
        table[known, Status[name]] = share[name]
    support = np.asarray(parameters["population.support_share"], float)[band][known]
    table[known, Status.labour_market_support] = share["unemployed"] * support
    table[known, Status.unemployed] = share["unemployed"] * (1.0 - support)
    if sex == Sex.man:
        serving = np.asarray(parameters["population.conscript_share"], float)[band][known]
        table[known, Status.conscript] = share["outside"] * serving
        table[known, Status.outside] = share["outside"] * (1.0 - serving)
    return table / table.sum(axis=1, keepdims=True)


def durations(rows, parameters, seed):
    """Fill `status_months` and `jobless_months`.

    Spells in progress: exponential in most activities (mean by activity), never longer than since school
    ended. The jobless face a hazard of finding work that falls with the square root of time, so their elapsed
    months are (x / b)^2 with x ~ gamma(2) and b = sqrt(6 / mean): the stationary age of such a spell.
    """
    first, second = (chance(seed, p, rows["id"]) for p in (Start.DURATION, Start.DURATION_MORE))
    age_months = -rows["birth_month"].astype(np.int64)
    since_school = np.maximum(age_months - int(YEAR * parameters["population.school_end_age"]), 0)
    mean = np.asarray(parameters["population.status_mean_months"], float)[rows["status"]]
    months = np.minimum(-np.log(first) * mean, since_school)
    retired = age_months - YEAR * int(parameters["population.pension_age"])
    months = np.where((rows["status"] == Status.pensioner) & (retired > 0), retired, months)
    months = np.where(
        rows["status"] == Status.conscript, first * parameters["population.conscript_months"], months
    )
    months = np.where(rows["status"] == Status.child, age_months, months)
    support = rows["status"] == Status.labour_market_support
    jobless = support | (rows["status"] == Status.unemployed)
    # 6 / mean: the second moment of gamma(2) is 6, so the mean elapsed time is 6 / b^2.
    elapsed = np.minimum(np.log(first * second) ** 2 * mean / 6.0, since_school)
    waited = np.where(
        elapsed >= parameters["population.support_wait_months"],
        elapsed - parameters["population.support_wait_months"],
        elapsed,
    )
    longest = np.iinfo(np.int16).max
    rows["jobless_months"] = np.where(jobless, np.minimum(elapsed, longest), 0)
    months = np.where(support, waited, np.where(jobless, elapsed, months))
    rows["status_months"] = np.minimum(months, longest)


def care(rows, parameters, seed):
    """Fill `care` of adults: shares in round-the-clock housing and in regular home care by age band."""
    parts = {
        Care.housing: _table("housing_share", parameters),
        Care.home_care: _table("home_care_share", parameters),
    }
    steps = [(Care.housing, 1.0, Start.HOUSING), (Care.home_care, 1.0, Start.HOME_CARE)]
    _allot(rows, "care", _with_rest(parts, Care.none), steps, seed)

"""What a municipality wants to know of its residents, who can see it (registers, a survey, practitioners), and what it is in truth."""

from typing import NamedTuple

import numpy as np

from sim.residents import VISIT_BITS, Education, Status
from sim.survey import copies, felt, person_uniforms, real_persons

DIFFICULTY = 4  # answer to making ends meet, 1-6, from which it is difficult: strain of at least a half
WORKING_AGE, GROWN = (18, 64), (25, 64)  # years of employment and of a finished education, as official statistics have them
SEE, FALSE = 40, 60  # what a draw of a practitioner's report decides, by flag; REPORT: whether there is one
REPORT = 39


class Indicator(NamedTuple):
    """One indicator: its part of social wellbeing, whether it is a share, and how it is found.

    truth(people, years, values) and answer(frame, values): float arrays, not-a-number where it does not apply; answer is None for
    what registers know. seen: whether practitioners can judge it in those they meet.
    """

    dimension: str
    share: bool
    truth: object
    answer: object = None
    seen: bool = False


def _within(years, ages, values):
    return np.where((years >= ages[0]) & (years <= ages[1]), values, np.nan)


# Sowellus: relations, self-realisation and inclusion (individual); living conditions, work, education, income (communal); beside them
# health, material wellbeing and wellbeing as a whole.
INDICATORS = {
    "loneliness": Indicator("relations", True, lambda p, y, v: (p["inclusion"] < v["lonely.line"]) * 1.0,
                            lambda f, v: f["lonely"], True),
    "empowerment": Indicator("self_realisation", False, lambda p, y, v: p["empowerment"], lambda f, v: f["empowerment"] / 10.0),
    "belonging": Indicator("inclusion", False, lambda p, y, v: p["inclusion"], lambda f, v: f["inclusion"] / 10.0),
    "security": Indicator("living_conditions", False, lambda p, y, v: p["security"], lambda f, v: f["security"] / 10.0),
    "employment": Indicator("work", True, lambda p, y, v: _within(y, WORKING_AGE, p["status"] == Status.employed)),
    "basic_education": Indicator("education", True, lambda p, y, v: _within(y, GROWN, p["education"] == Education.basic)),
    "low_income": Indicator("income", True, lambda p, y, v: (p["income"] < v["reporting.low_income"]) * 1.0),
    "hardship": Indicator("material", True, lambda p, y, v: (p["strain"] >= 0.5) * 1.0,
                          lambda f, v: f["ends_meet"] >= DIFFICULTY, True),
    "self_rated_health": Indicator("health", False, lambda p, y, v: 1.0 + 4.0 * p["health"], lambda f, v: f["self_rated_health"]),
    "distress": Indicator("health", True, lambda p, y, v: (felt(p) > v["mental.threshold"]) * 1.0, lambda f, v: f["distressed"], True),
    "wellbeing": Indicator("wellbeing", False, lambda p, y, v: p["wellbeing"], lambda f, v: f["score"]),
    "good_quality_of_life": Indicator("wellbeing", True, lambda p, y, v: (p["wellbeing"] >= v["good_quality.line"]) * 1.0,
                                      lambda f, v: f["score"] >= v["good_quality.line"]),
}
HIDDEN = tuple(name for name, i in INDICATORS.items() if i.seen)  # needs that no register holds


def registered_need(people, values):
    """Share of the two needs that registers hold, without work and of low income, float (n,) 0-1."""
    jobless = (people["status"] == Status.unemployed) | (people["status"] == Status.labour_market_support)
    return 0.5 * jobless + 0.5 * (people["income"] < values["reporting.low_income"])


def hidden_need(frame, values):
    """Share of the three needs that only people themselves can tell, as answered in a survey, float (n,) 0-1."""
    return np.mean([np.asarray(INDICATORS[name].answer(frame, values), float) for name in HIDDEN], axis=0)


def met(people, months):
    """Whether each resident has met a service in the last `months` months, bool (n,)."""
    return (people["visit_ring"] & np.uint64(2 ** (VISIT_BITS * months) - 1)) > 0


def reports(model, here, key, share, months):
    """What practitioners report of those who come: {indicator: seen, float (n,)}, and row and copy of each report, int (n,).

    here: rows of those who may be reported, bool (residents,). A real person behind a resident who met a service in the last
    `months` is reported with probability `share`; a need that is there is noticed with probability reporting.sees, one that is
    not is supposed with reporting.false_alarm. Draws hang on (key, person, copy).
    """
    v = model.values
    rows = np.flatnonzero(here & met(model.people, months))
    at, copy = real_persons(model.people["municipality"][rows], copies(model))
    told = person_uniforms(key, REPORT, 0, copy, model.people["id"][rows[at]]) < share
    row, copy = rows[at[told]], copy[told]
    people = model.people[row]
    years = (model.month - people["birth_month"]) // 12
    seen = {}
    for i, name in enumerate(HIDDEN):
        there = INDICATORS[name].truth(people, years, v) > 0.0
        noticed = person_uniforms(key, SEE + i, 0, copy, people["id"]) < v["reporting.sees"]
        supposed = person_uniforms(key, FALSE + i, 0, copy, people["id"]) < v["reporting.false_alarm"]
        seen[name] = np.where(there, noticed, supposed) * 1.0
    return seen, row, copy


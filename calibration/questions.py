"""The questions of a survey, asked alike of real and of simulated people: one frame of answers, one estimate with its influence values.

A frame of answers has one row per answer form, columns by the names of `QUESTIONS` (what was not answered is not-a-number), the
registers age [years], sex, education, urbanity and the groups as far as they are known, and wave [months after the first].
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from results import influence
from scenarios.problems import near_miss

GOOD = 4.0  # good quality of life: mean of the eight items of at least this (THL's definition, parameter good_quality.line)
ITEMS = tuple(f"q{i}" for i in range(1, 9))
STATISTICS = ("mean", "share", "sd", "gap", "persistence")
STATUS = ("child", "student", "conscript", "employed", "unemployed", "labour_market_support", "outside", "pensioner")


class Question(NamedTuple):
    """A column of answers: lowest and highest answer, and what it asks."""

    low: float
    high: float
    text: str


QUESTIONS = {
    **{item: Question(1, 5, "one of the eight EUROHIS-QOL items, 5 best") for item in ITEMS},
    "lonely": Question(0, 1, "1 lonely at least fairly often"),
    "ends_meet": Question(1, 6, "making ends meet, 1 very easily to 6 with great difficulty"),
    "life_satisfaction": Question(0, 10, "0 worst to 10 best"),
    "self_rated_health": Question(1, 5, "5 very good"),
    "trust": Question(0, 10, "0 to 10, people can be trusted"),
    "distressed": Question(0, 1, "1 psychically distressed"),
    "visits": Question(0, 372, "contacts with services in 12 months"),
}
REGISTERS = ("age", "sex", "education", "urbanity", "neet", "labour_market_support", "refugee", "heavy_user", "family")
# Outcome of a target -> (column of answers, what of it).
OUTCOMES: dict[str, tuple[str, Callable]] = {
    "wellbeing": ("score", lambda x: x),
    "good_quality_of_life": ("score", lambda x: (x >= GOOD).astype(float)),
    "loneliness": ("lonely", lambda x: x),
    "employed": ("status", lambda x: (x == "employed").astype(float)),
    **{name: (name, lambda x: x) for name in
       ("ends_meet", "life_satisfaction", "self_rated_health", "trust", "distressed", "visits", *ITEMS)},
}


class UnansweredError(ValueError):
    """Nobody whom a target means has answered."""


def fault_of(section):
    """Why a survey cannot answer a target, or None."""
    if section.statistic not in STATISTICS:
        return f"a survey cannot answer '{section.statistic}'; it can: {', '.join(STATISTICS)}."
    outcome = section.outcome or ("wellbeing" if section.statistic == "persistence" else None)
    if outcome not in OUTCOMES:
        near = near_miss(str(section.outcome), OUTCOMES) or f"It can: {', '.join(OUTCOMES)}."
        return f"the survey cannot answer '{section.outcome}'. {near}"
    for segment in (section.who, section.against):
        if segment is not None and segment.alone is not None:
            return "a survey does not tell who lives alone; leave `alone` out."
    if section.county:
        return "a survey's answers are not told apart by county; leave `county` out."
    if section.statistic == "persistence" and (section.wave or 0) < (section.months or 0):
        return f"persistence over {section.months} months needs wave = {section.months} or later."
    return None


def columns(section):
    """Columns of answers that a target needs."""
    segments = [s for s in (section.who, section.against) if s is not None]
    needed = {OUTCOMES[section.outcome or "wellbeing"][0]}
    if any(s.age_min > 0 or s.age_max < 120 for s in segments):
        needed.add("age")
    needed |= {name for s in segments for name in ("education", "urbanity") if getattr(s, name) is not None}
    needed |= {s.group for s in segments if s.group != "all"}
    return sorted(needed | ({"sex"} if section.sex else set()) | ({"person"} if section.statistic == "persistence" else set()))


def meant(frame, section, segment):
    """Answers of those whom a target means, bool (n,)."""
    inside = (frame["wave"] == (section.wave or 0)).to_numpy(copy=True)
    if segment.age_min > 0 or segment.age_max < 120:
        inside &= ((frame["age"] >= segment.age_min) & (frame["age"] <= segment.age_max)).to_numpy()
    for name in ("education", "urbanity"):
        if getattr(segment, name) is not None:
            inside &= (frame[name] == getattr(segment, name)).to_numpy()
    if segment.group != "all":
        inside &= (frame[segment.group].astype(float) == 1.0).to_numpy()
    if section.sex:
        inside &= (frame["sex"] == section.sex).to_numpy()
    return inside


def estimate(frame, weights, section):
    """`results.influence.Influence` of a target's statistic in a frame of answers: the value, and z of every row, float (n,).

    UnansweredError if nobody whom the target means has answered.
    """
    column, of = OUTCOMES[section.outcome or "wellbeing"]
    known = frame[column].notna().to_numpy()
    raw = frame[column].to_numpy()
    values = np.where(known, np.asarray(of(np.where(known, raw, 0.0) if raw.dtype.kind in "iufb" else raw), float), 0.0)

    def part(segment):
        inside = known & meant(frame, section, segment)
        weight = np.where(inside, weights, 0.0)
        if not weight.sum() > 0:
            raise UnansweredError(f"nobody whom the target means has answered '{column}'")
        return weight

    if section.statistic == "gap":
        a, b = (influence.mean(values, part(s)) for s in (section.who, section.against))
        return influence.Influence(a.value - b.value, a.z - b.z)
    if section.statistic == "persistence":
        return _persistence(frame, values, part(section.who), section)
    if section.statistic == "sd":
        return influence.standard_deviation(values, part(section.who))
    if section.statistic == "share":
        values = (values >= (0.5 if section.line is None else section.line)).astype(float)
    return influence.mean(values, part(section.who))


def _persistence(frame, values, weight, section):
    """Correlation with the same persons' answers `months` before; u = x y - r (x^2 + y^2) / 2, x and y standardised (Devlin 1975)."""
    before = frame["wave"].to_numpy() == section.wave - section.months
    then = frame.loc[before, ["person"]].assign(then=values[before], known=frame.loc[before, "score"].notna())
    then = then[then["known"]].drop_duplicates("person").set_index("person")["then"]
    y = frame["person"].map(then).to_numpy(float)
    w = np.where(np.isfinite(y), weight, 0.0)
    if (w > 0).sum() < 3:
        raise UnansweredError(f"fewer than three persons answered both now and {section.months} months before")
    w = w / w.sum()
    x, y = values, np.nan_to_num(y)
    x, y = ((a - w @ a) / np.sqrt(w @ (a - w @ a) ** 2) for a in (x, y))
    r = float(w @ (x * y))
    return influence.Influence(r, w * (x * y - 0.5 * r * (x**2 + y**2)))

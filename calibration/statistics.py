"""What targets can ask of the simulated world: one function per statistic, the same question on both sides.

A statistic takes a View and the target's settings and returns a number. Found by its name; its first docstring line is its label.
"""

import inspect
from dataclasses import dataclass, field

import numpy as np

from calibration import questions
from results.inequality import top_share
from scenarios import tables
from scenarios.problems import near_miss
from sim.intervention import members, segment_record
from sim.residents import SERVICES, Sex, Status

MONTHS = 12
PER_CENT = 100.0


@dataclass
class View:
    """The world as a statistic sees it: a finished model, what was kept of it before, and answers to a survey if one was made."""

    model: object
    before: dict = field(default_factory=dict)  # months back -> (ids, wellbeing), arrays
    answers: object = None  # frame of answers of all waves, see calibration.questions, or None

    def members(self, section, segment=None):
        """Rows of residents whom a target means, bool (n,)."""
        people = self.model.people
        inside = members(people, segment_record(section.who if segment is None else segment), self.model.month)
        if section.sex:
            inside &= people["sex"] == Sex[section.sex].value
        if section.county:
            here = [m.index for m in self.model.municipalities if m.county.name == section.county]
            inside &= np.isin(people["municipality"], here)
        return inside

    def values(self, section, segment=None):
        """(values, weights) of the target's outcome among those whom it means."""
        people = self.model.people[self.members(section, segment)]
        return OUTCOMES[section.outcome](people, self.model), np.asarray(self.model.weight)[people["municipality"]]


OUTCOMES = {
    "wellbeing": lambda p, m: p["wellbeing"],
    "good_quality_of_life": lambda p, m: (p["wellbeing"] >= m.values["good_quality.line"]).astype(float),
    "loneliness": lambda p, m: (p["inclusion"] < m.values["lonely.line"]).astype(float),
    "strain": lambda p, m: p["strain"],
    "distress": lambda p, m: np.maximum(0.0, p["distress"] - p["dose_relief"]),
    "health": lambda p, m: p["health"],
    "trust": lambda p, m: p["trust"],
    "income": lambda p, m: p["income"],
    "year_cost": lambda p, m: p["year_cost"],
    "any_contact": lambda p, m: (p["year_cost"] > 0).astype(float),
    "employed": lambda p, m: (p["status"] == Status.employed).astype(float),
    "unemployed": lambda p, m: np.isin(p["status"], (Status.unemployed, Status.labour_market_support)).astype(float),
    "labour_market_support": lambda p, m: (p["status"] == Status.labour_market_support).astype(float),
    "long_term_unemployed": lambda p, m: ((p["jobless_months"] >= MONTHS)
                                          & np.isin(p["status"], (Status.unemployed, Status.labour_market_support))).astype(float),
    "student": lambda p, m: (p["status"] == Status.student).astype(float),
    "outside": lambda p, m: (p["status"] == Status.outside).astype(float),
    "pensioner": lambda p, m: (p["status"] == Status.pensioner).astype(float),
    "neet": lambda p, m: np.isin(p["status"], (Status.unemployed, Status.labour_market_support, Status.outside)).astype(float),
    "social_assistance": lambda p, m: (p["claims"] > 0).astype(float),
}


def value(view, section):
    """The target's statistic in a view, untransformed; not-a-number if nobody is there whom it means."""
    if not section.asked:
        return float(globals()[section.statistic](view, section))
    try:
        return float(questions.estimate(view.answers, view.answers["weight"].to_numpy(float), section).value)
    except questions.UnansweredError:
        return float("nan")


def mean(view, section):
    """Mean of an outcome"""
    return _mean(*view.values(section))


def share(view, section):
    """Share with an outcome at `line` or above (0.5 if no line is given)"""
    values, weights = view.values(section)
    line = 0.5 if section.line is None else section.line
    return _mean((values >= line).astype(float), weights)


def sd(view, section):
    """Standard deviation of an outcome"""
    values, weights = view.values(section)
    centre = _mean(values, weights)
    return float(np.sqrt(_mean((values - centre) ** 2, weights)))


def gap(view, section):
    """Difference of means: those in `who` less those in `against`"""
    return _mean(*view.values(section)) - _mean(*view.values(section, section.against))


def persistence(view, section):
    """Correlation of wellbeing with that of the same persons `months` before"""
    ids, then = view.before[section.months]
    people = view.model.people[view.members(section)]
    _, i, j = np.intersect1d(people["id"], ids, return_indices=True)
    return float(np.corrcoef(people["wellbeing"][i], then[j])[0, 1]) if len(i) > 2 else float("nan")


def contacts_per_year(view, section):
    """Contacts with `service` per resident in the last 12 months"""
    model = view.model
    column = SERVICES.index(section.service)
    served = sum(month["served"][column] for month in model.service_records[-MONTHS:])
    return float(served) / max(1, int((model.people["alive"] == 1).sum()))


def series_per_hundred(view, section):
    """Requests met by `service` per 100 residents in the last 12 months"""
    model = view.model
    met = sum(month["met"][SERVICES.index(section.service)] for month in model.service_records[-MONTHS:])
    return PER_CENT * float(met) / max(1, int((model.people["alive"] == 1).sum()))


def cost_share(view, section):
    """Share of service cost of 12 months that the costliest `line` of residents carry"""
    cost = view.model.people["year_cost"][view.members(section)]
    return float(top_share(cost, section.line)) if cost.sum() > 0 else float("nan")


def still_jobless(view, section):
    """Share of the unemployed of 25-29 still without a job after `months`, exits to jobs only, by the model's own hazards"""
    k = view.model.coefficients[0]
    frailty = view.model.people["frailty"]
    months = np.arange(section.months)
    base = k["work_job_scale"][3] * (months + 1.5) ** (k["work_job_shape"] - 1.0)
    # The mean of exp(-frailty x H) over a gamma frailty of mean 1 is (1 + v H)^(-1/v), with v its variance among residents.
    v = float(frailty.var())
    return float((1.0 + v * base.sum()) ** (-1.0 / v))


def life_table_ratio(view, section):
    """Deaths of those in `who` against those in `against`: ratio of expected yearly rates of people of their ages and sexes"""
    return _risk(view, section, section.who) / _risk(view, section, section.against)


def _risk(view, section, segment):
    model = view.model
    people = model.people[view.members(section, segment)]
    years = np.minimum((model.month - people["birth_month"]) // MONTHS, model.mortality.shape[1] - 1)
    k = model.coefficients[0]
    jobless = np.isin(people["status"], (Status.unemployed, Status.labour_market_support))
    factor = np.where(jobless, k["mortality_jobless"][people["sex"]], 1.0)
    return float((model.mortality[people["sex"], years] * factor).mean())


def _mean(values, weights):
    whole = weights.sum()
    return float((values * weights).sum() / whole) if whole > 0 else float("nan")


def names():
    """Statistics that a target may name."""
    return tuple(name for name, f in globals().items() if inspect.isfunction(f) and f.__module__ == __name__
                 and tuple(inspect.signature(f).parameters) == ("view", "section"))


def fault_of(section):
    """What is wrong with a target's statistic and its settings, or None. Known before the budget is spent."""
    if section.statistic not in names():
        return f"no statistic '{section.statistic}'. {near_miss(section.statistic, names()) or 'Known: ' + ', '.join(names())}."
    if section.asked and (wrong := questions.fault_of(section)):
        return wrong
    if not section.asked and section.statistic in ("mean", "share", "sd", "gap") and section.outcome not in OUTCOMES:
        near = near_miss(str(section.outcome), OUTCOMES) or f"It can: {', '.join(OUTCOMES)}."
        return f"the model cannot answer '{section.outcome}'. {near}"
    for statistics, setting in NEEDS:
        if section.statistic in statistics and getattr(section, setting) is None:
            return f"'{section.statistic}' needs {setting}."
    counties = {m.county for m in tables.municipalities().values()}
    if section.county is not None and section.county not in counties:
        return f"there is no county '{section.county}'. {near_miss(section.county, counties)}"
    if section.service is not None and section.service not in SERVICES:
        return f"no service '{section.service}'. {near_miss(section.service, SERVICES)}"
    return None


NEEDS = (
    (("gap", "life_table_ratio"), "against"),
    (("persistence", "still_jobless"), "months"),
    (("contacts_per_year", "series_per_hundred"), "service"),
    (("cost_share",), "line"),
)

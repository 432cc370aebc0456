"""A study that an evaluator could have run: `Study` says what an evaluator decides, `plan` fits it to a scenario.

`sim.studyworld` draws such studies on simulated worlds, `sim.evaluate` makes a run of it.
"""

from dataclasses import dataclass

import numpy as np

from results.evaluation import DESIGNS
from scenarios import tables
from scenarios.problems import near_miss
from sim.residents import VISIT_BITS, VISIT_MONTHS, Group, Status
from sim.survey import visits

__all__ = ["OUTCOMES", "Plan", "Study", "plan", "runs_in"]

ADULT, WORKING_AGE_ENDS, OLDEST = 18, 64, 120  # years; employment is reported of 18-64
CONTROLS = ("areas", "lot", "matched", "none")
MONTHS = {"did": (1, 24), "difference": (1, 24), "before_after": (1, 24), "its": (12, 24)}  # before and after, unless asked for
ASKED = 800  # persons of a survey, unless asked for
MONTH_BITS = np.uint64(2**VISIT_BITS - 1)


@dataclass(frozen=True)
class Outcome:
    """What is studied: `says(answers, values)` what a survey records, `true(rows, values)` what is so, `register` what a register holds.

    The last has one number per resident and month, None where no register knows it. All are float arrays, in `unit`.
    """

    unit: str
    says: object
    true: object
    register: object = None


OUTCOMES = {
    "wellbeing": Outcome("EUROHIS-QOL-8 points", lambda f, v: f["score"], lambda p, v: p["wellbeing"]),
    "good_quality_of_life": Outcome("share", lambda f, v: f["score"] >= v["good_quality.line"],
                                    lambda p, v: p["wellbeing"] >= v["good_quality.line"]),
    "loneliness": Outcome("share", lambda f, v: f["lonely"], lambda p, v: p["inclusion"] < v["lonely.line"]),
    "employment": Outcome("share", lambda f, v: f["status"] == Status.employed.name, lambda p, v: p["status"] == Status.employed,
                          lambda p: p["status"] == Status.employed),
    "contacts": Outcome("contacts per month", lambda f, v: f["visits"] / VISIT_MONTHS, lambda p, v: visits(p) / VISIT_MONTHS,
                        lambda p: p["visit_ring"] & MONTH_BITS),
}  # fmt: skip


@dataclass(frozen=True)
class Study:
    """What an evaluator decides.

    design: 'did' (a panel before and after, with controls), 'difference' (after the start only), 'its' (monthly register series) or
    'before_after' (a panel without controls). n: persons asked in all, half of them controls; of a register study those whose records
    are drawn, None = everybody's. outcome: of OUTCOMES. who: 'all', a group, or an intervention, whose participants are meant.
    controls: 'areas' (municipalities without the programme; where it runs everywhere, `share` of the municipalities, drawn by lot,
    start after the study), 'lot' (half of the persons, drawn by lot, live in the world without the programme), 'matched' (residents of
    the same municipalities who did not take part), 'none', or a tuple of municipality codes; None = 'none' for its and before_after,
    else 'areas'. before, after: months from the first wave to the start, and from the start to the end of the last one; None = MONTHS,
    or what the run has. studies: in all. response: probability of answering, None = by the logistic rule of the survey; attrition: of
    not answering again. level: of intervals.
    """

    design: str = "did"
    n: int | None = None
    outcome: str = "wellbeing"
    who: str = "all"
    controls: object = None
    before: int | None = None
    after: int | None = None
    studies: int = 200
    response: float | None = None
    attrition: float | None = None
    share: float = 0.5
    level: float = 0.95

    def __post_init__(self):
        _known("design", self.design, DESIGNS)
        _known("outcome", self.outcome, OUTCOMES)
        if self.controls is None:
            object.__setattr__(self, "controls", "none" if self.design in ("its", "before_after") else "areas")
        if isinstance(self.controls, str):
            _known("controls", self.controls, CONTROLS)
        if self.n is not None and self.n < 8:
            raise ValueError(f"n: {self.n} persons; a study needs at least 8")
        for name in ("before", "after", "studies"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)}; at least 1 is needed" + (" (months)" if name != "studies" else ""))
        for name in ("response", "attrition"):
            if getattr(self, name) is not None and not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name}: {getattr(self, name)} is outside 0-1 (probability)")
        if not 0.0 < self.share < 1.0:
            raise ValueError(f"share: {self.share} of the municipalities as controls; above 0 and below 1 is needed")
        self._fits()

    def _fits(self):
        """Designs, controls and outcomes that do not go together."""
        register = OUTCOMES[self.outcome].register
        if self.design == "its" and register is None:
            held = [name for name, o in OUTCOMES.items() if o.register]
            raise ValueError(f"outcome: its needs a monthly register series, and no register holds {self.outcome}; use "
                             f"{' or '.join(held)}")
        if self.design == "its" and self.controls in ("lot", "matched"):
            raise ValueError(f"controls: its takes 'none', 'areas' or municipalities, not '{self.controls}'")
        if self.design in ("did", "difference") and self.controls == "none":
            raise ValueError(f"controls: {self.design} compares with controls; use areas, lot or municipalities, or design before_after")
        if self.design == "difference" and self.controls == "matched":
            raise ValueError("controls: matching needs answers from before the start; use design did")
        if self.design == "before_after" and self.controls != "none":
            raise ValueError("controls: before_after has none; leave --controls out, or use design did")
        if self.controls == "matched" and self.who in ("all", *Group.__members__):
            raise ValueError(f"controls: 'matched' sets participants beside others, so who must be an intervention, not '{self.who}'")


def _known(field, word, names):
    if word not in names:
        raise ValueError(f"{field}: there is no '{word}'. {near_miss(word, names) or 'Choose from ' + ', '.join(names) + '.'}")


# --- a study that fits a scenario ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """A study of one scenario. arms: comparator and scenario; blocks: names of the programme's interventions.

    first, last: measured months of the first and the last wave (of a series: its first and last month); start: the month in which the
    programme begins; treated, controls: municipality codes; drawn: whether controls are drawn by lot among `treated` in each world.
    """

    study: Study
    arms: tuple
    blocks: tuple
    start: int
    first: int
    last: int
    treated: tuple
    controls: tuple
    drawn: bool

    @property
    def later(self):
        """How many of the municipalities start later, where a lot decides."""
        many = len(self.treated)
        return min(many - 1, max(1, round(self.study.share * many))) if self.drawn else 0

    @property
    def asked(self):
        """Persons asked; None where everybody's register is read."""
        return ASKED if self.study.n is None and self.study.design != "its" else self.study.n

    @property
    def by_place(self):
        """Whether treated and controls live in different municipalities."""
        return bool(self.drawn or self.controls)

    @property
    def ages(self):
        """First and last age [years] of those studied."""
        return ADULT, WORKING_AGE_ENDS if self.study.outcome == "employment" else OLDEST

    def date(self, month):
        """Year and month of a measured month as text."""
        years, of_year = divmod(self.arms[0].time.start.month - 1 + month, 12)
        return f"{self.arms[0].time.start.year + years}-{of_year + 1:02d}"


def plan(arms, study):
    """The `Plan` of a study of arms (comparator, scenario). ValueError, one clear line, where the scenario cannot carry the study."""
    comparator, scenario = arms
    blocks = tuple(name for name, b in scenario.interventions.items() if comparator.interventions.get(name) != b)
    if not blocks:
        raise ValueError(f"'{scenario.id}' adds no intervention to '{comparator.id}': there is no programme to evaluate")
    if study.who not in ("all", *Group.__members__):
        _known("who", study.who, ["all", *Group.__members__, *blocks])
    codes = scenario.population.places
    meant = blocks if study.who not in blocks else (study.who,)
    treated = tuple(c for c in codes if any(runs_in(scenario.interventions[b], c) for b in meant))
    start = min(scenario.interventions[b].span(scenario.time.start)[0] for b in meant)
    first, last = _months(scenario, study, start)
    controls, drawn = _controls(study, codes, treated, tuple(c for c in codes if not any(
        runs_in(scenario.interventions[b], c) for b in blocks)))
    treated = tuple(c for c in treated if c not in controls)
    return Plan(study, (comparator, scenario), blocks, start, first, last, treated, controls, drawn)


def runs_in(block, code):
    """Whether an intervention's block runs in a municipality (code)."""
    return block.places == "all" or code in block.places


def _months(scenario, study, start):
    """Measured months of the first and last wave."""
    begin, end = -scenario.time.burn_in, 12 * scenario.time.years - 1
    before, after = study.before, study.after
    usual = MONTHS[study.design]
    first = start - (min(usual[0], max(1, start - begin)) if before is None else before)
    last = start - 1 + (min(usual[1], max(1, end - start + 1)) if after is None else after)
    if first < begin:
        raise ValueError(f"months before: {start - first} months before the start are outside the run, which begins {start - begin} "
                         f"months before it (burn-in of {scenario.time.burn_in} months included)")
    if last > end:
        raise ValueError(f"months after: {last - start + 1} months after the start are outside the run, which ends {end - start + 1} "
                         "months after it; ask for fewer, or run more --years")
    return first, last


def _controls(study, codes, treated, without):
    """Codes of the control municipalities, and whether a lot decides among the treated instead."""
    if isinstance(study.controls, tuple):
        missing = [c for c in study.controls if c not in codes]
        if missing:
            name = tables.municipalities()[missing[0]].name if missing[0] in tables.municipalities() else missing[0]
            raise ValueError(f"controls: {name} is not among the {len(codes)} municipalities of the scenario; add it with --where")
        if set(treated) <= set(study.controls):
            raise ValueError("controls: no municipality with the programme is left; name fewer")
        return study.controls, False
    if study.controls != "areas":
        return (), False
    if without:
        return without, False
    if len(treated) < 2:
        raise ValueError("controls: no control areas: the programme runs in the only municipality; add others with --where, "
                         "or use --controls lot")
    return (), True

"""The calibration problem: which numbers are free, what is known of the world, and how the model is run to be held against it."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator
from scipy import special

import scenarios
from calibration import microdata, questions
from scenarios import Segment
from scenarios.explain import problems_of
from scenarios.problems import Problem as Fault
from scenarios.problems import ScenarioError, near_miss
from scenarios.quantity import Quantity
from scenarios.settings import Strict, fault
from scenarios.syntax import read
from sim.survey import Design

Z95 = 1.959964
# What a target says of the world; the rest of it is the question, which both sides are asked.
ANSWER = ("value", "se", "low", "high", "source", "holdout", "note")
SECTIONS = ("calibration", "run", "parameters", "free", "correlation", "survey", "targets")
TRANSFORMS: dict[str, Callable] = {
    "identity": lambda x: x,
    "log": np.log,  # rates, variances, totals
    "logit": special.logit,  # shares
    "fisher": np.arctanh,  # correlations
}
SLOPES: dict[str, Callable] = {
    "identity": lambda x: np.ones_like(x),
    "log": lambda x: 1.0 / x,
    "logit": lambda x: 1.0 / (x * (1.0 - x)),
    "fisher": lambda x: 1.0 / (1.0 - x * x),
}


class CalibrationSection(Strict):
    """[calibration]: the problem's name and the scenario that is fitted."""

    id: str = ""
    scenario: str = "baseline"
    title: str = ""


class RunSection(Strict):
    """[run]: how the model is run for every row of parameters."""

    residents: int = Field(20_000, ge=100, description="simulated residents")
    years: int = Field(1, ge=1, le=20, description="years measured")
    burn_in: int = Field(24, ge=1, le=600, description="months")
    places: list[str] | None = None


class FreeSection(Strict):
    """One of [free]: a number whose distribution is the prior. Left empty, it is the number's own; a table keeps its shape."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    dist: Literal["beta", "gamma", "normal", "lognormal", "uniform"] | None = None


class TargetSection(Strict):
    """One of [targets]: what is known, of whom, how surely, and from where."""

    statistic: str
    outcome: str | None = None
    who: Segment = Segment()
    against: Segment | None = None
    sex: Literal["man", "woman"] | None = None
    county: str | None = None
    service: str | None = None
    months: int | None = Field(None, ge=1, le=240, description="months")
    wave: int | None = Field(None, ge=0, le=120, description="months after a survey's first wave")
    line: float | None = None
    value: float | None = None  # from the survey's microdata if not given
    se: float | None = Field(None, gt=0)
    low: float | None = None
    high: float | None = None
    transform: Literal["identity", "log", "logit", "fisher"] = "identity"
    source: str = ""
    holdout: bool = False
    asked: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _uncertainty(self) -> "TargetSection":
        if self.value is None:
            if self.se is not None or self.low is not None or self.high is not None:
                raise fault("has an error or an interval but no value.", "Give all, or none to estimate it from the survey's microdata.")
            return self
        if (self.se is None) == (self.low is None or self.high is None):
            raise fault("needs its standard error (se), or low and high (the 95 % interval): one of the two.")
        if self.low is not None and not self.low < self.value < self.high:
            raise fault(f"the value {self.value:g} must lie between low {self.low:g} and high {self.high:g}.")
        for name, number in (("value", self.value), ("low", self.low), ("high", self.high)):
            if number is None:
                continue
            if self.transform == "logit" and not 0.0 < number < 1.0:
                raise fault(f"{name} {number:g} is no share between 0 and 1, so it has no logit. Give shares, not per cent.")
            if self.transform == "log" and number <= 0.0:
                raise fault(f"{name} {number:g} is not above 0, so it has no logarithm.")
            if self.transform == "fisher" and not -1.0 < number < 1.0:
                raise fault(f"{name} {number:g} is no correlation between -1 and 1.")
        return self


@dataclass(frozen=True)
class Free:
    """A number that is fitted: its name and its prior."""

    name: str
    prior: Quantity

    def level(self, z: float) -> float:
        """The level (the value, or the factor of a table) at z, the prior being standard normal in z."""
        q = self.prior
        scalar = q.model_copy(update={"value": 1.0, "dist": "lognormal" if q.dist in ("beta", "gamma") else q.dist}) if q.is_table else q
        u = float(special.ndtr(z))
        return scalar.at(min(max(u, 1e-12), 1.0 - 1e-12))


@dataclass(frozen=True)
class Target:
    """One thing that is known, on its transformed scale: value `y`, standard error `sd`."""

    name: str
    section: TargetSection

    @property
    def y(self) -> float:
        """The value, transformed."""
        return float(TRANSFORMS[self.section.transform](np.float64(self.section.value)))

    @property
    def sd(self) -> float:
        """Standard error, transformed: half the transformed 95 % interval, or the delta method from `se`."""
        s = self.section
        if s.se is None:
            low, high = (float(TRANSFORMS[s.transform](np.float64(x))) for x in (s.low, s.high))
            return (high - low) / (2.0 * Z95)
        return s.se * self.slope

    @property
    def slope(self) -> float:
        """Slope of the transform at the value (delta method)."""
        return float(SLOPES[self.section.transform](np.float64(self.section.value)))

    def transformed(self, x):
        """A simulated value on the target's scale; not-a-number where it has none there."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = TRANSFORMS[self.section.transform](np.asarray(x, float))
        return np.where(np.isfinite(found), found, np.nan)


@dataclass(frozen=True)
class Problem:
    """Free numbers with priors, targets, and the scenario that is run. z: free numbers as standard normals, float (d,).

    covariance: of all target values on their scales, float (targets, targets), None if they are independent. asked: how simulated
    residents are asked (settings of `sim.survey.Design`). notes: what a reader must know of the data.
    """

    id: str
    scenario: Any
    free: tuple[Free, ...]
    targets: tuple[Target, ...]
    correlation: np.ndarray
    path: str = ""
    covariance: np.ndarray | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple = ()

    @property
    def names(self) -> list[str]:
        """Names of the free numbers."""
        return [f.name for f in self.free]

    @property
    def fitted(self) -> list[int]:
        """Places of the targets that are fitted."""
        return [i for i, t in enumerate(self.targets) if not t.section.holdout]

    @property
    def y(self) -> np.ndarray:
        """All target values on their scales, float (targets,)."""
        return np.array([t.y for t in self.targets])

    @property
    def observed_covariance(self) -> np.ndarray:
        """Covariance of all target values on their scales, float (targets, targets)."""
        if self.covariance is not None:
            return self.covariance
        return np.diag([t.sd**2 for t in self.targets])

    def prior(self, number: int, seed: int) -> np.ndarray:
        """Draws of the prior in z, float (number, d)."""
        rng = np.random.Generator(np.random.Philox(seed))
        return rng.standard_normal((number, len(self.free))) @ np.linalg.cholesky(self.correlation).T

    def log_prior(self, z: np.ndarray) -> np.ndarray:
        """Log density of the prior at z, float (n,) for z (n, d), without its constant."""
        solved = np.linalg.solve(self.correlation, np.atleast_2d(z).T).T
        return -0.5 * (np.atleast_2d(z) * solved).sum(1)

    def levels(self, z: np.ndarray) -> dict[str, float]:
        """{name: level} of one row of z."""
        return {f.name: f.level(float(x)) for f, x in zip(self.free, z, strict=True)}


def load(path: str | Path, kinds: Mapping, known: Callable[[TargetSection], str | None]) -> Problem:
    """Read a file of targets. known(section): what is wrong with a target's statistic, or None. ScenarioError lists all problems."""
    tables, source = read(Path(path), str(path))
    faults: list[Fault] = []

    def place(key, message, hint="", on_key=False):
        return source.problem(key, message, hint, on_key)

    for key in tables:
        if key not in SECTIONS:
            faults.append(place(key, f"unknown section '{key}'.", near_miss(key, SECTIONS) or f"Known: {', '.join(SECTIONS)}.", True))
    head = _validated(CalibrationSection, tables.get("calibration", {}), "calibration", place, faults) or CalibrationSection()
    run = _validated(RunSection, tables.get("run", {}), "run", place, faults)
    scenario = None
    if run:
        overrides = {"population.residents": run.residents, "time.years": run.years, "time.burn_in": run.burn_in,
                     "population.places": run.places, "runs.posterior": "none"}
        overrides |= {f"parameters.{name}": value for name, value in _flat(tables.get("parameters", {}))}
        given = {key: value for key, value in overrides.items() if value is not None}
        try:
            scenario = scenarios.load(head.scenario, kinds=kinds, overrides=given)
        except ScenarioError as error:
            faults += error.problems
    free = _free(tables.get("free", {}), scenario, place, faults)
    survey = _survey(tables.get("survey", {}), place, faults)
    targets = _targets(tables.get("targets", {}), place, faults, known)
    covariance, notes = _estimated(targets, survey, Path(path).parent, place, faults)
    correlation = _correlation(tables.get("correlation", {}), [f.name for f in free], place, faults)
    if not free:
        faults.append(place("free", "nothing is free to be fitted.", 'For example [free] with "wellbeing.base" = {}.'))
    if not any(not t.section.holdout for t in targets):
        faults.append(place("targets", "no target is left to fit to.", "Give at least one that is not held out."))
    if faults:
        raise ScenarioError(faults)
    asked = survey.asked if survey else {}
    return Problem(head.id or Path(path).stem, scenario, tuple(free), tuple(targets), correlation, str(path), covariance, asked, notes)


def _validated(model, raw, key, place, faults):
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults += problems_of(error, key, place, model)
        return None


def _flat(tables, prefix=""):
    for key, value in tables.items():
        if isinstance(value, dict) and "value" not in value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _free(tables, scenario, place, faults):
    found = []
    known = scenario.quantities() if scenario else {}
    for name, raw in _free_names(tables):
        key = f"free.{name}"
        section = _validated(FreeSection, raw, key, place, faults)
        if section is None or scenario is None:
            continue
        if name not in known:
            faults.append(place(key, f"there is no number '{name}' to free.", near_miss(name, known), True))
            continue
        given = {k: v for k, v in section.model_dump().items() if v is not None}
        try:
            own = known[name].model_dump()
            if own["dist"] == "fixed" and "low" in given:
                own["dist"] = None  # it had no range, so its unit says which distribution
            prior = Quantity(**{**own, "name": name, **given})
        except ValidationError as error:
            faults += problems_of(error, key, place, Quantity)
            continue
        if prior.is_fixed:
            faults.append(place(key, f"'{name}' has no range, so it has no prior.", f"Give low and high [{prior.unit}].", True))
            continue
        found.append(Free(name, prior))
    return found


def _free_names(tables, prefix=""):
    """Names in [free]: quoted dotted keys or nested tables; an entry ends where its keys are settings of a prior."""
    settings = set(FreeSection.model_fields)
    for key, value in tables.items():
        if not isinstance(value, dict) or not value or set(value) <= settings:
            yield f"{prefix}{key}", value if isinstance(value, dict) else {"value": value}
        else:
            yield from _free_names(value, f"{prefix}{key}.")


def _targets(tables, place, faults, known):
    found = []
    for name, raw in tables.items():
        section = _validated(TargetSection, raw, f"targets.{name}", place, faults)
        if section is None:
            continue
        wrong = known(section)
        if wrong:
            faults.append(place(f"targets.{name}", wrong, on_key=True))
            continue
        found.append(Target(name, section))
    return found


def _survey(raw, place, faults):
    """The [survey] section over its layout, and whether its design is one."""
    if not raw:
        return None
    try:
        raw = microdata.with_layout(raw)
    except ValueError as error:
        faults.append(place("survey.layout", str(error)))
        return None
    section = _validated(microdata.SurveySection, raw, "survey", place, faults)
    if section is not None and section.asked:
        section = section.model_copy(update={"asked": {k: tuple(v) if isinstance(v, list) else v for k, v in section.asked.items()}})
        try:
            Design(**section.asked)
        except (TypeError, ValueError) as error:
            known = [f.name for f in dataclasses.fields(Design)]
            strange = [k for k in section.asked if k not in known]
            faults.append(place("survey.asked", f"no setting '{strange[0]}'." if strange else str(error),
                                near_miss(strange[0], known) if strange else ""))
    return section


def _estimated(targets, survey, folder, place, faults):
    """Fill in the targets that microdata answer. Returns (covariance of all targets on their scales or None, notes)."""
    open_ones = {i: t for i, t in enumerate(targets) if t.section.value is None}
    if not open_ones:
        return None, ()
    if survey is None or survey.data is None:
        faults += [place(f"targets.{t.name}", "has no value.", "Give value and se, or microdata: [survey] data = \"FILE\".", True)
                   for t in open_ones.values()]
        return None, ()
    for t in open_ones.values():
        wrong = questions.fault_of(t.section)
        if wrong:
            faults.append(place(f"targets.{t.name}", wrong, on_key=True))
    if faults:
        return None, ()
    try:
        data = microdata.read(survey, folder)
        values, joint = microdata.estimates(data, {t.name: t.section for t in open_ones.values()})
    except ValueError as error:
        faults += [place("survey", line, on_key=True) for line in str(error).splitlines()]
        return None, ()
    for k, (i, t) in enumerate(open_ones.items()):
        found = {"value": float(values[k]), "se": float(np.sqrt(joint[k, k]))}
        wrong = _unusable(t, **found)
        if wrong:
            faults.append(place(f"targets.{t.name}", wrong, on_key=True))
        targets[i] = Target(t.name, t.section.model_copy(update=found))
    if faults:
        return None, ()
    covariance = np.diag([t.sd**2 for t in targets])
    at = np.array(list(open_ones))
    slopes = np.array([targets[i].slope for i in at])
    covariance[np.ix_(at, at)] = joint * np.outer(slopes, slopes)
    if np.linalg.eigvalsh(covariance).min() <= 1e-12 * covariance.max():
        faults.append(place("targets", "some survey targets say the same twice (their joint covariance has no inverse).",
                            "Leave out the one that follows from the others."))
    return covariance, tuple(data.notes)


def _unusable(target, value, se):
    """Why an estimate cannot be a target, or None."""
    if se <= 0.0 or not math.isfinite(se):
        return f"the survey gives {value:g} with no spread, so it has no standard error."
    if not math.isfinite(float(TRANSFORMS[target.section.transform](np.float64(value)))):
        return f"the survey gives {value:g}, which has no {target.section.transform}."
    return None


def _correlation(tables, names, place, faults):
    """The prior's correlation matrix in z: [correlation] with "a & b" = r for the pairs that are not independent."""
    matrix = np.eye(len(names))
    for pair, r in tables.items():
        parts = [p.strip() for p in pair.split("&")]
        if len(parts) != 2 or any(p not in names for p in parts):
            hint = f"Free: {', '.join(names)}."
            faults.append(place(f"correlation.{pair}", f"'{pair}' is not two free numbers joined by &.", hint, True))
        elif not isinstance(r, int | float) or not -1.0 < r < 1.0:
            faults.append(place(f"correlation.{pair}", f"{r} is no correlation between -1 and 1.", "", True))
        else:
            i, j = (names.index(p) for p in parts)
            matrix[i, j] = matrix[j, i] = float(r)
    if len(names) and np.linalg.eigvalsh(matrix).min() <= 1e-9:
        faults.append(place("correlation", "these correlations contradict each other (the matrix is not positive definite).", ""))
        return np.eye(len(names))
    return matrix


def contradictions(problem: Problem) -> list[str]:
    """Pairs of targets that cannot both hold: the same question of the same people with answers further apart than chance allows."""
    found = []
    targets = problem.targets
    for i, a in enumerate(targets):
        for b in targets[i + 1 :]:
            same = {k: v for k, v in a.section.model_dump().items() if k not in ANSWER} == {
                k: v for k, v in b.section.model_dump().items() if k not in ANSWER}
            apart = abs(a.y - b.y) / math.hypot(a.sd, b.sd)
            if same and apart > 3.0:
                found.append(f"'{a.name}' and '{b.name}' ask the same and are {apart:.1f} standard errors apart: both cannot be right")
    return found


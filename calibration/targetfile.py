"""A file of targets to a Problem: every fault with its place in the file, all at once."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from pydantic import ValidationError

import scenarios
from calibration import microdata, questions
from calibration.problem import TRANSFORMS, CalibrationSection, Free, FreeSection, Problem, RunSection, Target, TargetSection
from scenarios.explain import problems_of
from scenarios.problems import Problem as Fault
from scenarios.problems import ScenarioError, near_miss
from scenarios.quantity import Quantity
from scenarios.syntax import read
from sim.survey import Design

SECTIONS = ("calibration", "run", "parameters", "free", "correlation", "survey", "targets")


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

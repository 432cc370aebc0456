"""The plan file of a sweep: read, checked against its scenarios, all problems at once, each with its place in the file."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from scenarios import ScenarioError, syntax
from scenarios.explain import problems_of
from scenarios.problems import Problem, near_miss
from scenarios.schema import Strict
from sim import runs
from sim.sweep.constraint import Constraint
from sim.sweep.design import Factor, plain, units, whole_of

__all__ = ["Cluster", "Plan", "Search", "fingerprint", "load", "paths", "read_posterior"]

SECTIONS = ("sweep", "set", "vary", "constraints", "list", "cluster", "search")
SPEC = {"low", "high", "steps", "log"}
MOST_POINTS = 1_000_000


class Head(Strict):
    """[sweep]: which scenarios, which design, how many points, draws and replicates."""

    id: str = Field("", pattern=r"^[A-Za-z0-9_-]*$")
    scenarios: list[str] = Field(min_length=1)
    design: Literal["grid", "lhs", "sobol", "morris", "list"] = "grid"
    points: int | None = Field(None, ge=1, le=MOST_POINTS, description="points; trajectories for morris")
    draws: int = Field(1, ge=1, description="draws of what is not varied; 1 = central values")
    replicates: int = Field(1, ge=1, description="replicates of chance for each draw")
    seed: int | None = Field(None, ge=0, lt=2**63)
    posterior: str | None = None
    chunk: int | None = Field(None, ge=1, le=100_000, description="tasks per chunk")


class Cluster(Strict):
    """[cluster]: what a job of this sweep needs to say to Slurm; it does not touch results."""

    options: list[str] = Field(default_factory=list)
    setup: list[str] = Field(default_factory=list)
    cpus: int = Field(4, ge=1, description="processors per array task")
    hours: float = Field(1.0, gt=0, le=72, description="hours one array task should run")
    tasks: int = Field(90, ge=1, le=1000, description="most tasks in one array")


class Search(Strict):
    """[search]: what to look for: objectives with their direction, limits, and how many candidates."""

    maximise: list[str] = Field(default_factory=list)
    minimise: list[str] = Field(default_factory=list)
    limits: dict[str, str] = Field(default_factory=dict)
    candidates: int = Field(64, ge=4, le=100_000, description="candidates in all")
    generation: int = Field(16, ge=2, description="candidates evaluated together")


@dataclass(frozen=True)
class Plan:
    """A plan, checked. `arms`: {scenario id: loaded with [set]}, the comparator first; `points`: rows of values by factor."""

    id: str
    head: Head
    arms: dict
    settings: dict
    factors: tuple
    points: list
    dropped: int
    constraints: dict
    posterior: list
    cluster: Cluster
    search: Search | None
    text: str
    known: dict = field(repr=False)

    @property
    def draws(self):
        """Numbers of the draws: 0 alone (central values), or 1, 2, …"""
        return [0] if self.head.draws == 1 and not self.posterior else list(range(1, self.head.draws + 1))


def load(path):
    """Read and check a plan file. Raises ScenarioError with every problem at once."""
    tables, source = syntax.read(Path(path), str(path))
    return _Check(Path(path), tables, source).plan()


def fingerprint(scenario):
    """SHA-256 over everything of a scenario that decides a run, and nothing else (not its id, titles or file names)."""
    own = {
        "population": scenario.population.model_dump(mode="json", exclude={"table"}),
        "table": _digest(scenario.population.table) if scenario.population.table else None,
        "time": scenario.time.model_dump(mode="json"), "seed": scenario.runs.seed,
        "interventions": {
            name: [block.model_dump(mode="json", exclude={"title"}), [q.name for _, q, _ in block.quantities()]]
            for name, block in scenario.interventions.items()},
        "parameters": {name: [q.value, q.low, q.high, q.dist, q.unit] for name, q in scenario.parameters.items()},
    }
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def _digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def paths(scenario):
    """Everything of a scenario that can be set or varied: {dotted path: (Quantity or current value, declaration or None)}."""
    found = {f"parameters.{name}": (q, None) for name, q in scenario.parameters.items()}
    for section in ("population", "time"):
        block = getattr(scenario, section)
        found |= {f"{section}.{name}": (getattr(block, name), None) for name in type(block).model_fields}
    found["runs.seed"] = (scenario.runs.seed, None)
    for name, block in scenario.interventions.items():
        prefix = f"interventions.{name}."
        found |= {f"{prefix}{key}": (value, None) for key, value in _fields(block)}
        found |= {key: (q, number) for key, q, number in block.quantities(prefix)}
    return found


def _fields(block, prefix=""):
    for name in type(block).model_fields:
        value = getattr(block, name)
        if hasattr(type(value), "model_fields") and not hasattr(value, "dist"):
            yield from _fields(value, f"{prefix}{name}.")
        elif name not in ("kind", "title"):
            yield f"{prefix}{name}", value


def read_posterior(path):
    """Draws of a calibration: one row per draw, one column per dotted path; a bare parameter name is taken as `parameters.…`."""
    import pandas as pd

    frame = pd.read_csv(path) if str(path).endswith(".csv") else pd.read_parquet(path)
    frame = frame.drop(columns=[c for c in ("draw", "weight", "chain", "iteration") if c in frame])
    names = [c if c.startswith(("parameters.", "interventions.")) else f"parameters.{c}" for c in frame.columns]
    return [dict(zip(names, map(float, row), strict=True)) for row in frame.itertuples(index=False)]


class _Check:
    """One pass over the plan's tables that collects problems instead of stopping at the first."""

    def __init__(self, path, tables, source):
        self.path, self.tables, self.source = path, tables, source
        self.problems: list[Problem] = []
        self.known: dict[str, dict] = {}

    def add(self, key, message, hint="", on_key=False):
        self.problems.append(self.source.problem(key, message, hint, on_key))

    def plan(self):
        """The checked plan; ScenarioError with all problems."""
        for key in self.tables:
            if key not in SECTIONS:
                self.add(key, f"unknown section '{key}'.", near_miss(key, SECTIONS) or f"Known: {', '.join(SECTIONS)}.", True)
        head = self.section("sweep", Head)
        cluster = self.section("cluster", Cluster)
        search = self.section("search", Search) if "search" in self.tables else None
        arms = self.arms(head) if head else {}
        self.known = {name: paths(arm) for name, arm in arms.items()}
        self.files = {name: arm.path for name, arm in arms.items()}
        factors = self.factors(head, arms) if head else []
        constraints = self.constraints(factors)
        posterior = self.posterior(head, arms) if head else []
        points, dropped = [{}], 0
        if head and not self.problems:
            points, dropped = self.points(head, factors, constraints, arms)
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda p: (p.line, p.column)))
        return Plan(head.id or self.path.stem, head, arms, self.settings, tuple(factors), points, dropped,
                    {name: c.text for name, c in constraints.items()}, posterior, cluster, search, self.source.text, self.known)

    def section(self, key, model):
        raw = self.tables.get(key, {})
        if not isinstance(raw, dict):
            self.add(key, f"needs a table, [{key}].", on_key=True)
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems += problems_of(error, key, self.source.problem, model)
            wrong = {item["loc"][0] for item in error.errors() if item["loc"]}
            if wrong & set(raw):  # the rest is checked as if the wrong keys were not there
                return self.readable(model, {k: v for k, v in raw.items() if k not in wrong})
            return None

    def readable(self, model, raw):
        try:
            return model.model_validate(raw)
        except ValidationError:
            return None

    # --- scenarios ----------------------------------------------------------------------------------------------------

    def arms(self, head):
        """The scenarios with [set] laid over those that have the path, the comparator of the first in front."""
        self.settings = dict(_flat(self.tables.get("set", {}), lambda v: not isinstance(v, dict)))
        if head.seed is not None:
            self.settings["runs.seed"] = head.seed
        found = {}
        for i, name in enumerate(head.scenarios):
            arm = self.scenario(name, f"sweep.scenarios.{i}")
            if arm is None:
                continue
            if i == 0 and arm.comparator != arm.id:
                first = self.scenario(self.beside(arm.comparator, arm), f"sweep.scenarios.{i}")
                if first is not None:
                    found[first.id] = first
            if arm.id in found and found[arm.id].path != arm.path:
                self.add(f"sweep.scenarios.{i}", f"two scenarios with one id, '{arm.id}'.", "Give each its own [scenario] id.")
            found[arm.id] = arm
        everywhere = set().union(*(paths(arm) for arm in found.values())) if found else set()
        for path in self.settings:
            if found and path not in everywhere:
                self.add(f"set.{path}", f"no scenario of this plan has '{path}'.", near_miss(path, everywhere), True)
        found = {name: self.overlaid(arm) for name, arm in found.items()}
        self.twins(list(found.values()))
        return found

    def beside(self, name, arm):
        """A comparator's name or its file beside the scenario that names it."""
        for ending in ("", ".toml"):
            near = Path(arm.path).parent / f"{name}{ending}"
            if near.is_file():
                return str(near)
        return name

    def scenario(self, name, key, settings=None):
        """A scenario by name, or by a path that is looked for beside the plan first; None after a problem."""
        near = self.path.parent / name
        try:
            return runs.load(str(near) if name.endswith(".toml") and near.is_file() else name, settings)
        except ScenarioError as error:
            self.again(error, key)
            return None

    def again(self, error, key):
        """A scenario's problems, told at a key of the plan."""
        for p in error.problems:
            set_here = p.file == "command line"
            place = f"set.{p.key}" if set_here and f"set.{p.key}" in self.source.spots else key
            said = p.message if set_here else ": ".join(part for part in (f"{p.file}:{p.line}", p.key, p.message) if part)
            self.add(place, said, p.hint)

    def overlaid(self, arm):
        known = paths(arm)
        own = {path: value for path, value in self.settings.items() if path in known}
        try:
            return runs.load(arm.path, own) if own else arm
        except ScenarioError as error:
            self.again(error, "set")
            return arm  # the rest is checked without [set]

    def twins(self, arms):
        """Arms must have the same residents and months, or nothing can be paired."""
        for arm in arms[1:]:
            for what in ("population", "time"):
                if getattr(arm, what) != getattr(arms[0], what):
                    self.add("sweep.scenarios", f"'{arm.id}' and '{arms[0].id}' differ in {what}, so their residents are no twins.",
                             f"Set it for all under [set], for example \"{what}.{'years' if what == 'time' else 'residents'}\".")

    # --- what is varied -----------------------------------------------------------------------------------------------

    def factors(self, head, arms):
        raw = self.tables.get("vary", {})
        if not isinstance(raw, dict):
            self.add("vary", "needs a table, [vary].", on_key=True)
            return []
        found = [self.factor(head, path, spec, arms) for path, spec in _flat(raw, _is_spec)]
        return [f for f in found if f is not None]

    def factor(self, head, path, spec, arms):
        key = f"vary.{path}"
        has = [name for name in arms if path in self.known[name]]
        if not has:
            if arms:
                every = sorted(set().union(*self.known.values()))
                hint = near_miss(path, every) or "`hytesim scenarios show NAME --resolved` lists what a scenario has."
                self.add(key, f"no scenario of this plan has '{path}'.", hint, on_key=True)
            return None
        if path in self.settings:
            self.add(key, "is both set and varied.", "Keep one of the two.", on_key=True)
        now, number = self.known[has[0]][path]
        factor = self.specified(head, key, path, spec, now, number)
        if factor is not None:
            self.try_ends(factor, has, arms, key)
        return factor

    def specified(self, head, key, path, spec, now, number):
        """The Factor of a specification, or None after a problem."""
        quantity = now if hasattr(now, "dist") else None
        if isinstance(spec, list):
            if not spec:
                self.add(key, "is empty; give at least one value.")
                return None
            return Factor(path, levels=tuple(float(v) if quantity and type(v) is int else v for v in spec))
        if spec == "own":
            if quantity is None or quantity.is_fixed:
                self.add(key, "has no distribution of its own.", "Give { low = …, high = … } or a list of values.")
                return None
            limits = (number.low, number.high) if number else (-float("inf"), float("inf"))
            if head.design == "grid":
                self.add(key, "a grid needs levels.", "Give a list of values, or { low = …, high = …, steps = … }.")
                return None
            return Factor(path, own=quantity, limits=limits)
        return self.ranged(head, key, path, spec, quantity)

    def ranged(self, head, key, path, spec, quantity):
        if not isinstance(spec, dict) or not {"low", "high"} <= set(spec):
            self.add(key, "is neither a list of values, nor { low = …, high = … }, nor \"own\".")
            return None
        low, high, steps = spec["low"], spec["high"], spec.get("steps", 0)
        for name in ("low", "high"):
            if isinstance(spec[name], bool) or not isinstance(spec[name], int | float):
                self.add(f"{key}.{name}", "needs a number.")
                return None
        wrong = (
            "low is not below high." if not low < high else
            "a logarithmic range needs low above 0." if spec.get("log") and low <= 0 else
            "a grid over a range needs steps." if head.design == "grid" and not steps else
            "steps must be a whole number of at least 2." if steps and (type(steps) is not int or steps < 2) else "")
        if wrong:
            self.add(key, wrong)
            return None
        whole = quantity is None and whole_of(low, high)
        return Factor(path, low=low if whole else float(low), high=high if whole else float(high),
                      log=bool(spec.get("log")), whole=whole, steps=steps)

    def try_ends(self, factor, has, arms, key):
        """Load each scenario with the factor's ends, so that a value outside what a setting allows is told now."""
        told = set()
        for value in dict.fromkeys(map(str, factor.ends())):
            for name in has:
                real = next(v for v in factor.ends() if str(v) == value)
                own = {p: v for p, v in self.settings.items() if p in self.known[name]}
                try:
                    runs.load(arms[name].path, {**own, factor.path: applied(real, self.known[name][factor.path][0])})
                except ScenarioError as error:
                    for p in error.problems:
                        if p.message not in told:
                            told.add(p.message)
                            self.add(key, f"{plain(real)} does not fit '{name}': {p.message}", p.hint)

    def constraints(self, factors):
        raw, found = self.tables.get("constraints", {}), {}
        varied = [f.path for f in factors]
        for name, text in (raw.items() if isinstance(raw, dict) else ()):
            key = f"constraints.{name}"
            try:
                found[name] = Constraint(text) if isinstance(text, str) else None
            except ValueError as error:
                self.add(key, f"{error}.")
                continue
            if found[name] is None:
                self.add(key, "needs a comparison in quotes.")
                del found[name]
                continue
            for path in found[name].paths:
                if path not in varied:
                    self.add(key, f"'{path}' is not varied.", near_miss(path, varied) or "A constraint is between what is varied.")
        return found

    def posterior(self, head, arms):
        if head.posterior is None:
            return []
        near = self.path.parent / head.posterior
        file = near if near.is_file() else Path(head.posterior)
        if not file.is_file():
            self.add("sweep.posterior", f"there is no file '{head.posterior}'.")
            return []
        rows = read_posterior(file)
        every = set().union(*self.known.values()) if self.known else set()
        for path in rows[0] if rows else ():
            if path not in every:
                self.add("sweep.posterior", f"its column '{path}' is no number of these scenarios.", near_miss(path, every))
        if len(rows) < head.draws:
            self.add("sweep.draws", f"{head.draws} draws, but the posterior has {len(rows)} rows.")
        return rows

    # --- points -------------------------------------------------------------------------------------------------------

    def points(self, head, factors, constraints, arms):
        """Rows {path: value} that hold to the constraints, and how many did not."""
        if head.design == "list":
            rows = self.listed(factors)
        elif not factors:
            return [{}], 0
        else:
            rows = self.sampled(head, factors, arms)
        keep = [all(c.holds(row) for c in constraints.values()) for row in rows]
        if head.design == "morris":  # a trajectory is whole or nothing
            size = len(factors) + 1
            keep = [all(keep[i - i % size : i - i % size + size]) for i in range(len(keep))]
        kept = [row for row, held in zip(rows, keep, strict=True) if held]
        if rows and not kept:
            self.add("constraints", "no point of the design holds to the constraints.")
        return kept, len(rows) - len(kept)

    def sampled(self, head, factors, arms):
        points, design = head.points, head.design
        if design != "grid" and points is None:
            self.add("sweep.design", f"'{design}' needs points.", "For example points = 64.")
            return []
        if design == "sobol" and points & (points - 1):
            self.add("sweep.points", f"{points} is no power of 2, which the Sobol' sequence needs.",
                     f"Use {1 << (points.bit_length() - 1)} or {1 << points.bit_length()}.")
            return []
        if design == "grid" and _size(factors) > MOST_POINTS:
            self.add("vary", f"a grid of {_size(factors):,} points; at most {MOST_POINTS:,}.", "Use lhs or sobol.")
            return []
        seed = next(iter(arms.values())).runs.seed
        return [dict(zip([f.path for f in factors], row, strict=True)) for row in units(factors, design, points, seed)]

    def listed(self, factors):
        raw = self.tables.get("list", [])
        if not isinstance(raw, list) or not raw:
            self.add("sweep.design", "'list' needs its points.", "Write one [[list]] table per point.")
            return []
        if factors:
            self.add("vary", "a list has its own values.", "Drop [vary] or use another design.", on_key=True)
        rows, every = [dict(_flat(row, lambda v: not isinstance(v, dict))) for row in raw], set().union(*self.known.values())
        for i, row in enumerate(rows):
            for path in row:
                if path not in every:
                    self.add(f"list.{i}.{path}", f"no scenario of this plan has '{path}'.", near_miss(path, every), on_key=True)
            if set(row) != set(rows[0]):
                self.add(f"list.{i}", "does not have the same paths as the first point.", f"Those are {', '.join(rows[0])}.")
        if not self.problems:
            for i, row in enumerate(rows):
                self.try_row(i, row)
        return rows

    def try_row(self, i, row):
        for name, known in self.known.items():
            own = {p: v for p, v in {**self.settings, **row}.items() if p in known}
            try:
                runs.load(self.files[name], {p: applied(v, known[p][0]) if p in row else v for p, v in own.items()})
            except ScenarioError as error:
                for p in error.problems:
                    self.add(f"list.{i}", f"{p.key}: {p.message}", p.hint)


def applied(value, now):
    """A point's value as the override of a path; of a table of numbers it is the ratio by which all are multiplied."""
    if hasattr(now, "is_table") and now.is_table and not isinstance(value, list | tuple):
        low, high = now.bounds()
        return [min(max(v * value, low), high) for v in now.value]
    return value


def _size(factors):
    size = 1
    for f in factors:
        size *= len(f.levels) or f.steps
    return size


def _is_spec(value):
    return not isinstance(value, dict) or (bool(value) and set(value) <= SPEC)


def _flat(tables: Any, is_leaf, prefix="") -> Iterator[tuple[str, Any]]:
    for key, value in tables.items() if isinstance(tables, dict) else ():
        if is_leaf(value):
            yield f"{prefix}{key}", value
        else:
            yield from _flat(value, is_leaf, f"{prefix}{key}.")

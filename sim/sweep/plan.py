"""The plan file of a sweep: read, checked against its scenarios, all problems at once, each with its place in the file."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from scenarios import syntax
from scenarios.problems import near_miss
from scenarios.schema import Strict
from sim.sweep.arms import Arms
from sim.sweep.notes import Notes
from sim.sweep.points import MOST, points
from sim.sweep.vary import Vary

__all__ = ["Cluster", "Plan", "Search", "cluster", "fingerprint", "load", "read_posterior"]

SECTIONS = ("sweep", "set", "vary", "constraints", "list", "cluster", "search")
FILES = ("table", "areas")  # of [population]: their contents count, not where they lie
MOST_RUNS = 10_000_000  # rows of a task table that every worker reads


class Head(Strict):
    """[sweep]: which scenarios, which design, how many points, draws and replicates."""

    id: str = Field("", pattern=r"^[A-Za-z0-9_-]*$")
    scenarios: list[str] = Field(min_length=1)
    design: Literal["grid", "lhs", "sobol", "morris", "list"] = "grid"
    points: int | None = Field(None, ge=1, le=MOST, description="points; trajectories for morris")
    draws: int = Field(1, ge=1, le=MOST, description="draws of what is not varied; 1 = central values")
    replicates: int = Field(1, ge=1, le=MOST, description="replicates of chance for each draw")
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
    notes = Notes(Path(path), tables, source)
    for key in tables:
        if key not in SECTIONS:
            notes.add(key, f"unknown section '{key}'.", near_miss(key, SECTIONS) or f"Known: {', '.join(SECTIONS)}.", True)
    for key in ("set", "constraints"):
        if not isinstance(tables.get(key, {}), dict):
            notes.add(key, f"needs a table, [{key}].", on_key=True)
    head = notes.section("sweep", Head)
    jobs = notes.section("cluster", Cluster)
    search = notes.section("search", Search) if "search" in tables else None
    arms = Arms(notes, head)
    vary = Vary(notes, head, arms)
    posterior = _posterior(notes, head, arms) if head else []
    rows, dropped = points(notes, head, arms, vary) if head and not notes.problems else ([{}], 0)
    if head and not notes.problems:
        _bounded(notes, head, len(arms.found), len(rows))
    notes.end()
    return Plan(head.id or _named(path), head, arms.found, arms.settings, tuple(vary.factors), rows, dropped,
                {name: c.text for name, c in vary.constraints.items()}, posterior, jobs, search, source.text, arms.known)


def cluster(path):
    """What a plan file says of jobs on a cluster, without reading the rest: Cluster. ScenarioError if it is wrong."""
    tables, source = syntax.read(Path(path), str(path))
    notes = Notes(Path(path), tables, source)
    found = notes.section("cluster", Cluster)
    notes.end()
    return found


def _named(path):
    """A sweep's name by its plan file: letters, digits, dots, - and _, as folders and job scripts can bear them."""
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in Path(path).stem).strip(".")
    return name or "sweep"


def _bounded(notes, head, arms, rows):
    runs = arms * rows * head.draws * head.replicates
    if runs > MOST_RUNS:
        notes.add("sweep", f"{runs:,} runs ({arms} scenarios x {rows:,} points x {head.draws:,} draws x {head.replicates:,} replicates); "
                           f"at most {MOST_RUNS:,} in one plan.", "Take fewer, or split the plan.")


def _posterior(notes, head, arms):
    """Rows of the posterior that the plan names."""
    if head.posterior is None:
        return []
    near = notes.path.parent / head.posterior
    file = near if near.is_file() else Path(head.posterior)
    if not file.is_file():
        notes.add("sweep.posterior", f"there is no file '{head.posterior}'.")
        return []
    try:
        rows = read_posterior(file)
    except (OSError, ValueError) as error:
        notes.add("sweep.posterior", f"'{head.posterior}' cannot be read as numbers in Parquet or CSV: {str(error).splitlines()[0]}.")
        return []
    for path in rows[0] if rows else ():
        if path not in arms.every:
            notes.add("sweep.posterior", f"its column '{path}' is no number of these scenarios.", near_miss(path, arms.every))
    if len(rows) < head.draws:
        notes.add("sweep.draws", f"{head.draws} draws, but the posterior has {len(rows)} rows.")
    return rows


def read_posterior(path):
    """Draws of a calibration: one row per draw, one column per dotted path; a bare parameter name is taken as `parameters.…`."""
    import pandas as pd

    frame = pd.read_csv(path) if str(path).endswith(".csv") else pd.read_parquet(path)
    frame = frame.drop(columns=[c for c in ("draw", "weight", "chain", "iteration") if c in frame])
    names = [c if c.startswith(("parameters.", "interventions.")) else f"parameters.{c}" for c in frame.columns]
    return [dict(zip(names, map(float, row), strict=True)) for row in frame.itertuples(index=False)]


def fingerprint(scenario):
    """SHA-256 over everything of a scenario that decides a run, and nothing else (not its id, titles or file names)."""
    own = {
        "population": scenario.population.model_dump(mode="json", exclude={*FILES}),
        **{name: _digest(path) if (path := getattr(scenario.population, name)) else None for name in FILES},
        "time": scenario.time.model_dump(mode="json"), "seed": scenario.runs.seed,
        "interventions": {
            name: [block.model_dump(mode="json", exclude={"title"}), [q.name for _, q, _ in block.quantities()]]
            for name, block in scenario.interventions.items()},
        "parameters": {name: [q.value, q.low, q.high, q.dist, q.unit] for name, q in scenario.parameters.items()},
        "posterior": dict(scenario.posterior),
    }
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


def _digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()

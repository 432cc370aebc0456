"""More of a sweep that was begun: draws, replicates, points of its design, scenarios, as new tasks; what is there stays."""

import json

import numpy as np

from results import store
from scenarios import syntax
from sim import runs
from sim.sweep import plan as plans
from sim.sweep import tasks
from sim.sweep.arms import Arms
from sim.sweep.design import units
from sim.sweep.folder import Folder, keep_scenario, write_runs
from sim.sweep.notes import Notes
from sim.sweep.paths import paths
from sim.sweep.points import hold
from sim.sweep.vary import Vary

__all__ = ["expand"]


def expand(folder, draws=0, replicates=0, points=(), laid=0, scenarios=()):
    """Add draws, replicates, points or scenarios to a sweep as new tasks. Returns the Folder anew.

    points: rows {path: value} over the factors of the plan; laid: so many more points (of morris: trajectories) of the plan's
    own design; scenarios: names or files. Each scenario has all points, draws and replicates, also those added here.
    ValueError says what cannot be added, and what to do instead.
    """
    layout = _again(folder)
    extra = {"laid": laid, "arms": [], "titles": {}, "scenarios": {}}
    for name in scenarios:
        layout = _with(layout, folder, name, extra)
    rows = [*points, *(_more_points(folder, layout, laid) if laid else [])]
    extra["points"] = [len(layout.points), len(layout.points) + len(rows)] if laid else []
    fingerprints = {**folder.facts["scenarios"], **extra["scenarios"]}
    frame = tasks.lay_out_more(layout, folder, draws, replicates, rows, fingerprints)
    if frame.empty:
        raise ValueError(f"{folder.path} has all of that already: nothing was added")
    generation = len(list((folder.path / "tasks").glob("part-*.parquet")))
    for arm in extra["arms"]:
        keep_scenario(folder.path, arm, runs.load(layout.arms[arm].path))
    store.write_text(folder.path, f"tasks/part-{generation:05d}.json", json.dumps(extra, indent=2, ensure_ascii=False) + "\n")
    write_runs(folder.path, frame, generation)
    return Folder(folder.path)


def _again(folder):
    """The plan as it was: from the folder's own copies of the scenarios."""
    settings = tasks.from_plain(folder.facts["set"])
    loaded, known = {}, {}
    for name in folder.facts["arms"]:
        file = str(folder.path / "scenarios" / f"{name}.toml")
        has = paths(runs.load(file))
        loaded[name] = runs.load(file, {p: v for p, v in settings.items() if p in has})
        known[name] = paths(loaded[name])
    posterior = folder.path / "posterior.parquet"
    rows = plans.read_posterior(posterior) if posterior.is_file() else []
    points = folder.runs.drop_duplicates("point").sort_values("point")
    factors = folder.facts["factors"]
    values = [{p: _native(row[p]) for p in factors} for row in points.to_dict("records")]
    return tasks.Layout(loaded, known, settings, rows, values)


def _native(value):
    return value.item() if isinstance(value, np.generic) else value


def _with(layout, folder, name, extra):
    """The layout with one more scenario, whose residents and months must be those of the others."""
    arm = runs.load(name)
    if arm.id in layout.arms:
        raise ValueError(f"{folder.path} has a scenario '{arm.id}' already; give yours an [scenario] id of its own")
    has = paths(arm)
    settings = {p: v for p, v in layout.settings.items() if p in has}
    found = runs.load(name, settings)
    first = next(iter(layout.arms.values()))
    for what in ("population", "time"):
        if getattr(found, what) != getattr(first, what):
            raise ValueError(f"'{arm.id}' and '{first.id}' differ in {what}, so their residents are no twins: it cannot be added")
    for row in (layout.points[0], layout.points[-1]):  # a value that does not fit is told now
        runs.load(name, {**settings, **{p: v for p, v in row.items() if p in has and isinstance(v, int | float | bool)}})
    extra["arms"].append(arm.id)
    extra["titles"][arm.id] = arm.title.get("en", arm.id)
    extra["scenarios"][arm.id] = plans.fingerprint(arm)
    return layout._replace(arms={**layout.arms, arm.id: found}, known={**layout.known, arm.id: paths(found)})


class _Kept(Arms):
    """The scenarios of a folder, as a plan's check wants them."""

    def __init__(self, layout):
        self.found, self.known, self.settings = layout.arms, layout.known, layout.settings


def _more_points(folder, layout, laid):
    """The next `laid` points of the folder's own design that hold to its constraints."""
    tables, source = syntax.read(folder.path / "plan.toml")
    head = plans.Head.model_validate(tables["sweep"])
    if head.design in ("grid", "list"):
        raise ValueError(f"--add-points: the points of a {head.design} are all there; put more values into the plan and start a new folder "
                         "with --out")
    notes = Notes(folder.path / "plan.toml", tables, source)
    vary = Vary(notes, head, _Kept(layout))
    notes.end()
    if not vary.factors:
        raise ValueError("--add-points: nothing is varied in this plan; add draws or replicates")
    there = head.points + sum(part["laid"] for part in folder.expansions)
    if head.design == "sobol" and (there + laid) & (there + laid - 1):
        doubled = 1 << (there + laid).bit_length()
        raise ValueError(f"--add-points {laid}: {there} points and these make no power of 2, which the Sobol' sequence needs; add "
                         f"{max(doubled // 2, 2 * there) - there}")
    seed = next(iter(layout.arms.values())).runs.seed
    rows = hold(units(vary.factors, head.design, laid, seed, there), head.design, vary.constraints.values())
    if not rows:
        raise ValueError(f"--add-points {laid}: none of them holds to the plan's constraints; add more")
    return rows

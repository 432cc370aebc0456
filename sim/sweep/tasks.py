"""The task table: scenarios x points x draws x replicates, each with a key of everything that determines its result."""

import datetime
import hashlib
import json
import math
from typing import NamedTuple

import pandas as pd

from sim.sweep.paths import applied

__all__ = ["SIMULATE", "Layout", "digest", "from_plain", "lay_out", "lay_out_more", "plain", "read_settings"]

SIMULATE = "sim.sweep.chunks:simulate"
CHUNK_SECONDS = 60.0  # of one core
SPEED = 2e6  # resident-months per second of one core, on the low side of what benchmarks measure
OVERHEAD = 0.3  # seconds per task for building the world and its tables
SHARES = 32  # chunks that even a small sweep is cut into, so that all cores get some
MOST = 500  # tasks in a chunk


class Layout(NamedTuple):
    """What a task table is laid out from: loaded arms, what they have, settings for all, posterior rows, points."""

    arms: dict
    known: dict
    settings: dict
    posterior: list
    points: list


def plain(value):
    """Values as JSON can hold them: a date as {"date": "2018-01-01"}."""
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list | tuple) else value


def from_plain(value):
    """The inverse of `plain`."""
    if isinstance(value, dict):
        if set(value) == {"date"}:
            return datetime.date.fromisoformat(value["date"])
        return {k: from_plain(v) for k, v in value.items()}
    return [from_plain(v) for v in value] if isinstance(value, list) else value


def text(value):
    """One canonical text of a value."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value):
    """SHA-256 of a value's canonical text."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def read_settings(words):
    """The overrides of a task from its `settings` column."""
    return from_plain(json.loads(words))


def lay_out(plan, fingerprints, sources):
    """The task table of a plan: a frame with run, task, chunk, key, arm, point, draw, replicate, settings and the factors."""
    layout = Layout(plan.arms, plan.known, plan.settings, plan.posterior, plan.points)
    cells = [(point, draw, r, arm) for point in range(len(plan.points)) for draw in plan.draws for r in range(plan.head.replicates)
             for arm in plan.arms]
    rows = _rows(layout, cells, fingerprints, sources)
    return _numbered(rows, plan.head.chunk or chunk_size(plan.arms, len(rows)), {}, 0, 0)


def lay_out_more(layout, folder, draws, replicates, points, fingerprints):
    """Rows for what is added to a folder's sweep; runs that are there are left out. To central values (draw 0) draws 1, 2, … are added."""
    there = folder.runs
    known = set(zip(there["point"], there["draw"], there["replicate"], there["arm"], strict=True))
    last = int(there["draw"].max())
    numbers = [int(d) for d in sorted(there["draw"].unique())] + list(range(last + 1, last + draws + 1))
    if layout.posterior and numbers[-1] > len(layout.posterior):
        raise ValueError(f"the posterior has {len(layout.posterior)} rows, so there is no draw {numbers[-1]}")
    repeats = range(int(there["replicate"].max()) + 1 + replicates)
    layout = layout._replace(points=[*layout.points, *points])
    every = ((p, d, r, arm) for p in range(len(layout.points)) for d in numbers for r in repeats for arm in layout.arms)
    cells = [cell for cell in every if cell not in known]
    rows = _rows(layout, cells, fingerprints, folder.facts["software"]["sources"])
    if not rows:
        return pd.DataFrame()
    size = folder.facts["chunk"] or chunk_size(layout.arms, len(rows))
    tasks = dict(zip(there["key"], zip(there["task"], there["chunk"], strict=True), strict=True))
    return _numbered(rows, size, tasks, int(there["run"].max()) + 1, int(there["chunk"].max()) + 1)


def _rows(layout, cells, fingerprints, sources):
    rows = []
    for point, draw, replicate, arm in cells:
        drawn = layout.posterior[draw - 1] if layout.posterior and draw else {}
        values, known = layout.points[point], layout.known[arm]
        changes = {p: applied(v, known[p][0]) for p, v in values.items() if p in known}
        settings = {**layout.settings, **drawn}
        settings = {p: v for p, v in settings.items() if p in known} | changes
        key = digest([sources, fingerprints[arm], settings, draw, replicate])[:32]
        rows.append({"key": key, "arm": arm, "point": point, "draw": draw, "replicate": replicate,
                     "settings": text(settings), **{p: plain_cell(v) for p, v in values.items()}})
    return rows


def plain_cell(value):
    """A point's value as one cell of the table: numbers as they are, everything else as text."""
    return value if isinstance(value, bool | int | float) else str(value)


def _numbered(rows, size, tasks, first_run, first_chunk):
    """Number runs, tasks and chunks, going on from what is there. tasks: {key: (task, chunk)} of what is there."""
    tasks = dict(tasks)
    new, start = 0, 1 + max((t for t, _ in tasks.values()), default=-1)
    for i, row in enumerate(rows):
        if row["key"] not in tasks:
            tasks[row["key"]] = (start + new, first_chunk + new // size)
            new += 1
        row["run"], (row["task"], row["chunk"]) = first_run + i, tasks[row["key"]]
    frame = pd.DataFrame(rows)
    front = ["run", "task", "chunk", "key", "arm", "point", "draw", "replicate", "settings"]
    frame = frame[front + [c for c in frame.columns if c not in front]]
    return frame.astype({"run": "int32", "task": "int32", "chunk": "int32", "point": "int32", "draw": "int32", "replicate": "int32"})


def chunk_size(arms, runs):
    """Tasks per chunk: about a minute of one core by size of population and months; fewer where there are few tasks."""
    from sim.runs import need

    months = max(need([arm], 1, 1)["resident_months"] for arm in arms.values())
    size = round(CHUNK_SECONDS / (months / SPEED + OVERHEAD))
    return max(1, min(size, MOST, math.ceil(runs / SHARES)))

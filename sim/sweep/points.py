"""The points of a plan: by its design, or one by one from [[list]]; those that hold to the constraints."""

from scenarios import ScenarioError
from scenarios.problems import near_miss
from sim import runs
from sim.sweep.design import units
from sim.sweep.paths import applied, flat

__all__ = ["MOST", "hold", "points"]

MOST = 1_000_000


def points(notes, head, arms, vary):
    """Rows {path: value} of a plan's design that hold to its constraints, and how many did not. Problems go to `notes`."""
    if head.design != "list" and "list" in notes.tables:
        notes.add("list", f"points are listed, but the design is '{head.design}'.", 'Write design = "list", or drop them.', on_key=True)
    if head.design == "list":
        rows = _listed(notes, arms, vary.factors)
    elif not vary.factors:
        return [{}], 0
    else:
        rows = _sampled(notes, head, arms, vary.factors)
    kept = hold(rows, head.design, vary.constraints.values())
    if rows and not kept:
        notes.add("constraints", "no point of the design holds to the constraints.")
    return kept, len(rows) - len(kept)


def hold(rows, design, constraints):
    """The rows that hold to every constraint; of Morris' trajectories whole ones only."""
    keep = [all(c.holds(row) for c in constraints) for row in rows]
    if design == "morris" and rows:
        size = len(rows[0]) + 1
        keep = [all(keep[i - i % size : i - i % size + size]) for i in range(len(keep))]
    return [row for row, held in zip(rows, keep, strict=True) if held]


def _sampled(notes, head, arms, factors):
    points, design = head.points, head.design
    if design != "grid" and points is None:
        notes.add("sweep.design", f"'{design}' needs points.", "For example points = 64.")
        return []
    if design == "sobol" and points & (points - 1):
        notes.add("sweep.points", f"{points} is no power of 2, which the Sobol' sequence needs.",
                  f"Use {1 << (points.bit_length() - 1)} or {1 << points.bit_length()}.")
        return []
    if design == "grid" and _size(factors) > MOST:
        notes.add("vary", f"a grid of {_size(factors):,} points; at most {MOST:,}.", "Use lhs or sobol.")
        return []
    seed = next(iter(arms.found.values())).runs.seed
    return units(factors, design, points, seed)


def _listed(notes, arms, factors):
    raw = notes.tables.get("list", [])
    if not isinstance(raw, list) or not raw:
        notes.add("sweep.design", "'list' needs its points.", "Write one [[list]] table per point.")
        return []
    if factors:
        notes.add("vary", "a list has its own values.", "Drop [vary] or use another design.", on_key=True)
    rows = [dict(flat(row, lambda v: not isinstance(v, dict))) for row in raw]
    for i, row in enumerate(rows):
        for path in row:
            if path not in arms.every:
                notes.add(f"list.{i}.{path}", f"no scenario of this plan has '{path}'.", near_miss(path, arms.every), on_key=True)
        if set(row) != set(rows[0]):
            notes.add(f"list.{i}", "does not have the same paths as the first point.", f"Those are {', '.join(rows[0])}.")
    if not notes.problems:
        for i, row in enumerate(rows):
            _try(notes, arms, i, row)
    return rows


def _try(notes, arms, i, row):
    """Load each scenario with a listed point, so that a value that does not fit is told now."""
    for name, known in arms.known.items():
        own = {p: applied(v, known[p][0]) for p, v in row.items() if p in known}
        try:
            runs.load(arms.found[name].path, {**arms.own(name), **own})
        except ScenarioError as error:
            for p in error.problems:
                notes.add(f"list.{i}", f"{p.key}: {p.message}", p.hint)


def _size(factors):
    size = 1
    for f in factors:
        size *= len(f.levels) or f.steps
    return size

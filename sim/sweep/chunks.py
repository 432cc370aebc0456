"""What is done with one unit of a sweep: its tasks one after the other, and one Parquet part at the end."""

import importlib
import json
import os
import time
import traceback
from dataclasses import dataclass

import pyarrow as pa

from results import store
from sim.sweep.folder import Folder
from sim.sweep.journal import Journal

__all__ = ["FullError", "Work", "carry", "simulate"]

KEYS = ["task", "year", "kind", "stratum"]
TYPES = {"task": pa.int32(), "year": pa.int16(), "kind": pa.string(), "stratum": pa.string()}


class FullError(Exception):
    """The folder cannot be written to any more (disk full, quota, read-only): no task's fault."""


@dataclass(frozen=True)
class Work:
    """What every worker of a sweep needs: the folder, and the bytes of memory it may take (None: no limit)."""

    folder: str
    memory: int | None = None


def simulate(folder, row):
    """Run a task's scenario and condense it to yearly rows: a pandas frame as results.sweeps.condense gives it."""
    from results.sweeps.condense import condense
    from sim import runs

    return condense(runs.perform(runs.Task((folder.scenario(row),), row["draw"], row["replicate"])))


_OPEN: dict = {}


def opened(path):
    """The folder, read once per process and expansion."""
    state = path, len(os.listdir(os.path.join(path, "tasks")))
    if state not in _OPEN:
        _OPEN.clear()
        _OPEN[state] = Folder(path)
    return _OPEN[state]


def carry(work, unit, tell=None, stopping=None, given_up=None):
    """Do what is missing of a unit and write its part. Returns "done", "stopped", or "there" if the part existed.

    tell(event, task, seconds or None): "begin", "end" or "failed" of each task. stopping(): asked before each task.
    given_up: {task: words}, tasks that are not tried again. Raises FullError when the folder does not take the result.
    """
    folder, tell = opened(work.folder), tell or (lambda *_: None)
    part = folder.path / "results" / f"part-{unit.name}.parquet"
    if part.exists():
        return "there"
    journal = Journal(folder.path, unit.name)
    try:
        failed = _tasks(folder, unit, journal, tell, stopping or (lambda: False), given_up or {})
        if failed is None:
            return "stopped"
        if failed:
            store.write_text(folder.path, f"failed/{unit.name}.json", json.dumps(failed, indent=2, ensure_ascii=False) + "\n")
        if not (failed and unit.again):
            _write(part, [journal.done[task] for task in unit.tasks if task not in failed])
        journal.end()
    except OSError as error:
        raise FullError(f"{folder.path} cannot be written to ({error.strerror or error})") from error
    finally:
        journal.close()
    return "done"


def _tasks(folder, unit, journal, tell, stopping, given_up):
    """Do each task that the journal lacks. Returns the records of those that failed, or None when told to stop."""
    compute, failed = _function(folder.facts["compute"]), {}
    for row in folder.rows(unit):
        task = row["task"]
        if task in journal.done:
            continue
        if task in given_up:
            failed[task] = _record(row, given_up[task], "")
            tell("failed", task, None)
            continue
        if stopping():
            return None
        tell("begin", task, None)
        started = time.perf_counter()
        try:
            table = _arrow(task, compute(folder, row))
        except Exception as error:
            failed[task] = _record(row, _words(error), traceback.format_exc())
            tell("failed", task, time.perf_counter() - started)
            continue
        journal.add(task, table)
        tell("end", task, time.perf_counter() - started)
    return failed


def _words(error):
    if isinstance(error, MemoryError):
        return "needs more memory than a worker may take (--memory); " + (str(error) or "MemoryError")
    return f"{type(error).__name__}: {error}"


def _record(row, words, lines):
    """What is kept of a failed task: enough to run it again by hand."""
    names = ("task", "chunk", "key", "arm", "point", "draw", "replicate", "settings")
    return {**{name: row[name] for name in names}, "error": words, "traceback": lines}


def _function(name):
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)


def _arrow(task, frame):
    """A task's frame as an Arrow table of fixed types: keys, then float64 columns by name."""
    columns = {"task": pa.array([task] * len(frame), TYPES["task"])}
    for name, column in frame.items():
        values = column.tolist() if name in ("kind", "stratum") else column.to_numpy()
        columns[name] = pa.array(values, TYPES.get(name, pa.float64()))
    return pa.table(columns)


def _write(part, tables):
    """Write a part: rows of the whole period first, in a row group of their own, then those of the years."""
    import pyarrow.compute as pc

    if not tables:
        store.write_parquet(pa.table({name: pa.array([], kind) for name, kind in TYPES.items()}), part)
        return
    whole = pa.concat_tables(tables, promote_options="default")
    names = [*KEYS, *sorted(set(whole.column_names) - set(KEYS))]
    period = pc.equal(whole["year"], 0)
    first, rest = whole.filter(period), whole.filter(pc.invert(period))
    both = pa.concat_tables([first, rest]).select(names).combine_chunks()
    store.write_parquet(both, part, [first.num_rows] if first.num_rows and rest.num_rows else [])

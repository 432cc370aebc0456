"""What `hytesim sweep` prints: estimate, progress, status, the job script, analysis."""

import sys
import time
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table

from command.show import console

STOPPED = 75  # exit code when told to stop before the end; the same command carries on
SILENT = 60.0  # seconds without a sign of life after which a driver is called silent


def size(count):
    """Bytes in words."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def span(seconds):
    """Seconds in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def estimate(plan, quiet):
    """What a plan would take, measured on two of its tasks."""
    from sim import runs
    from sim.sweep.measure import measure

    found, (run_count, tasks, chunks) = measure(plan)
    cores = runs.cores()
    all_of = found.totals(tasks, cores)
    out = console()
    dropped = f" ({plan.dropped} more do not hold to the constraints)" if plan.dropped else ""
    out.print(f"{plan.id}: {len(plan.arms)} scenarios x {len(plan.points)} points{dropped} x {len(plan.draws)} draws x "
              f"{plan.head.replicates} replicates = {run_count:,} runs; {tasks:,} tasks, since runs alike are computed once; "
              f"{chunks:,} chunks.", soft_wrap=True)
    out.print(f"Measured on two of them here: {found.seconds:.2f} s of a core per task, {size(found.memory)} of memory per worker, "
              f"{size(found.disk)} on disk per task, {found.start:.1f} s for a worker to start.", soft_wrap=True)
    out.print(f"In all about {all_of['core_hours']:.2f} core-hours, {size(all_of['bytes'])} on disk; {span(all_of['hours'] * 3600)} and "
              f"{size(found.memory * cores)} of memory on the {cores} cores here. Nothing was kept.", soft_wrap=True)


@contextmanager
def progress(folder, units, quiet):
    """A bar on a terminal, a line per tenth elsewhere. Yields tell as engines call it, or None."""
    total = sum(len(unit.tasks) for unit in units)
    err = Console(stderr=True, highlight=False)
    if not quiet:
        err.print(f"{folder.facts['id']}: {total:,} of {len(folder.tasks):,} tasks to do, in {folder.path}", soft_wrap=True)
    counts = {"done": 0, "death": 0}
    if quiet or not err.is_terminal:

        def tell(event, unit, task, seconds, worker):
            _count(counts, event)
            if event in ("end", "failed") and not quiet and 10 * counts["done"] // total > 10 * (counts["done"] - 1) // total:
                err.print(f"{counts['done']} of {total} tasks")
            if event == "death" and not quiet:
                err.print(f"a worker ended while at task {task}; it is replaced", soft_wrap=True)

        yield tell
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        line = bar.add_task("starting (first time: compiling, half a minute)", total=total)

        def shown(event, unit, task, seconds, worker):
            _count(counts, event)
            words = f"tasks ({counts['death']} workers replaced)" if counts["death"] else "tasks"
            bar.update(line, completed=counts["done"], description=words)

        yield shown


def _count(counts, event):
    if event in ("end", "failed"):
        counts["done"] += 1
    counts["death"] += event == "death"


def ended(folder, outcome, quiet):
    """How a drive ended, and what to do next."""
    out = console()
    if quiet and not (outcome.failed or outcome.stopped):
        typer.echo(folder.path)
        return
    out.print(f"{outcome.done} tasks done here" + (f", {outcome.failed} failed" if outcome.failed else "")
              + (f", {outcome.deaths} workers replaced" if outcome.deaths else "") + ".", soft_wrap=True)
    if outcome.stopped:
        out.print(f"Told to stop; what is done is kept. Carry on with: hytesim sweep {folder.path}", soft_wrap=True)
    elif outcome.failed:
        out.print(f"Why: {folder.path}/failed/*.json. Try them again with: hytesim sweep retry {folder.path}", soft_wrap=True)
    elif not folder.missing():
        out.print(f"All {len(folder.tasks)} tasks are done: hytesim sweep analyse {folder.path}", soft_wrap=True)


def status(folder):
    """Counts, drivers, slowest tasks, failures."""
    from sim.sweep.status import status as read

    s, out, now = read(folder), console(), time.time()
    alive = [d for d in s.drivers if d["state"] == "working" and now - d["seen"] < SILENT]
    workers = sum(len(d["workers"]) for d in alive)
    out.print(f"{folder.facts['id']}: {s.done:,} of {s.tasks:,} tasks done ({100 * s.done / s.tasks:.0f} %), {workers} running, "
              f"{s.failed} failed, {s.missing_chunks} chunks open.", soft_wrap=True)
    if s.mean_seconds:
        left = s.seconds_left(workers)
        out.print(f"{s.mean_seconds:.2f} s of a core per task" + (f"; about {span(left)} left with {workers} workers." if left else ".")
                  + (f" Slowest: {', '.join(f'task {t} {sec:.1f} s' for sec, t in s.slowest)}." if s.slowest else ""), soft_wrap=True)
    if s.drivers:
        table = Table(box=None, pad_edge=False)
        for column in ("driver", "state", "done", "failed", "deaths", "sign of life", "at"):
            table.add_column(column)
        for d in s.drivers[-20:]:
            age = now - d["seen"]
            state = "silent" if d["state"] == "working" and age >= SILENT else d["state"]
            seen = f"{span(age)} ago" if age >= 0 else "ahead of this clock"
            at = ", ".join(f"{unit}/{task}" for unit, task in d["workers"].values())
            name = f"{d['host']} {d['pid']} {d['label']}".strip()
            table.add_row(name, state, *(str(d[k]) for k in ("done", "failed", "deaths")), seen, at)
        out.print(table)
    for task, record in list(folder.failures().items())[:5]:
        out.print(f"task {task} failed ({record['arm']}, point {record['point']}, draw {record['draw']}, replicate {record['replicate']}): "
                  f"{record['error']}", soft_wrap=True, markup=False)


def submit(folder, cluster, yes, quiet):
    """Show the job script of what is missing, as the plan's [cluster] says, and submit it."""
    from sim.engines import slurm
    from sim.sweep.measure import of_folder

    units = folder.missing()
    if not units:
        typer.echo(f"{folder.path}: nothing is missing.")
        return
    path = slurm.prepare(folder, cluster, of_folder(folder), units)
    if not quiet:
        typer.echo(path.read_text(encoding="utf-8"))
    if not yes and sys.stdin.isatty() and not typer.confirm("Submit this?", default=True):
        typer.echo(f"Not submitted. The script is {path}")
        return
    number = slurm.submit(path)
    typer.echo(f"{number}" if quiet else f"Job {number}. Watch it with: hytesim sweep status {folder.path}")


def analysis(folder, measures, seed, language="en", least=None):
    """Analyse a folder and print what was found; least: as `analyse` has it, None for the rule's own."""
    from pathlib import Path

    from results.store import StoreError
    from results.suppress import LEAST
    from results.sweeps.analyse import analyse, page
    from sim.sweep.folder import open_folder

    opened = open_folder(folder, check=False)
    missing = opened.missing()
    if len(missing) == len(opened.units()):
        raise StoreError(f"{folder} has no finished chunk yet")
    out = console()
    if missing:
        out.print(f"{len(missing)} of {len(opened.units())} chunks are not done yet; what follows rests on the others.", soft_wrap=True)
    try:
        said = analyse(folder, measures, seed, language, LEAST if least is None else least)
    except ImportError as error:
        raise ValueError(f"analysing needs the extra `sweep` ({error.name} is missing): pip install 'hytesim[sweep]'") from None
    for line in said:
        out.print(line, soft_wrap=True, markup=False)
    out.print(f"Page: {page(folder, language)}; tables and figures: {Path(folder) / 'analysis'}", soft_wrap=True)


def search(plan, out, engine, workers, memory, quiet, options):
    """Look for the best mixes of a plan and print the frontier."""
    from pathlib import Path

    from command.errors import KeptError
    from results import store
    from sim.sweep import drive
    from sim.sweep import search as searching
    from sim.sweep.chunks import FullError
    from sim.sweep.folder import Folder, create

    searching.check(plan)
    folder = create(plan, Path(out) / plan.id)
    err = Console(stderr=True, highlight=False)

    def carry(current):
        outcome = drive.carry_out(current, current.missing(), engine, workers, memory, None, "search", options)
        if outcome.stopped:
            typer.echo(f"Told to stop; candidates that are done are kept. The same command carries on in {current.path}", err=True)
            raise typer.Exit(STOPPED)

    try:
        found = searching.find(plan, folder, carry, None if quiet else lambda done, total: err.print(f"{done} of {total} candidates"))
    except KeyboardInterrupt:
        raise KeptError(f"Interrupted. Candidates that are done are kept; the same command carries on in {folder.path}") from None
    except FullError as error:
        raise store.StoreError(f"{error}. What is done is kept; make room, then give the same command again") from None
    files = searching.keep(plan, Folder(folder.path), found)
    best = found[found["frontier"]]
    table = Table(title=f"{len(best)} of {len(found)} mixes on the frontier", title_justify="left")
    shown = ["point", *(f.path for f in plan.factors), *plan.search.maximise, *plan.search.minimise, "steady"]
    for name in shown:
        table.add_column(name.rsplit(".", 1)[-1] if "." in name else name, justify="right")
    for row in best.sort_values(shown[-2]).to_dict("records"):
        table.add_row(*(f"{row[n]:.4g}" if isinstance(row[n], float) else str(row[n]) for n in shown))
    out_console = console()
    if not quiet:
        out_console.print(table)
    out_console.print(f"Mixes as scenarios for `hytesim compare`: {files[0].parent if files else folder.path / 'search'}", soft_wrap=True)

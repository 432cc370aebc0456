"""`hytesim sweep`: a plan on this machine, on Dask or on Slurm; its status, retry, expansion, merge and analysis."""

from pathlib import Path
from typing import Annotated

import typer

from command.near import NearMiss

CARRY = "carry"


class PlanOrCommand(NearMiss):
    """`hytesim sweep PLAN …` is `hytesim sweep carry PLAN …`: a file, a folder or an option in front is no command of the group."""

    def parse_args(self, ctx, args):
        """Put the hidden command in front where a plan is meant."""
        first = args[0] if args else "--help"
        plan = first.endswith(".toml") or (first.startswith("-") and first not in ("-h", "--help")) or Path(first).exists()
        if plan and first not in self.commands:
            args = [CARRY, *args]
        return super().parse_args(ctx, args)

app = typer.Typer(
    cls=PlanOrCommand, no_args_is_help=True,
    help="Carry out a plan of many runs: hytesim sweep PLAN.toml [--engine here|processes|slurm|dask] [--shard 3/40] [--workers N] "
    "[--memory GB] [--out FOLDER] [--dry-run] [--optimise]. The same command again carries on where it stopped. A sweep's folder "
    "may stand for its plan. `hytesim sweep carry --help` lists all options.")

Folder = Annotated[str, typer.Argument(metavar="DIR", help="The sweep's folder.")]
Engine = Annotated[str, typer.Option(help="here, processes, slurm or dask.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes (default: one per core).")]
Memory = Annotated[float | None, typer.Option(min=0.1, help="GB of memory that one worker may take.")]
Address = Annotated[str | None, typer.Option(help="Dask: address of a scheduler, or 'slurm' for a SLURMCluster; default: this machine.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder only.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Submit without asking.")]


@app.command(CARRY, hidden=True)
def carry(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file, or the folder of a sweep that was begun.")],
    engine: Engine = "processes", shard: Annotated[str | None, typer.Option(metavar="K/N", help="The K-th of N parts only.")] = None,
    workers: Workers = None, memory: Memory = None,
    out: Annotated[str, typer.Option(help="Folder in which the sweep's folder is made.")] = "sweeps",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Measure two tasks of this plan, say what it would take, and stop.")] = False,
    address: Address = None, units: Annotated[str | None, typer.Option(hidden=True)] = None, quiet: Quiet = False, yes: Yes = False,
    optimise: Annotated[bool, typer.Option("--optimise", help="Look for the best mixes, as [search] of the plan says.")] = False,
):
    """Carry out what is missing of a plan."""
    from command import sweep_show as show
    from sim.engines import processes

    _known(engine)
    part = _part(shard)
    if engine == "processes" and not dry_run:
        processes.begin()
    if dry_run:
        show.estimate(_read(plan), quiet)
        return
    if optimise:
        if engine == "slurm":
            raise ValueError("--optimise needs a driver that lives until the end: --engine here, processes or dask. On Slurm use --engine "
                             "dask --address slurm, or give this command with --engine processes in a batch job")
        if shard or units:
            raise ValueError("--optimise and --shard: each generation rests on the whole one before it, so a search has no shards")
        options = {"address": address} if engine == "dask" else None
        show.search(_read(plan), _place(out), engine, workers, memory and int(memory * 1e9), quiet, options)
        return
    folder = _folder(plan, out)
    if engine == "slurm":
        from sim.sweep.plan import cluster

        said = cluster(plan if Path(plan).is_file() else folder.path / "plan.toml")  # as of now: it may change while a sweep runs
        show.submit(folder, said, yes, quiet)
        return
    chosen = _units(folder, part, units)
    options = {"address": address} if engine == "dask" else None
    _drive(folder, chosen, engine, workers, memory, shard or "", quiet, options)


def _drive(folder, units, engine, workers, memory, label, quiet, options=None):
    """Carry out units and end with the exit code that says how it went."""
    from command import sweep_show as show
    from command.errors import KeptError
    from sim.sweep import drive
    from sim.sweep.chunks import FullError

    try:
        with show.progress(folder, units, quiet) as tell:
            outcome = drive.carry_out(folder, units, engine, workers, memory and int(memory * 1e9), tell, label, options)
    except KeyboardInterrupt:
        raise KeptError(f"Interrupted. What is done is kept; carry on with: hytesim sweep {folder.path}") from None
    except FullError as error:
        typer.echo(f"{error}. What is done is kept; make room, then carry on with: hytesim sweep {folder.path}", err=True)
        raise typer.Exit(1) from None
    show.ended(folder, outcome, quiet)
    _exit(outcome)


def _known(engine):
    from command.near import nearest

    names = ("here", "processes", "slurm", "dask")
    if engine not in names:
        raise ValueError(f"--engine {engine}: there is no such engine.{nearest(engine, names)}")


def _exit(outcome):
    from command.sweep_show import STOPPED

    if outcome.stopped:
        raise typer.Exit(STOPPED)
    if outcome.failed:
        raise typer.Exit(1)


def _read(name):
    """A checked plan; a misspelt command gets its near miss."""
    from command.near import nearest
    from sim.sweep import plan

    if not Path(name).is_file():
        near = nearest(name, [c.name or c.callback.__name__ for c in app.registered_commands if not c.hidden])
        raise FileNotFoundError(f"there is no plan '{name}'.{near}")
    return plan.load(name)


def _folder(name, out):
    """The sweep's folder, made if a plan is named that has none yet."""
    from sim.sweep.folder import create, open_folder

    if Path(name).is_dir():
        return open_folder(name)
    plan = _read(name)
    return create(plan, _place(out) / plan.id)


def _place(out):
    """The folder of `--out`. ValueError for a name that no folder can have, or that would break a job script."""
    if not out.strip() or not out.isprintable():
        raise ValueError(f"--out {out!r}: needs the name of a folder, without line breaks and other control characters")
    try:
        Path(out).exists()
    except OSError as error:
        raise ValueError(f"--out {out[:60]}…: {error.strerror}") from None
    return Path(out)


def _part(shard):
    """`3/40` as two numbers, or None; told before anything is made."""
    from sim.sweep.drive import shard as cut

    if shard is None:
        return None
    try:
        part, whole = (int(word) for word in shard.split("/"))
    except ValueError:
        raise ValueError(f"--shard {shard!r}: needs two numbers such as 3/40") from None
    cut([], part, whole)
    return part, whole


def _units(folder, part, listed):
    """What this process is to do: everything, a shard of everything, or a shard of the units listed in a file."""
    from sim.sweep import drive

    units = folder.units()
    if listed is not None:
        known = {unit.name: unit for unit in units}
        units = [known[name] for name in _names(folder, listed, known)]
    if part:
        units = drive.shard(units, *part)
    done = folder.parts()
    return [unit for unit in units if unit.name not in done]


def _names(folder, listed, known):
    """The chunks that a file of the folder lists, as a job script of `--engine slurm` names it."""
    import json

    try:
        names = json.loads((folder.path / listed).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        names = None
    if not isinstance(names, list):
        raise ValueError(f"--units {listed!r}: there is no list of chunks of that name in {folder.path}; submit again with --engine slurm")
    strange = [name for name in names if name not in known]
    if strange:
        raise ValueError(f"--units {listed}: this sweep has no chunk {strange[0]!r}; submit again with --engine slurm")
    return names


@app.command()
def status(folder: Folder):
    """How far a sweep is: done, running, failed, slowest, time left. Safe at any time, from anywhere."""
    from command import sweep_show as show
    from sim.sweep.folder import open_folder

    show.status(open_folder(folder, check=False))


@app.command()
def retry(folder: Folder, engine: Engine = "processes", workers: Workers = None, memory: Memory = None, quiet: Quiet = False):
    """Try the failed tasks again."""
    from sim.sweep.folder import open_folder

    _known(engine)
    found = open_folder(folder)
    units = found.again()
    if not units:
        typer.echo(f"{folder}: no task has failed.")
        return
    _drive(found, units, engine, workers, memory, "retry", quiet)


@app.command()
def expand(
    folder: Folder, add_draws: Annotated[int, typer.Option(min=0, help="Draws to add.")] = 0,
    add_replicates: Annotated[int, typer.Option(min=0, help="Replicates to add.")] = 0,
    add_points: Annotated[int, typer.Option(min=0, help="Points of the plan's design to add (of morris: trajectories).")] = 0,
    add_scenario: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Scenario to add (name or file); repeatable.")] = None,
):
    """Add draws, replicates, points or scenarios to a sweep; what is there stays."""
    from sim.sweep.expand import expand as expanded
    from sim.sweep.folder import open_folder

    if not (add_draws or add_replicates or add_points or add_scenario):
        raise ValueError("nothing to add: give --add-draws, --add-replicates, --add-points or --add-scenario")
    found = open_folder(folder)
    before = len(found.tasks)
    more = expanded(found, add_draws, add_replicates, laid=add_points, scenarios=add_scenario or ())
    typer.echo(f"{len(more.tasks) - before} tasks added to {before}. Carry them out with: hytesim sweep {folder}")


@app.command()
def merge(folder: Folder):
    """One sorted Parquet file of a finished sweep, with its checksum."""
    from sim.sweep.folder import open_folder
    from sim.sweep.merge import merge as merged

    facts = merged(open_folder(folder, check=False))
    left = f", {len(facts['failed'])} failed and left out" if facts["failed"] else ""
    typer.echo(f"{folder}/merged/results.parquet: {facts['rows']:,} rows of {facts['tasks']} tasks{left}, sha256 {facts['sha256'][:16]}…")


@app.command()
def commands(folder: Folder, shards: Annotated[int | None, typer.Option(min=1, help="Lines (default: one per missing chunk).")] = None):
    """One shell command a line that together carry out the sweep: for GNU parallel, HyperQueue, sbatch-hq, or by hand."""
    import shlex
    import sys

    from sim.sweep.folder import open_folder

    found = open_folder(folder, check=False)
    whole = shards or len(found.units())
    missing = {unit.name for unit in found.missing()}
    from sim.sweep.drive import shard

    for part in range(1, whole + 1):
        if any(unit.name in missing for unit in shard(found.units(), part, whole)):
            words = ("sweep", str(found.path), "--engine", "here", "--shard", f"{part}/{whole}", "--quiet")
            typer.echo(shlex.join([sys.executable, "-m", "hytesim", *words]))


@app.command()
def analyse(
    folder: Folder, measure: Annotated[list[str] | None, typer.Option(help="Measures to analyse (default: the main ones).")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of emulators and resampling.")] = 2018,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page and its figures: en, fi or sv.")] = "en",
    min_cell: Annotated[int, typer.Option(min=0, help="Gaps of fewer simulated residents are not told (0: all are).")] = 5,
):
    """What matters, where the policy fails, which scenario is robust: tables and figures in DIR/analysis."""
    from command import sweep_show as show

    show.analysis(folder, measure, seed, lang, min_cell)

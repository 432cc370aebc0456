"""`hytesim calibrate`: from targets to a posterior that scenarios use."""

from typing import Annotated

import typer


def calibrate(
    targets: Annotated[str, typer.Argument(metavar="TARGETS.toml", help="File of targets, or the name of one that comes with the model.")],
    method: Annotated[str, typer.Option(help="emulator, npe, abc or optimise.")] = "emulator",
    budget: Annotated[int, typer.Option(min=2, help="Simulations.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Seed of design and sampler.")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes (default: one per core).")] = None,
    engine: Annotated[str, typer.Option(help="here, processes or dask.")] = "processes",
    address: Annotated[str | None, typer.Option(help="Dask: address of a scheduler, or 'slurm' for a SLURMCluster; default: this "
                                                "machine.")] = None,
    out: Annotated[str, typer.Option(help="Folder in which the run folder is made.")] = "runs",
    check: Annotated[bool, typer.Option("--check/--no-check", help="Also recover known truths (40 more runs).")] = True,
    earlier: Annotated[str | None, typer.Option("--from", metavar="RUN", help="Run folder of an earlier calibration of the same numbers by "
                                                "the same questions: its simulations are used again.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file, say what it would take, and stop.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the run folder only.")] = False,
):
    """Fit free numbers of the model to targets, with diagnostics; the posterior goes into compare with --posterior."""
    from calibration import calibrate as work

    path = work.shipped(targets)
    if dry_run:
        typer.echo(work.plan(path, method, budget))
        return
    if engine == "processes" and workers != 1:
        from sim.engines import processes

        processes.begin()
    tell = None if quiet else lambda text: typer.echo(text, err=True)
    folder, text = work.calibrate(path, method, budget, seed, workers, out, check, tell, earlier, engine, address)
    typer.echo(str(folder) if quiet else f"{text}\n\nRun folder: {folder}")
    if not quiet and (folder / "posterior.parquet").exists():
        typer.echo(f"Use it: hytesim compare promeq --posterior {folder / 'posterior.parquet'}")

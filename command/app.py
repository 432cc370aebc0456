"""The commands, their options and how errors and Ctrl-C end them."""

import gc
import os
import sys
from importlib import metadata
from typing import Annotated

import typer

from command import follow, report, results, survey, sweep
from command.calibrate import calibrate
from command.dashboard import dashboard
from command.evaluate import evaluate
from command.explore import explore
from command.near import NearMiss
from command.socialreport import social_report

FEW_COLLECTIONS = 50_000  # new objects before Python looks for garbage: importing makes many and none of them is

app = typer.Typer(
    name="hytesim", cls=NearMiss, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    help="Simulate residents of Finnish municipalities: what campaigns and integrated services do to wellbeing, its "
    "inequality and costs. Start with: hytesim compare promeq",
    context_settings={"help_option_names": ["-h", "--help"]},
)
scenarios = typer.Typer(cls=NearMiss, no_args_is_help=True, help="List, show, check and start scenario files.")
app.add_typer(scenarios, name="scenarios")
app.command()(report.report)
app.add_typer(results.app, name="results")
app.add_typer(survey.app, name="survey")
app.command("social-report")(social_report)
app.add_typer(sweep.app, name="sweep")
app.command()(evaluate)
app.command()(follow.follow)
app.command()(dashboard)
app.command()(explore)



def _tell_version(wanted):
    if wanted:
        typer.echo(f"hytesim {metadata.version('hytesim')}")
        raise typer.Exit


@app.callback()
def every_command(version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True,
                                                        help="Print the version and stop.")] = False):
    """What holds for every command."""


Where = Annotated[list[str] | None, typer.Option("--where", metavar="PLACE",
    help="Municipality, code, county:NAME or all; may be given several times. Replaces the scenario's places.")]
Residents = Annotated[int | None, typer.Option(min=1, help="Simulated residents (default: the scenario's fraction).")]
Years = Annotated[int | None, typer.Option(min=1, max=100, help="Years measured.")]
Draws = Annotated[int | None, typer.Option(min=1, help="Draws of the uncertain numbers; 1 = central values.")]
Replicates = Annotated[int | None, typer.Option(min=1, help="Replicates of chance for each draw.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of draws and chance.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes (default: one per core).")]
Threads = Annotated[int, typer.Option(min=1, help="Threads in each process, for one large run.")]
Out = Annotated[str, typer.Option(help="Folder in which the run folder is made.")]
Keep = Annotated[list[str] | None, typer.Option(metavar="residents", help="Also keep one row per resident.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and stop.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the run folder only.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


Least = Annotated[int | None, typer.Option(
    "--min-cell", min=0, help="Figures, tables and pages of this run hide what fewer simulated residents stand behind (5; 0: show all).",
)]
NoReport = Annotated[bool, typer.Option("--no-report", help="Do not write report.en.html.")]
Posterior = Annotated[str | None, typer.Option(metavar="FILE",
    help='Calibrated draws: posterior.parquet of a calibration, a shipped name, or "none" for the priors alone.')]


def overrides(where, residents, years, seed, posterior=None):
    """Command-line options as dotted overrides of a scenario."""
    given = {"population.places": where, "population.residents": residents, "time.years": years, "runs.seed": seed,
             "runs.posterior": posterior}
    return {key: value for key, value in given.items() if value}


@app.command()
def compare(
    names: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Names or files; the comparator first if several.")],
    where: Where = None, residents: Residents = None, years: Years = None, draws: Draws = None, replicates: Replicates = None,
    seed: Seed = None, workers: Workers = None, threads: Threads = 1, out: Out = "runs", keep: Keep = None,
    dry_run: DryRun = False, quiet: Quiet = False, json: Json = False, no_report: NoReport = False, posterior: Posterior = None,
    least: Least = None,
):
    """Compare scenarios under common random numbers, and say what differs."""
    _answer("compare", tuple(names), overrides(where, residents, years, seed, posterior), draws, replicates, workers, threads,
            out, keep, dry_run, quiet, json, least=least, page=not no_report)


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file.")],
    where: Where = None, residents: Residents = None, years: Years = None, draws: Draws = None, replicates: Replicates = None,
    seed: Seed = None, workers: Workers = None, threads: Threads = 1, out: Out = "runs", keep: Keep = None,
    dry_run: DryRun = False, quiet: Quiet = False, json: Json = False, posterior: Posterior = None,
    least: Least = None,
):
    """Run one scenario by itself."""
    _answer("run", (name,), overrides(where, residents, years, seed, posterior), draws, replicates, workers, threads, out, keep, dry_run,
            quiet, json, least=least)


def _answer(what, names, changes, draws, replicates, workers, threads, out, keep, dry_run, quiet, json, **more):
    from sim.engines import processes

    if workers != 1 and not dry_run and not draws == replicates == 1:  # one task needs no workers
        processes.begin()
    from command import show
    from sim import runs

    unknown = [k for k in keep or () if k != "residents"]
    if unknown:
        raise ValueError(f"--keep {unknown[0]}: only 'residents' can be kept")
    arms = runs.arms_of(names, changes) if what == "compare" else [runs.load(names[0], changes)]
    d = draws or arms[0].runs.draws
    r = replicates or arms[0].runs.replicates
    facts = runs.need(arms, d, r)
    if dry_run:
        show.plan(arms, d, r, facts)
        return
    with show.progress(arms, d, r, facts, quiet or json) as tell:
        finished = getattr(runs, what)(*names, overrides=changes, draws=d, replicates=r, workers=workers, threads=threads,
                                       out=out, keep=tuple(keep or ()), tell=tell, **more)
    if json:
        show.as_json(finished)
    elif quiet:
        typer.echo(finished.folder)
    else:
        show.answer(finished)


@app.command()
def mechanisms(
    names: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="One, set against its comparator; or comparator and arm.")],
    where: Where = None, residents: Residents = None, years: Years = None, draws: Draws = None, replicates: Replicates = None,
    seed: Seed = None, workers: Workers = None, out: Out = "runs", quiet: Quiet = False, json: Json = False,
):
    """Say which pathway carried an effect, by switching pathways off one at a time under the same draws."""
    from sim.engines import processes

    if workers != 1:
        processes.begin()
    from command import mechanisms as decomposed
    from sim import runs

    arms = runs.arms_of(tuple(names), overrides(where, residents, years, seed))
    if len(arms) != 2:
        raise ValueError(f"{len(arms)} scenarios; mechanisms takes one arm and its comparator")
    decomposed.answer(arms, draws or arms[0].runs.draws, replicates or arms[0].runs.replicates, workers, out, quiet, json)


@scenarios.command("list")
def list_scenarios():
    """The scenarios that come with the model."""
    from command import show

    show.scenario_list()


@scenarios.command("show")
def show_scenario(
    name: str,
    resolved: Annotated[bool, typer.Option("--resolved", help="Every value with the file it came from.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="What each number rests on.")] = False,
    diff: Annotated[str | None, typer.Option(metavar="OTHER", help="What differs from another scenario.")] = None,
):
    """A scenario in words; or as resolved, its evidence, or what differs from another."""
    from command import show

    show.scenario(name, resolved, evidence, diff)


@scenarios.command()
def check(file: str):
    """Check a scenario file; every problem at once."""
    from command.show import many
    from sim.runs import load

    scenario = load(file)
    blocks = many(len(scenario.interventions), "intervention")
    places = many(len(scenario.population.places), "municipality", "municipalities")
    typer.echo(f"{file}: no problem found. {blocks}, {places}.")


@scenarios.command()
def kinds():
    """The intervention kinds and their settings with units."""
    from command import show

    show.kinds()


@scenarios.command()
def schema():
    """JSON schema of scenario files, for editors."""
    import json

    from scenarios import json_schema
    from sim.intervention import kinds as known

    typer.echo(json.dumps(json_schema(known()), indent=2, ensure_ascii=False))


@scenarios.command()
def new(name: Annotated[str, typer.Argument(help="Name of the new scenario; the file is NAME.toml here.")],
        extends: Annotated[str, typer.Option(help="Scenario to start from.")] = "promeq"):
    """Start a scenario file that extends another."""
    from command import show

    typer.echo(show.new_scenario(name, extends))


app.command()(calibrate)


@app.command()
def validate(out: Annotated[str, typer.Option(help="Markdown file to write.")] = "docs/validation.md",
             residents: Residents = None, seed: Seed = None):
    """Run the baseline and set the model beside the evidence."""
    from pathlib import Path

    from calibration import patterns
    from results.store import writable

    writable(Path(out).parent)
    typer.echo(patterns.write(out, residents=residents, seed=seed))


@app.command()
def doctor(quick: Annotated[bool, typer.Option("--quick", help="Without the reference run.")] = False, json: Json = False):
    """Say what works on this machine; small reference worlds must come out as they were kept."""
    from command.doctor import answer

    raise typer.Exit(answer(quick, json))


def start():
    """Run the command line; errors that a user can mend end in one clear text and exit code 2."""
    from command.errors import INTERRUPTED, guarded

    gc.set_threshold(FEW_COLLECTIONS)
    code = guarded(app)
    if code == INTERRUPTED:
        # CPython ends itself by the signal, and not with this code, if the interrupt came while it was executing text.
        if "multiprocessing.util" in sys.modules:  # gives back the semaphores of workers, which Python would otherwise warn of
            sys.modules["multiprocessing.util"]._run_finalizers(0)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

"""`hytesim survey`: synthetic survey microdata from simulated residents."""

from typing import Annotated

import typer

from command.near import NearMiss

app = typer.Typer(cls=NearMiss, no_args_is_help=True, help="Synthetic surveys: simulated residents answer a form.")


@app.callback()
def survey():
    """Synthetic surveys: simulated residents answer a form."""


@app.command()
def synthetic(
    out: Annotated[str, typer.Option(help="File to write, .csv or .parquet; its name gets 'synthetic' in front.")],
    scenario: Annotated[str, typer.Option(help="Scenario whose residents are asked.")] = "baseline",
    where: Annotated[list[str] | None, typer.Option("--where", metavar="PLACE", help="Municipality, code, county:NAME or all.")] = None,
    residents: Annotated[int, typer.Option(min=100, help="Simulated residents.")] = 20_000,
    years: Annotated[int, typer.Option(min=1, max=20, help="Years before the last wave.")] = 1,
    size: Annotated[int, typer.Option(min=1, help="Persons asked in the first wave.")] = 4000,
    waves: Annotated[str, typer.Option(help="Months after the first wave, as in 0,3,6.")] = "0",
    clusters: Annotated[str | None, typer.Option(help="household or area: draw these first.")] = None,
    response: Annotated[float | None, typer.Option(min=0, max=1, help="Share that answers (default: by age, wellbeing, trust).")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of residents and answers.")] = None,
):
    """Write survey microdata with design, non-response and weights, labelled as synthetic."""
    from calibration import synthetic as work
    from sim import runs
    from sim.survey import Design

    try:
        months = tuple(int(part) for part in waves.split(","))
    except ValueError:
        raise ValueError(f"--waves {waves}: months with commas between, such as 0,3,6") from None
    design = Design(size=size, waves=months, clusters=clusters, response=response)
    given = {"population.places": where, "population.residents": residents, "time.years": years, "runs.seed": seed}
    arm = runs.load(scenario, {key: value for key, value in given.items() if value is not None})
    path, rows, first = work.write(out, arm, design)
    typer.echo(f"{path}: {rows:,} answers of simulated residents ({first:,} in the first wave of {size:,} asked). Layout: synthetic.")

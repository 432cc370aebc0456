"""`hytesim evaluate`: the study that an evaluator would have run, against the truth."""

from typing import Annotated

import typer


def evaluate(
    name: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file; compared with its own comparator.")],
    design: Annotated[str, typer.Option(
        help="did, difference (after the start only), its (monthly register series) or before_after.")] = "did",
    n: Annotated[int | None, typer.Option(
        help="Persons asked, half of them controls (default 800; its: everybody's registers).")] = None,
    outcome: Annotated[str | None, typer.Option(
        help="wellbeing, good_quality_of_life, loneliness, employment or contacts (default wellbeing; its: contacts).")] = None,
    who: Annotated[str, typer.Option(
        help="Who is studied: all, a group such as neet, or an intervention's name: its participants.")] = "all",
    controls: Annotated[list[str] | None, typer.Option(
        help="areas (without the programme; if it runs everywhere, some start later), lot (persons by lot), matched, none, "
        "or municipalities (several times).")] = None,
    months: Annotated[str | None, typer.Option(metavar="BEFORE/AFTER",
        help="First wave so many months before the start, last one so many after it (default 1/24; its: 12/24).")] = None,
    share: Annotated[float, typer.Option(help="Share of municipalities that start later where the programme runs everywhere.")] = 0.5,
    response: Annotated[float | None, typer.Option(help="Probability of answering (default: by wellbeing, age and trust).")] = None,
    attrition: Annotated[float | None, typer.Option(help="Probability of not answering again (default: likewise).")] = None,
    studies: Annotated[int, typer.Option(help="Studies drawn in all, shared by the simulated worlds.")] = 200,
    where: Annotated[list[str] | None, typer.Option("--where", metavar="PLACE",
        help="Replaces the scenario's places; several times.")] = None,
    residents: Annotated[int | None, typer.Option(min=1, help="Simulated residents (default: the scenario's fraction).")] = None,
    years: Annotated[int | None, typer.Option(min=1, max=100, help="Years measured.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Draws of the uncertain numbers; 1 = central values.")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="Replicates of chance for each draw.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of draws and chance.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes (default: one per core).")] = None,
    out: Annotated[str, typer.Option(help="Folder in which the run folder is made.")] = "runs",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and stop.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the run folder only.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
):
    """Draw the study that an evaluator would have run, and say how often it would have been right."""
    from sim.engines import processes

    if workers != 1 and not dry_run:
        processes.begin()
    from sim import evaluate as runner

    asked = _study(design, n, outcome, who, controls, months, share, response, attrition, studies)
    given = {"population.places": where, "population.residents": residents, "time.years": years, "runs.seed": seed}
    changes = {key: value for key, value in given.items() if value}
    plan = runner.planned(name, asked, changes)
    if dry_run:
        _tell_plan(plan, draws, replicates)
        return
    finished = runner.evaluate(name, asked, changes, draws, replicates, workers, out, None if quiet or json else _progress())
    if json:
        _tell_json(finished)
    elif quiet:
        typer.echo(finished.folder)
    else:
        _tell(finished)


def _study(design, n, outcome, who, controls, months, share, response, attrition, studies):
    """The options as a `Study`; its faults name the options."""
    from sim.study import CONTROLS, Study

    before, after = _months(months)
    words = controls or []
    if len(words) == 1 and (words[0] in CONTROLS or not _known_place(words[0])):
        chosen = words[0]
    else:
        chosen = tuple(code for word in words for code in _codes(word)) or None
    outcome = outcome or ("contacts" if design == "its" else "wellbeing")
    try:
        return Study(design, n, outcome, who, chosen, before, after, studies, response, attrition, share)
    except ValueError as error:
        raise ValueError(f"--{error}") from None


def _months(text):
    """The two numbers of --months; None for both without it."""
    if text is None:
        return None, None
    try:
        before, after = (int(part) for part in text.split("/"))
    except ValueError:
        raise ValueError(f"--months {text}: months before and after the start with a / between, such as 1/24") from None
    return before, after


def _known_place(word):
    from scenarios import tables

    return any(word.casefold() in (m.code, m.name.casefold()) for m in tables.municipalities().values())


def _codes(word):
    """Code of a municipality by name or code, as a list; ValueError with a near miss."""
    from scenarios import tables
    from scenarios.problems import near_miss

    known = tables.municipalities().values()
    found = [m.code for m in known if word.casefold() in (m.code, m.name.casefold())]
    if not found:
        raise ValueError(f"--controls: there is no municipality '{word}'. {near_miss(word, [m.name for m in known])}".rstrip())
    return found


def _tell_plan(plan, draws, replicates):
    """What the evaluation would take."""
    from command.show import console
    from sim import evaluate as runner
    from sim import runs

    share = runner.worlds(plan, draws, replicates)
    facts = runs.need(plan.arms, len({d for d, _, _ in share}), len({r for _, r, _ in share}))
    out = console()
    out.print(runner.setting(plan), soft_wrap=True)
    out.print(f"{len(share)} simulated worlds of two arms, {facts['residents']:,} simulated residents, {share[0][2]} studies in each. "
              "Nothing was run.", soft_wrap=True)


def _progress():
    """tell(done, all): a line on standard error for each world that is done."""
    return lambda done, total: typer.echo(f"{done} of {total} worlds", err=True)


ROWS = (
    ("truth", "True effect on those studied"), ("population", "True effect on all adults of the places"), ("mean", "Mean estimate"),
    ("bias", "Bias (estimate less truth)"), ("error", "Standard error that studies report"), ("sd", "Spread of the estimates (SD)"),
    ("detected", "Detected (right sign)"), ("opposite", "Opposite found"),
    ("rejected", "Claims an effect, right or not"), ("coverage", "Intervals that hold the truth"),
    ("power", "Power by the normal formula"), ("needed", "Persons to ask for 80 % power"), ("response", "Answered all waves"),
)  # fmt: skip
SHARES = ("detected", "opposite", "rejected", "coverage", "power", "response")


def _tell(finished):
    """The sentence, a table, and what to be careful of."""
    from rich.table import Table

    from command.show import console

    out, row = console(), finished.tables["summary"].iloc[0]
    unit = finished.manifest["unit"]
    table = Table(title=f"{row['studies']} studies in {row['worlds']} simulated worlds: {row['outcome'].replace('_', ' ')} ({unit})",
                  title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("", justify="right")
    for name, label in ROWS:
        table.add_row(label, _value(row, name))
    out.print(finished.manifest["sentence"], soft_wrap=True)
    out.print(table)
    for note in finished.manifest["notes"]:
        out.print(f"- {note}", soft_wrap=True)
    out.print(f"Run folder: {finished.folder}", soft_wrap=True)


def _value(row, name):
    from results.evaluationtext import rounded
    from results.words import decimals, number, share, signed, small

    value = row[name]
    if name in SHARES:
        return share(value)
    if name == "needed":
        return "none is enough" if value == float("inf") else rounded(value)
    digits = decimals([row["truth"], row["mean"], row["error"]])
    if name == "bias":
        return f"{small(value, digits, signed)} (standard error {small(row['bias_error'], digits)})"
    return small(value, digits, number if name in ("error", "sd") else signed)


def _tell_json(finished):
    import json
    import sys

    row = json.loads(finished.tables["summary"].to_json(orient="records"))[0]
    facts = {"folder": str(finished.folder), "sentence": finished.manifest["sentence"], "notes": finished.manifest["notes"], "summary": row}
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")

"""What the commands print: progress, summaries, scenario lists."""

import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console():
    """A console on standard output; 100 columns where it is no terminal. Brackets in titles and sources are text, not markup."""
    return Console(width=None if sys.stdout.isatty() else 100, highlight=False, markup=False)


def _sizes(arms, draws, replicates, facts):
    places = len(arms[0].population.places)
    names = " and ".join(a.title.get("en", a.id) for a in arms)
    sizes = (many(places, "municipality", "municipalities"), many(arms[0].time.years, "year"),
             f"{many(draws, 'draw')} x {many(replicates, 'replicate')}")
    unseen = [f"{', '.join(found)} of {arm}" for arm, found in facts["unseen"].items()]
    note = f"\nNot at work within the months of this run: {'; '.join(unseen)}. Longer: --years" if unseen else ""
    return f"{names}: {many(facts['residents'], 'simulated resident')} of {', '.join(sizes)}{note}"


def many(number, one, more=None):
    """A count with its noun: `1 municipality`, `46 municipalities`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def plan(arms, draws, replicates, facts):
    """Say what a run would take."""
    out = console()
    out.print(_sizes(arms, draws, replicates, facts), soft_wrap=True)
    months = facts["resident_months"] / 1e6
    memory = facts["residents"] * 500 * 2 / 1e9 + 0.4
    out.print(f"{facts['runs']} runs, {months:,.{0 if months >= 10 else 1}f} million resident-months, about {memory:.1f} GB of "
              f"memory per process, {facts['bytes'] / 1e6:,.0f} MB on disk. Nothing was run.", soft_wrap=True)


@contextmanager
def progress(arms, draws, replicates, facts, quiet):
    """A progress bar on a terminal, a line per tenth elsewhere, and for other programs a file that HYTESIM_PROGRESS names.

    Yields tell(done, all).
    """
    with _shown(arms, draws, replicates, facts, quiet) as tell:
        file = os.environ.get("HYTESIM_PROGRESS")
        yield _filed(Path(file), tell, draws * replicates) if file else tell


def _filed(file, tell, total):
    """A tell that also writes {"done": tasks, "all": tasks} as JSON, whole or not at all."""
    from results import store

    def both(done, total):
        store.write_text(file.parent, file.name, json.dumps({"done": done, "all": total}))
        if tell:
            tell(done, total)

    store.write_text(file.parent, file.name, json.dumps({"done": 0, "all": total}))
    return both


@contextmanager
def _shown(arms, draws, replicates, facts, quiet):
    if quiet:
        yield None
        return
    err = Console(stderr=True, highlight=False, markup=False)
    err.print(_sizes(arms, draws, replicates, facts), soft_wrap=True)
    if not err.is_terminal:
        told = [0]

        def tell(done, total):
            tenth = 10 * done // total
            if tenth > told[0]:
                told[0] = tenth
                err.print(f"{done} of {total} runs of each arm")

        yield tell
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("preparing (first time: compiling, half a minute)", total=draws * replicates)
        yield lambda done, total: bar.update(task, completed=done, total=total, description="simulating")


def answer(finished):
    """The summary of each arm on screen, and where the files are."""
    from results import screen

    out = console()
    for arm in finished.arms[1:]:
        screen.show(finished.summarise(arm), out)
        out.print()
    if len(finished.arms) == 1:
        _levels(finished, out)
    out.print(f"Run folder: {_short(finished.folder)}", soft_wrap=True)
    for name, what in (("report.en.html", "the report (in full, in Finnish or Swedish, as PDF: hytesim report)"),
                       ("figures", "figures (PNG) with their numbers (CSV)"), ("tables", "summary tables (CSV)"),
                       ("outcomes", "all outcomes (Parquet)"), ("manifest.json", "versions, seeds, sizes")):
        if (finished.folder / name).exists():
            out.print(f"  {name:<14} {what}", soft_wrap=True)
    m = finished.manifest
    out.print(f"{m['numbers']} numbers, of which {m['assumptions']} are assumptions and {m['unverified']} were not read in "
              "their source.", soft_wrap=True)
    if m.get("calibrated"):
        out.print(f"{m['calibrated']} of them were fitted to evidence together: posterior {m['posterior']}.", soft_wrap=True)
    seconds = round(m["seconds"]["run"])
    out.print(f"{seconds or 'Less than 1'} s of running.", soft_wrap=True)


def _levels(finished, out):
    outcomes = finished.shown()["outcomes"]
    last = outcomes[(outcomes["month"] > outcomes["month"].max() - 12) & (outcomes["stratum_kind"] == "group")]
    table = Table(title="Mean of the last year, by group", title_justify="left")
    table.add_column("group")
    shown = ("wellbeing", "good_quality_of_life", "strain", "loneliness", "employment", "contacts")
    for name in shown:
        table.add_column(name.replace("_", " "), justify="right")
    means = last.groupby(["stratum", "outcome"], observed=True)["value"].mean().unstack()
    for group in ("neet", "labour_market_support", "refugee", "heavy_user", "family", "none"):
        if group in means.index:
            table.add_row(group.replace("_", " "), *(f"{means.loc[group, name]:.2f}" for name in shown))
    out.print(table)


def _short(folder):
    try:
        return Path(folder).relative_to(Path.cwd())
    except ValueError:
        return folder


def as_json(finished):
    """The summary tables of each arm as JSON on standard output."""
    arms = {}
    for arm in finished.arms[1:]:
        summary = finished.summarise(arm)
        arms[arm] = {"sentence": summary.sentence,
                     **{k: json.loads(t.to_json(orient="records")) for k, t in summary.tables.items()}}
    sys.stdout.write(json.dumps({"folder": str(finished.folder), "arms": arms}, ensure_ascii=False) + "\n")


def scenario_list():
    """Shipped scenarios with title and what they rest on."""
    import scenarios
    from sim.runs import load

    table = Table(box=None, pad_edge=False)
    for column in ("name", "title", "compared with", "rests on"):
        table.add_column(column, overflow="fold")
    for name in scenarios.names():
        s = load(name)
        table.add_row(name, s.title.get("en", ""), "" if s.comparator == s.id else s.comparator, s.rests_on)
    console().print(table)


def scenario(name, resolved, evidence, diff):
    """One scenario: as resolved, its evidence, its difference from another, or in words."""
    import scenarios
    from sim.runs import load

    s, out = load(name), console()
    if resolved:
        sys.stdout.write(scenarios.resolved(s))
        return
    if diff:
        _diff(scenarios.diff(s, load(diff)), name, diff, out)
        return
    if evidence:
        _evidence(s, out)
        return
    out.print(Text.assemble((s.title.get("en", s.id), "bold"), f" ({s.id}), compared with {s.comparator}"), soft_wrap=True)
    out.print(s.rests_on, soft_wrap=True)
    out.print(f"{many(len(s.population.places), 'municipality', 'municipalities')}, {s.time.start} and {many(s.time.years, 'year')} on, "
              f"{many(s.runs.draws, 'draw')} x {many(s.runs.replicates, 'replicate')}")
    table = Table(box=None, pad_edge=False)
    for column in ("intervention", "kind", "segment", "from", "months"):
        table.add_column(column)
    for block_name, block in s.interventions.items():
        segment = getattr(block, "segment", None)
        table.add_row(block_name, block.kind, segment.group if segment else "", str(block.start), str(block.months or "to the end"))
    if s.interventions:
        out.print(table)


def _diff(changes, name, other, out):
    from scenarios.show import literal

    table = Table(box=None, pad_edge=False)
    table.add_column("value", no_wrap=True)
    for column in (name, other):
        table.add_column(column, overflow="fold", ratio=1)
    for change in changes:
        table.add_row(change.key, *("–" if value is None else literal(value) for value in (change.first, change.second)))
    out.print(table if changes else "No difference.")


def _evidence(s, out):
    from scenarios.show import calibrated

    table = Table(box=None, pad_edge=False)
    for column in ("number", "value", "unit", "evidence", "verified", "source"):
        table.add_column(column, overflow="fold")
    for name, words in ({name: q.model_dump() for name, q in s.quantities().items()} | calibrated(s)).items():
        value = ", ".join(f"{v:g}" for v in words["value"]) if isinstance(words["value"], list) else f"{words['value']:g}"
        table.add_row(name, value, words["unit"], words["evidence"], "yes" if words["verified"] else "no", words["source"])
    out.print(table)


def kinds():
    """Kinds with their purpose and their quantities."""
    import importlib

    from sim.intervention import kinds as known

    out = console()
    for kind, settings in known().items():
        purpose = importlib.import_module(f"sim.interventions.{kind}").__doc__.strip().splitlines()[0]
        out.print(Text.assemble((kind, "bold"), f"  {purpose}"), soft_wrap=True)
        for name, number in settings.numbers().items():
            out.print(f"    {name} [{number.unit}]" + (f", default: parameter {number.default}" if number.default else ""),
                      soft_wrap=True, markup=False)


def new_scenario(name, extends):
    """Write NAME.toml in this folder; refuses to replace a file. Returns what was done."""
    from sim.runs import load

    load(extends)
    path = Path(f"{name}.toml")
    if path.exists():
        raise ValueError(f"{path} is there already; choose another name")
    path.write_text(
        f'# What this scenario asks, in a sentence.\n\n[scenario]\nid       = "{name}"\nextends  = "{extends}"\n'
        f'title    = {{ en = "{name}" }}\nrests_on = "what its numbers rest on"\n\n# [population]\n# places = ["Mikkeli"]\n',
        encoding="utf-8")
    return f"{path} written. Check it with: hytesim scenarios check {path}"

"""The measures by themselves: decision and equity tables from a table that the user brings, and what learning more is worth."""

from pathlib import Path
from typing import Annotated

import typer

from command.near import NearMiss

app = typer.Typer(cls=NearMiss, no_args_is_help=True, help="Use the measures by themselves: on your own tables, or on a finished run.")
WTP = [20_000.0, 50_000.0]
CURVE = 41  # points of the acceptability curve, from 0 to twice the highest threshold


@app.callback()
def results():
    """Use the measures by themselves: on your own tables, or on a finished run."""


@app.command("from-table")
def from_table(
    file: Annotated[str, typer.Argument(metavar="TABLE", help="CSV, Parquet or Excel file; its format: docs/tables.md.")],
    comparator: Annotated[str | None, typer.Option(help="Arm to compare with (default: the first in the table).")] = None,
    wtp: Annotated[
        list[float] | None, typer.Option(min=0, help="Value of a unit of effect; may be given several times (20000, 50000).")
    ] = None,
    displaced: Annotated[
        float | None,
        typer.Option(help="Cost of a unit of effect in what is displaced, for the opportunity cost by stratum (default: the first --wtp)."),
    ] = None,
    rate_cost: Annotated[float, typer.Option(help="Yearly discount rate of costs, used with a column year.")] = 0.03,
    rate_effect: Annotated[float, typer.Option(help="Yearly discount rate of effects, used with a column year.")] = 0.03,
    scale: Annotated[str | None, typer.Option(metavar="LOW,HIGH", help="Limits of a bounded score, such as 1,5.")] = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="Level of intervals.")] = 0.95,
    out: Annotated[str | None, typer.Option(metavar="FOLDER", help="Also write every table as CSV here.")] = None,
):
    """Increments, ICER, dominance, net benefit, acceptability, EVPI, inequality and equity of any arms."""
    from results import external
    from results.decision import analyse

    prices = sorted({float(price) for price in (wtp or WTP)})
    if prices[-1] <= 0:
        raise ValueError("--wtp: at least one threshold must be above 0")
    table = external.read(file, comparator)
    found, told = analyse(table, comparator, prices, displaced, (rate_cost, rate_effect), _limits(scale), level, curve=CURVE)
    written = _write(found, out) if out else None
    _print(found, told, table.currency)
    if written:
        typer.echo(f"{len(found)} tables in {written}")


@app.command("evppi")
def evppi(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a finished `compare` with 20 draws or more.")],
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=number,number", help="Numbers learnt together; work.* means all that begin so. "
                                       "May be given several times (default: the parts of the model).")
    ] = None,
    price: Annotated[
        list[str] | None, typer.Option(metavar="NAME=EUR", help="What the survey of a group costs; may be given several times.")
    ] = None,
    wtp: Annotated[list[float] | None, typer.Option(min=0, help="Value of a WELLBY; may be given several times (20000).")] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.csv", help="Also write the table here.")] = None,
):
    """What learning groups of numbers would be worth to this decision: which next survey could be worth its price."""
    from results import learning, store

    groups = {name: text.split(",") for name, text in _named(group, "--group", "work=work.job_scale,work.job_loss")}
    prices = {name: _euros(name, text) for name, text in _named(price, "--price", "work=150000")}
    opened = store.open(run)
    found = learning.worth(opened.tables, list(opened.arms), groups, sorted({float(x) for x in wtp or WTP[:1]}), prices)
    _print_learning(found)
    if out:
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        found.table.to_csv(out, index=False)
        typer.echo(f"Table: {out}")


def _named(given, option, example):
    """Pairs of NAME=TEXT."""
    for text in given or ():
        name, found, rest = text.partition("=")
        if not (found and name.strip() and rest.strip()):
            raise ValueError(f"{option} {text}: a name, = and what belongs to it, such as {example}")
        yield name.strip(), rest.strip()


def _euros(name, text):
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise ValueError(f"--price {name}={text}: an amount in euros, such as {name}=150000")
    return amount


def _print_learning(found):
    from rich.table import Table

    from command.show import console

    out = console()
    title = f"What learning is worth to this decision, EUR, all residents, whole period ({found.draws} draws)"
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in found.table.columns:
        table.add_column(column, justify="left" if column == "group" else "right", overflow="fold")
    for row in found.table.head(LONGEST).to_dict("records"):
        table.add_row(*(f"{value:.0%}" if column == "share" else _number(value) for column, value in row.items()))
    out.print(table)
    for price, value in found.evpi.items():
        out.print(f"- At {price:,.0f} per WELLBY knowing every number would be worth {value:,.0f}.", soft_wrap=True)
    for note in found.notes:
        out.print(f"- {note}", soft_wrap=True)


def _limits(scale):
    """The two numbers of --scale; None without it."""
    if scale is None:
        return None
    try:
        low, high = (float(part) for part in scale.split(","))
    except ValueError:
        raise ValueError(f"--scale {scale}: two numbers with a comma between, such as 1,5") from None
    if not low < high:
        raise ValueError(f"--scale {scale}: the lower limit comes first")
    return low, high


def _write(found, out):
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in found.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


TITLES = {
    "arms": "Arms, per person", "increments": "Against the comparator, per person", "frontier": "Efficiency frontier",
    "net_benefit": "Net benefit against the comparator, per person", "acceptability": "Acceptability and value of information, per person",
    "payers": "Budget impact by year and payer, whole population, undiscounted", "rates": "Discount rates side by side",
    "inequality": "Level and inequality of the effect", "strata": "Gain, opportunity cost and net gain by stratum, per person",
    "equity": "Equity-impact plane, per person", "evppi": "Value of learning each parameter, per person",
    "tornado": "What drives the net benefit", "importance": "Share of the variance that each parameter explains",
}  # fmt: skip
HIDDEN = ("basis", "comparator", "net_total", "cumulated", "pcc", "prcc", "share_unseen", "check", "middle", "runs")
HIDDEN_IN = {"strata": ("wtp",), "equity": ("wtp", "index"), "tornado": ("low", "high")}
LONGEST = 40  # rows printed of one table; files hold all


def _print(found, notes, currency):
    from rich.table import Table

    from command.show import console

    out = console()
    if currency:
        out.print(f"Amounts in {currency}.")
    for name, title in TITLES.items():
        frame = found.get(name)
        if frame is None or frame.empty:
            continue
        if name == "acceptability":
            frame = frame[frame["asked"]].drop(columns="asked")
        frame = frame.head(LONGEST)
        table = Table(title=title, title_justify="left", title_style="bold")
        columns = [c for c in frame.columns if c not in HIDDEN and not _is_end(c, frame) and c not in HIDDEN_IN.get(name, ())
                   and not (c.startswith("share_") and name == "increments")]  # fmt: skip
        for column in columns:
            table.add_column(column.replace("_", " "), justify="right" if frame[column].dtype.kind in "fi" else "left", overflow="fold")
        for row in frame.to_dict("records"):
            table.add_row(*(_cell(row, column) for column in columns))
        out.print(table)
    for note in notes:
        out.print(f"- {note}", soft_wrap=True)


def _is_end(column, frame):
    """Whether a column is an end of another one's interval."""
    head, _, end = column.rpartition("_")
    return end in ("low", "high") and (head in frame.columns or head == "")


def _cell(row, column):
    """A value, with its interval below it where the row has one."""
    value = row[column]
    head = "" if column in ("value", "nmb") and "low" in row else f"{column}_"
    low, high = row.get(f"{head}low"), row.get(f"{head}high")
    text = str(value) if column == "year" else _number(value)
    none = low is None or low != low or low == high  # of one run, or a number that is the same in all
    return text if none else f"{text}\n({_number(low)} to {_number(high)})"


def _number(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, float | int):
        return str(value)
    if value != value:
        return "-"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"

"""A comparison on screen: compact tables that fit 100 columns, the sentence, and what to keep in mind."""

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from results.words import GROUPS, QUADRANTS, label, money, number, share, signed

__all__ = ["render", "show"]

WIDTH = 98


def show(summary, console):
    """Print a `Summary` on a rich console: wellbeing by group, inequality, services, money, worth, the
    sentence.
    """
    console.print(render(summary))


def render(summary):
    """The same as one rich renderable, for a file, a test or a notebook."""
    arm, comparator = label(summary.arm, summary.titles), label(summary.comparator, summary.titles)
    head = Text.assemble((arm, "bold"), " against ", (comparator, "bold"))
    head.append(f": {number(summary.years, 1).removesuffix('.0')} years, {summary.runs} paired runs. ")
    head.append(f"In brackets: {share(summary.level)} interval over runs.", "dim")
    parts = [head, _levels(summary), _gaps(summary), _services(summary), _money(summary), _worth(summary)]
    notes = [Text(f"· {note}", "dim") for note in summary.notes]
    return Group(*_spaced(part for part in parts if part), Text(""), Text(summary.sentence), Text(""), *notes)


def _spaced(parts):
    for i, part in enumerate(parts):
        if i:
            yield Text("")
        yield part


def _table(title, *columns):
    """A borderless table: the first column is text, the rest are numbers set right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    table.width, table.pad_edge, table.collapse_padding = WIDTH, False, True
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i else "left", no_wrap=True, ratio=None if i else 1)
    return table


def _ends(low, high, write):
    """An interval in brackets."""
    return f"[{write(low)}, {write(high)}]"


def _change(row, digits, write=number, first=signed):
    """A difference with its interval; bold where the interval excludes no change."""
    sure = row["low"] > 0 or row["high"] < 0
    ends = _ends(row["low"], row["high"], lambda value: write(value, digits))
    return Text(f"{first(row['difference'], digits)} {ends}", "bold" if sure else "")


def _levels(summary):
    title = "Last year: wellbeing (EUROHIS-QOL-8, 1-5) and share with good quality of life (4 or more)"
    table = _table(title, "", "without", "with", "change", "without", "with", "change, % points")
    levels = summary.tables["levels"].set_index(["outcome", "stratum_kind", "stratum"])
    for kind, name in [("all", "all"), *((summary.strata, name) for name in GROUPS if name != "all")]:
        if ("wellbeing", kind, name) not in levels.index:
            continue
        score = levels.loc[("wellbeing", kind, name)]
        cells = [number(score["comparator"]), number(score["arm"]), _change(score, 4)]
        if ("good_quality_of_life", kind, name) in levels.index:
            good = levels.loc[("good_quality_of_life", kind, name)]
            points = 100 * good[["difference", "low", "high"]].astype(float)
            cells += [share(good["comparator"]), share(good["arm"]), _change(points, 1)]
        table.add_row(label(name), *cells, end_section=name == "all")
    return table


def _gaps(summary):
    table = _table(
        "Inequality of wellbeing, last year (a gap: points below those in no at-risk group)",
        "",
        "without",
        "with",
        "change",
        "P(narrows)",
    )
    rows = summary.tables["inequality"]
    for name, text in (
        ("sii_wellbeing", "Slope over income"),
        ("erreygers_wellbeing", "Erreygers index over income"),
    ):
        for _, row in rows[rows["outcome"] == name].iterrows():
            table.add_row(text, *_gap_cells(row))
    gaps = rows[(rows["outcome"] == "group_gap") & (rows["stratum_kind"] == summary.strata)].set_index(
        "stratum"
    )
    for name in GROUPS:
        if name in gaps.index:
            table.add_row(f"Gap: {label(name)}", *_gap_cells(gaps.loc[name]))
    return table


def _gap_cells(row):
    return number(row["comparator"], 3), number(row["arm"], 3), _change(row, 4), share(row["p_narrows"])


def _services(summary):
    table = _table("Services, whole period", "", "without", "with", "change")
    rows = summary.tables["flows"]
    for name, digits in (("contacts", 2), ("waiting", 2), ("unmet", 3)):
        for kind, stratum in (("all", "all"), (summary.strata, "any")):
            found = rows[
                (rows["outcome"] == name) & (rows["stratum_kind"] == kind) & (rows["stratum"] == stratum)
            ]
            for _, row in found.iterrows():
                text = f"{label(name).capitalize()}{'' if stratum == 'all' else ', at-risk groups'}"
                cells = number(row["comparator"], digits), number(row["arm"], digits), _change(row, digits)
                table.add_row(text, *cells)
    return table if table.row_count else None


def _money(summary):
    discounted = f"discounted at {share(summary.discount)}"
    table = _table(
        "Added cost by payer, whole period, real population", "", "undiscounted", discounted, "interval"
    )
    costs = summary.tables["costs"]
    first = costs[costs["rate"] == 0].set_index("payer")
    last = costs[costs["rate"] == summary.discount].set_index("payer")
    for payer in [p for p in first.index if first.at[p, "kind"] == "payer"]:
        _pay(table, label(payer), first.loc[payer], last.loc[payer])
    if table.rows:
        table.rows[-1].end_section = True
    _pay(table, "Public sector, with transfers", first.loc["public"], last.loc["public"])
    _pay(table, "Society, without transfers", first.loc["society"], last.loc["society"])
    return table


def _pay(table, text, plain, discounted):
    def write(value):
        return money(value, sign=True)

    ends = _ends(discounted["low"], discounted["high"], write)
    table.add_row(text, write(plain["difference"]), write(discounted["difference"]), ends)


def _short(value):
    """An amount under a heading that says EUR already."""
    return money(value).removesuffix(" EUR")


def _worth(summary):
    value = summary.tables["value"]
    value = value[value["rate"] == summary.discount]
    prices = [column for column in value.columns if column.startswith("worth_")]
    title = f"Is it worth the money? (costs and effects discounted at {share(summary.discount)})"
    chances = "P(worth it) at\n" + "/".join(f"{float(name[6:]) / 1000:g}" for name in prices) + " k EUR"
    table = _table(title, "", "gained", "EUR each", chances)
    for _, row in value.iterrows():
        who = "society" if row["perspective"] == "society" else "public sector"
        words = f"{QUADRANTS[row['quadrant']]} ({share(row['share_' + row['quadrant']])} of runs)"
        price = _short(row["ratio"])
        if row["ratio_low"] == row["ratio_low"]:  # NaN when runs fall into several quadrants
            price += " " + _ends(row["ratio_low"], row["ratio_high"], _short)
        worth = "/".join(number(100 * row[name], 0) for name in prices) + " %"
        table.add_row(
            f"{row['effect'].upper()}, {who}:\n  {words}",
            signed(row["gain"], 0 if abs(row["gain"]) >= 100 else 1),
            price,
            worth,
        )
    return table

"""A comparison on screen: compact tables that fit 100 columns, the sentence, and what to keep in mind."""

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from results.sentence import ENOUGH
from results.words import GROUPS, PAYERS, QUADRANTS, decimals, label, moneys, number, per_cent, share, signed, small

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
    years, runs = number(summary.years, 1).removesuffix(".0"), number(summary.runs, 0)
    head.append(f": {years} year{'s' * (years != '1')}, {runs} paired run{'s' * (runs != '1')}. ")
    ends = f"{share(summary.level)} interval over runs" if summary.runs > 1 else "twice the one value there is"
    head.append(f"In brackets: {ends}.", "dim")
    blocks = (_levels, _gainers, _gaps, _services, _money, _worth)
    parts = [head, *(block(summary) for block in blocks)]
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
        table.add_column(column, justify="right" if i else "left", no_wrap=i > 0, ratio=None if i else 1)
    return table


def _ends(low, high, write):
    """An interval in brackets."""
    return f"[{write(low)}, {write(high)}]"


def _change(row, digits):
    """A difference with its interval; bold where the interval excludes no change and runs are enough to tell."""
    sure = (row["low"] > 0 or row["high"] < 0) and row.get("runs", ENOUGH) >= ENOUGH
    ends = _ends(row["low"], row["high"], lambda value: small(value, digits))
    return Text(f"{small(row['difference'], digits, signed)} {ends}", "bold" if sure else "")


def _levels(summary):
    title = "Last year: wellbeing (EUROHIS-QOL-8, 1-5) and share with good quality of life (4 or more)"
    table = _table(title, "", "without", "change", "without", "change, % points")
    levels = summary.tables["levels"].set_index(["outcome", "stratum_kind", "stratum"])
    strata = [("all", "all"), *((summary.strata, name) for name in GROUPS if name != "all")]
    scores, goods = (
        {stratum: levels.loc[(name, *stratum)] for stratum in strata if (name, *stratum) in levels.index}
        for name in ("wellbeing", "good_quality_of_life")
    )
    points = {
        stratum: 100 * row[["difference", "low", "high"]].astype(float) for stratum, row in goods.items()
    }
    digits = decimals([row["difference"] for row in scores.values()])
    fine = decimals([row["difference"] for row in points.values()], least=1, most=3)  # more would crowd out the names
    for (kind, name), score in scores.items():
        cells = [number(score["comparator"]), _change(score, digits)]
        if (kind, name) in goods:
            cells += [share(goods[kind, name]["comparator"]), _change(points[kind, name], fine)]
        table.add_row(label(name), *cells, end_section=name == "all")
    return table


def _gaps(summary):
    title = "Inequality of wellbeing, last year (a gap: points below those in no at-risk group)"
    table = _table(title, "", "without", "change", "P(narrows)")
    rows = summary.tables["inequality"]
    shown = []
    for name, text in (
        ("sii_wellbeing", "Slope over income"),
        ("erreygers_wellbeing", "Erreygers index over income"),
    ):
        shown += [(text, row) for _, row in rows[rows["outcome"] == name].iterrows()]
    gaps = rows[(rows["outcome"] == "group_gap") & (rows["stratum_kind"] == summary.strata)].set_index(
        "stratum"
    )
    shown += [(f"Gap: {label(name)}", gaps.loc[name]) for name in GROUPS if name in gaps.index]
    digits = decimals([row["difference"] for _, row in shown], least=3)
    for text, row in shown:
        table.add_row(text, number(row["comparator"], 3), _change(row, digits), share(row["p_narrows"]))
    return table


def _gainers(summary):
    """Who gains, by group ever belonged to, from residents set beside themselves."""
    twins = summary.tables.get("twins")
    if twins is None or twins.empty:
        return None
    by = f" by more than {twins['threshold'].max():g} points" if "threshold" in twins.columns else ""
    table = _table(
        f"Who gains (twins: the same residents without and with, over the period, by group ever belonged to; better or worse{by})",
        "", "mean gain, points", "better off", "worse off",
    )  # fmt: skip
    rows = twins.set_index(["measure", "stratum_kind", "stratum"])
    strata = [("all", "all"), *(("group_ever", name) for name in GROUPS if name != "all")]
    strata = [stratum for stratum in strata if ("mean_gain", *stratum) in rows.index]
    gains = {s: rows.loc[("mean_gain", *s)].rename({"mean": "difference"}) for s in strata}
    shares = {
        (name, s): 100 * rows["mean"].get((f"share_{name}", *s), float("nan"))
        for s in strata
        for name in ("better", "worse")
    }
    digits = decimals([gain["difference"] for gain in gains.values()], least=3)
    fine = decimals(shares.values(), least=1, most=2)
    for s, gain in gains.items():
        cells = [per_cent(shares[name, s], fine) for name in ("better", "worse")]
        table.add_row(label(s[1]), _change(gain, digits), *cells, end_section=s[0] == "all")
    return table if strata else None


def _services(summary):
    table = _table("Services, whole period", "", "without", "change")
    rows = summary.tables["flows"]
    for name, least in (("contacts", 2), ("waiting", 2), ("unmet", 3)):
        for kind, stratum in (("all", "all"), (summary.strata, "any")):
            found = rows[
                (rows["outcome"] == name) & (rows["stratum_kind"] == kind) & (rows["stratum"] == stratum)
            ]
            for _, row in found.iterrows():
                text = f"{label(name).capitalize()}{'' if stratum == 'all' else ', at-risk groups'}"
                digits = decimals([row["difference"]], least=least, most=4)
                table.add_row(text, number(row["comparator"], least), _change(row, digits))
    return table if table.row_count else None


def _money(summary):
    discounted = f"discounted at {share(summary.discount)}"
    table = _table(
        "Added cost by payer, whole period, real population", "", "undiscounted", discounted, "interval"
    )
    costs = summary.tables["costs"]
    first = costs[costs["rate"] == 0].set_index("payer")
    last = costs[costs["rate"] == summary.discount].set_index("payer")
    payers = [payer for payer in first.index if first.at[payer, "kind"] == "payer"]
    for payer in [*(p for p in PAYERS if p in payers), *(p for p in payers if p not in PAYERS)]:
        _pay(table, label(payer), first.loc[payer], last.loc[payer])
    if table.rows:
        table.rows[-1].end_section = True
    _pay(table, "Public sector, with transfers", first.loc["public"], last.loc["public"])
    _pay(table, "Society, without transfers", first.loc["society"], last.loc["society"])
    return table


def _pay(table, text, plain, discounted):
    """One payer, all its amounts in one unit."""
    values = plain["difference"], discounted["difference"], discounted["low"], discounted["high"]
    (first, last, low, high), unit = moneys(values, sign=True)
    table.add_row(text, f"{first} {unit}", f"{last} {unit}", f"[{low}, {high}] {unit}")


def _price(row):
    """Cost of each unit gained under a heading that says EUR already: `30.6 [11.5, 148] k`."""
    values = row["ratio"], row["ratio_low"], row["ratio_high"]
    (price, low, high), unit = moneys(values)
    ends = f" [{low}, {high}]" if low != "–" else ""  # no interval when runs fall into several quadrants
    return f"{price}{ends} {unit.removesuffix('EUR')}".rstrip()


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
        worth = "/".join(number(100 * row[name], 0) for name in prices) + " %"
        table.add_row(
            f"{row['effect'].upper()}, {who}:\n  {words}",
            small(row["gain"], 0 if abs(row["gain"]) >= 100 else 1, signed),
            _price(row),
            worth,
        )
    return table

"""The few plain sentences of a comparison that fit into a memo: its numbers, their intervals, their honesty."""

from results.words import decimals, label, money, moneys, number, share, signed, small

__all__ = ["write"]

CAVEAT = "Effects are literature distributions, not measured results of the projects."
TINY = 0.02  # EUROHIS points; a smaller mean change is also told as whole points of a few residents


def write(summary):
    """Sentences an analyst can paste into a memo, under about 90 words: wellbeing, gap, cost, cost per WELLBY,
    certainty.

    An interval that includes zero is said to include no change; a price is given only where something is
    bought.
    """
    parts = [_wellbeing(summary), _gap(summary), _cost(summary), _worth(summary), CAVEAT]
    return " ".join(part for part in parts if part)


def _row(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return None if table.empty else table.iloc[0]


def _sure(row):
    """Whether the interval excludes no change."""
    return row["low"] > 0 or row["high"] < 0


def _none(row):
    return row["low"] == row["high"] == row["difference"] == 0


def _size(row, write=number):
    """A difference and the ends of its interval, with two significant digits."""
    digits = decimals([row["difference"]])
    return [small(row[name], digits, write) for name in ("difference", "low", "high")]


def _plain(row):
    """A difference whose direction a verb has told, smaller end first: `0.0017 points (0.0002 to 0.0035`."""
    ends = sorted((row["low"], row["high"]), key=abs)
    change, low, high = _size({"difference": abs(row["difference"]), "low": abs(ends[0]), "high": abs(ends[1])})
    return f"{change} points ({low} to {high}"


def _wellbeing(summary):
    row = _row(summary.tables["levels"], outcome="wellbeing", stratum_kind="all")
    arm, comparator = label(summary.arm, summary.titles), label(summary.comparator, summary.titles)
    year = f"year {summary.years:.0f}" if float(summary.years).is_integer() else "the last year"
    what = f"residents' mean wellbeing in {year}"
    if _none(row):
        return f"{arm} leaves {what} unchanged against {comparator}."
    interval = f"{share(summary.level)} interval, scale 1–5"
    if not _sure(row):
        change, low, high = _size(row, signed)
        return (
            f"Against {comparator}, {arm} shows no sure change in {what}: {change} points ({low} to {high}, "
            f"{interval}), which includes no change."
        )
    verb = "raises" if row["difference"] > 0 else "lowers"
    return f"Against {comparator}, {arm} {verb} {what} by {_plain(row)}; {interval}){_person(row['difference'])}."


def _person(change):
    """What a small mean change amounts to if whole points went to a few residents."""
    if abs(change) >= TINY:
        return ""
    people = 1 / abs(change)
    step = 10 ** max(0, len(str(int(people))) - 2)
    verb = "gained" if change > 0 else "lost"
    return f", as if 1 resident in {number(round(people / step) * step, 0)} {verb} a whole point"


def _gap(summary):
    row = _row(summary.tables["inequality"], outcome="group_gap", stratum_kind=summary.strata, stratum="any")
    what = "gap to at-risk groups"
    if row is None:
        row = _row(summary.tables["inequality"], outcome="sii_wellbeing", stratum_kind="all")
        what = "gradient of wellbeing over income"
    if row is None:
        return ""
    if _none(row):
        return f"The {what} stays as it is."
    if not _sure(row):
        change, low, high = _size(row, signed)
        return f"The {what} shows no sure change ({change}, {low} to {high})."
    narrows = (row["difference"] < 0) == (row["comparator"] > 0)
    return f"The {what} {'narrows' if narrows else 'widens'} by {_plain(row)})."


def _main(summary, perspective="society"):
    return _row(summary.tables["value"], effect="wellby", perspective=perspective, rate=summary.discount)


def _cost(summary):
    """Cost to society with its interval and to the public sector, discounted as the summary is."""
    row, public = _main(summary), _main(summary, "public")
    if row["cost_low"] == row["cost_high"] == 0:
        text = "It changes no resource cost"
    else:
        sign = 1 if row["cost"] > 0 else -1
        values = [sign * row["cost"], *sorted((sign * row["cost_low"], sign * row["cost_high"]))]
        (cost, low, high), unit = moneys(values)
        unsure = ", which includes no change" if values[1] <= 0 <= values[2] else ""
        text = f"It {'costs' if sign > 0 else 'saves'} society {cost} {unit} ({low} to {high}{unsure})"
    if public["cost"] == 0:
        return f"{text} and the public sector nothing."
    verb = "" if (public["cost"] > 0) == (row["cost"] > 0) and row["cost"] else ("costs " if public["cost"] > 0 else "saves ")
    return f"{text} and {verb}the public sector {money(abs(public['cost']))}."


def _worth(summary):
    """Price of a WELLBY where one is bought, and the share of runs that agree."""
    row = _main(summary)
    runs = f"{summary.runs} paired run{'s' if summary.runs != 1 else ''}"
    often = f"in {share(row['share_' + row['quadrant']])} of {runs}"
    if row["quadrant"] == "costs_more_gains":
        if row["ratio_low"] == row["ratio_low"]:  # NaN when runs fall into several quadrants
            (price, low, high), unit = moneys([row["ratio"], row["ratio_low"], row["ratio_high"]])
            price = f"{price} {unit} ({low} to {high})"
        else:
            price = money(row["ratio"])
        return f"A WELLBY costs {price}; gains at a cost {often}."
    return {
        "costs_less_loses": f"Each WELLBY lost saves society {money(row['ratio'])}; less is spent and lost {often}.",
        "dominant": f"Wellbeing is gained at no added cost {often}.",
        "dominated": f"No wellbeing is gained for the cost {often}.",
        "equal": f"Neither cost nor wellbeing changes {often}.",
    }[row["quadrant"]]

"""The one plain sentence of a comparison, with its numbers, their intervals and their honesty."""

from results.words import between, label, money, number, share, signed

__all__ = ["write"]

CAVEAT = "effect sizes are distributions from the literature, not measured results of the projects"


def write(summary):
    """One English sentence an analyst can paste into a memo: wellbeing, gap, cost and cost per WELLBY, with
    certainty.

    An interval that includes zero is said to include no change; a ratio is given only where something is
    bought.
    """
    arm, comparator = label(summary.arm, summary.titles), label(summary.comparator, summary.titles)
    runs = f"{summary.runs} paired run{'s' if summary.runs != 1 else ''}"
    parts = [f"{_wellbeing(summary)} ({share(summary.level)} intervals over {runs} throughout)"]
    parts += [part for part in (_gap(summary), _cost(summary), _ratio(summary)) if part]
    start = f"Over {_years(summary.years)} and compared with {comparator}, the scenario {arm}"
    return f"{start} {'; it '.join(parts)}; {CAVEAT}."


def _years(years):
    return f"{number(years, 0 if float(years).is_integer() else 1)} year{'s' if years != 1 else ''}"


def _row(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return None if table.empty else table.iloc[0]


def _verb(row, up, down, none):
    """How a difference is said: by its sign when the interval excludes zero."""
    if row["low"] == row["high"] == 0:
        return "same", none
    if row["low"] > 0 or row["high"] < 0:
        return "sure", up if row["difference"] > 0 else down
    return "unsure", None


def _wellbeing(summary):
    row = _row(summary.tables["levels"], outcome="wellbeing", stratum_kind="all")
    how, verb = _verb(row, "raises", "lowers", "leaves unchanged")
    what = "the mean wellbeing of all residents in the last year"
    if how == "same":
        return f"leaves {what} unchanged at {number(row['arm'])} EUROHIS points"
    size = f"{signed(row['difference'], 4)} EUROHIS points ({_ends(row)})"
    if how == "sure":
        return f"{verb} {what}: {size}"
    return f"shows no sure change in {what}: {size}, an interval that includes no change"


def _ends(row):
    return between(row["low"], row["high"], lambda value: signed(value, 4))


def _gap(summary):
    row = _row(summary.tables["inequality"], outcome="group_gap", stratum_kind=summary.strata, stratum="any")
    what = "the gap between residents outside and inside the at-risk groups"
    if row is None:
        row = _row(summary.tables["inequality"], outcome="sii_wellbeing", stratum_kind="all")
        what = "the wellbeing gradient over income"
    if row is None:
        return ""
    how, verb = _verb(row, "widens", "narrows", "leaves")
    if how == "same":
        return f"leaves {what} unchanged at {number(row['arm'])} points"
    if how == "sure" and row["comparator"] < 0:
        verb = {"widens": "narrows", "narrows": "widens"}[verb]
    size = (
        f"{signed(row['difference'], 4)} points ({between(row['low'], row['high'], lambda v: signed(v, 4))})"
    )
    chance = f"the gap is smaller in {share(row['p_narrows'])} of runs"
    if how == "sure":
        return (
            f"{verb} {what} from {number(row['comparator'], 3)} to {number(row['arm'], 3)}, {size}; {chance}"
        )
    return f"shows no sure change in {what}: {size}, which includes no change; {chance}"


def _main(summary):
    return _row(summary.tables["value"], effect="wellby", perspective="society", rate=summary.discount)


def _cost(summary):
    row = _main(summary)
    if row["cost_low"] == row["cost_high"] == 0:
        return "changes no resource cost"
    verb = "costs society" if row["cost"] > 0 else "saves society"
    write = money if row["cost"] > 0 else lambda v: money(-v)
    low, high = sorted((row["cost_low"], row["cost_high"]), key=lambda v: v if row["cost"] > 0 else -v)
    unsure = ", which includes no change" if row["cost_low"] <= 0 <= row["cost_high"] else ""
    rate = f", discounted at {share(summary.discount)} a year" if summary.discount else ", undiscounted"
    return f"{verb} {write(row['cost'])} ({between(low, high, write)}{unsure}){rate}"


def _ratio(summary):
    row = _main(summary)
    often = f"in {share(row['share_' + row['quadrant']])} of runs"
    if row["quadrant"] == "costs_more_gains":
        sure = row["ratio_low"] == row["ratio_low"]  # NaN when runs fall into several quadrants
        ends = f" ({between(row['ratio_low'], row['ratio_high'], money)})" if sure else ""
        price = f"{money(row['ratio'])}{ends}"
        return f"buys a WELLBY for {price}, costing more and gaining wellbeing {often}"
    return {
        "costs_less_loses": f"saves {money(row['ratio'])} per WELLBY lost, at less wellbeing, {often}",
        "dominant": f"gains wellbeing at no added cost {often}",
        "dominated": f"costs no less and gains no wellbeing {often}",
        "equal": "",
    }[row["quadrant"]]

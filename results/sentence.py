"""The few plain sentences of a comparison that fit into a memo: its numbers, their intervals, their honesty."""

from results.language import say, word
from results.words import decimals, label, money, moneys, number, share, signed, small

__all__ = ["CAVEAT", "parts", "write"]

CAVEAT = word("Effects are literature distributions, not measured results of the projects.")
ENOUGH = 6  # runs; fewer may all have one sign by chance alone: 2 x 0.5^5 > 0.05 (sign test)
TINY = 0.02  # EUROHIS points; a smaller mean change is also told as whole points of a few residents


def write(summary):
    """Sentences an analyst can paste into a memo, under about 90 words: wellbeing, gap, cost, cost per WELLBY,
    certainty.

    An interval that includes zero is said to include no change; a price is given only where something is
    bought.
    """
    return " ".join([*parts(summary), say(CAVEAT)])


def parts(summary):
    """The same without what to keep in mind: one text each on wellbeing, the gap, cost, what a WELLBY costs, and what was not at work."""
    return [part for part in (_wellbeing(summary), _gap(summary), _cost(summary), _worth(summary), _unseen(summary)) if part]


def _row(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return None if table.empty else table.iloc[0]


def _sure(row):
    """Whether the interval excludes no change and rests on runs enough to tell."""
    return (row["low"] > 0 or row["high"] < 0) and row["runs"] >= ENOUGH


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
    return {"change": change, "low": low, "high": high}


def _wellbeing(summary):
    row = _row(summary.tables["levels"], outcome="wellbeing", stratum_kind="all")
    whole = float(summary.years).is_integer()
    facts = {
        "arm": label(summary.arm, summary.titles), "comparator": label(summary.comparator, summary.titles),
        "what": say("residents' mean wellbeing in year {year}", year=number(summary.years, 0)) if whole
        else say("residents' mean wellbeing in the last year"),
        "level": share(summary.level),
    }
    if _none(row):
        return say("{arm} leaves {what} unchanged against {comparator}.", **facts)
    if not _sure(row):
        facts |= dict(zip(("change", "low", "high"), _size(row, signed), strict=True))
        if row["runs"] == 1:
            return say("In the one run made, {arm} changes {what} by {change} points against {comparator} (scale 1–5); one run cannot tell "
                       "how sure that is.", **facts)
        if row["runs"] < ENOUGH:
            return say("Against {comparator}, {arm} changes {what} by {change} points ({low} to {high} in {runs} runs, too few to be sure; "
                       "scale 1–5).", runs=number(row["runs"], 0), **facts)
        return say(
            "Against {comparator}, {arm} shows no sure change in {what}: {change} points ({low} to {high}, {level} interval, scale "
            "1–5), which includes no change.", **facts,
        )
    facts |= _plain(row) | {"person": _person(row["difference"])}
    if row["difference"] > 0:
        return say(
            "Against {comparator}, {arm} raises {what} by {change} points ({low} to {high}; {level} interval, scale 1–5){person}.",
            **facts,
        )
    return say(
        "Against {comparator}, {arm} lowers {what} by {change} points ({low} to {high}; {level} interval, scale 1–5){person}.", **facts
    )


def _person(change):
    """What a small mean change amounts to if whole points went to a few residents."""
    if abs(change) >= TINY:
        return ""
    people = 1 / abs(change)
    step = 10 ** max(0, len(str(int(people))) - 2)
    people = number(round(people / step) * step, 0)
    if change > 0:
        return say(", as if 1 resident in {people} gained a whole point", people=people)
    return say(", as if 1 resident in {people} lost a whole point", people=people)


def _gap(summary):
    row = _row(summary.tables["inequality"], outcome="group_gap", stratum_kind=summary.strata, stratum="any")
    what = say("gap to at-risk groups")
    if row is None:
        row = _row(summary.tables["inequality"], outcome="sii_wellbeing", stratum_kind="all")
        what = say("gradient of wellbeing over income")
    if row is None:
        return ""
    if _none(row):
        return say("The {what} stays as it is.", what=what)
    if not _sure(row):
        change, low, high = _size(row, signed)
        if row["runs"] == 1:
            return say("The {what} changes by {change} points.", what=what, change=change)
        return say("The {what} shows no sure change ({change}, {low} to {high}).", what=what, change=change, low=low, high=high)
    if (row["difference"] < 0) == (row["comparator"] > 0):
        return say("The {what} narrows by {change} points ({low} to {high}).", what=what, **_plain(row))
    return say("The {what} widens by {change} points ({low} to {high}).", what=what, **_plain(row))


def _main(summary, perspective="society"):
    return _row(summary.tables["value"], effect="wellby", perspective=perspective, rate=summary.discount)


def _cost(summary):
    """Cost to society with its interval and to the public sector, discounted as the summary is."""
    row, public = _main(summary), _main(summary, "public")
    sign = 1 if row["cost"] > 0 else -1
    if row["cost_low"] == row["cost_high"] == 0:
        if public["cost"] == 0:
            return say("It changes neither resource costs nor what the public sector pays.")
        text = say("It changes no resource cost")
    elif row["runs"] == 1:
        facts = {"cost": money(abs(row["cost"]))}
        text = say("It costs society {cost}", **facts) if sign > 0 else say("It saves society {cost}", **facts)
    else:
        values = [sign * row["cost"], *sorted((sign * row["cost_low"], sign * row["cost_high"]))]
        (cost, low, high), unit = moneys(values)
        unsure = say(", which includes no change") if values[1] <= 0 <= values[2] else ""
        facts = {"cost": cost, "unit": unit, "low": low, "high": high, "unsure": unsure}
        if sign > 0:
            text = say("It costs society {cost} {unit} ({low} to {high}{unsure})", **facts)
        else:
            text = say("It saves society {cost} {unit} ({low} to {high}{unsure})", **facts)
    return text + " " + _public(public["cost"], (public["cost"] > 0) == (row["cost"] > 0) and bool(row["cost"]))


def _public(cost, same):
    """What the public sector pays or saves; same: what it does is what the verb before says."""
    if cost == 0:
        return say("and the public sector nothing.")
    if same:
        return say("and the public sector {cost}.", cost=money(abs(cost)))
    if cost > 0:
        return say("and costs the public sector {cost}.", cost=money(cost))
    return say("and saves the public sector {cost}.", cost=money(-cost))


def _worth(summary):
    """Price of a WELLBY where one is bought, and the share of runs that agree."""
    row = _main(summary)
    often = say("in {share} of {runs} paired runs", share=share(row["share_" + row["quadrant"]]), runs=number(summary.runs, 0))
    if summary.runs == 1:
        often = say("in {share} of 1 paired run", share=share(row["share_" + row["quadrant"]]))
    if row["quadrant"] == "costs_more_gains":
        if row["runs"] > 1 and row["ratio_low"] == row["ratio_low"]:  # NaN when runs fall into several quadrants
            (price, low, high), unit = moneys([row["ratio"], row["ratio_low"], row["ratio_high"]])
            price = say("{price} {unit} ({low} to {high})", price=price, unit=unit, low=low, high=high)
        else:
            price = money(row["ratio"])
        return say("A WELLBY costs {price}; gains at a cost {often}.", price=price, often=often)
    if row["quadrant"] == "costs_less_loses":
        return say("Each WELLBY lost saves society {price}; less is spent and lost {often}.", price=money(row["ratio"]), often=often)
    return say({
        "dominant": word("Wellbeing is gained at no added cost {often}."),
        "dominated": word("No wellbeing is gained for the cost {often}."),
        "equal": word("Neither cost nor wellbeing changes {often}."),
    }[row["quadrant"]], often=often)


def _unseen(summary):
    """What the answer is not about, since the months of the run end before it begins."""
    if not summary.unseen:
        return ""
    return say("Not at work within the months of this run: {names}.", names=", ".join(map(label, summary.unseen)))

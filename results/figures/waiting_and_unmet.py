"""Waiting and unmet need by service, without and with each arm."""

import numpy as np

from results import tidy
from results.figures import FigureError, style
from results.figures._series import in_order, over_runs
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import SERVICES, between, decimals, label, number, signed, small

NEEDS = ("outcomes",)
TITLE = word("Waiting and unmet need by service")
HOW = word(
    "How to read: one row per service. Left: mean waiting of those served over the whole period. Right: requests given up per "
    "1,000 residents in a year. One mark per scenario, its line the middle 95 % of runs; further left is better. Services "
    "without waiting and without requests given up are left out."
)
YEARLY = {"waiting": 1.0, "unmet": 12_000.0}  # months stay months; per resident-month -> per 1,000 resident-years
LEAST = {"waiting": 0.005, "unmet": 0.05}  # below both nothing could be seen


def data(tables, comparator=None):
    """Waiting [months] and requests given up [per 1,000 resident-years] by arm and service over the whole period, mean and
    95 % interval over runs; measure `change` is the paired difference to the comparator.
    """
    outcomes = tables["outcomes"]
    if not ((outcomes["stratum_kind"] == "service") & (outcomes["outcome"] == "waiting")).any():
        raise FigureError(say("hidden: too few residents behind every figure"))
    first, *others = style.arms(outcomes, comparator)
    found = []
    for outcome, factor in YEARLY.items():
        rows = tidy.level(outcomes, outcome, stratum_kind=("all", "service")).dropna(subset="value")
        rows["value"] *= factor
        found.append(over_runs(rows, ["arm", "stratum"]).assign(outcome=outcome, measure="level"))
        for arm in others:
            change = over_runs(paired(rows, arm, first, ["stratum", *KEYS]), ["stratum"])
            found.append(change.assign(arm=arm, outcome=outcome, measure="change"))
    frame = in_order(found, [first, *others], ["arm", "outcome", "measure", "stratum", "mean", "low", "high", "runs"])
    return frame.astype({"stratum": str})


def says(frame, labels=None):
    """One sentence: waiting without, the service where it is longest, and what changes most under the first arm."""
    first = frame["arm"].iat[0]
    level = frame[(frame["measure"] == "level") & (frame["outcome"] == "waiting")]
    level = level[(level["arm"] == first) & (level["stratum"] != "all")].sort_values("mean")
    text = say(
        "What it says: under {first} waiting is longest in {service} ({months} months)",
        first=label(first, labels), service=label(level["stratum"].iat[-1]), months=number(level["mean"].iat[-1]),
    )
    change = frame[(frame["measure"] == "change") & (frame["outcome"] == "unmet") & (frame["stratum"] == "all")]
    if change.empty:
        return text + "."
    row = change.iloc[0]
    digits = decimals([row["mean"]], least=1)
    return text + say(
        "; {arm} changes requests given up by {change} per 1,000 residents in a year (95 % of runs {ends}).",
        arm=label(row["arm"], labels), change=small(row["mean"], digits, signed),
        ends=between(row["low"], row["high"], lambda value: small(value, digits, signed)),
    )


def draw(tables, comparator=None, labels=None):
    """Marks of the arms beside each other in one row per service, waiting left and unmet need right."""
    frame = data(tables, comparator)
    level = frame[frame["measure"] == "level"]
    looks = style.styles(list(level["arm"].drop_duplicates()))
    strata = _order(level)
    deep = max(0.34, 0.15 * len(looks))
    figure, axes = style.new(1, 2, width=10.5, height=2.4 + deep * len(strata), sharey=True)
    for axis, outcome in zip(axes[0], YEARLY, strict=True):
        part = level[level["outcome"] == outcome].set_index(["arm", "stratum"])
        for k, (arm, look) in enumerate(looks.items()):
            shift = 0.62 * ((k + 0.5) / len(looks) - 0.5)
            rows = part.loc[arm].reindex(strata)
            y = np.arange(len(strata)) + shift
            axis.hlines(y, rows["low"], rows["high"], color=look.colour, linewidth=1.5)
            axis.plot(rows["mean"], y, look.marker, color=look.colour, markersize=4.5)
        axis.set_xlim(left=0)
        axis.grid(False, axis="y")
    axes[0, 0].set_yticks(range(len(strata)), [say("All services") if name == "all" else label(name) for name in strata])
    axes[0, 0].set_ylim(len(strata) - 0.4, -0.6)
    axes[0, 0].set_xlabel(say("Waiting of those served (months)"))
    axes[0, 1].set_xlabel(say("Requests given up (per 1,000 resident-years)"))
    lines = [style.line(look, label(arm, labels), marks=True) for arm, look in looks.items()]
    return style.finish(figure, say(TITLE), say(HOW), says(frame, labels), frame, lines)


def _order(level):
    """Services in their fixed order, those with nothing to see left out."""
    most = level.groupby(["stratum", "outcome"])["mean"].max().unstack()
    seen = [name for name in most.index if any(most.at[name, k] > least for k, least in LEAST.items() if k in most)]
    return [name for name in ("all", *SERVICES, *sorted(set(seen) - {"all", *SERVICES})) if name in seen]

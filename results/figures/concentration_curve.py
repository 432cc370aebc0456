"""How wellbeing is spread over residents from the lowest income to the highest: before, and after without and with."""

import numpy as np
import pandas as pd

from results.figures import style
from results.figures._series import in_order, over_runs
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import between, decimals, label, number, signed, small

NEEDS = ("curves",)
TITLE = word("Concentration of wellbeing over income, before and after")
HOW = word(
    "How to read: residents stand from the lowest income at the start to the highest. Left: the share of all wellbeing (score "
    "above 1, the bottom of the scale) that the poorest part has; on the diagonal all have the same. Right: how far each curve "
    "lies below the diagonal, in percentage points; a lower hump is more equal. Dotted: at the start."
)
START = {"color": "#000000", "linestyle": (0, (1, 1.2)), "linewidth": 1.4}


def data(tables, comparator=None):
    """Curves over runs by arm, moment (start, end) and x, and the concentration index of each (measure index; change is the
    paired difference of the index at the end to the comparator); mean and 95 % interval.
    """
    curves = tables["curves"]
    curves = curves[(curves["kind"] == "concentration") & curves["y"].notna()]
    first, *others = style.arms(curves, comparator)
    rows = curves.rename(columns={"y": "value"}).assign(moment=np.where(curves["year"] == 0, "start", "end"))
    found = [over_runs(rows, ["arm", "moment", "x"]).assign(measure="curve")]
    index = pd.DataFrame(
        [(*key, 1 - 2 * np.trapezoid(part["value"], part["x"])) for key, part in rows.groupby(["arm", "moment", *KEYS], observed=True)],
        columns=["arm", "moment", *KEYS, "value"],
    )
    found.append(over_runs(index, ["arm", "moment"]).assign(measure="index"))
    for arm in others:
        pairs = paired(index[index["moment"] == "end"], arm, first).assign(arm=arm)
        found.append(over_runs(pairs, ["arm"]).assign(measure="change", moment="end"))
    return in_order(found, [first, *others], ["arm", "measure", "moment", "x", "mean", "low", "high", "runs"])


def says(frame, labels=None):
    """One sentence: the concentration index at the start, and at the end without and with the first arm."""
    first = frame["arm"].iat[0]
    index = frame[frame["measure"] == "index"].set_index(["arm", "moment"])["mean"]
    change = frame[frame["measure"] == "change"]
    text = say(
        "What it says: the concentration index of wellbeing over income is {start} at the start and {end} at the end of {first}",
        start=number(index[first, "start"], 4), end=number(index[first, "end"], 4), first=label(first, labels),
    )
    if change.empty:
        return text + "."
    row = change.iloc[0]
    digits = decimals([row["mean"]], least=4)
    return text + say(
        "; {arm} changes it by {change} (95 % of runs {ends}); 0 would be equal.",
        arm=label(row["arm"], labels), change=small(row["mean"], digits, signed),
        ends=between(row["low"], row["high"], lambda value: small(value, digits, signed)),
    )


def draw(tables, comparator=None, labels=None):
    """The curves with the diagonal, and their distance from it."""
    frame = data(tables, comparator)
    curve = frame[frame["measure"] == "curve"]
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    figure, axes = style.new(1, 2, width=10.5, height=5.2)
    whole, hump = axes[0]
    whole.plot([0, 100], [0, 100], color="#999999", linewidth=0.9)
    begin = curve[(curve["arm"] == curve["arm"].iat[0]) & (curve["moment"] == "start")]
    for axis, of in ((whole, lambda line: 100 * line["mean"]), (hump, lambda line: 100 * (line["x"] - line["mean"]))):
        axis.plot(100 * begin["x"], of(begin), **START)
        for arm, line in curve[curve["moment"] == "end"].groupby("arm", sort=False):
            look = looks[arm]
            axis.plot(100 * line["x"], of(line), color=look.colour, linestyle=look.dash, linewidth=1.6)
        axis.set_xlim(0, 100)
        axis.set_xlabel(say("Residents from the lowest income (%)"))
    whole.set_ylim(0, 100)
    whole.set_ylabel(say("Share of wellbeing (%)"))
    hump.set_ylim(bottom=min(0.0, hump.get_ylim()[0]))
    hump.axhline(0, color="#999999", linewidth=0.9)
    hump.set_ylabel(say("Below the diagonal (percentage points)"))
    lines = [style.Line2D([], [], label=say("At the start"), **START)]
    lines += [style.line(look, label(arm, labels)) for arm, look in looks.items()]
    return style.finish(figure, say(TITLE), say(HOW), says(frame, labels), frame, lines)

"""How concentrated service cost is: the share of all cost that the costliest residents carry."""

import numpy as np
import pandas as pd

from results.figures import style
from results.figures._series import over_runs
from results.language import say, word
from results.uncertainty import paired
from results.words import between, decimals, label, number, per_cent, signed, small

NEEDS = ("curves",)
TITLE = word("Concentration of service cost")
HOW = word(
    "How to read: residents stand from the one who costs services least to the one who costs most in the last twelve months. The "
    "curve is the share of all cost that the cheapest part carries together; the dotted line would be the same cost for "
    "everyone. The dot marks nine tenths of residents: what is above it is carried by the costliest tenth."
)
TENTH = 0.9


def data(tables, comparator=None):
    """Lorenz curve of service cost by arm and x, and the share of the costliest tenth (measure top_tenth; change is its paired
    difference to the comparator); mean and 95 % interval over runs.
    """
    curves = tables["curves"]
    curves = curves[curves["kind"] == "cost_lorenz"]
    first, *others = style.arms(curves, comparator)
    rows = curves.rename(columns={"y": "value"})
    top = rows[np.isclose(rows["x"], TENTH)].assign(value=lambda part: 1 - part["value"])
    found = [over_runs(rows, ["arm", "x"]).assign(measure="curve"), over_runs(top, ["arm"]).assign(measure="top_tenth")]
    found += [over_runs(paired(top, arm, first).assign(arm=arm), ["arm"]).assign(measure="change") for arm in others]
    frame = pd.concat(found, ignore_index=True).astype({"arm": str})
    order = frame["arm"].map({arm: place for place, arm in enumerate([first, *others])})
    return frame.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)[["arm", "measure", "x", "mean", "low", "high", "runs"]]


def says(frame, labels=None):
    """One sentence: what the costliest tenth carries without, and how the first arm changes it."""
    first = frame["arm"].iat[0]
    top = frame[(frame["measure"] == "top_tenth") & (frame["arm"] == first)].iloc[0]
    change = frame[frame["measure"] == "change"]
    text = say(
        "What it says: under {first} the costliest tenth of residents carries {share} of service cost",
        first=label(first, labels), share=per_cent(100 * top["mean"]),
    )
    if change.empty:
        return text + "."
    row = 100 * change[["mean", "low", "high"]].iloc[0]
    digits = decimals([row["mean"]])
    return text + say(
        "; {arm} changes this by {change} percentage points (95 % of runs {ends}).",
        arm=label(change["arm"].iat[0], labels), change=small(row["mean"], digits, signed),
        ends=between(row["low"], row["high"], lambda value: small(value, digits, signed)),
    )


def draw(tables, comparator=None, labels=None):
    """One Lorenz curve per arm with the line of equal cost."""
    frame = data(tables, comparator)
    curve = frame[frame["measure"] == "curve"]
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    figure, axes = style.new(width=8.5, height=6.2)
    axis = axes[0, 0]
    axis.plot([0, 100], [0, 100], color="#777777", linestyle=(0, (1, 2)), linewidth=1)
    for arm, line in curve.groupby("arm", sort=False):
        look = looks[arm]
        axis.plot(100 * line["x"], 100 * line["mean"], color=look.colour, linestyle=look.dash, linewidth=1.7)
    first = curve[(curve["arm"] == curve["arm"].iat[0]) & np.isclose(curve["x"], TENTH)]
    y = 100 * first["mean"].iat[0]
    axis.plot(100 * TENTH, y, "o", color=style.COMPARATOR, markersize=6)
    text = say("the costliest tenth: {share}", share=per_cent(100 - y))
    axis.annotate(text, (100 * TENTH, y), (-10, 6), textcoords="offset points", ha="right", size=9)
    axis.set_xlim(0, 100)
    axis.set_ylim(0, 100)
    axis.set_xlabel(say("Residents from the lowest cost (%)"))
    axis.set_ylabel(say("Share of service cost ({unit})", unit="%"))
    lines = [style.line(look, label(arm, labels)) for arm, look in looks.items()]
    return style.finish(figure, say(TITLE), say(HOW, tenth=number(10, 0)), says(frame, labels), frame, lines)

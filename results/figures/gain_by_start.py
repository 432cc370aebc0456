"""Who gains by where they started: mean gain of twins over residents from the lowest starting wellbeing to the highest."""

import numpy as np

from results.figures import FigureError, style
from results.figures._series import band, over_runs
from results.language import say, word
from results.words import between, decimals, label, signed, small

NEEDS = ("curves",)
TITLE = word("Gain by starting wellbeing")
HOW = word(
    "How to read: residents stand from the lowest wellbeing at the start to the highest, in twentieths. The line is their mean "
    "gain over the period beside the same residents under {first}, the band the middle 95 % of runs. A line that falls to the "
    "right helps those worst off most."
)


def data(tables, comparator=None):
    """Mean gain [EUROHIS points] by arm and place x (0-1) among residents by starting wellbeing, 95 % interval over runs."""
    curves = tables["curves"]
    rows = curves[curves["kind"] == "gain_by_start"]
    if comparator is not None:
        rows = rows[rows["comparator"] == comparator]
    if rows.empty:
        raise FigureError(say("one scenario only; there is nothing to compare it with"))
    x = (rows["x"] * 20).astype(int)  # in small runs bins of runs differ a little in place
    frame = over_runs(rows.assign(value=rows["y"], x=(x + 0.5) / 20), ["arm", "x"])
    frame = frame.merge(rows.assign(x=(x + 0.5) / 20).groupby(["arm", "x"], observed=True)["n"].mean().reset_index())
    order = list(dict.fromkeys(rows["arm"].astype(str)))
    return frame.astype({"arm": str}).sort_values("arm", key=lambda arm: arm.map(order.index), kind="stable").reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the gain of the lowest and of the highest quarter under the first arm."""
    arm = frame["arm"].iat[0]
    part = frame[frame["arm"] == arm]
    low, high = part[part["x"] < 0.25], part[part["x"] > 0.75]
    ends = [low["mean"].mean(), high["mean"].mean()]
    digits = decimals(ends, least=3)
    best = part.loc[part["mean"].idxmax()]
    return say(
        "What it says: under {arm} the quarter with the lowest starting wellbeing gains {low} points on average and the quarter "
        "with the highest {high}; the largest gain is {most} (95 % of runs {ends}).",
        arm=label(arm, labels), low=small(ends[0], digits, signed), high=small(ends[1], digits, signed),
        most=small(best["mean"], digits, signed), ends=between(best["low"], best["high"], lambda value: small(value, digits, signed)),
    )


def draw(tables, comparator=None, labels=None):
    """One line with its band per arm."""
    frame = data(tables, comparator)
    first = comparator or str(tables["curves"]["comparator"].iloc[0])
    arms = [first, *frame["arm"].drop_duplicates()]
    looks = style.styles(arms)
    figure, axes = style.new(width=9.5, height=4.9)
    axis = axes[0, 0]
    for arm, line in frame.groupby("arm", sort=False):
        look = looks[arm]
        band(axis, 100 * line["x"], line, look, len(arms))
        axis.plot(100 * line["x"], line["mean"], look.marker, color=look.colour, markersize=4)
    axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_xlim(0, 100)
    axis.set_xticks(np.arange(0, 101, 20))
    axis.set_xlabel(say("Residents from the lowest starting wellbeing (%)"))
    axis.set_ylabel(say("Mean gain (EUROHIS-QOL-8 points)"))
    lines = [style.line(looks[arm], label(arm, labels)) for arm in arms[1:]]
    return style.finish(figure, say(TITLE), say(HOW, first=label(first, labels)), says(frame, labels), frame, lines)

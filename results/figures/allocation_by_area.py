"""Whether resources follow need: how much more or less than an equal share each area gets."""

import numpy as np

from results import tidy
from results.figures import style
from results.figures._programme import looks_of
from results.figures._series import in_order
from results.language import say, word
from results.words import label, number

NEEDS = ("allocation",)
TITLE = word("Do resources follow need? Allocation by area")
HOW = word(
    "How to read: one mark per area, its size how many live there. To the right its need is higher than average (1), upward it gets "
    "more per head than the same share for all (1). On the dotted line resources follow need fully; on the level line not at all. "
    "Last allocation, means over runs."
)


def data(tables, comparator=None):
    """Need and factor (1 = average) and residents by arm and area at the last allocation, means over runs."""
    rows = tables["allocation"]
    rows = rows[(rows["month"] == rows.groupby("arm", observed=True)["month"].transform("max")).to_numpy()]
    keys = ["arm", "municipality", "area", "formula"]
    frame = rows.groupby(keys, observed=True, sort=False)[["need", "factor", "residents"]].mean().reset_index()
    frame = frame.astype(dict.fromkeys(keys, str))
    sums = frame.assign(need=frame["need"] * frame["residents"]).groupby("arm")[["need", "residents"]].transform("sum")
    frame["need"] = frame["need"] * sums["residents"] / sums["need"]
    return in_order([frame], tidy.arms_of(rows), frame.columns)


def says(frame, labels=None):
    """One sentence per arm: what the neediest fifth of areas gets beside the least needy."""
    told = []
    for arm, part in frame.groupby("arm", sort=False):
        if np.isclose(part["need"].min(), part["need"].max()):
            told.append(say("the same under {arm}", arm=label(arm, labels)))
            continue
        ends = [part[part["need"] >= part["need"].quantile(0.8)], part[part["need"] <= part["need"].quantile(0.2)]]
        high, low = (np.average(side["factor"], weights=side["residents"]) for side in ends)
        told.append(say("{high} and {low} under {arm}", high=number(high), low=number(low), arm=label(arm, labels)))
    return say("What it says: times an equal share, the fifth of areas with most and with least need get {told}.", told="; ".join(told[:3]))


def draw(tables, comparator=None, labels=None):
    """Marks by area, colours by arm."""
    frame = data(tables, comparator)
    looks = looks_of(frame, comparator)
    figure, axes = style.new(width=8.5, height=5.8)
    axis = axes[0, 0]
    for arm, part in frame.groupby("arm", sort=False):
        size = 12 + 80 * part["residents"] / frame["residents"].max()
        axis.scatter(part["need"], part["factor"], s=size, color=looks[arm].colour, marker=looks[arm].marker, alpha=0.65, linewidths=0)
    ends = np.array([min(frame["need"].min(), frame["factor"].min(), 0.95), max(frame["need"].max(), frame["factor"].max(), 1.05)])
    axis.plot(ends, ends, color="#555555", linewidth=1, linestyle=":")
    axis.axhline(1, color="#555555", linewidth=0.9)
    axis.set_xlabel(say("Need (1 = average)"))
    axis.set_ylabel(say("Resources per head (1 = average)"))
    lines = [style.line(looks[arm], label(arm, labels), marks=True) for arm in frame["arm"].drop_duplicates()]
    return style.finish(figure, say(TITLE), say(HOW), says(frame, labels), frame, lines)

"""Added cost of each arm by payer over the whole period, with the net of all payers."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from results import tidy
from results.figures import style
from results.language import say, word
from results.uncertainty import KEYS, interval, paired
from results.words import PAYERS, label, money, money_scale, moneys

NEEDS = ("ledger",)
PAIRED = True
TITLE = word("Who pays, who saves: added cost by payer")
HOW = word(
    "How to read: bars to the right of zero are payers who pay more than in the comparator, bars to the left "
    "payers who save; the diamond is the net of all payers, its line the middle 95 % of runs. Benefits and "
    "taxes count."
)
VISIBLE = 0.008  # of the width of the longest bar: a payer whose slice is thinner in every arm is left out
COLOURS = dict(zip(PAYERS, ("#0072B2", "#E69F00", "#7f7f7f", "#56B4E9", "#009E73", "#CC79A7"), strict=True))


def data(tables, comparator=None, rate=0.0):
    """Increment by arm and payer [EUR, real population, whole period, discounted at `rate`], mean and 95 %
    interval.

    The payer "net" is the sum over all payers.
    """
    ledger = tables["ledger"]
    first, *others = style.arms(ledger, comparator)
    wide = tidy.spending(ledger, rate).drop(columns=["society", "public"])
    wide["net"] = wide.sum(axis=1)
    tall = wide.melt(ignore_index=False, var_name="payer").reset_index()
    rows = []
    for arm in others:
        pairs = paired(tall, arm, first, ["payer", *KEYS])
        for payer, values in pairs.groupby("payer", sort=False)["value"]:
            mean, low, high, runs = interval(values)
            rows.append({"arm": arm, "payer": payer, "mean": mean, "low": low, "high": high, "runs": runs})
    return pd.DataFrame(rows, columns=["arm", "payer", "mean", "low", "high", "runs"])


def says(frame, labels=None):
    """One sentence: the net of the first arm, who pays most and who saves most."""
    if frame.empty:
        return say("What it says: one scenario only; there is nothing to compare it with.")
    arm = frame["arm"].iat[0]
    part = frame[frame["arm"] == arm].set_index("payer")
    net, payers = part.loc["net"], part.drop(index="net")
    (change, *ends), unit = moneys([net["mean"], net["low"], net["high"]], True)
    text = say(
        "What it says: under {arm} spending of all payers together changes by {change} {unit} ({low} to {high} {unit})",
        arm=label(arm, labels), change=change, unit=unit, low=ends[0], high=ends[1],
    )
    most, least = payers["mean"].idxmax(), payers["mean"].idxmin()
    if payers.at[most, "mean"] > 0:
        text += say("; {payer} pays most ({sum})", payer=label(most), sum=money(payers.at[most, "mean"], True))
    if payers.at[least, "mean"] < 0:
        text += say("; {payer} saves most ({sum})", payer=label(least), sum=money(payers.at[least, "mean"], True))
    return text + "."


def draw(tables, comparator=None, labels=None, rate=0.0):
    """One stacked, hatched bar per arm, savings to the left, with the net on top."""
    frame = data(tables, comparator, rate)
    arms = list(frame["arm"].drop_duplicates())
    figure, axes = style.new(width=10, height=2.9 + 0.85 * len(arms))
    axis = axes[0, 0]
    payers, thin = visible(frame)
    scale, unit = _scale(frame)
    for place, arm in enumerate(arms):
        _bar(axis, place, frame[frame["arm"] == arm].set_index("payer"), payers, scale)
    axis.axvline(0, color="black", linewidth=0.9)
    axis.set_yticks(range(len(arms)), [textwrap.fill(label(arm, labels), 26) for arm in arms])
    axis.set_ylim(len(arms) - 0.45, -0.75)
    axis.grid(False, axis="y")
    axis.margins(x=0.08)
    axis.set_xlabel(say("Added cost over the whole period ({unit}, prices of 2018)", unit=unit))
    handles = [
        Patch(facecolor=colour(p), hatch=hatch(p), edgecolor="white", label=label(p))
        for p in payers
    ]
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    axis.legend(
        handles=handles, ncols=6, frameon=False, handleheight=1.1, columnspacing=1.2, fontsize=8.5, **place
    )
    how = say(HOW)
    if thin:
        how += " " + say("Too small to see and left out: {payers}.", payers=", ".join(map(label, thin)))
    return style.finish(figure, say(TITLE), how, says(frame, labels), frame)


def visible(frame):
    """Payers with a slice wide enough to see in some arm, in their fixed order, and the others."""
    slices = frame[frame["payer"] != "net"].assign(size=lambda rows: rows["mean"].abs())
    sizes = slices.groupby("payer", sort=False)["size"].max()
    longest = slices.groupby("arm")["size"].sum().max() if len(slices) else 0.0
    order = [payer for payer in PAYERS if payer in sizes.index]
    order += sorted(set(sizes.index) - set(order))
    thin = [payer for payer in order if sizes[payer] <= VISIBLE * longest]
    return [payer for payer in order if payer not in thin], [payer for payer in thin if sizes[payer] > 0]


def _scale(frame):
    return money_scale(np.abs(frame[["mean", "low", "high"]].to_numpy()).max() if len(frame) else 0)


def colour(payer):
    """The colour of a payer, the same in every figure."""
    return COLOURS.get(payer, "#b15928")


def hatch(payer):
    """The hatch of a payer, the same in every figure."""
    place = list(PAYERS).index(payer) if payer in PAYERS else -1
    return style.HATCHES[place % len(style.HATCHES)]


def _bar(axis, place, part, payers, scale):
    """One arm: savings stacked to the left of zero, payments to the right, the net above them."""
    ends = {-1: 0.0, 1: 0.0}
    for payer in payers:
        width = part.at[payer, "mean"] / scale if payer in part.index else 0.0
        side = -1 if width < 0 else 1
        axis.barh(
            place,
            width,
            left=ends[side],
            height=0.5,
            color=colour(payer),
            hatch=hatch(payer),
            edgecolor="white",
            linewidth=0.8,
        )
        ends[side] += width
    net = part.loc["net", ["mean", "low", "high"]].astype(float) / scale
    axis.plot([net["low"], net["high"]], [place - 0.4] * 2, color="black", linewidth=1.4)
    axis.plot(net["mean"], place - 0.4, marker="D", color="black", markersize=5)
    text = say("net {sum}", sum=money(part.at["net", "mean"], True))
    axis.annotate(
        text,
        (net["high"], place - 0.4),
        (7, 0),
        textcoords="offset points",
        va="center",
        weight="bold",
        size=9,
    )

"""What each year adds to each payer's budget, with the net of all payers."""

import math

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from results import money, tidy
from results.figures import style
from results.figures._series import over_runs
from results.figures.cost_by_payer import colour, hatch, visible
from results.language import say, word
from results.uncertainty import KEYS
from results.words import PAYERS, label, money_scale
from results.words import money as told

NEEDS = ("ledger",)
PAIRED = True
TITLE = word("Budget impact: added cost by year and payer")
HOW = word(
    "How to read: one bar per year. Slices above zero are payers who pay more than under {first} that year, slices below zero "
    "payers who save; the line with diamonds is the net of all payers with the middle 95 % of runs. Benefits and taxes count; "
    "nothing is discounted."
)
NET = "net"


def data(tables, comparator=None):
    """Increment by arm, year (calendar year, or 1, 2 ... without dates) and payer [EUR, real population, undiscounted]: mean
    and 95 % interval over paired runs; the payer "net" is the sum over all payers.
    """
    ledger = tables["ledger"]
    first, *others = style.arms(ledger, comparator)
    keys = [*tidy.RUN, "year", "payer"]
    rows = tidy.add_up(ledger.assign(year=tidy.years(ledger)), keys, amount=ledger["amount"].to_numpy(float))
    found = []
    for arm in others:
        each = money.increments_by(rows[rows["arm"].isin([first, arm])], first, arm).astype({"payer": str})
        net = each.groupby([*KEYS, "year"], as_index=False)["value"].sum().assign(payer=NET)
        found.append(over_runs(pd.concat([each, net], ignore_index=True), ["year", "payer"]).assign(arm=arm))
    columns = ["arm", "year", "payer", "mean", "low", "high", "runs"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def says(frame, labels=None):
    """One sentence: the dearest year of the first arm, and the last year."""
    if frame.empty:
        return say("What it says: one scenario only; there is nothing to compare it with.")
    arm = frame["arm"].iat[0]
    net = frame[(frame["arm"] == arm) & (frame["payer"] == NET)].set_index("year")
    most, last = net["mean"].idxmax(), net.index.max()
    return say(
        "What it says: under {arm} the year {year} adds most to all budgets together, {sum} (95 % of runs {low} to {high}); the "
        "last year, {last}, changes them by {end}.",
        arm=label(arm, labels), year=most, sum=told(net.at[most, "mean"], True), low=told(net.at[most, "low"], True),
        high=told(net.at[most, "high"], True), last=last, end=told(net.at[last, "mean"], True),
    )


def draw(tables, comparator=None, labels=None):
    """One panel of stacked bars per arm, all on one scale."""
    frame = data(tables, comparator)
    first = style.arms(tables["ledger"], comparator)[0]
    arms = list(frame["arm"].drop_duplicates())
    columns = min(3, max(1, len(arms)))
    lines = max(1, math.ceil(len(arms) / columns))
    figure, axes = style.new(lines, columns, width=10.5, height=1.7 + 3.0 * lines, sharey=True)
    payers, _ = visible(frame)
    size, unit = money_scale(np.abs(frame[["mean"]].to_numpy()).max() if len(frame) else 0)
    for place, axis in enumerate(axes.flat):
        axis.set_visible(place < len(arms))
        if place < len(arms):
            _bars(axis, frame[frame["arm"] == arms[place]], payers, size)
            axis.set_title(label(arms[place], labels))
    for row in axes:
        row[0].set_ylabel(say("Added cost ({unit}, prices of 2018)", unit=unit))
    handles = [Patch(facecolor=colour(p), hatch=hatch(p), edgecolor="white", label=label(p)) for p in payers]
    handles.append(Line2D([], [], color="black", marker="D", markersize=4.5, linewidth=1.4, label=label(NET)))
    return style.finish(figure, say(TITLE), say(HOW, first=label(first, labels)), says(frame, labels), frame, handles)


def _bars(axis, part, payers, size):
    wide = part.pivot(index="year", columns="payer", values="mean").fillna(0.0) / size
    up, down = np.zeros(len(wide)), np.zeros(len(wide))
    x = np.arange(len(wide))
    for payer in (name for name in payers if name in PAYERS or name in wide):
        value = wide[payer].to_numpy() if payer in wide else np.zeros(len(wide))
        base = np.where(value < 0, down, up)
        axis.bar(x, value, bottom=base, width=0.62, color=colour(payer), hatch=hatch(payer), edgecolor="white", linewidth=0.7)
        up, down = up + np.maximum(value, 0), down + np.minimum(value, 0)
    net = part[part["payer"] == NET].set_index("year")[["mean", "low", "high"]] / size
    axis.vlines(x, net["low"], net["high"], color="black", linewidth=1.3)
    axis.plot(x, net["mean"], color="black", marker="D", markersize=4.5, linewidth=1.2)
    axis.axhline(0, color="black", linewidth=0.9)
    axis.set_xticks(x, [str(year) for year in wide.index])
    axis.grid(False, axis="x")

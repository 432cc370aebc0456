"""Distributional cost-effectiveness: what income fifths gain net of what the money would do elsewhere, and the equity-impact plane."""

import numpy as np
import pandas as pd

from results import distributional
from results.figures import FigureError, style
from results.figures._series import over_runs
from results.language import say, word
from results.uncertainty import KEYS
from results.words import decimals, label, money, number, share, signed, small

NEEDS = ("outcomes", "ledger")
PAIRED = True
TITLE = word("Who gains once the money is missed elsewhere? Income fifths and the equity-impact plane")
HOW = word(
    "How to read: WELLBYs per 1,000 adults over the whole period, income fifths of the start. Left: what each fifth gains (pale, of "
    "the first scenario) and what is left of it once the public sector's money is taken from services that give one WELLBY for "
    "{displaced}, every adult losing alike (marks, lines the middle 95 % of runs). Right: each dot is one run; to the right all gain "
    "on average, up the gain is spread so that it counts for more to those who mind inequality (Atkinson's aversion {aversion}). "
    "Discounted at {rate}."
)
AVERSION = 10.95  # median answer of the English public, Robson et al. 2017
PER = 1000.0  # adults


def data(tables, comparator=None, rate=0.03, displaced=distributional.DISPLACED):
    """WELLBYs per 1,000 adults by arm: measure gain, forgone, net by income fifth, efficiency and equity of all; mean and 95 %
    interval over runs.
    """
    return _condensed(*_runs(tables, comparator, rate, displaced))


def _runs(tables, comparator, rate, displaced):
    """Gains by fifth and places on the plane of every run."""
    first, *others = style.arms(tables["outcomes"], comparator)
    frame = distributional.by_fifth(tables, first, others, rate, displaced)
    if frame.empty:
        raise FigureError(say("no life satisfaction by income fifth in the run"))
    return frame, distributional.plane(frame, AVERSION)


def _condensed(frame, points):
    tall = frame.melt(["arm", *KEYS, "stratum"], ["gain", "forgone", "net"], "measure")
    more = points.melt(["arm", *KEYS], ["efficiency", "equity"], "measure").assign(stratum="all")
    whole = pd.concat([tall, more], ignore_index=True)
    found = over_runs(whole.assign(value=PER * whole["value"]), ["arm", "measure", "stratum"])
    order = {arm: place for place, arm in enumerate(frame["arm"].drop_duplicates())}
    found = found.assign(place=found["arm"].map(order), stratum_kind="start_fifth").astype({"measure": str, "stratum": str})
    return found.sort_values(["place", "measure", "stratum"]).drop(columns="place").reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the net gain of the poorest and the richest fifth under the first arm, and where it lies on the plane."""
    arm = frame["arm"].iat[0]
    part = frame[frame["arm"] == arm].set_index(["measure", "stratum"])["mean"]
    values = [part["net", "1"], part["net", "5"], part["efficiency", "all"], part["equity", "all"]]
    digits = decimals(values, least=2)
    poor, rich, mean, equity = (small(value, digits, signed) for value in values)
    return say(
        "What it says: under {arm} the net gain is {poor} WELLBYs per 1,000 adults in the poorest fifth and {rich} in the richest; "
        "{mean} on average, and {equity} more for how it is spread.",
        arm=label(arm, labels), poor=poor, rich=rich, mean=mean, equity=equity,
    )


def draw(tables, comparator=None, labels=None, rate=0.03, displaced=distributional.DISPLACED):
    """Stairs of net gains by fifth, and the plane."""
    rows, points = _runs(tables, comparator, rate, displaced)
    frame = _condensed(rows, points)
    _, looks = style.beside(frame, tables["outcomes"], comparator)
    figure, axes = style.new(1, 2, width=11, height=5.6)
    _stairs(axes[0, 0], frame, looks)
    _plane(axes[0, 1], points, looks)
    lines = [style.line(looks[arm], label(arm, labels), marks=True) for arm in frame["arm"].drop_duplicates()]
    how = say(HOW, displaced=money(displaced), aversion=number(AVERSION), rate=share(rate))
    return style.finish(figure, say(TITLE), how, says(frame, labels), frame, lines)


def _stairs(axis, frame, looks):
    arms = list(frame["arm"].drop_duplicates())
    fifths = list(distributional.FIFTHS)
    first = frame[(frame["arm"] == arms[0]) & (frame["measure"] == "gain")].set_index("stratum")["mean"].reindex(fifths)
    axis.bar(range(len(fifths)), first, width=0.72, color=looks[arms[0]].colour, alpha=0.22, edgecolor="none")
    for k, arm in enumerate(arms):
        net = frame[(frame["arm"] == arm) & (frame["measure"] == "net")].set_index("stratum").reindex(fifths)
        x = np.arange(len(fifths)) + 0.6 * ((k + 0.5) / len(arms) - 0.5)
        axis.vlines(x, net["low"], net["high"], color=looks[arm].colour, linewidth=1.4)
        axis.plot(x, net["mean"], looks[arm].marker, color=looks[arm].colour, markersize=5.5)
    axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_xticks(range(len(fifths)), [say("poorest"), "2", "3", "4", say("richest")])
    axis.grid(False, axis="x")
    axis.set_xlabel(say("Income fifth at the start"))
    axis.set_ylabel(say("Net gain (WELLBYs per 1,000 adults)"))


def _plane(axis, points, looks):
    for arm, part in points.groupby("arm", sort=False):
        style.cloud(axis, PER * part["efficiency"], PER * part["equity"], looks[arm])
    style.around_zero(axis)
    style.corners(axis, {
        (0, 1): say("less in total, more alike"), (1, 1): say("more in total and more alike"),
        (0, 0): say("less in total and less alike"), (1, 0): say("more in total, less alike"),
    })
    axis.set_xlabel(say("Net gain of all (WELLBYs per 1,000 adults)"))
    axis.set_ylabel(say("Worth of how it is spread (WELLBYs per 1,000 adults)"))

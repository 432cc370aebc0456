"""Acceptability curves: how often each arm is the best buy, by what a WELLBY is worth."""

import numpy as np
import pandas as pd

from results import economics
from results.figures import ce_plane, style
from results.language import say, word
from results.words import label, number, share

NEEDS = ("outcomes", "ledger",)
PAIRED = True
TITLE = word("Which scenario is the best buy, and how surely")
HOW = word(
    "How to read: along the axis a WELLBY is worth more and more; a curve is the share of runs in which the scenario has the "
    "highest net benefit. At each point the curves add up to 100 %. Thick where a scenario has the highest net benefit on "
    "average. Finland has no official value of a WELLBY."
)
TOP = 100_000.0  # EUR per WELLBY, the right end unless curves still cross there
POINTS = 101


def data(tables, comparator=None, effect="wellby", perspective="society", rate=0.03, top=TOP):
    """Share of runs in which each arm has the highest net benefit [0-1], by value of a unit [EUR]; best marks the arm with
    the highest expected net benefit. The comparator stands for no added cost and no gain.
    """
    plane = ce_plane.data(tables, comparator, effect, perspective, rate)
    first = style.arms(tables["outcomes"], comparator)[0]
    arms = [first, *plane["arm"].drop_duplicates()]
    wide = plane.pivot(index=["draw", "replicate"], columns="arm", values=["cost", "gain"]).dropna()
    costs, effects = (np.column_stack([np.zeros(len(wide)), wide[what][arms[1:]]]) for what in ("cost", "gain"))
    worth = np.linspace(0, top, POINTS)
    shares = economics.ceac(costs, effects, worth)
    best = economics.ceaf(costs, effects, worth)[0]
    frames = [
        pd.DataFrame({"arm": arm, "value": worth, "share": shares[:, k], "best": best == k, "runs": len(wide)})
        for k, arm in enumerate(arms)
    ]
    return pd.concat(frames, ignore_index=True)


def says(frame, labels=None):
    """One sentence: the best buy at 20,000 EUR, and where another takes over."""
    at = frame[np.isclose(frame["value"], frame["value"].iloc[(frame["value"] - 20_000).abs().argmin()])]
    now = at[at["best"]].iloc[0]
    text = say(
        "What it says: if a WELLBY is worth {value}, {arm} is the best buy on average, and in {share} of {runs} runs",
        value=ce_plane.euros(now["value"]), arm=label(now["arm"], labels), share=share(now["share"]), runs=number(now["runs"], 0),
    )
    best = frame[frame["best"]].sort_values("value")
    later = best[(best["value"] > now["value"]) & (best["arm"] != now["arm"])]
    if later.empty:
        return text + say("; it stays so up to {top}.", top=ce_plane.euros(frame["value"].max()))
    return text + say("; from {value} on it is {arm}.", value=ce_plane.euros(later["value"].iat[0]), arm=label(later["arm"].iat[0], labels))


def draw(tables, comparator=None, labels=None, **options):
    """One curve per arm, the comparator grey."""
    frame = data(tables, comparator, **options)
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    figure, axes = style.new(width=9.5, height=4.9)
    axis = axes[0, 0]
    for arm, line in frame.groupby("arm", sort=False):
        look = looks[arm]
        x = line["value"] / 1000
        axis.plot(x, 100 * line["share"], color=look.colour, linestyle=look.dash, linewidth=1.6)
        axis.plot(x, np.where(line["best"], 100 * line["share"], np.nan), color=look.colour, linewidth=4, alpha=0.45)
    axis.set_xlim(0, frame["value"].max() / 1000)
    axis.set_ylim(-2, 102)
    axis.set_xlabel(say("What a WELLBY is worth (1,000 EUR)"))
    axis.set_ylabel(say("Best buy (% of runs)"))
    lines = [style.line(look, label(arm, labels)) for arm, look in looks.items()]
    return style.finish(figure, say(TITLE), say(HOW), says(frame, labels), frame, lines)

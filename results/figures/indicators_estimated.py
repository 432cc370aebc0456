"""How well a municipality knows its residents: indicators as estimated beside what is true in the model."""

import numpy as np

from results.figures import style
from results.figures._programme import rows_of
from results.language import say, word
from results.words import label, number, per_cent

NEEDS = ("indicators",)
TITLE = word("What is known and what is true: indicators")
HOW = word(
    "How to read: left, one mark per municipality, indicator and source in the last year and one run; on the line the estimate is right. "
    "Its line is the 95 % interval told to decision makers. Right, how often such an interval holds the truth, over all years and "
    "runs; 95 % would be right."
)
SOURCES = {"survey": word("survey"), "practitioners": word("practitioners' reports"), "register": word("registers")}
MOST = 400  # marks drawn


def data(tables, comparator=None, arm=None):
    """Shares (0-1) of all residents: arm, run, year, place, indicator, source, true, estimate, low, high, n, holds."""
    arm, rows = rows_of(tables["indicators"], arm, comparator)
    rows = rows[((rows["population"] == "all") & rows["true"].between(0, 1) & rows["estimate"].between(0, 1)).to_numpy()]
    columns = ["arm", "draw", "replicate", "year", "place", "indicator", "source", "true", "estimate", "low", "high", "n"]
    frame = rows[columns].astype(dict.fromkeys(("arm", "place", "indicator", "source"), str)).reset_index(drop=True)
    exact = np.isclose(frame["true"], frame["estimate"])
    return frame.assign(holds=((frame["low"] <= frame["true"]) & (frame["true"] <= frame["high"])) | exact)


def _held(frame):
    return frame.groupby("source")["holds"].mean().reindex([name for name in SOURCES if name in set(frame["source"])])


def says(frame, labels=None):
    """One sentence: the mean error of each source and how often its intervals hold the truth."""
    error = (frame["estimate"] - frame["true"]).abs().groupby(frame["source"]).mean()
    told = [
        say("{source}: off by {points} percentage points on average, {share} of intervals hold the truth", source=say(SOURCES[name]),
            points=number(100 * error[name], 1), share=per_cent(100 * held))
        for name, held in _held(frame).items()
    ]
    return say("What it says: {told}.", told="; ".join(told))


def draw(tables, comparator=None, labels=None, arm=None):
    """A cloud of estimates over truths, and bars of coverage."""
    frame = data(tables, comparator, arm)
    held = _held(frame)
    looks = style.styles(["", *held.index])
    figure, axes = style.new(1, 2, width=10.5, height=5.0, width_ratios=[2, 1])
    run = frame[(frame["year"] == frame["year"].max()) & (frame["draw"] == frame["draw"].min())]
    run = run[run["replicate"] == run["replicate"].min()]
    run = run.iloc[:: max(1, len(run) // MOST)]
    for source, part in run.groupby("source", sort=False):
        axes[0, 0].vlines(100 * part["true"], 100 * part["low"], 100 * part["high"], color=looks[source].colour, linewidth=0.7, alpha=0.5)
        look = {"color": looks[source].colour, "markersize": 3.5, "alpha": 0.8}
        axes[0, 0].plot(100 * part["true"], 100 * part["estimate"], looks[source].marker, **look)
    axes[0, 0].plot([0, 100], [0, 100], color="black", linewidth=0.9)
    axes[0, 0].set_xlim(0, 100)
    axes[0, 0].set_ylim(0, 100)
    axes[0, 0].set_xlabel(say("True (% of residents)"))
    axes[0, 0].set_ylabel(say("Estimate (% of residents)"))
    side = axes[0, 1]
    side.bar(range(len(held)), 100 * held, color=[looks[name].colour for name in held.index], width=0.6)
    for place, value in enumerate(held):
        side.text(place, 100 * value + 1.5, per_cent(100 * value), ha="center", size=8)
    side.axhline(95, color="black", linewidth=0.9, linestyle=":")
    side.set_xticks(range(len(held)), [""] * len(held))
    side.set_ylim(0, 110)
    side.grid(False, axis="x")
    side.set_ylabel(say("Intervals that hold the truth (%)"))
    handles = [style.line(looks[name], say(SOURCES[name]), marks=True) for name in held.index]
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW), says(frame, labels), frame, handles)

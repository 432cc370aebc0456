"""What drives the answer: how much each uncertain number moves the gain of an arm."""

import textwrap

import numpy as np
import pandas as pd

from results import naming, tidy
from results.figures import FigureError, style
from results.language import say, word
from results.uncertainty import paired
from results.words import decimals, label, number, share, signed, small

NEEDS = ("outcomes", "parameters",)
PAIRED = True
TITLE = word("What drives the answer")
HOW = word(
    "How to read: each bar is one uncertain number of the model. It spans the change in mean wellbeing of all (last year) when "
    "the number goes from the low end of its draws (10th percentile, orange, hatched) to the high end (90th, blue), the other "
    "numbers as they come; the line in the middle is the mean of all draws. Numbers whose effect cannot be told from chance are left out."
)
LEAST_DRAWS = 30  # with fewer, straight lines through the draws fit chance
MOST = 12  # bars
WIDE = 38  # letters of a line beside a bar
CHANCE = 0.05  # a number is shown if chance alone would give one such correlation among all numbers this rarely
LOW, HIGH = "#E69F00", "#0072B2"
COLUMNS = ["name", "low", "high", "mean", "correlation", "p", "draws", "tested"]


def data(tables, comparator=None, arm=None):
    """Change of the outcome [EUROHIS points] at the 10th and 90th percentile of each number's draws by a straight line through
    the draws' means, for numbers whose rank correlation with the outcome is told from chance (Holm); most important first.

    Numbers whose draws could not be told from chance are counted in `tested` alone. ValueError below LEAST_DRAWS draws.
    """
    arm, change = outcome(tables, comparator, arm)
    values = tables["parameters"].pivot_table("value", "draw", "name", observed=True)
    both = values.index.intersection(change.index)
    if len(both) < LEAST_DRAWS:
        some, least = number(len(both), 0), number(LEAST_DRAWS, 0)
        raise FigureError(say("{some} draws of the uncertain numbers; it takes {least}", some=some, least=least))
    values, change = values.loc[both], change.loc[both]
    values = values.loc[:, values.nunique() > 1]
    frame = _lines(values, change).sort_values("p", kind="stable")
    kept = (frame["p"].to_numpy() * np.arange(len(frame), 0, -1) < CHANCE).cumprod().astype(bool)
    frame["mean"], frame["draws"], frame["tested"] = change.mean(), len(both), len(frame)
    frame = frame[kept]
    span = (frame["high"] - frame["low"]).abs().sort_values(ascending=False, kind="stable")
    return frame.loc[span.index].head(MOST)[COLUMNS].reset_index(drop=True).assign(arm=arm)


def outcome(tables, comparator=None, arm=None):
    """The arm (by default the first that is not the comparator) and its change in mean wellbeing, last year, by draw."""
    outcomes = tidy.select(tables["outcomes"], outcome="wellbeing", stratum_kind="all")
    first, *others = style.arms(tables["outcomes"], comparator)
    arm = arm or others[0]
    level = tidy.level(outcomes, "wellbeing", tidy.last_year(outcomes))
    return arm, paired(level, arm, first).groupby("draw")["value"].mean()


def _lines(values, change):
    """For each number the change at the low and high end of its draws by a straight line, its rank correlation and p-value."""
    from scipy.special import stdtr

    x, y, n = values.to_numpy(float), change.to_numpy(float), len(change)
    centred = x - x.mean(0)
    slope = centred.T @ (y - y.mean()) / (centred**2).sum(0)
    low, high = np.quantile(centred, [0.1, 0.9], axis=0)
    rank = values.rank().corrwith(change.rank()).to_numpy()
    t = rank * np.sqrt((n - 2) / np.maximum(1 - rank**2, 1e-12))
    columns = {"name": values.columns.astype(str), "low": y.mean() + slope * low, "high": y.mean() + slope * high}
    return pd.DataFrame({**columns, "correlation": rank, "p": 2 * stdtr(n - 2, -np.abs(t))})


def says(frame, labels=None):
    """One sentence: the number that moves the answer most, and by how much."""
    if frame.empty:
        return say("What it says: no single number's effect on the answer can be told from chance with these draws.")
    row = frame.iloc[0]
    digits = decimals([row["low"], row["high"]], least=3)
    return say(
        "What it says: of {tested} uncertain numbers, {name} moves the answer under {arm} most: from {low} points at its low end "
        "to {high} at its high end ({share} of what differs between draws, by rank).",
        tested=number(row["tested"], 0), name=naming.number(row["name"], labels), arm=label(row["arm"], labels),
        low=small(row["low"], digits, signed), high=small(row["high"], digits, signed), share=share(row["correlation"] ** 2),
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """Bars around the mean, the widest on top."""
    frame = data(tables, comparator, arm)
    figure, axes = style.new(width=9.5, height=2.3 + 0.34 * max(3, len(frame)))
    axis = axes[0, 0]
    for place, row in frame.iterrows():
        axis.barh(place, row["low"] - row["mean"], left=row["mean"], height=0.66, color=LOW, hatch="///", edgecolor="white")
        axis.barh(place, row["high"] - row["mean"], left=row["mean"], height=0.66, color=HIGH, edgecolor="white")
    if len(frame):
        axis.axvline(frame["mean"].iat[0], color="black", linewidth=1.2)
        axis.axvline(0, color="#777777", linewidth=0.9, linestyle=(0, (1, 2)))
    axis.set_yticks(range(len(frame)), [textwrap.fill(naming.number(name, labels), WIDE) for name in frame["name"]])
    axis.set_ylim(max(3, len(frame)) - 0.4, -0.6)
    axis.grid(False, axis="y")
    axis.set_xlabel(say("Change in mean wellbeing of all (EUROHIS-QOL-8 points)"))
    title = say(TITLE) + (f": {label(frame['arm'].iat[0], labels)}" if len(frame) else "")
    return style.finish(figure, title, say(HOW), says(frame, labels), frame)

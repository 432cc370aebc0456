"""Wellbeing of small areas with its uncertainty: as measured, and drawn towards what similar areas have."""

import numpy as np
import pandas as pd

from results.figures import style
from results.figures._programme import COLOUR, OTHER, names_of_rows, rows_of
from results.language import say, word
from results.words import label, number

NEEDS = ("area_wellbeing",)
TITLE = word("Wellbeing by area")
HOW = word(
    "How to read: one row per area, the lowest first. An open square is the mean of those simulated in the area, a filled dot the "
    "mean drawn towards the whole the more the fewer live there; lines are 95 % intervals of one run (means over runs). Areas "
    "whose lines overlap cannot be put in order."
)
MOST = 36
NORMAL = 1.96  # standard errors to each side that hold 95 %


def data(tables, comparator=None, arm=None):
    """Mean wellbeing [EUROHIS points] by area in the last December of one arm: raw and shrunk means and standard errors, means
    over runs; order, from the lowest shrunk mean.
    """
    arm, rows = rows_of(tables["area_wellbeing"], arm, comparator)
    rows = rows[(rows["month"] == rows["month"].max()).to_numpy()]
    columns = ["n", "mean", "error", "shrunk", "shrunk_error"]
    frame = rows.groupby(["municipality", "area"], observed=True)[columns].mean().reset_index().astype({"municipality": str, "area": str})
    frame = frame.assign(arm=arm, date=str(rows["date"].iloc[0])).sort_values("shrunk").reset_index(drop=True)
    return frame.assign(order=np.arange(1, len(frame) + 1))


def says(frame, labels=None):
    """One sentence: the lowest and the highest area, and how many differ from the middle area for sure."""
    low, high = frame.iloc[0], frame.iloc[-1]
    middle = frame["shrunk"].median()
    apart = int(((frame["shrunk"] - middle).abs() > NORMAL * frame["shrunk_error"]).sum())
    return say(
        "What it says: wellbeing is lowest in {low} ({least}) and highest in {high} ({most}); {apart} of {all} areas differ from the "
        "middle one by more than their uncertainty.",
        low=low["area"], least=number(low["shrunk"]), high=high["area"], most=number(high["shrunk"]), apart=number(apart, 0),
        all=number(len(frame), 0),
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """Rows of both means; of many areas the lowest and the highest."""
    frame = data(tables, comparator, arm)
    shown = frame if len(frame) <= MOST else pd.concat([frame.head(MOST // 2), frame.tail(MOST // 2)])
    figure, axes = style.new(width=9.5, height=1.8 + 0.2 * max(len(shown), 6))
    axis = axes[0, 0]
    for place, (_, row) in enumerate(shown.iterrows()):
        for shift, mean, error, look, face, mark in (
            (-0.16, "mean", "error", OTHER, "white", "s"), (0.16, "shrunk", "shrunk_error", COLOUR, COLOUR.colour, "o"),
        ):
            ends = [row[mean] - NORMAL * row[error], row[mean] + NORMAL * row[error]]
            axis.plot(ends, [place + shift] * 2, color=look.colour, linewidth=1.1)
            axis.plot(row[mean], place + shift, mark, color=look.colour, markerfacecolor=face, markersize=3.8)
    names_of_rows(axis, [f"{row['order']}. {row['area']}" for _, row in shown.iterrows()])
    axis.tick_params(axis="y", labelsize=8)
    if len(shown) < len(frame):
        axis.axhline(MOST // 2 - 0.5, color="#555555", linewidth=0.9, linestyle=":")
    axis.set_xlabel(say("Score (EUROHIS-QOL-8, 1–5)"))
    handles = [
        style.Line2D([], [], color=OTHER.colour, marker="s", markerfacecolor="white", label=say("as measured")),
        style.Line2D([], [], color=COLOUR.colour, marker="o", label=say("drawn towards the whole")),
    ]
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW), says(frame, labels), frame, handles)

"""How far residents come in each campaign and programme of an arm, and what it costs."""

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, NullLocator

from results.figures import FigureError, style
from results.language import say, word
from results.words import STEPS, label, money, number

NEEDS = ("funnel",)
TITLE = word("Funnel of each campaign and programme")
HOW = word(
    "How to read: one panel per campaign or programme, with its whole cost. A dot is how many of the real population came to the "
    "step over the whole period (mean of runs), its line the middle 95 % of runs; filled dots count persons each time they "
    "enter, open dots count one for each month. The axis is logarithmic."
)
MONTHS = ("segment", "aware", "intending", "attending", "eligible", "users")  # steps counted in person-months
AMOUNTS = ("minutes", "pulled")  # not of persons


def data(tables, comparator=None, arm=None):
    """Persons or person-months at each step (real population, whole period) of one arm, by default the first that has
    interventions the comparator lacks: mean and 95 % interval, unit (persons, person_months) and mean cost [EUR].
    """
    rows = tables["funnel"]
    arm = arm or next((str(name) for name in rows["arm"].drop_duplicates() if name != comparator), None)
    rows = rows[(rows["arm"] == arm) & ~rows["step"].isin(AMOUNTS)]
    if rows.empty:
        raise FigureError(say("the scenario has no campaign or programme, or too few residents in it to show"))
    groups = rows.groupby(["intervention", "segment", "step"], observed=True, sort=False)
    ends = groups["persons"].quantile([0.025, 0.975]).unstack()
    frame = pd.DataFrame({
        "mean": groups["persons"].mean(), "low": ends[0.025], "high": ends[0.975], "runs": groups["persons"].count(),
        "cost": groups["cost"].mean(),
    }).reset_index().astype({"intervention": str, "segment": str, "step": str})
    frame["unit"] = np.where(frame["step"].isin(MONTHS), "person_months", "persons")
    place = frame["step"].map({step: place for place, step in enumerate(STEPS)}).fillna(len(STEPS))
    frame.insert(0, "arm", arm)
    first = {name: place for place, name in enumerate(dict.fromkeys(frame["intervention"]))}
    return frame.assign(a=frame["intervention"].map(first), b=place).sort_values(["a", "b"]).drop(columns=["a", "b"]).reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: which programme is joined most often and which costs most."""
    joined = frame[frame["step"] == "joined"].sort_values("mean")
    dear = frame.sort_values("cost").iloc[-1]
    text = say(
        "What it says: under {arm} most money goes to {name} ({cost})",
        arm=label(frame["arm"].iat[0], labels), name=label(dear["intervention"], labels), cost=money(dear["cost"]),
    )
    if joined.empty:
        return text + "."
    top = joined.iloc[-1]
    return text + say(
        "; {joined} is joined most often, {times} times.", joined=label(top["intervention"], labels), times=number(top["mean"], 0)
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """Small multiples of dots on one logarithmic scale."""
    frame = data(tables, comparator, arm)
    names = list(dict.fromkeys(frame["intervention"]))
    columns = min(3, len(names))
    lines = math.ceil(len(names) / columns)
    figure, axes = style.new(lines, columns, width=11.5, height=1.9 + 1.85 * lines, sharex=True)
    top = max(frame["mean"].max(), 10)
    for place, name in enumerate(names):
        _panel(axes.flat[place], frame[frame["intervention"] == name], labels, top)
        axes.flat[place].tick_params(labelbottom=place + columns >= len(names))
    for axis in axes.flat[len(names) :]:
        axis.set_visible(False)
    for column in range(columns):
        last = (len(names) - 1 - column) // columns
        axes[last, column].set_xlabel(textwrap.fill(say("Persons or person-months (logarithmic)"), 26))
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW), says(frame, labels), frame)


def _panel(axis, part, labels, top):
    for place, (_, row) in enumerate(part.iterrows()):
        value, low, high = (max(row[name], 0.7) for name in ("mean", "low", "high"))
        face = "white" if row["unit"] == "person_months" else style.COLOURS[0]
        axis.plot([low, high], [place] * 2, color=style.COLOURS[0], linewidth=1.4)
        axis.plot(value, place, "o", markersize=6, markerfacecolor=face, markeredgecolor=style.COLOURS[0], markeredgewidth=1.4)
        text = number(row["mean"], 0)
        axis.annotate(text, (max(value, high), place), (7, 0), textcoords="offset points", va="center", size=8)
    axis.set_xscale("log")
    axis.set_xlim(0.5, top**1.18 * 3)
    axis.xaxis.set_minor_locator(NullLocator())
    marks = 10.0 ** np.arange(0, math.ceil(math.log10(top)) + 1, 1 if top < 2e4 else 3)
    axis.set_xticks(marks)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 0)))
    axis.set_yticks(range(len(part)), [label(step) for step in part["step"]])
    axis.set_ylim(len(part) - 0.4, -0.6)
    axis.grid(False, axis="y")
    name = textwrap.fill(label(part["intervention"].iat[0], labels), 26)
    axis.set_title(f"{name}\n{money(part['cost'].iat[0])}", size=9)

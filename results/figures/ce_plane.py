"""The cost-effectiveness plane: what each run of each arm adds in wellbeing and in cost."""

import numpy as np
import pandas as pd

from results import tidy
from results.figures import style
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import label, money, money_scale, number, share, signed, small

NEEDS = ("outcomes", "ledger",)
PAIRED = True
TITLE = word("Is it worth the money? The cost-effectiveness plane")
HOW = word(
    "How to read: each small dot is one run beside the same run of {first}; the mark with a cross is the mean and the middle 95 % "
    "of runs. Right is more wellbeing, up is more cost. Runs below the dotted line give a WELLBY for less than {value}. Costs "
    "to {who}, and effects, over the whole period, discounted at {rate}."
)
EFFECTS = {"wellby": "life_satisfaction_years_total", "qaly": "qaly_total"}
UNITS = {"wellby": word("WELLBYs gained (points of life satisfaction × years)"), "qaly": word("QALYs gained")}
WHO = {"society": word("society"), "public": word("the public sector")}
COLUMNS = ["arm", "draw", "replicate", "gain", "cost"]


def data(tables, comparator=None, effect="wellby", perspective="society", rate=0.03):
    """Gain [WELLBY or QALY] and added cost [EUR] of each run beside its twin run, real population, whole period."""
    first, *others = style.arms(tables["outcomes"], comparator)
    totals = tidy.total(tables["outcomes"], EFFECTS[effect], rate, stratum_kind="all")
    spent = tidy.spending(tables["ledger"], rate)[perspective].rename("value").reset_index()
    rows = []
    for arm in others:
        gain = paired(totals, arm, first).rename(columns={"value": "gain"})
        cost = paired(spent, arm, first).rename(columns={"value": "cost"})
        rows.append(gain[[*KEYS, "gain"]].merge(cost[[*KEYS, "cost"]], on=KEYS).assign(arm=arm))
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def says(frame, labels=None, value=20_000.0):
    """One sentence: mean gain and cost of the first arm and the share of its runs that are worth `value` per unit."""
    if frame.empty:
        return say("What it says: one scenario only; there is nothing to compare it with.")
    arm = frame["arm"].iat[0]
    part = frame[frame["arm"] == arm]
    worth = float((value * part["gain"] - part["cost"] > 0).mean())
    gain = part["gain"].mean()
    return say(
        "What it says: {arm} gains {gain} WELLBYs for {cost} on average; {share} of {runs} runs cost less than {value} per WELLBY.",
        arm=label(arm, labels), gain=small(gain, 0 if abs(gain) >= 100 else 1, signed), cost=money(part["cost"].mean(), True),
        share=share(worth), runs=number(len(part), 0), value=euros(value),
    )


def euros(value):
    """A value of a unit as it was set: 20,000 EUR."""
    return f"{number(value, 0)} {say('EUR')}"


def draw(tables, comparator=None, labels=None, effect="wellby", perspective="society", rate=0.03, value=20_000.0):
    """Dots, means with crosses, and the line of the value of a unit."""
    frame = data(tables, comparator, effect, perspective, rate)
    first, looks = style.beside(frame, tables["outcomes"], comparator)
    size, unit = money_scale(frame["cost"].abs().max() if len(frame) else 0)
    figure, axes = style.new(width=9.5, height=6.0)
    axis = axes[0, 0]
    for arm, part in frame.groupby("arm", sort=False):
        style.cloud(axis, part["gain"], part["cost"] / size, looks[arm])
    _frame_plane(axis, value / size)
    axis.set_xlabel(say(UNITS[effect]))
    axis.set_ylabel(say("Added cost ({unit})", unit=unit))
    lines = [style.line(look, label(arm, labels), marks=True) for arm, look in looks.items() if arm != first]
    lines.append(style.Line2D([], [], color="black", linestyle=(0, (1, 2)), label=say("{value} per WELLBY", value=euros(value))))
    how = say(HOW, first=label(first, labels), value=euros(value), who=say(WHO[perspective]), rate=share(rate))
    return style.finish(figure, say(TITLE), how, says(frame, labels, value), frame, lines)


def _frame_plane(axis, slope):
    """Zero lines, the line of the value of a unit within the view, and a word in each corner."""
    (x0, x1), (y0, y1) = style.around_zero(axis)
    x = np.linspace(x0, x1, 200)
    inside = (slope * x >= y0) & (slope * x <= y1)
    axis.plot(x[inside], slope * x[inside], color="black", linestyle=(0, (1, 2)), linewidth=1.2)
    words = {
        (0, 1): say("costs more, loses"), (1, 1): say("costs more, gains"), (0, 0): say("costs less, loses"),
        (1, 0): say("costs less, gains"),
    }
    style.corners(axis, words)

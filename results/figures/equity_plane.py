"""Mean and gap on one plane: how much each arm adds for all, and how much it narrows the gap."""

import pandas as pd

from results import tidy
from results.figures import FigureError, style
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import decimals, label, number, share, signed, small

NEEDS = ("outcomes",)
PAIRED = True
TITLE = word("More for all, or more alike? Mean and gap")
HOW = word(
    "How to read: each small dot is one run beside the same run of {first}; the mark with a cross is the mean and the middle 95 % "
    "of runs. Right is more wellbeing on average, up is a narrower gap between residents in no at-risk group and those in any. "
    "Top right is a win on both counts. Means of the last year."
)
COLUMNS = ["arm", "draw", "replicate", "gain", "narrowing"]


def data(tables, comparator=None):
    """Of each run beside its twin: change in mean wellbeing of all and narrowing of the gap [EUROHIS points], last year."""
    outcomes = tidy.select(tables["outcomes"], outcome="wellbeing")
    kind = "group_start" if (outcomes["stratum_kind"] == "group_start").any() else "group"
    if not {"none", "any"} <= set(outcomes["stratum"].unique()):
        raise FigureError(say("too few residents in the groups to be shown"))
    first, *others = style.arms(tables["outcomes"], comparator)
    levels = tidy.level(outcomes, "wellbeing", tidy.last_year(outcomes), stratum_kind=("all", kind), stratum=("all", "none", "any"))
    wide = levels.pivot_table("value", tidy.RUN, "stratum", observed=True).reset_index()
    wide["gap"] = wide["none"] - wide["any"]
    rows = []
    for arm in others:
        gain, gap = (paired(wide.rename(columns={name: "value"}), arm, first).set_index(KEYS)["value"] for name in ("all", "gap"))
        rows.append(pd.DataFrame({"gain": gain, "narrowing": -gap}).dropna().reset_index().assign(arm=arm))
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def says(frame, labels=None):
    """One sentence: mean gain, mean narrowing and the share of runs that win on both counts, for the first arm."""
    if frame.empty:
        return say("What it says: one scenario only; there is nothing to compare it with.")
    part = frame[frame["arm"] == frame["arm"].iat[0]]
    both = float(((part["gain"] > 0) & (part["narrowing"] > 0)).mean())
    gain, narrowing = part["gain"].mean(), part["narrowing"].mean()
    digits = decimals([gain, narrowing], least=3)
    return say(
        "What it says: {arm} adds {gain} points for all and narrows the gap by {narrowing} points on average; {share} of {runs} "
        "runs do both.",
        arm=label(part["arm"].iat[0], labels), gain=small(gain, digits, signed), narrowing=small(narrowing, digits, signed),
        share=share(both), runs=number(len(part), 0),
    )


def draw(tables, comparator=None, labels=None):
    """Dots, means with crosses, and a word in each corner."""
    frame = data(tables, comparator)
    first, looks = style.beside(frame, tables["outcomes"], comparator)
    figure, axes = style.new(width=9.5, height=6.0)
    axis = axes[0, 0]
    for arm, part in frame.groupby("arm", sort=False):
        style.cloud(axis, part["gain"], part["narrowing"], looks[arm])
    _corners(axis)
    axis.set_xlabel(say("Change in mean wellbeing of all (EUROHIS-QOL-8 points)"))
    axis.set_ylabel(say("Narrowing of the gap (points)"))
    lines = [style.line(look, label(arm, labels), marks=True) for arm, look in looks.items() if arm != first]
    return style.finish(figure, say(TITLE), say(HOW, first=label(first, labels)), says(frame, labels), frame, lines)


def _corners(axis):
    """Zero lines with some room on both sides, and what each corner means."""
    style.around_zero(axis)
    words = {
        (0, 1): say("more alike, less in total"), (1, 1): say("more in total and more alike"),
        (0, 0): say("less in total and less alike"), (1, 0): say("more in total, less alike"),
    }
    style.corners(axis, words)

"""How ready municipalities are: true and self-assessed maturity by dimension at the first and the last assessment."""

import pandas as pd

from results import tidy
from results.figures import style
from results.figures._programme import COLOUR, OTHER, dots, names_of_rows, rows_of
from results.language import say, word
from results.words import label, number

NEEDS = ("maturity",)
TITLE = word("Maturity of municipalities by dimension")
HOW = word(
    "How to read: one row per dimension, levels 1 (low) to 5 (high). A filled dot is the true level, an open one what municipalities "
    "say of themselves; orange above at the first assessment, blue below at the last. A line is the middle 95 % of municipalities "
    "and runs."
)
DIMENSIONS = {
    "concept_breadth": word("Breadth of the concept"), "participation": word("Participation"), "collaboration": word("Collaboration"),
    "leadership": word("Leadership"), "indicators": word("Use of indicators"), "social_marketing": word("Social marketing"),
}


def data(tables, comparator=None, arm=None):
    """Level (1-5) by dimension, moment (first, last) and measure (true, self_assessed): mean and middle 95 % over municipalities
    and runs of one arm.
    """
    arm, rows = rows_of(tables["maturity"], arm, comparator)
    seen = rows[rows["self_assessed"].notna().to_numpy()]
    seen = seen if len(seen) else rows
    found = []
    for moment, month in (("first", rows["month"].min()), ("last", seen["month"].max())):
        for measure in ("true", "self_assessed"):
            part = rows[rows["month"] == month].assign(value=lambda r, m=measure: r[m])
            found.append(tidy.spans(part, ["dimension"]).assign(moment=moment, measure=measure, date=str(part["date"].iloc[0])))
    frame = pd.concat(found, ignore_index=True).astype({"dimension": str}).assign(arm=arm)
    order = {name: place for place, name in enumerate(DIMENSIONS)}
    frame = frame.assign(place=frame["dimension"].map(order).fillna(len(order))).sort_values("place", kind="stable")
    return frame[["arm", "dimension", "moment", "date", "measure", "mean", "low", "high", "runs"]].reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the dimension that rises most, and how far municipalities overrate themselves at the end."""
    true = frame[frame["measure"] == "true"].pivot(index="dimension", columns="moment", values="mean")
    rise = true["last"] - true["first"]
    last = frame[frame["moment"] == "last"].groupby("measure")["mean"].mean()
    return say(
        "What it says: under {arm} {dimension} changes most, from {start} to {end}; at the end municipalities see themselves at "
        "{seen} on average and are at {true}.",
        arm=label(frame["arm"].iat[0], labels), dimension=_name(rise.abs().idxmax()).lower(),
        start=number(true.at[rise.abs().idxmax(), "first"]), end=number(true.at[rise.abs().idxmax(), "last"]),
        seen=number(last["self_assessed"]), true=number(last["true"]),
    )


def _name(dimension):
    return say(DIMENSIONS.get(dimension, dimension.replace("_", " ")))


def draw(tables, comparator=None, labels=None, arm=None):
    """Rows of dots: first above, last below."""
    frame = data(tables, comparator, arm)
    names = list(dict.fromkeys(frame["dimension"]))
    figure, axes = style.new(width=9.5, height=1.8 + 0.62 * len(names))
    axis = axes[0, 0]
    for _, row in frame.iterrows():
        place = names.index(row["dimension"]) + (-0.2 if row["moment"] == "first" else 0.12)
        place += 0.1 * (row["measure"] == "self_assessed")
        dots(axis, place, row, OTHER if row["moment"] == "first" else COLOUR, row["measure"] == "true")
    names_of_rows(axis, [_name(name) for name in names])
    axis.set_xlim(0.9, 5.1)
    axis.set_xlabel(say("Level (1-5)"))
    moments = frame.drop_duplicates("moment").set_index("moment")["date"].str[:7]
    handles = [
        style.Line2D([], [], color=look.colour, marker="o", markerfacecolor=look.colour if filled else "white",
                     label=f"{text} {moments[when]}")
        for look, when in ((OTHER, "first"), (COLOUR, "last")) for filled, text in ((True, say("true")), (False, say("self-assessed")))
    ]
    return style.finish(figure, f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}", say(HOW), says(frame, labels), frame, handles)

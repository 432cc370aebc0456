"""What knowing is worth: how far reporting narrows the gaps in wellbeing, and what it costs to know."""

from results import reporting
from results.figures import style
from results.figures._programme import dots, names_of_rows
from results.language import say, word
from results.words import between, decimals, label, money, signed, small

NEEDS = ("indicators",)
TITLE = word("What reporting is worth")
HOW = word(
    "How to read: one row per scenario and gap. Right of zero the gap is narrower than under {first} in the last year; the dot is the "
    "mean of runs, the line their middle 95 %."
)
GAPS = {"groups": word("at-risk groups"), "income": word("income fifths")}


def data(tables, comparator=None):
    """`results.reporting.reporting_value`, from the table of this name where it has been worked out already."""
    found = tables.get("reporting_value")
    frame = reporting.reporting_value(tables, style.arms(tables["outcomes"], comparator)[0]) if found is None else found
    return frame.rename(columns={"narrowed": "mean"})


def says(frame, labels=None):
    """One sentence: the first reporting arm's narrowing and its cost."""
    row = frame.sort_values("information", kind="stable").iloc[-1]
    digits = decimals([row["mean"]], least=3)
    return say(
        "What it says: {arm} narrows the gap of {gap} by {change} points (95 % of runs {ends}) for {money} of information.",
        arm=label(row["arm"], labels), gap=say(GAPS.get(row["gap"], row["gap"])), change=small(row["mean"], digits, signed),
        ends=between(row["low"], row["high"], lambda value: small(value, digits, signed)), money=money(row["information"]),
    )


def draw(tables, comparator=None, labels=None):
    """Rows of dots around zero."""
    frame = data(tables, comparator)
    first = style.arms(tables["outcomes"], comparator)[0]
    looks = style.styles([first, *frame["arm"].drop_duplicates()])
    figure, axes = style.new(width=9.5, height=1.7 + 0.5 * len(frame))
    axis = axes[0, 0]
    for place, (_, row) in enumerate(frame.iterrows()):
        dots(axis, place, row, looks[row["arm"]])
    names_of_rows(axis, [f"{label(row['arm'], labels)}: {say(GAPS.get(row['gap'], row['gap']))}" for _, row in frame.iterrows()])
    axis.axvline(0, color="black", linewidth=0.9)
    axis.set_xlabel(say("Narrowing of the gap (points)"))
    return style.finish(figure, say(TITLE), say(HOW, first=label(first, labels)), says(frame, labels), frame)

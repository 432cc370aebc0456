"""What partners bring to a partnership, and how much of it is used."""

from results import tidy
from results.figures import style
from results.figures._programme import COLOUR, rows_of
from results.language import say, word
from results.words import label, number, share

NEEDS = ("partnership",)
TITLE = word("What partners offer and how much is used")
HOW = word(
    "How to read: one bar per partner and what it brings; its length is the share used over the whole period, the line the middle 95 % "
    "of runs."
)
RESOURCES = {"minutes": word("minutes of work a month"), "rooms": word("rooms"), "euros": word("EUR a month")}


def data(tables, comparator=None, arm=None):
    """Share of each partner's resource that is used: mean, low, high, runs, and what is offered a month (mean)."""
    arm, rows = rows_of(tables["partnership"], arm, comparator)
    keys = ["actor", "resource", "serves", "municipality"]
    frame = tidy.spans(rows.assign(value=rows["share_used"]), keys)
    offered = rows.groupby(keys, observed=True)["offered"].mean().reset_index()
    frame = frame.astype(dict.fromkeys(keys, str)).merge(offered.astype(dict.fromkeys(keys, str)), on=keys)
    return frame.sort_values("mean", ascending=False, kind="stable").assign(arm=arm).reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the most and the least used."""
    top, low = frame.iloc[0], frame.iloc[-1]
    return say(
        "What it says: used most is “{top}” ({most}), least “{low}” ({least}).",
        top=_name(top, frame), most=share(top["mean"]), low=_name(low, frame), least=share(low["mean"]),
    )


def _name(row, frame):
    """A partner and what it brings, with the municipality where there are several."""
    resource = say(RESOURCES.get(row["resource"], row["resource"].replace("_", " ")))
    place = f" ({row['municipality']})" if frame["municipality"].nunique() > 1 else ""
    return f"{row['actor']}{place}: {number(row['offered'], 0)} {resource}"


def draw(tables, comparator=None, labels=None, arm=None):
    """Bars with their intervals."""
    frame = data(tables, comparator, arm)
    figure, axes = style.new(width=9.5, height=1.7 + 0.45 * len(frame))
    axis = axes[0, 0]
    axis.barh(range(len(frame)), 100 * frame["mean"], color=COLOUR.colour, height=0.6)
    for place, (_, row) in enumerate(frame.iterrows()):
        axis.plot([100 * row["low"], 100 * row["high"]], [place] * 2, color="black", linewidth=1.2)
        axis.text(max(100 * row["high"], 100 * row["mean"]) + 1.5, place, share(row["mean"]), va="center", size=8)
    axis.set_yticks(range(len(frame)), [_name(row, frame) for _, row in frame.iterrows()])
    axis.set_ylim(len(frame) - 0.4, -0.6)
    axis.set_xlim(0, 114)
    axis.set_xticks(range(0, 101, 20))
    axis.grid(False, axis="y")
    axis.set_xlabel(say("Used (%)"))
    return style.finish(figure, f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}", say(HOW), says(frame, labels), frame)

"""How innovations spread over municipalities: the share that uses them, and the share that keeps them for good."""

from results import innovations
from results.figures import style
from results.figures._programme import looks_of
from results.figures._series import band, in_order, time_axis, when
from results.language import say, word
from results.words import label, share

NEEDS = ("adoption",)
TITLE = word("How innovations spread")
HOW = word(
    "How to read: the line is the share of municipalities that use an innovation, mean of all innovations, the band the middle 95 % "
    "of runs; the thin line with marks is the part that has made it permanent."
)


def data(tables, comparator=None):
    """Share of municipalities by arm and month, mean over innovations: mean, low, high (of use, over runs), embedded, dropped."""
    frame = innovations.curve(tables["adoption"])
    frame = frame[frame["innovation"] == "all"].rename(columns={"in_use": "mean", "in_use_low": "low", "in_use_high": "high"})
    arms = style.arms(tables["adoption"], comparator if (tables["adoption"]["arm"] == comparator).any() else None)
    return in_order([frame], arms, ["arm", "month", "date", "mean", "low", "high", "embedded", "dropped"], ["month"])


def says(frame, labels=None):
    """One sentence: how far each arm has come at the end."""
    last = frame[frame["month"] == frame["month"].max()].sort_values("mean", ascending=False)
    told = [
        say("{used} under {arm} ({kept} for good)", used=share(row["mean"]), kept=share(row["embedded"]), arm=label(row["arm"], labels))
        for _, row in last.head(3).iterrows()
    ]
    return say("What it says: in the last month an innovation is in use in this share of municipalities: {told}.", told="; ".join(told))


def draw(tables, comparator=None, labels=None):
    """A line with its band per arm."""
    frame = data(tables, comparator)
    looks = looks_of(frame, comparator)
    figure, axes = style.new(width=9.5, height=4.6)
    axis = axes[0, 0]
    percent = frame.assign(**{name: 100 * frame[name] for name in ("mean", "low", "high", "embedded")})
    for arm, line in percent.groupby("arm", sort=False):
        band(axis, when(line), line, looks[arm], len(looks))
        axis.plot(when(line), line["embedded"], color=looks[arm].colour, linewidth=0.9, marker=looks[arm].marker, markersize=3.5,
                  markevery=max(1, len(line) // 12))
    axis.set_ylim(0, None)
    time_axis(axis, when(percent))
    axis.set_ylabel(say("Municipalities (%)"))
    lines = [style.line(looks[arm], label(arm, labels)) for arm in frame["arm"].drop_duplicates()]
    return style.finish(figure, say(TITLE), say(HOW), says(frame, labels), frame, lines)

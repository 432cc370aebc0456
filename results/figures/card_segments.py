"""How far families of each segment come with a wellbeing card: from eligible to holder to user."""

import pandas as pd

from results import tidy
from results.figures import style
from results.figures._programme import COLOUR, OTHER, dots, names_of_rows, rows_of
from results.language import say, word
from results.words import label, share

NEEDS = ("monitoring",)
TITLE = word("Who holds and who uses the wellbeing card")
HOW = word(
    "How to read: one row per segment. Of the eligible households, open squares hold a card and filled dots used it in a month; means "
    "of the last twelve months, lines the middle 95 % of runs."
)
LEAST_PART = 0.02  # of the eligible of a place, below which a segment is not shown
SEGMENTS = {
    "all": word("All eligible households"), "urban": word("Town"), "semi_urban": word("Semi-urban"), "rural": word("Countryside"),
    "no_child": word("No child"),
    "under_school_age": word("Youngest child under school age"), "school_age": word("Youngest child at school"),
}


def data(tables, comparator=None, arm=None):
    """Share of eligible households by place, segment and measure (holders, users), last twelve months: mean, low, high, runs."""
    arm, rows = rows_of(tables["monitoring"], arm, comparator)
    rows = rows[(rows["month"] > rows["month"].max() - 12).to_numpy()]
    keys = [*tidy.RUN, "place", "segment_kind", "segment"]
    sums = tidy.add_up(rows, keys, **{name: rows[name].to_numpy(float) for name in ("eligible", "holders", "users")})
    whole = sums[(sums["segment_kind"] == "all").to_numpy()].groupby("place", observed=True)["eligible"].sum()
    each = sums.groupby(["place", "segment_kind", "segment"], observed=True)["eligible"].transform("sum")
    sums = sums[(each > LEAST_PART * sums["place"].astype(str).map(whole.rename(index=str))).to_numpy()]
    found = [
        tidy.spans(sums.assign(value=sums[name] / sums["eligible"]), keys[3:]).assign(measure=name) for name in ("holders", "users")
    ]
    frame = pd.concat(found, ignore_index=True).astype({"place": str, "segment_kind": str, "segment": str})
    order = {name: place for place, name in enumerate(SEGMENTS)}
    frame = frame.assign(arm=arm, order=frame["segment"].map(order).fillna(len(order))).sort_values(["place", "order"], kind="stable")
    return frame[["arm", "place", "segment_kind", "segment", "measure", "mean", "low", "high", "runs"]].reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: the segments that use it most and least."""
    users = frame[(frame["measure"] == "users") & (frame["segment_kind"] != "all")]
    users = (users if len(users) else frame[frame["measure"] == "users"]).sort_values("mean")
    low, high = users.iloc[0], users.iloc[-1]
    return say(
        "What it says: use is highest in {place}, {segment} ({high} of the eligible a month) and lowest in {other}, {least} ({low}).",
        place=high["place"], segment=_name(high["segment"]).lower(), high=share(high["mean"], 1), other=low["place"],
        least=_name(low["segment"]).lower(), low=share(low["mean"], 1),
    )


def _name(segment):
    return say(SEGMENTS.get(segment, segment.replace("_", " ")))


def draw(tables, comparator=None, labels=None, arm=None):
    """One panel of rows per place."""
    frame = data(tables, comparator, arm)
    places, segments = (list(dict.fromkeys(frame[name])) for name in ("place", "segment"))
    segments = sorted(segments, key=lambda name: list(SEGMENTS).index(name) if name in SEGMENTS else len(SEGMENTS))
    figure, axes = style.new(1, len(places), width=max(7.5, 3.2 + 3.3 * len(places)), height=1.9 + 0.42 * len(segments), sharex=True)
    for axis, place in zip(axes[0], places, strict=True):
        for _, row in frame[frame["place"] == place].iterrows():
            holds = row["measure"] == "holders"
            percent = {name: 100 * row[name] for name in ("mean", "low", "high")}
            dots(axis, segments.index(row["segment"]), percent, OTHER if holds else COLOUR, not holds, "s" if holds else "o")
        names_of_rows(axis, [_name(name) for name in segments])
        axis.tick_params(labelleft=place == places[0])
        axis.set_title(place)
        axis.set_xlim(0, None)
        axis.set_xlabel(say("Eligible households (%)"))
    handles = [
        style.Line2D([], [], color=OTHER.colour, marker="s", markerfacecolor="white", label=say("hold a card")),
        style.Line2D([], [], color=COLOUR.colour, marker="o", label=say("used it in a month")),
    ]
    return style.finish(figure, f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}", say(HOW), says(frame, labels), frame, handles)

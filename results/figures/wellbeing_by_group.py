"""Wellbeing of each at-risk group over time: the level under each arm, and below it what the arm changes."""

import math

from results import tidy
from results.figures import style
from results.figures._series import dates, in_order, over_runs, time_axis, when
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import GROUPS, between, decimals, label, number, signed, small

NEEDS = ("outcomes",)
TITLE = word("Wellbeing by group over time")
HOW = word(
    "How to read: one column of panels per group. Top: mean score of each scenario, higher is better; lines "
    "that differ little lie on each other. Below: difference to {first} in the same runs, with the middle 95 % "
    "of runs as a band; above zero is better. Each row has one scale."
)
HOW_ALONE = word(
    "How to read: one panel per group; the line is the mean score, higher is better, the band the middle 95 % "
    "of runs. All panels have one scale."
)
COLUMNS = ["arm", "stratum_kind", "stratum", "measure", "month", "date", "mean", "low", "high", "runs"]


def data(tables, comparator=None):
    """Mean wellbeing [EUROHIS-QOL-8, 1-5] by arm, group and month, and its difference to the comparator over
    runs paired by draw and replicate, with the 2.5th and 97.5th percentile over runs.

    measure: level, difference, and last_year, the difference of the means over the last twelve months. Groups
    are those of the start of measuring where the table has them, so that lines follow the same people.
    """
    outcomes = tidy.select(tables["outcomes"], outcome="wellbeing")
    kind = "group_start" if (outcomes["stratum_kind"] == "group_start").any() else "group"
    first, *others = style.arms(tables["outcomes"], comparator)
    where = {"outcome": "wellbeing", "stratum_kind": ("all", kind)}
    level = tidy.level(outcomes, by=("month",), **where).dropna(subset="value")
    year = tidy.level(outcomes, since=tidy.last_year(outcomes), **where).dropna(subset="value")
    year["month"] = tidy.last_year(outcomes)
    keys = ["stratum_kind", "stratum", "month"]
    found = [over_runs(level, ["arm", *keys]).assign(measure="level")]
    for arm in others:
        for name, rows in (("difference", level), ("last_year", year)):
            change = over_runs(paired(rows, arm, first, [*keys, *KEYS]), keys)
            found.append(change.assign(measure=name, arm=arm))
    frame = in_order(found, [first, *others], COLUMNS, ["month"])
    return frame.assign(date=frame["month"].map(dates(outcomes))).astype({"stratum": str, "stratum_kind": str})


def says(frame, labels=None):
    """One sentence: which group's mean changed most in the last year, with its interval."""
    first = frame["arm"].iat[0]
    year = frame[frame["measure"] == "last_year"]
    if year.empty:
        ends = frame[frame["month"] > frame["month"].max() - 12].groupby("stratum")["mean"].mean()
        low, high = ends.idxmin(), ends.idxmax()
        return say(
            "What it says: in the last year of {first} the mean score is lowest for {low} ({lowest}) and highest for {high} "
            "({highest}).",
            first=label(first, labels), low=label(low), lowest=number(ends[low]), high=label(high), highest=number(ends[high]),
        )
    groups = year[year["stratum"] != "all"]
    row = (groups if len(groups) else year).sort_values("mean", key=abs).iloc[-1]
    if row["mean"] == row["low"] == row["high"] == 0:
        return say("What it says: in the last year no group differs from {first}.", first=label(first, labels))
    start = frame[(frame["arm"] == first) & (frame["stratum"] == row["stratum"]) & (frame["month"] >= row["month"])]
    digits = decimals([row["mean"]], least=3)
    ends = between(row["low"], row["high"], lambda v: small(v, digits, signed))
    return say(
        "What it says: in the last year the largest difference to {first} is {change} points (95 % of runs {ends}), for {group} "
        "under {arm}, where the mean score without it is {level}.",
        first=label(first, labels), change=signed(row["mean"], digits), ends=ends, group=label(row["stratum"]),
        arm=label(row["arm"], labels), level=number(start["mean"].mean()),
    )


def draw(tables, comparator=None, labels=None):
    """Small multiples: for each group its levels and, below, the paired differences."""
    frame = data(tables, comparator)
    shown = [group for group in GROUPS if group in set(frame["stratum"])]
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    columns = len(shown) if len(shown) < 4 else math.ceil(len(shown) / 2)
    bands = math.ceil(len(shown) / columns)
    deep = 2 if len(looks) > 1 else 1  # rows of panels per band of groups
    height = 1.7 + bands * (3.6 if deep == 2 else 2.3)
    figure, axes = style.new(bands * deep, columns, width=11.5, height=height, sharex=True)
    scales = {"level": _limits(frame, "level", deep == 1), "difference": _limits(frame, "difference", True)}
    digits = decimals(frame.loc[frame["measure"] == "last_year", "mean"], least=3)
    for place, group in enumerate(shown):
        row, column = divmod(place, columns)
        part = frame[frame["stratum"] == group]
        _panel(axes[deep * row, column], part, "level", looks, scales, deep == 1)
        axes[deep * row, column].set_title(label(group))
        if deep == 2:
            _panel(axes[deep * row + 1, column], part, "difference", looks, scales, True)
            if len(looks) == 2:
                _write_change(axes[deep * row + 1, column], part, digits)
    _frame_axes(axes, shown, columns, deep, frame)
    lines = [style.line(look, label(arm, labels)) for arm, look in looks.items()] if deep == 2 else []
    if lines and len(shown) % columns:  # the free place of the grid
        style.legend_in(axes[-2:, len(shown) % columns :], lines)
        lines = []
    how = say(HOW, first=label(frame["arm"].iat[0], labels)) if deep == 2 else say(HOW_ALONE)
    return style.finish(figure, say(TITLE), how, says(frame, labels), frame, lines)


def _limits(frame, measure, with_band):
    """Lowest and highest value shown in a row of panels, with some air; zero is always in a difference."""
    part = frame[frame["measure"] == measure]
    if part.empty:
        return 0.0, 1.0
    low, high = (part["low"].min(), part["high"].max()) if with_band else (part["mean"].min(), part["mean"].max())
    if measure == "difference":
        low, high = min(low, 0.0), max(high, 0.0)
    air = 0.1 * max(high - low, 0.02 if measure == "level" else 1e-4)
    return low - air, high + 2.5 * air if measure == "difference" else high + air


def _panel(axis, part, measure, looks, scales, band):
    for arm, line in part[part["measure"] == measure].groupby("arm", sort=False):
        x, look = when(line), looks[arm]
        if band:
            shade = 0.2 if len(looks) < 3 else 0.09
            axis.fill_between(x, line["low"], line["high"], color=look.colour, alpha=shade, linewidth=0)
        axis.plot(x, line["mean"], color=look.colour, linestyle=look.dash, linewidth=1.6)
    if measure == "difference":
        axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_ylim(*scales[measure])


def _write_change(axis, part, digits):
    row = part[part["measure"] == "last_year"]
    if len(row):
        text = say("last year {change}", change=small(row["mean"].iat[0], digits, signed))
        axis.text(0.04, 0.96, text, transform=axis.transAxes, va="top", size=8, color=style.COLOURS[0])


def _frame_axes(axes, shown, columns, deep, frame):
    """Numbers and titles of axes at the outer panels only; panels without a group are taken away."""
    x = when(frame[frame["measure"] == "level"])
    for i, row in enumerate(axes):
        for column, axis in enumerate(row):
            group = (i // deep) * columns + column
            axis.set_visible(group < len(shown))
            lowest = i % deep == deep - 1 and group + columns >= len(shown)
            axis.tick_params(labelbottom=lowest, labelleft=column == 0)
            time_axis(axis, x, columns)
            axis.locator_params(axis="y", nbins=5)
        texts = say("Score (EUROHIS-QOL-8, 1–5)"), say("Score (1–5)"), say("Difference (points)")
        row[0].set_ylabel(texts[0] if deep == 1 else texts[1 + i % deep])
    if frame["date"].isna().any():
        for axis in axes[-1]:
            axis.set_xlabel(say("Years since the start"))

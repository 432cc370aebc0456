"""Wellbeing of each at-risk group over time, one line per arm with a band over runs."""

import math

import pandas as pd

from results import tidy
from results.figures import style
from results.words import GROUPS, label, number, signed

TITLE = "Wellbeing by group over time"
HOW = (
    "How to read: each panel is one group, each line the mean score of a scenario (higher is better), each "
    "band the middle 95 % of runs. All panels span the same number of points, from different levels."
)


def data(tables, comparator=None):
    """Mean wellbeing [EUROHIS-QOL-8, 1-5] by arm, group and month, with the 2.5th and 97.5th percentile over
    runs.

    Groups are those of the start of measuring where the table has them, so that lines follow the same people.
    """
    outcomes = tables["outcomes"]
    kind = "group_start" if (outcomes["stratum_kind"] == "group_start").any() else "group"
    rows = tidy.level(outcomes, "wellbeing", by=("month",), stratum_kind=("all", kind)).dropna(subset="value")
    groups = rows.groupby(["arm", "stratum_kind", "stratum", "month"], observed=True)["value"]
    frame = pd.DataFrame(
        {"mean": groups.mean(), "low": groups.quantile(0.025), "high": groups.quantile(0.975)}
    )
    frame = frame.reset_index().astype({"arm": str, "stratum": str, "stratum_kind": str})
    order = {arm: place for place, arm in enumerate(style.arms(outcomes, comparator))}
    return frame.sort_values(
        ["arm", "month"], key=lambda column: column.map(order) if column.name == "arm" else column
    )


def says(frame, labels=None):
    """One sentence: which group's mean changed most, by the last month."""
    end = frame[frame["month"] == frame["month"].max()]
    wide = end[end["stratum"] != "all"].pivot(index="stratum", columns="arm", values="mean")
    first, *others = frame["arm"].drop_duplicates()
    if not others:
        return (
            f"What it says: one scenario only, {label(first, labels)}; there is nothing to compare it with."
        )
    change = wide[others].sub(wide[first], axis=0).stack()
    group, arm = change.abs().idxmax()
    return (
        f"What it says: in the last month the largest difference to {label(first, labels)} is "
        f"{signed(change[group, arm], 3)} points, for {label(group)} under {label(arm, labels)} "
        f"({number(wide.at[group, first])} against {number(wide.at[group, arm])})."
    )


def draw(tables, comparator=None, labels=None):
    """Small multiples, one panel per group."""
    frame = data(tables, comparator)
    shown = [group for group in GROUPS if group in set(frame["stratum"])]
    columns = min(4, math.ceil(len(shown) / 2))
    rows = math.ceil(len(shown) / columns)
    figure, axes = style.new(rows, columns, width=11, height=1.6 + 2.15 * rows, sharex=True)
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    span = max(1.15 * (part["high"].max() - part["low"].min()) for _, part in frame.groupby("stratum"))
    for axis, group in zip(axes.flat, shown, strict=False):
        _panel(axis, frame[frame["stratum"] == group], looks, max(span, 0.02))
        axis.set_title(label(group))
    for axis in list(axes.flat)[len(shown) :]:
        axis.set_visible(False)
    for row, axis in enumerate(axes[:, -1]):
        group = shown[min((row + 1) * columns, len(shown)) - 1]
        last = frame[(frame["stratum"] == group) & (frame["month"] == frame["month"].max())].set_index("arm")
        names = list(last.index)
        axis = axis if axis.get_visible() else axes[row, (len(shown) - 1) % columns]
        colours = [looks[name].colour for name in names]
        style.label_ends(axis, [label(name, labels) for name in names], list(last["mean"]), colours)
    for axis in axes[:, 0]:
        axis.set_ylabel("EUROHIS-QOL-8 score (1–5)")
    for axis in axes[-1]:
        axis.set_xlabel("Years since the start")
    return style.finish(figure, TITLE, HOW, says(frame, labels))


def _panel(axis, part, looks, span):
    for arm, line in part.groupby("arm", sort=False):
        years, look = (line["month"] + 0.5) / 12, looks[arm]
        axis.fill_between(
            years,
            line["low"],
            line["high"],
            color=look.colour,
            alpha=0.18 if len(looks) < 3 else 0.1,
            linewidth=0,
        )
        axis.plot(years, line["mean"], color=look.colour, linestyle=look.dash, linewidth=1.7)
    middle = (part["low"].min() + part["high"].max()) / 2
    axis.set_ylim(middle - span / 2, middle + span / 2)
    axis.set_xlim(0, (part["month"].max() + 1) / 12)
    axis.locator_params(axis="y", nbins=5)
    axis.locator_params(axis="x", integer=True, nbins=6)

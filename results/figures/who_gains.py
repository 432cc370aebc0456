"""Who is better, about as well and worse off than their twin in the comparator, and by how much."""

import pandas as pd

from results.figures import style
from results.uncertainty import interval
from results.words import GROUPS, label, share, signed

TITLE = "Who gains"
HOW = (
    "How to read: each resident is compared with the same resident in the comparator. Left: shares better "
    "off, about the same and worse off; right: mean gain in EUROHIS points, its line the middle 95 % of runs."
)
PARTS = {
    "share_better": ("Better off", "#0072B2"),
    "share_same": ("About the same", "#dddddd"),
    "share_worse": ("Worse off", "#D55E00"),
}
FIFTHS = {"1": "Lowest income fifth", "5": "Highest income fifth", "after_start": "Came after the start"}


def data(tables, comparator=None, arm=None):
    """Mean and 95 % interval over runs of each measure by stratum, for one arm (by default the first of the
    table).
    """
    twins = tables["twins"]
    if comparator is not None:
        twins = twins[twins["comparator"] == comparator]
    if twins.empty:
        raise ValueError(f"table twins has no rows with comparator {comparator!r}")
    arm = arm or str(twins["arm"].iloc[0])
    rows = []
    part = twins[(twins["arm"] == arm) & twins["stratum_kind"].isin(["all", "group_ever", "start_fifth"])]
    for (kind, stratum, measure), values in part.groupby(
        ["stratum_kind", "stratum", "measure"], observed=True
    )["value"]:
        mean, low, high, runs = interval(values)
        rows.append((arm, kind, str(stratum), measure, mean, low, high, runs))
    return pd.DataFrame(
        rows, columns=["arm", "stratum_kind", "stratum", "measure", "mean", "low", "high", "runs"]
    )


def says(frame, labels=None):
    """One sentence: the group with the largest mean gain, and the largest share worse off."""
    gain = frame[frame["measure"] == "mean_gain"].set_index(["stratum_kind", "stratum"])["mean"]
    worse = frame[frame["measure"] == "share_worse"].set_index(["stratum_kind", "stratum"])["mean"]
    if gain.empty or worse.empty:
        return "What it says: the table has no twins to compare."
    best, worst = gain.idxmax(), worse.idxmax()
    arm = label(frame["arm"].iat[0], labels)
    return (
        f"What it says: under {arm} the mean gain is largest for {_name(*best)} "
        f"({signed(gain[best], 3)} points); at most {share(worse[worst], 1)} are worse off ({_name(*worst)})."
    )


def _name(kind, stratum):
    if kind == "start_fifth":
        return FIFTHS.get(stratum, f"Income fifth {stratum}")
    return label(stratum)


def draw(tables, comparator=None, labels=None, arm=None):
    """Stacked shares beside the mean gain, one row per group and per fifth of income at the start."""
    frame = data(tables, comparator, arm)
    wide = {
        measure: part.set_index(["stratum_kind", "stratum"]) for measure, part in frame.groupby("measure")
    }
    strata = _order(set(wide["mean_gain"].index))
    places = _places(strata)
    figure, axes = style.new(
        1, 2, width=10.5, height=2.3 + 0.36 * max(places), sharey=True, width_ratios=(3, 2)
    )
    shares, gains = axes[0]
    for place, stratum in zip(places, strata, strict=True):
        _shares(
            shares,
            place,
            {measure: wide[measure].at[stratum, "mean"] for measure in PARTS if measure in wide},
        )
        row = wide["mean_gain"].loc[stratum]
        gains.plot([row["low"], row["high"]], [place] * 2, color="#0072B2", linewidth=1.6)
        gains.plot(row["mean"], place, marker="s", color="#0072B2", markersize=5)
        text = signed(row["mean"], 3)
        gains.annotate(text, (row["high"], place), (6, 0), textcoords="offset points", va="center", size=8)
    shares.set_yticks(places, [_name(*stratum) for stratum in strata])
    shares.set_ylim(max(places) + 0.6, min(places) - 0.6)
    shares.set_xlim(0, 100)
    shares.set_xlabel("Residents (%)")
    gains.axvline(0, color="black", linewidth=0.9)
    gains.margins(x=0.2)
    gains.locator_params(axis="x", nbins=5)
    gains.tick_params(axis="y", length=0)
    gains.set_xlabel("Mean gain (EUROHIS-QOL-8 points)")
    for axis in (shares, gains):
        axis.grid(False, axis="y")
    shares.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, handlelength=1.2, borderaxespad=0.2
    )
    title = f"{TITLE}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, HOW, says(frame, labels))


def _order(strata):
    groups = [("all", "all"), *(("group_ever", name) for name in GROUPS)]
    fifths = sorted(stratum for stratum in strata if stratum[0] == "start_fifth")
    return [stratum for stratum in groups if stratum in strata] + fifths


def _places(strata):
    """Heights of the rows, with a gap where the kind of stratum changes."""
    places, place = [], 0.0
    for i, stratum in enumerate(strata):
        place += 1 + 0.5 * (i > 0 and stratum[0] != strata[i - 1][0])
        places.append(place)
    return places


def _shares(axis, place, values):
    left = 0.0
    for measure, value in values.items():
        name, colour = PARTS[measure]
        # Only the first row names its parts, so that the legend has each once.
        name = name if name not in axis.get_legend_handles_labels()[1] else None
        axis.barh(place, 100 * value, left=left, height=0.72, color=colour, edgecolor="white", label=name)
        if value >= 0.06:
            ink = "black" if measure == "share_same" else "white"
            axis.text(left + 50 * value, place, share(value), ha="center", va="center", color=ink, size=8)
        left += 100 * value

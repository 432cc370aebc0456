"""Who is better, about as well and worse off than their twin in the comparator, and by how much."""

import pandas as pd

from results.figures import style
from results.language import say, word
from results.words import GROUPS, between, decimals, label, per_cent, plain, signed, small

NEEDS = ("twins",)
TITLE = word("Who gains")
HOW = word(
    "How to read: each resident is compared with the same resident in the comparator. Left: shares worse off "
    "and better off{by}; the rest, given as text, are about the same. {axis} Right: mean gain in EUROHIS "
    "points, its line the middle 95 % of runs."
)
BETTER, WORSE = "#0072B2", "#D55E00"
FIFTHS = {
    "start_fifth": (word("Lowest income fifth"), word("Income fifth {}"), word("Highest income fifth")),
    "start_wellbeing_fifth": (
        word("Lowest starting wellbeing"), word("Starting wellbeing, fifth {}"), word("Highest starting wellbeing"),
    ),
}
NAMES = {"after_start": word("Came after the start")}


def data(tables, comparator=None, arm=None):
    """Mean and 95 % interval over runs of each measure by stratum, for one arm (by default the first of the
    table); with the threshold of the shares where the table has it.
    """
    twins = tables["twins"]
    if comparator is not None:
        twins = twins[twins["comparator"] == comparator]
    if twins.empty:
        raise ValueError(f"table twins has no rows with comparator {comparator!r}")
    arm = arm or str(twins["arm"].iloc[0])
    part = twins[(twins["arm"] == arm) & twins["stratum_kind"].isin(["all", "group_ever", *FIFTHS])]
    groups = part.groupby(["stratum_kind", "stratum", "measure"], observed=True)
    values = groups["value"]
    ends = {"low": values.quantile(0.025), "high": values.quantile(0.975)}
    frame = pd.DataFrame({"mean": values.mean(), **ends, "runs": values.count()})
    if "threshold" in part.columns:
        frame["threshold"] = groups["threshold"].first()
    frame = frame.reset_index().astype({"stratum_kind": str, "stratum": str, "measure": str})
    frame.insert(0, "arm", arm)
    return frame


def says(frame, labels=None):
    """One sentence: the group with the largest mean gain, and the largest shares better and worse off."""
    gain, better, worse = (_of(frame, name) for name in ("mean_gain", "share_better", "share_worse"))
    if gain.empty or worse.empty or better.empty:
        return say("What it says: the table has no twins to compare.")
    best, most, least = gain["mean"].idxmax(), better["mean"].idxmax(), worse["mean"].idxmax()
    row = gain.loc[best]
    digits = decimals([row["mean"]])
    ends = between(row["low"], row["high"], lambda v: small(v, digits, signed))
    parts = decimals([100 * better.at[most, "mean"], 100 * worse.at[least, "mean"]], least=0, most=2)
    text = say(
        "What it says: under {arm} the mean gain is largest for {best} ({gain} points, 95 % of runs {ends})",
        arm=label(frame["arm"].iat[0], labels), best=name(*best), gain=signed(row["mean"], digits), ends=ends,
    )
    if better.at[most, "mean"] == worse.at[least, "mean"] == 0:
        return text + say("; nobody's wellbeing changes") + _by(frame, word(" by more than {by} points")) + _period(frame) + "."
    at_most = say(
        "at most {share} are worse off ({group})", share=per_cent(100 * worse.at[least, "mean"], parts), group=name(*least)
    )
    if worse.at[least, "mean"] == 0:
        at_most = say("nobody is worse off")
    return text + say(
        "; at most {share} are better off ({group}), {worse}.",
        share=per_cent(100 * better.at[most, "mean"], parts), group=name(*most), worse=at_most,
    )


def _of(frame, measure):
    return frame[frame["measure"] == measure].set_index(["stratum_kind", "stratum"])


def _by(frame, words):
    """The words with the threshold in them, if the table tells it."""
    if "threshold" not in frame.columns:
        return ""
    return say(words, by=plain(frame["threshold"].max()))


def _period(frame):
    return say(" on average over the period") if "threshold" in frame.columns else say(" noticeably")


def name(kind, stratum):
    """What a stratum is called: a group, or a fifth of income or of starting wellbeing."""
    if kind in FIFTHS and stratum in "12345":
        first, middle, last = FIFTHS[kind]
        return say({"1": first, "5": last}.get(stratum, middle)).format(stratum)
    return say(NAMES[stratum]) if stratum in NAMES else label(stratum)


def draw(tables, comparator=None, labels=None, arm=None):
    """Shares worse and better off on two sides of zero beside the mean gain, one row per group, per fifth of
    income and per fifth of wellbeing at the start.
    """
    frame = data(tables, comparator, arm)
    gain = _of(frame, "mean_gain")
    strata = _order(set(gain.index))
    places = _places(strata)
    height = 2.4 + 0.3 * max(places)
    figure, axes = style.new(1, 2, width=10.5, height=height, sharey=True, width_ratios=(3, 2.4))
    full = _shares(axes[0, 0], places, strata, frame)
    _gains(axes[0, 1], places, gain.loc[strata])
    axes[0, 0].set_yticks(places, [name(*stratum) for stratum in strata])
    axes[0, 0].set_ylim(max(places) + 0.6, min(places) - 0.6)
    for axis in axes[0]:
        axis.grid(False, axis="y")
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    by = _by(frame, word(", by more than {by} points on average over the period"))
    axis = "" if full else say("The axis ends at the largest share, not at 100 %.")
    how = say(HOW, by=by, axis=axis).replace("  ", " ")
    return style.finish(figure, title, how, says(frame, labels), frame)


def _order(strata):
    groups = [("all", "all"), *(("group_ever", name) for name in GROUPS)]
    fifths = [sorted(stratum for stratum in strata if stratum[0] == kind) for kind in FIFTHS]
    return [stratum for stratum in groups if stratum in strata] + [stratum for block in fifths for stratum in block]


def _places(strata):
    """Heights of the rows, with a gap where the kind of stratum changes."""
    places, place = [], 0.0
    for i, stratum in enumerate(strata):
        place += 1 + 0.5 * (i > 0 and stratum[0] != strata[i - 1][0])
        places.append(place)
    return places


def _shares(axis, places, strata, frame):
    """Bars of those worse off to the left, of those better off to the right, the rest as text; True if the
    axis reaches 100 %.
    """
    better, worse, same = (
        100 * _of(frame, f"share_{name}")["mean"].reindex(strata).fillna(0).to_numpy()
        for name in ("better", "worse", "same")
    )
    digits = decimals([*better, *worse], least=0, most=1 if max(*better, *worse) >= 5 else 2)
    widest = max(better.max(), worse.max(), 0.1)
    options = {"height": 0.68, "edgecolor": "white"}
    axis.barh(places, -worse, color=WORSE, hatch="///", label=say("Worse off"), **options)
    axis.barh(places, better, color=BETTER, label=say("Better off"), **options)
    room = 0.24 * widest  # for the number beside the longest bar
    low, high = -worse.max() - room, better.max() + room
    for place, up, down, rest in zip(places, better, worse, same, strict=True):
        for value, side, at in ((up, "left", 4), (down, "right", -4)):
            text, end = per_cent(value, digits), value if side == "left" else -value
            axis.annotate(text, (end, place), (at, 0), textcoords="offset points", ha=side, va="center", size=8)
        text = per_cent(rest, digits)
        axis.annotate(
            text, (1.13, place), xycoords=axis.get_yaxis_transform(), ha="right", va="center", size=8, color="#555555"
        )
    axis.annotate(say("About\nthe same"), (1.13, 1.005), xycoords="axes fraction", ha="right", va="bottom", size=8.5, color="#555555")
    axis.axvline(0, color="black", linewidth=0.9)
    axis.set_xlim(low, high)
    axis.xaxis.set_major_formatter(lambda value, _: plain(abs(value)))
    axis.locator_params(axis="x", nbins=7)
    axis.set_xlabel(say("Residents (%): worse off to the left of zero, better off to the right"))
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, handlelength=1.4, borderaxespad=0.2)
    return high >= 100


def _gains(axis, places, gain):
    digits = decimals(gain["mean"])
    for place, (_, row) in zip(places, gain.iterrows(), strict=True):
        axis.plot([row["low"], row["high"]], [place] * 2, color=BETTER, linewidth=1.6)
        axis.plot(row["mean"], place, marker="s", color=BETTER, markersize=4.5)
        text = small(row["mean"], digits, signed)
        axis.annotate(text, (max(row["high"], 0), place), (6, 0), textcoords="offset points", va="center", size=8)
    axis.axvline(0, color="black", linewidth=0.9, zorder=1.5)
    low, high = min(gain["low"].min(), 0.0), max(gain["high"].max(), 0.0)
    span = max(high - low, 1e-6)
    axis.set_xlim(low - 0.05 * span, high + 0.3 * span)
    axis.locator_params(axis="x", nbins=5)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(say("Mean gain (EUROHIS-QOL-8 points)"))

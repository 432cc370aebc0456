"""Who moved: residents who end in another main activity, in or out of a group, than without the arm."""

import pandas as pd
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from results.figures import FigureError, style
from results.figures._series import over_runs
from results.language import say, word
from results.suppress import POOLED
from results.words import GROUPS, label, number

NEEDS = ("transitions",)
TITLE = word("Who moved")
HOW = word(
    "How to read: the same residents at the end of the run without the arm (left of each ribbon) and with it (right); only those "
    "who end elsewhere are drawn, by main activity, and a ribbon is as wide as they are many. Right: residents whom the arm takes "
    "out of each at-risk group (to the left of zero) and into it (to the right), its line the middle 95 % of runs of the net. "
    "Numbers are of the real population, means of runs."
)
COLOURS = dict(zip(
    ("student", "employed", "unemployed", "labour_market_support", "outside", "pensioner", "conscript", "child"),
    ("#56B4E9", "#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#7f7f7f", "#009E73", "#b0b0b0"), strict=True,
))
OUT, IN = "#0072B2", "#D55E00"


def data(tables, comparator=None, arm=None):
    """Residents [real population] by pair of states without and with one arm (by default the first of the table), mean and
    95 % interval over runs; for groups also the net of those who enter (to_state net).
    """
    moves = tables["transitions"]
    arm = arm or str(moves["arm"].iloc[0])
    rows = moves[(moves["arm"] == arm) & ((moves["kind"] == "group") | (moves["group"] == "all"))]
    if rows.empty:
        raise FigureError(say("nobody moved, or too few residents did to be shown"))
    keys = ["kind", "group", "from_state", "to_state"]
    runs = rows[["draw", "replicate"]].drop_duplicates()
    wide = rows.pivot(index=["draw", "replicate"], columns=keys, values="persons").reindex(pd.MultiIndex.from_frame(runs))
    shown = wide.columns.get_level_values("from_state") != POOLED
    wide.loc[:, shown] = wide.loc[:, shown].fillna(0.0)  # a pair of states that nobody has stands in no row
    tall = wide.melt(ignore_index=False, value_name="value").reset_index()
    nets = []
    for group in tall.loc[tall["kind"] == "group", "group"].unique():
        part = {pair: wide.get(("group", group, *pair), 0.0) for pair in (("out", "in"), ("in", "out"))}
        net = part["out", "in"] - part["in", "out"] + 0 * wide.iloc[:, 0]
        nets.append(net.rename("value").reset_index().assign(kind="group", group=group, from_state="all", to_state="net"))
    frame = over_runs(pd.concat([tall, *nets], ignore_index=True).astype(dict.fromkeys(keys, str)), keys)
    if not ((frame["mean"] > 0) & (frame["from_state"] != frame["to_state"]) | (frame["from_state"] == POOLED) & (frame["mean"] > 0)).any():
        raise FigureError(say("nobody moved, or too few residents did to be shown"))
    return frame.assign(arm=arm)


def movers(frame):
    """Rows of main activities that differ without and with the arm, the largest first; those too rare to be shown one by one last."""
    part = frame[frame["kind"] == "activity"]
    pooled = part["from_state"] == POOLED
    moves = part[(part["from_state"] != part["to_state"]) & (part["mean"] > 0)]
    return pd.concat([moves.sort_values("mean", ascending=False, kind="stable"), part[pooled & (part["mean"] > 0)]])


def hidden(frame):
    """Whether moves between main activities are hidden with their sum, so that those shown are not all."""
    return bool(((frame["kind"] == "activity") & (frame["from_state"] == POOLED) & frame["mean"].isna()).any())


def says(frame, labels=None):
    """One sentence: how many end elsewhere, the largest move, and the group that loses most."""
    part = movers(frame)
    arm = label(frame["arm"].iat[0], labels)
    if part.empty and hidden(frame):
        return say("What it says: under {arm} too few residents end in another main activity for their number to be shown.", arm=arm)
    if part.empty:
        return say("What it says: under {arm} everybody ends in the main activity they would have had anyway.", arm=arm)
    top = part.iloc[0]
    if top["from_state"] == POOLED:
        return say(
            "What it says: under {arm} about {all} residents end in another main activity; no single move is frequent enough to be shown.",
            arm=arm, all=number(top["mean"], 0),
        )
    text = say(
        "What it says: under {arm} about {all} residents end in another main activity; the largest move is from “{one}” to “{two}” "
        "({many})",
        arm=arm, all=number(part["mean"].sum(), 0), one=label(top["from_state"]), two=label(top["to_state"]), many=number(top["mean"], 0),
    )
    net = frame[frame["to_state"] == "net"].set_index("group")["mean"]
    if net.empty or net.min() >= 0:
        return text + "."
    return text + say("; “{group}” shrinks most, by {many}.", group=label(net.idxmin()), many=number(-net.min(), 0))


def draw(tables, comparator=None, labels=None, arm=None):
    """Ribbons between main activities, and bars of groups left and entered."""
    frame = data(tables, comparator, arm)
    figure, axes = style.new(1, 2, width=11.5, height=5.6, width_ratios=(3, 2))
    _ribbons(axes[0, 0], movers(frame), hidden(frame))
    _groups(axes[0, 1], frame[frame["kind"] == "group"])
    title = f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}"
    return style.finish(figure, title, say(HOW), says(frame, labels), frame)


def _ribbons(axis, part, some_hidden):
    """Flows from the states without (left) to those with (right); labels kept apart."""
    axis.set_axis_off()
    total = part["mean"].sum()
    axis.set_xlim(-0.95, 1.95)
    axis.set_ylim(1.06, -0.09)
    heads = ((0, "right", say("Without")), (1, "left", say("With")))
    for x, side, text in heads:
        axis.text(x, -0.05, text, ha=side, weight="bold", size=9)
    if not total:
        axis.text(0.5, 0.5, say("Too few to be shown") if some_hidden else say("Nobody moved"), ha="center")
        return
    tops = {column: _stack(part, column, total) for column in ("from_state", "to_state")}
    used = {column: dict.fromkeys(tops[column], 0.0) for column in tops}
    for _, row in part.iterrows():
        one, two, size = row["from_state"], row["to_state"], row["mean"] / total * 0.9
        y0, y1 = tops["from_state"][one] + used["from_state"][one], tops["to_state"][two] + used["to_state"][two]
        used["from_state"][one] += size
        used["to_state"][two] += size
        axis.add_patch(PathPatch(_ribbon(y0, y1, size), facecolor=COLOURS.get(one, "#b15928"), alpha=0.6, edgecolor="white", linewidth=0.4))
    for column, x, side in (("from_state", -0.04, "right"), ("to_state", 1.04, "left")):
        sums = part.groupby(column)["mean"].sum()
        names = list(tops[column])
        middles = [tops[column][name] + sums[name] / total * 0.45 for name in names]
        for name, y in zip(names, style.spread(middles, 0.055), strict=True):
            text = say("Moves too rare to show") if name == POOLED else label(name)
            axis.text(x, y, f"{text} {number(sums[name], 0)}", ha=side, va="center", size=8.5)


def _stack(part, column, total):
    """Top of each state's block, in a fixed order with gaps that sum to a tenth."""
    sums = part.groupby(column)["mean"].sum()
    names = [name for name in COLOURS if name in sums.index] + sorted(set(sums.index) - set(COLOURS))
    gap = 0.1 / max(1, len(names) - 1)
    tops, y = {}, 0.0
    for name in names:
        tops[name] = y
        y += sums[name] / total * 0.9 + gap
    return tops


def _ribbon(y0, y1, size):
    """A band between two heights that leaves and arrives level."""
    corners = [(0, y0), (0.5, y0), (0.5, y1), (1, y1), (1, y1 + size), (0.5, y1 + size), (0.5, y0 + size), (0, y0 + size), (0, y0)]
    curve = Path.CURVE4
    return Path(corners, [Path.MOVETO, curve, curve, curve, Path.LINETO, curve, curve, curve, Path.CLOSEPOLY])


def _groups(axis, part):
    wide = part.set_index(["group", "from_state", "to_state"])
    names = [name for name in GROUPS if name in set(part["group"])]
    means = wide["mean"]
    for place, name in enumerate(names):
        left, entered = means.get((name, "in", "out"), 0.0), means.get((name, "out", "in"), 0.0)
        axis.barh(place, -left, height=0.6, color=OUT, edgecolor="white")
        axis.barh(place, entered, height=0.6, color=IN, hatch="///", edgecolor="white")
        net = wide.loc[(name, "all", "net")]
        axis.plot([net["low"], net["high"]], [place + 0.4] * 2, color="black", linewidth=1.2)
        axis.plot(net["mean"], place + 0.4, "D", color="black", markersize=4)
    axis.axvline(0, color="black", linewidth=0.9)
    axis.set_yticks(range(len(names)), [label(name) for name in names])
    axis.set_ylim(len(names) - 0.35, -0.6)
    axis.margins(x=0.1)
    low, high = axis.get_xlim()
    axis.set_xlim(min(low, -1), max(high, 1))
    axis.locator_params(axis="x", nbins=5)
    axis.grid(False, axis="y")
    axis.set_xlabel(say("Residents (left the group | entered it)"))

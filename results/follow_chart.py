"""Two lives as a chart: wellbeing, strain, recall and contacts month by month in both arms, with activity, programmes and waiting."""

from itertools import pairwise

import numpy as np

from results.figures import style
from results.follow import ACTIVITIES, story
from results.language import say, word
from results.words import label

TITLE = word("Two lives of resident {resident}")
HOW = word(
    "How to read: the same simulated resident, month by month, without the policy and with it; all chance is shared, so the two lives are "
    "one until something differs. Difference: wellbeing with less wellbeing without. Bars of the last three rows: main activity, "
    "programme or case manager joined, and months with an open request for help."
)
LINES = (("wellbeing", word("Wellbeing (1-5)"), 1.7), ("strain", word("Strain (0-1)"), 1.0), ("recall", word("Recall (0-1)"), 0.9))
STRIPS = (("activity", word("Activity"), 0.8), ("member", word("Programmes"), 0.8), ("waiting", word("Waiting"), 0.65))
COLOURS = {
    "employed": "#009E73", "student": "#56B4E9", "conscript": "#999999", "unemployed": "#E69F00", "labour_market_support": "#D55E00",
    "outside": "#CC79A7", "pensioner": "#0072B2", "child": "#F0E442",
}  # fmt: skip
WAITS, MEMBERS = "#b8860b", ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#D55E00")
LETTER = 0.011  # width of a letter of a strip's label as a share of the axis


def draw(months, told, comparator, arm, resident, labels=None):
    """The chart as a matplotlib Figure. months, told: as in `results.follow`; labels: {name: what people call it}."""
    with style.look():
        rows = [LINES[0], ("gain", word("Difference"), 0.9), *LINES[1:], ("contacts", word("Contacts"), 0.9), *STRIPS]
        figure, axes = style.new(len(rows), 1, width=10.5, height=11.2, sharex=True, height_ratios=[r[2] for r in rows])
        axes = {row[0]: axis for row, axis in zip(rows, axes[:, 0], strict=True)}
        looks = style.styles([comparator, arm])
        parts = {name: months[months["arm"] == name] for name in looks}
        for column, _, _ in LINES:
            for name, part in parts.items():
                axes[column].plot(_years(part), part[column], color=looks[name].colour, linestyle=looks[name].dash, linewidth=1.5)
        _gain(axes["gain"], *parts.values(), looks[arm].colour)
        _contacts(axes["contacts"], parts, looks)
        for column, _, _ in STRIPS:
            _strip(axes[column], column, parts, labels)
        for column, text, _ in rows:
            axes[column].set_ylabel(say(text))
        for column in ("strain", "recall"):
            axes[column].set_ylim(0, 1)
        _calendar(axes["waiting"], _years(months))
        legend = [style.line(look, label(name, labels)) for name, look in looks.items()]
        says = say("What it says: {story}", story=" ".join(story(months, told, comparator, arm, chain=False)))
        return style.finish(figure, say(TITLE, resident=resident), say(HOW), says, months, legend)


def _years(part):
    """Dates as years with a fraction, float array."""
    text = part["date"].astype(str)
    return text.str[:4].astype(int).to_numpy() + (text.str[5:7].astype(int).to_numpy() - 1) / 12


def _calendar(axis, years):
    axis.set_xlim(years.min(), years.max() + 1 / 12)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}" if abs(value - round(value)) < 1e-6 else "")
    axis.set_xlabel(say("Year (its mark is January)"))


def _gain(axis, without, other, colour):
    """Wellbeing with less wellbeing without, of the months in both."""
    both = without.merge(other, on=["month", "date"])
    axis.fill_between(_years(both), both["wellbeing_y"] - both["wellbeing_x"], color=colour, alpha=0.5, linewidth=0)
    axis.axhline(0, color="black", linewidth=0.8)


def _contacts(axis, parts, looks):
    for place, (name, part) in enumerate(parts.items()):
        axis.bar(_years(part) + (0.25 + 0.5 * place) / 12, part["contacts"], 0.45 / 12, color=looks[name].colour)
    axis.yaxis.get_major_locator().set_params(integer=True)


def _strip(axis, column, parts, labels):
    """One bar per arm, cut where the state changes, labelled where there is room."""
    span = max(_years(p).max() for p in parts.values()) - min(_years(p).min() for p in parts.values()) + 1 / 12
    members = sorted({m for part in parts.values() for m in _states(part, "member") if m})
    for place, part in enumerate(parts.values()):
        years, states = _years(part), _states(part, column)
        for start, stop, state in _stretches(states):
            if not state:
                continue
            left, width = years[start], (stop - start) / 12
            axis.broken_barh([(left, width)], (place - 0.4, 0.8), facecolor=_colour(column, state, members), edgecolor="white")
            text = say(ACTIVITIES[state]) if state in ACTIVITIES else " + ".join(label(s, labels) for s in state.split("|"))
            if len(text) * LETTER <= width / span:
                axis.text(left + width / 2, place, text, ha="center", va="center", size=7.5, color="black")
            elif column == "member":  # a short stay is named beside its bar
                axis.annotate(text, (left + width, place), (3, 0), textcoords="offset points", va="center", size=7.5)
    axis.set_yticks([0, 1], [say("without"), say("with")])
    axis.set_ylim(1.5, -0.5)
    axis.grid(False, axis="y")


def _states(part, column):
    if column == "waiting":
        return ["waits" if n > 0 else "" for n in part["open_requests"]]
    if column == "member":
        pairs = zip(part["programme"], part["manager"], strict=True)
        return ["|".join(name for name in pair if name) for pair in pairs]
    return part[column].astype(str).tolist()


def _stretches(states):
    """(first, one past the last, state) of each run of one state."""
    edges = [0, *(np.flatnonzero(np.array(states[1:]) != np.array(states[:-1])) + 1).tolist(), len(states)]
    return [(a, b, states[a]) for a, b in pairwise(edges)]


def _colour(column, state, members):
    if column == "activity":
        return COLOURS.get(state, "#999999")
    return WAITS if column == "waiting" else MEMBERS[members.index(state) % len(MEMBERS)] + "88"

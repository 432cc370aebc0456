"""The gap in wellbeing between residents in no at-risk group and those in any, over time and against the comparator."""

from results import tidy
from results.figures import FigureError, style
from results.figures._series import band, dates, in_order, over_runs, time_axis, when
from results.language import say, word
from results.uncertainty import KEYS, paired
from results.words import between, decimals, label, number, share, signed, small

NEEDS = ("outcomes",)
TITLE = word("The gap in wellbeing over time")
HOW = word(
    "How to read: the gap is the mean score of residents in no at-risk group minus that of residents in any. Left: its size "
    "in each scenario; lower is more equal. Right: difference to {first} in the same runs, with the middle 95 % of runs as a "
    "band; below zero the gap is narrower. Groups are those {when}."
)
COLUMNS = ["arm", "measure", "month", "date", "mean", "low", "high", "runs", "p_narrows"]


def data(tables, comparator=None):
    """Gap [EUROHIS points] by arm and month, its paired difference to the comparator, and that of the last year's means with
    the share of runs in which it narrows; mean and 95 % interval over runs. measure: level, difference, last_year.
    """
    outcomes = tidy.select(tables["outcomes"], outcome="wellbeing", stratum_kind=_kind(tables))
    if not {"none", "any"} <= set(outcomes["stratum"].unique()):
        raise FigureError(say("too few residents in the groups to be shown"))
    first, *others = style.arms(tables["outcomes"], comparator)
    where = {"outcome": "wellbeing", "stratum": ("none", "any")}
    since = tidy.last_year(outcomes)
    monthly = _gap(tidy.level(outcomes, by=("month",), **where))
    year = _gap(tidy.level(outcomes, since=since, **where).assign(month=since))
    found = [over_runs(monthly, ["arm", "month"]).assign(measure="level")]
    for arm in others:
        pairs = paired(year, arm, first, ["month", *KEYS])
        narrows = float((pairs["value"] < 0).mean())
        change = over_runs(paired(monthly, arm, first, ["month", *KEYS]), ["month"])
        found.append(change.assign(arm=arm, measure="difference"))
        found.append(over_runs(pairs, ["month"]).assign(arm=arm, measure="last_year", p_narrows=narrows))
    frame = in_order(found, [first, *others], COLUMNS, ["month"])
    return frame.assign(date=frame["month"].map(dates(outcomes)))


def _kind(tables):
    return "group_start" if (tables["outcomes"]["stratum_kind"] == "group_start").any() else "group"


def _gap(levels):
    """Mean of those in no group minus that of those in any, by run and month."""
    wide = levels.pivot_table("value", [*tidy.RUN, "month"], "stratum", observed=True)
    return (wide["none"] - wide["any"]).dropna().rename("value").reset_index()


def says(frame, labels=None):
    """One sentence: the gap without, and how much each arm narrows or widens it in the last year."""
    first = frame["arm"].iat[0]
    level = frame[(frame["measure"] == "level") & (frame["arm"] == first)]
    size = number(level["mean"].tail(12).mean(), 2)
    year = frame[frame["measure"] == "last_year"]
    text = say("What it says: in the last year of {first} the gap is {size} points", first=label(first, labels), size=size)
    if year.empty:
        return text + "."
    digits = decimals(year["mean"], least=3)
    told = [
        say(
            "{change} under {arm} (95 % of runs {ends}; narrower in {share} of runs)",
            change=small(row["mean"], digits, signed), arm=label(row["arm"], labels), share=share(row["p_narrows"]),
            ends=between(row["low"], row["high"], lambda value: small(value, digits, signed)),
        )
        for _, row in year.sort_values("mean").head(2).iterrows()
    ]
    return text + "; " + "; ".join(told) + "."


def draw(tables, comparator=None, labels=None):
    """The gap of every arm, and beside it the paired differences."""
    frame = data(tables, comparator)
    looks = style.styles(list(frame["arm"].drop_duplicates()))
    pairs = len(looks) > 1
    figure, axes = style.new(1, 2 if pairs else 1, width=10.5, height=4.7)
    _levels(axes[0, 0], frame, looks, pairs)
    if pairs:
        _changes(axes[0, 1], frame, looks)
    for axis in axes[0]:
        time_axis(axis, when(frame), 2)
        axis.set_xlabel("" if frame["date"].notna().all() else say("Years since the start"))
    fixed = say("of the start") if _kind(tables) == "group_start" else say("of the month")
    first = label(frame["arm"].iat[0], labels)
    lines = [style.line(look, label(arm, labels)) for arm, look in looks.items()]
    return style.finish(figure, say(TITLE), say(HOW, first=first, when=fixed), says(frame, labels), frame, lines)


def _levels(axis, frame, looks, pairs):
    for arm, line in frame[frame["measure"] == "level"].groupby("arm", sort=False):
        look = looks[arm]
        axis.plot(when(line), line["mean"], color=look.colour, linestyle=look.dash, linewidth=1.7)
        if not pairs:
            axis.fill_between(when(line), line["low"], line["high"], color=look.colour, alpha=0.2, linewidth=0)
    axis.set_ylabel(say("Gap (EUROHIS-QOL-8 points)"))


def _changes(axis, frame, looks):
    for arm, line in frame[frame["measure"] == "difference"].groupby("arm", sort=False):
        band(axis, when(line), line, looks[arm], len(looks))
    axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.set_ylabel(say("Difference in the gap (points)"))

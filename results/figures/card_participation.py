"""Use of a wellbeing card by month and place, and how strongly each campaign is steered by it."""

import pandas as pd

from results import tidy
from results.figures import style
from results.figures._programme import rows_of
from results.figures._series import band, time_axis, when
from results.language import say, word
from results.words import label, number, share

NEEDS = ("monitoring", "emphasis")
TITLE = word("Use of the wellbeing card, and what it steers")
HOW = word(
    "How to read: top, the share of eligible households that used the card in the month, one line per place. Below, the emphasis of "
    "each campaign, 1 as planned, above 1 strengthened because use was low. Bands on top are the middle 95 % of runs."
)


SHOWN = (("participation", "place"), ("emphasis", "campaign"))
COLUMNS = ["arm", "measure", "place", "campaign", "month", "date", "mean", "low", "high", "runs"]


def data(tables, comparator=None, arm=None):
    """By place, month and measure (participation [share of eligible households], emphasis of a campaign): mean, low, high, runs."""
    arm, uses = rows_of(tables["monitoring"], arm, comparator)
    steps = tables["emphasis"][(tables["emphasis"]["arm"] == arm).to_numpy()]
    uses = uses[(uses["segment_kind"] == "all").to_numpy()].assign(value=lambda r: r["participation"], campaign="")
    keys = ["place", "campaign", "month", "date"]
    found = [tidy.spans(uses, keys).assign(measure="participation")]
    found.append(tidy.spans(steps.assign(value=steps["emphasis"]), keys).assign(measure="emphasis"))
    frame = pd.concat([part.astype({"place": str, "campaign": str, "date": str}) for part in found], ignore_index=True)
    frame = frame.sort_values(["measure", "place", "campaign", "month"], ascending=[False, True, True, True])
    return frame.assign(arm=arm)[COLUMNS].reset_index(drop=True)


def says(frame, labels=None):
    """One sentence: use in the last twelve months by place, and the strongest emphasis."""
    last = frame[(frame["measure"] == "participation") & (frame["month"] > frame["month"].max() - 12)].groupby("place")["mean"].mean()
    told = ", ".join(f"{place} {share(value, 1)}" for place, value in last.sort_values(ascending=False).head(4).items())
    top = frame[frame["measure"] == "emphasis"].sort_values("mean").iloc[-1]
    return say(
        "What it says: of the eligible households a month in the last year used the card: {told}. The strongest emphasis is "
        "{emphasis}, of {campaign} in {place}.",
        told=told, emphasis=number(top["mean"]), campaign=label(top["campaign"], labels), place=top["place"],
    )


def draw(tables, comparator=None, labels=None, arm=None):
    """Two panels under each other; colours are places, dashes campaigns."""
    frame = data(tables, comparator, arm)
    places, campaigns = (list(dict.fromkeys(frame.loc[frame["measure"] == measure, key])) for measure, key in SHOWN)
    looks = style.styles(["", *places])
    figure, axes = style.new(2, 1, width=9.5, height=6.4, sharex=True)
    for place in places:
        part = frame[(frame["place"] == place) & (frame["measure"] == "participation")]
        band(axes[0, 0], when(part), part.assign(**{name: 100 * part[name] for name in ("mean", "low", "high")}), looks[place], len(places))
        for k, campaign in enumerate(campaigns):
            line = frame[(frame["place"] == place) & (frame["campaign"] == campaign)]
            axes[1, 0].step(when(line), line["mean"], where="mid", color=looks[place].colour, linestyle=style.DASHES[k % 6], linewidth=1.5)
    axes[0, 0].set_ylim(0, None)
    axes[0, 0].set_ylabel(say("Eligible households (%)"))
    axes[1, 0].set_ylabel(say("Emphasis (1 = as planned)"))
    time_axis(axes[1, 0], when(frame))
    handles = [style.line(looks[place], place) for place in places]
    handles += [
        style.Line2D([], [], color="black", linestyle=style.DASHES[k % 6], label=label(name, labels)) for k, name in enumerate(campaigns)
    ]
    return style.finish(figure, f"{say(TITLE)}: {label(frame['arm'].iat[0], labels)}", say(HOW), says(frame, labels), frame, handles)

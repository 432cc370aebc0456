"""Two lives of one resident, as `hytesim follow` left them in the run folder, told in the language in use."""

import json
from pathlib import Path
from typing import NamedTuple

from results import follow, follow_chart
from results.dashboard import show
from results.dashboard.kept import kept
from results.dashboard.shelf import DRAWING
from results.language import current, say, speaking, word
from results.report.tables import Shown
from results.words import label

__all__ = ["PICKS", "Life", "home", "listed", "render"]

PICKS = {  # as `hytesim follow --resident` knows them
    "gained": word("who gained most"),
    "typical": word("who gained as much as is typical"),
    "lost": word("who gained least"),
}
FILE = "life.json"


class Life(NamedTuple):
    """Two lives in a run folder: where they are, and what was asked and chosen."""

    folder: Path
    facts: dict


def home(view):
    """The folder of the run that the scenario in focus is from."""
    return Path(getattr(view.run, "homes", {}).get(view.focus) or view.run.folder)


def listed(folder, arm):
    """`Life` of each resident followed in an arm of a run folder, the newest first; what cannot be read is left out."""
    found = []
    for path in sorted(Path(folder).glob(f"lives/*/{FILE}"), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            if facts["arms"][1] == arm and {"resident", "draw", "replicate", "person"} <= facts.keys():
                found.append(Life(path.parent, facts))
        except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
            continue
    return found


def render(view):
    """Show the lives told so far of the scenario in focus; nothing while there are none."""
    import streamlit as st

    found = listed(home(view), view.focus)
    if not found:
        return
    life = found[0]
    if len(found) > 1:
        life = found[st.selectbox(say("Resident"), range(len(found)), format_func=lambda k: _name(found[k].facts))]
    stamp = (life.folder / FILE).stat().st_mtime_ns
    told = _told(str(life.folder), stamp, current(), tuple(view.names.items()))
    show.plain(f"{told['who']} {_chosen(life.facts)}")
    show.plain(" ".join(told["story"]))
    show.picture(told["title"], "", told["how"], told["svg"])
    without, other = (label(arm, view.names) for arm in life.facts["arms"])
    with st.expander(say("Month by month")):
        show.table(Shown(told["title"], [say("Month"), without, other], told["rows"]))
    if not life.facts.get("agrees", True):
        show.plain(say("Run again, mean wellbeing is not quite that of the stored run: the model or its numbers have changed since."))


def _name(facts):
    which = f" · {say(PICKS[facts['which']])}" if facts.get("which") in PICKS else ""
    text = say("Resident {id}, draw {draw}, replicate {replicate}", id=facts["resident"], draw=facts["draw"], replicate=facts["replicate"])
    return text + which


def _chosen(facts):
    """The sentence that says among how many the resident was chosen; empty if by number."""
    return follow.chosen(facts["reached"], facts["gain"]) if facts.get("which") in PICKS else ""


@kept(20)
def _told(folder, stamp, language, names):
    """Sentences, rows of months and the chart of the lives in a folder."""
    import pandas as pd

    from results.figures import style

    folder, names = Path(folder), dict(names)
    facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
    months, events = (pd.read_csv(folder / file, keep_default_na=False, na_values=[]) for file in ("months.csv", "events.csv"))
    with speaking(language):
        told = follow.between_months(follow.sentences(events, names), months["month"].min(), months["month"].max())
        table = follow.side_by_side(told, *facts["arms"])
        with DRAWING, style.bare():
            figure = follow_chart.draw(months, told, *facts["arms"], facts["resident"], names)
            svg = show.drawn(figure)
        rows = [[date[follow.DATES], one, two] for date, one, two in zip(table["date"], table["without"], table["with"], strict=True)]
        return {"who": follow.opening(facts["person"], months, facts["arms"][0]), "story": follow.story(months, told, *facts["arms"]),
                "title": figure.title, "how": figure.how, "svg": svg, "rows": rows}

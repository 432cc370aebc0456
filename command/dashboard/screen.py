"""The frame of the page: language, which page, which runs; the address keeps all three."""

import streamlit as st

from command.dashboard import follow, page_make, page_runs, start
from results import figures, store
from results.dashboard import (
    pages_compare,
    pages_evidence,
    pages_gains,
    pages_map,
    pages_monitoring,
    pages_pays,
    shelf,
    show,
)
from results.language import LANGUAGES, say, speaking
from results.words import label

__all__ = ["PAGES", "render"]

RESULTS = {"compare": pages_compare, "gains": pages_gains, "pays": pages_pays, "map": pages_map, "evidence": pages_evidence,
           "monitoring": pages_monitoring}
ACTIONS = {"make": page_make, "runs": page_runs}
PAGES = {name: (RESULTS | ACTIONS)[name] for name in ("compare", "gains", "pays", "map", "make", "evidence", "monitoring", "runs")}


def render(runs):
    """Show the page that the address asks for."""
    st.set_page_config(page_title="HyteSim", layout="wide")
    st.html(show.STYLE)
    st.sidebar.title("HyteSim")
    with speaking(_language()):
        name = _page()
        st.title(say(PAGES[name].TITLE))
        try:
            if name in ACTIONS:
                PAGES[name].render(runs)
            else:
                _results(runs, name)
        except (store.StoreError, figures.FigureError) as error:
            st.error(say("This cannot be shown: {reason}", reason=str(error)))
        except OSError as error:
            st.error(say("A file of the run cannot be read; was its folder moved or deleted? ({reason})", reason=error.strerror or "?"))


def _asked(key, known, default):
    """What the address asks for, if it is known."""
    found = st.query_params.get(key, default)
    return found if found in known else default


def _language():
    codes = list(LANGUAGES)
    st.session_state.setdefault("language", _asked("lang", codes, "en"))
    chosen = st.sidebar.selectbox("Language / Kieli / Språk", codes, format_func=LANGUAGES.get, key="language")
    st.query_params["lang"] = chosen
    return chosen


def _page():
    st.session_state.setdefault("page", _asked("page", PAGES, "compare"))
    name = st.sidebar.radio(say("Page"), list(PAGES), format_func=lambda page: say(PAGES[page].TITLE), key="page")
    st.query_params["page"] = name
    return name


def _results(runs, name):
    entries = {entry.name: entry for entry in shelf.listed(runs)}
    if not entries:
        st.info(say("There is no finished run here yet. Choose scenarios below and press “Run it”, or make one of your own."))
        start.render(runs)
        return
    chosen = _chosen(entries)
    if not chosen:
        st.info(say("Choose at least one run."))
        return
    page = shelf.ready(runs, chosen)
    others = page.arms[1:]
    if len(others) > 1 and name not in ("compare", "pays"):
        page = page._replace(focus=st.selectbox(say("Scenario"), others, format_func=lambda arm: label(arm, page.names)))
    RESULTS[name].render(page)
    if name == "gains":
        follow.render(runs, page)
    if name == "compare" and st.toggle(say("Compare other scenarios: start a new run")):
        start.render(runs)


def _chosen(entries):
    asked = st.query_params.get_all("run")
    gone = [name for name in asked if name not in entries]
    if gone:
        st.warning(say("There is no finished run “{name}” here (any more). Choose another.", name=gone[0]))
    held = st.session_state.setdefault("chosen", asked or [next(iter(entries))])
    st.session_state["chosen"] = [name for name in held if name in entries]
    chosen = st.multiselect(
        say("Finished runs (several, if they share their comparator)"), list(entries), key="chosen",
        format_func=lambda name: f"{entries[name].title} · {entries[name].created}",
    )
    st.query_params["run"] = chosen
    return chosen

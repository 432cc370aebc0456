"""The frame of the page: language, which page, which runs; the address keeps all three."""

import importlib
import time
from concurrent.futures import wait

import streamlit as st

from results import figures, store
from results.dashboard import shelf, show
from results.language import LANGUAGES, say, speaking, word
from results.words import label

__all__ = ["ACTIONS", "PAGES", "module", "render"]

PAGES = {
    "compare": word("Compare"), "gains": word("Who gains"), "pays": word("Who pays"), "map": word("Map"), "make": word("Make a scenario"),
    "evidence": word("Evidence and fit"), "monitoring": word("Monitoring"), "runs": word("All runs"),
}
ACTIONS = ("make", "runs")  # pages that need no finished run
SHOWN = []  # when a page was last shown to anybody [seconds of time.monotonic]; empty before
LOOK = 0.5  # seconds between looks at a run that is being opened


def module(name):
    """The module of a page, imported when first shown: some need the whole model, and looking at runs need not wait for it."""
    return importlib.import_module(f"command.dashboard.page_{name}" if name in ACTIONS else f"results.dashboard.pages_{name}")


def render(runs):
    """Show the page that the address asks for."""
    st.set_page_config(page_title="HyteSim", layout="wide")
    st.html(show.STYLE)
    st.sidebar.title("HyteSim")
    with speaking(_language()):
        name = _page()
        st.title(say(PAGES[name]))
        try:
            if name in ACTIONS:
                module(name).render(runs)
            else:
                _results(runs, name)
        except (store.StoreError, figures.FigureError) as error:
            st.error(say("This cannot be shown: {reason}", reason=show.literal(str(error))))
        except OSError as error:
            st.error(say("A file of the run cannot be read; was its folder moved or deleted? ({reason})", reason=error.strerror or "?"))
    SHOWN[:] = [time.monotonic()]


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
    name = st.sidebar.radio(say("Page"), list(PAGES), format_func=lambda page: say(PAGES[page]), key="page")
    st.query_params["page"] = name
    return name


def _results(runs, name):
    entries = {entry.name: entry for entry in shelf.listed(runs)}
    if not entries:
        st.info(say("There is no finished run here yet. Choose scenarios below and press “Run it”, or make one of your own."))
        _start(runs)
        return
    chosen = _chosen(entries)
    if not chosen:
        st.info(say("Choose at least one run."))
        return
    view = _opened(runs, chosen)
    others = view.arms[1:]
    if len(others) > 1 and name not in ("compare", "pays"):
        view = view.at(st.selectbox(say("Scenario"), others, format_func=lambda arm: label(arm, view.names)))
    module(name).render(view)
    if name == "gains":
        from command.dashboard import follow

        follow.render(runs, view)
    if name == "compare" and st.toggle(say("Compare other scenarios: start a new run")):
        _start(runs)


def _opened(runs, chosen):
    """The view of the chosen runs; while a large one is being made, a bar says how far that is."""
    asked, progress = shelf.asked(runs, chosen)
    place = st.empty()
    while wait([asked], LOOK).not_done:
        done, whole = progress() or (0, 1)
        text = say("Preparing a large run once; part {done} of {all}.", done=done, all=whole) if done else say(
            "Opening; a large run takes some minutes the first time.")
        place.progress(done / whole, text=text)
    place.empty()
    return asked.result()


def _start(runs):
    from command.dashboard import start

    start.render(runs)


def _chosen(entries):
    asked = st.query_params.get_all("run")
    gone = [name for name in asked if name not in entries]
    if gone:
        st.warning(say("There is no finished run “{name}” here (any more). Choose another.", name=show.literal(gone[0])))
    held = st.session_state.setdefault("chosen", asked or [next(iter(entries))])
    st.session_state["chosen"] = [name for name in held if name in entries]
    told = {name: f"{entry.title} · {entry.created}" for name, entry in entries.items()}
    labels = {name: text if [*told.values()].count(text) == 1 else f"{text} · {name}" for name, text in told.items()}
    chosen = st.multiselect(
        say("Finished runs (several, if they share their comparator)"), list(entries), key="chosen", placeholder=say("Choose"),
        format_func=labels.get,
    )
    st.query_params["run"] = chosen
    return chosen

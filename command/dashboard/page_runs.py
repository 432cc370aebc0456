"""Runs: what runs and waits, with progress and Stop; finished runs to open, download and delete."""

import streamlit as st

from command.dashboard import jobs
from results import store
from results.dashboard import shelf, show
from results.language import current, say, speaking, word
from results.words import number

STATES = {"queued": word("waits for its turn"), "running": word("runs"), "done": word("done"), "failed": word("failed"),
          "stopped": word("stopped"), "lost": word("ended without a word: its process was killed")}
MOST = 30  # finished runs shown


def render(runs):
    """Show the page."""
    _jobs(runs, current())
    st.header(say("Finished runs"))
    entries = shelf.listed(runs)
    if not entries:
        st.info(say("There is no finished run here yet."))
    for entry in entries[:MOST]:
        with st.expander(show.literal(f"{entry.title} · {entry.created}")):
            _finished(runs, entry)
    if len(entries) > MOST:
        st.caption(say("The first {some} of {all} rows.", some=number(MOST, 0), all=number(len(entries), 0)))


@st.fragment(run_every="2s")
def _jobs(runs, language):
    with speaking(language):
        found = jobs.listed(runs)
        st.header(say("Started here"))
        if not found:
            st.caption(say("Nothing has been started from this page."))
        for job in found:
            _job(runs, job)


def _job(runs, job):
    with st.container(border=True):
        st.markdown(f"**{show.literal(job.facts.get('title', job.id))}** · {say(STATES[job.state])} · {job.facts.get('created', '')[:16]}")
        if job.state == "running":
            st.progress(job.done / job.all if job.all else 0.0, text=_how_far(job))
        if job.state not in jobs.FINAL:
            st.button(say("Stop"), key=f"stop_{job.id}", on_click=jobs.stop, args=(job.folder,))
            return
        if job.log and job.state != "done":
            st.code(job.log, language=None, wrap_lines=True)
        left, right = st.columns(2)
        if job.run:
            left.button(say("Open"), key=f"open_{job.id}", on_click=_open, args=(job.run, "gains" if "of" in job.facts else "compare"))
        right.button(say("Remove from this list"), key=f"forget_{job.id}", on_click=jobs.forget, args=(job.folder,))


def _how_far(job):
    if "of" in job.facts:
        return say("running two scenarios again")
    if not job.done:
        return say("preparing; the first time on a machine this takes a minute")
    if job.done == job.all:
        return say("all runs done; writing tables, figures and the report")
    return say("{done} of {all} runs of each scenario", done=number(job.done, 0), all=number(job.all, 0))


def _open(name, page="compare"):
    st.session_state["page"] = page
    st.session_state["chosen"] = [name]


def _finished(runs, entry):
    st.caption(show.literal(entry.name))
    columns = st.columns(4)
    columns[0].button(say("Open"), key=f"see_{entry.name}", on_click=_open, args=(entry.name,))
    language = current()
    columns[1].download_button(say("Download folder (zip)"), lambda: shelf.zipped(runs, entry.name), f"{entry.name}.zip", "application/zip",
                               key=f"zip_{entry.name}", on_click="ignore")
    columns[2].download_button(say("Download report"), lambda: _report(runs, entry.name, language), f"{entry.name}.{language}.html",
                               "text/html", key=f"report_{entry.name}", on_click="ignore")
    if columns[3].button(say("Delete"), key=f"delete_{entry.name}"):
        st.session_state["deleting"] = entry.name
    if st.session_state.get("deleting") == entry.name:
        st.warning(say("Delete this run folder and all that is in it? This cannot be undone."))
        yes, no = st.columns(2)
        yes.button(say("Yes, delete"), key=f"yes_{entry.name}", on_click=_delete, args=(runs, entry.name))
        no.button(say("Keep it"), key=f"no_{entry.name}", on_click=lambda: st.session_state.pop("deleting", None))


def _report(runs, name, language):
    with speaking(language):
        return shelf.report_html(runs, name)


def _delete(runs, name):
    st.session_state.pop("deleting", None)
    try:
        shelf.delete(runs, name)
    except (store.StoreError, OSError) as error:
        st.toast(show.literal(str(error)))

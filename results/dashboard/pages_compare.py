"""Compare: the answer in sentences, the table a decision needs, net cost by payer, the equity plane, wellbeing and the gap over time."""

from results.dashboard import show
from results.language import say
from results.words import number

FIGURES = ("equity_plane", "wellbeing_by_group", "gap_over_time")


def render(view):
    """Show the view."""
    import streamlit as st

    answer = view.section("answer")
    show.plain(*(answer.sentences or answer.text[:1]))
    for title, sentences in answer.others:
        with st.expander(show.literal(title)):
            show.plain(*sentences)
    for shown in answer.tables:
        show.table(shown)
    show.table(view.payers())
    manifest = view.run.manifest
    if "numbers" in manifest:
        show.plain(say(
            "The model has {all} numbers here; {assumed} are assumptions and {unread} were not read in their source.",
            all=number(manifest["numbers"], 0), assumed=number(manifest["assumptions"], 0), unread=number(manifest["unverified"], 0),
        ))
    for name in FIGURES:
        show.chart(view, name)

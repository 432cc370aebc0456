"""Compare: the answer in sentences, the table a decision needs, net cost by payer, the equity plane, wellbeing and the gap over time."""

from results.dashboard import show
from results.report.tables import counted

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
    for text in counted(view.run.manifest):
        show.plain(text)
    for name in FIGURES:
        show.chart(view, name)

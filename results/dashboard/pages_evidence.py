"""Evidence and fit: what drives the answer, which numbers it rests on, what it cannot tell, and the model beside the evidence."""

import re
from pathlib import Path

from results.dashboard import calibrations, show
from results.language import say

VALIDATION = Path(__file__).resolve().parents[2] / "docs" / "validation.md"


def render(view):
    """Show the page for the scenario in focus."""
    import streamlit as st

    for name in ("drives", "rests", "limits"):
        part = view.section(name)
        st.header(part.title)
        show.plain(*part.text, *part.sentences, *part.points)
        if name == "drives":
            show.chart(view, "tornado", arm=view.focus)
        for shown in part.tables:
            show.table(shown)
    st.header(say("The model beside the evidence"))
    if VALIDATION.is_file():
        with st.expander(say("Model and evidence side by side (in English)")):
            st.markdown(re.sub(r"^#", "###", VALIDATION.read_text(encoding="utf-8"), flags=re.MULTILINE))  # below the page's headings
    else:
        show.plain(say("The comparison with evidence is written by `hytesim validate`; it is not in this installation."))
    st.header(say("Calibration"))
    calibrations.render(view)

"""Monitoring: what a municipality would see, month by month: the wellbeing card's table, and its social report."""

import html
import re

from results import socialreport
from results.dashboard import show
from results.language import say, word
from results.words import label

TITLE = word("Monitoring")
COLUMNS = {
    "date": word("Month"), "eligible": word("Eligible"), "offered": word("Offered"), "given": word("Cards given"),
    "holders": word("Card holders"), "uses": word("Uses"), "persons": word("Persons"), "turned_away": word("Turned away"),
    "cost": word("Cost (EUR)"), "cost_per_use": word("Cost per use (EUR)"), "participation": word("Participation"),
    "need_change": word("Change of need, as the municipality estimates it"),
}


def render(page):
    """Show the page for the scenario in focus; a line that says so if nobody monitors in this run."""
    tables = page.run.tables
    if "monitoring" not in tables and "indicators" not in tables:
        show.plain(say("No municipality monitors in this run: it has no wellbeing card and no social reporting."))
        return
    if "monitoring" in tables:
        _card(page, tables["monitoring"])
    if "indicators" in tables:
        _report(page, tables["indicators"])


def _card(page, rows):
    import streamlit as st

    rows = rows[(rows["arm"] == page.focus) & (rows["segment_kind"] == "all")]
    st.subheader(say("The card's monitoring table"))
    places = sorted(map(str, rows["place"].unique()))
    if not places:
        show.plain(say("Nobody monitors a card in {arm}.", arm=label(page.focus, page.names)))
        return
    place = st.selectbox(say("Municipality"), places, key="card_place")
    headers = {name: say(text) for name, text in COLUMNS.items()}
    show.frame(monthly(rows, place), say("Households and persons of the real population, mean of runs"), headers)


def monthly(rows, place):
    """Means over runs of the monitoring table of one municipality, a row per month."""
    rows = rows[rows["place"] == place]
    values = [name for name in COLUMNS if name != "date" and name in rows]
    found = rows.groupby(["month", "date"], observed=True)[values].mean().reset_index()
    return found.assign(date=found["date"].astype(str).str[:7])


def _report(page, indicators):
    import streamlit as st

    st.subheader(say("Social report"))
    arms = [arm for arm in page.arms if (indicators["arm"] == arm).any()]
    arm = page.focus if page.focus in arms else arms[0]
    rows = socialreport.observed(indicators, arm)
    place = st.selectbox(say("Municipality"), socialreport.places_of(rows), key="report_place")
    show.plain(say("The municipality's own report in {arm}, in English, with small cells hidden.", arm=label(arm, page.names)))
    text = re.sub(r"^#", "###", socialreport.report(rows, place, "md"), flags=re.MULTILINE)  # below the headings of the page
    st.markdown(html.escape(text, quote=False))
    st.download_button(say("Download the social report (HTML)"), socialreport.report(rows, place, "html"), f"{place}.html", "text/html")

"""Monitoring: what a municipality would see, month by month: the wellbeing card's table, and its social report."""

import re

from results import socialreport
from results.dashboard import show
from results.language import say, word
from results.words import label, number, share, signed

COLUMNS = {
    "date": word("Month"), "eligible": word("Eligible"), "offered": word("Offered"), "given": word("Cards given"),
    "holders": word("Card holders"), "uses": word("Uses"), "persons": word("Persons"), "turned_away": word("Turned away"),
    "cost": word("Cost (EUR)"), "cost_per_use": word("Cost per use (EUR)"), "participation": word("Participation"),
    "need_change": word("Change of need, as the municipality estimates it"),
}
COUNTS = ("eligible", "offered", "given", "holders", "uses", "persons", "turned_away", "cost")


def render(view):
    """Show the page for the scenario in focus; a line that says so if nobody monitors in this run."""
    tables = view.run.shown()
    if "monitoring" not in tables and "indicators" not in tables:
        show.plain(say("No municipality monitors in this run: it has no wellbeing card and no social reporting."))
        return
    calendar = view.calendar()
    known = known_by(tables, calendar)
    if not known:
        show.plain(say("What municipalities monitor in this run is hidden: too few simulated residents are behind it."))
        return
    month = _month(known)
    if "monitoring" in tables:
        _card(view, tables["monitoring"], month)
    if "indicators" in tables:
        _report(view, tables["indicators"], calendar, month)


def _month(known):
    """The month (text) as of which the municipality looks."""
    import streamlit as st

    if len(known) < 2:
        return known[-1]
    return st.select_slider(say("What the municipality knows in"), known, known[-1], key="monitoring_month")


def known_by(tables, calendar):
    """Months, as text 2018-03, in which the municipality comes to know something: a month of the card is read, a report published.

    calendar: {month number: such a text}.
    """
    found = set()
    if "monitoring" in tables:
        found |= set(tables["monitoring"]["read"].astype(str).str[:7])
    if "indicators" in tables:
        found |= {calendar[month] for month in tables["indicators"]["published"].unique()}
    return sorted(found)


def _card(view, rows, month):
    import streamlit as st

    rows = rows[(rows["arm"] == view.focus) & (rows["segment_kind"] == "all")]
    rows = rows[rows["read"].astype(str).str[:7] <= month]
    st.header(say("The card's monitoring table"))
    places = sorted(map(str, rows["place"].unique()))
    if not places:
        show.plain(say("Nobody has read anything about a card in {arm} by then.", arm=label(view.focus, view.names)))
        return
    show.chart(view, "card_participation", arm=view.focus)
    place = st.selectbox(say("Municipality"), places, key="card_place")
    headers = {name: say(text) for name, text in COLUMNS.items()}
    written = dict.fromkeys(COUNTS, lambda value: number(value, 0)) | {
        "cost_per_use": lambda value: number(value, 1), "participation": lambda value: share(value, 1),
        "need_change": lambda value: signed(value, 3)}
    show.frame(monthly(rows, place), say("Households and persons of the real population, mean of runs"), headers, written=written)


def monthly(rows, place):
    """Means over runs of the monitoring table of one municipality, a row per month."""
    rows = rows[rows["place"] == place]
    values = [name for name in COLUMNS if name != "date" and name in rows]
    found = rows.groupby(["month", "date"], observed=True)[values].mean().reset_index()
    return found.assign(date=found["date"].astype(str).str[:7])


def _report(view, indicators, calendar, month):
    import streamlit as st

    st.header(say("Social report"))
    arms = [arm for arm in view.arms if (indicators["arm"] == arm).any()]
    arm = view.focus if view.focus in arms else arms[0]
    rows = socialreport.observed(indicators, arm)
    rows = rows[rows["published"].map(calendar) <= month]
    if rows.empty:
        show.plain(say("No social report has been published by then."))
        return
    show.chart(view, "indicators_estimated", arm=arm)
    place = st.selectbox(say("Municipality"), socialreport.places_of(rows), key="report_place")
    show.plain(say("The municipality's own report in {arm}, in English, with small cells hidden.", arm=label(arm, view.names)))
    text, whole = (socialreport.report(rows, place, kind, view.run.least) for kind in ("md", "html"))
    show.paragraphs(re.sub(r"^#", "###", text, flags=re.MULTILINE))  # below the headings of the page
    st.download_button(say("Download the social report (HTML)"), whole, f"{place}.html", "text/html")

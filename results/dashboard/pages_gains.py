"""Who gains: by group and stratum, by starting wellbeing, who moved where, and how far each programme reached."""

from results.dashboard import show
from results.report.page import section


def render(page):
    """Show the page for the scenario in focus."""
    show.chart(page, "who_gains", arm=page.focus)
    show.chart(page, "gain_by_start")
    for shown in section(page._replace(only=()), "gap").tables:
        show.table(shown)
    for name in ("who_moved", "funnel"):
        show.chart(page, name, arm=page.focus)
    show.chart(page, "waiting_and_unmet")

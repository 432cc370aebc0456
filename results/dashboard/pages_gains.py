"""Who gains: by group and stratum, by starting wellbeing, who moved where, and how far each programme reached."""

from results.dashboard import show


def render(view):
    """Show the page for the scenario in focus."""
    show.chart(view, "who_gains", arm=view.focus)
    show.chart(view, "gain_by_start")
    for shown in view.section("gap").tables:
        show.table(shown)
    for name in ("who_moved", "funnel"):
        show.chart(view, name, arm=view.focus)
    show.chart(view, "waiting_and_unmet")

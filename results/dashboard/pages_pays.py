"""Who pays: payer by year, when the public sector has its money back, budget impact and worth."""

from results.dashboard import show


def render(view):
    """Show the page for all scenarios of the run."""
    show.plain(*view.paybacks())
    for name in ("cost_by_payer", "budget_impact"):
        show.chart(view, name)
    for part in ("money", "worth"):
        for shown in view.section(part).tables:
            show.table(shown)
    for name in ("ce_plane", "ceac"):
        show.chart(view, name)

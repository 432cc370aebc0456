"""Who pays: payer by year, when the public sector has its money back, budget impact and worth."""

from results import figures
from results.dashboard import show
from results.language import say
from results.report import numbers
from results.report.page import section
from results.words import label, money

PUBLIC = ("municipality", "county", "state", "kela")


def render(page):
    """Show the page for all scenarios of the run."""
    if "ledger" in page.tables and page.found.summaries:
        impact = figures.data("budget_impact", page.tables, comparator=page.arms[0])
        for arm in page.found.summaries:
            show.plain(payback(numbers.payers_by_year(impact, arm), label(arm, page.names)))
    for name in ("cost_by_payer", "budget_impact"):
        show.chart(page, name)
    for part in ("money", "worth"):
        for shown in section(page._replace(only=()), part).tables:
            show.table(shown)
    for name in ("ce_plane", "ceac"):
        show.chart(page, name)


def payback(wide, title):
    """Sentence: the year by whose end the public sector's added cost is back and stays so, or that it is not within the run.

    wide: added cost [EUR2018] by payer (rows) and by year and "all" (columns), as `payers_by_year` gives it.
    """
    total = wide.loc[wide.index.intersection(PUBLIC)].sum().drop("all").cumsum()
    owed = total[total > 0]
    if len(owed) and owed.index[-1] == total.index[-1]:
        return say("{arm}: by the end of the run the public sector has paid {amount} more than it saved.", arm=title,
                   amount=money(total.iloc[-1]))
    saved = money(-total.iloc[-1])
    if not len(owed):
        return say("{arm}: the public sector never pays more than it saves; by the end it has saved {amount}.", arm=title, amount=saved)
    year = total.index[list(total.index).index(owed.index[-1]) + 1]
    return say("{arm}: the public sector has its money back by the end of {year}; by the end of the run it has saved {amount}.",
               arm=title, year=year, amount=saved)

"""What each payer pays, in a table, and when the public sector has its money back, in a sentence for each scenario."""

from results import figures
from results.language import say
from results.report import numbers
from results.report.tables import Shown
from results.words import PAYERS, label, money

__all__ = ["by_payer", "payback", "sentences"]

PUBLIC = ("municipality", "county", "state", "kela")


def by_payer(page):
    """Net cost of each payer in each scenario of a `results.report.page.Page`; a table without rows where nothing is compared."""
    rows, payers = [], []
    if page.found.summaries:
        wide = numbers.perspectives(page.found).pivot(index="arm", columns="payer", values="cost")
        payers = [payer for payer in PAYERS if payer in wide]
        rows = [[label(arm, page.names), *(money(wide.at[arm, payer], True) for payer in payers)] for arm in page.found.summaries]
    note = say("Means of runs, whole period, real population, discounted; what a payer saves has a minus sign.")
    return Shown(say("Net cost by payer"), [say("Scenario"), *map(label, payers)], rows, note)


def sentences(page):
    """A sentence for each scenario of a `results.report.page.Page`; none without money or without a comparison."""
    if "ledger" not in page.tables or not page.found.summaries:
        return []
    impact = figures.data("budget_impact", page.tables, comparator=page.arms[0])
    return [payback(numbers.payers_by_year(impact, arm), label(arm, page.names)) for arm in page.found.summaries]


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

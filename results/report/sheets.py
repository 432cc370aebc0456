"""Tables and the numbers behind the figures for one's own slides: one Excel file, or a folder of CSV files."""

from pathlib import Path

import pandas as pd

from results import figures, store
from results.language import say, speaking
from results.report import numbers, prepare
from results.report.page import OF_ONE_ARM

__all__ = ["KINDS", "frames", "write"]

KINDS = ("xlsx", "csv")
LONGEST = 31  # characters of a sheet's name in Excel


def frames(page):
    """{name: frame} of everything a report shows: plain numbers, names of columns and arms as in the tables of the run."""
    found = {}
    if page.found.summaries:
        found["decision"] = numbers.decision(page.found)
        found["wellbeing_by_group_last_year"] = numbers.levels(page.found)
        for part in ("inequality", "value", "costs", "gains"):
            tables = [summary.tables[part].assign(arm_=arm) for arm, summary in page.found.summaries.items()]
            found[part] = pd.concat(tables, ignore_index=True).rename(columns={"arm": "arm_mean", "arm_": "arm"})
        impact = figures.data("budget_impact", page.tables, comparator=page.arms[0])
        for arm in page.found.summaries:
            found[f"payers_{arm}"] = numbers.payers_by_year(impact, arm).reset_index()
        for arm, frame in numbers.returns(page.tables, page.arms[0], page.arms[1:]).items():
            found[f"return_per_euro_{arm}"] = frame
        found["perspectives"] = numbers.perspectives(page.found)
        found["discount_rates"] = numbers.rates(page.tables, page.arms[0], page.arms[1:])
    found["rests_on"] = numbers.rests_on(page.run, page.tables, page.focus)
    for name in figures.names():
        options = {"comparator": page.arms[0]} | ({"arm": page.focus} if name in OF_ONE_ARM and len(page.arms) > 1 else {})
        try:
            found[f"figure_{name}"] = figures.data(name, page.tables, **options)
        except figures.FigureError:
            continue
    return found


def write(run, kind, out=None, language="en", **options):
    """Write the tables of a report as `kind`, xlsx (one file) or csv (a folder); returns the path. options: those of `prepare`."""
    if kind not in KINDS:
        raise ValueError(f"--tables {kind}: choose {' or '.join(KINDS)}")
    with speaking(language):
        page = prepare(run, **options)
        found = frames(page)
        if kind == "csv":
            return _csv(found, Path(out) if out else Path(run.folder) / "report_tables")
        return _excel(found, Path(out) if out else Path(run.folder) / f"report.{language}.xlsx", page)


def _csv(found, folder):
    for name, frame in found.items():
        store.write_text(folder, f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    return folder


def _excel(found, target, page):
    """One sheet per table behind a first sheet that says what they are. Excel writes numbers in the reader's own language."""
    target.parent.mkdir(parents=True, exist_ok=True)
    about = pd.DataFrame({
        say("Table"): list(found), say("Rows"): [len(frame) for frame in found.values()],
        say("Run"): [str(Path(page.run.folder).name)] * len(found),
    })
    with pd.ExcelWriter(target, engine="openpyxl") as book:
        about.to_excel(book, sheet_name=say("Contents")[:LONGEST], index=False)
        for name, frame in found.items():
            plain = frame.map(lambda value: str(value) if isinstance(value, list) else value)
            plain.columns = [str(column) for column in plain.columns]
            plain.to_excel(book, sheet_name=_sheet(name, book.sheets), index=False, freeze_panes=(1, 0))
    return target


def _sheet(name, taken):
    """A sheet's name within Excel's length, no two alike."""
    short, count = name[:LONGEST], 1
    while short in taken:
        count += 1
        short = f"{name[: LONGEST - 3]}_{count}"
    return short

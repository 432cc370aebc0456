"""The report of a run: one page that an analyst can send on, in three languages; tables for one's own slides."""

from pathlib import Path

from results import store, suppress
from results.language import LANGUAGES, speaking

__all__ = ["LANGUAGES", "html", "prepare", "write"]


def prepare(run, arm=None, least=None, boundaries=None, tables=None, only=None):
    """Everything a page needs, in the language in use: `results.report.page.Page`.

    arm: the one told first, by default the first that is not the comparator; least: cells of fewer simulated residents are
    hidden, by default the run's own limit; boundaries: a GeoJSON file for the map; tables: what `gather` made, if it was called
    before; only: names of the figures to draw, by default all. ValueError names a missing arm.
    """
    from results.report import numbers
    from results.report.gather import gather
    from results.report.names import Names
    from results.report.page import Page

    arms = run.arms
    if arm is not None and arm not in arms[1:]:
        raise ValueError(f"no arm {arm!r} to report; the run has {', '.join(arms[1:]) or 'one scenario only'}")
    if "outcomes" not in run.tables:
        raise store.StoreError(f"{run.folder} has no table outcomes, so there is nothing to report")
    least = run.least if least is None else least
    shown, hidden = suppress.protect(tables or gather(run), least)
    names = Names(run)
    found = numbers.answers(shown, arms if "ledger" in shown else arms[:1], names, unseen=run.manifest.get("unseen"))
    return Page(run, shown, names, arms, arm or arms[min(1, len(arms) - 1)], found, hidden, least, boundaries, only)


def html(run, language="en", short=False, **options):
    """The report of a run as HTML text; options: those of `prepare`."""
    from results.report.page import build

    with speaking(language):
        return build(prepare(run, **options), short)


def write(run, out=None, language="en", short=False, **options):
    """Write the report into the run folder (report.<language>.html) or to `out`; returns its path."""
    target = Path(out) if out else Path(run.folder) / f"report.{language}.html"
    text = html(run, language, short, **options)
    return store.write_text(target.parent, target.name, text)

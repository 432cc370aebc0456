"""What the pages show of an opened run: sections, pictures and sentences, made when asked for, or all at once for a large run.

A large run (`LARGE`) is not held in the server: a process of its own makes all that pages show (`elsewhere`).
"""

import contextlib
import dataclasses
from pathlib import Path

from results import figures, report, store
from results.dashboard import elsewhere, payback
from results.dashboard.kept import kept
from results.language import current, speaking
from results.report.names import Names
from results.report.page import section

__all__ = ["LARGE", "Live", "Made", "View", "everything", "large", "opened", "prepared"]

LARGE = 15e6  # bytes of a run's outcomes on disk, from which it is made elsewhere; its tables would take 30 times as much memory
SECTIONS = ("answer", "gap", "money", "worth", "drives", "rests", "limits")
OF_THE_FOCUS = ("answer", "rests")  # the other sections are the same whatever scenario is in focus
OVERALL = ("equity_plane", "wellbeing_by_group", "gap_over_time", "gain_by_start", "waiting_and_unmet", "cost_by_payer", "budget_impact",
           "ce_plane", "ceac")
ANEW = ("municipality_map",)  # pictures whose few numbers are handed over, so that the page can draw them on boundaries
OF_AN_ARM = ("who_gains", "who_moved", "funnel", "tornado", "municipality_map", "area_map", "card_participation", "indicators_estimated")


class View:
    """A run as pages see it. run: `results.store.Run` for its small tables; arms; names: {arm: title}; focus: the arm shown first."""

    def __init__(self, run, arms, names):
        self.run, self.arms, self.names = run, arms, names
        self.focus = arms[min(1, len(arms) - 1)]

    def at(self, focus):
        """The same view with another arm in focus."""
        other = object.__new__(type(self))
        other.__dict__ = {**self.__dict__, "focus": focus}
        return other


class Live(View):
    """A run whose tables are in memory; what is asked for is made once, one picture at a time."""

    def __init__(self, page, lock):
        super().__init__(page.run, page.arms, page.names)
        self.lock, self.language = lock, current()
        self._page = page
        self._drawn, self._section = kept(60)(self._draw), kept(60)(self._write)

    def section(self, name):
        """A `results.report.page.Section` without its pictures."""
        return self._section(name, self.focus if name in OF_THE_FOCUS else self.arms[min(1, len(self.arms) - 1)])

    def _write(self, name, focus):
        with speaking(self.language):
            return section(self._page._replace(only=(), focus=focus), name)

    def picture(self, name, **options):
        """A `results.figures.Picture`. FigureError if it cannot be drawn."""
        return self._drawn(name, tuple(sorted(options.items())))

    def _draw(self, name, options):
        with self.lock, speaking(self.language):
            return figures.picture(name, self._page.tables, comparator=self.arms[0], labels=self.names, **dict(options))

    def paybacks(self):
        """Sentences on when the public sector has its money back."""
        with speaking(self.language):
            return payback.sentences(self._page)

    def payers(self):
        """The `results.report.tables.Shown` of net cost by payer."""
        with speaking(self.language):
            return payback.by_payer(self._page)

    def calendar(self):
        """{month number: text 2018-03} of the months measured."""
        found = self._page.tables["outcomes"][["month", "date"]].drop_duplicates()
        return dict(zip(found["month"], found["date"].astype(str).str[:7], strict=True))


class Made(View):
    """A run of which everything shown was made before; holds no tables but the few numbers of the map."""

    def __init__(self, run, facts, lock):
        super().__init__(run, facts["arms"], facts["names"])
        self.lock, self._facts = lock, facts
        self._drawn = kept(8)(self._draw)

    def section(self, name):
        """A `results.report.page.Section` without its pictures."""
        return self._facts["sections"][name, self.focus]

    def picture(self, name, **options):
        """A `results.figures.Picture`. FigureError if it cannot be drawn."""
        boundaries = options.pop("boundaries", None)
        key = name, tuple(sorted(options.items()))
        found = self._facts["pictures"][key]
        if isinstance(found, str):
            raise figures.FigureError(found)
        return self._drawn(key, boundaries) if boundaries else found

    def _draw(self, key, boundaries):
        found = self._facts["pictures"][key]
        with self.lock:
            return figures.anew(found.name, found.frame, comparator=self.arms[0], labels=self.names, boundaries=boundaries)

    def paybacks(self):
        """Sentences on when the public sector has its money back."""
        return self._facts["paybacks"]

    def payers(self):
        """The `results.report.tables.Shown` of net cost by payer."""
        return self._facts["payers"]

    def calendar(self):
        """{month number: text 2018-03} of the months measured."""
        return self._facts["calendar"]


def opened(folders, arm, language, lock, page=None):
    """The view of runs side by side in a language; page: what `prepared` made of them, if it was asked before."""
    if large(folders):
        return Made(_joined(folders), elsewhere.made(folders, arm, language), lock)
    with speaking(language):
        return Live(_told(page or prepared(folders, arm)), lock)


def prepared(folders, arm):
    """The `results.report.page.Page` of runs side by side: tables and summaries, which are the same in every language."""
    return report.prepare(_joined(folders), arm)


def _told(page):
    """The page with titles in the language in use, over the same tables."""
    names = Names(page.run)
    summaries = {arm: dataclasses.replace(summary, titles=names) for arm, summary in page.found.summaries.items()}
    return page._replace(names=names, found=page.found._replace(summaries=summaries))


def large(folders):
    """Whether runs together have so many outcomes that a process of its own reads them."""
    return sum(path.stat().st_size for folder in folders for path in Path(folder).glob("outcomes/*")) >= LARGE


def _joined(folders):
    from results.report import several

    runs = [store.open(folder) for folder in folders]
    return runs[0] if len(runs) == 1 else several.join(runs)


def everything(folders, arm, language, tell=lambda done, whole: None):
    """All that pages show of runs: arms, names, sections and pictures for every arm in focus, sentences and the calendar.

    tell: called with (done, all) before each part is made.
    """
    with speaking(language):
        live = Live(report.prepare(_joined(folders), arm), contextlib.nullcontext())
        texts = [(name, focus) for focus in live.arms[1:] or live.arms for name in SECTIONS]
        wanted = [(name, {}) for name in OVERALL] + [(name, {"arm": focus}) for focus in live.arms[1:] for name in OF_AN_ARM]
        sections, pictures = {}, {}
        for name, focus in texts:
            tell(len(sections), len(texts) + len(wanted))
            sections[name, focus] = live.at(focus).section(name)
        for name, options in wanted:
            tell(len(sections) + len(pictures), len(texts) + len(wanted))
            pictures[name, tuple(sorted(options.items()))] = _picture(live, name, options)
        return {"arms": live.arms, "names": dict(live.names), "sections": sections, "pictures": pictures, "paybacks": live.paybacks(),
                "payers": live.payers(), "calendar": live.calendar()}


def _picture(live, name, options):
    """The picture, without its numbers unless they are needed, or the reason why there is none."""
    try:
        found = live.picture(name, **options)
        return found if name in ANEW else found._replace(frame=None)
    except figures.FigureError as error:
        return str(error)

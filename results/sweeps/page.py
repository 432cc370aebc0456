"""The page of a sweep: sentences, figures with their numbers, and tables in one file that needs nothing else."""

from results import figures, store
from results.figures import style
from results.language import say, word
from results.report import page, tables
from results.sweeps.words import NAMES, called, short

__all__ = ["Book"]

CAVEAT = word("Results of a simulation of synthetic residents: they rest on the ranges and distributions that the plan and the model's "
              "numbers have, and say nothing about what the model leaves out.")
HEADERS = {
    **tables.HEADERS,
    "best": word("Share where best"), "case": word("Case"), "coverage": word("Share of all cases"), "demand": word("Demand"),
    "density": word("Share that are cases"), "factor": word("What is varied"), "first": word("First order"),
    "first_high": word("First order, high"), "first_low": word("First order, low"), "futures": word("Futures"),
    "high": word("High"), "low": word("Low"), "mass": word("Share of all points"), "matters": word("Matters"),
    "median": word("Median"), "mu": word("Mean effect"), "mu_star": word("Mean size of the effect"),
    "mu_star_half_width": word("Half-width, 95 %"), "p90": word("Ninth decile"), "point": word("Point"), "second": word("Second factor"),
    "share": word("Share"), "sigma": word("Spread of the effect"), "size": word("Number of points"), "std": word("Spread"),
    "steady": word("Stays on the frontier"), "swing": word("Distance"), "total": word("Total order"),
    "total_high": word("Total order, high"), "total_low": word("Total order, low"), "value": word("Value"), "worst": word("Worst"),
}


def _printed(frame):
    """A table to print: measures and columns in words; names of factors and scenarios stay as they are written in a plan."""
    frame = frame.assign(**{name: [called(cell) for cell in frame[name]] for name in ("measure", "demand") if name in frame})
    cells = {cell: cell for name in frame.columns for cell in frame[name] if isinstance(cell, str)}
    return tables.behind(frame, cells, HEADERS | {name: _head(name) for name in frame.columns if name not in HEADERS or name in NAMES})


def _head(name):
    """What a column of a measure, or of an end of its interval, is called; that of a factor by its path."""
    for end, text in (("_low", word("{measure}, low")), ("_high", word("{measure}, high"))):
        if name.removesuffix(end) in NAMES and name.endswith(end):
            return say(text, measure=called(name.removesuffix(end)))
    return called(name) if name in NAMES else short(name)


class Book:
    """Collects an analysis: every table and figure goes to a file of its own in `place`, and into the section that is open."""

    def __init__(self, place):
        self.place, self.sections, self.said = place, [], []

    def open(self, name, title, text=()):
        """Begin a section."""
        self.sections.append(page.Section(name, title, list(text), [], [], [], [], [], "", []))

    def say(self, sentence):
        """A sentence of the section that also stands at the front of the page."""
        self.said.append(sentence)
        self.sections[-1].text.append(sentence)

    def table(self, name, frame, caption=None):
        """A table; without a caption it is kept as a file only."""
        store.write_text(self.place, f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        if caption is not None and len(frame):
            self.sections[-1].tables.append(_printed(frame)._replace(caption=caption))

    def figure(self, name, make):
        """A figure: make() draws it."""
        from markupsafe import Markup

        figure = make()
        figure.savefig(self.place / f"{name}.png", dpi=160, metadata={"Description": figure.alt_text, "Software": None})
        store.write_text(self.place, f"{name}.txt", figure.alt_text + "\n")
        store.write_text(self.place, f"{name}.csv", figure.frame.to_csv(index=False, lineterminator="\n"))
        with style.bare():
            shown = figures.in_page(name, make())
        self.sections[-1].pictures.append(shown._replace(svg=Markup(shown.svg), table=_printed(shown.frame)))

    def code(self, text):
        """Lines as they are."""
        self.sections[-1].code.append(text)

    def write(self, target, title, lead, version):
        """Write the page: what was said first, then the sections. Returns its path."""
        front = page.Section("answer", say("What was found"), [], self.said, [], [], [], [], "", [])
        text = page.lay(title, lead, [front, *self.sections], version, "", say(CAVEAT))
        return store.write_text(target.parent, target.name, text)

"""The page of a sweep: sentences, figures with their numbers, and tables in one file that needs nothing else."""

from results import figures, store
from results.figures import style
from results.report import page, tables

__all__ = ["Book"]

CAVEAT = ("Results of a simulation of synthetic residents: they rest on the ranges and distributions that the plan and the model's numbers "
          "have, and say nothing about what the model leaves out.")


def _as_they_are(frame):
    """Names of factors and scenarios, which stay as they are written in a plan."""
    return {word: word for name in frame.columns for word in frame[name] if isinstance(word, str)}


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
            self.sections[-1].tables.append(tables.behind(frame, _as_they_are(frame))._replace(caption=caption))

    def figure(self, name, make):
        """A figure: make() draws it."""
        from markupsafe import Markup

        figure = make()
        figure.savefig(self.place / f"{name}.png", dpi=160, metadata={"Description": figure.alt_text, "Software": None})
        store.write_text(self.place, f"{name}.txt", figure.alt_text + "\n")
        store.write_text(self.place, f"{name}.csv", figure.frame.to_csv(index=False, lineterminator="\n"))
        with style.bare():
            shown = figures.in_page(name, make())
        behind = tables.behind(shown.frame, _as_they_are(shown.frame))
        self.sections[-1].pictures.append(shown._replace(svg=Markup(shown.svg), table=behind))

    def code(self, text):
        """Lines as they are."""
        self.sections[-1].code.append(text)

    def write(self, target, title, lead, version):
        """Write the page: what was said first, then the sections. Returns its path."""
        front = page.Section("answer", "What was found", [], self.said, [], [], [], [], "", [])
        text = page.lay(title, lead, [front, *self.sections], version, "", CAVEAT)
        return store.write_text(target.parent, target.name, text)

"""Figures, one file each, found by file name; each module has TITLE, HOW, data(), says() and draw()."""

import difflib
import importlib
import pathlib
import pkgutil
import re
from typing import NamedTuple

from results.language import say

__all__ = ["FigureError", "Picture", "anew", "data", "draw", "in_page", "names", "picture", "possible", "save", "title"]

NOT_FIGURES = {"style"}


class FigureError(ValueError):
    """A figure cannot be drawn from the tables given; the message says what they lack, in the language in use."""


class Picture(NamedTuple):
    """A figure for a page: an SVG element without words around it, the words, the numbers shown, and a table of them if one was made."""

    name: str
    title: str
    how: str
    says: str
    svg: str
    frame: object
    table: object = None


def names():
    """Names of the figures: the modules of this folder, save the one that holds the look."""
    found = {module.name for module in pkgutil.iter_modules(__path__)} - NOT_FIGURES
    return sorted(name for name in found if not name.startswith("_"))


def _module(name):
    if name not in names():
        near = difflib.get_close_matches(name, names(), 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"No figure {name!r}.{hint} There are: {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name}")


def title(name):
    """Title of a figure in the language in use."""
    return say(_module(name).TITLE)


def data(name, tables, **options):
    """The numbers that the figure `name` shows, as a pandas frame."""
    return _ready(name, tables).data(tables, **{k: v for k, v in options.items() if k != "labels"})


def possible(name, tables):
    """Whether the tables that a figure needs are there."""
    return all(table in tables for table in getattr(_module(name), "NEEDS", ()))


def _ready(name, tables):
    """The module of a figure, if the tables have what it needs; FigureError says what they lack."""
    module = _module(name)
    for table in getattr(module, "NEEDS", ()):
        if table not in tables:
            raise FigureError(say("the run has no table “{table}”", table=table))
        if not len(tables[table]):
            raise FigureError(say("hidden: too few residents behind every figure"))
    if getattr(module, "PAIRED", False) and tables[module.NEEDS[0]]["arm"].nunique() < 2:
        raise FigureError(say("one scenario only; there is nothing to compare it with"))
    return module


def draw(name, tables, **options):
    """Draw the figure `name` from tidy tables: a matplotlib Figure with `alt_text`.

    options: `comparator` (arm that the others are set against), `labels` (titles of arms for people), and
    those of the figure itself.
    """
    module = _ready(name, tables)
    from results.figures import style

    with style.look():
        return module.draw(tables, **options)


def save(name, tables, folder, dpi=160, **options):
    """Draw `name` into `folder`: PNG (with its alt text inside), the numbers as CSV, the alt text as TXT.

    Returns the three paths. The folder is made if it is not there.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figure = draw(name, tables, **options)
    picture, numbers, words = (folder / f"{name}.{ending}" for ending in ("png", "csv", "txt"))
    from results.figures import style

    with style.look():
        style.settle(figure)
        figure.savefig(picture, dpi=dpi, metadata={"Description": figure.alt_text, "Software": None})
    figure.frame.to_csv(numbers, index=False, lineterminator="\n", encoding="utf-8")
    words.write_text(figure.alt_text + "\n", encoding="utf-8", newline="\n")
    return picture, numbers, words


def picture(name, tables, **options):
    """Draw `name` for a page: `Picture`."""
    from results.figures import style

    with style.bare():
        figure = draw(name, tables, **options)
    return in_page(name, figure)


def anew(name, frame, **options):
    """Draw for a page, from the numbers of a `Picture` alone, a figure that can be drawn `over` them: `Picture`."""
    from results.figures import style

    with style.bare(), style.look():
        figure = _module(name).over(frame, **options)
    return in_page(name, figure)


def in_page(name, figure):
    """A figure drawn bare as a `Picture`: its SVG with identifiers of its own and the alt text as its description."""
    import io
    from html import escape

    from results.figures import style

    text = io.StringIO()
    with style.look():
        style.settle(figure)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    for pattern in (r'(\bid=")', r"(url\(#)", r'(href="#)'):
        svg = re.sub(pattern, rf"\1{name}-", svg)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    head = f'<svg role="img" aria-labelledby="{name}-t {name}-d" '
    words = f'<title id="{name}-t">{escape(figure.title)}</title><desc id="{name}-d">{escape(figure.says)}</desc>'
    svg = re.sub(r"<svg ", head, svg, count=1)
    svg = re.sub(r"(<svg [^>]*>)", lambda found: found.group(1) + words, svg, count=1)
    return Picture(name, figure.title, figure.how, figure.says, svg, figure.frame)

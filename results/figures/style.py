"""One look for all figures: palette, type, layout, labels that do not collide. Not a figure itself."""

import math
import textwrap
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import ScalarFormatter

from results.language import MARKS, current
from results.uncertainty import interval

__all__ = [
    "Line2D", "Rectangle", "Style", "arms", "around_zero", "bare", "beside", "cloud", "corners", "finish", "legend_in", "line", "look",
    "new", "settle", "spread", "styles",
]  # fmt: skip

COMPARATOR = "#4d4d4d"
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
)  # Okabe & Ito 2008, safe for colour blindness
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (5, 1.5, 1.5, 1.5)), (0, (3, 1)), (0, (1, 1)))
HATCHES = ("", "///", "...", "\\\\\\", "xxx", "---")
SETTINGS = {
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "hatch.color": "white",
    "text.parse_math": False,  # a title may hold a $
    "svg.fonttype": "none",
    "svg.hashsalt": "hytesim",  # the same figure, the same bytes
}
_bare = ContextVar("bare", default=False)


class Style:
    """How an arm is drawn: the same colour, marker, dash and hatch in every figure."""

    def __init__(self, place):
        self.colour = COMPARATOR if place == 0 else COLOURS[(place - 1) % len(COLOURS)]
        self.marker, self.dash = MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]
        self.hatch = HATCHES[place % len(HATCHES)]


def arms(frame, comparator=None):
    """Arms of a table, the comparator first: the one named, else "baseline", else the first of the table."""
    names = [str(name) for name in frame["arm"].unique()]
    if comparator is not None and comparator not in names:
        raise ValueError(f"no arm {comparator!r} in the table; it has {', '.join(names)}")
    first = comparator or ("baseline" if "baseline" in names else names[0])
    return [first, *(name for name in names if name != first)]


def styles(names):
    """The style of each arm by its place, the comparator grey."""
    return {name: Style(place) for place, name in enumerate(names)}


def beside(frame, table, comparator=None):
    """The comparator of a table, and the styles of the arms of `frame`, which are set against it."""
    first = arms(table, comparator)[0]
    return first, styles([first, *frame["arm"].drop_duplicates()])


def look():
    """Context in which everything drawn or saved has the one look, whatever the user's own settings are."""
    return rc_context({**rcParamsDefault, **SETTINGS, "backend": "agg"})


@contextmanager
def bare():
    """Figures finished inside carry no title and sentences of their own: a page sets them as text beside the picture."""
    token = _bare.set(True)
    try:
        yield
    finally:
        _bare.reset(token)


class LocalNumbers(ScalarFormatter):
    """Numbers of an axis with the decimal and thousands marks of the language in use when it was drawn."""

    def __init__(self):
        super().__init__(useOffset=False, useMathText=False)
        self.set_scientific(False)
        self.marks = MARKS[current()]

    def __call__(self, value, position=None):
        text = super().__call__(value, position).replace("-", "\N{MINUS SIGN}")
        whole, point, rest = text.partition(".")
        if len(whole.lstrip("\N{MINUS SIGN}")) > 4:  # a year stays as it is
            sign = whole[: len(whole) - len(whole.lstrip("\N{MINUS SIGN}"))]
            whole = sign + f"{int(whole.lstrip(chr(0x2212))):,}".replace(",", self.marks[1])
        return whole + (self.marks[0] if point else "") + rest


def _localise(figure):
    """Give every axis that counts in plain numbers the language's marks."""
    for axis in (side for axes in figure.axes for side in (axes.xaxis, axes.yaxis)):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(LocalNumbers())


def new(rows=1, columns=1, width=9.5, height=4.5, **options):
    """A figure without global state, and its axes of shape (rows, columns)."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def line(look, text, marks=False):
    """A legend's entry: the line of an arm, or its mark where a figure shows marks."""
    if marks:
        return Line2D([], [], color=look.colour, linestyle="-", linewidth=1.4, marker=look.marker, markersize=4.5, label=text)
    return Line2D([], [], color=look.colour, linestyle=look.dash, linewidth=1.6, label=text)


def legend_in(axes, handles):
    """Put a legend at the top of the free place of a grid: the first of `axes`, none of which shows
    anything.
    """
    axis = axes.flat[0]
    axis.set_visible(True)
    axis.set_axis_off()
    for part in handles:
        part.set_label(textwrap.fill(part.get_label(), 28))
    legend = axis.legend(handles=handles, loc="upper left", frameon=False, handlelength=3, labelspacing=0.8)
    legend.set_in_layout(False)  # or a long name would widen its column


def _wrap_ylabels(figure, strips):
    """Break the titles of vertical axes that are longer than their axis into lines."""
    for axis in figure.axes:
        spec = axis.get_subplotspec()
        rows = spec.get_gridspec().nrows if spec else 1
        letters = int(12 * (figure.get_size_inches()[1] - strips - 0.9) / rows)
        axis.set_ylabel(textwrap.fill(axis.get_ylabel(), max(letters, 14), break_long_words=False))


def finish(figure, title, how, says, frame=None, legend=()):
    """Put title and "how to read" above and "what it says" below, in strips kept free of the axes.

    frame: the numbers shown, kept with the figure so that saving need not count them again. legend: handles
    for a strip of their own above the axes.
    """
    _localise(figure)
    width, height = figure.get_size_inches()
    above, below = (
        textwrap.wrap(text.replace(" %", "\N{NO-BREAK SPACE}%"), int(width * letters)) for text, letters in ((how, 13.3), (says, 12.6))
    )
    top, bottom = (0.42 + 0.17 * len(above), 0.14 + 0.18 * len(below)) if not _bare.get() else (0.02, 0.02)
    if _bare.get():
        height -= 0.4 + 0.17 * len(above) + 0.12 + 0.18 * len(below)
        figure.set_size_inches(width, height)
    _wrap_ylabels(figure, top + bottom)
    left = 0.12 / width
    if legend:
        columns = min(len(legend), int(width / (1.0 + 0.075 * max(len(part.get_label()) for part in legend))))
        place = {"loc": "upper left", "bbox_to_anchor": (left, 1 - top / height), "borderpad": 0.1}
        strip = figure.legend(handles=legend, ncols=max(columns, 1), frameon=False, handlelength=3, **place)
        strip.set_in_layout(False)
        top += 0.06 + 0.2 * math.ceil(len(legend) / max(columns, 1))
    if not _bare.get():
        grey = {"color": "#555555", "va": "top", "linespacing": 1.3}
        figure.text(left, 1 - 0.1 / height, title, size=13, weight="bold", va="top")
        figure.text(left, 1 - 0.36 / height, "\n".join(above), size=9, **grey)
        figure.text(left, 0.08 / height, "\n".join(below), size=9.5, va="bottom", linespacing=1.3)
    figure.get_layout_engine().set(rect=(0, bottom / height, 1, 1 - (top + bottom) / height), hspace=0.06)
    figure.title, figure.how, figure.says = title, how, says
    figure.alt_text, figure.frame = f"{title}. {how} {says}", frame
    return figure


def settle(figure):
    """Lay a finished figure out once and for all: saving would lay it out and draw it twice, which is most of its time."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def around_zero(axis):
    """Draw both zero lines and widen the limits so that all four corners have room; returns the limits of x and y."""
    axis.axhline(0, color="black", linewidth=0.9, zorder=1.5)
    axis.axvline(0, color="black", linewidth=0.9, zorder=1.5)
    limits = []
    for low, high, set_limits in ((*axis.get_xlim(), axis.set_xlim), (*axis.get_ylim(), axis.set_ylim)):
        low, high = min(low, 0.0), max(high, 0.0)
        air = 0.16 * (high - low or 1.0)
        words = 0.1 * (high - low) if set_limits == axis.set_ylim else 0.0  # room above and below for the words in the corners
        limits.append((min(low, -air) - words * (low < 0), max(high, air) + words * (high > 0)))
        set_limits(*limits[-1])
    return limits


MOST_DOTS = 250


def cloud(axis, x, y, look):
    """Runs of an arm as dots (at most MOST_DOTS of them), their mean as a mark with a cross of the middle 95 % of all runs."""
    x, y, step = np.asarray(x), np.asarray(y), max(1, len(x) // MOST_DOTS)
    axis.plot(x[::step], y[::step], "o", color=look.colour, alpha=0.4, markersize=3.4, markeredgewidth=0)
    across, up = interval(x), interval(y)
    axis.plot([across.low, across.high], [up.mean] * 2, color=look.colour, linewidth=1.4)
    axis.plot([across.mean] * 2, [up.low, up.high], color=look.colour, linewidth=1.4)
    axis.plot(across.mean, up.mean, look.marker, color=look.colour, markersize=8, markeredgecolor="white")


def corners(axis, words):
    """Write what each corner of a plane means, narrow enough to stay in it; words: {(right 0-1, up 0-1): text}."""
    for (right, up), text in words.items():
        text = textwrap.fill(text, 17, break_long_words=False)
        place = {"ha": "right" if right else "left", "va": "top" if up else "bottom", "size": 8.5, "color": "#555555"}
        place["bbox"] = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.2}  # a zero line may run behind
        axis.text(0.99 if right else 0.01, 0.985 if up else 0.015, text, transform=axis.transAxes, **place)


def spread(positions, gap):
    """Positions moved as little as needed to lie at least `gap` apart, in the same order."""
    order = np.argsort(positions, kind="stable")
    wanted = np.asarray(positions, dtype=float)[order] - gap * np.arange(len(positions))
    blocks = []  # pool adjacent violators: runs of labels that touch share their mean displacement
    for value in wanted:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append([(a * n + b * m) / (n + m), n + m])
    moved = np.concatenate([np.full(n, value) for value, n in blocks]) + gap * np.arange(len(positions))
    result = np.empty(len(positions))
    result[order] = moved
    return result

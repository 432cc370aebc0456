"""One look for all figures: palette, type, layout, labels that do not collide. Not a figure itself."""

import math
import textwrap

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

__all__ = ["Style", "arms", "finish", "legend_in", "line", "look", "new", "spread", "styles"]

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
    "svg.fonttype": "none",
}


class Style:
    """How an arm is drawn: the same colour, marker, dash and hatch in every figure."""

    def __init__(self, place):
        self.colour = COMPARATOR if place == 0 else COLOURS[(place - 1) % len(COLOURS)]
        self.marker, self.dash = MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]
        self.hatch = HATCHES[place % len(HATCHES)]


def arms(frame, comparator=None):
    """Arms of a table, the comparator first: the one named, else "baseline", else the first of the table."""
    names = [str(name) for name in frame["arm"].drop_duplicates()]
    if comparator is not None and comparator not in names:
        raise ValueError(f"no arm {comparator!r} in the table; it has {', '.join(names)}")
    first = comparator or ("baseline" if "baseline" in names else names[0])
    return [first, *(name for name in names if name != first)]


def styles(names):
    """The style of each arm by its place, the comparator grey."""
    return {name: Style(place) for place, name in enumerate(names)}


def look():
    """Context in which everything drawn or saved has the one look, whatever the user's own settings are."""
    return rc_context({**rcParamsDefault, **SETTINGS, "backend": "agg"})


def new(rows=1, columns=1, width=9.5, height=4.5, **options):
    """A figure without global state, and its axes of shape (rows, columns)."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def line(look, text):
    """A legend's entry: the line of an arm."""
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


def finish(figure, title, how, says, frame=None, legend=()):
    """Put title and "how to read" above and "what it says" below, in strips kept free of the axes.

    frame: the numbers shown, kept with the figure so that saving need not count them again. legend: handles
    for a strip of their own above the axes.
    """
    width, height = figure.get_size_inches()
    letters = int(width * 13.3)
    above, below = textwrap.wrap(how, letters), textwrap.wrap(says, int(width * 12.6))
    top = 0.42 + 0.17 * len(above)
    bottom = 0.14 + 0.18 * len(below)
    left = 0.12 / width
    if legend:
        columns = min(len(legend), int(width / (1.0 + 0.075 * max(len(part.get_label()) for part in legend))))
        place = {"loc": "upper left", "bbox_to_anchor": (left, 1 - top / height), "borderpad": 0.1}
        strip = figure.legend(handles=legend, ncols=max(columns, 1), frameon=False, handlelength=3, **place)
        strip.set_in_layout(False)
        top += 0.06 + 0.2 * math.ceil(len(legend) / max(columns, 1))
    figure.text(left, 1 - 0.1 / height, title, size=13, weight="bold", va="top")
    figure.text(left, 1 - 0.36 / height, "\n".join(above), size=9, color="#555555", va="top", linespacing=1.3)
    figure.text(left, 0.08 / height, "\n".join(below), size=9.5, va="bottom", linespacing=1.3)
    figure.get_layout_engine().set(rect=(0, bottom / height, 1, 1 - (top + bottom) / height), hspace=0.06)
    figure.alt_text, figure.frame = f"{title}. {how} {says}", frame
    return figure


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

"""What figures of a programme's own tables share: the rows of one arm, means over runs, rows of dots with their intervals."""

from results.figures import FigureError, style
from results.language import say

__all__ = ["COLOUR", "OTHER", "dots", "looks_of", "names_of_rows", "rows_of"]


def rows_of(table, arm=None, comparator=None):
    """Name and rows of `arm`, by default the first in the table other than the comparator, or the only one."""
    names = [str(name) for name in table["arm"].drop_duplicates()]
    arm = arm or next((name for name in names if name != comparator), names[0])
    if arm not in names:
        raise FigureError(say("the scenario has no programme of this kind"))
    return arm, table[(table["arm"] == arm).to_numpy()]


def looks_of(frame, comparator=None):
    """Styles of the arms of a programme's table, in which the comparator need not be; a single arm is never grey."""
    arms = list(frame["arm"].drop_duplicates())
    return style.styles(arms if comparator in arms or len(arms) > 1 else ["", *arms])


def dots(axis, place, row, look, filled=True, marker="o"):
    """A mean as a dot at the height `place` with its interval low-high as a line."""
    axis.plot([row["low"], row["high"]], [place] * 2, color=look.colour, linewidth=1.3, alpha=0.75)
    face = look.colour if filled else "white"
    axis.plot(row["mean"], place, marker, color=look.colour, markerfacecolor=face, markersize=6)


def names_of_rows(axis, names):
    """Rows from the top down with their names."""
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.grid(False, axis="y")


COLOUR = style.Style(1)
OTHER = style.Style(2)

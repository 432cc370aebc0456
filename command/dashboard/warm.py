"""Makes ready what a first visit shows: the modules of its page, the newest run and its pictures, then all other pages."""

import contextlib

from command.dashboard import screen
from results import figures, store
from results.dashboard import shelf

__all__ = ["warm"]


def warm(runs):
    """Open the newest run of a folder and draw the pictures of the first page; what cannot be opened is left to the visitor."""
    first = screen.module("compare")
    with contextlib.suppress(store.StoreError, OSError, ValueError, KeyError):
        for entry in shelf.listed(runs)[:1]:
            view = shelf.ready(runs, [entry.name])
            for name in first.FIGURES:
                with contextlib.suppress(figures.FigureError):
                    view.picture(name)
    for name in screen.PAGES:
        screen.module(name)

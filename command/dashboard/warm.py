"""Makes ready what visits need: the newest run's answer before the server answers, then its pictures, then all other pages."""

import contextlib
import ctypes
import time

from command.dashboard import screen
from results import figures, store
from results.dashboard import shelf

__all__ = ["answer", "rest"]

QUIET = 5.0  # seconds without a touch after which the other pages are made ready, so that nobody waits for it
PATIENCE = 60.0  # seconds after which they are though nobody has come
UNREADABLE = (store.StoreError, figures.FigureError, OSError, ValueError, KeyError)  # told to the visitor who asks for it


def answer(runs):
    """Import what the first page needs, open the newest run and write its answer; one that takes minutes waits until somebody asks."""
    screen.module("compare")
    with contextlib.suppress(*UNREADABLE):
        for view in _newest(runs):
            view.section("answer")


def rest(runs):
    """Draw the pictures of the first page; import the other pages while somebody reads it."""
    for name in screen.module("compare").FIGURES:
        with contextlib.suppress(*UNREADABLE):
            for view in _newest(runs):
                view.picture(name)
    began = time.monotonic()
    while time.monotonic() < (screen.SHOWN[0] + QUIET if screen.SHOWN else began + PATIENCE):
        time.sleep(0.5)
    for name in screen.PAGES:
        screen.module(name)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # give back what drawing has taken


def _newest(runs):
    """The view of the newest run of a folder, if there is one and it opens quickly: a list of one or none."""
    names = [entry.name for entry in shelf.listed(runs)[:1]]
    return [shelf.ready(runs, names)] if names and shelf.quick(runs, names) else []

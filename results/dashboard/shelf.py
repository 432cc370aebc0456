"""Finished runs in a folder: listed with their titles, opened by name only, so that no name can lead elsewhere."""

import io
import json
import re
import shutil
import threading
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

from results import report, store
from results.dashboard import elsewhere, view
from results.dashboard.kept import kept
from results.language import current, say

__all__ = ["DRAWING", "Entry", "asked", "delete", "find", "forget", "listed", "quick", "ready", "report_html", "title", "zipped"]

VIEWS = 4  # opened runs that are held in memory, each in one language
PAGES = 2  # runs whose tables are held for another language; those of a view are held by it
SECOND_TABLE = re.compile(r"(?<=\n)\[(?!scenario\])")
DRAWING = threading.Lock()  # matplotlib's settings are common to all threads, so one session draws at a time


class Entry(NamedTuple):
    """A run on the shelf: folder name, what it compares, and when it was made."""

    name: str
    title: str
    created: str


def listed(runs):
    """`Entry` of every finished run of scenarios in a folder, the newest first; what cannot be read is left out."""
    found = []
    for folder in store.runs(runs):
        try:
            manifest = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
            arms = [title(folder / f"scenario.{arm}.toml") or (manifest.get("titles") or {}).get(arm, arm) for arm in manifest["arms"]]
            if not arms:  # a calibration, which stands under “Evidence and fit”
                continue
            found.append(Entry(folder.name, " / ".join(arms), str(manifest.get("created", ""))[:16].replace("T", " ")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return sorted(found, key=lambda entry: (entry.created, entry.name), reverse=True)


def title(file):
    """The title that a scenario file gives in the language in use; empty if it gives none."""
    try:
        titles = _titles(str(file), Path(file).stat().st_mtime_ns)
    except (OSError, ValueError):
        return ""
    return titles.get(current(), "") if isinstance(titles, dict) else ""


@kept(500)
def _titles(path, stamp):
    """{language: title} of a scenario file, of which only the first table is read: whole, they are long."""
    head = SECOND_TABLE.split(Path(path).read_text(encoding="utf-8"), 1)[0]
    return tomllib.loads(head).get("scenario", {}).get("title", {})


def find(runs, name):
    """The folder of a run by its name, which must be one of those listed. StoreError otherwise."""
    folder = next((path for path in store.runs(runs) if path.name == name), None)
    if folder is None:
        raise store.StoreError(say("There is no finished run “{name}” here (any more). Choose another.", name=name))
    return folder


def ready(runs, names, arm=None):
    """The runs of these names side by side as a `View` in the language in use: small cells hidden, summaries made."""
    return _view(_stamps(runs, names), arm, current())


def asked(runs, names, arm=None):
    """As `ready`, made in a thread of its own: a Future of the `View`, and a function that tells (parts done, parts in all) or None."""
    stamps, language = _stamps(runs, names), current()
    folders = [folder for folder, _ in stamps]
    return _view.later(stamps, arm, language), lambda: elsewhere.progress(folders, arm, language)


def quick(runs, names, arm=None):
    """Whether these runs open within seconds: not large, or made before in the language in use."""
    folders = [str(find(runs, name)) for name in names]
    return not view.large(folders) or elsewhere.before(folders, arm, current())


def _stamps(runs, names):
    """Folders of runs and when each was made."""
    return tuple((str(folder), (folder / store.MANIFEST).stat().st_mtime_ns) for folder in (find(runs, name) for name in names))


@kept(PAGES)
def _prepared(stamps, arm):
    return view.prepared([folder for folder, _ in stamps], arm)


@kept(VIEWS)
def _view(stamps, arm, language):
    folders = [folder for folder, _ in stamps]
    try:
        page = None if view.large(folders) else _prepared(stamps, arm)
        return view.opened(folders, arm, language, DRAWING, page)
    except (ValueError, KeyError, TypeError) as error:
        where, told = ", ".join(Path(folder).name for folder in folders), (str(error).splitlines() or ["?"])[0]
        raise store.StoreError(say("a file of {run} is damaged ({reason})", run=where, reason=told[:200])) from error


def forget():
    """Hold no view any more."""
    _view.forget()
    _prepared.forget()


def report_html(runs, name):
    """The whole report of a run in the language in use, as a text."""
    with DRAWING:
        return report.html(store.open(find(runs, name)), current())


def delete(runs, name):
    """Remove a run folder for good. StoreError if it is none, or only a link to one."""
    folder = find(runs, name)
    if folder.is_symlink():
        raise store.StoreError(say("“{name}” is only a link to a run kept elsewhere; delete it there.", name=name))
    shutil.rmtree(folder)


def zipped(runs, name):
    """A run folder as the bytes of a zip file."""
    folder, held = find(runs, name), io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            archive.write(path, Path(folder.name) / path.relative_to(folder))
    return held.getvalue()

"""The world: residents, places, services, interventions, and the runs of it."""

import hashlib
import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from pathlib import Path

from sim.lightmesa import open_lightly

COMPILED = re.compile(r"^@(?:numba\.)?(?:kernel|rule|njit)\b", re.MULTILINE)
IMPORTED = re.compile(r"^from sim(?:\.([\w.]+) import| import ([\w, ]+))", re.MULTILINE)


def _processor():
    """Model and abilities of this processor, which differ between nodes of a cluster; the name of its kind where it is not told."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return sorted({line.strip() for line in file if line.startswith(("model name", "flags", "Features"))})
    except OSError:
        return platform.processor()


def _compiled_sources(place):
    """Files that have something compiled in them, and what they import of this package: its rules and constants go in too."""
    sources = {path: path.read_text(encoding="utf-8") for path in place.rglob("*.py")}
    found, todo = set(), [path for path, text in sources.items() if COMPILED.search(text)]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            names = [word.strip().replace(".", "/") for words in IMPORTED.findall(sources[path]) for word in "".join(words).split(",")]
            todo += [near for name in names for near in (place / f"{name}.py", place / name / "__init__.py") if near in sources]
    return sorted(found)


def _compiled_folder():
    """Where compiled rules are kept: keyed by the sources that are compiled and their place, Numba and the processor.

    Numba does not notice an edit in another file than the one it compiled, so every state of the sources has a folder of
    its own. Falls back on the folder for temporary files where the home is not writable.
    """
    digest = hashlib.sha256(f"{importlib.metadata.version('numba')} {_processor()} {Path(__file__).parent}".encode())
    for path in _compiled_sources(Path(__file__).parent):
        digest.update(path.read_bytes())
    name = f"{platform.machine()}-{platform.python_version()}-{digest.hexdigest()[:16]}"
    for base in (os.environ.get("XDG_CACHE_HOME"), Path.home() / ".cache", tempfile.gettempdir()):
        folder = Path(base or "/nowhere") / "hytesim" / "numba" / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return None


if "NUMBA_CACHE_DIR" not in os.environ and (_folder := _compiled_folder()):
    os.environ["NUMBA_CACHE_DIR"] = _folder
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = _folder

open_lightly()

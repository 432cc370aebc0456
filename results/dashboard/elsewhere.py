"""All that pages show of a large run, made by a process of its own (`python -m results.dashboard.elsewhere`) and kept in files.

The file lies in the user's own cache folder, so that a server that is started again need not make it again; its name says of which
state of the runs, of the sources and in which language it is.
"""

import contextlib
import functools
import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

from results import store

__all__ = ["before", "made", "progress"]

MOST = 12  # files kept, the least lately used go first
PART = "part "  # how a line begins that says how far it is; libraries may say other things
SOURCES = Path(__file__).parents[1]
_under_way = {}  # (folders, arm, language): parts done, parts in all


def progress(folders, arm, language):
    """(parts done, parts in all) of what is being made of these runs; None before the first is begun or if nothing is."""
    return _under_way.get((tuple(folders), arm, language))


def before(folders, arm, language):
    """Whether this has been made before and is kept."""
    return _place(folders, arm, language).is_file()


def made(folders, arm, language):
    """`view.everything` of these runs: as kept, or made by a process that ends with it. StoreError with its last words if it fails."""
    file = _place(folders, arm, language)
    with contextlib.suppress(OSError, pickle.UnpicklingError, EOFError, AttributeError, ValueError):
        os.utime(file)
        return pickle.loads(file.read_bytes())
    with tempfile.TemporaryDirectory(prefix="hytesim-") as home:
        fresh = Path(home) / "everything"
        _make(fresh, folders, arm, language)
        content = fresh.read_bytes()
    _keep(file, content)
    return pickle.loads(content)


def _make(file, folders, arm, language):
    """Run the process and note how far it is."""
    key = tuple(folders), arm, language
    command = [sys.executable, "-m", "results.dashboard.elsewhere", str(file), language, arm or "", *folders]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, stdin=subprocess.DEVNULL,
                                   env={"OPENBLAS_NUM_THREADS": "1", **os.environ})  # matrices are small: threads would only wait
        try:
            for line in process.stdout:
                if line.startswith(PART):
                    _under_way[key] = tuple(map(int, line.removeprefix(PART).split()))
        finally:
            _under_way.pop(key, None)
            process.stdout.close()
        if process.wait() or not file.is_file():
            said.seek(0)
            raise store.StoreError((said.read().strip().splitlines() or ["?"])[-1])


def _home():
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hytesim" / "pages"


def _place(folders, arm, language):
    """The file of these runs as they are: every file of a run counts with its size and time."""
    digest = hashlib.sha256(f"{_sources()} {arm} {language}".encode())
    for folder in map(Path, folders):
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and "lives" not in path.relative_to(folder).parts):
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return _home() / digest.hexdigest()[:32]


@functools.cache
def _sources():
    """What the sources and catalogues of results are like now."""
    digest = hashlib.sha256()
    for path in sorted(path for ending in ("*.py", "*.po") for path in SOURCES.rglob(ending)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _keep(file, content):
    """Write a file whole or not at all and drop the oldest beyond MOST; a folder that cannot be written to keeps nothing."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        hidden = file.with_name(f".{file.name}.{os.getpid()}")
        hidden.write_bytes(content)
        os.replace(hidden, file)
        kept = sorted(file.parent.glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[MOST:]:
            old.unlink()


def _tell(done, whole):
    sys.stdout.write(f"{PART}{done} {whole}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    from results.dashboard import view

    file, language, arm, *folders = sys.argv[1:]
    Path(file).write_bytes(pickle.dumps(view.everything(folders, arm or None, language, _tell)))

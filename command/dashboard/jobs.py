"""Comparisons and lives started from the page: each a process of its own whose whole state is a small folder of files.

`RUNS/.jobs/ID/` holds `job.json` (what was asked), `scenarios` (copies of the files asked for), `progress.json` (tasks done), `log.txt`
(what the command said), `asked` (somebody wants it to stop), `ended.json` (how it ended) and `alive`, a file that the process keeps
locked for as long as it lives. Nothing is kept in memory, so that every tab sees the same and a server that is started again finds its
runs.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from results import store

__all__ = ["FINAL", "Job", "alive", "folder", "follow", "forget", "listed", "read", "start", "stop"]

FINAL = ("done", "failed", "stopped", "lost")
LOG_SHOWN = 4000  # last characters of a log that the page shows


class Job(NamedTuple):
    """A command: `facts` as asked, `state` (queued, running, done, failed, stopped or lost), tasks `done` of `all`, the `run` folder's
    name once it is there, and the end of what the command said.
    """

    id: str
    folder: Path
    facts: dict
    state: str
    done: int
    all: int
    run: str
    log: str


def folder(runs):
    """The folder of the jobs of a folder of runs; hidden, so that nothing takes it for a run."""
    return Path(runs) / ".jobs"


def start(runs, arguments, title, files=()):
    """Start `hytesim compare ARGUMENTS`, which makes a run folder in `runs`. Returns the job's id.

    arguments: texts; one that names a file of `files` ({name: TOML text}) is read from the job's own copy. OSError where processes cannot
    be started this way.
    """
    return _begin(runs, ["compare", "--quiet", *arguments, "--out", str(Path(runs).absolute())], {"title": title}, files)


def follow(runs, run, arguments, title):
    """Start `hytesim follow RUN ARGUMENTS`, which tells a resident's two lives in the folder of the run named. Returns the job's id."""
    folder = str(Path(runs).absolute() / run)
    return _begin(runs, ["follow", folder, *arguments], {"title": title, "of": run}, ())


def _begin(runs, command, facts, files):
    """Start `hytesim COMMAND` in a session of its own, behind those already waiting. Returns the job's id."""
    name = f"{datetime.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"  # in the order of asking
    home = folder(runs).absolute() / name
    home.mkdir(parents=True)
    for file, text in dict(files).items():
        store.write_text(home, f"scenarios/{file}", text)
    if files:
        _lend(Path(runs).absolute() / "scenarios", home / "scenarios")
    command = [str(home / "scenarios" / word) if word in dict(files) else word for word in command]
    with (home / "alive").open("w") as held:
        _lock(held, "LOCK_EX")  # before anybody can see the job: it would be taken for lost
        _write(home, "job.json", {**facts, "command": command, "created": datetime.now().astimezone().isoformat(timespec="seconds")})
        process = subprocess.Popen(
            [sys.executable, "-m", "command.dashboard.work", str(home)], start_new_session=True, pass_fds=(held.fileno(),),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"},  # see `_spare_memory`
        )
        held.write(str(process.pid))
    return name


def _lend(own, copies):
    """Link the tables beside the analyst's own scenarios, which name them from there, to stand beside the job's copies as well."""
    for path in sorted(own.glob("[!.]*")):
        if path.is_file() and not (copies / path.name).exists():
            (copies / path.name).symlink_to(path)


def _lock(file, *modes):
    """Lock an open file (modes: names in `fcntl`); the lock ends with its last holder. OSError where there are no such locks."""
    try:
        import fcntl
    except ImportError:
        raise OSError("runs can be started from the page on Linux and macOS only; use `hytesim compare` here") from None
    fcntl.flock(file, sum(getattr(fcntl, mode) for mode in modes))


def alive(home):
    """Whether the process of a job folder lives."""
    try:
        with (Path(home) / "alive").open("r+") as file:
            _lock(file, "LOCK_SH", "LOCK_NB")  # shared, so that two who look do not see each other
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def listed(runs):
    """All jobs, the newest first."""
    found = (read(path.parent) for path in sorted(folder(runs).glob("*/job.json"), reverse=True))
    return [job for job in found if job]


def read(home):
    """A job as its files tell it; None if its folder has gone."""
    home = Path(home)
    facts = _read(home, "job.json")
    if not facts:
        return None
    lives = alive(home)  # asked before the files are read: a job that ends in between has then told how
    ended, progress = _read(home, "ended.json"), _read(home, "progress.json")
    begun = (home / "progress.json").is_file()
    state = ended.get("state") or (("running" if begun else "queued") if lives else "stopped" if (home / "asked").exists() else "lost")
    return Job(home.name, home, facts, state, progress.get("done", 0), progress.get("all", 0), ended.get("run", ""), _log(home))


def _log(home):
    try:
        return (home / "log.txt").read_text(encoding="utf-8", errors="replace")[-LOG_SHOWN:]
    except OSError:
        return ""


def stop(home):
    """Ask a job's process group to stop, as Ctrl-C does; its keeper ends it for good if it does not listen.

    The wish is also written down: a keeper that is still starting dies of the signal without a word, and one whose number is not yet
    known (somebody else is just starting it) reads it there.
    """
    if alive(home):
        (Path(home) / "asked").touch()
        keeper = (Path(home) / "alive").read_text()
        if keeper:
            os.killpg(int(keeper), signal.SIGINT)


def forget(home):
    """Remove the folder of a job that has ended; its keeper may still be on its way out once it has said how."""
    if not alive(home) or (Path(home) / "ended.json").exists():
        shutil.rmtree(home, ignore_errors=True)


def _write(home, file, facts):
    store.write_text(home, file, json.dumps(facts, ensure_ascii=False))


def _read(home, file):
    try:
        found = json.loads((home / file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

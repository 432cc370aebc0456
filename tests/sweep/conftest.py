"""Sweeps of made-up tasks, and their digest: what must be alike on every engine and after every accident."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.engines import processes
from sim.sweep import drive
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from sim.sweep.merge import merge
from tests.sweep.jobs import steer, typed
from tests.sweep.patience import SLOW

ROOT = Path(__file__).resolve().parents[2]
PLAN = """
[sweep]
scenarios = ["promeq"]
design = "list"
replicates = {replicates}
chunk = {chunk}

[set]
"population.residents" = 300
"population.places" = ["Kouvola"]
"time.years" = 1

[[list]]
"parameters.wellbeing.persistence" = 0.9
"""


@pytest.fixture(scope="session")
def checked(tmp_path_factory):
    """checked(replicates=10, chunk=4): a checked plan of 2 x replicates tasks (read once per size)."""
    known = {}

    def read(replicates=10, chunk=4):
        if (replicates, chunk) not in known:
            file = tmp_path_factory.mktemp("plan") / "tiny.toml"
            file.write_text(PLAN.format(replicates=replicates, chunk=chunk), encoding="utf-8")
            known[replicates, chunk] = plans.load(file)
        return known[replicates, chunk]

    return read


@pytest.fixture
def sweep(checked, tmp_path):
    """sweep("doze", replicates=10, chunk=4, name="tiny"): a Folder whose tasks are the function of tests/sweep/jobs.py."""

    def make(job, replicates=10, chunk=4, name="tiny", place=tmp_path):
        return folders.create(checked(replicates, chunk), place / name, f"tests.sweep.jobs:{job}")

    return make


@pytest.fixture(scope="session")
def digest():
    """digest(folder): SHA-256 of the merged results; alike only if every byte of every task is."""
    return lambda folder: merge(folders.Folder(folder.path))["sha256"]


@pytest.fixture(scope="session")
def whole(checked, digest, tmp_path_factory):
    """whole(replicates=10, chunk=4): the digest of an undisturbed sweep of that size (computed once per size)."""
    known = {}

    def made(replicates=10, chunk=4):
        if (replicates, chunk) not in known:
            place = tmp_path_factory.mktemp("whole") / "tiny"
            folder = folders.create(checked(replicates, chunk), place, "tests.sweep.jobs:quick")
            drive.carry_out(folder, folder.missing(), "here")
            known[replicates, chunk] = digest(folder)
        return known[replicates, chunk]

    return made


@pytest.fixture(scope="session")
def driver():
    """driver(folder, workers=2): a started driver as the command is one, but there at once: a process forked from one that has
    imported everything.
    """
    processes.begin()

    def started(folder, workers=2):
        process = processes.context().Process(target=steer, args=(folder.path, workers))
        process.start()
        return process

    return started


class Forked:
    """A `hytesim sweep …` that was forked, handled as subprocess.Popen is."""

    def __init__(self, words, place):
        self._said = [place / name for name in ("out", "err")]
        self.process = processes.context().Process(target=typed, args=([*map(str, words)], *self._said))
        self.process.start()
        self.pid = self.process.pid

    def poll(self):
        return None if self.process.is_alive() else self.process.exitcode

    def send_signal(self, number):
        os.kill(self.pid, number)

    def communicate(self, timeout=None):
        """What it said on either stream, when it has ended."""
        self.process.join(timeout)
        assert self.poll() is not None, "no end in time"
        return tuple(path.read_text(encoding="utf-8") for path in self._said)


@pytest.fixture
def forked(tmp_path_factory):
    """forked(*words): a started `hytesim sweep …` that is there at once: a process forked from one that has imported everything.

    For what does not hang on how an interpreter starts; not for Ctrl-C, which a server of workers keeps from those it forks.
    """
    processes.begin()
    return lambda *words: Forked(words, tmp_path_factory.mktemp("said"))


@pytest.fixture(scope="session")
def command():
    """command(*words, wait=True): `python -m hytesim sweep …` from the root; the finished or the started process."""

    def run(*words, wait=True, **options):
        line = [sys.executable, "-m", "hytesim", "sweep", *map(str, words)]
        options = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": os.environ.copy(), **options}
        return subprocess.run(line, check=False, timeout=300 * SLOW, **options) if wait else subprocess.Popen(line, **options)

    return run


@pytest.fixture(scope="session")
def hashed():
    """hashed(path): SHA-256 of a file."""
    return lambda path: hashlib.sha256(Path(path).read_bytes()).hexdigest()

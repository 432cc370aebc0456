"""Runs as processes: in turn, with progress in files, stopped as a group, and never lost with the server."""

import contextlib
import json
import os
import signal
import sys
import time

import pytest

from command.dashboard import jobs, work
from results import store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and locks of POSIX")

TINY = ["baseline", "promeq", "--where", "Kouvola", "--residents", "200", "--years", "1", "--draws", "2", "--replicates", "1",
        "--workers", "1", "--no-report"]
LONG = ["baseline", "promeq", "--residents", "20000", "--draws", "500"]
MOST = 300  # seconds to wait for what must come


def until(home, *states):
    """The job once it is in one of these states."""
    end = time.monotonic() + MOST
    while (job := jobs.read(home)).state not in states and time.monotonic() < end:
        time.sleep(0.1)
    assert job.state in states, job
    return job


def test_a_run_is_done_and_the_next_waits_for_it(tmp_path):
    first, second = (jobs.folder(tmp_path) / jobs.start(tmp_path, arguments, "title") for arguments in (TINY, ["no_such", "promeq"]))
    assert jobs.read(second).state == "queued"
    done = until(first, *jobs.FINAL)
    assert done.state == "done", done.log
    assert (done.done, done.all) == (2, 2)
    assert [run.name for run in store.runs(tmp_path)] == [done.run]
    failed = until(second, *jobs.FINAL)
    assert failed.state == "failed" and "there is no such scenario" in failed.log
    assert [job.id for job in jobs.listed(tmp_path)] == [second.name, first.name]
    jobs.forget(first)
    assert [job.id for job in jobs.listed(tmp_path)] == [second.name]


def test_stop_ends_the_whole_group_and_what_waits(tmp_path):
    first, second = (jobs.folder(tmp_path) / jobs.start(tmp_path, LONG, "title") for _ in range(2))
    until(first, "running")
    group = int((first / "alive").read_text())
    jobs.stop(second)
    assert until(second, *jobs.FINAL).state == "stopped"
    assert jobs.read(first).state == "running"  # nobody else's is touched
    jobs.forget(first)  # what lives is not removed
    assert first.is_dir()
    jobs.stop(first)
    assert until(first, *jobs.FINAL).state == "stopped"
    end = time.monotonic() + MOST
    while jobs.alive(first) and time.monotonic() < end:
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        _gone(group)
    assert store.runs(tmp_path) == []


def _gone(group):
    """Raise ProcessLookupError once no process of a group is left (the keeper is our child, so it is buried first)."""
    end = time.monotonic() + MOST
    while time.monotonic() < end:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(group, os.WNOHANG)
        os.killpg(group, 0)
        time.sleep(0.1)


def test_stop_before_the_keeper_listens(tmp_path):
    home = jobs.folder(tmp_path) / jobs.start(tmp_path, LONG, "title")
    jobs.stop(home)
    assert until(home, *jobs.FINAL).state == "stopped"


def test_a_wish_to_stop_that_came_before_any_number(tmp_path):
    """Somebody stops a job that somebody else is just starting: no process is known yet, and the keeper reads the wish."""
    home = jobs.folder(tmp_path) / "20260101T000000000000-0000"
    home.mkdir(parents=True)
    (home / "job.json").write_text("{}")
    with (home / "alive").open("w") as held:
        jobs._lock(held, "LOCK_EX")
        jobs.stop(home)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        work.Keeper(home).keep()
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)
    assert json.loads((home / "ended.json").read_text()) == {"state": "stopped"}


def test_a_killed_keeper_is_told(tmp_path):
    home = jobs.folder(tmp_path) / jobs.start(tmp_path, LONG, "title")
    os.killpg(int((home / "alive").read_text()), signal.SIGKILL)
    assert until(home, *jobs.FINAL).state == "lost"


def test_files_travel_with_the_job(tmp_path):
    """The scenario as it was when asked for, and beside it the tables that it names; the analyst's own stay when the job is forgotten."""
    own = tmp_path / "scenarios" / "people.csv"
    own.parent.mkdir()
    own.write_text("age")
    home = jobs.folder(tmp_path) / jobs.start(tmp_path, ["mine.toml"], "title", {"mine.toml": "nonsense ["})
    assert (home / "scenarios" / "people.csv").read_text() == "age"
    assert str(home / "scenarios" / "mine.toml") in json.loads((home / "job.json").read_text())["command"]
    assert "mine.toml" in until(home, *jobs.FINAL).log
    jobs.forget(home)
    assert not home.exists() and own.read_text() == "age"


@pytest.mark.parametrize("text", ["", "[]", "{", "\0"])
def test_rubbish_in_a_job_folder_is_no_job(tmp_path, text):
    home = jobs.folder(tmp_path) / "x"
    home.mkdir(parents=True)
    (home / "job.json").write_text(text)
    assert jobs.listed(tmp_path) == []

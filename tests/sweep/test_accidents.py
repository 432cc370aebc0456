"""Kill -9 of workers, drivers and all; full disks, read-only folders, clocks set back, two drivers, edited plans, Ctrl-C."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from results import store
from sim.sweep import drive, journal
from sim.sweep import folder as folders
from sim.sweep import plan as plans
from tests.sweep.patience import SLOW

KILLS = 20
TASKS = 240
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")


def children(process):
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def marks(folder):
    """The tasks that were begun, each as often as it was (jobs.count leaves a mark at the beginning)."""
    return [int(name.split(".")[0]) for name in os.listdir(folder.path / "log")]


def finished(folder):
    open_tasks = sum(len(u.tasks) for u in folder.missing())
    return sum(len(u.tasks) for u in folder.units()) - open_tasks + sum(journal.count(folder.path).values())


def _alive(process):
    return process.poll() is None if hasattr(process, "poll") else process.is_alive()


def until(condition, process):
    """Wait until the condition holds or the process has ended."""
    deadline = time.monotonic() + 300 * SLOW
    while not condition() and _alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)


@LINUX
def test_kill_9_twenty_times_loses_nothing_but_the_unfinished_tasks(sweep, command, driver, digest, whole):
    """Workers, the driver and everything at moments of a seeded draw; the first driver is the command as typed, the others are forked.
    Each kill costs one task per worker at most, nothing is done twice beside, no file is half there, and no process is left over."""
    chance = random.Random(6)
    folder = sweep("count", replicates=TASKS // 2, chunk=12)
    current, lost = command(folder.path, "--workers", "2", "--quiet", wait=False), 0
    for _ in range(KILLS):
        begun = len(marks(folder)) + chance.randint(3, 8)
        until(lambda least=begun: len(marks(folder)) >= least, current)
        time.sleep(chance.uniform(0.0, 0.06))
        head = psutil.Process(current.pid)
        family = head.children(recursive=True)
        what = chance.choice(("worker", "driver", "everything"))
        for victim in {"worker": family[-1:], "driver": [head], "everything": [*family, head]}[what]:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()
        lost += 1 if what == "worker" else 2
        if what != "worker":
            current.wait() if isinstance(current, subprocess.Popen) else current.join()
            assert not psutil.wait_procs(family, timeout=60 * SLOW)[1], "a worker outlived its driver"
            assert folder.missing()
            current = driver(folder)
    current.join(240 * SLOW)
    assert current.exitcode == 0
    done = marks(folder)
    assert set(done) == set(range(TASKS))
    assert len(done) <= TASKS + lost
    assert not folder.missing() and not folder.failures()
    assert digest(folder) == whole(replicates=TASKS // 2, chunk=12)
    assert not [p for p in folder.path.rglob("*") if p.name.startswith(".") and p.parent.name == "results" and p.suffix == ".parquet"]


@LINUX
def test_the_neighbour_of_a_killed_worker_works_on(sweep, forked, digest, whole):
    """One of two workers dies: the other is the same process at the end."""
    folder = sweep("doze", replicates=40, chunk=20)
    driver = forked(folder.path, "--workers", "2")
    pulse = folder.path / "workers"
    until(lambda: finished(folder) >= 6, driver)
    workers = sorted({int(p.name.split(".")[-2]) for p in (folder.path / "unfinished").glob("*.journal")})
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    out, err = driver.communicate(timeout=120 * SLOW)
    assert driver.poll() == 0, err
    assert "1 workers replaced" in out
    (facts,) = (json.loads(p.read_text()) for p in pulse.glob("*.json"))
    assert facts["deaths"] == 1 and facts["state"] == "ended"
    assert digest(folder) == whole(replicates=40, chunk=20)


@LINUX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 75), (signal.SIGUSR1, 75)])
def test_signals_stop_cleanly_and_the_same_command_carries_on(sweep, command, forked, digest, whole, number, code):
    folder = sweep("count", replicates=40, chunk=20)
    words = folder.path, "--workers", "2"
    driver = command(*words, wait=False) if number == signal.SIGINT else forked(*words)
    until(lambda: finished(folder) >= 4, driver)
    family = children(driver)
    driver.send_signal(number)
    out, err = driver.communicate(timeout=240 * SLOW)
    assert driver.poll() == code, err
    assert "kept" in out + err and "Traceback" not in err
    assert not psutil.wait_procs(family, timeout=60 * SLOW)[1]
    assert 4 <= finished(folder) < 80
    again = forked(*words, "--quiet")
    again.communicate(timeout=240 * SLOW)
    assert again.poll() == 0
    assert digest(folder) == whole(replicates=40, chunk=20)
    slack = 2 if number == signal.SIGINT else 0  # Ctrl-C does not wait for the tasks at hand
    assert len(marks(folder)) <= 80 + slack


@LINUX
def test_two_drivers_on_one_folder(sweep, driver, digest, whole):
    """Both end well, the store is the same; what both did is little."""
    folder = sweep("count", replicates=40, chunk=4)
    first = driver(folder, 1)
    until(lambda: finished(folder) >= 1, first)
    second = driver(folder, 1)
    for process in (first, second):
        process.join(200 * SLOW)
        assert process.exitcode == 0
    assert digest(folder) == whole(replicates=40, chunk=4)
    assert 80 <= len(marks(folder)) <= 80 + 2 * 4
    assert len(list((folder.path / "workers").glob("*.json"))) == 2


@LINUX
def test_a_full_disk(sweep, forked, digest, whole, tmp_path):
    """On a small tmpfs: exit code 1 and one line; after making room the same command ends with the same bytes."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("mounting a tmpfs needs root")
    try:
        folder = sweep("quick", replicates=40, chunk=20, place=place)
        ballast = place / "ballast"
        free = shutil.disk_usage(place).free
        ballast.write_bytes(b"x" * (free - 16384))
        done = forked(folder.path, "--workers", "2")
        _, err = done.communicate(timeout=120 * SLOW)
        assert done.poll() == 1, err
        assert "No space left" in err and "Traceback" not in err
        assert not folder.failures() and folder.missing()
        ballast.unlink()
        drive.carry_out(folder, folder.missing(), "here")
        assert digest(folder) == whole(replicates=40, chunk=20)
    finally:
        subprocess.run(["umount", place], check=True)


@LINUX
def test_a_read_only_folder(sweep, forked, tmp_path):
    """Refused before anything runs; status still works."""
    place = tmp_path / "ro"
    place.mkdir()
    folder = sweep("quick", place=place)
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", place, place], capture_output=True).returncode:
        pytest.skip("a read-only mount needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place], check=True)
        done = forked(folder.path, "--engine", "here")
        _, err = done.communicate(timeout=120 * SLOW)
        assert done.poll() == 2
        assert "cannot be written to" in err and "Traceback" not in err
        seen = forked("status", folder.path)
        out, _ = seen.communicate(timeout=120 * SLOW)
        assert seen.poll() == 0 and "0 of 20 tasks" in out
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_clock_that_jumps_back(sweep, monkeypatch, digest, whole):
    """Nothing in a drive reads the wall clock: with every call an hour earlier the result is the same."""
    folder, expected = sweep("quick"), whole()
    now = [2e9]

    def back():
        now[0] -= 3600
        return now[0]

    monkeypatch.setattr(time, "time", back)
    drive.carry_out(folder, folder.missing(), "here")
    assert digest(folder) == expected
    for path in (folder.path / "workers").iterdir():
        os.utime(path, (3e9, 3e9))
    from sim.sweep.status import status

    assert status(folder).done == 20


EDITS = {
    "replicates": ("replicates = 2", "replicates = 5", ["replicates: 2 there, 5 in the plan", "--add-replicates 3"]),
    "a value": ("0.9", "0.8", ["points_sha256"]),
    "a setting": ("300", "400", ["set:"]),
    "another scenario": ('["promeq"]', '["supported_employment"]', ["arms:"]),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_plan_is_refused_with_what_differs(tmp_path, edit):
    """And expand is offered where it would do."""
    old, new, words = EDITS[edit]
    text = """[sweep]
scenarios = ["promeq"]
design = "list"
replicates = 2
[set]
"population.residents" = 300
[[list]]
"parameters.wellbeing.persistence" = 0.9
"""
    file = tmp_path / "p.toml"
    file.write_text(text, encoding="utf-8")
    folders.create(plans.load(file), tmp_path / "s")
    folders.create(plans.load(file), tmp_path / "s")  # the same plan: carries on
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match="holds another plan") as refusal:
        folders.create(plans.load(file), tmp_path / "s")
    for word in words:
        assert word in str(refusal.value)


def test_other_software_is_refused(sweep, monkeypatch):
    folder = sweep("quick")
    monkeypatch.setattr(folders, "sources", lambda: "0" * 64)
    with pytest.raises(store.StoreError, match="other software"):
        folders.open_folder(folder.path)
    assert folders.open_folder(folder.path, check=False).facts["id"] == "tiny"


def test_many_at_once_make_one_folder(checked, tmp_path):
    """As the shards of an array do that start together: whoever is late finds the same plan there."""
    plan, together = checked(), threading.Barrier(8)

    def make(_):
        together.wait()
        return folders.create(plan, tmp_path / "s")

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert len({f.path for f in made}) == 1
    assert [p.name for p in Path(tmp_path).iterdir()] == ["s"]

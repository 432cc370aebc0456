"""On a real two-node Slurm (.ci/slurm_up.sh): forty shards, walltime, scancel, requeue, a node cut off, Dask's SLURMCluster.

After each accident the missing part is submitted again, and the store must be the laptop's, byte for byte.
"""

import json
import math
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sim.engines import slurm
from sim.sweep import drive, journal
from sim.sweep.folder import Folder
from sim.sweep.measure import Measured
from sim.sweep.plan import Cluster
from tests.sweep.patience import SLOW

SHORT = min(math.ceil(SLOW), 3)  # minutes of a walltime that a job runs into
MEASURED = Measured(seconds=1.0, slowest=1.0, start=2.0, memory=300 * 2**20, disk=10_000, machine_cores=2)


def up():
    """Why there is no test cluster here, or an empty text."""
    if shutil.which("sinfo") is None:
        return "there is no Slurm here: run .ci/slurm_up.sh"
    if "hytesim-test-slurm" not in os.environ.get("SLURM_CONF", "") and not os.environ.get("SLURM_HERE"):
        return "SLURM_CONF is not that of .ci/slurm_up.sh: these tests submit jobs and cut off nodes"
    try:
        seen = subprocess.run(["sinfo", "-h", "-o", "%D"], capture_output=True, text=True, timeout=5 * SLOW, check=False)
    except subprocess.TimeoutExpired:
        return "Slurm does not answer"
    return "" if seen.stdout.strip() else "Slurm does not answer"


pytestmark = [pytest.mark.slurm, pytest.mark.skipif(bool(up()), reason=up() or "up")]


def say(*words):
    """What a Slurm command says."""
    return subprocess.run(words, capture_output=True, text=True, timeout=30 * SLOW, check=False).stdout.strip()


def states(job):
    """States of a job's array tasks that are still known to the queue."""
    return say("squeue", "-h", "-r", "-j", job, "-o", "%T").split()


def limited(script, warning):
    """A job script with a walltime of SHORT minutes and another line of warning."""
    for pattern, line in ((r"--time=\S+", f"--time=00:{SHORT:02d}:00"), (r"#SBATCH --signal=.*\n", warning)):
        script, count = re.subn(pattern, line, script)
        assert count == 1
    return script


def caches():
    """Folders of compiled code that jobs have here."""
    return set(Path(os.environ.get("TMPDIR", "/var/tmp")).glob("hytesim-[0-9]*"))


def deaf(script):
    """A job script that passes no SIGTERM on."""
    assert "trap 'kill -TERM $child' TERM" in script
    return script.replace("trap 'kill -TERM $child' TERM", "trap '' TERM")


def until(condition, seconds=200, what="it"):
    deadline = time.monotonic() + SLOW * seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen in {SLOW * seconds:.0f} s:\n{say('squeue')}\n{say('sinfo')}")


def submitted(folder, count=2, change=lambda text: text):
    """Submit what is missing as an array of `count` tasks; returns the job's number."""
    cluster = Cluster(cpus=1, hours=1e-4, tasks=count)
    script = slurm.prepare(folder, cluster, MEASURED, Folder(folder.path).missing())
    script.write_text(change(script.read_text()))
    return slurm.submit(script)


def done(folder):
    units = folder.missing()
    return sum(len(u.tasks) for u in folder.units()) - sum(len(u.tasks) for u in units) + sum(journal.count(folder.path).values())


def same_as_here(folder, sweep, digest, **sizes):
    whole = sweep("quick", name="whole", **sizes)
    drive.carry_out(whole, whole.missing(), "here")
    assert digest(folder) == digest(whole)


def finish(folder, job):
    until(lambda: not states(job), what="the end of the array")
    if folder.missing():
        again = submitted(folder)
        until(lambda: not states(again), what="the end of the second array")
    assert not folder.missing(), say("tail", "-n", "20", *map(str, (folder.path / "log").iterdir()))


def test_few_shards_and_a_requeue(sweep, digest):
    """The short one of .ci/run: three shards on two nodes, one of them put back into the queue. Without an end in time it is left out."""
    folder, before = sweep("second", replicates=6, chunk=4), caches()
    job = submitted(folder, 3)
    try:
        until(lambda: any(unit.startswith("000000") for unit in journal.count(folder.path)), 60, "a finished task of the first shard")
        say("scontrol", "requeue", f"{job}_1")
        until(lambda: "PENDING" in states(job), 30, "the requeue")
        say("scontrol", "update", f"JobId={job}_1", "StartTime=now")  # Slurm would hold it for two minutes
        until(lambda: not states(job), 90, "the end of three shards")
    except AssertionError as late:
        say("scancel", job)
        pytest.skip(f"no end in time: {late}")
    pulses = [json.loads(file.read_text()) for file in (folder.path / "workers").glob("[!.]*.json")]
    assert not folder.missing(), say("tail", "-n", "20", *map(str, (folder.path / "log").iterdir()))
    if {pulse["host"] for pulse in pulses} != {"n1", "n2"}:
        pytest.skip("one node did all of it")
    assert len(pulses) == 4  # the first shard began twice
    assert caches() == before
    same_as_here(folder, sweep, digest, replicates=6, chunk=4)


def test_forty_shards(sweep, digest):
    folder = sweep("doze", replicates=80, chunk=2)
    job = submitted(folder, 40)
    until(lambda: not states(job), 300, "the end of forty shards")
    assert not folder.missing(), say("tail", "-n", "5", *map(str, (folder.path / "log").iterdir()))
    labels = {f.name for f in (folder.path / "log").iterdir()}
    assert len(labels) == 40
    same_as_here(folder, sweep, digest, replicates=80, chunk=2)


def test_walltime_is_seen_coming(sweep, digest):
    """USR1 before the end: the shard stops by itself with exit code 75, and the next submit goes on."""
    sizes = {"replicates": 40 * SHORT, "chunk": 20}
    folder = sweep("second", **sizes)
    job = submitted(folder, 1, lambda script: limited(script, "#SBATCH --signal=B:USR1@35\n"))
    until(lambda: not states(job), 150, "the early end")
    assert "exited with status" not in say("tail", str(next((folder.path / "log").iterdir())))
    assert "Told to stop" in next((folder.path / "log").iterdir()).read_text()
    assert 0 < done(folder) < 80 * SHORT
    assert not folder.failures()
    finish(folder, job)
    same_as_here(folder, sweep, digest, **sizes)


def test_walltime_without_warning(sweep, digest):
    """Killed by Slurm at its time: the journal has what was finished."""
    sizes = {"replicates": 60 * SHORT, "chunk": 60 * SHORT}
    folder = sweep("second", **sizes)
    job = submitted(folder, 1, lambda script: deaf(limited(script, "")))
    until(lambda: not states(job), 200, "the kill")
    kept = done(folder)
    assert 0 < kept < 120 * SHORT
    finish(folder, job)
    same_as_here(folder, sweep, digest, **sizes)


def test_scancel_and_requeue(sweep, digest):
    folder = sweep("second", replicates=30, chunk=10)
    job = submitted(folder)
    until(lambda: done(folder) >= 4, what="the first tasks")
    say("scontrol", "requeue", f"{job}_1")
    until(lambda: "PENDING" in states(job), 30, "the requeue")
    say("scontrol", "update", f"JobId={job}_1", "StartTime=now")  # Slurm would hold it for two minutes
    say("scancel", f"{job}_2")
    kept = done(folder)
    until(lambda: done(folder) > kept, what="work after the requeue")
    say("scancel", job)
    finish(folder, job)
    same_as_here(folder, sweep, digest, replicates=30, chunk=10)


@pytest.mark.skipif(os.geteuid() != 0, reason="cutting off a node needs root")
def test_a_node_cut_off(sweep, digest):
    """Its link goes down in the middle of a run; what it had not done is done by the other node."""
    folder = sweep("second", replicates=60, chunk=10)
    job = submitted(folder)
    until(lambda: done(folder) >= 6, what="the first tasks")
    subprocess.run(["ip", "link", "set", "hytesimv1", "down"], check=True)
    try:
        until(lambda: "down" in say("sinfo", "-h", "-n", "n1", "-o", "%T"), 90, "the loss of the node")
        say("scancel", job)
        until(lambda: "RUNNING" not in states(job), 60, "the end of the array")
        again = submitted(folder)
        until(lambda: not states(again), 200, "the array on the node that is left")
        assert not folder.missing()
    finally:
        subprocess.run(["ip", "link", "set", "hytesimv1", "up"], check=True)
        until(lambda: say("sinfo", "-h", "-n", "n1", "-o", "%T") == "idle", 90, "the node's return")
    same_as_here(folder, sweep, digest, replicates=60, chunk=10)


def test_dask_on_slurm(sweep, digest):
    """SLURMCluster with adapt(); the folder is the same."""
    pytest.importorskip("dask_jobqueue")
    folder = sweep("doze", replicates=20, chunk=4)
    jobs = {"cores": 1, "processes": 1, "memory": "1GB", "queue": "small", "walltime": "00:10:00",
            "scheduler_options": {"host": "10.78.0.1", "dashboard_address": None},
            "job_script_prologue": [f"cd {os.getcwd()}"], "log_directory": str(folder.path / "log")}
    outcome = drive.carry_out(folder, folder.missing(), "dask", 2, 10**9, options={"address": "slurm", "jobs": jobs})
    assert outcome.done == 40
    same_as_here(folder, sweep, digest, replicates=20, chunk=4)

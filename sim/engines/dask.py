"""A Dask cluster: of this machine, at an address, or of Slurm jobs by dask-jobqueue, which grows and shrinks with the work."""

import itertools
import logging
import os
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sim.sweep.chunks import FullError, carry
from sim.sweep.journal import read

__all__ = ["executing", "sweep"]

OWN_CACHE = (  # of compiled code, one per job as the array tasks of Slurm have it, gone with it
    "unset NUMBA_CACHE_DIR", 'export XDG_CACHE_HOME="${LOCAL_SCRATCH:-${TMPDIR:-/var/tmp}}/hytesim-$SLURM_JOB_ID"',
    "trap 'rm -rf \"$XDG_CACHE_HOME\"' EXIT",
)
DEATHS = 2  # of workers at one unit, after which the first task it lacks is given up


def sweep(work, units, workers, tell, stopping, address=None, jobs=None):
    """Carry out units of a sweep on Dask workers, which must see the folder under the same path.

    address: None for a LocalCluster of `workers` processes, a scheduler's address, or "slurm" for a SLURMCluster of up to
    `workers` jobs with `adapt()`. jobs: keywords of SLURMCluster. ValueError without the extra `dask`.
    """
    with _client(workers, address, jobs, work.memory) as (distributed, client):
        _all(distributed, client, work, units, tell, stopping)


@contextmanager
def executing(arms, workers, address=None, jobs=None):
    """A cluster that stays up for several waves of tasks: yields execute(function, tasks, workers, done) as `here` and `processes` have it.

    arms: scenarios whose code each worker compiles before its first task. The rest as in `sweep`.
    """
    mark, number = f"{os.getpid()}-{time.monotonic_ns()}", itertools.count()
    with _client(workers, address, jobs, None) as (distributed, client):

        def execute(function, tasks, workers, done):
            places = {client.submit(_one, function, arms, mark, task, key=f"hytesim-{mark}-{next(number)}", pure=False): i
                      for i, task in enumerate(tasks)}
            results = [None] * len(tasks)
            for future in distributed.as_completed(list(places)):
                try:
                    results[places.pop(future)] = future.result()
                except distributed.KilledWorker:
                    raise RuntimeError(f"{DEATHS} Dask workers died at one run; is there enough memory for it?") from None
                done()
            return results

        yield execute


@contextmanager
def _client(workers, address, jobs, memory):
    """The library and a client of the cluster that is wanted."""
    try:
        import dask
        import distributed
    except ImportError:
        raise ValueError("--engine dask needs the extra `dask`: pip install 'hytesim[dask]'") from None
    limit = dask.config.set({"distributed.scheduler.allowed-failures": DEATHS - 1})
    with limit, _cluster(distributed, workers, address, jobs, memory) as cluster, distributed.Client(cluster) as client:
        yield distributed, client


def _cluster(distributed, workers, address, jobs, memory):
    if address == "slurm":
        import dask
        from dask_jobqueue import SLURMCluster

        jobs = {"cores": 1, "processes": 1, **({"memory": f"{memory}B"} if memory else {}), **(jobs or {})}
        given = jobs.get("job_script_prologue", dask.config.get("jobqueue.slurm.job-script-prologue", None))
        jobs["job_script_prologue"] = [*OWN_CACHE, *(given or ())]
        cluster = SLURMCluster(**jobs)
        cluster.adapt(minimum=1, maximum=workers)  # scale() would not replace a job that is lost
        return cluster
    if address:
        return _Address(address)
    return distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, memory_limit=memory or "auto",
                                    dashboard_address=None, silence_logs=logging.ERROR)


class _Address:
    """A scheduler that somebody else runs."""

    def __init__(self, address):
        self.scheduler_address = address

    def __enter__(self):
        return self.scheduler_address

    def __exit__(self, *ending):
        return None


def _all(distributed, client, work, units, tell, stopping):
    """Submit every unit; a unit whose worker died comes again, without the task that it died at too often."""
    given_up, deaths = {}, {}
    waiting = {client.submit(_carry, work, unit, {}, key=f"hytesim-{unit.name}", pure=False, retries=0): unit for unit in units}
    order = distributed.as_completed(list(waiting), with_results=False)
    for future in order:
        unit = waiting.pop(future)
        if future.cancelled():
            continue
        try:
            end, events = future.result()
        except distributed.KilledWorker:
            deaths[unit.name] = deaths.get(unit.name, 0) + 1
            task = _next(work, unit, given_up)
            given_up[task] = "its Dask workers died at it"
            tell("death", unit, task, None, "dask")
            skipped = {t: given_up[t] for t in unit.tasks if t in given_up}
            again = client.submit(_carry, work, unit, skipped, key=f"hytesim-{unit.name}-{deaths[unit.name]}", pure=False)
            waiting[again] = unit
            order.add(again)
            continue
        for event, task, seconds, worker in events:
            tell(event, unit, task, seconds, worker)
        if end == "full":
            raise FullError(f"{work.folder} cannot be written to any more")
        tell(end, unit, None, None, "dask")
        if stopping():
            client.cancel(list(waiting))
            return


def _next(work, unit, given_up):
    """The task a unit's worker died at: the first that is neither finished nor given up."""
    done = read(work.folder, unit.name)
    return next(t for t in unit.tasks if t not in done and t not in given_up)


@cache
def compile_once(folder):
    """On a worker, before its first unit: compile what the tasks need, one process of a host after the other."""
    from sim.sweep.folder import Folder
    from sim.sweep.tasks import SIMULATE

    found = Folder(folder)
    if found.facts["compute"] == SIMULATE:
        _compile(found.arms())


def _compile(arms):
    from numba import config

    from sim import runs

    try:
        import fcntl
    except ImportError:
        runs.prepare(arms)
        return
    with open(Path(config.CACHE_DIR or ".") / "compiling.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        runs.prepare(arms)


_COMPILED: set = set()


def _one(function, arms, mark, task):
    """On a worker: one task of `executing`, compiled for before the first."""
    if mark not in _COMPILED:
        _compile(arms)
        _COMPILED.add(mark)
    return function(task)


def _carry(work, unit, given_up):
    """On a worker: a unit, and what happened to its tasks."""
    import socket

    compile_once(work.folder)
    events, who = [], f"{socket.gethostname()}.{os.getpid()}"
    try:
        end = carry(work, unit, lambda event, task, seconds: events.append((event, task, seconds, who)), None, given_up)
    except FullError:
        end = "full"
    return end, [e for e in events if e[0] != "begin"]


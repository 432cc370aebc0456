"""What the engine costs beside the tasks: sleeping tasks on two processes, by ours, concurrent.futures, joblib and Dask.

python -m benchmarks.sweep [TASKS [MILLISECONDS [WORKERS]]], by default 2000 tasks of 50 ms on 2 processes. Ours also checks, journals
and writes every task to disk; the others only return. Then: 10,000 runs written, read back and summarised.
"""

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

PLAN = """
[sweep]
scenarios = ["promeq"]
design = "grid"
replicates = {replicates}
chunk = {chunk}
[set]
"population.residents" = 300
"""
STRATA = 50
YEARS = 5
OUTCOMES = 24


def nap(seconds):
    """A task of nothing."""
    time.sleep(seconds)
    return seconds


def sleeping(folder, row):
    """A sweep's task of nothing; its length stands in the scenario's seed, so that it needs no other channel."""
    time.sleep(folder.facts["seed"] / 1000)
    return pd.DataFrame({"year": [0], "kind": ["all"], "stratum": ["all"], "n": [1.0], "value": [float(row["task"])]})


def monthly(folder, row):
    """Rows as a real task of five years leaves them, made up from the task's number."""
    size = STRATA * (YEARS + 1)
    base = np.arange(size, dtype=float)
    wave = np.sin(base + row["task"])
    columns = {f"outcome_{i:02d}": wave * (i + 1) for i in range(OUTCOMES)}
    payers = np.repeat([0.0], size)
    return pd.DataFrame({
        "year": np.repeat(np.arange(YEARS + 1), STRATA), "kind": np.tile(["all", "payer", *["group"] * (STRATA - 2)], YEARS + 1),
        "stratum": np.tile([f"s{i}" for i in range(STRATA)], YEARS + 1), "n": base, "wellbeing": wave, "cost": payers, **columns})


def folder_of(place, replicates, chunk, job, milliseconds=1):
    """A sweep of 2 x replicates tasks that does `job`."""
    from sim.sweep import folder, plan

    file = Path(place) / f"{job}.toml"
    file.write_text(PLAN.format(replicates=replicates, chunk=chunk).replace("[set]", f"seed = {milliseconds}\n[set]"), encoding="utf-8")
    return folder.create(plan.load(file), Path(place) / job, f"benchmarks.sweep:{job}")


def ours(tasks, seconds, workers):
    """Our engine, from a laid-out sweep to the last part on disk."""
    from sim.engines import processes
    from sim.sweep import drive

    with tempfile.TemporaryDirectory() as place:
        processes.begin()  # as the command does while it reads the plan
        folder = folder_of(place, tasks // 2, 50, "sleeping", round(seconds * 1000))
        started = time.perf_counter()
        outcome = drive.carry_out(folder, folder.missing(), "processes", workers)
        assert outcome.done == tasks
        return time.perf_counter() - started


def futures(tasks, seconds, workers):
    """concurrent.futures with spawned processes."""
    started = time.perf_counter()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(nap, [seconds] * tasks))
    return time.perf_counter() - started


def joblib(tasks, seconds, workers):
    """joblib with its own processes."""
    from joblib import Parallel, delayed

    started = time.perf_counter()
    Parallel(workers)(delayed(nap)(seconds) for _ in range(tasks))
    return time.perf_counter() - started


def dask(tasks, seconds, workers):
    """Dask on this machine."""
    from distributed import Client, LocalCluster

    started = time.perf_counter()
    with LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        client.gather(client.map(nap, [seconds] * tasks, pure=False))
    return time.perf_counter() - started


def reading(say, runs=10_000):
    """10,000 runs in chunks of 100, written, read back and summarised."""
    from results.sweeps import read
    from sim.sweep import drive

    with tempfile.TemporaryDirectory() as place:
        folder = folder_of(place, runs // 2, 100, "monthly")
        started = time.perf_counter()
        drive.carry_out(folder, folder.missing(), "processes", 2)
        wrote = time.perf_counter()
        files = list((folder.path / "results").glob("part-*.parquet"))
        whole = read.rows(folder.path, year=0)
        mean = whole.groupby(["kind", "stratum"], observed=True)["wellbeing"].quantile([0.025, 0.5, 0.975])
        decided = time.perf_counter()
        every = read.rows(folder.path, columns=["wellbeing"])
        by_year = every.groupby(["year", "stratum"], observed=True)["wellbeing"].mean()
        ended = time.perf_counter()
        size = sum(f.stat().st_size for f in files)
        say(f"{runs:,} runs x {YEARS} years x {STRATA} strata x {OUTCOMES + 3} columns: {size / 1e6:.0f} MB in {len(files)} files, "
            f"written in {wrote - started:.0f} s; whole period read and summarised in {decided - wrote:.1f} s ({len(mean)} quantiles), "
            f"one outcome of all years in {ended - decided:.1f} s ({len(every):,} rows, {len(by_year)} means)\n")


def main():
    """Print one line per engine."""
    words = [*map(int, sys.argv[1:]), *[2000, 50, 2][len(sys.argv) - 1 :]]
    tasks, seconds, workers = words[0], words[1] / 1000, words[2]
    say = sys.stdout.write
    ideal = tasks * seconds / workers
    say(f"{tasks} tasks of {1000 * seconds:.0f} ms on {workers} processes: {ideal:.1f} s if engines were free\n")
    for engine in (ours, futures, joblib, dask):
        try:
            took = engine(tasks, seconds, workers)
        except ImportError as error:
            say(f"{engine.__name__:<8} not installed ({error.name})\n")
            continue
        say(f"{engine.__name__:<8} {took:6.1f} s, {100 * (took / ideal - 1):5.1f} % beyond the tasks' own time\n")
    reading(say)


if __name__ == "__main__":
    main()

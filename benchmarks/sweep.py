"""What the engine costs beside the tasks: sleeping tasks on two processes, by ours, concurrent.futures, joblib and Dask.

python -m benchmarks.sweep [TASKS [MILLISECONDS [WORKERS [ROUNDS]]]], by default 2000 tasks of 50 ms on 2 processes, once. Rounds
alternate the engines, so that what else the machine is busy with meets all. Every task says how long it took, since on a busy machine
a nap of 50 ms takes longer: what an engine loses is what is beyond that. Ours also checks, journals and writes every task to disk;
the others only return. Start is the time to the first task. Then: processor time of ours, which neighbours touch little; 10,000 runs
written, read back and summarised.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

STRATA = 50
YEARS = 5
OUTCOMES = 24


def nap(seconds):
    """A task of nothing, which tells when it began and how long it took."""
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic() - began


def sleeping(folder, row):
    """A sweep's task of nothing, which tells the seconds it took, of the clock and of the processor; its length stands in the
    scenario's seed, so that it needs no other channel.
    """
    began, worked = time.monotonic(), time.process_time()
    frame = pd.DataFrame({"year": [0], "kind": ["all"], "stratum": ["all"], "n": [1.0], "took": [0.0], "worked": [0.0]})
    time.sleep(folder.facts["seed"] / 1000)
    frame["took"], frame["worked"] = time.monotonic() - began, time.process_time() - worked
    return frame


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
    head = f'scenarios = ["promeq"]\nreplicates = {replicates}\nchunk = {chunk}\nseed = {milliseconds}\n'
    file.write_text(f'[sweep]\n{head}[set]\n"population.residents" = 300\n', encoding="utf-8")
    return folder.create(plan.load(file), Path(place) / job, f"benchmarks.sweep:{job}")


def ours(tasks, seconds, workers):
    """Our engine, from a laid-out sweep to the last part on disk: seconds to the first task, in all, and of the tasks themselves."""
    from results.sweeps import read
    from sim.engines import processes
    from sim.sweep import drive

    with tempfile.TemporaryDirectory() as place:
        processes.begin()  # as the command does while it reads the plan
        folder, begun = folder_of(place, tasks // 2, 50, "sleeping", round(seconds * 1000)), []

        def tell(event, unit, task, took, worker):
            if event == "begin" and not begun:
                begun.append(time.monotonic())

        started = time.monotonic()
        outcome = drive.carry_out(folder, folder.missing(), "processes", workers, tell=tell)
        ended = time.monotonic()
        assert outcome.done == tasks
        return begun[0] - started, ended - started, read.rows(folder.path, columns=["took"])["took"].sum()


def futures(tasks, seconds, workers):
    """concurrent.futures with spawned processes."""
    started = time.monotonic()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        naps = list(pool.map(nap, [seconds] * tasks))
    return times(started, naps)


def times(started, naps):
    """Seconds to the first task, in all, and of the tasks themselves."""
    ended, (began, took) = time.monotonic(), zip(*naps, strict=True)
    return min(began) - started, ended - started, sum(took)


def joblib(tasks, seconds, workers):
    """joblib with its own processes."""
    from joblib import Parallel, delayed

    started = time.monotonic()
    return times(started, Parallel(workers)(delayed(nap)(seconds) for _ in range(tasks)))


def dask(tasks, seconds, workers):
    """Dask on this machine."""
    from distributed import Client, LocalCluster

    started = time.monotonic()
    with LocalCluster(workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        return times(started, client.gather(client.map(nap, [seconds] * tasks, pure=False)))


def processor(say, tasks=1000):
    """Processor time per task of our worker (the whole of it in this process), of the task in it, and of the driver beside two
    workers.
    """
    from results.sweeps import read
    from sim.sweep import drive

    with tempfile.TemporaryDirectory() as place:
        folder = folder_of(place, tasks // 2, 50, "sleeping")
        units = folder.missing()
        drive.carry_out(folder, units[:2], "here")  # imports, once
        began = time.process_time()
        drive.carry_out(folder, units[2:], "here")
        worker, own = time.process_time() - began, 1000 * read.rows(folder.path, columns=["worked"])["worked"].mean()
    with tempfile.TemporaryDirectory() as place:
        folder = folder_of(place, tasks // 2, 50, "sleeping")
        began = time.process_time()
        drive.carry_out(folder, folder.missing(), "processes", 2)
        driver = time.process_time() - began
    per = 1000 * worker / (tasks - 100), 1000 * driver / tasks
    say(f"processor time per task: {per[0]:.2f} ms in a worker, of which {own:.2f} ms are the task's own; {per[1]:.2f} ms in the driver\n")


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
    words = [*map(int, sys.argv[1:]), *[2000, 50, 2, 1][len(sys.argv) - 1 :]]
    tasks, seconds, workers, rounds = words[0], words[1] / 1000, words[2], words[3]
    say = sys.stdout.write
    ideal = tasks * seconds / workers
    say(f"{tasks} tasks of {1000 * seconds:.0f} ms on {workers} processes: {ideal:.1f} s if engines were free\n")
    for _ in range(rounds):
        for engine in (ours, futures, joblib, dask):
            try:
                start, took, own = engine(tasks, seconds, workers)
            except ImportError as error:
                say(f"{engine.__name__:<8} not installed ({error.name})\n")
                continue
            lost = (took - start) * workers / own - 1
            say(f"{engine.__name__:<8} {took:6.1f} s, {start:5.1f} to the first task; a task took {1000 * own / tasks:5.1f} ms, the "
                f"engine {100 * lost:5.1f} % beyond that (load {os.getloadavg()[0]:.0f})\n")
            sys.stdout.flush()
    processor(say)
    reading(say)


if __name__ == "__main__":
    main()

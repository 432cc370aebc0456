"""Drives an engine over what is missing of a sweep: compiles first, listens to signals, keeps a sign of life."""

import importlib
import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

from results import store
from sim.engines import here, processes
from sim.sweep import tasks
from sim.sweep.chunks import Work

__all__ = ["ENGINES", "Outcome", "carry_out", "memory_here", "shard"]

ENGINES = ("here", "processes", "dask")
BEAT = 5.0  # seconds between two signs of life
SLOWEST = 5
RESERVE = 0.9  # of the memory there is, for workers


@dataclass(frozen=True)
class Outcome:
    """How a drive ended: tasks finished and failed by it, workers that died, and whether it was told to stop."""

    done: int
    failed: int
    deaths: int
    stopped: bool


def shard(units, part, whole):
    """The units of shard `part` of `whole` (1, 2, …): every whole-th, so that costly neighbours are spread."""
    if not 1 <= part <= whole:
        raise ValueError(f"--shard {part}/{whole}: the first number goes from 1 to the second")
    return units[part - 1 :: whole]


def carry_out(folder, units, engine="processes", workers=None, memory=None, tell=None, label="", options=None):
    """Carry out `units` that are missing in this process, its children or a cluster of Dask. Returns an Outcome.

    workers: processes, by default one per core. memory: bytes that a worker may take, by default its share of what is there.
    tell: as engines tell. label: what this driver is called in `status`. options: further arguments of the engine.
    Raises chunks.FullError when the folder takes no more, KeyboardInterrupt on Ctrl-C; what is done is kept in either case.
    """
    store.writable(folder.path / "results")
    workers = min(workers or processes.cores(), max(1, len(units)))
    pulse = Pulse(folder, engine, label, workers)
    if pulse.others():
        units = units[::-1]  # another driver is at it from the front: what is done twice is done alike
    if folder.facts["compute"] == tasks.SIMULATE and units and engine != "dask":
        compiled(folder, engine)
    memory = memory or memory_here() // workers
    work = Work(str(folder.path), memory)
    module = importlib.import_module(f"sim.engines.{engine}")

    def heard(event, unit, task, seconds, worker):
        pulse.hear(event, unit, task, seconds, worker)
        if tell:
            tell(event, unit, task, seconds, worker)

    with _listening() as stopping:
        try:
            module.sweep(work, units, workers, heard, stopping, **(options or {}))
            pulse.end("stopped" if stopping() else "ended")
        except BaseException:
            pulse.end("broken off")
            raise
        return Outcome(pulse.facts["done"], pulse.facts["failed"], pulse.facts["deaths"], stopping())


def compiled(folder, engine="processes"):
    """Compile what a folder's tasks need before any of them starts: in a worker, so that this process has no need of the model."""
    (here if engine == "here" else processes).execute(_compile, [folder.path], 1, lambda: None)


def _compile(path):
    from sim import runs
    from sim.sweep.folder import Folder

    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it ends what it has started to compile beside it
    runs.prepare(Folder(path).arms())


def memory_here():
    """Bytes of memory for all workers together: what the job or the control group grants, else what the machine has."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else []
    if os.environ.get("SLURM_MEM_PER_NODE"):
        limits.append(int(os.environ["SLURM_MEM_PER_NODE"]) * 2**20)
    elif os.environ.get("SLURM_MEM_PER_CPU"):
        limits.append(int(os.environ["SLURM_MEM_PER_CPU"]) * 2**20 * int(os.environ.get("SLURM_CPUS_PER_TASK", "1")))
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:
            text = file.read().strip()
        limits += [int(text)] if text.isdigit() else []
    except OSError:
        pass
    return int(min(limits, default=2**40) * RESERVE)


@contextmanager
def _listening():
    """Yields a function that says whether SIGTERM or SIGUSR1 has come since, as clusters send before time is up."""
    heard = []
    names = [n for n in ("SIGTERM", "SIGUSR1") if hasattr(signal, n)]
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    held = {getattr(signal, n): signal.signal(getattr(signal, n), lambda number, frame: heard.append(number)) for n in names}
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


class Pulse:
    """A driver's sign of life in the folder's `workers`: what it and each of its workers is at, renewed every few seconds."""

    def __init__(self, folder, engine, label, workers):
        host = socket.gethostname()
        self.place = folder.path / "workers"
        self.file = f"{host}.{os.getpid()}.json"
        self.facts = {"host": host, "pid": os.getpid(), "label": label, "engine": engine, "size": workers, "state": "working",
                      "beat": 0, "done": 0, "failed": 0, "deaths": 0, "seconds": 0.0, "slowest": [], "workers": {}}
        self.last = None
        self.write()

    def others(self):
        """Drivers that do not say that they have ended (one that was killed could not)."""
        found = []
        for path in sorted(self.place.glob("[!.]*.json")):
            if path.name != self.file:
                found += [f for f in [read_pulse(path)] if f and f["state"] == "working"]
        return found

    def hear(self, event, unit, task, seconds, worker):
        """Take in what an engine tells."""
        facts = self.facts
        if event in ("end", "failed"):
            facts["done" if event == "end" else "failed"] += 1
            if seconds is not None:
                facts["seconds"] += seconds
                facts["slowest"] = sorted([*facts["slowest"], [round(seconds, 2), task]], reverse=True)[:SLOWEST]
            facts["workers"].pop(str(worker), None)
        elif event == "begin":
            facts["workers"][str(worker)] = [unit.name, task]
        elif event == "death":
            facts["deaths"] += 1
            facts["workers"].pop(str(worker), None)
        if self.last is None or time.monotonic() - self.last > BEAT:
            self.write()

    def end(self, state):
        """Say how it ended."""
        self.facts |= {"state": state, "workers": {}}
        self.write()

    def write(self):
        """Renew the file; a disk that is full is told by the work itself."""
        self.last = time.monotonic()
        self.facts["beat"] += 1
        hidden = self.place / f".{self.file}.part"
        try:
            hidden.write_text(json.dumps(self.facts), encoding="utf-8")
            os.replace(hidden, self.place / self.file)
        except OSError:
            return


def read_pulse(path):
    """A driver's sign of life, or None if it is half gone."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None

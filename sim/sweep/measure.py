"""What a plan would take, measured on two of its own tasks in a process of their own."""

import json
import math
import multiprocessing
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from results import store
from sim import runs
from sim.engines import processes
from sim.sweep import tasks
from sim.sweep.chunks import Work, carry
from sim.sweep.folder import Unit, create, open_folder

__all__ = ["Measured", "measure", "of_folder"]

FILE = "measured.json"


@dataclass(frozen=True)
class Measured:
    """Of one task: seconds of a core, bytes on disk; of a worker: seconds to start with compiled code, most bytes of memory."""

    seconds: float
    slowest: float
    start: float
    memory: int
    disk: int
    machine_cores: int

    def totals(self, number, cores=1):
        """Core-hours, bytes on disk and hours on so many cores of `number` tasks."""
        core_seconds = number * self.seconds
        return {"core_hours": core_seconds / 3600, "bytes": number * self.disk,
                "hours": (math.ceil(number / cores) * self.seconds + self.start) / 3600}


def measure(plan):
    """Measured of a checked plan, in a folder that is thrown away, and the task table's sizes (runs, tasks, chunks)."""
    with tempfile.TemporaryDirectory(prefix="hytesim-measure-") as place:
        folder = create(plan, Path(place) / "sweep")
        found = _measured(folder)
        return found, (len(folder.runs), len(folder.tasks), len(folder.units()))


def of_folder(folder):
    """Measured of a folder's plan: measured once, then kept in the folder as measured.json."""
    path = folder.path / FILE
    if not path.is_file():
        store.write_text(folder.path, FILE, json.dumps(asdict(_measured(folder)), indent=2) + "\n")
    return Measured(**json.loads(path.read_text(encoding="utf-8")))


def _measured(folder):
    """Two tasks of the last arm, which has the most in it: of the first and of the last point."""
    mine = folder.tasks[folder.tasks["arm"] == folder.tasks["arm"].iloc[-1]]["task"]
    both = tuple(dict.fromkeys([int(mine.iloc[0]), int(mine.iloc[-1])]))
    if folder.facts["compute"] == tasks.SIMULATE:
        runs.prepare(folder.arms())
    with tempfile.TemporaryDirectory(prefix="hytesim-measure-") as place:
        copy = Path(place)
        for name in ("tasks", "scenarios", "plan.json"):
            (copy / name).symlink_to(folder.path / name)
        for name in ("results", "failed", "unfinished"):
            (copy / name).mkdir()
        processes.begin()
        with processes.one_thread():
            mouth, ear = processes.context().Pipe()
            started = time.perf_counter()
            worker = processes.context().Process(target=_work, args=(ear, str(copy), both), daemon=True)
            worker.start()
            ear.close()
            try:
                mouth.recv()
                ready = time.perf_counter() - started
                memory, error = mouth.recv()
                seconds = mouth.recv()
            except EOFError:
                raise RuntimeError("the process that measured two tasks ended early; is there enough memory for one?") from None
            finally:
                worker.join()
        if error:
            raise RuntimeError(f"a task of this plan failed while it was measured:\n{error}")
        disk = sum(f.stat().st_size for f in (copy / "results").glob("part-*.parquet"))
    return Measured(sum(seconds) / len(seconds), max(seconds), round(ready, 2), memory, disk // len(both), multiprocessing.cpu_count())


def _work(pipe, folder, both):
    """Import the model, say so, run the tasks, and say what they took."""
    import resource

    import sim.model  # noqa: F401

    pipe.send("ready")
    began, seconds = [0.0], []

    def tell(event, task, took):
        """Processor time, so that neighbours on this machine do not count."""
        if event == "begin":
            began[0] = time.process_time()
        else:
            seconds.append(time.process_time() - began[0])

    carry(Work(folder), Unit("000000", both), tell)
    failed = open_folder(folder, check=False).failures()
    pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, next((r["traceback"] for r in failed.values()), "")))
    pipe.send(seconds)

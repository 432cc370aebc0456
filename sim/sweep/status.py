"""How far a sweep is: read from the folder alone, at any time, from any machine; nothing is written."""

from dataclasses import dataclass, field

from sim.sweep import journal
from sim.sweep.drive import read_pulse

__all__ = ["Status", "status"]


@dataclass(frozen=True)
class Status:
    """Counts of tasks, mean seconds per task, seconds left with the workers that are at it, drivers, slowest tasks."""

    runs: int
    tasks: int
    done: int
    failed: int
    missing_chunks: int
    mean_seconds: float | None
    core_seconds_left: float | None
    drivers: list = field(default_factory=list)
    slowest: list = field(default_factory=list)

    def seconds_left(self, workers):
        """Seconds until the end with that many workers, or None if it cannot be told yet."""
        if self.core_seconds_left is None or not workers:
            return None
        return self.core_seconds_left / workers


def status(folder):
    """The Status of a Folder. Each driver has `seen`, when its sign of life was renewed [seconds since 1970]."""
    missing, failures = folder.missing(), folder.failures()
    under_way = sum(journal.count(folder.path).get(unit.name, 0) for unit in missing)
    waiting = sum(len(unit.tasks) for unit in missing) - under_way
    drivers = []
    for path in sorted((folder.path / "workers").glob("[!.]*.json")):
        facts = read_pulse(path)
        if facts:
            drivers.append({**facts, "seen": path.stat().st_mtime})
    done, seconds = sum(d["done"] for d in drivers), sum(d["seconds"] for d in drivers)
    mean = seconds / done if done else None
    slowest = sorted((tuple(pair) for d in drivers for pair in d["slowest"]), reverse=True)[:5]
    return Status(len(folder.runs), len(folder.tasks), len(folder.tasks) - waiting - len(failures), len(failures), len(missing), mean,
                  None if mean is None else mean * waiting, drivers, slowest)

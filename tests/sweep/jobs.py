"""What tasks do in the tests of engines: quick, slow, failing, deadly and greedy ones, each a function of (folder, row)."""

import os
import signal
import time

import numpy as np
import pandas as pd

NAP = 0.05


def found(row):
    """A small frame that depends on the task's key alone."""
    number = int(row["key"][:8], 16)
    years = np.repeat([0, 1, 2], 2)
    value = (number % 1000) / 7.0 + np.arange(6) / 3.0
    return pd.DataFrame({"year": years, "kind": ["all", "payer"] * 3, "stratum": ["all", "state"] * 3, "n": 1.0, "value": value})


def quick(folder, row):
    """No time at all."""
    return found(row)


def doze(folder, row):
    """Fifty milliseconds of nothing."""
    time.sleep(NAP)
    return found(row)


def fail(folder, row):
    """The fifth task always fails."""
    if row["task"] == 5:
        raise ZeroDivisionError("task 5 cannot be done")
    return found(row)


def mend(folder, row):
    """The fifth task fails until somebody puts a file `mended` into the folder."""
    return found(row) if (folder.path / "mended").exists() else fail(folder, row)


def die(folder, row):
    """The fifth task kills its process."""
    if row["task"] == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return doze(folder, row)


def hog(folder, row):
    """The fifth task wants 4 GB."""
    if row["task"] == 5:
        np.ones(4 * 2**30 // 8).sum()
    return found(row)


def count(folder, row):
    """Leaves a mark each time it is done."""
    (folder.path / "log" / f"{row['task']}.{os.getpid()}.{time.monotonic_ns()}").touch()
    return doze(folder, row)


def second(folder, row):
    """A second of nothing."""
    time.sleep(1.0)
    return found(row)


def reply(folder, row):
    """Tables of a known answer: wellbeing grows with the capacity of groups of youth, cost with both, and elders widen the gap."""
    import json

    settings = json.loads(row["settings"])
    youth, elder = (settings.get(f"interventions.{name}_groups.capacity", 0.0) for name in ("youth", "elder"))
    wave = 0.001 * row["replicate"] + (100.0 if row["draw"] == 0 and row["arm"] != "baseline" else 0.0)
    score = 3.0 + 0.1 * youth + wave
    gap = 0.5 - 0.1 * (youth - 2.5) * (youth > 2.5) + (0.1 * elder if elder > 3.5 else 0.0) - (0.01 if row["arm"] != "baseline" else 0.0)
    strata = [("all", "all", score), ("group_start", "none", 4.0), ("group_start", "lonely", 4.0 - gap)]
    rows = [{"year": year, "kind": kind, "stratum": name, "n": 100.0, "wellbeing": value, "life_satisfaction_years_total_discounted": score,
             "qaly_total_discounted": score} for year in (0, 1) for kind, name, value in strata]
    cost = 10.0 * youth + 5.0 * elder
    rows += [{"year": year, "kind": "payer", "stratum": "state", "n": 1.0, "resource_cost": cost, "resource_cost_discounted": cost,
              "transfers_discounted": 0.0} for year in (0, 1)]
    return pd.DataFrame(rows)


def thin(folder, row):
    """As `reply`, of a world in which three residents are lonely."""
    found = reply(folder, row)
    return found.assign(n=found["n"].where(found["stratum"] != "lonely", 3.0))


def steer(path, workers):
    """A driver in this process, whose workers are forked from it: carries out what is missing of a folder."""
    from sim.sweep import drive
    from sim.sweep.folder import Folder

    _fork_workers()
    folder = Folder(path)
    drive.carry_out(folder, folder.missing(), "processes", workers)


def typed(words, out, err):
    """`hytesim sweep …` in this process, whose workers are forked from it; what it says goes to the files `out` and `err`."""
    import sys

    import hytesim

    _fork_workers()
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        with open(path, "w", encoding="utf-8") as file:
            os.dup2(file.fileno(), stream.fileno())
    sys.argv = ["hytesim", "sweep", *words]
    hytesim.main()


def _fork_workers():
    import multiprocessing

    from sim.engines import processes

    processes.context = lambda: multiprocessing.get_context("fork")

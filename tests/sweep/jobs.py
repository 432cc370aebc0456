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

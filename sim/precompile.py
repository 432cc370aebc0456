"""A first start on two processors: the month of residents is compiled in one process while the other compiles what follows it.

    python -m sim.precompile SCENARIO CODE      compile the half that the caller leaves; what `halve` starts
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def small_world(path, codes):
    """A small world of a scenario's kind, whose months make everything compile. path: of the scenario; codes: of municipalities."""
    from sim.model import HyteModel
    from sim.runs import load

    small = {"population.places": codes, "population.residents": 400, "time.years": 2, "time.burn_in": 1}
    return HyteModel(load(path, small))


def halve(path, codes, folder):
    """Compile residents' month, services and closing in two processes; `folder` has all of it afterwards.

    The other process writes to a folder of its own, since two that write one cache can spoil it. If it fails, nothing is missing
    but its half, which is then compiled by whoever needs it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as half:
        where = {**os.environ, "NUMBA_CACHE_DIR": half, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
        other = subprocess.Popen([sys.executable, "-m", "sim.precompile", str(path), *codes], env=where,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            world = small_world(path, codes)
            world.services_serve(np.arange(1))
            world.books_close(np.arange(1), world.cells[0])
            other.wait()
        finally:
            other.kill()
            other.wait()
        _take_over(Path(half), folder)


def _take_over(half, folder):
    """Move the compiled functions that `folder` lacks from `half`: their code first, then the index that names it."""
    for index in half.glob("*/*.nbi"):
        place = folder / index.parent.name
        if not (place / index.name).exists():
            place.mkdir(exist_ok=True)
            for code in [*index.parent.glob(f"{index.stem}.*.nbc"), index]:
                code.replace(place / code.name)


if __name__ == "__main__":
    small_world(sys.argv[1], sys.argv[2:]).residents_live(np.arange(1))

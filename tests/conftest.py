"""Small worlds, handmade residents and their numbers for the tests of the world."""

import gc
import os
import pathlib
import shutil
import signal
import sys

if "PYTEST_XDIST_WORKER" in os.environ:  # before NumPy comes: the other cores are taken by the other test processes
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import numpy as np
import pytest

if "PYTEST_XDIST_WORKER" in os.environ:  # each test process has a cache of its own: two that compile at once can spoil a shared one
    _base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    os.environ["XDG_CACHE_HOME"] = str(_base / f"tests-{os.environ['PYTEST_XDIST_WORKER']}")
    os.environ.pop("NUMBA_CACHE_DIR", None)  # of the process that started them

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # tests started in the background: what they start must be stoppable all the same
    signal.signal(signal.SIGINT, signal.default_int_handler)

import scenarios
from sim import runs
from sim.coefficients import record
from sim.intervention import kinds
from sim.model import HyteModel
from sim.residents import RESIDENT, Status
from sim.rules.draws import fill_keys, key_count

TESTS = pathlib.Path(__file__).parent
FIRST, LAST = ("dashboard", "calibration", "sweep"), ("results", "scenarios")  # folders; the files of `LAST` are short
MANY = 5  # tests from which it pays to compile before they begin
FULL_FIDELITY = {"maturity.level": [5.0] * 6, "maturity.spread": 0.0}


def _dotted(section, table):
    return {f"{section}.{name}": value for name, value in (table or {}).items()}


def _scenario(name="baseline", residents=1000, places=("Kouvola",), years=1, burn_in=12, seed=2018, parameters=None,
              interventions=None):
    settings = {
        "population.places": list(places),
        "population.residents": residents,
        "time.years": years,
        "time.burn_in": burn_in,
        "runs.seed": seed,
        "runs.posterior": "none",  # the numbers of parameters.toml, which the known answers are worked out from
        **_dotted("parameters", parameters),
    }
    for block, fields in (interventions or {}).items():
        settings |= _dotted(f"interventions.{block}", fields)
    return scenarios.load(name, kinds=kinds(), overrides=settings)


def pytest_collection_modifyitems(items):
    """Long files first, so that no process is left with one when the others have ended."""

    def turn(item):
        folder = item.path.relative_to(TESTS).parts[0]
        return (folder not in FIRST) + (folder in LAST), (*FIRST, folder).index(folder)

    items.sort(key=turn)


def pytest_collection_finish(session):
    """In a run of many tests the first process compiles the world, with all cores, and the others copy it."""
    gc.freeze()  # what is imported and collected stays: the collector of garbage need not look through it again and again
    if "PYTEST_XDIST_WORKER" not in os.environ or len(session.items) < MANY:
        return
    try:
        import fcntl
    except ImportError:
        return  # each compiles for itself
    mine = pathlib.Path(os.environ["NUMBA_CACHE_DIR"])
    whole = _base / "tests-all" / mine.name
    whole.parent.mkdir(parents=True, exist_ok=True)
    with open(whole.parent / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            runs.prepare(runs.arms_of(["promeq"]))
            shutil.copytree(mine, whole)
        elif not any(mine.glob("*/month.live-*")):  # as `runs.prepare` looks
            shutil.copytree(whole, mine, dirs_exist_ok=True)


@pytest.fixture(autouse=True)
def main_module():
    """Streamlit's AppTest leaves its script as `__main__`, which new processes would then run instead of a task."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def scenario():
    """scenario("promeq", residents=500, places=("Kouvola",), parameters={...}, interventions={...}): checked, not yet built."""
    return _scenario


@pytest.fixture(scope="session")
def world():
    """world("promeq", residents=500, ...): a small HyteModel at month -1; arguments of `scenario` plus draw and replicate."""

    def build(*name, draw=0, replicate=0, **settings):
        return HyteModel(_scenario(*name, **settings), draw=draw, replicate=replicate)

    return build


@pytest.fixture(scope="session")
def numbers():
    """numbers(**{"wellbeing.persistence": 0.9}): the central numbers as the rules read them, with replacements."""

    def build(**changes):
        plan = _scenario()
        unknown = set(changes) - set(plan.parameters)
        assert not unknown, f"no such numbers: {unknown}"
        return record({**scenarios.draw(plan, 0), **changes})

    return build


@pytest.fixture(scope="session")
def handmade():
    """handmade(1000, wellbeing=3.0): unattached, healthy residents of 40 who are employed, with fields replaced."""

    def build(number, **fields):
        people = np.zeros(number, RESIDENT)
        people["id"] = people["household"] = np.arange(number)
        people["alive"] = people["adults"] = people["education"] = 1
        people["status"] = Status.employed
        people["birth_month"] = -40 * 12
        people["frailty"] = people["need"] = people["language"] = 1.0
        people["trust"] = people["health"] = people["inclusion"] = people["cohesion"] = people["empowerment"] = 0.5
        people["wellbeing"], people["wage"] = 4.0, 3000.0
        for name, value in fields.items():
            people[name] = value
        return people

    return build


@pytest.fixture(scope="session")
def keys():
    """keys(month, seed=1): a month's keys of every purpose."""

    def build(month, seed=1):
        out = np.zeros(key_count(), np.uint64)
        fill_keys(out, seed, month)
        return out

    return build


@pytest.fixture(scope="session")
def full_fidelity():
    """Parameters under which every municipality delivers the whole of an effect."""
    return FULL_FIDELITY


@pytest.fixture(scope="session")
def differing():
    """differing(people, others): fields in which two arrays of residents are not bit for bit alike; empty if they are.

    Field by field, because the padding between the columns of a row holds no information.
    """

    def fields(people, others):
        assert len(people) == len(others)
        return [name for name in people.dtype.names if people[name].tobytes() != others[name].tobytes()]

    return fields

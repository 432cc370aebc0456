"""Speed and size of the world with everything on, beside a naive Mesa model and a vectorised NumPy version.

    python -m benchmarks                     1e5 and 1e6 residents
    python -m benchmarks --finland --months 6   all of Finland, one simulated resident for each; a few minutes

Everything is measured in this process, on one core, after compilation; absolute times are of this machine, the ratios are
the claim.
"""

import argparse
import datetime
import resource
import sys
import time

import numpy as np

from sim import runs
from sim.model import HyteModel

BAR_SPEED, BAR_BYTES, BAR_RATIO, BAR_PEAK = 5e6, 400, 100, 8
FINLAND = 5_600_000  # residents
BURN_IN = 12  # months


def world(residents, months):
    """One run of `promeq` in all of Finland. Returns speed, bytes per resident, and months per second first and last."""
    overrides = {"population.places": ["all"], "population.residents": residents, "time.years": 2 + months // 12, "time.burn_in": BURN_IN,
                 "time.start": datetime.date(2018, 1, 1)}
    scenario = runs.load("promeq", overrides)
    began = time.perf_counter()
    model = HyteModel(scenario)
    built = time.perf_counter() - began
    model.run(BURN_IN)  # until the line of heavy users stands on a year's cost, as in every scenario
    turn = time.process_time()
    model.step()  # a January: the turn of the year and a month
    turn = time.process_time() - turn
    marks, cpu = [time.perf_counter()], time.process_time()
    for _ in range(months):
        model.step()
        marks.append(time.perf_counter())
    cpu = time.process_time() - cpu
    steps = np.diff(marks)
    third = max(1, months // 3)
    return {
        "residents": len(model.people), "months": months, "built": built, "turn": turn, "speed": len(model.people) * months / cpu,
        "bytes": per_resident(model), "first": 1 / np.median(steps[:third]), "last": 1 / np.median(steps[-third:]),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def task():
    """One draw and replicate of `compare promeq` as shipped, tables included: seconds of processor time, and resident-months."""
    one = runs.Task(tuple(runs.arms_of(["promeq"])), 0, 0)
    runs.perform(one)  # functions that the months above have not used come from the cache
    cpu = time.process_time()
    runs.perform(one)
    return time.process_time() - cpu, runs.need(one.arms, 1, 1)["resident_months"]


def per_resident(model):
    """Bytes held per resident: row, network, and the arrays that a month works with (pages touched of the request list)."""
    n = len(model.people)
    listed = int(model.tally["requests"].sum()) * model.listed.itemsize
    arrays = (model.people, model.network.indptr, model.network.indices, model.seen, model.touched, model.tags)
    return (sum(a.nbytes for a in arrays) + listed) / n


def twin(module, name, residents=2000, months=3):
    """Resident-months per second of an independent version of the same world, on the same starting state."""
    overrides = {"population.places": ["Kuusamo", "Kalajoki"], "population.residents": residents, "time.years": 1, "time.burn_in": 1,
                 "time.start": datetime.date(2018, 2, 1)}  # no turn of the year within the months compared
    model = HyteModel(runs.load("baseline", overrides))
    other = getattr(module, name).from_model(model)
    began = time.process_time()
    for _ in range(months):
        other.step()
    return residents * months / (time.process_time() - began)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--residents", type=int, action="append", help="may be given several times")
    parser.add_argument("--finland", action="store_true", help=f"{FINLAND:,} residents")
    parser.add_argument("--months", type=int, default=12)
    given = parser.parse_args()
    say = sys.stdout.write
    runs.prepare([runs.load("promeq")])
    best = 0.0
    say("residents    build s   January s   million resident-months per core-s   bytes per resident   "
        "months per s, first and last   peak GB\n")
    for residents in given.residents or ([FINLAND] if given.finland else [100_000, 1_000_000]):
        r = world(residents, given.months)
        best = max(best, r["speed"])
        say(f"{r['residents']:>9,} {r['built']:>9.1f} {r['turn']:>11.1f} {r['speed'] / 1e6:>27.2f} {r['bytes']:>28.0f} {r['first']:>19.2f} "
            f"{r['last']:>8.2f} {r['peak'] / 1e9:>12.2f}\n")
    seconds, months = task()
    say(f"one task of `compare promeq` as shipped: {seconds:.2f} s of processor time, {months / seconds / 1e6:.2f} million "
        "resident-months per core-s\n")
    sys.path.insert(0, "tests")
    import naive

    slow = twin(naive, "NaiveModel")
    say(f"naive Mesa model (tests/naive.py): {slow:,.0f} resident-months per core-s; this is {best / slow:,.0f} times as fast\n")
    from benchmarks import vectorised

    middle = twin(vectorised, "VectorModel", residents=100_000)
    say(f"NumPy, residents' month only (benchmarks/vectorised.py): {middle / 1e6:.2f} million resident-months per core-s; "
        f"this is {best / middle:.1f} times as fast\n")
    say(f"bar: {BAR_SPEED / 1e6:.0f} million, {BAR_BYTES} bytes, {BAR_RATIO} times the naive model, {BAR_PEAK} GB for all of Finland\n")


if __name__ == "__main__":
    main()

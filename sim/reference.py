"""A small fixed world whose results are kept, so that a machine, a release or an edit can be held against them.

    python -m sim.reference      write the results of today's code to reference.csv; only on purpose, and CHANGES.md says so
"""

import csv
import hashlib
import math
import sys
from pathlib import Path

import numpy as np

from sim.ledger import PAYERS
from sim.model import HyteModel
from sim.runs import load

__all__ = ["SAME", "compared", "kept", "run"]

FILE = Path(__file__).with_name("reference.csv")
MONTHS, RESIDENTS, BURN_IN = 26, 600, 2  # two turns of the year
WORLDS = {"promeq": ["Kouvola"], "kuusamo_kalajoki_card": ["Kuusamo", "Kalajoki"], "metropolia_innovations": ["Lahti", "Espoo"]}
MEANS = ("wellbeing", "strain", "distress", "income", "health", "security", "cohesion", "inclusion", "empowerment", "awareness",
         "trust", "year_cost", "status_months")
SAME = 1e-9  # relative difference that another processor's last digits may make
DIGEST = "sha256"


def run():
    """The figures of the reference worlds as this machine computes them: {(scenario, name): number, or text for `sha256`}.

    Means over residents alive after 26 months, the number alive, and euros of each payer [EUR2018] added over all months. `sha256`
    is of every column of every resident.
    """
    found = {}
    for name, places in WORLDS.items():
        model = HyteModel(load(name, {"population.places": places, "population.residents": RESIDENTS, "time.years": 3,
                                      "time.burn_in": BURN_IN, "runs.posterior": "none"})).run(months=MONTHS)
        here = model.people[model.people["alive"] == 1]
        found[name, "residents"] = float(len(here))
        found |= {(name, column): float(here[column].mean()) for column in MEANS}
        found |= {(name, f"paid by {payer}"): amount for payer, amount in _paid(model).items()}
        digest = hashlib.sha256()
        for column in here.dtype.names:
            digest.update(np.ascontiguousarray(here[column]).tobytes())
        found[name, DIGEST] = digest.hexdigest()
    return found


def _paid(model):
    """EUR2018 of each payer over the measured months, for the simulated residents."""
    amounts = np.sum(model.ledger.kept, axis=(0, 1)) @ model.ledger.split
    return dict(zip(PAYERS, amounts.tolist(), strict=True))


def kept():
    """The figures that are kept, in the form of `run`."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return {(r["scenario"], r["name"]): r["value"] if r["name"] == DIGEST else float(r["value"]) for r in rows}


def compared(found, known):
    """Two results of `run`: (alike to the last bit, figures that differ by more than SAME as {(scenario, name): (found, known)})."""
    numbers = {key for key in found | known if key[1] != DIGEST}
    apart = {key: (found.get(key), known.get(key)) for key in sorted(numbers)
             if key not in found or key not in known or not math.isclose(found[key], known[key], rel_tol=SAME, abs_tol=SAME)}
    return found == known, apart


def write():
    """Keep the results of today's code."""
    found = run()
    with FILE.open("w", encoding="utf-8", newline="") as file:
        file.write("# Written by `python -m sim.reference`: results of small fixed worlds, see sim/reference.py.\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["scenario", "name", "value"])
        rows.writerows([*key, value if key[1] == DIGEST else repr(value)] for key, value in found.items())


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{FILE.name}: written; say in CHANGES.md why the numbers changed.\n")

"""How long a full report takes: ten arms x 200 draws of five years, made up from one small run; the bar is a minute.

    python -m benchmarks.report                        10 arms, 200 draws
    python -m benchmarks.report --arms 3 --draws 20

The tables are as long as those of a real run of one municipality (about 500 rows of outcomes a month, arm and run). Times are of
this machine.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from results import report, store
from sim import runs

BAR = 60.0
PLACES = ("Mikkeli",)


def small_run(folder, residents):
    """One real run of baseline and promeq, from which the long one is made."""
    where = {"population.places": list(PLACES), "population.residents": residents, "time.years": 5}
    return runs.compare("promeq", overrides=where, draws=1, replicates=1, workers=1, out=folder, page=False)


def long_run(small, folder, arms, draws):
    """The run's rows for `arms` arms and `draws` draws, values moved a little by arm and draw; one part per 20 draws."""
    names = ["baseline", *(f"arm_{k}" for k in range(1, arms))]
    with store.building(Path(folder) / "long") as made:
        for name, frame in small.tables.items():
            if name != "residents":
                for part, first in enumerate(range(1, draws + 1, 20)):
                    many = _many(name, frame, names, range(first, min(first + 20, draws + 1)))
                    if many is not None and not (part and name == "places"):
                        store.write_table(made.path, name, many, part)
        for arm in names:
            source = "baseline" if arm == "baseline" else "promeq"
            text = (Path(small.folder) / f"scenario.{source}.toml").read_text(encoding="utf-8")
            store.write_text(made.path, f"scenario.{arm}.toml", text)
        titles = {name: name.replace("_", " ").title() for name in names}
        store.write_manifest(made.path, {**small.manifest, "arms": names, "titles": titles, "rests_on": {}, "draws": draws})
    return store.open(made.final)


def _many(name, frame, arms, draws):
    """Rows of a table repeated for arms and draws."""
    if name == "places":
        return frame
    made = []
    for draw in draws:
        rng = np.random.default_rng(draw)
        if name == "parameters":
            made.append(frame.assign(draw=np.int16(draw), value=frame["value"] * rng.normal(1, 0.1, len(frame))))
            continue
        for k, arm in enumerate(arms):
            source = "baseline" if k == 0 else "promeq"
            part = frame[frame["arm"] == source]
            value = next((column for column in ("value", "amount", "y", "persons") if column in part), None)
            if part.empty:
                continue
            part = part.assign(draw=np.int16(draw), arm=pd.Categorical([arm] * len(part), categories=arms))
            if value:
                part[value] = part[value] * (1 + 1e-4 * k * rng.normal(1, 0.5))
            made.append(part)
    return pd.concat(made, ignore_index=True) if made else None


def _rows(run, table):
    import pyarrow.dataset as ds

    return ds.dataset(run.tables.files(table)).count_rows()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--arms", type=int, default=10)
    options.add_argument("--draws", type=int, default=200)
    options.add_argument("--residents", type=int, default=3000)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = long_run(small_run(folder, asked.residents), folder, asked.arms, asked.draws)
        began, used = time.perf_counter(), time.process_time()
        path = report.write(run)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        rows = _rows(run, "outcomes") + _rows(run, "ledger")
        print(f"{asked.arms} arms x {asked.draws} draws, {rows / 1e6:.0f} million rows: report of {path.stat().st_size / 1e6:.1f} MB in "
              f"{seconds:.1f} s ({cpu:.1f} s of processor time); bar {BAR:.0f} s: {'held' if seconds <= BAR else 'NOT held'}")


if __name__ == "__main__":
    main()

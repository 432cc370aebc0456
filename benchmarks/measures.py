"""Speed of the measures on a million residents, beside plain NumPy or loop versions in the same run.

    python -m benchmarks.measures
    python -m benchmarks.measures --residents 100000

Processor time; absolute figures are of this machine, ratios are the claim. Versions that need
every pair are timed on fewer rows, and the line says how many. Where Rscript is found, the same indices of the same residents
are timed in R (measures.R), and the values compared.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from results import economics, inequality, influence
from results.valueofinformation import evppi
from results.variance import Design, estimate

PAIRS = 4000  # rows of the versions that look at every pair: 16 million pairs
LOOP = 100_000  # rows of the versions that loop in Python


def naive_gini(y):
    """Every pair against every other."""
    return np.abs(y[:, None] - y[None, :]).mean() / (2 * y.mean())


def naive_slope(y, rank, w):
    """Ranks with pandas, tie by tie, and a general least-squares fit."""
    table = pd.DataFrame({"rank": rank, "w": w / w.sum()})
    shares = table.groupby("rank")["w"].sum()
    ridit = table["rank"].map(shares.cumsum() - shares / 2).to_numpy()
    return np.polyfit(ridit, y, 1, w=np.sqrt(w))[0]


def naive_theil(y, w):
    """Row by row in Python."""
    total = sum(w)
    middle = sum(a * b for a, b in zip(y, w, strict=True)) / total
    return sum(b * a / middle * np.log(a / middle) for a, b in zip(y, w, strict=True)) / total


def naive_ceac(costs, effects, wtp):
    """Threshold by threshold and run by run."""
    wins = np.zeros((len(wtp), costs.shape[1]))
    for k, price in enumerate(wtp):
        for c, e in zip(costs, effects, strict=True):
            wins[k, np.argmax(price * e - c)] += 1
    return wins / len(costs)


def clock(function, times=3):
    """Shortest of a few runs, in seconds of processor time, which a busy machine stretches least."""
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def residents(n, seed=1):
    """Incomes, weights, social fifths and scores of 1 to 5 of n residents: four arrays of shape (n,)."""
    rng = np.random.default_rng(seed)
    y, w, rank = rng.lognormal(0, 1, n), rng.uniform(0.5, 2, n), rng.integers(0, 5, n).astype(float)
    return y, w, rank, np.clip(rng.normal(4, 0.6, n), 1, 5)


def rows(n):
    """(name, seconds for n rows, rows of the naive version, seconds of it or None)."""
    y, w, rank, score = residents(n)
    design = Design(w, np.arange(n) // 10, np.arange(n) // (n // 20))
    loop = min(n, LOOP)
    plain = y[:loop].tolist(), w[:loop].tolist()
    yield "Gini, equal weights", clock(lambda: inequality.gini(y)), PAIRS, clock(lambda: naive_gini(y[:PAIRS]))
    yield "Gini, weighted", clock(lambda: inequality.gini(y, w)), None, None
    yield "slope index over fifths", clock(lambda: inequality.slope_index(score, rank, w)), n, clock(lambda: naive_slope(score, rank, w), 1)
    yield "Erreygers index over ranks", clock(lambda: inequality.concentration_index(score, y, w, "erreygers", 1, 5)), None, None
    yield "Theil index", clock(lambda: inequality.theil(y, w)), loop, clock(lambda: naive_theil(*plain), 1)
    yield "Atkinson, aversion 10.95", clock(lambda: inequality.atkinson(y, 10.95, w)), None, None
    yield "Gini with a clustered error", clock(lambda: estimate(*influence.gini(y, w), design)), None, None
    yield "P90/P10", clock(lambda: inequality.quantile_ratio(y, weights=w)), None, None


def decisions(seed=2):
    """As `rows`, for 10,000 draws of five arms."""
    rng = np.random.default_rng(seed)
    costs, effects, x = rng.normal(1000, 300, (10_000, 5)), rng.normal(10, 1, (10_000, 5)), rng.normal(size=10_000)
    wtp = np.linspace(0, 50_000, 51)
    slow = clock(lambda: naive_ceac(costs, effects, wtp[:3]), 1)
    yield "CEAC, 51 thresholds, 10,000 draws of 5 arms", clock(lambda: economics.ceac(costs, effects, wtp)), 3, slow
    yield "EVPPI of one parameter, 51 thresholds", clock(lambda: evppi(costs, effects, wtp, x)), None, None


def in_r(n):
    """{name: (seconds, value)} of the same measures in R; None without Rscript."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, values in zip(("y", "w", "rank", "score"), residents(n), strict=True):
            values.tofile(Path(folder) / name)
        command = ["Rscript", "--vanilla", str(Path(__file__).with_suffix(".R")), folder]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name: (float(seconds), float(value)) for name, seconds, value in (line.split("\t") for line in told.splitlines())}


def beside_r(n):
    """(name, seconds, seconds in R, value, value in R) for each measure that R has too; None without R."""
    found = in_r(n)
    if found is None:
        return None
    y, w, rank, score = residents(n)
    ours = {
        "Gini, equal weights": lambda: inequality.gini(y), "Gini, weighted": lambda: inequality.gini(y, w),
        "Gini, weighted (laeken)": lambda: inequality.gini(y, w),
        "slope index over fifths": lambda: inequality.slope_index(score, rank, w),
        "Erreygers index over ranks": lambda: inequality.concentration_index(score, y, w, "erreygers", 1, 5),
        "Theil index": lambda: inequality.theil(y, w), "Atkinson, aversion 10.95": lambda: inequality.atkinson(y, 10.95, w),
        "P90/P10": lambda: inequality.quantile_ratio(y, weights=w),
    }
    return [(name, clock(ours[name]), seconds, ours[name](), value) for name, (seconds, value) in found.items()]


def main():
    """Print one line per measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--residents", type=int, default=1_000_000)
    n = max(parser.parse_args().residents, 1000)
    print(f"{n:,} residents, best of 3")
    for name, seconds, size, slow in rows(n):
        beside = ""
        if slow is not None:
            beside = f"; naive {1000 * slow:,.0f} ms for {size:,} rows: {slow / size / (seconds / n):,.0f} times as long per row"
        print(f"{name:30} {1000 * seconds:8.1f} ms{beside}")
    found = beside_r(n)
    print("\nR is not here (no Rscript), so nothing is timed beside it." if found is None else "\nBeside R, the same residents:")
    for name, seconds, slow, mine, theirs in found or ():
        print(f"{name:30} {1000 * seconds:8.1f} ms; R {1000 * slow:8.0f} ms: {slow / seconds:5.1f} times as long; values {mine:.6f} and "
              f"{theirs:.6f}, {abs(mine / theirs - 1):.0e} apart")
    print()
    for name, seconds, size, slow in decisions():
        times = 0 if slow is None else slow / size / (seconds / 51)
        beside = "" if slow is None else f"; naive {1000 * slow:,.0f} ms for {size} thresholds: {times:,.0f} times as long"
        print(f"{name:45} {1000 * seconds:8.1f} ms{beside}")


if __name__ == "__main__":
    main()

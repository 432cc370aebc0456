"""Speed of the measures on a million residents, beside plain NumPy or loop versions in the same run.

    python -m benchmarks.measures
    python -m benchmarks.measures --residents 100000

Processor time; absolute figures are of this machine, ratios are the claim. Versions that need
every pair are timed on fewer rows, and the line says how many.
"""

import argparse
import time

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


def rows(n, seed=1):
    """(name, seconds for n rows, rows of the naive version, seconds of it or None)."""
    rng = np.random.default_rng(seed)
    y, w, rank = rng.lognormal(0, 1, n), rng.uniform(0.5, 2, n), rng.integers(0, 5, n).astype(float)
    score = np.clip(rng.normal(4, 0.6, n), 1, 5)
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
    for name, seconds, size, slow in decisions():
        times = 0 if slow is None else slow / size / (seconds / 51)
        beside = "" if slow is None else f"; naive {1000 * slow:,.0f} ms for {size} thresholds: {times:,.0f} times as long"
        print(f"{name:45} {1000 * seconds:8.1f} ms{beside}")


if __name__ == "__main__":
    main()

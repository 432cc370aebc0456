"""Recovery of known numbers: the emulator, ABC-SMC, a neural posterior and Optuna side by side, with the same number of simulations.

    python -m benchmarks.calibration --kept runs/recovery              the emulator on the model itself, at 75, 150 and 300 simulations
    python -m benchmarks.calibration --kept runs/recovery --stand-in   every method on a stand-in for the model, at `--budget`

The first runs the model of `calibration/recovery.toml` (300 + 40 times; 2-4 s of a core each; rows are kept in the folder, and a second
start resumes). The second cannot do that for methods whose runs hang on the truth: 40 truths x 300 runs x each method. It fits a
surrogate to all rows of the first, calls its mean with drawn chance "the world", and lets every method recover truths from that.
"""

import argparse
import dataclasses
import time

import numpy as np
import pandas as pd

from calibration import calibrate, recovery, simulate
from calibration.methods import emulator, method
from calibration.problem import TargetSection
from calibration.surrogate import Surrogate

SEED, DESIGN, TRUTHS = 11, 5, 100_000
BUDGETS = (75, 150, 300)


def rows(problem, kept, runs, truths, workers):
    """Design and its statistics, truths and theirs: from the model, or as far as the folder has them."""
    z, t = emulator.design(problem, runs, SEED), problem.prior(truths, DESIGN)
    tell = lambda done, of: print(f"\r{done} of {of} runs", end="", flush=True)  # noqa: E731
    simulated = simulate.table(problem, z, 0, f"{kept}/design", workers, tell)
    observed = simulate.table(problem, t, TRUTHS, f"{kept}/truths", workers, tell)
    print()
    return z, simulated, t, observed


def on_the_model(problem, z, simulated, truths, observed):
    """One line per budget: coverage and width over all numbers, the smallest p of ranks, root mean square error."""
    for budget in (b for b in BUDGETS if b <= len(z)):
        began = time.process_time()
        table, _ = recovery.check(problem, z[:budget], simulated[:budget], truths, observed, seed=3)
        took = (time.process_time() - began) / len(truths)
        print(f"\n{budget} simulations, {len(truths)} truths, {took:.1f} s of a core for each fit")
        print(table.drop(columns="bias").round(3).to_string(index=False))
        print(f"all numbers: 90 % intervals cover {table['coverage_90'].mean():.3f}, 50 % {table['coverage_50'].mean():.3f}, width "
              f"{table['width_90'].mean():.2f} prior SD, RMSE {np.sqrt((table['rmse'] ** 2).mean()):.3f}, smallest p "
              f"{table['rank_p'].min():.3f}")


class StandIn:
    """A world that answers at once: a surrogate's mean and the chance of one run."""

    def __init__(self, problem, z, simulated):
        self.names = [t.name for t in problem.targets]
        self.problem, self.surrogate = problem, Surrogate(z, emulator.transformed(problem, simulated))
        self.root = np.linalg.cholesky(self.surrogate.chance + 1e-12 * np.eye(len(self.names)))

    def statistics(self, z, first):
        """Statistics on the targets' scales, float (n, targets); chance by row number."""
        noise = np.array([np.random.default_rng([SEED, first + i]).standard_normal(len(self.names)) for i in range(len(z))])
        return self.surrogate.predict(z)[0] + noise @ self.root.T

    def fit(self, name, y, budget, seed):
        """A method's Fit to target values y, on the targets' scales."""
        targets = tuple(Told(t.name, float(v), t.sd) for t, v in zip(self.problem.targets, y, strict=True))
        problem = dataclasses.replace(self.problem, targets=targets, covariance=self.problem.observed_covariance)
        run = lambda z, first=0: pd.DataFrame(self.statistics(np.atleast_2d(z), 1000 * seed + first), columns=self.names)  # noqa: E731
        return method(name).fit(problem, run, budget, seed)


class Told:
    """A target whose value is on its scale already."""

    def __init__(self, name, y, sd):
        self.name, self.y, self.sd = name, y, sd
        self.section = TargetSection(statistic="mean", outcome="wellbeing", value=y, se=sd)

    def transformed(self, x):
        """The value itself."""
        return np.asarray(x, float)


def beside(world, names, truths, budget, seed):
    """One line per method: error, coverage and width of 90 % intervals, simulations, seconds of a core."""
    problem = world.problem
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((len(truths), len(problem.targets))) @ np.linalg.cholesky(problem.observed_covariance).T
    y = world.statistics(truths, 10**6) + noise
    print(f"\nOn the stand-in, {len(truths)} truths, {budget} simulations each")
    print("method      RMSE  bias  covers 90 %  width 90 %  simulations  seconds")
    for name in names:
        began = time.process_time()
        fits = [world.fit(name, one, budget, seed + i) for i, one in enumerate(y)]
        took = (time.process_time() - began) / len(fits)
        away = np.array([f.mean() for f in fits]) - truths
        ends = np.array([f.quantile([0.05, 0.95]) for f in fits])
        covers = ((ends[:, 0] <= truths) & (truths <= ends[:, 1])).mean()
        interval = f"{covers:11.3f}  {(ends[:, 1] - ends[:, 0]).mean():10.2f}" if fits[0].certain else f"{'none':>11s}  {'none':>10s}"
        print(f"{name:10s} {np.sqrt((away**2).mean()):5.3f} {away.mean():+5.2f}  {interval}  {np.mean([f.runs for f in fits]):11.0f}  "
              f"{took:7.1f}", flush=True)


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--kept", default="runs/recovery", help="folder in which finished runs are kept")
    ask.add_argument("--runs", type=int, default=300, help="rows of the design that are run")
    ask.add_argument("--truths", type=int, default=40)
    ask.add_argument("--workers", type=int)
    ask.add_argument("--stand-in", action="store_true")
    ask.add_argument("--budget", type=int, default=150, help="simulations of each method on the stand-in")
    ask.add_argument("--methods", default="emulator,abc,optimise")
    given = ask.parse_args()
    problem = calibrate.load(calibrate.shipped("recovery"))
    z, simulated, truths, observed = rows(problem, given.kept, given.runs, given.truths, given.workers)
    if given.stand_in:
        world = StandIn(problem, np.vstack([z, truths]), pd.concat([simulated, observed], ignore_index=True))
        beside(world, given.methods.split(","), truths, given.budget, seed=1)
    else:
        on_the_model(problem, z, simulated, truths, observed)


if __name__ == "__main__":
    main()

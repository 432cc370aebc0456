"""What matters: Morris screening, Sobol' indices on an emulator, PAWN against a dummy; all by SALib on runs that share their chance.

Every point of a design has the same draws and replicates, so that differences between points are not differences of chance.
`frame` has one row per point in the order of the design and one column per factor; `y` has shape (points,).
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from results.language import say
from results.sweeps.words import per_cent
from results.words import number

__all__ = ["Found", "emulator", "morris", "numeric", "pawn", "sobol", "units"]

PER_FACTOR = 10  # points that each factor should have, at least (Loeppky, Sacks & Welch 2009)
TRAJECTORIES = 10  # of Morris, at least
TRUSTED = 0.7  # share of variance that an emulator should explain out of sample
SAMPLE = 1024  # base sample on the emulator; a power of 2
REFITS = 20  # bootstrap refits behind an interval
GAUSSIAN = 800  # points up to which a Gaussian process is fitted
STARTS = (0.2, 0.7)  # length scales on the unit cube from which its likelihood is climbed, since it has several tops
DUMMY = "dummy"
SLICES = (10, 8, 5, 4, 2)  # of PAWN, by number of points; with others, such as 6, SALib's slices pass the end by rounding


@dataclass(frozen=True)
class Found:
    """A table with one row per factor, sentences of warning, and the emulator's share explained out of sample (or NaN)."""

    table: pd.DataFrame
    warnings: list = field(default_factory=list)
    explained: float = float("nan")


def numeric(frame):
    """Factors as numbers: words become the rank of their level; factors of a single value are dropped."""
    out = {}
    for name in frame.columns:
        column = frame[name]
        number = column if pd.api.types.is_numeric_dtype(column) else pd.Series(pd.factorize(column, sort=True)[0], column.index)
        if number.nunique() > 1:
            out[name] = number.astype(float)
    return pd.DataFrame(out, index=frame.index)


def units(x):
    """Each column as its place in its own distribution, in (0, 1): mid-ranks, so that ties (levels) stay together."""
    return x.rank(method="average").sub(0.5).div(len(x))


def _problem(names):
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _small(points, factors):
    if points >= PER_FACTOR * factors:
        return []
    return [say("{points} points for {factors} factors: too few; use at least {least}.", points=number(points, 0),
                factors=number(factors, 0), least=number(PER_FACTOR * factors, 0))]


def morris(frame, y, seed=2018, levels=4):
    """Elementary effects: mu_star (mean size), sigma (spread) [units of y over the whole range], with the 95 % half-width of mu_star.

    frame: whole trajectories in order, as the morris design lays them. Source: Morris 1991; Campolongo et al. 2007.
    """
    from SALib.analyze import morris as method

    x = numeric(frame)
    size = x.shape[1] + 1
    if len(x) % size:
        raise ValueError(f"{len(x)} points are no whole trajectories of {size}")
    grid = x.rank(method="dense").sub(1.0)
    grid = grid / (levels - 1)
    found = method.analyze(_problem(x.columns), grid.to_numpy(), np.asarray(y, float), num_levels=levels, seed=seed)
    table = pd.DataFrame({"factor": x.columns, "mu": found["mu"], "mu_star": found["mu_star"], "mu_star_half_width": found["mu_star_conf"],
                          "sigma": found["sigma"]})
    trajectories = len(x) // size
    few = [say("{count} trajectories: too few for an interval; use at least {least}.", count=number(trajectories, 0),
               least=number(TRAJECTORIES, 0))] if trajectories < TRAJECTORIES else []
    return Found(table.sort_values("mu_star", ascending=False, ignore_index=True), few)


def emulator(u, y, seed):
    """A fitted emulator of y over unit columns, and the share of variance it explains in five-fold cross-validation."""
    from sklearn.base import clone
    from sklearn.model_selection import KFold, cross_val_predict

    if len(u) <= GAUSSIAN:
        starts = [_gaussian(u.shape[1], length, seed).fit(u, y) for length in STARTS]
        model = max(starts, key=lambda one: one.log_marginal_likelihood_value_)
    else:
        model = _boosting(seed).fit(u, y)
    fixed = clone(model).set_params(kernel=model.kernel_, optimizer=None) if hasattr(model, "kernel_") else model
    folds = KFold(min(5, len(u)), shuffle=True, random_state=seed)
    guess = cross_val_predict(clone(fixed), u, y, cv=folds)
    spread = np.var(y)
    return model, float(1.0 - np.mean((y - guess) ** 2) / spread) if spread > 0 else float("nan")


def _gaussian(columns, length, seed):
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * RBF([length] * columns, (0.05, 1e2)) + WhiteKernel(0.05, (1e-6, 10.0))
    return GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)


def _boosting(seed):
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(random_state=seed)


def sobol(frame, y, seed=2018):
    """First-order and total Sobol' indices of an emulator of the runs, with 95 % intervals over bootstrap refits.

    Columns: factor, first, first_low, first_high, total, total_low, total_high. The intervals hold the emulator's own
    uncertainty. Valid for factors varied independently. Source: Saltelli et al. 2010; Jansen 1999.
    """
    import warnings

    from SALib.analyze import sobol as method
    from SALib.sample import sobol as sampler
    from sklearn.base import clone
    from threadpoolctl import threadpool_limits

    x = numeric(frame)
    u, y = units(x).to_numpy(), np.asarray(y, float)
    if np.ptp(y) == 0:
        return Found(_indices(x.columns, np.zeros((1, 2, x.shape[1]))), [say("Nothing differs between the points.")])
    problem = _problem(x.columns)
    with warnings.catch_warnings(), threadpool_limits(1):  # one thread, so that sums have one order
        warnings.simplefilter("ignore")  # of the optimiser's bounds; the share explained says whether the fit is any good
        sample = sampler.sample(problem, SAMPLE, calc_second_order=False, seed=seed)
        model, explained = emulator(u, y, seed)
        fixed = clone(model).set_params(kernel=model.kernel_, optimizer=None) if hasattr(model, "kernel_") else clone(model)
        chance = np.random.default_rng(seed)
        draws = [model]
        for _ in range(REFITS):
            chosen = chance.integers(0, len(u), len(u))
            draws.append(clone(fixed).fit(u[chosen], y[chosen]))
        values = []
        for one in draws:
            guess = one.predict(sample)
            found = method.analyze(problem, guess, calc_second_order=False, num_resamples=2, seed=seed)
            values.append((found["S1"], found["ST"]))
    said = _small(len(x), x.shape[1])
    if not explained >= TRUSTED:
        said.append(say("The emulator explains {share} % of the variance out of sample; below {least} % its indices are no evidence. Add "
                        "points, draws or replicates.", share=per_cent(max(explained, 0.0)), least=per_cent(TRUSTED)))
    return Found(_indices(x.columns, np.array(values)), said, explained)


def _indices(names, values):
    """values: shape (1 + refits, 2, factors), the fit itself first."""
    table = {"factor": list(names)}
    for i, word in enumerate(("first", "total")):
        low, high = np.nanquantile(values[:, i], (0.025, 0.975), axis=0)
        table |= {word: values[0, i], f"{word}_low": low, f"{word}_high": high}
    return pd.DataFrame(table).sort_values("total", ascending=False, ignore_index=True)


def pawn(frame, y, seed=2018):
    """PAWN: how far knowing a factor moves the whole distribution of y (median Kolmogorov-Smirnov distance, 0-1), beside a dummy.

    Columns: factor, median, low, high (95 % over bootstrap), matters: whether the low end lies above the dummy's high end. The
    dummy is an inert column. Source: Pianosi & Wagener 2018; the dummy as in Mora et al. 2019.
    """
    from SALib.analyze import pawn as method

    x = units(numeric(frame))
    chance = np.random.default_rng(seed)
    x[DUMMY] = chance.permutation(len(x)) / len(x)
    problem, y = _problem(x.columns), np.asarray(y, float)
    said = _small(len(x), x.shape[1] - 1)
    slices = next((s for s in SLICES if len(x) >= 10 * s), SLICES[-1])
    if slices < SLICES[0]:
        said.append(say("{points} points: PAWN in {slices} slices only.", points=number(len(x), 0), slices=number(slices, 0)))
    values = []
    for i in range(1 + REFITS):
        chosen = slice(None) if i == 0 else chance.integers(0, len(x), len(x))
        values.append(method.analyze(problem, x.to_numpy()[chosen], y[chosen], S=slices, seed=seed)["median"])
    values = np.array(values)
    low, high = np.nanquantile(values[1:], (0.025, 0.975), axis=0)
    table = pd.DataFrame({"factor": x.columns, "median": values[0], "low": low, "high": high})
    bar = float(table.loc[table["factor"] == DUMMY, "high"].iat[0])
    table["matters"] = table["low"] > bar
    return Found(table.sort_values("median", ascending=False, ignore_index=True), said)

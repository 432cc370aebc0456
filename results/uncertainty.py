"""How sure the answer is: intervals over runs, and how much of their spread is parameters and how much is
chance.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "Interval", "Split", "Stop", "by_draw", "convergence", "coverage", "interval", "paired", "parameter_values", "probability",
    "standard_error", "stop", "variance_split",
]  # fmt: skip

KEYS = ["draw", "replicate"]


class Interval(NamedTuple):
    """A mean over runs, the percentiles that hold the level asked for, and the number of runs behind them."""

    mean: float
    low: float
    high: float
    runs: int


class Split(NamedTuple):
    """Variance between runs split in two [units of values, squared]; share = parameter / (parameter +
    chance).
    """

    parameter: float
    chance: float
    share: float


class Stop(NamedTuple):
    """Whether there are runs enough: the error now and the one asked for [units of values], and what would reach it.

    draws: how many more with as many replicates each; replicates: how many more of every draw, or None when no number of
    replicates would do, since parameters carry the error. Both 0 when it is reached.
    """

    enough: bool
    error: float
    within: float
    draws: int
    replicates: int | None


def interval(values, level=0.95):
    """Mean and the (1 - level) / 2 and (1 + level) / 2 percentiles of one value per run: `Interval`.

    Linear between order statistics. NaN runs (an empty stratum) are left out; none left gives NaN. With fewer
    than 2 / (1 - level) runs the bounds are about the lowest and the highest run, which is less than the
    level says: report `runs` beside it.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 is 95 %), not {level}")
    values = np.asarray(values, dtype=np.float64)
    values = values[~np.isnan(values)]
    if values.size == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(values.mean()), float(low), float(high), values.size)


def probability(condition):
    """Share of runs in which `condition` (shape (runs,), of True and False) holds; NaN without runs."""
    condition = np.asarray(condition)
    return float(condition.mean()) if condition.size else float("nan")


def _by_draw(values, draws):
    values, draws = np.asarray(values, dtype=np.float64), np.asarray(draws)
    if values.shape != draws.shape or values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"values {values.shape} and draws {draws.shape} must be non-empty and of one shape (runs,)"
        )
    if not np.isfinite(values).all():
        raise ValueError("values hold a missing or infinite number")
    _, code = np.unique(draws, return_inverse=True)
    size = np.bincount(code)
    return values, code, size, np.bincount(code, values) / size


def variance_split(values, draws):
    """Variance of runs split into parameters (between draws) and chance (within): one-way random effects,
    `Split`.

    chance = MS_within; parameter = max(0, (MS_between - MS_within) / n0), n0 = (N - sum n_d^2 / N) / (D - 1).
    values, draws: shape (runs,). NaN for a part that the design cannot tell: chance needs two replicates of
    some draw, parameter two draws besides. Source: Searle, Casella & McCulloch 1992, ch. 3.
    """
    values, code, size, means = _by_draw(values, draws)
    n, d = values.size, size.size
    if n == d:
        return Split(np.nan, np.nan, np.nan)
    chance = float(((values - means[code]) ** 2).sum() / (n - d))
    if d == 1:
        return Split(np.nan, chance, np.nan)
    between = float((size * (means - values.mean()) ** 2).sum() / (d - 1))
    parameter = max(0.0, (between - chance) * (d - 1) / (n - (size**2).sum() / n))
    total = parameter + chance
    return Split(parameter, chance, parameter / total if total > 0 else np.nan)


def by_draw(values, draws):
    """Mean over the replicates of each draw: (draws, means); values (runs,) or (runs, k), draws in rising order.

    What is decided under uncertain parameters is decided on these (CEAC, EVPI): chance between replicates is nothing that a study of
    parameters could settle. ValueError on missing numbers.
    """
    values, draws = np.asarray(values, dtype=np.float64), np.asarray(draws)
    found = np.unique(draws)
    flat = values.reshape(len(values), -1)
    means = np.column_stack([_by_draw(column, draws)[3] for column in flat.T])
    return found, means[:, 0] if values.ndim == 1 else means


def parameter_values(values, draws):
    """Draw means with the chance left in them taken out: mean + sqrt(parameter / var of means) (mean_d - mean), shape (draws,).

    Their spread is that of the parameters alone, so their percentiles are the interval of parameter uncertainty; the draw means
    themselves spread wider by chance / replicates. As they are where the design cannot tell chance (one replicate each).
    Source: O'Hagan, Stevenson & Madan 2007.
    """
    means = by_draw(values, draws)[1]
    part = variance_split(values, draws).parameter
    spread = means.var(ddof=1) if means.size > 1 else 0.0
    if np.isnan(part) or spread == 0:
        return means
    return means.mean() + np.sqrt(min(1.0, part / spread)) * (means - means.mean())


def standard_error(values, draws=None):
    """Monte-Carlo standard error of the mean over runs: sd / sqrt(n) [units of values].

    With `draws` the replicates of one draw are not independent, so the error is that of the mean of the
    draws' means (when there is more than one draw). NaN for a single run.
    """
    values = np.asarray(values, dtype=np.float64)
    if draws is not None:
        means = _by_draw(values, draws)[3]
        values = means if means.size > 1 else values
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else float("nan")


def paired(frame, arm, comparator, keys=KEYS, value="value"):
    """Differences arm - comparator of twins: runs of the same draw and replicate. A frame with `keys` and
    `value`.

    frame: tidy, with columns arm, the keys and value, one row per arm and key. Runs without a twin are left
    out; ValueError when no run has one or a key stands twice, since differences between strangers would drown
    in chance.
    """
    keys, sides = list(keys), []
    from results.tidy import key_codes  # brings pandas, which the functions of arrays do without

    codes = key_codes(frame, keys)
    for name in (arm, comparator):
        chosen = (frame["arm"] == name).to_numpy()
        side, code = frame.loc[chosen, [*keys, value]], codes[chosen]
        if np.unique(code).size < code.size:
            raise ValueError(
                f"arm {name!r} has several rows for one {' and '.join(keys)}; select one outcome first"
            )
        sides.append((side, code))
    (mine, own), (theirs, other) = sides
    _, at, there = np.intersect1d(own, other, assume_unique=True, return_indices=True)
    if not at.size:
        raise ValueError(
            f"no {' and '.join(keys)} is in both arms {arm!r} and {comparator!r}, so nothing can be paired"
        )
    order = np.argsort(at)  # as the arm has them
    both = mine.iloc[at[order]].reset_index(drop=True)
    both[value] = both[value].to_numpy() - theirs[value].to_numpy()[there[order]]
    return both


def _more(values, draws, target):
    """More draws, and more replicates of every draw (None: no number would do), for an error of the mean of `target`."""
    size = _by_draw(values, draws)[2]
    d, r = size.size, values.size / size.size
    error = standard_error(values, draws)
    more_draws = max(0, int(np.ceil(d * (error / target) ** 2 - 1e-9)) - d)
    split = variance_split(values, draws)
    if d == 1:
        return more_draws, max(0, int(np.ceil(r * (error / target) ** 2 - 1e-9)) - int(r))
    room = d * target**2 - split.parameter  # what chance / replicates may be
    if np.isnan(split.chance) or room <= 0:
        return more_draws, None
    return more_draws, max(0, int(np.ceil(split.chance / room - r - 1e-9)))


def stop(values, draws, within):
    """Stop rule: whether the Monte-Carlo error of the mean over runs is at most `within` [units of values], else what is missing: `Stop`.

    error^2 = (parameter + chance / replicates) / draws. Decide `within` before running, from the smallest difference that would
    matter. With fewer than two runs nothing is known: not enough, one more draw.
    """
    if not within > 0:
        raise ValueError(f"within must be above 0, not {within:g}")
    values = np.asarray(values, dtype=np.float64)
    error = standard_error(values, draws)
    if np.isnan(error):
        return Stop(False, error, within, 1, 1)
    if error <= within:
        return Stop(True, error, within, 0, 0)
    return Stop(False, error, within, *_more(values, np.asarray(draws), within))


def convergence(values, draws, label="the difference"):
    """One plain sentence on how well the mean over runs is known, and what more runs would do.

    The error falls with the square root of runs: four times as many draws halve it. More draws help when parameters carry the
    spread; when chance does, the replicates of each draw that would halve it are named too, if fewer runs do.
    """
    values = np.asarray(values, dtype=np.float64)
    n, d = values.size, np.unique(draws).size
    runs = f"{n} run{'s' if n > 1 else ''}"
    if n < 2:
        return f"One run only: nothing can be said about how sure {label} is; use more draws or replicates."
    error = standard_error(values, draws)
    if error == 0:
        return f"All {runs} agree on {label}."
    if d == 1:
        more = f"{3 * n} more replicates would about halve it; one draw only, so intervals hold chance alone"
    else:
        share = variance_split(values, draws).share
        more = f"{3 * d} more draws would about halve it"
        replicates = _more(values, np.asarray(draws), error / 2)[1]
        if replicates is not None and replicates * d < 3 * n:
            more = f"{replicates} more replicate{'s' if replicates > 1 else ''} of every draw would about halve it"
        more += (
            ""
            if np.isnan(share)
            else f"; parameters carry {100 * share:.0f} % of the variance, chance the rest"
        )
    return f"Monte-Carlo error of {label}: {_two_digits(error)} after {runs}; {more}."


def coverage(draws, level=0.95):
    """What an interval over few draws leaves out, a list of at most one plain sentence; nothing for one draw, which has none.

    Of exchangeable draws one more falls outside the lowest and the highest with probability 2 / (draws + 1), and percentiles reach no
    farther. Source: Wilks 1941.
    """
    outside = 2 / (draws + 1)
    if draws < 2 or outside <= 1 - level + 1e-9:
        return []
    return [f"Intervals over {draws} draws are too narrow: one more draw would fall outside about {100 * outside:.0f} % of the time, "
            f"not {100 * (1 - level):.0f} %; from {int(np.ceil(2 / (1 - level) - 1 - 1e-9))} draws on they hold what they say."]


def _two_digits(value):
    """Two significant digits, without an exponent."""
    text = f"{value:.2g}"
    return f"{value:.{max(0, 1 - int(np.floor(np.log10(value))))}f}" if "e" in text else text

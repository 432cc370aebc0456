"""What it would be worth to know more: partial information by regression, whole populations, and normal closed forms.

A parameter (or several) explains part of each option's net benefit; the regression of costs and effects on it gives what the
decision maker would expect on learning it (Strong, Oakley & Brennan 2014). Splines are SciPy's B-splines on normal scores of each
parameter, smoothed by a second-difference penalty chosen by generalised cross-validation (Eilers & Marx 1996; Wahba 1990).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from results.economics import _pair, discount_factors, evpi, net_benefit

__all__ = ["Information", "evppi", "evppi_table", "normal_value", "population_value", "preposterior"]

PIECES = {1: 15, 2: 5}  # spline pieces of one parameter alone and of two together
MANY, PAIRED = 8, 3  # pieces of each of more parameters, and of each in the product of a pair
PAIRS = 5  # up to so many parameters every pair has its product of splines, beyond it a product of scores
REACH = 3.5  # normal scores beyond this are drawn in: a run in 4,000
FOLDS = 5
CARE = 1.4  # each direction that the fit uses counts as so many, against fits that follow noise (Kim & Gu 2004)
SMOOTH = 10.0 ** np.arange(-6, 9)


class Information(NamedTuple):
    """Value of learning some parameters [EUR], each of shape (k,) over thresholds.

    value: in-sample estimate, slightly high on average; error: its Monte-Carlo standard error; check: the same by cross-fitting, where
    decisions are taken on runs that the fit did not see, low on average. Far apart: more draws are needed.
    """

    value: np.ndarray
    error: np.ndarray
    check: np.ndarray


def evppi(costs, effects, wtp, parameters):
    """Expected value of learning `parameters` perfectly: `Information`.

    costs, effects: shape (runs, options), one run per parameter draw; parameters: (runs,) or (runs, p), learnt together.
    value = E[max_j g_j] - max_j E[g_j] with g the net benefit expected from the parameters; between 0 and the EVPI, which it is
    held to. Net benefits that come ready: costs = -benefits, effects = 0. With summaries of data that a study would give (one row per
    run, drawn from the run's parameters) in place of parameters it is the expected value of sample information. Source: Strong,
    Oakley & Brennan 2014; Strong et al. 2015; Heath, Manolopoulou & Baio 2017.
    """
    costs, effects = _pair(costs, effects)
    runs, options = costs.shape
    thresholds = np.atleast_1d(np.asarray(wtp, dtype=np.float64))
    x = _scores(parameters, runs)
    if options == 1 or x.shape[1] == 0:
        nothing = np.zeros(thresholds.size)
        return Information(nothing, nothing, nothing)
    base, penalty = _basis(x)
    both = np.hstack([a - a[:, [0]] for a in (costs, effects)])  # increments, from which what options share has gone
    fitted, unseen = _smooth(base, penalty, both)
    most = evpi(costs, effects, thresholds)
    found = []
    for k, price in enumerate(thresholds):
        g, out = (price * part[:, options:] - part[:, :options] for part in (fitted, unseen))
        real = net_benefit(costs, effects, price)
        best = int(real.mean(axis=0).argmax())
        gain = g.max(axis=1) - g[:, g.mean(axis=0).argmax()]
        check = (real[np.arange(runs), out.argmax(axis=1)] - real[:, best]).mean()
        found.append((min(max(gain.mean(), 0.0), most[k]), gain.std(ddof=1) / np.sqrt(runs), min(max(check, 0.0), most[k])))
    return Information(*(np.array(column) for column in zip(*found, strict=True)))


def evppi_table(costs, effects, wtp, draws, groups=None):
    """EVPPI of every column of `draws` and of `groups` of columns: frame with parameter, wtp, value, error, check, share of EVPI.

    draws: frame with one row per run in the order of costs; groups: {name: list of columns}. Rows by falling value at the first
    threshold. A column that never varies is worth 0.
    """
    whole = evpi(costs, effects, wtp)
    rows = []
    for name, columns in ({str(column): [column] for column in draws.columns} | (groups or {})).items():
        missing = [column for column in columns if column not in draws.columns]
        if missing:
            raise ValueError(f"group {name!r} names columns that are not there: {', '.join(map(str, missing))}")
        found = evppi(costs, effects, wtp, draws[list(columns)].to_numpy(dtype=np.float64))
        for k, price in enumerate(np.atleast_1d(wtp)):
            share = found.value[k] / whole[k] if whole[k] > 0 else 0.0
            rows.append((name, float(price), found.value[k], found.error[k], found.check[k], share))
    table = pd.DataFrame(rows, columns=["parameter", "wtp", "value", "error", "check", "share"])
    first = table.groupby("parameter")["value"].first().sort_values(ascending=False, kind="stable")
    return table.set_index("parameter").loc[first.index].reset_index()


def population_value(value, people, rate=0.03):
    """Value of information for all whom the decision touches: value per person times sum_t people_t (1 + r)^-t [EUR].

    people: number in each year from now, shape (years,): the horizon is its length. Source: Claxton & Posnett 1996.
    """
    people = np.asarray(people, dtype=np.float64)
    if people.ndim != 1 or not np.isfinite(people).all() or (people < 0).any():
        raise ValueError("people must be one number >= 0 per year")
    return (np.asarray(value, dtype=np.float64) * float(people @ discount_factors(people.size, rate, per_year=1)))[()]


def normal_value(mean, sd):
    """E[max(B, 0)] - max(E B, 0) for a normal increment B of net benefit: sd phi(m / sd) + m Phi(m / sd) - max(m, 0).

    EVPI with the sd of B; EVPPI with the sd that the parameter explains; EVSI with `preposterior`. Source: Raiffa & Schlaifer 1961.
    """
    from scipy.stats import norm

    if not sd >= 0:
        raise ValueError(f"a standard deviation must not be negative, not {sd}")
    return max(mean, 0.0) - max(mean, 0.0) if sd == 0 else float(sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(mean, 0.0))


def preposterior(prior_sd, observation_sd, n):
    """Standard deviation of the posterior mean to come: prior_sd sqrt(v0 / (v0 + s^2 / n)). Source: Raiffa & Schlaifer 1961."""
    v = prior_sd**2
    return float(prior_sd * np.sqrt(v / (v + observation_sd**2 / n))) if n > 0 else 0.0


def _scores(parameters, runs):
    """Normal scores of the columns that vary, shape (runs, p): a monotone change of a parameter changes no decision."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    x = np.asarray(parameters, dtype=np.float64).reshape(runs, -1) if np.size(parameters) % runs == 0 else None
    if x is None or len(parameters) != runs:
        raise ValueError(f"parameters must have one row per run: {np.shape(parameters)} for {runs} runs")
    if not np.isfinite(x).all():
        raise ValueError("parameters hold a missing or infinite number")
    x = x[:, np.ptp(x, axis=0) > 0]
    if x.shape[1] == 0:
        return x
    return np.clip(ndtri((rankdata(x, axis=0) - 0.5) / runs), -REACH, REACH)


def _spline(z, pieces):
    """B-spline basis of one column of scores and its penalty on second differences; groups when it holds few values."""
    from scipy.interpolate import BSpline

    values, code = np.unique(z, return_inverse=True)
    if values.size <= pieces:
        return (code[:, None] == np.arange(values.size)).astype(float), 1e-6 * np.eye(values.size)
    low, high = values[0], values[-1]
    knots = np.linspace(low, high, pieces + 1)
    step = knots[1] - knots[0]
    knots = np.concatenate([low - step * np.arange(3, 0, -1), knots, high + step * np.arange(1, 4)])
    base = BSpline.design_matrix(np.clip(z, low, high - 1e-12 * (high - low)), knots, 3).toarray()
    bend = np.diff(np.eye(base.shape[1]), 2, axis=0)
    return base, bend.T @ bend


def _product(one, two):
    """Tensor product of two bases with its penalty."""
    (a, p), (b, q) = one, two
    base = (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)
    return base, np.kron(p, np.eye(b.shape[1])) + np.kron(np.eye(a.shape[1]), q)


def _basis(x):
    """Basis and penalty for p parameters: one spline, a product of two, or all splines with products of pairs."""
    from scipy.linalg import block_diag

    p = x.shape[1]
    if p <= 2:
        parts = [_spline(column, PIECES[p]) for column in x.T]
        return parts[0] if p == 1 else _product(*parts)
    parts = [_spline(column, MANY) for column in x.T]
    pairs = [(i, j) for i in range(p) for j in range(i)]
    if p <= PAIRS:
        few = [_spline(column, PAIRED) for column in x.T]
        parts += [_product(few[i], few[j]) for i, j in pairs]
    else:
        parts.append((np.column_stack([x[:, i] * x[:, j] for i, j in pairs]), np.eye(len(pairs))))
    return np.hstack([base for base, _ in parts]), block_diag(*(penalty for _, penalty in parts))


def _smooth(base, penalty, y):
    """Fitted values of every column of y, and the same for rows that the fit did not see (`FOLDS` parts, same smoothness)."""
    n = len(y)
    centre, middle = base.mean(axis=0), y.mean(axis=0)
    x, y = base - centre, y - middle
    weight, turned = _turn(x.T @ x / n, penalty)
    rotated = x @ turned
    pull = rotated.T @ y / n
    keep = 1 / (1 + SMOOTH[:, None] * weight)  # (smoothness, directions)
    size = keep.sum(axis=1) + 1
    rest = (y**2).mean(axis=0) - (2 * keep - keep**2) @ pull**2
    chosen = (rest / np.maximum(1 - CARE * size / n, 1e-3)[:, None] ** 2).argmin(axis=0)
    fitted = rotated @ (keep[chosen].T * pull) + middle
    unseen = np.empty_like(fitted)
    fold = np.arange(n) % FOLDS
    strength = SMOOTH[chosen]
    for part in range(FOLDS):
        seen, own = fold != part, fold == part
        bend = rotated[seen].T @ rotated[seen] / seen.sum()
        force = rotated[seen].T @ y[seen] / seen.sum()
        for j in range(y.shape[1]):
            unseen[own, j] = rotated[own] @ np.linalg.solve(bend + np.diag(strength[j] * weight + 1e-10), force[:, j]) + middle[j]
    return fitted, unseen


def _turn(gram, penalty):
    """Directions V with V' gram V = 1 and V' penalty V = diag(weight): penalised regression becomes shrinking one by one."""
    from scipy.linalg import eigh

    values, vectors = eigh(gram)
    some = values > 1e-10 * values[-1]
    half = vectors[:, some] / np.sqrt(values[some])
    weight, rotation = eigh(half.T @ penalty @ half)
    return np.maximum(weight, 0.0), half @ rotation

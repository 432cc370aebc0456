"""Generalised entropy: one family from the bottom-sensitive to the top-sensitive that splits exactly by groups."""

import numpy as np

from results.weighted import codes, columns, dot, ratio_mean

__all__ = ["entropy_contributions", "entropy_of", "entropy_split", "generalised_entropy", "mean_log_deviation", "theil"]


def entropy_of(share, w, alpha):
    """GE(alpha) of y / mu = `share` with weights that sum to one.

    Near alpha = 0 and 1 the plain formula divides rounding by almost nothing, so powers are taken as expm1;
    since sum w share = 1, share may stand for the 1 that is subtracted.
    """
    logs = np.log(np.where(share > 0, share, 1))
    if alpha == 0:
        return -dot(w, logs)
    if alpha == 1:
        return dot(w, share * logs)
    power = np.expm1(alpha * logs) if alpha < 0.5 else share * np.expm1((alpha - 1) * logs)
    if alpha < 0.5:
        power = np.where(share > 0, power, -1)
    return dot(w, power) / (alpha * (alpha - 1))


def generalised_entropy(values, alpha=1.0, weights=None):
    """Generalised entropy GE(a) = (sum w (y / mu)^a - 1) / (a (a - 1)); a = 0 mean log deviation, a = 1
    Theil.

    values above 0; 0 is allowed when a > 0. Low a is sensitive to the bottom. Source: Shorrocks 1980.
    """
    y, w, _ = columns(values, weights, positive=alpha <= 0, not_negative=True)
    return entropy_of(y / ratio_mean(y, w, "generalised entropy"), w, alpha)


def theil(values, weights=None):
    """Theil's T = sum w (y / mu) ln(y / mu) = GE(1); values >= 0. Source: Theil 1967."""
    return generalised_entropy(values, 1, weights)


def mean_log_deviation(values, weights=None):
    """Mean log deviation, Theil's L = sum w ln(mu / y) = GE(0); values above 0. Source: Theil 1967."""
    return generalised_entropy(values, 0, weights)


def entropy_split(values, groups, alpha=1.0, weights=None):
    """GE(alpha) split exactly: {"total", "within", "between"}, total = within + between.

    within = sum_g p_g^(1-a) q_g^a GE_g with population share p and value share q; between = GE of the group means.
    `groups`: labels of any kind, shape (n,). Source: Shorrocks 1984.
    """
    rows, between, total = _parts(values, groups, alpha, weights)
    return {"total": total, "within": float(sum(row["within"] for row in rows)), "between": between}


def entropy_contributions(values, groups, alpha=1.0, weights=None):
    """What each group brings to GE(alpha): list of {"group", "population", "held", "mean", "index", "within", "between"}.

    population and held: shares p_g of people and q_g of the total; index: GE of the group by itself; within =
    p^(1-a) q^a GE_g; between: the group's term of the GE of means, p (z^a - z) / (a (a - 1)) with z = mu_g / mu (z ln z - z + 1
    and z - 1 - ln z, times p, for a = 1 and 0), never negative. All parts add up to the whole. Source: Shorrocks 1984.
    """
    return _parts(values, groups, alpha, weights)[0]


def _parts(values, groups, alpha, weights):
    """Rows of `entropy_contributions`, the part between groups, and the whole."""
    code, labels = codes(groups, np.size(values))
    y, w, (code,) = columns(values, weights, others=(code,), positive=alpha <= 0, not_negative=True)
    code = code.astype(np.intp)
    whole = ratio_mean(y, w, "generalised entropy")
    people, held = np.bincount(code, w, labels.size), np.bincount(code, w * y, labels.size) / whole
    some = people > 0
    level = np.divide(held, people, out=np.zeros_like(held), where=some)
    rows = []
    for g in np.flatnonzero(some):
        own = code == g
        index = entropy_of(y[own] / (level[g] * whole), w[own] / people[g], alpha) if held[g] > 0 else 0.0
        part = people[g] ** (1 - alpha) * held[g] ** alpha * index if held[g] > 0 else 0.0
        rows.append({
            "group": labels[g].item() if isinstance(labels[g], np.generic) else labels[g],
            "population": float(people[g]), "held": float(held[g]), "mean": float(level[g] * whole), "index": index,
            "within": float(part), "between": float(people[g] * _divergence(level[g], alpha)),
        })  # fmt: skip
    return rows, entropy_of(level[some], people[some], alpha), entropy_of(y / whole, w, alpha)


def _divergence(z, alpha):
    """Term of GE(alpha) of a relative mean z; the linear part adds up to 0 over groups and makes every term >= 0."""
    if alpha == 0:
        return z - 1 - np.log(z)
    if alpha == 1:
        return z * np.log(z) - z + 1 if z > 0 else 1.0
    return (z**alpha - 1 - alpha * (z - 1)) / (alpha * (alpha - 1))

"""Why inequality changed: level, spread, re-ranking and composition between two dates or two arms; who moved between strata."""

from typing import NamedTuple

import numpy as np

from results.gradient import concentration_index
from results.inequality import gini
from results.weighted import codes, columns, mean

__all__ = ["Change", "change", "entropy_change", "gini_change", "movers", "same_strata"]


class Change(NamedTuple):
    """A change of an index in parts that add up: total = level + spread + reranking + composition."""

    before: float
    after: float
    level: float
    spread: float
    reranking: float
    composition: float
    total: float


def change(index, before, after, rank_before=None, rank_after=None, weights_before=None, weights_after=None,
           strata_before=None, strata_after=None):  # fmt: skip
    """The change of `index` between two dates or arms in four parts that add up exactly: `Change`.

    index: function (values, rank, weights), or (values, weights) when no ranks are given. before, after: values, shape (n,) and
    (m,). composition: what is left when `after` is weighted to the strata's shares of `before` (DiNardo, Fortin & Lemieux
    1996); 0 without strata. reranking: index of the values after over their own ranks less over the ranks before (Allanson,
    Gerdtham & Petrie 2010), for rows that are the same people in the same order; with ranks of two samples of different
    people it cannot be told, and a ValueError says so. level: what the same gain for everybody would have changed (0 for an
    absolute index); spread: the rest, gains that differ. Order of the steps: level, spread, re-ranking, composition.
    """
    before, after = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    old = np.ones(before.size) if weights_before is None else np.asarray(weights_before, dtype=np.float64)
    new = np.ones(after.size) if weights_after is None else np.asarray(weights_after, dtype=np.float64)
    ranked = rank_before is not None
    if ranked and rank_after is None:
        rank_after = rank_before
    if ranked and np.size(rank_before) != np.size(rank_after):
        raise ValueError(f"{np.size(rank_before)} ranks before, {np.size(rank_after)} after: re-ranking asks for the same people")

    def taken(values, rank, weights):
        return index(values, rank, weights) if ranked else index(values, weights)

    fixed = new if strata_before is None else same_strata(new, strata_after, strata_before, old)
    start, end = taken(before, rank_before, old), taken(after, rank_after, new)
    gain = mean(*columns(after, fixed)[:2]) - mean(*columns(before, old)[:2])
    lifted, own = taken(before + gain, rank_before, old), taken(after, rank_after, fixed)
    still = taken(after, rank_before, fixed) if ranked else own
    return Change(start, end, lifted - start, still - lifted, own - still, end - own, end - start)


def same_strata(weights, strata, target_strata, target_weights=None):
    """Weights (n,) multiplied so that strata hold the shares of people that they hold in the target; the sum is kept.

    ValueError when a stratum of the target has nobody to stand for it; one that the target lacks gets weight 0.
    Source: DiNardo, Fortin & Lemieux 1996.
    """
    weights = np.asarray(weights, dtype=np.float64)
    target = np.asarray(target_strata)
    both, labels = codes(np.concatenate([np.asarray(strata), target]), weights.size + target.size)
    own, other = both[: weights.size], both[weights.size :]
    wanted = np.bincount(other, np.ones(target.size) if target_weights is None else target_weights, labels.size)
    held = np.bincount(own, weights, labels.size)
    if np.any((wanted > 0) & (held == 0)):
        raise ValueError(f"stratum {labels[np.argmax((wanted > 0) & (held == 0))]} is empty after, so its share cannot be held")
    factor = np.divide(wanted / wanted.sum(), held / held.sum(), out=np.zeros(labels.size), where=held > 0)
    return weights * factor[own]


def gini_change(before, after, weights=None):
    """Change of the Gini of the same people: {"total", "reranking", "progressivity"}, total = reranking - progressivity.

    reranking R = G(after) - C(after by rank before) >= 0; progressivity P = G(before) - C(after by rank before), above 0 when
    gains go to those who were low. So inequality may stay while people change places. Source: Jenkins & Van Kerm 2006.
    """
    old, new, kept = gini(before, weights), gini(after, weights), concentration_index(after, before, weights)
    return {"total": new - old, "reranking": new - kept, "progressivity": old - kept}


def entropy_change(before, after, groups_before, groups_after, weights_before=None, weights_after=None):
    """Change of the mean log deviation by groups: {"total", "within", "composition", "means"}, adding up exactly.

    within: sum of the mean share of people times the change of the group's own index; means: the same for ln(mu / mu_g);
    composition: groups that grew or shrank. Shares and indices are averages of both dates, and the term of the means is taken
    as it stands, not by the approximation of the source. Every group must be there on both dates. Source: Mookherjee &
    Shorrocks 1982, eq. 8-12.
    """
    sides = []
    for values, groups, weights in ((before, groups_before, weights_before), (after, groups_after, weights_after)):
        code, labels = codes(groups, np.size(values))
        y, w, (code,) = columns(values, weights, others=(code,), positive=True)
        code = code.astype(np.intp)
        people, logs = np.bincount(code, w, labels.size), np.bincount(code, w * np.log(y), labels.size)
        level = np.bincount(code, w * y, labels.size) / people
        sides.append((labels, people, np.log(level) - logs / people, np.log(mean(y, w)) - np.log(level)))
    (labels, share, own, far), (names, share_after, own_after, far_after) = sides
    if labels.shape != names.shape or not np.all(labels == names):
        raise ValueError("both dates must have the same groups")
    grown = share_after - share
    parts = {
        "within": float((share + share_after) / 2 @ (own_after - own)),
        "composition": float(grown @ (own + own_after + far + far_after) / 2),
        "means": float((share + share_after) / 2 @ (far_after - far)),
    }
    whole = float(share_after @ (own_after + far_after) - share @ (own + far))
    return {"total": whole, **parts}


def movers(before, after, strata_before, strata_after, weights=None):
    """Why each stratum's mean changed when people may leave and enter: one row per stratum, same people before and after.

    Rows {"stratum", "before", "after", "change", "stayers", "entered", "left", "share_stayed", "share_entered", "share_left"}:
    change = stayers + entered + left, where stayers is the change of those who stayed, entered = e (mean of entrants - mean of
    stayers, after) and left = -l (mean of leavers - mean of stayers, before), e and l their shares of the stratum after and
    before. NaN where nobody stayed. A stratum may look better only because those who were better entered: `stayers` tells.
    """
    n = np.size(before)
    y0, w, (y1, row) = columns(before, weights, others=(after, np.arange(n)))
    row = row.astype(np.intp)
    both, labels = codes(np.concatenate([np.asarray(strata_before), np.asarray(strata_after)]), 2 * n)
    old, new = both[:n][row], both[n:][row]

    def level(values, chosen):
        size = w[chosen].sum()
        return float(w[chosen] @ values[chosen] / size) if size > 0 else float("nan")

    rows = []
    for g, label in enumerate(labels):
        was, now = old == g, new == g
        stayed, came, went = was & now, now & ~was, was & ~now
        here, there = w[now].sum(), w[was].sum()
        e, gone = (w[came].sum() / here if here > 0 else 0.0), (w[went].sum() / there if there > 0 else 0.0)
        entered = e * (level(y1, came) - level(y1, stayed)) if e else 0.0
        left = -gone * (level(y0, went) - level(y0, stayed)) if gone else 0.0
        rows.append({
            "stratum": label.item() if isinstance(label, np.generic) else label,
            "before": level(y0, was), "after": level(y1, now), "change": level(y1, now) - level(y0, was),
            "stayers": level(y1, stayed) - level(y0, stayed), "entered": entered, "left": left,
            "share_stayed": float(w[stayed].sum()), "share_entered": float(w[came].sum()), "share_left": float(w[went].sum()),
        })  # fmt: skip
    return rows

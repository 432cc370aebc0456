"""Whether it is worth the money: discounting, increments, thresholds, frontiers and the value of knowing
more.

Shapes: `costs` and `effects` of several options are arrays of shape (runs, options), column 0 the comparator
by custom; `wtp` (willingness to pay, EUR per unit of effect) is a number or an array of shape (k,); `weights` of the runs, shape
(runs,), default equal. A run is one parameter draw: average the replicates of a draw first (`uncertainty.by_draw`), or chance
counts as something that research could settle. All sums in float64.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "QUADRANTS", "Option", "Ratio", "ceac", "ceaf", "discount_factors", "evpi", "expected_loss", "frontier", "icer", "increments",
    "net_benefit", "net_health_benefit", "present_value", "present_value_continuous", "qalys", "quadrant", "quadrant_shares",
    "wellbys", "worth",
]  # fmt: skip

QUADRANTS = ("dominant", "costs_more_gains", "costs_less_loses", "dominated", "equal")


class Ratio(NamedTuple):
    """An incremental cost-effectiveness ratio [EUR per unit of effect] and its quadrant; NaN where it means
    nothing.
    """

    value: float
    quadrant: str


class Option(NamedTuple):
    """One option on or off the efficiency frontier: totals, step from the option before it, and status.

    status: "frontier", "dominated" (another costs no more and gains no less) or "extended" (a mix of two
    others does).
    """

    name: str
    cost: float
    effect: float
    added_cost: float
    added_effect: float
    icer: float
    status: str


def _finite(name, values, dimensions=None):
    """`values` as float64; ValueError that names it when a number is missing or the shape is wrong."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds a missing or infinite number")
    if dimensions is not None and array.ndim != dimensions:
        raise ValueError(f"{name} must have {dimensions} dimensions, not {array.ndim}")
    return array


def discount_factors(steps, rate, per_year=12):
    """Discount factor (1 + r)^(-k / per_year) of each step k; r an effective yearly rate (0.03 for 3 %).

    steps: a number of steps (then k = 0 .. steps - 1, the first undiscounted) or an array of step numbers.
    Note that (1 + r / 12)^(-k) would be a nominal rate, which is another one. Source: Drummond et al. 2015,
    ch. 4.
    """
    if not rate > -1:
        raise ValueError(f"discount rate must be above -1 (0.03 is 3 % a year), not {rate}")
    k = np.arange(steps) if np.ndim(steps) == 0 else np.asarray(steps, dtype=np.float64)
    return (1.0 + rate) ** (-k / per_year)


def present_value(flows, rate, per_year=12, first=0):
    """Present value sum_k flow_k (1 + r)^(-(first + k) / per_year) over the last axis of `flows` [units of
    flows].

    flows: shape (..., steps); `first`: number of the first step (0: undiscounted, 1: a step from now, 0.5:
    mid-step).
    """
    flows = _finite("flows", flows)
    return (flows @ discount_factors(first + np.arange(flows.shape[-1]), rate, per_year))[()]


def present_value_continuous(flow, rate, years, force=False):
    """Present value of a steady flow over `years`: flow (1 - e^(-d T)) / d with d = ln(1 + r), or d = r when `force` is True.

    flow [units a year]; rate: effective yearly rate by default, as everywhere here; a force of interest is another number.
    Source: Drummond et al. 2015, ch. 4.
    """
    if not rate > -1:
        raise ValueError(f"discount rate must be above -1 (0.03 is 3 % a year), not {rate}")
    d = rate if force else np.log1p(rate)
    return float(flow * (years if d == 0 else -np.expm1(-d * years) / d))


def increments(costs, effects, comparator=0):
    """Increments against the column `comparator`: (added costs, added effects), each of the shape given."""
    costs, effects = _pair(costs, effects)
    return costs - costs[:, [comparator]], effects - effects[:, [comparator]]


def quadrant(added_cost, added_effect):
    """Quadrant of the cost-effectiveness plane, one of `QUADRANTS`; arrays of one shape give an
    array.

    On the axes: more effect at no cost is dominant, more cost for no effect is dominated, less cost for the
    same effect is dominant; only the origin is "equal".
    """
    dc, de = _finite("added_cost", added_cost), _finite("added_effect", added_effect)
    result = np.select(
        [(dc == 0) & (de == 0), (dc <= 0) & (de >= 0), (dc >= 0) & (de <= 0), de > 0],
        ["equal", "dominant", "dominated", "costs_more_gains"],
        "costs_less_loses",
    )
    return result if result.ndim else str(result)


def icer(added_cost, added_effect):
    """Incremental cost-effectiveness ratio dC / dE of two numbers with its quadrant: `Ratio(value,
    quadrant)`.

    The value is a number only where a trade is made: "costs_more_gains" (price of a unit gained; lower is
    better) and "costs_less_loses" (saving per unit lost; higher is better). A negative ratio would not tell a
    dominant option from a dominated one, so it is never given: value is NaN, as it is at dE = 0. Source:
    Briggs & Fenn 1998.
    """
    where = quadrant(float(added_cost), float(added_effect))
    trade = where in ("costs_more_gains", "costs_less_loses")
    return Ratio(float(added_cost) / float(added_effect) if trade else float("nan"), where)


def _pair(costs, effects):
    costs, effects = _finite("costs", costs, 2), _finite("effects", effects, 2)
    if costs.shape != effects.shape or costs.size == 0:
        raise ValueError(
            f"costs {costs.shape} and effects {effects.shape} must have one shape (runs, options)"
        )
    return costs, effects


def net_benefit(costs, effects, wtp):
    """Net monetary benefit wtp * effect - cost [EUR]; shaped as costs, or (k, *shape) for wtp (k,)."""
    costs, effects, wtp = _finite("costs", costs), _finite("effects", effects), _finite("wtp", wtp)
    return np.multiply.outer(wtp, effects) - costs


def net_health_benefit(costs, effects, wtp):
    """Net health benefit effect - cost / wtp [units of effect]; shaped as `net_benefit`. wtp above 0. Source: Stinnett & Mullahy 1998."""
    wtp = _finite("wtp", wtp)
    if np.any(wtp <= 0):
        raise ValueError(f"wtp must be above 0 for a net health benefit, not {wtp.min():g}")
    return net_benefit(costs, effects, wtp) / (wtp if wtp.ndim == 0 else wtp.reshape(-1, *[1] * np.ndim(costs)))


def _benefits(costs, effects, wtp):
    """Net benefits of shape (k, runs, options), k = 1 for a single threshold."""
    costs, effects = _pair(costs, effects)
    return net_benefit(costs, effects, np.atleast_1d(wtp))


def _over_runs(array, weights, axis=1):
    """Mean over runs, weighted."""
    if weights is None:
        return array.mean(axis=axis)
    w = _finite("weights", weights, 1)
    if w.size != array.shape[axis] or w.min() < 0 or w.sum() == 0:
        raise ValueError(f"weights of runs must be {array.shape[axis]} numbers >= 0, not all 0")
    return np.tensordot(w / w.sum(), array, (0, axis))


def ceac(costs, effects, wtp, weights=None):
    """Cost-effectiveness acceptability: share of runs in which each option has the highest net benefit, (k, options).

    Rows sum to one. A tie goes to the first of the tied options, so put the comparator first: a tie is no reason to change.
    Source: van Hout et al. 1994; Fenwick, Claxton & Sculpher 2001.
    """
    best = _benefits(costs, effects, wtp).argmax(axis=2)
    return _over_runs(best[:, :, None] == np.arange(np.shape(costs)[1]), weights)


def ceaf(costs, effects, wtp, weights=None):
    """Acceptability frontier: (option, probability), each (k,): the option of highest *expected* net benefit
    and its share of runs in which it is best, which need not be the highest share. Source: Barton, Briggs &
    Fenwick 2008.
    """
    option = _over_runs(_benefits(costs, effects, wtp), weights).argmax(axis=1)
    return option, ceac(costs, effects, wtp, weights)[np.arange(option.size), option]


def worth(costs, effects, wtp, comparator=0, weights=None):
    """Share of runs in which each option by itself beats the comparator's net benefit, (k, options); 0 for the comparator.

    Unlike `ceac` each option meets the comparator alone, so rows do not sum to one.
    """
    benefits = _benefits(costs, effects, wtp)
    return _over_runs(benefits > benefits[:, :, [comparator]], weights)


def quadrant_shares(costs, effects, comparator=0, weights=None):
    """Share of runs of each option in each of `QUADRANTS` of the plane round the comparator: shape (options, 5), rows sum to one."""
    where = quadrant(*increments(costs, effects, comparator))
    return _over_runs(where[:, :, None] == np.array(QUADRANTS), weights, axis=0)


def expected_loss(costs, effects, wtp, weights=None):
    """Expected loss of each option: E[max_j NB_j - NB_option] [EUR], shape (k, options), never negative.

    Source: Alarid-Escudero et al. 2019.
    """
    benefits = _benefits(costs, effects, wtp)
    return _over_runs(benefits.max(axis=2, keepdims=True) - benefits, weights)


def evpi(costs, effects, wtp, weights=None):
    """Expected value of perfect information E[max_j NB_j] - max_j E[NB_j] [EUR], shape (k,); never negative.

    Computed as the lowest expected loss, which is the same and cannot fall below zero by rounding. With costs
    and effects of a whole population it is the population's. Source: Claxton 1999.
    """
    return expected_loss(costs, effects, wtp, weights).min(axis=1)


def frontier(names, costs, effects):
    """Efficiency frontier of options with mean costs and effects, each of shape (options,): list of `Option`.

    First the frontier by rising cost, each with its step and ICER against the one before; then the extendedly
    dominated ones (a mix of two others gives more for less, that is, ICERs would fall) and the strongly
    dominated, by cost. The cheapest undominated option has NaN steps. Source: Karlsson & Johannesson 1996.
    """
    costs, effects = _finite("costs", costs, 1), _finite("effects", effects, 1)
    if not len(names) == costs.size == effects.size or costs.size == 0:
        raise ValueError(
            f"{len(names)} names, {costs.size} costs, {effects.size} effects: one of each per option"
        )
    order = np.lexsort((-effects, costs))
    best = np.maximum.accumulate(effects[order])
    strong = np.append(False, effects[order][1:] <= best[:-1])
    line, extended = [], []
    for i in order[~strong]:
        # A convex hull: an option whose next step has a lower price than its own loses to a mix.
        while len(line) > 1 and _price(costs, effects, line[-1], i) <= _price(
            costs, effects, line[-2], line[-1]
        ):
            extended.append(line.pop())
        line.append(i)
    nan = float("nan")
    rows = []
    for before, i in zip([None, *line], line, strict=False):
        step = (nan, nan, nan)
        if before is not None:
            step = costs[i] - costs[before], effects[i] - effects[before], _price(costs, effects, before, i)
        rows.append(Option(names[i], float(costs[i]), float(effects[i]), *map(float, step), "frontier"))
    off = [(i, "extended") for i in sorted(extended, key=lambda i: costs[i])]
    off += [(i, "dominated") for i in order[strong]]
    return rows + [Option(names[i], float(costs[i]), float(effects[i]), nan, nan, nan, why) for i, why in off]


def _price(costs, effects, a, b):
    """Price of a unit of effect from option a to option b."""
    return (costs[b] - costs[a]) / (effects[b] - effects[a])


def wellbys(change, person_years=1.0, value=1.0):
    """WELLBYs: sum of person-years x change in life satisfaction on the 0-10 scale, times `value` each.

    change [points, 0-10 scale] and person_years (discounted ones for a present value): numbers or arrays that
    broadcast. `value` [money per WELLBY] 1 gives the count; HM Treasury 2021 uses 13,000 GBP of 2019.
    """
    change = _finite("change", change)
    if np.any(np.abs(change) > 10):
        raise ValueError(
            f"change {np.abs(change).max():g} is larger than the whole 0-10 scale of life satisfaction"
        )
    return float(np.sum(change * _years(person_years)) * value)


def qalys(weight, person_years=1.0, value=1.0):
    """QALYs: sum of person-years x health-state weight (1 full health, 0 as bad as dead), times `value` each.

    weight: weights or changes of weight, at most 1. `value` [money per QALY] 1 gives the count.
    """
    weight = _finite("weight", weight)
    if np.any(weight > 1):
        raise ValueError(f"health-state weight {weight.max():g} is above 1 (full health)")
    return float(np.sum(weight * _years(person_years)) * value)


def _years(person_years):
    years = _finite("person_years", person_years)
    if np.any(years < 0):
        raise ValueError(f"person_years must not be negative; the lowest is {years.min():g}")
    return years

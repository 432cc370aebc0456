"""Is it worth the money: the decision tables of any set of arms, from a `Panel`."""

import numpy as np
import pandas as pd

from results import economics, fairness, money
from results.importance import importance, tornado
from results.panel import Panel, bounds
from results.uncertainty import convergence
from results.valueofinformation import evppi_table

__all__ = ["acceptability", "analyse", "arms", "frontier", "increments", "information", "net_benefits", "notes", "payers", "rates"]

RATES = ((0.0, 0.0), (0.03, 0.03), (0.05, 0.05), (0.03, 0.015))
DRAWS_NEEDED = 2


def analyse(table, comparator=None, wtp=(20_000.0, 50_000.0), displaced=None, discount=(0.03, 0.03), scale=None, level=0.95, curve=41):
    """Every table that a checked table (`external.External`) allows: ({name: frame}, notes).

    wtp: values of a unit of effect; displaced: cost of a unit of effect in what is displaced, default the first threshold above 0;
    discount: yearly rates of costs and effects, used with a column year; scale: limits of a bounded score; curve: number of points
    of the curve from 0 to twice the highest threshold (column asked marks the thresholds asked for). Tables: arms, increments,
    frontier, net_benefit, acceptability, payers, rates, inequality, strata, equity, ede_profile, evppi, importance, tornado;
    those without data are left out.
    """
    panel = Panel(table, comparator, *discount)
    price = displaced or next(value for value in wtp if value > 0)
    grid = sorted({*wtp, *np.linspace(0, 2 * max(wtp), curve)})
    found = {
        "arms": arms(panel, level),
        "increments": increments(panel, level),
        "frontier": frontier(panel),
        "net_benefit": net_benefits(panel, wtp, level),
        "acceptability": acceptability(panel, grid).assign(asked=lambda frame: frame["wtp"].isin(wtp)),
        "payers": payers(panel, level) if panel.table.payers or panel.years > 1 else None,
        "rates": rates(table, comparator) if panel.years > 1 else None,
        "inequality": fairness.inequalities(panel, scale, level),
        **information(panel, wtp),
    }
    told = notes(panel, wtp)
    strata = panel.strata()
    if len(strata) > 1:
        found["strata"] = fairness.by_stratum(panel, price)
        found["equity"] = fairness.planes(panel, price, scale, level=level)
        found["ede_profile"] = fairness.ede_profiles(panel, price, scale)
        told.append(f"Strata from the worst to the best off: {', '.join(map(str, strata))}. Opportunity cost: one unit per {price:,.0f}.")
    return {name: frame for name, frame in found.items() if frame is not None and not frame.empty}, told


def arms(panel, level=0.95):
    """Cost and effect per person of every arm: arm, cost, cost_low, cost_high, effect, effect_low, effect_high, people, runs, basis."""
    units = _unit_errors(panel, level)
    rows = []
    for j, arm in enumerate(panel.arms):
        found = [_known(bounds(values[:, j], panel.draws, level), units, arm, what)
                 for what, values in (("cost", panel.costs), ("effect", panel.effects))]  # fmt: skip
        rows.append((arm, *found[0][:3], *found[1][:3], panel.people[:, j].mean(), len(panel.runs), found[0].basis))
    names = ["arm", "cost", "cost_low", "cost_high", "effect", "effect_low", "effect_high", "people", "runs", "basis"]
    return pd.DataFrame(rows, columns=names)


def increments(panel, level=0.95):
    """Each arm against the comparator, per person: added cost and effect, ICER, quadrant, share of draws in each quadrant."""
    units = _unit_errors(panel, level, paired=True)
    dc, de = economics.increments(panel.costs, panel.effects)
    cost, effect = panel.by_draw()
    shares = economics.quadrant_shares(cost, effect)
    rows = []
    for j, arm in enumerate(panel.arms[1:], start=1):
        c, e = (_known(bounds(values[:, j], panel.draws, level), units, arm, what) for what, values in (("cost", dc), ("effect", de)))
        ratio = economics.icer(c.value, e.value)
        each = dict(
            zip([f"share_{name}" for name in economics.QUADRANTS], shares[j] if len(cost) >= DRAWS_NEEDED else [np.nan] * 5, strict=True)
        )
        rows.append({"arm": arm, "comparator": panel.arms[0], "cost": c.value, "cost_low": c.low, "cost_high": c.high, "effect": e.value,
                     "effect_low": e.low, "effect_high": e.high, "icer": ratio.value, "quadrant": ratio.quadrant, **each,
                     "basis": c.basis})  # fmt: skip
    return pd.DataFrame(rows)


def net_benefits(panel, wtp, level=0.95):
    """Net benefit of each arm over the comparator at each threshold: arm, wtp, nmb, low, high, nhb, worth (share of draws above 0)."""
    cost, effect = panel.by_draw()
    share = economics.worth(cost, effect, wtp)
    rows = []
    for j, arm in enumerate(panel.arms[1:], start=1):
        for k, price in enumerate(wtp):
            gain = price * (panel.effects[:, j] - panel.effects[:, 0]) - (panel.costs[:, j] - panel.costs[:, 0])
            found = bounds(gain, panel.draws, level)
            rows.append(
                (arm, price, *found[:3], found.value / price if price > 0 else np.nan, share[k, j] if len(cost) >= DRAWS_NEEDED else np.nan)
            )
    return pd.DataFrame(rows, columns=["arm", "wtp", "nmb", "low", "high", "nhb", "worth"])


def frontier(panel):
    """Efficiency frontier of mean cost and effect: arm, cost, effect, added_cost, added_effect, icer, status."""
    cost, effect = panel.by_draw()
    rows = economics.frontier(panel.arms, cost.mean(axis=0), effect.mean(axis=0))
    return pd.DataFrame(rows, columns=["arm", "cost", "effect", "added_cost", "added_effect", "icer", "status"])


def acceptability(panel, wtp):
    """At each threshold and arm: probability of being best, whether best on average (frontier), expected loss, EVPI [per person].

    Empty with one draw, since nothing uncertain was drawn.
    """
    names = ["wtp", "arm", "probability", "frontier", "expected_loss", "evpi"]
    cost, effect = panel.by_draw()
    if len(cost) < DRAWS_NEEDED:
        return pd.DataFrame(columns=names)
    chance, loss, worth = (f(cost, effect, wtp) for f in (economics.ceac, economics.expected_loss, economics.evpi))
    best = economics.ceaf(cost, effect, wtp)[0]
    rows = [
        (price, arm, chance[k, j], best[k] == j, loss[k, j], worth[k]) for k, price in enumerate(wtp) for j, arm in enumerate(panel.arms)
    ]
    return pd.DataFrame(rows, columns=names)


def payers(panel, level=0.95):
    """Added spending of the whole population by year and payer, undiscounted: arm, year, payer, value, low, high, runs, cumulated."""
    frames = []
    names = panel.table.payers or ["all"]
    tall = pd.concat([_ledger(panel, name) for name in names], ignore_index=True)
    for arm in panel.arms[1:]:
        found = money.budget_impact(tall, panel.arms[0], arm, level)
        frames.append(found[found["payer"] != "all"].assign(arm=arm) if names == ["all"] else found.assign(arm=arm))
    table = pd.concat(frames, ignore_index=True)
    return table[["arm", "year", "payer", "value", "low", "high", "runs", "cumulated"]]


def _ledger(panel, payer):
    column = "cost" if not panel.table.payers else f"cost_{payer}"
    rows = panel.rows
    return rows[["arm", "draw", "replicate", "year"]].assign(
        payer=payer if panel.table.payers else "payers", amount=rows[column] * rows["weight"]
    )


def rates(table, comparator=None, pairs=RATES):
    """Increments per person at several discount rates side by side: arm, rate_cost, rate_effect, cost, effect, icer, quadrant."""
    rows = []
    for of_cost, of_effect in pairs:
        panel = Panel(table, comparator, of_cost, of_effect)
        cost, effect = (values.mean(axis=0) for values in panel.by_draw())
        for j, arm in enumerate(panel.arms[1:], start=1):
            c, e = cost[j] - cost[0], effect[j] - effect[0]
            rows.append((arm, of_cost, of_effect, c, e, *economics.icer(c, e)))
    return pd.DataFrame(rows, columns=["arm", "rate_cost", "rate_effect", "cost", "effect", "icer", "quadrant"])


def information(panel, wtp):
    """What the param_ columns are worth and drive: {"evppi": frame, "importance": frame, "tornado": frame}; empty without any, or one draw.

    importance and tornado are those of the net benefit, at the first threshold, of the arm that is best on average there (or best of the
    others, when that is the comparator).
    """
    cost, effect = panel.by_draw()
    draws = panel.table.parameters
    if draws.empty or len(cost) < max(20, draws.shape[1] + 3):
        return {}
    benefit = wtp[0] * effect - cost
    best = 1 + int(benefit[:, 1:].mean(axis=0).argmax())
    outcome = benefit[:, best] - benefit[:, 0]
    found = {"evppi": evppi_table(cost, effect, wtp, draws), "importance": importance(draws, outcome), "tornado": tornado(draws, outcome)}
    return {name: frame.assign(arm=panel.arms[best]) if name != "evppi" else frame for name, frame in found.items()}


def notes(panel, wtp):
    """Plain sentences on what the tables rest on."""
    draws, runs = np.unique(panel.draws).size, len(panel.runs)
    found = [*panel.table.notes]
    if draws < DRAWS_NEEDED:
        found.append("One draw only: parameters were not varied, so there is no probability of being worth the money and no EVPI.")
    if runs == 1:
        units = panel.units()
        people = 0 if units is None else int(units.groupby("arm").size().min())
        found.append(
            f"Intervals are those of a sample of {people:,} people per arm in one run; they leave out what is uncertain in the model."
            if people > 1 else "One run without people: there are no intervals."
        )
    for j, arm in enumerate(panel.arms[1:], start=1):
        gain = wtp[0] * (panel.effects[:, j] - panel.effects[:, 0]) - (panel.costs[:, j] - panel.costs[:, 0])
        if runs > 1:
            found.append(convergence(gain, panel.draws, f"the net benefit of {arm} per person at {wtp[0]:g}"))
    return found


def _known(found, units, arm, what):
    """The interval over runs; where a single run has none, that of its units."""
    return found if found.basis or (arm, what) not in units else units[arm, what]


def _unit_errors(panel, level, paired=False):
    """Intervals from units when there is one run only: {(arm, "cost" | "effect"): Bounds}, of means or of paired differences.

    Units of two arms with the same ids are the same people, so their differences count; otherwise the arms are two samples.
    """
    from results import influence
    from results.panel import Bounds
    from results.variance import Design, estimate

    if len(panel.runs) > 1:
        return {}
    units = panel.units()
    if units is None or units.groupby("arm").size().min() < 2:
        return {}
    found = {}
    parts = {arm: units[units["arm"] == arm] for arm in panel.arms}
    for what in ("cost", "effect"):
        means = {arm: influence.mean(part[what], part["people"]) for arm, part in parts.items()}
        for arm, part in parts.items():
            z, n = means[arm], len(part)
            if not paired:
                e = estimate(z.value, z.z, Design(weights=np.ones(n)), level)
            else:
                base, other = means[panel.arms[0]], parts[panel.arms[0]]
                twins = "unit" in part and set(part["unit"]) == set(other["unit"])
                ids = np.concatenate([part["unit"], other["unit"]]) if twins else np.arange(n + len(other))
                strata = None if twins else np.repeat([0, 1], [n, len(other)])
                e = estimate(z.value - base.value, np.concatenate([z.z, -base.z]), Design(clusters=ids, strata=strata), level)
            found[arm, what] = Bounds(e.value, e.low, e.high, "units")
    return found

"""The plain tables of a report, each computed from a run's tables: frames of numbers, no words."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from results import money, tidy, uncertainty
from results.compare import summarise_all
from results.economics import icer
from results.figures import style, tornado
from results.report.names import scenario
from results.words import PAYERS

__all__ = [
    "Answers", "answers", "certainty", "decision", "levels", "payers_by_year", "perspectives", "rates", "rests_on", "returns",
]  # fmt: skip

MOST_NUMBERS = 15


class Answers(NamedTuple):
    """The summary of every arm against the comparator, by arm; the comparator."""

    comparator: str
    summaries: dict


def answers(tables, arms, titles, discount=0.03, unseen=None):
    """`results.compare.summarise_all`: `Answers`; none for a run of one scenario."""
    comparator, *others = arms
    return Answers(comparator, summarise_all(tables, comparator, others, discount, titles=titles, unseen=unseen) if others else {})


def decision(found, value=20_000.0):
    """One row per arm: change of mean wellbeing and of the gap (last year), added cost to society and the public sector, cost
    per WELLBY, with 95 % intervals; share of runs in which the gap narrows and in which a WELLBY costs less than `value` [EUR].
    """
    rows = []
    for arm, summary in found.summaries.items():
        levels = summary.tables["levels"].set_index(["outcome", "stratum_kind", "stratum"])
        gaps = summary.tables["inequality"].set_index(["outcome", "stratum_kind", "stratum"])
        worth = summary.tables["value"]
        worth = worth[(worth["effect"] == "wellby") & (worth["rate"] == summary.discount)].set_index("perspective")
        row = {"arm": arm} | _bounds("wellbeing", levels.loc[("wellbeing", "all", "all")])
        key = ("group_gap", summary.strata, "any")
        if key in gaps.index:
            row |= _bounds("gap", gaps.loc[key]) | {"p_narrows": gaps.at[key, "p_narrows"]}
        for who in ("society", "public"):
            row |= {who: worth.at[who, "cost"], f"{who}_low": worth.at[who, "cost_low"], f"{who}_high": worth.at[who, "cost_high"]}
        row |= {name: worth.at["society", name] for name in ("gain", "ratio", "ratio_low", "ratio_high", "quadrant")}
        rows.append(row | {"p_worth": worth.at["society", f"worth_{value:g}"]})
    return pd.DataFrame(rows)


def _bounds(name, row):
    return {name: row["difference"], f"{name}_low": row["low"], f"{name}_high": row["high"]}


def levels(found):
    """Mean wellbeing by arm and group in the last year without (comparator) and its change with interval; groups of the start."""
    parts = []
    for arm, summary in found.summaries.items():
        part = summary.tables["levels"]
        part = part[(part["outcome"] == "wellbeing") & part["stratum_kind"].isin(["all", summary.strata])]
        parts.append(part.assign(arm=arm))
    return pd.concat(parts, ignore_index=True)


def payers_by_year(frame, arm):
    """Added cost of an arm [EUR, real population, undiscounted] from the numbers of the figure budget_impact: one row per payer
    and the net, one column per year and `all`.
    """
    wide = frame[frame["arm"] == arm].pivot(index="payer", columns="year", values="mean").fillna(0.0)
    return wide.assign(all=wide.sum(axis=1))


def returns(tables, comparator, arms):
    """What a euro of each programme has brought to each payer, {arm: frame of `money.return_per_euro`, undiscounted}: sums from the
    first year to each year; arms whose programme cost nothing, and ledgers that do not tell programmes apart, are left out.
    """
    ledger = tables["ledger"]
    if "programme" not in ledger.columns:
        return {}
    keys = [*tidy.RUN, "year", "payer", "programme"]
    yearly = tidy.add_up(ledger.assign(year=tidy.years(ledger)), keys, amount=ledger["amount"].to_numpy(float))
    found = {arm: money.return_per_euro(yearly[yearly["arm"].isin([comparator, arm])], comparator, arm) for arm in arms}
    return {arm: frame for arm, frame in found.items() if frame.loc[frame["payer"] == "all", "paid"].iat[-1] > 0}


def perspectives(found):
    """Added cost [EUR, discounted] with its interval and cost per WELLBY by arm and perspective: society, public sector, each payer."""
    rows = []
    for arm, summary in found.summaries.items():
        costs = summary.tables["costs"]
        costs = costs[costs["rate"] == summary.discount].set_index("payer")
        gains = summary.tables["gains"]
        gain = gains[(gains["outcome"] == "wellby") & (gains["stratum_kind"] == "all")]["difference"].iat[0]
        for payer in [name for name in ("society", "public", *PAYERS) if name in costs.index]:
            row = costs.loc[payer]
            ratio, where = icer(row["difference"], gain)
            rows.append((arm, payer, row["difference"], row["low"], row["high"], ratio, where))
    return pd.DataFrame(rows, columns=["arm", "payer", "cost", "low", "high", "ratio", "quadrant"])


def rates(tables, comparator, arms):
    """Added cost to society [EUR] and WELLBYs at several discount rates: `money.rates_table` of each arm's mean increments by month."""
    outcomes = tidy.select(tables["outcomes"], [comparator, *arms], outcome="life_satisfaction_years_total", stratum_kind="all")
    ledger = tidy.payments(tables["ledger"], [comparator, *arms])
    runs = outcomes[tidy.RUN].drop_duplicates().groupby("arm", observed=True).size()
    sums = [
        tidy.add_up(rows, ["arm", "month"], value=values).pivot(index="month", columns="arm", values="value").div(runs)
        for rows, values in (
            (outcomes, outcomes["value"].to_numpy(float)),
            (ledger, np.where(ledger["transfer"].to_numpy(bool), 0.0, ledger["amount"].to_numpy(float))),
        )
    ]
    effects, costs = sums[0], sums[1].reindex(sums[0].index).fillna(0.0)
    frames = [
        money.rates_table(costs[arm] - costs[comparator], effects[arm] - effects[comparator], per_year=12).assign(arm=arm) for arm in arms
    ]
    return pd.concat(frames, ignore_index=True)


def certainty(tables, arms):
    """Runs, draws, replicates, and for the first arm the Monte-Carlo error of the change in mean wellbeing [EUROHIS points] and
    the share of its variance that parameters carry (not-a-number where the design cannot tell): a dict.
    """
    outcomes = tidy.select(tables["outcomes"], outcome="wellbeing", stratum_kind="all")
    level = tidy.level(outcomes, "wellbeing", tidy.last_year(outcomes))
    runs = level[level["arm"] == arms[0]]
    found = {"runs": len(runs), "draws": runs["draw"].nunique(), "replicates": runs["replicate"].nunique()}
    if len(arms) > 1:
        change = uncertainty.paired(level, arms[1], arms[0])
        found["error"] = uncertainty.standard_error(change["value"], change["draw"])
        found["share"] = uncertainty.variance_split(change["value"], change["draw"]).share if len(change) > 1 else np.nan
    return found


def rests_on(run, tables, arm):
    """The numbers that matter most to an arm: name, value, low, high, unit, evidence, verified, source, part.

    part is the share of what differs between draws that goes with the number (squared rank correlation with the arm's gain),
    largest first; without enough draws it is missing and the arm's own numbers come first, as they stand in its file.
    """
    known = _quantities(scenario(run, arm))
    order = _parts(tables, arm, style.arms(tables["outcomes"], run.arms[0])[0])
    names = [name for name in order.index if name in known] if len(order) else _own(scenario(run, arm), known)
    rows = [{"name": name, **known[name], "part": order.get(name, np.nan)} for name in names[:MOST_NUMBERS]]
    return pd.DataFrame(rows, columns=["name", "value", "low", "high", "unit", "evidence", "verified", "source", "part"])


def _quantities(found):
    """{dotted name: quantity} of a resolved scenario; settings of interventions that stand for a parameter point to it."""
    numbers = found.get("parameters", {}) | found.get("calibrated", {})
    known = {name: value for name, value in numbers.items() if isinstance(value, dict)}
    for name, block in found.get("interventions", {}).items():
        for field, value in block.items():
            if isinstance(value, dict) and "value" in value:
                known[f"interventions.{name}.{field}"] = value
    return known


def _own(found, known):
    """Names of the numbers of an arm's kinds of interventions, then the assumptions of the model."""
    kinds = {block.get("kind") for block in found.get("interventions", {}).values()}
    prefixes = {"social_marketing": "campaign"}
    first = [name for name in known if name.startswith("interventions.")]
    first += [name for name in known if name.split(".")[0] in {prefixes.get(kind, kind) for kind in kinds}]
    return [*first, *(name for name in known if name not in first)]


def _parts(tables, arm, comparator):
    """Squared rank correlation of each drawn number with the gain of the arm; of numbers that several settings share, one."""
    if "parameters" not in tables:
        return pd.Series(dtype=float)
    _, change = tornado.outcome(tables, comparator, arm)
    values = tables["parameters"].pivot_table("value", "draw", "name", observed=True)
    both = values.index.intersection(change.index)
    if len(both) < tornado.LEAST_DRAWS:
        return pd.Series(dtype=float)
    values = values.loc[both]
    values = values.loc[:, values.nunique() > 1]
    ranks, own = values.rank(), change.loc[both].rank()
    part = ranks.corrwith(own) ** 2
    part.index = part.index.astype(str)
    return part.dropna().sort_values(ascending=False)

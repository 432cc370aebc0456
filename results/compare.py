"""One arm against its comparator: levels, gaps, money and what a unit of wellbeing costs, each with its
interval.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from results import tidy
from results.economics import QUADRANTS, icer, quadrant
from results.sentence import write
from results.uncertainty import KEYS, convergence, coverage, interval, paired

__all__ = ["Summary", "summarise", "summarise_all"]

STATES = (
    "wellbeing",
    "good_quality_of_life",
    "health",
    "material",
    "social",
    "strain",
    "distress",
    "loneliness",
)
GAINERS = ("all", "group", "group_start")  # strata whose WELLBYs and QALYs are added up
FLOWS = {
    "contacts": 12,
    "unmet": 12,
    "waiting": 1,
}  # per resident-month -> per resident-year; months stay months
SLOPES = ("sii_wellbeing", "erreygers_wellbeing")
EFFECTS = {"wellby": "life_satisfaction_years_total", "qaly": "qaly_total"}
WTP = (10_000, 20_000, 50_000)  # EUR per WELLBY or QALY; Finland has no official threshold, so several
ROUNDING = 1e-12  # differences this small are rounding of sums, not a change


@dataclass
class Summary:
    """What a comparison says: `tables` (frames by name), a memo of a few plain words (`sentence`), `notes` on how to take it.

    Tables: levels (state outcomes by stratum, last year), flows (contacts, unmet, waiting, whole period),
    inequality (indices and group gaps, last year), costs (by payer, whole period), gains (WELLBYs and QALYs
    by stratum), value (cost per WELLBY and QALY), twins (who gains). In each, `difference`, `low`, `high` are
    arm minus comparator over runs paired by draw and replicate.
    """

    comparator: str
    arm: str
    titles: dict
    strata: str
    years: float
    discount: float
    level: float
    runs: int
    tables: dict = field(repr=False)
    notes: list = field(repr=False)
    unseen: tuple = ()
    sentence: str = ""


def summarise(tables, comparator, arm, discount=0.03, wtp=WTP, level=0.95, strata=None, titles=None, unseen=()):
    """Compare `arm` with `comparator` from tidy tables `outcomes`, `ledger` and, if there, `twins`: a
    `Summary`.

    discount: yearly rate for costs and effects alike; undiscounted sums stand beside. wtp: values of a WELLBY
    or QALY [EUR] at which the probability of being worth the money is given. level: of the intervals. strata:
    the kind of stratum used for gaps and for gains by group; by default `group_start`, groups as they were at
    the start, so that nobody changes the gap by changing group, or `group` where the tables lack it. titles:
    names of arms for people. unseen: names of interventions that were not at work in these months.
    ValueError when a table, column or arm is missing, or no run of the arms has a twin.
    """
    return summarise_all(tables, comparator, [arm], discount, wtp, level, strata, titles, {arm: unseen})[arm]


def summarise_all(tables, comparator, arms, discount=0.03, wtp=WTP, level=0.95, strata=None, titles=None, unseen=None):
    """As `summarise` for several arms, {arm: Summary}; the tables are added up once for all. unseen: {arm: names}."""
    sums = _sums(tables, (comparator, *arms), discount)
    strata = strata or ("group_start" if "group_start" in sums["kinds"] else "group")
    unseen = unseen or {}
    return {arm: _summary(sums, tables, comparator, arm, discount, wtp, level, strata, titles, unseen.get(arm, ())) for arm in arms}


def _sums(tables, arms, discount):
    """What a comparison rests on, by run of all arms: states, flows, gaps, WELLBYs and QALYs, spending; kinds of strata, years."""
    outcomes = tidy.select(tables["outcomes"], arms, outcome=(*STATES, *FLOWS, *SLOPES, *EFFECTS.values()))
    ledger = tidy.payments(tables["ledger"], arms)
    missing = {"wellbeing", *EFFECTS.values()} - set(outcomes["outcome"].unique())
    if missing:
        raise ValueError(f"table outcomes has no outcome {', '.join(sorted(missing))}")
    since = tidy.last_year(outcomes)
    kinds = set(outcomes["stratum_kind"].unique())
    parts = {str(name): part for name, part in outcomes.groupby("outcome", observed=True)}
    states = _levels(parts, STATES, since)
    totals, plain = (
        {
            name: tidy.total(parts[column], column, rate, stratum_kind=GAINERS)
            for name, column in EFFECTS.items()
        }
        for rate in (discount, 0.0)
    )
    return {
        "kinds": kinds,
        "years": (int(outcomes["month"].max()) - int(outcomes["month"].min()) + 1) / 12,
        "states": states,
        "flows": _flows(parts) if set(FLOWS) & set(parts) else None,
        "gaps": _gaps(parts, since),
        "effects": {0.0: plain, discount: totals},
        "money": {rate: _spending(ledger, parts["wellbeing"], rate) for rate in (0.0, discount)},
    }


def _summary(sums, tables, comparator, arm, discount, wtp, level, strata, titles, unseen):
    """One arm against its comparator, from `_sums`."""
    duel = _Duel(comparator, arm, level)
    states, effects, money = sums["states"], sums["effects"], sums["money"]
    found = {
        "levels": duel.table(states),
        "flows": duel.table(sums["flows"]) if sums["flows"] is not None else pd.DataFrame(columns=["outcome"]),
        "inequality": duel.gaps(sums["gaps"]),
        "costs": _costs(duel, money, discount),
        "gains": duel.table(pd.concat([effects[discount][name].assign(outcome=name) for name in EFFECTS])),
        "value": _value(duel, effects, money, wtp),
    }
    if "twins" in tables:
        found["twins"] = _twins(tables["twins"], comparator, arm, level)
    runs = int(found["levels"]["runs"].max())
    main = duel.pairs(states[(states["outcome"] == "wellbeing") & (states["stratum_kind"] == "all")])
    groups = "as they were at the start" if strata == "group_start" else "of the month"
    notes = [
        convergence(main["value"], main["draw"], "the difference in mean wellbeing"),
        f"Wellbeing and gaps by group use groups {groups}; who gains, groups ever belonged to.",
        *coverage(main["draw"].nunique(), level),
    ]
    summary = Summary(comparator, arm, titles or {}, strata, sums["years"], discount, level, runs, found, notes, tuple(unseen))
    summary.sentence = write(summary)
    return summary


class _Duel:
    """Two arms set against each other run by run."""

    def __init__(self, comparator, arm, level):
        self.comparator, self.arm, self.level = comparator, arm, level

    def pairs(self, frame, keys=()):
        """Differences arm - comparator by (draw, replicate) and `keys`, rounding cut to zero; NaN pairs left
        out.
        """
        both = paired(frame, self.arm, self.comparator, [*keys, *KEYS]).dropna(subset="value")
        both["value"] = both["value"].where(both["value"].abs() > ROUNDING, 0.0)
        return both

    def table(self, frame, keys=("outcome", "stratum_kind", "stratum")):
        """Mean and interval of each arm and of the difference, and the shares of runs in which it rises and
        falls.
        """
        keys = list(keys)
        pairs = self.pairs(frame, keys)
        change = self._bounds(pairs, keys, "difference", "low", "high", "runs")
        for name, sign in (("p_rises", 1), ("p_falls", -1)):
            side = tidy.add_up(pairs, keys, value=(sign * pairs["value"].to_numpy() > 0).astype(float))
            change[name] = side.set_index(keys)["value"] / change["runs"]
        sides = []
        for name, arm in (("comparator", self.comparator), ("arm", self.arm)):
            side = self._bounds(frame[frame["arm"] == arm], keys, name, f"{name}_low", f"{name}_high")
            sides.append(side.reindex(change.index))
        order = pairs[keys].drop_duplicates()
        table = pd.concat([*sides, change], axis=1)
        return table.reindex(pd.MultiIndex.from_frame(order) if keys[1:] else pd.Index(order[keys[0]])).reset_index()

    def _bounds(self, rows, keys, *names):
        """As `uncertainty.interval` for every stratum at once."""
        found = tidy.spans(rows, keys, ((1 - self.level) / 2, (1 + self.level) / 2)).set_index(keys)
        return found[["mean", "low", "high", "runs"][: len(names)]].set_axis(names, axis=1)

    def gaps(self, frame):
        """As `table`, with the share of runs in which the gap's size narrows, widens or stays.

        The *absolute* size decides: a ratio would also fall when the better off merely lose.
        """
        keys = ["outcome", "stratum_kind", "stratum"]
        table = self.table(frame)
        size = self.pairs(frame.assign(value=frame["value"].abs()), keys).groupby(keys, observed=True)[
            "value"
        ]
        share = size.agg(p_narrows=lambda v: (v < 0).mean(), p_widens=lambda v: (v > 0).mean()).reset_index()
        return table.drop(columns=["p_rises", "p_falls"]).merge(share, on=keys)


def _levels(parts, names, since, **where):
    """Means of the outcomes `names` by run and stratum, one below the other; those that the tables lack are
    left out.
    """
    names = [name for name in names if name in parts]
    frames = [tidy.level(parts[name], name, since, **where) for name in names]
    outcome = pd.Categorical(np.repeat(names, [len(frame) for frame in frames]), names)
    return pd.concat(frames, ignore_index=True).assign(outcome=outcome)


def _gaps(parts, since):
    """Slope and Erreygers indices, and for each group the mean wellbeing of those in no group minus the
    group's.
    """
    groups = tidy.level(parts["wellbeing"], "wellbeing", since, stratum_kind=("group", "group_start"))
    keys = [*tidy.RUN, "stratum_kind"]
    others = groups[groups["stratum"] == "none"][[*keys, "value"]].rename(columns={"value": "best"})
    groups = groups[groups["stratum"] != "none"].merge(others, on=keys)
    groups = groups.assign(value=groups["best"] - groups["value"], outcome="group_gap")
    slopes = [name for name in SLOPES if name in parts]
    return pd.concat([_levels(parts, slopes, since, stratum_kind="all"), groups]) if slopes else groups


def _flows(parts):
    """Contacts, waiting and requests given up over the whole period, a year's worth where they are rates."""
    frame = _levels(parts, FLOWS, 0)
    return frame.assign(value=frame["value"] * frame["outcome"].astype(str).map(FLOWS))


def _spending(ledger, outcomes, rate):
    """Spending by run; ValueError if the ledger lacks a run that the outcomes have, which must not read as
    free.
    """
    money = tidy.spending(ledger, rate)
    runs = outcomes[tidy.RUN].drop_duplicates()
    missing = set(runs.itertuples(index=False, name=None)) - set(money.index)
    if missing:
        arm, draw, replicate = min(missing)
        raise ValueError(f"table ledger has no rows for arm {arm!r}, draw {draw}, replicate {replicate}")
    return money


def _costs(duel, money, discount):
    """Increment by payer and perspective [EUR, real population, whole period], plain and discounted."""
    frames = []
    for rate, wide in money.items():
        tall = wide.melt(ignore_index=False, var_name="payer").reset_index()
        frames.append(duel.table(tall, ["payer"]).assign(rate=rate))
    table = pd.concat(frames[: 1 if discount == 0 else 2], ignore_index=True)
    kind = np.where(table["payer"].isin(["society", "public"]), "perspective", "payer")
    return table.assign(kind=kind)


def _value(duel, effects, money, wtp):
    """Added cost per WELLBY and QALY by perspective and discount rate, with the share of runs in each
    quadrant.
    """
    rows = []
    for rate, by_effect in effects.items():
        spent = {
            perspective: duel.pairs(money[rate][perspective].rename("value").reset_index()).set_index(KEYS)
            for perspective in ("society", "public")
        }
        for name, frame in by_effect.items():
            gain = duel.pairs(frame[frame["stratum_kind"] == "all"]).set_index(KEYS)["value"]
            for perspective, cost in spent.items():
                both = pd.concat({"cost": cost["value"], "gain": gain}, axis=1).dropna()
                rows.append(
                    {
                        "effect": name,
                        "perspective": perspective,
                        "rate": rate,
                        **_worth(both, wtp, duel.level),
                    }
                )
    return pd.DataFrame(rows)


def _worth(both, wtp, level):
    """One row of the value table from the runs' added cost and gain.

    The ratio is that of the means (a mean of ratios has no meaning) and has an interval only where every run
    makes the same trade, for percentiles of ratios from several quadrants would mix opposite meanings.
    """
    cost, gain = both["cost"].to_numpy(), both["gain"].to_numpy()
    row = {"runs": len(both)}
    row["cost"], row["cost_low"], row["cost_high"], _ = interval(cost, level)
    row["gain"], row["gain_low"], row["gain_high"], _ = interval(gain, level)
    row["ratio"], row["quadrant"] = icer(row["cost"], row["gain"])
    each = quadrant(cost, gain)
    row |= {f"share_{name}": float((each == name).mean()) for name in QUADRANTS}
    trade = row["quadrant"] in ("costs_more_gains", "costs_less_loses") and (each == row["quadrant"]).all()
    row["ratio_low"], row["ratio_high"] = interval(cost / gain, level)[1:3] if trade else (np.nan, np.nan)
    return row | {f"worth_{value:g}": float((value * gain - cost > 0).mean()) for value in wtp}


def _twins(twins, comparator, arm, level):
    """Mean gain and shares better, same and worse by stratum, with intervals over runs, and the threshold of
    the shares [EUROHIS points of mean difference] where the table has it.
    """
    rows = twins[(twins["comparator"] == comparator) & (twins["arm"] == arm)]
    keys = ["stratum_kind", "stratum", "measure"]
    groups = rows.groupby(keys, observed=True, sort=False)
    values = groups["value"]
    ends = {"low": values.quantile((1 - level) / 2), "high": values.quantile((1 + level) / 2)}
    found = pd.DataFrame({"mean": values.mean(), **ends, "runs": values.count()})
    if "threshold" in rows.columns:
        found["threshold"] = groups["threshold"].first()
    return found.reset_index()

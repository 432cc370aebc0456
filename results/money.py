"""Who pays and who saves, when: perspectives, budget impact, and what a euro of one payer brings to the others; from ledgers.

A ledger is a tidy table with arm, draw, replicate, year, payer, amount and, if known, transfer (whether money only changes hands)
and programme (whether the row is what the programme itself costs). Amounts are in one currency and price year.
"""

import numpy as np
import pandas as pd

from results.economics import discount_factors, icer
from results.uncertainty import KEYS, interval

__all__ = ["PERSPECTIVES", "budget_impact", "increments_by", "perspective", "rates_table", "return_per_euro"]

# payers whose rows count (None: all) and whether transfers do: they only change hands, so society leaves them out
PERSPECTIVES = {
    "society": (None, False),
    "public": (("municipality", "county", "state", "kela"), True),
    "municipality": (("municipality",), True),
    "county": (("county",), True),
    "state": (("state", "kela"), True),
    "resident": (("resident",), True),
}


def perspective(ledger, name):
    """Rows of the ledger that count in a perspective of `PERSPECTIVES`, or those of one payer by name. Source: Drummond et al. 2015."""
    payers = set(ledger["payer"].astype(str))
    if name not in PERSPECTIVES and name not in payers:
        raise ValueError(f"no perspective {name!r}; there are {', '.join([*PERSPECTIVES, *sorted(payers - set(PERSPECTIVES))])}")
    chosen, transfers = PERSPECTIVES.get(name, ((name,), True))
    keep = np.ones(len(ledger), bool) if chosen is None else ledger["payer"].isin(chosen).to_numpy()
    if not transfers and "transfer" in ledger.columns:
        keep &= ~ledger["transfer"].to_numpy(bool)
    return ledger[keep]


def increments_by(ledger, comparator, arm, keys=("year", "payer"), where=None):
    """Added spending of `arm` over its comparator by run and `keys`: frame with draw, replicate, keys, value; twins only.

    A run of the ledger that has no row for a key paid 0 there. ValueError when an arm is missing or the arms share no run.
    """
    keys = list(keys)
    rows = ledger if where is None else ledger[where]
    if not np.isfinite(ledger["amount"].to_numpy(float)).all():
        raise ValueError("ledger has amounts that are missing or infinite: a missing price is not a price of 0")
    runs = {name: set(map(tuple, ledger.loc[ledger["arm"] == name, KEYS].drop_duplicates().to_numpy())) for name in (comparator, arm)}
    for name, found in runs.items():
        if not found:
            raise ValueError(f"ledger has no arm {name!r}; it has {', '.join(map(str, ledger['arm'].drop_duplicates()))}")
    shared = sorted(runs[comparator] & runs[arm])
    if not shared:
        raise ValueError(f"arms {arm!r} and {comparator!r} share no draw and replicate, so nothing can be paired")
    sums = rows.groupby(["arm", *KEYS, *keys], observed=True)["amount"].sum()
    cells = rows.loc[rows["arm"].isin([comparator, arm]), keys].drop_duplicates().sort_values(keys)
    grid = pd.DataFrame(shared, columns=KEYS).merge(cells, how="cross")
    sides = [sums.reindex(pd.MultiIndex.from_frame(grid.assign(arm=name)[["arm", *KEYS, *keys]]), fill_value=0.0).to_numpy()
             for name in (arm, comparator)]  # fmt: skip
    return grid.assign(value=sides[0] - sides[1])


def _intervals(frame, keys, level):
    rows = []
    for key, part in frame.groupby(keys, observed=True, sort=True):
        found = interval(part["value"].to_numpy(), level)
        rows.append((*key, found.mean, found.low, found.high, found.runs))
    return pd.DataFrame(rows, columns=[*keys, "value", "low", "high", "runs"])


def budget_impact(ledger, comparator, arm, level=0.95):
    """Added spending by year and payer, undiscounted, as budgets are: frame with year, payer, value, low, high, runs, cumulated.

    payer "all" is the sum over payers, transfers included. cumulated: mean from the first year on. Source: Sullivan et al. 2014 (ISPOR).
    """
    each = increments_by(ledger, comparator, arm)
    whole = each.groupby([*KEYS, "year"], as_index=False)["value"].sum().assign(payer="all")
    each = each.assign(payer=each["payer"].astype(str))
    table = _intervals(pd.concat([each, whole], ignore_index=True), ["year", "payer"], level)
    table["cumulated"] = table.groupby("payer")["value"].cumsum()
    return table


def return_per_euro(ledger, comparator, arm, rate=0.0):
    """Who pays and who saves: frame by payer and year with paid, saved, net, and saved_per_euro, sums from the first year on.

    paid: added spending of the payer on the programme (rows with programme True); saved: fall of its other spending (above 0 saves);
    net = saved - paid; saved_per_euro: saved by this payer over what *all* payers paid on the programme so far, NaN before anybody
    paid; own_per_euro: over what this payer itself paid, NaN when nothing. Means over runs of the sums, so a ratio of means; payer
    "all" is the sum. rate: yearly discount rate.
    """
    if "programme" not in ledger.columns:
        raise ValueError("ledger has no column programme, which tells the programme's own cost from other spending")
    own = ledger["programme"].to_numpy(bool)
    parts = {}
    for name, where in (("paid", own), ("saved", ~own)):
        table = increments_by(ledger, comparator, arm, where=where).groupby(["year", "payer"], observed=True)["value"].mean()
        parts[name] = table.unstack("payer").rename(columns=str)
    years = sorted(set(ledger["year"]))
    payers = list(dict.fromkeys(ledger["payer"].astype(str)))
    factor = discount_factors(np.asarray(years, float) - years[0], rate, per_year=1)
    paid, saved = (parts[name].reindex(index=years, columns=payers).fillna(0.0).mul(factor, axis=0).cumsum() for name in ("paid", "saved"))
    saved = -saved
    for table in (paid, saved):
        table["all"] = table.sum(axis=1)
    rows = []
    for payer in [*payers, "all"]:
        for year in years:
            p, s, whole = paid.at[year, payer], saved.at[year, payer], paid.at[year, "all"]
            rows.append((payer, year, p, s, s - p, s / whole if whole > 0 else np.nan, s / p if p > 0 else np.nan))
    return pd.DataFrame(rows, columns=["payer", "year", "paid", "saved", "net", "saved_per_euro", "own_per_euro"])


def rates_table(added_costs, added_effects, rates=((0.0, 0.0), (0.03, 0.03), (0.05, 0.05), (0.03, 0.015)), per_year=1, first=0):
    """Increment at several discount rates side by side: frame with rate_cost, rate_effect, cost, effect, icer, quadrant.

    added_costs, added_effects: increments of each step, shape (steps,). rates: pairs (of costs, of effects), yearly and effective.
    """
    costs, effects = np.asarray(added_costs, dtype=np.float64), np.asarray(added_effects, dtype=np.float64)
    if costs.shape != effects.shape or costs.ndim != 1:
        raise ValueError(f"added costs {costs.shape} and effects {effects.shape} must both have one number per step")
    rows = []
    for of_cost, of_effect in rates:
        steps = first + np.arange(costs.size)
        c, e = costs @ discount_factors(steps, of_cost, per_year), effects @ discount_factors(steps, of_effect, per_year)
        rows.append((of_cost, of_effect, float(c), float(e), *icer(c, e)))
    return pd.DataFrame(rows, columns=["rate_cost", "rate_effect", "cost", "effect", "icer", "quadrant"])

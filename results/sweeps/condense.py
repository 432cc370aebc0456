"""One run's tidy tables as few rows: a row per year and stratum, and per year and payer; what a sweep keeps of a task."""

import numpy as np
import pandas as pd

from results import tidy
from results.economics import discount_factors

__all__ = ["DISCOUNT", "KEYS", "PERIOD", "condense"]

KEYS = ["year", "kind", "stratum"]
PERIOD = 0  # the `year` of rows that stand for the whole measured period
DISCOUNT = 0.03  # yearly rate of the columns that end in `_discounted`, as in comparisons
DECIDING = ("life_satisfaction_years_total", "qaly_total")
PEOPLE = "health"  # every resident has one, so its count is the number of residents


def condense(tables):
    """Yearly rows of one run: a frame with year, kind, stratum, n and one float64 column per outcome, sorted by the keys.

    tables: `outcomes` and `ledger` of one arm, draw and replicate. year: 1, 2, … measured years; 0 the whole period. kind
    is a kind of stratum, or `payer`. Levels and shares are means over the residents (or events) and months behind them,
    `_total` columns sums over months; `n` is the mean number of simulated residents of the stratum. Rows of payers have
    `resource_cost` and `transfers` [EUR2018, real population]. `_discounted` columns stand in the rows of the whole period.
    """
    frame = pd.concat([_strata(tables["outcomes"]), _payers(tables["ledger"])]).sort_index()
    return frame[["n", *sorted(c for c in frame.columns if c != "n")]].reset_index()


def _strata(outcomes):
    rows = outcomes[["stratum_kind", "stratum", "outcome", "month", "value", "n"]]
    rows = rows.rename(columns={"stratum_kind": "kind"})
    total = tidy.among(rows["outcome"], [c for c in rows["outcome"].unique() if str(c).endswith("_total")])
    weight = np.where(total, 1.0, rows["n"].to_numpy(float))
    years = rows["month"].to_numpy() // 12 + 1
    parts = [_means(rows.assign(year=y), weight, total) for y in (years, np.full(len(rows), PERIOD))]
    deciding = tidy.among(rows["outcome"], DECIDING)
    later = rows[deciding].assign(year=PERIOD)
    factor = discount_factors(later["month"].to_numpy(), DISCOUNT)
    later = _wide(tidy.add_up(later, [*KEYS, "outcome"], value=later["value"].to_numpy(float) * factor), "value")
    return pd.concat([pd.concat(parts), later.add_suffix("_discounted")], axis=1)


def _means(rows, weight, total):
    """Weighted means, or sums where `total`, by key and outcome, one column each; and the residents behind."""
    value = rows["value"].to_numpy(float) * weight
    months = np.ones(len(rows))
    sums = tidy.add_up(rows, [*KEYS, "outcome"], value=value, weight=weight, total=total.astype(float), months=months)
    mean = np.divide(sums["value"], sums["weight"], out=np.full(len(sums), np.nan), where=sums["weight"].to_numpy() > 0)
    sums["value"] = np.where(sums["total"] > 0, sums["value"], mean)
    people = sums[(sums["outcome"] == PEOPLE).to_numpy()]
    wide = _wide(sums, "value")
    wide["n"] = _wide(people.assign(n=people["weight"] / people["months"]), "n")[PEOPLE].reindex(wide.index)
    return wide


def _wide(sums, column):
    sums = sums.astype({"kind": str, "stratum": str, "outcome": str})
    return sums.set_index([*KEYS, "outcome"])[column].unstack("outcome").rename_axis(columns=None)


def _payers(ledger):
    amount, month = ledger["amount"].to_numpy(float), ledger["month"].to_numpy(int)
    transfer = ledger["transfer"].to_numpy(bool)
    rows = pd.DataFrame({"kind": "payer", "stratum": ledger["payer"].astype(str).to_numpy()})
    split = {"resource_cost": np.where(transfer, 0.0, amount), "transfers": np.where(transfer, amount, 0.0)}
    factor = discount_factors(month, DISCOUNT)
    later = {f"{name}_discounted": values * factor for name, values in split.items()}
    yearly = tidy.add_up(rows.assign(year=month // 12 + 1), KEYS, **split)
    whole = tidy.add_up(rows.assign(year=PERIOD), KEYS, **split, **later)
    return pd.concat([yearly, whole]).set_index(KEYS)

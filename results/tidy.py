"""From tidy tables to one number per run: means over months, sums over months, spending by payer."""

import numpy as np

from results.economics import discount_factors

__all__ = ["RUN", "arms_of", "last_year", "level", "select", "spending", "total"]

RUN = ["arm", "draw", "replicate"]
STRATUM = ["stratum_kind", "stratum"]
NOT_PUBLIC = ("resident", "third_sector")


def arms_of(frame):
    """Names of the arms in the order of their first rows."""
    return [str(arm) for arm in frame["arm"].drop_duplicates()]


def select(frame, arms=None, table="outcomes", **where):
    """Rows of the arms and of the given value (or any of a tuple of values) in each column named.

    Rows of the single place "all" stand for the whole when there are any; otherwise all places are kept, to
    be added up. ValueError when a column or an arm is missing.
    """
    missing = [column for column in [*RUN, *where] if column not in frame.columns]
    if missing:
        raise ValueError(f"table {table} has no column {', '.join(missing)}")
    if frame.empty:
        raise ValueError(f"table {table} has no rows")
    keep = np.ones(len(frame), dtype=bool)
    if "place" in frame.columns and (frame["place"] == "all").any():
        keep &= (frame["place"] == "all").to_numpy()
    for column, wanted in where.items():
        wanted = wanted if isinstance(wanted, tuple | list | set) else (wanted,)
        keep &= frame[column].isin(list(wanted)).to_numpy()
    if arms is not None:
        for arm in arms:
            if arm not in set(frame["arm"].unique()):
                raise ValueError(f"table {table} has no arm {arm!r}; it has {', '.join(arms_of(frame))}")
        keep &= frame["arm"].isin(list(arms)).to_numpy()
    return frame[keep]


def last_year(outcomes):
    """First month of the last twelve (or of all, if there are fewer)."""
    return max(int(outcomes["month"].max()) - 11, int(outcomes["month"].min()))


def level(outcomes, outcome, since=0, arms=None, by=(), **where):
    """Mean of `outcome` over residents, places and the months from `since` on: one row per run, stratum and
    `by`.

    Weighted by n, the residents (or events) behind each value; rows of n = 0 or NaN count for nothing, and a
    stratum without any is NaN. Columns: arm, draw, replicate, stratum_kind, stratum, *by, value, n.
    """
    rows = select(outcomes[outcomes["month"] >= since], arms, outcome=outcome, **where)
    value, n = rows["value"].to_numpy(float), rows["n"].to_numpy(float)
    n = np.where(np.isnan(value), 0.0, n)
    keys = [*RUN, *STRATUM, *by]
    frame = rows[keys].assign(value=np.where(n > 0, value, 0.0) * n, n=n)
    frame = frame.groupby(keys, observed=True, as_index=False, sort=False).sum()
    frame["value"] = np.divide(
        frame["value"], frame["n"], out=np.full(len(frame), np.nan), where=frame["n"] > 0
    )
    return frame


def total(outcomes, outcome, rate=0.0, arms=None, **where):
    """Sum of a monthly total over all months, discounted by (1 + rate)^(-month / 12): one row per run and
    stratum.
    """
    rows = select(outcomes, arms, outcome=outcome, **where)
    keys = [*RUN, *STRATUM]
    frame = rows[keys].assign(value=rows["value"].to_numpy(float) * discount_factors(rows["month"], rate))
    return frame.groupby(keys, observed=True, as_index=False, sort=False).sum()


def spending(ledger, rate=0.0, arms=None):
    """Spending of each run over all months [EUR], discounted: a frame indexed by run with one column per
    payer and two more: `society` (resource costs of all payers, transfers left out, since they only change
    hands) and `public` (all payments, transfers included, of payers other than residents and the third
    sector). A payer without rows paid 0.
    """
    rows = select(ledger, arms, "ledger")
    amount = rows["amount"].to_numpy(float) * discount_factors(rows["month"], rate)
    if not np.isfinite(amount).all():
        raise ValueError(
            "table ledger has amounts that are missing or infinite: a missing price is not a price of 0"
        )
    transfer = rows["transfer"].to_numpy(bool)
    public = ~rows["payer"].isin(NOT_PUBLIC).to_numpy()
    frame = rows[[*RUN, "payer"]].assign(amount=amount)
    payers = frame.groupby([*RUN, "payer"], observed=True)["amount"].sum().unstack("payer").fillna(0.0)
    payers.columns = [str(payer) for payer in payers.columns]
    sums = rows[RUN].assign(society=np.where(transfer, 0.0, amount), public=np.where(public, amount, 0.0))
    return payers.join(sums.groupby(RUN, observed=True)[["society", "public"]].sum())

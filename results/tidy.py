"""From tidy tables to one number per run: means over months, sums over months, spending by payer."""

import numpy as np
import pandas as pd

from results.economics import discount_factors

__all__ = [
    "RUN", "add_up", "among", "arms_of", "key_codes", "last_year", "level", "payments", "select", "spans", "spending", "total", "years",
]

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
    wanted = {
        column: list(values) if isinstance(values, tuple | list | set) else [values]
        for column, values in where.items()
    }
    if arms is not None:
        known = set(frame["arm"].unique())
        for arm in arms:
            if arm not in known:
                raise ValueError(f"table {table} has no arm {arm!r}; it has {', '.join(arms_of(frame))}")
        wanted["arm"] = list(arms)
    keep = np.ones(len(frame), dtype=bool)
    if "place" in frame.columns:
        whole = among(frame["place"], ["all"])
        keep = whole if whole.any() else keep
    for column, values in wanted.items():
        keep = keep & among(frame[column], values)
    return frame if keep.all() else frame[keep]


def among(column, values):
    """Where a column has one of the values; of categories each is asked once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.append(column.cat.categories.isin(values), False)[column.cat.codes]  # code -1 is missing
    return column.isin(values).to_numpy()


def _codes(column):
    """Small whole numbers that stand for the values of a column, and the values."""
    if isinstance(column.dtype, pd.CategoricalDtype) and not column.hasnans:
        return column.cat.codes.to_numpy(), column.cat.categories.take
    if pd.api.types.is_integer_dtype(column.dtype) and len(column):
        low = column.min()
        if column.max() - low < 100_000:
            return column.to_numpy() - low, lambda codes: codes.astype(column.dtype) + low
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return codes, values.take


def _combined(rows, keys):
    """One whole number per row for its values of `keys`; how many values each key has, and how to get them back from codes."""
    code, sizes, values = np.zeros(len(rows), np.int64), [], []
    for key in keys:
        codes, value = _codes(rows[key])
        sizes.append(int(codes.max(initial=0)) + 1)
        values.append(value)
        code *= sizes[-1]
        code += codes
    return code, sizes, values


def key_codes(rows, keys):
    """Whole numbers, shape (len(rows),), alike where rows are alike in `keys`; ValueError where a key is missing."""
    code, sizes, _ = _combined(rows, keys)
    if np.prod(sizes, dtype=float) < 2**62:
        return code
    return pd.MultiIndex.from_frame(rows[list(keys)]).factorize()[0]


def spans(rows, keys, ends=(0.025, 0.975), value="value"):
    """Over rows alike in `keys`: frame with the keys, mean, low, high (percentiles `ends`, linear between values) and runs.

    Missing values are left out; rows alike that have none give NaN and 0 runs. In the order of the keys' values, as pandas'
    groupby has them, and many times as fast as its quantiles.
    """
    code, sizes, values = _combined(rows, keys)
    if np.prod(sizes, dtype=float) >= 2**62:
        raise ValueError(f"too many kinds of {', '.join(keys)} to tell apart")
    seen, place = np.unique(code, return_inverse=True)
    each = rows[value].to_numpy(float)
    known = ~np.isnan(each)
    place, each = place[known], each[known]
    each = each[np.lexsort((each, place))]
    runs = np.bincount(place, minlength=seen.size)
    first = np.cumsum(runs) - runs
    low, high = (_between(each, first, runs, end) for end in ends)
    sums = np.add.reduceat(np.append(each, 0.0), first) if each.size else np.zeros(seen.size)
    mean = np.divide(sums, runs, out=np.full(seen.size, np.nan), where=runs > 0)
    whole = [get(codes) for get, codes in zip(values, np.unravel_index(seen, sizes), strict=True)]
    return pd.DataFrame({**dict(zip(keys, whole, strict=True)), "mean": mean, "low": low, "high": high, "runs": runs})


def _between(ordered, first, runs, share):
    """The quantile `share` of each stretch of ordered values that begins at `first` and holds `runs`; NaN of none."""
    found = np.full(runs.size, np.nan)
    some = runs > 0
    place = share * (runs[some] - 1)
    below = first[some] + place.astype(np.int64)
    above = np.minimum(below + 1, first[some] + runs[some] - 1)
    found[some] = ordered[below] + (place % 1) * (ordered[above] - ordered[below])
    return found


def add_up(rows, keys, **columns):
    """Sums of the arrays `columns`, shape (len(rows),), over rows alike in `keys`: a frame with keys and
    columns.

    The same as pandas' groupby(keys).sum(), several times as fast on millions of rows of few kinds.
    """
    code, sizes, values = _combined(rows, keys)
    if int(np.prod(sizes, dtype=float)) > 20_000_000:
        frame = rows[keys].assign(**columns)
        return frame.groupby(keys, observed=True, as_index=False, sort=False).sum()
    seen = np.flatnonzero(np.bincount(code))
    whole = [value(codes) for value, codes in zip(values, np.unravel_index(seen, sizes), strict=True)]
    sums = {name: np.bincount(code, column)[seen] for name, column in columns.items()}
    return pd.DataFrame({**dict(zip(keys, whole, strict=True)), **sums})


def last_year(outcomes):
    """First month of the last twelve (or of all, if there are fewer)."""
    return max(int(outcomes["month"].max()) - 11, int(outcomes["month"].min()))


def years(table):
    """Calendar year of each row; without dates the years are counted from 1. Whole numbers, shape (len(table),)."""
    if "date" in table.columns:
        date = table["date"].astype("category")
        return date.cat.categories.str[:4].astype(int).to_numpy()[date.cat.codes]
    return table["month"].to_numpy() // 12 + 1


def level(outcomes, outcome, since=0, arms=None, by=(), **where):
    """Mean of `outcome` over residents, places and the months from `since` on: one row per run, stratum and
    `by`.

    Weighted by n, the residents (or events) behind each value; rows of n = 0 or NaN count for nothing, and a
    stratum without any is NaN. Columns: arm, draw, replicate, stratum_kind, stratum, *by, value, n.
    """
    rows = select(outcomes, arms, outcome=outcome, **where)
    if since > rows["month"].min():
        rows = rows[rows["month"] >= since]
    value, n = rows["value"].to_numpy(float), rows["n"].to_numpy(float)
    n = np.where(np.isnan(value), 0.0, n)
    frame = add_up(rows, [*RUN, *STRATUM, *by], value=np.where(n > 0, value, 0.0) * n, n=n)
    frame["value"] = np.divide(
        frame["value"], frame["n"], out=np.full(len(frame), np.nan), where=frame["n"] > 0
    )
    return frame


def total(outcomes, outcome, rate=0.0, arms=None, **where):
    """Sum of a monthly total over all months, discounted by (1 + rate)^(-month / 12): one row per run and
    stratum.
    """
    rows = select(outcomes, arms, outcome=outcome, **where)
    value = rows["value"].to_numpy(float) * discount_factors(rows["month"], rate)
    return add_up(rows, [*RUN, *STRATUM], value=value)


def payments(ledger, arms=None):
    """The ledger added up to run, month, payer and transfer: few rows, from which `spending` is quick."""
    rows = select(ledger, arms, "ledger")
    amount = rows["amount"].to_numpy(float)
    if not np.isfinite(amount).all():
        raise ValueError(
            "table ledger has amounts that are missing or infinite: a missing price is not a price of 0"
        )
    return add_up(rows, [*RUN, "month", "payer", "transfer"], amount=amount)


def spending(ledger, rate=0.0, arms=None):
    """Spending of each run over all months [EUR], discounted: a frame indexed by run with one column per
    payer and two more: `society` (resource costs of all payers, transfers left out, since they only change
    hands) and `public` (all payments, transfers included, of payers other than residents and the third
    sector). A payer without rows paid 0. ledger: the table, or what `payments` made of it.
    """
    rows = payments(ledger, arms)
    amount = rows["amount"].to_numpy(float) * discount_factors(rows["month"], rate)
    transfer = rows["transfer"].to_numpy(bool)
    public = ~rows["payer"].isin(NOT_PUBLIC).to_numpy()
    frame = rows[[*RUN, "payer"]].assign(amount=amount)
    payers = frame.groupby([*RUN, "payer"], observed=True)["amount"].sum().unstack("payer").fillna(0.0)
    payers.columns = [str(payer) for payer in payers.columns]
    sums = rows[RUN].assign(society=np.where(transfer, 0.0, amount), public=np.where(public, amount, 0.0))
    return payers.join(sums.groupby(RUN, observed=True)[["society", "public"]].sum())

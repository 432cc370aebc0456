"""What figures over time and over runs share: means with bands, calendar time, rows in the order of arms."""

import math

import numpy as np
import pandas as pd

from results import tidy

__all__ = ["band", "dates", "in_order", "over_runs", "time_axis", "when"]


def over_runs(rows, keys):
    """Mean and the 2.5th and 97.5th percentile over runs of `value`, and their number, by `keys`."""
    return tidy.spans(rows, keys)


def in_order(parts, arms, columns, then=()):
    """Frames below each other with their rows in the order of `arms`, then of the columns `then`; only `columns`, names as text."""
    frame = pd.concat(parts, ignore_index=True).reindex(columns=columns).astype({"arm": str})
    place = frame["arm"].map({arm: place for place, arm in enumerate(arms)}).to_numpy()
    return frame.iloc[np.lexsort([*(frame[name] for name in reversed(then)), place])].reset_index(drop=True)


def dates(table):
    """First day of each month as text, by month; nothing where the table has no dates."""
    if "date" not in table.columns:
        return {}
    first = table.drop_duplicates("month")
    return dict(zip(first["month"], first["date"].astype(str), strict=True))


def when(line):
    """Middle of each month as a calendar year with decimals, or as years since the start without dates."""
    if line["date"].isna().any():
        return (line["month"] + 0.5) / 12
    year, month = line["date"].str.slice(0, 4).astype(int), line["date"].str.slice(5, 7).astype(int)
    return year + (month - 0.5) / 12


def band(axis, x, line, look, crowd=2):
    """A line of means with its band of runs, paler where many lie on each other."""
    axis.fill_between(x, line["low"], line["high"], color=look.colour, alpha=0.2 if crowd < 3 else 0.09, linewidth=0)
    axis.plot(x, line["mean"], color=look.colour, linestyle=look.dash, linewidth=1.7)


def time_axis(axis, x, columns=1):
    """Whole years as ticks from the first month to the last; of `columns` panels beside each other."""
    low, high = math.floor(12 * x.min()) / 12, math.ceil(12 * x.max()) / 12
    step = max(1, math.ceil((high - low) * columns / 22))
    axis.set_xlim(low, high)
    axis.set_xticks(np.arange(math.ceil(low), high - 0.04 * (high - low), step))

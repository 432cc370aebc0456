"""From a checked table to arrays: cost and effect per person by run and arm, by stratum and by unit, discounted."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from results.economics import discount_factors
from results.uncertainty import by_draw, interval, parameter_values, standard_error

__all__ = ["Bounds", "Panel", "bounds"]

RUN = ["draw", "replicate"]
KEYS = ["arm", *RUN]


class Bounds(NamedTuple):
    """A number with its interval and what the interval holds: "draws", "replicates", "units" or "" (nothing known)."""

    value: float
    low: float
    high: float
    basis: str


def bounds(values, draws, level=0.95):
    """Mean and interval of one value per run: `Bounds`.

    Several draws: percentiles of parameter uncertainty, chance taken out where replicates show it. One draw, or draws that differ no
    more than chance does: the Monte-Carlo interval of the mean, by Student's t. One run: nothing is known.
    """
    from scipy.stats import t

    values, draws = np.asarray(values, dtype=np.float64), np.asarray(draws)
    mean = float(by_draw(values, draws)[1].mean())
    if np.unique(draws).size > 1:
        inner = parameter_values(values, draws)
        if np.ptp(inner) > 0 or np.ptp(values) == 0:
            found = interval(inner, level)
            return Bounds(mean, found.low, found.high, "draws")
    if values.size > 1:
        reach = float(t.ppf((1 + level) / 2, values.size - 1)) * standard_error(values)
        return Bounds(mean, mean - reach, mean + reach, "replicates")
    return Bounds(mean, np.nan, np.nan, "")


class Panel:
    """Costs and effects of a checked table (`external.External`), per person over all years.

    arms: comparator first; runs: frame of draw and replicate, shape (runs,); costs, effects: (runs, arms); people: (runs, arms).
    rate_cost, rate_effect: yearly, from the first year on, used when there is a column year. A person of a unit is counted once, with the
    weight of the unit's first row; without units, people are the weights of the first year.
    """

    def __init__(self, table, comparator=None, rate_cost=0.03, rate_effect=0.03):
        comparator = comparator or table.arms[0]
        self.table = table
        self.arms = [comparator, *(arm for arm in table.arms if arm != comparator)]
        rows = table.rows.sort_values("year", kind="stable")
        year = rows["year"].to_numpy() - rows["year"].min()
        self.years = int(year.max()) + 1
        self.rows = rows.assign(cost_now=rows["cost"] * discount_factors(year, rate_cost, 1) * rows["weight"],
                                effect_now=rows["effect"] * discount_factors(year, rate_effect, 1) * rows["weight"],
                                people=self._people(rows, year))  # fmt: skip
        sums = self.rows.groupby(KEYS)[["cost_now", "effect_now", "people"]].sum()
        index = sums.index.droplevel("arm").unique().sort_values()
        self.runs = index.to_frame(index=False)
        self.draws = self.runs["draw"].to_numpy()
        self.costs, self.effects, self.people = (self._wide(sums[column], index) for column in ("cost_now", "effect_now", "people"))
        self.costs, self.effects = self.costs / self.people, self.effects / self.people

    def _people(self, rows, year):
        """People counted at each row: the unit's first row, or all rows of the first year."""
        first = year == 0
        if "unit" in rows:
            first = ~rows.duplicated([*KEYS, "unit"]).to_numpy()
        return np.where(first, rows["weight"], 0.0)

    def _wide(self, column, index):
        return np.column_stack([column.xs(arm).reindex(index).to_numpy() for arm in self.arms])

    def by_draw(self):
        """(costs, effects), each (draws, arms): means over replicates."""
        return tuple(by_draw(values, self.draws)[1] for values in (self.costs, self.effects))

    def units(self):
        """One row per run and unit: KEYS, stratum, rank (if there), people, cost and effect per person over all years."""
        named = "unit" in self.rows
        keep = {name: "first" for name in ("stratum", "rank") if name in self.rows}
        if not named and self.years > 1:
            return None  # rows of several years cannot be joined to people
        if not named:
            units = self.rows.drop(columns=["cost", "effect"])
        else:
            sums = {"cost_now": "sum", "effect_now": "sum", "people": "sum"}
            units = self.rows.groupby([*KEYS, "unit"], as_index=False, sort=False).agg(sums | keep)
        units = units[units["people"] > 0]
        return units.assign(cost=units["cost_now"] / units["people"], effect=units["effect_now"] / units["people"])

    def strata(self):
        """Strata from the worst to the best off: their mean rank when there is one, else by number, else in the order of first rows."""
        if "stratum" not in self.rows:
            return []
        if "rank" in self.rows:
            return list(self.rows.groupby("stratum", sort=False)["rank"].mean().sort_values(kind="stable").index)
        found = self.table.rows["stratum"].drop_duplicates()
        numbers = pd.to_numeric(found, errors="coerce")
        return list(found) if numbers.isna().any() else list(found.iloc[np.argsort(numbers.to_numpy(), kind="stable")])

    def by_stratum(self):
        """(strata, people, costs, effects): arrays (runs, arms, strata), per person of the stratum; ValueError if a run lacks one."""
        names = self.strata()
        sums = self.rows.groupby([*KEYS, "stratum"])[["cost_now", "effect_now", "people"]].sum()
        index = pd.MultiIndex.from_tuples([(arm, *run, name) for run in self.runs.itertuples(index=False, name=None)
                                           for arm in self.arms for name in names], names=sums.index.names)  # fmt: skip
        lacking = index.difference(sums.index[sums["people"] > 0])
        if len(lacking):
            arm, draw, replicate, name = lacking[0]
            raise ValueError(f"stratum {name!r} has nobody in arm {arm!r}, draw {draw}, replicate {replicate}; groups cannot be compared")
        shape = (len(self.runs), len(self.arms), len(names))
        cost, effect, people = (sums[column].reindex(index).to_numpy().reshape(shape) for column in ("cost_now", "effect_now", "people"))
        return names, people, cost / people, effect / people

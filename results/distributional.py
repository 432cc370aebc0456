"""Distributional cost-effectiveness from tidy tables: what income fifths gain, what they forgo, and what that does to inequality."""

import numpy as np
import pandas as pd

from results import equity, tidy
from results.economics import discount_factors
from results.uncertainty import KEYS

__all__ = ["DISPLACED", "FIFTHS", "by_fifth", "plane"]

FIFTHS = ("1", "2", "3", "4", "5")  # of income at the start, the poorest first
DISPLACED = 20_000.0  # EUR per WELLBY in the services that the money is taken from; Finland has no official figure
OUTCOME = "life_satisfaction"


def by_fifth(tables, comparator, arms, rate=0.03, displaced=DISPLACED):
    """One row per arm, paired run and income fifth at the start: people, before, gain, forgone, net.

    people: adults of the real population at the start; before: WELLBYs per person without the arm over the whole period [points of life
    satisfaction x years, discounted at `rate` a year]; gain: what the arm adds; forgone: what the public sector's added cost would
    have brought elsewhere at one WELLBY for `displaced` EUR, each adult losing alike; net = gain - forgone. Empty where the tables
    lack a fifth or life satisfaction. Source: Asaria, Griffin & Cookson 2016; Love-Koh et al. 2020.
    """
    rows = tidy.select(tables["outcomes"], [comparator, *arms], outcome=OUTCOME, stratum_kind="income_fifth", stratum=FIFTHS)
    columns = ["arm", *KEYS, "stratum", "people", "before", "gain", "forgone", "net"]
    if rows.empty or rows["stratum"].nunique() < len(FIFTHS):
        return pd.DataFrame(columns=columns)
    months = rows["month"].to_numpy()
    yearly = rows["value"].fillna(0.0).to_numpy(float) * rows["n"].to_numpy(float) * discount_factors(months, rate) / 12
    first = np.where(months == months.min(), rows["n"].to_numpy(float), 0.0)
    sums = tidy.add_up(rows, [*tidy.RUN, "stratum"], total=yearly, n=first).astype({"arm": str, "stratum": str})
    wide = sums.pivot(index=tidy.RUN, columns="stratum", values=["total", "n"]).dropna()
    public = tidy.spending(tables["ledger"], rate)["public"]
    scale, found = _scale(tables["outcomes"], comparator), []
    base = wide.loc[comparator]
    for arm in arms:
        shared = wide.loc[arm].index.intersection(base.index)
        n = base.loc[shared, "n"].to_numpy()
        people = n * scale
        before, now = (side.loc[shared, "total"].to_numpy() / n for side in (base, wide.loc[arm]))
        cost = public.loc[arm].reindex(shared).to_numpy() - public.loc[comparator].reindex(shared).to_numpy()
        lost = (cost / displaced / people.sum(axis=1))[:, None]
        parts = {"people": people, "before": before, "gain": now - before, "forgone": np.broadcast_to(lost, before.shape),
                 "net": now - before - lost}  # fmt: skip
        keys = shared.to_frame(index=False).loc[np.repeat(np.arange(len(shared)), len(FIFTHS))].reset_index(drop=True)
        values = {name: column.ravel() for name, column in parts.items()}
        found.append(keys.assign(arm=arm, stratum=np.tile(FIFTHS, len(shared)), **values))
    return pd.concat(found, ignore_index=True)[columns]


def _scale(outcomes, comparator):
    """Real residents behind a simulated one."""
    rows = outcomes[((outcomes["outcome"] == "population_total") & (outcomes["stratum_kind"] == "all")).to_numpy()]
    rows = rows[(rows["arm"] == comparator).to_numpy()]
    return rows["value"].sum() / rows["n"].sum() if rows["n"].sum() > 0 else 1.0


def plane(frame, aversion=10.95):
    """Place of each arm and run of `by_fifth` on the equity-impact plane: frame with arm, draw, replicate, efficiency, equity, total.

    efficiency: net WELLBYs per person; equity: change of the equally distributed equivalent less that [both WELLBYs per person].
    Source: Cookson et al. 2017.
    """
    wide = frame.pivot(index=["arm", *KEYS], columns="stratum", values=["people", "before", "net"])
    people, before, net = (wide[name].to_numpy() for name in ("people", "before", "net"))
    efficiency = (people * net).sum(axis=1) / people.sum(axis=1)
    ends = [equity.edes(levels, [aversion], people)[:, 0] for levels in (before, before + net)]
    total = ends[1] - ends[0]
    made = wide.index.to_frame(index=False)
    return made.assign(efficiency=efficiency, equity=total - efficiency, total=total)

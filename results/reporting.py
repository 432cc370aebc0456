"""What knowing is worth: how much social reporting narrows gaps in wellbeing, for what it costs to know."""

import numpy as np
import pandas as pd

from results.tidy import RUN, last_year, level
from results.uncertainty import interval, probability

__all__ = ["GAPS", "reporting_value"]

GAPS = {
    "groups": ("group_start", "none", "any"),
    "income": ("income_fifth", "5", "1"),
}  # better-off stratum less worse-off stratum, both fixed at the start
UNIT = 100_000.0  # EUR


def reporting_value(tables, comparator):
    """Gap narrowed per euro of information, one row per arm and gap.

    tables: outcomes, ledger and (of arms that report) indicators. Columns: arm, gap, comparator_gap and narrowed (last year,
    EUROHIS points) with low and high, p_narrower, worse_off (change of the worse-off stratum's level, so that levelling down
    shows), information (EUR2018 over the run, mean), and narrowed per 100,000 EUR of information with low and high; runs are
    paired by draw and replicate. Arms that know nothing cost nothing, and their ratio is not-a-number.
    """
    spent = _information(tables)
    rows = []
    for gap, (kind, better, worse) in GAPS.items():
        wide = _levels(tables["outcomes"], kind, (better, worse))
        for arm in [a for a in wide.index.get_level_values("arm").unique() if a != comparator]:
            mine, theirs = wide.xs(arm).align(wide.xs(comparator), join="inner")
            narrowed = ((theirs[better] - theirs[worse]) - (mine[better] - mine[worse])).to_numpy()
            cost = spent.get(arm, pd.Series(0.0, index=mine.index)).reindex(mine.index, fill_value=0.0).to_numpy()
            per = np.divide(narrowed, cost / UNIT, out=np.full(len(cost), np.nan), where=cost > 0.0)
            change, ratio = interval(narrowed), interval(per)
            rows.append({
                "arm": arm, "gap": gap, "comparator_gap": float((theirs[better] - theirs[worse]).mean()), "narrowed": change.mean,
                "low": change.low, "high": change.high, "p_narrower": probability(narrowed > 0.0),
                "worse_off": float((mine[worse] - theirs[worse]).mean()), "information": float(cost.mean()),
                "per_100k": ratio.mean, "per_100k_low": ratio.low, "per_100k_high": ratio.high, "runs": change.runs,
            })
    return pd.DataFrame(rows)


def _levels(outcomes, kind, strata):
    """Mean wellbeing of the last year by run (rows) and stratum (columns)."""
    frame = level(outcomes, "wellbeing", since=last_year(outcomes), stratum_kind=kind, stratum=strata)
    return frame.astype({"arm": str, "stratum": str}).pivot(index=RUN, columns="stratum", values="value")


def _information(tables):
    """EUR of each run that went into knowing, {arm: series by draw and replicate}: ledger items of interventions that report."""
    if "indicators" not in tables:
        return {}
    reporting = set(tables["indicators"]["intervention"].astype(str).unique())
    ledger = tables["ledger"]
    items = [c for c in ledger["item"].cat.categories if str(c).removesuffix("_project") in reporting]
    rows = ledger[ledger["item"].isin(items)].astype({"arm": str})
    whole = rows.groupby(RUN, observed=True)["amount"].sum()
    return {arm: whole.xs(arm) for arm in whole.index.get_level_values("arm").unique()}

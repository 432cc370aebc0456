"""How innovations spread: adoption curves, what share is embedded after some years, and the tables a run folder keeps of them."""

import pandas as pd

from results import metaevaluation, tidy

__all__ = ["curve", "embedding", "tables"]

IN_USE = ("in_use", "embedded")
FIVE_YEARS = 60  # months
KEYS = [*tidy.RUN, "innovation"]


def curve(adoption):
    """Adoption curve: share of municipalities that use each innovation by month, and of them those that keep it for good.

    adoption: the table. Returns arm, innovation ("all": mean of all), month, date and, for in_use, embedded and dropped
    (shares of municipalities), the mean over runs and in_use_low, in_use_high, the middle 95 % of runs.
    """
    rows = adoption.astype({"arm": str, "innovation": str, "state": str})
    shares = rows[[*KEYS, "month", "date"]].assign(
        in_use=rows["state"].isin(IN_USE), embedded=rows["state"] == "embedded", dropped=rows["state"] == "dropped")
    whole = shares.assign(innovation="all")
    by_run = pd.concat([part.groupby([*KEYS, "month", "date"], as_index=False, sort=False).mean() for part in (shares, whole)])
    groups = by_run.groupby(["arm", "innovation", "month", "date"], sort=False)
    found = groups[["in_use", "embedded", "dropped"]].mean()
    found["in_use_low"], found["in_use_high"] = groups["in_use"].quantile(0.025), groups["in_use"].quantile(0.975)
    return found.reset_index()


def embedding(adoption, months=FIVE_YEARS):
    """What has become of each innovation `months` after its first use, or at the end of a run that is shorter.

    Returns arm, innovation, months (mean time since first use at which it is judged), and means over the runs in which it was
    used at all: used (share of municipalities that have ever used it), embedded (share of these that keep it for good),
    in_use (share of these that use it, embedded or not), dropped; runs.
    """
    rows = adoption.astype({"arm": str, "innovation": str, "state": str})
    used = rows["state"].isin((*IN_USE, "dropped"))
    first = rows[used].groupby(KEYS, as_index=False)["month"].min().rename(columns={"month": "first"})
    rows = rows.merge(first, on=KEYS)
    judged = (rows["first"] + months).clip(upper=rows["month"].max())
    rows = rows[rows["month"] == judged].assign(since=lambda r: r["month"] - r["first"])
    flags = rows[KEYS].assign(months=rows["since"], used=rows["state"].isin((*IN_USE, "dropped")), embedded=rows["state"] == "embedded",
                              in_use=rows["state"].isin(IN_USE), dropped=rows["state"] == "dropped")
    by_run = flags.groupby(KEYS, as_index=False, sort=False).mean()
    for state in ("embedded", "in_use", "dropped"):
        by_run[state] = by_run[state] / by_run["used"]
    groups = by_run.groupby(["arm", "innovation"], sort=False)
    columns = ["months", "used", "embedded", "in_use", "dropped"]
    return groups[columns].mean().assign(runs=groups.size()).reset_index()


def tables(found, comparator=None):
    """{name: frame} of all of this for a run's tidy tables; empty where no innovation spreads."""
    if "adoption" not in found:
        return {}
    out = {"adoption_curve": curve(found["adoption"]), "embedding": embedding(found["adoption"])}
    if "innovation_survey" in found:
        out["meta_evaluation"] = metaevaluation.evaluations(found, comparator)
        out["meta_summary"] = metaevaluation.summary(out["meta_evaluation"])
    return out

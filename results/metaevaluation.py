"""Many small evaluations set side by side: what evaluators of innovations would have found and published, beside the truth."""

import math

import numpy as np
import pandas as pd

from results import tidy

__all__ = ["evaluations", "summary"]

BEFORE = ("unaware", "aware")  # municipalities in these states have not used it: the comparison group
HORIZON = 24  # months from an innovation's start to the evaluation
SIGNIFICANT = 0.05
# Chance that a finding is published: of social experiments with strong results about 60 %, with null results 20 %
# (Franco, Malhotra & Simonovits 2014, Science 345:1502, 221 studies).
PUBLISHED, PUBLISHED_NULL = 0.6, 0.2
KEYS = [*tidy.RUN, "innovation"]


def evaluations(tables, comparator=None, horizon=HORIZON):
    """One row for each run and innovation: what an evaluator sees, and what is true.

    tables: `innovation_survey`, `adoption` and `ledger`. The evaluation takes place `horizon` months after the innovation's
    start, or at the last survey before that. Columns:
      municipalities, comparisons   that have and have not used it by then
      respondents                   asked before and after, in both
      before_after, estimate        mean change of those treated; the same less the change in the comparison municipalities
      se, p                         of the estimate (of before_after without any comparison), normal approximation
      publication                   chance that it is published, higher if p < 0.05
      fidelity                      mean over its users
      cost_project, cost_running    EUR2018 over the whole run
      adopters, embedded            municipalities that ever used it; share of them that keep it for good at the end
      true_effect                   change of all members in municipalities that use it, less that of the same cohorts in
                                    `comparator`; not-a-number without one. Other innovations used there are part of it.
    All effects are in EUROHIS points.
    """
    survey = tables["innovation_survey"].astype({"arm": str, "innovation": str, "municipality": str, "state": str})
    since = survey[survey["since"] <= horizon].groupby(KEYS)["since"].transform("max")
    survey = survey.loc[since.index][survey.loc[since.index, "since"] == since]
    rows = [{**dict(zip(KEYS, key, strict=True)), **_study(found)} for key, found in survey.groupby(KEYS, sort=False)]
    frame = pd.DataFrame(rows)
    frame = frame.merge(_fates(tables["adoption"]), on=KEYS, how="left").merge(_money(tables["ledger"], frame), on=KEYS, how="left")
    return frame.merge(_truth(survey, comparator), on=KEYS, how="left")


def _study(rows):
    """One evaluator's study from the surveys of all municipalities."""
    used = ~rows["state"].isin(BEFORE)
    treated, others = _pooled(rows[used]), _pooled(rows[~used])
    compared = others["n"] > 1
    estimate = treated["mean"] - others["mean"] if compared else treated["mean"]
    parts = [treated, others] if compared else [treated]
    se = math.sqrt(sum(g["variance"] / g["n"] for g in parts)) if treated["n"] > 1 else math.nan
    p = math.erfc(abs(estimate) / se / math.sqrt(2.0)) if se > 0.0 else math.nan
    return {
        "municipalities": int(used.sum()), "comparisons": int((~used).sum()), "respondents": treated["n"] + others["n"],
        "before_after": treated["mean"], "estimate": estimate, "se": se, "p": p,
        "publication": math.nan if math.isnan(p) else PUBLISHED if p < SIGNIFICANT else PUBLISHED_NULL,
        "fidelity": rows.loc[used, "fidelity"].mean(),
    }


def _pooled(rows):
    """Number, mean and variance of all respondents of several municipalities, from those of each."""
    rows = rows[rows["respondents"] > 0]
    n, mean = rows["respondents"].to_numpy(float), rows["seen"].to_numpy(float)
    whole = n.sum()
    if whole == 0:
        return {"n": 0, "mean": math.nan, "variance": math.nan}
    grand = (n * mean).sum() / whole
    squares = (np.nan_to_num(rows["seen_sd"].to_numpy(float)) ** 2 * (n - 1.0) + n * (mean - grand) ** 2).sum()
    return {"n": int(whole), "mean": grand, "variance": squares / (whole - 1.0) if whole > 1 else math.nan}


def _fates(adoption):
    """How many municipalities ever used each innovation, and what share of them keeps it for good at the end."""
    rows = adoption[adoption["month"] == adoption["month"].max()].astype({"arm": str, "innovation": str})
    used, kept = ~rows["state"].isin(BEFORE), rows["state"] == "embedded"
    frame = rows[KEYS].assign(adopters=used, kept=kept).groupby(KEYS, as_index=False).sum()
    frame["embedded"] = (frame["kept"] / frame["adopters"]).where(frame["adopters"] > 0)
    return frame.drop(columns="kept")


def _money(ledger, frame):
    """Running and project money of each innovation, all payers, EUR2018 over the whole run."""
    items = {item: (name, column) for name in frame["innovation"].unique()
             for item, column in ((name, "cost_running"), (f"{name}_project", "cost_project"))}
    rows = ledger[ledger["item"].isin(items)]
    found = rows[[*tidy.RUN, "item", "amount"]].astype({"arm": str, "item": str})
    found["innovation"] = found["item"].map(lambda item: items[item][0])
    found["column"] = found["item"].map(lambda item: items[item][1])
    wide = found.pivot_table(index=KEYS, columns="column", values="amount", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=["cost_project", "cost_running"], fill_value=0.0)
    return frame[KEYS].merge(wide.reset_index(), on=KEYS, how="left").fillna({"cost_project": 0.0, "cost_running": 0.0})


def _truth(survey, comparator):
    """Mean over members of what the cohorts gained against their twins in the comparator, in municipalities that have used it."""
    if comparator is None or comparator not in set(survey["arm"]):
        return survey[KEYS].drop_duplicates().assign(true_effect=math.nan)
    same = [k for k in KEYS if k != "arm"] + ["municipality", "since"]
    base = survey.loc[survey["arm"] == comparator, [*same, "change"]].rename(columns={"change": "without"})
    rows = survey[~survey["state"].isin(BEFORE)].merge(base, on=same).dropna(subset=["change", "without"])
    rows["gained"] = rows["members"] * (rows["change"] - rows["without"])
    sums = rows.groupby(KEYS, as_index=False)[["gained", "members"]].sum()
    return sums.assign(true_effect=sums["gained"] / sums["members"])[[*KEYS, "true_effect"]]


def summary(found):
    """Meta-evaluation by arm and innovation over runs, from `evaluations`.

    true_effect, estimate, se: means (draws of one replicate ask the same residents: chance lies between replicates);
    published: mean estimate weighted by the chance of publication, what a reader of the literature would believe;
    significant: share of studies with p < 0.05; studies.
    """
    known = found.dropna(subset=["estimate", "p"])
    rows = []
    for (arm, innovation), group in known.groupby(["arm", "innovation"], sort=False):
        rows.append({
            "arm": arm, "innovation": innovation, "studies": len(group), "true_effect": group["true_effect"].mean(),
            "estimate": group["estimate"].mean(), "se": group["se"].mean(),
            "published": np.average(group["estimate"], weights=group["publication"]),
            "significant": (group["p"] < SIGNIFICANT).mean(), "respondents": group["respondents"].mean(),
            "fidelity": group["fidelity"].mean(), "cost": (group["cost_project"] + group["cost_running"]).mean(),
            "adopters": group["adopters"].mean(), "embedded": group["embedded"].mean(),
        })
    return pd.DataFrame(rows)

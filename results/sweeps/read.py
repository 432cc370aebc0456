"""A sweep's folder as frames: yearly rows, decision quantities of each run, and each arm against the comparator."""

import json
import pathlib

import numpy as np
import pandas as pd

from results.language import word
from results.suppress import LEAST
from results.sweeps.condense import PERIOD
from results.tidy import NOT_PUBLIC

__all__ = ["AT", "MEASURES", "begun", "comparable", "decisions", "effects", "expansions", "factors", "few", "plan", "rows", "runs"]

AT = ["point", "draw", "replicate"]  # runs alike in these are twins
LEVELS = ("wellbeing", "good_quality_of_life", "health", "strain", "distress", "loneliness", "employment", "contacts",
          "sii_wellbeing", "erreygers_wellbeing")
EFFECTS = {"wellby": "life_satisfaction_years_total_discounted", "qaly": "qaly_total_discounted"}
MEASURES = {
    "wellbeing": word("mean wellbeing in the last year [EUROHIS score]"),
    "gap": word("mean gap of the groups at the start to those in none, last year [EUROHIS points]"),
    "wellby": word("life-satisfaction years, discounted"), "qaly": word("QALYs, discounted"),
    "cost_society": word("resource costs of all payers, discounted [EUR2018]"),
    "cost_public": word("payments of public payers, transfers included, discounted [EUR2018]"),
}


def begun(folder):
    """The facts of a sweep as it was begun: what its plan.json says."""
    file = pathlib.Path(folder) / "plan.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise ValueError(f"{file} is damaged, so the folder cannot be read; put back a copy of it, or start a new folder") from None


def expansions(folder):
    """What each expansion added, in order: dicts with `laid` (points of the design), `points` (their first number and the one after
    their last), `arms`, `titles`, `scenarios`.
    """
    files = [part.with_suffix(".json") for part in _task_tables(folder)]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.is_file()]


def plan(folder):
    """The facts of a sweep with what was added since: `arms` of all, and `designed`, the ranges of points that its design laid."""
    facts = begun(folder)
    facts["designed"] = [[0, facts["points"]]]
    for more in expansions(folder):
        facts["arms"] = [*facts["arms"], *more["arms"]]
        facts["titles"] = {**facts["titles"], **more["titles"]}
        facts["scenarios"] = {**facts["scenarios"], **more["scenarios"]}
        facts["designed"] += [more["points"]] if more["points"] else []
    return facts


def _task_tables(folder):
    return sorted((pathlib.Path(folder) / "tasks").glob("part-*.parquet"))


def runs(folder):
    """The task table: one row per arm, point, draw and replicate, with its task and the values of the factors."""
    return pd.concat([pd.read_parquet(part) for part in _task_tables(folder)], ignore_index=True)


def factors(folder):
    """Columns of the task table that hold what is varied."""
    return [name for name in plan(folder)["factors"] if name in runs(folder)]


def rows(folder, year=None, kind=None, columns=None):
    """Rows of all finished tasks, sorted by task, year, kind and stratum, whoever computed them and in whatever order.

    year: one year, or None for all (0 is the whole period); kind: one kind of stratum or a list; columns: outcomes.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    files = sorted((pathlib.Path(folder) / "results").glob("part-*.parquet"))
    if not files:
        raise ValueError(f"{folder} has no finished chunk yet")
    schema = pa.unify_schemas([pq.read_schema(f) for f in files])
    keys = ["task", "year", "kind", "stratum"]
    wanted = None
    if year is not None:
        wanted = ds.field("year") == year
    if kind is not None:
        among = ds.field("kind").isin([kind] if isinstance(kind, str) else list(kind))
        wanted = among if wanted is None else wanted & among
    names = schema.names if columns is None else [*keys, *(c for c in columns if c in schema.names)]
    table = ds.dataset([str(f) for f in files], schema=schema).to_table(columns=names, filter=wanted)
    for i, name in enumerate(table.column_names):
        if name in ("kind", "stratum"):
            table = table.set_column(i, name, table.column(name).dictionary_encode())
    frame = table.unify_dictionaries().to_pandas()
    for name in ("kind", "stratum"):
        frame[name] = frame[name].cat.set_categories(sorted(frame[name].cat.categories))
    return frame.sort_values(keys, ignore_index=True, kind="stable")


def decisions(folder, least=LEAST):
    """One row per finished run: arm, point, draw, replicate, factors, and the quantities decisions rest on (`MEASURES` and others).

    Levels are of the last measured year over all residents; gaps those of groups as they were at the start against residents in
    none; `wellby`, `qaly` and costs are discounted sums over the whole period, scaled to the real population. Gaps of `few` are left
    out; least: below how many simulated residents, 0 for none.
    """
    last = _last(folder)
    level = rows(folder, last, "all").set_index("task")
    found = level[[name for name in LEVELS if name in level]].copy()
    groups = rows(folder, last, "group_start", ["n", "wellbeing"])
    found = found.join(_gaps(groups).drop(columns=_few(folder, groups, least)))
    whole = rows(folder, PERIOD, "all", EFFECTS.values()).set_index("task")
    for name, column in EFFECTS.items():
        found[name] = whole[column]
    found = found.join(_costs(rows(folder, PERIOD, "payer", ["resource_cost_discounted", "transfers_discounted"])))
    table = runs(folder).drop(columns=["chunk", "key", "settings"])
    return table.merge(found.reset_index(), on="task").sort_values("run", ignore_index=True)


def few(folder, least=LEAST):
    """Gaps that are not told, list of names: those of a group, or against one, of 1 to `least` - 1 simulated residents in the last year.

    The mean of the runs of an arm at a point decides, as it does in a comparison (`results.suppress`), and the smallest of these means.
    """
    return _few(folder, rows(folder, _last(folder), "group_start", ["n", "wellbeing"]), least)


def _last(folder):
    return int(rows(folder, kind="payer", columns=["resource_cost"])["year"].max())


def _few(folder, groups, least):
    people = groups.pivot(index="task", columns="stratum", values="n")
    names = [c for c in people.columns if c not in ("none", "any")]
    behind = people[names].add_prefix("gap_")
    behind["gap"] = people["any"] if "any" in people else people[names].sum(axis=1)
    behind = behind.clip(upper=people["none"], axis=0)
    at = runs(folder)[["task", "arm", "point"]].set_index("task").join(behind, how="inner")
    smallest = at.groupby(["arm", "point"], observed=True)[list(behind)].mean()
    smallest = smallest.where(smallest > 0).min()
    return list(smallest.index[smallest < least])


def comparable(table):
    """The runs that may be averaged: where numbers were drawn, those with central values (draw 0) are left out."""
    return table[table["draw"] > 0] if (table["draw"] > 0).any() else table


def _gaps(groups):
    """Wellbeing of those in no group at the start minus each group's, and its mean over residents of the groups."""
    wide = groups.pivot(index="task", columns="stratum", values="wellbeing")
    people = groups.pivot(index="task", columns="stratum", values="n")
    names = [c for c in wide.columns if c not in ("none", "any")]
    gaps = (-wide[names]).add(wide["none"], axis=0)
    size = people[names].where(gaps.notna())
    gaps.columns = [f"gap_{name}" for name in names]
    mean = (gaps.to_numpy() * size.to_numpy())
    gaps.insert(0, "gap", np.nansum(mean, axis=1) / np.nansum(size.to_numpy(), axis=1))
    return gaps


def _costs(payers):
    payers = payers.assign(paid=payers["resource_cost_discounted"] + payers["transfers_discounted"])
    wide = payers.pivot(index="task", columns="stratum", values="paid").fillna(0.0)
    public = wide[[c for c in wide.columns if c not in NOT_PUBLIC]].sum(axis=1)
    society = payers.groupby("task")["resource_cost_discounted"].sum()
    wide.columns = [f"cost_{name}" for name in wide.columns]
    return wide.assign(cost_society=society, cost_public=public)


def effects(table, comparator):
    """Each arm minus the comparator, twin by twin: a frame as `decisions`, without the comparator's rows.

    Runs without a twin are left out; ValueError if none is left.
    """
    base = table[table["arm"] == comparator]
    measures = measured(table)
    twins = table[table["arm"] != comparator].merge(base[[*AT, *measures]], on=AT, suffixes=("", "_comparator"))
    if twins.empty:
        raise ValueError(f"no run has a twin in '{comparator}', so there is nothing to compare")
    for name in measures:
        twins[name] -= twins.pop(f"{name}_comparator")
    return twins


def measured(table):
    """Columns of `decisions` that are measures."""
    start = list(table.columns).index(next(name for name in LEVELS if name in table))
    return list(table.columns[start:])

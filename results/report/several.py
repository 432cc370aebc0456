"""Runs side by side: their arms in one report, where they can be compared at all."""

import re
from pathlib import Path

import pandas as pd

from results.store import Run, StoreError

__all__ = ["assemble", "join"]

SAME = (
    ("comparator", "comparator"), ("seed", "seed"), ("draws", "number of draws"), ("replicates", "number of replicates"),
    ("residents", "number of simulated residents"), ("source_sha256", "version of the model"),
)
BELONGS = tuple(pair for pair in SAME if pair[0] in ("comparator", "residents", "source_sha256"))  # of pathways to their comparison
COMMENT = re.compile(r"\s+#.*$|^#.*$", re.M)


def assemble(opened):
    """One `Run` of all the folders given: comparisons side by side, with what `hytesim mechanisms` found of their arms.

    StoreError where there are pathways only, or pathways of another comparison.
    """
    pathways = [run for run in opened if "mechanisms" in run.tables and "outcomes" not in run.tables]
    rest = [run for run in opened if run not in pathways]
    if not rest:
        folder = pathways[0].folder
        raise StoreError(
            f"{folder} holds what carried an effect and no outcomes; give the folder of the comparison too: hytesim report RUN {folder}"
        )
    run = rest[0] if len(rest) == 1 else join(rest)
    for found in pathways:
        arm = found.arms[-1]
        if arm not in run.arms:
            raise StoreError(f"{found.folder} is about '{arm}', which {run.folder} does not hold; it has {', '.join(run.arms[1:])}")
        for key, what in BELONGS:
            one, other = run.manifest.get(key), found.manifest.get(key)
            if one != other:
                one, other = (str(value)[:12] for value in (one, other))
                raise StoreError(f"{found.folder} does not belong to {run.folder}: they differ in {what} ({one} and {other})")
    if pathways:
        run.tables["mechanisms"] = pd.concat([found.tables["mechanisms"].astype({"arm": str}) for found in pathways], ignore_index=True)
    return run


def join(runs):
    """One `Run` with the arms of all, the comparator once. StoreError says why runs cannot be compared.

    They must share the comparator as resolved (places, time, population, numbers), seed, draws, replicates, residents and the
    sources of the model, so that residents of different runs are twins; and the comparator's results must be the same.
    """
    first, *others = runs
    for run in others:
        _comparable(first, run)
    arms = [*first.arms, *(arm for run in others for arm in run.arms[1:])]
    twice = sorted({arm for arm in arms if arms.count(arm) > 1})
    if twice:
        raise StoreError(f"arm {twice[0]!r} is in several of the runs; give each scenario its own [scenario] id")
    tables = {name: _joined(name, runs) for name in first.tables if all(name in run.tables for run in runs)}
    manifest = {**first.manifest, "arms": arms, "arguments": _arguments(runs), "min_cell": max(run.least for run in runs)}
    for part in ("titles", "rests_on"):
        manifest[part] = {key: text for run in runs for key, text in (run.manifest.get(part) or {}).items()}
    return Joined(manifest, tables, first.folder, runs)


class Joined(Run):
    """A run made of several; each arm's scenario is read from the folder it came from."""

    def __init__(self, manifest, tables, folder, runs):
        super().__init__(manifest, tables, folder)
        self.homes = {arm: run.folder for run in reversed(runs) for arm in run.arms}


def _comparable(one, other):
    for key, what in SAME:
        a, b = one.manifest.get(key), other.manifest.get(key)
        if a != b:
            a, b = (str(value)[:12] for value in (a, b))
            raise StoreError(f"{one.folder} and {other.folder} cannot be compared: they differ in {what} ({a} and {b})")
    difference = _difference(_plan(one), _plan(other))
    if difference:
        raise StoreError(
            f"{one.folder} and {other.folder} cannot be compared: their comparators differ, for example in {difference}"
        )
    if not _same_results(one, other):
        raise StoreError(
            f"{one.folder} and {other.folder} cannot be compared: the comparator '{one.arms[0]}' gave different results in them"
        )


def _plan(run):
    """Lines of the comparator's resolved scenario without comments, which name files."""
    path = Path(run.folder) / f"scenario.{run.arms[0]}.toml"
    lines = COMMENT.sub("", path.read_text(encoding="utf-8")).splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip()]


def _difference(one, other):
    """The first line that differs, shortened, or nothing."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return f"“{a[:60]}” and “{b[:60]}”"
    return "" if len(one) == len(other) else "their length"


def _same_results(one, other):
    """Whether the comparator's mean wellbeing of all residents is the same in every run and month."""
    found = []
    for run in (one, other):
        table = run.tables["outcomes"]
        rows = table[(table["arm"] == run.arms[0]) & (table["outcome"] == "wellbeing") & (table["stratum_kind"] == "all")]
        found.append(rows.set_index(["draw", "replicate", "month"])["value"].sort_index())
    return found[0].equals(found[1])


def _joined(name, runs):
    """A table of all runs below each other: rows of the comparator once, numbers and places once each."""
    frames = [runs[0].tables[name]]
    for run in runs[1:]:
        frame = run.tables[name]
        frames.append(frame[frame["arm"] != run.arms[0]] if "arm" in frame else frame)
    words = {column for frame in frames for column in frame if isinstance(frame[column].dtype, pd.CategoricalDtype)}
    whole = pd.concat([frame.astype(dict.fromkeys(words & set(frame), str)) for frame in frames], ignore_index=True)
    if "arm" not in whole:
        whole = whole.drop_duplicates([column for column in ("draw", "name", "code") if column in whole])
    return whole.astype(dict.fromkeys(words, "category"))


def _arguments(runs):
    return [str(part) for part in runs[0].manifest.get("arguments") or []]

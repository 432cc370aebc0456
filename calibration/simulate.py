"""Rows of parameters to rows of statistics: on this process or many, kept as they come, so that a second start resumes."""

import dataclasses
import hashlib
import importlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import statistics
from calibration.problem import ANSWER
from results import store
from sim import runs

PART = 50  # rows of one file: what an interruption can lose


@dataclass(frozen=True)
class Task:
    """One row: the problem, its place among the rows, and the levels of the free numbers."""

    problem: object
    row: int
    levels: dict


def perform(task):
    """Run the model once. Returns {statistic of each target: value}, untransformed. Chance is the row's own replicate."""
    from sim.model import HyteModel

    problem = task.problem
    scenario = dataclasses.replace(problem.scenario, posterior={name: (level,) for name, level in task.levels.items()})
    model = HyteModel(scenario, draw=0, replicate=task.row)
    kept, wanted = {}, {t.section.months for t in problem.targets if t.section.statistic == "persistence"}
    while model.month < model.last_month:
        model.step()
        back = model.last_month - model.month
        if back in wanted:
            here = model.people["alive"] == 1
            kept[back] = (model.people["id"][here], model.people["wellbeing"][here])
    view = statistics.View(model, kept, _answers(problem, model))
    return {t.name: float(getattr(statistics, t.section.statistic)(view, t.section)) for t in problem.targets}


def _answers(problem, model):
    if not any(t.section.asked for t in problem.targets):
        return None
    from sim.survey import Design, ask

    return ask(model, Design(**problem.settings.get("survey", {"share": 1.0, "response": 1.0})))


def table(problem, z, first=0, folder=None, workers=None, tell=None):
    """Statistics of every row of z, float (n, d): frame (n, targets), untransformed, in the order of z.

    first: number of the first row, which decides its chance. folder: where finished rows are kept; rows that are there and were
    made from the same numbers are read and not run again. tell: called with (done, all).
    """
    z = np.atleast_2d(z)
    done = _kept(folder, problem, z, first)
    missing = [i for i in range(len(z)) if i not in done]
    workers = min(len(missing), workers or runs.cores()) if missing else 1
    engine = importlib.import_module(f"sim.engines.{'here' if workers <= 1 else 'processes'}")
    count = [len(done)]

    def one():
        count[0] += 1
        if tell:
            tell(count[0], len(z))

    for start in range(0, len(missing), PART):
        rows = missing[start : start + PART]
        tasks = [Task(problem, first + i, problem.levels(z[i])) for i in rows]
        found = engine.execute(perform, tasks, workers, one)
        for i, values in zip(rows, found, strict=True):
            done[i] = values
        if folder is not None:
            _keep(folder, problem, z, first, rows, found)
    return pd.DataFrame([done[i] for i in range(len(z))], columns=[t.name for t in problem.targets])


def together(problem, z, row, workers=None):
    """Statistics of rows of z that all share the chance of one row number: frame (n, targets). Not kept."""
    workers = min(len(z), workers or runs.cores())
    engine = importlib.import_module(f"sim.engines.{'here' if workers <= 1 else 'processes'}")
    found = engine.execute(perform, [Task(problem, row, problem.levels(one)) for one in z], workers, lambda: None)
    return pd.DataFrame(found, columns=[t.name for t in problem.targets])


def key(problem, row, levels):
    """What decides a row: the model's sources, the scenario, the statistics asked for, the row's number and levels."""
    asked = [json.dumps(t.section.model_dump(mode="json", exclude=set(ANSWER)), sort_keys=True) for t in problem.targets]
    scenario = problem.scenario
    text = json.dumps([runs.source_hash(), scenario.id, repr(scenario.population), repr(scenario.time), scenario.runs.seed, asked,
                       dict(problem.settings.get("survey", {})), row, {n: repr(v) for n, v in levels.items()}], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _kept(folder, problem, z, first):
    """Rows that are on disk already, {place in z: values}."""
    if folder is None:
        return {}
    parts = [pd.read_parquet(p) for p in sorted(Path(folder).glob("rows/part-*.parquet"))]
    if not parts:
        return {}
    frame = pd.concat(parts, ignore_index=True)
    by_key = dict(zip(frame["key"], frame.drop(columns=["key", "row"]).to_dict("records"), strict=True))
    keys = [key(problem, first + i, problem.levels(row)) for i, row in enumerate(z)]
    return {i: by_key[k] for i, k in enumerate(keys) if k in by_key}


def _keep(folder, problem, z, first, rows, found):
    frame = pd.DataFrame(found)
    frame.insert(0, "row", [first + i for i in rows])
    frame.insert(0, "key", [key(problem, first + i, problem.levels(z[i])) for i in rows])
    number = len(list(Path(folder).glob("rows/part-*.parquet")))
    store.write_table(folder, "rows", frame, number)

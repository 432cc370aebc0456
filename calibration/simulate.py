"""Rows of parameters to rows of statistics: on this process, many or Dask, kept as they come, so that a second start resumes."""

import dataclasses
import hashlib
import importlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import statistics
from calibration.problem import ANSWER
from results import store
from scenarios.problems import near_miss
from sim import runs, survey
from sim.engines import here, processes

ENGINES = ("here", "processes", "dask")
PART = 50  # rows of one file: what an interruption can lose
WAVES = 4  # rows for each worker between two files, where there are many workers
CENSUS = {"share": 1.0, "response": 1.0, "copies": False}  # how residents are asked if the problem does not say: all answer


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
    kept, forms, key = {}, [], None
    wanted = {t.section.months for t in problem.targets if t.section.statistic == "persistence" and not t.section.asked}
    asked, begins = _survey(problem, model)
    while model.month < model.last_month:
        model.step()
        back = model.last_month - model.month
        if back in wanted:
            here = model.people["alive"] == 1
            kept[back] = (model.people["id"][here], model.people["wellbeing"][here])
        if asked is not None and (wave := asked.wave_at(begins - back)) is not None:
            key = key or survey.survey_key(model, "calibration")
            forms.append(survey.ask(model, asked, wave, key, forms[-1] if forms else None))
    view = statistics.View(model, kept, _answers(forms, asked) if asked is not None else None)
    return {t.name: statistics.value(view, t.section) for t in problem.targets}


def _survey(problem, model):
    """(Design of the survey of simulated residents, months before the end at which it begins); (None, 0) if no target asks."""
    if not any(t.section.asked for t in problem.targets):
        return None, 0
    asked = survey.Design(**(problem.asked or CENSUS))
    if asked.waves[-1] > model.last_month - model.month - 1:
        raise ValueError(f"survey waves: the last is {asked.waves[-1]} months after the first, longer than the run")
    return asked, asked.waves[-1]


def _answers(forms, asked):
    """All waves as one frame of answers (see calibration.questions)."""
    frame = pd.concat(forms, ignore_index=True)
    person = frame["person"].astype(np.int64) * survey.COPY + frame["copy"]
    return frame.assign(wave=np.asarray(asked.waves)[frame["wave"]], person=person)


@contextmanager
def executing(problem, engine="processes", workers=None, address=None):
    """What carries out the rows of a problem: yields execute(function, tasks, workers, done) of an engine, here, processes or dask.

    One worker is this process itself. address: of a Dask scheduler, or "slurm". No engine changes a row. ValueError for an engine that
    there is not.
    """
    if engine not in ENGINES:
        hint = "waves of runs rest on those before, so they need a driver that lives: --engine dask --address slurm" \
            if engine == "slurm" else near_miss(engine, ENGINES) or "There are: " + ", ".join(ENGINES) + "."
        raise ValueError(f"--engine {engine}: a calibration has no such engine. {hint}")
    if engine == "dask":
        from sim.engines import dask

        with dask.executing([problem.scenario], workers or runs.cores(), address) as execute:
            yield execute
    else:
        yield importlib.import_module(f"sim.engines.{'here' if workers == 1 else engine}").execute


def table(problem, z, first=0, folder=None, workers=None, tell=None, execute=None):
    """Statistics of every row of z, float (n, d): frame (n, targets), untransformed, in the order of z.

    first: number of the first row, which decides its chance. folder: where finished rows are kept; rows that are there and were
    made from the same numbers are read and not run again. tell: called with (done, all). execute: of `executing`.
    """
    z = np.atleast_2d(z)
    names = keys(problem, z, first)
    done = _kept(folder, names)
    missing = [i for i in range(len(z)) if i not in done]
    count = [len(done)]

    def one():
        count[0] += 1
        if tell:
            tell(count[0], len(z))

    part = max(PART, WAVES * (workers or 0))
    for start in range(0, len(missing), part):
        rows = missing[start : start + part]
        tasks = [Task(problem, first + i, problem.levels(z[i])) for i in rows]
        found = perform_all(tasks, workers, one, execute)
        done.update(zip(rows, found.to_dict("records"), strict=True))
        if folder is not None:
            _keep(folder, names, first, rows, found)
    return pd.DataFrame([done[i] for i in range(len(z))], columns=[t.name for t in problem.targets])


def together(problem, z, row, workers=None, execute=None):
    """Statistics of rows of z that all share the chance of one row number: frame (n, targets). Not kept."""
    return perform_all([Task(problem, row, problem.levels(one)) for one in z], workers, execute=execute)


def perform_all(tasks, workers=None, done=lambda: None, execute=None):
    """Statistics of tasks of one problem: frame (tasks, targets). done() is called after each; execute: by default processes here."""
    workers = min(len(tasks), workers or runs.cores())
    if execute is None:
        execute = (here if workers <= 1 else processes).execute
    return pd.DataFrame(execute(perform, tasks, workers, done), columns=[t.name for t in tasks[0].problem.targets])


def world(problem):
    """What decides the rows of a problem beside their numbers, levels and questions: the model's sources and the scenario. SHA-256."""
    scenario = problem.scenario
    numbers = {name: repr(q) for name, q in sorted(scenario.quantities().items())}
    return _hash([runs.source_hash(), scenario.id, repr(scenario.population), repr(scenario.time), scenario.runs.seed,
                  dict(problem.asked), numbers])


def questions(problem):
    """{target: SHA-256 of what it asks of the model}, whatever was answered to it."""
    return {t.name: _hash(t.section.model_dump(mode="json", exclude=set(ANSWER))) for t in problem.targets}


def _hash(words):
    return hashlib.sha256(json.dumps(words, sort_keys=True, default=str).encode()).hexdigest()


def keys(problem, z, first):
    """Name of each row under which its run is kept, list of text."""
    mark = _hash([world(problem), list(questions(problem).items())])
    levels = ({n: repr(v) for n, v in problem.levels(row).items()} for row in z)
    return [hashlib.sha256(json.dumps([mark, first + i, level]).encode()).hexdigest()[:24] for i, level in enumerate(levels)]


def _kept(folder, names):
    """Rows that are on disk already, {place among names: values}."""
    parts = [] if folder is None else [pd.read_parquet(p) for p in sorted(Path(folder).glob("rows/part-*.parquet"))]
    if not parts:
        return {}
    frame = pd.concat(parts, ignore_index=True)
    by_key = dict(zip(frame["key"], frame.drop(columns=["key", "row"]).to_dict("records"), strict=True))
    return {i: by_key[k] for i, k in enumerate(names) if k in by_key}


def _keep(folder, names, first, rows, found):
    frame = found.copy()
    frame.insert(0, "row", [first + i for i in rows])
    frame.insert(0, "key", [names[i] for i in rows])
    store.write_table(folder, "rows", frame, len(list(Path(folder).glob("rows/part-*.parquet"))))

"""The studies of a scenario as a run: many worlds on one process or many, into one folder with tables, text and figure."""

import dataclasses
import importlib
import itertools
import math
import time
from pathlib import Path

import pandas as pd

import scenarios
from results import evaluation, evaluationtext, store, studyfigure
from sim import runs
from sim.study import OUTCOMES, plan

__all__ = ["evaluate", "execute", "planned", "setting", "summarise", "worlds"]

TABLES = ("study", "estimates", "summary")
ROOM = 2_000_000  # bytes of a run folder


def planned(name, study, overrides=None):
    """The `Plan` of a study of a scenario, by name or path, against its own comparator."""
    return plan(runs.arms_of((name,), overrides), study)


def worlds(plan, draws=None, replicates=None):
    """Worlds as (draw, replicate, studies): the studies are shared out evenly; a register that is read whole gives one each."""
    settings = plan.arms[0].runs
    draws, replicates = draws or settings.draws, replicates or settings.replicates
    numbers = [0] if draws == 1 else range(1, draws + 1)
    pairs = list(itertools.product(numbers, range(replicates)))
    each = 1 if plan.asked is None else math.ceil(plan.study.studies / len(pairs))
    return [(d, r, each) for d, r in pairs]


def execute(plan, draws=None, replicates=None, workers=None, tell=None):
    """Run the worlds and draw their studies. Returns {'estimates', 'study'}: frames, the same whatever the number of workers."""
    from sim.studyworld import Task, perform

    tasks = [Task(plan, *world) for world in worlds(plan, draws, replicates)]
    workers = min(len(tasks), workers or runs.cores())
    done = itertools.count(1)
    engine = importlib.import_module(f"sim.engines.{'here' if workers == 1 else 'processes'}")
    parts = engine.execute(perform, tasks, workers, lambda: tell and tell(next(done), len(tasks)))
    return {name: pd.concat([p[name] for p in parts], ignore_index=True) for name in ("study", "estimates")}


def summarise(plan, tables):
    """The summary (one row), the sentence, and what to be careful of: (frame, text, list of texts).

    ValueError if so few simulated persons stand on a side that figures of them are not told.
    """
    found = tables["study"]
    few = evaluationtext.unsaid({"treated": found["treated_simulated"].mean(), "controls": found["control_simulated"].mean()})
    if few:
        raise ValueError(few)
    study = plan.study
    summary = evaluation.summarise(tables["estimates"], study.level)
    summary.insert(0, "design", study.design)
    summary.insert(1, "outcome", study.outcome)
    summary.insert(2, "who", study.who)
    unit = OUTCOMES[study.outcome].unit
    least = min(int(found[f"{side}_simulated"].min()) for side in ("treated", "control") if found[f"{side}_simulated"].max() > 0)
    there = found["treated_real"] + (0 if study.controls == "lot" else found["control_real"])  # a lot divides the same persons
    told = [setting(plan), *evaluationtext.cautions(summary, plan.by_place, least)]
    return summary, evaluationtext.sentence(summary, unit, float(there.mean())), told


def setting(plan):
    """One sentence: who was studied, when, and against whom."""
    who = "adults" if plan.study.who == "all" else f"'{plan.study.who}'"
    many = len(plan.treated) - plan.later
    when = (f"monthly from {plan.date(plan.first)} to {plan.date(plan.last)}" if plan.study.design == "its" else
            f"asked in {plan.date(plan.last)}" if plan.study.design == "difference" else
            f"asked in {plan.date(plan.first)} and {plan.date(plan.last)}")
    against = {
        "lot": "against as many persons, chosen by lot, in the same world without the programme",
        "matched": "against residents of the same places who did not take part, matched on their first answers",
        "none": "without controls",
    }.get(plan.study.controls, f"against {len(plan.controls)} municipalities without it")
    if plan.drawn:
        against = (f"against {plan.later} municipalities that start after the study: the programme runs in all {len(plan.treated)}, so in "
                   "each world a lot keeps it out of these (the blocks' places), and the truth is that of this world")
    return f"Studied: {who} in {many} municipalities with the programme (start {plan.date(plan.start)}), {when}, {against}."


def evaluate(name, study, overrides=None, draws=None, replicates=None, workers=None, out="runs", tell=None):
    """Draw the studies of a scenario and write a run folder. Returns results.store.Run with tables study, estimates and summary.

    name: scenario name or path, compared with its own comparator; study: a `Study`; the rest as `sim.runs.compare`.
    """
    started = time.perf_counter()
    what = planned(name, study, overrides)
    shares = worlds(what, draws, replicates)
    size = len({d for d, _, _ in shares}), len({r for _, r, _ in shares})
    facts = runs.need(what.arms, *size)
    runs.affordable(facts)
    store.writable(out, ROOM)
    runs.prepare(what.arms)
    tables = execute(what, draws, replicates, workers, tell)
    tables["summary"], sentence, told = summarise(what, tables)
    manifest = {**runs.manifest_of("evaluate", what.arms, *size, facts), "study": dataclasses.asdict(study),
                "unit": OUTCOMES[study.outcome].unit, "sentence": sentence, "notes": told}
    with store.building(Path(out) / store.name("evaluate", what.arms[1].id)) as build:
        _write(build.path, what, tables, sentence, told)
        store.write_manifest(build.path, {**manifest, "seconds": {"all": round(time.perf_counter() - started, 2)}})
    return store.open(build.final)


def _write(folder, what, tables, sentence, told):
    """Tables, text, scenarios and figure of a run folder."""
    for table in TABLES:
        store.write_table(folder, table, tables[table])
        store.write_text(folder, f"tables/{table}.csv", tables[table].to_csv(index=False, lineterminator="\n"))
    store.write_text(folder, "tables/sentence.txt", "\n".join([sentence, "", *told]) + "\n")
    for arm in what.arms:
        store.write_text(folder, f"scenario.{arm.id}.toml", scenarios.resolved(arm))
    study, programme = what.study, what.arms[1]
    title = f"{programme.title.get('en', programme.id)}: what {evaluation.DESIGNS[study.design]} finds"
    axis = f"{study.outcome.replace('_', ' ')} ({OUTCOMES[study.outcome].unit})"
    studyfigure.save(tables, folder / "figures", title, axis, sentence)

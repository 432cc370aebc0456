"""Scenarios to answers: arms x draws x replicates on one process or many, into one run folder."""

import contextlib
import datetime
import gc
import hashlib
import importlib
import importlib.metadata
import json
import os
import platform
import sys
import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import scenarios
from results import store
from results.suppress import LEAST
from scenarios.overlay import COMMAND_LINE, find
from sim import areas
from sim.engines.processes import cores
from sim.intervention import kinds

BYTES_PER_ROW = 3.0  # of the tidy tables once compressed, measured on runs of the baseline
BYTES_PER_RESIDENT = 1000  # at the turn of the year, when rows of 344 bytes are held twice and sorted; 910 measured on promeq
ROWS_PER_MONTH = 700  # of the tidy tables, per arm, run and month
FIGURES = ("wellbeing_by_group", "who_gains", "cost_by_payer")  # drawn as pictures at the end of a run


@dataclass(frozen=True)
class Task:
    """One draw and one replicate of all arms, the comparator first; arms share every draw of chance."""

    arms: tuple
    draw: int
    replicate: int
    keep: tuple = ()
    threads: int = 1


def load(name, overrides=None):
    """A scenario by name or path with command-line overrides ({dotted key: value}). ScenarioError lists all problems."""
    scenario = scenarios.load(name, kinds=kinds(), overrides=overrides or {})
    if scenario.population.areas:  # read here as well, so that what is wrong with it is told before anything runs
        narrowed = scenario.origins.get("population.places") == COMMAND_LINE
        areas.read(scenario.population.areas, _records(scenario), narrowed)
    if scenario.population.table:
        from sim import table

        table.look(scenario.population.table, scenario.population.columns)
    return scenario


@contextlib.contextmanager
def set_aside():
    """What is in memory now is left out when Python looks for what nobody needs: through all libraries that takes longer than a year of
    a small world. What was made inside is looked through at the end.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()


def perform(task):
    """Run a task in this process. Returns {table: tidy frame}."""
    with set_aside():
        return _perform(task)


def _perform(task):
    from sim import tidy, traces
    from sim.model import HyteModel

    tables, first, model = defaultdict(list), None, None
    for scenario in task.arms:
        model = None
        gc.collect()  # agents and model hold each other, and Python would let several worlds gather before it looks
        model = HyteModel(scenario, task.draw, task.replicate, task.threads).run()
        for name in ("outcomes", "ledger", "funnel"):
            tables[name].append(getattr(tidy, name)(model, scenario.id))
        for name, frame in tidy.recorded(model, scenario.id).items():
            tables[name].append(frame)
        if "residents" in task.keep:
            tables["residents"].append(tidy.residents(model, scenario.id))
        first = first or model
        pair = (first, model, (task.arms[0].id, scenario.id))
        tables["curves"].append(traces.curves(*pair))
        if model is not first:
            tables["twins"].append(tidy.twins(*pair))
            tables["transitions"].append(traces.transitions(*pair))
    if task.replicate == 0:
        tables["parameters"].append(traces.parameters(task.arms, task.draw))
        if task.draw <= 1:
            tables["places"].append(traces.places(first))
    return {name: joined(frames) for name, frames in tables.items() if frames}


def joined(frames):
    """Frames below each other; category columns stay categories, whatever their words."""
    if len(frames) == 1:
        return frames[0]
    frames = [frame.copy(deep=False) for frame in frames]
    for column in frames[0].columns:
        if isinstance(frames[0][column].dtype, pd.CategoricalDtype):
            words = dict.fromkeys(str(word) for frame in frames for word in frame[column].cat.categories)
            every = pd.CategoricalDtype(list(words))
            for frame in frames:
                frame[column] = frame[column].astype(every)
    return pd.concat(frames, ignore_index=True)


def prepare(arms):
    """Compile everything the arms need before any worker starts: workers then only read the cache.

    A small world of the same kind is stepped through a turn of the year. Skipped when the cache says it is done.
    """
    from numba import config

    from sim import precompile

    folder = Path(config.CACHE_DIR or ".")
    fields = sorted(scenarios.draw(arms[0], 0))
    mark = hashlib.sha256(json.dumps([fields, sorted({s.kind for a in arms for s in a.interventions.values()})]).encode())
    stamp = folder / f"compiled-{mark.hexdigest()[:16]}"
    if stamp.exists() or config.DISABLE_JIT:
        return False
    if cores() > 1 and not any(folder.glob("*/month.live-*")):
        fullest = max(arms, key=lambda arm: len(arm.interventions))
        precompile.halve(fullest.path, list(fullest.population.places)[:1], folder)
    for arm in arms:
        precompile.small_world(arm.path, list(arm.population.places)[:1]).run(months=26)
    folder.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    return True


def execute(arms, draws=None, replicates=None, workers=None, keep=(), tell=None, threads=1):
    """Run all arms for draws x replicates. Returns {table: frame}, the same whatever the number of workers and threads.

    draws, replicates: by default those of the first arm's scenario; with one draw the central values are used, with more
    the draws 1..n. workers: processes, by default one per core, 1 = this process. threads: in each, sharing the
    municipalities of one large run. tell: called with (done, all).
    """
    draws = arms[0].runs.draws if draws is None else draws
    replicates = arms[0].runs.replicates if replicates is None else replicates
    numbers = [0] if draws == 1 else range(1, draws + 1)
    tasks = [Task(tuple(arms), d, r, tuple(keep), threads) for d in numbers for r in range(replicates)]
    workers = min(len(tasks), workers or cores())
    return share_out(perform, tasks, workers, tell)


def share_out(perform, tasks, workers, tell=None):
    """Tasks in this process (1 worker) or several: {table: frame}, in the order of tasks whoever did them.

    perform: function of a task that gives {table: frame}; tell: called with (done, all).
    """
    count = [0]

    def done():
        count[0] += 1
        if tell:
            tell(count[0], len(tasks))

    engine = importlib.import_module(f"sim.engines.{'here' if workers == 1 else 'processes'}")
    parts = engine.execute(perform, tasks, workers, done)
    names = dict.fromkeys(name for p in parts for name in p)
    return {name: joined([p[name] for p in parts if name in p]) for name in names}


def need(arms, draws, replicates):
    """What a run will take: runs, resident-months and bytes on disk, and which interventions of each arm it will not see."""
    months = sum(a.time.burn_in + 12 * a.time.years for a in arms)
    runs = draws * replicates
    rows = ROWS_PER_MONTH * months * runs
    sizes = [a.population.residents or sum(
        m.population[2016] for m in _records(a)) * a.population.fraction for a in arms]
    return {
        "runs": runs * len(arms), "residents": round(max(sizes)),
        "resident_months": round(runs * sum(s * (a.time.burn_in + 12 * a.time.years) for s, a in zip(sizes, arms, strict=True))),
        "bytes": int(rows * BYTES_PER_ROW) + 2_000_000,
        "unseen": {a.id: names for a in arms if (names := a.unseen())},
    }


def affordable(facts):
    """Refuse, before anything is computed, a population that this machine's memory cannot hold even once. ValueError."""
    if not hasattr(os, "sysconf"):
        return
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    wanted = facts["residents"] * BYTES_PER_RESIDENT
    if wanted > there:
        raise ValueError(
            f"population.residents: {facts['residents']:,} residents need about {wanted / 1e9:,.0f} GB of memory and this machine "
            f"has {there / 1e9:,.0f} GB; ask for at most {int(there / BYTES_PER_RESIDENT):,} (--residents)")


def _records(scenario):
    from scenarios import tables

    known = tables.municipalities()
    return [known[code] for code in scenario.population.places]


def compare(*names, overrides=None, draws=None, replicates=None, workers=None, out="runs", keep=(), tell=None, threads=1,
            page=True, least=None):
    """Run scenarios against a comparator and write one run folder; one name is compared with its own comparator.

    names: scenario names or paths, the comparator first if there are two or more; page: whether to write report.en.html; least: what
    fewer simulated residents stand behind is hidden in figures, tables and the page (`results.suppress`; by default 5, 0 shows all).
    Returns results.store.Run; its `.tables` are pandas frames, `.plot(name)` a figure, `.summarise()` the differences.
    """
    arms = arms_of(names, overrides)
    return _answer("compare", arms, draws, replicates, workers, out, keep, tell, threads, page, least)


def run(name, overrides=None, draws=None, replicates=None, workers=None, out="runs", keep=(), tell=None, threads=1, least=None):
    """Run one scenario by itself and write a run folder; least: as in `compare`. Returns results.store.Run."""
    return _answer("run", [load(name, overrides)], draws, replicates, workers, out, keep, tell, threads, False, least)


def comparator_of(scenario):
    """What `load` takes for a scenario's own comparator: a name, or a file that stands beside the scenario's."""
    return str(find(scenario.comparator, Path(scenario.path).parent) or scenario.comparator)


def arms_of(names, overrides=None):
    """The loaded arms of a comparison, the comparator first. ValueError where they cannot be compared."""
    first = load(names[0], overrides)
    if len(names) == 1:
        if first.comparator == first.id:
            raise ValueError(f"scenario '{first.id}' is its own comparator: name one, for example `hytesim compare baseline X`")
        arms = [load(comparator_of(first), overrides), first]
    else:
        arms = [first, *(load(name, overrides) for name in names[1:])]
    ids = [a.id for a in arms]
    if len(set(ids)) < len(ids):
        raise ValueError(f"two arms with one id ({', '.join(ids)}): give each scenario its own [scenario] id")
    for arm in arms[1:]:
        for what, mine, theirs in (
            ("places", arm.population.places, arms[0].population.places),
            ("time", arm.time, arms[0].time),
            ("the table of areas", arm.population.areas, arms[0].population.areas),
            ("population size", (arm.population.fraction, arm.population.residents, arm.population.table),
             (arms[0].population.fraction, arms[0].population.residents, arms[0].population.table)),
        ):
            if mine != theirs:
                raise ValueError(
                    f"'{arm.id}' and '{arms[0].id}' differ in {what}, so their residents are no twins: "
                    "extend one from the other, or set it for both on the command line")
    return arms


def _answer(command, arms, draws, replicates, workers, out, keep, tell, threads, page, least):
    started = time.time()
    draws = arms[0].runs.draws if draws is None else draws
    replicates = arms[0].runs.replicates if replicates is None else replicates
    facts = need(arms, draws, replicates)
    affordable(facts)
    store.writable(out, facts["bytes"])
    compiled = prepare(arms)
    ready = time.time()
    tables = execute(arms, draws, replicates, workers, keep, tell, threads)
    computed = time.time()
    manifest = manifest_of(command, arms, draws, replicates, facts)
    manifest["min_cell"] = LEAST if least is None else least
    manifest["seconds"] = {"prepare": round(ready - started, 2), "compiled": compiled, "run": round(computed - ready, 2)}
    with store.building(Path(out) / store.name(command, arms[-1].id)) as build:
        for name, frame in tables.items():
            for part, rows in enumerate(_parts(name, frame)):
                store.write_table(build.path, name, rows, part)
        for arm in arms:
            store.write_text(build.path, f"scenario.{arm.id}.toml", scenarios.resolved(arm))
        finished = store.Run(manifest, tables, build.path)
        _reports(finished, build.path, page)
        manifest["seconds"]["all"] = round(time.time() - started, 2)
        store.write_manifest(build.path, manifest)
    return store.open(build.final)


def _parts(name, frame):
    """A table as it is, but residents, whose rows are many, one part per draw and replicate: twins stand in one file."""
    return [rows for _, rows in frame.groupby(["draw", "replicate"], sort=False)] if name == "residents" else [frame]


def _reports(finished, folder, page):
    """Figures for a first look, the summary of each arm as CSV and, if asked for, the report with its quick figures; small cells hidden."""
    from results import figures, innovations, report  # here, since workers never draw
    from results.report.page import QUICK

    options = {"comparator": finished.arms[0], "labels": finished.manifest["titles"]}
    for name in FIGURES if len(finished.arms) > 1 else FIGURES[:1]:
        figures.save(name, finished.shown(), folder / "figures", **options)
    for arm in finished.arms[1:]:
        summary = finished.summarise(arm)
        for name, frame in summary.tables.items():
            store.write_text(folder, f"tables/{arm}_{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        store.write_text(folder, f"tables/{arm}_sentence.txt", summary.sentence + "\n")
    several = len(finished.arms) > 1
    for name, frame in innovations.tables(finished.shown(), finished.arms[0] if several else None).items():
        store.write_text(folder, f"tables/{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    if "indicators" in finished.tables:
        _social_reports(finished, folder, several)
    if page:
        report.write(finished, only=QUICK)


def _social_reports(finished, folder, several):
    """Each municipality's social report of every arm that reports, and what reporting was worth."""
    from results import reporting, socialreport

    indicators = finished.tables["indicators"]
    for arm in [a for a in finished.arms if (indicators["arm"] == a).any()]:
        socialreport.write_all(indicators, lambda path, text: store.write_text(folder, path, text), arm, finished.least)
    if several:
        value = reporting.reporting_value(finished.shown(), finished.arms[0])
        store.write_text(folder, "tables/reporting_value.csv", value.to_csv(index=False, lineterminator="\n"))


def source_hash():
    """SHA-256 over the sources and numbers that decide a result."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    for path in sorted([*root.glob("sim/**/*.py"), *root.glob("scenarios/*.py"), *root.glob("scenarios/*.csv"),
                        root / "scenarios" / "parameters.toml"]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def manifest_of(command, arms, draws, replicates, facts):
    """What a run folder says of itself: arms, draws, seeds, sizes, versions, and the hash of the sources."""
    packages = ("hytesim", "mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "humanleague", "pydantic", "matplotlib")
    numbers = arms[-1].quantities()
    priors = {name: q for name, q in numbers.items() if name not in arms[-1].posterior}
    return {
        "command": command,
        "arguments": sys.argv[1:],
        "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "arms": [a.id for a in arms],
        "comparator": arms[0].id,
        "titles": {a.id: a.title.get("en", a.id) for a in arms},
        "rests_on": {a.id: a.rests_on for a in arms},
        "draws": draws,
        "replicates": replicates,
        "seed": arms[0].runs.seed,
        "complete": True,
        **facts,
        "numbers": len(numbers),
        "calibrated": len(arms[-1].posterior),
        "posterior": arms[-1].runs.posterior if arms[-1].posterior else None,
        "assumptions": sum(q.evidence == "assumption" for q in priors.values()),
        "unverified": sum(not q.verified for q in priors.values()),
        "versions": {"python": platform.python_version(), **{p: _version(p) for p in packages}},
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": cores()},
        "source_sha256": source_hash(),
    }


def reopen(finished):
    """The arms of a finished run as they were run, loaded from its folder; the comparator first.

    Places and time count as named on the command line, as what the scenario says beyond them was cut and not refused. ValueError if
    the folder lacks an arm's scenario.
    """
    arms = []
    for name in finished.arms:
        path = finished.folder / f"scenario.{name}.toml"
        if not path.is_file():
            raise ValueError(f"{finished.folder} has no {path.name}, so arm '{name}' cannot be run again")
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        cut = {"population.places": said["population"]["places"], **{f"time.{key}": said["time"][key] for key in ("start", "years")}}
        arms.append(load(str(path), {**cut, "scenario.comparator": name}))
    return arms


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"

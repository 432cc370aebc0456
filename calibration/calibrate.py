"""One calibration from targets to posterior: checks before, the method, checks after, and everything written into one folder."""

import datetime
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd

from calibration import checks, figures, problem, recovery, simulate, statistics, targetfile
from calibration.methods import method as method_of
from results import calibrationtext, store
from scenarios.problems import near_miss
from sim import runs
from sim.intervention import kinds

DRAWS = 200  # rows of the posterior that is written
AGAIN = 10  # runs at a point estimate
FRESH = 40  # runs at posterior draws, for the predictive check and the surrogate's error on fresh runs
TRUTHS = 40  # known truths of the recovery check
REUSING = ("emulator", "npe")  # methods that can fit to the simulations of an earlier calibration
# Numbers of rows in their own ranges, so that no two purposes share a run's chance.
SENSITIVITY_ROWS, FRESH_ROWS, TRUTH_ROWS = 900_000, 910_000, 920_000


def load(path):
    """The problem of a file of targets. ScenarioError lists all that is wrong with it."""
    return targetfile.load(path, kinds(), statistics.fault_of)


def shipped(name):
    """Path of a file of targets: the file itself, or one that comes with the model by its name. ValueError offers a near miss."""
    here = Path(__file__).parent
    for path in (Path(name), here / f"{name}.toml", here / Path(name).name):
        if path.is_file():
            return path
    known = sorted(p.stem for p in here.glob("*.toml"))
    raise ValueError(f"there is no file of targets '{name}'. {near_miss(name, known) or 'Shipped: ' + ', '.join(known) + '.'}")


def plan(path, method, budget):
    """What a calibration would take, in words; the file is checked whole."""
    asked = load(path)
    method_of(method)
    held = len(asked.targets) - len(asked.fitted)
    months = asked.scenario.time.burn_in + 12 * asked.scenario.time.years
    runs_of_checks = len(asked.free) + 1 + FRESH + (TRUTHS if method == "emulator" else 0)
    lines = [f"{asked.id}: {len(asked.free)} free numbers, {len(asked.fitted)} targets to fit and {held} held out.",
             f"{budget} simulations and {runs_of_checks} for checks, each {asked.scenario.population.residents:,} residents over "
             f"{months} months.",
             *(f"Contradiction: {text}." for text in problem.contradictions(asked)), *(f"Note: {text}." for text in asked.notes),
             "Nothing was run."]
    return "\n".join(lines)


def calibrate(path, method="emulator", budget=300, seed=1, workers=None, out="runs", check=True, tell=None, earlier=None,
              engine="processes", address=None):
    """Fit the free numbers of a file of targets and write a run folder; a second start with the same file and settings resumes.

    budget: simulations of the method (the checks before and after cost more, and say how many). check: False leaves out the
    recovery of known truths. tell: called with a line of text. earlier: run folder of a calibration by the same method, of the same
    numbers and questions, whose simulations are used again: a new survey needs none of its own. engine, address: where rows are run,
    as `simulate.executing` has it; they change no byte of the posterior. Returns the finished folder and its paragraph.
    """
    asked = load(path)
    with simulate.executing(asked, engine, workers, address) as execute:
        how = {"workers": workers, "execute": execute}
        return _calibrated(asked, method, budget, seed, out, check, tell or (lambda text: None), earlier, how)


def _calibrated(asked, method, budget, seed, out, check, say, earlier, how):
    """The work of `calibrate` on a loaded problem; how: keywords of `simulate.table` that say where rows are run."""
    started = time.time()
    chosen = method_of(method)
    kept = {"kept": _reused(earlier, asked, method)} if earlier else {}
    working = _working(out, asked, method, budget, seed)
    store.writable(out, 5_000_000)
    runs.prepare([asked.scenario])
    for line in problem.contradictions(asked):
        say(f"Contradiction: {line}.")
    for line in asked.notes:
        say(f"Note: {line}.")

    def run(z, first=0, what="runs"):
        def progress(done, total):
            if done == total or done % max(1, total // 4) == 0:
                say(f"{what}: {done} of {total}")

        return simulate.table(asked, z, first, working, tell=progress, **how)

    say(f"sensitivity: {len(asked.free) + 1} runs")
    seen = checks.sensitivity(asked, lambda z: simulate.together(asked, z, SENSITIVITY_ROWS, **how))
    blind = seen.loc[seen["contraction"] < calibrationtext.UNSEEN, "number"].tolist()
    if blind:
        say(f"The targets cannot see {', '.join(blind)}: what comes out of these is the prior.")
    fit = chosen.fit(asked, run, budget, seed, say, **kept)
    tables = {"sensitivity": seen, "learnt": checks.learnt(asked, fit)}
    facts = {"world": simulate.world(asked), "questions": simulate.questions(asked), "free": _free(asked), "reused": earlier,
             "problem": asked.id, "method": method, "budget": budget, "seed": seed, "runs": fit.runs, "certain": fit.certain,
             "effective_draws": round(fit.effective, 1), "contradictions": problem.contradictions(asked), "unseen": blind,
             "notes": list(asked.notes), **fit.facts}
    facts["excluded"] = checks.excluded(asked, fit.simulated) if fit.simulated is not None else []
    fresh = fit.draws(FRESH) if fit.certain else np.repeat(fit.z, AGAIN, 0)
    after = run(fresh, FRESH_ROWS, "fresh runs")
    tables["predictive"] = checks.predictive(asked, after)
    extra = len(fresh) + len(asked.free) + 1
    if fit.certain:
        tables["correlations"] = checks.correlations(asked, fit).rename_axis("number").reset_index()
    if method == "emulator":
        tables["surrogate"] = checks.fresh_errors(asked, fit, fresh, after)
        tables["robustness"] = checks.robustness(asked, fit)
        if check:
            truths = asked.prior(TRUTHS, seed + 100)
            observed = run(truths, TRUTH_ROWS, "known truths")
            extra += TRUTHS
            tables["recovery"], ranks = recovery.check(asked, fit.design, fit.simulated, truths, observed, seed)
            tables["ranks"] = pd.DataFrame(ranks, columns=asked.names)
    facts |= {"runs_of_checks": extra, "seconds": round(time.time() - started, 1)}
    text = calibrationtext.paragraph(tables, facts)
    with store.building(Path(out) / store.name("calibrate", asked.id)) as build:
        _write(build.path, asked, fit, tables, facts, text)
    shutil.rmtree(working, ignore_errors=True)
    return build.final, text


def _free(asked):
    """{free number: its prior in words}."""
    return {f.name: repr(f.prior) for f in asked.free}


def _reused(folder, asked, method):
    """(z, float (n, d); frame of statistics) of the simulations of an earlier calibration. ValueError where they answer something else."""
    if method not in REUSING:
        raise ValueError(f"the method {method} makes its own simulations; only {' and '.join(REUSING)} can use those of {folder}")
    facts = store.open(folder).manifest
    if facts.get("command") != "calibrate" or "world" not in facts:
        raise ValueError(f"{folder} is no calibration whose simulations can be used again")
    known = facts["questions"]
    differing = [what for what, differs in (
        (f"its method is {facts['method']}", facts["method"] != method),
        ("the model or the scenario has changed since", facts["world"] != simulate.world(asked)),
        ("other numbers are free, or with other priors", facts["free"] != _free(asked)),
        *((f"it did not ask what '{name}' asks", known.get(name) != words) for name, words in simulate.questions(asked).items()),
    ) if differs]
    if differing:
        raise ValueError(f"the simulations of {folder} cannot be used: {'; '.join(differing)}")
    rows = store.open(folder).tables["design"]
    return rows[[f"z:{name}" for name in asked.names]].to_numpy(), rows[[t.name for t in asked.targets]]


def _working(out, asked, method, budget, seed):
    """Where finished runs are kept until the folder is written: the same place for the same start; rows know what they belong to."""
    return Path(out) / f".calibrate-{asked.id}-{method}-{budget}-{seed}"


def _write(folder, asked, fit, tables, facts, text):
    for name, frame in tables.items():
        store.write_text(folder, f"tables/{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
    if fit.certain:
        _write_posterior(folder / "posterior.parquet", asked, fit)
    if fit.design is not None:
        rows = pd.DataFrame(fit.design, columns=[f"z:{name}" for name in asked.names])
        store.write_table(folder, "design", pd.concat([rows, fit.simulated.reset_index(drop=True)], axis=1))
    store.write_text(folder, "targets.toml", Path(asked.path).read_text(encoding="utf-8"))
    store.write_text(folder, "summary.md", text + "\n")
    figures.save(folder / "figures", asked, fit, tables)
    manifest = {"command": "calibrate", "created": datetime.datetime.now().astimezone().isoformat(timespec="seconds"), "complete": True,
                "arms": [], "source_sha256": runs.source_hash(), **json.loads(json.dumps(facts, default=float))}
    store.write_manifest(folder, manifest)


def _write_posterior(path, asked, fit):
    """Equally weighted draws as levels of the free numbers."""
    rows = fit.draws(DRAWS)
    frame = pd.DataFrame({f.name: [f.level(float(x)) for x in rows[:, j]] for j, f in enumerate(asked.free)})
    frame.to_parquet(path, index=False, compression="zstd")

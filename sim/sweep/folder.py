"""A sweep's folder: the plan and its tasks, written once and never edited; parts that exist are work done.

The model is imported only where a scenario is read: a driver that hands out what is missing of a folder has no need of it.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from results import store
from results.sweeps import read
from sim.sweep import tasks

__all__ = ["FORMAT", "Folder", "Unit", "create", "keep_scenario", "open_folder", "retry_name", "write_runs"]

FORMAT = 1
PLAN = "plan.json"


@dataclass(frozen=True)
class Unit:
    """What a worker takes at a time: the tasks of one chunk, or one task that is tried `again`. `name` is that of its part."""

    name: str
    tasks: tuple
    again: bool = False


class Folder:
    """A sweep on disk. `begun` is what plan.json says, `facts` the same with what was added since, `expansions` what each added.

    Nothing here is written while tasks run but parts and records.
    """

    def __init__(self, path):
        self.path = Path(path).absolute()
        self.begun, self.expansions = read.begun(self.path), read.expansions(self.path)
        self.facts = read.plan(self.path)

    @cached_property
    def runs(self):
        """All runs of the plan and its expansions: one row per arm, point, draw and replicate, with its task and its chunk."""
        parts = sorted((self.path / "tasks").glob("part-*.parquet"))
        return pd.concat([pd.read_parquet(p) for p in parts], ignore_index=True)

    @cached_property
    def tasks(self):
        """One row per task, by task number: runs alike in everything that determines their result share one."""
        return self.runs.drop_duplicates("task").set_index("task", drop=False)

    def units(self):
        """All chunks as units, in order."""
        chunks = self.tasks.groupby("chunk")["task"]
        return [Unit(f"{chunk:06d}", tuple(int(t) for t in members)) for chunk, members in chunks]

    def parts(self):
        """Names of the units whose parts exist."""
        return {name[5:-8] for name in os.listdir(self.path / "results") if name.startswith("part-") and name.endswith(".parquet")}

    def missing(self):
        """Units that are not done."""
        done = self.parts()
        return [unit for unit in self.units() if unit.name not in done]

    def failures(self):
        """Records of the tasks that failed and have not succeeded since: {task: {parameters, error, traceback}}."""
        found, done = {}, self.parts()
        files = sorted((self.path / "failed").glob("[0-9]*.json"), key=lambda path: len(path.stem))  # first tries first
        for path in files:
            for task, record in json.loads(path.read_text(encoding="utf-8")).items():
                retried = retry_name(record["chunk"], int(task))
                if retried not in done and (path.stem in done or path.stem == retried):
                    found[int(task)] = record
        return found

    def again(self):
        """Units of one task each for those that failed."""
        return [Unit(retry_name(record["chunk"], task), (task,), again=True) for task, record in self.failures().items()]

    def rows(self, unit):
        """The rows of a unit's tasks, in order."""
        return self.tasks.loc[list(unit.tasks)].to_dict("records")

    def scenario(self, row):
        """The scenario of a task's row, with everything the row sets."""
        from sim import runs

        return runs.load(str(self.path / "scenarios" / f"{row['arm']}.toml"), tasks.read_settings(row["settings"]))

    def arms(self):
        """One scenario per arm, as its first task runs it."""
        return [self.scenario(row) for row in self.tasks.drop_duplicates("arm").to_dict("records")]


def retry_name(chunk, task):
    """Name of the part of one task that was tried again."""
    return f"{chunk:06d}-{task:08d}"


def open_folder(path, check=True):
    """Open a sweep's folder; StoreError if it is none, or was made by other code than this (unless not `check`)."""
    path = Path(path)
    if not (path / PLAN).is_file():
        raise store.StoreError(f"{path} is no sweep: it has no {PLAN}. Make it with: hytesim sweep PLAN.toml --out {path.parent}")
    found = Folder(path)
    if found.facts["format_version"] > FORMAT:
        raise store.StoreError(f"{path} has format version {found.facts['format_version']}, this program reads up to {FORMAT}")
    if check:
        differing = [f"{name}: {was} then, {now} now" for name, was, now in _software(found.facts) if was != now]
        if differing:
            raise store.StoreError(
                f"{path} was begun with other software, so new results would not match those that are there:\n  "
                + "\n  ".join(differing) + "\nUse the software of then, or start a new folder with --out.")
    return found


def _software(facts):
    now = software()
    return [(name, facts["software"].get(name), value) for name, value in now.items()]


def software():
    """What must be alike for two machines to add to one sweep: our sources, and versions that can move a last bit."""
    names = ("numpy", "numba", "scipy", "pandas", "humanleague")
    return {"sources": sources(), **{name: importlib.metadata.version(name) for name in names}}


def sources():
    """SHA-256 over the sources and numbers that decide a task's result: engines and the sweep's own machinery do not."""
    root = Path(__file__).resolve().parents[2]
    deciding = [p for p in root.glob("sim/**/*.py") if not {"engines", "sweep"} & set(p.relative_to(root).parts)]
    deciding += [*root.glob("scenarios/*.py"), *root.glob("scenarios/*.csv"), root / "scenarios" / "parameters.toml",
                 root / "results" / "inequality.py", root / "results" / "tidy.py", *root.glob("results/sweeps/condense.py")]
    digest = hashlib.sha256()
    for path in sorted(deciding):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def create(plan, path, compute=tasks.SIMULATE):
    """The folder of a plan: made if it is not there, else opened if it is the same plan. Returns Folder.

    ValueError with what differs, and what to do, if another plan's folder is there. Several processes may do this at once.
    """
    from sim import runs

    path = Path(path).absolute()
    bases = {name: runs.load(arm.path) for name, arm in plan.arms.items()}
    facts = _facts(plan, bases, compute)
    if not (path / PLAN).is_file():
        store.writable(path)
        try:
            _build(path, plan, bases, facts)
        except OSError as error:
            raise store.StoreError(f"{path} cannot be made ({error.strerror or error}); choose another folder with --out") from None
    found = open_folder(path)
    _same(found.begun, facts, path, plan)
    return found


def _facts(plan, bases, compute):
    from sim.sweep import plan as plans

    head = plan.head.model_dump(exclude={"id", "chunk", "scenarios", "posterior"})
    return {
        "format_version": FORMAT, "id": plan.id, **head, "chunk": plan.head.chunk, "arms": list(plan.arms),
        "comparator": next(iter(plan.arms)), "titles": {name: arm.title.get("en", name) for name, arm in plan.arms.items()},
        "scenarios": {name: plans.fingerprint(base) for name, base in bases.items()},
        "set": tasks.plain(plan.settings), "factors": [f.path for f in plan.factors] or list(plan.points[0]),
        "points": len(plan.points), "dropped": plan.dropped, "constraints": plan.constraints,
        "points_sha256": tasks.digest(plan.points), "posterior_sha256": tasks.digest(plan.posterior),
        "compute": compute, "software": software(),
    }


def _build(path, plan, bases, facts):
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        hidden.chmod(0o755)
        for name in ("results", "failed", "unfinished", "workers", "log"):
            (hidden / name).mkdir()
        for name, base in bases.items():
            keep_scenario(hidden, name, base)
        frame = tasks.lay_out(plan, facts["scenarios"], facts["software"]["sources"])
        write_runs(hidden, frame, 0)
        if plan.posterior:
            store.write_parquet(pd.DataFrame(plan.posterior), hidden / "posterior.parquet")
        store.write_text(hidden, "plan.toml", plan.text)
        store.write_text(hidden, PLAN, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
        try:
            os.rename(hidden, path)  # never onto a folder with something in it
        except OSError:
            if not (path / PLAN).is_file():
                raise store.StoreError(f"{path} is there already and is no sweep; choose another folder with --out") from None
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def keep_scenario(folder, name, base):
    """Keep a scenario as resolved, so that later edits of its file cannot reach the tasks; check that it reads back the same."""
    import scenarios
    from sim import runs
    from sim.sweep import plan as plans

    text = scenarios.resolved(replace(base, comparator=name))
    file = store.write_text(folder, f"scenarios/{name}.toml", text)
    if plans.fingerprint(runs.load(str(file))) != plans.fingerprint(base):
        raise RuntimeError(f"scenario '{name}' does not read back from its resolved text as it was")


def write_runs(folder, frame, generation):
    """Write the task table of a generation (0 the plan, 1, 2, … its expansions)."""
    target = Path(folder) / "tasks" / f"part-{generation:05d}.parquet"
    target.parent.mkdir(exist_ok=True)
    store.write_parquet(frame, target)


def _same(there, wanted, path, plan):
    """Refuse another plan in the folder of one, saying what differs and how it could be had."""
    differing = [key for key in wanted if key != "software" and there.get(key) != wanted[key]]
    if not differing:
        return
    lines = [f"  {key}: {_shown(there.get(key))} there, {_shown(wanted[key])} in the plan" for key in differing]
    for name in set(there["scenarios"]) & set(wanted["scenarios"]):
        if there["scenarios"][name] != wanted["scenarios"][name]:
            lines.append(f"  scenario '{name}' was edited since (compare {path / 'scenarios' / name}.toml)")
    added = _grown(there, wanted, set(differing), plan)
    more = f" To add runs and keep those that are there: hytesim sweep expand {path} {added}" if added else ""
    raise ValueError(
        f"{path} holds another plan, which is never edited once begun:\n" + "\n".join(lines)
        + f"\nStart a new folder with --out, or put the plan back as it was ({path / 'plan.toml'}).{more}")


def _grown(there, wanted, differing, plan):
    """Options of `expand` that turn the plan that is there into the one wanted, or an empty text if none do."""
    words = []
    for key in ("draws", "replicates"):
        if wanted[key] > there[key]:
            central = key == "draws" and there["draws"] == 1 and there["posterior_sha256"] == tasks.digest([])
            words.append(f"--add-{key} {wanted[key] - (0 if central else there[key])}")
            differing.discard(key)
    laid = there["points"] + there["dropped"]
    if plan.head.design == "sobol" and plan.head.points > laid and there["points_sha256"] == tasks.digest(plan.points[: there["points"]]):
        words.append(f"--add-points {plan.head.points - laid}")
        differing -= {"points", "points_sha256", "dropped"}
    new = [name for name in wanted["arms"] if name not in there["arms"]]
    alike = all(wanted["scenarios"].get(name) == mark for name, mark in there["scenarios"].items())
    if new and alike and wanted["arms"][: len(there["arms"])] == there["arms"]:
        words += [f"--add-scenario {plan.arms[name].path}" for name in new]
        differing -= {"arms", "scenarios", "titles"}
    return "" if differing else " ".join(words)


def _shown(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else f"{text[:57]}…"

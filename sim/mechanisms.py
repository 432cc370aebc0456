"""Mechanisms: what each pathway carried of an arm's effect, by switching pathways off one at a time under the same draws.

A kind names its pathways beside its settings (`Intervention.pathways`). A muted pathway does nothing to people; whom the
intervention finds and takes in, and what it costs, stays as it would be.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim import tidy
from sim.model import HyteModel

PATHWAYS = ("information", "assistance", "access", "trust", "contacts", "coordination", "work", "strain", "language", "inclusion",
            "cohesion", "empowerment", "relief", "practice")
FULL, INTERACTIONS, OUTSIDE = "full", "interactions", "outside"
OUTCOMES = ("wellbeing", "good_quality_of_life", "strain", "distress", "loneliness", "employment", "contacts")
STRATA = {("all", "all"): "all", ("group_start", "any"): "at_risk"}
COLUMNS = ["arm", "draw", "replicate", "stratum", "outcome", "pathway", "value", "n"]


@dataclass(frozen=True)
class Task:
    """One draw and one replicate of an arm, its comparator, and the arm with each pathway muted."""

    comparator: object
    arm: object
    draw: int
    replicate: int


def mute(model, pathways, names=None):
    """Switch pathways off in a model that has not been stepped yet. names: of interventions; by default all. Returns the model."""
    if model.month >= 0:
        raise ValueError("pathways are muted before the first month, not in the middle of a run")
    for intervention in model.interventions:
        if names is None or intervention.name in names:
            intervention.muted = frozenset(pathways) & frozenset(intervention.pathways)
    return model


def own(comparator, arm):
    """Names of the interventions that the comparator lacks or has with other settings: whose pathways are muted."""
    return [name for name, block in arm.interventions.items() if comparator.interventions.get(name) != block]


def known(comparator, arm):
    """Pathways of the arm's own interventions, in the order of PATHWAYS."""
    names, model = own(comparator, arm), HyteModel(arm)
    found = {p for i in model.interventions if i.name in names for p in i.pathways}
    return [p for p in PATHWAYS if p in found]


def perform(task):
    """Run a task in this process. Returns {"mechanisms": frame with COLUMNS}.

    For each stratum and outcome (means over the measured months): `full`, arm less comparator; each pathway, full arm less the arm
    without it; `outside`, what is left with all of them muted, less the comparator; `interactions`, what then remains.
    n: simulated residents of the stratum in the comparator, mean of months.
    """
    names, pathways = own(task.comparator, task.arm), known(task.comparator, task.arm)
    levels = {
        muted: _levels(mute(HyteModel(task.arm, task.draw, task.replicate), muted, names).run())[0]
        for muted in [(), *((p,) for p in pathways), tuple(pathways)]
    }
    without, people = _levels(HyteModel(task.comparator, task.draw, task.replicate).run())
    full = levels[()]
    parts = {FULL: full - without, **{p: full - levels[p,] for p in pathways}, OUTSIDE: levels[tuple(pathways)] - without}
    parts[INTERACTIONS] = parts[FULL] - sum(part for name, part in parts.items() if name != FULL)
    rows = [
        (task.arm.id, task.draw, task.replicate, *key, pathway, value, people[key[0]])
        for pathway, part in parts.items() for key, value in part.items()
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    words = dict.fromkeys(("arm", "stratum", "outcome", "pathway"), "category")
    return {"mechanisms": frame.astype({**words, "draw": np.int16, "replicate": np.int16})}


def _levels(model):
    """Mean of each outcome over the measured months, a series with the index (stratum, outcome); simulated residents by stratum."""
    frame = tidy.outcomes(model, "arm")
    found, people = {}, {}
    for (kind, stratum), name in STRATA.items():
        part = frame[(frame["stratum_kind"] == kind) & (frame["stratum"] == stratum)]
        for outcome in OUTCOMES:
            found[name, outcome] = part.loc[part["outcome"] == outcome, "value"].mean()
        people[name] = part.loc[part["outcome"] == "wellbeing", "n"].mean()
    return pd.Series(found), people


def execute(comparator, arm, draws, replicates, workers=None, tell=None):
    """All draws x replicates on this process or several. Returns {"mechanisms": frame}. ValueError if nothing can be muted."""
    from sim import runs

    if not known(comparator, arm):
        raise ValueError(f"'{arm.id}' has no intervention with a pathway that '{comparator.id}' lacks, so there is nothing to switch off")
    numbers = [0] if draws == 1 else range(1, draws + 1)
    tasks = [Task(comparator, arm, d, r) for d in numbers for r in range(replicates)]
    return runs.share_out(perform, tasks, min(len(tasks), workers or runs.cores()), tell)


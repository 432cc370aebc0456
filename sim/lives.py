"""Two lives: one draw and replicate of two arms once more, with one resident watched; and whom to watch."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.model import HyteModel
from sim.watch import LENT, SEATS, Watch, listen, person

PICKS = ("gained", "lost", "typical")
TOUCHED = (*LENT, *SEATS, "awareness", "assistance", "trust", "language")  # columns by which interventions reach residents
LISTED = 5  # ids offered when one does not exist


@dataclass(frozen=True)
class Lives:
    """One resident in two arms. months, events: frames of `Watch` with the column `arm` in front; person: who they are at first.

    wellbeing: monthly mean of all residents of the runs made again, columns arm, month, value, to be set beside the stored ones.
    """

    resident: int
    arms: tuple
    draw: int
    replicate: int
    person: dict
    months: pd.DataFrame
    events: pd.DataFrame
    wellbeing: pd.DataFrame


def follow(arms, draw, replicate, resident):
    """Run two arms (comparator first) again and watch a resident in both: `Lives`. ValueError if nobody has that id."""
    watches, who = [], None
    for arm in arms:
        model = HyteModel(arm, draw, replicate)
        who = who or person(model, resident)
        start = model.people["id"]
        watches.append(Watch(model, resident).run())
        if not watches[0].seen:
            raise ValueError(_nobody(resident, start))
    names = tuple(arm.id for arm in arms)
    frames = [[_of(name, frame) for name, frame in zip(names, (getattr(w, table) for w in watches), strict=True)]
              for table in ("months", "events")]
    means = pd.concat([_of(name, _means(w.model)) for name, w in zip(names, watches, strict=True)], ignore_index=True)
    first = watches[0].months.iloc[0]
    who = who or {"sex": "", "age": int(first["age"]), "place": str(first["place"])}
    return Lives(int(resident), names, draw, replicate, who, *(pd.concat(parts, ignore_index=True) for parts in frames), means)


def _of(arm, frame):
    return frame.assign(arm=arm)[["arm", *frame.columns]]


def _means(model):
    found = model.datacollector.get_model_vars_dataframe()
    found = found[found["month"] >= 0]
    return pd.DataFrame({"month": found["month"].to_numpy(), "value": found["wellbeing"].to_numpy(float)})


def _nobody(resident, ids):
    near = np.sort(ids[np.argsort(np.abs(ids.astype(float) - float(resident)), kind="stable")[:LISTED]])
    return (f"no resident has the id {resident} in any measured month of this draw and replicate. Near it at the start: "
            f"{', '.join(str(i) for i in near)}. Or let one be chosen: --resident {', '.join(PICKS)}")


def pick(arms, draw, replicate, which):
    """Choose a resident by twin gain among those whom an intervention of the arm reached: (id, gain, how many were reached).

    gain: difference of mean wellbeing over the measured months [EUROHIS points]; which: gained (most), lost (least) or typical
    (the lower median). Residents count who are here at the start and at the end in both arms. If no intervention touches residents
    themselves, as with a lever, everybody counts. ValueError if nobody is left to choose from.
    """
    if which not in PICKS:
        raise ValueError(f"--resident {which}: give an id or one of {', '.join(PICKS)}")
    models = [HyteModel(arm, draw, replicate) for arm in arms]
    reached = _remember(models[1])
    for model in models:
        model.run()
    ids, gain = _gains(*models)
    chosen = np.isin(ids, np.fromiter(reached, np.int64, len(reached))) if reached else np.ones(len(ids), bool)
    if not chosen.any():
        raise ValueError("nobody whom an intervention reached is here at the start and at the end in both arms; give an id")
    ids, gain = ids[chosen], gain[chosen]
    order = np.lexsort((ids, gain))
    place = {"gained": -1, "lost": 0, "typical": (len(ids) - 1) // 2}[which]
    return int(ids[order[place]]), float(gain[order[place]]), len(reached)


def _remember(model):
    """A set that takes the ids of residents whose row an intervention changes, from now on."""
    reached, before = set(), {}

    def look():
        before.update((c, model.people[c].copy()) for c in TOUCHED)

    def compare():
        rows, changed = model.people, np.zeros(len(model.people), bool)
        for c in TOUCHED:
            changed |= rows[c] != before[c]
        reached.update(rows["id"][changed].tolist())
        look()

    listen(list(model.municipalities)[-1], "decide", look)  # the last word before interventions act
    for intervention in model.interventions:
        listen(intervention, "act", compare)
    return reached


def _gains(comparator, arm):
    """Ids and twin gains of those here at the start and at the end in both arms; as `tidy.twins`, but of any age."""
    a, b = comparator.people, arm.people
    _, i, j = np.intersect1d(a["id"], b["id"], return_indices=True)
    a, b = a[i], b[j]
    both = (a["alive"] == 1) & (b["alive"] == 1) & np.isfinite(a["start_wellbeing"])
    gain = (b["wellbeing_sum"] - a["wellbeing_sum"]) / max(1, len(comparator.records))
    return a["id"][both], gain[both]


__all__ = ["PICKS", "Lives", "follow", "pick"]

"""The world in which a study takes place: both arms, whom the evaluator asks, what they answer, and what was true.

A world is one draw and replicate of a scenario and its comparator under common random numbers. The survey asks residents of the
world with the programme; their twins in the world without it tell the truth. Many studies are drawn on one world by the survey's key.
"""

import dataclasses
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from results import evaluation
from scenarios import Segment
from sim.intervention import SPREAD, members, segment_record
from sim.model import HyteModel
from sim.residents import Education, Sex
from sim.rules.draws import Purpose, address, uniform
from sim.study import OUTCOMES, Plan, runs_in
from sim.survey import Design, ask, copies, invite, person_uniforms, survey_key

__all__ = ["Task", "frames", "perform", "simulate", "truth"]

ASSIGN = 100  # what a lot of persons decides, beside the survey's own draws of a person
ROOM = 20  # persons in the frame for each one asked: enough that drawing without replacement does not matter
TRAITS = ("age", "ends_meet", "self_rated_health", "distressed")  # matched by, beside the outcome, sex and education


@dataclass(frozen=True)
class Task:
    """The studies of one world: a plan, a draw, a replicate, and how many studies."""

    plan: Plan
    draw: int
    replicate: int
    studies: int


class Snapshot:
    """Some residents of a model as they were at the end of a month, for `ask`."""

    def __init__(self, model, people=None, month=None, weight=None):
        self.model = model
        self.people = model.people.copy() if people is None else people
        self.month = model.month if month is None else month
        self.weight = model.weight if weight is None else weight
        self.values, self.seed_value, self.municipalities, self.counties = (
            model.values, model.seed_value, model.municipalities, model.counties)

    @property
    def measured_month(self):
        """As of a model."""
        return self.month - self.model.burn_in

    @property
    def weights(self):
        """Real residents for whom each stands, float (n,)."""
        return self.weight[self.people["municipality"]]

    def only(self, kept):
        """Some of the residents; kept: bool (n,)."""
        return Snapshot(self.model, self.people[kept], self.month)

    def thinned(self, asked):
        """With no more copies of each resident than a sample of `asked` needs: drawing is quicker, and as good as from all."""
        whole = copies(self)[self.people["municipality"]].mean()
        wanted = max(1.0, np.ceil(ROOM * asked / len(self.people)))
        return self if wanted >= whole else Snapshot(self.model, self.people, self.month, self.weight * (wanted / self.weights.mean()))


@dataclass(frozen=True)
class World:
    """Both arms as they were, the scenario first: snapshots at the first and the last wave, and monthly register values.

    treated, controls: bool (municipalities,). part: ids of participants by the last wave, or None. series: for each arm {measured
    month: (ids, values)}, empty unless a series is studied.
    """

    plan: Plan
    first: tuple
    last: tuple
    treated: np.ndarray
    controls: np.ndarray
    part: np.ndarray | None
    series: tuple


def perform(task):
    """Run a world and draw its studies. Returns {'estimates': a row per study, 'study': a row of what the world was}."""
    world = simulate(task.plan, task.draw, task.replicate)
    sides = frames(world)
    known = {"draw": task.draw, "replicate": task.replicate}
    true = truth(world, sides[0])
    study = _series_study if task.plan.study.design == "its" else _survey_study
    rows = []
    for number in range(task.studies):
        found, asked, answered = study(world, sides, number)
        rows.append({**known, "study": number, "asked": asked, "answered": answered, **true, **found._asdict()})
    return {"estimates": pd.DataFrame(rows), "study": pd.DataFrame([{**known, "studies": task.studies, **true, **_facts(world, sides)}])}


def _facts(world, sides):
    """Municipalities and persons of both sides, for the table of worlds."""
    names, out = [m.name for m in world.last[0].municipalities], {}
    for side, here, frame in zip(("treated", "control"), (world.treated, world.controls), sides, strict=True):
        out[f"{side}_places"] = ", ".join(n for n, is_in in zip(names, here, strict=True) if is_in)
        out[f"{side}_simulated"] = 0 if frame is None else len(frame.people)
        out[f"{side}_real"] = 0 if frame is None else round(float(frame.weights.sum()))
    return out


# --- both arms ----------------------------------------------------------------------------------------------------


def simulate(plan, draw, replicate):
    """Both arms run to the last wave: a `World`. ValueError if who names an intervention that knows nobody by name."""
    comparator, scenario = plan.arms
    other = HyteModel(comparator, draw, replicate)
    codes = [m.code for m in other.municipalities]
    later = lot(plan, other.seed_value) if plan.drawn else plan.controls
    model = HyteModel(without(scenario, plan.blocks, later, codes), draw, replicate)
    first, last, series = zip(*(_watch(m, plan) for m in (model, other)), strict=True)
    return World(plan, first, last, np.isin(codes, plan.treated) & ~np.isin(codes, later), np.isin(codes, later),
                 _participants(model, plan, last[0].people), series)


def lot(plan, seed):
    """Codes of the municipalities that start later: those with the smallest addressed draws of the world."""
    key = np.uint64(address(seed, int(Purpose.SURVEY) + zlib.crc32(b"controls") * SPREAD, 0))
    return tuple(sorted(plan.treated, key=lambda code: uniform(key, int(code)))[: plan.later])


def without(scenario, blocks, later, codes):
    """The scenario with the programme's blocks kept out of the municipalities `later` (codes)."""
    kept = {name: block.model_copy(update={"places": tuple(c for c in codes if runs_in(block, c) and c not in later)})
            if name in blocks else block for name, block in scenario.interventions.items()}
    return dataclasses.replace(scenario, interventions=kept)


def _watch(model, plan):
    """Run a model to the last wave: snapshots at the first and the last, and its register month by month for a series."""
    register, series, first = OUTCOMES[plan.study.outcome].register, {}, None
    while model.measured_month < plan.last:
        model.step()
        if model.measured_month == plan.first:
            first = Snapshot(model)
        if plan.study.design == "its" and model.measured_month >= plan.first:
            here = model.people[_of_age(plan, model.people, model.month)]
            series[model.measured_month] = here["id"], np.asarray(register(here), float)
    return first, Snapshot(model), series


def _participants(model, plan, people):
    """Ids of those who take part or have taken part in the intervention that is studied; None if none is."""
    agent = next((i for i in model.interventions if i.name == plan.study.who), None)
    if agent is None:
        return None
    took = agent.participants(people)
    if took is None:
        raise ValueError(f"who: '{agent.name}' ({agent.settings.kind}) keeps no list of those who take part; study the group it is for")
    return people["id"][took]


# --- who is studied -----------------------------------------------------------------------------------------------


def frames(world):
    """Whom the evaluator can ask at the first wave: snapshots (treated, controls), controls None where there are none.

    Participants are known from the last wave backwards, as if their answers had been on file. Where a lot decides over persons both
    sides are the same persons, in the two arms.
    """
    plan, wave = world.plan, world.last if world.plan.study.design == "difference" else world.first
    here = wave[0]
    p = here.people
    fit = _of_age(plan, p, here.month)
    eligible = fit & members(p, segment_record(segment(plan)), here.month)
    meant = eligible if world.part is None else fit & np.isin(p["id"], world.part)
    treated, control = here.only(meant & world.treated[p["municipality"]]), None
    if plan.study.controls == "lot":
        there = wave[1].people
        treated = treated.only(np.isin(treated.people["id"], there["id"][there["alive"] == 1]))
        control = wave[1].only(np.isin(there["id"], treated.people["id"]))
    elif plan.study.controls == "matched":
        control = here.only(eligible & ~np.isin(p["id"], world.part) & world.treated[p["municipality"]])
    elif world.controls.any():
        control = here.only(eligible & world.controls[p["municipality"]])
    for frame, side in ((treated, "with the programme"), (control, "for comparison")):
        if frame is not None and len(frame.people) == 0:
            raise ValueError(f"who: no simulated adult of '{plan.study.who}' {side} in {plan.date(here.measured_month)}; "
                             "simulate more (--residents), study others (--who), or ask later (--months)")
    return treated, control


def segment(plan):
    """Those meant: a group, or the segment of the intervention whose participants are studied."""
    if plan.study.who in plan.blocks:
        return getattr(plan.arms[1].interventions[plan.study.who], "segment", None) or Segment()
    return Segment(group=plan.study.who)


def _of_age(plan, people, month):
    """Alive and of the ages studied, bool (n,)."""
    low, high = plan.ages
    years = (month - people["birth_month"]) // 12
    return (people["alive"] == 1) & (years >= low) & (years <= high)


# --- what was true ------------------------------------------------------------------------------------------------


def truth(world, treated):
    """The effect on those studied, and on all adults of the programme's municipalities: {'truth', 'population'}.

    Mean difference of twins at the last wave; of a series its mean over the months after the start. Every real resident counts alike.
    """
    plan, last = world.plan, world.last[0]
    if plan.study.design == "its":
        with_programme, without_it = (_means(world, arm, treated, treated.weights) for arm in (0, 1))
        effect = float(np.mean((with_programme - without_it)[plan.start - plan.first :]))
    else:
        effect = twin_effect(world, treated.people["id"])
    everybody = _of_age(plan, last.people, last.month) & world.treated[last.people["municipality"]]
    return {"truth": effect, "population": twin_effect(world, last.people["id"][everybody])}


def twin_effect(world, ids):
    """Mean difference of the outcome between the arms at the last wave, among those of `ids` who live here in both."""
    a, b = (s.people[(s.people["alive"] == 1) & np.isin(s.people["id"], ids)] for s in world.last)
    _, i, j = np.intersect1d(a["id"], b["id"], return_indices=True)
    if not len(i):
        return float("nan")
    true, values = OUTCOMES[world.plan.study.outcome].true, world.last[0].values
    gain = np.asarray(true(a[i], values), float) - np.asarray(true(b[j], values), float)
    return float(np.average(gain, weights=world.last[0].weight[a["municipality"][i]]))


# --- a study with a survey ----------------------------------------------------------------------------------------


def _survey_study(world, sides, number):
    """One study: (Estimate, persons asked, persons who answered all that the design needs)."""
    study, asked = world.plan.study, world.plan.asked
    treated, control = sides
    key = survey_key(treated, f"study {number}")
    if study.controls == "lot":  # all are asked in both arms, and each counts in the one that the lot gave
        sizes, kept = (asked, asked), (True, False)
    else:
        sizes, kept = (asked if control is None else asked - asked // 2, asked // 2), (None, None)
    answers = [_panel(world, frame, arm if study.controls == "lot" else 0, sizes[arm], key, kept[arm]).assign(treated=1 - arm)
               for arm, frame in enumerate(sides) if frame is not None]
    answered = sum(a["person"].nunique() for a in answers)
    if study.controls == "matched":
        answers[1] = _matched(*answers)
    persons = [a["person"] + side * asked for side, a in enumerate(answers)]  # numbered through
    frame = pd.concat([a.assign(person=p) for a, p in zip(answers, persons, strict=True)], ignore_index=True)
    return _estimate(world.plan, frame), asked, answered


def _estimate(plan, answers):
    if plan.study.design == "difference":
        return evaluation.difference(answers, plan.by_place, plan.study.level)
    if plan.study.design == "before_after":
        return evaluation.before_after(answers, plan.study.level)
    return evaluation.did(answers, plan.by_place, plan.study.level)


def _panel(world, frame, arm, asked, key, drawn):
    """Answers of those who answered at every wave of the design: columns person, place, weight, after, y, and what is matched by.

    frame: whom to ask; arm: 0 scenario, 1 comparator; drawn: keep those whom the lot gave the programme (True), or not (False), or
    everybody (None). A row per person and wave; copies of a resident are persons of their own.
    """
    plan, study = world.plan, world.plan.study
    waves = (0,) if study.design == "difference" else (0, plan.last - plan.first)
    design = Design(size=asked, age_min=plan.ages[0], age_max=plan.ages[1], response=study.response, attrition=study.attrition, waves=waves)
    real = round(float(frame.weights.sum()))
    if asked > real:
        side = "the programme's side" if arm == 0 else "the controls"
        raise ValueError(f"n: {asked:,} persons to ask of {real:,} adults of '{study.who}' in the frame of {side}; ask for fewer")
    first = ask(frame.thinned(asked), design, key=key)
    if drawn is not None:
        lots = person_uniforms(key, ASSIGN, 0, first["copy"].to_numpy(), first["person"].to_numpy())
        first = first[(lots < 0.5) == drawn].reset_index(drop=True)
    if study.design == "difference":
        return _rows(plan, frame.values, first, np.arange(len(first)), first["weight"], after=1)
    later = ask(world.last[arm], design, wave=1, key=key, before=first)
    at = pd.MultiIndex.from_frame(first[["person", "copy"]]).get_indexer(pd.MultiIndex.from_frame(later[["person", "copy"]]))
    both = [_rows(plan, frame.values, f, at, later["weight"], w) for w, f in enumerate((first.iloc[at], later))]
    return pd.concat(both, ignore_index=True)


def _rows(plan, values, frame, person, weight, after):
    """A survey's frame as the estimators read it. person: their numbers; traits are there only if somebody matches by them."""
    columns = {"person": person, "place": frame["municipality"].to_numpy(), "weight": weight.to_numpy(), "after": after,
               "y": np.asarray(OUTCOMES[plan.study.outcome].says(frame, values), float)}
    if plan.study.controls == "matched":
        columns |= {"woman": (frame["sex"] == Sex.woman.name).to_numpy(float), **{name: frame[name].to_numpy() for name in TRAITS},
                    "school": frame["education"].map({e.name: float(e.value) for e in Education}).to_numpy()}
    return pd.DataFrame(columns)


def _matched(treated, pool):
    """The answers of matched controls: for each of the treated the nearest of the pool by the first wave's answers."""
    traits = ["y", "woman", "school", *TRAITS]
    before, others = (f[f["after"] == 0] for f in (treated, pool))
    if before.empty or others.empty:
        return pool
    chosen = evaluation.matches(before[traits].to_numpy(float), others[traits].to_numpy(float))
    weight = before["weight"].groupby(others["person"].to_numpy()[chosen]).sum()  # a control stands for all to whom it is nearest
    kept = pool[pool["person"].isin(weight.index)]
    return kept.assign(weight=kept["person"].map(weight))


# --- a study of registers -----------------------------------------------------------------------------------------


def _series_study(world, sides, number):
    """One study of a monthly series: (Estimate, persons followed, the same). With controls the series is the difference of the two."""
    asked, sides = world.plan.asked, [s for s in sides if s is not None]
    each = None if asked is None else asked // len(sides)
    weights = [frame.weights if each is None else _sampled(world.plan, frame, each, number) for frame in sides]
    means = [_means(world, 0, frame, weight) for frame, weight in zip(sides, weights, strict=True)]
    months = np.arange(world.plan.first, world.plan.last + 1)
    series = pd.DataFrame({"month": months, "y": means[0] - means[1] if len(means) > 1 else means[0],
                           "after": (months >= world.plan.start).astype(int)})
    followed = sum(round(float(f.weights.sum())) for f in sides) if asked is None else each * len(sides)
    return evaluation.series_effect(series, world.plan.study.level), followed, followed


def _sampled(plan, frame, asked, number):
    """Weights of residents in a sample of `asked` persons whose registers are read, float (n,)."""
    real = round(float(frame.weights.sum()))
    if asked > real:
        raise ValueError(f"n: {asked:,} persons to follow of {real:,} adults of '{plan.study.who}' in a frame; ask for fewer")
    design = Design(size=asked, age_min=plan.ages[0], age_max=plan.ages[1])
    sample = invite(frame.thinned(asked), design, np.uint64(survey_key(frame, f"study {number}")))
    return np.bincount(sample["row"], sample["base"], minlength=len(frame.people))


def _means(world, arm, frame, weight):
    """Mean of the register's values in each month, float (months,), of the frame's persons who still live here and are of age."""
    ids, out = frame.people["id"], []
    order = np.argsort(ids)
    for month in range(world.plan.first, world.plan.last + 1):
        there, values = world.series[arm][month]
        at = order[np.minimum(np.searchsorted(ids, there, sorter=order), len(ids) - 1)]
        mine = ids[at] == there
        w = weight[at[mine]]
        out.append(np.average(values[mine], weights=w) if w.sum() > 0 else np.nan)
    return np.array(out)

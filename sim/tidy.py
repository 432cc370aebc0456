"""A finished model as tidy tables: outcomes, ledger and funnel of one arm, and the twins of two."""

import datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from results.areas import fay_herriot, sampling_variance
from sim import outputs
from sim.areas import TRAITS
from sim.residents import SERVICES, Group, Urbanity
from sim.traces import together

YEARLY_TOTALS = {"life_satisfaction_years_total": "life_satisfaction", "qaly_total": "health_utility"}
SAME = 0.01  # EUROHIS points of mean difference over the period that count as about the same


def dates(model):
    """First day of every measured month as text."""
    first = model.start_date
    months = range(len(model.records))
    return [
        str(datetime.date(first.year + (first.month - 1 + m) // 12, (first.month - 1 + m) % 12 + 1, 1)) for m in months
    ]


def outcomes(model, arm):
    """Outcomes of an arm: levels and shares by stratum and month, totals scaled to the real population, services, indices.

    Returns a frame with the columns of docs/architecture.md; text columns are categories.
    """
    scale = float((model.weight * model.start_sizes).sum() / model.start_sizes.sum())
    blocks = [*_strata(model, scale), *_services(model), *_indices(model), *_places(model), *_areas(model)]
    sizes = [len(block.month) for block in blocks]
    month = np.concatenate([block.month for block in blocks]).astype(np.int16)
    frame = pd.DataFrame({"month": month, "date": _coded(month, dates(model))})
    for field in ("place", "stratum_kind", "stratum", "outcome"):
        frame[field] = _repeated([getattr(block, field) for block in blocks], sizes)
    frame["value"] = np.concatenate([block.value for block in blocks])
    frame["n"] = np.concatenate([block.n for block in blocks])
    return _labelled(frame, model, arm)


class Block(NamedTuple):
    """Values of one outcome in one stratum over months: arrays month, value, n of one length."""

    month: np.ndarray
    stratum_kind: str
    stratum: str
    outcome: str
    value: np.ndarray
    n: np.ndarray
    place: str = "all"


def _coded(codes, names):
    return pd.Categorical.from_codes(codes, pd.Index(names))


def _repeated(words, sizes):
    """A category column in which each word stands as often as its size says."""
    names, codes = np.unique(words, return_inverse=True)
    return _coded(np.repeat(codes, sizes), names.tolist())


def _strata(model, scale):
    """Means by stratum and month; and person-years and residents of strata that carry totals."""
    by_month = [outputs.strata(cells) for cells in model.records]
    if not by_month:
        return
    months = np.arange(len(by_month))
    people = outputs.NAMES.index("health")  # every resident has one, so its count is the number of residents
    for kind, name in by_month[0]:
        sums = np.stack([s[kind, name] for s in by_month])  # months, columns, 2
        for j, outcome in enumerate(outputs.NAMES):
            n = sums[:, j, 1]
            seen = n > 0
            yield Block(months[seen], kind, name, outcome, sums[seen, j, 0] / n[seen], n[seen])
        if kind in ("all", "group", "group_start"):
            n = sums[:, people, 1]
            yield Block(months, kind, name, "population_total", n * scale, n)
            for total, column in YEARLY_TOTALS.items():
                yield Block(months, kind, name, total, sums[:, outputs.NAMES.index(column), 0] * scale / 12.0, n)


def _services(model):
    """Waiting [months, of those met], requests given up [per resident-month] and the queue, in all and by service."""
    people = np.array([cells[outputs.SHARED :, outputs.COUNTS].sum() for cells in model.records])
    months = np.arange(len(people))
    flows = {f: np.stack([r[f] for r in model.service_records]) for f in ("met", "waited", "gave_up", "queue")}
    whole = {f: v.sum(1) for f, v in flows.items()}
    views = [("all", "all", whole)] + [("service", s, {f: v[:, i] for f, v in flows.items()}) for i, s in enumerate(SERVICES)]
    for kind, name, flow in views:
        met = flow["met"] > 0
        yield Block(months[met], kind, name, "waiting", flow["waited"][met] / flow["met"][met], flow["met"][met])
        yield Block(months, kind, name, "unmet", flow["gave_up"] / people, people)
        yield Block(months, kind, name, "queue", flow["queue"] / people, people)


def _indices(model):
    for month, found in model.yearly:
        for outcome, (value, n) in found.items():
            yield Block(np.array([month]), "all", "all", outcome, np.array([value]), np.array([float(n)]))


def _places(model):
    """Wellbeing and good quality of life of each municipality in each December, the last month of a year."""
    decembers = [m for m in range(len(model.place_records)) if (model.start_date.month + m) % 12 == 0]
    if not decembers:
        return
    sums = outputs.with_counts(np.stack([model.place_records[m] for m in decembers]))  # years, places, columns, 2
    for place in model.municipalities:
        for outcome in ("wellbeing", "good_quality_of_life"):
            total, n = sums[:, place.index, outputs.NAMES.index(outcome)].T
            seen = n > 0
            yield Block(np.array(decembers)[seen], "municipality", place.name, outcome, total[seen] / n[seen], n[seen],
                        place.name)


def _areas(model):
    """Wellbeing and good quality of life of each area and of each fifth of areas (by wellbeing at the start) in each December."""
    for month, found in model.area_years:
        at = np.array([month])
        for outcome, (value, n) in outputs.between_areas(found).items():
            yield Block(at, "all", "all", outcome, np.array([value]), np.array([float(n)]))
        for i, area in enumerate(model.area_agents):
            n = found["adults"][i : i + 1]
            if n[0] > 0:
                place = area.municipality.name
                yield Block(at, "area", area.name, "wellbeing", found["mean"][i : i + 1], n, place)
                yield Block(at, "area", area.name, "good_quality_of_life", found["good"][i : i + 1] / n, n, place)
        for fifth in range(1, 6):
            here = model.area_fifths == fifth
            n = found["adults"][here].sum()
            if n > 0:
                mean = (found["mean"][here] * found["adults"][here]).sum() / n
                yield Block(at, "area_fifth", str(fifth), "wellbeing", np.array([mean]), np.array([n]))


def areas(model, arm):
    """What each area is like at the start: class, real and simulated residents, traits, and where it is (or its municipality)."""
    rows = []
    for i, area in enumerate(model.area_agents):
        place, traits = area.municipality, model.areas[i]
        own = model.own_areas[place.code][area.number] if model.own_areas else None
        where = (own["latitude"], own["longitude"]) if own is not None and np.isfinite(own["latitude"]) else (
            place.record.latitude, place.record.longitude)
        simulated = model.area_shares[place.index][area.number] * model.start_sizes[place.index]
        rows.append({
            "municipality": place.name, "code": place.code, "area": area.name, "number": area.number,
            "urbanity": Urbanity(area.urbanity).name, "residents": simulated * model.weight[place.index], "simulated": simulated,
            "fifth": int(model.area_fifths[i]), **{trait: float(traits[trait]) for trait in TRAITS},
            "latitude": float(where[0]), "longitude": float(where[1]),
        })
    return _labelled(pd.DataFrame(rows), model, arm)


def area_wellbeing(model, arm):
    """Wellbeing of each area in each December with its uncertainty: raw mean and error, and the shrunken ones of an analyst.

    error: standard error of the raw mean from the variance pooled over areas; shrunk, shrunk_error: Fay-Herriot with the
    urban-rural class as covariate. n: simulated adults.
    """
    dated, frames = dates(model), []
    names = [(a.municipality.name, a.name) for a in model.area_agents]
    kind = np.eye(len(Urbanity))[[a.urbanity for a in model.area_agents]]
    for month, found in model.area_years:
        mean = np.where(found["adults"] > 0, found["mean"], np.nan)
        variance = sampling_variance(found["adults"], found["squares"])
        shrunk, error, _ = fay_herriot(mean, variance, kind)
        frame = pd.DataFrame(names, columns=["municipality", "area"])
        frame.insert(0, "month", np.int16(month))
        frame.insert(1, "date", dated[month])
        frames.append(frame.assign(n=found["adults"].astype(int), mean=mean, error=np.sqrt(variance), shrunk=shrunk,
                                   shrunk_error=error))
    return _labelled(pd.concat(frames, ignore_index=True), model, arm) if frames else pd.DataFrame()


def ledger(model, arm):
    """Amounts of an arm by month, municipality, payer and item, scaled to the real population."""
    names = [m.name for m in model.municipalities]
    frame = pd.DataFrame(model.ledger.columns(model.weight, names))
    frame.insert(1, "date", _coded(frame["month"].to_numpy(), dates(model)))
    return _labelled(frame, model, arm)


def _labelled(frame, model, arm):
    frame.insert(0, "arm", pd.Categorical([arm] * len(frame)))
    frame.insert(1, "draw", np.int16(model.draw_number))
    frame.insert(2, "replicate", np.int16(model.replicate))
    return frame


def funnel(model, arm):
    """Each step of each intervention and its cost over the whole run, scaled to the real population.

    `persons` counts joined, left, exposed and turned away once each time they happen; segment, aware, intending and
    attending are person-months.
    """
    scale = float((model.weight * model.start_sizes).sum() / model.start_sizes.sum())
    rows = []
    for intervention in model.interventions:
        cost = sum(c for _, _, c in intervention.history) * scale
        segment = getattr(intervention.settings, "segment", None)
        for step in intervention.steps:
            persons = sum(f[step] for _, f, _ in intervention.history) * scale
            rows.append((intervention.name, segment.group if segment else "all", step, persons, cost))
    frame = pd.DataFrame(rows, columns=["intervention", "segment", "step", "persons", "cost"])
    return _labelled(frame, model, arm)


def recorded(model, arm):
    """Tables that interventions and places have kept beside the common ones: {table: frame}."""
    rows = {}
    for intervention in model.interventions:
        for table, found in intervention.tables().items():
            rows.setdefault(table, []).extend({"intervention": intervention.name, **row} for row in found)
    found = {table: _labelled(pd.DataFrame(found), model, arm) for table, found in rows.items() if found}
    return found | {name: frame for name, frame in (("areas", areas(model, arm)), ("area_wellbeing", area_wellbeing(model, arm)))
                    if len(frame)}


def residents(model, arm):
    """One row per resident at the end, twins share the id; for `--keep residents`."""
    frame = model.residents.to_frame()
    return _labelled(frame, model, arm)


def twins(comparator, arm, names):
    """Who gains: the same residents in two arms, alive and here at the start and the end of measuring in both.

    comparator, arm: finished models; names: of the two arms. Gain: difference of mean wellbeing over the measured months
    [EUROHIS points]. Groups are those of any measured month in the comparator, which the policy cannot have changed.
    """
    a, b = together(comparator, arm)
    gain = (b["wellbeing_sum"] - a["wellbeing_sum"]) / max(1, len(comparator.records))
    strata = [("all", "all", np.ones(len(a), bool))]
    strata += [("group_ever", g.name, (a["ever_groups"] & g.value) > 0) for g in Group]
    strata += [("group_ever", "none", a["ever_groups"] == 0), ("group_ever", "any", a["ever_groups"] != 0)]
    fifth = np.searchsorted(np.quantile(a["start_wellbeing"], (0.2, 0.4, 0.6, 0.8)), a["start_wellbeing"]) if len(a) else []
    strata += [("start_fifth", str(f), a["start_fifth"] == f) for f in range(1, 6)]
    strata += [("start_wellbeing_fifth", str(f + 1), np.asarray(fifth) == f) for f in range(5)]
    rows = []
    for kind, name, member in strata:
        g, n = gain[member], int(member.sum())
        if n == 0:
            continue
        for measure, value in (
            ("mean_gain", g.mean()), ("share_better", (g > SAME).mean()), ("share_same", (np.abs(g) <= SAME).mean()),
            ("share_worse", (g < -SAME).mean()),
        ):
            rows.append((names[0], names[1], arm.draw_number, arm.replicate, kind, name, measure, value, n, SAME))
    columns = ["comparator", "arm", "draw", "replicate", "stratum_kind", "stratum", "measure", "value", "n", "threshold"]
    return pd.DataFrame(rows, columns=columns)

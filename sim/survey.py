"""A simulated survey: who is asked, who answers, what they say, and the weights that a statistics office would give them.

`ask` reads a model and changes nothing in it. Every draw hangs on (key, person, copy, wave, question), so that twins who are
asked in two arms answer alike, whoever else is asked. Source of the sampling: permanent random numbers (Ohlsson 1995).
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from sim.intervention import SPREAD, members, segment_record
from sim.outputs import AGE_BANDS
from sim.residents import VISIT_BITS, VISIT_MONTHS, Education, Group, Sex, Status, Urbanity
from sim.rules.draws import Purpose, address, uniforms

__all__ = ["ITEMS", "Design", "ask", "cronbach", "invite", "response_chance", "survey_key"]

ITEMS = tuple(f"q{i}" for i in range(1, 9))  # overall quality of life, health, daily life, self, relations, home, energy, money
STRATA = ("municipality", "county", "age", "sex", "education", "urbanity")
SAMPLE, CLUSTER, RESPOND, STAY, ANSWER = range(5)  # what a draw of a survey decides; the eight items follow from ANSWER
COPY = 100_000  # more than any number of waves, so that waves and copies of a person never meet
HOUSEHOLD_COPY = 2**40 + 1  # so that the copies of a household are households of their own
MANY = 1000  # more than the codes of any register column
BANDS = (18, 30, 45, 65, 80)  # first years of the reporting bands but the first


@dataclass(frozen=True)
class Design:
    """How a survey is made.

    size: persons asked, or share: of the frame [0-1]; one of the two. age_min, age_max: years, both included. places:
    municipality codes, None = all of the model. segment: `scenarios.Segment` of those meant, None = everyone. strata: columns by
    which the sample is stratified; allocation: 'proportional' to residents, 'equal' persons per stratum, or 'each': `size` persons in
    each stratum (or all of them). clusters: None, or
    'household' or 'area': these are drawn and `per_cluster` persons asked in each (None = all of its members). response: None =
    by the logistic rule of parameters survey.response_*, or one probability for everybody (1.0 = all answer); attrition: the
    same for later waves. adjust: register columns whose cells, within strata, correct the weights for non-response. waves: months
    after the first at which the same persons are asked. copies: whether the frame holds each real person that a simulated
    resident stands for (so that sampling error is that of the real sample size) or simulated residents only.
    """

    size: int | None = None
    share: float | None = None
    age_min: int = 18
    age_max: int = 120
    places: tuple | None = None
    segment: object = None
    strata: tuple = ("municipality",)
    allocation: str = "proportional"
    clusters: str | None = None
    per_cluster: int | None = None
    response: float | None = None
    attrition: float | None = None
    adjust: tuple = ("age",)
    waves: tuple = (0,)
    copies: bool = True

    def __post_init__(self):
        if (self.size is None) == (self.share is None):
            raise ValueError("survey: give either size (persons asked) or share (of the frame, 0-1)")
        if self.size is not None and self.size < 1:
            raise ValueError(f"survey size: {self.size} persons; at least 1 must be asked")
        for name in ("share", "response", "attrition"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"survey {name}: {value} is outside 0-1 (share)")
        if self.age_min > self.age_max:
            raise ValueError(f"survey: an empty frame: age_min {self.age_min} is above age_max {self.age_max} (years)")
        for name in ("strata", "adjust"):
            for column in getattr(self, name):
                if column not in STRATA:
                    raise ValueError(f"survey {name}: no column '{column}'; choose from {', '.join(STRATA)}")
        if self.allocation not in ("proportional", "equal", "each") or (self.allocation == "each" and self.size is None):
            raise ValueError(f"survey allocation: '{self.allocation}' is neither 'proportional', 'equal' nor 'each' with a size")
        if self.clusters not in (None, "household", "area"):
            raise ValueError(f"survey clusters: '{self.clusters}' is none of None, 'household', 'area'")
        if self.per_cluster is not None and (self.clusters is None or self.per_cluster < 1):
            raise ValueError(f"survey per_cluster: {self.per_cluster} persons; needs clusters and at least 1 person each")
        if not self.waves or self.waves[0] != 0 or sorted(set(self.waves)) != list(self.waves):
            raise ValueError(f"survey waves: {self.waves}; months after the first, rising from 0, such as (0, 3, 6)")

    def wave_at(self, months):
        """Number of the wave that is due `months` after the first, or None."""
        return self.waves.index(months) if months in self.waves else None


def survey_key(model, name):
    """Address of the survey `name` that begins this month; keep it for all its waves. Hangs on the name, so surveys do not meet."""
    number = zlib.crc32(name.encode())
    return int(address(model.seed_value, int(Purpose.SURVEY) + number * SPREAD, model.month))


def ask(model, design, wave=0, key=None, before=None):
    """Ask a sample of the residents as they are now. Returns a frame with one row per respondent.

    wave: number of the wave; key: from `survey_key`, the same in all waves (default: that of a survey called 'survey' which
    begins this month); before: the frame of the wave before, whose respondents are asked again (later waves need it).
    Columns: person, copy, wave, month (measured), municipality, stratum, cluster (-1 if none), weight (sums to the real residents
    of the frame; later waves: to those of the first wave who are still here), age [years], sex, education, urbanity, the groups
    (as registers know them), q1-q8 [1-5], score [1-5], and the answers of `ANSWERS`. attrs: asked (persons), asked_by (municipality).
    """
    if (wave > 0) != (before is not None):
        raise ValueError(f"survey wave {wave}: {'needs' if wave else 'the first wave takes no'} `before`, the frame of the wave before")
    key = np.uint64(survey_key(model, "survey") if key is None else key)
    asked = invite(model, design, key) if before is None else _again(model, before)
    rows = model.people[asked["row"].to_numpy()]
    who = asked["copy"].to_numpy(), asked["person"].to_numpy()
    chance = response_chance(model, rows, design, wave)
    answers = person_uniforms(key, STAY if wave else RESPOND, wave, *who) < chance
    weight = _adjusted(asked, answers, design.adjust)[answers]
    number, by = len(asked), {str(name): int(n) for name, n in asked["municipality"].value_counts().items()}
    asked, rows, who = asked[answers].reset_index(drop=True), rows[answers], [w[answers] for w in who]
    noise = model.values["survey.item_noise"]
    items = [likert(rows["wellbeing"] + noise * ndtri(person_uniforms(key, ANSWER + i, wave, *who))) for i in range(len(ITEMS))]
    frame = pd.DataFrame({
        "person": asked["person"], "copy": asked["copy"], "wave": np.int16(wave), "month": np.int16(model.measured_month),
        **{name: asked[name] for name in ("municipality", "stratum", "cluster")}, "weight": weight,
        "age": asked["years"], **{name: asked[name] for name in ("sex", "education", "urbanity")},
        **{g.name: (rows["groups"] & g.value) > 0 for g in Group}, **dict(zip(ITEMS, items, strict=True)),
        "score": np.mean(np.stack(items, 1), 1, dtype=float), **{name: answer(rows, model.values) for name, answer in ANSWERS.items()},
    })
    frame.attrs |= {"asked": number, "asked_by": by}
    return frame


# --- who is asked -----------------------------------------------------------------------------------------------


def invite(model, design, key):
    """The sample of a first wave: one row per person asked, with base weights that sum to each stratum's real residents.

    Columns: row (of model.people), person, copy, stratum, cluster, base [real residents], years, and the register columns of
    STRATA. ValueError if nobody is in the frame or it is smaller than what is asked for.
    """
    frame = _frame(model, design)
    at, copy = frame.pop("at"), frame.pop("copy")
    number = len(at)
    wanted = round(design.share * number) if design.size is None else design.size
    if wanted > number and design.allocation != "each":
        raise ValueError(f"survey size: {wanted:,} persons asked of {number:,} in the frame")
    names, cell = _cells(frame, design.strata)
    code = cell[at]
    order, sizes = np.argsort(code, kind="stable"), np.bincount(code, minlength=len(names))
    words, rows_of = _words(model), np.split(order, np.cumsum(sizes)[:-1])
    labels = [" / ".join(words[c][v] for c, v in zip(design.strata, name, strict=True)) or "all" for name in names.tolist()]
    drawn, bases, clusters = [], [], []
    for here, size in zip(rows_of, _allocated(wanted, sizes, design.allocation), strict=True):
        if size:
            taken, base, cluster = _drawn(frame, at[here], copy[here], size, design, key)
            drawn.append(here[taken])
            bases.append(base)
            clusters.append(cluster)
    chosen = np.concatenate(drawn)
    sample = {c: v[at[chosen]] for c, v in frame.items()}
    return pd.DataFrame({**{c: words[c][v] if c in STRATA else v for c, v in sample.items()}, "copy": copy[chosen],
                         "cluster": np.concatenate(clusters), "base": np.concatenate(bases),
                         "stratum": np.array(labels, object)[code[chosen]]})


def _cells(frame, columns):
    """Combinations of register columns that there are: (codes, int (cells, columns); cell of each entry, int (n,))."""
    if not columns:
        return np.zeros((1, 0), int), np.zeros(len(frame["row"]), int)
    code = np.zeros(len(frame["row"]), np.int64)
    for name in columns:
        code = code * MANY + frame[name]
    cells, where = np.unique(code, return_inverse=True)
    return np.stack([cells // MANY**i % MANY for i in reversed(range(len(columns)))], 1), where


def _words(model):
    """Names of the codes of the register columns, {column: array of text}."""
    places = list(model.municipalities)
    names = {"municipality": [m.name for m in places], "county": [c.name for c in model.counties], "age": AGE_BANDS,
             "sex": [s.name for s in Sex], "education": [e.name for e in Education], "urbanity": [u.name for u in Urbanity]}
    return {column: np.asarray(list(words), object) for column, words in names.items()}


def _registers(model, rows, years):
    """Codes of the register columns of residents, {column: int array}."""
    county = {c: i for i, c in enumerate(model.counties)}
    of = np.array([county[m.county] for m in model.municipalities])
    return {"municipality": rows["municipality"].astype(int), "county": of[rows["municipality"]],
            "age": np.searchsorted(BANDS, years, side="right"),
            **{name: rows[name].astype(int) for name in ("sex", "education", "urbanity")}}


def _frame(model, design):
    """Who may be asked, {column: array}: by resident; and `at` (the resident) and `copy` of each real person behind them."""
    people = model.people
    years = (model.month - people["birth_month"]) // 12
    here = (people["alive"] == 1) & (years >= design.age_min) & (years <= design.age_max)
    if design.places is not None:
        known = {m.code: m.index for m in model.municipalities}
        missing = [code for code in design.places if code not in known]
        if missing:
            raise ValueError(f"survey places: no municipality '{missing[0]}' in this model; it has {', '.join(known)}")
        here &= np.isin(people["municipality"], [known[code] for code in design.places])
    if design.segment is not None:
        here &= members(people, segment_record(design.segment), model.month)
    rows = np.flatnonzero(here)
    if not len(rows):
        raise ValueError("survey: nobody is in the frame; widen places, ages or segment")
    times = copies(model) if design.copies else np.ones(len(model.weight), int)
    at, copy = real_persons(people["municipality"][rows], times)
    p = people[rows]
    return {"row": rows, "person": p["id"], "years": years[rows].astype(np.int16), **_registers(model, p, years[rows]),
            "real": (model.weight / times)[p["municipality"]], "cluster": _units(p, design.clusters), "at": at, "copy": copy}


def copies(model):
    """How many real persons each simulated resident stands for in whole numbers, by municipality, int (municipalities,)."""
    return np.maximum(1, np.rint(model.weight)).astype(int)


def real_persons(municipality, times):
    """The real persons behind residents of these municipalities: (which resident, int (m,), and which copy of it, int (m,))."""
    number = times[municipality]
    at = np.repeat(np.arange(len(number)), number)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(number) - number, number)


def _units(rows, clusters):
    """Identity of each resident's cluster, int64 (n,); -1 without clusters."""
    if clusters == "household":
        return rows["household"]
    if clusters == "area":
        return rows["municipality"].astype(np.int64) * 2**16 + rows["area"]
    return np.full(len(rows), -1, np.int64)


def _allocated(wanted, sizes, allocation):
    """Persons asked in each stratum, int (strata,): largest remainders; never more than there are, the rest goes to the others."""
    if allocation == "each":
        return np.minimum(wanted, sizes)
    share = np.ones(len(sizes)) if allocation == "equal" else sizes.astype(float)
    number = np.zeros(len(sizes), int)
    while (left := wanted - number.sum()) > 0:
        room = number < sizes
        exact = np.where(room, left * share / share[room].sum(), 0.0)
        step = np.floor(exact).astype(int)
        order = np.argsort(-(exact - step), kind="stable")
        step[order[: left - step.sum()]] += 1
        number = np.minimum(number + step, sizes)
    return number


def _drawn(frame, at, copy, number, design, key):
    """The sample of one stratum: those with the smallest permanent random numbers, or in the clusters that have them.

    at, copy: int (n,), the stratum's persons. Returns those taken, int (m,), base weights (m,) and clusters (m,).
    """
    luck = person_uniforms(key, SAMPLE, 0, copy, frame["person"][at])
    unit = frame["cluster"][at]
    if design.clusters is None:
        taken, inverse = np.sort(np.argpartition(luck, number - 1)[:number]), np.ones(number)
    else:
        unit = unit + HOUSEHOLD_COPY * copy if design.clusters == "household" else unit
        taken, inverse = _clustered(unit, luck, number, design.per_cluster, key)
    return taken, inverse * frame["real"][at].sum() / inverse.sum(), unit[taken]


def _clustered(unit, luck, number, most, key):
    """Clusters of equal chance, then all members or `most` of them: (persons taken, inverse inclusion within the cluster)."""
    names, code = np.unique(unit, return_inverse=True)
    wanted = min(len(names), max(1, round(number / (most or len(unit) / len(names)))))
    chosen = np.argpartition(uniforms(np.uint64(address(np.uint64(key), CLUSTER, 0)), names), wanted - 1)[:wanted]
    taken = np.flatnonzero(np.isin(code, chosen))
    order = taken[np.lexsort((luck[taken], code[taken]))]
    sizes = np.bincount(code)[code[order]]
    first = np.r_[True, code[order][1:] != code[order][:-1]]
    rank = np.arange(len(order)) - np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    kept = np.minimum(sizes, most or sizes)
    return order[rank < kept], (sizes / kept)[rank < kept]


def _again(model, before):
    """Those of an earlier wave who still live here, with the weights and strata they had."""
    ids, asked = model.people["id"], before["person"].to_numpy()
    order = np.argsort(ids)
    row = order[np.minimum(np.searchsorted(ids, asked, sorter=order), len(ids) - 1)]
    here = (ids[row] == asked) & (model.people["alive"][row] == 1)
    row, kept, words = row[here], before[here].reset_index(drop=True), _words(model)
    years = ((model.month - model.people["birth_month"][row]) // 12).astype(np.int16)
    registers = {name: words[name][codes] for name, codes in _registers(model, model.people[row], years).items()}
    return pd.DataFrame({"row": row, "base": kept["weight"], "years": years, **registers,
                         **{name: kept[name] for name in ("person", "copy", "municipality", "stratum", "cluster")}})


# --- who answers ------------------------------------------------------------------------------------------------


def response_chance(model, rows, design, wave=0):
    """Probability that each of `rows` answers, float (n,): a constant of the design, or the logistic rule.

    logit p = base + by ten years of age from 50 + wellbeing from 4 + felt distress + trust from 0.5; later waves have a base of
    their own. Parameters survey.response_*; distress is what is felt after relief [SD units].
    """
    fixed = design.attrition if wave else design.response
    if fixed is not None:
        return np.full(len(rows), 1.0 - fixed if wave else fixed)
    v = model.values
    years = (model.month - rows["birth_month"]) / 12.0
    base = v["survey.stay"] if wave else v["survey.response"]
    return expit(
        base
        + v["survey.response_age"] * (np.minimum(years, v["survey.response_age_top"]) - 50.0) / 10.0
        + v["survey.response_wellbeing"] * (rows["wellbeing"] - v["wellbeing.centre"])
        - v["survey.response_distress"] * felt(rows)
        + v["survey.response_trust"] * (rows["trust"] - v["trust.mean"])
    )


def _adjusted(asked, answers, columns):
    """Weights of those who answer, float (asked,): base x asked / answering base in each cell of stratum x columns.

    A cell in which nobody answers is carried by its stratum, and such a stratum by everybody, so that weights sum to the whole.
    """
    base = asked["base"].to_numpy(float)
    weight = np.where(answers, base, 0.0)
    if not answers.any():
        return weight
    cell = asked["stratum"].astype(str)
    for name in columns:
        cell = cell + "/" + asked[name].astype(str)
    for by in (cell, asked["stratum"].astype(str), pd.Series("all", index=asked.index)):
        _, code = np.unique(by.to_numpy(str), return_inverse=True)
        whole, now = np.bincount(code, base), np.bincount(code, weight)
        factor = np.divide(whole, now, out=np.zeros(len(now)), where=now > 0)
        weight *= factor[code]
    return weight


def person_uniforms(key, part, wave, copy, person):
    """A uniform for each person (and copy of a person), float (n,)."""
    keys = [address(np.uint64(key), part, wave + COPY * c) for c in range(int(np.max(copy, initial=0)) + 1)]
    return uniforms(np.array(keys, np.uint64)[copy], np.asarray(person, np.int64))


# --- what they say ----------------------------------------------------------------------------------------------


def likert(value, low=1, high=5):
    """A value rounded to the nearest answer of a scale, int8; as `sim.rules.wellbeing.item` does for one person."""
    return np.clip(np.floor(np.asarray(value, float) + 0.5), low, high).astype(np.int8)


def felt(rows):
    """Distress that is felt [SD units], as `sim.rules.health.felt` for one person."""
    return np.maximum(0.0, rows["distress"] - rows["dose_relief"])


def visits(rows):
    """Contacts with services in the last 12 months; at most 31 of any month are remembered."""
    ring = rows["visit_ring"]
    mask = np.uint64(2**VISIT_BITS - 1)
    return sum(((ring >> np.uint64(VISIT_BITS * m)) & mask).astype(int) for m in range(VISIT_MONTHS))


def satisfaction(rows, values):
    """Life satisfaction 0-10, the bridge of the output column of that name."""
    return (values["life_satisfaction.mean"]
            + values["life_satisfaction.slope"] * (rows["wellbeing"] - values["wellbeing.centre"]))


ANSWERS = {
    "ends_meet": lambda p, v: likert(0.5 + 6.0 * p["strain"], 1, 6),  # making ends meet: 1 very easily … 6 with great difficulty
    "lonely": lambda p, v: (p["inclusion"] < v["lonely.line"]).astype(np.int8),  # 1 yes
    "status": lambda p, v: np.array([s.name for s in Status], object)[p["status"]],
    "visits": lambda p, v: visits(p).astype(np.int16),  # contacts in 12 months
    "life_satisfaction": lambda p, v: likert(satisfaction(p, v), 0, 10),
    "self_rated_health": lambda p, v: likert(1.0 + 4.0 * p["health"]),  # 5 very good
    "trust": lambda p, v: likert(10.0 * p["trust"], 0, 10),
    "distressed": lambda p, v: (felt(p) > v["mental.threshold"]).astype(np.int8),  # 1 yes
    "cohesion": lambda p, v: likert(10.0 * p["cohesion"], 0, 10),
    "inclusion": lambda p, v: likert(10.0 * p["inclusion"], 0, 10),
    "empowerment": lambda p, v: likert(10.0 * p["empowerment"], 0, 10),
    "security": lambda p, v: likert(10.0 * p["security"], 0, 10),
}


def cronbach(items):
    """Cronbach's alpha of items, array (n, k): k / (k - 1) x (1 - sum of item variances / variance of the sum)."""
    items = np.asarray(items, float)
    k = items.shape[1]
    return k / (k - 1.0) * (1.0 - items.var(0, ddof=1).sum() / items.sum(1).var(ddof=1))

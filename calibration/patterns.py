"""Model beside evidence: targets that were fitted, targets that were held out, and patterns, as a page of the docs."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration import calibrate, checks, simulate
from scenarios import posterior
from sim import runs
from sim.model import HyteModel
from sim.outputs import NAMES, strata
from sim.residents import SERVICES, Group, Status

MONTHS = 12
SHIPPED = "finland_2018"  # targets and posterior that the page is about
RUNS = 10  # runs of the targets' problem, each at a draw of the shipped posterior (or at central values if there is none)
MOST = 20_000  # residents of a run of the targets' problem
ROWS = 940_000  # numbers of these runs, apart from those of a calibration
FINLAND_2018 = 5_517_919  # Statistics Finland, 31 December 2018


@dataclass(frozen=True)
class Pattern:
    """One row: what, the model's value, the published range, unit, source, and what the numbers had to do with it."""

    name: str
    model: float
    low: float
    high: float
    unit: str
    source: str
    use: str  # "set" (a number was chosen to meet it) or "pattern" (emerges)

    @property
    def met(self):
        """Whether the model lies in the range."""
        return self.low <= self.model <= self.high


def measure(residents=60_000, seed=None):
    """Run three years of the baseline at central values and measure every pattern. Returns [Pattern]."""
    overrides = {"time.years": 3, "population.residents": residents}
    if seed:
        overrides["runs.seed"] = seed
    model = HyteModel(runs.load("baseline", overrides))
    model.run()
    return [*_quality(model), *_work(model), *_use(model), *_money(model)]


def targets(number=RUNS, workers=None, residents=None):
    """Frame of `checks.predictive` for the shipped targets at draws of the shipped posterior; and whether there is one."""
    problem = calibrate.load(calibrate.shipped(SHIPPED))
    if residents:
        overrides = {"population.residents": residents, "time.years": problem.scenario.time.years,
                     "time.burn_in": problem.scenario.time.burn_in, "population.places": ["all"], "runs.posterior": "none"}
        problem = dataclasses.replace(problem, scenario=runs.load("baseline", overrides))
    fitted = SHIPPED in posterior.names()
    draws = posterior.read(SHIPPED, Path(), problem.scenario.quantities()) if fitted else {}
    levels = [{name: row[i * len(row) // number] for name, row in draws.items()} for i in range(number)]
    simulated = simulate.perform_all([simulate.Task(problem, ROWS + i, level) for i, level in enumerate(levels)], workers)
    return checks.predictive(problem, simulated), fitted


def _people(model):
    people = model.people[model.people["alive"] == 1]
    return people, (model.month - people["birth_month"]) // MONTHS


def _quality(model):
    people, age = _people(model)
    adult = age >= 20
    good = people["wellbeing"] >= 4.0
    older = age >= 30
    by_education = [100 * good[older & (people["education"] == e)].mean() for e in (0, 2)]
    yield Pattern("Good quality of life (EUROHIS-8 mean of 4.0 or more), 20+", 100 * good[adult].mean(), 48, 57, "%",
                  "ATH 2013-2015: about 50 % in the east, 55 % in the south (THL, Yle 3-8607598)", "set")
    yield Pattern("SD of wellbeing, 20+", people["wellbeing"][adult].std(), 0.55, 0.67, "EUROHIS points",
                  "0.60 (normal approximation) to 0.63 (healthy adults, da Rocha et al.)", "set")
    yield Pattern("Good quality of life, tertiary minus basic education, 30+", by_education[1] - by_education[0], 13, 24, "% points",
                  "FinTerveys 2017, another item: men 23, women 15 points (terveytemme.fi)", "pattern")
    column = NAMES.index("loneliness")
    total, count = strata(model.records[-1])["all", "all"][column]
    yield Pattern("Lonely at least fairly often", 100 * total / count, 4, 11, "%",
                  "ATH 2013-2016 about 10; 2018 all or most of the time 4", "set")


def _work(model):
    people, age = _people(model)
    young = (age >= 15) & (age < 30)
    neet = (people["groups"] & Group.neet.value) > 0
    yield Pattern("NEET, 15-29", 100 * neet[young].mean(), 9.0, 14.5, "%",
                  "labour force survey 2015: 14.3 (OECD); 2019: 9.5 (unverified); register 18-29 in 2018: 14-16", "pattern")
    support = (people["status"] == Status.labour_market_support).mean() * FINLAND_2018
    yield Pattern("On labour-market support, scaled to Finland", support / 1000, 140, 230, "thousand",
                  "217,068 at the end of 2018, part payments and people in measures included (Kela)", "set")
    long = ((people["jobless_months"] >= MONTHS) & np.isin(people["status"], (4, 5))).mean() * FINLAND_2018
    yield Pattern("Unemployed for a year or more, scaled to Finland", long / 1000, 60, 125, "thousand",
                  "62,900 (2019) to 91,100 (2020) in Statistics Finland; 102,500 in the employment service's count (2015)", "pattern")
    working = (age >= 18) & (age < 65)
    yield Pattern("Employed, 18-64", 100 * (people["status"][working] == Status.employed).mean(), 71, 76, "%",
                  "main activity 2018 (Statistics Finland)", "set")
    yield from _exits(model)


def _exits(model):
    """Shares still without a job after 3 and 12 months, by the model's own hazard of men of 25-29 and the frailty of its residents."""
    k = model.coefficients[0]
    people, _ = _people(model)
    frailty = people["frailty"][:4000]
    months = np.arange(24)
    base = k["work_job_scale"][3] * (months + 1.5) ** (k["work_job_shape"] - 1.0)
    left = np.exp(-np.outer(frailty, np.cumsum(base))).mean(0)
    yield Pattern("Still without a job after 3 months, job exits only, 25-29", 100 * left[2], 60, 76, "%",
                  "Korpela: 31.7 % leave to a job in the first 13 weeks", "set")
    yield Pattern("Still without a job after 12 months, job exits only, 25-29", 100 * left[11], 32, 48, "%",
                  "Korpela's exit shares: 35 % after 12 months", "pattern")


def _use(model):
    people, _ = _people(model)
    served = np.mean([r["served"][SERVICES.index("primary_care")] for r in model.service_records[-MONTHS:]])
    yield Pattern("Health-centre visits per inhabitant and year", MONTHS * served / len(people), 5.6, 6.8, "visits",
                  "6.2 in 2022 (THL)", "set")
    yield Pattern("Any contact with services in the year", 100 * (people["year_cost"] > 0).mean(), 80, 93, "%",
                  "86.2 % had a health-centre visit in 2022 (THL)", "pattern")
    mental = np.sum([r["met"][SERVICES.index("mental_health")] for r in model.service_records[-MONTHS:]])
    yield Pattern("Treatment series in mental health per 100 residents and year", 100 * mental / len(people), 4, 12, "series",
                  "about a tenth of adults use such services in a year (Helsinki region 2018)", "set")


def _money(model):
    yearly = model.yearly[-1][1]
    people, _ = _people(model)
    yield Pattern("Share of service cost of the costliest tenth", 100 * yearly["cost_share_top_tenth"][0], 74, 86, "%",
                  "81 % in Oulu (Nordic Healthcare Group 2011)", "pattern")
    yield Pattern("Share of service cost of the costliest hundredth", 100 * yearly["cost_share_top_hundredth"][0], 25, 50, "%",
                  "about 43 % implied by a lognormal through the tenth", "pattern")
    yield Pattern("Service cost per inhabitant and year", people["year_cost"].mean(), 2000, 3800, "EUR2018",
                  "order of magnitude of social and health spending per inhabitant (unverified)", "set")


def page(patterns, residents, predictive=None, fitted=True):
    """The page as Markdown. predictive: frame of `targets`."""
    lines = ["# Model beside evidence", "", "Made by `hytesim validate`; `docs/calibration.md` tells how the fit was made.", ""]
    if predictive is not None:
        lines += _target_lines(predictive, fitted, min(residents, MOST))
    lines += [
        "## Patterns", "",
        f"From three years of `baseline` at central values, {residents:,} simulated residents.",
        "*set*: a number of the model was chosen so that this comes out; *pattern*: nothing was chosen for it.",
        "A row is met when the model lies in the range. The ranges are our reading of sources that differ in year, age and definition;",
        "where a source gives one figure the range around it is a judgement.", "",
        "| what | model | evidence | unit | met | use | source |", "|---|---:|---:|---|---|---|---|",
    ]
    for p in patterns:
        met = "yes" if p.met else "**no**"
        lines.append(f"| {p.name} | {p.model:.3g} | {p.low:g}-{p.high:g} | {p.unit} | {met} | {p.use} | {p.source} |")
    missed = [p for p in patterns if not p.met]
    lines += ["", f"{len(patterns) - len(missed)} of {len(patterns)} are met."]
    lines += [f"Not met: {p.name} ({p.model:.3g} {p.unit})." for p in missed]
    return "\n".join(lines) + "\n"


def _target_lines(predictive, fitted, residents):
    where = f"{RUNS} draws of the shipped posterior" if fitted else "central values (there is no shipped posterior)"
    default = "Scenarios draw from this posterior unless they say otherwise; `docs/calibration.md` tells how."
    lines = [
        "## Targets, fitted and held out", "", *([default, ""] if fitted else []),
        f"The targets of `calibration/{SHIPPED}.toml` from {RUNS} runs of {residents:,} residents of all Finland at {where}.",
        f"Rule: a target is met when the evidence lies within {checks.FAILS:g} standard errors of the model's mean; the error holds the "
        "target's own, the model's chance and what the fit leaves open.", "",
        "| target | use | evidence | model | standard errors | met | source |", "|---|---|---:|---:|---:|---|---|"]
    for row in predictive.sort_values("use", kind="stable").itertuples():
        lines.append(f"| {row.target.replace('_', ' ')} | {row.use} | {row.evidence:.3g} | {row.model:.3g} | {row.z:+.1f} "
                     f"| {'yes' if row.met else '**no**'} | {row.source} |")
    for use, rows in predictive.groupby("use"):
        lines.append(f"\n{int(rows['met'].sum())} of {len(rows)} {use} targets are met.")
    return [*lines, ""]


def write(out, residents=None, seed=None, workers=None):
    """Measure, write the page to `out`, and return the page's verdicts, one line per row."""
    predictive, fitted = targets(workers=workers, residents=residents and min(residents, MOST))
    residents = residents or 60_000
    patterns = measure(residents, seed)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(page(patterns, residents, predictive, fitted), encoding="utf-8")
    lines = [f"{'met ' if row.met else 'MISS'} {row.use:8s} {row.target:28s} evidence {row.evidence:8.4g} model {row.model:8.4g} "
             f"({row.z:+.1f} standard errors)" for row in predictive.itertuples()]
    lines += [f"{'met ' if p.met else 'MISS'} {p.use:8s} {p.name}: {p.model:.3g}, evidence {p.low:g}-{p.high:g} {p.unit}" for p in patterns]
    return "\n".join([*lines, f"{int(predictive['met'].sum())} of {len(predictive)} targets and {sum(p.met for p in patterns)} of "
                      f"{len(patterns)} patterns are met; see {out}"])

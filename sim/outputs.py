"""What a run reports: one function per output column, and the monthly sums over strata."""

import math

import numpy as np

from results.areas import log_split, variance_split
from results.inequality import concentration_index, lorenz, slope_index
from sim.residents import Education, Group, Sex, Urbanity, rows
from sim.rules.draws import kernel, rule
from sim.rules.health import felt
from sim.rules.livelihood import EMPLOYED

EVERYONE, ADULTS, WORKING_AGE = range(3)  # of whom a column is the mean
AGE_BANDS = ("0-17", "18-29", "30-44", "45-64", "65-79", "80+")
FIFTHS = ("after_start", "1", "2", "3", "4", "5")
_COLUMNS, _NAMES, _AMONG = [], [], []


def column(among):
    """Make a function of (resident, age, coefficients) an output column under its own name: a mean among some."""

    def add_column(function):
        compiled = rule(function)
        _COLUMNS.append(compiled)
        _NAMES.append(function.__name__)
        _AMONG.append(among)
        return compiled

    return add_column


@column(ADULTS)
def wellbeing(p, age, k):
    """Wellbeing [EUROHIS-QOL-8 score, 1-5], residents of 16 or more"""
    return p.wellbeing


@column(ADULTS)
def good_quality_of_life(p, age, k):
    """Good quality of life, score of 4.0 or more [share of residents of 16 or more]"""
    return 1.0 if p.wellbeing >= k.good_quality_line else 0.0


@column(EVERYONE)
def health(p, age, k):
    """Health dimension [index 0-1]"""
    return p.health


@column(EVERYONE)
def material(p, age, k):
    """Material dimension: security and freedom from strain [index 0-1]"""
    return 0.5 * (p.security + 1.0 - p.strain)


@column(EVERYONE)
def social(p, age, k):
    """Social dimension: cohesion and inclusion [index 0-1]"""
    return 0.5 * (p.cohesion + p.inclusion)


@column(EVERYONE)
def strain(p, age, k):
    """Financial strain [index 0-1]"""
    return p.strain


@column(EVERYONE)
def distress(p, age, k):
    """Felt distress [SD units]"""
    return felt(p)


@column(ADULTS)
def loneliness(p, age, k):
    """Lonely: inclusion below the line [share of residents of 16 or more]"""
    return 1.0 if p.inclusion < k.lonely_line else 0.0


@column(WORKING_AGE)
def employment(p, age, k):
    """Employed [share of residents of 18-64]"""
    return 1.0 if p.status == EMPLOYED else 0.0


@column(EVERYONE)
def contacts(p, age, k):
    """Contacts with services [per resident and month]"""
    return float(p.visits)


@column(ADULTS)
def life_satisfaction(p, age, k):
    """Life satisfaction on the 0-10 scale, mapped from wellbeing [points], residents of 16 or more"""
    return min(10.0, max(0.0, k.life_satisfaction_mean + k.life_satisfaction_slope * (p.wellbeing - k.wellbeing_centre)))


@column(EVERYONE)
def health_utility(p, age, k):
    """Health-related utility, mapped from health and distress [QALY weight, at most 1]"""
    return min(1.0, k.utility_base + k.utility_health * p.health - k.utility_distress * felt(p))


COLUMNS = tuple(_COLUMNS)
NAMES = tuple(_NAMES)
COUNTS = len(COLUMNS)  # after the sums of the columns stand the numbers of residents: all, adults, of working age
WIDTH = COUNTS + 3
AMONG = COUNTS + np.array(_AMONG)  # where the count of each column stands
SHARED = 32 * 32  # cells by group now x group at the start
FIXED = len(FIFTHS) * len(Sex) * len(AGE_BANDS) * len(Education) * len(Urbanity)
CELLS = SHARED + FIXED


def _all_columns(columns, among):
    """One compiled function that writes every column of a resident into a row of values, zero where it does not apply."""
    if not columns:
        return rule(lambda p, age, k, values: None)
    before, of, j, count = _all_columns(columns[:-1], among[:-1]), columns[-1], len(columns) - 1, among[-1]

    @rule
    def fill(p, age, k, values):
        before(p, age, k, values)
        values[j] = of(p, age, k) if values[count] > 0.0 else 0.0

    return fill


fill_columns = _all_columns(COLUMNS, AMONG.tolist())


def label(name):
    """Label and [unit] of an output column: the first line of its docstring."""
    return COLUMNS[NAMES.index(name)].__doc__.splitlines()[0]


@rule
def age_band(age):
    """Reporting band 0-5 of an age in years: 0-17, 18-29, 30-44, 45-64, 65-79, 80 and over."""
    if age < 45:
        return 0 if age < 18 else 1 if age < 30 else 2
    return 3 if age < 65 else 4 if age < 80 else 5


@rule
def add(p, age, k, values, cells, place):
    """Add a resident's month to the sums: to the cell of the groups, to that of the fixed strata, and to the municipality's.

    values: float64 (WIDTH,), overwritten; cells: float64 (CELLS, WIDTH); place: float64 (WIDTH,). Counts are sums of ones.
    """
    values[COUNTS + EVERYONE] = 1.0
    values[COUNTS + ADULTS] = 1.0 if age >= 16 else 0.0
    values[COUNTS + WORKING_AGE] = 1.0 if 18 <= age <= 64 else 0.0
    fill_columns(p, age, k, values)
    groups = int(p.groups) + 32 * int(p.start_groups)
    fixed = (int(p.start_fifth) * 2 + int(p.sex)) * 6 + age_band(age)
    fixed = (fixed * 3 + int(p.education)) * 3 + int(p.urbanity) + SHARED
    for j in range(WIDTH):
        cells[groups, j] += values[j]
        cells[fixed, j] += values[j]
        place[j] += values[j]


def with_counts(sums):
    """Sums (..., WIDTH) as pairs (..., columns, 2): each column's sum and the number of residents it is over."""
    return np.stack([sums[..., :COUNTS], sums[..., AMONG]], -1)


def strata(cells):
    """Margins of one month's cells: {(stratum kind, stratum): float64 (columns, 2)}; overlapping groups count in each."""
    cells = with_counts(cells)
    shared = cells[:SHARED].reshape(32, 32, *cells.shape[1:])  # [start, now]
    fixed = cells[SHARED:].reshape(len(FIFTHS), len(Sex), len(AGE_BANDS), len(Education), len(Urbanity), *cells.shape[1:])
    out = {("all", "all"): fixed.sum((0, 1, 2, 3, 4))}
    for kind, by in (("group", shared.sum(0)), ("group_start", shared.sum(1))):
        for bit, group in enumerate(Group):
            out[kind, group.name] = by[[g for g in range(32) if g >> bit & 1]].sum(0)
        out[kind, "none"] = by[0]
        out[kind, "any"] = by[1:].sum(0)
    axes = (("income_fifth", FIFTHS), ("sex", [s.name for s in Sex]), ("age", AGE_BANDS),
            ("education", [e.name for e in Education]), ("urbanity", [u.name for u in Urbanity]))
    for axis, (kind, names) in enumerate(axes):
        margin = fixed.sum(tuple(i for i in range(5) if i != axis))
        for name, values in zip(names, margin, strict=True):
            out[kind, name] = values
    return out


def blank():
    """Empty cells for a month."""
    return np.zeros((CELLS, WIDTH))


@kernel
def _take_out(people, month, wellbeing, income, cost):
    """Write wellbeing and income at the start of adults who had one, and everyone's yearly cost, in one pass. Returns how many of each."""
    ranked = 0
    alive = 0
    for i in range(len(people)):
        p = people[i]
        if p.alive == 0:
            continue
        cost[alive] = p.year_cost
        alive += 1
        if month - p.birth_month >= 16 * 12 and math.isfinite(p.start_income):
            wellbeing[ranked] = p.wellbeing
            income[ranked] = p.start_income
            ranked += 1
    return ranked, alive


def indices(people, month):
    """Inequality at the end of a year, among those here since the start, ranked by their income then.

    Returns {outcome: (value, n)}: slope index [EUROHIS points] and Erreygers index of wellbeing, and the shares of
    service cost of the last 12 months that the costliest tenth and hundredth carry.
    """
    y, x, cost = np.empty((3, len(people)))
    ranked, alive = _take_out(rows(people), month, y, x, cost)
    y, x, cost = y[:ranked], x[:ranked], cost[:alive]
    out = {}
    if ranked > 1:
        out["sii_wellbeing"] = (slope_index(y, x), ranked)
        # Erreygers' index is 4 / (5 - 1) times the generalised one; the latent score may pass the ends of its scale.
        out["erreygers_wellbeing"] = (concentration_index(y, x, kind="generalised"), ranked)
    if cost.sum() > 0:
        persons, held = lorenz(cost)  # once for both; the end of `top_share`
        out["cost_share_top_tenth"] = (1.0 - float(np.interp(0.9, persons, held)), alive)
        out["cost_share_top_hundredth"] = (1.0 - float(np.interp(0.99, persons, held)), alive)
    return out


AREA_YEAR = np.dtype([(n, "f8") for n in ("residents", "adults", "mean", "squares", "good", "earners", "income", "log_income")])


def by_area(people, month, bounds, line=None):
    """Sums over the residents of each area at the end of a month, AREA_YEAR (areas,).

    bounds: first area of each municipality, and the end. residents: alive; adults: of 16 or more; mean and squares: of their
    wellbeing, and the sum of squared deviations from it; good: how many reach `line`; earners: residents with an income;
    income, log_income: sums over them of the equivalised income and its logarithm.
    """
    out = np.zeros(int(bounds[-1]), AREA_YEAR)
    _sum_areas(rows(people), month, np.asarray(bounds, np.int64), math.inf if line is None else line, rows(out))
    return out


@kernel
def _sum_areas(people, month, bounds, line, out):
    """Write the sums of `by_area` into `out`, AREA_YEAR (areas,), all zero before."""
    for i in range(len(people)):
        p = people[i]
        if p.alive == 0:
            continue
        area = out[bounds[p.municipality] + p.area]
        area.residents += 1.0
        if month - p.birth_month >= 16 * 12:
            area.adults += 1.0
            area["mean"] += p.wellbeing  # `mean` is a method where the compiler is off
            area.good += 1.0 if p.wellbeing >= line else 0.0
        if p.income > 0.0:
            area.earners += 1.0
            area.income += p.income
            area.log_income += math.log(p.income)
    for a in range(len(out)):
        out["mean"][a] /= max(1.0, out["adults"][a])
    for i in range(len(people)):
        p = people[i]
        if p.alive == 1 and month - p.birth_month >= 16 * 12:
            area = out[bounds[p.municipality] + p.area]
            area.squares += (p.wellbeing - area["mean"]) ** 2


def area_fifths(found):
    """Fifth of each area by mean wellbeing at the start, 1 the lowest, each with about a fifth of the adults; 0 if empty."""
    order = np.argsort(found["mean"], kind="stable")
    order = order[found["adults"][order] > 0]
    adults = found["adults"][order]
    middle = np.cumsum(adults) - adults / 2.0
    out = np.zeros(len(found), np.int8)
    out[order] = 1 + np.minimum(4, np.floor(5.0 * middle / max(1.0, adults.sum()))).astype(np.int8)
    return out


def between_areas(found):
    """Inequality between and within areas: {outcome: (value, n)} of wellbeing [EUROHIS points squared] and income [MLD].

    The part between areas holds the chance of small numbers; `true_variance_between_areas` has it taken out:
    between - s^2 (m - 1) / n, with s^2 the pooled variance within the m areas; it may be negative.
    """
    if (found["adults"] > 0).sum() < 2:
        return {}
    adults, earners = int(found["adults"].sum()), int(found["earners"].sum())
    split = variance_split(found["adults"], found["mean"], found["squares"])
    areas = int((found["adults"] > 0).sum())
    pooled = found["squares"].sum() / max(1, adults - areas)
    out = {
        "variance_between_areas": (split["between"], adults),
        "variance_within_areas": (split["within"], adults),
        "true_variance_between_areas": (split["between"] - pooled * (areas - 1) / adults, adults),
    }
    income = log_split(found["earners"], found["income"], found["log_income"])
    out["income_mld_between_areas"] = (income["between"], earners)
    out["income_mld_within_areas"] = (income["within"], earners)
    return out

"""The residents' month in NumPy alone: the yardstick of what compiling per resident brings over whole columns.

Written from docs/odd.md, sections 7.2 and 7.7 to 7.13, the way NumPy is best used: one array per state variable, codes that index
tables as machine integers, blocks of whole households small enough for the cache, rare events on the rows they strike. Sums by
household are weighted counts, sums by contact a sparse matrix times a column; for groups as short as these both take about a
third of the time of `np.add.reduceat`. The state agrees with the model's to rounding (tests/test_vectorised.py).

It does less than the model: no interventions, no serving of requests, no list of them for the desks, no groups and costs of the
year, no turn of the year, no reporting. Rows of the dead drift on unread. A comparison of speeds therefore flatters NumPy.
"""

from types import SimpleNamespace

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri

from sim.ledger import ITEMS
from sim.residents import SERVICES, Care, Origin, Stage, Status
from sim.rules.draws import Purpose

BLOCK = 65_536  # rows handled at a time; some columns of them stay in the cache
G, M1, M2, MASK = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 2**64 - 1
BINS, EDGE = 512, 8
AGES = np.arange(121)
HEALTH_BAND = np.searchsorted([18, 35, 50, 65, 75, 85], AGES, side="right")
WORK_BAND = np.searchsorted([18, 20, 25, 30, 45, 55, 60, 65], AGES, side="right")
ITEM = {item.name: i for i, item in enumerate(ITEMS)}
DESK = {name: i for i, name in enumerate(SERVICES)}
SUPPORTERS = np.array([DESK[name] for name in (  # in the order of the running sum of 7.13
    "mental_health", "social_work", "family_services", "employment_services", "integration_services", "guidance_centre",
    "outreach_youth_work", "community_groups", "nature_culture")])
CHILD, STUDENT, CONSCRIPT, EMPLOYED, UNEMPLOYED, SUPPORT, OUTSIDE, PENSIONER = (int(s) for s in Status)
NAME = ("child", "student", "conscript", "employed", "jobless", "jobless", "outside", "pensioner")  # in the names of hazards
LEADS = np.zeros((len(Status), 4), np.intp)  # where each of the four hazards leads
LEADS[EMPLOYED] = UNEMPLOYED, STUDENT, OUTSIDE, PENSIONER
LEADS[STUDENT] = EMPLOYED, SUPPORT, OUTSIDE, CONSCRIPT
LEADS[CONSCRIPT] = EMPLOYED, STUDENT, SUPPORT, SUPPORT
LEADS[OUTSIDE] = EMPLOYED, SUPPORT, STUDENT, PENSIONER
LEADS[[UNEMPLOYED, SUPPORT]] = EMPLOYED, STUDENT, OUTSIDE, PENSIONER
JOBLESS, ACTIVE, WORKLESS = (np.isin(np.arange(len(Status)), codes) for codes in (
    (UNEMPLOYED, SUPPORT), (EMPLOYED, STUDENT, CONSCRIPT), (UNEMPLOYED, SUPPORT, OUTSIDE)))
COUNTERS = ("status_months", "jobless_months", "stage_months", "visits", "requests", "waiting", "asks")  # small, never an index


# --- chance (7.2) -----------------------------------------------------------------------------------------------------------


def mix(z):
    """SplitMix64's finaliser, in place on a uint64 array that the caller owns."""
    for shift, factor in ((30, M1), (27, M2)):
        z ^= z >> shift
        z *= factor
    z ^= z >> 31
    return z


def month_keys(seed, month):
    """Key of every purpose used here, in this month."""
    numbers = np.arange(int(Purpose.STUDY) + 1, dtype=np.uint64)
    z = mix(mix(np.full_like(numbers, (seed + G) & MASK)) ^ numbers * G)
    months = np.full_like(numbers, (month * M1) & MASK)
    months[Purpose.LANGUAGE_START] = 0  # what one will learn is settled once
    return mix(z + months + G)


def uniform(key, address):
    """A uniform for each address (id times G)."""
    z = mix(address + key)
    z >>= 12
    u = z.view(np.int64).astype(float)
    u += 0.5
    u *= 2.0**-52
    return u


def _cubics():
    """Cubics through the exact quantiles at thirds of each bin, highest power first, (4, BINS)."""
    t = np.arange(4) / 3.0
    inner = ndtri((np.arange(1, BINS - 1)[:, None] + t) / BINS)
    return np.pad(np.linalg.solve(np.vander(t, 4), inner.T), ((0, 0), (1, 1)))


CUBIC = _cubics()


def normal(key, address):
    """A table normal for each address: cubics, and exact quantiles in the outer bins."""
    u = uniform(key, address)
    t = u * BINS
    i = t.astype(np.intp)
    t -= i
    z = CUBIC[0][i]
    for power in CUBIC[1:]:
        z *= t
        z += power[i]
    outer = np.flatnonzero((u < EDGE / BINS) | (u >= 1.0 - EDGE / BINS))
    z[outer] = ndtri(u[outer])
    return z


def poisson(u, mean):
    """Rows with a count above zero, and their counts."""
    rows = np.flatnonzero(u > 1.0 - mean * (1.0 - mean * (0.5 - mean / 6.0)))  # the series lies below exp(-mean)
    u, mean = u[rows], mean[rows]
    term = np.exp(-mean)
    total, count = term.copy(), np.zeros(len(rows), np.intp)
    above = np.flatnonzero(u > total)
    while above.size and count[above[0]] < 200:
        count[above] += 1
        term[above] *= mean[above] / count[above]
        total[above] += term[above]
        above = above[u[above] > total[above]]
    some = count > 0
    return rows[some], count[some]


def strike(u, hazards):
    """Which of four competing hazards (rows, 4) strikes at u: 0-3, or 4 for none."""
    sums = np.cumsum(hazards, axis=1)
    total = sums[:, 3]
    chance = -np.expm1(-total)
    x = u / np.where(chance > 0.0, chance, 1.0) * total
    return np.where(u < chance, np.minimum(3, (x[:, None] >= sums).sum(1)), 4)


# --- death and main activity (7.7) ------------------------------------------------------------------------------------------


def die(c, k, m):
    """Deaths by the life table; nobody in the household of a partner who died lives with a partner any more."""
    u = uniform(m.keys[Purpose.DEATH], c.address)
    yearly = m.mortality[c.sex * 101 + np.minimum(c.age, 100)]
    rows = np.flatnonzero((u < 10.0 / 12.0 * yearly) & c.alive)  # no factor exceeds ten
    status, sex, hazard = c.status[rows], c.sex[rows], yearly[rows]
    hazard *= np.where(JOBLESS[status], k.mortality_jobless[sex], 1.0)
    hazard *= np.where((status == PENSIONER) & (c.age[rows] < 60), k.mortality_early_pension, 1.0)
    dead = rows[u[rows] < 1.0 - np.exp(-hazard / 12.0)]
    c.alive[dead] = False
    m.deaths += len(dead)
    widowed = dead[c.partner[dead] == 1]
    if widowed.size:
        c.partner[np.isin(c.home, c.home[widowed])] = 0


def hazard_table(k):
    """Hazards of leaving each activity, (status x row x education, 4), and their sums: one where a person's own decide."""
    table = np.zeros((len(Status), 18, 3, 4))
    for status, column in np.ndindex(LEADS.shape):
        name = f"work_{NAME[status]}_{NAME[LEADS[status, column]]}"
        table[status, ..., column] = np.reshape(getattr(k, name, 0.0), (-1, 1))
    table[CONSCRIPT, ..., 3] = 0.0
    table[EMPLOYED, ..., 0] = np.outer(k.work_job_loss, k.work_job_loss_education)
    sums = table.sum(-1)
    sums[JOBLESS] = 1.0
    return table.reshape(-1, 4), sums.ravel()


def job_hazard(c, rows, r, k, m):
    """Exits from joblessness to a job of the rows given; r: their rows of the work tables."""
    h = k.work_job_scale[r] * (c.jobless_months[rows] + 0.5) ** (k.work_job_shape - 1.0) * c.frailty[rows]
    h *= k.work_job_education[c.education[rows]]
    years = (m.month - c.permit_month[rows]) / 12.0
    refugee = c.origin[rows] == Origin.refugee
    recent = np.exp(-np.where(refugee, years, 0.0) / k.work_job_refugee_years)
    h *= 1.0 - refugee * k.work_job_refugee * recent
    h *= 1.0 - refugee * k.work_job_language * (1.0 - c.language[rows])
    worry = np.maximum(0.0, c.distress[rows] - c.dose_relief[rows])
    return h * np.maximum(0.0, 1.0 - k.work_job_distress * worry) * np.exp(c.work_support[rows])


def enter(c, rows, status):
    """Move rows to other main activities; joblessness counts on across benefits and time outside work."""
    c.status[rows] = status
    c.status_months[rows] = 0
    c.jobless_months[rows] *= WORKLESS[c.status[rows]]


def graduate(c, rows, k, m):
    """Education reached on leaving school, and the pay that goes with it."""
    u, level, age = uniform(m.keys[Purpose.STUDY], c.address[rows]), c.education[rows], c.age[rows]
    reached = (level == 0) & (age >= 18) & (u < k.study_secondary) | (level == 1) & (age >= 22) & (u < k.study_tertiary)
    rows = rows[reached]
    c.education[rows] += 1
    c.wage[rows] *= k.wage_premium[c.education[rows]]


def work(c, k, m):
    """Main activity by competing hazards. Returns the rows that lost and that found a job."""
    c.status_months += c.status_months < 1200
    start = c.status.copy()
    enter(c, np.flatnonzero((start == CHILD) & (c.age >= 16)), STUDENT)
    enter(c, np.flatnonzero((c.age >= 70) & (start != PENSIONER) & (start != CHILD)), PENSIONER)
    u = uniform(m.keys[Purpose.WORK], c.address)
    cell = (start * 18 + 9 * c.sex + WORK_BAND[c.age]) * 3 + c.education
    rows = np.flatnonzero((u < m.hazard_sums[cell]) & (c.age < 70) & c.alive)
    was, hazards = start[rows], m.hazards[cell[rows]]
    seeking = JOBLESS[was]
    seekers = rows[seeking]
    c.jobless_months[seekers] += c.jobless_months[seekers] < 1200
    hazards[seeking, 0] = job_hazard(c, seekers, cell[seekers] // 3 % 18, k, m)
    what = strike(u[rows], hazards)
    late = rows[(what == 4) & (was == UNEMPLOYED) & (c.status_months[rows] >= k.benefit_months)]
    moved, rows, was, what = what < 4, rows[what < 4], was[what < 4], what[what < 4]
    graduate(c, rows[was == STUDENT], k, m)
    enter(c, rows, LEADS[was, what])
    enter(c, late, SUPPORT)
    return rows[(what == 0) & (was == EMPLOYED)], rows[(what == 0) & (seeking[moved] | (was == OUTSIDE))]


# --- household income (7.8) -------------------------------------------------------------------------------------------------


def income_table(k):
    """By status: least gross income, share of the wage, tax rate, and item of the ledger (one past the last: none)."""
    least = np.array([0.0, k.benefit_study, k.benefit_other, 0.0, k.benefit_support, k.benefit_support, k.benefit_other,
                      k.benefit_pension_least])
    share = np.array([0.0, 0.0, 0.0, 1.0, k.benefit_earnings_rate, 0.0, 0.0, k.benefit_pension_rate])
    taxed = k.benefit_tax * (JOBLESS | (np.arange(len(Status)) == PENSIONER))
    names = ("", "study_grant", "other_benefit", "", "unemployment_benefit", "labour_market_support_early", "other_benefit",
             "pension")
    return least, share, taxed, np.array([ITEM.get(name, len(ITEMS)) for name in names])


def net_income(c, k, m):
    """Own net income of everybody alive; books tax and benefits."""
    least, share, taxed, items = m.incomes
    gross = np.maximum(least[c.status], share[c.status] * c.wage)
    gross *= c.alive & ((c.status != STUDENT) | (c.age >= 18))
    rate = taxed[c.status]
    paid = np.flatnonzero(c.status == EMPLOYED)
    rate[paid] = np.minimum(k.tax_highest, k.tax_base + k.tax_slope * c.wage[paid])
    tax = rate * gross
    item = items[c.status]
    item += (c.status == SUPPORT) & (c.status_months >= k.benefit_support_late)  # early support, then late
    m.book(c.place, item, gross)
    m.book(c.place, ITEM["tax"], -tax)
    return gross - tax


def apply_for(c, poor, k, m):
    """Whether each household gets social assistance: the first adult alive of a poor one speaks for it; claims may lapse."""
    rows = np.flatnonzero(poor[c.home] & c.alive & (c.age >= 18))
    rows = rows[np.diff(c.home[rows], prepend=-1) > 0]
    ease = np.exp(k.claim_assistance * c.assistance[rows] + k.claim_awareness * c.awareness[rows])
    u = uniform(m.keys[Purpose.CLAIM], c.address[rows])
    granted = np.zeros(len(poor), bool)
    granted[c.home[rows]] = np.where(c.claims[rows] == 1, u <= 1.0 - k.claim_lapse, u < k.claim_hazard * ease)
    return granted


def pool(c, k, m):
    """Share each household's income: benefits, social assistance if claimed, equivalence scale."""
    homes = len(c.home_place)
    adults = np.bincount(c.home, c.alive & (c.age >= 18), homes)
    minors = np.bincount(c.home, c.alive, homes) - adults
    total = np.bincount(c.home, net_income(c, k, m), homes)
    child_benefit = k.benefit_child * minors
    total += child_benefit
    alone = np.where(minors > 0, k.norm_lone_parent, 1.0)
    norm = k.norm_single * (np.where(adults == 1, alone, k.norm_couple * adults) + k.norm_child * minors)
    norm += k.norm_rent + k.norm_rent_more * (adults + minors - 1.0)
    gap = np.maximum(0.0, norm - total)
    granted = apply_for(c, (gap > 0.0) & (adults > 0), k, m)
    gap *= granted
    m.book(c.home_place, ITEM["child_benefit"], child_benefit)
    m.book(c.home_place, ITEM["social_assistance"], gap)
    scale = 1.0 + 0.5 * np.maximum(0.0, adults - 1.0) + 0.3 * (minors - (adults == 0))
    c.income = ((total + gap) / scale)[c.home]
    c.adults, c.minors, c.claims = adults[c.home], minors[c.home], granted[c.home]
    c.partner = c.partner * (c.adults >= 2)


# --- fading, illness, strain, distress, health, social quality (7.9, 7.10) --------------------------------------------------


def felt(c):
    """Distress that is felt."""
    return np.maximum(0.0, c.distress - c.dose_relief)


def fade(c, k):
    """Lent doses fade, and are nothing below a trace."""
    for name in ("dose_inclusion", "dose_empowerment", "dose_relief"):
        dose = getattr(c, name)
        setattr(c, name, k.dose_keep * dose * (dose > k.dose_least))
    c.work_support = k.dose_keep * c.work_support * (np.abs(c.work_support) > k.dose_least)


def learn(c, k, m):
    """Refugees learn the language towards what each will reach."""
    rows = np.flatnonzero(c.origin == Origin.refugee)
    missing = uniform(m.keys[Purpose.LANGUAGE_START], c.address[rows]) - c.language[rows]
    c.language[rows] += np.maximum(0.0, missing) * k.language_pace


def fall_ill(c, k, m):
    """Long-term illness begins or ends; care begins or gets heavier."""
    u = uniform(m.keys[Purpose.CHRONIC], c.address)
    onset = k.health_onset[c.band] * (1.0 + k.health_onset_strain * c.strain) * k.health_onset_education[c.education]
    c.chronic = (u >= k.health_recovery) & c.chronic | (u < onset) & ~c.chronic
    rows = np.flatnonzero((c.band >= 4) & (c.care < Care.housing))
    band, care = c.band[rows], c.care[rows]
    v = uniform(m.keys[Purpose.CARE], c.address[rows])
    c.care[rows] += np.where(care == 0, (c.chronic[rows] == 1) & (v < k.care_home_onset[band]), v < k.care_housing_onset[band])


def feel_strain(c, k):
    """Financial strain follows income. Returns the change."""
    x = c.income / k.strain_line
    change = k.strain_pace * (1.0 / (1.0 + x * x) - c.strain)
    c.strain = c.strain + change
    return change


def stress(c, k, m):
    """Distress: stressors, buffered; shocks of life."""
    stressors = (k.distress_base + k.distress_strain * c.strain + k.distress_jobless * c.jobless
                 + k.distress_chronic * c.chronic + k.distress_lonely * (1.0 - c.inclusion))
    buffer = 1.0 - 0.5 * k.distress_buffer * (c.cohesion + c.inclusion)
    shock = k.distress_event * (uniform(m.keys[Purpose.BEREAVE], c.address) < k.distress_event_rate)
    vulnerable = np.maximum(0.0, 1.0 - k.distress_trait * c.trait)
    c.distress = (1.0 - k.distress_fade) * c.distress + vulnerable * buffer * stressors + shock


def health(c, k):
    """Functional health moves towards what age, illness, care and distress leave."""
    target = 1.0 - k.health_age[c.band] - k.health_chronic * c.chronic - k.health_care * c.care - k.health_distress * felt(c)
    c.health = c.health + k.health_pace * (np.clip(target, 0.0, 1.0) - c.health)


def social_quality(c, k):
    """The four factors move towards their targets."""
    targets = {
        "security": 1.0 - k.security_strain * c.strain - k.security_jobless * c.jobless,
        "cohesion": c.base_cohesion + k.cohesion_trust * (c.trust - 0.5),
        "inclusion": k.inclusion_base + k.inclusion_active * ACTIVE[c.status] + k.inclusion_retired * (c.status == PENSIONER)
        + k.inclusion_partner * c.partner - k.inclusion_alone * (c.adults + c.minors <= 1.0)
        - k.inclusion_language * (1.0 - c.language) + k.inclusion_trait * c.trait + c.dose_inclusion,
        "empowerment": k.empowerment_base + k.empowerment_education * c.education + k.empowerment_trait * c.trait
        - k.empowerment_distress * felt(c) + c.dose_empowerment,
    }
    for name, target in targets.items():
        now = getattr(c, name)
        setattr(c, name, np.clip(now + k.quality_pace * (target - now), 0.0, 1.0))


# --- memory and wellbeing (7.11) --------------------------------------------------------------------------------------------


def peer_means(c, m):
    """Mean of last month's wellbeing and recall over household and contacts: (own wellbeing, 0) if there is nobody."""
    number = c.adults + c.minors - 1.0 + c.contacts @ m.known
    means = []
    for snapshot in (m.before, m.told):
        own = snapshot[c.rows] * c.alive
        others = np.bincount(c.home, own)[c.home] - own + c.contacts @ snapshot
        means.append(others / np.maximum(number, 1.0))
    alone = np.flatnonzero(number < 1.0)
    means[0][alone] = c.wellbeing[alone]
    return means


def remember(c, lost, k):
    """The scar of unemployment grows while jobless and at the loss, and fades else."""
    c.scar[lost] += k.scar_loss
    longer = np.minimum(k.scar_most, c.scar[c.jobless] + 1.0 / 12.0)
    c.scar *= k.scar_keep
    c.scar[c.jobless] = longer


def set_point(c, k):
    """Where wellbeing returns to."""
    resources = 0.25 * (1.0 - c.strain + c.health + 0.5 * c.education + c.inclusion)
    conversion = (k.capability_own + k.capability_social * c.cohesion
                  + (k.capability_place * k.capability_environment)[c.urbanity] + k.capability_personal * c.empowerment)
    return (k.wellbeing_base + c.trait + k.wellbeing_capability * resources * conversion + k.wellbeing_health * c.health
            + k.wellbeing_security * c.security + k.wellbeing_cohesion * c.cohesion + k.wellbeing_inclusion * c.inclusion
            + k.wellbeing_empowerment * c.empowerment - k.wellbeing_distress * felt(c) - k.wellbeing_jobless * c.jobless
            - k.wellbeing_scar * c.scar)


def feel(c, lost, found, strain_change, peers, k, m):
    """Wellbeing returns to its set point, with what happened at work, strain, peers and chance."""
    point, rho = set_point(c, k), k.wellbeing_persistence
    noise = k.wellbeing_noise * normal(m.keys[Purpose.WELLBEING], c.address)
    c.wellbeing = ((1.0 - rho) * point + (rho - k.peer_influence) * c.wellbeing + k.peer_influence * peers
                   + k.wellbeing_strain_change * strain_change + noise)
    c.wellbeing[lost] += k.wellbeing_job_lost
    c.wellbeing[found] += k.wellbeing_job_found


# --- hearing and asking for help (7.12, 7.13) -------------------------------------------------------------------------------


def burden(c, k):
    """Hassle and stigma of asking for help."""
    return np.clip(
        k.burden_base + k.burden_distress * felt(c) + k.burden_strain * c.strain + k.burden_language * (1.0 - c.language)
        + c.distance + k.burden_stage[c.stage] - k.burden_trust * (c.trust - 0.5), 0.0, 1.0)


def request(c, services, rows, counts):
    """Ask services (one, or one for each row) for contacts; an open request takes them in, but visits at home do not add up."""
    opens = c.waiting[services, rows] == 0
    c.waiting[services, rows] |= opens
    c.requests[rows] += opens
    before = c.asks[services, rows] * (~opens & (services != DESK["home_care"]))
    c.asks[services, rows] = np.minimum(before + np.asarray(counts), 255)


def seek_health(c, hassle, k, m):
    """Visits asked of primary care and home care."""
    mean = k.visit_rate * c.need * k.visit_age[c.band] * (1.0 + k.visit_chronic * c.chronic + k.visit_distress * felt(c))
    mean *= 1.0 - k.visit_barrier * hassle * c.grown
    mean *= 1.0 - k.managed_duplicates * (c.manager > 0)
    rows, count = poisson(uniform(m.keys[Purpose.SEEK], c.address), mean)
    asking = c.alive[rows]
    request(c, DESK["primary_care"], rows[asking], count[asking])
    request(c, DESK["home_care"], np.flatnonzero((c.care == Care.home_care) & c.alive), int(k.home_care_visits + 0.5))


def fall_to_hospital(c, k, m):
    """Hospital episodes and round-the-clock housing, not rationed; booked."""
    rate = k.hospital_rate[c.band] * (1.0 + k.hospital_chronic * c.chronic)
    u = uniform(m.keys[Purpose.HOSPITAL], c.address)
    rows = np.flatnonzero((u * u < rate * rate * c.need) & c.alive)
    place, sigma = c.place[rows], k.hospital_sigma
    cost = np.exp(sigma * ndtri(u[rows] / (rate[rows] * np.sqrt(c.need[rows]))) - 0.5 * sigma * sigma) * m.hospital_price[place]
    c.month_cost[rows] += cost
    m.book(place, ITEM["hospital"], cost)
    c.visits[rows] += c.visits[rows] < 255
    rows = np.flatnonzero((c.care == Care.housing) & c.alive)
    cost = k.price_housing[np.searchsorted([18, 65], c.age[rows], side="right")]
    c.month_cost[rows] += cost
    m.book(c.place[rows], ITEM["round_the_clock_housing"], cost)


def hear(c, literacy, talk, k, m):
    """Recall and help at hand fade, word of mouth refreshes; stages go forward and back; from 16 years."""
    recall = k.awareness_keep * c.awareness + k.awareness_talk * talk * (1.0 - c.awareness)
    recall *= recall >= k.awareness_least
    np.copyto(c.awareness, recall, where=c.grown)
    np.copyto(c.assistance, k.assistance_keep * c.assistance * (c.assistance > k.awareness_least), where=c.grown)
    c.stage_months += c.grown & (c.stage_months < 255)
    forward = k.stage_forward[c.stage] * (1.0 + k.stage_awareness * c.awareness * literacy)
    u = uniform(m.keys[Purpose.STAGE], c.address)
    on = np.flatnonzero((u < forward) & c.grown)
    share = k.stage_back[c.stage]
    settled = np.flatnonzero(c.stage == Stage.maintenance)
    share[settled] = np.where(c.stage_months[settled] < 60, k.stage_relapse_early, k.stage_relapse_late)
    back = np.flatnonzero((u > 1.0 - share) & (u >= forward) & c.grown)
    c.stage[on] = np.minimum(c.stage[on] + 1, Stage.maintenance)
    c.stage[back] -= 1
    c.stage_months[on] = c.stage_months[back] = 0


def wishes(c, hassle, literacy, k, m):
    """Hazards of asking each of the nine other services, in the order of the running sum."""
    push = k.readiness_information * c.awareness * literacy + k.readiness_assistance * c.assistance * hassle
    ready = (1.0 - hassle) * np.exp(push) * k.stage_seek[c.stage]
    hard = np.maximum(0.0, felt(c) - k.mental_threshold) * ready
    poor = np.maximum(0.0, c.strain - k.social_threshold) * ready
    young = WORKLESS[c.status] & (c.age < 30)
    early = (c.origin == Origin.refugee) & (m.month - c.permit_month < k.integration_months)
    return (k.seek_mental * hard, k.seek_social * poor, k.seek_family * (hard + poor) * (c.minors > 0.0),
            k.seek_employment * c.jobless, k.seek_integration * (1.0 - c.language) * early,
            k.seek_guidance * ready * (young & m.open_guidance[c.place]), k.seek_outreach * (young & m.open_outreach[c.place]),
            k.seek_community * c.third_sector * (1.0 - c.inclusion) * ready, k.seek_nature * ready)


def seek_support(c, hassle, literacy, k, m):
    """At most one new request to the services other than health, from 16 years."""
    hazards = wishes(c, hassle, literacy, k, m)
    u = uniform(m.keys[Purpose.SEEK + 1], c.address)
    rows = np.flatnonzero((u < sum(hazards)) & c.grown & c.alive)
    sums = np.cumsum([h[rows] for h in hazards], axis=0)
    x = u[rows] * np.maximum(1.0, sums[-1])
    service = SUPPORTERS[np.minimum(8, (x >= sums).sum(0))]
    free = c.waiting[service, rows] == 0
    counts = np.where(service == DESK["mental_health"], int(k.mental_contacts + 0.5), 1)
    request(c, service[free], rows[free], counts[free])


# --- the month --------------------------------------------------------------------------------------------------------------


def live(c, k, m):
    """One month of a block of residents."""
    c.age = np.clip((m.month - c.birth_month) // 12, 0, AGES[-1])
    c.band, c.grown = HEALTH_BAND[c.age], c.age >= 16
    die(c, k, m)
    lost, found = work(c, k, m)
    c.jobless = JOBLESS[c.status]
    pool(c, k, m)
    peers, talk = peer_means(c, m)
    fade(c, k)
    learn(c, k, m)
    fall_ill(c, k, m)
    strain_change = feel_strain(c, k)
    stress(c, k, m)
    health(c, k)
    social_quality(c, k)
    remember(c, lost, k)
    feel(c, lost, found, strain_change, peers, k, m)
    hassle = burden(c, k)
    literacy = k.literacy_education[c.education] * (1.0 - k.literacy_language * (1.0 - c.language))
    seek_health(c, hassle, k, m)
    fall_to_hospital(c, k, m)
    hear(c, literacy, talk, k, m)
    seek_support(c, hassle, literacy, k, m)


def columns(people, rows, contacts, areas):
    """Columns of some rows (whole households): floats, codes as machine integers, counters as they are, by service first.

    areas: what the area of each row of the model is like.
    """
    c = SimpleNamespace(rows=rows)
    for name in people.dtype.names:
        column = people[name][rows]
        kind = column.dtype if name in COUNTERS else np.intp if column.dtype.kind in "iu" else float
        setattr(c, name, np.ascontiguousarray(column.T, kind))
    c.alive, c.chronic = c.alive == 1, c.chronic == 1
    c.place = c.municipality
    new = np.flatnonzero((np.diff(c.household, prepend=-1) != 0) | (np.diff(c.place, prepend=-1) != 0))
    c.home = np.repeat(np.arange(len(new)), np.diff(new, append=len(c.place)))
    c.home_place = c.place[new]
    c.address = c.id.astype(np.uint64) * G
    c.contacts = contacts[rows]
    c.distance, c.base_cohesion, c.third_sector = (areas[trait][rows].copy() for trait in ("distance", "cohesion", "third_sector"))
    return c


def cuts(people):
    """Slices of about BLOCK rows that keep households whole."""
    home, place = people["household"], people["municipality"]
    starts = np.flatnonzero(np.r_[True, (home[1:] != home[:-1]) | (place[1:] != place[:-1])])
    edges = np.unique(starts[np.searchsorted(starts, np.arange(0, max(1, len(people) - BLOCK // 2), BLOCK))])
    return [slice(int(a), int(b)) for a, b in zip(edges, [*edges[1:], len(people)], strict=True)]


class VectorModel:
    """The residents of a HyteModel, and their month."""

    @classmethod
    def from_model(cls, model):
        """A copy of the residents, numbers, network and snapshots as they are now."""
        self = cls()
        record = model.coefficients[0]
        self.k = SimpleNamespace(**{name: float(record[name]) if np.ndim(record[name]) == 0 else record[name].copy()
                                    for name in record.dtype.names})
        self.seed, self.month, self.deaths = int(model.seed_value), model.month, 0
        self.mortality = model.mortality.ravel()
        self.hazards, self.hazard_sums = hazard_table(self.k)
        self.incomes = income_table(self.k)
        self.money = np.zeros((len(model.municipalities), len(ITEMS) + 1))  # the last column takes what is not booked
        self.hospital_price = model.desks["price"][:, DESK["hospital"]]
        staffed = (model.desks["capacity"] > 0.0) | (np.asarray(model.values["services.staff_minutes"]) > 0.0)
        self.open_guidance, self.open_outreach = staffed[:, DESK["guidance_centre"]], staffed[:, DESK["outreach_youth_work"]]
        net, n = model.network, len(model.people)
        contacts = csr_array((np.ones(len(net.indices)), net.indices, net.indptr), shape=(n, n))
        areas = model.areas[model.area_bounds[model.people["municipality"]] + model.people["area"]]
        self.blocks = [columns(model.people, rows, contacts, areas) for rows in cuts(model.people)]
        there = np.isfinite(model.seen[:, 0])
        self.known, self.before, self.told = (np.where(there, x, 0.0).astype(float) for x in (1.0, *model.seen.T))
        return self

    def book(self, place, item, euros):
        """Add amounts to the ledger by municipality and item."""
        width = self.money.shape[1]
        self.money += np.bincount(place * width + item, euros, self.money.size).reshape(self.money.shape)

    def step(self):
        """One month of every resident, then the snapshots that peers see next month."""
        self.month += 1
        self.keys = month_keys(self.seed, self.month)
        for c in self.blocks:
            live(c, self.k, self)
        for c in self.blocks:  # snapshots are 32-bit
            self.known[c.rows] = c.alive
            self.before[c.rows] = (c.wellbeing * c.alive).astype(np.float32)
            self.told[c.rows] = (c.awareness * c.alive).astype(np.float32)

    def column(self, name):
        """A column of all residents, in the order of the model's rows."""
        return np.concatenate([getattr(c, name) for c in self.blocks], axis=-1).T

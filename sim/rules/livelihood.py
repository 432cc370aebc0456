"""Work, study, benefits, household income and financial strain."""

import math

import numpy as np

from sim.rules.draws import Purpose, kernel, rule, uniform
from sim.rules.life import OLDEST

WORK, STUDY, CLAIM = int(Purpose.WORK), int(Purpose.STUDY), int(Purpose.CLAIM)
CHILD, STUDENT, CONSCRIPT, EMPLOYED, UNEMPLOYED, SUPPORT, OUTSIDE, PENSIONER = range(8)
BANDS = 9  # 16-17, 18-19, 20-24, 25-29, 30-44, 45-54, 55-59, 60-64, 65 and over
NONE, LOST_JOB, FOUND_JOB = 0, 1, 2
REFUGEE = 1
# Items of the ledger that households cause; sim/ledger.py names them in this order.
TAX, STUDY_GRANT, UNEMPLOYMENT_BENEFIT, SUPPORT_EARLY, SUPPORT_LATE, OTHER_BENEFIT, PENSION, CHILD_BENEFIT, ASSISTANCE = range(9)


WORK_BANDS = (18, 20, 25, 30, 45, 55, 60, 65)
BAND_OF_AGE = np.searchsorted(np.array(WORK_BANDS), np.arange(OLDEST + 1), side="right").astype(np.int64)


@rule
def work_band(age):
    """Row 0-8 of the work tables for an age in years, 16 or more."""
    return BAND_OF_AGE[min(age, OLDEST)]


@rule
def job_hazard(p, row, month, k):
    """Exits from joblessness to a job, per month: h = scale (m + 1/2)^(shape-1) z x exp(support).

    m: months jobless; z: personal frailty (gamma, mean 1); x: education, refugee background by years since the
    permit, and distress; support: log factor lent by services. Shape about 0.5 after Korpela's 13-week exit shares
    (science notes B and D3).
    """
    h = k.work_job_scale[row] * (p.jobless_months + 0.5) ** (k.work_job_shape - 1.0) * p.frailty
    h *= k.work_job_education[p.education]
    if p.origin == REFUGEE:
        years = (month - p.permit_month) / 12.0
        h *= 1.0 - k.work_job_refugee * math.exp(-years / k.work_job_refugee_years)
        h *= 1.0 - k.work_job_language * (1.0 - p.language)
    h *= max(0.0, 1.0 - k.work_job_distress * max(0.0, p.distress - p.dose_relief))
    if p.work_support != 0.0:
        h *= math.exp(p.work_support)
    return h


@rule
def enter(p, status):
    """Move a resident to another main activity; joblessness counts on across benefits and time outside work."""
    p.status = status
    p.status_months = 0
    if status < UNEMPLOYED or status == PENSIONER:
        p.jobless_months = 0


@rule
def graduate(p, age, k, keys):
    """Education reached on leaving school, and the pay that goes with it."""
    u = uniform(keys[STUDY], p.id)
    if p.education == 0 and age >= 18:
        if u < k.study_secondary:
            p.education = 1
            p.wage *= k.wage_premium[1]
    elif p.education == 1 and age >= 22 and u < k.study_tertiary:
        p.education = 2
        p.wage *= k.wage_premium[2]


@rule
def pick(u, a, b, c, d):
    """Which of four competing monthly hazards strikes at the uniform u: 0-3, or -1 for none.

    P(any) = 1 - exp(-(a + b + c + d)); given any, each in proportion to its hazard.
    """
    total = a + b + c + d
    if u >= total:  # 1 - exp(-x) <= x: most months end here without an exponential
        return -1
    chance = 1.0 - math.exp(-total)
    if u >= chance:
        return -1
    x = u / chance * total
    if x < a:
        return 0
    if x < a + b:
        return 1
    return 2 if x < a + b + c else 3


@rule
def count_month(p):
    """One more month in the main activity."""
    p.status_months = min(p.status_months + 1, 1200)


@kernel
def movement(k):
    """Sum of the monthly hazards out of each main activity, float64 (activity, education, row): at a uniform above it nobody moves.

    Those without work, whose hazards are personal, are always asked; children and pensioners never.
    """
    out = np.zeros((8, 3, 2 * BANDS))
    for row in range(2 * BANDS):
        for e in range(3):
            out[EMPLOYED, e, row] = (k.work_job_loss[row] * k.work_job_loss_education[e] + k.work_employed_student[row]
                                     + k.work_employed_outside[row] + k.work_employed_pensioner[row])
            out[STUDENT, e, row] = (k.work_student_employed[row] + k.work_student_jobless[row] + k.work_student_outside[row]
                                    + k.work_student_conscript[row])
            out[CONSCRIPT, e, row] = k.work_conscript_employed + k.work_conscript_student + k.work_conscript_jobless
            out[OUTSIDE, e, row] = (k.work_outside_employed[row] + k.work_outside_jobless[row] + k.work_outside_student[row]
                                    + k.work_outside_pensioner[row])
            out[UNEMPLOYED, e, row] = out[SUPPORT, e, row] = 1.0
    return out


@rule
def may_move(p, age, hazards, keys):
    """Whether `livelihood` may do anything this month: a quick test that lets all such pass. hazards: of `movement`."""
    row = BANDS * p.sex + work_band(age)
    moves = uniform(keys[WORK], p.id) < hazards[p.status, p.education, row]
    return moves | ((p.status == CHILD) & (age >= 16)) | ((p.status != PENSIONER) & (age >= 70))


@rule
def livelihood(p, age, month, k, keys):
    """One month of main activity by competing hazards, once `count_month` has counted it. Returns NONE, LOST_JOB or FOUND_JOB.

    Tables of hazards per month are by sex and age band (row = 9 sex + band), fitted to Statistics Finland's main
    activity by age and sex (docs/odd.md, livelihood). Those for whom `may_move` does not hold need not be asked.
    """
    status = p.status
    if status == CHILD:
        if age >= 16:
            enter(p, STUDENT)
        return NONE
    if status == PENSIONER:
        return NONE
    if age >= 70:
        enter(p, PENSIONER)
        return NONE
    row = BANDS * int(p.sex) + int(work_band(age))
    u = uniform(keys[WORK], p.id)
    if status == EMPLOYED:
        loss = k.work_job_loss[row] * k.work_job_loss_education[p.education]
        what = pick(u, loss, k.work_employed_student[row], k.work_employed_outside[row], k.work_employed_pensioner[row])
        if what == 0:
            enter(p, UNEMPLOYED)
            return LOST_JOB
        if what > 0:
            enter(p, STUDENT if what == 1 else OUTSIDE if what == 2 else PENSIONER)
        return NONE
    if status == STUDENT:
        what = pick(u, k.work_student_employed[row], k.work_student_jobless[row], k.work_student_outside[row],
                    k.work_student_conscript[row])
        if what >= 0:
            graduate(p, age, k, keys)
            enter(p, EMPLOYED if what == 0 else SUPPORT if what == 1 else OUTSIDE if what == 2 else CONSCRIPT)
        return NONE
    if status == CONSCRIPT:
        what = pick(u, k.work_conscript_employed, k.work_conscript_student, k.work_conscript_jobless, 0.0)
        if what >= 0:
            enter(p, EMPLOYED if what == 0 else STUDENT if what == 1 else SUPPORT)
        return NONE
    if status == OUTSIDE:
        what = pick(u, k.work_outside_employed[row], k.work_outside_jobless[row], k.work_outside_student[row],
                    k.work_outside_pensioner[row])
        if what == 0:
            enter(p, EMPLOYED)
            return FOUND_JOB
        if what > 0:
            enter(p, SUPPORT if what == 1 else STUDENT if what == 2 else PENSIONER)
        return NONE
    p.jobless_months = min(int(p.jobless_months) + 1, 1200)
    what = pick(u, job_hazard(p, row, month, k), k.work_jobless_student[row], k.work_jobless_outside[row],
                k.work_jobless_pensioner[row])
    if what == 0:
        enter(p, EMPLOYED)
        return FOUND_JOB
    if what > 0:
        enter(p, STUDENT if what == 1 else OUTSIDE if what == 2 else PENSIONER)
    elif status == UNEMPLOYED and p.status_months >= k.benefit_months:
        enter(p, SUPPORT)
    return NONE


@rule
def earn(p, age, k):
    """Own income of the month before social assistance, EUR2018: `net`, and `tax`, `paid` by the public, on which `entry` of the ledger."""
    at_work = p.status == EMPLOYED
    retired = p.status == PENSIONER
    insured = p.status == UNEMPLOYED
    supported = p.status == SUPPORT
    study = k.benefit_study if age >= 18 else 0.0
    other = 0.0 if p.status == CHILD else study if p.status == STUDENT else k.benefit_other
    pension = max(k.benefit_pension_least, k.benefit_pension_rate * p.wage)
    insurance = max(k.benefit_support, k.benefit_earnings_rate * p.wage)
    benefit = pension if retired else insurance if insured else k.benefit_support if supported else other
    gross = p.wage if at_work else benefit
    rate = min(k.tax_highest, k.tax_base + k.tax_slope * p.wage) if at_work else k.benefit_tax if retired | insured | supported else 0.0
    p.net = gross * (1.0 - rate)
    p.tax = rate * gross
    p.paid = 0.0 if at_work else benefit
    late = SUPPORT_LATE if p.status_months >= k.benefit_support_late else SUPPORT_EARLY
    rest = STUDY_GRANT if p.status == STUDENT else OTHER_BENEFIT
    p.entry = PENSION if retired else UNEMPLOYMENT_BENEFIT if insured else late if supported else rest


@rule
def pool(block, number, lanes, k, money, keys):
    """Share each household's income: benefits, social assistance if claimed, equivalence scale.

    block: for whom `earn` has run, whole households in the first `number` places, `lanes` to work through at a time; money: ledger
    amounts in the order of this file's items; what the public pays is positive, tax negative. A household's sums stand at its first
    member's place. Equivalised by the modified OECD scale (1, 0.5, 0.3; a minor counts 0.3).
    Entitlement: the basic norm plus accepted housing cost above own income; non-take-up follows from `claims`.
    """
    gather(block, number, lanes, money)
    for j in range(lanes):  # of use at first places; the others hold nobody
        p = block[j]
        p.total += k.benefit_child * p.young
        single = p.grown == 1
        head = (k.norm_lone_parent if p.young > 0 else 1.0) if single else k.norm_couple * p.grown
        norm = k.norm_single * (head + k.norm_child * p.young)
        norm += k.norm_rent + k.norm_rent_more * (p.grown + p.young - 1)
        p.gap = norm - p.total
        p.scale = 1.0 + 0.5 * max(0, p.grown - 1) + 0.3 * (p.young if p.grown > 0 else p.young - 1)
        p.share = p.total / p.scale
    children = money[CHILD_BENEFIT]
    for j in range(number):
        p = block[j]
        children += k.benefit_child * p.young
        if (p.gap > 0.0) & (p.grown > 0):
            assist(block, j, number, k, money, keys)
    money[CHILD_BENEFIT] = children
    for j in range(number):
        p = block[j]
        home = block[p.first]
        p.income = home.share
        p.adults = home.grown
        p.minors = home.young
        p.partner = p.partner if home.grown >= 2 else 0
        p.claims = p.claims if (home.gap > 0.0) & (home.grown > 0) else 0


@rule
def gather(block, number, lanes, money):
    """Where each one's household begins, and at that place its adults, minors and income; tax and benefits go to the ledger."""
    for j in range(lanes):
        p = block[j]
        p.grown = 0
        p.young = 0
        p.total = 0.0
        p.paid = p.paid if p.alive == 1 else 0.0
        p.net = p.net if p.alive == 1 else 0.0
        p.tax = p.tax if p.alive == 1 else 0.0
    first = 0
    tax = money[TAX]
    for j in range(number):
        p = block[j]
        first = first if p.household == block[first].household else j
        p.first = first
        home = block[first]
        home.young += p.alive if p.age < 18 else 0
        home.grown += p.alive if p.age >= 18 else 0
        home.total += p.net
        tax -= p.tax
        money[p.entry] += p.paid
    money[TAX] = tax


@rule
def assist(block, first, number, k, money, keys):
    """Social assistance of a household below its norm, whose first adult alive decides whether it claims."""
    home = block[first]
    heard = False
    claims = 0
    i = first
    while i < number and block[i].first == first:
        p = block[i]
        if not heard and p.alive == 1 and p.age >= 18:
            heard = True
            if p.claims == 0:
                ease = math.exp(k.claim_assistance * p.assistance + k.claim_awareness * p.awareness)
                if uniform(keys[CLAIM], p.id) < k.claim_hazard * ease:
                    p.claims = 1
            elif uniform(keys[CLAIM], p.id) > 1.0 - k.claim_lapse:
                p.claims = 0
            claims = p.claims
        i += 1
    for j in range(first, i):
        block[j].claims = claims
    if claims == 1:
        home.total += home.gap
        money[ASSISTANCE] += home.gap
        home.share = home.total / home.scale


@rule
def feel_strain(p, k):
    """Financial strain [0-1] moves towards 1 / (1 + (income / line)^2); a half at the poverty line. Returns the change."""
    line = k.strain_line * k.strain_line
    change = k.strain_pace * (line / (line + p.income * p.income) - p.strain)
    p.strain += change
    return change

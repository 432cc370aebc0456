"""Asking for help, what a contact does, and being handed on (Andersen's predisposing, enabling and need)."""

import math

from sim.rules.awareness import readiness
from sim.rules.draws import Purpose, poisson, quantile, rule, surely_none, uniform
from sim.rules.health import felt
from sim.rules.life import health_band
from sim.rules.livelihood import OUTSIDE, SUPPORT, UNEMPLOYED

SEEK, HOSPITAL_STAY, HANDOFF = int(Purpose.SEEK), int(Purpose.HOSPITAL), int(Purpose.HANDOFF)
(PRIMARY, MENTAL, SOCIAL, FAMILY, EMPLOYMENT, INTEGRATION, GUIDANCE, OUTREACH, HOME_CARE, COMMUNITY, NATURE,
 HOSPITAL) = range(12)
SERVICE_COUNT = 12
# Ledger columns after the nine household items: one per service, then client fees and round-the-clock housing.
FIRST_SERVICE = 9
FEES, HOUSING = FIRST_SERVICE + SERVICE_COUNT, FIRST_SERVICE + SERVICE_COUNT + 1


@rule
def request(p, service, count):
    """Ask a service for `count` contacts; an open request takes them in, but visits at home not made are lost."""
    if p.waiting[service] == 0:
        p.waiting[service] = 1
        p.requests += 1
        p.asks[service] = 0
    elif service == HOME_CARE:
        p.asks[service] = 0
    p.asks[service] = min(int(p.asks[service]) + count, 255)


@rule
def visit_rate(p, age, hassle, k):
    """Visits to primary care expected this month.

    hassle: burden of asking, 0-1.

    Count ~ Poisson(rate x need x age x (1 + illness + distress) x (1 - barrier)); with the personal gamma factor on
    need the year's count is close to negative binomial with size 1 (THL 2022: 6.2 visits, 86 % with any).
    """
    rate = k.visit_rate * p.need * k.visit_age[health_band(age)]
    rate *= 1.0 + k.visit_chronic * p.chronic + k.visit_distress * felt(p)
    if age >= 16:
        rate *= 1.0 - k.visit_barrier * hassle
    if p.manager > 0:  # a case manager sees to it that the same matter is not taken to two desks
        rate *= 1.0 - k.managed_duplicates
    return rate


@rule
def may_visit(p, rate, keys):
    """Whether the resident may ask for health care this month at that rate of visits: a quick test that lets all such pass."""
    return (p.care == 1) | (not surely_none(uniform(keys[SEEK], p.id), rate))


@rule
def seek_health(p, rate, k, keys):
    """Visits asked of primary care, with `rate` expected, and of home care this month."""
    count = poisson(uniform(keys[SEEK], p.id), rate)
    if count > 0:
        request(p, PRIMARY, count)
    if p.care == 1:
        request(p, HOME_CARE, int(k.home_care_visits + 0.5))


@rule
def hospital_rate(p, age, k):
    """Hospital episodes expected this month of a resident with mean need."""
    return k.hospital_rate[health_band(age)] * (1.0 + k.hospital_chronic * p.chronic)


@rule
def falls(p, rate, keys):
    """Whether a hospital episode begins this month: u < rate x square root of need."""
    u = uniform(keys[HOSPITAL_STAY], p.id)
    return u * u < rate * rate * p.need


@rule
def stay_in_hospital(p, age, k, keys, money, price):
    """A hospital episode of one who falls ill, not rationed: cost lognormal around `price` [EUR2018 per episode].

    The same uniform decides whether and, rescaled, how costly: a uniform below p is uniform again after division by p.
    """
    chance = hospital_rate(p, age, k) * math.sqrt(p.need)
    u = uniform(keys[HOSPITAL_STAY], p.id)
    cost = price * math.exp(k.hospital_sigma * quantile(u / chance) - 0.5 * k.hospital_sigma * k.hospital_sigma)
    p.month_cost += cost
    money[FIRST_SERVICE + HOSPITAL] += cost
    p.visits = min(int(p.visits) + 1, 255)


@rule
def may_ask(p, area, age, k, keys):
    """Whether the draw of `seek_support` can lie below the sum of its hazards: a test that is quick and lets all such pass.

    It takes the burden as none, recall and literacy as whole, the young as idle and every refugee as a recent one, and puts
    exp(x) <= 1 / (1 - x).
    """
    u = uniform(keys[SEEK + 1], p.id)
    hard = max(0.0, p.distress - p.dose_relief - k.mental_threshold)
    poor = max(0.0, p.strain - k.social_threshold)
    jobless = (p.status == UNEMPLOYED) | (p.status == SUPPORT)
    voluntary = k.seek_mental * hard + k.seek_social * poor + k.seek_community * area.third_sector + k.seek_nature
    voluntary += k.seek_family * (hard + poor) if p.minors > 0 else 0.0
    voluntary += k.seek_guidance if age < 30 else 0.0
    certain = (k.seek_employment if jobless else 0.0) + (k.seek_outreach if age < 30 else 0.0)
    certain += k.seek_integration * (1.0 - p.language) if p.origin == 1 else 0.0
    push = k.readiness_information * p.awareness + k.readiness_assistance * p.assistance
    return (u - certain) * max(0.0, 1.0 - push) <= 1.01 * k.stage_seek[p.stage] * voluntary


@rule
def seek_support(p, area, age, month, hassle, k, keys, desks):
    """At most one new request a month to the services other than health: competing hazards with need and readiness.

    Those for whom `may_ask` does not hold need not be asked. Services that a scenario has closed (no capacity) are not asked.
    """
    u = uniform(keys[SEEK + 1], p.id)
    d = felt(p)
    jobless = p.status == UNEMPLOYED or p.status == SUPPORT
    ready = readiness(p, hassle, k) * k.stage_seek[p.stage]
    hard = max(0.0, d - k.mental_threshold)
    poor = max(0.0, p.strain - k.social_threshold)
    young = age < 30 and (jobless or p.status == OUTSIDE)
    early = p.origin == 1 and month - p.permit_month < k.integration_months
    mental = k.seek_mental * hard * ready
    social = k.seek_social * poor * ready
    family = k.seek_family * (hard + poor) * ready if p.minors > 0 else 0.0
    work = k.seek_employment if jobless else 0.0
    settle = k.seek_integration * (1.0 - p.language) if early else 0.0
    guide = k.seek_guidance * ready if young and desks[GUIDANCE].capacity > 0.0 else 0.0
    outreach = k.seek_outreach if young and desks[OUTREACH].capacity > 0.0 else 0.0
    community = k.seek_community * area.third_sector * (1.0 - p.inclusion) * ready
    nature = k.seek_nature * ready
    total = mental + social + family + work + settle + guide + outreach + community + nature
    if u >= total:
        return
    # The hazards are small: the chance of any is taken as their sum, capped at one.
    x = u * max(1.0, total)
    service = NATURE
    if x < mental:
        service = MENTAL
    elif x < mental + social:
        service = SOCIAL
    elif x < mental + social + family:
        service = FAMILY
    elif x < mental + social + family + work:
        service = EMPLOYMENT
    elif x < mental + social + family + work + settle:
        service = INTEGRATION
    elif x < mental + social + family + work + settle + guide:
        service = GUIDANCE
    elif x < mental + social + family + work + settle + guide + outreach:
        service = OUTREACH
    elif x < mental + social + family + work + settle + guide + outreach + community:
        service = COMMUNITY
    if p.waiting[service] == 0:
        request(p, service, int(k.mental_contacts + 0.5) if service == MENTAL else 1)


@rule
def handed_on(p, service, chance, k, keys):
    """Refer on to another service; the hand-off is lost with a chance that a case manager lowers."""
    if p.waiting[service] > 0:
        return
    lost = k.handoff_lost * (1.0 - k.handoff_managed) if p.manager > 0 else k.handoff_lost
    if uniform(keys[HANDOFF], p.id) < chance * (1.0 - lost):
        request(p, service, int(k.mental_contacts + 0.5) if service == MENTAL else 1)


@rule
def help_given(p, service, k, keys):
    """What a contact does to the one who is met. Effects are lent doses that fade (see `fade`)."""
    if service == PRIMARY:
        p.dose_relief += k.effect_primary
        if felt(p) > k.mental_threshold:
            handed_on(p, MENTAL, k.handoff_mental, k, keys)
        elif p.strain > k.social_threshold:
            handed_on(p, SOCIAL, k.handoff_social, k, keys)
    elif service == MENTAL:
        p.dose_relief += k.effect_mental
    elif service == SOCIAL:
        p.assistance = max(p.assistance, k.effect_social)
        p.trust += k.effect_trust * (1.0 - p.trust)
    elif service == FAMILY:
        p.dose_relief += k.effect_family
        p.trust += k.effect_trust * (1.0 - p.trust)
    elif service == EMPLOYMENT:
        p.work_support += k.effect_employment
    elif service == INTEGRATION:
        p.language += k.effect_language * (1.0 - p.language)
        p.work_support += k.effect_employment
    elif service == GUIDANCE:
        p.work_support += k.effect_guidance
        p.dose_empowerment += k.effect_empowerment
    elif service == OUTREACH:
        p.trust += k.effect_trust * (1.0 - p.trust)
        p.dose_empowerment += k.effect_empowerment
        handed_on(p, GUIDANCE, k.handoff_guidance, k, keys)
    elif service == COMMUNITY:
        p.dose_inclusion += k.effect_community
    elif service == NATURE:
        p.dose_relief += k.effect_nature


@rule
def fade(p, k):
    """Lent doses fade by a fixed share each month; exact zeros below a trace keep later arithmetic cheap."""
    keep = k.dose_keep
    least = k.dose_least
    p.dose_inclusion = keep * p.dose_inclusion if p.dose_inclusion > least else 0.0
    p.dose_empowerment = keep * p.dose_empowerment if p.dose_empowerment > least else 0.0
    p.dose_relief = keep * p.dose_relief if p.dose_relief > least else 0.0
    p.work_support = keep * p.work_support if abs(p.work_support) > least else 0.0

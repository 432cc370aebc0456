"""The four conditional factors of social quality: security, cohesion, inclusion, empowerment."""

from sim.rules.draws import LANGUAGE, rule, uniform
from sim.rules.health import felt
from sim.rules.life import PENSIONER

REFUGEE = 1


@rule
def towards(now, target, pace):
    """Partial adjustment of an index kept within 0-1: x + pace (target - x)."""
    return min(1.0, max(0.0, now + pace * (target - now)))


@rule
def learn(p, k, keys):
    """Refugees learn the language with time towards what each will reach, drawn once: L' = L + (c - L) (1 - exp(-1 / 12 T))."""
    reach = uniform(keys[LANGUAGE], p.id)
    if (p.origin == REFUGEE) & (p.language < reach):
        p.language += (reach - p.language) * k.language_pace


@rule
def social_quality(p, area, jobless, active, k):
    """One month of the four factors, each an index 0-1 that moves towards its target.

    jobless, active: 1.0 or 0.0. Source of the factors: Beck, van der Maesen & Walker (science notes A3); the
    coefficients are assumptions, see parameters.toml.
    """
    pace = k.quality_pace
    retired = 1.0 if p.status == PENSIONER else 0.0
    alone = 1.0 if p.adults + p.minors <= 1 else 0.0
    p.security = towards(p.security, 1.0 - k.security_strain * p.strain - k.security_jobless * jobless, pace)
    p.cohesion = towards(p.cohesion, area.cohesion + k.cohesion_trust * (p.trust - 0.5), pace)
    p.inclusion = towards(
        p.inclusion,
        k.inclusion_base
        + k.inclusion_active * active
        + k.inclusion_retired * retired
        + k.inclusion_partner * p.partner
        - k.inclusion_alone * alone
        - k.inclusion_language * (1.0 - p.language)
        + k.inclusion_trait * p.trait
        + p.dose_inclusion,
        pace,
    )
    p.empowerment = towards(
        p.empowerment,
        k.empowerment_base
        + k.empowerment_education * p.education
        + k.empowerment_trait * p.trait
        - k.empowerment_distress * felt(p)
        + p.dose_empowerment,
        pace,
    )

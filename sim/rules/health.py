"""Functional health and psychological distress: a stress process with buffers."""

from sim.rules.draws import rule
from sim.rules.life import health_band, shock


@rule
def felt(p):
    """Distress that is felt [SD units]: what is there less what treatment and programmes hold off."""
    return max(0.0, p.distress - p.dose_relief)


@rule
def stress(p, jobless, k, keys):
    """One month of distress: S' = (1 - c) S + v (1 - b support) sum of stressors + shock, never below 0.

    support: mean of cohesion and inclusion; v: vulnerability, falling with the personal trait.
    Source: stress process after Pearlin (science notes D5); financial strain is the heaviest stressor.
    """
    stressors = (
        k.distress_base
        + k.distress_strain * p.strain
        + k.distress_jobless * jobless
        + k.distress_chronic * p.chronic
        + k.distress_lonely * (1.0 - p.inclusion)
    )
    buffer = 1.0 - k.distress_buffer * 0.5 * (p.cohesion + p.inclusion)
    vulnerable = max(0.0, 1.0 - k.distress_trait * p.trait)
    p.distress = (1.0 - k.distress_fade) * p.distress + vulnerable * buffer * stressors + shock(p, k, keys)


@rule
def health(p, age, k):
    """One month of functional health [0-1]: towards 1 less age, long-term illness, care need and distress."""
    target = (
        1.0
        - k.health_age[health_band(age)]
        - k.health_chronic * p.chronic
        - k.health_care * p.care
        - k.health_distress * felt(p)
    )
    p.health += k.health_pace * (min(1.0, max(0.0, target)) - p.health)

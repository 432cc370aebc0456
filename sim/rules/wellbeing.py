"""Wellbeing: a latent EUROHIS-QOL-8 score that returns to a set point made of capabilities and conditions."""

import math

from sim.rules.draws import rule
from sim.rules.health import felt
from sim.rules.livelihood import FOUND_JOB, LOST_JOB


@rule
def capability(p, k):
    """Capability [0-1]: resources times what lets people use them.

    C = mean of resources r x (c0 + c1 cohesion + c2 environment + c3 empowerment), with r: money (1 - strain), health,
    education (0, 1/2, 1) and inclusion. Source: science notes D6, after Maki-Opas, Pieper & Vaarama 2022: education and
    income act mainly through capabilities.
    """
    resources = 0.25 * (1.0 - p.strain + p.health + 0.5 * p.education + p.inclusion)
    conversion = (
        k.capability_own
        + k.capability_social * p.cohesion
        + k.capability_place * k.capability_environment[p.urbanity]
        + k.capability_personal * p.empowerment
    )
    return resources * conversion


@rule
def set_point(p, jobless, k):
    """Where wellbeing returns to [EUROHIS points]: trait, capability, health, social quality, less distress and scar."""
    return (
        k.wellbeing_base
        + p.trait
        + k.wellbeing_capability * capability(p, k)
        + k.wellbeing_health * p.health
        + k.wellbeing_security * p.security
        + k.wellbeing_cohesion * p.cohesion
        + k.wellbeing_inclusion * p.inclusion
        + k.wellbeing_empowerment * p.empowerment
        - k.wellbeing_distress * felt(p)
        - k.wellbeing_jobless * jobless
        - k.wellbeing_scar * p.scar
    )


@rule
def remember(p, jobless, event, k):
    """Scar of unemployment [years remembered]: grows while jobless and at the loss, then halves in `scar_half_life` years."""
    if event == LOST_JOB:
        p.scar += k.scar_loss
    if jobless > 0.0:
        p.scar = min(k.scar_most, p.scar + 1.0 / 12.0)
    elif p.scar > 0.0:
        p.scar *= k.scar_keep


@rule
def feel(p, m, event, strain_change, peers, z, k):
    """One month of wellbeing: W' = m + rho (W - m) + sum b ds + l (peers - W) + e, e ~ N(0, s^2).

    m: set point (`set_point`); ds: job lost, job found, change of strain; peers: mean wellbeing of contacts last month, or own if
    none; e = s z, z: a standard normal draw. Nothing rescales it: its spread is an outcome. Source: science notes D1, D2, D13.
    """
    jump = k.wellbeing_strain_change * strain_change
    jump += k.wellbeing_job_lost if event == LOST_JOB else k.wellbeing_job_found if event == FOUND_JOB else 0.0
    e = k.wellbeing_noise * z
    p.wellbeing = m + k.wellbeing_persistence * (p.wellbeing - m) + jump + k.peer_influence * (peers - p.wellbeing) + e


@rule
def item(wellbeing, z, k):
    """One Likert answer 1-5 to a EUROHIS-QOL-8 question: the latent score plus item noise z ~ N(0,1), rounded."""
    return min(5.0, max(1.0, math.floor(wellbeing + k.survey_item_noise * z + 0.5)))

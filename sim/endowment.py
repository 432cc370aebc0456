"""What a resident brings along: traits, pay, trust, language, illness, and a state to start from."""

import numpy as np
from numba import njit
from scipy.special import gammaincinv

from sim.residents import Origin, rows
from sim.rules.draws import Purpose, address, quantile, uniforms
from sim.rules.life import HEALTH_BANDS
from sim.rules.livelihood import SUPPORT, UNEMPLOYED
from sim.rules.wellbeing import set_point

__all__ = ["endow"]
HEALTH_BOUNDS = np.array(HEALTH_BANDS)


def _uniform(people, purpose, seed):
    return uniforms(np.uint64(address(seed, int(purpose), 0)), people["id"])


@njit(cache=True)
def _normals(u, out):
    for i in range(len(u)):
        out[i] = quantile(u[i])


def _normal(people, purpose, seed):
    u = _uniform(people, purpose, seed)
    out = np.empty_like(u)
    _normals(u, out)
    return out


def _gamma(people, purpose, seed, variance):
    """Gamma with mean 1 and the given variance, by inverse distribution function; all ones if the variance is 0."""
    if variance <= 0.0:
        return np.ones(len(people))
    shape = 1.0 / variance
    return gammaincinv(shape, _uniform(people, purpose, seed)) / shape


def endow(people, values, coefficients, seed, month):
    """Fill the hidden states of rows that enter the model (in place), each by the addressed draws of its own id.

    people: RESIDENT rows with demography filled. Nothing depends on the other rows.
    """
    age = (month - people["birth_month"]) // 12
    people["trait"] = values["wellbeing.trait_sd"] * _normal(people, Purpose.TRAIT, seed)
    people["frailty"] = _gamma(people, Purpose.FRAILTY, seed, values["work.frailty_variance"])
    people["need"] = _gamma(people, Purpose.NEED, seed, values["visit.need_variance"])
    _give_wage(people, values, seed)
    trust = values["trust.mean"] + values["trust.sd"] * _normal(people, Purpose.TRUST, seed)
    people["trust"] = np.clip(trust + values["trust.trait"] * people["trait"], 0.0, 1.0)
    _give_language(people, values, seed, month)
    band = np.searchsorted(HEALTH_BOUNDS, age, side="right")
    prevalence = np.asarray(values["health.start_chronic"])[band]
    tilt = np.asarray(values["health.onset_education"])[people["education"]]
    people["chronic"] = _uniform(people, Purpose.CHRONIC_START, seed) < np.minimum(0.95, prevalence * tilt)
    _give_stage(people, values, seed)
    people["claims"] = _uniform(people, Purpose.CLAIMS, seed) < values["claim.start"]
    jobless = np.isin(people["status"], (UNEMPLOYED, SUPPORT))
    people["strain"] = np.where(jobless, values["strain.start_jobless"], values["strain.start"])
    people["distress"] = values["distress.start"]
    people["health"] = values["health.start"]
    for factor in ("security", "cohesion", "inclusion", "empowerment"):
        people[factor] = values["quality.start"]
    people["start_income"] = people["start_wellbeing"] = np.nan
    _start_wellbeing(rows(people), rows(coefficients))


def _give_wage(people, values, seed):
    """Gross monthly pay if employed: lognormal by sex, times the premium of education, less for refugees."""
    premium = np.cumprod(np.asarray(values["wage.premium"]))
    level = np.asarray(values["wage.median"])[people["sex"]] * premium[people["education"]]
    people["wage"] = level * np.exp(values["wage.sigma"] * _normal(people, Purpose.WAGE, seed))
    people["wage"][people["origin"] == Origin.refugee] *= values["wage.refugee"]


def _give_language(people, values, seed, month):
    """Command of the language: full for those born to Finland, growing with years since the permit for refugees."""
    u = _uniform(people, Purpose.LANGUAGE_START, seed)
    years = np.maximum(0.0, (month - people["permit_month"]) / 12.0)
    learnt = u * (1.0 - np.exp(-years / values["language.learn_years"]))
    people["language"] = 1.0
    refugee = people["origin"] == Origin.refugee
    people["language"][refugee] = learnt[refugee]
    other = people["origin"] == Origin.other_foreign
    people["language"][other] = np.sqrt(u[other])


def _give_stage(people, values, seed):
    """Stage of change at the start: the shares of those not yet acting (40 / 40 / 20: Prochaska & Velicer 1997)."""
    edges = np.cumsum(values["stage.start"])
    people["stage"] = np.searchsorted(edges[:-1], _uniform(people, Purpose.STAGE_START, seed), side="right")


@njit(cache=True)
def _start_wellbeing(people, coefficients):
    k = coefficients[0]
    for p in people:
        jobless = 1.0 if p.status == UNEMPLOYED or p.status == SUPPORT else 0.0
        p.wellbeing = set_point(p, jobless, k)

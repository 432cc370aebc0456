"""Living and dying: age, illness, shocks of life, and death by the life table."""

import math

from sim.rules.draws import Purpose, rule, uniform

DEATH, CHRONIC, BEREAVE, CARE = (int(Purpose[n]) for n in ("DEATH", "CHRONIC", "BEREAVE", "CARE"))
EMPLOYED_LOW, JOBLESS_HIGH = 3, 5  # Status.employed .. Status.labour_market_support
UNEMPLOYED, PENSIONER = 4, 7
OLDEST = 120
HEALTH_BANDS = (18, 35, 50, 65, 75, 85)  # lower age bounds of the health bands 1-6; band 0 is minors
MOST_RAISED = 10.0 / 12.0  # no ratio of mortality is near 10, so a draw above this times the table's hazard survives


@rule
def age_of(p, month):
    """Age in whole years at `month` (months since the start)."""
    return (month - p.birth_month) // 12


@rule
def health_band(age):
    """Band 0-6 of an age in years: minors, then from 18, 35, 50, 65, 75 and 85."""
    a, b, c, d, e, f = HEALTH_BANDS
    return int(age >= a) + int(age >= b) + int(age >= c) + int(age >= d) + int(age >= e) + int(age >= f)


@rule
def death_hazard(p, age, k, mortality):
    """Deaths per year at this age and sex, raised by joblessness and early (disability) pension.

    mortality: array (2, 101), deaths per person-year by sex and single age.
    Source: Statistics Finland life tables; ratios Martikainen & Valkonen (science notes B, mortality).
    """
    h = mortality[p.sex, min(age, 100)]
    if p.status == UNEMPLOYED or p.status == JOBLESS_HIGH:
        h *= k.mortality_jobless[p.sex]
    elif p.status == PENSIONER and age < 60:
        h *= k.mortality_early_pension
    return h


@rule
def may_die(p, age, mortality, keys):
    """Whether `dies` may hold: a quick test, without what raises the hazard, that lets all such pass."""
    return uniform(keys[DEATH], p.id) <= MOST_RAISED * mortality[p.sex, min(age, 100)]


@rule
def dies(p, age, k, mortality, keys):
    """Whether the resident dies this month: probability 1 - exp(-h / 12)."""
    if not may_die(p, age, mortality, keys):
        return False
    return uniform(keys[DEATH], p.id) < 1.0 - math.exp(-death_hazard(p, age, k, mortality) / 12.0)


@rule
def fall_ill(p, age, k, keys):
    """Onset of and recovery from long-term illness.

    Onset per month rises with age band, financial strain and low education; 1 - exp(-h) is taken as h, which is small.
    """
    band = health_band(age)
    onset = k.health_onset[band] * (1.0 + k.health_onset_strain * p.strain) * k.health_onset_education[p.education]
    change = onset if p.chronic == 0 else k.health_recovery
    p.chronic = p.chronic ^ (1 if uniform(keys[CHRONIC], p.id) < change else 0)


@rule
def need_care(p, age, k, keys):
    """Entry of the old to home care if they are ill for long, and from there to round-the-clock housing."""
    band = health_band(age)
    home = k.care_home_onset[band] * p.chronic
    housing = k.care_housing_onset[band]
    further = home if p.care == 0 else housing if p.care == 1 else 0.0
    p.care += 1 if uniform(keys[CARE], p.id) < further else 0


@rule
def shock(p, k, keys):
    """Distress [SD units] that a bereavement, separation or the like brings this month; 0 in most months."""
    return k.distress_event if uniform(keys[BEREAVE], p.id) < k.distress_event_rate else 0.0

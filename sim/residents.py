"""The resident: one row of one structured array, its codebook, and the AgentSet verbs on rows."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from numba import config

__all__ = [
    "CODEBOOK",
    "RESIDENT",
    "SERVICES",
    "VISIT_BITS",
    "VISIT_MONTHS",
    "Care",
    "Education",
    "Group",
    "Origin",
    "Sex",
    "Stage",
    "Status",
    "Urbanity",
    "rows",
]


class Sex(IntEnum):
    """Sex as registered (sukupuoli)."""

    man = 0
    woman = 1


class Education(IntEnum):
    """Highest completed education (koulutusaste)."""

    basic = 0
    upper_secondary = 1
    tertiary = 2


class Origin(IntEnum):
    """Background (syntyperä): born to Finland, refugee background, other foreign background."""

    finnish = 0
    refugee = 1
    other_foreign = 2


class Status(IntEnum):
    """Main activity (pääasiallinen toiminta), one at a time."""

    child = 0
    student = 1
    conscript = 2
    employed = 3
    unemployed = 4
    labour_market_support = 5
    outside = 6
    pensioner = 7


class Care(IntEnum):
    """Long-term care: none, regular home care, round-the-clock housing or placement."""

    none = 0
    home_care = 1
    housing = 2


class Stage(IntEnum):
    """Stages of change (Prochaska & Velicer 1997)."""

    precontemplation = 0
    contemplation = 1
    preparation = 2
    action = 3
    maintenance = 4


class Urbanity(IntEnum):
    """Statistics Finland's three-class municipality grouping (kuntaryhmitys)."""

    urban = 0
    semi_urban = 1
    rural = 2


class Group(IntFlag):
    """At-risk groups as bits of `groups`; a resident may be in several."""

    neet = 1
    labour_market_support = 2
    refugee = 4
    heavy_user = 8
    family = 16


SERVICES = (
    "primary_care",
    "mental_health",
    "social_work",
    "family_services",
    "employment_services",
    "integration_services",
    "guidance_centre",
    "outreach_youth_work",
    "home_care",
    "community_groups",
    "nature_culture",
    "hospital",
)


@dataclass(frozen=True)
class Field:
    """One column of the residents' array: what a codebook says of it."""

    name: str
    dtype: object
    unit: str
    range: str
    meaning: str


_S = len(SERVICES)
VISIT_BITS, VISIT_MONTHS = 5, 12  # of `visit_ring`
CODEBOOK = (
    Field("id", "i8", "-", ">= 0", "permanent identity; twins in two arms share it"),
    Field("household", "i8", "-", ">= 0", "identity of the household; members stand in adjacent rows"),
    Field("trait", "f8", "EUROHIS points", "any", "personal constant of the wellbeing set point"),
    Field("frailty", "f8", "ratio", "> 0", "personal factor on finding work, gamma with mean 1"),
    Field("need", "f8", "ratio", "> 0", "personal factor on visits to health services, gamma with mean 1"),
    Field("wage", "f8", "EUR2018 per month", ">= 0", "gross monthly pay if employed"),
    Field("income", "f8", "EUR2018 per month", ">= 0", "equivalised household income after social assistance"),
    Field("strain", "f8", "index", "0-1", "financial strain"),
    Field("health", "f8", "index", "0-1", "functional health"),
    Field("distress", "f8", "SD units", ">= 0", "psychological distress"),
    Field("security", "f8", "index", "0-1", "social quality: socio-economic security"),
    Field("cohesion", "f8", "index", "0-1", "social quality: social cohesion"),
    Field("inclusion", "f8", "index", "0-1", "social quality: social inclusion"),
    Field("empowerment", "f8", "index", "0-1", "social quality: social empowerment"),
    Field("wellbeing", "f8", "EUROHIS-QOL-8 score", "1-5 in practice, not clipped", "latent quality of life"),
    Field("scar", "f8", "years", ">= 0", "unemployment still remembered"),
    Field("awareness", "f8", "index", "0-1", "campaign recall (adstock)"),
    Field("assistance", "f8", "index", "0-1", "help with applying at hand, fading"),
    Field("trust", "f8", "index", "0-1", "trust in services"),
    Field("language", "f8", "index", "0-1", "command of Finnish or Swedish"),
    Field("dose_inclusion", "f8", "index", ">= 0", "inclusion lent by groups and programmes, fading"),
    Field("dose_empowerment", "f8", "index", ">= 0", "empowerment lent by programmes, fading"),
    Field("dose_relief", "f8", "SD units", ">= 0", "distress held off by treatment and programmes, fading"),
    Field("work_support", "f8", "log ratio", "any", "log factor on finding work lent by services, fading"),
    Field("start_income", "f8", "EUR2018 per month", ">= 0 or nan", "equivalised income at the start of measuring"),
    Field("start_wellbeing", "f8", "EUROHIS points", "any or nan", "wellbeing at the start of measuring"),
    Field("wellbeing_sum", "f8", "EUROHIS point-months", ">= 0", "wellbeing added up over measured months"),
    Field("cost_sum", "f8", "EUR2018", ">= 0", "resource cost added up over measured months"),
    Field("month_cost", "f8", "EUR2018", ">= 0", "service cost of this month so far"),
    Field("year_cost", "f8", "EUR2018", ">= 0", "service cost of the last 12 months, whole euros"),
    Field("visit_ring", "u8", "bits", "-", "contacts of each of the last 12 months, five bits each (at most 31), the latest lowest"),
    Field("birth_month", "i4", "months since the start month", "any", "month of birth"),
    Field("permit_month", "i4", "months since the start month", "any", "month of the residence permit, if refugee"),
    Field("cost_ring", ("u2", (12,)), "EUR2018", "0-65535", "service cost of each of the last 12 months"),
    Field("municipality", "i2", "index", ">= 0", "row of the model's table of municipalities"),
    Field("area", "i2", "index", ">= 0", "area within the municipality"),
    Field("status_months", "i2", "months", ">= 0", "months in the present main activity"),
    Field("jobless_months", "i2", "months", ">= 0", "months since last in work, study or service, if unemployed"),
    Field("sex", "u1", "code", "Sex", "sex"),
    Field("education", "u1", "code", "Education", "highest completed education"),
    Field("origin", "u1", "code", "Origin", "background"),
    Field("status", "u1", "code", "Status", "main activity"),
    Field("urbanity", "u1", "code", "Urbanity", "class of the area of residence"),
    Field("alive", "u1", "flag", "0-1", "1 while a resident; 0 from death or leaving until the yearly re-sort"),
    Field("partner", "u1", "flag", "0-1", "lives with a spouse or partner"),
    Field("adults", "u1", "persons", ">= 0", "adults of 18+ in the household"),
    Field("minors", "u1", "persons", ">= 0", "children under 18 in the household"),
    Field("claims", "u1", "flag", "0-1", "household applies for social assistance when entitled"),
    Field("chronic", "u1", "flag", "0-1", "long-term illness that limits daily life"),
    Field("care", "u1", "code", "Care", "long-term care"),
    Field("stage", "u1", "code", "Stage", "stage of change towards seeking help"),
    Field("stage_months", "u1", "months", "0-255", "months in the present stage"),
    Field("programme", "u1", "index", "0 or 1-255", "programme joined, 0 if none"),
    Field("programme_months", "u1", "months", "0-255", "months in the programme"),
    Field("manager", "u1", "index", "0 or 1-255", "integrated service with a case manager, 0 if none"),
    Field("manager_months", "u1", "months", "0-255", "months with the case manager"),
    Field("finished", "u4", "bits", "-", "programmes completed or left, one bit each"),
    Field("groups", "u1", "bits", "Group", "at-risk groups this month"),
    Field("start_groups", "u1", "bits", "Group", "at-risk groups at the start of measuring or on arrival"),
    Field("start_fifth", "u1", "fifth", "0-5", "income fifth at the start of measuring; 0 for those who came later"),
    Field("ever_groups", "u1", "bits", "Group", "at-risk groups of any measured month"),
    Field("visits", "u1", "contacts", "0-255", "contacts of this month"),
    Field("requests", "u1", "requests", "0-12", "open requests for help"),
    Field("waiting", ("u1", (_S,)), "months", "0-255", "months each open request has waited plus one, 0 if none"),
    Field("asks", ("u1", (_S,)), "contacts", "0-255", "contacts asked for in each open request"),
)
RESIDENT = np.dtype(
    [(f.name, *(f.dtype if isinstance(f.dtype, tuple) else (f.dtype,))) for f in CODEBOOK],
    align=True,  # eight-byte columns that straddle cache lines cost a third of the speed
)


def rows(array):
    """The array as the rules want it: as it is when compiled, with attribute access when the compiler is off."""
    return array.view(np.recarray) if config.DISABLE_JIT else array

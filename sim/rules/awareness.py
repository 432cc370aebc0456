"""Hearing of help and being ready for it: recall of campaigns, word of mouth, stages of change, take-up."""

import math

from sim.rules.draws import Purpose, rule, uniform
from sim.rules.health import felt

STAGE = int(Purpose.STAGE)
MAINTENANCE = 4


@rule
def literacy(p, k):
    """How much of a message gets through [0-1]: education times command of the language."""
    return k.literacy_education[p.education] * (1.0 - k.literacy_language * (1.0 - p.language))


@rule
def burden(p, area, k):
    """Hassle and stigma of asking for help [0-1]: distress, strain, language, distance of the area; trust lightens it.

    Needier people meet more of it (science notes D9).
    """
    b = (
        k.burden_base
        + k.burden_distress * felt(p)
        + k.burden_strain * p.strain
        + k.burden_language * (1.0 - p.language)
        + area.distance
        + k.burden_stage[p.stage]
        - k.burden_trust * (p.trust - 0.5)
    )
    return min(1.0, max(0.0, b))


@rule
def readiness(p, b, k):
    """Factor on asking for voluntary help: exp(information x recall x literacy + assistance x help at hand x burden) (1 - burden).

    b: burden. The two effects are scaled so that at mean literacy and burden information multiplies enrolment by 1.87 and help
    with applying by a further 1.69 (6, 11 and 18 % in nine months: Finkelstein & Notowidigdo; science notes A4, D9).
    """
    if p.awareness == 0.0 and p.assistance == 0.0:
        return 1.0 - b
    push = k.readiness_information * p.awareness * literacy(p, k) + k.readiness_assistance * p.assistance * b
    return (1.0 - b) * math.exp(push)


@rule
def take_up(p, hassle, k):
    """Enrolment in an offered voluntary programme, per month: base hazard x readiness at the burden `hassle`."""
    return k.readiness_base * readiness(p, hassle, k)


@rule
def recall(p, talk, k):
    """Recall fades by adstock and is refreshed by contacts who remember: A' = f A + w (mean A of contacts) (1 - A)."""
    a = k.awareness_keep * p.awareness + k.awareness_talk * talk * (1.0 - p.awareness)
    p.awareness = a if a >= k.awareness_least else 0.0  # forgotten: an exact zero keeps later arithmetic cheap
    p.assistance = k.assistance_keep * p.assistance if p.assistance > k.awareness_least else 0.0


@rule
def change_stage(p, k, keys):
    """One month of the stage of change.

    Forward with hazard by stage, raised by recall that gets through; back by relapse, which falls with time
    (43 % in the first year, 7 % after five: science notes A4).
    """
    months = min(int(p.stage_months) + 1, 255)
    forward = k.stage_forward[p.stage] * (1.0 + k.stage_awareness * p.awareness * literacy(p, k))
    relapse = k.stage_relapse_early if months < 60 else k.stage_relapse_late
    back = k.stage_back[p.stage]
    back = relapse if p.stage == MAINTENANCE else back
    u = uniform(keys[STAGE], p.id)
    step = 1 if u < forward else -1 if u > 1.0 - back else 0
    p.stage = min(p.stage + step, MAINTENANCE)
    p.stage_months = months if step == 0 else 0

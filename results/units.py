"""Units of settings and of the model's numbers, and what settings mean, in the language in use."""

from results.language import say, word

__all__ = ["UNITS", "unit"]

UNITS = (
    word("participants at a time per 1,000 residents"), word("ratio to base take-up"), word("index 0-1"), word("probability per month"),
    word("index points"), word("SD units"), word("share of what is missing"), word("EUR2018 per session hour of a facilitator"),
    word("hours per session"), word("workers per 10,000 residents"), word("client hours per worker per month"),
    word("EUR2018 per 10,000 residents per month"), word("per year"), word("elasticity"), word("ratio less one"), word("ratio"),
    word("share"), word("share of what is missing per month"), word("months"), word("km"), word("EUR2018 per municipality per month"),
    word("EUR2018 per adoption"), word("case managers per 10,000 residents"), word("clients per case manager"),
    word("EUR2018 per client"), word("EUR2018 per client per month"), word("log ratio"), word("unit of what is moved"),
    word("EUR2018 per 1,000 residents per month"), word("level"), word("EUR2018 per dimension per municipality per month"),
    word("exponent"), word("respondents per area"), word("EUROHIS points"), word("EUR2018 per respondent"),
    word("EUR2018 per municipality and review"), word("EUR2018 per partner per month"), word("participants per room"),
    word("clients at a time per worker"), word("EUR2018 per worker per year"), word("share of segment per month"),
    word("contacts per month"), word("index per exposure"), word("persons asked per municipality"), word("share of those met"),
    word("ratio to the error there is"), word("EUR2018 per person asked"), word("EUR2018 per survey"),
    word("EUR2018 per resident reported"), word("EUR2018 per municipality and round"), word("job coaches per 10,000 residents"),
    word("clients at a time per coach"), word("ratio of job finding"), word("share of eligible families per month"),
    word("probability per month with a contact"), word("hazard when offered"), word("EUR2018 per card"), word("EUR2018 per card given"),
    word("hazard per month"), word("seats per 1,000 residents per month"), word("EUR2018 per person and visit"),
    word("log ratio per unit of the distance index"), word("ratio per unit of strain"), word("probability per acquaintance and month"),
    word("SD units per visit"), word("index points per visit"), word("changes of size, in order of date"), word("weeks"),
    word("sessions per week"), word("participants per group"), word("facilitators per group"), word("online: distance is no burden"),
    word("names of other interventions of this scenario"), word("innovation -> municipalities that use it from its start"),
    word("members of the segment that an evaluator asks in each municipality"), word("whose desks are moved"),
    word("dimensions that it may work on"), word("how many of them at a time: those that the last self-assessment rates lowest"),
    word("months between self-assessments"), word("services whose staff minutes are shared out"),
    word("interventions whose places and money are shared out"), word("months between reviews"),
    word("months from a review until it takes effect"), word("what actors bring each month; a list, or the name of a CSV file"),
    word("what people are asked to do, in words"),
    word("which of the eight benchmark criteria of social marketing (NSMC) the campaign meets"),
    word("interventions whose size follows measured need"),
    word("what is known: nothing, registers, and a survey, and practitioners' reports"),
    word("who makes the survey: each municipality as many persons, or the county one sample by residents"),
    word("who moves effort: each municipality between its own, or the county between municipalities too"),
    word("what effort is moved between"), word("months from one round to the next"),
    word("months from asking to the report and what follows from it"), word("months of contacts that practitioners report on"),
    word("years"), word("months of monitoring taken together"), word("months until the monitoring can be read"),
    word("campaigns whose emphasis follows the monitoring"), word("ratio to the planned size"), word("EUR"),
    word("a service, or the name of another intervention"), word("minutes, EUR2018 or rooms per month"),
    word("EUR2018 per child per month"), word("EUR2018 per contact"), word("EUR2018 per further person per month"),
    word("EUR2018 per month"), word("EUROHIS points per SD unit"), word("EUROHIS points per unit of strain"),
    word("EUROHIS points per year remembered"), word("QALY weight"), word("QALY weight per SD unit"), word("SD of chance"),
    word("SD units per month"), word("children"), word("classes per SD unit"), word("classes per unit of strain"), word("contacts"),
    word("hazard per month per SD unit"), word("hazard per month per unit of strain"), word("index"), word("index of assistance"),
    word("index per EUROHIS point"), word("index per SD unit"), word("index per doubling of opening hours"), word("index per level"),
    word("index per level of care"), word("index per unit of strain"), word("index per unit of trust"), word("level 1-5"),
    word("log points"), word("log ratio per unit of burden"), word("logit"), word("logit per EUROHIS point"), word("logit per SD unit"),
    word("logit per ten years"), word("logit per unit of the index"), word("minutes per contact"), word("minutes per resident per month"),
    word("odds ratio"), word("per month"), word("persons"), word("persons per 1,000 residents per year"), word("points 0-10"),
    word("points per EUROHIS point"), word("probability"), word("probability per year"), word("rate ratio"),
    word("ratio per EUROHIS point"), word("ratio per SD unit"), word("ratio per unit of recall"), word("rounds"), word("shape"),
    word("share avoided"), word("share kept per month"), word("share of contacts"), word("share of families"),
    word("share of families with minors"), word("share of gross pay"), word("share of lone parents"),
    word("share of men outside the labour force"), word("share of residents"), word("share of the unemployed"),
    word("share of those without partner or child"), word("share per EUR2018 per month"), word("share per SD unit"),
    word("share per month"), word("uniform units"), word("variance"), word("weight"),
)


def unit(text):
    """A unit, or what a setting means, in the language in use; in English where it has no words there."""
    return say(text) if text in UNITS else text

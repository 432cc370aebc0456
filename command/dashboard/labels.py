"""How the form calls units and choices: words for the names that scenario files use, in the language in use."""

from results.language import say, word
from results.words import label

__all__ = ["CHOICES", "UNITS", "choice", "unit"]

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
)
CHOICES = {
    "survey": word("a survey"), "register": word("registers"), "equal": word("equal shares"), "none": word("nothing"),
    "survey_practitioners": word("a survey and practitioners' reports"), "municipalities": word("municipalities"),
    "blocks": word("interventions"), "both": word("both"),
    # whom a segment means, and what the entries of tables are
    "basic": word("Basic education"), "upper_secondary": word("Upper secondary education"), "tertiary": word("Tertiary education"),
    "urban": word("Town"), "semi_urban": word("Semi-urban"), "rural": word("Countryside"), "men": word("men"), "women": word("women"),
    "precontemplation": word("precontemplation"), "contemplation": word("contemplation"), "preparation": word("preparation"),
    "action": word("action"), "maintenance": word("maintenance"), "strained": word("under strain"), "jobless": word("out of work"),
    "low_income": word("low income"), "nature": word("nature"), "culture": word("culture"), "lowest": word("lowest"),
    "highest": word("highest"), "concept_breadth": word("Breadth of the concept"), "participation": word("Participation"),
    "collaboration": word("Collaboration"), "leadership": word("Leadership"), "indicators": word("Use of indicators"),
    "social_marketing": word("Social marketing"),
    # what partners bring
    "public": word("public sector"), "private": word("private sector"), "euros": word("money"), "rooms": word("rooms"),
    # the benchmark criteria of social marketing
    "behaviour": word("behaviour as the goal"), "orientation": word("people at the centre"), "theory": word("theory of behaviour"),
    "insight": word("insight into what moves people"), "exchange": word("exchange"), "competition": word("competition"),
    "segmentation": word("segmentation"), "methods_mix": word("mix of methods"),
}
COUNTY = "county:"


def unit(text):
    """A unit, or what a setting means, in the language in use; in English where it has no words there."""
    return say(text) if text in UNITS else text


def choice(value):
    """One of the values that a setting may have; nothing where it says nothing."""
    if value in (None, ""):
        return say("any")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if value.startswith(COUNTY):
        return say("all of {county} (county)", county=value.removeprefix(COUNTY))
    return say(CHOICES[value]) if value in CHOICES else label(value)

"""How the form calls choices and entries of tables: words for the names that scenario files use, in the language in use."""

from results.language import say, word
from results.words import label

__all__ = ["CHOICES", "choice"]

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
    "public": word("public sector"), "private": word("private sector"), "euros": word("money"), "rooms": word("Rooms"),
    # the benchmark criteria of social marketing
    "behaviour": word("behaviour as the goal"), "orientation": word("people at the centre"), "theory": word("theory of behaviour"),
    "insight": word("insight into what moves people"), "exchange": word("exchange"), "competition": word("competition"),
    "segmentation": word("segmentation"), "methods_mix": word("mix of methods"),
}
COUNTY = "county:"


def choice(value):
    """One of the values that a setting may have; nothing where it says nothing."""
    if value in (None, ""):
        return say("any")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if value.startswith(COUNTY):
        return say("all of {county} (county)", county=value.removeprefix(COUNTY))
    return say(CHOICES[value]) if value in CHOICES else label(value)

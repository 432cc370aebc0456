"""What the model's own scenarios say that they rest on, in the language in use; of one's own scenarios in the words of their files."""

from results.language import say, word

__all__ = ["GROUNDS", "grounds"]

GROUNDS = (
    word("Official population statistics of 2018 and rates from the literature; no intervention."),
    word(
        "The model's links from benefits to strain, wellbeing and work; opening hours by assumption. No published evaluation of"
        " this change."
    ),
    word("Official populations; areas, their differences within a class and their needs are assumed, not measured."),
    word(
        "Group effects from the literature; number of places and the partnership table are examples, all areas are made by the "
        "model."
    ),
    word("Group effects from the literature; places, partners, the survey and all differences between areas are assumptions."),
    word("Effects from the literature (parameters.toml); reach, capacity and costs assumed."),
    word("Official population statistics and rates of 2018 from the literature; no intervention."),
    word(
        "Project cost and grant as stated; barrier and seat cap from the culture pass Kaikukortti; effects half of published "
        "ones; offer, use, budget and prices assumed. Not the project's own results."
    ),
    word(
        "Pilots, money and hazards of spread assumed; effects from the literature; populations of 2016, prices of 2018. No "
        "evaluation of the real projects is used."
    ),
    word("As metropolia_innovations, with hazards of learning 0: no other municipality takes anything into use."),
    word("Official population statistics of 2016 and rates from the literature; no innovation is in use anywhere."),
    word(
        "Effects from the literature on groups, outreach, case management and campaigns; reach, capacity and costs assumed. Not"
        " PROMEQ's own results."
    ),
    word(
        "Programmes with effects from the literature; errors, costs and use of reporting assumed (parameters.toml, "
        "[reporting])."
    ),
    word("Official population statistics; programmes with effects from the literature (parameters.toml); sizes assumed."),
)


def grounds(text):
    """What a scenario rests on, in the language in use where it is one of the model's own."""
    return say(text) if text in GROUNDS else text

"""The messages of a scenario's check in the language in use.

The check writes English, on the command line and in files alike. Here each form of a message is known, so that the facts in it are found
again and told in another language; a message of a form that is not known stays as it is.
"""

import re
from functools import cache

from results.language import current, say, word
from results.units import unit

__all__ = ["FORMS", "tell"]

FORMS = (
    # of one setting
    word("unknown setting '{name}'."), word("unknown section '{name}'."), word("unknown key '{name}' at the top."), word("missing."),
    word("{value} must be above {limit}."), word("{value} must be at least {limit}."), word("{value} must be below {limit}."),
    word("{value} must be at most {limit}."), word("{number} is above {limit} ({unit})."), word("{number} is below {limit} ({unit})."),
    word("{value} is not one of {options}."), word('"{value}" may hold only letters, digits, - and _.'),
    word("is empty; give at least one."), word("needs a number [{unit}], not {value}."), word("needs a table, {name}."),
    word("needs {wanted}, not {value}."), word("the unit is '{name}' but must be '{names}'."),
    word("a quantity without a value [{unit}]."), word("missing; there is no default for it [{unit}]."),
    word("{number} lies outside 0-1 ({unit})."), word("value {number} lies outside low {low} - high {high}."),
    word("give both low and high (the 95 % range), or neither."), word("every number must be finite."),
    word("1 (low and high of a table are ratios to its values) lies outside low {low} - high {high}."),
    word("no beta distribution has mean {number} and 95 % range {low} - {high}."),
    word("a gamma distribution needs a value above 0, not {number}."), word("a lognormal needs low above 0, not {number}."),
    word("a table of ratios needs low above 0, not {number}."), word("low {low} - high {high} reaches outside 0-1 ({unit})."),
    word("an empty segment: age_min {low} is above age_max {high} (years)."), word("there is no parameter '{name}'."),
    word("an empty segment: neet youth are {low}-{high} years old."),
    word("an impossible budget: the grant {number} is above the cost {limit} (EUR)."),
    # of interventions, places, dates, files
    word("there is no such scenario."), word("there is no scenario '{name}' to compare with."),
    word("there is no scenario '{name}' to extend."), word("missing kind."),
    word("no intervention kind '{name}'."), word("there is no other intervention '{name}' in this scenario."),
    word("'{name}' is already steered by '{other}'."), word("'{name}' is named twice."), word("no municipality '{name}'."),
    word("no municipality has the code '{name}'."), word("no wellbeing services county '{name}'."), word("no place; give at least one."),
    word("{names} is not among the scenario's own places."), word("{day} lies outside the run."),
    word("dates reversed: end {end} is before start {start}."), word("both months and end are given."),
    word("dates not in order: {day} comes after {limit} in the schedule."),
    word("{day} is not after the start and before the end of the intervention."), word("{names} is not among the places of {name}."),
    word("'{name}' is a {words}; needs a {names}."), word("nothing to share out: give services, blocks or partners."),
    word("area '{name}' without the municipality it lies in."), word("'{name}' is not one municipality."),
    word("minutes serve a service, not '{name}'."), word("rooms serve a programme with places, not the service '{name}'."),
    word("no lever moves '{name}'."), word("needs one of factor (ratio) and to (in the unit of what is moved)."),
    word("'{name}' needs services."), word("'{name}' takes no services."),
    word("opening needs a factor on opening hours above zero (ratio)."), word("{day} is not the first day of a month."),
    word("neither fraction nor residents is given."), word("there is no file '{name}'."),
    # of the text itself
    word("a second table is named [{name}]."), word("this key is set twice in its table."), word("a decimal comma."),
    word("a number with a leading zero."), word("not a yes/no value."), word("the value is missing or not readable."),
    word("a quote or bracket that was opened is not closed."), word("a key without '='."), word("this line is not TOML."),
    word("a name with other letters than a-z stands without quotes."), word("the file says nothing."),
    # what would be right
    word("Did you mean '{name}'?"), word("Known: {names}."), word("Known kinds: {names}."), word("Needs {wanted}."),
    word("It belongs under [scenario]."), word("Keep one of the two."), word("The run measures {start} to {end}."),
    word("The scenario has: {names}."), word("Give a number, with its source if it has one."), word("Name it in one of the two."),
    word('Use a Finnish name, a code, "county:NAME" or "all".'), word("Use {value}."), word("Services: {names}."), word("Remove services."),
    word("It moves {names}, or a parameter of {words}."),
    word("Write decimals with a point, as in 0.4."),
    word("Write true or false, in lower case."), word('Text needs quotes ("Mikkeli"), dates look like 2018-01-01.'),
    word("Close it on this line or before the next key."), word("Each name can be used once; rename or join the two."),
    word('Put it in quotes, as in [interventions."työpajat"].'), word("`hytesim scenarios new NAME` starts one."),
    word("Each line is `key = value`, or `[table]`."), word("Each line is `key = value`, `[table]` or a comment after #."),
    word("Write a number or { value = …, low = …, high = … }."), word("`hytesim scenarios kinds` lists all."),
    word("For example fraction = 0.04 (residents per real resident)."),
    # words that stand in them
    word("a whole number"), word("a number"), word("text in quotes"), word("true or false"),
    word("a date such as 2018-01-01 (no quotes)"), word("a list in square brackets"), word("a table of key = value"), word("a value"),
    word("a table"), word("a list"), word('the text "{words}"'), word("{value} ({unit})"),
)
NAMES = ("name", "names", "words")  # facts that are told as they are
NUMBER = "[-+0-9.,e]+?"
PLACE = re.compile(r"\{(\w+)\}")
ENDS = re.compile(r"(?<=[.?]) (?=[A-Z`])")  # between a message and what would be right


def tell(text):
    """A message in the language in use."""
    if current() == "en":
        return text
    whole = _one(text)
    return whole if whole != text else " ".join(map(_one, ENDS.split(text)))


def _one(text):
    """A sentence, or a word that stands in one."""
    for form, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return say(form, **{name: fact if name in NAMES else _fact(fact) for name, fact in found.groupdict().items()})
    return unit(text)


def _fact(text):
    return _one(text.replace(" or ", ", "))


@cache
def _patterns():
    """Each form with the pattern of the messages that it makes."""
    return [(form, re.compile("".join(_pattern(part) if k % 2 else re.escape(part) for k, part in enumerate(PLACE.split(form))), re.DOTALL))
            for form in FORMS]


def _pattern(fact):
    return f"(?P<{fact}>{NUMBER if fact == 'number' else '.+?'})"

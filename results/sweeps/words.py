"""What measures and numbers of a sweep are called where people read them, in the language in use."""

from results.language import say, word
from results.sweeps.read import MEASURES
from results.words import label, number, plain

__all__ = ["NAMES", "called", "described", "four", "per_cent", "short"]

NAMES = {
    "wellby": word("WELLBYs"), "qaly": word("QALYs"), "gap": word("gap of at-risk groups"), "wellbeing": word("mean wellbeing"),
    "cost_public": word("public cost"), "cost_society": word("cost to society"), "all of these": word("all of these"),
}


def short(path):
    """A dotted path without its section."""
    return path.split(".", 1)[1] if path.startswith(("parameters.", "interventions.")) else path


def called(measure):
    """A measure's name in a sentence: that of the table's column where there is none in words."""
    if measure in NAMES:
        return say(NAMES[measure])
    for head, text in (("gap_", word("gap: {who}")), ("cost_", word("cost: {who}"))):
        if measure.startswith(head):
            return say(text, who=label(measure.removeprefix(head)))
    return label(measure)


def described(measure):
    """A measure in words with its unit, for an axis."""
    return say(MEASURES[measure]) if measure in MEASURES else called(measure)


def four(value):
    """A number with four significant digits."""
    return plain(float(f"{value:.4g}"))


def per_cent(share):
    """A share as a whole number of per cent, without the sign."""
    return number(100 * share, 0)

"""What the names in the tables are called where people read them, and how numbers are written."""

import math

from results.language import MARKS, current, say, word

__all__ = [
    "ACTIVITIES", "GROUPS", "OUTCOMES", "PAYERS", "QUADRANTS", "SERVICES", "STEPS", "between", "decimals", "label", "money",
    "money_scale", "moneys", "number", "per_cent", "plain", "share", "signed", "small",
]  # fmt: skip

GROUPS = {
    "neet": word("NEET youth"),
    "labour_market_support": word("Long-term unemployed"),
    "refugee": word("Refugees"),
    "heavy_user": word("Heavy service users"),
    "family": word("Families under strain"),
    "any": word("Any at-risk group"),
    "none": word("No at-risk group"),
    "all": word("All residents"),
}
PAYERS = {
    "municipality": word("Municipality"),
    "county": word("Wellbeing services county"),
    "state": word("State"),
    "kela": word("Kela"),
    "third_sector": word("Third sector"),
    "resident": word("Residents"),
}
SUMS = {
    "net": word("Net of all payers"),
    "public": word("Public sector, with transfers"),
    "society": word("Society, without transfers"),
}
OUTCOMES = {
    "wellbeing": word("wellbeing (EUROHIS-QOL-8, 1-5)"),
    "good_quality_of_life": word("share with good quality of life"),
    "contacts": word("contacts per resident-year"),
    "waiting": word("waiting of those served (months)"),
    "unmet": word("requests given up per resident-year"),
    "sii_wellbeing": word("slope index of wellbeing over income"),
    "erreygers_wellbeing": word("Erreygers index of wellbeing over income"),
    "group_gap": word("gap to those in no at-risk group"),
    "employment": word("employment of 18-64"),
}
QUADRANTS = {
    "dominant": word("costs no more, gains wellbeing"),
    "costs_more_gains": word("costs more, gains wellbeing"),
    "costs_less_loses": word("costs less, loses wellbeing"),
    "dominated": word("costs no less, gains no wellbeing"),
    "equal": word("no difference in cost or wellbeing"),
}
SERVICES = {
    "primary_care": word("Primary care"),
    "mental_health": word("Mental health services"),
    "social_work": word("Adult social work"),
    "family_services": word("Family services"),
    "employment_services": word("Employment services"),
    "integration_services": word("Integration services"),
    "guidance_centre": word("Guidance centre"),
    "outreach_youth_work": word("Outreach youth work"),
    "home_care": word("Home care"),
    "community_groups": word("Community groups"),
    "nature_culture": word("Nature and culture services"),
    "hospital": word("Hospital"),
}
ACTIVITIES = {
    "child": word("Child"),
    "student": word("Student"),
    "conscript": word("In military or civil service"),
    "employed": word("Employed"),
    "unemployed": word("Unemployed"),
    "outside": word("Outside the labour force"),
    "pensioner": word("Pensioner"),
    "in": word("In the group"),
    "out": word("Not in the group"),
}
STEPS = {
    "segment": word("In the segment"),
    "exposed": word("Exposed"),
    "aware": word("Aware"),
    "intending": word("Intending"),
    "eligible": word("Eligible households"),
    "offered": word("Offered a card"),
    "given": word("Given a card"),
    "users": word("Used the card"),
    "uses": word("Visits with the card"),
    "asked": word("Asked"),
    "answered": word("Answered"),
    "reported": word("Reported by staff"),
    "joined": word("Joined"),
    "attending": word("Attending"),
    "left": word("Left or finished"),
    "turned_away": word("Turned away"),
    "met": word("Met"),
    "minutes": word("Staff minutes"),
}
_NAMES = (GROUPS, PAYERS, SUMS, OUTCOMES, SERVICES, ACTIVITIES, STEPS)


def label(name, titles=None):
    """The title of an arm, group, payer or outcome; a name without one is written with spaces."""
    name = str(name)
    if titles and name in titles:
        return str(titles[name])
    for table in _NAMES:
        if name in table:
            return say(table[name])
    return name.replace("_", " ")


def number(value, digits=2):
    """A number with a fixed number of decimals, a real minus sign and the language's marks; a dash when there is none."""
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}"
    if text[0] == "-":
        text = text[1:] if float(text.replace(",", "")) == 0 else "−" + text[1:]
    decimal, thousands = MARKS[current()]
    return text if (decimal, thousands) == (".", ",") else text.replace(",", thousands).replace(".", decimal)


def plain(value):
    """A number as it was set, with no more decimals than it has (of six significant digits): 0.05, 20,000."""
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:.6g}"
    return number(value, len(text.partition(".")[2]) if "e" not in text else max(0, 5 - math.floor(math.log10(abs(value)))))


def signed(value, digits=2):
    """As `number`, with a plus sign when above 0."""
    text = number(value, digits)
    return f"+{text}" if any(c in "123456789" for c in text) and text[0] not in "−–" else text


def share(value, digits=0):
    """A share as per cent."""
    return "–" if math.isnan(value) else f"{number(100 * value, digits)} %"


def decimals(values, significant=2, least=2, most=6):
    """Decimals that give the smallest of `values` (zeros and NaN aside) two significant digits, within reason.

    A value below a twentieth of the largest does not count, so that one near zero does not blow up the rest.
    """
    sizes = [abs(value) for value in values if value and math.isfinite(value)]
    if not sizes:
        return least
    smallest = max(min(sizes), max(sizes) / 20)
    return min(max(least, significant - 1 - math.floor(math.log10(smallest) + 1e-9)), most)


def small(value, digits=2, write=number):
    """As `number`, with more decimals where needed to show that a value is not zero: 0.00004, not 0.00."""
    size = abs(value) if math.isfinite(value) else 0
    if size < 1e-9:  # zero, or rounding of sums
        return write(value, digits)
    return write(value, max(digits, -math.floor(math.log10(size))) if size <= 0.5 * 10**-digits else digits)


def per_cent(value, digits=0):
    """A share already in per cent; what is not quite none or all is not written as if it were."""
    if math.isnan(value):
        return "–"
    least = 10**-digits
    if 0 < value < least / 2:
        return f"<{number(least, digits)} %"
    if 100 - least / 2 < value < 100 - 1e-9:
        return f">{number(100 - least, digits)} %"
    return f"{number(value, 0 if value < 1e-9 or value > 100 - 1e-9 else digits)} %"


UNITS = ((1e9, word("bn EUR")), (1e6, word("M EUR")), (1e3, word("k EUR")), (1, word("EUR")))


def money(value, sign=False):
    """EUR with a unit that keeps three digits: 940 EUR, 12.3 k EUR, 4.56 M EUR."""
    (text,), unit = moneys([value], sign)
    return text if text == "–" else f"{text} {unit}"


def moneys(values, sign=False):
    """Several amounts [EUR] in one unit, that of the first unless another is a hundred times as large: texts
    and unit.
    """
    sizes = [abs(value) if math.isfinite(value) else 0.0 for value in values]
    leading = max(sizes[0], max(sizes) / 100)
    size, unit = next(((size, unit) for size, unit in UNITS if leading >= 0.9995 * size), UNITS[-1])
    return [_amount(value / size, size, signed if sign else number) for value in values], say(unit)


def money_scale(largest):
    """Size and name of the unit in which amounts up to `largest` [EUR] are drawn on an axis."""
    size, unit = next(((size, unit) for size, unit in UNITS if largest >= size), UNITS[-1])
    return size, say(unit)


def _amount(scaled, size, write):
    if size == 1 and abs(scaled) >= 1:
        return write(scaled, 0)
    digits = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
    return small(scaled, 0 if scaled == 0 else digits, write)


def between(low, high, write=number):
    """The two ends of an interval, written alike."""
    return say("{low} to {high}", low=write(low), high=write(high))

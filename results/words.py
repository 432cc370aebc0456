"""What the names in the tables are called where people read them, and how numbers are written."""

import math

__all__ = [
    "GROUPS",
    "OUTCOMES",
    "PAYERS",
    "QUADRANTS",
    "between",
    "label",
    "money",
    "number",
    "share",
    "signed",
]

GROUPS = {
    "neet": "NEET youth",
    "labour_market_support": "Long-term unemployed",
    "refugee": "Refugees",
    "heavy_user": "Heavy service users",
    "family": "Families under strain",
    "any": "Any at-risk group",
    "none": "No at-risk group",
    "all": "All residents",
}
PAYERS = {
    "municipality": "Municipality",
    "county": "Wellbeing services county",
    "state": "State",
    "kela": "Kela",
    "third_sector": "Third sector",
    "resident": "Residents",
}
OUTCOMES = {
    "wellbeing": "wellbeing (EUROHIS-QOL-8, 1-5)",
    "good_quality_of_life": "share with good quality of life",
    "contacts": "contacts per resident-year",
    "waiting": "waiting of those served (months)",
    "unmet": "requests given up per resident-year",
    "sii_wellbeing": "slope index of wellbeing over income",
    "erreygers_wellbeing": "Erreygers index of wellbeing over income",
    "employment": "employment of 18-64",
}
QUADRANTS = {
    "dominant": "costs no more, gains wellbeing",
    "costs_more_gains": "costs more, gains wellbeing",
    "costs_less_loses": "costs less, loses wellbeing",
    "dominated": "costs no less, gains no wellbeing",
    "equal": "no difference in cost or wellbeing",
}


def label(name, titles=None):
    """The title of an arm, group, payer or outcome; a name without one is written with spaces."""
    name = str(name)
    for table in (titles or {}, GROUPS, PAYERS, OUTCOMES):
        if name in table:
            return str(table[name])
    return name.replace("_", " ")


def number(value, digits=2):
    """A number with a fixed number of decimals and a real minus sign; a dash when there is none."""
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return "0" + text[2:] if float(text.replace(",", "")) == 0 and text[0] == "-" else text.replace("-", "−")


def signed(value, digits=2):
    """As `number`, with a plus sign when above 0."""
    text = number(value, digits)
    return f"+{text}" if any(c in "123456789" for c in text) and text[0] not in "−–" else text


def share(value, digits=0):
    """A share as per cent."""
    return "–" if math.isnan(value) else f"{number(100 * value, digits)} %"


def money(value, sign=False):
    """EUR with a unit that keeps three digits: 940 EUR, 12.3 k EUR, 4.56 M EUR."""
    if math.isnan(value):
        return "–"
    write = signed if sign else number
    for size, unit in ((1e9, "bn EUR"), (1e6, "M EUR"), (1e3, "k EUR")):
        if abs(value) >= 0.9995 * size:
            scaled = value / size
            return f"{write(scaled, 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0)} {unit}"
    return f"{write(value, 0)} EUR"


def between(low, high, write=number):
    """The two ends of an interval, written alike."""
    return f"{write(low)} to {write(high)}"

"""What the names in the tables are called where people read them, and how numbers are written."""

import math

__all__ = [
    "GROUPS", "OUTCOMES", "PAYERS", "QUADRANTS", "between", "decimals", "label", "money", "moneys", "number", "per_cent",
    "share", "signed", "small",
]  # fmt: skip

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


UNITS = ((1e9, "bn EUR"), (1e6, "M EUR"), (1e3, "k EUR"), (1, "EUR"))


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
    return [_amount(value / size, size, signed if sign else number) for value in values], unit


def _amount(scaled, size, write):
    if size == 1 and abs(scaled) >= 1:
        return write(scaled, 0)
    digits = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
    return small(scaled, 0 if scaled == 0 else digits, write)


def between(low, high, write=number):
    """The two ends of an interval, written alike."""
    return f"{write(low)} to {write(high)}"

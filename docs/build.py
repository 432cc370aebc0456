"""Rewrites the generated tables of docs/odd.md from the code and the numbers, so that they cannot go stale.

    python docs/build.py            rewrite
    python docs/build.py --check    change nothing; exit code 1 if a table is stale
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ODD = ROOT / "docs" / "odd.md"
MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)
# What the draws decide and whose id addresses them; a purpose that is not listed is shown by its name alone.
DECIDES = {
    "TRAIT": ("resident", "personal constant of the set point"),
    "FRAILTY": ("resident", "personal factor on finding work"),
    "NEED": ("resident", "personal factor on visits"),
    "WAGE": ("resident", "pay if employed"),
    "TRUST": ("resident", "trust in services at the start"),
    "CLAIMS": ("resident", "applying for social assistance at the start"),
    "CHRONIC_START": ("resident", "long-term illness at the start"),
    "STAGE_START": ("resident", "stage of change at the start"),
    "LANGUAGE_START": ("resident", "command of the language at the start, and what a refugee will reach; always month 0"),
    "START": ("household", "order of equal incomes in the fifths at the start; always month 0"),
    "DEATH": ("resident", "death"),
    "WORK": ("resident", "change of main activity"),
    "CHRONIC": ("resident", "onset of or recovery from long-term illness"),
    "CARE": ("resident", "entry to home care or housing"),
    "WELLBEING": ("resident", "monthly shock of wellbeing (normal)"),
    "CLAIM": ("resident", "applying for social assistance, or a claim that lapses"),
    "STAGE": ("resident", "change of stage"),
    "HOSPITAL": ("resident", "hospital episode and, rescaled, its cost"),
    "BEREAVE": ("resident", "shock of life"),
    "GIVE_UP": ("12 x resident + service", "giving up a request that waits"),
    "QUEUE": ("resident", "lottery among equals in a queue"),
    "HANDOFF": ("resident", "whether a hand-off is made and arrives"),
    "SEEK": ("resident", "number of visits; SEEK + 1: which other service is asked"),
    "BIRTH": ("mother", "birth in the last year"),
    "BABY": ("child", "month of birth; BABY + 500: sex"),
    "MOVE": ("household", "whether a household moves"),
    "MOVE_TO": ("household", "where to; MOVE_TO + 500: area"),
    "LEAVE_HOME": ("resident", "leaving the parents' home"),
    "SEPARATE": ("woman", "end of a couple"),
    "PAIR": ("resident", "looking for a partner; PAIR + 500: circle; PAIR + 501: order in the circle"),
    "ARRIVE": ("code of the municipality", "rounding of the number of arrivals"),
    "ARRIVAL": ("newcomer", "age band; ARRIVAL + 500: age within it; + 501: sex; + 502: area"),
    "CARRY": ("code of the municipality", "rounding of a programme's places; crc32 of its name stands in place of the month"),
    "STUDY": ("resident", "degree on leaving school"),
    "SURVEY": ("person, household or area asked", 'key of a survey; its own draws: "A simulated survey"'),
    "PLACE": ("code of the municipality", "maturity; the dimension 0-5 stands in place of the month"),
    "HEAR": ("resident", "exposure to a campaign; + 4096 crc32 of the intervention's name"),
    "ENROL": ("resident", "coming to a programme; taking a card (household); + 4096 crc32 of the intervention's name"),
    "LEAVE": ("resident", "dropping out; + 4096 crc32 of the intervention's name"),
    "AREA_TRAIT": ("32768 x code + area", "difference of an area within its class; the trait 0-2 stands in place of the month"),
    "NEED_SAMPLE": ("resident", "being asked in a survey of need; + 4096 crc32 of the intervention's name"),
    "NEED_ANSWER": ("resident", "answer to item i, at month 8 t + i; + 4096 crc32 of the intervention's name"),
    "EARMARK": ("32768 x code + area", "rounding of places earmarked for an area; crc32 of the programme's name as month"),
    "FIND": ("resident", "lottery for a place; being offered a card (household); + 4096 crc32 of the intervention's name"),
    "ASSESS": ("8 x code of the municipality + dimension", "error of self-assessed maturity; + 4096 crc32 of the intervention's name"),
    "LEARN": ("code of the municipality", "hearing of an innovation; + 4096 crc32 of the innovation's name"),
    "ADOPT": ("code of the municipality", "taking it into use; + 4096 crc32 of the innovation's name"),
    "EMBED": ("code of the municipality", "its becoming permanent; + 4096 crc32 of the innovation's name"),
    "RESPOND": ("resident", "who answers the survey on an innovation; + 4096 crc32 of the innovation's name"),
    "ANSWER": ("resident", "noise of the answers; + 4096 crc32 of the innovation's name"),
    "CARD_WISH": ("2 x household + service", "wish of a card holder to go; + 4096 crc32 of the intervention's name"),
    "CARD_SEAT": ("2 x household + service", "lottery for a seat; + 4096 crc32 of the intervention's name"),
    "BIRTH_MONTH": ("resident", "month of birth within the year of age"),
    "REFUGEE": ("resident", "who has a refugee background"),
    "FOREIGN": ("resident", "who has another foreign background"),
    "BASIC": ("resident", "who has basic education"),
    "TERTIARY": ("resident", "who has tertiary education"),
    "HOUSING": ("resident", "who is in round-the-clock housing"),
    "HOME_CARE": ("resident", "who has home care"),
    "PERMIT": ("resident", "time since the permit"),
    "DURATION": ("resident", "time in the present activity"),
    "DURATION_MORE": ("resident", "second uniform of the time without work"),
    "PARTNER": ("resident", "who lives in a couple"),
    "AGE_GAP": ("woman", "age of the partner she is matched with"),
    "FIRST_CHILD": ("child", "which child opens a family"),
    "LONE": ("child", "which family has one parent"),
    "FATHER": ("child", "which lone parent is a father"),
    "MOTHER_AGE": ("child", "mother's age at birth"),
    "SIBLING": ("parent", "which family takes one more child"),
    "AT_HOME": ("resident", "which young adult lives with parents"),
    "WITH_LONE": ("resident", "which of them with one parent"),
    "SHARE_HOME": ("resident", "who shares a home without being a couple"),
    "AREA": ("household", "place in the line for areas"),
    "AREA_ORDER": ("area", "order of areas; the municipality's code stands in place of the month"),
    "CONTACT": ("resident", "chance in the social key; the round stands in place of the month"),
    "CONTACT_SIDE": ("trait and code", "direction of the social key; the round stands in place of the month"),
    "NEWBORN": ("mother or founder", "permanent ids of newborns and of new households, with seed 0 and the year as month"),
}


def states():
    """One row for each column of the resident."""
    from sim.residents import CODEBOOK

    rows = []
    for field in CODEBOOK:
        kind, shape = field.dtype if isinstance(field.dtype, tuple) else (field.dtype, ())
        rows.append((f"`{field.name}`", kind + "".join(f" x {n}" for n in shape), field.unit, field.range, field.meaning))
    return table(("name", "type", "unit", "range", "meaning"), rows)


def codes():
    """The integer codes of every enumeration."""
    from sim import residents

    kinds = (residents.Sex, residents.Education, residents.Origin, residents.Status, residents.Care, residents.Stage,
             residents.Urbanity, residents.Group)
    return table(("code", "values"), [(k.__name__, ", ".join(f"{int(v)} {n}" for n, v in k.__members__.items())) for k in kinds])


def parameters():
    """One row for each number of parameters.toml."""
    from scenarios.parameters import shipped

    rows = []
    for name, q in shipped().items():
        value = ", ".join(map(short, q.value)) if q.is_table else short(q.value)
        if q.axes:
            value += f" (by {', '.join(q.axes)})"
        spread = "fixed" if q.is_fixed else f"{'x ' if q.is_table else ''}{short(q.low)} to {short(q.high)} ({q.dist})"
        source = f"{q.source}. {q.note}" if q.note else q.source
        rows.append((f"`{name}`", value, spread, q.unit, q.evidence, "yes" if q.verified else "no", source))
    return table(("name", "value", "95 % range (distribution)", "unit", "evidence", "verified", "source"), rows)


def axes():
    """What the entries of tables are."""
    from scenarios import parameters

    return table(("axis", "entries, in order"), [(name, ", ".join(entries)) for name, entries in parameters.axes().items()])


def draws():
    """One row for each purpose of a draw, in the order of the numbers."""
    from sim.margins import Start
    from sim.rules.draws import Purpose

    rows = []
    for purpose in sorted([*Purpose, *Start]):
        who, what = DECIDES.get(purpose.name, ("", "reserved, not used"))
        rows.append((int(purpose), purpose.name, who, what))
    return table(("number", "purpose", "id used", "decides"), rows)


def services():
    """One row for each service: who staffs it, time, price, fee, planned minutes, giving up."""
    from scenarios.parameters import shipped
    from sim.places import COUNTY_SERVICES
    from sim.residents import SERVICES

    numbers = shipped()
    columns = ("services.minutes", "services.price", "services.fee", "services.staff_minutes", "queue.give_up")
    rows = [
        (i, s, "county" if s in COUNTY_SERVICES else "municipality", *(short(numbers[c].value[i]) for c in columns))
        for i, s in enumerate(SERVICES)
    ]
    head = ("number", "service", "staffed by", "minutes per contact", "price [EUR2018 per contact]",
            "fee [EUR2018 per contact]", "staff minutes per resident per month", "given up [probability per month]")
    return table(head, rows)


def items():
    """One row for each item of the ledger that the model always has."""
    from sim.ledger import ITEMS

    rows = [(i, x.name, x.sector, "yes" if x.transfer else "no", f"`payers.{x.payers}`") for i, x in enumerate(ITEMS)]
    return table(("number", "item", "sector", "transfer", "split by"), rows)


def outputs():
    """One row for each output column."""
    from sim.outputs import NAMES, label

    rows = []
    for name in NAMES:
        text, unit = re.fullmatch(r"(.*?) \[(.*?)\](.*)", label(name)).group(1, 2) if "[" in label(name) else (label(name), "")
        rest = label(name).partition("]")[2].strip(", ")
        rows.append((f"`{name}`", f"{text}, {rest}" if rest else text, unit))
    return table(("column", "label", "unit"), rows)


PARTS = {f.__name__: f for f in (states, codes, parameters, axes, draws, services, items, outputs)}


def short(number):
    """A number with as many digits as it needs."""
    return f"{number:g}" if abs(number) < 1e6 else f"{number:.0f}"


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def built(text):
    """The text with every generated part renewed. ValueError for a mark without a part or a part without a mark."""
    found = [m.group(2) for m in MARK.finditer(text)]
    if sorted(found) != sorted(PARTS):
        raise ValueError(f"docs/odd.md has marks for {sorted(found)}; docs/build.py makes {sorted(PARTS)}")
    return MARK.sub(lambda m: f"{m.group(1)}\n{PARTS[m.group(2)]()}\n{m.group(3)}", text)


def main(arguments):
    """Rewrite, or with --check compare. Returns the exit code."""
    text = ODD.read_text(encoding="utf-8")
    new = built(text)
    if "--check" in arguments:
        stale = [a.group(2) for a, b in zip(MARK.finditer(text), MARK.finditer(new), strict=True) if a.group() != b.group()]
        if stale:
            sys.stderr.write(f"docs/odd.md is stale in: {', '.join(stale)}. Run `python docs/build.py`.\n")
        return 1 if stale else 0
    if new != text:
        ODD.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))

"""One resident's months in two arms in plain words: what happened when, the first difference, and what followed from it.

Works on two tidy tables, `months` and `events` with the column `arm` (docs/follow.md says what they hold), wherever they came from.
"""

from collections import Counter

import numpy as np
import pandas as pd

from results.language import say, word
from results.words import label, number, signed, small

__all__ = ["ACTIVITIES", "COLUMNS", "DATES", "agreement", "between_months", "chosen", "opening", "sentences", "side_by_side", "story"]

TEXTS = {
    "reached": word("{name} reached them."),
    "used": word("Took part in {name}."),
    "joined": word("Joined {name}."),
    "completed": word("Completed {name} after {count}."),
    "dropped_out": word("Dropped out of {name} after {count}."),
    "programme_closed": word("{name} closed; they had been there {count}."),
    "asked": word("Asked {name} for help and had to wait."),
    "asked_met": word("Asked {name} for help and was met the same month."),
    "asked_gave_up": word("Asked {name} for help and gave up the same month."),
    "met": word("Was met by {name}."),
    "met_late": word("Was met by {name} after waiting {count}."),
    "gave_up": word("Gave up waiting for {name}."),
    "gave_up_late": word("Gave up waiting for {name} after {count}."),
    "handed_on": word("Was handed on to {name}."),
    "hospital": word("Was in hospital."),
    "job_found": word("Found work after {count} as they were."),
    "job_lost": word("Lost their job after {count}."),
    "activity": word("Main activity became {name}."),
    "fell_ill": word("Fell ill for long."),
    "recovered": word("Recovered from long-term illness."),
    "care": word("Long-term care became {name}."),
    "assistance_began": word("The household began to get social assistance."),
    "assistance_ended": word("The household no longer got social assistance."),
    "children": word("Children under 18 in the household: {value}."),
    "partnered": word("Moved together with a partner."),
    "separated": word("Was left without the partner."),
    "own_household": word("Came to live in another household."),
    "moved": word("Moved to {name}."),
    "moved_within": word("Moved within the municipality ({name} area)."),
    "entered_group": word("Came to count as: {name}."),
    "left_group": word("Stopped counting as: {name}."),
    "came": word("Came to live in {name}."),
    "died": word("Died."),
}
ROUTINE = ("asked_met",)
GROUP_CHANGES = ("entered_group", "left_group")
ACTIVITIES = {"labour_market_support": word("on labour-market support"), "outside": word("outside work and study")}
OUTSET, CHAIN = 1e-12, {
    "recall": word("recall of the campaign"), "assistance": word("help with applying at hand"), "contacts": word("contacts with services"),
    "programme": word("programme"), "manager": word("case manager"), "trust": word("trust in services"), "inclusion": word("inclusion"),
    "empowerment": word("empowerment"), "distress": word("distress"), "work_support": word("support for finding work"),
    "activity": word("main activity"), "income": word("income"), "strain": word("financial strain"), "health": word("health"),
    "place": word("municipality"), "wellbeing": word("wellbeing"),
}  # fmt: skip
SUMS = {
    "contacts": word("Contacts with services"), "waited": word("Months with an open request"), "work": word("Months in work"),
    "jobless": word("Months unemployed"), "member": word("Months in a programme or with a case manager"),
}  # fmt: skip
COLUMNS = (word("month"), word("without"), word("with"))  # of a timeline
PERSONS = {
    "woman": word("A woman of {age} in {place}"), "man": word("A man of {age} in {place}"), "": word("A resident of {age} in {place}"),
}  # fmt: skip
DATES = slice(0, 7)  # year and month of a date


def between_months(frame, first, last):
    """The rows of months first to last (counted from 0, both included)."""
    return frame[frame["month"].between(first, last)].reset_index(drop=True)


def sentences(events, names=None):
    """Events as sentences: a frame of arm, month, date, text and routine (whether a month's contact without a wait).

    events: columns arm, month, date, event, subject, value. names: {name of an intervention: what people call it}. An event of
    an unknown sort is told by its name. Asking and being met in one month is one sentence.
    """
    rows = []
    for (arm, month, date), part in events.groupby(["arm", "month", "date"], sort=False, observed=True):
        kinds = Counter((e, s) for e, s in zip(part["event"], part["subject"], strict=True))
        for event, subject, value in zip(part["event"], part["subject"], part["value"], strict=True):
            sort = _sort(event, subject, value, kinds)
            if sort:
                rows.append((arm, month, date, _text(sort, subject, value, names), sort in ROUTINE))
    return pd.DataFrame(rows, columns=["arm", "month", "date", "text", "routine"])


def _sort(event, subject, value, kinds):
    """Which sentence an event gets; None if another one of the month tells it."""
    if event == "asked":
        ends = [end for end in ("met", "gave_up") if kinds[end, subject]]
        return f"asked_{ends[0]}" if ends else "asked"
    if event in ("met", "gave_up"):
        if kinds["asked", subject]:
            return None
        return f"{event}_late" if value > 0 else event
    return event


def _text(sort, subject, value, names):
    months = round(value)
    count = say("1 month") if months == 1 else say("{n} months", n=months)
    name = label(subject, names) if subject in (names or {}) or sort in GROUP_CHANGES else _within(subject)
    if subject in (names or {}):
        name = f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
    text = say(TEXTS[sort], name=name, count=count, value=months) if sort in TEXTS else f"{_within(sort)}: {name}"
    return text[:1].upper() + text[1:]


def _within(name):
    """What a code is called within a sentence: in lower case, unless it is an abbreviation; a place keeps its name."""
    text = say(ACTIVITIES[name]) if name in ACTIVITIES else label(name)
    return text[:1].lower() + text[1:] if str(name)[:1].islower() and text[1:2].islower() else text


def side_by_side(told, comparator, arm):
    """The months in which something happened, in order: a frame of month, date, without, with, same, routine.

    told: of `sentences`; without, with: the month's sentences in the comparator and in the arm; same: whether they are alike;
    routine: whether there is nothing but routine in both.
    """
    rows = []
    for (month, date), part in told.groupby(["month", "date"], sort=True, observed=True):
        texts = [" ".join(part[part["arm"] == name]["text"]) for name in (comparator, arm)]
        rows.append((month, date, *texts, texts[0] == texts[1], bool(part["routine"].all())))
    return pd.DataFrame(rows, columns=["month", "date", "without", "with", "same", "routine"])


def chosen(reached, gain):
    """Among how many a resident was chosen (0: nobody is reached directly), and the gain [EUROHIS points] that they were chosen for."""
    gain = signed(gain, 4)
    if not reached:
        return say("Chosen among all, since no intervention reaches anybody directly: gain {gain} points of mean wellbeing.", gain=gain)
    return say("Chosen among {reached} whom an intervention reached: gain {gain} points of mean wellbeing over the period.",
               reached=number(reached, 0), gain=gain)


def opening(person, months, comparator):
    """Who this is: age, sex, place, main activity and at-risk groups in the first month told."""
    first = months[months["arm"] == comparator].iloc[0]
    groups = [label(g) for g in str(first["groups"]).split("|") if g]
    who = say(PERSONS.get(person["sex"], PERSONS[""]), age=first["age"], place=first["place"])
    activity = _within(first["activity"])
    if not groups:
        return say("{who}, main activity: {activity}; in no at-risk group.", who=who, activity=activity)
    return say("{who}, main activity: {activity}; counts as: {groups}.", who=who, activity=activity, groups=", ".join(groups))


def story(months, told, comparator, arm, chain=True):
    """Sentences on what differs: the first difference, what differs from when on (if `chain`), and what it came to."""
    one, other = (months[months["arm"] == name].set_index("month") for name in (comparator, arm))
    both = one.index.intersection(other.index)
    since = {column: _since(one.loc[both, column], other.loc[both, column]) for column in CHAIN}
    since = {column: month for column, month in since.items() if month is not None}
    texts = side_by_side(told, comparator, arm)
    apart = texts[~texts["same"]]["month"]
    firsts = [*since.values(), *apart[:1]]
    if not firsts and len(one) == len(other):
        return [say("Nothing differs in these {n} months: neither what happened nor how they fare.", n=len(both))]
    found = [_first(min(firsts), since, texts, one)] if firsts else []
    if since and chain:
        order = sorted(since.items(), key=lambda item: (item[1], list(CHAIN).index(item[0])))
        parts = [say("{what} from {date}", what=say(CHAIN[column]), date=one.at[month, "date"][DATES]) for column, month in order]
        found.append(say("What differs from when on: {parts}.", parts=", ".join(parts)))
    found.append(_wellbeing(one.loc[both], other.loc[both]))
    found += _counts(one, other)
    if len(one) != len(other):
        found.append(say("Here for {one} months without and {other} with.", one=len(one), other=len(other)))
    return found


def _since(a, b):
    """The first month in which two columns differ; None if they never do."""
    differs = (np.abs(a - b) > OUTSET) if a.dtype.kind in "fi" else (a.astype(str) != b.astype(str))
    return int(a.index[np.argmax(differs)]) if differs.any() else None


def _first(month, since, texts, one):
    date = one.at[month, "date"][DATES] if month in one.index else str(texts.set_index("month").at[month, "date"])[DATES]
    row = texts[(texts["month"] == month) & ~texts["same"]]
    if len(row):
        without, told = (row[side].iat[0] or say("nothing of note.") for side in ("without", "with"))
        return say("The first difference is in {date}. Without: {without} With: {told}", date=date, without=without, told=told)
    columns = [column for column, first in since.items() if first == month]
    if columns == ["wellbeing"]:  # nothing of their own differs: only the wellbeing of contacts can have done it
        return say("The first difference is in {date}: wellbeing, by way of the people around them.", date=date)
    return say("The first difference is in {date}: {what}.", date=date, what=", ".join(say(CHAIN[column]) for column in columns))


def _wellbeing(one, other):
    gap = other["wellbeing"] - one["wellbeing"]
    peak = gap.abs().idxmax()
    facts = {
        "without": number(one["wellbeing"].mean(), 3), "with_": number(other["wellbeing"].mean(), 3), "gap": small(gap.mean(), 3, signed),
    }  # fmt: skip
    text = say("Mean wellbeing (1-5) is {without} without and {with_} with ({gap} points)", **facts)
    if gap.abs().max() <= OUTSET:
        return text + say(": no month differs.")
    peaks = {"gap": small(gap[peak], 3, signed), "date": one.at[peak, "date"][DATES]}
    return text + say("; the largest difference of a month is {gap} in {date}.", **peaks)


def _counts(one, other):
    """What adds up over the months, where it differs."""
    for key, text in SUMS.items():
        a, b = (_sum(key, frame) for frame in (one, other))
        if a != b:
            yield say("{what}: {a} without, {b} with.", what=say(text), a=a, b=b)
    strain = [frame["strain"].mean() for frame in (one, other)]
    if abs(strain[1] - strain[0]) > 5e-4:
        a, b = (number(value, 3) for value in strain)
        yield say("{what}: {a} without, {b} with.", what=say("Mean financial strain (0-1)"), a=a, b=b)


def _sum(key, frame):
    if key == "contacts":
        return int(frame["contacts"].sum())
    found = {
        "waited": frame["open_requests"] > 0,
        "work": frame["activity"] == "employed",
        "jobless": frame["activity"].isin(["unemployed", "labour_market_support"]),
        "member": (frame["programme"] != "") | (frame["manager"] != ""),
    }[key]
    return int(found.sum())


def agreement(stored, again, changed):
    """Whether a run made again is the run as stored: (agrees, sentence).

    stored, again: monthly mean wellbeing of all residents, columns arm, month, value; changed: whether the program's sources or
    numbers differ from those of the run.
    """
    both = stored.merge(again, on=["arm", "month"], suffixes=("_stored", "_again"))
    complete = len(both) == len(again) and len(both) > 0
    apart = float((both["value_stored"] - both["value_again"]).abs().max()) if len(both) else np.nan
    why = " " + say("The program or its numbers have changed since the run was made.") if changed else ""
    if complete and apart <= OUTSET:
        return True, say("Run again, the two arms give the stored mean wellbeing of every month exactly.") + why
    where = say("cannot be set beside the stored")
    if complete:
        where = say("differs from the stored by up to {apart} points", apart=small(apart, 4))
    return False, say("Run again, mean wellbeing {where}, so these lives are not quite those of the stored run.", where=where) + why

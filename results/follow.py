"""One resident's months in two arms in plain words: what happened when, the first difference, and what followed from it.

Works on two tidy tables, `months` and `events` with the column `arm` (docs/follow.md says what they hold), wherever they came from.
"""

from collections import Counter

import numpy as np
import pandas as pd

from results.words import GROUPS, label, number, signed, small

__all__ = ["ACTIVITIES", "agreement", "between_months", "opening", "sentences", "side_by_side", "story"]

TEXTS = {
    "reached": "{name} reached them.",
    "used": "Took part in {name}.",
    "joined": "Joined {name}.",
    "completed": "Completed {name} after {count}.",
    "dropped_out": "Dropped out of {name} after {count}.",
    "programme_closed": "{name} closed; they had been there {count}.",
    "asked": "Asked {name} for help and had to wait.",
    "asked_met": "Asked {name} for help and was met the same month.",
    "asked_gave_up": "Asked {name} for help and gave up the same month.",
    "met": "Was met by {name}.",
    "met_late": "Was met by {name} after waiting {count}.",
    "gave_up": "Gave up waiting for {name}.",
    "gave_up_late": "Gave up waiting for {name} after {count}.",
    "handed_on": "Was handed on to {name}.",
    "hospital": "Was in hospital.",
    "job_found": "Found work after {count} as they were.",
    "job_lost": "Lost their job after {count}.",
    "activity": "Main activity became {name}.",
    "fell_ill": "Fell ill for long.",
    "recovered": "Recovered from long-term illness.",
    "care": "Long-term care became {name}.",
    "assistance_began": "The household began to get social assistance.",
    "assistance_ended": "The household no longer got social assistance.",
    "children": "Children under 18 in the household: {value}.",
    "partnered": "Moved together with a partner.",
    "separated": "Was left without the partner.",
    "own_household": "Came to live in another household.",
    "moved": "Moved to {name}.",
    "moved_within": "Moved within the municipality ({name} area).",
    "entered_group": "Came to count as: {name}.",
    "left_group": "Stopped counting as: {name}.",
    "came": "Came to live in {name}.",
    "died": "Died.",
}
ROUTINE = ("asked_met",)
GROUP_CHANGES = ("entered_group", "left_group")
ACTIVITIES = {"labour_market_support": "on labour-market support", "outside": "outside work and study"}
OUTSET, CHAIN = 1e-12, {
    "recall": "recall of the campaign", "assistance": "help with applying at hand", "contacts": "contacts with services",
    "programme": "programme", "manager": "case manager", "trust": "trust in services", "inclusion": "inclusion",
    "empowerment": "empowerment", "distress": "distress", "work_support": "support for finding work", "activity": "main activity",
    "income": "income", "strain": "financial strain", "health": "health", "place": "municipality", "wellbeing": "wellbeing",
}  # fmt: skip
SUMS = {"contacts": "Contacts with services", "waited": "Months with an open request", "work": "Months in work",
        "jobless": "Months unemployed", "member": "Months in a programme or with a case manager"}  # fmt: skip
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
    count = f"{months} month{'' if months == 1 else 's'}"
    name = label(subject, names) if subject in (names or {}) or sort in GROUP_CHANGES else _within(subject)
    if subject in (names or {}):
        name = f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
    text = TEXTS.get(sort, f"{_within(sort)}: {{name}}").format(name=name, count=count, value=months)
    return text[:1].upper() + text[1:]


def _within(name):
    """What a code is called within a sentence: in lower case, unless it is an abbreviation; a place keeps its name."""
    text = ACTIVITIES.get(name) or label(name)
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


def opening(person, months, comparator):
    """Who this is: age, sex, place, main activity and at-risk groups in the first month told."""
    first = months[months["arm"] == comparator].iloc[0]
    groups = [GROUPS.get(g, g) for g in str(first["groups"]).split("|") if g]
    sex = person["sex"] or "resident"
    text = f"A {sex} of {first['age']} in {first['place']}, main activity: {_within(first['activity'])}"
    return f"{text}; counts as: {', '.join(groups)}." if groups else f"{text}; in no at-risk group."


def story(months, told, comparator, arm):
    """Sentences on what differs: the first difference, what differs from when on, and what it came to."""
    one, other = (months[months["arm"] == name].set_index("month") for name in (comparator, arm))
    both = one.index.intersection(other.index)
    since = {column: _since(one.loc[both, column], other.loc[both, column]) for column in CHAIN}
    since = {column: month for column, month in since.items() if month is not None}
    texts = side_by_side(told, comparator, arm)
    apart = texts[~texts["same"]]["month"]
    firsts = [*since.values(), *apart[:1]]
    if not firsts and len(one) == len(other):
        return [f"Nothing differs in these {len(both)} months: neither what happened nor how they fare."]
    found = [_first(min(firsts), since, texts, one)] if firsts else []
    if since:
        order = sorted(since.items(), key=lambda item: (item[1], list(CHAIN).index(item[0])))
        parts = [f"{CHAIN[column]} from {one.at[month, 'date'][DATES]}" for column, month in order]
        found.append(f"What differs from when on: {', '.join(parts)}.")
    found.append(_wellbeing(one.loc[both], other.loc[both]))
    found += _counts(one, other)
    if len(one) != len(other):
        found.append(f"Here for {len(one)} months without and {len(other)} with.")
    return found


def _since(a, b):
    """The first month in which two columns differ; None if they never do."""
    differs = (np.abs(a - b) > OUTSET) if a.dtype.kind in "fi" else (a.astype(str) != b.astype(str))
    return int(a.index[np.argmax(differs)]) if differs.any() else None


def _first(month, since, texts, one):
    date = one.at[month, "date"][DATES] if month in one.index else str(texts.set_index("month").at[month, "date"])[DATES]
    row = texts[(texts["month"] == month) & ~texts["same"]]
    if len(row):
        without, told = row["without"].iat[0] or "nothing of note", row["with"].iat[0] or "nothing of note"
        return f"The first difference is in {date}. Without: {without} With: {told}".replace("note With", "note. With")
    columns = [CHAIN[column] for column, first in since.items() if first == month]
    if columns == ["wellbeing"]:  # nothing of their own differs: only the wellbeing of contacts can have done it
        return f"The first difference is in {date}: wellbeing, by way of the people around them."
    return f"The first difference is in {date}: {', '.join(columns)}."


def _wellbeing(one, other):
    gap = other["wellbeing"] - one["wellbeing"]
    peak = gap.abs().idxmax()
    means = f"{number(one['wellbeing'].mean(), 3)} without and {number(other['wellbeing'].mean(), 3)} with"
    text = f"Mean wellbeing (1-5) is {means} ({small(gap.mean(), 3, signed)} points)"
    if gap.abs().max() <= OUTSET:
        return f"{text}: no month differs."
    return f"{text}; the largest difference of a month is {small(gap[peak], 3, signed)} in {one.at[peak, 'date'][DATES]}."


def _counts(one, other):
    """What adds up over the months, where it differs."""
    for key, text in SUMS.items():
        a, b = (_sum(key, frame) for frame in (one, other))
        if a != b:
            yield f"{text}: {a} without, {b} with."
    strain = [frame["strain"].mean() for frame in (one, other)]
    if abs(strain[1] - strain[0]) > 5e-4:
        yield f"Mean financial strain (0-1): {number(strain[0], 3)} without, {number(strain[1], 3)} with."


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
    why = " The program or its numbers have changed since the run was made." if changed else ""
    if complete and apart <= OUTSET:
        return True, f"Run again, the two arms give the stored mean wellbeing of every month exactly.{why}"
    where = f"differs from the stored by up to {small(apart, 4)} points" if complete else "cannot be set beside the stored"
    return False, f"Run again, mean wellbeing {where}, so these lives are not quite those of the stored run.{why}"

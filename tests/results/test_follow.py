"""Two lives in words and as a chart: hand-made months and events, and what must be said of them."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from results import follow, follow_chart

DATES = [f"2020-{m:02d}-01" for m in range(1, 7)]


def life(arm, **columns):
    base = {
        "month": range(6), "date": DATES, "age": 30, "place": "Kouvola", "activity": "unemployed", "groups": "family", "wellbeing": 3.0,
        "strain": 0.5, "distress": 1.0, "health": 0.8, "inclusion": 0.5, "empowerment": 0.5, "trust": 0.5, "income": 900.0,
        "recall": 0.0, "assistance": 0.0, "work_support": 0.0, "contacts": 0, "open_requests": 0, "longest_wait": 0,
        "programme": "", "manager": "",
    }  # fmt: skip
    return pd.DataFrame({"arm": arm, **base, **columns})


@pytest.fixture
def months():
    helped = life(
        "with", recall=[0, 0.3, 0.2, 0.1, 0, 0], contacts=[0, 0, 0, 1, 0, 0], open_requests=[0, 0, 1, 0, 0, 0],
        programme=["", "", "", "", "groups", "groups"], wellbeing=[3.0, 3.0, 3.0, 3.0, 3.1, 3.2],
        activity=["unemployed"] * 5 + ["employed"],
    )  # fmt: skip
    return pd.concat([life("without"), helped], ignore_index=True)


@pytest.fixture
def events():
    rows = [
        ("without", 0, "asked", "primary_care", 1), ("without", 0, "met", "primary_care", 0),
        ("with", 0, "asked", "primary_care", 1), ("with", 0, "met", "primary_care", 0), ("with", 1, "reached", "campaign", 0.3),
        ("with", 2, "asked", "social_work", 1), ("with", 3, "met", "social_work", 1), ("with", 4, "joined", "groups", 0),
        ("with", 5, "job_found", "employed", 14),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["arm", "month", "event", "subject", "value"])
    frame.insert(2, "date", [DATES[m] for m in frame["month"]])
    return frame


NAMES = {"campaign": "Campaign for all", "groups": "Groups"}


def test_sentences(events):
    told = follow.sentences(events, NAMES)
    assert list(told["text"]) == [
        "Asked primary care for help and was met the same month.",
        "Asked primary care for help and was met the same month.",
        "“Campaign for all” reached them.",
        "Asked adult social work for help and had to wait.",
        "Was met by adult social work after waiting 1 month.",
        "Joined “Groups”.",
        "Found work after 14 months as they were.",
    ]
    assert list(told["routine"]) == [True, True, False, False, False, False, False]


def test_every_event_of_the_model_has_a_sentence():
    """The names that the watcher writes are those that the sentences know."""
    tree = ast.parse((Path(__file__).parents[2] / "sim" / "watch.py").read_text(encoding="utf-8"))
    told = [node.value.elts[0] for node in ast.walk(tree) if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)]
    told += [n.args[0] for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "self._note"]
    whole = [c for part in told for c in ([part.body, part.orelse] if isinstance(part, ast.IfExp) else [part])]
    words = {c.value for c in whole if isinstance(c, ast.Constant)}
    assert len(words) > 20 and words <= set(follow.TEXTS)


def test_giving_up_and_handing_on_are_told(events):
    rows = [("with", 0, DATES[0], "asked", "mental_health", 5), ("with", 0, DATES[0], "gave_up", "mental_health", 0),
            ("with", 2, DATES[2], "gave_up", "social_work", 2), ("with", 3, DATES[3], "handed_on", "guidance_centre", 0),
            ("with", 4, DATES[4], "something_new", "groups", 0)]  # fmt: skip
    told = follow.sentences(pd.DataFrame(rows, columns=["arm", "month", "date", "event", "subject", "value"]))
    assert list(told["text"]) == [
        "Asked mental health services for help and gave up the same month.", "Gave up waiting for adult social work after 2 months.",
        "Was handed on to guidance centre.", "Something new: groups",
    ]  # fmt: skip


def test_side_by_side(events):
    table = follow.side_by_side(follow.sentences(events, NAMES), "without", "with")
    assert list(table["month"]) == [0, 1, 2, 3, 4, 5]
    assert list(table["same"]) == [True] + [False] * 5 and list(table["routine"]) == [True] + [False] * 5
    assert table["without"].iat[1] == "" and "reached" in table["with"].iat[1]


def test_story_names_the_first_difference_and_what_followed(months, events):
    told = follow.sentences(events, NAMES)
    first, chain, wellbeing, *counts = follow.story(months, told, "without", "with")
    assert first == "The first difference is in 2020-02. Without: nothing of note. With: “Campaign for all” reached them."
    assert chain == ("What differs from when on: recall of the campaign from 2020-02, contacts with services from 2020-04, "
                     "programme from 2020-05, wellbeing from 2020-05, main activity from 2020-06.")
    assert wellbeing == ("Mean wellbeing (1-5) is 3.000 without and 3.050 with (+0.050 points); the largest difference of a month is "
                         "+0.200 in 2020-06.")
    assert counts == ["Contacts with services: 0 without, 1 with.", "Months with an open request: 0 without, 1 with.",
                      "Months in work: 0 without, 1 with.", "Months unemployed: 6 without, 5 with.",
                      "Months in a programme or with a case manager: 0 without, 2 with."]


def test_story_of_one_life(months, events):
    alone = pd.concat([life("without"), life("with")], ignore_index=True)
    told = follow.sentences(events[events["month"] == 0], NAMES)
    (only,) = follow.story(alone, told, "without", "with")
    assert only == "Nothing differs in these 6 months: neither what happened nor how they fare."


def test_wellbeing_alone_differs_through_others(events):
    pair = pd.concat([life("without"), life("with", wellbeing=[3, 3, 3.01, 3, 3, 3])], ignore_index=True)
    told = follow.sentences(events[events["month"] == 0], NAMES)
    assert follow.story(pair, told, "without", "with")[0] == (
        "The first difference is in 2020-03: wellbeing, by way of the people around them.")


def test_a_life_that_ends_earlier(months, events):
    shorter = months[(months["arm"] == "with") | (months["month"] < 3)]
    found = follow.story(shorter, follow.sentences(events, NAMES), "without", "with")
    assert found[-1] == "Here for 3 months without and 6 with."


def test_opening_and_months(months):
    assert follow.opening({"sex": "woman", "age": 29, "place": "Kouvola"}, months, "without") == (
        "A woman of 30 in Kouvola, main activity: unemployed; counts as: Families under strain.")
    assert list(follow.between_months(months, 2, 3)["month"]) == [2, 3, 2, 3]


def test_agreement():
    stored = pd.DataFrame({"arm": ["a", "a"], "month": [0, 1], "value": [3.0, 3.1]})
    exactly = "Run again, the two arms give the stored mean wellbeing of every month exactly."
    assert follow.agreement(stored, stored, False) == (True, exactly)
    assert "have changed" in follow.agreement(stored, stored, True)[1]
    agrees, text = follow.agreement(stored, stored.assign(value=[3.0, 3.2]), True)
    assert not agrees and "up to 0.1000 points" in text and "have changed" in text
    assert not follow.agreement(stored.iloc[:1], stored, False)[0]
    assert not follow.agreement(stored.assign(month=[7, 8]), stored, False)[0]


def test_chart_says_and_shows(months, events):
    told = follow.sentences(events, NAMES)
    figure = follow_chart.draw(months, told, "without", "with", 17, {**NAMES, "with": "Policy"})
    assert figure.alt_text.startswith("Two lives of resident 17") and "+0.200 in 2020-06" in figure.alt_text
    labels = [axis.get_ylabel().replace("\n", " ") for axis in figure.axes]
    assert labels == ["Wellbeing (1-5)", "Difference", "Strain (0-1)", "Recall (0-1)", "Contacts", "Activity", "Programmes", "Waiting"]
    line = figure.axes[0].lines[1].get_ydata()
    assert np.array_equal(line, [3.0, 3.0, 3.0, 3.0, 3.1, 3.2])
    texts = [t.get_text() for axis in figure.axes for t in axis.texts]
    assert "Groups" in texts and "Unemployed" in texts
    assert len(figure.axes[7].collections) == 1  # one month of waiting, in one arm
    assert "Policy" in [t.get_text() for legend in figure.legends for t in legend.get_texts()]

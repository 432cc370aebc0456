"""The social report: readable, with intervals, nothing of too few people, and no truth that only the model knows."""

import re

import pandas as pd
import pytest

from results.socialreport import TITLES, gone, observed, places_of, report, write_all
from sim.indicators import INDICATORS


def row(**changes):
    base = {"arm": "a", "draw": 0, "replicate": 0, "intervention": "report", "month": 0, "year": 2018, "place": "Salo",
            "county": "County", "dimension": "relations",
            "indicator": "loneliness", "population": "all", "source": "survey", "true": 0.987654, "estimate": 0.12,
            "low": 0.09, "high": 0.16, "n": 200, "published": 6}
    return {**base, **changes}


def indicators():
    rows = []
    for place, few in (("Salo", 40), ("Kustavi", 3)):
        for month in (0, 12):
            for population, n in (("all", 200), ("any", few), ("none", 200 - few)):
                rows.append(row(place=place, month=month, year=2018 + month // 12, population=population, n=n, estimate=0.1 + month / 100))
            rows.append(row(place=place, month=month, indicator="employment", dimension="work", source="register", estimate=0.71, low=0.69,
                            high=0.73, n=5000))
    return pd.DataFrame(rows)


def test_a_report_says_what_was_measured():
    text = report(indicators(), "Salo")
    assert text.startswith("# Social report of Salo, 2019") and "22 % (9–16)" in text and "71 % (69–73)" in text
    assert "10 %" in text  # the round before
    assert "Ihmissuhteet" in text and "Relationer" in text and "200 people answered" in text and "simulated" in text


def test_few_people_and_what_would_give_them_away_are_hidden():
    """Three of 200 are too few; all and none together would tell, so one more is hidden."""
    frame = indicators()
    frame = frame[(frame["place"] == "Kustavi") & (frame["month"] == 12)]
    hidden = gone(frame)
    assert ("loneliness", "survey", "any") in hidden and len(hidden) == 2
    for kind in ("md", "html"):
        assert report(indicators(), "Kustavi", kind).count("hidden") == 2 + 1  # two cells and the note
        assert report(indicators(), "Salo", kind).count("hidden") == 1


@pytest.mark.parametrize("kind", ["md", "html"])
def test_the_truth_is_not_in_the_report(kind):
    assert "99" not in report(indicators(), "Salo", kind) and "0.98" not in report(indicators(), "Salo", kind)


def test_means_of_municipalities_leave_out_what_is_hidden():
    frame = pd.concat([indicators(), pd.DataFrame([row(place="Oripää", month=12, n=2, estimate=0.9)])], ignore_index=True)
    cells = next(line for line in report(frame, "Salo").splitlines() if line.startswith("| Lonely")).split(" | ")
    assert cells[5] == "22 %"


def test_html_is_well_formed_and_escaped():
    from xml.etree import ElementTree

    frame = indicators().assign(county="<County & Co>")
    text = report(frame, "Salo", "html").removeprefix("<!doctype html>").replace('<meta charset="utf-8">', "")
    assert ElementTree.fromstring(text).find(".//h1").text == "Social report of Salo, 2019"
    assert "&lt;County &amp; Co&gt;" in text and len(re.findall("<svg", text)) == 2


def test_every_indicator_of_the_model_has_its_words():
    assert set(TITLES) == set(INDICATORS)
    assert {words[3] == "%" for name, words in TITLES.items() if INDICATORS[name].share} == {True}
    assert not any(words[3] == "%" for name, words in TITLES.items() if not INDICATORS[name].share)


def test_one_world_is_reported_and_errors_name_what_there_is():
    frame = pd.concat([indicators(), indicators().assign(draw=3, estimate=0.5)], ignore_index=True)
    assert set(observed(frame)["draw"]) == {0}
    assert places_of(frame) == ["Kustavi", "Salo"]
    with pytest.raises(ValueError, match="there is a"):
        observed(frame, arm="b")
    with pytest.raises(ValueError, match="Kustavi, Salo"):
        report(frame, "Turku")


def test_files_of_every_municipality():
    written = {}
    write_all(indicators(), written.__setitem__, "a")
    assert set(written) == {f"reports/a/{place}.{kind}" for place in ("Salo", "Kustavi") for kind in ("md", "html")}

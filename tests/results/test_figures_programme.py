"""Figures of programmes' own tables: drawn from known tables and asked what they say."""

import pytest

from results import figures
from results.report.decision import LEAST_DRAWS, by_group, information, options, thresholds
from results.report.numbers import answers

LABELS = {"baseline": "Baseline", "promeq": "PROMEQ models"}


def draw(name, full):
    return figures.draw(name, full, comparator="baseline", labels=LABELS)


def test_maturity_is_that_of_the_last_month_in_which_anybody_assessed(full):
    figure = draw("maturity_profile", full)
    last = figure.frame[figure.frame["moment"] == "last"].groupby("measure")["mean"].mean()
    assert last["true"] == pytest.approx(2.5)
    assert last["self_assessed"] == pytest.approx(2.8)
    assert "from 2.00 to 2.50" in figure.says


def test_adoption_counts_municipalities(full):
    figure = draw("adoption_curve", full)
    assert figure.frame["mean"].tolist() == [0.0, 0.5, 0.5]
    assert "50 % under PROMEQ models" in figure.says


def test_card_is_told_by_place_and_segment(full):
    assert "Kuusamo 10.0 %" in draw("card_participation", full).says
    frame = draw("card_segments", full).frame
    users = frame[frame["measure"] == "users"].set_index("segment")["mean"]
    assert users.to_dict() == pytest.approx({"all": 0.1, "urban": 0.15, "rural": 0.05})


def test_areas_are_in_the_order_of_their_shrunk_means(full):
    figure = draw("area_wellbeing", full)
    assert figure.frame["area"].tolist() == ["Mikkeli 1", "Mikkeli 2"]
    assert "2 of 2 areas differ" in figure.says


def test_allocation_sets_need_beside_its_mean(full):
    figure = draw("allocation_by_area", full)
    assert figure.frame["need"].tolist() == pytest.approx([1.2, 0.8])
    assert "1.20 and 0.80" in figure.says


def test_partners_by_what_is_used(full):
    assert draw("partnership_use", full).frame["actor"].tolist() == ["Parish", "Club"]


def test_intervals_that_hold_the_truth_are_counted(full):
    figure = draw("indicators_estimated", full)
    assert figure.frame.groupby("source")["holds"].mean().to_dict() == {"register": 1.0, "survey": 0.5}


def test_reporting_says_which_gap_and_for_what_money(full):
    assert "for 1.00 M EUR of information" in draw("reporting_value", full).says


def test_decision_tables_tell_all_arms_and_what_is_missing(full):
    arms = ["baseline", "promeq"]
    assert {row[0] for row in options(full, arms, LABELS).rows} == {"Baseline", "PROMEQ models"}
    assert len(thresholds(full, arms, LABELS).rows) == 3
    table, why = information(full, arms)
    assert table is None
    assert f"at least {LEAST_DRAWS} draws" in why
    groups = by_group(full, answers(full, arms, LABELS), LABELS)
    assert groups is None or len(groups.rows) == 2

"""Figures of programmes' own tables: drawn from known tables and asked what they say."""

import matplotlib.colors
import numpy as np
import pytest

from results import figures
from results.figures import area_map
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
    """Rows from the lowest shrunk mean down; an open square at the mean as measured, a filled dot at the shrunk one, 1.96 errors a side."""
    figure = draw("area_wellbeing", full)
    (axis,) = figure.axes
    assert figure.title == "Wellbeing by area: PROMEQ models"
    assert figure.frame["area"].tolist() == ["Mikkeli 1", "Mikkeli 2"]
    assert [text.get_text() for text in axis.get_yticklabels()] == ["1. Mikkeli 1", "2. Mikkeli 2"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first row on top
    assert axis.get_xlabel() == "Score (EUROHIS-QOL-8, 1–5)"
    marks = {(line.get_marker(), round(float(line.get_ydata()[0]))): float(line.get_xdata()[0])
             for line in axis.get_lines() if line.get_marker() in ("s", "o")}  # fmt: skip
    assert marks == pytest.approx({("s", 0): 3.8, ("o", 0): 3.85, ("s", 1): 4.1, ("o", 1): 4.05})
    ends = [tuple(line.get_xdata()) for line in axis.get_lines() if len(line.get_xdata()) == 2]
    assert ends[0] == pytest.approx((3.8 - 1.96 * 0.05, 3.8 + 1.96 * 0.05))
    assert ends[1] == pytest.approx((3.85 - 1.96 * 0.03, 3.85 + 1.96 * 0.03))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["as measured", "drawn towards the whole"]
    assert "lowest in Mikkeli 1 (3.85) and highest in Mikkeli 2 (4.05); 2 of 2 areas differ" in figure.says


def test_allocation_sets_need_beside_its_mean(full):
    """Need and resources over their means; the dotted line is where they are equal, and marks lie on it when resources follow need."""
    figure = draw("allocation_by_area", full)
    (axis,) = figure.axes
    assert figure.frame[["area", "need", "factor"]].to_numpy().tolist() == [["Mikkeli 1", 1.2, 1.2], ["Mikkeli 2", 0.8, 0.8]]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("Need (1 = average)", "Resources per head (1 = average)")
    (marks,) = axis.collections
    assert marks.get_offsets().tolist() == [pytest.approx([1.2, 1.2]), pytest.approx([0.8, 0.8])]
    dotted = next(line for line in axis.get_lines() if line.get_linestyle() == ":")
    assert list(dotted.get_xdata()) == list(dotted.get_ydata())
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["PROMEQ models"]
    assert "most and with least need get 1.20 and 0.80 under PROMEQ models" in figure.says


def test_map_of_areas_colours_gains_and_losses_within_one_outline(full):
    """Mikkeli 1 gains 0.02, Mikkeli 2 loses 0.01; both tiles lie in the one outline, named once."""
    figure = draw("area_map", full)
    frame = figure.frame.set_index("area")
    assert frame["mean"].to_dict() == pytest.approx({"Mikkeli 1": 0.02, "Mikkeli 2": -0.01})
    assert abs(frame["row"] - frame["row"].iat[0]).max() + abs(frame["column"] - frame["column"].iat[0]).max() == 1  # side by side
    faces = dict(zip(figure.frame["area"], (patch.get_facecolor() for patch in figure.axes[0].patches), strict=True))
    assert faces["Mikkeli 1"] == pytest.approx(matplotlib.colors.to_rgba("#0072B2"), abs=0.01)
    assert faces["Mikkeli 2"][0] > faces["Mikkeli 2"][2]  # orange
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["1", "2", "Mikkeli"]
    assert len(figure.axes[0].get_lines()) == 6  # sides of two squares that share one
    assert figure.axes[1].get_ylabel().replace("\n", " ") == "Change in mean wellbeing (EUROHIS- QOL-8 points)"
    assert "higher in 1 of 2 areas; most in Mikkeli 1 (+0.020 points)" in figure.says


def test_areas_of_a_municipality_stay_together():
    """Thirty areas of one place and ten places of one area: no tile twice, and the thirty hang together."""
    names = ["Town"] * 30 + [f"Village {k}" for k in range(10)]
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    longitude, latitude = (np.concatenate([np.full(30, middle), middle + f(turn)]) for middle, f in ((25.0, np.cos), (62.0, np.sin)))
    rows, columns = area_map.tiles(names, longitude, latitude)
    cells = list(zip(rows.tolist(), columns.tolist(), strict=True))
    assert len(set(cells)) == 40
    reached, town = {cells[0]}, set(cells[:30])
    while grown := {c for c in town - reached for r in reached if abs(c[0] - r[0]) + abs(c[1] - r[1]) == 1}:
        reached |= grown
    assert reached == town
    assert np.mean([row for row, name in zip(rows, names, strict=True) if name == "Village 2"]) < rows[:30].mean()  # to the north


def test_pathways_with_their_share_of_the_full_effect(full):
    """The full effect first, then the largest; what they do together and what lies outside last."""
    figure = draw("mechanisms", full)
    (axis,) = figure.axes
    assert [text.get_text() for text in axis.get_yticklabels()] == [
        "Full effect", "Information (recall, word of mouth)", "Trust in services",
        "Interactions between pathways", "Outside these pathways",
    ]  # fmt: skip
    assert figure.frame["mean"].tolist() == pytest.approx([0.0105, 0.0063, 0.00315, 0.00042, 0.00063])
    assert [text.get_text() for text in axis.texts] == ["100 %", "60 %", "30 %", "4 %", "6 %"]
    assert "EUROHIS-QOL-8 points" in axis.get_xlabel()
    assert "by +0.011 points" in figure.says or "by +0.010 points" in figure.says
    assert "“Information (recall, word of mouth)” carries 60 %; “Trust in services” carries 30 %" in figure.says


def test_partners_by_what_is_used(full):
    assert draw("partnership_use", full).frame["actor"].tolist() == ["Parish", "Club"]


def test_intervals_that_hold_the_truth_are_counted(full):
    figure = draw("indicators_estimated", full)
    cloud, side = figure.axes
    marked = [line for line in cloud.get_lines() if line.get_marker() != "None"]
    dots = {line.get_marker(): (list(line.get_xdata()), list(line.get_ydata())) for line in marked}
    assert dots["s"] == (pytest.approx([20, 20]), pytest.approx([22, 30]))  # survey, one run, per cent
    assert dots["^"] == (pytest.approx([20]), pytest.approx([20]))  # register
    assert (cloud.get_xlabel(), cloud.get_ylabel()) == ("True (% of residents)", "Estimate (% of residents)")
    assert [patch.get_height() for patch in side.patches] == pytest.approx([50, 100])
    assert [text.get_text() for text in side.texts] == ["50 %", "100 %"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["survey", "registers"]
    assert "survey: off by 6.0 percentage points on average, 50 % of intervals hold the truth" in figure.says
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

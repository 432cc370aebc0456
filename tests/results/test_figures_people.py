"""Figures of who gains, moves and is reached, and where: drawn from known tables and asked what they say."""

import json

import matplotlib.colors
import numpy as np
import pandas as pd
import pytest
from report_tables import GAIN, transitions

from results import figures, suppress
from results.figures import municipality_map, style, who_moved

LABELS = {"baseline": "Baseline", "promeq": "PROMEQ models", "groups": "Groups for the young"}


def draw(name, full, **options):
    return figures.draw(name, full, comparator="baseline", labels=LABELS, **options)


def written(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_gap_over_time_shows_the_gap_and_its_change(full):
    """Those in no group have 4.1, those in any 3.5; the arm lifts the latter nine tenths more than the former."""
    figure = draw("gap_over_time", full)
    frame = figure.frame
    level = frame[(frame["measure"] == "level") & (frame["arm"] == "baseline")]
    assert level["mean"].mean() == pytest.approx(0.6, abs=0.03)
    year = frame[frame["measure"] == "last_year"].iloc[0]
    assert year["p_narrows"] == 1.0
    assert year["mean"] < 0
    assert figure.axes[1].get_lines()[0].get_ydata()[-1] == pytest.approx(-0.9 * 0.04 * 1.4)
    assert "narrower in 100 % of runs" in figure.says
    assert "of the start" in figure.how


def test_gain_by_start_falls_for_the_better_off(full):
    figure = draw("gain_by_start", full)
    line = figure.axes[0].get_lines()[0]
    assert line.get_color() == style.COLOURS[0]
    assert line.get_ydata()[0] == pytest.approx(GAIN)
    assert np.all(np.diff(line.get_ydata()) < 0)
    assert line.get_xdata()[[0, -1]] == pytest.approx([2.5, 97.5])
    assert "lowest starting wellbeing gains +0.0180 points" in figure.says


def test_concentration_curve_before_and_after(full):
    """A curve p - s p (1 - p) has the index s / 3; its hump is s / 4."""
    figure = draw("concentration_curve", full)
    index = figure.frame[figure.frame["measure"] == "index"].set_index(["arm", "moment"])["mean"]
    assert index["baseline", "start"] == pytest.approx(0.02 / 3, rel=0.01)
    assert index["promeq", "end"] == pytest.approx(0.03 / 3, rel=0.01)
    hump = figure.axes[1].get_lines()
    assert [max(line.get_ydata()) for line in hump[:3]] == pytest.approx([0.5, 1.0, 0.75])
    assert "PROMEQ models changes it by −0.0033" in figure.says


def test_cost_concentration_tells_the_tenth(full):
    figure = draw("cost_concentration", full)
    assert "costliest tenth of residents carries 80 % of service cost" in figure.says
    assert "changes this by −1.00 percentage points" in figure.says
    assert "the costliest tenth: 80 %" in written(figure)


def test_funnel_shows_each_step_with_its_number(full):
    figure = draw("funnel", full)
    titles = [axis.get_title(loc="left") for axis in figure.axes if axis.get_visible()]
    assert titles == ["campaign\n50.0 k EUR", "Groups for the young\n120 k EUR"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["In the segment", "Exposed", "Aware"]
    assert "30,150" in written(figure)
    open_dots = [line.get_markerfacecolor() for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert open_dots == ["white", style.COLOURS[0], "white"]
    assert "most money goes to Groups for the young (120 k EUR)" in figure.says


def test_waiting_and_unmet_leaves_out_what_cannot_be_seen(full):
    figure = draw("waiting_and_unmet", full)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == ["All services", "Primary care", "Mental health services"]
    change = figure.frame[(figure.frame["measure"] == "change") & (figure.frame["stratum"] == "mental_health")]
    assert change.set_index("outcome")["mean"].to_dict() == pytest.approx({"waiting": -0.5, "unmet": 0.0}, abs=1e-9)
    assert "waiting is longest in Mental health services (3.02 months)" in figure.says


def test_who_moved_draws_movers_only(full):
    """500 from unemployed to employed, 300 from employed to student; NEET loses 450 and gains 300."""
    figure = draw("who_moved", full)
    assert len(figure.axes[0].patches) == 2
    assert {"Unemployed 500", "Employed 300", "Employed 500", "Student 300"} <= set(written(figure))
    bars = [patch.get_width() for patch in figure.axes[1].patches]
    assert bars == pytest.approx([-450, 300])
    assert "about 800 residents end in another main activity" in figure.says
    assert "“NEET youth” shrinks most, by 150" in figure.says


def test_who_moved_counts_a_run_without_movers_as_none():
    """A pair of states that stands in one of twelve runs only is a twelfth of its number."""
    moves = transitions(["baseline", "promeq"])
    rare = (moves["from_state"] == "unemployed") & ~((moves["draw"] == 0) & (moves["replicate"] == 0))
    frame = who_moved.data({"transitions": moves[~rare]})
    row = frame[(frame["from_state"] == "unemployed") & (frame["to_state"] == "employed")].iloc[0]
    assert row["mean"] == pytest.approx(500 / 12)


def few(n):
    """A run's moves in which four pairs of 3 residents each are too rare to be shown; margins known."""
    states = ("employed", "student", "unemployed", "pensioner")
    rows = [
        ("baseline", "promeq", 0, 0, "activity", "all", one, two, 50.0 * size, size)
        for i, one in enumerate(states) for j, two in enumerate(states) if (size := 500 if i == j else n[i][j])
    ]
    columns = ["comparator", "arm", "draw", "replicate", "kind", "group", "from_state", "to_state", "persons", "n"]
    return {"transitions": pd.DataFrame(rows, columns=columns)}


def test_rare_moves_are_pooled_where_that_gives_nobody_away():
    """Twelve pairs of 3 residents are hidden one by one; their sum of 36 (1,800 real) is told, and no state is named."""
    tables, count = suppress.protect(few([[3] * 4] * 4), 5)
    assert count >= 12
    figure = figures.draw("who_moved", tables, labels=LABELS)
    assert "about 1,800 residents end in another main activity; no single move is frequent enough" in figure.says
    assert written(figure).count("Moves too rare to show 1,800") == 2
    assert not {"Employed", "Student"} & {text.split(" ")[0] for text in written(figure)}


def test_a_pool_that_would_give_somebody_away_is_hidden_too():
    """Two pairs of 1 and 2 residents: their sum of 3 is a small cell itself, so only that something is hidden is told."""
    n = [[0] * 4 for _ in range(4)]
    n[0][1], n[2][3] = 1, 2
    tables, _ = suppress.protect(few(n), 5)
    with pytest.raises(figures.FigureError, match="nobody moved, or too few residents did to be shown"):
        figures.data("who_moved", tables)
    tables["transitions"] = pd.concat([tables["transitions"], transitions(["baseline", "promeq"]).query("kind == 'group' and draw == 0")])
    tables["transitions"] = tables["transitions"].query("replicate == 0")
    figure = figures.draw("who_moved", tables, labels=LABELS)
    assert "too few residents end in another main activity for their number to be shown" in figure.says
    assert "Too few to be shown" in written(figure)


def test_tiles_are_apart_and_keep_directions():
    """No two places on one tile; north stays above south and west left of east."""
    rng = np.random.default_rng(1)
    longitude, latitude = rng.uniform(20, 31, 60), rng.uniform(60, 70, 60)
    rows, columns = municipality_map.tiles(longitude, latitude)
    assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == 60
    assert np.corrcoef(rows, latitude)[0, 1] < -0.9
    assert np.corrcoef(columns, longitude)[0, 1] > 0.9


def test_municipality_map_colours_gains_and_losses(full):
    figure = draw("municipality_map", full)
    tiles = {text.get_text().split("\n")[0]: text for text in figure.axes[0].texts}
    assert set(tiles) == {"Jyväskylä", "Mikkeli", "Vaasa", "Kuusamo"}
    assert tiles["Mikkeli"].get_text().endswith("+0.020")
    places = figure.frame.set_index("name")
    assert places.at["Kuusamo", "row"] < places.at["Mikkeli", "row"]
    faces = dict(zip(figure.frame["name"], (patch.get_facecolor() for patch in figure.axes[0].patches), strict=True))
    assert faces["Mikkeli"] == pytest.approx(matplotlib.colors.to_rgba("#0072B2"), abs=0.01)
    assert faces["Vaasa"][0] > faces["Vaasa"][2]  # orange
    assert "higher in 1 of 4 municipalities; most in Mikkeli (+0.020 points)" in figure.says


def geojson(tmp_path, code="NATCODE"):
    """Two squares with the codes of Mikkeli (by code) and Vaasa (by name), and one of nobody."""
    def square(x, y):
        return [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]

    features = [
        {"type": "Feature", "properties": {code: "491"}, "geometry": {"type": "Polygon", "coordinates": square(27, 61)}},
        {"type": "Feature", "properties": {"NAMEFIN": "Vaasa"}, "geometry": {"type": "MultiPolygon", "coordinates": [square(21, 63)]}},
        {"type": "Feature", "id": "491", "properties": {code: 20}, "geometry": {"type": "Polygon", "coordinates": square(24, 61)}},
    ]
    path = tmp_path / "places.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_map_of_ones_own_boundaries(full, tmp_path):
    figure = draw("municipality_map", full, boundaries=geojson(tmp_path))
    (shapes,) = figure.axes[0].collections
    faces = shapes.get_facecolors()
    assert len(faces) == 3
    assert faces[0] == pytest.approx(matplotlib.colors.to_rgba("#0072B2"), abs=0.01)
    assert faces[2] == pytest.approx(matplotlib.colors.to_rgba("#dddddd"))  # its number among the features is not its code
    assert {text.get_text() for text in figure.axes[0].texts} == {"Mikkeli", "Vaasa"}
    low, high = figure.axes[0].get_xlim()
    assert low < 21 and high > 28
    assert "grey has no residents" in figure.how


def test_a_map_stops_at_the_neighbours(full, tmp_path):
    """The window holds the run's municipalities and some air, not all of a country."""
    outcomes = full["outcomes"]
    only = outcomes[(outcomes["stratum_kind"] != "municipality") | (outcomes["stratum"] == "Mikkeli")]
    figure = draw("municipality_map", {**full, "outcomes": only}, boundaries=geojson(tmp_path))
    low, high = figure.axes[0].get_ylim()
    assert 60.5 < low < 61 and 62 < high < 62.5


def test_a_bad_boundary_file_is_told(full, tmp_path):
    path = geojson(tmp_path, "number")
    path.write_text(path.read_text(encoding="utf-8").replace("Vaasa", "Turku").replace('"id": "491"', '"id": "9"'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"none of the run's municipalities.*NATCODE"):
        draw("municipality_map", full, boundaries=path)
    path = tmp_path / "bad.geojson"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="is no GeoJSON"):
        draw("municipality_map", full, boundaries=path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="has no features"):
        draw("municipality_map", full, boundaries=path)

"""Every figure is drawn from a tiny table and asked what it says; labels do not collide and stay inside."""

import functools
import pathlib
import subprocess
import sys
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from results import figures
from results.figures import style
from results.language import speaking

LABELS = {"baseline": "Baseline", "promeq": "PROMEQ models"}


def texts(figure):
    """All visible texts of a drawn figure with their boxes in pixels (of an annotation, without its leader
    line).
    """
    figure.draw_without_rendering()  # laid out as it would be drawn; nobody looks at its dots
    renderer = figure.canvas.get_renderer()
    unseen = set()  # tick labels beyond the limits are kept by matplotlib but not drawn
    for axis in (side for axes in figure.axes for side in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        ticks = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
        unseen |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
    found = figure.findobj(
        lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text().strip()
    )
    return [(t.get_text(), Text.get_window_extent(t, renderer)) for t in found if id(t) not in unseen]


def overlaps(boxes):
    return [
        (a, b)
        for (a, one), (b, two) in combinations(boxes, 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1
    ]


def test_found_by_file_name():
    stems = {path.stem for path in pathlib.Path(figures.__file__).parent.glob("[!_]*.py")}
    files = stems - {"style"}
    assert set(figures.names()) == files >= {"wellbeing_by_group", "cost_by_payer", "who_gains"}
    with pytest.raises(ValueError, match="Did you mean 'who_gains'"):
        figures.draw("who_gain", {})


DRAWABLE = [name for name in figures.names() if name != "tornado"]  # which needs more draws than the tiny run has


@pytest.fixture(scope="module")
def drawn(full):
    """drawn(name, language): a figure of the tiny run, its texts with their boxes, and what had no translation; drawn once."""

    @functools.cache
    def draw(name, language):
        with speaking(language) as missed:
            figure = figures.draw(name, full, comparator="baseline", labels=LABELS)
        return figure, texts(figure), missed

    return draw


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("name", DRAWABLE)
def test_every_figure_reads_well_in_every_language(name, language, drawn):
    """Nothing untranslated, no text on another or cut off, whatever the length of words."""
    figure, boxes, missed = drawn(name, language)
    assert missed == set()
    assert overlaps(boxes) == []
    width, height = figure.canvas.get_width_height()
    outside = [t for t, b in boxes if b.x0 < -1 or b.y0 < -1 or b.x1 > width + 1 or b.y1 > height + 1]
    assert outside == []


@pytest.mark.parametrize("name", DRAWABLE)
def test_every_figure_says_what_it_is(name, drawn):
    """Title, how to read, what it says, labelled axes with units, alt text."""
    figure, boxes, _ = drawn(name, "en")
    written = " ".join(" ".join(text.split()) for text, _ in boxes)
    assert "How to read:" in written
    assert "What it says:" in written
    assert "PROMEQ models" in written
    assert figure.alt_text.startswith(figure.texts[0].get_text())
    assert any("(" in axis.get_xlabel() + axis.get_ylabel() for axis in figure.axes)


@pytest.mark.parametrize("name", DRAWABLE)
def test_saved_with_numbers_and_words(name, full, tmp_path):
    picture, numbers, words = figures.save(name, full, tmp_path / "figures", dpi=50, comparator="baseline", labels=LABELS)
    assert picture.read_bytes()[:4] == b"\x89PNG"
    frame = pd.read_csv(numbers)
    assert len(frame) == len(figures.data(name, full, comparator="baseline"))
    if name in ("ce_plane", "equity_plane", "ceac"):  # runs and shares of runs, not means of runs
        assert {"gain", "share"} & set(frame.columns)
    elif name in ("allocation_by_area", "area_wellbeing", "indicators_estimated"):  # areas and estimates, each with its own error
        assert {"factor", "shrunk_error", "holds"} & set(frame.columns)
    else:
        assert {"mean", "low", "high"} <= set(frame.columns)
        assert ((frame["low"] <= frame["mean"] + 1e-12) & (frame["mean"] <= frame["high"] + 1e-12)).all()
    assert "What it says:" in words.read_text(encoding="utf-8")


def panels(figure):
    """Upper and lower panels of the wellbeing figure by group title."""
    axes = [axis for axis in figure.axes if axis.get_visible() and axis.axison]
    upper = {axis.get_title(loc="left"): axis for axis in axes if axis.get_title(loc="left")}
    low = [axis for axis in axes if not axis.get_title(loc="left")]
    below = {}
    for name, axis in upper.items():
        box = axis.get_subplotspec()
        for other in low:
            spot = other.get_subplotspec()
            if (spot.rowspan.start, spot.colspan.start) == (box.rowspan.start + 1, box.colspan.start):
                below[name] = other
    return upper, below


def test_wellbeing_by_group_draws_the_numbers(tables):
    """Levels above; below, the paired difference with a band, on one scale, over calendar years."""
    figure = figures.draw("wellbeing_by_group", tables, comparator="baseline", labels=LABELS)
    upper, below = panels(figure)
    assert len(upper) == len(below) == 8
    baseline, promeq = upper["NEET youth"].get_lines()
    assert baseline.get_color() == style.COMPARATOR
    assert promeq.get_color() == style.COLOURS[0]
    assert promeq.get_ydata()[-1] - baseline.get_ydata()[-1] == pytest.approx(0.056)
    change = below["NEET youth"].get_lines()[0]
    assert change.get_ydata()[-1] == pytest.approx(0.056)
    assert change.get_xdata()[[0, -1]] == pytest.approx([2017 + 0.5 / 12, 2019 - 0.5 / 12])
    assert len(below["NEET youth"].collections) == 1
    assert not upper["NEET youth"].collections
    assert len({axis.get_ylim() for axis in below.values()}) == len({axis.get_ylim() for axis in upper.values()}) == 1
    assert "+0.056 points (95 % of runs +0.041 to +0.071)" in figure.alt_text


def test_wellbeing_by_group_without_a_group_has_no_hole(tables):
    """Seven groups fill the grid from the start, and the free place holds the legend."""
    outcomes = tables["outcomes"]
    figure = figures.draw("wellbeing_by_group", {"outcomes": outcomes[outcomes["stratum"] != "heavy_user"]})
    upper, _ = panels(figure)
    spots = sorted((axis.get_subplotspec().rowspan.start, axis.get_subplotspec().colspan.start) for axis in upper.values())
    assert spots == [(0, 0), (0, 1), (0, 2), (0, 3), (2, 0), (2, 1), (2, 2)]
    assert overlaps(texts(figure)) == []


def test_wellbeing_by_group_of_one_arm_and_without_dates(tables):
    outcomes = tables["outcomes"][tables["outcomes"]["arm"] == "baseline"].drop(columns="date")
    figure = figures.draw("wellbeing_by_group", {"outcomes": outcomes}, labels=LABELS)
    upper, below = panels(figure)
    assert len(upper) == 8
    assert not below
    assert upper["NEET youth"].get_lines()[0].get_xdata()[-1] == pytest.approx(23.5 / 12)
    assert "Baseline the mean score is lowest for Heavy service users" in figure.alt_text
    assert overlaps(texts(figure)) == []


ARMS = ["promeq", "wellbeing_card_for_families", "social_reporting", "maturity", "diffusion"]


def test_six_arms_do_not_collide(tables):
    """Lines that lie on each other still have labels that do not."""
    outcomes = tables["outcomes"].astype({"arm": str})
    more = outcomes[outcomes["arm"] == "promeq"]
    frames = [outcomes]
    frames += [more.assign(arm=arm, value=more["value"] + 0.001 * i) for i, arm in enumerate(ARMS[1:])]
    figure = figures.draw("wellbeing_by_group", {"outcomes": pd.concat(frames)}, comparator="baseline")
    assert overlaps(texts(figure)) == []


def test_five_arms_of_costs_do_not_collide_and_thin_slices_are_left_out(tables):
    """A payer of a thousandth of the bar gets neither a slice nor a place in the legend, but a word."""
    ledger = tables["ledger"].astype({"arm": str})
    saves = ledger[ledger["arm"] == "promeq"]
    faint = (saves["payer"] == "resident").to_numpy()
    saves = saves.assign(amount=np.where(faint, 30_005.0, saves["amount"]))
    frames = [ledger[ledger["arm"] == "baseline"], *(saves.assign(arm=arm) for arm in ARMS)]
    labels = {arm: f"{arm.replace('_', ' ')} in all municipalities" for arm in ARMS}
    figure = figures.draw("cost_by_payer", {"ledger": pd.concat(frames)}, comparator="baseline", labels=labels)
    assert overlaps(texts(figure)) == []
    assert "Residents" not in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "left out: Residents." in figure.alt_text


def test_cost_by_payer_adds_up(tables):
    frame = figures.data("cost_by_payer", tables, comparator="baseline").set_index("payer")
    assert frame["mean"].drop("net").sum() == pytest.approx(frame.at["net", "mean"])
    assert frame.at["municipality", "mean"] == pytest.approx(24 * 9000)
    figure = figures.draw("cost_by_payer", tables, comparator="baseline", labels=LABELS)
    written = [text for text, _ in texts(figure)]
    assert "net +99.6 k EUR" in written
    assert "Wellbeing services county" in written
    bars = sum(bar.get_width() for bar in figure.axes[0].patches)
    assert bars == pytest.approx(99.6)
    assert "Municipality pays most (+216 k EUR); State saves most (−120 k EUR)" in figure.alt_text


def with_threshold(tables, size):
    """Twins with a threshold, shares of `size` times those of the fixture, and fifths of starting wellbeing."""
    twins = tables["twins"].astype({"stratum_kind": str}).assign(threshold=0.01)
    start = twins[twins["stratum_kind"] == "start_fifth"].assign(stratum_kind="start_wellbeing_fifth")
    twins = pd.concat([twins, start], ignore_index=True)
    moved = twins["measure"].isin(["share_better", "share_worse", "mean_gain"])
    twins.loc[moved, "value"] *= size
    twins.loc[twins["measure"] == "share_same", "value"] = 1 - size * (1 - twins["value"])
    return {"twins": twins}


def test_who_gains_shows_both_sides_and_the_rest(tables):
    figure = figures.draw("who_gains", tables, comparator="baseline", labels=LABELS)
    frame = figure.frame[figure.frame["stratum"] == "neet"].set_index("measure")["mean"]
    bars = figure.axes[0].patches
    written = [text for text, _ in texts(figure)]
    assert min(bar.get_width() for bar in bars) == pytest.approx(-2.5)
    assert max(bar.get_width() for bar in bars) == pytest.approx(61.5)
    assert frame["share_better"] + frame["share_same"] + frame["share_worse"] == pytest.approx(1)
    assert "36.0 %" in written  # about the same
    assert "mean gain is largest for NEET youth (+0.025 points" in figure.alt_text


def test_who_gains_can_be_read_when_little_happens(tables):
    """Shares of a thousandth fill the axis, gains keep two digits, the threshold is told."""
    figure = figures.draw("who_gains", with_threshold(tables, 0.01), labels=LABELS)
    boxes = texts(figure)
    written = [text for text, _ in boxes]
    assert figure.axes[0].get_xlim()[1] < 1
    assert "Lowest starting wellbeing" in written
    assert "+0.000246" in written
    assert not {"0.00 %", "+0.000"} & set(written)
    assert "by more than 0.01 points on average over the period" in figure.alt_text
    assert "not at 100 %" in figure.alt_text
    assert overlaps(boxes) == []


def test_who_gains_when_nobody_does(tables):
    figure = figures.draw("who_gains", with_threshold(tables, 0.0), labels=LABELS)
    assert "nobody's wellbeing changes by more than 0.01 points" in figure.alt_text
    assert overlaps(texts(figure)) == []


def test_spread_moves_little_and_keeps_order():
    assert style.spread([1.0, 5.0], 1).tolist() == [1, 5]
    assert style.spread([2.0, 2.0], 1).tolist() == [1.5, 2.5]
    moved = style.spread([3.0, 1.0, 1.1, 1.2], 0.5)
    assert np.diff(np.sort(moved)).min() >= 0.5 - 1e-12
    assert moved.argsort().tolist() == [1, 2, 3, 0]
    assert moved[0] == 3


def test_an_arm_keeps_its_look():
    looks = style.styles(["baseline", "a", "b"])
    assert [look.colour for look in looks.values()] == ["#4d4d4d", "#0072B2", "#D55E00"]
    assert len({look.marker for look in looks.values()}) == 3


def test_the_users_settings_do_not_leak_in(tables):
    import matplotlib

    with matplotlib.rc_context({"font.size": 30, "axes.grid": False}):
        figure = figures.draw("who_gains", tables)
        assert figure.axes[0].xaxis.label.get_size() == 9
        assert matplotlib.rcParams["font.size"] == 30


def test_discovery_is_light():
    code = "import sys; from results import figures; figures.names(); sys.exit('matplotlib' in sys.modules)"
    root = pathlib.Path(figures.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0

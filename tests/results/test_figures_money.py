"""Figures of money and worth, and of what drives the answer: drawn from known tables and asked what they say."""

import numpy as np
import pandas as pd
import pytest
from report_tables import drawn

from results import figures
from results.figures import ce_plane, ceac, ede_profile, style, tornado
from results.language import speaking

LABELS = {"baseline": "Baseline", "promeq": "PROMEQ models"}


def draw(name, tables, **options):
    return figures.draw(name, tables, comparator="baseline", labels=LABELS, **options)


def test_budget_impact_adds_up_by_year(full):
    """Twelve months of what the tables add: 9,000 EUR a month for municipalities, and 4,150 in the mean for all payers."""
    figure = draw("budget_impact", full)
    frame = figure.frame.set_index(["year", "payer"])["mean"]
    assert frame[2017, "municipality"] == pytest.approx(12 * 9000)
    assert frame[2018].drop("net").sum() == pytest.approx(frame[2018, "net"]) == pytest.approx(12 * 4150)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2017", "2018"]
    assert "the year 2017 adds most to all budgets together, +49.8 k EUR" in figure.says


def test_ce_plane_counts_every_run_beside_its_twin(full):
    figure = draw("ce_plane", full)
    assert len(figure.frame) == 12
    assert (figure.frame["gain"] > 0).all()
    axis = figure.axes[0]
    (dots,) = (line for line in axis.get_lines() if line.get_marker() == "o" and line.get_alpha())
    assert len(dots.get_xdata()) == 12
    cross = next(line for line in axis.get_lines() if line.get_marker() == "s")
    assert cross.get_xdata()[0] == pytest.approx(figure.frame["gain"].mean())
    assert cross.get_color() == style.COLOURS[0]
    worth = (20_000 * figure.frame["gain"] > figure.frame["cost"]).mean()
    assert f"{worth:.0%}".replace("%", " %") + " of 12 runs cost less than 20,000 EUR" in figure.says


def test_ceac_sums_to_one_and_starts_at_the_cheapest(full):
    frame = ceac.data(full, "baseline")
    assert np.allclose(frame.groupby("value")["share"].sum(), 1)
    assert frame.groupby("value")["best"].sum().eq(1).all()
    plane = ce_plane.data(full, "baseline")
    at_nothing = frame[(frame["value"] == 0) & (frame["arm"] == "baseline")]["share"].iat[0]
    assert at_nothing == pytest.approx((plane["cost"] >= 0).mean())
    figure = draw("ceac", full)
    assert max(line.get_ydata()[-1] for line in figure.axes[0].get_lines()) <= 100


def test_equity_impact_by_income_fifth(full):
    """The poorest fifth gains 0.1 points a year for two years, nobody else; the money, spread over 1,000 adults, is the same for all."""
    figure = draw("equity_impact", full, rate=0.0)
    wide = figure.frame.set_index(["measure", "stratum"])["mean"]
    assert [wide["gain", k] for k in "12345"] == pytest.approx([200, 0, 0, 0, 0], abs=1e-9)
    public = 24 * (9000 - 2850 - 5000 + 1000)
    assert [wide["forgone", k] for k in "12345"] == pytest.approx([1000 * public / 20_000 / 1000] * 5)
    assert wide["net", "1"] == pytest.approx(200 - wide["forgone", "1"])
    assert wide["efficiency", "all"] == pytest.approx(40 - wide["forgone", "1"])
    assert wide["equity", "all"] > 0
    stairs, plane = figure.axes
    assert [patch.get_height() for patch in stairs.patches] == pytest.approx([200, 0, 0, 0, 0], abs=1e-9)
    assert [text.get_text() for text in stairs.get_xticklabels()] == ["poorest", "2", "3", "4", "richest"]
    assert stairs.get_ylabel() == "Net gain (WELLBYs per 1,000 adults)"
    assert {"more in total and more alike", "less in total, more alike"} <= {text.get_text().replace("\n", " ") for text in plane.texts}
    assert "in the poorest fifth and" in figure.says


def test_equity_plane_sees_more_and_more_alike(full):
    figure = draw("equity_plane", full)
    assert (figure.frame["narrowing"] > 0).all()
    assert (figure.frame["gain"] > 0).all()
    assert "100 % of 12 runs do both" in figure.says


def test_ede_profile_rises_when_the_poorest_gain(full):
    """Only the lowest fifth gains 0.1: the mean gains 0.02, and more the more inequality is minded."""
    frame = ede_profile.data(full, "baseline")
    means = frame.set_index("aversion")["mean"]
    assert means[0.0] == pytest.approx(0.02)
    assert means.is_monotonic_increasing
    assert 0.05 < means[10.95] < 0.1
    assert "is +0.0200 points when only the mean counts" in draw("ede_profile", full).says


def tables_of_draws(make_outcomes, draws=40):
    """A gain that follows the drawn number `strong`; `weak` means nothing."""
    outcomes = make_outcomes()
    one = outcomes[(outcomes["outcome"] == "wellbeing") & (outcomes["draw"] == 0) & (outcomes["replicate"] == 0)]
    one = one[one["stratum_kind"] == "all"].astype({"arm": str})
    value = {draw: (draw * 17) % draws / draws for draw in range(draws)}
    frames = [
        one.assign(draw=draw, value=4.0 + (one["arm"] == "promeq") * (0.02 + 0.04 * value[draw] + 0.001 * (draw % 3)))
        for draw in range(draws)
    ]
    return {"outcomes": pd.concat(frames), "parameters": drawn(range(draws), value.get)}


def test_tornado_finds_what_drives_and_leaves_out_chance(make_outcomes):
    figure = draw("tornado", tables_of_draws(make_outcomes))
    frame = figure.frame
    assert list(frame["name"]) == ["strong"]
    row = frame.iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.021 + 0.04 * 0.0975, 0.021 + 0.04 * 0.8775), abs=5e-4)
    assert row["tested"] == 2
    assert "of 2 uncertain numbers, strong moves the answer under PROMEQ models most" in figure.says
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["strong"]


def test_tornado_needs_draws(make_outcomes):
    with pytest.raises(figures.FigureError, match="8 draws of the uncertain numbers; it takes 30"):
        tornado.data(tables_of_draws(make_outcomes, draws=8))


def test_a_figure_whose_table_is_missing_says_so(tables):
    with pytest.raises(figures.FigureError, match="no table “curves”"):
        figures.picture("gain_by_start", tables)
    with speaking("fi"), pytest.raises(figures.FigureError, match="ajossa ei ole taulukkoa ”curves”"):
        figures.picture("gain_by_start", tables)
    alone = {name: tables[name][tables[name]["arm"] == "baseline"] for name in ("outcomes", "ledger")}
    with pytest.raises(figures.FigureError, match="one scenario only"):
        figures.draw("ce_plane", alone)


def test_a_picture_is_for_a_page(full):
    """An SVG of its own identifiers, described, without the words that the page sets beside it."""
    picture = figures.picture("cost_by_payer", full, comparator="baseline", labels={"promeq": "A <script>alert(1)</script> & $x$"})
    assert picture.svg.startswith('<svg role="img" aria-labelledby="cost_by_payer-t cost_by_payer-d"')
    assert "How to read" not in picture.svg
    assert "<script>" not in picture.svg
    assert "$x$" in picture.svg
    assert 'id="figure_1"' not in picture.svg
    again = figures.picture("cost_by_payer", full, comparator="baseline", labels={"promeq": "A <script>alert(1)</script> & $x$"})
    assert again.svg == picture.svg  # the same bytes

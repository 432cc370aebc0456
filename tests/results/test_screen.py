"""The tables on screen: within 100 columns, with the numbers of the summary."""

import io

import pytest
from rich.console import Console

from results import compare, screen, words


@pytest.fixture(scope="module")
def text(tables):
    summary = compare.summarise(
        tables, "baseline", "promeq", titles={"promeq": "PROMEQ models", "baseline": "Baseline"}
    )
    out = io.StringIO()
    screen.show(summary, Console(file=out, width=100))
    return out.getvalue()


def test_fits_a_hundred_columns(text):
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    assert "…" not in text  # nothing was cut off


def test_says_what_it_should(text):
    flat = " ".join(text.split())
    for part in (
        "PROMEQ models against Baseline: 2 years, 12 paired runs",
        "NEET youth 3.40 +0.0560 [0.0411, 0.0709]",
        "Slope over income 0.597 −0.028",
        "Gap: Any at-risk group",
        "100 %",
        "Contacts per resident-year 6.00 +0.15",
        "Municipality +216 k EUR +210 k EUR",
        "Society, without transfers +196 k EUR",
        "Public sector, with transfers",
        "402 [324, 539]",
        "Who gains (twins",
        "NEET youth +0.025 [0.024, 0.025] 61.5 % 2.5 %",
        "costs more, gains wellbeing (100 % of runs)",
        "not measured results of the projects",
        "Monte-Carlo error",
    ):
        assert part in flat, part


def test_without_change_nothing_is_bold_and_no_ratio_is_given(tables):
    import pandas as pd

    same = {
        name: pd.concat(
            [frame[frame["arm"] == "baseline"], frame[frame["arm"] == "baseline"].assign(arm="same")]
        )
        for name, frame in tables.items()
        if name != "twins"
    }
    out = io.StringIO()
    screen.show(compare.summarise(same, "baseline", "same"), Console(file=out, width=100))
    assert "no difference in cost or wellbeing (100 % of runs)" in out.getvalue()
    assert "–" in out.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 EUR"),
        (-940.4, "−940 EUR"),
        (12_345, "12.3 k EUR"),
        (1e6, "1.00 M EUR"),
        (-2.5e9, "−2.50 bn EUR"),
        (999_990, "1.00 M EUR"),
    ],
)
def test_money_keeps_three_digits(value, text):
    assert words.money(value) == text


def test_small_effects_and_large_sums_still_fit(tables, make_outcomes):
    """A gain in the fourth decimal at billions of euros and a loss: nothing is cut off, no sign is lost."""
    ledger = tables["ledger"].assign(amount=tables["ledger"]["amount"] * 30_000)
    for gain in (0.0005, -0.04):
        made = {"outcomes": make_outcomes(gain=gain), "ledger": ledger}
        out = io.StringIO()
        screen.show(compare.summarise(made, "baseline", "promeq"), Console(file=out, width=100))
        assert "…" not in out.getvalue()
        assert max(len(line.rstrip()) for line in out.getvalue().splitlines()) <= 100
        assert ("+0.00021" if gain > 0 else "−0.0168 [−0.0213, −0.0123]") in out.getvalue()
        assert "0.0000 [0.0000" not in out.getvalue()


def test_minute_effects_leave_room_for_names(tables, make_outcomes):
    """Differences of a few millionths, of either sign and with unlike numbers of decimals: no name is cut."""
    made = make_outcomes(gain=0.00002)
    mixed = (made["arm"] == "promeq") & (made["draw"] == 0)
    made.loc[mixed, "value"] = make_outcomes(gain=-0.002).loc[mixed, "value"]
    out = io.StringIO()
    screen.show(compare.summarise({**tables, "outcomes": made}, "baseline", "promeq"), Console(file=out, width=100))
    assert "…" not in out.getvalue()
    assert out.getvalue().count("Families under strain ") >= 3  # in one piece, in each table


def test_one_run_and_one_year_are_not_plural(tables):
    one = {name: frame[(frame["draw"] == 0) & (frame["replicate"] == 0)] for name, frame in tables.items()}
    one = {name: frame[frame["month"] < 12] if "month" in frame else frame for name, frame in one.items()}
    out = io.StringIO()
    screen.show(compare.summarise(one, "baseline", "promeq"), Console(file=out, width=100, force_terminal=True, no_color=False))
    assert ": 1 year, 1 paired run. " in out.getvalue()
    assert "95 %" not in out.getvalue()
    bold = out.getvalue().count("\x1b[1m")
    out.truncate(out.seek(0))
    screen.show(compare.summarise(tables, "baseline", "promeq"), Console(file=out, width=100, force_terminal=True))
    assert out.getvalue().count("\x1b[1m") > bold + 10  # differences are bold only where runs are enough to tell


def test_numbers():
    assert words.number(-0.0001) == "0.00"
    assert words.signed(0.0) == "0.00"
    assert words.signed(1234.5, 1) == "+1,234.5"
    assert words.number(float("nan")) == "–"
    assert words.share(0.123, 1) == "12.3 %"
    assert words.label("some_thing") == "some thing"
    assert words.label("neet") == "NEET youth"


def test_decimals_follow_the_smallest_number_within_reason():
    assert words.decimals([0.056, 0.0168, 0.0056]) == 4
    assert words.decimals([0.00226, 0.00025, 1e-9, 0.0, float("nan")]) == 5  # one near zero does not count
    assert words.decimals([12.0]) == words.decimals([]) == 2
    assert words.small(0.00003, 4) == "0.00003"
    assert words.small(-0.00003, 4, words.signed) == "−0.00003"
    assert words.small(0.0, 4) == "0.0000"


def test_amounts_of_one_line_share_a_unit():
    assert words.moneys([30_600, 11_500, 148_000]) == (["30.6", "11.5", "148"], "k EUR")
    assert words.moneys([-372e3, -4.87e6, 1.65e6], True) == (["−372", "−4,870", "+1,650"], "k EUR")
    assert words.moneys([0.3, -3e6, float("nan")])[1] == "k EUR"


def test_nearly_none_and_nearly_all_are_not_none_and_all():
    assert [words.per_cent(v, 1) for v in (0, 0.01, 12.34, 99.99, 100)] == ["0 %", "<0.1 %", "12.3 %", ">99.9 %", "100 %"]

"""`hytesim results` as a health economist meets it: a spreadsheet of their own, and what learning more is worth in a run."""

import sys

import pandas as pd
import pytest

TABLE = """arm,draw,stratum,weight,cost_county,cost_state,effect,currency
usual,0,1,100,500,100,10.0,EUR
usual,0,2,100,500,100,14.0,EUR
usual,1,1,100,520,100,10.2,EUR
usual,1,2,100,520,100,14.1,EUR
new,0,1,100,900,80,10.3,EUR
new,0,2,100,900,80,14.1,EUR
new,1,1,100,950,80,10.6,EUR
new,1,2,100,950,80,14.1,EUR
"""


@pytest.fixture
def hytesim(monkeypatch, capsys, tmp_path):
    """Call the command in a folder with the table: returns (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "my.csv").write_text(TABLE, encoding="utf-8")

    def call(*arguments):
        from command.app import start

        monkeypatch.setattr(sys, "argv", ["hytesim", *arguments])
        with pytest.raises(SystemExit) as ending:
            start()
        return (ending.value.code, *capsys.readouterr())

    return call


def test_prints_the_decision(hytesim):
    code, out, _ = hytesim("results", "from-table", "my.csv", "--wtp", "1000", "--wtp", "5000")
    assert code == 0
    for word in ("Amounts in EUR", "Efficiency frontier", "costs_more_gains", "Net benefit", "Acceptability", "Budget impact",
                 "slope_index", "Gain, opportunity cost", "Equity-impact plane",
                 "Strata from the worst to the best off: 1, 2"):  # fmt: skip
        assert word in out
    assert "1,975" in out  # 395 more a person for 0.2 more
    assert all(len(line) <= 100 for line in out.splitlines() if not line.startswith("- "))


def test_writes_every_table(hytesim, tmp_path):
    code, out, _ = hytesim("results", "from-table", "my.csv", "--out", "tables")
    assert code == 0
    names = {path.stem for path in (tmp_path / "tables").iterdir()}
    assert names == {"arms", "increments", "frontier", "net_benefit", "acceptability", "payers", "inequality", "strata", "equity",
                     "ede_profile"}  # fmt: skip
    assert f"{len(names)} tables in tables" in out
    row = pd.read_csv(tmp_path / "tables" / "increments.csv").iloc[0]
    assert row["cost"] == pytest.approx((380 + 410) / 2)
    assert row["effect"] == pytest.approx((0.2 + 0.2) / 2)
    assert row["icer"] == pytest.approx(395 / 0.2)


def test_another_comparator_and_a_scale(hytesim):
    code, out, _ = hytesim("results", "from-table", "my.csv", "--comparator", "new", "--scale", "0,20")
    assert code == 0
    assert "costs_less_loses" in out
    assert "erreygers" in out
    assert "gini" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["from-table", "none.csv"], "none.csv: no such file"),
        (["from-table", "my.csv", "--comparator", "nev"], "no arm 'nev' to compare with; did you mean 'new'?"),
        (["from-table", "my.csv", "--scale", "5"], "--scale 5: two numbers with a comma between"),
        (["from-table", "my.csv", "--scale", "5,1"], "the lower limit comes first"),
        (["from-table", "my.csv", "--scale", "1,5"], "outside the scale 1 to 5"),
        (["from-table", "my.csv", "--wtp", "0"], "at least one threshold must be above 0"),
        (["from-tabel", "my.csv"], "Did you mean 'from-table'?"),
    ],
)
def test_wrong_input_ends_in_one_clear_line(hytesim, arguments, words):
    code, _, err = hytesim("results", *arguments)
    assert code == 2
    assert words in err
    assert "Traceback" not in err


def test_a_bad_table_tells_all_at_once(hytesim, tmp_path):
    (tmp_path / "bad.csv").write_text("arm,cost,effect,weight,currency\na,,1,1,EUR\na,5,1,-1,SEK\n", encoding="utf-8")
    code, _, err = hytesim("results", "from-table", "bad.csv")
    assert code == 2
    lines = err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("bad.csv: ") for line in lines)
    for word in ("line 2, column cost", "line 3, column weight", "2 currencies", "only one arm"):
        assert word in err


def test_what_learning_is_worth_in_a_run(hytesim, tmp_path):
    """Groups, prices and a table from a run folder; a file of the same; wrong arguments in one line."""
    from results import store
    from tests.results.test_learning import ARMS, tables

    with store.building(tmp_path / "run") as build:
        for name, frame in tables(draws=60).items():
            store.write_table(build.path, name, frame)
        store.write_manifest(build.path, {"command": "compare", "complete": True, "arms": ARMS, "comparator": ARMS[0]})
    asked = ["--group", "first=a.p1", "--group", "both=a.p1,b.p2", "--wtp", "1000"]
    code, out, _ = hytesim("results", "evppi", "run", *asked, "--price", "first=900", "--out", "new/worth.csv")
    assert code == 0
    assert "60 draws" in out
    assert "knowing every number would be worth" in out
    assert "not worth its price" in out
    found = pd.read_csv(tmp_path / "new" / "worth.csv").set_index("group")
    assert list(found.index) == ["both", "first"]
    assert found.loc["first", "net"] == pytest.approx(found.loc["first", "value"] - 900)
    for arguments, words in ((["--group", "first"], "--group first: a name, ="), (["--price", "first=much"], "an amount in euros"),
                             (["--group", "first=a.p3"], "Did you mean 'a.p1'?")):
        code, _, err = hytesim("results", "evppi", "run", *arguments)
        assert code == 2
        assert words in err

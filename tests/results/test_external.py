"""A user's own table: read from every format, completed, and refused with every problem at once."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from results import external

GOOD = pd.DataFrame({"arm": ["usual", "new"] * 2, "draw": [0, 0, 1, 1], "cost": [10.0, 12, 11, 15], "effect": [1.0, 1.1, 1.0, 1.2]})


def frame(text):
    return pd.read_csv(io.StringIO(text))


def problems(table, **more):
    with pytest.raises(external.TableError) as caught:
        external.check(table, **more)
    return caught.value.problems


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "xlsx"])
def test_every_format_reads_the_same(tmp_path, ending):
    path = tmp_path / f"table.{ending}"
    {"csv": lambda: GOOD.to_csv(path, index=False), "tsv": lambda: GOOD.to_csv(path, index=False, sep="\t"),
     "parquet": lambda: GOOD.to_parquet(path), "xlsx": lambda: GOOD.to_excel(path, index=False)}[ending]()  # fmt: skip
    table = external.read(path)
    assert table.arms == ["usual", "new"]
    assert table.rows["effect"].tolist() == [1.0, 1.1, 1.0, 1.2]
    assert (table.rows["weight"] == 1).all()


def test_a_finnish_table_has_semicolons_and_decimal_commas(tmp_path):
    path = tmp_path / "taulu.csv"
    path.write_text("\ufeffarm;cost;effect\nusual;10,5;1,25\nnew;12;1,5\n", encoding="utf-8")
    rows = external.read(path).rows
    assert rows["cost"].tolist() == [10.5, 12]
    assert rows["effect"].tolist() == [1.25, 1.5]


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "cp1252"])
def test_a_spreadsheets_own_coding_and_thousands(tmp_path, coding):
    """As a Finnish spreadsheet saves it: thousands set apart by a space that does not break, in one of three codings."""
    path = tmp_path / "taulu.csv"
    path.write_bytes("arm;cost;effect\nnykyään;1\u00a0000,5;2\nuusi;12\u00a0000;2,5\n".encode(coding))
    table = external.read(path)
    assert table.arms == ["nykyään", "uusi"]
    assert table.rows["cost"].tolist() == [1000.5, 12_000]


def test_an_arm_may_be_called_none(tmp_path):
    """A name is a name; in a column of numbers NA is a gap."""
    path = tmp_path / "t.csv"
    path.write_text("arm,cost,effect\nNone,1,2\nNA,3,4\n", encoding="utf-8")
    assert external.read(path).arms == ["None", "NA"]
    path.write_text("arm,cost,effect\nNone,1,2\nNA,NA,4\n", encoding="utf-8")
    with pytest.raises(external.TableError, match="line 3, column cost: no number stands here"):
        external.read(path)
    path.write_text("arm,cost,effect\n,1,2\nb,3,4\n", encoding="utf-8")
    with pytest.raises(external.TableError, match="line 2, column arm: nothing stands here"):
        external.read(path)


@pytest.mark.parametrize(("ending", "told"), [("xlsx", "is not an Excel file"), ("parquet", "cannot be read as Parquet")])
def test_a_broken_file_is_one_clear_line(tmp_path, ending, told):
    path = tmp_path / f"t.{ending}"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(external.TableError, match=told) as caught:
        external.read(path)
    assert len(caught.value.problems) == 1
    with pytest.raises(external.TableError, match="is a folder, not a table"):
        external.read(tmp_path)


def test_an_archive_that_is_no_workbook_is_told(tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(external.TableError, match="cannot be read as Excel"):
        external.read(path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "", "the file is empty"),
        ("t", "arm,cost,effect\na,1,2\nb,1,2\n", "a file whose name has no ending cannot be read"),
        ("t.csv", "arm,cost,effect\na,1,2,3\nb,1,2,3\n", "line 2 has more values than the header, line 1, has names"),
        ("t.csv", "Results of my model\n1\n2\n", "line 1 must be the header, and it reads 'Results of my model'"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_line(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(external.TableError) as caught:
        external.read(path)
    assert len(caught.value.problems) == 1
    assert told in str(caught.value)


def test_between_tabs_a_comma_may_be_decimal_but_not_a_thousand(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("arm\tcost\teffect\na\t1,5\t2\nb\t12,25\t3\n", encoding="utf-8")
    assert external.read(path).rows["cost"].tolist() == [1.5, 12.25]
    path.write_text("arm\tcost\teffect\na\t1,500\t2\nb\t12,250\t3\n", encoding="utf-8")
    with pytest.raises(external.TableError, match="'1,500' is not a number"):
        external.read(path)


def test_capitals_in_the_header_and_empty_rows_at_the_end_do_no_harm():
    table = external.check(frame("Arm,Cost_County,EFFECT,currency\na,1,2,EUR\nb,3,4,eur\n,,,\n,,,\n"))
    assert (table.arms, table.payers, table.currency) == (["a", "b"], ["County"], "EUR")
    assert "line 3, column arm: nothing stands here" in problems(frame("arm,cost,effect\na,1,2\n,,\nb,3,4\n"))


def test_a_row_that_stands_twice_is_told_unless_rows_are_people():
    twice = pd.concat([GOOD, GOOD.tail(1)], ignore_index=True)
    assert problems(twice) == ["line 6, column arm: the same as line 5; a row that stands twice would count twice"]
    external.check(pd.concat([GOOD, GOOD], ignore_index=True))  # two people in each run, alike by chance


def test_an_arm_without_a_stratum_is_told():
    found = problems(frame("arm,stratum,cost,effect\na,1,1,2\na,2,1,3\nb,1,2,3\n"))
    assert found[0].startswith("arm 'b' has nobody of stratum '2', which another arm has")


def test_thousands_marks_between_commas_are_told():
    table = frame('arm,cost,effect\na,"1,000",2\nb,"3,000",4\n')
    assert "leave out thousands marks" in problems(table)[0]


def test_payers_add_up_to_the_cost():
    table = external.check(frame("arm,cost_county,cost_state,effect,currency\na,1,2,1,EUR\nb,3,4,1,EUR"))
    assert table.rows["cost"].tolist() == [3, 7]
    assert table.payers == ["county", "state"]
    assert table.currency == "EUR"


def test_parameters_are_one_value_per_draw():
    table = external.check(GOOD.assign(param_reach=[0.3, 0.3, 0.4, 0.4]))
    assert table.parameters["reach"].to_dict() == {0: 0.3, 1: 0.4}
    found = problems(GOOD.assign(param_reach=[0.3, 0.5, 0.4, 0.4]))
    assert found == ["column param_reach: several values in draw 0; a parameter has one value per draw, the same in all arms"]


def test_notes_say_what_was_assumed():
    notes = external.check(GOOD.assign(colour="red")).notes
    assert notes[0] == "Columns not used: colour."
    assert "every row stands for one person" in notes[1]
    assert "one currency" in notes[2]
    assert "people of one run, not draws" in external.check(GOOD.drop(columns="draw")).notes[-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("arm,cost\na,1\nb,2", "no column effect"),
        ("arm,cost,effects\na,1,1\nb,2,1", "no column effect; there is 'effects': is it meant?"),
        ("arm,effect\na,1\nb,2", "no column cost or one cost_<payer> for each payer"),
        ("arm,cost,effect\na,1,1\nb,,1", "line 3, column cost: no number stands here (NaN); a missing value is not 0"),
        ("arm,cost,effect\na,1,1\nb,x,1", "line 3, column cost: 'x' is not a number"),
        (
            'arm,cost,effect\na,1,1\nb,"1,5",1',
            "line 3, column cost: '1,5' is not a number; leave out thousands marks, and write decimals with a point "
            "(with a comma only between semicolons)",
        ),
        ("arm,cost,effect\na,1,1\nb,inf,1", "line 3, column cost: the number is infinite"),
        ("arm,cost,effect,weight\na,1,1,1\nb,1,1,-2", "line 3, column weight: -2 is negative; a weight is a number of people, 0 or more"),
        ("arm,cost,effect,weight\na,1,1,1\nb,1,1,0", "all weights of arm 'b', draw 0, replicate 0 are 0"),
        ("arm,cost,effect,currency\na,1,1,EUR\nb,1,1,SEK",
         "column currency: 2 currencies, EUR (line 2), SEK (line 3); convert to one currency and price year first"),
        ("arm,cost,effect,currency\na,1,1,EUR\nb,1,1,", "line 3, column currency: nothing stands here"),
        ("arm,cost,effect\na,1,1\na,2,1", "only one arm, 'a'; a comparison needs at least two values in column arm"),
        ("arm,cost,effect\na,1,1\n,2,1\nb,1,1", "line 3, column arm: nothing stands here"),
        ("arm,draw,cost,effect\na,0,1,1\nb,0.5,2,1", "line 3, column draw: 0.5 is not a whole number"),
        ("arm,draw,cost,effect\na,0,1,1\na,1,1,1\nb,0,2,1", "arm 'b' has no rows for draw 1, replicate 0, which another arm has"),
        ("arm,unit,cost,effect\na,7,1,1\nb,7,1,1\nb,7,1,1", "line 4, column unit: same arm, draw, replicate, unit and year as line 3"),
        ("arm,cost,cost_state,effect\na,1,1,1\nb,5,4,1", "line 3, column cost: 5, but its payers' columns add up to 4"),
        ("arm,cost,effect,wieght\na,1,1,1\nb,1,1,1", "column 'wieght' is not known; is weight meant? Rename or drop it"),
        ("arm,cost,effect", "no rows below the header"),
    ],
)  # fmt: skip
def test_bad_tables_get_one_clear_line(text, told):
    assert told in problems(frame(text))


def test_all_problems_at_once_and_no_flood():
    table = frame("arm,cost,effect,weight,currency\na,,1,-1,EUR\na,1,x,1,SEK")
    found = problems(table)
    assert len(found) == 5
    many = pd.DataFrame({"arm": ["a", "b"] * 500, "cost": np.nan, "effect": 1.0})
    found = problems(many)
    assert found[-1] == "column cost: 997 more lines of the same kind"
    assert len(found) == 4
    text = str(external.TableError("t.csv", [f"problem {i}" for i in range(30)]))
    assert text.splitlines()[-1] == "t.csv: and 10 more"


def test_the_comparator_must_be_there():
    assert problems(GOOD, comparator="usuall") == ["no arm 'usuall' to compare with; did you mean 'usual'?"]
    assert problems(GOOD, comparator="x") == ["no arm 'x' to compare with; there are usual, new"]


def test_files_that_are_no_tables(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        external.read(tmp_path / "none.csv")
    path = tmp_path / "table.docx"
    path.write_text("x")
    with pytest.raises(external.TableError, match=r"a file that ends in \.docx cannot be read"):
        external.read(path)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00ar")  # half a character short
    with pytest.raises(external.TableError, match="cannot be read as a table"):
        external.read(tmp_path / "bytes.csv")


WIDE = "cost_usual,effect_usual,cost_new,effect_new,param_p\n100,1,150,1.5,0.1\n110,1.1,160,1.7,0.2\n"


def test_a_wide_table_is_the_long_one():
    """Costs and effects of every arm in a row, one row per draw."""
    long = "arm,draw,cost,effect,param_p\nusual,0,100,1,0.1\nusual,1,110,1.1,0.2\nnew,0,150,1.5,0.1\nnew,1,160,1.7,0.2\n"
    wide, plain = external.check(frame(WIDE)), external.check(frame(long))
    assert wide.arms == plain.arms == ["usual", "new"]
    assert wide.payers == []
    pd.testing.assert_frame_equal(wide.rows[plain.rows.columns], plain.rows)
    pd.testing.assert_frame_equal(wide.parameters, plain.parameters)


@pytest.mark.parametrize(("change", "told"), [
    (("effect_new", "effects"), "no column effect_new beside cost_new"),
    (("cost_new", "price"), "no column cost_new beside effect_new"),
    (("160", ""), "line 3, column cost_new: no number stands here"),
])
def test_a_bad_wide_table_is_told_in_its_own_columns(change, told):
    assert any(told in line for line in problems(frame(WIDE.replace(*change))))

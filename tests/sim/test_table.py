"""The user's own table: read whole, or refused with every problem named by row and column."""

import numpy as np
import pandas as pd
import pytest

from scenarios import tables
from scenarios.parameters import shipped
from sim import runs
from sim.characteristics import age_of
from sim.residents import RESIDENT, Care, Education, Origin, Sex, Status
from sim.table import TableError, read

PLACES = [tables.municipalities()[code] for code in ("491", "286", "005")]
PARAMETERS = {name: entry.value for name, entry in shipped().items()}
GOOD = "ika;sukupuoli;kunta\n34;man;491\n33;1;Kouvola\n5;0;5\n41;woman;005\n"
MAP = {"age": "ika", "sex": "sukupuoli", "municipality": "kunta"}


def load(folder, text, columns=MAP, name="mine.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path, columns, PLACES, PARAMETERS, seed=3, start_year=2018)


def problems(folder, text, columns=MAP):
    with pytest.raises(TableError) as error:
        load(folder, text, columns)
    return str(error.value)


def test_reads_names_numbers_and_leading_zeros(tmp_path):
    rows = load(tmp_path, GOOD)
    assert rows.dtype == RESIDENT and len(rows) == 4
    by_id = rows[np.argsort(rows["id"])]
    assert age_of(by_id).tolist() == [34, 33, 5, 41]
    assert by_id["sex"].tolist() == [Sex.man, Sex.woman, Sex.man, Sex.woman]
    assert by_id["municipality"].tolist() == [0, 1, 2, 2]
    assert by_id["household"][2] == by_id["household"][3], "the child lives with the only adult of its place"


def test_parquet_equals_csv(tmp_path):
    frame = pd.DataFrame({"age": [34, 33], "sex": ["man", "woman"], "municipality": [491, 286]})
    frame["sex"] = frame["sex"].astype("category")
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    one, two = (read(tmp_path / f"t.{end}", {}, PLACES, PARAMETERS, 3, 2018) for end in ("parquet", "csv"))
    assert one.tobytes() == two.tobytes()


def test_what_is_given_is_kept(tmp_path):
    text = (
        "id,age,sex,municipality,household,partner,origin,permit_year,education,status,status_months,"
        "jobless_months,care,area,urbanity\n"
        "70,40,man,491,A,1,refugee,2015,basic,labour_market_support,20,31,none,2,rural\n"
        "71,38,woman,491,A,1,finnish,,tertiary,employed,5,0,none,2,rural\n"
        "72,9,woman,491,A,0,finnish,,basic,child,9,0,none,2,rural\n"
    )
    rows = load(tmp_path, text, {})
    assert rows["id"].tolist() == [70, 71, 72]
    assert rows["permit_month"].tolist() == [-36, -32768, -32768]
    assert rows["status"].tolist() == [Status.labour_market_support, Status.employed, Status.child]
    assert rows["status_months"].tolist() == [20, 5, 9] and rows["jobless_months"].tolist() == [31, 0, 0]
    assert rows["education"].tolist() == [Education.basic, Education.tertiary, Education.basic]
    assert rows["origin"].tolist() == [Origin.refugee, Origin.finnish, Origin.finnish]
    assert rows["partner"].tolist() == [1, 1, 0] and set(rows["adults"]) == {2} and set(rows["minors"]) == {1}
    assert set(rows["area"]) == {2} and set(rows["care"]) == {Care.none} and np.ptp(rows["household"]) == 0


def test_couples_are_seen_by_age_in_given_households(tmp_path):
    rows = load(
        tmp_path, "age,sex,municipality,household\n40,0,491,a\n38,1,491,a\n40,1,491,b\n18,0,491,b\n", {}
    )
    assert rows["partner"][np.argsort(rows["id"])].tolist() == [1, 1, 0, 0]


def test_year_of_birth(tmp_path):
    rows = load(tmp_path, "birth_year,sex,municipality\n1980,0,491\n2017,1,491\n", {})
    born = 2018 + rows["birth_month"][np.argsort(rows["id"])] // 12
    assert born.tolist() == [1980, 2017]


def test_every_problem_names_row_and_column(tmp_path):
    text = "ika;sukupuoli;kunta\n34;man;491\n140;1;Kouvola\n;0;5\n41;womann;005\n3.5;0;Kouvla\n"
    said = problems(tmp_path, text)
    assert "mine.csv: 5 problems" in said
    assert "row 2, column 'ika': 140 is above 115" in said
    assert "row 3, column 'ika': missing" in said
    assert "row 4, column 'sukupuoli': 'womann' is none of 0 man, 1 woman. Did you mean 'woman'?" in said
    assert "row 5, column 'ika': '3.5' is not a whole number" in said
    assert "row 5, column 'kunta': no municipality 'Kouvla' in this scenario. Did you mean 'Kouvola'?" in said


def test_twenty_problems_are_listed_and_the_rest_counted(tmp_path):
    said = problems(tmp_path, "ika;sukupuoli;kunta\n" + "-1;0;491\n" * 33)
    assert said.count("is below 0") == 20 and "and 13 more problems" in said and "33 problems" in said


@pytest.mark.parametrize("columns, expected", [
    ({"age": "ikä"}, "age = 'ikä' is not in the file. Did you mean 'ika'?"),
    (MAP | {"sexx": "sukupuoli"}, "no field 'sexx'. Did you mean 'sex'?"),
    ({}, "column 'age or birth_year' is missing"),
    (MAP | {"partner": "ika"}, "needs household"),
])  # fmt: skip
def test_column_map(tmp_path, columns, expected):
    assert expected in problems(tmp_path, GOOD, columns)


@pytest.mark.parametrize("rows, expected", [
    ("7,30,0,491,a,0,\n7,30,0,491,b,0,\n", "row 2, column 'id': the same identity"),
    ("1,30,0,491,a,0,\n2,31,1,286,a,0,\n", "row 1, column 'household': members live in more than one"),
    ("1,30,0,491,a,0,\n2,9,1,491,b,0,\n", "row 2, column 'household': a child without an adult"),
    ("1,30,0,491,a,refugee,\n", "row 1, column 'permit_year': missing for a refugee"),
    ("1,30,0,491,a,1,2018\n", "row 1, column 'permit_year': not before the start year 2018"),
])  # fmt: skip
def test_contradictions(tmp_path, rows, expected):
    assert expected in problems(tmp_path, "id,age,sex,municipality,household,origin,permit_year\n" + rows, {})


def test_children_alone_in_a_place(tmp_path):
    assert "row 1, column 'kunta': has children but no adult" in problems(tmp_path, MAPLESS + "4;0;286\n")


MAPLESS = "ika;sukupuoli;kunta\n"


@pytest.mark.parametrize("text, expected", [("", "cannot be read"), (MAPLESS, "has no rows")])
def test_empty_files(tmp_path, text, expected):
    assert expected in problems(tmp_path, text)


@pytest.mark.parametrize(("text", "expected"), [
    ("", "cannot be read"), (MAPLESS, "has no rows"), ("ika,kunta\n3,286\n", "'sex' is missing"),
])
def test_what_cannot_be_opened_is_told_before_anything_runs(tmp_path, text, expected):
    """Loading a scenario says of its table of residents what reading it would; and looks again once the file has changed."""
    path = tmp_path / "people.csv"
    path.write_text(text)
    given = {"population.table": str(path), "population.columns": {"age": "ika", "municipality": "kunta"}}
    with pytest.raises(TableError, match=expected):
        runs.load("baseline", given)
    path.write_text("ika,kunta,sex\n30,286,man\n")
    assert runs.load("baseline", given).population.table == str(path)


def test_missing_file(tmp_path):
    with pytest.raises(TableError, match=r"nowhere.csv.*\n.*cannot be read"):
        read(tmp_path / "nowhere.csv", {}, PLACES, PARAMETERS, 3, 2018)


def test_what_is_missing_is_drawn_as_in_the_synthetic_population(tmp_path):
    ages = np.tile(np.arange(100), 100)
    frame = pd.DataFrame({"age": ages, "sex": np.arange(10_000) // 100 % 2, "municipality": "491"})
    frame.to_parquet(tmp_path / "t.parquet")
    rows = read(tmp_path / "t.parquet", {}, PLACES, PARAMETERS, 3, 2018)
    age = age_of(rows)
    assert (rows["status"][age < 16] == Status.child).all() and (
        rows["status"][age > 70] == Status.pensioner
    ).all()
    assert 0.6 < (rows["status"][(age > 30) & (age < 50)] == Status.employed).mean() < 0.9
    assert rows["partner"].any() and np.unique(rows["area"]).size > 3
    assert (rows["origin"] == Origin.refugee).any() and (rows["care"] == Care.housing).any()

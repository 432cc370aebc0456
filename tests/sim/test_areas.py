"""Areas: their own differences, the user's table of them, and what is reported of them."""

import numpy as np
import pytest

from results.inequality import mean_log_deviation
from scenarios import tables
from sim import outputs, tidy
from sim.areas import TRAITS, read
from sim.columns import TableError
from sim.model import HyteModel
from sim.runs import load

HEAD = "municipality,area,residents,urbanity,distance,cohesion,third_sector,latitude,longitude\n"
GOOD = HEAD + (
    "Kuusamo,Keskusta,9000,semi_urban,0.02,0.6,1.2,65.96,29.19\n"
    "Kuusamo,Ruka,2000,rural,0.10,0.7,0.5,66.16,29.15\n"
    "305,Poussu,1000,rural,0.15,0.8,0.0,,\n"
    "Kalajoki,Kalajoki,12000,semi_urban,0.03,0.6,1.0,,\n")
BOTH = ("Kuusamo", "Kalajoki")
SPREAD = {"area.distance_spread": 0.05, "area.cohesion_spread": 0.06, "area.third_sector_spread": 0.5}


def own(tmp_path, text, narrowed=False, places=BOTH):
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, [m for m in tables.municipalities().values() if m.name in places], narrowed)


def build(tmp_path, text=GOOD, **more):
    """A small model of the two municipalities with the table."""
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return HyteModel(load("baseline", {"population.places": list(BOTH), "population.residents": 2000, "population.areas": str(path),
                                       "time.years": 1, "time.burn_in": 1, **more}))


# --- differences within a class ---------------------------------------------------------------------------------------


def test_without_spread_areas_are_exactly_their_class(world):
    model = world(places=("Mikkeli",), residents=800)
    classes = model.area_classes[0]
    assert len(set(classes)) > 1
    for trait, parameter in (("distance", "burden.place"), ("cohesion", "cohesion.place")):
        assert model.areas[trait].tolist() == [model.values[parameter][c] for c in classes]
    assert set(model.areas["third_sector"]) == {1.0}


def test_spread_gives_each_area_its_own_and_any_sample_the_same(world):
    """Means stay near those of the class; another sample of the same municipality, or other company, changes no area."""
    model = world(places=("Mikkeli", "Juva"), residents=1500, parameters={**SPREAD, "population.area_residents": 400.0})
    alone = world(places=("Mikkeli",), residents=2500, parameters={**SPREAD, "population.area_residents": 400.0})
    here = next(m for m in model.municipalities if m.name == "Mikkeli")
    shared = min(len(here.areas), len(alone.areas))
    assert shared > 50
    for trait in TRAITS:
        assert here.areas[trait][:shared].tolist() == alone.areas[trait][:shared].tolist()
    base = np.asarray(alone.values["cohesion.place"])[alone.area_classes[0]]
    gap = alone.areas["cohesion"] - base
    assert gap.std() == pytest.approx(0.06, rel=0.25) and abs(gap.mean()) < 4 * 0.06 / np.sqrt(len(gap))
    third = alone.areas["third_sector"]
    assert (third > 0).all() and third.mean() == pytest.approx(1.0, abs=4 * third.std() / np.sqrt(len(third)))


def test_a_distant_area_without_groups_asks_them_less(tmp_path):
    """Same people, same luck: no third sector, no requests to community groups from there."""
    model = build(tmp_path)
    village = next(a for a in model.area_agents if a.name == "Poussu")
    model.run(12)
    asks = village.people["waiting"][:, 9] > 0
    assert len(village.people) > 30 and not asks.any()
    assert (next(a for a in model.area_agents if a.name == "Keskusta").people["visits"] >= 0).all()


# --- the user's own table -----------------------------------------------------------------------------------------------


def test_the_table_gives_number_shares_classes_traits_and_names(tmp_path):
    model = build(tmp_path)
    kalajoki, kuusamo = sorted(model.municipalities, key=lambda m: m.name)
    assert [a.name for a in model.area_agents if a.municipality is kuusamo] == ["Keskusta", "Ruka", "Poussu"]
    shares = model.area_shares[kuusamo.index]
    assert shares == pytest.approx([0.75, 2 / 12, 1 / 12], abs=0.02)  # whole households
    assert kuusamo.areas["distance"].tolist() == [0.02, 0.10, 0.15] and kuusamo.areas["third_sector"].tolist() == [1.2, 0.5, 0.0]
    assert set(kuusamo.people["urbanity"][kuusamo.people["area"] > 0]) == {2} and len(kalajoki.areas) == 1
    table = tidy.areas(model, "x").set_index("area")
    assert table.loc["Ruka", "latitude"] == 66.16 and table.loc["Poussu", "latitude"] == kuusamo.record.latitude
    assert table["residents"].sum() == pytest.approx((model.weight * model.start_sizes).sum())


def test_shares_are_as_good_as_numbers(tmp_path):
    shares = GOOD.replace("9000", "0.75").replace("2000", "0.1667").replace("1000,", "0.0833,").replace("12000", "1")
    a, b = own(tmp_path, GOOD), own(tmp_path, shares)
    for code in a:
        assert a[code]["share"] == pytest.approx(b[code]["share"], abs=1e-4)


@pytest.mark.parametrize(("change", "says"), [
    (("0.10,0.7", "1.4,0.7"), "row 2, column 'distance': 1.4 is above 1"),
    (("0.15,0.8", "0.15,-0.1"), "row 3, column 'cohesion': -0.1 is below 0"),
    (("0.10,0.7,0.5", "0.10,0.7,"), "row 2, column 'third_sector': missing (resources of community groups"),
    (("9000", "many"), "row 1, column 'residents': 'many' is not a number"),
    (("semi_urban,0.02", "semiurban,0.02"),
     "row 1, column 'urbanity': 'semiurban' is not one of urban, semi_urban, rural. Did you mean 'semi_urban'?"),
    (("Kalajoki,Kalajoki", "Kalajokki,Kalajoki"), "row 4, column 'municipality': no municipality 'Kalajokki'. Did you mean 'Kalajoki'?"),
    (("Kalajoki,Kalajoki", "Juva,Juva"), "no area of Kalajoki (208), which is a municipality of the scenario"),
    (("Kalajoki,Kalajoki", "Juva,Juva"), "row 4, column 'municipality': Juva is not a municipality of the scenario"),
    (("Ruka", "Keskusta"), "row 2, column 'area': 'Keskusta' stands in row 1 already"),
    (("12000", "0.4"), "areas of Kalajoki: shares of residents add up to 0.4 and not to 1"),
    (("third_sector,", "thirdsector,"),
     "column 'third_sector' is missing (resources of community groups, ratio to the average). Did you mean"),
])
def test_what_is_wrong_is_named_by_row_and_column(tmp_path, change, says):
    with pytest.raises(TableError) as caught:
        own(tmp_path, GOOD.replace(*change, 1))
    assert says in str(caught.value)


def test_all_problems_are_told_at_once_and_before_anything_runs(tmp_path):
    path = tmp_path / "areas.csv"
    path.write_text(GOOD.replace("0.10", "7").replace("12000", "-1"), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        load("baseline", {"population.places": list(BOTH), "population.residents": 300, "population.areas": str(path)})
    assert len(caught.value.problems) == 2


def test_places_narrowed_on_the_command_line_pass_over_other_rows(tmp_path):
    assert list(own(tmp_path, GOOD, narrowed=True, places=("Kuusamo",))) == ["305"]
    with pytest.raises(TableError, match="Kalajoki is not a municipality"):
        own(tmp_path, GOOD, places=("Kuusamo",))


def test_residents_of_ones_own_may_name_only_areas_of_the_table(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("age,sex,municipality,area\n40,man,Kalajoki,0\n41,woman,Kuusamo,2\n50,man,Kuusamo,3\n", encoding="utf-8")
    with pytest.raises(TableError, match="row 3, column 'area': 3 is not below 3, the number of areas of Kuusamo"):
        build(tmp_path, **{"population.table": str(people)})
    people.write_text("age,sex,municipality,area\n40,man,Kalajoki,0\n41,woman,Kuusamo,2\n", encoding="utf-8")
    model = build(tmp_path, **{"population.table": str(people)})
    assert model.people["urbanity"].tolist() == [1, 2]


# --- what is reported -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return build(tmp_path_factory.mktemp("areas")).run()


def test_areas_add_up_to_the_whole(run):
    """Means of areas weighted by their adults are the mean of all; the two parts of the variance are the whole."""
    table = tidy.outcomes(run, "x")
    year = table[table["month"] == 11]
    areas = year[(year["stratum_kind"] == "area") & (year["outcome"] == "wellbeing")]
    whole = year[(year["stratum_kind"] == "all") & (year["outcome"] == "wellbeing")]
    assert areas["n"].sum() == whole["n"].sum()
    assert (areas["value"] * areas["n"]).sum() / areas["n"].sum() == pytest.approx(whole["value"].item())
    assert set(areas["place"]) == set(BOTH) and len(areas) == 4
    fifths = year[year["stratum_kind"] == "area_fifth"]
    assert fifths["n"].sum() == areas["n"].sum()
    p = run.people
    adult = (p["alive"] == 1) & (run.month - p["birth_month"] >= 192)
    parts = year.set_index("outcome")["value"]
    assert parts["variance_between_areas"] + parts["variance_within_areas"] == pytest.approx(p["wellbeing"][adult].var(), rel=1e-9)
    income = p["income"][(p["alive"] == 1) & (p["income"] > 0)]
    mld = parts["income_mld_between_areas"] + parts["income_mld_within_areas"]
    assert mld == pytest.approx(mean_log_deviation(income), rel=1e-9)


def test_the_estimate_of_an_analyst_stands_beside_the_raw_one(run):
    table = tidy.area_wellbeing(run, "x")
    assert len(table) == 4 and (table["error"] > 0).all()
    assert table["error"].to_numpy()[np.argmin(table["n"])] == table["error"].max()
    assert np.isfinite(table["shrunk"]).all() and (table["shrunk_error"] > 0).all()


def test_fifths_of_areas_hold_about_a_fifth_of_the_adults_each():
    found = np.zeros(50, outputs.AREA_YEAR)
    found["adults"], found["mean"] = 100, np.random.default_rng(1).permutation(50)
    fifths = outputs.area_fifths(found)
    assert np.bincount(fifths, minlength=6).tolist() == [0, 10, 10, 10, 10, 10]
    assert found["mean"][fifths == 1].max() < found["mean"][fifths == 5].min()

"""The page's logic in process: every page in every language, what the form writes, hostile names and titles, what has gone."""

import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from command.dashboard import form, screen  # noqa: E402
from results import store  # noqa: E402
from results.dashboard import pages_map, pages_monitoring, pages_pays, shelf  # noqa: E402
from results.language import say, speaking  # noqa: E402

STORED = Path(__file__).parents[1] / "data" / "run_format_1"
EVIL = "<img src=x onerror=alert(1)>"


def _page(runs):
    from command.dashboard import screen

    screen.render(runs)


@pytest.fixture
def runs(tmp_path):
    """A folder with one small finished run in it."""
    shutil.copytree(STORED, tmp_path / "runs" / "stored")
    return tmp_path / "runs"


def visit(runs, page="compare", language="en", **address):
    """The page after its first run."""
    test = testing.AppTest.from_function(_page, args=(str(runs),), default_timeout=120)
    for key, value in {"page": page, "lang": language, **address}.items():
        test.query_params[key] = value
    return test.run()


def html(test):
    return "".join(element.proto.body for element in test.get("html"))


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("page", list(screen.PAGES))
def test_every_page_in_every_language(runs, page, language):
    test = visit(runs, page, language)
    assert not test.exception and not test.error
    with speaking(language):
        assert test.title[0].value == say(screen.PAGES[page].TITLE)
    assert (test.query_params["page"], test.query_params["lang"]) == (page, language)


def test_compare_shows_the_decision_table_and_pictures(runs):
    shown = html(visit(runs))
    assert "What a decision needs" in shown and "P(narrows)" in shown
    assert shown.count('src="data:image/svg+xml;base64,') >= 3
    assert shown.count("<img alt=") == shown.count("<img ")


@pytest.mark.parametrize("name", ["../..", "..", "/etc", "stored/../stored", "nothing"])
def test_names_lead_nowhere_else(runs, name):
    test = visit(runs, run=name)
    assert not test.exception and name in test.warning[0].value
    for do in (shelf.find, shelf.delete, shelf.zipped):
        with pytest.raises(store.StoreError, match="no finished run"):
            do(runs, name)
    assert (runs / "stored" / "manifest.json").is_file()


def test_a_title_is_only_text(runs):
    manifest = runs / "stored" / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["titles"] = dict.fromkeys(facts["arms"], EVIL)
    manifest.write_text(json.dumps(facts))
    for arm in facts["arms"]:
        (runs / "stored" / f"scenario.{arm}.toml").unlink()
    shown = html(visit(runs))
    assert "onerror" in shown and EVIL not in shown
    assert "\\<img" in visit(runs, "runs").expander[0].label


def test_a_folder_that_goes_away_is_told(runs):
    test = visit(runs)
    shutil.rmtree(runs / "stored")
    test.run()
    assert not test.exception and test.info
    empty = visit(runs, run="stored")
    assert "There is no finished run here yet" in empty.info[0].value


def test_a_broken_manifest_is_left_out(runs):
    (runs / "broken").mkdir()
    (runs / "broken" / "manifest.json").write_text("{")
    assert [entry.name for entry in shelf.listed(runs)] == ["stored"]


def test_delete_asks_first(runs):
    test = visit(runs, "runs")
    test.button("delete_stored").click().run()
    assert "cannot be undone" in test.warning[0].value and (runs / "stored").is_dir()
    test.button("no_stored").click().run()
    assert not test.warning and (runs / "stored").is_dir()
    test.button("delete_stored").click().run()
    test.button("yes_stored").click().run()
    assert not (runs / "stored").exists() and not test.exception


def test_the_zip_holds_the_folder(runs):
    with zipfile.ZipFile(BytesIO(shelf.zipped(runs, "stored"))) as archive:
        assert "stored/manifest.json" in archive.namelist()


def test_the_form_writes_what_was_changed_and_no_more(runs):
    test = visit(runs, "make")
    assert "[interventions" not in test.code[0].value
    test.selectbox("make_block_promeq").select("youth_groups").run()
    test.number_input("make_promeq_interventions.youth_groups.weeks").set_value(12).run()
    test.number_input("make_promeq_interventions.youth_groups.cost_value").set_value(70.0).run()
    assert not test.error and not test.exception
    text = test.code[0].value
    assert "weeks = 12" in text and "cost = { value = 70.0, low = 40.0, high = 90.0" in text and text.count(" = ") < 16
    assert "youth_groups.weeks" in html(test)
    plan = form.check(runs, [None], form.Asked(residents=500), text)
    assert plan.problems == () and plan.arms[1].interventions["youth_groups"].weeks == 12
    test.button("make_back").click().run()
    assert "[interventions" not in test.code[0].value


def test_a_wrong_file_is_told_as_on_the_command_line(runs):
    test = visit(runs, "make")
    test.radio("make_way").set_value("file").run()
    test.text_area("make_text").set_value('[scenario]\nextends = "promeq"\n[interventions.youth_groups]\nweks = 3\n').run()
    assert "unknown setting 'weks'. Did you mean 'weeks'?" in test.error[0].value
    assert test.button("make_run").disabled
    test.text_area("make_text").set_value("nonsense [").run()
    assert test.error and not test.exception


def test_saved_scenarios_can_be_chosen(runs):
    text = form.text_of({"id": "mine", "extends": "promeq", "title": {"en": "Mine"}}, {"interventions.youth_groups.weeks": 12})
    form.save(runs, "mine", text)
    assert form.names(runs)[-1] == "mine"
    assert form.loaded(runs, "mine").arms[0].interventions["youth_groups"].weeks == 12
    for name in ("../out", "promeq", "", "a b"):
        with pytest.raises(ValueError, match="cannot be the name"):
            form.save(runs, name, text)


def test_a_draft_leaves_no_file(runs):
    form.check(runs, [None], form.Asked(), "nonsense [")
    assert list((runs / "scenarios").iterdir()) == []


def test_fields_tell_unit_range_default_and_source():
    scenario = form.loaded("", "promeq").arms[0]
    found = {field.name: field for field in form.fields(scenario, "youth_groups")}
    dropout = found["dropout"]
    assert (dropout.kind, dropout.unit, dropout.low, dropout.high) == ("quantity", "probability per month", 0.0, 1.0)
    assert dropout.default == "group_programme.dropout" and dropout.evidence
    assert (found["weeks"].kind, found["weeks"].low, found["weeks"].high) == ("whole", 1, 104)
    assert found["online"].kind == "flag" and "municipality" in found["payer"].choices and found["start"].kind == "date"
    assert found["segment"].kind == "fixed"


def test_asked_sizes_are_the_command_lines():
    asked = form.Asked(("Kouvola",), 500, 2, 3, 1, 0)
    wanted = "--where Kouvola --residents 500 --years 2 --draws 3 --replicates 1 --seed 0"
    assert asked.arguments() == wanted.split()
    assert asked.overrides() == {"population.places": ["Kouvola"], "population.residents": 500, "time.years": 2, "runs.seed": 0}


@pytest.mark.parametrize(("net", "words"), [
    ([5.0, -8.0, -1.0], "back by the end of 2019"),
    ([5.0, -2.0, -1.0], "has paid"),
    ([-1.0, -2.0, -1.0], "never pays more"),
    ([-1.0, 3.0, -4.0], "back by the end of 2020"),
])
def test_payback(net, words):
    """Cumulated over years and payers of the public sector only."""
    wide = pd.DataFrame({2018: net[0], 2019: net[1], 2020: net[2], "all": sum(net)}, index=["county"]) * 1e6
    wide.loc["resident"] = 1e9
    assert words in pages_pays.payback(wide, "A")


def test_areas_hide_small_cells():
    areas = pd.DataFrame({"municipality": "Kouvola", "area": ["a", "b"], "number": [1, 2], "distance": [0.5, 9.0]})
    seen = pd.DataFrame({"municipality": "Kouvola", "area": ["a", "b"] * 2, "arm": ["x", "x", "y", "y"], "month": 11, "date": "2017-12-01",
                         "n": [20, 3] * 2, "mean": [3.5, 1.0, 3.7, 1.1]})
    found = pages_map.areas({"areas": areas, "area_wellbeing": seen}, "Kouvola", ["x", "y"], "2017")
    assert found.loc[0, ["x", "y"]].tolist() == [3.5, 3.7]
    assert found.loc[1, ["n", "x", "y"]].isna().all()


def test_monitoring_is_by_month_and_over_runs():
    dates = [f"2017-0{month}-01" for month in (1, 1, 2, 1)]
    rows = pd.DataFrame({"place": list("AAAB"), "month": [0, 0, 1, 0], "date": dates, "uses": [10.0, 20.0, 5.0, 99.0]})
    assert pages_monitoring.monthly(rows, "A")[["date", "uses"]].to_numpy().tolist() == [["2017-01", 15.0], ["2017-02", 5.0]]

"""The page's logic in process: every page in every language, what the form writes, hostile names and titles, what has gone."""

import json
import re
import shutil
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from command.dashboard import fields, form, jobs, options, screen  # noqa: E402
from results import figures, store, suppress  # noqa: E402
from results.dashboard import elsewhere, lives, pages_map, pages_monitoring, payback, shelf, show, view  # noqa: E402
from results.dashboard.kept import kept  # noqa: E402
from results.language import say, speaking  # noqa: E402

STORED = Path(__file__).parents[1] / "data" / "run_format_1"
PREPARED = {}  # {(arm, files and their bytes): page}
EVIL = "<img src=x onerror=alert(1)>"


def _page(runs):
    from command.dashboard import screen

    screen.render(runs)


@pytest.fixture
def runs(tmp_path):
    """A folder with one small finished run in it."""
    shutil.copytree(STORED, tmp_path / "runs" / "stored")
    return tmp_path / "runs"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The same for tests that change nothing in it: opened and drawn once for all of them."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(STORED, folder / "stored")
    return folder


@pytest.fixture
def undrawn(monkeypatch):
    """Pictures keep their words and numbers and are not drawn, where a test is about what stands around them."""
    monkeypatch.setattr(figures, "in_page", lambda name, figure: figures.Picture(
        name, figure.title, figure.how, figure.says, "<svg/>", figure.frame))


@pytest.fixture(autouse=True)
def prepared_once(monkeypatch):
    """Runs of the same bytes are prepared once, in whatever folder they lie; what is spoilt is read as it is."""

    def prepare(run, arm=None):
        files = [path for path in Path(run.folder).rglob("*") if path.is_file() and "lives" not in path.parts]
        key = arm, tuple(sorted((str(path.relative_to(run.folder)), path.read_bytes()) for path in files))
        if key not in PREPARED:
            PREPARED[key] = really(run, arm)
        return PREPARED[key]._replace(run=run)

    really = view.report.prepare
    monkeypatch.setattr(view, "report", SimpleNamespace(prepare=prepare))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """What is made of large runs is kept in a folder of the test."""
    monkeypatch.setattr(elsewhere, "_home", lambda: tmp_path / "cache")


def visit(runs, page="compare", language="en", **address):
    """The page after its first run."""
    test = testing.AppTest.from_function(_page, args=(str(runs),), default_timeout=120)
    for key, value in {"page": page, "lang": language, **address}.items():
        test.query_params[key] = value
    return test.run()


def html(test):
    return "".join(element.proto.body for element in test.get("html"))


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("page", list(screen.PAGES))
def test_every_page_in_every_language(shared, undrawn, page, language):
    test = visit(shared, page, language)
    assert not test.exception and not test.error
    with speaking(language):
        assert test.title[0].value == say(screen.PAGES[page])
    assert (test.query_params["page"], test.query_params["lang"]) == (page, language)


def test_compare_shows_the_decision_table_and_pictures(runs):
    test = visit(runs)
    shown = html(test)
    assert not test.exception and not test.error and screen.SHOWN
    assert "What a decision needs" in shown and "Net cost by payer" in shown and "P(narrows)" in shown
    assert shown.count('src="data:image/svg+xml;base64,') >= 3
    assert shown.count("<img alt=") == shown.count("<img ")


@pytest.mark.parametrize("name", ["../..", "..", "/etc", "stored/../stored", "nothing"])
def test_names_lead_nowhere_else(shared, undrawn, name):
    runs = shared
    test = visit(runs, run=name)
    assert not test.exception and show.literal(name) in test.warning[0].value
    for do in (shelf.find, shelf.delete, shelf.zipped):
        with pytest.raises(store.StoreError, match="no finished run"):
            do(runs, name)
    assert (runs / "stored" / "manifest.json").is_file()


def test_a_title_is_only_text(runs, undrawn):
    manifest = runs / "stored" / "manifest.json"
    facts = json.loads(manifest.read_text())
    facts["titles"] = dict.fromkeys(facts["arms"], EVIL)
    manifest.write_text(json.dumps(facts))
    for arm in facts["arms"]:
        (runs / "stored" / f"scenario.{arm}.toml").unlink()
    shown = html(visit(runs))
    assert "onerror" in shown and EVIL not in shown
    assert "\\<img" in visit(runs, "runs").expander[0].label


def test_a_folder_that_goes_away_is_told(runs, undrawn):
    tests = [visit(runs, page) for page in screen.PAGES if page not in screen.ACTIONS]
    shutil.rmtree(runs / "stored")
    for test in tests:
        test.run()
        assert not test.exception and test.info
    empty = visit(runs, run="stored")
    assert "There is no finished run here yet" in empty.info[0].value


@pytest.mark.parametrize("name", ["outcomes", "ledger", "manifest.json"])
def test_a_part_that_goes_away_is_told(runs, name, undrawn):
    visit(runs)
    for path in [runs / "stored" / name, *(runs / "stored" / name).glob("*")]:
        if path.is_file():
            path.write_bytes(b"no longer what it was")
    shelf.forget()
    test = visit(runs)
    assert not test.exception and (test.error or test.info)


def test_a_link_in_a_name_asks_nobody(runs):
    """Markdown of hostile names is text: no picture is fetched from elsewhere."""
    link = "![x](http://example.org/x.png)"
    test = visit(runs, run=link)
    assert "!\\[x" in test.warning[0].value and "![x](" not in test.warning[0].value
    text = f'[scenario]\nid = "own"\nextends = "promeq"\ntitle = {{ en = "{link}" }}\nrests_on = "{link} {EVIL}"\n'
    form.save(runs, "mine", text)
    made = visit(runs, "make")
    made.selectbox("make_parent").select("mine").run()
    assert not made.exception and any("\\[x" in caption.value for caption in made.caption)
    assert not any("![x](" in element.value for kind in (made.caption, made.markdown, made.info, made.error) for element in kind)


@pytest.mark.parametrize(("text", "told"), [
    ('[scenario]\nid = "../.."\nextends = "promeq"\ntitle = { en = "x" }\n', "id"),
    ('[scenario]\nid = "own"\nextends = "../../../etc/passwd"\n', "passwd"),
    ("a" * 1000 + " = [" * 500, ""),
])
def test_a_hostile_file_is_told_and_runs_nothing(runs, text, told):
    test = visit(runs, "make")
    test.radio("make_way").set_value("file").run()
    test.text_input("make_file_name").set_value("../..").run()
    test.text_area("make_text").set_value(text).run()
    assert not test.exception and any(told in error.value for error in test.error), [error.value for error in test.error]
    assert test.button("make_run").disabled and test.button("make_save").disabled
    assert sorted(path.name for path in runs.iterdir()) == ["scenarios", "stored"] and not list((runs / "scenarios").iterdir())
    assert jobs.listed(runs) == []


def test_the_title_of_a_job_is_only_text(runs):
    home = jobs.folder(runs) / "x"
    home.mkdir(parents=True)
    (home / "job.json").write_text(json.dumps({"title": EVIL, "command": [], "created": "2026"}))
    (home / "ended.json").write_text(json.dumps({"state": "failed"}))
    test = visit(runs, "runs")
    assert any("\\<img" in element.value for element in test.markdown) and not any(EVIL in element.value for element in test.markdown)


def test_two_analysts_see_their_own_selection_and_share_runs(runs, undrawn):
    one, other = visit(runs, run="stored"), visit(runs, "pays")
    shutil.copytree(STORED, runs / "second")
    one.run()
    one.multiselect("chosen").set_value(["second"]).run()
    other.run()
    assert not one.exception and not other.exception
    assert (one.multiselect("chosen").value, other.multiselect("chosen").value) == (["second"], ["stored"])
    assert len(other.multiselect("chosen").options) == 2
    assert (one.query_params["page"], other.query_params["page"]) == ("compare", "pays")


def test_the_server_is_for_this_machine_and_tells_nobody():
    found = options(8501, False)
    assert found["server_address"] == "127.0.0.1" and found["browser_gatherUsageStats"] is False
    assert found["server_maxUploadSize"] == 10 and found["server_enableStaticServing"] is False


def test_what_is_asked_at_once_is_made_once():
    made, start = [], threading.Barrier(4)

    @kept(2)
    def slow(name):
        time.sleep(0.05)
        made.append(name)
        if name == "wrong":
            raise ValueError(name)
        return name

    def ask(_):
        start.wait()
        return slow("a")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == ["a"] * 4
    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"):
            slow("wrong")
    assert made == ["a", "wrong", "wrong"]
    slow("b")
    slow("c")
    slow("a")
    assert made[3:] == ["b", "c", "a"]  # two are kept


def life(folder, arm):
    """A folder as `hytesim follow` writes it: three months in which work is found in the arm only."""
    folder.mkdir(parents=True)
    rows = [{"arm": name, "month": m, "date": f"2018-0{m + 1}-01", "age": 40, "place": "Kouvola",
             "activity": "employed" if name == arm and m else "unemployed", "groups": "", "wellbeing": 3.5 + 0.1 * m * (name == arm),
             **dict.fromkeys(("strain", "distress", "health", "inclusion", "empowerment", "trust", "recall", "assistance"), 0.5),
             "income": 1500.0, "work_support": 0.0, "contacts": 0, "open_requests": 0, "longest_wait": 0, "programme": "", "manager": ""}
            for name in ("baseline", arm) for m in range(3)]
    events = [{"arm": arm, "month": 1, "date": "2018-02-01", "event": "job_found", "subject": "employed", "value": 7.0}]
    pd.DataFrame(rows).to_csv(folder / "months.csv", index=False)
    pd.DataFrame(events).to_csv(folder / "events.csv", index=False)
    facts = {"resident": 17, "arms": ["baseline", arm], "draw": 1, "replicate": 0, "agrees": True,
             "person": {"sex": "woman", "age": 40, "place": "Kouvola"}, "which": "gained", "gain": 0.1, "reached": 5}
    (folder / "life.json").write_text(json.dumps(facts))


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("A woman of 40 in Kouvola", "Months in work: 0 without, 2 with.", "Found work after 7 months")),
    ("fi", ("Nainen, 40 vuotta, Kouvola", "Kuukausia työssä: ilman 0, kanssa 2.")),
    ("sv", ("En kvinna på 40 år, Kouvola",)),
])
def test_two_lives_are_told_in_the_language(runs, undrawn, language, words):
    life(runs / "stored" / "lives" / "resident-17_promeq_d1r0", "promeq")
    shown = html(visit(runs, "gains", language))
    assert all(word in shown for word in words), shown
    assert "Two lives" in shown or language != "en"


def test_lives_that_cannot_be_read_are_left_out(runs, undrawn):
    folder = runs / "stored" / "lives" / "x"
    folder.mkdir(parents=True)
    for text in ("", "[]", "{}", '{"arms": ["a"]}', '{"arms": 1}'):
        (folder / "life.json").write_text(text)
        assert lives.listed(runs / "stored", "promeq") == []
    assert not visit(runs, "gains").exception


def test_asking_for_two_lives_starts_a_process(shared, undrawn, monkeypatch):
    runs = shared
    asked = []
    monkeypatch.setattr(jobs, "follow", lambda *given: asked.append(given))
    test = visit(runs, "gains")
    test.selectbox("follow_which").select("number").run()
    test.number_input("follow_id").set_value(17).run()
    test.button("follow_run").click().run()
    assert not test.exception
    (_, run, arguments, _), = asked
    assert run == "stored" and arguments == ["--arm", "promeq", "--resident", "17"]


def test_calibrations_beside_the_run_are_shown(runs, undrawn):
    folder = runs / "2026_calibrate_x"
    (folder / "tables").mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"command": "calibrate", "arms": [], "method": "emulator", "runs": 90,
                                                      "effective_draws": 812.0, "format_version": 1}))
    (folder / "summary.md").write_text("# Calibration x\n\nLearnt ![x](http://example.org/x.png).\n")
    pd.DataFrame({"number": ["visit.rate"], "prior_low": [0.4], "prior_high": [0.5], "posterior": [0.47], "low": [0.43], "high": [0.5],
                  "contraction": [0.6]}).to_csv(folder / "tables" / "learnt.csv", index=False)
    test = visit(runs, "evidence", run="stored")
    shown = html(test)
    assert not test.exception and "visit.rate" in shown and "90 simulations" in shown and "no calibration stands behind" in shown
    assert any("!\\[x\\]" in element.value for element in test.markdown)


class Noted(dict):
    """A dict that notes all that was ever put into it."""

    def __init__(self, values):
        super().__init__()
        self.values_put = values

    def __setitem__(self, key, value):
        self.values_put.append(value)
        super().__setitem__(key, value)


def far(tables):
    """The view of a large run that has a map of two municipalities and nothing else."""
    options = {"comparator": "none", "arm": "some"}
    made = figures.picture("municipality_map", tables, **options)
    facts = {"arms": ["none", "some"], "names": {}, "pictures": {("municipality_map", (("arm", "some"),)): made}}
    return view.Made(SimpleNamespace(shown=dict), facts, nullcontext())


@pytest.fixture
def mapped():
    """Tables with a change of wellbeing in Kouvola and Mikkeli."""
    keys = {"draw": 0, "replicate": 0, "month": 11, "date": "2017-12-01", "place": "all", "stratum_kind": "municipality",
            "outcome": "wellbeing", "n": 50}
    values = [("none", "Kouvola", 3.5), ("none", "Mikkeli", 3.6), ("some", "Kouvola", 3.6), ("some", "Mikkeli", 3.55)]
    rows = [{**keys, "arm": arm, "stratum": place, "value": value} for arm, place, value in values]
    places = pd.DataFrame({"code": ["286", "491"], "name": ["Kouvola", "Mikkeli"], "longitude": [26.7, 27.3], "latitude": [60.9, 61.7]})
    return {"outcomes": pd.DataFrame(rows), "places": places}


def shapes(*codes):
    """A GeoJSON text with a square for each code of a municipality."""
    squares = [[[[x + 2 * n, y] for x, y in ((26, 61), (27, 61), (27, 62), (26, 61))]] for n in range(len(codes))]
    return json.dumps({"features": [{"properties": {"NATCODE": code}, "geometry": {"type": "Polygon", "coordinates": square}}
                                    for code, square in zip(codes, squares, strict=True)]})


def test_boundaries_are_drawn_for_a_large_run(mapped, undrawn, tmp_path):
    """From the few numbers that are handed over, as from the tables themselves."""
    path = tmp_path / "places.geojson"
    path.write_text(shapes("286", "491"))
    near = figures.picture("municipality_map", mapped, comparator="none", labels={}, arm="some", boundaries=str(path))
    drawn = far(mapped).picture("municipality_map", arm="some", boundaries=str(path))
    assert (drawn.how, drawn.says) == (near.how, near.says) and "by their boundaries" in drawn.how
    assert "by their boundaries" not in far(mapped).picture("municipality_map", arm="some").how


@pytest.mark.parametrize(("text", "told"), [
    (shapes("286", "491"), ""), (shapes("999"), "cannot be drawn"), ('{"features": []}', "cannot be drawn"),
    ('{"features": [3]}', "cannot be drawn"), (shapes("286").replace("[26, 61]", "7"), "cannot be drawn"), ("[]", "is not GeoJSON"),
])
def test_boundaries_that_cannot_be_drawn_are_told(mapped, undrawn, monkeypatch, text, told):
    given, said = SimpleNamespace(name="mine.geojson", getvalue=text.encode), []
    monkeypatch.setattr("streamlit.file_uploader", lambda *_, **__: given)
    monkeypatch.setattr("streamlit.error", said.append)
    pages_map.render(far(mapped))
    assert told in "".join(said) and bool(said) == bool(told) and "/tmp" not in "".join(said)


def test_a_large_run_is_made_elsewhere_and_looks_the_same(runs, undrawn, monkeypatch):
    """The process of its own tells how far it is and hands over what pages would have made themselves; a visitor sees the same."""
    near = view.opened([str(runs / "stored")], None, "fi", nullcontext())
    monkeypatch.setattr(view, "LARGE", 0)
    parts = []
    monkeypatch.setattr(elsewhere, "_under_way", Noted(parts))
    far = view.opened([str(runs / "stored")], None, "fi", nullcontext())
    assert isinstance(near, view.Live) and isinstance(far, view.Made)
    assert [done for done, _ in parts] == list(range(len(parts))) and {whole for _, whole in parts} == {len(parts)}
    assert len(parts) == len(far._facts["sections"]) + len(far._facts["pictures"]) and not elsewhere._under_way
    assert (far.arms, far.focus, dict(far.names), far.paybacks(), far.payers(), far.calendar()) == (
        near.arms, near.focus, dict(near.names), near.paybacks(), near.payers(), near.calendar())
    assert not shelf.quick(runs, ["stored"])  # in English it has yet to be made
    with speaking("fi"):
        assert shelf.quick(runs, ["stored"])
        for name in view.SECTIONS:
            assert far.section(name) == near.section(name)
        assert far.picture("equity_plane").says == near.picture("equity_plane").says
    monkeypatch.setattr(elsewhere, "_make", None)  # it is kept, so that nothing is made again
    shelf.forget()
    shown = html(visit(runs, "compare", "fi"))
    shelf.forget()
    assert shown.count("<img") >= 3 and far.section("answer").tables[0].caption in shown
    (runs / "stored" / "manifest.json").touch()
    assert elsewhere._place([str(runs / "stored")], None, "fi") != elsewhere._place([str(runs / "stored")], None, "en")
    with pytest.raises(TypeError):  # but a run that has changed is
        elsewhere.made([str(runs / "stored")], None, "fi")


def test_a_bar_says_how_far_a_large_run_is(shared, undrawn, monkeypatch):
    """While it is being made, the page looks again and again; once it is made, it is shown."""
    told, waits = iter([None, (3, 12)]), iter([True, True])
    monkeypatch.setattr(screen, "LOOK", 0.0)
    ready, bars = shelf.asked, []

    def asked(runs, names):
        answer, _ = ready(runs, names)
        answer.result()
        return answer, lambda: next(told)

    monkeypatch.setattr(shelf, "asked", asked)
    monkeypatch.setattr(screen, "wait", lambda *_: SimpleNamespace(not_done=next(waits, False)))
    empty = screen.st.empty
    monkeypatch.setattr(screen.st, "empty", lambda: Watched(empty(), bars))
    test = visit(shared)
    assert not test.exception and test.get("html")
    assert bars == [(0.0, "Opening; a large run takes some minutes the first time."),
                    (0.25, "Preparing a large run once; part 3 of 12.")]


class Watched:
    """A place on the page that notes the bars that were shown in it."""

    def __init__(self, place, bars):
        self.place, self.bars = place, bars

    def progress(self, share, text):
        self.bars.append((share, text))

    def empty(self):
        self.place.empty()


def test_a_large_run_that_cannot_be_read_is_told(runs, monkeypatch):
    monkeypatch.setattr(view, "LARGE", 0)
    for path in (runs / "stored" / "outcomes").glob("*"):
        path.write_bytes(b"rubbish" * 5_000_000)
    with pytest.raises(store.StoreError):
        view.opened([str(runs / "stored")], None, "en", nullcontext())


def test_a_municipality_knows_what_has_been_read_or_published():
    calendar = {0: "2018-01", 12: "2019-01"}
    tables = {"monitoring": pd.DataFrame({"read": ["2018-02-01", "2018-03-01"]}), "indicators": pd.DataFrame({"published": [12, 12]})}
    assert pages_monitoring.known_by(tables, calendar) == ["2018-02", "2018-03", "2019-01"]


def test_monitoring_that_is_hidden_whole_is_told(monkeypatch):
    """With too few residents behind every row there is no month to choose, and the page says why."""
    told = []
    monkeypatch.setattr(pages_monitoring.show, "plain", told.append)
    tables = {"monitoring": pd.DataFrame({"read": pd.Series([], dtype=str)})}
    seen = SimpleNamespace(run=SimpleNamespace(shown=lambda: tables), calendar=lambda: {})
    pages_monitoring.render(seen)
    assert len(told) == 1 and "too few" in told[0]


def test_amounts_and_intervals_of_a_table_stay_whole():
    cell = show._cell("+60,5 milj. euroa (+27,9 – +100)")
    assert re.findall(r'"hy-whole">(.*?)<', cell) == ["+60,5 milj. euroa", "(+27,9 – +100)"]
    assert re.findall(r'"hy-whole">(.*?)<', show._cell("costs more, gains wellbeing (100 %)")) == ["(100\u00a0%)"]
    assert show._cell("0.15") == '<td class="hy-short">0.15</td>'


def test_the_rounding_of_a_sum_is_told_as_nothing(monkeypatch):
    told = []
    monkeypatch.setattr(show, "table", told.append)
    show.frame(pd.DataFrame({"x": [-1.73e-16, 0.0123456, 4321.0]}), "", {"x": "X"})
    assert told[0].rows == [["0"], ["0.0123"], ["4,321"]]


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
    found = {field.name: field for field in fields.fields(scenario, "youth_groups")}
    dropout = found["dropout"]
    assert (dropout.kind, dropout.unit, dropout.low, dropout.high) == ("quantity", "probability per month", 0.0, 1.0)
    assert dropout.default == "group_programme.dropout" and dropout.evidence
    assert (found["weeks"].kind, found["weeks"].low, found["weeks"].high) == ("whole", 1, 104)
    assert found["online"].kind == "flag" and "municipality" in found["payer"].choices and found["start"].kind == "date"
    assert found["segment"].kind == "group" and [part.name for part in found["segment"].parts][:2] == ["group", "age_min"]


def test_a_table_of_residents_that_cannot_be_read_is_told_before_a_run(runs, tmp_path):
    (tmp_path / "people.csv").write_text("ika,sukupuoli\n3,nainen\n")
    text = f'[scenario]\nid = "own"\nextends = "baseline"\n[population]\ntable = "{tmp_path / "people.csv"}"\n'
    (problem,) = form.check(runs, ["baseline", None], form.Asked(), text).problems
    assert "people.csv" in problem and "column 'municipality' is missing" in problem


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
    assert words in payback.payback(wide, "A")


def test_areas_hide_small_cells():
    areas = pd.DataFrame({"municipality": "Kouvola", "area": ["a", "b", "c"], "number": [1, 2, 3], "distance": [0.5, 9.0, 1.0]})
    seen = pd.DataFrame({"municipality": "Kouvola", "area": list("abc") * 2, "arm": list("xxxyyy"), "month": 11, "date": "2017-12-01",
                         "n": [20, 3, 9] * 2, "mean": [3.5, 1.0, 2.0, 3.7, 1.1, 2.1]})
    found = pages_map.areas(suppress.Shown({"areas": areas, "area_wellbeing": seen}), "Kouvola", "2017")
    assert found.loc[0, ["x", "y"]].tolist() == [3.5, 3.7]
    assert found.loc[[1, 2], ["n", "x", "y"]].isna().all(axis=None)  # the third, since it would give the second away


def test_monitoring_is_by_month_and_over_runs():
    dates = [f"2017-0{month}-01" for month in (1, 1, 2, 1)]
    rows = pd.DataFrame({"place": list("AAAB"), "month": [0, 0, 1, 0], "date": dates, "uses": [10.0, 20.0, 5.0, 99.0]})
    assert pages_monitoring.monthly(rows, "A")[["date", "uses"]].to_numpy().tolist() == [["2017-01", 15.0], ["2017-02", 5.0]]

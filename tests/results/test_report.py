"""The report of a run: whole in each language, quiet in a browser, honest about what is missing, safe against odd titles."""

import itertools
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from results import figures, report, store
from results.language import LANGUAGES, speaking
from results.report import gather, names, numbers, paper, several, sheets, tables
from results.report.page import SECTIONS, build

OLD = Path(__file__).parents[1] / "data" / "run_format_1"
EVIL = "<script>document.title = 'taken'</script> & $x$"


def run_of(full, tmp_path, **facts):
    """A run folder of the tiny tables."""
    manifest = {
        "arms": ["baseline", "promeq"], "comparator": "baseline", "titles": {"baseline": "Baseline", "promeq": "PROMEQ models"},
        "residents": 1000, "seed": 1, "numbers": 5, "assumptions": 3, "unverified": 2, "arguments": ["compare", "promeq", "--out", "x"],
        "versions": {"hytesim": "0.1.0"}, "created": "2026-11-22T13:00:00", "source_sha256": "a" * 64, **facts,
    }
    with store.building(tmp_path / "run") as made:
        for name, frame in full.items():
            store.write_table(made.path, name, frame)
        store.write_manifest(made.path, manifest)
    return store.open(made.final)


@pytest.fixture(scope="module")
def run(full, tmp_path_factory):
    return run_of(full, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def pages(run):
    """The report in every language, and what had no translation."""
    found, missed = {}, {}
    for language in LANGUAGES:
        with speaking(language) as unknown:
            found[language] = build(report.prepare(run))
        missed[language] = unknown
    return found, missed


def words(html):
    """The text of a page outside its styles, scripts and pictures."""
    bare = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))


def test_every_language_is_whole(pages):
    found, missed = pages
    assert missed == {language: set() for language in LANGUAGES}
    for language, html in found.items():
        assert f'<html lang="{language}">' in html
        assert len(html.encode()) < 5_000_000
    for english in ("How to read", "What it says", "gains", "Wellbeing", "points", " of runs"):
        assert english in words(found["en"])
        for language in ("fi", "sv"):
            assert english not in words(found[language]), (english, language)


def test_numbers_switch_with_the_language(pages):
    """The same number with each language's decimal and thousands marks."""
    found, _ = pages
    assert "20,000 EUR" in words(found["en"])
    assert "20 000 euroa" in words(found["fi"]) and "20\xa0000" in found["fi"]
    assert "20 000 euro" in words(found["sv"]) and "20\xa0000" in found["sv"]
    for language in ("fi", "sv"):
        assert not re.search(r"\d\.\d{2}\b", words(found[language]).split("Versio")[0])
        assert re.search(r"[+−]\d,\d{3}", words(found[language]))


def test_order_headings_and_tables_behind_figures(pages):
    html = pages[0]["en"]
    places = [html.index(f'<section id="{name}">') for name, _, _ in SECTIONS]
    assert places == sorted(places)
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    drawn = re.findall(r'<figure id="figure-(\w+)"', html)
    assert set(drawn) == set(figures.names()) - {"tornado"}
    for name in drawn:
        part = html[html.index(f'<figure id="figure-{name}"') :].split("</figure>")[0]
        assert f'aria-labelledby="{name}-t {name}-d"' in part
        assert "<details>" in part and "<td>" in part
    assert "What drives the answer (0 draws" not in html
    assert re.search(r"Left out here: What drives the answer \(the run has no table “parameters”\)", words(html))


def test_identifiers_are_unique(pages):
    ids = re.findall(r'\bid="([^"]+)"', pages[0]["en"])
    assert len(ids) == len(set(ids))


def test_four_sentences_and_the_decision_table(pages):
    html = pages[0]["en"]
    answer = words(html[html.index('<section id="answer">') : html.index('<section id="who">')])
    assert answer.count("raises residents' mean wellbeing") + answer.count("raises residents&#39; mean wellbeing") == 1
    for said in ("narrows by", "It costs society", "WELLBY", "P(narrows)", "What a decision needs"):
        assert said in answer


@pytest.fixture(scope="module")
def evil(full, tmp_path_factory):
    """The report of a run whose title is a script."""
    return report.html(run_of(full, tmp_path_factory.mktemp("evil"), titles={"baseline": "Baseline", "promeq": EVIL}))


def test_nothing_is_fetched_and_titles_cannot_run(evil):
    assert "<script" not in evil
    assert "&lt;script&gt;" in evil
    links = re.findall(r'(?:src|href)="([^"#][^"]*)"', evil) + re.findall(r"url\((?!#)([^)]*)\)", evil)
    assert [link for link in links if not link.startswith("data:")] == []


def test_short_is_one_page_of_answers(run):
    html = report.html(run, short=True)
    assert re.findall(r'<section id="(\w+)">', html) == ["answer"]
    assert len(re.findall("<figure", html)) == 2


def test_a_run_of_an_older_format_still_reports():
    """Tables that it lacks leave figures out, with a line that says so; titles come from its scenario files."""
    run = store.open(OLD)
    assert run.manifest["format_version"] == 1
    assert run.arms == ["baseline", "promeq"]
    assert "curves" not in run.tables
    assert run.plot("who_gains").frame is not None
    with speaking("fi") as missed:
        html = build(report.prepare(run))
    assert missed == set()
    assert "PROMEQ-mallit vertailussa: Nykytila" in html
    assert "figure-gap_over_time" in html
    assert "figure-gain_by_start" not in html
    assert "ajossa ei ole taulukkoa ”curves”" in html
    assert "campaign.reach" in html


def test_reading_adds_up_what_memory_does(run, full):
    """Tables filtered on disk are those filtered in memory."""
    disk = gather.gather(run)
    memory = gather.gather(store.Run(run.manifest, full))
    assert len(disk["outcomes"]) == len(memory["outcomes"]) < len(full["outcomes"])
    keys = ["arm", "draw", "replicate", "month", "payer", "transfer"]
    sums = [found["ledger"].astype({"arm": str, "payer": str}).groupby(keys)["amount"].sum() for found in (disk, memory)]
    pd.testing.assert_series_equal(*sums)


def test_ten_cells_of_few_residents_are_hidden_and_told(full, tmp_path):
    """With groups of 100 a limit of 101 hides them, and the page says how many cells."""
    run = run_of(full, tmp_path)
    html = report.html(run, least=101, only=("ce_plane",))
    assert "simulated residents:" in words(html) and "cells are hidden" in words(html)
    assert "cells are hidden" not in words(report.html(run, least=0, only=("ce_plane",)))


def test_tables_for_slides(run, tmp_path):
    import openpyxl

    folder = sheets.write(run, "csv", tmp_path / "csv")
    assert pd.read_csv(folder / "decision.csv")["arm"].tolist() == ["promeq"]
    assert len(pd.read_csv(folder / "figure_ce_plane.csv")) == 12
    book = openpyxl.load_workbook(sheets.write(run, "xlsx", tmp_path / "t.xlsx", "fi"))
    assert book.sheetnames[0] == "Sisällys"
    assert book["decision"]["A2"].value == "promeq"
    assert isinstance(book["decision"]["B2"].value, float)
    with pytest.raises(ValueError, match="choose xlsx or csv"):
        sheets.write(run, "ods", tmp_path)


def other_run(full, tmp_path, **facts):
    """The same comparator with another arm, 0.01 better."""
    made = {name: frame.copy() for name, frame in full.items()}
    for name, frame in made.items():
        if "arm" in frame:
            made[name] = frame.astype({"arm": str}).replace({"arm": {"promeq": "card"}})
    titles = {"baseline": "Baseline", "card": "Wellbeing card"}
    return run_of(made, tmp_path / "other", arms=["baseline", "card"], titles=titles, **facts)


def test_runs_side_by_side(run, full, tmp_path):
    """Arms of both, the comparator once; its own colour each."""
    joined = several.join([run, other_run(full, tmp_path)])
    assert joined.arms == ["baseline", "promeq", "card"]
    assert len(joined.tables["outcomes"]) == 1.5 * len(full["outcomes"])
    html = report.html(joined, only=("ce_plane",))
    assert "PROMEQ models, Wellbeing card beside Baseline" in html
    assert numbers.decision(report.prepare(joined).found)["arm"].tolist() == ["promeq", "card"]


def test_runs_that_cannot_be_compared_say_why(run, full, tmp_path):
    with pytest.raises(store.StoreError, match="they differ in seed \\(1 and 2\\)"):
        several.join([run, other_run(full, tmp_path, seed=2)])
    moved = {**full, "outcomes": full["outcomes"].assign(value=full["outcomes"]["value"] + 0.001)}
    with pytest.raises(store.StoreError, match="the comparator 'baseline' gave different results"):
        several.join([run, other_run(moved, tmp_path / "b")])
    with pytest.raises(store.StoreError, match="arm 'promeq' is in several of the runs"):
        several.join([run, run])
    other = other_run(full, tmp_path / "c")
    Path(run.folder, "scenario.baseline.toml").write_text("a = 1  # one file\n", encoding="utf-8")
    Path(other.folder, "scenario.baseline.toml").write_text("a = 2  # one file\n", encoding="utf-8")
    with pytest.raises(store.StoreError, match="their comparators differ, for example in “a = 1” and “a = 2”"):
        several.join([run, other])
    Path(other.folder, "scenario.baseline.toml").write_text("a = 1  # another file\n", encoding="utf-8")
    assert several.join([run, other]).arms == ["baseline", "promeq", "card"]
    Path(run.folder, "scenario.baseline.toml").unlink()


def test_who_pays_and_who_saves_year_by_year(run):
    """9,000 EUR a month of the municipality's programme; counties save 2,850 of it elsewhere, the state 5,000, others spend more."""
    page = report.prepare(run)
    found = numbers.returns(page.tables, "baseline", ["promeq"])["promeq"].set_index(["payer", "year"])
    assert found.at[("municipality", 2018), "paid"] == pytest.approx(24 * 9000)
    assert found.at[("county", 2017), "saved_per_euro"] == pytest.approx(2850 / 9000)
    assert found.at[("state", 2018), "saved_per_euro"] == pytest.approx(5000 / 9000)
    assert found.at[("all", 2018), "saved_per_euro"] == pytest.approx((2850 + 5000 - 1000 - 1500 - 500) / 9000)
    shown = tables.returns(found.reset_index(), "promeq", page.names)
    assert shown.headers == ["Payer", "Paid on the programme", "Saved elsewhere", "2017", "2018"]
    assert ["Wellbeing services county", "0 EUR", "+68.4 k EUR", "+0.317", "+0.317"] in shown.rows


def test_perspectives_and_discount_rates_agree(run):
    """Payers add up to what all of them add, discounted month by month; society at 3 % is the same in both tables."""
    page = report.prepare(run)
    factor = (1.03 ** (-np.arange(24) / 12)).sum()
    views = numbers.perspectives(page.found).set_index("payer")["cost"]
    assert views.drop(["society", "public"]).sum() == pytest.approx(4150 * factor)
    assert views["society"] == pytest.approx((9000 - 2850 + 1500 + 500) * factor)
    rates = numbers.rates(page.tables, "baseline", ["promeq"]).set_index(["rate_cost", "rate_effect"])
    assert rates.at[(0.0, 0.0), "cost"] == pytest.approx(24 * 8150)
    assert rates.at[(0.03, 0.03), "cost"] == pytest.approx(views["society"])
    assert rates.at[(0.03, 0.015), "effect"] > rates.at[(0.03, 0.03), "effect"] > 0
    assert rates.at[(0.03, 0.03), "effect"] == pytest.approx(numbers.decision(page.found)["gain"].iat[0])


def test_a_folder_of_mechanisms_joins_its_comparison(run, full, tmp_path):
    """Alone it cannot be reported and says with what it can; of another comparison it is refused."""
    pathways = run_of({"mechanisms": full["mechanisms"]}, tmp_path)
    with pytest.raises(store.StoreError, match="holds what carried an effect and no outcomes; give the folder of the comparison too"):
        several.assemble([pathways])
    alone = run_of({name: frame for name, frame in full.items() if name != "mechanisms"}, tmp_path / "a")
    assert "mechanisms" not in alone.tables
    joined = several.assemble([alone, pathways])
    assert joined is alone
    html = report.html(joined, only=("mechanisms",))
    assert "carries 60 %" in words(html).replace("\xa0", " ")
    other = run_of({"mechanisms": full["mechanisms"]}, tmp_path / "b", residents=5)
    with pytest.raises(store.StoreError, match=r"does not belong to .* they differ in number of simulated residents"):
        several.assemble([run_of({"outcomes": full["outcomes"]}, tmp_path / "c"), other])


def test_one_scenario_by_itself(full, tmp_path):
    alone = {name: frame[frame["arm"] == "baseline"] for name, frame in full.items() if name in ("outcomes", "ledger", "curves")}
    html = report.html(run_of(alone, tmp_path, arms=["baseline"]))
    assert "there is nothing to compare it with" in html
    assert "figure-gap_over_time" in html
    assert "figure-ce_plane" not in html


def test_names_and_arms_that_are_not_there(run):
    assert names.Names(run)["promeq"] == "PROMEQ models"
    with pytest.raises(ValueError, match="no arm 'nobody' to report; the run has promeq"):
        report.prepare(run, arm="nobody")


def test_anyone_queries_the_folder(run):
    """DuckDB and pandas read the tables without this program."""
    duckdb = pytest.importorskip("duckdb")
    text = f"select arm, avg(value) as mean from '{run.folder}/outcomes/*.parquet' where outcome = 'wellbeing' group by arm order by arm"
    assert duckdb.sql(text).df()["arm"].tolist() == ["baseline", "promeq"]
    assert len(pd.read_parquet(Path(run.folder) / "twins")) == len(run.tables["twins"])


CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium through playwright; its absence is a failure in CI and a skip elsewhere."""
    if not Path(CHROMIUM).is_file() and os.environ.get("CI") != "true":
        pytest.skip("no Chromium on this machine (install chromium, or name one in CHROME)")
    if os.environ.get("CI") != "true":
        pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fi", 390), ("sv", 1280)])
def test_in_a_browser(browser, pages, tmp_path, language, width):
    """No console error, no request beyond the file, every picture seen, nothing wider than the screen."""
    path = tmp_path / "report.html"
    path.write_text(pages[0][language], encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    told, asked = [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert told == []
    assert asked == [path.as_uri()]
    sizes = page.eval_on_selector_all("figure svg", "all => all.map(s => [s.getBoundingClientRect().width, s.getBBox().height])")
    assert len(sizes) == len(figures.names()) - 1
    names = page.eval_on_selector_all("figure", "all => all.map(f => f.innerText.slice(0, 40))")
    small = [(name, size) for name, size in zip(names, sizes, strict=False) if size[0] <= 300 or size[1] <= 60]
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == language
    page.locator("summary").first.click()
    page.close()


def test_a_title_cannot_run_in_a_browser(browser, evil, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(evil, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.title() != "taken"
    assert "document.title" in page.title()
    page.close()


def test_a_pdf_where_a_browser_can_print(browser, run, tmp_path):
    out = paper.pdf(report.write(run, tmp_path / "r.html", only=("ce_plane",)), tmp_path / "r.pdf")
    assert out.read_bytes()[:5] == b"%PDF-"


def test_no_browser_is_a_clear_line(run, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "browser", lambda: None)
    with pytest.raises(store.StoreError, match=r"open .* in any browser and print it"):
        paper.pdf(tmp_path / "r.html", tmp_path / "r.pdf")

"""The real page in headless Chromium: an analyst's whole visit, every page at two widths, the keyboard alone, a large upload."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("streamlit")

from command.app import app
from command.dashboard import jobs, screen

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MOST = 300_000  # milliseconds to wait for what must come
CARD = ["kuusamo_kalajoki_card", "--residents", "300", "--years", "2", "--draws", "1", "--replicates", "1", "--workers", "1", "--no-report",
        "--min-cell", "1"]
SIZE = (("Simulated residents", 300), ("Years measured", 2), ("Draws of the uncertain numbers", 1))
LOG = f"{'a long line of words ' * 20}\n/{'x' * 300}\n"  # wider than any page
SERIOUS = ("serious", "critical")
IDLE = "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"
SOON, SETTLED = 5_000, 60_000  # milliseconds until a touch shows, and until a page has taken on another width
COUNT = """window.drawings = 0; let was = "";
new MutationObserver(() => {
  const now = document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state");
  if (now !== was && now !== "notRunning") window.drawings += 1;
  was = now;
}).observe(document, {subtree: true, attributes: true, attributeFilter: ["data-test-script-state"]})"""
FOCUS = "() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.innerText || '').trim() }"


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; its absence is a failure in CI and a skip elsewhere."""
    if os.environ.get("CI") != "true":
        pytest.importorskip("playwright")
        if not Path(CHROMIUM).is_file():
            pytest.skip("no Chromium on this machine (install chromium, or name one in CHROME)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


class Server:
    """A dashboard over a folder of runs, as the command starts it; it can be ended and started again at the same address."""

    def __init__(self, runs):
        self.runs, self.process = runs, None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [sys.executable, "-m", "hytesim", "dashboard", str(self.runs), "--port", str(self.port), "--no-browser"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
        end = time.monotonic() + MOST / 1000
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"{self.url} does not answer")

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A dashboard over a folder with two finished runs: a stored one, and a new one of a wellbeing card."""
    runs = tmp_path_factory.mktemp("dashboard") / "runs"
    made = CliRunner().invoke(app, ["compare", *CARD, "-q", "--out", str(runs)])
    assert made.exit_code == 0, made.output
    next(runs.glob("*_card")).rename(runs / "card")
    shutil.copytree(ROOT / "tests" / "data" / "run_format_1", runs / "stored")
    failed = jobs.folder(runs) / "failed"
    failed.mkdir(parents=True)
    facts = {"title": "Failed", "command": [], "created": "2026-01-31T12:00:00+02:00"}
    for name, text in {"job.json": json.dumps(facts), "ended.json": '{"state": "failed"}', "log.txt": LOG}.items():
        (failed / name).write_text(text)
    found = Server(runs)
    found.start()
    yield found
    for job in jobs.listed(runs):
        jobs.stop(job.folder)
    found.end()


def _late():
    from playwright.sync_api import TimeoutError

    return TimeoutError


class Visit:
    """A tab that remembers what its console said and which hosts it asked."""

    def __init__(self, browser, url, width=1280):
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(MOST)
        self.page.add_init_script(COUNT)
        self.told, self.asked = [], set()
        self.page.on("console", lambda message: self.told.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url[:60])))
        self.page.goto(url)

    def title(self, text):
        self.page.get_by_role("heading", name=text, exact=True, level=1).wait_for()
        self.idle()

    def touch(self, act):
        """Do something and wait until the page has been drawn anew; not for long where nothing had to be."""
        before = self.page.evaluate("window.drawings")
        act()
        with contextlib.suppress(_late()):
            self.page.wait_for_function("before => window.drawings > before", arg=before, timeout=SOON)
        self.idle()

    def idle(self):
        self.page.wait_for_function(IDLE)
        self.page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")

    def go(self, text):
        self.touch(self.page.get_by_test_id("stSidebar").get_by_text(text, exact=True).click)
        self.title(text)

    def fill(self, label, value):
        field = self.page.get_by_label(label, exact=True)
        field.fill(str(value))
        self.touch(lambda: field.press("Enter"))

    def choose(self, label, option):
        """Choose an option of a list, which shows what has been typed."""
        self.page.get_by_label(label).first.click()
        self.page.keyboard.type(option)
        self.page.get_by_role("option", name=option).first.wait_for()
        self.touch(lambda: self.page.keyboard.press("Enter"))

    def tab_to(self, text):
        """Press Tab until the element of that name has the focus."""
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUS).startswith(text):
                return
        raise AssertionError(f"Tab does not reach {text!r}")

    def type(self, label, value):
        self.tab_to(label)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(str(value))
        self.touch(lambda: self.page.keyboard.press("Enter"))

    def download(self, name):
        """Text of what a button downloads."""
        with self.page.expect_download() as found:
            self.page.get_by_role("button", name=name).first.click()
        return Path(found.value.path()).read_text(encoding="utf-8")

    def pictures(self, least):
        """(width, length of the alternative text) of the pictures once there are at least so many and all have loaded."""
        script = "least => { const all = [...document.images]; return all.length >= least && all.every(i => i.complete) }"
        self.page.wait_for_function(script, arg=least)
        return self.page.eval_on_selector_all("figure img", "all => all.map(i => [i.naturalWidth, i.alt.length])")

    def quiet(self, server):
        """The console said nothing, and only this server was asked."""
        assert self.told == []
        assert {host for host in self.asked if not host.startswith(("data:", "blob:"))} == {server.url}

    def violations(self):
        """What axe-core finds serious on the page as it is."""
        self.page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html.slice(0, 150)]))")
        return [violation for violation in found if violation[0] in SERIOUS]


def job(runs, title):
    """The job of that title, as its files tell it."""
    return next((job for job in jobs.listed(runs) if title in job.facts["title"]), None)


def until(runs, title, *states):
    end = time.monotonic() + MOST / 1000
    while time.monotonic() < end:
        found = job(runs, title)
        if found and found.state in states:
            return found
        time.sleep(0.2)
    raise AssertionError(job(runs, title))


def test_the_whole_story(browser, server):
    """Open, change a number of PROMEQ in a second tab, run, watch, move a slider meanwhile, stop one, compare two, Finnish, downloads."""
    visit = Visit(browser, server.url)
    page = visit.page
    visit.title("Compare")
    assert all(width > 0 and alt > 20 for width, alt in visit.pictures(3))

    visit.go("Make a scenario")
    visit.fill("Title of the new scenario", "Long")
    visit.fill("Simulated residents", 20000)
    visit.fill("Draws of the uncertain numbers", 200)
    page.get_by_text("20,000 simulated residents").wait_for()

    second = Visit(browser, f"{server.url}/?page=make")  # filled before Long is started, which takes all cores until it is stopped
    second.title("Make a scenario")
    second.fill("Title of the new scenario", "Tiny")
    for label, value in SIZE:
        second.fill(label, value)
    second.choose("Intervention to change", "Participatory groups for the unemployed")
    second.fill("Length [weeks]", 12)
    second.page.get_by_text("Changed; before:").wait_for()
    second.page.get_by_text(re.compile(r"300 simulated residents .* over 2 years, 1 draws")).wait_for()
    written = tomllib.loads(second.download("Download (TOML)"))
    assert written["scenario"]["extends"] == "promeq" and [*written["interventions"].values()] == [{"weeks": 12}]
    for one in (visit, second):
        one.page.get_by_role("button", name="Run it").click()
        one.page.get_by_text("Started.").wait_for()

    visit.go("All runs")
    page.get_by_text(re.compile("Tiny.*waits for its turn")).wait_for()
    page.get_by_text(re.compile("Long.*runs")).wait_for()
    page.get_by_text(re.compile("preparing|runs of each scenario")).first.wait_for()
    page.get_by_role("progressbar").first.wait_for()

    second.page.goto(f"{server.url}/?page=monitoring&run=card")  # its own selection, while a run computes
    second.title("Monitoring")
    slider = second.page.get_by_role("slider")
    before = slider.get_attribute("aria-valuetext")
    second.touch(lambda: slider.press("ArrowLeft"))
    assert slider.get_attribute("aria-valuetext") != before
    assert until(server.runs, "Long", "running")  # a touch ends nothing

    for one in (visit, second):
        one.quiet(server)
        one.page.close()
    server.end()  # nor does the server's end
    assert until(server.runs, "Long", "running")
    server.start()
    visit = Visit(browser, f"{server.url}/?page=runs")
    page = visit.page
    visit.title("All runs")
    page.get_by_text(re.compile("Long.*runs")).wait_for()
    page.get_by_role("button", name="Stop").last.click()  # the newest stands first, so the last is Long
    page.get_by_text(re.compile("Long.*stopped")).wait_for()
    until(server.runs, "Tiny", "done")

    second = Visit(browser, f"{server.url}/?page=make")  # the keyboard alone
    second.title("Make a scenario")
    second.type("Title of the new scenario", "Keys")
    for label, value in SIZE:
        second.type(label, value)
    second.tab_to("Run it")
    second.page.keyboard.press("Enter")
    second.page.get_by_text("Started.").wait_for()
    until(server.runs, "Keys", "done")

    runs = [until(server.runs, title, "done").run for title in ("Tiny", "Keys")]
    page.goto(f"{server.url}/?run={runs[0]}&run={runs[1]}")
    visit.title("Compare")
    for title in ("Tiny", "Keys"):
        assert page.get_by_role("cell", name=title).or_(page.get_by_role("rowheader", name=title)).count()
    assert all(width > 0 for width, _ in visit.pictures(3))

    page.goto(f"{server.url}/?page=gains&run={runs[0]}")
    visit.title("Who gains")
    page.get_by_role("button", name="Tell two lives").click()
    page.get_by_role("heading", name=re.compile("Two lives of resident")).wait_for()
    assert all(width > 0 for width, _ in visit.pictures(4))

    visit.choose("Language", "suomi")
    visit.title("Kuka hyötyy")
    assert "lang=fi" in page.url
    visit.go("Ajot")
    page.get_by_text(re.compile("^Nykytila / Tiny")).first.click()
    assert '<html lang="fi"' in visit.download("Lataa raportti")
    visit.quiet(server)
    second.quiet(server)


def test_every_page_at_two_widths(browser, server):
    """Nothing sticks out, nothing is said on the console, and axe-core finds nothing serious."""
    visit = Visit(browser, f"{server.url}/?run=card")
    for name, text in screen.PAGES.items():
        visit.go(text)
        assert f"page={name}" in visit.page.url
        assert visit.violations() == [], name
        for width in (390, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            for part in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
                visit.page.wait_for_function(f"width => {part}.clientWidth <= width && {part}.scrollWidth <= width", arg=width,
                                             timeout=SETTLED)
    visit.quiet(server)
    visit.page.close()


def test_a_large_upload_is_refused(browser, server, tmp_path):
    """50 MB are refused in a sentence, and boundaries that are none are told so."""
    visit = Visit(browser, f"{server.url}/?page=map&run=card")
    visit.title("Map")
    large = tmp_path / "large.geojson"
    large.write_bytes(b"0" * 50_000_000)
    visit.page.set_input_files("input[type=file]", large)
    visit.page.get_by_text(re.compile("must be 10")).wait_for()
    small = tmp_path / "small.geojson"
    small.write_text(json.dumps({"type": "nothing"}))
    visit.page.set_input_files("input[type=file]", small)
    visit.page.get_by_text("This file is not GeoJSON").wait_for()
    visit.quiet(server)


def test_only_this_machine_is_answered(server):
    """Bound to loopback: the machine's own other addresses do not answer."""
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for other in others:
        if not other.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((other, server.port), timeout=2):
                pass

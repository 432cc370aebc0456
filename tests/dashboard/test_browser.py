"""The real page in headless Chromium: a visit of an analyst from the first picture to a run of one's own, in two tabs and two languages."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MOST = 300_000  # milliseconds to wait for what must come


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; its absence is a failure in CI and a skip elsewhere."""
    if os.environ.get("CI") != "true":
        pytest.importorskip("streamlit")
        pytest.importorskip("playwright")
        if not Path(CHROMIUM).is_file():
            pytest.skip("no Chromium on this machine (install chromium, or name one in CHROME)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Address of a dashboard over a folder with one small finished run."""
    runs = tmp_path_factory.mktemp("dashboard") / "runs"
    shutil.copytree(ROOT / "tests" / "data" / "run_format_1", runs / "stored")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hytesim", "dashboard", str(runs), "--port", str(port), "--no-browser"]
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _wait_for(url):
    end = time.monotonic() + MOST / 1000
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")


class Visit:
    """A tab that remembers what its console said and which hosts it asked."""

    def __init__(self, browser, url, width=1280):
        self.page = browser.new_page(viewport={"width": width, "height": 900})
        self.page.set_default_timeout(MOST)
        self.told, self.asked = [], set()
        self.page.on("console", lambda message: self.told.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url[:60])))
        self.page.goto(url)

    def title(self, text):
        self.page.get_by_role("heading", name=text, exact=True, level=1).wait_for()

    def go(self, text):
        self.page.get_by_test_id("stSidebar").get_by_text(text, exact=True).click()
        self.title(text)

    def fill(self, label, value):
        field = self.page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")

    def pictures(self, least):
        """Widths of the pictures once there are at least so many and all have loaded."""
        script = "least => { const all = [...document.images]; return all.length >= least && all.every(i => i.complete) }"
        self.page.wait_for_function(script, arg=least)
        return self.page.eval_on_selector_all("figure img", "all => all.map(i => [i.naturalWidth, i.alt.length])")


def test_a_visit(browser, address):
    visit = Visit(browser, address)
    page = visit.page
    visit.title("Compare")
    assert all(width > 0 and alt > 20 for width, alt in visit.pictures(3))

    visit.go("Make a scenario")
    visit.fill("Title of the new scenario", "Tiny")
    for label, value in (("Simulated residents", 300), ("Years measured", 2), ("Draws of the uncertain numbers", 2)):
        visit.fill(label, value)
    page.get_by_text("300 simulated residents").wait_for()
    page.get_by_text(re.compile(r"over 2 years, 2 draws")).wait_for()
    page.get_by_role("button", name="Run it").click()
    page.get_by_text("Started.").wait_for()
    assert "page=make" in page.url

    visit.go("All runs")
    second = Visit(browser, f"{address}/?page=runs", 390)
    for tab in (page, second.page):
        tab.get_by_text(re.compile("Tiny")).first.wait_for()
        tab.get_by_role("button", name="Stop").or_(tab.get_by_role("button", name="Open").first).first.wait_for()
    page.get_by_text(re.compile("preparing|runs of each scenario|writing|done")).first.wait_for()
    page.get_by_role("button", name="Remove from this list").wait_for()  # it has ended

    page.get_by_test_id("stSidebar").get_by_role("combobox").click()
    page.get_by_role("option", name="suomi").click()
    visit.title("Ajot")
    assert "lang=fi" in page.url
    page.get_by_role("button", name="Avaa").first.click()
    visit.title("Vertaa")
    page.get_by_text("Tiny").first.wait_for()
    assert all(width > 0 for width, _ in visit.pictures(3))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert second.page.evaluate("document.documentElement.scrollWidth") <= 390
    for one in (visit, second):
        assert one.told == []
        assert {host for host in one.asked if not host.startswith(("data:", "blob:"))} == {address}


def test_only_this_machine_is_answered(address):
    """Bound to loopback: the machine's own other addresses do not answer."""
    port = int(address.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for other in others:
        if not other.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((other, port), timeout=2):
                pass

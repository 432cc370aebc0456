"""How quick the dashboard is: first page of a small run, ten arms x 200 draws; and how much memory the server holds.

    python -m benchmarks.dashboard                      small run, then 10 arms x 200 draws of five years
    python -m benchmarks.dashboard --large FOLDER       a folder of runs that holds the large one already
    python -m benchmarks.dashboard --arms 3 --draws 20

Bars: the first page in 3 s, a touch in 1 s, 400 MB. A touch is timed in headless Chromium from the click until the server has nothing left
to draw. Times are of this machine.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks import report

FIRST, TOUCH, MEMORY = 3.0, 1.0, 400.0  # seconds, seconds, MB
IDLE = "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"
PATIENCE = 900_000  # milliseconds
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"


class Server:
    """The command over a folder of runs; knows its address, its memory, and how long (`began`) it took to answer."""

    def __init__(self, runs):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        began, self.began = time.perf_counter(), 0.0
        command = [sys.executable, "-m", "hytesim", "dashboard", str(runs), "--port", str(port), "--no-browser"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5).close()
                self.began = time.perf_counter() - began
                return
            except OSError:
                time.sleep(0.1)

    def memory(self):
        """Megabytes that the server holds, without the processes that it has started."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def seconds(self):
        """Seconds of processor time that the server has used."""
        return sum(psutil.Process(self.process.pid).cpu_times()[:2])

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def opened(browser, url, pictures=3):
    """(seconds until title and text, seconds until everything) of a page opened anew, and the page."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    began = time.perf_counter()
    page.goto(url)
    page.locator("table.hy-table").first.wait_for()
    text = time.perf_counter() - began
    page.wait_for_function(f"() => document.querySelectorAll('figure img').length >= {pictures}")
    page.wait_for_function(IDLE)
    return text, time.perf_counter() - began, page


def touched(page, act, wait):
    """Seconds from a touch until what it asks for is there and nothing is left to draw."""
    began = time.perf_counter()
    act()
    wait()
    page.wait_for_function(IDLE)
    return time.perf_counter() - began


def go(page, text):
    """Seconds to another page of the dashboard."""
    return touched(page, lambda: page.get_by_test_id("stSidebar").get_by_text(text, exact=True).click(),
                   lambda: page.get_by_role("heading", name=text, exact=True, level=1).wait_for())


def measure(browser, runs, name):
    """Open, touch, and weigh a run; prints a line for each figure beside its bar."""
    server = Server(runs)
    try:
        tell("from the command until the server answers", server.began, None, "s")
        cold = opened(browser, f"{server.url}/?run={name}")
        tell("first page after the start: text", cold[0], FIRST, "s")
        tell("first page after the start: with pictures", cold[1], None, "s")
        again = opened(browser, f"{server.url}/?run={name}")
        tell("first page, next visit: with pictures", again[1], FIRST, "s")
        page = again[2]
        for text in ("Who gains", "Who pays", "Map", "Evidence and fit"):
            go(page, text)  # drawn for the first time
        used = server.seconds()
        touches = {text: go(page, text) for text in ("Compare", "Who gains", "Who pays", "Evidence and fit")}
        for text, seconds in touches.items():
            tell(f"touch: to {text}", seconds, TOUCH, "s")
        tell("touch: processor time of the server, mean", (server.seconds() - used) / len(touches), None, "s")
        go(page, "Make a scenario")  # the only page that needs the whole model
        tell("memory of the server", server.memory(), MEMORY, "MB")
    finally:
        server.end()


def tell(what, value, bar, unit):
    """Print a figure and whether it keeps its bar."""
    kept = "" if bar is None else f"   bar {bar:g} {unit}: {'held' if value <= bar else 'NOT held'}"
    print(f"{what:<46} {value:>8.2f} {unit}{kept}", flush=True)


def main():
    """Make the runs and measure."""
    from playwright.sync_api import sync_playwright

    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--arms", type=int, default=10)
    options.add_argument("--draws", type=int, default=200)
    options.add_argument("--residents", type=int, default=3000)
    options.add_argument("--large", help="folder of runs in which the large run is named long")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        small = report.small_run(Path(home) / "small", asked.residents)
        print("one draw of two scenarios")
        measure(browser, Path(home) / "small", Path(small.folder).name)
        large = asked.large
        if large is None:
            large = Path(home) / "large"
            report.long_run(small, large, asked.arms, asked.draws)
        print(f"{asked.arms} arms x {asked.draws} draws")
        measure(browser, large, "long")
        browser.close()


if __name__ == "__main__":
    main()

"""A report as PDF: printed by the Chromium or Chrome of the machine, which lays out the page's print style and its SVG."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from results.store import StoreError

__all__ = ["browser", "pdf"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
SECONDS = 120


def browser():
    """Path of a browser that can print, or None. The environment variable CHROME names one's own."""
    own = os.environ.get("CHROME")
    found = [path for path in (own, *map(shutil.which, BROWSERS), *ELSEWHERE) if path and Path(path).is_file()]
    return found[0] if found else None


def pdf(page, out):
    """Print the HTML file `page` into the PDF file `out`; returns `out`. StoreError where no browser is found or it fails."""
    program = browser()
    if program is None:
        raise StoreError(
            f"no Chromium, Chrome or Edge was found to print the report; install one, name it in CHROME, or open {page} in any "
            "browser and print it"
        )
    page, out = Path(page).absolute(), Path(out).absolute()
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={profile}",
            f"--print-to-pdf={out}", page.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise StoreError(f"{program} did not print {page} within {SECONDS} seconds") from None
    if not out.is_file():
        raise StoreError(f"{program} could not print {page}: {done.stderr.strip()[-200:] or 'no reason given'}")
    return out

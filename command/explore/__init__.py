"""`hytesim explore`: one small area month by month in the browser, with its contact network and charts (Mesa's SolaraViz)."""

import os
from pathlib import Path
from typing import Annotated

import typer

PAGE = Path(__file__).with_name("page.py")
MOST = 5000  # simulated residents, so that a month is a blink
SETTINGS = {  # of Solara: reachable from this machine only, everything from this machine, nothing told to anybody
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False", "SOLARA_ASSETS_PROXY": "True", "SOLARA_SESSION_SAME_SITE": "lax",
    "SOLARA_THEME_SHOW_BANNER": "False", "SOLARA_THEME_TITLE": "HyteSim", "SOLARA_THEME_LOADER": "plain", "SOLARA_CHECK_HOOKS": "off",
}


def explore(
    name: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file.")],
    where: Annotated[str | None, typer.Option(metavar="PLACE", help="One municipality (default: the scenario's smallest).")] = None,
    area: Annotated[int, typer.Option(min=1, help="Area whose residents are drawn, counted from 1; the last if there are fewer.")] = 1,
    residents: Annotated[int, typer.Option(min=50, max=MOST, help="Simulated residents of the municipality.")] = 300,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.")] = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on this machine.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
):
    """Step one small area month by month in the browser."""
    from command.explore import area as small
    from sim import runs

    asked = {"name": name, "where": where, "area": area, "residents": residents, "seed": seed}
    scenario = small.load(**asked)  # what is wrong is told here, before anything is opened
    os.environ.update(SETTINGS, SOLARA_APP=str(PAGE), HYTESIM_EXPLORE=small.written(asked))  # read when Solara is imported
    _installed()
    typer.echo("Preparing; the first time on a machine this takes a minute.", err=True)
    runs.prepare([scenario])  # compiled before the page asks for a month
    _serve(port, browser)


def _installed():
    """ValueError that says what the extra brings, if it is not there."""
    import importlib

    for module in ("solara.server.starlette", "solara_assets", "mesa.visualization"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ValueError(f"hytesim explore needs {error.name or module}: pip install 'hytesim[mesaviz]'") from None


def _serve(port, browser):
    import threading
    import webbrowser

    import solara.server.settings
    import uvicorn

    solara.server.settings.main.mode = "production"
    if browser:
        threading.Timer(2.0, webbrowser.open, (f"http://127.0.0.1:{port}",)).start()
    typer.echo(f"http://127.0.0.1:{port}  (Ctrl-C ends it)", err=True)
    uvicorn.run("solara.server.starlette:app", host="127.0.0.1", port=port, log_level="error")

"""`hytesim dashboard`: a local page over finished runs that also starts runs, each as a process of its own."""

import contextlib
import ctypes
import importlib
import os
import threading
from pathlib import Path
from typing import Annotated

import typer

SCRIPT = Path(__file__).with_name("script.py")
M_ARENA_MAX = -8  # of glibc's malloc.h
LARGEST_UPLOAD = 10  # MB, boundaries of municipalities; scenario files are held to less


def options(port, browser):
    """Settings of the server: reachable from this machine only, silent to the outside, small uploads."""
    return {
        "server_address": "127.0.0.1",
        "server_port": port,
        "server_headless": not browser,
        "server_maxUploadSize": LARGEST_UPLOAD,
        "server_fileWatcherType": "none",
        "server_enableStaticServing": False,
        "browser_gatherUsageStats": False,
        "client_toolbarMode": "viewer",
        "client_showErrorDetails": "none",
        "client_showSidebarNavigation": False,
        "theme_base": "light",
        "theme_primaryColor": "#005a8f",
        "global_developmentMode": False,
    }


def _spare_memory():
    """Visitors' threads share two pools of memory; by default glibc gives each its own, of which little ever comes back.

    Rules stay uncompiled here, since the server checks scenarios and never runs them; its jobs do not inherit this (`jobs.start`).
    """
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def dashboard(
    runs: Annotated[str, typer.Argument(metavar="[RUNS]", help="Folder of run folders.")] = "runs",
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port on this machine.")] = 8501,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
):
    """Open a local page to compare runs, make scenarios and start them."""
    try:
        from streamlit.web import bootstrap
    except ImportError:
        raise ValueError("the dashboard needs Streamlit: pip install 'hytesim[dashboard]'") from None
    Path(runs).mkdir(parents=True, exist_ok=True)
    _spare_memory()
    warm = importlib.import_module("command.dashboard.warm")
    warm.answer(runs)
    settings = options(port, browser)
    bootstrap.load_config_options(settings)
    threading.Thread(target=warm.rest, args=(runs,), daemon=True).start()
    bootstrap.run(str(SCRIPT), False, [str(Path(runs).absolute())], settings)

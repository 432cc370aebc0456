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


def _share_memory():
    """Visitors' threads share two pools of memory; by default glibc gives each its own, of which little ever comes back."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _make_ready(runs):
    """Before the first visit: what it needs imported, the newest run opened, its first pictures drawn."""
    importlib.import_module("command.dashboard.warm").warm(runs)


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
    _share_memory()
    settings = options(port, browser)
    bootstrap.load_config_options(settings)
    threading.Thread(target=_make_ready, args=(runs,), daemon=True).start()
    bootstrap.run(str(SCRIPT), False, [str(Path(runs).absolute())], settings)

"""`hytesim doctor`: what works on this machine, and whether small reference worlds come out as they were kept."""

import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import sys
import time
from pathlib import Path

GOOD, LACKS, BAD = "ok", "missing", "fails"
COLOURS = {GOOD: "green", LACKS: "yellow", BAD: "red"}
ROOM = 1e9  # bytes on disk below which a comparison may not find room
NEEDS = ("mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "statsmodels", "scikit-learn", "pydantic", "matplotlib")
EXTRAS = {
    "dashboard": ("streamlit",), "sweep": ("SALib", "optuna"), "dask": ("distributed", "dask_jobqueue"), "survey": ("pyreadstat",),
    "abc": ("pyabc",), "optimise": ("optuna",), "mesaviz": ("solara", "altair"),
}  # fmt: skip
TOOLS = {"chromium": ("PDF of a report", ("chromium", "chromium-browser", "google-chrome", "chrome")),
         "Slurm": ("sweep --engine slurm", ("sbatch",))}  # fmt: skip


def answer(quick, as_json):
    """Print what was found. Returns the exit code: 0, or 1 if something that every run needs fails."""
    found = [*machine(), *packages(), *extras(), *tools()]
    if not quick:
        found.append(reference())
    if as_json:
        rows = [dict(zip(("what", "state", "told"), row, strict=True)) for row in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
    else:
        _print(found)
    return 1 if any(state == BAD for _, state, _ in found) else 0


def machine():
    """Python, processors, memory, room on disk and the folder of compiled code: rows of (what, state, words)."""
    from numba import config

    from sim.runs import cores

    free = shutil.disk_usage(".").free
    rows = [("Python", GOOD, f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
            ("Processors", GOOD, f"{cores()} may be used")]
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        rows.append(("Memory", GOOD, f"{memory / 1e9:.0f} GB"))
    rows.append(("Disk here", GOOD if free > ROOM else BAD, f"{free / 1e9:.0f} GB free; a comparison writes 10-100 MB"))
    folder = Path(config.CACHE_DIR or ".")
    there = next(p for p in (folder, *folder.parents) if p.exists())
    writable = os.access(there, os.W_OK)
    words = "kept" if any(folder.glob("compiled-*")) else "none yet; the first run compiles for half a minute"
    return [*rows, ("Compiled code", GOOD if writable else BAD, f"{folder}: {words if writable else 'not writable; set XDG_CACHE_HOME'}")]


def packages():
    """The packages that every run needs, with their versions."""
    versions, lost = [], []
    for name in NEEDS:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            lost.append(name)
    if lost:
        return [("Packages", BAD, f"not installed: {', '.join(lost)}; python -m pip install -e .")]
    return [("Packages", GOOD, ", ".join(versions))]


def extras():
    """The optional extras, and how to get those that are not there."""
    rows = []
    for extra, modules in EXTRAS.items():
        lost = [name for name in modules if importlib.util.find_spec(name) is None]
        told = f'{", ".join(lost)}; python -m pip install -e ".[{extra}]"' if lost else ", ".join(modules)
        rows.append((f"Extra {extra}", LACKS if lost else GOOD, told))
    return rows


def tools():
    """Programs beside Python that some commands use."""
    rows = []
    for name, (what_for, commands) in TOOLS.items():
        path = next(filter(None, map(shutil.which, commands)), None)
        rows.append((name, GOOD if path else LACKS, path or f"needed for: {what_for}"))
    return rows


def reference():
    """Run the reference worlds and hold them against what is kept."""
    from sim import reference as worlds

    began = time.perf_counter()
    alike, apart = worlds.compared(worlds.run(), worlds.kept())
    took = f"({time.perf_counter() - began:.0f} s)"
    if alike:
        return "Reference run", GOOD, f"checksums reproduced, bit for bit {took}"
    if not apart:
        return "Reference run", GOOD, f"same figures to 9 digits; other last bits, as another processor may give {took}"
    (scenario, name), (found, known) = next(iter(apart.items()))
    return ("Reference run", BAD, f"{len(apart)} figures differ; first {name} of {scenario}: {found} here, {known} kept. "
            f"Results of this installation are not those of this version; check the versions above {took}")


def _print(found):
    from rich.table import Table
    from rich.text import Text

    from command.show import console

    table = Table(box=None, show_header=False, pad_edge=False)
    for column in ({"no_wrap": True}, {"no_wrap": True}, {"overflow": "fold"}):
        table.add_column(**column)
    for what, state, told in found:
        table.add_row(what, Text(state, COLOURS[state]), told)
    console().print(table)

"""Calibration beside a run: which posterior it drew from, and what each calibration in the folder of runs says of itself."""

import json
from pathlib import Path
from typing import NamedTuple

from results import calibrationtext, store
from results.dashboard import show
from results.language import say, word
from results.report import names
from results.words import number

__all__ = ["Calibration", "listed", "render"]

TABLES = {  # file: what it is called, and its columns in words
    "learnt": (word("Numbers before and after"), {
        "number": word("Number"), "prior_low": word("Before, low"), "prior_high": word("Before, high"), "posterior": word("After"),
        "low": word("95 %, low"), "high": word("95 %, high"), "contraction": word("Share of variance taken away"),
    }),
    "predictive": (word("Targets beside fresh runs of the model"), {
        "target": word("Target"), "use": word("Use"), "evidence": word("Evidence"), "model": word("Model"), "model_low": word("95 %, low"),
        "model_high": word("95 %, high"), "z": word("Distance (standard errors)"),
    }),
    "surrogate": (word("The surrogate's error bars on fresh runs (1 is right)"), {
        "target": word("Target"), "rms": word("Root mean square"),
    }),
    "recovery": (word("Known truths found again"), {
        "number": word("Number"), "rmse": word("Error"), "bias": word("Bias"), "coverage_50": word("50 % intervals cover"),
        "coverage_90": word("90 % intervals cover"), "rank_p": word("p of ranks"),
    }),
}
USES = {"fitted": word("fitted"), "held out": word("held out")}
PICTURES = {
    "numbers": word("Numbers before and after"),
    "targets": word("Distance of targets from the model"),
    "ranks": word("Ranks of known truths"),
}


class Calibration(NamedTuple):
    """A finished calibration: its folder and its manifest."""

    folder: Path
    facts: dict


def listed(runs):
    """Every `Calibration` in a folder of runs, the newest first; what cannot be read is left out."""
    found = []
    for folder in store.runs(runs):
        try:
            facts = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
            if facts["command"] == "calibrate":
                found.append(Calibration(folder, facts))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found[::-1]


def render(view):
    """Show the posterior of the run and the calibrations that lie beside it."""
    import streamlit as st

    used = names.scenario(view.run, view.focus).get("runs", {}).get("posterior")
    if used and used != "none":
        show.plain(say("The calibrated numbers of this run are drawn from the posterior “{name}”.", name=Path(str(used)).name))
    else:
        show.plain(say("The numbers of this run are drawn from their ranges, one by one; no calibration stands behind them."))
    found = listed(Path(view.run.folder).parent)
    if not found:
        show.plain(say("There is no calibration in this folder of runs; `hytesim calibrate finland_2018` makes one."))
        return
    chosen = found[st.selectbox(say("Calibration"), range(len(found)), format_func=lambda k: found[k].folder.name)]
    show.plain(_made(chosen.facts))
    summary = _summary(chosen)
    if summary:
        with st.expander(say("What was learnt, what fails and how it was made")):
            show.paragraphs(summary.replace("# ", "## "))
    for name, (title, headers) in TABLES.items():
        _table(chosen.folder / "tables" / f"{name}.csv", say(title), {column: say(text) for column, text in headers.items()})
    for name, title in PICTURES.items():
        path = chosen.folder / "figures" / f"{name}.png"
        if path.is_file():
            show.picture(say(title), "", say("The picture's own words are in English."), path.read_bytes(), "image/png")


def _summary(chosen):
    """Markdown text of a calibration in the language in use; as it was written in its folder where that does not hold all it takes."""
    import pandas as pd

    try:
        tables = {path.stem: pd.read_csv(path) for path in (chosen.folder / "tables").glob("*.csv")}
        return calibrationtext.paragraph(tables, chosen.facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        path = chosen.folder / "summary.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""


def _made(facts):
    return say("Method {method}: {runs} simulations, {effective} effective draws of the posterior.", method=facts.get("method", "?"),
               runs=number(facts.get("runs"), 0), effective=number(facts.get("effective_draws"), 0))


def _table(path, title, headers):
    import pandas as pd

    if path.is_file():
        found = pd.read_csv(path)
        if "use" in found:
            found["use"] = found["use"].map({use: say(text) for use, text in USES.items()})
        show.frame(found, title, headers)

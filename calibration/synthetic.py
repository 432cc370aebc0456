"""A synthetic survey: simulated residents answer a form; labelled as synthetic in its file's name, a column and its metadata."""

import json
from pathlib import Path

import pandas as pd

from results import store
from sim import runs, survey
from sim.model import HyteModel

LABEL = "synthetic"
TEXT = "SYNTHETIC: answers of simulated residents of HyteSim; no real person has answered, and nothing follows from it about Finland."
KEPT = ("person", "wave", "municipality", "stratum", "cluster", "weight", "age", "sex", "education", "urbanity", "neet",
        "labour_market_support", "refugee", "heavy_user", "family", *survey.ITEMS, *survey.ANSWERS)


def answers(scenario, design, replicate=0):
    """Frame of all waves of a survey that ends with the run of `scenario`; wave in months after the first."""
    model = HyteModel(scenario, draw=0, replicate=replicate)
    first = model.last_month - design.waves[-1]
    if model.month >= first:
        raise ValueError(f"survey waves: the last is {design.waves[-1]} months after the first, longer than the run")
    forms, key = [], None
    while model.month < model.last_month:
        model.step()
        wave = design.wave_at(model.month - first)
        if wave is not None:
            key = key or survey.survey_key(model, LABEL)
            forms.append(survey.ask(model, design, wave, key, forms[-1] if forms else None))
    frame = pd.concat(forms, ignore_index=True)
    person = frame["person"].astype("int64") * survey.COPY + frame["copy"]
    frame = frame.assign(wave=[design.waves[w] for w in frame["wave"]], person=pd.factorize(person)[0] + 1)
    return frame[list(KEPT)].assign(source=LABEL)


def write(out, scenario, design):
    """Write the survey to `out` (.csv or .parquet) and a description beside it. Returns (path, rows, rows of the first wave).

    The name of the file begins with `synthetic`, whatever was asked for.
    """
    out = Path(out)
    if out.suffix not in (".csv", ".parquet"):
        raise ValueError(f"--out {out.name}: a synthetic survey is written as .csv or .parquet")
    if LABEL not in out.stem:
        out = out.with_name(f"{LABEL}_{out.name}")
    frame = answers(scenario, design)
    facts = {"title": TEXT, "scenario": scenario.id, "seed": scenario.runs.seed, "source_sha256": runs.source_hash(),
             "design": {k: repr(v) for k, v in vars(design).items()}, "layout": LABEL}
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".csv":
        store.write_text(out.parent, out.name, f"# {TEXT}\n" + frame.to_csv(index=False, lineterminator="\n"))
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table.replace_schema_metadata({"hytesim": json.dumps(facts)}), out, compression="zstd")
    store.write_text(out.parent, f"{out.stem}.json", json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    return out, len(frame), int((frame["wave"] == 0).sum())

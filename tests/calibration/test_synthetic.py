"""Synthetic surveys are labelled everywhere, have their design, and come back as microdata."""

import json

import numpy as np
import pandas as pd
import pytest

from calibration import microdata, synthetic
from calibration.problem import TargetSection
from sim.survey import Design


@pytest.fixture(scope="module")
def plan(scenario):
    return scenario(residents=600, places=("Kouvola",), burn_in=1)


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_a_panel_is_written_labelled_and_read_back(tmp_path, plan, kind):
    design = Design(size=700, waves=(0, 3, 6), adjust=("age", "sex"))
    path, rows, first = synthetic.write(tmp_path / f"form{kind}", plan, design)
    assert path.name == f"synthetic_form{kind}"
    frame = pd.read_csv(path, comment="#") if kind == ".csv" else pd.read_parquet(path)
    assert (frame["source"] == "synthetic").all() and len(frame) == rows
    counts = frame["wave"].value_counts()
    assert first == counts[0] > counts[3] > counts[6] > 0, "attrition"
    assert set(frame.loc[frame["wave"] == 6, "person"]) <= set(frame.loc[frame["wave"] == 0, "person"])
    facts = json.loads((tmp_path / "synthetic_form.json").read_text(encoding="utf-8"))
    assert facts["title"].startswith("SYNTHETIC") and facts["layout"] == "synthetic"
    if kind == ".csv":
        assert path.read_text(encoding="utf-8").startswith("# SYNTHETIC")
    else:
        import pyarrow.parquet as pq

        assert b"SYNTHETIC" in pq.read_schema(path).metadata[b"hytesim"]
    section = microdata.SurveySection.model_validate(microdata.with_layout({"layout": "synthetic", "data": path.name}))
    data = microdata.read(section, tmp_path)
    asked = {"level": TargetSection(statistic="mean", outcome="wellbeing"),
             "stays": TargetSection(statistic="persistence", months=6, wave=6)}
    values, joint = microdata.estimates(data, asked)
    now = frame[frame["wave"] == 0]
    score = now[[f"q{i}" for i in range(1, 9)]].mean(axis=1)
    assert values[0] == pytest.approx(np.average(score, weights=now["weight"]))
    assert 0.2 < values[1] < 1.0 and np.linalg.eigvalsh(joint).min() > 0


def test_waves_longer_than_the_run_and_other_formats_are_refused(tmp_path, plan):
    with pytest.raises(ValueError, match="longer than the run"):
        synthetic.write(tmp_path / "a.csv", plan, Design(size=100, waves=(0, 60)))
    with pytest.raises(ValueError, match="csv or"):
        synthetic.write(tmp_path / "a.xlsx", plan, Design(size=100))

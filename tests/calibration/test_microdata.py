"""Survey microdata: faults in one clear line each, codes that mean no answer, and estimates with their joint covariance."""

import numpy as np
import pandas as pd
import pytest

from calibration import microdata
from calibration.problem import TargetSection
from results import influence, variance

ITEMS = {f"q{i}": f"q{i}" for i in range(1, 9)}


def answers(n=300, seed=0):
    rng = np.random.default_rng(seed)
    level = rng.normal(3.8, 0.6, n)
    frame = pd.DataFrame({f"q{i}": np.clip(np.rint(level + rng.normal(0, 0.7, n)), 1, 5) for i in range(1, 9)})
    return frame.assign(age=rng.integers(18, 90, n), gndr=rng.integers(1, 3, n), w=rng.uniform(0.5, 2, n), st=rng.integers(0, 5, n),
                        psu=np.arange(n) // 6, lonely=rng.integers(0, 2, n))


def read(tmp_path, frame, columns=None, **settings):
    frame.to_csv(tmp_path / "data.csv", index=False)
    given = {"columns": {**ITEMS, "age": "age", **(columns or {})}, "data": "data.csv", **settings}
    return microdata.read(microdata.SurveySection.model_validate(given), tmp_path)


def asked(**more):
    return TargetSection(**{"statistic": "mean", "outcome": "wellbeing", **more})


def test_estimates_are_those_of_the_design(tmp_path):
    """A mean, a share and a gap: values by hand, joint covariance that of the stacked influence values in strata and clusters."""
    frame = answers().sort_values("st", kind="stable").reset_index(drop=True)
    frame["psu"] = frame["st"] * 1000 + frame.groupby("st").cumcount() // 6
    sex = {"column": "gndr", "codes": {"1": "man", "2": "woman"}}
    data = read(tmp_path, frame, {"sex": sex, "lonely": "lonely"}, weight="w", strata="st", cluster="psu")
    sections = {"all": asked(), "men": asked(sex="man"), "lonely": asked(outcome="loneliness"),
                "gap": asked(statistic="gap", who={"age_min": 60}, against={"age_max": 59})}
    values, joint = microdata.estimates(data, sections)
    score = frame[list(ITEMS)].mean(axis=1).to_numpy()
    w = frame["w"].to_numpy()
    old = frame["age"].to_numpy() >= 60
    assert values[0] == pytest.approx(np.average(score, weights=w))
    assert values[3] == pytest.approx(np.average(score[old], weights=w[old]) - np.average(score[~old], weights=w[~old]))
    design = variance.Design(weights=w, strata=frame["st"].to_numpy(), clusters=frame["psu"].to_numpy())
    assert joint[0, 0] == pytest.approx(variance.variance(influence.mean(score, w).z, design))
    stacked = np.column_stack([influence.mean(score, w).z, influence.mean(frame["lonely"].to_numpy(float), w).z])
    assert joint[0, 2] == pytest.approx(variance.variance(stacked, design)[0, 1])
    assert np.linalg.eigvalsh(joint).min() > 0 and joint[0, 1] > 0


def test_stages_and_finite_populations(tmp_path):
    """Clusters and units within them from finite populations: the error of the two-stage design; a wrong size is one line."""
    frame = answers()
    frame["psu"] = frame.index // 10
    frame["unit"], frame["psus"], frame["units"] = frame.index, 90, 12 + frame["psu"] % 3
    stages = {"weight": "w", "cluster": ["psu", "unit"], "fpc": ["psus", "units"]}
    _, joint = microdata.estimates(read(tmp_path, frame, **stages), {"all": asked()})
    w = frame["w"].to_numpy()
    design = variance.Design(w, frame[["psu", "unit"]].to_numpy(), fpc=frame[["psus", "units"]].to_numpy())
    score = frame[list(ITEMS)].mean(axis=1).to_numpy()
    assert joint[0, 0] == pytest.approx(variance.variance(influence.mean(score, w).z, design), rel=1e-12)
    with pytest.raises(ValueError, match="fpc: more units were drawn than there are"):
        read(tmp_path, frame.assign(units=5), **stages)
    with pytest.raises(ValueError, match="fpc: 2 columns for 1 stages"):
        read(tmp_path, frame, **{**stages, "cluster": "psu"})


def test_codes_of_no_answer_are_left_out_and_told(tmp_path):
    frame = answers()
    frame.loc[:9, "q3"] = 9
    with pytest.raises(ValueError, match=r"columns.q3: 10 answers of 9 lie outside 1-5.*missing = \[9\]"):
        read(tmp_path, frame)
    data = read(tmp_path, frame, {"q3": {"column": "q3", "missing": [8, 9, 99]}})
    assert data.notes == ["q3: 10 answers (3.3 %) are 9, which mean no answer, and are left out"]
    assert data.frame["score"].isna().sum() == 10
    value, _ = microdata.estimates(data, {"all": asked()})
    assert value[0] == pytest.approx(frame.loc[10:, list(ITEMS)].mean(axis=1).mean())


def test_every_fault_at_once_in_a_line_each(tmp_path):
    frame = answers()
    frame.loc[4, "w"] = -1.0
    frame.loc[0, "st"] = 77
    with pytest.raises(ValueError) as found:
        read(tmp_path, frame, {"happiness": "q1", "trust": "trsut"}, weight="w", cluster="psuu")
    lines = str(found.value).splitlines()
    assert len(lines) == 4
    assert "no question 'happiness'" in lines[0]
    assert "no column 'trsut'" in lines[1]
    assert any("1 weights of 'w' are negative (first in row 5: -1)" in line for line in lines)
    assert any("'psuu'" in line and "psu" in line for line in lines)
    frame.loc[4, "w"] = 1.0
    with pytest.raises(ValueError, match="strata: 1 with one unit \\(77\\)"):
        read(tmp_path, frame, weight="w", strata="st")
    read(tmp_path, frame, weight="w", strata="st", lonely="adjust")


def test_weights_that_are_no_weights(tmp_path):
    frame = answers(30)
    with pytest.raises(ValueError, match="2 weights of 'w' are no numbers"):
        read(tmp_path, frame.assign(w=["x", "y", *frame["w"][2:]]), weight="w")
    with pytest.raises(ValueError, match="all weights of 'w' are 0"):
        read(tmp_path, frame.assign(w=0), weight="w")
    with pytest.raises(ValueError, match="replicates: 1 columns hold weights that are negative or no numbers, first 'r2'"):
        read(tmp_path, frame.assign(r1=1.0, r2=-1.0), replicates="r")


def test_year_of_birth_and_rows_of_one_country(tmp_path):
    """Age from the year of birth; rows of other countries are not there at all, neither for values nor for errors."""
    frame = answers(80).assign(cntry=["FI", "SE"] * 40, born=1980)
    born = {"age": {"column": "born", "year": 2017}}
    data = read(tmp_path, frame, born, only={"cntry": "FI"}, weight="w")
    assert (data.frame["age"] == 37).all() and len(data.frame) == 40
    alone = read(tmp_path, frame[::2], born, weight="w")
    for got, known in zip(microdata.estimates(data, {"x": asked()}), microdata.estimates(alone, {"x": asked()}), strict=True):
        assert got == pytest.approx(known)
    with pytest.raises(ValueError, match="no row of the file has cntry = FO"):
        read(tmp_path, frame, only={"cntry": "FO"})
    with pytest.raises(ValueError, match="only: the file has no column 'country'"):
        read(tmp_path, frame, only={"country": "FI"})


def test_the_ess_layout_reads_a_file_in_the_form_of_the_survey(tmp_path):
    """Names and codes as the survey publishes them, invented answers of two countries: refusals go, health turns, schooling is grouped."""
    n = 120
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({
        "cntry": np.repeat(["FI", "SE"], n // 2), "stflife": rng.integers(0, 11, n), "ppltrst": rng.integers(0, 11, n),
        "health": rng.integers(1, 6, n), "agea": rng.integers(15, 95, n), "gndr": rng.integers(1, 3, n), "eisced": rng.integers(1, 8, n),
        "anweight": rng.uniform(0.2, 2, n), "stratum": np.repeat(np.arange(n // 20), 20), "psu": np.arange(n) // 2})
    frame.loc[0, ["stflife", "ppltrst", "health", "agea", "gndr", "eisced"]] = [77, 88, 8, 999, 9, 55]
    frame.to_csv(tmp_path / "ess.csv", index=False)
    section = microdata.SurveySection.model_validate(microdata.with_layout({"layout": "ess", "data": "ess.csv"}))
    data = microdata.read(section, tmp_path)
    assert len(data.frame) == n // 2
    assert data.frame.loc[0, ["life_satisfaction", "trust", "self_rated_health", "age", "sex", "education"]].isna().all()
    fi = frame[1: n // 2]
    assert (data.frame["self_rated_health"][1:] == 6 - fi["health"]).all(), "the model counts 5 as the best"
    assert set(data.frame.loc[1:, "education"][fi["eisced"] == 3]) == {"upper_secondary"}
    values, joint = microdata.estimates(data, {"life": asked(outcome="life_satisfaction", sex="woman")})
    women = fi["gndr"] == 2
    assert values[0] == pytest.approx(np.average(fi["stflife"][women], weights=fi["anweight"][women]))
    assert joint[0, 0] > 0


def test_replicate_weights_and_a_question_without_a_column(tmp_path):
    """Delete-one jackknife weights give the variance of the mean of a simple sample."""
    frame = answers(40)
    n = len(frame)
    again = pd.DataFrame({f"r{i}": np.where(np.arange(n) == i, 0.0, n / (n - 1)) for i in range(n)})
    data = read(tmp_path, pd.concat([frame, again], axis=1), replicates="r", replicate_kind="jackknife")
    _, joint = microdata.estimates(data, {"all": asked()})
    assert joint[0, 0] == pytest.approx(frame[list(ITEMS)].mean(axis=1).var(ddof=1) / n)
    same = read(tmp_path, pd.concat([frame, again], axis=1), replicates="r", replicate_scale=1.0, replicate_rscales=[(n - 1) / n] * n)
    assert microdata.estimates(same, {"all": asked()})[1] == pytest.approx(joint)
    with pytest.raises(ValueError, match="2 factors for 40 replicates"):
        read(tmp_path, pd.concat([frame, again], axis=1), replicates="r", replicate_rscales=[1.0, 1.0])
    with pytest.raises(ValueError, match="no column for lonely, sex"):
        microdata.estimates(data, {"x": asked(outcome="loneliness", sex="man")})


def test_persistence_in_a_panel_and_answers_of_one_person_hang_together(tmp_path):
    """The correlation of two waves by hand, and its error that of a bootstrap of persons."""
    first, rng = answers(400), np.random.default_rng(1)
    later = first.copy()
    later[list(ITEMS)] = np.clip(first[list(ITEMS)] + rng.integers(-1, 2, (400, 8)), 1, 5)
    both = pd.concat([first.assign(id=range(400), m=0), later.assign(id=range(400), m=6)[:300]], ignore_index=True)
    data = read(tmp_path, both, person="id", wave="m")
    value, joint = microdata.estimates(data, {"p": asked(statistic="persistence", months=6, wave=6)})
    x, y = (f[list(ITEMS)].mean(axis=1).to_numpy()[:300] for f in (first, later))
    assert value[0] == pytest.approx(np.corrcoef(x, y)[0, 1])
    again = [np.corrcoef(x[i], y[i])[0, 1] for i in rng.integers(0, 300, (400, 300))]
    assert np.sqrt(joint[0, 0]) == pytest.approx(np.std(again), rel=0.2)


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_statistical_packages_are_read(tmp_path, kind):
    pyreadstat = pytest.importorskip("pyreadstat", reason="an extra: pip install -e .[survey]")
    frame = answers(30)
    getattr(pyreadstat, {"sav": "write_sav", "dta": "write_dta"}[kind])(frame, str(tmp_path / f"data.{kind}"))
    section = microdata.SurveySection.model_validate({"columns": ITEMS, "data": f"data.{kind}"})
    assert microdata.read(section, tmp_path).frame["score"].to_numpy() == pytest.approx(frame[list(ITEMS)].mean(axis=1))


@pytest.mark.parametrize("name", microdata.layouts())
def test_layouts_are_maps_of_questions_that_the_model_knows(name):
    section = microdata.SurveySection.model_validate(microdata.with_layout({"layout": name}))
    assert set(section.columns) <= set(microdata.COLUMNS)
    for given in section.columns.values():
        microdata.ColumnSection.model_validate(given if isinstance(given, dict) else {"column": given})


def test_a_wrong_layout_is_answered_with_a_near_one():
    with pytest.raises(ValueError, match="promeq"):
        microdata.with_layout({"layout": "promek"})

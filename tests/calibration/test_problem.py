"""Files of targets: everything that is wrong at once, near misses, priors, and targets that come from microdata."""

import numpy as np
import pytest

from calibration import calibrate, problem
from scenarios import ScenarioError
from tests.calibration.conftest import SMALL


def load(tmp_path, text=SMALL):
    path = tmp_path / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return calibrate.load(path)


def faults(tmp_path, text):
    with pytest.raises(ScenarioError) as found:
        load(tmp_path, text)
    return [str(p).splitlines()[0] for p in found.value.problems]


def test_priors_are_the_numbers_distributions(tmp_path):
    """z is standard normal: the middle and the two ends of the 95 % range come out at 0 and +-1.96."""
    found = load(tmp_path)
    base = found.free[0]
    assert found.names == ["wellbeing.base", "visit.rate"]
    assert [base.level(z) for z in (-1.96, 0, 1.96)] == pytest.approx([2.29, 2.59, 2.89], abs=0.011)
    assert found.targets[0].y == pytest.approx(0.0) and found.targets[0].sd == pytest.approx(0.02 / 0.25)


def test_everything_wrong_is_told_at_once(tmp_path):
    found = faults(tmp_path, SMALL.replace('"visit.rate"', '"visit.rat"').replace("good_quality_of_life", "good_quality_of_live")
                   .replace("[run]", "[runs]\n[run]") + """
[targets.share_in_per_cent]
statistic = "mean"
outcome = "employed"
value = 53
se = 1
transform = "logit"
[targets.nothing]
statistic = "meen"
value = 1
se = 1
""")
    text = "\n".join(found)
    for part in ("unknown section 'runs'", "'visit.rat'", "visit.rate", "'good_quality_of_live'", "53 is no share", "no statistic 'meen'"):
        assert part in text, part
    assert len(found) == 6, "one for the target that no longer is there"


@pytest.mark.parametrize(("old", "new", "said"), [
    ("se = 0.02", "low = 0.6\nhigh = 0.7", "must lie between"),
    ("se = 0.02", "", "standard error"),
    ("value = 0.5\nse = 0.02", "", "no value"),
    ("value = 0.5\n", "", "an error or an interval but no value"),
    ("[free]", "[correlation]\n\"wellbeing.base & visit.rat\" = 0.5\n[free]", "not two free numbers"),
    ("[free]", "[correlation]\n\"wellbeing.base & visit.rate\" = 1.5\n[free]", "no correlation"),
    ("[run]", "[survey]\nlayout = \"promek\"\n[run]", "promeq"),
    ("[run]", "[survey.asked]\nshare = 2.0\n[run]", "outside 0-1"),
    ("[run]", "[survey.asked]\nshar = 0.2\n[run]", "Did you mean 'share'"),
    ("statistic = \"share\"", "asked = true\nwho = { alone = true }\nstatistic = \"share\"", "lives alone"),
    ("\"visit.rate\" = {}", "\"good_quality.line\" = {}", "has no range"),
])
def test_faults(tmp_path, old, new, said):
    assert said in "\n".join(faults(tmp_path, SMALL.replace(old, new)))


def test_contradicting_targets_are_named_before_anything_runs(tmp_path):
    again = SMALL[SMALL.index("[targets.good]"):].replace("targets.good", "targets.other").replace("0.5", "0.7")
    found = load(tmp_path, SMALL + again)
    assert "'good' and 'other'" in problem.contradictions(found)[0]
    assert "Contradiction" in calibrate.plan(tmp_path / "targets.toml", "emulator", 50)
    assert not problem.contradictions(load(tmp_path, SMALL + again.replace("0.7", "0.53")))


def test_targets_from_microdata_bring_their_joint_covariance(tmp_path):
    """Values and transformed covariance of survey targets beside a published one, which stays by itself."""
    from tests.calibration.test_microdata import ITEMS, answers

    answers().to_csv(tmp_path / "data.csv", index=False)
    columns = "\n".join(f'{k} = "{v}"' for k, v in {**ITEMS, "age": "age"}.items())
    found = load(tmp_path, SMALL + f"""
[survey]
data = "data.csv"
weight = "w"
[survey.columns]
{columns}
[targets.surveyed]
statistic = "mean"
outcome = "good_quality_of_life"
transform = "logit"
asked = true
[targets.level]
statistic = "mean"
outcome = "wellbeing"
asked = true
""")
    c = found.observed_covariance
    assert c.shape == (3, 3) and c[0, 1] == c[0, 2] == 0 and c[1, 2] > 0
    assert c[1, 1] == pytest.approx(found.targets[1].sd ** 2)
    share = found.targets[1].section.value
    score = answers()[list(ITEMS)].mean(axis=1)
    assert share == pytest.approx(np.average(score >= 4, weights=answers()["w"]))
    assert faults(tmp_path, SMALL.replace("[run]", "[survey]\ndata = \"nofile.csv\"\n[run]").replace("value = 0.5\nse = 0.02\n", ""))


@pytest.mark.parametrize("name", ["recovery", "finland_2018"])
def test_shipped_files_are_in_order(name):
    found = calibrate.load(calibrate.shipped(name))
    assert not problem.contradictions(found)
    if name == "finland_2018":
        assert len(found.fitted) <= 2 / 3 * len(found.targets) and all(t.section.source for t in found.targets)
    else:
        assert len(found.free) >= 6 and found.scenario.population.residents == 20_000


def test_a_wrong_name_of_a_shipped_file():
    with pytest.raises(ValueError, match="finland_2018"):
        calibrate.shipped("finland_2081")

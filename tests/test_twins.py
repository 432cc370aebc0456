"""Twins: compiled and plain Python, arms until their first difference, neutral and unrelated interventions, the same seed."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
MONTHS = 12
SMALL = {"population.places": ["Kouvola", "Vantaa"], "population.residents": 300, "time.years": 2, "time.burn_in": 1}
APRIL = datetime.date(2017, 4, 1)

# What the subprocess runs, the compiler off: 12 months; rows, money and desks are saved. Given "philox", Philox4x32-10
# takes the place of the generator.
PLAIN = """
import json, sys
import numpy as np
import sim.rules.draws as draws

def philox(key, who):
    c = [int(who) % 2**32, int(who) >> 32, int(key) % 2**32, 0]
    k = [int(key) >> 32, 2018]
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return np.uint64(c[0] << 32 | c[1])

overrides, months, generator, out = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
if generator == "philox":
    draws.bits = philox
    draws.uniforms = lambda key, who: np.array([draws.uniform(key, i) for i in np.atleast_1d(who)])
from datetime import date
import numba, scenarios
from sim.intervention import kinds
from sim.model import HyteModel
assert numba.config.DISABLE_JIT
overrides = {k: date.fromisoformat(v) if k.endswith(".start") else v for k, v in overrides.items()}
with np.errstate(over="ignore"):
    model = HyteModel(scenarios.load("promeq", kinds=kinds(), overrides=overrides)).run(months)
np.savez(out, people=model.people, ledger=np.array(model.ledger.kept), records=np.array(model.records),
         queue=model.desks["queue"])
"""


def from_april(scenario_of):
    """Every PROMEQ intervention moved to April 2017, the fourth measured month, with room enough for so few residents."""
    overrides = {f"interventions.{name}.start": APRIL for name in scenario_of("promeq", residents=100).interventions}
    for group in ("youth", "unemployed", "refugee", "elder"):
        overrides |= {f"interventions.{group}_groups.capacity": 100.0, f"interventions.{group}_groups.intensity": 100.0}
    return {**overrides, "interventions.joint_service.managers": 50.0, "interventions.youth_outreach.workers": 50.0}


def plain_run(tmp_path, overrides, months, generator="ours"):
    """The arrays of a run in plain Python."""
    out = tmp_path / f"{generator}.npz"
    text = json.dumps({k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in overrides.items()})
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", PLAIN, text, str(months), generator, str(out)], env=environment, cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return np.load(out)


@pytest.fixture(scope="module")
def compiled(scenario):
    """The same run compiled: PROMEQ in Kouvola and Vantaa, 300 residents."""
    import scenarios
    from sim.intervention import kinds
    from sim.model import HyteModel

    overrides = {**SMALL, **from_april(scenario)}
    return overrides, HyteModel(scenarios.load("promeq", kinds=kinds(), overrides=overrides)).run(MONTHS + 1)


def test_compiled_is_plain_python(compiled, tmp_path, differing):
    """The source of the rules read by Python and by the compiler gives the same bits: rows, money, sums, queues."""
    overrides, model = compiled
    plain = plain_run(tmp_path, overrides, MONTHS + 1)
    assert (model.people["finished"] > 0).sum() > 5 and (model.people["manager"] > 0).any()  # interventions were at work
    assert not differing(model.people, plain["people"])
    assert np.array_equal(np.array(model.ledger.kept), plain["ledger"])
    assert np.array_equal(np.array(model.records), plain["records"])
    assert np.array_equal(model.desks["queue"], plain["queue"])


def test_another_generator_tells_the_same_story(compiled, tmp_path):
    """Philox4x32-10 in place of our generator: levels of small worlds agree within Monte-Carlo error."""
    overrides, model = compiled
    other = plain_run(tmp_path, overrides, 6, "philox")["people"]
    ours = model.people
    assert (other["trait"] != 0).all() and not set(other["trait"]) & set(ours["trait"])  # other draws indeed
    for field in ("trait", "wellbeing", "strain", "wage", "trust", "distress"):
        a, b = ours[field][ours["alive"] == 1], other[field][other["alive"] == 1]
        error = np.hypot(a.std() / np.sqrt(len(a)), b.std() / np.sqrt(len(b)))
        assert abs(a.mean() - b.mean()) < 4.5 * error, field


# --- arms -------------------------------------------------------------------------------------------------------


def test_arms_are_alike_until_something_differs(world, differing):
    """PROMEQ starts in January 2018: until December 2017 both arms are bit for bit the same, and afterwards they are not."""
    small = {"residents": 1500, "places": ("Kouvola", "Vantaa"), "years": 2, "burn_in": 3}
    baseline, promeq = world(**small), world("promeq", **small)
    while str(promeq.date) < "2018-01-01" or promeq.month < 0:
        assert not differing(baseline.people, promeq.people), promeq.date
        baseline.step()
        promeq.step()
    for _ in range(6):
        baseline.step()
        promeq.step()
    assert str(promeq.date) == "2018-07-01"
    assert "awareness" in differing(baseline.people, promeq.people)
    # Chance stays where it was: what nobody could influence is still the same in both arms.
    assert not {"trait", "frailty", "need", "sex", "birth_month"} & set(differing(baseline.people, promeq.people))


NEUTRAL = {
    "social_marketing": {"impact": 0.0, "price": 0.0, "place": 0.0, "cost": 0.0},
    "group_programme": {"capacity": 0.0, "cost": 0.0},
    "integrated_service": {"managers": 0.0},
    "outreach_youth_work": {"workers": 0.0},
    "guidance_centre": {"staff": 0.0, "fixed": 0.0},
    "supported_employment": {"coaches": 0.0},
    "integration_support": {"capacity": 0.0},
    "wellbeing_card": {"relief": [0.0, 0.0], "inclusion": [0.0, 0.0], "cohesion": [0.0, 0.0], "price": [0.0, 0.0], "cost": 0.0},
}


@pytest.mark.parametrize("kind", NEUTRAL)
def test_a_neutral_intervention_changes_nothing(kind, world, differing):
    """Zero effect, zero cost, zero reach: exactly nothing moves, neither people nor money."""
    small = {"residents": 600, "places": ("Kouvola", "Vantaa"), "years": 2}
    without = world(**small).run(28)
    neutral = world(**small, interventions={"nothing": {"kind": kind, **NEUTRAL[kind]}}).run(28)
    assert not differing(without.people, neutral.people)
    assert np.array_equal(np.array(without.ledger.kept), np.array(neutral.ledger.kept)[:, :, :-1])
    assert not np.array(neutral.ledger.kept)[:, :, -1].any()
    assert np.array_equal(without.records, neutral.records)


def test_an_effortless_programme_touches_only_its_register(world, differing):
    """Places are taken, but effects and costs are zero: only who is, or was, a client differs."""
    effects = ("assistance", "inclusion", "empowerment", "relief", "language", "cost")
    nothing = {**dict.fromkeys(effects, 0.0), "capacity": 50.0}
    without = world(residents=800).run(18)
    idle = world(residents=800, interventions={"idle": {"kind": "group_programme", **nothing}}).run(18)
    assert idle.interventions[0].history[-1][1]["attending"] > 0
    assert set(differing(without.people, idle.people)) == {"programme", "programme_months", "finished"}


def test_an_intervention_elsewhere_moves_nobody_here(world, differing):
    """Groups in Vantaa alone, until the first New Year on which people move: Kouvola is bit for bit the same."""
    small = {"residents": 1200, "places": ("Kouvola", "Vantaa")}
    block = {"group": {"kind": "group_programme", "places": ["Vantaa"], "capacity": 50.0}}
    without, with_groups = world(**small).run(23), world(**small, interventions=block).run(23)
    (vantaa, kouvola), (vantaa_too, kouvola_too) = without.municipalities, with_groups.municipalities
    assert (vantaa.name, kouvola.name) == ("Vantaa", "Kouvola")
    assert not differing(kouvola.people, kouvola_too.people)
    assert "wellbeing" in differing(vantaa.people, vantaa_too.people)


def test_another_intervention_moves_no_draw(world):
    """A second programme for others, before the first in the file, leaves who comes to the first as it was."""
    first = {"kind": "group_programme", "segment": {"group": "labour_market_support"}, "capacity": 100.0, "intensity": 60.0}
    second = {"kind": "group_programme", "segment": {"age_min": 75}, "capacity": 5.0, "intensity": 60.0}
    alone = world(residents=1500, interventions={"first": first}).run(16)
    beside = world(residents=1500, interventions={"second": second, "first": first}).run(16)
    codes = [{i.name: i.code for i in m.interventions} for m in (alone, beside)]
    clients = [set(m.people["id"][m.people["programme"] == c["first"]].tolist()) for m, c in zip((alone, beside), codes, strict=True)]
    assert clients[0] == clients[1] and clients[0]
    assert (beside.people["programme"] == codes[1]["second"]).any()

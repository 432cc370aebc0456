"""Pathways switched off one at a time: none left is the comparator, one that does nothing changes nothing, and parts add up."""

import numpy as np
import pytest

from sim import mechanisms
from sim.interventions.lever import PATHWAYS
from sim.model import HyteModel
from sim.runs import load

SMALL = {"population.places": ["Kouvola"], "population.residents": 400, "time.years": 2, "time.burn_in": 6}
# What may differ although nothing is done to people: who is a client, what it costs, and the group that cost defines.
MONEY = {"programme", "programme_months", "manager", "manager_months", "finished", "month_cost", "year_cost", "cost_ring", "cost_sum",
         "groups", "start_groups", "ever_groups"}


def same_lives(a, b):
    """Columns of the residents in which two models differ, money and membership aside."""
    assert np.array_equal(a.people["id"], b.people["id"])
    return [c for c in a.people.dtype.names if c not in MONEY and a.people[c].tobytes() != b.people[c].tobytes()]


@pytest.mark.parametrize(
    ("name", "residents"),
    [("promeq", 400), ("supported_employment", 600), ("integration_support", 2500), ("kuusamo_kalajoki_card", 400),
     ("metropolia_innovations", 400), ("basic_security", 400)],
)  # fmt: skip
def test_all_muted_is_the_comparator_bit_for_bit(name, residents):
    """Every kind and every pathway: with all of them off, nobody's life differs, only money and lists of clients."""
    size = {"population.residents": residents, "time.years": 2, "time.burn_in": 3}
    arm = load(name, size)
    comparator = load(arm.comparator, size)
    pathways, names = mechanisms.known(comparator, arm), mechanisms.own(comparator, arm)
    assert pathways
    plain, still = HyteModel(comparator).run(), mechanisms.mute(HyteModel(arm), pathways, names).run()
    assert same_lives(plain, still) == []
    assert same_lives(plain, HyteModel(arm).run())  # unmuted it does something


def test_a_pathway_without_effect_changes_nothing():
    arm = load("promeq", {**SMALL, "interventions.refugee_groups.language": 0.0})
    names = ["refugee_groups"]
    plain, muted = HyteModel(arm).run(), mechanisms.mute(HyteModel(arm), ["language"], names).run()
    for column in plain.people.dtype.names:
        assert plain.people[column].tobytes() == muted.people[column].tobytes(), column
    other = mechanisms.mute(HyteModel(arm), ["work"], names).run()  # a pathway that this kind does not have
    assert other.people["wellbeing"].tobytes() == plain.people["wellbeing"].tobytes()


@pytest.fixture(scope="module")
def table():
    arms = [load(name, SMALL) for name in ("baseline", "promeq")]
    return mechanisms.execute(*arms, draws=1, replicates=2, workers=1)["mechanisms"]


def test_parts_add_up(table):
    wide = table.pivot_table(index=["draw", "replicate", "stratum", "outcome"], columns="pathway", values="value", observed=True)
    assert len(wide) == 2 * 2 * len(mechanisms.OUTCOMES)
    parts = wide.drop(columns="full").sum(axis=1)
    assert np.allclose(parts, wide["full"], atol=1e-14)
    assert wide["full"].abs().max() > 0


def test_outside_is_nothing_where_only_pathways_reach_people(table):
    """No parameter differs, so with all pathways muted mean wellbeing of all residents is the comparator's, exactly."""
    rest = table[(table["pathway"] == "outside") & (table["stratum"] == "all")]
    assert (rest["value"] == 0.0).all() and len(rest) == 2 * len(mechanisms.OUTCOMES)


def test_only_the_arms_own_interventions_are_muted():
    both = load("promeq", SMALL)
    assert mechanisms.own(both, both) == [] and mechanisms.known(both, both) == []
    changed = load("promeq", {**SMALL, "interventions.youth_groups.inclusion": 0.3})
    assert mechanisms.own(both, changed) == ["youth_groups"]
    with pytest.raises(ValueError, match="nothing to switch off"):
        mechanisms.execute(both, both, 1, 1, 1)


def test_a_run_under_way_cannot_be_muted():
    model = HyteModel(load("promeq", SMALL))
    model.step()
    with pytest.raises(ValueError, match="before the first month"):
        mechanisms.mute(model, ["work"])


def test_muting_coordination_is_a_manager_who_spares_nothing():
    still = {"interventions.joint_service." + n: 0.0 for n in ("assistance", "empowerment", "relief", "trust")}
    no_gain = load("promeq", {**SMALL, **still, "parameters.handoff.managed": 0.0, "parameters.managed.duplicates": 0.0})
    muted = mechanisms.mute(HyteModel(load("promeq", {**SMALL, **still})), ["coordination"]).run()
    assert same_lives(HyteModel(no_gain).run(), muted) == []


def test_every_pathway_is_known():
    """Kinds name only pathways that are reported, and settings that they have."""
    from sim.intervention import agent_class, kinds

    for kind, settings in kinds().items():
        pathways = PATHWAYS if kind == "lever" else agent_class(kind).pathways
        named = set(pathways.values()) if kind == "lever" else set(pathways)
        assert named <= set(mechanisms.PATHWAYS), kind
        if kind != "lever":
            fields = {f for p, s in pathways.items() if p != "coordination" for f in s}
            assert fields <= set(settings.numbers()), kind

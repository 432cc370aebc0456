"""Two interventions together are not silently the sum of both: people, desks, attention and goodwill are shared."""

import numpy as np
import pytest

from sim.residents import SERVICES

FIRST = 12
GROUPS = {"kind": "group_programme", "segment": {"group": "neet"}, "capacity": 200.0, "intensity": 200.0, "weeks": 52, "dropout": 0.0,
          "assistance": 1.0}
WORKERS = {"kind": "outreach_youth_work", "workers": 100.0, "caseload": 200.0, "find": 1.0, "duration": 12.0, "dropout": 0.0}


@pytest.fixture(scope="module")
def run(world, full_fidelity):
    """run({"groups": GROUPS}, months=6): a small world so many months into these interventions, delivered in full."""

    def _run(interventions=None, months=6, parameters=None, **more):
        settings = {"residents": 2500, "years": 2, **more}
        return world(**settings, interventions=interventions or {}, parameters={**full_fidelity, **(parameters or {})}).run(FIRST + months)

    return _run


def joined(model, name):
    """Clients who joined an intervention over the measured months."""
    found = next(i for i in model.interventions if i.name == name)
    return sum(counts["joined"] for _, counts, _ in found.history)


def flow(model, name, service):
    return sum(month[name][SERVICES.index(service)] for month in model.service_records)


def test_two_programmes_compete_for_the_same_people(run):
    """A resident is in one programme at a time: two that each reach nearly all of the group do not reach it twice."""
    groups, workers = run({"groups": GROUPS}), run({"workers": WORKERS})
    both = run({"groups": GROUPS, "workers": WORKERS})
    alone = joined(groups, "groups") + joined(workers, "workers")
    together = joined(both, "groups") + joined(both, "workers")
    assert min(joined(groups, "groups"), joined(workers, "workers")) > 15
    assert together < 0.75 * alone
    assert together >= max(joined(groups, "groups"), joined(workers, "workers")) * 0.9


def test_the_one_that_acts_first_takes_the_people(run):
    """The order of the file decides who finds them first; whoever comes second gets what is left."""
    first = run({"workers": WORKERS, "groups": GROUPS})
    second = run({"groups": GROUPS, "workers": WORKERS})
    assert joined(first, "workers") > joined(second, "workers") > 0
    assert joined(second, "groups") > joined(first, "groups")


def test_a_case_manager_may_run_beside_a_programme(run):
    """Case management has a place of its own in the row, so that it takes no client from groups, nor they from it."""
    cases = {"kind": "integrated_service", "segment": {"group": "neet"}, "managers": 100.0, "caseload": 100.0, "outreach": 1.0}
    quiet = {"assistance": 0.0, "trust": 0.0, "empowerment": 0.0, "relief": 0.0}
    one, both = run({"groups": GROUPS}, 1), run({"groups": GROUPS, "cases": {**cases, **quiet}}, 1)
    assert joined(one, "groups") == joined(both, "groups") > 10
    p = both.people
    assert ((p["programme"] > 0) & (p["manager"] > 0) & (p["alive"] == 1)).any()


def test_a_campaign_to_a_full_desk_lengthens_the_queue_and_not_the_visits(run):
    """Community groups with few minutes: those whom a campaign sends wait; with minutes for all they are met."""
    every = ["behaviour", "orientation", "theory", "insight", "exchange", "competition", "segmentation", "methods_mix"]
    campaign = {"ad": {"kind": "social_marketing", "reach": 1.0, "frequency": 5.0, "impact": 1.0, "product": 1.0, "criteria": every,
                       "tailoring": 1.0}}
    minutes = run(months=0, residents=50).values["services.staff_minutes"]
    column, added = SERVICES.index("community_groups"), {}
    for size, factor in (("full", 0.2), ("roomy", 20.0)):
        staff = {"services.staff_minutes": [m * (factor if i == column else 1.0) for i, m in enumerate(minutes)], "effect.community": 0.0}
        with_it, without = run(campaign, 12, staff), run(None, 12, staff)
        added[size] = {name: flow(with_it, name, "community_groups") - flow(without, name, "community_groups")
                       for name in ("asked", "met", "queue")}
    assert min(a["asked"] for a in added.values()) > 20
    assert added["roomy"]["met"] == pytest.approx(added["roomy"]["asked"], rel=0.1)
    assert added["full"]["met"] < 0.1 * added["full"]["asked"] and added["full"]["queue"] > 0


def test_two_campaigns_saturate_attention(run):
    """Recall is a share of what could be remembered: a second campaign like the first adds less than the first did."""
    campaign = {"kind": "social_marketing", "segment": {"age_min": 16}, "reach": 0.8, "frequency": 3.0, "impact": 1.0, "product": 1.0,
                "tailoring": 1.0, "criteria": ["behaviour", "orientation", "theory", "insight", "exchange", "competition"]}
    recall = []
    for blocks in ({}, {"one": campaign}, {"one": campaign, "two": campaign}):
        p = run(blocks, 6, residents=800).people
        recall.append(float(p["awareness"][p["alive"] == 1].mean()))
    none, one, two = recall
    assert none == 0.0 and one > 0.2
    assert one < two < 2 * one - 0.1


def test_maturity_and_a_programme_multiply(run):
    """Development and groups together lend more than groups alone plus development alone, which lends nothing by itself."""
    low = {"maturity.level": [2.5] * 6, "effect.community": 0.0, "awareness.talk": 0.0}
    work = {"work": {"kind": "maturity_development", "growth": 1.0, "anchoring": 1.0}}
    worlds = ({}, work, {"groups": GROUPS}, {**work, "groups": GROUPS})
    lent = [float(run(blocks, 6, low).people["dose_inclusion"].sum()) for blocks in worlds]
    nothing, alone, groups, both = lent
    assert nothing == alone == 0.0
    assert both > 1.5 * groups > 0.0


def test_the_order_of_blocks_that_share_nothing_does_not_matter(run, differing):
    """A campaign for one group and groups for another: either order gives the same residents but for the codes of the blocks."""
    elders = {"kind": "social_marketing", "segment": {"age_min": 70}}
    one, other = run({"elders": elders, "groups": GROUPS}, 3), run({"groups": GROUPS, "elders": elders}, 3)
    assert set(differing(one.people, other.people)) <= {"programme", "finished"}
    assert np.array_equal(one.people["programme"] > 0, other.people["programme"] > 0)

"""The model as a whole: nobody and no euro is lost, runs resume and do not touch each other, Mesa's verbs work."""

import pickle

import mesa
import numpy as np
import pytest

import sim.model
from sim.model import HyteModel
from sim.residents import SERVICES
from sim.rules.livelihood import EMPLOYED

NEWBORN, ARRIVAL = 2**61, 2**60


@pytest.fixture(scope="module")
def turned(world):
    """A baseline world of 1,500 after three years: (model, [(ids before, alive before, counts, ids after)] of each January)."""
    seen = []

    class Watched(sim.model.Turn):
        def make(self):
            before, alive = self.model.people["id"].copy(), self.model.people["alive"] == 1
            counts = super().make()
            seen.append((before, alive, counts, self.model.people["id"].copy()))
            return counts

    plain, sim.model.Turn = sim.model.Turn, Watched
    try:
        model = world(residents=1500, places=("Kouvola", "Vantaa", "Joensuu"), years=3).run()
    finally:
        sim.model.Turn = plain
    return model, seen


@pytest.mark.parametrize("upside_down", [False, True])
def test_rows_are_in_order_after_a_turn_whatever_order_they_had(turned, upside_down):
    """Nobody is lost, and rows stand by municipality, area, household and id; also where those who stayed did not stand so before."""
    model = pickle.loads(pickle.dumps(turned[0]))
    if upside_down:
        model.people[:] = model.people[::-1].copy()
    there = np.sort(model.people["id"][model.people["alive"] == 1])
    sim.model.Turn(model).resort(model.people[:0])
    now = model.people
    assert np.array_equal(np.sort(now["id"]), there)
    assert np.array_equal(np.lexsort((now["id"], now["household"], now["area"], now["municipality"])), np.arange(len(now)))


# --- conservation -----------------------------------------------------------------------------------------------


def test_population_is_conserved(turned):
    """Each January: before + born + arrived - left = after, and it is the same people."""
    _, januaries = turned
    assert len(januaries) == 3
    for before, alive, counts, after in januaries:
        assert len(after) == len(before) + counts["born"] + counts["arrived"] - counts["left"]
        assert counts["left"] == (~alive).sum()
        stayed = np.isin(after, before)
        assert set(after[stayed]) == set(before[alive])
        new = after[~stayed]
        assert (new >= NEWBORN).sum() == counts["born"] > 0
        assert ((new >= ARRIVAL) & (new < NEWBORN)).sum() == counts["arrived"]
        assert len(np.unique(after)) == len(after)


def test_everyone_who_left_has_died(turned):
    model, januaries = turned
    assert model.deaths == sum(counts["left"] for _, _, counts, _ in januaries) + (model.people["alive"] == 0).sum()


def test_rows_are_sorted_and_households_adjacent(turned):
    people = turned[0].people
    order = np.lexsort((people["id"], people["household"], people["area"], people["municipality"]))
    assert (order == np.arange(len(people))).all()
    firsts = np.flatnonzero(np.r_[True, np.diff(people["household"]) != 0])
    assert len(np.unique(people["household"][firsts])) == len(firsts)
    for m in turned[0].municipalities:
        assert (m.people["municipality"] == m.index).all()


def test_nobody_s_indices_leave_their_range(turned):
    people = turned[0].people
    indices = ("strain", "health", "security", "cohesion", "inclusion", "empowerment", "awareness", "assistance", "trust",
               "language")
    for field in indices:
        assert (people[field] >= 0).all() and (people[field] <= 1).all(), field
    assert np.isfinite(people["wellbeing"]).all()
    assert (people["requests"] == (people["waiting"] > 0).sum(1)).all()
    assert ((people["asks"] > 0) <= (people["waiting"] > 0)).all()


def test_cost_of_the_year_is_that_of_its_twelve_months(world):
    """`year_cost` is the sum of the ring, and the ring holds each resident's last twelve months in whole euros."""
    model = world(residents=800, years=2).run(13)
    months, before = [], None
    for _ in range(20):
        model.step()
        cost = dict(zip(model.people["id"].tolist(), model.people["cost_sum"].tolist(), strict=True))
        if before:
            months.append({i: min(65535, int(c - before.get(i, 0.0) + 0.5)) for i, c in cost.items()})
        before = cost
    alive = model.people[model.people["alive"] == 1]
    assert (alive["year_cost"] == alive["cost_ring"].sum(1)).all()
    expected = np.array([sum(month.get(i, 0) for month in months[-12:]) for i in alive["id"].tolist()])
    assert abs(alive["year_cost"] - expected).max() <= 2  # a euro where a half was rounded after summing
    assert expected.sum() > 0


def money(model):
    """Amounts of the kept months by item name, without transfers."""
    total = np.sum(model.ledger.kept, axis=(0, 1))
    return {i.name: t for i, t in zip(model.ledger.items, total, strict=True) if not i.transfer}


def test_ledger_is_the_sum_of_residents_costs(world):
    """No deaths, no programme: what the ledger paid for services is what the residents cost."""
    model = world(residents=1500)
    model.mortality[:] = 0.0
    model.run()
    assert sum(money(model).values()) == pytest.approx(model.people["cost_sum"].sum())


def test_ledger_with_programmes_adds_what_no_client_carries(world):
    """Campaign postings, outreach workers' pay and the centre's rent come on top of the residents' costs."""
    names = {"group": "group_programme", "case": "integrated_service", "campaign": "social_marketing",
             "outreach": "outreach_youth_work", "centre": "guidance_centre"}
    model = world(residents=1500, interventions={name: {"kind": kind} for name, kind in names.items()})
    model.mortality[:] = 0.0
    model.run()
    paid = money(model)
    overhead = paid["campaign"] + paid["outreach"] + paid["centre"]
    assert min(paid[name] for name in names) > 0.0
    assert sum(paid.values()) == pytest.approx(model.people["cost_sum"].sum() + overhead)
    for intervention in model.interventions:
        assert sum(cost for *_, cost in intervention.history) == pytest.approx(paid[intervention.name])


def test_payers_sum_to_the_total(turned):
    """Scaled to the real population, the payers of the tidy ledger carry all that was spent, item by item."""
    model = turned[0]
    ledger = model.ledger.columns(model.weight, [m.code for m in model.municipalities])
    amounts = (np.stack(model.ledger.kept) * model.weight[None, :, None]).sum((0, 1))
    for item, amount in zip(model.ledger.items, amounts, strict=True):
        assert ledger["amount"][ledger["item"] == item.name].sum() == pytest.approx(amount)
    assert ledger["amount"][ledger["item"] == "tax"].sum() < 0 < ledger["amount"][ledger["item"] == "pension"].sum()


def test_requests_are_met_given_up_or_wait_on(turned):
    """Each month, every request asked for at a desk has one of three ends; minutes are never more than there were."""
    model = turned[0]
    for month in model.service_records:
        assert month["asked"] == pytest.approx(month["met"] + month["gave_up"] + month["queue"])
    staffed = np.arange(len(SERVICES)) != SERVICES.index("hospital")
    used = np.sum([m["used"] for m in model.service_records], 0)[staffed]
    capacity = np.sum([m["capacity"] for m in model.service_records], 0)[staffed]
    longest = model.desks["minutes"][0, staffed] * 40 * len(model.municipalities)  # carried over from the burn-in at most
    assert (used <= capacity + longest).all()


# --- time -------------------------------------------------------------------------------------------------------


def test_dates(world):
    model = world(residents=200, burn_in=12)
    model.run(1)
    assert (model.measured_month, model.measured, str(model.date)) == (-12, 0, "2016-01-01")
    model.run(12)
    assert (model.measured_month, model.measured, str(model.date)) == (0, 1, "2017-01-01")
    assert str(model.run().date) == "2017-12-01"


def test_a_month_is_no_more_work_in_the_sixth_year_than_in_the_second(world):
    """What a month goes through stays: rows, ties, requests, people in groups and programmes, records of coefficients; nothing piles up."""
    model = world("promeq", residents=3000, years=6)

    def work():
        return np.array([len(model.people), len(model.network.indices), model.tally["requests"].sum(), model.tally["touched"].sum(),
                         len(model.coefficients), len(model.agents), sum(len(groups) for groups in model.slices)], float)

    second = np.mean([model.run(1) and work() for _ in range(24)][12:], axis=0)
    sixth = np.mean([model.run(1) and work() for _ in range(48)][36:], axis=0)
    assert (second > 0).all() and (sixth <= 1.25 * second).all()


def test_two_models_do_not_touch_each_other(world, differing):
    """Steps of two worlds in turn: each ends as it does alone."""
    first, second = (lambda: world("promeq", residents=300)), (lambda: world(residents=400, places=("Vantaa",), seed=5))
    a, b = first(), second()
    for _ in range(18):
        a.step()
        b.step()
    assert not differing(a.people, first().run(18).people)
    assert not differing(b.people, second().run(18).people)


def test_pickle_and_resume(world, differing):
    """A run broken off in the middle of a campaign and resumed from its pickle ends bit for bit as the straight one."""
    blocks = {"campaign": {"kind": "social_marketing"}, "group": {"kind": "group_programme"}}
    straight = world(residents=500, places=("Kouvola", "Vantaa"), years=2, interventions=blocks)
    broken = world(residents=500, places=("Kouvola", "Vantaa"), years=2, interventions=blocks).run(17)
    resumed = pickle.loads(pickle.dumps(broken)).run()
    straight.run()
    assert not differing(resumed.people, straight.people)
    assert np.array_equal(resumed.ledger.kept, straight.ledger.kept)
    assert np.array_equal(resumed.records, straight.records)
    assert [i.history for i in resumed.interventions] == [i.history for i in straight.interventions]


def test_draws_differ_and_the_central_draw_is_central(scenario):
    plan = scenario(residents=100)
    central, other = HyteModel(plan), HyteModel(plan, draw=3)
    assert central.values["wellbeing.persistence"] == plan.parameters["wellbeing.persistence"].value
    assert other.values["wellbeing.persistence"] != central.values["wellbeing.persistence"]
    assert other.seed_value == central.seed_value != HyteModel(plan, replicate=1).seed_value


# --- Mesa's vocabulary ------------------------------------------------------------------------------------------


@pytest.fixture
def model(world):
    return world(residents=300, places=("Kouvola", "Vantaa")).run(14)


def test_it_is_a_mesa_model(model):
    assert isinstance(model, mesa.Model)
    assert len(model.agents_by_type[type(model.counties[0])]) == 2
    assert [m.name for m in model.municipalities] == ["Vantaa", "Kouvola"]
    assert len(model.services) == 2 * len(SERVICES)


def test_data_collector(model):
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == ["month", "residents", "wellbeing"]
    assert table["month"].tolist() == list(range(-12, 2))
    assert table["wellbeing"].isna().sum() == 12  # not reported in the burn-in
    assert 3.5 < table["wellbeing"].iloc[-1] < 4.6


def test_verbs_on_services(model):
    """Close primary care in Kouvola: nobody is met there any more, and the queue grows."""
    here = model.services.select(lambda s: s.kind == "primary_care" and s.municipality.name == "Kouvola")
    assert here.get("base")[0] > 0
    here.set("base", 0.0)
    queue = here[0].queue
    model.run(2)
    assert here.agg("capacity", sum) == 0.0
    assert here[0].queue > queue
    assert set(model.services.groupby("kind").groups) == set(SERVICES)


def test_a_resident_reads_and_writes_the_row(model):
    resident = model.residents[17]
    resident.trust = 0.4
    assert model.people["trust"][model.people["id"] == resident.id].tolist() == [0.4]
    assert model.residents[17].trust == 0.4


def test_verbs_on_residents(model):
    """select, get, set, agg, groupby, to_frame as on Mesa's AgentSet."""
    everyone = model.residents
    women = everyone.select(sex=1)
    poor = women.select(lambda rows: rows["strain"] > 0.3)
    assert 0 < len(poor) < len(women) < len(everyone)
    assert len(women.select(at_most=5)) == 5
    assert women.agg("wellbeing", np.mean) == pytest.approx(women.get("wellbeing").mean())
    assert everyone.agg("wage", [np.min, np.max]) == [everyone.get("wage").min(), everyone.get("wage").max()]
    assert sum(len(group) for group in everyone.groupby("status").values()) == len(everyone)
    assert len(everyone.groupby(lambda rows: rows["wage"] > 2500)) == 2
    assert (everyone.groupby("status")[EMPLOYED].get("status") == EMPLOYED).all()
    poor.set("trust", 0.25)
    assert (model.people["trust"] == 0.25).sum() == len(poor)
    frame = women.to_frame()
    assert len(frame) == len(women) and {"id", "wellbeing", "cost_ring_11"} <= set(frame.columns)
    assert [r.id for r in everyone][:3] == everyone.get("id")[:3].tolist()


def test_unknown_field_offers_the_near_miss(model):
    with pytest.raises(KeyError, match="Did you mean 'wellbeing'"):
        model.residents.get("welbeing")


def test_the_dead_are_no_residents(model):
    model.people["alive"][:10] = 0
    assert len(model.residents) == (model.people["alive"] == 1).sum() == len(model.people) - (model.people["alive"] == 0).sum()


def test_an_agent_added_by_a_user_changes_no_draw(world, differing):
    """Mesa's own shared generator may be used up by a visitor; nothing in the world hangs on it."""
    quiet, loud = world(residents=200), world(residents=200)
    mesa.Agent(loud)
    loud.random.random()
    loud.services.shuffle_do("lend", 0.0)
    assert not differing(quiet.run(6).people, loud.run(6).people)

"""Each kind does what it says, in the right direction, at the price it states, within the capacity it has."""

import datetime
import math

import numpy as np
import pytest

from sim.residents import SERVICES, Group, Origin, Status

MAIN = 12  # first measured month: the year before it lets the start values settle
HERE = {"residents": 1500, "places": ("Kouvola",), "years": 2}


@pytest.fixture(scope="module")
def run(world, full_fidelity):
    """run("group_programme", 12, {"capacity": 5}): a world so many months into one intervention, `x`, delivered in full."""

    def _run(kind=None, months=12, settings=None, parameters=None, **more):
        block = {"interventions": {"x": {"kind": kind, **(settings or {})}}} if kind else {}
        return world(**{**HERE, **more}, **block, parameters={**full_fidelity, **(parameters or {})}).run(MAIN + months)

    return _run


def funnel(model, step):
    """Sum of a step of the intervention's funnel over the measured months."""
    return sum(counts[step] for _, counts, _ in model.interventions[0].history)


def flow(model, name, service):
    """Sum of a flow of a service over the measured months."""
    return sum(month[name][SERVICES.index(service)] for month in model.service_records)


def twins(model, other, where):
    """Rows of two arms of the residents alive in both for whom `where` (of the first arm's rows) holds."""
    a, b = model.people[model.people["alive"] == 1], other.people[other.people["alive"] == 1]
    _, i, j = np.intersect1d(a["id"], b["id"], return_indices=True)
    keep = where(a[i])
    return a[i][keep], b[j][keep]


def gain(model, other, field, where):
    """Mean change of a field against the twins in the other arm."""
    a, b = twins(model, other, where)
    return float((a[field].astype(float) - b[field]).mean())


def took_part(rows):
    return (rows["finished"] > 0) | (rows["programme"] > 0) | (rows["manager"] > 0)


# --- social marketing -------------------------------------------------------------------------------------------


def test_no_reach_no_awareness(run):
    silent = run("social_marketing", settings={"reach": 0.0})
    assert funnel(silent, "segment") > 0 and funnel(silent, "exposed") == 0
    assert not silent.people["awareness"].any()


def test_campaign_reaches_its_segment_at_its_rate(run):
    """P(exposed) = reach (1 - exp(-frequency)) x what gets through; with full tailoring everything does."""
    model = run("social_marketing", settings={"reach": 0.4, "frequency": 2.0, "tailoring": 1.0, "segment": {"age_min": 65}})
    n, exposed, share = funnel(model, "segment"), funnel(model, "exposed"), 0.4 * (1 - math.exp(-2.0))
    assert exposed == pytest.approx(n * share, abs=4 * math.sqrt(n * share))
    young = model.month - model.people["birth_month"] < 55 * 12
    assert model.people["awareness"][young].mean() < 0.1 * model.people["awareness"][~young].mean()  # word of mouth only


def test_untailored_information_reaches_the_better_educated_first(run):
    """Same campaign, tailored or not: the gap in recall between tertiary and basic education is the untailored one's."""

    def gap(tailoring):
        p = run("social_marketing", 6, {"tailoring": tailoring, "segment": {"age_min": 25}}, residents=3000).people
        adult = (p["alive"] == 1) & (p["birth_month"] < -25 * 12)
        return p["awareness"][adult & (p["education"] == 2)].mean() / p["awareness"][adult & (p["education"] == 0)].mean()

    assert gap(0.0) > 1.3
    assert gap(1.0) == pytest.approx(1.0, abs=0.15)


def test_recall_raises_requests_and_fades_when_the_campaign_ends(run):
    all_eight = ["behaviour", "orientation", "theory", "insight", "exchange", "competition", "segmentation", "methods_mix"]
    short = {"reach": 1.0, "impact": 1.0, "frequency": 5.0, "criteria": all_eight, "product": 1.0, "months": 6}
    during, without = run("social_marketing", 6, short, residents=4000), run(None, 6, residents=4000)
    assert flow(during, "asked", "community_groups") > 1.05 * flow(without, "asked", "community_groups")
    after = run("social_marketing", 23, short)
    assert max(after.residents.get("awareness")) < 0.05


def test_children_are_no_audience(run):
    """Recall lives and fades from 16 on; a child exposed would remember for years and talk of it to everybody at home."""
    model = run("social_marketing", 6)
    minor = model.month - model.people["birth_month"] < 16 * 12
    assert funnel(model, "exposed") > 0
    assert not model.people["awareness"][minor].any()


def test_benchmark_criteria_are_the_campaign_s_quality(run):
    half = run("social_marketing", 1, {"criteria": ["behaviour", "insight", "theory", "exchange"]})
    assert half.interventions[0].quality == 0.5
    none = run("social_marketing", 12, {"criteria": []})
    assert not none.people["awareness"].any()


# --- integrated service -----------------------------------------------------------------------------------------


CASES = {"managers": 8.0, "caseload": 25.0, "dropout": 0.0, "outreach": 0.3, "duration": 12.0, "relief": 1.0, "empowerment": 0.3}


def clients_gain(run, segment, precision, months=12):
    """Mean distress held off by case management among its clients [SD units], and how many there are."""
    model = run("integrated_service", months, {**CASES, "precision": precision, "segment": segment}, residents=2500)
    here = model.people[(model.people["alive"] == 1) & took_part(model.people)]
    without = run(None, months, residents=2500)
    return gain(model, without, "dose_relief", took_part), len(here)


def test_blind_case_finding_brings_about_nothing(run):
    """Clients found at random among everyone have little to join up; found by need they have much."""
    blind, found_blind = clients_gain(run, {"group": "all"}, 0.0)
    good, found_good = clients_gain(run, {"group": "heavy_user"}, 1.0)
    assert min(found_blind, found_good) > 20
    assert blind < 0.2 * CASES["relief"]
    assert good > 2 * blind


def test_case_finding_ranks_by_need(run):
    """More come than there is room: with full precision clients have more needs than with none."""
    def needs(precision):
        model = run("integrated_service", 3, {**CASES, "managers": 2.0, "precision": precision}, residents=2500)
        p = model.people[(model.people["manager"] > 0) & (model.people["alive"] == 1)]
        distressed = p["distress"] - p["dose_relief"] > 1.2
        return np.mean(0 + (p["chronic"] == 1) + (p["care"] > 0) + (p["strain"] > 0.5) + distressed)

    assert needs(1.0) > 1.3 * needs(0.0)


def test_a_case_manager_loses_fewer_hand_offs(run):
    """Hand-offs all lost without a manager and none with one: referrals to mental health happen to clients only."""
    lossy = {f"handoff.{name}": 1.0 for name in ("lost", "managed", "mental", "social")}
    lossy |= {"seek.mental": 0.0, "seek.social": 0.0}
    with_managers = run("integrated_service", 12, CASES, lossy)
    without = run(None, 12, None, lossy)
    mental = ("mental_health", "social_work")
    assert sum(flow(without, "asked", s) for s in mental) == 0
    assert sum(flow(with_managers, "asked", s) for s in mental) > 0


def test_caseload_is_never_exceeded(run):
    model = run("integrated_service", 1, {**CASES, "managers": 2.0, "caseload": 20.0})
    for _ in range(11):
        room = round(2.0 * 20.0 * len(model.people) / 10_000)
        assert 0 < (model.people["manager"] == 1).sum() <= room + 1  # the turn of the year changes the number of residents
        model.step()
    assert funnel(model, "turned_away") > 0


# --- group programme --------------------------------------------------------------------------------------------


WORKING_AGE = {"age_min": 18, "age_max": 64}
GROUPS = {"capacity": 200.0, "intensity": 20.0, "dropout": 0.0, "weeks": 13, "inclusion": 0.3, "segment": WORKING_AGE}


def test_groups_raise_inclusion(run):
    model, without = run("group_programme", 9, GROUPS), run(None, 9)
    assert gain(model, without, "inclusion", took_part) > 0.03
    assert gain(model, without, "wellbeing", took_part) > 0.0


def test_inclusion_lent_fades_with_its_half_life(run):
    """Groups run for three months; in the half-life after them half of what they lent is left, exactly."""
    short = {**GROUPS, "months": 3, "inclusion": 1.0}
    settings = {"parameters": {"dose.half_life": 6.0, "effect.community": 0.0}}
    soon, later = run("group_programme", 4, short, **settings), run("group_programme", 10, short, **settings)
    a, b = twins(soon, later, lambda rows: rows["dose_inclusion"] > 0)
    assert len(a) > 50
    assert b["dose_inclusion"] == pytest.approx(a["dose_inclusion"] / 2)


def test_more_sessions_of_effect_more_inclusion(run):
    small, large = (run("group_programme", 6, {**GROUPS, "inclusion": dose}) for dose in (0.1, 0.4))
    assert gain(large, small, "inclusion", took_part) > 0.0


def test_fidelity_scales_the_effect(run):
    """A municipality of maturity 2.5 of 5 lends half of what one of 5 lends to those who are clients in both."""
    off = {"effect.community": 0.0, "awareness.talk": 0.0}
    full = run("group_programme", 2, GROUPS, off)
    half = run("group_programme", 2, GROUPS, {**off, "maturity.level": [2.5] * 6})
    a, b = twins(full, half, lambda rows: rows["programme"] == 1)
    both = (b["programme"] == 1) & (b["programme_months"] == a["programme_months"]) & (a["dose_inclusion"] > 0)
    assert both.sum() > 10
    assert b["dose_inclusion"][both] == pytest.approx(a["dose_inclusion"][both] / 2)


def test_a_programme_ends_cleanly(run):
    """In the month after its last one its clients leave; from then on it has none, joins nobody and costs nothing."""
    model = run("group_programme", 12, {**GROUPS, "end": datetime.date(2017, 6, 30)})
    assert not model.people["programme"].any()
    by_month = {month: (counts, cost) for month, counts, cost in model.interventions[0].history}
    assert by_month[5][0]["attending"] > 0 and by_month[5][1] > 0
    assert by_month[6][0]["left"] > 0 and by_month[6][1] == 0.0
    for month in range(7, 12):
        assert by_month[month] == ({"attending": 0.0, "joined": 0.0, "left": 0.0, "turned_away": 0.0}, 0.0)


def test_nobody_joins_twice_and_places_hold(run):
    model = run("group_programme", 1, {**GROUPS, "capacity": 20.0})
    joined = set()
    for _ in range(18):
        clients = model.people[(model.people["programme"] == 1) & (model.people["alive"] == 1)]
        assert len(clients) <= round(20.0 * len(model.people) / 1000) + 1
        fresh = set(clients["id"][clients["programme_months"] == 0].tolist())
        assert not fresh & joined
        joined |= fresh
        model.step()
    assert len(joined) > 30


@pytest.mark.parametrize("weeks, facilitators, size", [(13, 1, 8), (26, 2, 12)])
def test_cost_of_groups_is_their_facilitators_hours(weeks, facilitators, size, run):
    """Months attended x (facilitators x weeks x sessions x hours x price) / group size / months, by hand."""
    model = run("group_programme", 6, {**GROUPS, "weeks": weeks, "facilitators": facilitators, "group_size": size,
                                       "sessions": 2, "hours": 3.0, "cost": 50.0})
    months = {13: 3, 26: 6}[weeks]
    per_month = facilitators * weeks * 2 * 3.0 * 50.0 / size / months
    spent = sum(cost for *_, cost in model.interventions[0].history)
    assert spent == pytest.approx(funnel(model, "attending") * per_month) and spent > 0


# --- work, language, youth --------------------------------------------------------------------------------------


def test_supported_employment_multiplies_job_finding_by_its_ratio(run):
    """With a coach for everyone and a ratio of 2, the log factor at work when jobs are found grows to ln 2.

    After n months with the coach it is ln 2 (1 - keep^n), and what is left at the end of the month is keep times that.
    """
    coached = {"coaches": 100.0, "caseload": 200.0, "intensity": 1000.0, "assistance": 1.0, "work": 2.0, "dropout": 0.0,
               "duration": 60.0, "segment": WORKING_AGE}
    clean = {"effect.employment": 0.0, "effect.guidance": 0.0, "dose.half_life": 6.0}
    model = run("supported_employment", 23, coached, clean)
    clients = model.residents.select(lambda rows: rows["programme_months"] > 0, programme=1)
    keep, months = 0.5 ** (1 / 6), clients.get("programme_months").astype(int)
    assert len(clients) > 100 and months.max() > 20
    assert clients.get("work_support") / keep == pytest.approx(math.log(2.0) * (1 - keep**months))


def test_supported_employment_raises_employment(run):
    settings = {"coaches": 100.0, "caseload": 100.0, "intensity": 200.0, "work": 3.0, "dropout": 0.0, "duration": 24.0}
    model, without = run("supported_employment", 20, settings, residents=4000), run(None, 20, residents=4000)
    a, b = twins(model, without, took_part)
    assert len(a) > 50
    assert (a["status"] == Status.employed).mean() > (b["status"] == Status.employed).mean()


def test_integration_support_raises_language(run):
    settings = {"capacity": 500.0, "intensity": 200.0, "language": 0.5, "dropout": 0.0}
    model, without = run("integration_support", 18, settings, residents=4000), run(None, 18, residents=4000)
    clients = twins(model, without, took_part)[0]
    assert len(clients) > 10 and (clients["origin"] == Origin.refugee).all()
    assert gain(model, without, "language", took_part) > 0.1
    others = twins(model, without, lambda rows: ~took_part(rows))
    assert (others[0]["language"] >= others[1]["language"] - 1e-12).all()


def test_guidance_centre_meets_more_young_people(run):
    """Minutes lent to the desk are minutes used: more are met, and the queue is shorter."""
    model, without = run("guidance_centre", 12, {"staff": 10.0}, residents=3000), run(None, 12, residents=3000)
    assert flow(model, "met", "guidance_centre") > flow(without, "met", "guidance_centre")
    assert flow(model, "queue", "guidance_centre") < flow(without, "queue", "guidance_centre")
    rent = model.values["guidance.fixed"] * len(model.people) / 10_000 * 12
    assert sum(cost for *_, cost in model.interventions[0].history) == pytest.approx(rent, rel=0.02)


def test_outreach_finds_young_people_whom_nobody_reached(run):
    settings = {"workers": 20.0, "caseload": 30.0, "find": 0.3, "trust": 0.5, "dropout": 0.0}
    model, without = run("outreach_youth_work", 12, settings, residents=3000), run(None, 12, residents=3000)
    assert funnel(model, "joined") > 10
    _, twin = twins(model, without, took_part)
    assert (twin["ever_groups"] & Group.neet > 0).mean() > 0.9
    assert gain(model, without, "trust", took_part) > 0.1
    worker = model.values["outreach.cost_worker"] * 20.0 * len(model.people) / 10_000 / 12
    by_month = [cost for *_, cost in model.interventions[0].history]
    assert by_month[-1] == pytest.approx(worker, rel=0.02)  # paid whether or not the caseload is full


# --- capacity ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", ["primary_care", "mental_health", "nature_culture"])
def test_more_capacity_never_longer_queues(service, world):
    """The same requests, month by month, at a desk with a quarter more minutes: no month ends with a longer queue.

    Help and queueing themselves change nothing here (no effects, nobody gives up), so that both arms ask alike.
    """
    names = ("primary", "mental", "family", "nature", "community", "social", "trust", "employment", "guidance", "language",
             "empowerment")
    still = {**{f"effect.{name}": 0.0 for name in names}, "queue.give_up": [0.0] * len(SERVICES), "handoff.mental": 0.0,
             "handoff.social": 0.0, "handoff.guidance": 0.0}
    base = scenarios_minutes(world)
    column, queues = SERVICES.index(service), []
    for factor in (0.8, 1.0, 1.25):
        minutes = [m * (factor if i == column else 1.0) for i, m in enumerate(base)]
        model = world(residents=2000, parameters={**still, "services.staff_minutes": minutes}).run()
        queues.append([month["queue"][column] for month in model.service_records])
    few, some, many = np.array(queues)
    assert (some <= few).all() and (many <= some).all()
    assert few.sum() > many.sum()


def scenarios_minutes(world):
    """Staff minutes per resident and month by service, the central values."""
    return world(residents=50).values["services.staff_minutes"]


def test_minutes_used_are_minutes_there(world):
    """At every desk, over the run: minutes used = capacity less what was left over, never more than was staffed."""
    model = world("promeq", residents=2000, places=("Kouvola", "Vantaa"), years=2)
    carried, used, capacity = model.desks["carry"].copy(), 0.0, 0.0
    while model.month < model.last_month:
        model.step()
        used += model.desks["used"]
        capacity += model.desks["capacity"]
        assert (used + model.desks["carry"] <= capacity + carried + 1e-6)[:, :-1].all()

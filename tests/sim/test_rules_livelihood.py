"""Work against closed-form Markov chains, duration dependence and frailty; household income against a plain account."""

import numpy as np
import pytest
from numba import njit
from scipy.special import gammaincinv

from sim.residents import Status, rows
from sim.rules.livelihood import BANDS, count_month, livelihood, pick

PEOPLE = 40_000
ROWS = 2 * BANDS
TABLES = ("student_employed", "student_jobless", "student_outside", "student_conscript", "job_loss", "employed_student",
          "employed_outside", "employed_pensioner", "jobless_student", "jobless_outside", "jobless_pensioner", "outside_employed",
          "outside_jobless", "outside_student", "outside_pensioner", "job_scale")
FLAT = {"work.job_shape": 1.0, "work.job_distress": 0.0, "work.job_education": [1.0] * 3, "work.job_loss_education": [1.0] * 3}
SD = 4.5  # Monte-Carlo standard deviations allowed


@njit
def work_all(people, age, month, parameters, keys):
    """One month of main activity of everyone."""
    for p in people:
        count_month(p)
        livelihood(p, age, month, parameters[0], keys)


@pytest.fixture
def flat(numbers):
    """flat(job_loss=0.03, ...): hazards alike for all sexes and ages, no dependence on duration; what is not named is zero."""

    def build(shape=1.0, **hazards):
        tables = {f"work.{name}": [hazards.get(name, 0.0)] * ROWS for name in TABLES}
        return numbers(**{**FLAT, **tables, "work.job_shape": shape})

    return build


@pytest.fixture
def months(keys):
    """months(people, parameters, 12): lets months pass; main activities after each, (months, n)."""

    def run(people, parameters, number):
        out = []
        for month in range(number):
            work_all(rows(people), 40, month, rows(parameters), keys(month))
            out.append(people["status"].copy())
        return np.array(out)

    return run


def jobless(status):
    return (status == Status.unemployed) | (status == Status.labour_market_support)


def hazard(probability):
    """Hazard per month that gives a monthly probability."""
    return -np.log1p(-probability)


def close(share, expected, n=PEOPLE):
    return share == pytest.approx(expected, abs=SD * np.sqrt(max(expected * (1 - expected), 1e-4) / n))


def test_two_state_chain(handmade, flat, months):
    """Job loss 0.03, job finding 0.2 a month, all unemployed at first: 0.8, 0.52742, ... and 0.1304 in the long run.

    Closed form: u_t = u* + (u_0 - u*)(1 - s - f)^t, u* = s / (s + f).
    """
    people = handmade(PEOPLE, status=Status.unemployed)
    path = jobless(months(people, flat(job_loss=hazard(0.03), job_scale=hazard(0.2)), 80)).mean(1)
    for t, expected in ((1, 0.8), (3, 0.52742), (6, 0.31167163), (12, 0.16820860), (24, 0.13207567), (80, 0.13043478)):
        assert close(path[t - 1], expected), t


def test_length_of_spells_is_geometric(handmade, flat, months):
    """Without return to unemployment, 0.8^12 = 6.87 % are still looking for work after a year."""
    path = jobless(months(handmade(PEOPLE, status=Status.unemployed), flat(job_scale=hazard(0.2)), 12)).mean(1)
    assert close(path[11], 0.068719476736)


def test_five_states_against_matrix_powers(handmade, flat, months):
    """Employed, jobless, student, outside, pensioner: shares after 1, 6 and 24 months against p0 P^t.

    P from competing hazards h: P(any) = 1 - exp(-sum h), shared out in proportion.
    """
    hazards = {
        "job_loss": 0.02, "employed_student": 0.01, "employed_outside": 0.015, "employed_pensioner": 0.004,
        "job_scale": 0.15, "jobless_student": 0.03, "jobless_outside": 0.02, "jobless_pensioner": 0.01,
        "student_employed": 0.08, "student_jobless": 0.05, "student_outside": 0.03,
        "outside_employed": 0.05, "outside_jobless": 0.04, "outside_student": 0.02, "outside_pensioner": 0.01,
    }
    number = {"employed": 0, "jobless": 1, "student": 2, "outside": 3, "pensioner": 4}
    q = np.zeros((5, 5))
    for name, h in hazards.items():
        source, target = {"job_loss": "employed_jobless", "job_scale": "jobless_employed"}.get(name, name).split("_")
        q[number[source], number[target]] = h
    total = q.sum(1, keepdims=True)
    p = q * -np.expm1(-total) / np.where(total > 0, total, 1.0)
    np.fill_diagonal(p, np.exp(-total[:, 0]))
    start = np.repeat([Status.employed, Status.unemployed, Status.student, Status.outside], PEOPLE // 4)
    path = months(handmade(PEOPLE, status=start), flat(**hazards), 24)
    for t in (1, 6, 24):
        expected = np.array([0.25, 0.25, 0.25, 0.25, 0.0]) @ np.linalg.matrix_power(p, t)
        now = path[t - 1]
        share = [(now == Status.employed).mean(), jobless(now).mean(), (now == Status.student).mean(),
                 (now == Status.outside).mean(), (now == Status.pensioner).mean()]
        for got, wanted in zip(share, expected, strict=True):
            assert close(got, wanted), (t, share, expected)


def test_duration_dependence(handmade, flat, months):
    """Shape 0.5: still looking after t months is exp(-scale sum (m + 1/2)^-1/2); the exit rate falls month by month."""
    scale = 0.17
    path = jobless(months(handmade(PEOPLE, status=Status.unemployed), flat(shape=0.5, job_scale=scale), 12)).mean(1)
    expected = np.exp(-scale * np.cumsum((np.arange(1, 13) + 0.5) ** -0.5))
    for t in (1, 3, 12):
        assert close(path[t - 1], expected[t - 1]), t
    exits = -np.diff(np.log(np.r_[1.0, path]))
    assert exits[:3].mean() > 1.3 * exits[-3:].mean()


def test_frailty_alone_looks_like_duration_dependence(handmade, flat, months):
    """Constant personal hazards, gamma frailty of variance v: survival (1 + v h t)^(-1/v) (closed form)."""
    v, h = 0.8, 0.15
    frailty = v * gammaincinv(1 / v, (np.arange(PEOPLE) + 0.5) / PEOPLE)
    path = jobless(months(handmade(PEOPLE, status=Status.unemployed, frailty=frailty), flat(job_scale=h), 18)).mean(1)
    for t in (1, 6, 18):
        assert close(path[t - 1], (1 + v * h * t) ** (-1 / v)), t


def test_pick_shares_out_what_strikes():
    """Competing hazards 0.1, 0.3, 0, 0.2: total 1 - exp(-0.6), in proportion 1 : 3 : 0 : 2."""
    u = (np.arange(60_000) + 0.5) / 60_000
    struck = np.bincount([pick(x, 0.1, 0.3, 0.0, 0.2) + 1 for x in u], minlength=5) / len(u)
    any_of_them = -np.expm1(-0.6)
    assert struck == pytest.approx([1 - any_of_them, *(any_of_them * np.array([1, 3, 0, 2]) / 6)], abs=1e-4)


def test_benefit_runs_out_into_labour_market_support(handmade, flat, months):
    """Unemployment benefit for ten months, then labour-market support; months without work count on."""
    people = handmade(1, status=Status.unemployed)
    path = months(people, flat(), 24)[:, 0]
    assert (path[:9] == Status.unemployed).all()
    assert (path[10:] == Status.labour_market_support).all()
    assert people["jobless_months"][0] == 24


def test_children_grow_up_and_workers_retire(handmade, flat, keys):
    child, worker = handmade(1, status=Status.child), handmade(1)
    parameters = flat()
    for age, expected in ((15, Status.child), (16, Status.student)):
        work_all(rows(child), age, 0, rows(parameters), keys(0))
        assert child["status"][0] == expected
    for age, expected in ((69, Status.employed), (70, Status.pensioner)):
        work_all(rows(worker), age, 0, rows(parameters), keys(0))
        assert worker["status"][0] == expected


# --- household income -------------------------------------------------------------------------------------------


def naive_household(members, month, v):
    """Income pooled and equivalised, and whether the household is short of the norm, written from the docstrings."""
    ages = [(month - int(p["birth_month"])) // 12 for p in members]
    total = 0.0
    for p, age in zip(members, ages, strict=True):
        status, wage = Status(int(p["status"])), float(p["wage"])
        if status == Status.employed:
            total += wage * (1 - min(v["tax.highest"], v["tax.base"] + v["tax.slope"] * wage))
        elif status == Status.student:
            total += v["benefit.study"] if age >= 18 else 0.0
        elif status == Status.pensioner:
            total += max(v["benefit.pension_least"], v["benefit.pension_rate"] * wage) * (1 - v["benefit.tax"])
        elif status == Status.unemployed:
            total += max(v["benefit.support"], v["benefit.earnings_rate"] * wage) * (1 - v["benefit.tax"])
        elif status == Status.labour_market_support:
            total += v["benefit.support"] * (1 - v["benefit.tax"])
        elif status != Status.child:
            total += v["benefit.other"]
    adults, minors = sum(a >= 18 for a in ages), sum(a < 18 for a in ages)
    total += v["benefit.child"] * minors
    first = v["norm.couple"] * adults if adults != 1 else v["norm.lone_parent"] if minors else 1.0
    norm = v["norm.single"] * (first + v["norm.child"] * minors) + v["norm.rent"] + v["norm.rent_more"] * (len(ages) - 1)
    short = max(0.0, norm - total)
    scale = 1.0 + 0.5 * max(0, adults - 1) + 0.3 * (minors if adults else minors - 1)
    return total, short, scale, adults


@pytest.fixture(scope="module")
def lived(world):
    """A baseline world of 3,000 after two years."""
    return world(residents=3000, places=("Kouvola", "Vantaa"), years=2).run(23)


@pytest.fixture(scope="module")
def households(lived):
    """[(members, total, short, scale, adults)] of the lived world."""
    model = lived
    alive = model.people[model.people["alive"] == 1]
    cuts = np.flatnonzero(np.diff(alive["household"])) + 1
    return [(home, *naive_household(home, model.month, model.values)) for home in np.split(alive, cuts)]


def test_income_of_every_household_is_the_plain_account(households):
    for members, total, short, scale, _ in households:
        claimed = short if members["claims"].any() else 0.0
        assert members["income"] == pytest.approx((total + claimed) / scale)


def test_what_households_get_and_pay_is_booked_item_by_item(lived, households):
    """The last month's ledger beside the residents: who pays hangs on the item, early and late labour-market support above all."""
    v = lived.values
    alive = lived.people[lived.people["alive"] == 1]
    support = alive[alive["status"] == Status.labour_market_support]
    late = support["status_months"] >= v["benefit.support_late"]
    assert late.any() and not late.all()
    wages = alive["wage"][alive["status"] == Status.employed].astype(float)
    pensions = np.maximum(v["benefit.pension_least"], v["benefit.pension_rate"] * alive["wage"][alive["status"] == Status.pensioner])
    dole = np.maximum(v["benefit.support"], v["benefit.earnings_rate"] * alive["wage"][alive["status"] == Status.unemployed])
    taxed = (wages * np.minimum(v["tax.highest"], v["tax.base"] + v["tax.slope"] * wages)).sum()
    taxed += v["benefit.tax"] * (pensions.sum() + dole.sum() + v["benefit.support"] * len(support))
    expected = {
        "tax": -taxed,
        "pension": pensions.sum(),
        "unemployment_benefit": dole.sum(),
        "labour_market_support_early": v["benefit.support"] * (~late).sum(),
        "labour_market_support_late": v["benefit.support"] * late.sum(),
        "child_benefit": v["benefit.child"] * sum(((lived.month - members["birth_month"]) // 12 < 18).sum() for members, *_ in households),
        "social_assistance": sum(short for members, _, short, *_ in households if members["claims"].any()),
    }
    paid = lived.ledger.kept[-1].sum(0)
    for item, amount in expected.items():
        assert paid[lived.ledger.column[item]] == pytest.approx(amount), item


def test_take_up_of_social_assistance_is_partial(households):
    """35-55 % of entitled households do not claim (Bargain et al.: 40-50 % in Finland)."""
    entitled = [members["claims"].any() for members, _, short, _, adults in households if short > 0 and adults]
    assert len(entitled) > 40
    assert 0.35 < 1 - np.mean(entitled) < 0.55

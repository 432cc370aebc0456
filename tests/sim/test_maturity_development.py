"""Development raises maturity by its closed form, what is not anchored fades with its half-life, and self-assessment errs as stated."""

import datetime

import numpy as np
import pytest

from scenarios import ScenarioError
from sim.maturity import DIMENSIONS
from sim.model import HyteModel
from sim.runs import load

FIRST = 12  # first measured month


@pytest.fixture(scope="module")
def developed(world):
    """developed({"growth": 0.05}, months=12, parameters={...}): a small world so many months into development, `work`."""

    def run(settings=None, months=12, parameters=None, residents=300, **more):
        block = {"interventions": {"work": {"kind": "maturity_development", **(settings or {})}, **more.pop("others", {})}}
        return world(residents=residents, years=4, parameters=parameters, **block, **more).run(FIRST + months)

    return run


def expected(start, growth, lost, months):
    """Closed form of g' = (1 - lost) g + growth (5 - start - (1 - lost) g): g = growth (5 - start) (1 - k^n) / (1 - k).

    k = (1 - lost) (1 - growth).
    """
    keep = (1.0 - lost) * (1.0 - growth)
    return start + growth * (5.0 - start) * (1.0 - keep**months) / (1.0 - keep)


@pytest.mark.parametrize("half_life", [6.0, 24.0])
@pytest.mark.parametrize("effort", [0.5, 1.0])
def test_constant_effort_follows_its_closed_form(developed, half_life, effort):
    model = developed({"growth": 0.04, "effort": effort, "anchoring": 0.0}, 18, {"maturity.half_life": half_life})
    place = model.municipalities[0]
    assert place.maturity == pytest.approx(expected(place.own_maturity, 0.04 * effort, 1 - 0.5 ** (1 / half_life), 18), rel=1e-12)
    assert (place.maturity > place.own_maturity).all()


def test_full_anchoring_keeps_all_that_was_gained(developed):
    """With everything anchored from the first month on only growth is left: M = 5 - (5 - M0)(1 - growth)^n."""
    model = developed({"growth": 0.04, "anchoring": 1.0, "months": 10}, 30)
    place = model.municipalities[0]
    assert place.maturity == pytest.approx(5 - (5 - place.own_maturity) * 0.96**10, rel=1e-12)


@pytest.mark.parametrize("half_life", [6.0, 12.0])
def test_what_is_not_anchored_halves_in_its_half_life(developed, half_life):
    """The work ends after a year; a half-life later half of the gain is left, exactly."""
    settings, numbers = {"anchoring": 0.0, "months": 12}, {"maturity.half_life": half_life}
    end = developed(settings, 12, numbers).municipalities[0].developed
    later = developed(settings, 12 + int(half_life), numbers).municipalities[0].developed
    assert (end > 0.1).all()
    assert later == pytest.approx(end / 2, rel=1e-12)


def test_leadership_anchors_and_nothing_else_does(developed):
    led = developed({"dimensions": ["leadership", "indicators"]}, 12).municipalities[0]
    not_led = developed({"dimensions": ["indicators"]}, 12).municipalities[0]
    share = led.model.values["maturity_development.anchoring"]
    assert led.anchoring == pytest.approx(1 - (1 - share) ** 12) and not_led.anchoring == 0.0
    assert np.flatnonzero(not_led.developed).tolist() == [DIMENSIONS.index("indicators")]


def test_no_effort_changes_nothing_and_costs_only_its_project(world, differing):
    """Effort 0 beside a campaign and groups: no bit of any resident moves; only the project's money is spent."""
    others = {"groups": {"kind": "group_programme", "segment": {"group": "neet"}, "capacity": 20.0}}
    idle = {"kind": "maturity_development", "effort": 0.0, "project": {"cost": 90_000.0, "months": 6}}
    plain = world(residents=800, interventions=others).run()
    beside = world(residents=800, interventions={**others, "work": idle}).run()
    assert differing(plain.people, beside.people) == []
    column, months = beside.ledger.column, np.stack(beside.ledger.kept)
    assert months[:, :, column["work"]].sum() == 0.0
    assert (months[:, :, column["work_project"]].sum(0) * beside.weight).sum() == pytest.approx(90_000.0)
    before = np.stack(plain.ledger.kept)
    assert all((months[:, :, column[name]] == before[:, :, at]).all() for name, at in plain.ledger.column.items())


def test_money_is_dimensions_times_effort_times_price(developed):
    """Two municipalities, two dimensions, half the effort, one year: 2 x 2 x 0.5 x 12 x 300 EUR of real money."""
    model = developed({"dimensions": ["leadership", "indicators"], "effort": 0.5, "cost": 300.0, "months": 12}, 24,
                      places=("Kouvola", "Vantaa"))
    spent = (np.stack(model.ledger.kept)[:, :, model.ledger.column["work"]].sum(0) * model.weight).tolist()
    assert spent == pytest.approx([2 * 0.5 * 12 * 300.0] * 2)


def test_maturity_multiplies_fidelity_and_reach_of_what_the_municipality_runs(world):
    """Development to full maturity doubles what a campaign reaches, against a municipality that stays at 2.5 of 5."""
    campaign = {"ad": {"kind": "social_marketing", "reach": 0.3, "frequency": 5.0, "tailoring": 1.0}}
    numbers = {"maturity.level": [2.5] * 6, "maturity.spread": 0.0}
    reached = []
    for block in ({}, {"work": {"kind": "maturity_development", "growth": 1.0, "anchoring": 1.0}}):
        model = world(residents=1500, parameters=numbers, interventions={**campaign, **block}).run()
        ad = next(i for i in model.interventions if i.name == "ad")
        reached.append(sum(counts["exposed"] for _, counts, _ in ad.history) / sum(counts["segment"] for _, counts, _ in ad.history))
    assert reached[1] == pytest.approx(2 * reached[0], rel=0.05)


def test_more_effort_more_maturity(developed):
    levels = [developed({"effort": e}, 12).municipalities[0].maturity.mean() for e in (0.0, 0.3, 1.0)]
    assert levels[0] < levels[1] < levels[2]


def test_self_assessment_errs_by_its_error_and_drives_the_focus(developed):
    """Without error a municipality works on its weakest dimension; assessments spread around the truth by the error."""
    numbers = {"maturity.level": [3.0, 3.0, 1.5, 3.0, 3.0, 3.0], "maturity.spread": 0.0}
    model = developed({"focus": 1, "error": 0.0, "interval": 60}, 6, numbers)
    assert np.flatnonzero(model.municipalities[0].developed).tolist() == [2]
    alike = {"maturity.level": [3.0] * 6, "maturity.spread": 0.0}
    many = developed({"error": 0.4, "interval": 1}, 36, alike, places=("county:Keski-Suomi",))
    rows = many.interventions[0].tables()["maturity"]
    errors = np.array([row["self_assessed"] - row["true"] for row in rows])
    inside = np.abs(np.array([row["true"] for row in rows]) - 3.0) < 0.8  # away from the ends of the scale, where answers are cut off
    assert inside.sum() > 2000
    assert errors[inside].std() == pytest.approx(0.4, rel=0.05) and abs(errors[inside].mean()) < 0.03


def test_the_table_follows_the_profile_after_the_end(world):
    """Rows at each self-assessment, after the end without one, and in the last month; six dimensions each."""
    model = world(residents=200, years=3, interventions={"work": {"kind": "maturity_development", "months": 18}}).run()
    rows = model.interventions[0].tables()["maturity"]
    assert [row["month"] for row in rows[::6]] == [0, 12, 24, 35]
    assert [row["dimension"] for row in rows[:6]] == list(DIMENSIONS)
    seen = [np.isfinite(row["self_assessed"]) for row in rows[::6]]
    assert seen == [True, True, False, False]
    assert rows[12]["true"] > rows[18]["true"] > rows[0]["true"]


@pytest.mark.parametrize("block, words", [
    ({"dimensions": ["leadershp"]}, "leadership"),
    ({"dimensions": []}, "dimensions"),
    ({"dimensions": ["leadership", "leadership"]}, "named twice"),
    ({"effort": 1.5}, "outside 0-1"),
    ({"cost": -1.0}, "below 0"),
    ({"focus": 7}, "focus"),
    ({"interval": 0}, "interval"),
    ({"start": datetime.date(2031, 1, 1)}, "outside the run"),
    ({"project": {"cost": 10.0, "grant": 20.0, "months": 3}}, "impossible budget"),
])
def test_bad_settings_are_refused_in_one_line(block, words):
    settings = {f"interventions.work.{k}": v for k, v in {"kind": "maturity_development", **block}.items()}
    with pytest.raises(ScenarioError) as caught:
        load("baseline", settings)
    assert len(caught.value.problems) == 1
    assert words in str(caught.value)


def test_promeq_develops_its_municipalities():
    """The scenario carries the work, and its municipalities are more mature at its end than at its start."""
    model = HyteModel(load("promeq", {"population.residents": 400, "population.places": ["Kouvola", "Vantaa"], "time.years": 4,
                                      "time.burn_in": 1})).run()
    rows = next(i for i in model.interventions if i.settings.kind == "maturity_development").tables()["maturity"]
    at = {month: np.mean([r["true"] for r in rows if r["month"] == month]) for month in (12, 36)}
    assert at[36] > at[12] + 0.3

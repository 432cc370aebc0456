"""One area to step through: what is drawn of it, when it ends, and what is told before anything is opened."""

import importlib

import numpy as np
import pytest

from command.explore import area as small
from tests.test_command import hytesim


@pytest.fixture(scope="module")
def one():
    """The first area of Kouvola with its residents, before the first measured month."""
    return small.Area(small.load("promeq", "Kouvola", residents=300), 1)


def test_the_network_drawn_is_that_of_the_area(one):
    rows, people = one.here, one.people
    assert 0 < len(rows) < len(people) and (people["area"][rows] == 0).all()
    ties = one.ties()
    assert len(ties) and (ties[:, 0] < ties[:, 1]).all() and np.isin(ties, rows).all()
    assert all(b in one.network.contacts(a) for a, b in ties[:20].tolist())
    assert len({tuple(tie) for tie in ties.tolist()}) == len(ties)


def test_months_are_charted_and_everybody_has_a_seat(one):
    assert one.measured_month == -1 and len(one.series) == 1
    before = one.places[int(one.people["id"][one.here[0]])].copy()
    for _ in range(13):  # over a January, in which residents come, go and are born
        one.step()
    assert [row["date"] for row in one.series] == sorted(row["date"] for row in one.series) and len(one.series) == 14
    assert one.seats().shape == (len(one.here), 2) and np.isfinite(one.seats()).all()
    assert (before == one.places[next(iter(one.places))]).all()  # nobody's place moves
    last = one.series[-1]
    mean = one.people["wellbeing"][one.here].mean()
    assert min(last["at_risk"], last["others"]) <= mean <= max(last["at_risk"], last["others"])


def test_it_ends_with_the_scenario(one):
    while one.running:
        one.step()
    assert one.month == one.last_month


def test_what_was_asked_travels_as_text():
    scenario, number = small.read(small.written({"name": "promeq", "where": "Kouvola", "area": 2, "residents": 100, "seed": 7}))
    assert (number, scenario.population.residents, scenario.runs.seed, len(scenario.population.places)) == (2, 100, 7, 1)
    assert len(small.load("promeq").population.places) == 1


def test_wrong_input_is_one_line(tmp_path):
    _, _, told = hytesim("explore", "promeq", "--where", "county:Etelä-Karjala", cwd=tmp_path, check=2)
    assert "name one" in told and "Traceback" not in told
    try:
        importlib.import_module("solara")
    except ImportError:
        _, _, told = hytesim("explore", "promeq", "--residents", "60", "--no-browser", cwd=tmp_path, check=2)
        assert "hytesim[mesaviz]" in told and "Traceback" not in told

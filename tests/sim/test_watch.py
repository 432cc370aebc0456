"""One resident watched: watching changes nothing, and what is told is what the row and the model's own counts say."""

import numpy as np
import pytest

from sim.lives import PICKS, follow, pick
from sim.model import HyteModel
from sim.residents import SERVICES
from sim.runs import load
from sim.watch import EVENTS, MONTHS, Watch

SMALL = {"population.places": ["Kouvola"], "population.residents": 300, "time.years": 3, "time.burn_in": 6}


@pytest.fixture(scope="module")
def arms():
    return [load(name, SMALL) for name in ("baseline", "promeq")]


@pytest.fixture(scope="module")
def watched(arms):
    """Ten residents watched in ten runs, and the plain run."""
    ids = range(0, 300, 30)
    return HyteModel(arms[1]).run(), [Watch(HyteModel(arms[1]), i).run() for i in ids]


def test_watching_changes_nothing(watched):
    plain, watches = watched
    for watch in watches:
        for column in plain.people.dtype.names:
            assert watch.model.people[column].tobytes() == plain.people[column].tobytes(), column


def test_months_are_the_row_at_the_end_of_the_month(watched):
    for watch in watched[1]:
        months, row = watch.months, watch._now()
        assert list(months.columns) == list(MONTHS) and list(watch.events.columns) == list(EVENTS)
        if row is not None and row["alive"]:
            assert list(months["month"]) == list(range(36))
            assert months["wellbeing"].iloc[-1] == row["wellbeing"]
            assert months["wellbeing"].sum() == pytest.approx(row["wellbeing_sum"], rel=1e-12)
            assert months["open_requests"].iloc[-1] == row["requests"]


def test_every_request_ends_once(watched):
    """Asked or handed on = met + given up + still open + those open before the first measured month."""
    told = 0
    for watch in watched[1]:
        events, row = watch.events, watch._now()
        if row is None or not row["alive"]:
            continue
        for s, service in enumerate(SERVICES):
            mine = events[events["subject"] == service]["event"]
            began, ended = mine.isin(["asked", "handed_on"]).sum(), mine.isin(["met", "gave_up"]).sum()
            open_now = int(row["waiting"][s] > 0)
            assert began - ended - open_now in (0, -1)  # -1: asked before measuring began
            told += ended
    assert told > 50


def test_contacts_are_those_of_the_requests_met(watched):
    """Contacts of a month are at least the requests met and the hospital episodes in it; none in a month without."""
    for watch in watched[1]:
        met = watch.events[watch.events["event"].isin(["met", "hospital"])].groupby("month").size()
        months = watch.months.set_index("month")["contacts"]
        met = met.reindex(months.index, fill_value=0)
        assert ((months > 0) == (met > 0)).all() and (months >= met).all()


def test_programmes_are_joined_before_they_end(watched):
    joined = 0
    for watch in watched[1]:
        inside = set()
        for event, subject in watch.events[["event", "subject"]].itertuples(index=False):
            if event == "joined":
                inside.add(subject)
                joined += 1
            elif event in ("completed", "dropped_out", "programme_closed"):
                inside.remove(subject)
    everybody = HyteModel(load("promeq", SMALL)).run()
    assert joined or not (everybody.people["finished"] > 0).any()


def test_two_lives_are_one_until_something_differs(arms):
    resident, gain, reached = pick(arms, 0, 0, "gained")
    lives = follow(arms, 0, 0, resident)
    one, other = (lives.months[lives.months["arm"] == a].drop(columns="arm").reset_index(drop=True) for a in lives.arms)
    assert one[one["month"] < 12].equals(other[other["month"] < 12])  # promeq starts in its second year
    assert (other["wellbeing"] - one["wellbeing"]).mean() == pytest.approx(gain, abs=1e-12) and gain > 0 and reached > 0
    assert lives.person["place"] == "Kouvola"
    stored = [HyteModel(a).run().datacollector.get_model_vars_dataframe() for a in arms]
    for arm, frame in zip(lives.arms, stored, strict=True):
        mine = lives.wellbeing[lives.wellbeing["arm"] == arm]["value"].to_numpy()
        assert np.array_equal(mine, frame[frame["month"] >= 0]["wellbeing"].to_numpy(float))


def test_the_chosen_are_in_order(arms):
    gains = {which: pick(arms, 0, 0, which)[1] for which in PICKS}
    assert gains["lost"] <= gains["typical"] <= gains["gained"] and gains["lost"] < gains["gained"]


def test_only_those_whom_an_intervention_changed_count_as_reached(arms):
    _, _, reached = pick(arms, 0, 0, "typical")
    assert 0 < reached < 250


def test_nobody_of_that_name(arms):
    with pytest.raises(ValueError, match=r"no resident has the id 999999.* 299.*gained, lost, typical"):
        follow(arms, 0, 0, 999_999)
    with pytest.raises(ValueError, match="mostly"):
        pick(arms, 0, 0, "mostly")

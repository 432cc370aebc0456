"""The numeric baseline: small fixed worlds come out as they were kept, and a machine can be asked whether it gives them."""

import json

import pytest

from command import doctor
from sim import reference


def test_reference_worlds_come_out_as_they_were_kept():
    """Who changes a number on purpose writes them anew (python -m sim.reference) and says so in CHANGES.md."""
    _, apart = reference.compared(reference.run(), reference.kept())
    assert apart == {}


def test_a_changed_and_a_missing_figure_are_found():
    known = {("a", "wellbeing"): 4.0, ("a", "strain"): 0.0, ("a", "sha256"): "f0"}
    assert reference.compared(known, known) == (True, {})
    assert reference.compared({**known, ("a", "sha256"): "0f", ("a", "wellbeing"): 4.0 + 1e-12}, known) == (False, {})
    alike, apart = reference.compared({("a", "wellbeing"): 4.00001, ("a", "sha256"): "f0"}, known)
    assert not alike and apart == {("a", "strain"): (None, 0.0), ("a", "wellbeing"): (4.00001, 4.0)}


@pytest.mark.parametrize(("found", "state", "words"), [
    ({("a", "wellbeing"): 4.0}, doctor.GOOD, "bit for bit"),
    ({("a", "wellbeing"): 4.0 + 1e-14}, doctor.GOOD, "9 digits"),
    ({("a", "wellbeing"): 4.1}, doctor.BAD, "wellbeing of a: 4.1 here, 4.0 kept"),
])
def test_the_doctor_says_what_came_out(monkeypatch, found, state, words):
    monkeypatch.setattr(reference, "run", lambda: found)
    monkeypatch.setattr(reference, "kept", lambda: {("a", "wellbeing"): 4.0})
    what, found_state, told = doctor.reference()
    assert (what, found_state) == ("Reference run", state) and words in told


def test_the_doctor_lists_the_machine_and_fails_only_for_what_every_run_needs(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "EXTRAS", {"imagined": ("no_such_module",)})
    assert doctor.answer(quick=True, as_json=True) == 0
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["Extra imagined"]["state"] == doctor.LACKS and ".[imagined]" in rows["Extra imagined"]["told"]
    assert {"Python", "Processors", "Disk here", "Compiled code", "Packages"} <= set(rows)
    monkeypatch.setattr(doctor, "NEEDS", ("no-such-package",))
    assert doctor.answer(quick=True, as_json=True) == 1
    assert "no-such-package" in capsys.readouterr().out

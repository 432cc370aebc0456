"""What the other process has compiled: whole functions are taken over, and none that is there already."""

import shutil
import sys

from sim import precompile


def test_only_functions_that_lack_are_taken_over(tmp_path):
    half, folder = tmp_path / "half", tmp_path / "cache"
    for place, words in ((half, "theirs"), (folder, "mine")):
        (place / "rules").mkdir(parents=True)
        for name in ("month.felt-7.py311.nbi", "month.felt-7.py311.1.nbc"):
            (place / "rules" / name).write_text(words)
    (half / "rules" / "month.felt-7.py311.2.nbc").write_text("theirs")  # of another signature; their index names it, mine does not
    for name in ("month.live-205.py311.nbi", "month.live-205.py311.1.nbc", "month.live-205.py311.2.nbc"):
        (half / "rules" / name).write_text("theirs")
    precompile._take_over(half, folder)
    found = {path.name: path.read_text() for path in (folder / "rules").iterdir()}
    assert found == {
        "month.felt-7.py311.nbi": "mine", "month.felt-7.py311.1.nbc": "mine", "month.live-205.py311.nbi": "theirs",
        "month.live-205.py311.1.nbc": "theirs", "month.live-205.py311.2.nbc": "theirs",
    }


def test_a_half_that_fails_leaves_the_rest(tmp_path, world, monkeypatch):
    """The caller has its own half at hand and nothing of what another process could not do."""
    monkeypatch.setattr(precompile, "small_world", lambda path, codes: world(residents=100))
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    precompile.halve("no_such_scenario", ["286"], tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []

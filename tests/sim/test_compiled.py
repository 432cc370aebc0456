"""Which sources the folder of compiled code is keyed by: whatever a compiled rule is made of, and nothing that merely starts it."""

from pathlib import Path

import sim

SIM = Path(sim.__file__).parent


def test_every_rule_and_what_it_imports_is_in_the_key():
    """Month calls contact calls health: an edit of any of them must not find code compiled from the others as they were."""
    found = {path.relative_to(SIM).as_posix() for path in sim._compiled_sources(SIM)}
    rules = {*(f"rules/{name}.py" for name in ("month", "contact", "queue", "health", "wellbeing", "draws")), "closing.py", "residents.py"}
    assert rules <= found
    assert not {"runs.py", "engines/dask.py", "sweep/folder.py", "tidy.py"} & found


def test_imports_are_followed(tmp_path):
    for name, text in {"a.py": "from sim.b import constant\n@rule\ndef f(): ...\n", "b.py": "from sim import c, d\n", "c.py": "",
                       "d.py": "", "e.py": "from sim.a import f\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [path.name for path in sim._compiled_sources(tmp_path)] == ["a.py", "b.py", "c.py", "d.py"]

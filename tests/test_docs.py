"""docs/odd.md is current, every number of parameters.toml is used, and every number that the code uses exists."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scenarios.parameters import shipped
from scenarios.schema import Population
from sim.coefficients import ELSEWHERE, derive

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = shipped()
SECTIONS = {name.partition(".")[0] for name in NUMBERS}
DERIVED = derive({name: q.value for name, q in NUMBERS.items()})
KNOWN = {*NUMBERS, *DERIVED, *(f"population.{field}" for field in Population.model_fields)}  # a scenario has [population] too
NAME = re.compile(r"(?!.*\.csv$)[a-z_]+\.[a-z_]*[a-z]")


@pytest.fixture(scope="module")
def build():
    """docs/build.py as a module."""
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nodes():
    """Every node of the syntax trees of the model's code."""
    for folder in ("sim", "results", "scenarios"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path.relative_to(ROOT), node


@cache
def spoken():
    """What the code says: attribute names and texts, and patterns of texts with something put in."""
    words, patterns = set(), set()
    for _, node in nodes():
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
            fixed = "".join(p for p in parts if p).rpartition(".")[2]
            if re.search("[a-z]", fixed):  # f"network.homophily_{trait}" names some; f"population.{name}" names none
                patterns.add("".join("[a-z_]+" if p is None else re.escape(p) for p in parts))
    return words, patterns


def used(name):
    """Whether the code names a parameter: dotted, with underscores, or by its short name where a section is read so."""
    words, patterns = spoken()
    section, _, short = name.partition(".")
    forms = {name, name.replace(".", "_")} | ({short} if section in ELSEWHERE else set())
    return bool(forms & words) or any(re.fullmatch(p, form) for p in patterns for form in forms)


def test_generated_parts_are_current(build):
    text = build.ODD.read_text(encoding="utf-8")
    assert build.built(text) == text, "run: python docs/build.py"


def test_check_says_what_is_stale(tmp_path):
    (tmp_path / "docs").mkdir()
    for folder in ("sim", "scenarios", "results"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    shutil.copy(ROOT / "docs" / "build.py", tmp_path / "docs")
    text = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    (tmp_path / "docs" / "odd.md").write_text(text.replace("| `wellbeing` | f8", "| `wellbeing` | f4"), encoding="utf-8")
    done = subprocess.run([sys.executable, "docs/build.py", "--check"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "stale in: states" in done.stderr


def test_a_mark_without_a_part_is_refused(build):
    with pytest.raises(ValueError, match="marks"):
        build.built("<!-- generated: nothing -->\n<!-- end of generated -->")


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_is_used(name):
    assert used(name), f"{name} stands in parameters.toml, but no code reads it"


def test_a_number_nobody_reads_would_be_found():
    assert not used("wellbeing.nobody_reads_this")
    assert not used("population.nobody_reads_this")


def test_every_coefficient_of_a_rule_exists():
    known = {n.replace(".", "_") for n in (*NUMBERS, *DERIVED)}
    missing = [
        f"{path}:{node.lineno} k.{node.attr}"
        for path, node in nodes()
        if path.parts[0] == "sim" and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        and node.value.id == "k" and node.attr not in known
    ]
    assert not missing


def test_every_dotted_name_in_the_code_exists():
    missing = [
        f"{path}:{node.lineno} {node.value}"
        for path, node in nodes()
        if path.parts[0] == "sim" and isinstance(node, ast.Constant) and isinstance(node.value, str)
        and NAME.fullmatch(node.value) and node.value.partition(".")[0] in SECTIONS and node.value not in KNOWN
    ]
    assert not missing


def test_the_text_names_numbers_that_exist(build):
    prose = build.MARK.sub("", build.ODD.read_text(encoding="utf-8"))
    named = {n for n in re.findall(r"`([a-z_]+\.[a-z_]+)`", prose) if n.partition(".")[0] in SECTIONS and NAME.fullmatch(n)}
    assert len(named) > 150
    assert sorted(named - KNOWN) == []


def test_the_text_names_every_number_of_the_rules(build):
    """Whoever writes the model anew from the text must meet every number that acts."""
    prose = build.MARK.sub("", build.ODD.read_text(encoding="utf-8"))
    silent = [
        n for n in NUMBERS
        if n not in prose and n.partition(".")[0] not in ("population", "payers") and f"`{n.partition('.')[0]}.*`" not in prose
    ]
    assert silent == []

"""The house's laws: imports point one way, chance has one source, nothing prints, every file says what it is."""

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("scenarios", "results", "sim", "calibration")
MAY_IMPORT = {
    "scenarios": set(),
    "results": set(),
    "sim": {"scenarios", "results"},
    "calibration": {"sim", "scenarios", "results"},
}
RULES_MAY_IMPORT = {"numpy", "numba", "llvmlite", "math", "enum", "operator", "platform", "sim"}
FILES = {room: sorted((ROOT / room).rglob("*.py")) for room in ROOMS}
ALL = [path for room in ROOMS for path in FILES[room]]


def name(path):
    return str(path.relative_to(ROOT))


@functools.cache  # several laws read the same file
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def imported(path):
    """Dotted names of all modules that a file imports, wherever in the file; relative ones resolved."""
    package, found = list(path.relative_to(ROOT).parts[:-1]), []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            found.append(".".join([*base, *([node.module] if node.module else [])]))
    return found


@functools.cache
def calls(path):
    """Dotted names of everything that a file calls, and the lines."""
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", ALL, ids=name)
def test_imports_point_one_way(path):
    """calibration -> sim -> scenarios, results; those two import none of the others; hytesim.py is imported by nobody."""
    room = path.relative_to(ROOT).parts[0]
    rooms = {module.split(".")[0] for module in imported(path)} & {*ROOMS, "hytesim", "tests", "benchmarks"}
    assert rooms <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("path", sorted((ROOT / "sim" / "rules").rglob("*.py")), ids=name)
def test_rules_know_only_numbers(path):
    """What happens to one person: numpy, numba, math and each other."""
    modules = set(imported(path))
    assert {m.split(".")[0] for m in modules} <= RULES_MAY_IMPORT
    assert all(m.startswith("sim.rules") for m in modules if m.startswith("sim"))


CHANCE = {"random", "secrets", "uuid"}
STREAMS = re.compile(
    r"(^|\.)(random|default_rng|RandomState|shuffle|shuffle_do|permutation|SeedSequence|urandom|getrandbits|randint|rvs)$"
    r"|^(np|numpy)\.random\b|^hash$"
)
CLOCKS = re.compile(r"^time\.time(_ns)?$|\.now$|\.today$")


@pytest.mark.parametrize("path", FILES["sim"], ids=name)
def test_chance_has_one_source(path):
    """No stream of random numbers, no clock, no shuffle, no salted hash in the world: addressed draws only."""
    times_runs = name(path).startswith(("sim/runs", "sim/engines"))  # a manifest may say when a run was made
    for called, line in calls(path):
        assert not STREAMS.search(called), line
        assert times_runs or not CLOCKS.search(called), line
    assert not {m.split(".")[0] for m in imported(path)} & CHANCE
    assert not any(m.startswith("numpy.random") for m in imported(path))


@pytest.mark.parametrize("path", ALL, ids=name)
def test_nothing_prints(path):
    """Packages return and raise; the face and commands talk. What is run as a command (`__main__`) may print."""
    if "__main__" in path.read_text(encoding="utf-8"):
        pytest.skip("a command of its own")
    assert not [line for called, line in calls(path) if called == "print"]


@pytest.mark.parametrize("path", [*ALL, *sorted((ROOT / "tests").rglob("*.py"))], ids=name)
def test_every_file_says_what_it_is(path):
    assert ast.get_docstring(parsed(path)), "a purpose sentence on top"
    assert path.name not in ("utils.py", "helpers.py", "misc.py", "common.py")


MACHINE = re.compile(r"(/home/|/Users/|/root/|/work/|/tmp/|[A-Z]:\\\\Users)")


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(ROOT.rglob("*")) if p.suffix in (".py", ".toml", ".md", ".csv", ".json", ".html") and p.is_file()
     and not {".git", ".venv", "build", "runs", "__pycache__"} & set(p.relative_to(ROOT).parts) and p != Path(__file__)],
    ids=name,
)
def test_no_path_of_one_machine(path):
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if MACHINE.search(line)]
    assert not found


def test_mesa_s_stable_floor():
    """Model, Agent, the verbs of AgentSet, agents_by_type and DataCollector; nothing experimental."""
    for path in FILES["sim"]:
        text = path.read_text(encoding="utf-8")
        assert "experimental" not in text, name(path)
        used = set(re.findall(r"\bmesa\.(\w+)", text))
        assert used <= {"Model", "Agent", "DataCollector", "AgentSet"}, name(path)


def test_a_kind_is_a_file():
    """The kinds a scenario may name are the file names of sim/interventions."""
    from sim.intervention import agent_class, kinds

    files = {p.stem for p in (ROOT / "sim" / "interventions").glob("*.py")} - {"__init__"}
    assert set(kinds()) == files
    for kind in files:
        assert agent_class(kind).__module__ == f"sim.interventions.{kind}"

"""The texts that results show, gathered from the sources, for the catalogues of translations."""

import ast
import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("results", "command/dashboard")  # whose texts are read in three languages
MARKED = ("say", "word")
IN_TEMPLATE = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def messages():
    """Every text given to `say` or `word` in ROOMS, with its file: those of results first, in the order of the files."""
    found = {}
    for path in _files("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKED and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found.setdefault(text.value, _name(path))
    for path in _files("*.html"):
        for one, two in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(one or two, _name(path))
    return found


def _files(pattern):
    return [path for room in ROOMS for path in sorted((HOUSE / room).rglob(pattern))]


def _name(path):
    return path.relative_to(HOUSE).as_posix().removeprefix("results/")

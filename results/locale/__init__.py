"""The texts that results show, gathered from the sources, for the catalogues of translations."""

import ast
import re
from pathlib import Path

ROOM = Path(__file__).resolve().parents[1]
MARKED = ("say", "word")
IN_TEMPLATE = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def messages():
    """Every text given to `say` or `word` in results/, in the order of the files."""
    found = {}
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKED and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found.setdefault(text.value, path.relative_to(ROOM).as_posix())
    for path in sorted(ROOM.rglob("*.html")):
        for one, two in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(one or two, path.relative_to(ROOM).as_posix())
    return found

"""Requirements as pyproject.toml has them: `requirements.py NAME` prints one, `requirements.py --without NAME EXTRA...` all others."""

import sys
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted(extras):
    """The project's requirements with those of extras."""
    return [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]


if __name__ == "__main__":
    if sys.argv[1] == "--without":
        found = [line for line in wanted(sys.argv[3:]) if not line.startswith((sys.argv[2], PROJECT["name"]))]
    else:
        found = [line for line in wanted([]) if line.startswith(sys.argv[1])]
    print("\n".join(found))

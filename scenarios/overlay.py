"""Lays a scenario over the one it extends: tables key by key, lists and quantities whole, blocks removed by
name.
"""

from pathlib import Path

from .locate import Source
from .problems import Problem, ScenarioError, near_miss
from .syntax import read

__all__ = ["COMMAND_LINE", "Layers", "find", "leaves", "names", "stack"]

FOLDER = Path(__file__).parent
NOT_INHERITED = ("id", "title", "rests_on", "extends", "remove")
COMMAND_LINE = "command line"


class Layers:
    """The merged tables of a scenario and its ancestors, and which file each value came from."""

    def __init__(self, path: Path):
        self.path = path
        self.tables: dict = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []  # found while merging, without stopping it
        self.sources: list[Source] = []  # the scenario itself first, then its parent, ...

    def lay(self, tables: dict, source: Source) -> None:
        """Put a file's tables over what is there."""
        merge(self.tables, tables)
        self.origins.update({key: source.name for key, _ in leaves(tables)})
        self.sources.insert(0, source)

    def remove(self, name: str) -> str | None:
        """Drop a dotted name; returns a message if there is no such thing."""
        *above, last = name.split(".")
        table = self.tables
        for part in above:
            table = table.get(part, {}) if isinstance(table, dict) else {}
        if not isinstance(table, dict) or last not in table:
            known = [".".join([*above, key]) for key in table] if isinstance(table, dict) else []
            return f"there is no '{name}' to remove. {near_miss(name, known)}".strip()
        del table[last]
        gone = [key for key in self.origins if key == name or key.startswith(f"{name}.")]
        for key in gone:
            del self.origins[key]
        return None

    def origin(self, key: str) -> str:
        """The file that set a dotted key, or the nearest table above it."""
        while key and key not in self.origins:
            key = key.rpartition(".")[0]
        return self.origins.get(key, "")

    def place(self, key: str, message: str, hint: str = "", on_key: bool = False) -> Problem:
        """A problem at `key`, in the youngest file that has the most of it."""
        if self.origin(key) == COMMAND_LINE:
            return Problem(COMMAND_LINE, key=key, message=message, hint=hint)
        parts = key.split(".")
        for n in range(len(parts), 0, -1):
            for source in self.sources:
                if ".".join(parts[:n]) in source.spots:
                    return source.problem(key, message, hint, on_key)
        name = self.sources[0].name if self.sources else str(self.path)
        return Problem(name, key=key, message=message, hint=hint)


def merge(below: dict, above: dict) -> None:
    """Merge `above` into `below` in place."""
    for key, new in above.items():
        old = below.get(key)
        if isinstance(old, dict) and isinstance(new, dict) and not _whole(old, new):
            merge(old, new)
        else:
            below[key] = _copy(new)


def _whole(old: dict, new: dict) -> bool:
    """Quantities are replaced whole, and so is a block whose kind changes (its settings mean something
    else).
    """
    if "value" in old or "value" in new:
        return True
    return "kind" in old and "kind" in new and old["kind"] != new["kind"]


def _copy(value):
    return {k: _copy(v) for k, v in value.items()} if isinstance(value, dict) else value


def leaves(tables: dict, prefix: str = ""):
    """Yield (dotted key, value) of every value; quantities and lists count as one value."""
    for key, value in tables.items():
        if isinstance(value, dict) and value and "value" not in value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def names() -> list[str]:
    """The scenarios that come with the model."""
    return sorted(path.stem for path in FOLDER.glob("*.toml") if path.name != "parameters.toml")


def find(name: str | Path, beside: Path | None = None) -> Path | None:
    """The file of a scenario: a path, a neighbour of the file that asks, or a shipped name; None if there is
    none.
    """
    text = str(name)
    if text.endswith(".toml"):
        near = [Path(text)] if beside is None else [beside / text, Path(text)]
        return next((path for path in near if path.is_file()), None)
    if text in names():
        return FOLDER / f"{text}.toml"
    if beside and text and (beside / f"{text}.toml").is_file():
        return beside / f"{text}.toml"
    return None


def stack(name: str | Path) -> Layers:
    """Read a scenario and all that it extends. Raises ScenarioError for missing files, bad TOML and
    circles.
    """
    path = find(name)
    if path is None:
        hint = (
            near_miss(str(name), names()) or f"Known: {', '.join(names())}; or give the path of a .toml file."
        )
        raise ScenarioError([Problem(str(name), message="there is no such scenario.", hint=hint)])
    layers = Layers(path)
    _lay_chain(layers, path, [])
    return layers


def _lay_chain(layers: Layers, path: Path, chain: list[Path]) -> None:
    tables, source = read(path, _display(path))
    if not tables:
        raise ScenarioError([Problem(_display(path), message="the file says nothing.", hint="`hytesim scenarios new NAME` starts one.")])
    head = tables.get("scenario", {})
    head = head if isinstance(head, dict) else {}
    parent = head.pop("extends", None)
    removals = head.pop("remove", [])
    here = [*chain, path.resolve()]
    if parent is not None:
        _lay_parent(layers, parent, path, here, source)
    for key in NOT_INHERITED:
        layers.remove(f"scenario.{key}")
    if not isinstance(removals, list) or not all(isinstance(r, str) for r in removals):
        layers.problems.append(source.problem("scenario.remove", "needs a list of dotted names in quotes."))
        removals = []
    for i, name in enumerate(removals):
        message = layers.remove(name)
        if message:
            layers.problems.append(source.problem(f"scenario.remove.{i}", message))
    layers.lay(tables, source)


def _lay_parent(layers: Layers, parent: object, path: Path, here: list[Path], source: Source) -> None:
    """Lay the extended scenario first. Without it every later message would mislead, so this stops at
    once.
    """
    found = find(parent, path.parent) if isinstance(parent, str) else None
    if found is None:
        message = f"there is no scenario '{parent}' to extend."
        hint = near_miss(str(parent), names()) or "Give one name or path, in quotes."
        raise ScenarioError([source.problem("scenario.extends", message, hint)])
    if found.resolve() in here:
        start = here.index(found.resolve())
        circle = " -> ".join(p.stem for p in [*here[start:], found])
        message = f"scenarios extend each other in a circle: {circle}."
        raise ScenarioError([source.problem("scenario.extends", message)])
    _lay_chain(layers, found, here)


def _display(path: Path) -> str:
    """How messages call a file: shipped ones by their place in the package, others as the user gave them."""
    return f"scenarios/{path.name}" if path.resolve().parent == FOLDER.resolve() else str(path)

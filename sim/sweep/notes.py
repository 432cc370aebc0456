"""Problems of a plan, collected instead of stopping at the first, each with its place in the file."""

from pydantic import ValidationError

from scenarios import ScenarioError
from scenarios.explain import problems_of
from scenarios.problems import Problem

__all__ = ["Notes"]


class Notes:
    """A plan's tables and the problems found in them so far."""

    def __init__(self, path, tables, source):
        self.path, self.tables, self.source = path, tables, source
        self.problems: list[Problem] = []

    def add(self, key, message, hint="", on_key=False):
        """Note a problem at a key of the plan."""
        self.problems.append(self.source.problem(key, message, hint, on_key))

    def end(self):
        """Raise ScenarioError if there is any problem."""
        if self.problems:
            raise ScenarioError(sorted(self.problems, key=lambda p: (p.line, p.column)))

    def section(self, key, model):
        """A section as its block, or None after a problem."""
        raw = self.tables.get(key, {})
        if not isinstance(raw, dict):
            self.add(key, f"needs a table, [{key}].", on_key=True)
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems += problems_of(error, key, self.source.problem, model)
            wrong = {item["loc"][0] for item in error.errors() if item["loc"]}
            if wrong & set(raw):  # the rest is checked as if the wrong keys were not there
                return self._readable(model, {k: v for k, v in raw.items() if k not in wrong})
            return None

    def _readable(self, model, raw):
        try:
            return model.model_validate(raw)
        except ValidationError:
            return None

    def again(self, error, key):
        """A scenario's problems, told at a key of the plan."""
        for p in error.problems:
            set_here = p.file == "command line"
            place = f"set.{p.key}" if set_here and f"set.{p.key}" in self.source.spots else key
            said = p.message if set_here else ": ".join(part for part in (f"{p.file}:{p.line}", p.key, p.message) if part)
            self.add(place, said, p.hint)

"""The scenarios of a plan: loaded with [set] laid over them, the comparator in front."""


from scenarios import ScenarioError
from scenarios.problems import near_miss
from sim import runs
from sim.sweep.paths import flat, paths

__all__ = ["Arms"]


class Arms:
    """`found`: {scenario id: loaded with [set]}, the comparator first; `known`: what each has; `settings`: what is set for all."""

    def __init__(self, notes, head):
        self.notes, self.settings = notes, {}
        self.found = self._all(head) if head else {}
        self.known = {name: paths(arm) for name, arm in self.found.items()}

    @property
    def every(self):
        """All paths that some scenario has, sorted."""
        return sorted(set().union(*self.known.values())) if self.known else []

    def own(self, name):
        """What is set of the scenario `name`."""
        return {p: v for p, v in self.settings.items() if p in self.known[name]}

    def _all(self, head):
        """The scenarios with [set] laid over those that have the path, the comparator of the first in front."""
        self.settings = dict(flat(self.notes.tables.get("set", {}), lambda v: not isinstance(v, dict)))
        if head.seed is not None:
            self.settings["runs.seed"] = head.seed
        found = {}
        for i, name in enumerate(head.scenarios):
            arm = self._scenario(name, f"sweep.scenarios.{i}")
            if arm is None:
                continue
            if i == 0 and arm.comparator != arm.id:
                first = self._scenario(runs.comparator_of(arm), f"sweep.scenarios.{i}")
                if first is not None:
                    found[first.id] = first
            if arm.id in found and found[arm.id].path != arm.path:
                self.notes.add(f"sweep.scenarios.{i}", f"two scenarios with one id, '{arm.id}'.", "Give each its own [scenario] id.")
            found[arm.id] = arm
        everywhere = set().union(*(paths(arm) for arm in found.values())) if found else set()
        for path in self.settings:
            if found and path not in everywhere:
                self.notes.add(f"set.{path}", f"no scenario of this plan has '{path}'.", near_miss(path, everywhere), True)
        found = {name: self._overlaid(arm) for name, arm in found.items()}
        self._twins(list(found.values()))
        return found

    def _scenario(self, name, key, settings=None):
        """A scenario by name, or by a path that is looked for beside the plan first; None after a problem."""
        near = self.notes.path.parent / name
        try:
            return runs.load(str(near) if name.endswith(".toml") and near.is_file() else name, settings)
        except ScenarioError as error:
            self.notes.again(error, key)
            return None

    def _overlaid(self, arm):
        known = paths(arm)
        own = {path: value for path, value in self.settings.items() if path in known}
        try:
            return runs.load(arm.path, own) if own else arm
        except ScenarioError as error:
            self.notes.again(error, "set")
            return arm  # the rest is checked without [set]

    def _twins(self, arms):
        """Arms must have the same residents and months, or nothing can be paired."""
        for arm in arms[1:]:
            for what in ("population", "time"):
                if getattr(arm, what) != getattr(arms[0], what):
                    self.notes.add("sweep.scenarios", f"'{arm.id}' and '{arms[0].id}' differ in {what}, so their residents are no twins.",
                             f"Set it for all under [set], for example \"{what}.{'years' if what == 'time' else 'residents'}\".")

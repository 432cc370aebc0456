"""What a plan varies: factors from [vary] and constraints between them, tried on the scenarios at once."""

from scenarios import ScenarioError
from scenarios.problems import near_miss
from sim import runs
from sim.sweep.constraint import Constraint
from sim.sweep.design import Factor, plain, whole_of
from sim.sweep.paths import applied, flat

__all__ = ["Vary"]

SPEC = {"low", "high", "steps", "log"}


class Vary:
    """`factors` and `constraints` {name: Constraint} of a plan whose scenarios are `arms`."""

    def __init__(self, notes, head, arms):
        self.notes, self.head, self.arms = notes, head, arms
        self.factors = self._all() if head else []
        self.constraints = self._constraints()

    def _all(self):
        raw = self.notes.tables.get("vary", {})
        if not isinstance(raw, dict):
            self.notes.add("vary", "needs a table, [vary].", on_key=True)
            return []
        found = [self._factor(path, spec) for path, spec in flat(raw, _is_spec)]
        return [f for f in found if f is not None]

    def _factor(self, path, spec):
        key = f"vary.{path}"
        has = [name for name in self.arms.found if path in self.arms.known[name]]
        if not has:
            if self.arms.found:
                hint = near_miss(path, self.arms.every) or "`hytesim scenarios show NAME --resolved` lists what a scenario has."
                self.notes.add(key, f"no scenario of this plan has '{path}'.", hint, on_key=True)
            return None
        if path in self.arms.settings:
            self.notes.add(key, "is both set and varied.", "Keep one of the two.", on_key=True)
        now, number = self.arms.known[has[0]][path]
        factor = self._specified(key, path, spec, now, number)
        if factor is not None:
            self._try_ends(factor, has, key)
        return factor

    def _specified(self, key, path, spec, now, number):
        """The Factor of a specification, or None after a problem."""
        quantity = now if hasattr(now, "dist") else None
        if isinstance(spec, list):
            if not spec:
                self.notes.add(key, "is empty; give at least one value.")
                return None
            return Factor(path, levels=tuple(float(v) if quantity and type(v) is int else v for v in spec))
        if spec == "own":
            if quantity is None or quantity.is_fixed:
                self.notes.add(key, "has no distribution of its own.", "Give { low = …, high = … } or a list of values.")
                return None
            limits = (number.low, number.high) if number else (-float("inf"), float("inf"))
            if self.head.design == "grid":
                self.notes.add(key, "a grid needs levels.", "Give a list of values, or { low = …, high = …, steps = … }.")
                return None
            return Factor(path, own=quantity, limits=limits)
        return self._ranged(key, path, spec, quantity)

    def _ranged(self, key, path, spec, quantity):
        if not isinstance(spec, dict) or not {"low", "high"} <= set(spec):
            self.notes.add(key, "is neither a list of values, nor { low = …, high = … }, nor \"own\".")
            return None
        low, high, steps = spec["low"], spec["high"], spec.get("steps", 0)
        for name in ("low", "high"):
            if isinstance(spec[name], bool) or not isinstance(spec[name], int | float):
                self.notes.add(f"{key}.{name}", "needs a number.")
                return None
        wrong = (
            "low is not below high." if not low < high else
            "a logarithmic range needs low above 0." if spec.get("log") and low <= 0 else
            "a grid over a range needs steps." if self.head.design == "grid" and not steps else
            "steps must be a whole number of at least 2." if steps and (type(steps) is not int or steps < 2) else "")
        if wrong:
            self.notes.add(key, wrong)
            return None
        whole = quantity is None and whole_of(low, high)
        return Factor(path, low=low if whole else float(low), high=high if whole else float(high),
                      log=bool(spec.get("log")), whole=whole, steps=steps)

    def _try_ends(self, factor, has, key):
        """Load each scenario with the factor's ends, so that a value outside what a setting allows is told now."""
        told = set()
        for value in dict.fromkeys(map(str, factor.ends())):
            for name in has:
                real = next(v for v in factor.ends() if str(v) == value)
                value_here = applied(real, self.arms.known[name][factor.path][0])
                try:
                    runs.load(self.arms.found[name].path, {**self.arms.own(name), factor.path: value_here})
                except ScenarioError as error:
                    for p in error.problems:
                        if p.message not in told:
                            told.add(p.message)
                            self.notes.add(key, f"{plain(real)} does not fit '{name}': {p.message}", p.hint)

    def _constraints(self):
        raw, found = self.notes.tables.get("constraints", {}), {}
        varied = [f.path for f in self.factors]
        for name, text in (raw.items() if isinstance(raw, dict) else ()):
            key = f"constraints.{name}"
            try:
                found[name] = Constraint(text) if isinstance(text, str) else None
            except ValueError as error:
                self.notes.add(key, f"{error}.")
                continue
            if found[name] is None:
                self.notes.add(key, "needs a comparison in quotes.")
                del found[name]
                continue
            for path in found[name].paths:
                if path not in varied:
                    self.notes.add(key, f"'{path}' is not varied.", near_miss(path, varied) or "A constraint is between what is varied.")
        return found


def _is_spec(value):
    return not isinstance(value, dict) or (bool(value) and set(value) <= SPEC)

"""What all interventions share: when and where they run, whom they mean, and their funnel; kinds found by file name."""

import importlib
import pkgutil
import zlib

import mesa
import numpy as np

from sim.closing import EVERYONE
from sim.residents import Education, Group, Urbanity
from sim.rules.draws import address

SEGMENT = np.dtype([(n, "i8") for n in ("groups", "age_min", "age_max", "education", "alone", "urbanity")])
SPREAD = 4096  # more than any purpose, so that names and purposes never meet
MOST = 31  # interventions in one scenario: each has a bit of the residents' `finished`


class Intervention(mesa.Agent):
    """Something a scenario adds to the world. A kind is one file in `sim/interventions/` with Settings and a subclass."""

    steps = ()

    def __init__(self, model, name, settings, code, first_month):
        """name: of the scenario's block; settings: its checked settings; code: 1, 2, … by file order.

        first_month: the model month of the scenario's start date, from which the block's dates are counted.
        """
        super().__init__(model)
        self.name, self.settings, self.code = name, settings, code
        self.name_number = zlib.crc32(name.encode())  # its draws hang on its name, so other interventions do not move them
        start, stop = settings.span(model.start_date)
        self.start = first_month + start
        self.stop = None if stop is None else first_month + stop
        codes = None if settings.places == "all" else set(settings.places)
        self.places = [m for m in model.municipalities if codes is None or m.code in codes]
        self.where = {m.index for m in self.places}
        self.funnel = dict.fromkeys(self.steps, 0.0)
        self.cost = 0.0
        self.history = []
        self.segment = segment_record(getattr(settings, "segment", None))

    def value(self, field):
        """The drawn value of a setting."""
        return self.model.values[f"interventions.{self.name}.{field}"]

    @property
    def active(self):
        """Whether it runs this month."""
        return self.start <= self.model.month and (self.stop is None or self.model.month < self.stop)

    def listed(self, place):
        """(rows, tags) of a municipality to look at: those in groups or programmes if the segment names a group, else everyone."""
        if self.settings.segment.group == "all":
            number = place.stop - place.start
            return np.arange(number, dtype=np.int32), np.full(number, EVERYONE, np.uint8)
        return place.touched

    def spend(self, place, amount):
        """Book an amount [EUR2018] on this intervention's ledger item in one municipality."""
        if amount:
            self.model.ledger.book(place.index, self.name, amount)
            self.cost += amount

    def begin(self):
        """Start a month, after places have decided and before residents live. Returns whether it runs this month."""
        self.funnel = dict.fromkeys(self.steps, 0.0)
        self.cost = 0.0
        if self.active:
            self.renew_keys()
        return self.active

    def act(self, place):
        """A month of the intervention in one municipality, if it runs there."""
        if place.index in self.where:
            self.act_in(place)

    def end(self):
        """Keep the month's funnel and cost if the month is measured."""
        if self.model.measured:
            self.history.append((self.model.measured_month, dict(self.funnel), self.cost))

    def key(self, purpose):
        """This month's address of one of its purposes; hangs on its name, so that other interventions move none of its draws."""
        model = self.model
        return np.uint64(address(model.seed_value, int(purpose) + self.name_number * SPREAD, model.month))

    def renew_keys(self):
        """Fetch the month's addresses; kinds that draw chance do."""

    def act_in(self, place):
        """What it does in one municipality in a month; each kind says."""


def segment_record(segment):
    """A scenario's segment as the rules read it: a record array of length 1; no segment means everyone."""
    out = np.zeros(1, SEGMENT)
    out["age_max"], out["education"], out["alone"], out["urbanity"] = 200, -1, -1, -1
    if segment is not None:
        out["groups"] = 0 if segment.group == "all" else Group[segment.group].value
        out["age_min"], out["age_max"] = segment.age_min, segment.age_max
        out["education"] = -1 if segment.education is None else Education[segment.education].value
        out["alone"] = -1 if segment.alone is None else int(segment.alone)
        out["urbanity"] = -1 if segment.urbanity is None else Urbanity[segment.urbanity].value
    return out


def kinds():
    """{kind: its Settings class}: the file names of `sim/interventions/`."""
    return {kind: module.Settings for kind, module in _modules().items()}


def agent_class(kind):
    """The Intervention subclass of a kind."""
    module = _modules()[kind]
    return next(
        c for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Intervention) and c.__module__ == module.__name__
    )


def _modules():
    import sim.interventions as folder

    names = sorted(m.name for m in pkgutil.iter_modules(folder.__path__))
    return {name: importlib.import_module(f"sim.interventions.{name}") for name in names}

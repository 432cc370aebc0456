"""What all interventions share: when and where they run, whom they mean, and their funnel; kinds found by file name."""

import importlib
import pkgutil
import zlib
from types import MappingProxyType

import mesa
import numpy as np

from scenarios.schema import months_between
from sim.ledger import PAYERS
from sim.residents import Education, Group, Urbanity, rows
from sim.rules.draws import address
from sim.rules.segment import mark

SEGMENT = np.dtype([(n, "i8") for n in ("groups", "age_min", "age_max", "education", "alone", "urbanity")])
SPREAD = 4096  # more than any purpose, so that names and purposes never meet
MOST = 31  # interventions in one scenario: each has a bit of the residents' `finished`


class Intervention(mesa.Agent):
    """Something a scenario adds to the world. A kind is one file in `sim/interventions/` with Settings and a subclass."""

    pathways = MappingProxyType({})  # what it does to people: pathway -> {setting: value at which it does nothing}
    muted = frozenset()  # pathways that are switched off in this run, see sim/mechanisms.py
    steps = ()
    turn = 1  # 0: decides about places or other interventions, so it acts before those; -1: a lever, before all

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
        self.where = np.array([m.index for m in self.places], np.int64)  # their indices
        number = len(model.municipalities)
        self.emphasis = np.ones(number)  # what targeting gives each municipality: ratio to its planned size
        self.use = np.ones(number)  # how far each municipality has taken it into use, 0-1
        self.practice = np.ones(number)  # how well it is done beside the local maturity, 0-1
        self.changes = [(self.start, 1.0)] + [(first_month + months_between(model.start_date, c.date), c.scale)
                                              for c in settings.schedule]
        self.funnel = dict.fromkeys(self.steps, 0.0)
        self.cost = 0.0
        self.history = []
        self.segment = segment_record(getattr(settings, "segment", None))

    def value(self, field):
        """The drawn value of a setting; if its pathway is muted, the value at which it does nothing."""
        for pathway in self.muted:
            if field in self.pathways[pathway]:
                return self.pathways[pathway][field]
        return self.model.values[f"interventions.{self.name}.{field}"]

    @property
    def active(self):
        """Whether it runs this month."""
        return self.start <= self.model.month and (self.stop is None or self.model.month < self.stop)

    @property
    def level(self):
        """Size this month against the planned size: built up over `ramp` months, and moved by the schedule."""
        level = 0.0
        for i, (begin, target) in enumerate(self.changes):
            if begin > self.model.month:
                break
            until = min([self.model.month, *(b - 1 for b, _ in self.changes[i + 1 : i + 2])])
            level += (target - level) * min(1.0, (until - begin + 1) / max(1, self.settings.ramp))
        return level

    @property
    def sizes(self):
        """Size this month in each municipality against the planned size, float array (municipalities,)."""
        return self.level * self.emphasis * self.use

    def fidelity(self, place):
        """The share of its effect that survives local practice, 0-1: the municipality's own times the intervention's there."""
        return place.fidelity * float(self.practice[place.index])

    @property
    def local_residents(self):
        """Rows of each municipality where it runs, int64 (places,), in the order of `where`."""
        return np.diff(self.model.bounds)[self.where]

    @property
    def fidelities(self):
        """`fidelity` of each municipality where it runs, float64 (places,), in the order of `where`."""
        return self.model.maturity.fidelity[self.where] * self.practice[self.where]

    @classmethod
    def accounts(cls, settings):
        """Ledger items of a block: {suffix of the name: shares of the six payers}. The first is the block's running money."""
        found = {"": payer_shares({settings.payer: 1.0})}
        if settings.project:
            cost, grant = settings.project.cost.value, settings.project.grant
            part = grant.value / cost if grant is not None and cost > 0.0 else 0.0
            found["_project"] = payer_shares({settings.payer: 1.0 - part}, {settings.project.grant_payer: part})
        return found

    @property
    def looked_at(self):
        """What `rules.programme.look` takes after the bounds and rows: whether everyone is looked at, who is touched, and how many."""
        m = self.model
        return self.settings.segment.group == "all", m.touched, m.tags, rows(m.tally)

    def listed(self, place):
        """Rows of a municipality to look at, counted from its first: those in groups or programmes if the segment names a group."""
        if self.settings.segment.group == "all":
            return np.arange(place.stop - place.start, dtype=np.int32)
        return place.touched[0]

    def spend(self, place, amount, account=""):
        """Book an amount [EUR2018, for the simulated residents] on one of this intervention's ledger items."""
        if amount:
            self.model.ledger.book(place.index, self.name + account, amount)
            self.cost += amount

    def spend_each(self, places, amounts):
        """Book amounts [EUR2018, for the simulated residents] of some municipalities, int64 indices, on its running money."""
        self.model.ledger.month[places, self.model.ledger.column[self.name]] += amounts
        for amount in amounts.tolist():  # one after the other, as `spend` adds them
            self.cost += amount

    def spend_project(self):
        """This month's share of the project's money, by the real residents of the places that use it (of all if none does)."""
        project, month = self.settings.project, self.model.month - self.start
        if project is None or not 0 <= month < project.months or not self.places:
            return
        weight = self.model.weight
        used = [p for p in self.places if self.use[p.index] > 0.0] or self.places
        real = {p: weight[p.index] * self.model.start_sizes[p.index] for p in used}
        monthly = self.value("project.cost") / project.months / sum(real.values())
        for place, residents in real.items():
            self.spend(place, monthly * residents / weight[place.index], "_project")

    def start_month(self):
        """Start a month, after places have decided and before residents live. Returns whether it runs this month."""
        self.funnel = dict.fromkeys(self.steps, 0.0)
        self.cost = 0.0
        if self.active:
            self.renew_keys()
            self.begin()
            self.month_sizes = self.sizes
        return self.active

    def act(self):
        """A month of the intervention, municipality by municipality; kinds that take all of them at once have their own."""
        for place in self.places:
            self.act_in(place)

    def end_month(self):
        """End the month: the project's money, and the funnel and cost kept if the month is measured."""
        self.spend_project()
        if self.model.measured:
            self.history.append((self.model.measured_month, dict(self.funnel), self.cost))

    def key(self, purpose):
        """This month's address of one of its purposes; hangs on its name, so that other interventions move none of its draws."""
        model = self.model
        return np.uint64(address(model.seed_value, int(purpose) + self.name_number * SPREAD, model.month))

    def renew_keys(self):
        """Fetch the month's addresses; kinds that draw chance do."""

    def begin(self):
        """What it does once a month before going from place to place; kinds that decide for several places do."""

    def tables(self):
        """{table: list of dicts}: what this intervention has recorded beside the common tables; kinds that do say so."""
        return {}

    def participants(self, people):
        """Which residents take part or have taken part, bool (n,); None where nobody is known by name, as with a campaign."""
        return None

    def act_in(self, place):
        """What it does in one municipality in a month; each kind says."""


def doses(*names):
    """Pathways that are settings of the same name and do nothing at zero."""
    return {name: {name: 0.0} for name in names}


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


def members(people, segment, month):
    """Who belongs to a segment this month, bool (n,). people: RESIDENT (n,); segment: of `segment_record`."""
    out = np.zeros(len(people), np.bool_)
    mark(rows(people), rows(segment), month, out)
    return out


def payer_shares(*parts):
    """Shares of the six payers, list of floats that sum to 1, of dicts {payer: share} that may name one payer twice."""
    return [sum(part.get(payer, 0.0) for part in parts) for payer in PAYERS]


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

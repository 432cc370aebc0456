"""HyteModel: the world of one scenario, one draw and one replicate; `step()` is the month."""

import datetime
import itertools
import weakref

import mesa
import numpy as np

from scenarios import draw as draw_values
from scenarios import tables
from scenarios.overlay import COMMAND_LINE
from sim import areas, outputs
from sim.coefficients import record
from sim.demography import Turn
from sim.endowment import endow
from sim.intervention import MOST, Intervention, agent_class
from sim.ledger import ITEMS, Item, Ledger
from sim.margins import chance
from sim.maturity import Maturity
from sim.network import weave
from sim.passing import SLICES, TALLY, Passing, slices_of
from sim.places import Area, County, Municipality
from sim.population import synthesise
from sim.residents import SERVICES, Group
from sim.residentset import ResidentSet
from sim.rules.draws import Purpose, fill_keys, key_count
from sim.rules.draws import mix as mix_bits
from sim.rules.programme import CLIENT
from sim.services import FLOWS, Service, desks, staff
from sim.table import read as read_table

HEAVY_SHARE = 0.9  # the definition of the group: top tenth
MONTHS = 12


class _Numbering(weakref.WeakKeyDictionary):
    """Numbers of agents by model, as Mesa counts them, without keeping every model of the process in memory as Mesa's own does."""

    def __getitem__(self, model):
        if model not in self:
            self[model] = itertools.count(1)
        return super().__getitem__(model)


mesa.Agent._ids = _Numbering()


class HyteModel(Passing, mesa.Model):
    """Residents, places, services and interventions of one scenario as run once.

    scenario: as loaded; draw: which sample of the uncertain numbers (0 = central values); replicate: which seed of
    chance; threads: how many share the municipalities of a month, which cannot show in the results. Arms that share
    scenario.runs.seed, draw and replicate share every draw of chance.
    """

    def __init__(self, scenario, draw=0, replicate=0, threads=1):
        super().__init__(rng=int(scenario.runs.seed) % 2**32)
        self.plan, self.draw_number, self.replicate = scenario, draw, replicate
        self.values = draw_values(scenario, draw)
        self.seed_value = chance_seed(scenario.runs.seed, replicate)
        self.start_date = scenario.time.start
        self.burn_in = scenario.time.burn_in
        self.month = -1
        self.threads = threads
        self.heavy_line = np.inf
        self.coefficients = record(self.values)  # the first row is everybody's; a lever that moves a number adds one
        self._varied = {}
        table = tables.mortality()  # probabilities of dying within a year; a yearly hazard is -ln(1 - q)
        self.mortality = -np.log1p(-np.stack([table["men"], table["women"]]) / 1000.0)
        self.keys = np.zeros(key_count(), np.uint64)
        self._place_agents()
        self.maturity = Maturity(self.values, self.seed_value, [int(m.code) for m in self.municipalities])
        self._people_places()
        self._interventions()
        shares = {n.removeprefix("payers."): v for n, v in self.values.items() if n.startswith("payers.")}
        accounts = self._accounts()
        items = [Item(name, "programmes", False, name) for name in accounts]
        self.ledger = Ledger(len(self.municipalities), {**shares, **accounts}, items)
        self.records, self.service_records, self.place_records, self.yearly, self.area_years = [], [], [], [], []
        self.cells = np.stack([outputs.blank()] * SLICES)
        self.by_place = np.zeros((len(self.municipalities), outputs.WIDTH))
        self.datacollector = mesa.DataCollector(model_reporters={
            "month": "measured_month", "residents": resident_count, "wellbeing": mean_wellbeing,
        })

    # --- building -----------------------------------------------------------------------------------------------

    def _place_agents(self):
        known = tables.municipalities()
        codes = sorted(self.plan.population.places)
        counties = {}
        for index, code in enumerate(codes):
            here = known[code]
            if here.county not in counties:
                counties[here.county] = County(self, here.county)
            Municipality(self, index, here, counties[here.county])
        self.desk_agents = [Service(self, kind, m) for m in self.municipalities for kind in SERVICES]
        self.desks = desks(len(codes), self.values)
        self.planned = self.desks.copy()  # prices, fees and minutes as they are without levers
        self.coefficient_row = np.zeros(len(codes), np.int64)  # of each municipality, see `coefficients_with`
        self.tally = np.zeros(len(codes), TALLY)

    def _people_places(self):
        """Residents, their hidden states, the network, areas and staffing."""
        plan = self.plan.population
        records = [m.record for m in self.municipalities]
        year = self.start_date.year - 1
        narrowed = self.plan.origins.get("population.places") == COMMAND_LINE
        self.own_areas = areas.read(plan.areas, records, narrowed) if plan.areas else None
        if plan.table:
            self.people = read_table(plan.table, plan.columns or {}, records, self.values, self.seed_value, self.start_date.year,
                                     self.own_areas)
        else:
            self.people = synthesise(records, plan, self.values, self.seed_value, year, self.own_areas)
        endow(self.people, self.values, self.coefficients, self.seed_value, 0)
        self.place_rows()
        self.start_sizes = np.diff(self.bounds).astype(float)
        real = np.array([m.record.population[max(y for y in m.record.population if y <= max(year, 2016))] for m in self.municipalities])
        self.weight = real / np.maximum(self.start_sizes, 1.0)
        self.network = weave(self.people, self.bounds, self.values, self.seed_value)
        self.seen[:, 0] = self.people["wellbeing"]
        self._areas()

    def _areas(self):
        """Area agents, with their classes and shares of residents as they are at the start, and what areas are like."""
        self.area_classes, self.area_shares, records = [], [], []
        for m in self.municipalities:
            people, own = m.people, self.own_areas[m.code] if self.own_areas else None
            number = len(own) if own is not None else int(people["area"].max()) + 1 if len(people) else 1
            classes = np.zeros(number, np.uint8) if own is None else own["urbanity"].copy()
            classes[people["area"]] = people["urbanity"]
            self.area_classes.append(classes)
            self.area_shares.append(np.bincount(people["area"], minlength=number) / max(1, len(people)))
            traits = areas.area_records(classes, self.coefficients)
            if own is None:
                areas.differ(traits, areas.address_of(m.code, np.arange(number)), self.values, self.seed_value)
            else:
                for trait in areas.TRAITS:
                    traits[trait] = own[trait]
            records.append(traits)
            for a in range(number):
                name = f"{m.name} {a + 1}" if own is None else str(own["name"][a])
                Area(self, m, a, int(classes[a]), name)
        self.area_bounds = np.r_[0, np.cumsum([len(c) for c in self.area_classes])]
        self.areas = np.concatenate(records)
        self.earmarks = np.zeros((len(self.areas), len(SERVICES)))
        self.area_fifths = np.zeros(len(self.areas), np.int8)

    def _interventions(self):
        blocks = self.plan.interventions
        if len(blocks) > MOST:
            raise ValueError(f"{len(blocks)} interventions; one scenario holds at most {MOST}")
        for code, (name, settings) in enumerate(blocks.items(), start=1):
            agent_class(settings.kind)(self, name, settings, code, self.burn_in)

    def _accounts(self):
        """Ledger items of all interventions: {name: shares of payers}; two items of one name are refused."""
        accounts, taken = {}, {item.name for item in ITEMS}
        for i in self.interventions:
            for suffix, shares in i.accounts(i.settings).items():
                if i.name + suffix in taken:
                    raise ValueError(f"interventions.{i.name}: the ledger has an item '{i.name + suffix}' already; choose another name")
                taken.add(i.name + suffix)
                accounts[i.name + suffix] = shares
        return accounts

    def place_rows(self):
        """After rows have been sorted: bounds of the municipalities and the working arrays of their length."""
        n = len(self.people)
        places = np.arange(len(self.municipalities) + 1)
        self.bounds = np.searchsorted(np.ascontiguousarray(self.people["municipality"]), places).astype(np.int64)
        for m, start, stop in zip(self.municipalities, self.bounds.tolist(), self.bounds[1:].tolist(), strict=False):
            m.start, m.stop = start, stop
        self.slices = slices_of(self.bounds)
        self.seen = np.stack([self.people["wellbeing"], self.people["awareness"]], -1, dtype=np.float32, casting="same_kind")
        self.touched = np.empty(n, np.int32)
        self.tags = np.empty(n, np.uint8)
        self.listed = np.empty(n * len(SERVICES), np.uint32)  # only the pages that are used become memory
        self._list_touched()

    def _list_touched(self):
        """Rows of each municipality that are in a group or a programme, as `close` lists them every month."""
        for m in self.municipalities:
            p = m.people
            tags = p["groups"] | np.where((p["programme"] != 0) | (p["manager"] != 0), CLIENT, 0).astype(np.uint8)
            rows = np.flatnonzero((p["alive"] == 1) & (tags != 0))
            self.touched[m.start : m.start + len(rows)] = rows
            self.tags[m.start : m.start + len(rows)] = tags[rows]
            self.tally[m.index]["touched"], self.tally[m.index]["alive"] = len(rows), (p["alive"] == 1).sum()

    # --- who is who ---------------------------------------------------------------------------------------------

    @property
    def counties(self):
        """AgentSet of wellbeing services counties."""
        return self.agents_by_type[County]

    @property
    def municipalities(self):
        """AgentSet of municipalities, in the order of their rows."""
        return self.agents_by_type[Municipality]

    @property
    def services(self):
        """AgentSet of all services of all municipalities."""
        return self.agents_by_type[Service]

    @property
    def area_agents(self):
        """AgentSet of areas, in the order of `areas`."""
        return self.agents_by_type[Area]

    @property
    def interventions(self):
        """Interventions in the order in which they act: those that decide first, then the order of the scenario file."""
        found = [a for kind in self.agent_types if issubclass(kind, Intervention) for a in self.agents_by_type[kind]]
        return sorted(found, key=lambda a: (a.turn, a.code))

    @property
    def residents(self):
        """The residents alive, with the AgentSet verbs on rows."""
        return ResidentSet(self.people)

    def desk(self, place, kind):
        """The Service agent of a kind in a municipality."""
        return self.desk_agents[place.index * len(SERVICES) + SERVICES.index(kind)]

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def measured_month(self):
        """Months since the first reported one; negative in the burn-in."""
        return self.month - self.burn_in

    @property
    def measured(self):
        """1 in months that are reported, 0 in the burn-in."""
        return 1 if self.month >= self.burn_in else 0

    @property
    def date(self):
        """First day of this month."""
        years, month = divmod(self.start_date.month - 1 + self.measured_month, MONTHS)
        return datetime.date(self.start_date.year + years, month + 1, 1)

    @property
    def last_month(self):
        """The last month of the scenario, counted like `month`."""
        return self.burn_in + MONTHS * self.plan.time.years - 1

    def step(self):
        """One month, in the order that the README lists."""
        self.month += 1
        self.turn_of_year()
        fill_keys(self.keys, self.seed_value, self.month)
        self.counties.do("decide")
        self.municipalities.do("decide")
        self.maturity.fade()
        interventions = self.interventions
        for deciding in (i for i in interventions if i.turn < 1):
            self.intervene([deciding])
        self.intervene([i for i in interventions if i.turn > 0])
        self.let_live()
        for intervention in interventions:
            intervention.end_month()
        self.close_month()

    def run(self, months=None, tell=None):
        """Step to the end of the scenario, or `months` months. tell: called with the month after each step."""
        last = self.last_month if months is None else self.month + months
        while self.month < last:
            self.step()
            if tell:
                tell(self.month)
        return self

    def intervene(self, interventions):
        """A month of some interventions: all are started before the first acts."""
        for intervention in [i for i in interventions if i.start_month()]:
            intervention.act()

    @property
    def deaths(self):
        """Deaths since the run began."""
        return int(self.tally["deaths"].sum())

    def staff(self, places, kinds):
        """Staff the desks `kinds` of some municipalities, int64 indices, for the month as planned; no lever pulled."""
        staff(self.desks, self.planned, places, kinds, self.earmarks, self.area_bounds)

    def coefficients_with(self, own):
        """The row of `coefficients` with some parameters changed, {name: number or list}; the same row for the same changes."""
        key = repr(sorted(own.items()))
        if key not in self._varied:
            self._varied[key] = len(self.coefficients)
            table = np.empty(len(self.coefficients) + 1, self.coefficients.dtype)
            table[:-1], table[-1:] = self.coefficients, record({**self.values, **own})
            self.coefficients = table
        return self._varied[key]

    def turn_of_year(self):
        """In January, and at the first month: yearly events, and minutes planned for the residents there are."""
        if self.date.month == 1 and self.month > 0:
            Turn(self).make()
            self._heavy_line()
        if self.date.month == 1 or self.month == 0:
            minutes = np.asarray(self.values["services.staff_minutes"], float)
            self.desks["base"] = np.diff(self.bounds)[:, None] * minutes
        if self.month == self.burn_in:
            self.mark_start()

    def _heavy_line(self):
        """The cost of the last 12 months [EUR2018] that the top tenth of adults reach."""
        p = self.people
        adult = (self.month - p["birth_month"] >= 18 * MONTHS) & (p["alive"] == 1)
        if adult.any():
            line = float(np.quantile(p["year_cost"][adult], HEAVY_SHARE, method="higher"))
            self.heavy_line = line if line > 0.0 else np.inf  # before any cost is known nobody is a heavy user

    def mark_start(self):
        """Fix the strata and ranks of everyone here at the start of measuring, and begin the personal sums."""
        p = self.people
        self._heavy_line()
        adult = (self.month - p["birth_month"] >= 18 * MONTHS) & (p["alive"] == 1)
        p["groups"][adult & (p["year_cost"] >= self.heavy_line)] |= Group.heavy_user.value
        self._list_touched()
        here = (p["alive"] == 1) & (p["income"] > 0.0)  # who came this January has no income yet and counts as come later
        p["start_groups"][here], p["ever_groups"] = p["groups"][here], p["groups"]
        p["start_income"][here], p["start_wellbeing"][here] = p["income"][here], p["wellbeing"][here]
        p["wellbeing_sum"] = p["cost_sum"] = 0.0
        p["visits"] = 0
        tie = chance(self.seed_value, Purpose.START, p["household"])  # a household shares its income and stays in one fifth
        order = np.lexsort((tie, p["income"]))
        ranked = here[order]
        place = np.cumsum(ranked) - 1
        p["start_fifth"][order] = np.where(ranked, 1 + 5 * place // max(1, ranked.sum()), 0)
        self.area_fifths[:] = outputs.area_fifths(self.by_area())

    # --- what comes out -----------------------------------------------------------------------------------------

    def close_month(self):
        """Keep the month's sums, flows of services and money; yearly indices in December."""
        if self.measured:
            self.records.append(self.cells.sum(0))
            self.place_records.append(self.by_place.copy())
            self.service_records.append({f: self.desks[f].sum(0) for f in FLOWS})
            if self.date.month == MONTHS:
                self.yearly.append((self.measured_month, outputs.indices(self.people, self.month)))
                self.area_years.append((self.measured_month, self.by_area()))
        self.ledger.close(self.measured)
        self.cells[:] = 0.0
        self.by_place[:] = 0.0
        self.datacollector.collect(self)

    def by_area(self):
        """Sums over the residents of each area now, sim.outputs.AREA_YEAR (areas,)."""
        return outputs.by_area(self.people, self.month, self.area_bounds, float(self.coefficients["good_quality_line"][0]))

    def level(self, name):
        """Mean of an output column over all residents in the last measured month; not-a-number before that."""
        if not self.records:
            return float("nan")
        column = outputs.NAMES.index(name)
        total, count = outputs.with_counts(self.records[-1][outputs.SHARED :].sum(0))[column]
        return total / count if count else float("nan")


def chance_seed(seed, replicate):
    """Seed of one replicate: an int64 mixed from the scenario's seed and the replicate's number."""
    mixed = mix_bits(np.uint64((int(seed) * 1_000_003 + int(replicate) + 1) % 2**64))
    return int(mixed) >> 1


def resident_count(model):
    """Residents alive; by name, so that a model with its data collector can be pickled."""
    return int(model.tally["alive"].sum())


def mean_wellbeing(model):
    """Mean wellbeing [EUROHIS-QOL-8 score] of the last measured month."""
    return model.level("wellbeing")

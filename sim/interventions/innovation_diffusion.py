"""Innovation diffusion: other interventions spread between municipalities, become permanent or are dropped when the money ends."""

import functools
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from scenarios import Block, Quantity, quantity
from scenarios.places import resolve
from scenarios.schema import Places
from scenarios.settings import fault, named_once
from sim import diffusion
from sim.coefficients import half_life
from sim.cohort import Cohort
from sim.diffusion import State
from sim.intervention import Intervention, members
from sim.maturity import HIGHEST
from sim.rules.draws import Purpose, uniforms

FOLLOW_UP = 12  # months between surveys of an innovation's cohort
WORDS = {state: state.name for state in State}


class Settings(Block):
    """Which interventions spread, where they are piloted, and how fast municipalities learn, adopt, embed and drop them."""

    innovations: Annotated[list[str], AfterValidator(named_once)] = Field(
        min_length=1, description="names of other interventions of this scenario")
    pilots: dict[str, Places] = Field(default={}, description="innovation -> municipalities that use it from its start")
    respondents: int = Field(100, ge=0, le=100_000, description="members of the segment that an evaluator asks in each municipality")
    p: Quantity = quantity("per year", 0, 100, default="diffusion.p")
    q: Quantity = quantity("per year", 0, 100, default="diffusion.q")
    adopt: Quantity = quantity("per year", 0, 1e6, default="diffusion.adopt")
    need: Quantity = quantity("elasticity", 0, 10, default="diffusion.need")
    maturity: Quantity = quantity("elasticity", 0, 10, default="diffusion.maturity")
    results: Quantity = quantity("ratio less one", 0, 100, default="diffusion.results")
    funded: Quantity = quantity("ratio", 0, 100, default="diffusion.funded")
    threshold: Quantity = quantity("share", 0, 1, default="diffusion.threshold")
    embed: Quantity = quantity("per year", 0, 1e6, default="diffusion.embed")
    practice: Quantity = quantity("index 0-1", 0, 1, default="diffusion.practice")
    implementation: Quantity = quantity("share of what is missing per month", 0, 1, default="diffusion.implementation")
    half_life: Quantity = quantity("months", 0.1, 1200, default="diffusion.half_life")
    least: Quantity = quantity("index 0-1", 0, 1, default="diffusion.least")
    support: Quantity = quantity("months", 0, 1200, default="diffusion.support")
    county: Quantity = quantity("share", 0, 1, default="diffusion.county")
    nearness: Quantity = quantity("share", 0, 1, default="diffusion.nearness")
    mixing: Quantity = quantity("share", 0, 1, default="diffusion.mixing")
    range: Quantity = quantity("km", 1, 2000, default="diffusion.range")
    cost: Quantity = quantity("EUR2018 per municipality per month", 0, 1e6, default="diffusion.cost")
    cost_adoption: Quantity = quantity("EUR2018 per adoption", 0, 1e7, default="diffusion.cost_adoption")

    @field_validator("pilots", mode="before")
    @classmethod
    def _piloted(cls, pilots: object, info: ValidationInfo) -> object:
        known = info.data.get("innovations")
        for name in pilots if isinstance(pilots, dict) and known else ():
            if name not in known:
                raise fault(f"'{name}' is piloted but is not among the innovations.", f"There are: {', '.join(known)}.")
        return pilots

    def others(self):
        return {"innovations": self.innovations}

    def place_lists(self):
        return {f"pilots.{name}": places for name, places in self.pilots.items()}


@dataclass
class Course:
    """One innovation on its way: state and practice of every municipality, and since when it is in use there."""

    innovation: Intervention
    pilots: np.ndarray  # bool (n,)
    allowed: np.ndarray  # bool (n,): in the places of both
    state: np.ndarray  # State (n,)
    practice: np.ndarray  # 0-1 (n,)
    since: np.ndarray  # month of adoption (n,)
    need: np.ndarray  # ratio to the mean (n,)
    cohort: Cohort | None = None
    rows: list = field(default_factory=list)


class InnovationDiffusion(Intervention):
    """Each month: learn, adopt, practise, embed or drop; then `use` and `practice` of the innovations follow."""

    turn = 0

    def __init__(self, model, name, settings, *more):
        super().__init__(model, name, settings, *more)
        self.refuse_what_cannot_spread(model.plan.interventions)
        self.surveys = []

    def refuse_what_cannot_spread(self, blocks):
        """An innovation has one block that spreads it, and is piloted in its own places only. ValueError."""
        mine = self.settings.innovations
        for other, block in blocks.items():
            twice = set(mine) & set(block.innovations if isinstance(block, Settings) and other != self.name else ())
            if twice:
                raise ValueError(f"interventions.{self.name}.innovations: '{min(twice)}' is spread by '{other}' too; name it in one")
        here = {m.code for m in self.model.municipalities}
        for innovation, words in self.settings.pilots.items():
            beyond = here & set(resolve(words)[0]) - set(blocks[innovation].places)
            if beyond:
                key = f"interventions.{self.name}.pilots.{innovation}"
                raise ValueError(f"{key}: {min(beyond)} is not among the places of '{innovation}'")

    @functools.cached_property
    def courses(self):
        """One Course for each innovation, in the order named."""
        by_name = {i.name: i for i in self.model.interventions}
        return [self._course(by_name[name]) for name in self.settings.innovations]

    def _course(self, innovation):
        codes = [m.code for m in self.model.municipalities]
        first = set(resolve(self.settings.pilots.get(innovation.name, ()))[0])
        both = {m.code for m in self.places} & {m.code for m in innovation.places}
        n = len(codes)
        return Course(innovation, np.isin(codes, sorted(first)), np.isin(codes, sorted(both)), np.full(n, State.unaware, np.int64),
                      np.zeros(n), np.full(n, self.model.burn_in), np.ones(n))

    @functools.cached_property
    def ties(self):
        """Who looks at whom, float (n, n)."""
        records = [m.record for m in self.model.municipalities]
        weights = [self.value(name) for name in ("county", "nearness", "mixing")]
        return diffusion.ties([r.county for r in records], [r.latitude for r in records], [r.longitude for r in records],
                              weights, self.value("range"))

    @functools.cached_property
    def ids(self):
        """Codes of the municipalities as the ids of their draws, int (n,)."""
        return np.array([int(m.code) for m in self.model.municipalities])

    def start_month(self):
        """Spread while it is active; what is in use is practised and fades also after that."""
        runs = super().start_month()
        for course in self.courses:
            self.survey(course)
            self.practise(course)
            course.innovation.use[:] = diffusion.using(course.state)
            course.innovation.practice[:] = np.where(diffusion.using(course.state), course.practice, 1.0)
            if self.model.measured:
                self.note(course)
        return runs

    def begin(self):
        """Municipalities learn of each innovation and decide; a new user pays for planning and training, a pilot's project for its own."""
        for course in self.courses:
            if not course.innovation.active:
                continue
            if self.model.month == max(self.start, course.innovation.start):
                self.take_up(course, course.pilots & course.allowed)
            for place in np.flatnonzero(self.spread(course)):
                self.spend(self.model.municipalities[place], self.value("cost_adoption") / self.model.weight[place])

    def act(self):
        """The network's own running cost."""
        self.spend_each(self.where, self.month_sizes[self.where] * self.value("cost") / self.model.weight[self.where])

    def spread(self, course):
        """A month of learning and adopting. Returns who has just taken it into use, bool (n,)."""
        exposure = self.ties @ diffusion.using(course.state).astype(float)
        u = uniforms(course.innovation.key(Purpose.LEARN), self.ids)
        known = diffusion.learn(course.state, exposure, self.value("p"), self.value("q"), u)
        course.state = np.where(course.allowed, known, course.state)
        u = uniforms(course.innovation.key(Purpose.ADOPT), self.ids)
        new = diffusion.adopt(course.state, exposure, self.hazard(course), self.value("threshold"), u) != course.state
        self.take_up(course, new)
        return new

    def take_up(self, course, where):
        """The municipalities `where` begin to use it."""
        course.state[where] = State.in_use
        course.practice[where] = self.value("practice")
        course.since[where] = self.model.month

    def hazard(self, course):
        """Hazard of adopting per year (n,): base x own need x maturity x neighbours' visible results x project money."""
        self.renew_need(course)
        visible = self.ties @ (diffusion.using(course.state) * course.practice * self.model.maturity.fidelity)
        money = self.value("funded") if self.funded(course) else 1.0
        return (self.value("adopt") * diffusion.factor(course.need, self.value("need")) * self.readiness()
                * (1.0 + self.value("results") * visible) * money)

    def readiness(self):
        """Factor of maturity on adopting and embedding (n,); 1 at the mean level of the parameters."""
        usual = np.mean(self.model.values["maturity.level"]) / HIGHEST
        return diffusion.factor(self.model.maturity.fidelity / usual, self.value("maturity"))

    def renew_need(self, course):
        """In January and at its start: how many residents of each municipality the innovation is meant for, against the mean."""
        if self.model.date.month == 1 or self.model.month == max(self.start, course.innovation.start):
            people, n = self.model.people, len(self.ids)
            mine = members(people, course.innovation.segment, self.model.month)
            counts = (np.bincount(people["municipality"][who], minlength=n) for who in (mine, people["alive"] == 1))
            course.need = diffusion.relative_need(*counts)

    def funded(self, course):
        """Whether project money for it runs: its own project's, or this block's if it has none."""
        for payer in (course.innovation, self):
            if payer.settings.project:
                return 0 <= self.model.month - payer.start < payer.settings.project.months
        return False

    def practise(self, course):
        """Practice grows while money or the municipality's own attention holds it up, and what is not embedded fades after that."""
        supported = self.funded(course) | (self.model.month - course.since < self.value("support"))
        supported = np.broadcast_to(supported, course.state.shape)
        keep = half_life(self.value("half_life"))
        course.practice = diffusion.practise(course.state, course.practice, supported, self.value("implementation"), keep)
        hazard = self.value("embed") * self.readiness() * course.practice if self.active else np.zeros(len(self.ids))
        u = uniforms(course.innovation.key(Purpose.EMBED), self.ids)
        course.state = diffusion.settle(course.state, course.practice, supported, hazard, self.value("least"), u)

    def note(self, course):
        """The month's rows of the table `adoption`."""
        head = {"month": self.model.measured_month, "date": str(self.model.date), "innovation": course.innovation.name}
        course.rows += [
            {**head, "municipality": m.name, "state": WORDS[state], "practice": practice}
            for m, state, practice, allowed in zip(self.model.municipalities, course.state.tolist(), course.practice.tolist(),
                                                   course.allowed.tolist(), strict=True) if allowed
        ]

    def survey(self, course):
        """Found the evaluator's cohort at the innovation's start, and ask it again every year."""
        x, m = course.innovation, self.model
        since = m.month - x.start
        if since < 0 or since % FOLLOW_UP or not self.settings.respondents:
            return
        if since == 0:
            keys = x.key(Purpose.RESPOND), x.key(Purpose.ANSWER)
            course.cohort = Cohort(m.people, x.segment, m.month, self.settings.respondents, keys, m.values["survey.item_noise"])
            return
        found = course.cohort.follow_up(m.people, x.key(Purpose.ANSWER), len(self.ids))
        for place in m.municipalities:
            if course.allowed[place.index]:
                self.surveys.append({
                    "month": m.measured_month, "since": since, "innovation": x.name, "municipality": place.name,
                    "state": WORDS[int(course.state[place.index])], "fidelity": x.fidelity(place),
                    **{column: float(values[place.index]) for column, values in found.items()},
                })

    def tables(self):
        """`adoption`: state and practice by month; `innovation_survey`: yearly change of the cohorts, whole and as a sample sees it."""
        return {"adoption": [row for course in self.courses for row in course.rows], "innovation_survey": self.surveys}

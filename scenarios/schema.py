"""What a scenario file may say: the typed sections, and the base class of every intervention's settings."""

import datetime
import itertools
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from .quantity import Quantity
from .settings import Number, Settings, Strict, fault, quantity

__all__ = [
    "Block",
    "Education",
    "Group",
    "Head",
    "Number",
    "Payer",
    "Population",
    "Project",
    "Resize",
    "Runs",
    "Segment",
    "Settings",
    "Time",
    "Urbanity",
    "quantity",
]

Group = Literal["all", "neet", "labour_market_support", "refugee", "heavy_user", "family"]
Education = Literal["basic", "upper_secondary", "tertiary"]
Urbanity = Literal["urban", "semi_urban", "rural"]
Payer = Literal["municipality", "county", "state", "kela", "third_sector"]
Places = Annotated[
    tuple[str, ...],
    Field(min_length=1),
    BeforeValidator(lambda raw: tuple(raw) if isinstance(raw, list) else raw),
]
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"  # of a scenario, which names folders
BLOCK = r"^\w[\w-]*$"  # of an intervention; letters of any language
NEET_AGES = (15, 29)  # by definition of the group


class Segment(Strict):
    """Who is meant: a group, an age range [years, both ends included], education, living alone, urbanity of
    the area.
    """

    group: Group = "all"
    age_min: int = Field(0, ge=0, le=120, description="years")
    age_max: int = Field(120, ge=0, le=120, description="years")
    education: Education | None = None
    alone: bool | None = None
    urbanity: Urbanity | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "Segment":
        if self.age_min > self.age_max:
            raise fault(f"an empty segment: age_min {self.age_min} is above age_max {self.age_max} (years).")
        if self.group == "neet" and (self.age_min > NEET_AGES[1] or self.age_max < NEET_AGES[0]):
            raise fault(f"an empty segment: neet youth are {NEET_AGES[0]}-{NEET_AGES[1]} years old.")
        return self


def _one_place(raw: object) -> object:
    return (raw,) if isinstance(raw, str) else raw


class Resize(Strict):
    """From a date on, an intervention has `scale` times its planned size (and cost)."""

    date: datetime.date
    scale: float = Field(ge=0, le=100, description="ratio to the planned size")

    @field_validator("date")
    @classmethod
    def _first_of_month(cls, date: datetime.date) -> datetime.date:
        return first_day(date)


class Project(Settings):
    """Money for a fixed time beside running costs: its whole sum, how much of it is a grant, and from whom.

    It is spent evenly over `months` from the block's start, in the project's own prices, by residents of the places.
    """

    cost: Quantity = quantity("EUR", 0, 1e9)
    grant: Quantity | None = quantity("EUR", 0, 1e9, optional=True)
    grant_payer: Payer = "state"
    months: int = Field(ge=1, le=600, description="months")

    @model_validator(mode="after")
    def _grant_within_cost(self) -> "Project":
        if self.grant is not None and self.grant.value > self.cost.value:
            raise fault(f"an impossible budget: the grant {self.grant.value:,.0f} is above the cost {self.cost.value:,.0f} (EUR).")
        return self


class Block(Settings):
    """Base of an intervention's settings: what kind, where and when, who pays, and how its size changes.

    `places` = "all" means all places of the scenario. After loading, `places` are municipality codes and
    `start` is set. `months` [months] or `end` (last day; its month is the last one that runs) closes it; with
    neither it runs to the end. It builds up to its size in `ramp` months, and so does every change in `schedule`.
    """

    kinds_named: ClassVar[dict[str, str]] = {}  # field of `others` -> the kind that the named must be, where not any will do
    files: ClassVar[tuple[str, ...]] = ()  # fields that may name a file, which is then looked for beside the scenario's
    steering: ClassVar[str] = ""  # the field that names the blocks whose size this kind sets; each block has one such hand

    kind: str
    payer: Payer = "municipality"
    project: Project | None = None
    ramp: int = Field(0, ge=0, le=240, description="months")
    schedule: list[Resize] = Field(default=[], description="changes of size, in order of date")
    title: dict[Literal["en", "fi", "sv"], str] | None = None
    places: Annotated[Places, BeforeValidator(_one_place)] = ("all",)
    start: datetime.date | None = None
    months: int | None = Field(None, ge=1, description="months")
    end: datetime.date | None = None

    @field_validator("start")
    @classmethod
    def _first_of_month(cls, start: datetime.date | None) -> datetime.date | None:
        return start if start is None else first_day(start)

    @field_validator("end")
    @classmethod
    def _one_end(cls, end: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        start = info.data.get("start")
        if end and info.data.get("months"):
            raise fault("both months and end are given.", "Keep one of the two.")
        if end and start and end < start:
            raise fault(f"dates reversed: end {end} is before start {start}.")
        return end

    @field_validator("schedule")
    @classmethod
    def _in_order(cls, schedule: list[Resize]) -> list[Resize]:
        for before, after in itertools.pairwise(schedule):
            if after.date <= before.date:
                raise fault(f"dates not in order: {after.date} comes after {before.date} in the schedule.")
        return schedule

    def others(self) -> dict[str, list[str]]:
        """Names of other interventions that this one refers to, by the field that names them; a kind that does says so."""
        return {}

    def parameter(self) -> str | None:
        """Name of a parameter that this intervention moves, if it moves one; a kind that does says so."""
        return None

    def place_lists(self) -> dict[str, tuple[str, ...]]:
        """Further lists of places, by the field that holds them, all within `places`; a kind that has any says so."""
        return {}

    def span(self, origin: datetime.date) -> tuple[int, int | None]:
        """First month that runs and first month that no longer does (None = never), counted from the month of
        `origin`.
        """
        first = months_between(origin, self.start or origin)
        if self.end:
            return first, months_between(origin, self.end) + 1
        return first, first + self.months if self.months else None


def months_between(origin: datetime.date, day: datetime.date) -> int:
    """Calendar months from the month of `origin` to the month of `day`."""
    return (day.year - origin.year) * 12 + day.month - origin.month


def first_day(day: datetime.date) -> datetime.date:
    """Refuse a day that is not the first of its month: the model counts in months."""
    if day.day != 1:
        raise fault(f"{day} is not the first day of a month.", f"Use {day.replace(day=1)}.")
    return day


class Head(Strict):
    """[scenario]: id, titles by language, the scenario to compare with, and what the answer rests on."""

    id: str = Field(pattern=NAME)
    title: dict[Literal["en", "fi", "sv"], str] = Field(default_factory=dict)
    comparator: str = "baseline"
    rests_on: str = ""


class Population(Strict):
    """[population]: where, and how many simulated residents: a fraction of the real ones, or their number
    (which wins).
    """

    places: Places
    fraction: float | None = Field(None, gt=0, le=1, description="simulated residents per real resident")
    residents: int | None = Field(None, ge=1, description="simulated residents")
    table: str | None = None
    columns: dict[str, str] | None = None
    areas: str | None = Field(None, description="the user's own table of areas (CSV)")

    @model_validator(mode="after")
    def _size(self) -> "Population":
        if self.fraction is None and self.residents is None and self.table is None:
            raise fault(
                "neither fraction nor residents is given.",
                "For example fraction = 0.04 (residents per real resident).",
            )
        return self


class Time(Strict):
    """[time]: first measured month, years measured, months run before the start and not reported."""

    start: datetime.date
    years: int = Field(ge=1, le=100, description="years")
    burn_in: int = Field(ge=1, le=600, description="months")

    @field_validator("start")
    @classmethod
    def _first_of_month(cls, start: datetime.date) -> datetime.date:
        return first_day(start)


class Runs(Strict):
    """[runs]: draws of the uncertain numbers, replicates of chance for each, and the seed of both."""

    draws: int = Field(ge=1, description="draws")
    replicates: int = Field(ge=1, description="replicates")
    seed: int = Field(ge=0, lt=2**63)
    posterior: str | None = Field(None, description="calibrated draws: a shipped name or a Parquet file; \"none\" for the priors alone")

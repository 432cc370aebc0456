"""The quantity: one number or flat table with its unit, 95 % range, distribution, evidence and source."""

import hashlib
import math
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["Quantity", "uniform"]

Dist = Literal["beta", "gamma", "normal", "lognormal", "uniform", "fixed"]
Evidence = Literal["published", "derived", "assumption"]

SHARES = ("share", "probability", "index 0-1")
POSITIVE = re.compile(
    r"(?!log )(EUR(\d{4})?\b|per |minute|hour|day|week|month|year|person|client|contact|.* per |.*ratio)"
)
Z95 = 3.92  # a 95 % range is this many standard deviations wide


class Quantity(BaseModel):
    """A number and what it rests on.

    `low` and `high` are the 95 % range (the two ends for `uniform`); without them the value is fixed. For a
    table (a list value; `axes` names its dimensions) low and high are ratios to the value, and one common
    factor is drawn, so that the table keeps its shape. `name` is the dotted name under which the value is
    drawn.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    value: float | list[float]
    low: float | None = None
    high: float | None = None
    unit: str
    dist: Dist = Field(default=None, validate_default=False)
    evidence: Evidence = "assumption"
    source: str = ""
    verified: bool = False
    axes: list[str] = []
    note: str = ""
    name: str = Field(default="", exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _default_dist(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("dist") is None:
            return {**data, "dist": default_dist(data)}
        return data

    @model_validator(mode="after")
    def _check(self) -> "Quantity":
        problem = find_fault(self)
        if problem:
            raise PydanticCustomError("quantity", "{message}", {"message": f"{problem}."})
        return self

    @property
    def is_table(self) -> bool:
        """Whether the value is a flat list."""
        return isinstance(self.value, list)

    @property
    def is_fixed(self) -> bool:
        """Whether every draw gives the central value."""
        return self.dist == "fixed" or self.low is None or self.high is None or self.low == self.high

    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that the unit and the distribution allow."""
        if is_share(self.unit):
            return 0.0, 1.0
        return (0.0 if self.dist in ("beta", "gamma", "lognormal") else -math.inf), math.inf

    def at(self, u: float, low: float = -math.inf, high: float = math.inf) -> float | list[float]:
        """The value at probability `u` (0 < u < 1) of its distribution, clipped to its own bounds and to
        low-high.
        """
        if self.is_fixed:
            return list(self.value) if self.is_table else self.value
        own = self.bounds()
        low, high = max(low, own[0]), min(high, own[1])
        if self.is_table:
            factor = quantile(
                "lognormal" if self.dist in ("beta", "gamma") else self.dist, 1.0, self.low, self.high, u
            )
            return [min(max(v * factor, low), high) for v in self.value]
        return min(max(quantile(self.dist, self.value, self.low, self.high, u), low), high)

    def scaled(self, level: float) -> float | list[float]:
        """The value at a level as posteriors store it: the number itself, or for a table the factor on all its values."""
        if not self.is_table:
            return level
        own = self.bounds()
        return [min(max(v * level, own[0]), own[1]) for v in self.value]

    def draw(
        self, seed: int, draw: int, low: float = -math.inf, high: float = math.inf
    ) -> float | list[float]:
        """Sample number `draw` under this quantity's name; 0 is the central value. Depends on nothing
        else.
        """
        if draw == 0 or self.is_fixed:
            return list(self.value) if self.is_table else self.value
        return self.at(uniform(seed, draw, self.name), low, high)


def uniform(seed: int, draw: int, name: str) -> float:
    """A uniform number strictly between 0 and 1 (53 bits), a pure function of its three addresses."""
    digest = hashlib.blake2b(f"{seed}/{draw}/{name}".encode(), digest_size=8).digest()
    return ((int.from_bytes(digest, "big") >> 11) + 0.5) / 2**53


def is_share(unit: str) -> bool:
    """Whether values in this unit lie between 0 and 1."""
    return unit.lower().startswith(SHARES)


def default_dist(data: dict) -> str:
    """Beta for shares, gamma for money and positive rates, normal otherwise; fixed without a range."""
    unit, value, low = str(data.get("unit", "")), data.get("value"), data.get("low")
    if low is None and data.get("high") is None:
        return "fixed"
    if is_share(unit):
        return "beta"
    numbers = [*value, low] if isinstance(value, list) else [value, low]
    numbers = [v for v in numbers if isinstance(v, int | float)]
    positive = min(numbers, default=0) >= 0 and value != 0
    return "gamma" if positive and POSITIVE.match(unit) else "normal"


def find_fault(q: Quantity) -> str | None:
    """What is wrong with a quantity's numbers, in words, or None."""
    values = q.value if q.is_table else [q.value]
    ends = [e for e in (q.low, q.high) if e is not None]
    if not values:
        return "an empty table; give at least one number"
    if not all(math.isfinite(v) for v in [*values, *ends]):
        return "every number must be finite"
    if is_share(q.unit) and not all(0 <= v <= 1 for v in values):
        return f"{_outside(values)} lies outside 0-1 ({q.unit})"
    if len(ends) == 1:
        return "give both low and high (the 95 % range), or neither"
    if not ends and q.dist != "fixed":
        return f"dist = {q.dist!r} needs low and high (the 95 % range)"
    centre = 1.0 if q.is_table else q.value
    if ends and not q.low <= centre <= q.high:
        what = "1 (low and high of a table are ratios to its values)" if q.is_table else f"value {centre:g}"
        return f"{what} lies outside low {q.low:g} - high {q.high:g}"
    return None if q.is_fixed else _dist_fault(q, centre)


def _outside(values: list[float]) -> str:
    return f"{next(v for v in values if not 0 <= v <= 1):g}"


def _dist_fault(q: Quantity, centre: float) -> str | None:
    if q.dist == "beta" and is_share(q.unit) and not (q.low >= 0 and (q.is_table or q.high <= 1)):
        return f"low {q.low:g} - high {q.high:g} reaches outside 0-1 ({q.unit})"
    if q.dist == "beta" and not q.is_table:
        sd = (q.high - q.low) / Z95
        if not 0 < centre < 1 or centre * (1 - centre) <= sd * sd:
            return f"no beta distribution has mean {centre:g} and 95 % range {q.low:g} - {q.high:g}"
    if q.dist == "gamma" and not q.is_table and centre <= 0:
        return f"a gamma distribution needs a value above 0, not {centre:g}"
    logs = q.dist == "lognormal" or (q.is_table and q.dist in ("beta", "gamma"))
    if logs and min(q.low, centre) <= 0:
        return f"a {'table of ratios' if q.is_table else 'lognormal'} needs low above 0, not {q.low:g}"
    return None


def quantile(dist: str, value: float, low: float, high: float, u: float) -> float:
    """Inverse CDF at `u`, by method of moments: mean = value, sd = (high - low) / 3.92.

    Lognormal: median = value, sigma = (ln high - ln low) / 3.92. Uniform: low and high are the ends.
    """
    from scipy import special  # heavy, and only sampling needs it

    sd = (high - low) / Z95
    if dist == "beta":
        n = value * (1 - value) / (sd * sd) - 1
        return float(special.betaincinv(value * n, (1 - value) * n, u))
    if dist == "gamma":
        return float(special.gammaincinv((value / sd) ** 2, u)) * sd * sd / value
    if dist == "lognormal":
        return value * math.exp((math.log(high) - math.log(low)) / Z95 * float(special.ndtri(u)))
    if dist == "uniform":
        return low + (high - low) * u
    return value + sd * float(special.ndtri(u))

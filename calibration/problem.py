"""The calibration problem: which numbers are free, what is known of the world, and how the model is run to be held against it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator
from scipy import special

from scenarios import Segment
from scenarios.quantity import Quantity
from scenarios.settings import Strict, fault

Z95 = 1.959964
# What a target says of the world; the rest of it is the question, which both sides are asked.
ANSWER = ("value", "se", "low", "high", "source", "holdout", "note")
TRANSFORMS: dict[str, Callable] = {
    "identity": lambda x: x,
    "log": np.log,  # rates, variances, totals
    "logit": special.logit,  # shares
    "fisher": np.arctanh,  # correlations
}
SLOPES: dict[str, Callable] = {
    "identity": lambda x: np.ones_like(x),
    "log": lambda x: 1.0 / x,
    "logit": lambda x: 1.0 / (x * (1.0 - x)),
    "fisher": lambda x: 1.0 / (1.0 - x * x),
}


class CalibrationSection(Strict):
    """[calibration]: the problem's name and the scenario that is fitted."""

    id: str = ""
    scenario: str = "baseline"
    title: str = ""


class RunSection(Strict):
    """[run]: how the model is run for every row of parameters."""

    residents: int = Field(20_000, ge=100, description="simulated residents")
    years: int = Field(1, ge=1, le=20, description="years measured")
    burn_in: int = Field(24, ge=1, le=600, description="months")
    places: list[str] | None = None


class FreeSection(Strict):
    """One of [free]: a number whose distribution is the prior. Left empty, it is the number's own; a table keeps its shape."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    dist: Literal["beta", "gamma", "normal", "lognormal", "uniform"] | None = None


class TargetSection(Strict):
    """One of [targets]: what is known, of whom, how surely, and from where."""

    statistic: str
    outcome: str | None = None
    who: Segment = Segment()
    against: Segment | None = None
    sex: Literal["man", "woman"] | None = None
    county: str | None = None
    service: str | None = None
    months: int | None = Field(None, ge=1, le=240, description="months")
    wave: int | None = Field(None, ge=0, le=120, description="months after a survey's first wave")
    line: float | None = None
    value: float | None = None  # from the survey's microdata if not given
    se: float | None = Field(None, gt=0)
    low: float | None = None
    high: float | None = None
    transform: Literal["identity", "log", "logit", "fisher"] = "identity"
    source: str = ""
    holdout: bool = False
    asked: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _uncertainty(self) -> "TargetSection":
        if self.value is None:
            if self.se is not None or self.low is not None or self.high is not None:
                raise fault("has an error or an interval but no value.", "Give all, or none to estimate it from the survey's microdata.")
            return self
        if (self.se is None) == (self.low is None or self.high is None):
            raise fault("needs its standard error (se), or low and high (the 95 % interval): one of the two.")
        if self.low is not None and not self.low < self.value < self.high:
            raise fault(f"the value {self.value:g} must lie between low {self.low:g} and high {self.high:g}.")
        for name, number in (("value", self.value), ("low", self.low), ("high", self.high)):
            if number is None:
                continue
            if self.transform == "logit" and not 0.0 < number < 1.0:
                raise fault(f"{name} {number:g} is no share between 0 and 1, so it has no logit. Give shares, not per cent.")
            if self.transform == "log" and number <= 0.0:
                raise fault(f"{name} {number:g} is not above 0, so it has no logarithm.")
            if self.transform == "fisher" and not -1.0 < number < 1.0:
                raise fault(f"{name} {number:g} is no correlation between -1 and 1.")
        return self


@dataclass(frozen=True)
class Free:
    """A number that is fitted: its name and its prior."""

    name: str
    prior: Quantity

    def level(self, z: float) -> float:
        """The level (the value, or the factor of a table) at z, the prior being standard normal in z."""
        q = self.prior
        scalar = q.model_copy(update={"value": 1.0, "dist": "lognormal" if q.dist in ("beta", "gamma") else q.dist}) if q.is_table else q
        u = float(special.ndtr(z))
        return scalar.at(min(max(u, 1e-12), 1.0 - 1e-12))


@dataclass(frozen=True)
class Target:
    """One thing that is known, on its transformed scale: value `y`, standard error `sd`."""

    name: str
    section: TargetSection

    @property
    def y(self) -> float:
        """The value, transformed."""
        return float(TRANSFORMS[self.section.transform](np.float64(self.section.value)))

    @property
    def sd(self) -> float:
        """Standard error, transformed: half the transformed 95 % interval, or the delta method from `se`."""
        s = self.section
        if s.se is None:
            low, high = (float(TRANSFORMS[s.transform](np.float64(x))) for x in (s.low, s.high))
            return (high - low) / (2.0 * Z95)
        return s.se * self.slope

    @property
    def slope(self) -> float:
        """Slope of the transform at the value (delta method)."""
        return float(SLOPES[self.section.transform](np.float64(self.section.value)))

    def transformed(self, x):
        """A simulated value on the target's scale; not-a-number where it has none there."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = TRANSFORMS[self.section.transform](np.asarray(x, float))
        return np.where(np.isfinite(found), found, np.nan)


@dataclass(frozen=True)
class Problem:
    """Free numbers with priors, targets, and the scenario that is run. z: free numbers as standard normals, float (d,).

    covariance: of all target values on their scales, float (targets, targets), None if they are independent. asked: how simulated
    residents are asked (settings of `sim.survey.Design`). notes: what a reader must know of the data.
    """

    id: str
    scenario: Any
    free: tuple[Free, ...]
    targets: tuple[Target, ...]
    correlation: np.ndarray
    path: str = ""
    covariance: np.ndarray | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple = ()

    @property
    def names(self) -> list[str]:
        """Names of the free numbers."""
        return [f.name for f in self.free]

    @property
    def fitted(self) -> list[int]:
        """Places of the targets that are fitted."""
        return [i for i, t in enumerate(self.targets) if not t.section.holdout]

    @property
    def y(self) -> np.ndarray:
        """All target values on their scales, float (targets,)."""
        return np.array([t.y for t in self.targets])

    @property
    def observed_covariance(self) -> np.ndarray:
        """Covariance of all target values on their scales, float (targets, targets)."""
        if self.covariance is not None:
            return self.covariance
        return np.diag([t.sd**2 for t in self.targets])

    def prior(self, number: int, seed: int) -> np.ndarray:
        """Draws of the prior in z, float (number, d)."""
        rng = np.random.Generator(np.random.Philox(seed))
        return rng.standard_normal((number, len(self.free))) @ np.linalg.cholesky(self.correlation).T

    def log_prior(self, z: np.ndarray) -> np.ndarray:
        """Log density of the prior at z, float (n,) for z (n, d), without its constant."""
        solved = np.linalg.solve(self.correlation, np.atleast_2d(z).T).T
        return -0.5 * (np.atleast_2d(z) * solved).sum(1)

    def levels(self, z: np.ndarray) -> dict[str, float]:
        """{name: level} of one row of z."""
        return {f.name: f.level(float(x)) for f, x in zip(self.free, z, strict=True)}


def contradictions(problem: Problem) -> list[str]:
    """Pairs of targets that cannot both hold: the same question of the same people with answers further apart than chance allows."""
    found = []
    targets = problem.targets
    for i, a in enumerate(targets):
        for b in targets[i + 1 :]:
            same = {k: v for k, v in a.section.model_dump().items() if k not in ANSWER} == {
                k: v for k, v in b.section.model_dump().items() if k not in ANSWER}
            apart = abs(a.y - b.y) / math.hypot(a.sd, b.sd)
            if same and apart > 3.0:
                found.append(f"'{a.name}' and '{b.name}' ask the same and are {apart:.1f} standard errors apart: both cannot be right")
    return found

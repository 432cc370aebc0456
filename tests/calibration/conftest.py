"""A world that needs no simulation: linear statistics of normal numbers with normal chance, whose posterior is known."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from calibration.problem import Free, Problem, Target, TargetSection
from scenarios.quantity import Quantity

SLOPES = np.array([[1.0, 0.0], [0.5, 1.0], [0.0, 0.7]])  # statistics by numbers
CHANCE = 0.3 * np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])  # root of the chance's covariance, by rows
ERRORS = np.array([0.3, 0.4, 0.5])

SMALL = """
[calibration]
id = "small"
[run]
residents = 300
years = 1
burn_in = 1
places = ["Kouvola"]
[free]
"wellbeing.base" = { low = 2.3, high = 2.9 }
"visit.rate" = {}
[targets.good]
statistic = "share"
outcome = "good_quality_of_life"
value = 0.5
se = 0.02
transform = "logit"
"""  # a file of targets


def target(name, value, se, **more):
    return Target(name, TargetSection(statistic="mean", outcome="wellbeing", value=value, se=se, **more))


class Toy:
    """problem, run(z, first), and the posterior mean and covariance of known target values."""

    def __init__(self, values=(1.0, 0.3, -0.4)):
        quantity = Quantity(value=0.0, low=-1.96, high=1.96, unit="points", dist="normal")
        free = tuple(Free(name, quantity) for name in ("a", "b"))
        targets = tuple(target(f"t{i}", v, e) for i, (v, e) in enumerate(zip(values, ERRORS, strict=True)))
        self.problem = Problem("toy", None, free, targets, np.eye(2))
        self.calls = 0

    def run(self, z, first=0):
        z = np.atleast_2d(z)
        self.calls += len(z)
        noise = np.array([np.random.default_rng([7, first + i]).standard_normal(3) for i in range(len(z))])
        return pd.DataFrame(z @ SLOPES.T + noise @ CHANCE.T, columns=["t0", "t1", "t2"])

    def posterior(self, y=None, covariance=None):
        """Mean (2,) and covariance (2, 2) by conjugacy."""
        y = self.problem.y if y is None else y
        whole = np.linalg.inv((self.problem.observed_covariance if covariance is None else covariance) + CHANCE @ CHANCE.T)
        spread = np.linalg.inv(np.eye(2) + SLOPES.T @ whole @ SLOPES)
        return spread @ SLOPES.T @ whole @ y, spread

    def with_problem(self, **changes):
        self.problem = dataclasses.replace(self.problem, **changes)
        return self


@pytest.fixture
def toy():
    return Toy()

"""The questions: scenario files, the model's numbers, and the reference tables; typed, checked and drawn."""

from .loader import load
from .overlay import names
from .problems import Problem, ScenarioError
from .quantity import Quantity
from .scenario import Scenario, draw
from .schema import Block, Payer, Project, Segment, Settings, quantity
from .show import Change, diff, json_schema, resolved

__all__ = [
    "Block",
    "Change",
    "Payer",
    "Problem",
    "Project",
    "Quantity",
    "Scenario",
    "ScenarioError",
    "Segment",
    "Settings",
    "diff",
    "draw",
    "json_schema",
    "load",
    "names",
    "quantity",
    "resolved",
]

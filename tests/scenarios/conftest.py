"""A small world for the loader's tests: one made-up intervention kind and three made-up parameters."""

import pytest
from pydantic import Field

import scenarios
from scenarios import Block, Quantity, Segment, Settings, quantity


class Channel(Settings):
    """A channel of the made-up kind."""

    frequency: Quantity = quantity("contacts per month", 0)


class Camp(Block):
    """A made-up kind: a defaulted share, a price without default, an optional length, nested channels."""

    segment: Segment = Segment()
    reach: Quantity = quantity("share of segment per year", 0, 0.9, default="camp.reach")
    price: Quantity = quantity("EUR2018 per month", 0)
    length: Quantity | None = quantity("weeks", 0, optional=True)
    channels: dict[str, Channel] = Field(default_factory=dict)


ENTRIES = {
    "wellbeing.persistence": {"value": 0.94, "low": 0.92, "high": 0.96, "unit": "share"},
    "wellbeing.table": {"value": [1.0, 2.0, 3.0], "low": 0.8, "high": 1.25, "unit": "ratio", "axes": ["age"]},
    "camp.reach": {"value": 0.3, "low": 0.2, "high": 0.4, "unit": "share of segment per year"},
}


@pytest.fixture
def kinds():
    return {"camp": Camp}


@pytest.fixture
def numbers():
    return {name: Quantity(name=name, source="made up", **entry) for name, entry in ENTRIES.items()}


@pytest.fixture
def load(tmp_path, kinds, numbers):
    """Write texts as NAME.toml and load the first: load(mine="...", parent="...")."""

    def _load(overrides=None, **texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        path = tmp_path / f"{next(iter(texts))}.toml"
        return scenarios.load(path, kinds, overrides={"runs.posterior": "none", **(overrides or {})}, parameters=numbers)

    return _load


@pytest.fixture
def problems(load):
    """The problems that loading a text gives."""

    def _problems(overrides=None, **texts):
        with pytest.raises(scenarios.ScenarioError) as error:
            load(overrides, **texts)
        return error.value.problems

    return _problems

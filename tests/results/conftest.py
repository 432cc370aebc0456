"""Invented tidy tables, small enough to read, in which every number is known beforehand."""

import functools
import itertools
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for report_tables, which is no test

GROUPS = {
    "neet": 3.4,
    "labour_market_support": 3.5,
    "refugee": 3.6,
    "heavy_user": 3.3,
    "family": 3.7,
    "any": 3.5,
    "none": 4.1,
}
MONTHS = 24
DRAWS, REPLICATES = 4, 3
GAIN = 0.04  # what the programme adds to an at-risk group's mean at the end, before chance


def dates(months):
    return [f"{2017 + month // 12}-{month % 12 + 1:02d}-01" for month in months]


@functools.cache
def noise(*address):
    """Chance with an address, so that the two arms share it and their difference has none."""
    seed = [sum(ord(c) for c in part) if isinstance(part, str) else part for part in address]
    return float(np.random.default_rng(seed).normal(0, 0.02))


def outcomes(gain=GAIN, arms=("baseline", "promeq")):
    """Levels and totals by month; arm two gains linearly up to `gain` x (1 + 0.2 per draw) in groups, a tenth
    elsewhere.
    """
    rows = []
    for arm, draw, rep, month in itertools.product(arms, range(DRAWS), range(REPLICATES), range(MONTHS)):
        grown = (arm != arms[0]) * gain * (1 + 0.2 * draw + 0.1 * rep) * min(month / 12, 1)
        strata = [("all", "all", 4.0, grown * 0.3, 1000)]
        for kind in ("group", "group_start"):
            strata += [
                (kind, g, level, grown * (0.1 if g == "none" else 1), 100) for g, level in GROUPS.items()
            ]
        for kind, name, level, rise, n in strata:
            wellbeing = level + rise + noise(draw, rep, name)
            for outcome, value in {
                "wellbeing": wellbeing,
                "good_quality_of_life": 0.5 + (wellbeing - 4) / 2,
                "contacts": 0.5 + rise,
                "waiting": 1.5 - rise,
                "unmet": 0.02 - rise / 10,
                "life_satisfaction_years_total": 10 * n * (2 * wellbeing - 1) / 12,
                "qaly_total": 10 * n * (0.5 + wellbeing / 10) / 12,
            }.items():
                rows.append((arm, draw, rep, month, "all", kind, name, outcome, value, n))
        slope = 0.6 - grown / 2 + noise(draw, rep, "slope")
        rows.append((arm, draw, rep, month, "all", "all", "all", "sii_wellbeing", slope, 1000))
        rows.append((arm, draw, rep, month, "all", "all", "all", "erreygers_wellbeing", slope / 6, 1000))
    columns = [
        "arm",
        "draw",
        "replicate",
        "month",
        "place",
        "stratum_kind",
        "stratum",
        "outcome",
        "value",
        "n",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(4, "date", dates(frame["month"]))
    return text_as_category(frame)


ITEMS = {  # payer: sector, item, transfer, monthly EUR in the comparator, added by the arm
    "municipality": ("programmes", "outreach", False, 50_000, 9_000),
    "county": ("health", "primary_care", False, 400_000, -3_000),
    "state": ("employment", "labour_market_support", True, 200_000, -5_000),
    "kela": ("benefits", "basic_allowance", True, 100_000, 1_000),
    "third_sector": ("social", "community_groups", False, 20_000, 1_500),
    "resident": ("health", "fees", False, 30_000, 500),
}


def ledger(arms=("baseline", "promeq")):
    """Spending by payer and month; the increments are those of `ITEMS` in every run, plus 100 EUR per draw
    for counties.
    """
    rows = []
    for arm, draw, rep, month in itertools.product(arms, range(DRAWS), range(REPLICATES), range(MONTHS)):
        for payer, (sector, item, transfer, amount, added) in ITEMS.items():
            extra = (arm != arms[0]) * (added + 100 * draw * (payer == "county"))
            rows.append((arm, draw, rep, month, "all", payer, sector, item, transfer, float(amount + extra)))
    columns = ["arm", "draw", "replicate", "month", "place", "payer", "sector", "item", "transfer", "amount"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(4, "date", dates(frame["month"]))
    return text_as_category(frame)


def twins(arms=("baseline", "promeq")):
    """Shares better, same and worse and the mean gain by group; they sum to one in every run."""
    rows = []
    strata = [("group_ever", g) for g in GROUPS if g != "any"] + [
        ("start_fifth", str(f)) for f in range(1, 6)
    ]
    for draw, rep in itertools.product(range(DRAWS), range(REPLICATES)):
        for i, (kind, name) in enumerate(strata):
            better = 0.6 - 0.05 * i + 0.01 * draw if kind == "group_ever" else 0.3 - 0.04 * i / 2
            worse = 0.02 + 0.005 * rep
            measures = {"mean_gain": GAIN * better, "share_better": better, "share_worse": worse}
            measures["share_same"] = 1 - better - worse
            for measure, value in measures.items():
                rows.append((arms[0], arms[1], draw, rep, kind, name, measure, value, 100))
    columns = ["comparator", "arm", "draw", "replicate", "stratum_kind", "stratum", "measure", "value", "n"]
    return text_as_category(pd.DataFrame(rows, columns=columns))


def text_as_category(frame):
    """Text columns as categories, as the tables of a run have them."""
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return frame


@pytest.fixture(scope="session")
def tables():
    """A run of two arms, 4 draws x 3 replicates, 24 months; treat as read-only."""
    return {"outcomes": outcomes(), "ledger": ledger(), "twins": twins()}


@pytest.fixture(scope="session")
def full(tables):
    """The same run with everything that figures may ask for; treat as read-only."""
    import report_tables as more

    arms = ["baseline", "promeq"]
    found = {
        **tables, "outcomes": more.outcomes_more(tables["outcomes"], arms), "curves": more.curves(arms), "funnel": more.funnel(arms),
        "transitions": more.transitions(arms), "places": more.PLACES, **more.programmes(arms),
    }
    return {name: text_as_category(frame.copy()) for name, frame in found.items()}


@pytest.fixture(scope="session")
def make_outcomes():
    """The maker of outcomes, for tests that need arms or gains of their own."""
    return outcomes


@pytest.fixture
def titles():
    return {"baseline": "Baseline", "promeq": "PROMEQ models"}

"""Who paid what for whom: items, sectors, payers, and the month's amounts by municipality."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.residents import SERVICES

PAYERS = ("municipality", "county", "state", "kela", "third_sector", "resident")


@dataclass(frozen=True)
class Item:
    """One kind of amount: its name, sector, whether it is a transfer, and the parameter with its payers' shares."""

    name: str
    sector: str
    transfer: bool
    payers: str


_SECTORS = dict(zip(SERVICES, (
    "health", "health", "social", "social", "employment", "employment", "youth", "youth", "social", "culture",
    "culture", "health"), strict=True))
# The order of the first 23 is the order in which sim/rules/livelihood.py and contact.py write them.
HOUSEHOLD = (
    Item("tax", "benefits", True, "tax"),
    Item("study_grant", "benefits", True, "kela"),
    Item("unemployment_benefit", "benefits", True, "insurance"),
    Item("labour_market_support_early", "benefits", True, "support_early"),
    Item("labour_market_support_late", "benefits", True, "support_late"),
    Item("other_benefit", "benefits", True, "kela"),
    Item("pension", "benefits", True, "pension"),
    Item("child_benefit", "benefits", True, "kela"),
    Item("social_assistance", "benefits", True, "assistance"),
)
CONTACTS = tuple(Item(s, _SECTORS[s], False, s) for s in SERVICES)
OTHERS = (Item("client_fees", "health", False, "fees"), Item("round_the_clock_housing", "social", False, "housing"))
ITEMS = HOUSEHOLD + CONTACTS + OTHERS


class Ledger:
    """Amounts of every month by municipality and item, and the split of items over payers.

    Amounts are EUR of 2018 for the simulated residents; `weight` real residents stand behind each, and the tidy table
    is scaled to the real population.
    """

    def __init__(self, places, shares, programmes):
        """places: number of municipalities; shares: {payers' key: six shares that sum to 1}; programmes: Items."""
        self.items = ITEMS + tuple(programmes)
        self.split = np.array([self._checked(item, shares) for item in self.items])
        self.column = {item.name: i for i, item in enumerate(self.items)}
        self.month = np.zeros((places, len(self.items)))
        self.kept = []

    @staticmethod
    def _checked(item, shares):
        if item.payers not in shares:
            raise KeyError(f"ledger item '{item.name}': no payers '{item.payers}' in parameters.toml [payers]")
        split = np.asarray(shares[item.payers], float)
        if split.shape != (len(PAYERS),) or abs(split.sum() - 1.0) > 1e-9:
            raise ValueError(f"payers.{item.payers}: needs {len(PAYERS)} shares that sum to 1, in the order {PAYERS}")
        return split

    def book(self, place, name, amount):
        """Add an amount [EUR2018] to an item by name in one municipality, as interventions do."""
        self.month[place, self.column[name]] += amount

    def close(self, keep):
        """End the month: keep the amounts if the month is measured, and start on a clean page."""
        if keep:
            self.kept.append(self.month.copy())
        self.month[:] = 0.0

    def columns(self, weight, names):
        """The kept months as columns of the tidy table, scaled by `weight` real residents per simulated one.

        weight: float array by municipality. Returns dict of arrays: month, place, payer, sector, item, transfer, amount.
        """
        if not self.kept:
            return {}
        amounts = np.stack(self.kept) * weight[None, :, None]
        full = amounts[..., None] * self.split[None, None]
        month, place, item, payer = np.nonzero(full)
        return {
            "month": month.astype(np.int16),
            "place": pd.Categorical.from_codes(place, pd.Index(names)),
            "payer": pd.Categorical.from_codes(payer, pd.Index(PAYERS)),
            "sector": pd.Categorical(np.asarray([i.sector for i in self.items], object)).take(item),
            "item": pd.Categorical.from_codes(item, pd.Index([i.name for i in self.items])),
            "transfer": np.asarray([i.transfer for i in self.items])[item],
            "amount": full[month, place, item, payer],
        }

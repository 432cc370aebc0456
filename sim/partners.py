"""The partnership table: what public, private and third-sector actors bring, where, and how much of it is used."""

import csv
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from scenarios.places import resolve
from scenarios.schema import Payer
from scenarios.settings import Strict, fault
from sim.residents import SERVICES

Resource = Literal["minutes", "euros", "rooms"]


class Partner(Strict):
    """An actor and one resource that it brings each month, to a service or to another intervention of the scenario.

    minutes: staff or volunteer minutes for a service; rooms: for a programme with places; euros [EUR2018]: buy minutes or
    places at their ordinary price, paid by `payer`. What is given in kind is used at the ordinary price by those who pay for
    the service or programme otherwise. With a municipality (name or code) it stays there, with an area too it is
    kept for its residents; with neither it is for all places of the block and shared out like the rest.
    """

    name: str = Field(min_length=1)
    sector: Literal["public", "private", "third_sector"]
    serves: str = Field(description="a service, or the name of another intervention")
    resource: Resource
    amount: float = Field(ge=0, le=1e9, description="minutes, EUR2018 or rooms per month")
    municipality: str | None = None
    area: str | None = None
    payer: Payer = "third_sector"

    @field_validator("municipality")
    @classmethod
    def _known(cls, word: str | None) -> str | None:
        if word is None:
            return None
        codes, faults = resolve([word])
        if faults:
            raise fault(faults[0])
        if len(codes) != 1:
            raise fault(f"'{word}' is not one municipality.")
        return codes[0]

    @model_validator(mode="after")
    def _fits(self) -> "Partner":
        if self.area and not self.municipality:
            raise fault(f"area '{self.area}' without the municipality it lies in.")
        if self.resource == "minutes" and self.serves not in SERVICES:
            raise fault(f"minutes serve a service, not '{self.serves}'.", f"Services: {', '.join(SERVICES)}.")
        if self.resource == "rooms" and self.serves in SERVICES:
            raise fault(f"rooms serve a programme with places, not the service '{self.serves}'.")
        return self


def from_file(name, folder):
    """The partnership table of a CSV file (comma, semicolon or tab; UTF-8) as a list of dicts for Partner; blank cells are left out.

    name: looked for beside the scenario (folder), then as it is. Raises a fault in words; what is wrong with a value is told
    by Partner under partners.N, N the row counted from 0.
    """
    path = next((p for p in (Path(folder) / name, Path(name)) if p.is_file()), None)
    if path is None:
        raise fault(f"there is no file '{name}'.")
    lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip() and not line.startswith("#")]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    found = list(csv.DictReader(lines, delimiter=separator, skipinitialspace=True))
    if not found:
        raise fault(f"{name} has no rows.")
    return [{k: _value(k, v.strip()) for k, v in row.items() if k and v and v.strip()} for row in found]


def _value(column, word):
    if column != "amount":
        return word
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return word  # told by Partner


class Offer:
    """One partner's resource as the model has it: where it goes, and the account of how much was used.

    amounts: real minutes or places a month in each of the allocation's areas; bound: kept for them.
    """

    def __init__(self, partner, amounts):
        self.partner, self.amounts, self.bound = partner, amounts, partner.area is not None
        self.months, self.used = 0, 0.0

    def note(self, share):
        """Add a month in which this share of it was used, 0-1."""
        self.months += 1
        self.used += share

    def row(self, names):
        """A row of the partnership table; names: {municipality code: name}."""
        p, months = self.partner, max(1, self.months)
        return {
            "actor": p.name, "sector": p.sector, "resource": p.resource, "serves": p.serves,
            "municipality": names.get(p.municipality, "all"), "area": p.area or "all", "payer": p.payer, "months": self.months,
            "offered": p.amount, "used": p.amount * self.used / months, "share_used": self.used / months,
        }


def spread(partner, areas, residents, narrowed):
    """Which part of a partner's resource is for which area, shares (areas,) that sum to 1, or to 0 where it is not of this world.

    areas: Area agents; residents: real residents of each. ValueError if the place is not among them, unless places were
    narrowed on the command line.
    """
    here = np.array([partner.municipality in (None, a.municipality.code) for a in areas], bool)
    if partner.area is not None and here.any():
        names = [a.name for a, inside in zip(areas, here, strict=True) if inside]
        if partner.area in names:
            here &= np.array([a.name == partner.area for a in areas])
        elif not narrowed:
            raise ValueError(f"partner '{partner.name}': no area '{partner.area}' in its municipality; areas: {', '.join(names)}")
    if not here.any() and not narrowed:
        raise ValueError(f"partner '{partner.name}': municipality {partner.municipality} is not among the places of the allocation")
    part = np.where(here, residents, 0.0)
    return part / part.sum() if part.sum() > 0 else part

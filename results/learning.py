"""What learning groups of the model's numbers is worth in a finished run: which next survey could be worth its price."""

import difflib
import fnmatch
from typing import NamedTuple

import pandas as pd

from results import valueofinformation
from results.economics import evpi
from results.report.decision import matrices

__all__ = ["LEAST_DRAWS", "Learning", "numbers", "parts", "worth"]

LEAST_DRAWS = 20


class Learning(NamedTuple):
    """table: frame with group, numbers (how many), wtp, value, error, check [EUR], share of `evpi`, and price and net [EUR] where given.

    evpi: {wtp: value of knowing every number [EUR]}; draws: how many; notes: what a reader must know.
    """

    table: pd.DataFrame
    evpi: dict
    draws: int
    notes: list


def numbers(tables, draws):
    """Frame (draws, numbers) of the uncertain numbers that differ between draws, in the order of `draws`."""
    if "parameters" not in tables:
        raise ValueError("this run did not keep its drawn numbers, so nothing can be said about learning them; run it again")
    wide = tables["parameters"].pivot_table("value", "draw", "name", observed=True).reindex(draws)
    wide.columns = wide.columns.astype(str)
    return wide.loc[:, (wide.nunique() > 1) & wide.notna().all()]


def parts(names):
    """{part of the model: its numbers}: by the first word of a name, of interventions by the first two."""
    found = {}
    for name in names:
        found.setdefault(".".join(name.split(".")[: 2 if name.startswith("interventions.") else 1]), []).append(name)
    return found


def worth(tables, arms, groups=None, wtp=(20_000.0,), prices=None):
    """`Learning` of a run: the expected value of perfect information on each group of numbers, for all residents and the whole period.

    Arms are compared draw by draw under the same chance, so that what they share has gone (without this, chance passes for
    uncertainty that could be learnt). groups: {name: list of numbers or patterns such as "work.*"}, default the parts of the model;
    prices: {group: what its survey costs [EUR]}. Source: Strong, Oakley & Brennan 2014.
    """
    if len(arms) < 2:
        raise ValueError("there is one scenario only, so there is nothing to decide and nothing that learning could change")
    costs, effects, draws = matrices(tables, arms)
    if len(draws) < LEAST_DRAWS:
        raise ValueError(f"the run has {len(draws)} draws of its uncertain numbers; at least {LEAST_DRAWS} are needed, better 200")
    drawn = numbers(tables, draws)
    chosen = _members(groups, list(drawn.columns)) if groups else parts(drawn.columns)
    prices = prices or {}
    for name in prices:
        if name not in chosen:
            raise ValueError(f"price of '{name}': there is no such group. {_near(name, chosen)}".rstrip())
    large = {name for name, members in chosen.items() if len(members) + 3 > len(draws)}
    if groups and large:
        raise ValueError(f"group '{min(large)}' has {len(chosen[min(large)])} numbers, too many for {len(draws)} draws")
    chosen = {name: members for name, members in chosen.items() if name not in large}
    whole = dict(zip(wtp, evpi(costs, effects, wtp), strict=True))
    rows = []
    for name, members in chosen.items():
        found = valueofinformation.evppi(costs, effects, wtp, drawn[members].to_numpy(float))
        for k, price in enumerate(wtp):
            share = found.value[k] / whole[price] if whole[price] > 0 else 0.0
            rows.append((name, len(members), price, found.value[k], found.error[k], found.check[k], share))
    table = pd.DataFrame(rows, columns=["group", "numbers", "wtp", "value", "error", "check", "share"])
    table = table.sort_values(["wtp", "value"], ascending=[True, False], kind="stable", ignore_index=True)
    if prices:
        table["price"] = table["group"].map(prices)
        table["net"] = table["value"] - table["price"]
    return Learning(table, whole, len(draws), _notes(whole, large, len(draws)))


def _members(groups, names):
    """{group: numbers}, patterns spread out. ValueError for a name that the run does not have or that did not vary."""
    found = {}
    for group, given in groups.items():
        members = []
        for text in given:
            here = fnmatch.filter(names, text)
            if not here:
                near = _near(text, names)
                raise ValueError(f"group '{group}': no number '{text}' differs between the draws of this run. {near}".rstrip())
            members += [name for name in here if name not in members]
        found[group] = members
    return found


def _near(word, names):
    close = difflib.get_close_matches(word, list(names), 1)
    return f"Did you mean '{close[0]}'?" if close else ""


def _notes(whole, large, draws):
    notes = ["Perfect knowledge of a group is the most that any survey of it can give: a survey that costs more than `value` is not "
             "worth its price, one that costs less may be."]
    if all(value <= 0 for value in whole.values()):
        notes.append("One choice is best in every draw, so learning more would not change it.")
    if large:
        notes.append(f"Left out, since {draws} draws are too few for so many numbers: {', '.join(sorted(large))}.")
    return notes

"""Tables of the decision: options on the frontier, what certainty would be worth, and who gains once money is taken from elsewhere."""

import numpy as np

from results import economics, equity, tidy, uncertainty, valueofinformation
from results.figures import ce_plane
from results.language import say, word
from results.report.tables import Shown
from results.words import label, money, number, share, signed, small

__all__ = ["by_group", "information", "matrices", "more_runs", "options", "thresholds"]

WTP = (10_000.0, 20_000.0, 50_000.0)  # EUR per WELLBY
USUAL = 20_000.0  # EUR per WELLBY
LEAST_DRAWS = 20  # for the value of learning a group of numbers
STATUS = {
    "frontier": word("on the frontier"), "extended": word("a mix of others gives more for less"),
    "dominated": word("another gives more for no more money"),
}


def matrices(tables, arms):
    """Added costs [EUR] and WELLBYs of every arm over the comparator (first column 0), by draw: two arrays (draws, arms); draws."""
    plane = ce_plane.data(tables, arms[0])
    wide = plane.pivot(index=["draw", "replicate"], columns="arm", values=["cost", "gain"]).dropna()
    draws = wide.index.get_level_values("draw").to_numpy()
    found = [np.column_stack([np.zeros(len(wide)), wide[what][list(arms[1:])]]) for what in ("cost", "gain")]
    named, costs = uncertainty.by_draw(found[0], draws)
    return costs, uncertainty.by_draw(found[1], draws)[1], named


def options(tables, arms, labels):
    """Every scenario on one frontier, with its expected loss at the usual value of a WELLBY."""
    costs, effects, _ = matrices(tables, arms)
    loss = economics.expected_loss(costs, effects, USUAL)[0]
    rows = []
    for option in economics.frontier(list(arms), costs.mean(axis=0), effects.mean(axis=0)):
        name, at = option.name, list(arms).index(option.name)
        price = "–" if np.isnan(option.icer) else money(option.icer)
        gain = small(effects.mean(axis=0)[at], 0 if abs(effects.mean(axis=0)[at]) >= 100 else 1, signed)
        rows.append([label(name, labels), gain, money(costs.mean(axis=0)[at], True), say(STATUS.get(option.status, option.status)), price,
                     money(loss[at])])
    headers = [say("Scenario"), say("WELLBYs gained"), say("Added cost to society"), say("Place"), say("A further WELLBY costs"),
               say("Expected loss at {value}", value=money(USUAL))]
    note = say(
        "Against {comparator}, whole period, discounted, means over draws. The price is against the one before on the frontier. "
        "Expected loss: what choosing it would lose on average beside the best choice of each draw.", comparator=label(arms[0], labels),
    )
    return Shown(say("All scenarios on one frontier"), headers, rows, note)


def thresholds(tables, arms, labels):
    """Best choice on average at several values of a WELLBY, how often it is best, and the value of perfect information."""
    costs, effects, draws = matrices(tables, arms)
    best, often = economics.ceaf(costs, effects, WTP)
    worth = economics.evpi(costs, effects, WTP)
    several = len(draws) > 1
    rows = [
        [money(value), label(arms[k], labels), share(p) if several else "–", money(v) if several else "–"]
        for value, k, p, v in zip(WTP, best, often, worth, strict=True)
    ]
    headers = [say("A WELLBY is worth"), say("Best on average"), say("Best in this share of draws"), say("Value of perfect information")]
    note = say("Value of perfect information: what knowing all uncertain numbers before choosing would be worth, for all residents.")
    if not several:
        note = say("One draw only: numbers were not varied, so nothing can be said about the value of knowing them.")
    return Shown(say("Which to choose, and what knowing more is worth"), headers, rows, note)


def information(tables, arms):
    """What learning each part of the model's numbers would be worth, or None and why not: (table or None, sentence)."""
    costs, effects, draws = matrices(tables, arms)
    if "parameters" not in tables or len(draws) < LEAST_DRAWS:
        return None, say(
            "What learning single numbers would be worth needs at least {least} draws; this run has {draws}.",
            least=number(LEAST_DRAWS, 0), draws=number(len(draws), 0),
        )
    wide = tables["parameters"].pivot_table("value", "draw", "name", observed=True).reindex(draws)
    wide = wide.loc[:, (wide.nunique() > 1) & wide.notna().all()]
    whole = economics.evpi(costs, effects, USUAL)[0]
    if whole <= 0:
        return None, say("One choice is best in every draw, so learning more would not change it.")
    parts = {}
    for name in wide.columns.astype(str):
        parts.setdefault(".".join(name.split(".")[: 2 if name.startswith("interventions.") else 1]), []).append(name)
    found = []
    for part, names in parts.items():
        if len(names) + 3 <= len(draws):
            value = valueofinformation.evppi(costs, effects, USUAL, wide[names].to_numpy(float))
            found.append((part, len(names), value.value[0], value.check[0]))
    found = [row for row in found if row[2] > 0]
    if not found:
        few = number(len(draws), 0)
        return None, say("In {draws} draws no part of the model's numbers tells by itself which choice is better.", draws=few)
    found = sorted(found, key=lambda row: -row[2])[:10]
    rows = [[part, number(n, 0), money(v), money(check), share(v / whole)] for part, n, v, check in found]
    headers = [say("Part of the model"), say("Numbers"), say("Worth of knowing them"), say("The same, checked"), say("Share of all")]
    note = say("At {value} per WELLBY, for all residents. Far apart from the checked value: more draws are needed.", value=money(USUAL))
    return Shown(say("What learning more would be worth"), headers, rows, note), ""


def by_group(tables, found, labels, wtp=USUAL):
    """Who gains when the money is taken from other services: gain, loss and net by group, each resident losing alike."""
    people = _people(tables["outcomes"], found.comparator)
    if people is None:
        return None
    rows = []
    for arm, summary in found.summaries.items():
        gains = summary.tables["gains"]
        gains = gains[(gains["outcome"] == "wellby") & (gains["stratum_kind"] == summary.strata)].set_index("stratum")["difference"]
        worth = summary.tables["value"]
        worth = worth[(worth["effect"] == "wellby") & (worth["rate"] == summary.discount)].set_index("perspective")
        cost = worth.at["public", "cost"]
        if not {"any", "none"} <= set(gains.index):
            return None
        gain = np.array([gains["any"], gains["none"]]) / people
        lost = equity.opportunity_cost(cost, wtp, people)
        for _, row in equity.staircase(["any", "none"], gain, lost, people).iterrows():
            cells = [small(1000 * row[name], 2, signed if name == "net" else number) for name in ("gain", "forgone", "net")]
            rows.append([label(arm, labels), label(row["stratum"]), number(row["people"], 0), *cells, small(row["net_total"], 1, signed)])
    headers = [say("Scenario"), say("Group"), say("Residents"), say("WELLBYs gained per 1,000"), say("Lost elsewhere per 1,000"),
               say("Net per 1,000"), say("Net of all")]
    note = say(
        "Money of the public sector is taken from services that gave one WELLBY for {value}, every resident losing alike; a sum saved "
        "is given back the same way. Groups as they were at the start.", value=money(wtp),
    )
    return Shown(say("Who gains once money is taken from elsewhere"), headers, rows, note)


def _people(outcomes, comparator):
    """Real residents in any and in no at-risk group at the start, mean over runs; None where the table cannot tell."""
    rows = outcomes[(outcomes["arm"] == comparator) & (outcomes["month"] == outcomes["month"].min())]
    whole = rows[(rows["outcome"] == "population_total") & (rows["stratum_kind"] == "all")]
    groups = rows[(rows["outcome"] == "wellbeing") & (rows["stratum_kind"] == "group_start")].astype({"stratum": str})
    sums = groups.groupby("stratum")["n"].sum()
    if whole.empty or not {"any", "none"} <= set(sums.index) or whole["n"].sum() == 0:
        return None
    runs = len(rows[tidy.RUN].drop_duplicates())
    scale = whole["value"].sum() / whole["n"].sum()
    people = np.array([sums["any"], sums["none"]], float) * scale / runs
    return people if (people > 0).all() else None


def more_runs(tables, arms):
    """How many more replicates of every draw, or draws, would halve the error of the change in mean wellbeing: a sentence."""
    outcomes = tidy.select(tables["outcomes"], arms[:2], outcome="wellbeing", stratum_kind="all")
    change = uncertainty.paired(tidy.level(outcomes, "wellbeing", tidy.last_year(outcomes)), arms[1], arms[0])
    error = uncertainty.standard_error(change["value"], change["draw"])
    if not error > 0:
        return ""
    stop = uncertainty.stop(change["value"].to_numpy(), change["draw"].to_numpy(), error / 2)
    if stop.replicates is None or (change["draw"].nunique() > 1 and stop.replicates * change["draw"].nunique() > stop.draws):
        return say("{n} more draws would halve it.", n=number(stop.draws, 0))
    return say("{n} more replicates of every draw would halve it.", n=number(stop.replicates, 0))



"""Tables as people read them: headers and cells in words and numbers of the language in use."""

import math
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from results import naming
from results.figures.who_gains import name as stratum_name
from results.language import say, word
from results.mechanisms import LABELS
from results.report import numbers
from results.units import unit
from results.words import (
    GROUPS,
    PAYERS,
    QUADRANTS,
    SUMS,
    between,
    decimals,
    label,
    money,
    money_scale,
    moneys,
    number,
    per_cent,
    plain,
    share,
    signed,
    small,
)  # fmt: skip

__all__ = ["Shown", "behind", "decision", "gaps", "levels", "payers", "perspectives", "rates", "rests_on", "returns", "worth"]

MOST_ROWS = 150
HEADERS = {
    "arm": word("Scenario"), "name": word("Name"), "stratum_kind": word("Kind of group"), "stratum": word("Group"),
    "pathway": word("Pathway"), "part": word("Share of the effect"),
    "measure": word("Measure"), "outcome": word("Outcome"), "date": word("Month"), "month": word("Month number"), "year": word("Year"),
    "payer": word("Payer"), "mean": word("Mean"), "low": word("95 %, low"), "high": word("95 %, high"), "runs": word("Runs"),
    "moment": word("When"), "x": word("Part of residents"), "n": word("Simulated residents"), "intervention": word("Programme"),
    "segment": word("Segment"), "step": word("Step"), "unit": word("Unit"), "cost": word("Cost (EUR)"), "value": word("Value (EUR)"),
    "share": word("Share of runs"), "best": word("Best on average"), "aversion": word("Aversion"), "p_narrows": word("P(narrows)"),
    "gain": word("Gain"), "narrowing": word("Narrowing"), "draw": word("Draw"), "replicate": word("Replicate"),
    "threshold": word("Threshold"), "kind": word("Kind"), "group": word("Group"), "from_state": word("Without"), "to_state": word("With"),
    "correlation": word("Rank correlation"), "p": word("P by chance"), "draws": word("Draws"), "tested": word("Numbers tested"),
    "code": word("Code"),
    "actor": word("Actor"), "area": word("Area"), "campaign": word("Campaign"), "comparator_gap": word("Gap without"),
    "dimension": word("Dimension"), "dropped": word("Dropped"), "embedded": word("Embedded"),
    "error": word("Standard error"), "estimate": word("Estimate"), "factor": word("Factor"), "formula": word("Formula"),
    "gap": word("Gap"), "holds": word("Interval holds the truth"), "indicator": word("Indicator"),
    "information": word("Information (EUR)"), "municipality": word("Municipality"), "need": word("Need"),
    "offered": word("Offered"), "order": word("Order"), "p_narrower": word("P(narrower)"), "place": word("Place"),
    "residents": word("Residents"), "resource": word("Resource"), "segment_kind": word("Kind of segment"),
    "serves": word("Serves"), "shrunk": word("Shrunk mean"), "shrunk_error": word("Error of the shrunk mean"),
    "source": word("Source"), "worse_off": word("Worse off"),
}
VALUES = {
    "level": word("level"), "difference": word("difference"), "last_year": word("difference, last year"), "curve": word("curve"),
    "index": word("index"), "change": word("change"), "top_tenth": word("share of the costliest tenth"), "start": word("at the start"),
    "end": word("at the end"), "persons": word("persons"), "person_months": word("person-months"), "mean_gain": word("mean gain"),
    "share_better": word("share better off"), "share_worse": word("share worse off"), "share_same": word("share about the same"),
    "group_ever": word("group, ever"), "group_start": word("group at the start"), "start_fifth": word("income fifth"),
    "start_wellbeing_fifth": word("fifth of starting wellbeing"), "activity": word("main activity"), "group": word("group"),
    "net": word("net"), "pooled": word("moves too rare to show"), "efficiency": word("net gain of all"),
    "equity": word("worth of how it is spread"), "forgone": word("lost elsewhere"), "full": word("full effect"),
    "waiting": word("waiting (months)"), "unmet": word("requests given up per 1,000 resident-years"),
}
HIDDEN = ("row", "column", "number", "longitude", "latitude", "threshold", "month")
WHOLE = ("runs", "year", "draw", "replicate", "draws", "tested", "code")


class Shown(NamedTuple):
    """A table to print: a caption, headers, rows of texts, and a note below (or nothing)."""

    caption: str
    headers: list
    rows: list
    note: str = ""


def behind(frame, labels, headers=HEADERS):
    """The numbers behind a figure; of months the last of each year, and no more than MOST_ROWS rows. headers: words of columns."""
    if {"gain", "draw"} <= set(frame.columns):
        frame = _over_runs(frame)
    if "month" in frame.columns and frame["month"].nunique() > 12:
        months = sorted(frame["month"].unique())
        keep = {month for month in months if month % 12 == 11} | {months[-1]}
        frame = frame[frame["month"].isin(keep) | (frame.get("measure") == "last_year")]
    if "value" in frame.columns and "best" in frame.columns:
        frame = frame[frame["value"] % 10_000 == 0]
    columns = [name for name in frame.columns if name not in HIDDEN and frame[name].notna().any()]
    rows = frame[columns].head(MOST_ROWS)
    digits = {
        name: decimals(rows[name].abs().dropna(), most=6) for name in columns if pd.api.types.is_float_dtype(rows[name])
    }
    texts = [
        [_cell(name, value, kind, digits.get(name, 0), labels) for name, value in zip(columns, row, strict=True)]
        for row, kind in zip(rows.itertuples(index=False), rows.get("stratum_kind", [""] * len(rows)), strict=True)
    ]
    note = ""
    if len(frame) > MOST_ROWS:
        note = say("The first {some} of {all} rows.", some=number(MOST_ROWS, 0), all=number(len(frame), 0))
    return Shown(say("The numbers behind the figure"), [say(headers.get(name, name)) for name in columns], texts, note)


def _over_runs(frame):
    """Dots of runs as one row per arm and measure."""
    tall = frame.melt(["arm"], [name for name in ("gain", "cost", "narrowing") if name in frame], "measure")
    groups = tall.groupby(["arm", "measure"], sort=False)["value"]
    ends = groups.quantile([0.025, 0.975]).unstack()
    return pd.DataFrame({"mean": groups.mean(), "low": ends[0.025], "high": ends[0.975], "runs": groups.count()}).reset_index()


def _cell(name, value, kind, digits, labels):
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, str) or not pd.api.types.is_number(value):
        text = str(value)
        if name == "date":
            return text[:7]
        if name == "pathway":
            return say(LABELS.get(text, text))
        if name == "stratum":
            return stratum_name(str(kind), text)
        if name in ("measure", "outcome") and text in HEADERS and text not in VALUES:
            return say(HEADERS[text])
        return say(VALUES[text]) if text in VALUES and name != "name" else label(text, labels)
    if name in WHOLE or (float(value).is_integer() and abs(value) < 1e15 and digits == 0):
        return str(int(value)) if name == "year" else number(value, 0)
    return number(value, 0) if abs(value) >= 1000 else small(value, digits)


def _interval(row, name, write):
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{write(row[name])} ({between(low, high, write)})"


def _sums(values):
    """An amount with its interval in one unit."""
    (middle, low, high), unit = moneys(values, True)
    return f"{middle} {unit} ({between(low, high, str)})"


def decision(found, labels, value=20_000.0):
    """One row per arm: what a decision needs."""
    frame = numbers.decision(found, value)
    digits = {name: decimals(frame[name], least=3) for name in ("wellbeing", "gap") if name in frame}
    rows = []
    for _, row in frame.iterrows():
        cells = [label(row["arm"], labels), _interval(row, "wellbeing", lambda v: small(v, digits["wellbeing"], signed))]
        if "gap" in digits:
            cells += [_interval(row, "gap", lambda v: small(v, digits["gap"], signed)), share(row["p_narrows"])]
        cells += [_sums([row[who], row[f"{who}_low"], row[f"{who}_high"]]) for who in ("society", "public")]
        price = money(row["ratio"]) if row["quadrant"] == "costs_more_gains" else say(QUADRANTS[row["quadrant"]])
        rows.append([*cells, price, share(row["p_worth"])])
    headers = [say("Scenario"), say("Change in mean wellbeing (points)")]
    headers += [say("Change in the gap (points)"), say("P(narrows)")] if "gap" in digits else []
    headers += [say("Added cost to society"), say("Added cost to the public sector"), say("A WELLBY costs"),
                say("P(a WELLBY costs less than {value})", value=f"{number(value, 0)} {say('EUR')}")]
    note = say(
        "Wellbeing and the gap: last year, against {comparator}. Costs: whole period, real population, discounted at {rate}. In "
        "brackets: the middle 95 % of runs.",
        comparator=label(found.comparator, labels), rate=share(next(iter(found.summaries.values())).discount),
    )
    return Shown(say("What a decision needs"), headers, rows, note)


def levels(found, labels):
    """Mean wellbeing by group without, and the change under each arm."""
    frame = numbers.levels(found)
    digits = decimals(frame["difference"], least=3)
    arms = list(found.summaries)
    wide = frame.set_index(["stratum", "arm"])
    names = [name for name in GROUPS if name in set(frame["stratum"].astype(str))]
    rows = []
    for name in names:
        changes = []
        for arm in arms:
            row = wide.loc[(name, arm)]
            ends = between(row["low"], row["high"], lambda v: small(v, digits, signed))
            changes.append(f"{small(row['difference'], digits, signed)} ({ends})")
        rows.append([label(name), number(wide.loc[(name, arms[0]), "comparator"]), *changes])
    headers = [say("Group"), label(found.comparator, labels), *(label(arm, labels) for arm in arms)]
    note = say("Mean score (EUROHIS-QOL-8, 1–5) of the last year without, and the change under each scenario.")
    return Shown(say("Wellbeing by group"), headers, rows, note)


def gaps(found, labels):
    """Gaps and indices of inequality without, the change under each arm, and how often each narrows."""
    rows = []
    for arm, summary in found.summaries.items():
        frame = summary.tables["inequality"]
        frame = frame[(frame["outcome"] != "group_gap") | (frame["stratum_kind"] == summary.strata)]
        digits = decimals(frame["difference"], least=3)
        order = frame["stratum"].astype(str).map({name: place for place, name in enumerate(GROUPS)})
        for _, row in frame.iloc[order.argsort(kind="stable")].iterrows():
            what = label(row["outcome"])
            if row["outcome"] == "group_gap":
                what = say("Gap: {group}", group=label(row["stratum"]))
            ends = between(row["low"], row["high"], lambda v, d=digits: small(v, d, signed))
            change = f"{small(row['difference'], digits, signed)} ({ends})"
            rows.append([label(arm, labels), what[0].upper() + what[1:], number(row["comparator"], 3), change, share(row["p_narrows"])])
    headers = [say("Scenario"), say("Measure"), label(found.comparator, labels), say("Change"), say("P(narrows)")]
    note = say("A gap is points below those in no at-risk group, last year. P(narrows): share of runs in which it gets smaller.")
    return Shown(say("Inequality of wellbeing"), headers, rows, note)


def payers(frame, arm, labels):
    """Who pays and who saves, year by year, from the numbers of the figure budget_impact."""
    wide = numbers.payers_by_year(frame, arm)
    size, unit = money_scale(wide.abs().to_numpy().max())
    digits = decimals((wide / size).to_numpy().ravel(), least=0, most=2)
    order = [name for name in (*PAYERS, *SUMS) if name in wide.index]
    rows = [[label(name), *(small(value / size, digits, signed) for value in wide.loc[name])] for name in order]
    headers = [say("Payer"), *(say("All years") if year == "all" else str(year) for year in wide.columns)]
    note = say("Added cost ({unit}, prices of 2018), undiscounted, benefits and taxes included; minus is a saving.", unit=unit)
    return Shown(f"{say('Payer by year')}: {label(arm, labels)}", headers, rows, note)


def returns(frame, arm, labels):
    """What each payer has saved for each euro of the programme, year by year; frame: one of `numbers.returns`."""
    wide = frame.pivot(index="payer", columns="year", values="saved_per_euro")
    last = frame[frame["year"] == frame["year"].max()].set_index("payer")
    digits = decimals(wide.to_numpy().ravel(), least=2, most=3)
    order = [name for name in (*PAYERS, "all") if name in wide.index]
    rows = [
        [say("All payers") if name == "all" else label(name), money(last.at[name, "paid"]), money(last.at[name, "saved"], True),
         *(small(value, digits, signed) for value in wide.loc[name])] for name in order
    ]
    headers = [say("Payer"), say("Paid on the programme"), say("Saved elsewhere"), *map(str, wide.columns)]
    note = say(
        "By year: what the payer has saved so far, in euros, for each euro that all payers have paid on the programme so far; minus: its "
        "other spending has grown. Undiscounted, benefits and taxes included, means over runs. Who pays and who saves need not be the same."
    )
    return Shown(f"{say('Return per euro')}: {label(arm, labels)}", headers, rows, note)


def perspectives(found, labels):
    """Added cost and the price of a WELLBY from each point of view."""
    rows = []
    for _, row in numbers.perspectives(found).iterrows():
        price = money(row["ratio"]) if row["quadrant"] == "costs_more_gains" else say(QUADRANTS[row["quadrant"]])
        (middle, low, high), unit = moneys([row["cost"], row["low"], row["high"]], True)
        rows.append([label(row["arm"], labels), label(row["payer"]), f"{middle} {unit} ({between(low, high, str)})", price])
    headers = [say("Scenario"), say("Whose money counts"), say("Added cost"), say("A WELLBY costs")]
    note = say("Discounted, whole period, real population. Society: resource costs of all payers; the others: their payments, transfers "
               "included.")
    return Shown(say("Perspectives"), headers, rows, note)


def rates(frame, labels):
    """Cost, gain and price at several discount rates; frame: of `numbers.rates`."""
    rows = []
    for _, row in frame.iterrows():
        price = money(row["icer"]) if row["quadrant"] == "costs_more_gains" else say(QUADRANTS[row["quadrant"]])
        gain = small(row["effect"], 0 if abs(row["effect"]) >= 100 else 1, signed)
        both = [share(row[name], 0 if float(100 * row[name]).is_integer() else 1) for name in ("rate_cost", "rate_effect")]
        rows.append([label(row["arm"], labels), *both, money(row["cost"], True), gain, price])
    headers = [say("Scenario"), say("Rate of costs"), say("Rate of effects"), say("Added cost to society"), say("WELLBYs gained"),
               say("A WELLBY costs")]
    return Shown(say("Discount rates side by side"), headers, rows, say("Yearly rates; means over runs, whole period."))


def worth(found, labels):
    """Gains, costs and the price of a unit by perspective, with the quadrant."""
    rows = []
    for arm, summary in found.summaries.items():
        frame = summary.tables["value"]
        for _, row in frame[frame["rate"] == summary.discount].iterrows():
            who = say("society") if row["perspective"] == "society" else say("the public sector")
            gain = small(row["gain"], 0 if abs(row["gain"]) >= 100 else 1, signed)
            price = "–"
            if not math.isnan(row["ratio"]):
                (middle, low, high), unit = moneys([row["ratio"], row["ratio_low"], row["ratio_high"]])
                price = f"{middle} {unit}" + ("" if low == "–" else f" ({between(low, high, str)})")
            often = f"{say(QUADRANTS[row['quadrant']])} ({share(row['share_' + row['quadrant']])})"
            chances = [share(row[name]) for name in frame.columns if name.startswith("worth_")]
            cost = _sums([row["cost"], row["cost_low"], row["cost_high"]])
            rows.append([label(arm, labels), f"{row['effect'].upper()}, {who}", gain, cost, price, often, *chances])
    values = [float(name[6:]) for name in frame.columns if name.startswith("worth_")]
    headers = [say("Scenario"), say("Effect, costs to"), say("Gained"), say("Added cost"), say("Cost of each")]
    headers += [say("Quadrant (share of runs)")]
    headers += [say("P(worth it) at {value}", value=f"{number(value, 0)} {say('EUR')}") for value in values]
    return Shown(say("Cost of a WELLBY and of a QALY"), headers, rows)


EVIDENCE = {"published": word("published"), "derived": word("derived"), "assumption": word("assumption"),
            "calibrated": word("calibrated")}


def counted(manifest):
    """Sentences on how many numbers a run rests on, and of what kind; none for a run of an older format."""
    if "numbers" not in manifest:
        return []
    texts = [say(
        "The model has {all} numbers here; {assumed} are assumptions and {unread} were not read in their source.",
        all=number(manifest["numbers"], 0), assumed=number(manifest["assumptions"], 0), unread=number(manifest["unverified"], 0),
    )]
    if manifest.get("calibrated"):
        texts.append(say(
            "{n} of them were fitted together to published figures or a survey and are drawn from the posterior “{name}”.",
            n=number(manifest["calibrated"], 0), name=Path(str(manifest["posterior"])).stem,
        ))
    return texts


def rests_on(run, tables, arm, labels=None):
    """The numbers that matter most, their ranges and sources; a source is a citation and stays in its own language."""
    frame = numbers.rests_on(run, tables, arm)
    ordered = frame["part"].notna().any()
    rows = []
    for _, row in frame.iterrows():
        several = isinstance(row["value"], list)
        value = say("table of {n} values", n=len(row["value"])) if several else plain(row["value"])
        reach = "–" if pd.isna(row["low"]) else between(plain(row["low"]), plain(row["high"]), str)
        if several and reach != "–":
            reach += " " + say("times")
        name = naming.number(row["name"], labels)
        cells = [f"{name} ({row['name']})" if name != row["name"] else name, value, reach, unit(row["unit"])]
        cells += [say(EVIDENCE.get(row["evidence"], str(row["evidence"])))]
        cells += [say("yes") if row["verified"] is True else say("no"), row["source"]]
        rows.append(cells + ([per_cent(100 * row["part"])] if ordered else []))
    headers = [say("Number"), say("Value"), say("95 % range"), say("Unit"), say("Evidence"), say("Read in its source"), say("Source")]
    headers += [say("Goes with the answer")] if ordered else []
    if ordered:
        note = say("Largest first: the share of what differs between draws that goes with the number, by rank.")
    else:
        note = say("Too few draws to tell which numbers matter most; the scenario's own come first.")
    return Shown(say("The numbers that matter most"), headers, rows, note)

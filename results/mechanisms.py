"""An effect by the pathway that carried it: shares with intervals over runs, and a sentence. Pure; works on the table `mechanisms`."""

import numpy as np
import pandas as pd

from results.language import word
from results.uncertainty import interval
from results.words import label, share, signed, small

__all__ = ["LABELS", "PARTS", "decompose", "write"]

FULL = "full"
LABELS = {
    "full": word("Full effect"),
    "information": word("Information (recall, word of mouth)"),
    "assistance": word("Help with applying"),
    "access": word("Access (hassle, opening hours)"),
    "trust": word("Trust in services"),
    "contacts": word("Contacts with services"),
    "coordination": word("Coordination by a case manager"),
    "work": word("Support for finding work"),
    "strain": word("Household money and strain"),
    "language": word("Language"),
    "inclusion": word("Inclusion"),
    "cohesion": word("Cohesion"),
    "empowerment": word("Empowerment"),
    "relief": word("Relief of distress"),
    "practice": word("Maturity of local practice"),
    "interactions": word("Interactions between pathways"),
    "outside": word("Outside these pathways"),
}
PARTS = tuple(name for name in LABELS if name != FULL)
LEAST = 1e-9  # effects smaller than this are rounding, and have no shares


def decompose(table, level=0.95):
    """Mean, interval and share of the full effect of each part: a frame of arm, stratum, outcome, pathway, mean, low, high, share, runs.

    table: columns arm, draw, replicate, stratum, outcome, pathway, value; one value for each pathway and run, `full` among them, the
    others adding up to it. level: of the intervals over runs. share: mean of the part / mean of the full effect; NaN where the full
    effect is none. ValueError if a run lacks its full effect or the parts do not add up.
    """
    keys = ["arm", "stratum", "outcome"]
    wide = table.pivot_table(index=[*keys, "draw", "replicate"], columns="pathway", values="value", observed=True)
    if FULL not in wide.columns or wide[FULL].isna().any():
        raise ValueError("table mechanisms has runs without their full effect")
    rest = (wide.drop(columns=FULL).sum(axis=1) - wide[FULL]).abs().max()
    if rest > LEAST:
        raise ValueError(f"table mechanisms: the parts differ from the full effect by up to {rest:g}, and should add up to it")
    rows = []
    for key, runs in wide.groupby(level=keys, observed=True, sort=False):
        whole = runs[FULL].mean()
        for pathway in [name for name in LABELS if name in runs.columns]:
            found = interval(runs[pathway], level)
            part = found.mean / whole if abs(whole) > LEAST else np.nan
            rows.append((*key, pathway, found.mean, found.low, found.high, part, found.runs))
    return pd.DataFrame(rows, columns=[*keys, "pathway", "mean", "low", "high", "share", "runs"])


def write(parts, arm, titles=None, stratum="at_risk", outcome="wellbeing"):
    """What carried an arm's effect, in words. parts: of `decompose`."""
    mine = parts[(parts["arm"] == arm) & (parts["stratum"] == stratum) & (parts["outcome"] == outcome)].set_index("pathway")
    if mine.empty:
        raise ValueError(f"no {outcome} of {stratum} for arm {arm!r} in the table")
    whole = mine.loc[FULL]
    name = label(arm, titles)
    who = "those in an at-risk group at the start" if stratum == "at_risk" else "all residents"
    if abs(whole["mean"]) <= LEAST:
        return f"{name} does not change the mean {label(outcome).split(' (')[0]} of {who}, so nothing carried it."
    ways = mine.drop(index=[i for i in (FULL, "interactions", "outside") if i in mine.index])
    order = ways["mean"].abs().sort_values(ascending=False).index[:3]
    carried = ", ".join(f"{share(ways.at[p, 'share'])} by {_in_text(p)}" for p in order)
    runs = int(whole["runs"])
    over = f"{small(whole['low'], 4, signed)} to {small(whole['high'], 4, signed)} over {runs} runs" if runs > 1 else "one run"
    text = f"{name} changes the mean {label(outcome).split(' (')[0]} of {who} by {small(whole['mean'], 4, signed)} ({over})"
    return f"{text}: {carried}; interactions {share(mine.at['interactions', 'share'])}, outside {share(mine.at['outside', 'share'])}."


def _in_text(pathway):
    words = LABELS.get(pathway, label(pathway)).split(" (")[0]
    return words[:1].lower() + words[1:]

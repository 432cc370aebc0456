"""Small cells: figures of few simulated residents are hidden, and others with them so that no sum gives them away."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from results import tidy
from results.known import Known

__all__ = ["LEAST", "POOLED", "Shown", "hidden", "protect", "reach"]

LEAST = 5  # simulated residents behind a figure, mean of runs
POOLED = "pooled"  # the state that stands for pairs of states hidden one by one
LATER = ("income_fifth", "after_start")  # who came later: shown nowhere, nor is how many there are in a fifth
BY_MONTH = ("municipality",)  # parts shown by month; the others only as means of a year or of the whole period
PARTS = ("income_fifth", "sex", "age", "education", "urbanity", "municipality", "area_fifth", "start_fifth", "start_wellbeing_fifth")
PERSONS = ("residents", "card_uses")  # tables with rows of single persons or households, which are the owner's
GROUPS = ("group", "group_start", "group_ever")  # overlapping, but those in any and in none make up all


def hidden(counts, sums, least=LEAST):
    """Cells to hide: those of 1 to `least` - 1 residents, and as few others as keep them from being worked out.

    counts: {cell: residents}; sums: [(total, [parts])] of cells, the total None where it is known but not shown. An adversary
    knows all cells that are shown, all sums, the rule, and that hidden cells are not empty; a cell is safe if this leaves a range
    of at least `least` - 2 (as wide as 1 to `least` - 1). The smallest cell beside an unsafe one is hidden next.
    """
    small = {cell for cell, n in counts.items() if 0 < n < least}
    gone = set(small)
    while small:
        known = Known(gone, counts, sums)
        open_ones = [cell for cell in sorted(small, key=str) if not known.leaves(cell, least - 2)]
        beside = [
            (counts[other], str(other), other)
            for cell in open_ones for total, parts in sums if cell in (total, *parts)
            for other in (total, *parts) if other is not None and other not in gone and counts.get(other, 0) > 0
        ]
        if not beside:
            break
        gone.add(min(beside)[2])
    return gone


def reach(cell, gone, counts, sums):
    """Lowest and highest value of a hidden cell that agree with everything shown: what an adversary can work out."""
    return Known(gone, counts, sums).reach(cell)


def protect(tables, least=LEAST):
    """The tables of a run without figures of fewer than `least` simulated residents, {name: frame}; and how many cells were hidden.

    tables: {name: frame}. Counts are means over runs, and the smallest month decides. With least <= 1 nothing is hidden.
    """
    shown = Shown(tables, least)
    return dict(shown), shown.hidden


class Shown(Mapping):
    """A run's tables as they may be published: each is put under the rule when it is first asked for, those of `PERSONS` are left out.

    hidden: number of cells hidden in the tables asked for so far.
    """

    def __init__(self, tables, least=LEAST):
        self.hidden = 0
        self._tables, self._least, self._made = tables, least, {}

    def __getitem__(self, name):
        if name not in self:
            raise KeyError(f"no table {name!r} to be shown; there is {', '.join(self) or 'none'}")
        if name not in self._made:
            rule = RULES.get(name) if self._least > 1 else None
            self._made[name], count = rule(self._tables, self._least) if rule else (self._tables[name], 0)
            self.hidden += count
        return self._made[name]

    def __contains__(self, name):
        return name in self._tables and name not in PERSONS  # without reading it, as a Mapping would

    def __iter__(self):
        return (name for name in self._tables if name not in PERSONS)

    def __len__(self):
        return sum(1 for _ in self)


def _outcomes(tables, least):
    frame = tables["outcomes"]
    gone = _strata(frame, least)
    frame = _without(frame, ["stratum_kind", "stratum"], gone)
    few = _services(frame, least)
    return _without(frame, ["outcome", "stratum"], few), len(gone) + len(few)


def _twins(tables, least):
    gone = _strata(tables["twins"], least)
    return _without(tables["twins"], ["stratum_kind", "stratum"], gone), len(gone)


def _transitions(tables, least):
    gone = _moves(tables["transitions"], least)
    return _with_pool(tables["transitions"], gone, least), len(gone)


def _curves(tables, least):
    gone = _points(tables, least)
    return _without(tables["curves"], ["kind", "x"], gone), len(gone)


def _funnel(tables, least):
    gone = _steps(tables, least)
    return _without(tables["funnel"], ["intervention", "step"], gone), len(gone)


def _counts(frame, keys, value="n"):
    """Mean of the rows of each cell of `keys`, the smallest arm decides, by the cell's first key: {first: {cell: size}}."""
    n = frame.groupby(["arm", *keys], observed=True)[value].mean().groupby(level=keys, observed=True).min()
    found = {}
    for cell, size in n.items():
        found.setdefault(str(cell[0]), {})[tuple(map(str, cell))] = size
    return found


def _areas(tables, least):
    """Areas with few residents; those of a municipality make it up."""
    keys = ["municipality", "area"]
    frame = tables["area_wellbeing"]
    gone = set().union(*(hidden(counts, [(None, list(counts))], least) for counts in _counts(frame, keys).values()))
    return _without(frame, keys, gone), len(gone)


def _indicators(tables, least):
    """Indicators of few respondents or registered persons; those in an at-risk group and in none make up all."""
    keys = ["place", "indicator", "source", "population"]
    frame, gone = tables["indicators"], set()
    for counts in _counts(frame, keys).values():
        whole = [cell for cell in counts if cell[-1] == "all"]
        gone |= hidden(counts, [(cell, [(*cell[:-1], part) for part in ("any", "none")]) for cell in whole], least)
    return _without(frame, keys, gone), len(gone)


def _monitoring(tables, least):
    """The card's segments with few simulated households that are eligible; the segments of a kind make up a place."""
    frame, scale = tables["monitoring"], _scale(tables)
    if scale is None:
        return frame, 0
    keys, gone = ["place", "segment_kind", "segment"], set()
    for counts in _counts(frame.assign(n=frame["eligible"] / scale), keys).values():
        kinds = sorted({kind for _, kind, _ in counts} - {"all"})
        gone |= hidden(counts, [(None, [cell for cell in counts if cell[1] == kind]) for kind in kinds], least)
    return _without(frame, keys, gone), len(gone)


def _mechanisms(tables, least):
    """Pathways among few at-risk residents, all residents never being hidden; tables of older versions do not say how many they are."""
    frame = tables["mechanisms"]
    if "n" not in frame:
        return frame, 0
    few = ((frame["n"] < least) & (frame["stratum"] != "all")).groupby(frame["stratum"], observed=True).transform("any").to_numpy()
    return frame[~few], frame.loc[few, "stratum"].nunique()


RULES = {
    "outcomes": _outcomes, "twins": _twins, "transitions": _transitions, "curves": _curves, "funnel": _funnel,
    "area_wellbeing": _areas, "indicators": _indicators, "monitoring": _monitoring, "mechanisms": _mechanisms,
}


def _without(frame, keys, gone):
    """The rows whose `keys` are none of the cells `gone`; only rows that share a cell's first key are looked at further."""
    if not gone:
        return frame
    hide, rest = np.zeros(len(frame), bool), {}
    for first, *others in gone:
        rest.setdefault(first, []).append(tuple(others))
    for first, cells in rest.items():
        rows = np.flatnonzero(tidy.among(frame[keys[0]], [first]))
        part = frame[keys[1:]].iloc[rows]
        if len(keys) == 2:
            hide[rows] = tidy.among(part[keys[1]], [cell[0] for cell in cells])
        else:
            hide[rows] = pd.MultiIndex.from_frame(part.astype(str)).isin(cells)
    return frame[~hide]


def _strata(frame, least):
    """Strata to hide, looked at in every month in which one is small; parts that are never shown by month as means of their months."""
    if "outcome" in frame:
        frame = frame[(frame["outcome"] == "wellbeing") & frame["stratum_kind"].isin(["all", *PARTS, *GROUPS])]
        whole = frame["stratum_kind"].isin([kind for kind in PARTS if kind not in BY_MONTH])
        frame = frame.assign(month=np.where(whole, -1, frame["month"]))
    else:
        frame = frame[frame["measure"] == "mean_gain"].assign(month=0)
    n = frame.groupby(["arm", "month", "stratum_kind", "stratum"], observed=True)["n"].mean().reset_index()
    n = n.astype({"stratum_kind": str, "stratum": str})
    months = n.loc[(n["n"] > 0) & (n["n"] < least), ["arm", "month"]].drop_duplicates()
    gone = set()
    for arm, month in months.itertuples(index=False):
        part = n[(n["arm"] == arm) & (n["month"] == month)]
        counts = {(kind, name): size for kind, name, size in part[["stratum_kind", "stratum", "n"]].itertuples(index=False)}
        gone |= hidden(counts, _sums(counts), least)
    return gone


def _sums(counts):
    """Parts that make up all residents, whose number is always shown and never hidden."""
    kinds = {kind for kind, _ in counts}
    sums = [(None, [cell for cell in counts if cell[0] == kind and cell != LATER]) for kind in PARTS if kind in kinds]
    return sums + [(None, [(kind, "any"), (kind, "none")]) for kind in GROUPS if (kind, "none") in counts]


def _mean_over_runs(frame, keys, value):
    """Mean of a count over the runs of its arm, runs in which a cell is missing counting as none; the smallest arm decides."""
    runs = frame.groupby("arm", observed=True)[["draw", "replicate"]].apply(lambda part: len(part.drop_duplicates()))
    sums = frame.groupby(["arm", *keys], observed=True)[value].sum()
    mean = sums / runs.reindex(sums.index.get_level_values("arm")).to_numpy()
    return mean[mean > 0].groupby(level=keys, observed=True).min()


def _services(outcomes, least):
    """(outcome, service) to hide: those of few contacts (waiting) or few requests given up (unmet) over the whole period."""
    rows = outcomes[outcomes["stratum_kind"].isin(["all", "service"]).to_numpy()]
    gone = set()
    for outcome in ("waiting", "unmet"):
        part = rows[(rows["outcome"] == outcome).to_numpy()]
        if part.empty:
            continue
        events = part["n"] * (part["value"].fillna(0.0) if outcome == "unmet" else 1.0)
        counts = {(outcome, str(name)): size for name, size in _mean_over_runs(part.assign(events=events), ["stratum"], "events").items()}
        services = [cell for cell in counts if cell[1] != "all"]
        gone |= hidden(counts, [((outcome, "all"), services)] if (outcome, "all") in counts else [], least)
    return gone


PAIR = ["kind", "group", "from_state", "to_state"]


def _moves(transitions, least):
    """Pairs of states to hide; how many are in each state without and with the arm counts as known."""
    gone = set()
    for counts in _pairs(transitions):
        gone |= hidden(counts, _margins(counts), least)
    return gone


def _pairs(transitions):
    """Residents by pair of states, mean of runs, for each kind and group: dicts of (kind, group, from, to)."""
    n = _mean_over_runs(transitions, PAIR, "n")
    return [{tuple(map(str, cell)): size for cell, size in part.items()} for _, part in n.groupby(level=["kind", "group"], observed=True)]


def _margins(counts):
    return [(None, [cell for cell in counts if cell[at] == state]) for at in (2, 3) for state in {cell[at] for cell in counts}]


def _with_pool(transitions, gone, least):
    """The table without the pairs `gone`, and for the moves of main activity among them one row a run from POOLED to POOLED.

    It holds their sum where this is enough and leaves every small pair as unknown as the rule asks; else not-a-number, which says that
    moves are hidden.
    """
    left = _without(transitions, PAIR, gone)
    pools = []
    for counts in _pairs(transitions):
        cells = [cell for cell in counts if cell in gone and cell[2] != cell[3]]
        if not cells or cells[0][0] != "activity":
            continue
        sums = [*_margins(counts), (None, cells)]
        mine = {cell for cell in gone if cell in counts}
        enough = sum(counts[cell] for cell in cells) >= least
        known = Known(mine, counts, sums)
        safe = enough and all(
            known.leaves(cell, least - 2) for cell in mine if counts[cell] < least
        )
        names = pd.MultiIndex.from_frame(transitions[PAIR].astype(str))
        rows = transitions[names.isin(cells)]
        keys = [key for key in ("comparator", "arm", "draw", "replicate") if key in transitions]
        every = transitions[keys].drop_duplicates()
        sums = rows.groupby(keys, observed=True)[["persons", "n"]].sum().reset_index()
        pool = every.merge(sums, on=keys, how="left").fillna({"persons": 0.0, "n": 0})
        pool = pool if safe else pool.assign(persons=np.nan, n=0)
        pools.append(pool.assign(kind=cells[0][0], group=cells[0][1], from_state=POOLED, to_state=POOLED))
    if not pools:
        return left
    words = [column for column in left.columns if column not in ("draw", "replicate", "persons", "n")]
    return pd.concat([frame.astype(dict.fromkeys(words, str)) for frame in (left, *pools)], ignore_index=True)[list(left.columns)]


def _points(tables, least):
    """Points of curves to hide: parts of the residents, who add up to all."""
    curves = tables["curves"]
    points = curves[curves["kind"] == "gain_by_start"]
    if points.empty:
        return set()
    n = points.groupby(["kind", "x"], observed=True)["n"].mean()
    counts = {(str(kind), x): size for (kind, x), size in n.items()}
    gone = hidden(counts, [(None, list(counts))], least)
    few = curves[(curves["kind"] != "gain_by_start") & (curves["n"] < least)]
    return gone | {(str(kind), x) for kind, x in few[["kind", "x"]].drop_duplicates().itertuples(index=False)}


def _steps(tables, least):
    """Steps of a funnel to hide; the table is of the real population, so that simulated residents are worked out first."""
    scale = _scale(tables)
    if scale is None:
        return set()
    n = _mean_over_runs(tables["funnel"], ["intervention", "step"], "persons") / scale
    return {tuple(map(str, cell)) for cell, size in n.items() if 0 < size < least}


def _scale(tables):
    """Real residents behind a simulated one; None where the tables cannot tell."""
    if "outcomes" not in tables:
        return None
    outcomes = tables["outcomes"]
    people = outcomes[tidy.among(outcomes["outcome"], ["population_total"]) & tidy.among(outcomes["stratum_kind"], ["all"])]
    return None if people.empty else people["value"].sum() / people["n"].sum()

"""The analysis of a sweep's folder: tables and figures by arm and measure, and sentences for people."""

import pathlib

import pandas as pd

from results import store
from results.sweeps import discovery, figures, read, robustness, sensitivity

__all__ = ["MAIN", "analyse"]

MAIN = ("wellby", "gap", "cost_public")
DEMANDS = {"wellby": (1, 0.0), "gap": (-1, 0.0)}
LEAST = 8  # points from which there is something to analyse


def analyse(folder, measures=None, seed=2018):
    """Write DIR/analysis: effects of each arm, sensitivity by design, discovery, robustness. Returns a list of sentences.

    measures: of `read.MEASURES`, by default WELLBYs, gap and public cost. ValueError for an unknown measure.
    """
    facts = read.plan(folder)
    table = read.decisions(folder)
    place = pathlib.Path(folder) / "analysis"
    unknown = [m for m in measures or () if m not in read.measured(table)]
    if unknown:
        raise ValueError(f"no measure '{unknown[0]}'; there are {', '.join(read.measured(table))}")
    measures, said = tuple(measures or MAIN), []
    _csv(place, "decisions", table)
    if len(set(table["arm"])) > 1:
        effects = read.effects(table, facts["comparator"])
        _csv(place, "effects", effects)
        said += _robust(place, table, effects, measures)
    else:
        effects = table
    factors = [name for name in facts["factors"] if name in table]
    for arm, part in effects.groupby("arm", observed=True):
        for measure in measures:
            said += _sensitive(place, facts, arm, measure, part, factors, seed)
        said += _discovered(place, arm, part, factors, seed) if "gap" in part else []
    store.write_text(place, "summary.txt", "\n".join(said) + "\n")
    return said


def _csv(place, name, frame):
    store.write_text(place, f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))


def _save(place, name, figure):
    figure.savefig(place / f"{name}.png", dpi=160, metadata={"Description": figure.alt_text, "Software": None})
    store.write_text(place, f"{name}.txt", figure.alt_text + "\n")
    _csv(place, name, figure.frame)


def _robust(place, table, effects, measures):
    known = [m for m in measures if m in robustness.BETTER]
    regrets = pd.concat([robustness.regret(table, m) for m in known]) if known else pd.DataFrame()
    _csv(place, "regret", regrets)
    good = robustness.satisficing(effects, DEMANDS)
    _csv(place, "satisficing", good)
    both = good[good["demand"] == "all of these"]
    return [f"{row.arm}: more WELLBYs and no wider gap than the comparator in {100 * row.share:.0f} % of {row.futures} futures."
            for row in both.itertuples()]


def by_point(part, measure, factors):
    """Factors and the mean of a measure over draws and replicates, one row per point in the order of the design.

    Only points that have every draw and replicate count, so that all share their chance.
    """
    groups = part.groupby("point")
    full = groups.size() == groups.size().max()
    frame = groups[factors].first()[full]
    return frame, groups[measure].mean()[full].to_numpy()


def _sensitive(place, facts, arm, measure, part, factors, seed):
    frame, y = by_point(part, measure, factors) if factors else (pd.DataFrame(), [])
    if len(frame) < LEAST or sensitivity.numeric(frame).shape[1] == 0:
        return []
    said, head = [], f"{arm}, {measure}"
    label = f"{measure}, {arm} against {facts['comparator']}" if len(facts["arms"]) > 1 else measure
    _save(place, f"{arm}_{measure}_tornado", figures.tornado(frame, y, label))
    if facts["design"] == "morris":
        found = sensitivity.morris(frame, y, seed)
        _csv(place, f"{arm}_{measure}_morris", found.table)
        first = found.table.iloc[0]
        words = f"{head}: largest mean effect (Morris) from {first['factor']}, {first['mu_star']:.4g}. {' '.join(found.warnings)}"
        said.append(words.strip())
        return said
    found = sensitivity.sobol(frame, y, seed)
    _csv(place, f"{arm}_{measure}_sobol", found.table)
    _save(place, f"{arm}_{measure}_indices", figures.indices(found.table, label, found.warnings))
    order = list(found.table["factor"])
    warned = [*found.warnings, *(["Constraints tie the factors, so shares of variance are only a guide."] if facts["constraints"] else [])]
    said.append(f"{head}: {order[0]} carries {100 * found.table['total'].iat[0]:.0f} % of the variance; the emulator explains "
                f"{100 * found.explained:.0f} % out of sample. {' '.join(warned)}".strip())
    found = sensitivity.pawn(frame, y, seed)
    _csv(place, f"{arm}_{measure}_pawn", found.table)
    telling = list(found.table.loc[found.table["matters"], "factor"])
    said.append(f"{head}: beyond a dummy (PAWN) {', '.join(telling) if telling else 'nothing'} matters. {' '.join(found.warnings)}".strip())
    if len(order) > 1:
        _save(place, f"{arm}_{measure}_interaction", figures.interaction(frame, y, order[0], order[1], label))
    return said


def _discovered(place, arm, part, factors, seed):
    """Where the policy fails to narrow the gap."""
    if not factors:
        return []
    frame, gap = by_point(part, "gap", factors)
    fails = gap >= 0
    try:
        box = discovery.prim(frame, fails)
        words, share = discovery.tree(frame, fails, seed=seed)
    except ValueError as error:
        return [f"{arm}: where the gap is not narrowed cannot be told: {error}."]
    _csv(place, f"{arm}_box", box.limits)
    _csv(place, f"{arm}_box_path", box.path)
    store.write_text(place, f"{arm}_tree.txt", f"Cases: the gap is not narrowed. Balanced share right out of sample: {share:.2f}\n{words}")
    return [f"{arm} fails to narrow the gap with {box.says()}. A tree is right in {100 * share:.0f} % (50 % is guessing)."]

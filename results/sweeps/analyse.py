"""The analysis of a sweep's folder: tables, figures and a page by arm and measure, and sentences for people."""

import pathlib
import tomllib

import numpy as np
import pandas as pd

from results import store
from results.language import current, say, speaking
from results.suppress import LEAST as SMALL
from results.sweeps import discovery, figures, read, robustness, sensitivity
from results.sweeps.page import Book
from results.sweeps.words import called, described, four, per_cent
from results.words import number

__all__ = ["MAIN", "analyse", "page"]

MAIN = ("wellby", "gap", "cost_public")
DEMANDS = {"wellby": (1, 0.0), "gap": (-1, 0.0)}
LEAST = 8  # points from which there is something to analyse
SIDES = (0.025, 0.975)


def page(folder, language="en"):
    """Where the page of a folder's analysis is written."""
    return pathlib.Path(folder) / f"report.{language}.html"


def analyse(folder, measures=None, seed=2018, language="en", least=SMALL):
    """Write DIR/analysis and DIR/report.LANG.html: effects, sensitivity by design, discovery, robustness. Returns a list of sentences.

    measures: of `read.MEASURES`, by default WELLBYs, gap and public cost. Where numbers were drawn, runs with central values
    (draw 0) are left out; what is said of factors rests on the points that the plan's design laid, not on those of a search.
    language: en, fi or sv, of the page, the sentences and the figures. least: gaps of groups of fewer simulated residents are not
    told (`results.suppress`; 0 tells all). ValueError for an unknown measure or language.
    """
    with speaking(language):
        return _analyse(folder, measures, seed, least)


def _analyse(folder, measures, seed, least):
    facts, every, unsaid = read.plan(folder), read.decisions(folder, least), read.few(folder, least)
    table = read.comparable(every)
    measures = tuple(m for m in measures or MAIN if m not in unsaid)
    unknown = [m for m in measures if m not in read.measured(table)]
    if unknown:
        raise ValueError(f"no measure '{unknown[0]}'; there are {', '.join(read.measured(table))}")
    book = Book(pathlib.Path(folder) / "analysis")
    book.open("effects", say("Effects of the scenarios"))
    if unsaid:
        book.say(say("Not told, since fewer than {least} simulated residents stand behind it: {measures}.", least=number(least, 0),
                     measures=", ".join(unsaid)))
    book.table("decisions", every)
    if len(table) < len(every):
        book.say(say("{runs} runs with central values (draw 0) stand beside runs with drawn ones and are left out below.",
                     runs=number(len(every) - len(table), 0)))
    effects = _effects(book, table, facts, measures)
    factors = [name for name in facts["factors"] if name in table]
    for arm, part in effects.groupby("arm", observed=True):
        design = _Design(facts, arm, part, factors)
        for measure in measures:
            _sensitive(book, design, measure, seed)
        _discovered(book, design, seed)
    _searched(book, folder)
    book.open("again", say("How to get the same again"), [say("The folder holds plan, scenarios and all results.")])
    book.code(f"hytesim sweep analyse {pathlib.Path(folder).name}" + (f" --lang {current()}" if current() != "en" else ""))
    store.write_text(book.place, "summary.txt", "\n".join(book.said) + "\n")
    title = say("Sweep {name}", name=facts["id"])
    book.write(page(folder, current()), title, _lead(facts, every), facts["software"].get("hytesim", ""))
    return book.said


def _lead(facts, table):
    draws, repeats = table["draw"].nunique(), table["replicate"].nunique()
    return say("{arms} scenarios × {points} points ({design}) × {draws} draws × {replicates} replicates: {runs} finished runs. Varied: "
               "{factors}.", arms=number(len(facts["arms"]), 0), points=number(table["point"].nunique(), 0), design=facts["design"],
               draws=number(draws, 0), replicates=number(repeats, 0), runs=number(len(table), 0),
               factors=", ".join(facts["factors"]) or say("nothing"))


def _effects(book, table, facts, measures):
    """Each arm against the comparator, or levels where there is one arm only."""
    if table["arm"].nunique() == 1:
        return table
    effects = read.effects(table, facts["comparator"])
    book.table("effects", effects)
    groups = effects.groupby("arm", observed=True)
    rows = [(arm, measure, part[measure].mean(), *part[measure].quantile(SIDES), len(part)) for arm, part in groups for measure in measures]
    frame = pd.DataFrame(rows, columns=["arm", "measure", "mean", "low", "high", "runs"])
    book.table("summary", frame, say("Against {comparator}: mean over points, draws and replicates, and the middle 95 % of runs",
                                     comparator=facts["comparator"]))
    known = [m for m in measures if m in robustness.BETTER]
    book.open("robust", say("How robust the scenarios are"))
    regrets = pd.concat([robustness.regret(table, m) for m in known]) if known else pd.DataFrame()
    book.table("regret", regrets, say("Regret: what is lost against the best scenario of each future (a point and a draw)"))
    for measure in known if len(regrets) else ():
        book.figure(f"regret_{measure}", lambda m=measure: figures.regrets(regrets[regrets["measure"] == m], described(m)))
    demands = {name: line for name, line in DEMANDS.items() if name in effects}
    good = robustness.satisficing(effects, demands)
    book.table("satisficing", good, say("Share of futures in which a scenario is good enough"))
    for row in good[good["demand"] == "all of these"].itertuples() if len(demands) == len(DEMANDS) else ():
        book.say(say("{scenario}: more WELLBYs and no wider gap than the comparator in {share} % of {futures} futures.",
                     scenario=row.arm, share=per_cent(row.share), futures=number(row.futures, 0)))
    return effects


class _Design:
    """An arm's effects at the points that the plan's design laid, those of a search left out."""

    def __init__(self, facts, arm, part, factors):
        laid = np.zeros(len(part), bool)
        for first, after in facts["designed"]:
            laid |= part["point"].between(first, after - 1).to_numpy()
        self.facts, self.arm, self.factors = facts, arm, factors
        self.part = part[laid]
        self.size = sum(after - first for first, after in facts["designed"])

    def points(self, measure):
        """Factors and the mean of a measure over draws and replicates, one row per point in the order of the design, and warnings.

        Only points that have every draw and replicate count, so that all share their chance; of Morris' trajectories whole ones.
        """
        groups = self.part.groupby("point")
        full = (groups.size() == groups.size().max()) & groups[measure].mean().notna()
        if self.facts["design"] == "morris":
            places = np.concatenate([np.arange(*ends) for ends in self.facts["designed"]])
            steps = pd.Series(np.arange(self.size) // (len(self.factors) + 1), places)
            full = full.reindex(steps.index, fill_value=False)
            full = full.groupby(steps).transform("all").reindex(groups.size().index)
        kept = full[full].index
        said = [say("{lacking} of {all} points lack runs and are left out.", lacking=number(self.size - len(kept), 0),
                    all=number(self.size, 0))] if len(kept) < self.size else []
        return groups[self.factors].first().loc[kept], groups[measure].mean().loc[kept].to_numpy(), said

    def label(self, measure):
        """The measure in words for an axis."""
        if len(self.facts["arms"]) == 1:
            return called(measure)
        return say("{measure}, {scenario} against {comparator}", measure=called(measure), scenario=self.arm,
                   comparator=self.facts["comparator"])


def _sensitive(book, design, measure, seed):
    """Which factors move a measure: Morris on its own design, else Sobol' indices on an emulator and PAWN."""
    if not design.factors:
        return
    frame, y, said = design.points(measure)
    head, name, label = f"{design.arm}, {called(measure)}", f"{design.arm}_{measure}", design.label(measure)
    count = sensitivity.numeric(frame).shape[1]
    if count == 0:
        return
    book.open(name, say("What moves it: {measure}", measure=label))
    if len(frame) < LEAST:
        better = sensitivity.PER_FACTOR * count
        book.say(say("{head}: {points} points are too few to tell what matters; at least {least}, better {better}.", head=head,
                     points=number(len(frame), 0), least=number(LEAST, 0), better=number(better, 0)))
        return
    book.figure(f"{name}_tornado", lambda: figures.tornado(frame, y, label))
    if design.facts["design"] == "morris":
        found = sensitivity.morris(frame, y, seed)
        book.table(f"{name}_morris", found.table, say("Elementary effects (Morris): mean size with the half-width of 95 %, and spread"))
        first = found.table.iloc[0]
        book.figure(f"{name}_screening", lambda: figures.screening(found.table, label, found.warnings))
        words = say("{head}: largest mean effect (Morris) from {factor}, {size}.", head=head, factor=first["factor"],
                    size=four(first["mu_star"]))
        book.say(_line(words, found.warnings, said))
    if design.facts["constraints"]:
        said.append(say("Constraints tie the factors, so shares of variance are only a guide."))
    order = _variance(book, design, measure, frame, y, seed, said)
    if design.facts["design"] != "morris":  # trajectories do not spread their points as PAWN needs
        found = sensitivity.pawn(frame, y, seed)
        book.table(f"{name}_pawn", found.table, say("PAWN: how far a factor moves the whole distribution, beside an inert dummy"))
        telling = ", ".join(found.table.loc[found.table["matters"], "factor"])
        words = say("{head}: what matters beyond a dummy (PAWN): {factors}.", head=head, factors=telling or say("nothing"))
        book.say(_line(words, found.warnings))
    if len(order) > 1:
        book.figure(f"{name}_interaction", lambda: figures.interaction(frame, y, order[0], order[1], label))


def _variance(book, design, measure, frame, y, seed, said):
    """Sobol' indices on an emulator fitted to the same runs. Returns the factors, the weightiest first."""
    found = sensitivity.sobol(frame, y, seed)
    name = f"{design.arm}_{measure}"
    book.table(f"{name}_sobol", found.table)
    book.figure(f"{name}_indices", lambda: figures.indices(found.table, design.label(measure), found.warnings))
    first = found.table.iloc[0]
    words = say("{head}: {factor} carries {share} % of the variance; the emulator explains {explained} % out of sample.",
                head=f"{design.arm}, {called(measure)}", factor=first["factor"], share=per_cent(first["total"]),
                explained=per_cent(found.explained))
    book.say(_line(words, found.warnings, said))
    return list(found.table["factor"])


def _line(words, *more):
    return " ".join([words, *(word for words_ in more for word in words_)])


def _discovered(book, design, seed):
    """Where the policy fails to narrow the gap."""
    if not design.factors or "gap" not in design.part:
        return
    frame, gap, _ = design.points("gap")
    fails, arm = gap >= 0, design.arm
    book.open(f"{arm}_fails", say("Where {scenario} fails to narrow the gap", scenario=arm))
    try:
        box = discovery.prim(frame, fails)
        words, share = discovery.tree(frame, fails, seed=seed)
    except ValueError as error:
        book.say(say("{scenario}: where the gap is not narrowed cannot be told: {why}.", scenario=arm, why=error))
        return
    book.say(say("{scenario} fails to narrow the gap with {box}. A tree is right in {share} % (50 % is guessing).", scenario=arm,
                 box=box.says(), share=per_cent(share)))
    book.figure(f"{arm}_fails", lambda: figures.box(frame, fails, box, say("the gap is not narrowed")))
    book.table(f"{arm}_box", box.limits, say("The box: between which values of each factor (empty: not limited)"))
    book.table(f"{arm}_box_path", box.path)
    head = say("Cases: the gap is not narrowed. Balanced share right out of sample: {share}", share=number(share, 2)) + "\n"
    store.write_text(book.place, f"{arm}_tree.txt", head + words)
    book.code(words)


def _searched(book, folder):
    """The frontier of a search that was made in this folder."""
    found = pathlib.Path(folder) / "search" / "candidates.csv"
    if not found.is_file():
        return
    table = pd.read_csv(found)
    wanted = tomllib.loads((pathlib.Path(folder) / "plan.toml").read_text(encoding="utf-8")).get("search", {})
    names = [m for m in [*wanted.get("maximise", ()), *wanted.get("minimise", ())] if m in table]
    book.open("frontier", say("The frontier of mixes"))
    best = table[table["frontier"]].sort_values(names[-1])
    book.say(say("{best} of {all} mixes are on the frontier.", best=number(len(best), 0), all=number(len(table), 0)))
    if len(names) > 1:
        book.figure("frontier", lambda: figures.frontier(table, names[-1], names[0]))
    book.table("mixes", best.drop(columns=["within", "frontier"]), say("Mixes on the frontier, each a scenario in the folder `search`"))

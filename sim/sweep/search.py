"""Looks for the best mixes: several objectives at once by NSGA-II (Optuna), each candidate under the same draws and chance."""

import numpy as np

from results import store
from results.suppress import LEAST
from results.sweeps import read
from results.sweeps.robustness import resamples
from sim.sweep.constraint import Constraint
from sim.sweep.expand import expand
from sim.sweep.folder import Folder
from sim.sweep.tasks import plain_cell, text

__all__ = ["check", "find", "frontier", "keep"]

MOST_TRIES = 50  # candidates asked for, per one evaluated, while constraints turn them down
SIDES = (0.025, 0.975)
RESAMPLES = 200
KNOWN = (*dict.fromkeys([*read.MEASURES, *read.LEVELS]),)


def find(plan, folder, carry, tell=None):
    """Evaluate `plan.search.candidates` mixes of the plan's factors. Returns a frame with one row per candidate.

    folder: the plan's Folder; its first points are candidates too. carry(folder): carries out what is missing. tell(done, all).
    Objectives and limits are of the last scenario against the comparator, means over draws and replicates, which are the same
    for all candidates. A search that was broken off is replayed from the folder without computing anything twice.
    ValueError if the plan names no objective, no factor, or an unknown measure.
    """
    try:
        import optuna
    except ImportError:
        raise ValueError("--optimise needs the extra `sweep`: pip install 'hytesim[sweep]'") from None
    search = check(plan)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    directions = ["maximize"] * len(search.maximise) + ["minimize"] * len(search.minimise)
    seed = next(iter(plan.arms.values())).runs.seed % 2**32
    sampler = optuna.samplers.NSGAIISampler(population_size=search.generation, seed=seed)
    study = optuna.create_study(directions=directions, sampler=sampler)
    carry(folder)
    found = _measured(plan, folder)
    while len(found) < search.candidates:
        trials = _ask(optuna, study, plan, min(search.generation, search.candidates))
        before = len(found)
        folder = _with(plan, folder, [row for _, row in trials])
        carry(folder)
        found = _measured(plan, folder)
        _tell(study, search, trials, found, plan)
        if tell:
            tell(min(len(found), search.candidates), search.candidates)
        replayed = len(study.trials) < len(found)
        if len(found) == before and not replayed:
            break  # every mix that there is has been tried
    found = frontier(found, search)
    return found.assign(steady=_steady(plan, folder, found, seed))


def check(plan):
    """The plan's [search]. ValueError if it names no objective, no factor or an unknown measure, or nothing can be compared."""
    search = plan.search
    if search is None or not [*search.maximise, *search.minimise]:
        raise ValueError('--optimise: the plan needs [search] with maximise = ["wellby"] or minimise = ["gap", "cost_public"]')
    if not plan.factors:
        raise ValueError("--optimise: nothing is varied; give [vary]")
    if len(plan.arms) < 2:
        raise ValueError("--optimise: the plan needs a scenario and a comparator")
    for measure, words in search.limits.items():
        _limit(measure, words)
    for measure in _wanted(search):
        if measure not in KNOWN and not measure.startswith(("gap_", "cost_")):  # of groups and payers, which the results name
            raise ValueError(f"[search]: no measure '{measure}'; there are {', '.join(KNOWN)}, gap_GROUP and cost_PAYER")
    return search


def _limit(measure, words):
    """A limit such as `<= 2e6` as (measure, direction, line)."""
    sign, number = words.strip()[:2], words.strip()[2:]
    if sign not in ("<=", ">="):
        raise ValueError(f'search.limits.{measure}: needs "<= number" or ">= number", not "{words}"')
    try:
        return measure, 1 if sign == "<=" else -1, float(number)
    except ValueError:
        raise ValueError(f"search.limits.{measure}: '{number.strip()}' is no number") from None


def _ask(optuna, study, plan, number):
    """Candidates that hold to the plan's constraints: (trial, row of values)."""
    constraints, found = [Constraint(words) for words in plan.constraints.values()], []
    for _ in range(MOST_TRIES * number):
        trial = study.ask()
        row = {f.path: f.at(min(trial.suggest_float(f.path, 0.0, 1.0), 1.0 - 1e-12)) for f in plan.factors}
        if all(c.holds(row) for c in constraints):
            found.append((trial, row))
            if len(found) == number:
                return found
        else:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
    raise ValueError("--optimise: hardly any mix holds to the plan's constraints; loosen them or narrow the ranges")


def _key(row, plan):
    return text([plain_cell(row[f.path]) for f in plan.factors])


def _with(plan, folder, rows):
    """The folder with the candidates it lacks added as points."""
    known = {_key(row, plan) for row in folder.runs.drop_duplicates("point").to_dict("records")}
    new = {_key(row, plan): row for row in rows if _key(row, plan) not in known}
    return expand(folder, points=list(new.values())) if new else Folder(folder.path)


def _effects(plan, folder):
    """Each run of the last arm minus its twin of the comparator; ValueError names an unknown measure."""
    table = read.comparable(read.decisions(folder.path))
    unknown = [m for m in _wanted(plan.search) if m not in read.measured(table)]
    small = [m for m in unknown if m in read.few(folder.path)]
    if small:
        raise ValueError(f"[search]: '{small[0]}' rests on fewer than {LEAST} simulated residents and is not told; take more of them "
                         "([set] population.residents)")
    if unknown:
        raise ValueError(f"[search]: no measure '{unknown[0]}'; there are {', '.join(read.measured(table))}")
    effects = read.effects(table, folder.facts["comparator"])
    return effects[effects["arm"] == list(plan.arms)[-1]]


def _wanted(search):
    return list(dict.fromkeys([*search.maximise, *search.minimise, *search.limits]))


def _measured(plan, folder):
    """One row per point: factors, and mean, low and high of each measure of the last arm against the comparator."""
    groups = _effects(plan, folder).groupby("point")
    found = groups[[f.path for f in plan.factors]].first()
    for measure in _wanted(plan.search):
        found[measure] = groups[measure].mean()
        for side, end in zip(SIDES, ("low", "high"), strict=True):
            found[f"{measure}_{end}"] = groups[measure].quantile(side)
    return found.reset_index()


def _steady(plan, folder, found, seed):
    """Share of resamples of draws and replicates, the same for all, in which a candidate is on the frontier; NaN with one run of each."""
    effects = _effects(plan, folder)
    wide = effects.pivot(index="point", columns=["draw", "replicate"], values=_wanted(plan.search)).reindex(found["point"])
    cells = effects[["draw", "replicate"]].drop_duplicates()
    if len(cells) < 2:
        return np.nan
    values = {m: wide[m].to_numpy() for m in _wanted(plan.search)}
    times = np.zeros(len(found))
    for chosen in resamples(len(cells), RESAMPLES, seed):
        again = found.assign(**{m: np.nanmean(v[:, chosen], axis=1) for m, v in values.items()})
        times += frontier(again, plan.search)["frontier"].to_numpy()
    return times / RESAMPLES


def _tell(study, search, trials, found, plan):
    by_key = {_key(row, plan): row for row in found.to_dict("records")}
    for trial, row in trials:
        seen = by_key.get(_key(row, plan))
        if seen is None:  # its tasks failed
            study.tell(trial, state=type(trial.study.trials[0].state).FAIL)
            continue
        for measure, over in zip(search.limits, _over(seen, search), strict=True):
            trial.set_constraint(measure, over)
        study.tell(trial, [seen[m] for m in (*search.maximise, *search.minimise)])


def _over(row, search):
    """By how much each limit is passed; none above 0 = within all."""
    limits = [_limit(measure, words) for measure, words in search.limits.items()]
    return [sign * (row[measure] - line) for measure, sign, line in limits]


def frontier(found, search):
    """Candidates with `within` (all limits) and `frontier`: no other within is as good in all objectives and better in one (of
    those alike in all the first is kept).
    """
    values = np.column_stack([*(-found[m] for m in search.maximise), *(found[m] for m in search.minimise)])
    within = np.array([all(over <= 0 for over in _over(row, search)) for row in found.to_dict("records")])
    best = [bool(within[i]) and not any(within[j] and _beats(values, j, i) for j in range(len(values))) for i in range(len(values))]
    return found.assign(within=within, frontier=best)


def _beats(values, j, i):
    """Whether candidate j is as good as i in everything and better in something, or the same and earlier."""
    return bool((values[j] <= values[i]).all() and ((values[j] < values[i]).any() or j < i))


def keep(plan, folder, found):
    """Write DIR/search: candidates.csv, frontier.csv, the frontier's figure, and each mix on it as a scenario file. Returns their paths."""
    from results.sweeps import figures

    place = folder.path / "search"
    for old in [*place.glob("mix_*.toml"), *place.glob("without_*.toml")]:
        old.unlink()  # of a shorter search, whose frontier was another
    store.write_text(place, "candidates.csv", found.to_csv(index=False, lineterminator="\n"))
    store.write_text(place, "frontier.csv", found[found["frontier"]].to_csv(index=False, lineterminator="\n"))
    names = [*plan.search.maximise, *plan.search.minimise]
    if len(names) > 1:
        figure = figures.frontier(found, names[-1], names[0])
        figure.savefig(place / "frontier.png", dpi=160, metadata={"Description": figure.alt_text, "Software": None})
    mixes = []
    for point in found[found["frontier"]]["point"]:
        without, mix = f"without_{point:04d}.toml", f"mix_{point:04d}.toml"
        arms = list(plan.arms)
        store.write_text(place, without, _scenario(plan, folder, point, arms[0], arms[0], without))
        mixes.append(store.write_text(place, mix, _scenario(plan, folder, point, arms[-1], f"mix_{point:04d}", without)))
    return mixes


def _scenario(plan, folder, point, arm, name, comparator):
    """An arm as it was run at a point, as a scenario `name` that extends the plan's, for `hytesim compare`."""
    import json

    from scenarios.show import literal
    from sim.sweep.tasks import from_plain

    (cells,) = folder.runs[(folder.runs["point"] == point) & (folder.runs["arm"] == arm)]["settings"].head(1)
    settings = from_plain(json.loads(cells))
    title = plan.arms[arm].title.get("en", arm) if name == arm else f"Mix {point}"
    lines = [f"# A point on the frontier of {plan.id}.", "", "[scenario]", f'id = "{name}"',
             f'extends = "../scenarios/{arm}.toml"', f"title = {{ en = {literal(title)} }}", f'comparator = "{comparator}"']
    tables = {}
    for path, value in settings.items():
        section, _, rest = path.partition(".")
        if section == "interventions":
            block, _, rest = rest.partition(".")
            section = f"{section}.{block}"
        tables.setdefault(section, []).append(f"{rest} = {literal(value)}")
    for section, entries in tables.items():
        lines += ["", f"[{section}]", *entries]
    return "\n".join(lines) + "\n"


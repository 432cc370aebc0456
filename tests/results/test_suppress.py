"""Small cells stay hidden from an adversary who adds and subtracts everything that is shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import store, suppress
from results.known import Known


def table(rows):
    """Cells of a table with its margins: counts, and every row and column as a sum."""
    rows = np.asarray(rows)
    counts = {(i, j): n for (i, j), n in np.ndenumerate(rows)}
    counts |= {(i, "sum"): n for i, n in enumerate(rows.sum(1))} | {("sum", j): n for j, n in enumerate(rows.sum(0))}
    counts["sum", "sum"] = rows.sum()
    sums = [((i, "sum"), [(i, j) for j in range(rows.shape[1])]) for i in range(rows.shape[0])]
    sums += [(("sum", j), [(i, j) for i in range(rows.shape[0])]) for j in range(rows.shape[1])]
    sums += [(("sum", "sum"), [(i, "sum") for i in range(rows.shape[0])])]
    return counts, sums


def solutions(counts, sums, gone, top):
    """Brute force: the values that each hidden cell takes over all fillings with whole numbers of 1 to `top` that agree with all sums."""
    unknown = sorted(gone, key=str)
    every = np.indices((top,) * len(unknown), dtype=np.int16).reshape(len(unknown), -1) + 1
    value = {**counts, **dict(zip(unknown, every, strict=True))}
    agrees = np.all([np.broadcast_to(sum(value[part] for part in parts) == value[total], every.shape[1]) for total, parts in sums], axis=0)
    return {name: set(row[agrees]) for name, row in zip(unknown, every, strict=True)}


def test_one_small_cell_takes_another_with_it():
    """Alone it would be the total minus the rest."""
    counts, sums = {"a": 2, "b": 30, "c": 40, "all": 72}, [("all", ["a", "b", "c"])]
    assert suppress.hidden(counts, sums) == {"a", "b"}
    assert suppress.reach("a", {"a"}, counts, sums) == pytest.approx((2, 2))  # why
    assert suppress.reach("a", {"a", "b"}, counts, sums) == pytest.approx((1, 31))


def test_two_small_cells_can_give_each_other_away():
    """1 + 1 = 2 leaves an adversary who knows that hidden cells are not empty with no doubt."""
    counts, sums = {"a": 1, "b": 1, "c": 40, "all": 42}, [("all", ["a", "b", "c"])]
    assert suppress.hidden(counts, sums) == {"a", "b", "c"}
    counts, sums = {"a": 4, "b": 4, "c": 40, "all": 48}, [("all", ["a", "b", "c"])]
    assert suppress.hidden(counts, sums) == {"a", "b"}


def test_the_adversary_of_a_table_learns_nothing_tighter_than_the_rule():
    """All fillings of the hidden cells are tried: each small cell could be anything from 1 to 4."""
    rows = [[2, 9, 30], [8, 7, 6], [20, 9, 3]]
    counts, sums = table(rows)
    gone = suppress.hidden(counts, sums)
    small = {cell for cell, n in counts.items() if 0 < n < 5}
    assert small < gone
    values = solutions(counts, sums, gone, 12)
    for cell in small:
        assert len(values[cell]) >= 4, (cell, values[cell])


@pytest.mark.parametrize("seed", range(6))
def test_no_subtraction_pins_a_small_cell_in_random_tables(seed):
    rows = np.random.default_rng(seed).poisson([[1.5, 8, 20], [6, 3, 12], [15, 7, 2], [9, 9, 9]])
    counts, sums = table(rows)
    gone = suppress.hidden(counts, sums)
    for cell in (cell for cell, n in counts.items() if 0 < n < 5):
        low, high = suppress.reach(cell, gone, counts, sums)
        assert high - low >= 3 - 1e-9
    assert not [cell for cell in gone if counts[cell] == 0]  # nothing is gained by hiding nobody


def made_up(rng):
    """Cells and sums of many forms: parts of a total that is shown, known or wrong, or rows and columns; whole numbers or means of runs."""
    shape = rng.integers(2, 5, 2)
    rows = rng.poisson(rng.choice([0.5, 2, 4, 8, 30], shape)).astype(float)
    rows += rng.choice([0, 1]) * (rows > 0) * rng.integers(0, 20, shape) / 20
    if rng.random() < 0.2:
        return table(rows)
    counts = {(i, j): n for (i, j), n in np.ndenumerate(rows)}
    lines = [[(i, j) for j in range(shape[1])] for i in range(shape[0])]
    sums = [(None, line) for line in lines]
    if rng.random() < 0.5:
        counts |= {(i, "sum"): n for i, n in enumerate(rows.sum(1) + rng.choice([0, 0, -2, 0.5], shape[0]))}
        sums = [((i, "sum"), line) for i, line in enumerate(lines)]
    if rng.random() < 0.6:
        sums += [(None, [(i, j) for i in range(shape[0])]) for j in range(shape[1])]
        sums += [(None, [cell for cell in counts if cell[0] != cell[1] != "sum"])] * int(rng.integers(2))
    return counts, sums


@pytest.mark.parametrize("seed", range(4))
def test_bounds_decide_as_the_solver_does(seed, monkeypatch):
    """What is told without linear programming hides the same cells and leaves the same ranges as with nothing else."""
    rng = np.random.default_rng(seed)
    every = [made_up(rng) for _ in range(12)]
    found = [suppress.hidden(counts, sums) for counts, sums in every]
    for gone, (counts, sums) in zip(found, every, strict=True):
        known = Known(gone, counts, sums)
        for cell in sorted(gone, key=str)[:3]:
            assert suppress.reach(cell, gone, counts, sums) == pytest.approx(known.solve(cell), abs=1e-6)
    monkeypatch.setattr(Known, "leaves", lambda known, cell, width: np.ptp(known.solve(cell)) >= width)
    assert found == [suppress.hidden(counts, sums) for counts, sums in every]
    assert any(found)


def test_nothing_small_nothing_hidden():
    counts, sums = table([[5, 6], [7, 0]])
    assert suppress.hidden(counts, sums) == set()


def test_strata_of_a_run(tables):
    """A fifth of three residents is hidden in every month, and one more fifth with it; groups of 100 stay."""
    outcomes = tables["outcomes"].astype({"stratum_kind": str, "stratum": str})
    base = outcomes[(outcomes["stratum_kind"] == "all") & (outcomes["outcome"] == "wellbeing")]
    sizes = {"1": 3, "2": 240, "3": 250, "4": 253, "5": 254}
    fifths = [base.assign(stratum_kind="income_fifth", stratum=name, n=n) for name, n in sizes.items()]
    made, count = suppress.protect({"outcomes": pd.concat([outcomes, *fifths], ignore_index=True)}, 5)
    left = made["outcomes"]
    assert set(left.loc[left["stratum_kind"] == "income_fifth", "stratum"]) == {"3", "4", "5"}
    assert count == 2
    assert (left["stratum_kind"] == "group_start").sum() == (outcomes["stratum_kind"] == "group_start").sum()


def test_those_who_came_later_take_no_fifth_with_them(tables):
    """Two newcomers are hidden; they are shown nowhere beside the fifths, so that no fifth gives them away."""
    outcomes = tables["outcomes"].astype({"stratum_kind": str, "stratum": str})
    base = outcomes[(outcomes["stratum_kind"] == "all") & (outcomes["outcome"] == "wellbeing")]
    sizes = {**{str(k): 200 for k in range(1, 6)}, "after_start": 2}
    fifths = [base.assign(stratum_kind="income_fifth", stratum=name, n=n) for name, n in sizes.items()]
    made, _ = suppress.protect({"outcomes": pd.concat(fifths, ignore_index=True)}, 5)
    assert set(made["outcomes"]["stratum"]) == set("12345")


def test_services_of_few_events_are_hidden_with_another(full):
    """Four contacts with waiting over the whole period are too few; of the shown total one more service would give them away."""
    outcomes = full["outcomes"].astype({"stratum_kind": str, "stratum": str, "outcome": str})
    rare = (outcomes["stratum"] == "mental_health") & (outcomes["outcome"] == "waiting")
    outcomes = outcomes.assign(n=np.where(rare, 4 / 24, outcomes["n"]))
    made, count = suppress.protect({"outcomes": outcomes}, 5)
    left = made["outcomes"]
    waiting = set(left.loc[(left["stratum_kind"] == "service") & (left["outcome"] == "waiting"), "stratum"])
    assert "mental_health" not in waiting
    assert len(waiting) == 1
    assert count == 2
    assert ((left["stratum"] == "mental_health") & (left["outcome"] == "unmet")).any()  # of 1,000 residents, many requests


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=3).filter(lambda r: len({*map(len, r)}) == 1))
def test_nothing_shown_pins_a_small_cell(rows):
    """Whatever the table: what is shown leaves every small cell a range as wide as the rule, or nothing beside it is shown at all."""
    counts, sums = table(rows)
    gone = suppress.hidden(counts, sums)
    small = {cell for cell, n in counts.items() if 0 < n < 5}
    assert small <= gone
    for cell in small:
        low, high = suppress.reach(cell, gone, counts, sums)
        beside = [c for total, parts in sums if cell in (total, *parts) for c in (total, *parts) if c not in gone and counts[c] > 0]
        assert high - low >= 3 - 1e-9 or not beside
        assert low - 1e-9 <= counts[cell] <= high + 1e-9


def test_whoever_wants_sees_all(tables):
    made, count = suppress.protect({"twins": tables["twins"]}, 1)
    assert count == 0
    assert made["twins"] is tables["twins"]
    _, count = suppress.protect({"twins": tables["twins"]}, 101)
    assert count > 0


def test_moves_are_hidden_with_what_would_give_them_away():
    """In a table of moves both margins count as known, so a small cell takes a rectangle with it."""
    states = ["employed", "student", "pensioner"]
    n = [[900, 2, 9], [12, 300, 8], [7, 11, 500]]
    rows = [
        ("a", "b", 0, 0, "activity", "all", one, two, 50.0 * n[i][j], n[i][j])
        for i, one in enumerate(states) for j, two in enumerate(states)
    ]
    columns = ["comparator", "arm", "draw", "replicate", "kind", "group", "from_state", "to_state", "persons", "n"]
    made, count = suppress.protect({"transitions": pd.DataFrame(rows, columns=columns)}, 5)
    left = {(row.from_state, row.to_state) for row in made["transitions"].itertuples()}
    assert ("employed", "student") not in left
    assert count >= 4


def tiny(tables):
    """The run's tables with a group of four residents."""
    found = dict(tables)
    for name in ("outcomes", "twins"):
        few = (tables[name]["stratum"] == "refugee").to_numpy()
        found[name] = tables[name].assign(n=np.where(few, 4, tables[name]["n"]))
    return found


def test_all_that_a_run_publishes_is_under_the_rule(tables):
    """Figures, summary and the tables written from it lack a group of four; the run's own tables keep it for the owner."""
    run = store.Run({"arms": ["baseline", "promeq"]}, tiny(tables))
    for frame in run.summarise().tables.values():
        assert "stratum" not in frame or "refugee" not in set(frame["stratum"].astype(str))
    assert "refugee" not in set(run.plot("wellbeing_by_group").frame["stratum"])
    assert "refugee" in set(run.plot("wellbeing_by_group", least=0).frame["stratum"])
    assert "refugee" in set(run.tables["outcomes"]["stratum"])


def test_the_limit_is_the_runs_own(tables):
    """What the run was made with holds for all that is made of it later, unless something else is asked for."""
    run = store.Run({"arms": ["baseline", "promeq"], "min_cell": 4}, tiny(tables))
    assert run.least == 4
    assert "refugee" in set(run.shown()["outcomes"]["stratum"])
    assert "refugee" not in set(run.shown(5)["outcomes"]["stratum"])


def test_rows_of_persons_are_never_shown(tables):
    shown = suppress.Shown({**tables, "residents": pd.DataFrame({"id": [1]})})
    assert "residents" not in shown and "residents" not in set(shown)
    with pytest.raises(KeyError):
        shown["residents"]


def test_segments_of_few_eligible_households_are_hidden():
    """Three eligible households (150 real ones) in the countryside: they and the next smallest segment beside them."""
    eligible = {("all", "all"): 100, ("urbanity", "urban"): 60, ("urbanity", "semi_urban"): 37, ("urbanity", "rural"): 3}
    people = pd.DataFrame({"outcome": ["population_total"], "stratum_kind": ["all"], "value": [50_000.0], "n": [1000]})
    rows = [("promeq", 1, 0, month, "Kuusamo", *cell, 50.0 * n) for cell, n in eligible.items() for month in range(3)]
    columns = ["arm", "draw", "replicate", "month", "place", "segment_kind", "segment", "eligible"]
    shown = suppress.Shown({"outcomes": people, "monitoring": pd.DataFrame(rows, columns=columns)}, 5)
    assert set(shown["monitoring"]["segment"]) == {"all", "urban"}
    assert shown.hidden == 2


def test_areas_and_indicators_give_no_small_cell_away():
    """One area of three residents takes the next smallest of its municipality with it; of an indicator, one population the other."""
    columns = ["arm", "draw", "replicate", "municipality", "area", "n"]
    areas = pd.DataFrame([("a", 1, 0, "X", area, n) for area, n in (("1", 3), ("2", 20), ("3", 40))], columns=columns)
    columns = ["arm", "draw", "replicate", "place", "indicator", "source", "population", "n"]
    asked = pd.DataFrame([("a", 1, 0, "X", "lonely", "survey", part, n) for part, n in (("all", 40), ("any", 3), ("none", 37))],
                         columns=columns)
    made, _ = suppress.protect({"area_wellbeing": areas, "indicators": asked}, 5)
    assert made["area_wellbeing"]["area"].tolist() == ["3"]
    assert len(made["indicators"]) == 1


def test_pathways_among_few_at_risk_residents_are_hidden():
    rows = pd.DataFrame({"stratum": ["all", "at_risk"], "n": [20.0, 3.0], "value": [0.1, 0.2]})
    assert suppress.Shown({"mechanisms": rows})["mechanisms"]["stratum"].tolist() == ["all"]
    assert len(suppress.Shown({"mechanisms": rows.drop(columns="n")})["mechanisms"]) == 2  # of older versions

"""The user's own table of residents (CSV or Parquet), read whole or refused whole."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from sim import characteristics, households
from sim.columns import COLUMNS, TableError, codes, near, numbers, places
from sim.population import STARTING, arrange, birth_months, complete, settle
from sim.residents import Origin, Urbanity

__all__ = ["COLUMNS", "TableError", "look", "read"]

MOST = np.iinfo(STARTING["adults"]).max  # members that a household can count
_DIRECT = (
    "id",
    "sex",
    "origin",
    "education",
    "status",
    "status_months",
    "jobless_months",
    "care",
    "area",
    "urbanity",
)


def read(path, columns, municipalities, parameters, seed, start_year, areas=None):
    """Residents from the user's table.

    path: .csv (comma, semicolon or tab; UTF-8) or .parquet. columns: {"age": "ika", ...} from the names in
    `COLUMNS` to those in the file; names left out are looked for as they are. Needed: age or birth_year, sex,
    municipality (code or name). Enumerations may be given as names or numbers. What is not in the file is
    drawn as in the synthetic population (`parameters`, `seed`): origin, permit, education, main activity,
    durations, care, household, area. A household without a `partner` column has a couple if its two oldest
    adults are of near age. Month 0 is January of `start_year`. areas: the user's own, sim.areas.OWN by
    municipality code; the table's areas are numbers from 0 in their order. Returns RESIDENT (n,), sorted. Raises
    TableError, which names every problem by row and column.
    """
    frame = _load(path)
    names = _names(path, frame, columns or {})
    values, problems = _parse(frame, names, municipalities)
    if not problems:
        problems = _contradictions(values, names, parameters, start_year) + _beyond(values, names, municipalities, areas)
    if problems:
        raise TableError(path, problems)
    return _residents(values, municipalities, parameters, seed, start_year, areas)


def look(path, columns):
    """Refuse, before anything runs, a table that `read` could not open or that lacks a column. Raises TableError as `read` does."""
    facts = Path(path).stat()
    problems = _looked(str(path), tuple(sorted((columns or {}).items())), facts.st_mtime_ns, facts.st_size)
    if problems:
        raise TableError(path, problems)


@functools.lru_cache(maxsize=16)
def _looked(path, columns, stamp, size):
    """Problems of a file as it was at a time; asked at every touch of a form, so that a file that has not changed is read once."""
    try:
        _names(path, _load(path), dict(columns))
    except TableError as error:
        return error.problems
    return []


def _load(path):
    """The file as a data frame of raw values. Raises TableError if it cannot be read or is empty."""
    path = Path(path)
    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
        else:
            with path.open(encoding="utf-8-sig") as file:
                first = file.readline()
            separator = max(",;\t", key=first.count)
            frame = pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig", skip_blank_lines=False)
    except Exception as error:  # readers of many formats raise errors of many kinds; all mean the same here
        raise TableError(path, [f"cannot be read as CSV or Parquet: {error}"]) from error
    if frame.empty:
        raise TableError(path, ["has no rows"])
    return frame


def _names(path, frame, columns):
    """{own name: column in the file} of all columns to be used. Raises TableError."""
    problems = []
    for name, column in columns.items():
        if name not in COLUMNS:
            problems.append(
                f"column map: no field '{name}'.{near(name, COLUMNS)} Fields: {', '.join(COLUMNS)}"
            )
        elif column not in frame.columns:
            problems.append(
                f"column map: {name} = '{column}' is not in the file.{near(column, frame.columns)}"
            )
    names = {name: columns.get(name, name) for name in COLUMNS if columns.get(name, name) in frame.columns}
    for choice in (("age", "birth_year"), ("sex",), ("municipality",)):
        if not any(name in names or name in columns for name in choice):
            problems.append(f"column '{' or '.join(choice)}' is missing ({COLUMNS[choice[0]].meaning})")
    problems += [
        f"column '{names[name]}' needs {other} as well"
        for name, other in (("partner", "household"), ("permit_year", "origin"))
        if name in names and other not in names
    ]
    if problems:
        raise TableError(path, problems)
    return names


def _parse(frame, names, municipalities):
    """Values of each column as numbers, and the problems found. Returns ({name: array}, [text])."""
    values, problems = {}, []
    for name, column in names.items():
        raw = frame[column]
        if isinstance(raw.dtype, pd.CategoricalDtype):
            raw = raw.astype(object)
        blank = raw.isna().to_numpy() | (raw.astype(str).str.strip() == "").to_numpy()
        if name == "municipality":
            number, why = places(raw, municipalities)
        elif COLUMNS[name].text:
            number, why = pd.factorize(raw.astype(str).str.strip())[0], {}
        elif COLUMNS[name].codes:
            number, why = codes(raw, COLUMNS[name])
        else:
            number, why = numbers(raw, COLUMNS[name])
        if name == "permit_year":
            number[blank] = 0  # only refugees need one; see `_contradictions`
        else:
            problems += [
                (row, f"row {row + 1}, column '{column}': missing ({COLUMNS[name].meaning})")
                for row in np.flatnonzero(blank)
            ]
        problems += [
            (row, f"row {row + 1}, column '{column}': {text}") for row, text in why.items() if not blank[row]
        ]
        values[name] = number
    return values, [text for _, text in sorted(problems, key=lambda problem: problem[0])]


def _contradictions(values, names, parameters, start_year):
    """Problems that show only when columns are read together. Returns [text]."""
    problems = []

    def note(bad, name, text):
        problems.extend(f"row {row + 1}, column '{names[name]}': {text}" for row in np.flatnonzero(bad))

    if "id" in values:
        note(pd.Series(values["id"]).duplicated().to_numpy(), "id", "the same identity stands in a row above")
    if "age" not in values:
        note(values["birth_year"] >= start_year, "birth_year", f"not before the start year {start_year}")
    if "permit_year" in values:
        refugee, year = values["origin"] == Origin.refugee, values["permit_year"]
        note(refugee & (year == 0), "permit_year", "missing for a refugee")
        note(refugee & (year >= start_year), "permit_year", f"not before the start year {start_year}")
    if "household" in values:
        home = values["household"]
        minor = _age(values, start_year) < characteristics.ADULT
        place = pd.Series(values["municipality"]).groupby(home).transform("nunique").to_numpy()
        note(place > 1, "household", "members live in more than one municipality")
        note(np.bincount(home)[home] > MOST, "household", f"more than {MOST} members")
        note(minor & (np.bincount(home, ~minor)[home] == 0), "household", "a child without an adult")
        if "partner" in values:
            partners = np.bincount(home, values["partner"])[home]
            note(
                (values["partner"] == 1) & (partners != 2),
                "partner",
                "a couple needs exactly two in the household",
            )
    else:
        minor = _age(values, start_year) < characteristics.ADULT
        adults = np.bincount(values["municipality"], ~minor)[values["municipality"]]
        note(minor & (adults == 0), "municipality", "has children but no adult")
    return problems


def _beyond(values, names, municipalities, areas):
    """Numbers of areas that the user's table of areas does not have. Returns [text]."""
    if not areas or "area" not in values:
        return []
    number = np.array([len(areas[m.code]) for m in municipalities])[values["municipality"]]
    return [f"row {row + 1}, column '{names['area']}': {values['area'][row]} is not below {number[row]}, the number of areas of "
            f"{municipalities[values['municipality'][row]].name}" for row in np.flatnonzero(values["area"] >= number)]


def _age(values, start_year):
    return values["age"] if "age" in values else start_year - 1 - values["birth_year"]


def _residents(values, municipalities, parameters, seed, start_year, areas):
    """Rows from checked values; what the table does not say is drawn. Returns RESIDENT (n,)."""
    rows = np.zeros(len(values["sex"]), STARTING)
    rows["id"] = np.arange(len(rows))
    rows["alive"] = 1
    rows["municipality"] = values["municipality"]
    rows["urbanity"] = np.array([Urbanity[m.urbanity] for m in municipalities])[rows["municipality"]]
    _copy(rows, values)
    rows["birth_month"] = birth_months(_age(values, start_year), rows["id"], seed)
    if "age" not in values:
        rows["birth_month"] -= (
            1  # age on the last day of the year before: born in January is a year older in month 0
        )
    if "permit_year" in values:
        ago = (values["permit_year"] - start_year) * characteristics.YEAR
        rows["permit_month"] = np.where(rows["origin"] == Origin.refugee, ago, characteristics.NEVER)
    known = {*values} | ({"permit_month"} if "permit_year" in values else set())
    complete(rows, parameters, seed, known - {"status_months", "jobless_months"})
    _copy(rows, values)
    if "household" in values:
        _given_households(rows, values, parameters)
    else:
        households.form(rows, parameters, seed)
    if "area" not in values:
        settle(rows, municipalities, parameters, seed, start_year, areas)
        _copy(rows, {name: values[name] for name in ("urbanity",) if name in values})
    elif areas and "urbanity" not in values:
        for place, municipality in enumerate(municipalities):
            here = rows["municipality"] == place
            rows["urbanity"][here] = areas[municipality.code]["urbanity"][rows["area"][here]]
    return arrange(rows)


def _copy(rows, values):
    for name in _DIRECT:
        if name in values:
            rows[name] = values[name]


def _given_households(rows, values, parameters):
    """Write `household`, `partner`, `adults` and `minors` from the table's own households."""
    home = values["household"]
    minor = characteristics.age_of(rows) < characteristics.ADULT
    first = np.full(home.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, home, rows["id"])
    rows["household"] = first[home]
    rows["adults"] = np.bincount(home, ~minor)[home]
    rows["minors"] = np.bincount(home, minor)[home]
    rows["partner"] = (
        values["partner"] if "partner" in values else _guess_partners(rows, home, minor, parameters)
    )


def _guess_partners(rows, home, minor, parameters):
    """The two oldest adults of a household, if no further apart in age than the widest match.

    Returns bool (n,).
    """
    partner = np.zeros(len(rows), bool)
    order = np.lexsort((rows["birth_month"], minor, home))
    first = np.flatnonzero(np.diff(home[order], prepend=-1))
    first = first[first + 1 < len(rows)]
    one, two = order[first], order[first + 1]
    apart = (rows["birth_month"][two] - rows["birth_month"][one]) / characteristics.YEAR
    couple = (home[one] == home[two]) & ~minor[two] & (apart <= max(parameters["population.match_years"]))
    partner[one[couple]] = partner[two[couple]] = True
    return partner

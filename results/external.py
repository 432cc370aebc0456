"""Tables that did not come from the model: read from CSV, Parquet or Excel and checked, all problems told at once.

The format is in docs/tables.md: one row per arm, draw, replicate, unit and year; amounts are per person, `weight` people stand
behind a row.
"""

import difflib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["KEYS", "External", "TableError", "check", "read"]

KEYS = ["arm", "draw", "replicate"]
KNOWN = ("arm", "draw", "replicate", "unit", "stratum", "weight", "cost", "effect", "year", "currency", "rank")
SHOWN = 20  # problems told; a file in the wrong format has thousands of one kind
EACH = 3  # lines told of one kind of problem in one column
PAYER, PARAMETER, EFFECT = "cost_", "param_", "effect_"
NAMED = ("arm", "unit", "stratum", "currency")  # columns of names
MISSING = ["", "NaN", "nan", "NA", "N/A", "#N/A", "null", "NULL", "."]
GROUPED = r"\s*[-\u2212]?\d{1,3}(\s?\d{3})*(,\d+)?\s*"  # thousands set apart by spaces of any kind, a decimal comma


class TableError(ValueError):
    """A table that cannot be used; `problems` lists every reason in one line each."""

    def __init__(self, name, problems):
        self.problems = list(problems)
        more = len(self.problems) - SHOWN
        lines = [f"{name}: {problem}" for problem in self.problems[:SHOWN]] + ([f"{name}: and {more} more"] if more > 0 else [])
        super().__init__("\n".join(lines))


@dataclass
class External:
    """A checked table: `rows` with arm, draw, replicate, unit, year, stratum, weight, rank, cost, effect and cost_<payer>;
    arms in the order of their first rows, payers, currency ("" when not told) and notes on what was assumed.

    parameters: frame by draw of the columns param_<name>, names without the head; empty without any.
    """

    rows: pd.DataFrame
    arms: list
    payers: list
    parameters: pd.DataFrame
    currency: str
    notes: list


def read(path, comparator=None):
    """Read and check a table file: `External`. TableError lists all problems; FileNotFoundError when there is no such file.

    .csv, .txt, .tsv (comma, semicolon with decimal commas, or tab), .parquet, .xlsx. comparator: arm that must be there.
    """
    path = Path(path)
    if path.is_dir():
        raise TableError(path.name, ["is a folder, not a table"])
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    kind = path.suffix.lower()
    try:
        if kind in (".csv", ".txt", ".tsv"):
            frame = _text(path)
        elif kind == ".parquet":
            frame = _opened(pd.read_parquet, path, "Parquet")
        elif kind in (".xlsx", ".xlsm"):
            frame = _excel(path)
        else:
            what = f"a file that ends in {kind}" if kind else "a file whose name has no ending"
            raise TableError(path.name, [f"{what} cannot be read; give .csv, .tsv, .parquet or .xlsx"])
    except pd.errors.EmptyDataError:
        raise TableError(path.name, ["the file is empty"]) from None
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        why = str(error).splitlines()[0].removeprefix("Error tokenizing data. C error: ")
        raise TableError(path.name, [f"cannot be read as a table: {why}"]) from None
    except ImportError:
        raise TableError(path.name, ["reading Excel needs the package openpyxl; save the sheet as CSV or install it"]) from None
    return check(frame, path.name, comparator)


def _opened(read, path, kind, **options):
    """A file read by a library, whose complaint is put in one clear line."""
    try:
        return read(path, **options)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise TableError(path.name, [f"cannot be read as {kind}: {str(error).splitlines()[0]}"]) from None


def _excel(path):
    """The first sheet of an Excel file."""
    if not zipfile.is_zipfile(path):
        raise TableError(path.name, ["is not an Excel file, whatever its name says; save it from the spreadsheet as .xlsx or CSV"])
    header = _opened(pd.read_excel, path, "Excel", nrows=0, engine="openpyxl")
    return _opened(pd.read_excel, path, "Excel", engine="openpyxl", **_gaps(header))


def _gaps(header):
    """Which texts mean that nothing stands there: in columns of names only an empty one, since an arm may be called None or NA."""
    return {"keep_default_na": False, "na_values": {c: [""] if str(c).strip() in NAMED else MISSING for c in header.columns}}


def _text(path):
    """A text table; the separator is the one that the header holds most of, a semicolon brings decimal commas and a tab may.

    UTF-8, UTF-16 with its mark, or else the code page in which older spreadsheets save.
    """
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        whole = raw.decode("utf-16")
    else:
        try:
            whole = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            whole = raw.decode("cp1252", errors="replace")
    separator = max(",;\t", key=whole.partition("\n")[0].count)
    options = {"sep": separator, "decimal": "," if separator == ";" else ".", "skipinitialspace": True}
    gaps = _gaps(pd.read_csv(io.StringIO(whole), nrows=0, **options))
    frame = pd.read_csv(io.StringIO(whole), **options, **gaps)
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes what stands too much for names of rows
        raise pd.errors.ParserError("line 2 has more values than the header, line 1, has names")
    return frame if separator == "," else _without_marks(frame, separator)


def _without_marks(frame, separator):
    """Numbers such as 1 000,5 as numbers, where all of a column are written so. Between tabs 1,500 may be a thousand and a half of
    somebody else's, so that such a column needs a number that cannot be read in two ways.
    """
    for column in frame.columns:
        text = frame[column].dropna().astype(str)
        written = not pd.api.types.is_numeric_dtype(frame[column]) and str(column).strip() not in NAMED
        plain = written and len(text) and text.str.fullmatch(GROUPED).all()
        if plain and (separator == ";" or not text.str.fullmatch(TWO_WAYS).all()):
            plain = text.str.replace(r"\s", "", regex=True).str.replace(",", ".").str.replace("\N{MINUS SIGN}", "-")
            frame[column] = pd.to_numeric(plain).reindex(frame.index)
    return frame


TWO_WAYS = r"\s*[-\u2212]?(\d{1,3}(,\d{3})?|0)\s*"  # the comma could part thousands as well as decimals


def check(frame, name="table", comparator=None):
    """Check a frame and fill in what may be left out: `External`. TableError lists all problems, with line and column.

    A wide frame (cost_ARM and effect_ARM for every arm, no column arm) is turned into the long form first.

    Lines count from 1 with the header as line 1, as a spreadsheet shows them.
    """
    frame = _long(_tidied(frame), name)
    problems = _columns(frame)
    if len(frame) == 0:
        problems.append("no rows below the header")
    if problems and ({"arm", "effect"} - set(frame.columns) or len(frame) == 0):
        raise TableError(name, problems)
    rows = pd.DataFrame({"arm": _texts(frame, "arm", problems)})
    for column, default in (("draw", 0), ("replicate", 0), ("year", 0)):
        rows[column] = _whole(frame, column, problems) if column in frame else default
    for column in ("unit", "stratum"):
        if column in frame:
            rows[column] = _texts(frame, column, problems)
    for column, default in (("weight", 1.0), ("rank", None), ("effect", None)):
        if column in frame:
            rows[column] = _numbers(frame, column, problems)
        elif default is not None:
            rows[column] = default
    bad = np.flatnonzero(rows["weight"].to_numpy() < 0)
    _tell(problems, "weight", bad, lambda i: f"{rows['weight'].iat[i]:g} is negative; a weight is a number of people, 0 or more")
    payers = [column for column in frame.columns if column.startswith(PAYER)]
    for column in [*payers, *(["cost"] if "cost" in frame else [])]:
        rows[column] = _numbers(frame, column, problems)
    if payers and "cost" not in frame:
        rows["cost"] = rows[payers].sum(axis=1, skipna=False)
    elif payers:
        off = np.flatnonzero(~np.isclose(rows[payers].sum(axis=1), rows["cost"], rtol=1e-6, atol=1e-6) & rows["cost"].notna())
        _tell(problems, "cost", off, lambda i: f"{rows['cost'].iat[i]:g}, but its payers' columns add up to {rows[payers].iloc[i].sum():g}")
    _runs(rows, "unit" in frame, problems, comparator)
    parameters = _parameters(frame, rows, problems)
    currency = _currency(frame, problems)
    if problems:
        raise TableError(name, problems)
    notes = _notes(frame, payers)
    arms = list(dict.fromkeys(rows["arm"]))
    return External(rows, arms, [p.removeprefix(PAYER) for p in payers], parameters, currency, notes)


def _tidied(frame):
    """Names of columns without spaces around them, and in small letters where that makes them known; no empty rows at the end."""

    def plain(column):
        column = str(column).strip()
        head, mark, rest = column.partition("_")
        small = head.lower() + mark + rest
        return column.lower() if column.lower() in KNOWN else small if small.startswith((PAYER, PARAMETER, EFFECT)) else column

    names = [plain(column) for column in frame.columns]
    if len(set(names)) < len(names):
        names = [str(column).strip() for column in frame.columns]
    some = np.flatnonzero(frame.notna().any(axis=1))
    return frame.set_axis(names, axis=1).iloc[: some[-1] + 1 if some.size else 0]


def _long(frame, name):
    """A wide table, with a cost and an effect of every arm in each row, in the long form; a long one as it is. Rows without a number
    of their draw are draws in their order.
    """
    arms = [column.removeprefix(EFFECT) for column in frame.columns if column.startswith(EFFECT)]
    if not arms or {"arm", "effect"} & set(frame.columns) or frame.columns.has_duplicates:
        return frame
    costs = [column.removeprefix(PAYER) for column in frame.columns if column.startswith(PAYER)]
    problems = [f"no column {PAYER}{arm} beside {EFFECT}{arm}" for arm in arms if arm not in costs]
    problems += [f"no column {EFFECT}{arm} beside {PAYER}{arm}" for arm in costs if arm not in arms]
    numbers = {column: _numbers(frame, column, problems) for column in frame.columns if column.startswith((PAYER, EFFECT))}
    if problems:
        raise TableError(name, problems)
    rest = frame.drop(columns=list(numbers))
    rest = rest if "draw" in rest else rest.assign(draw=np.arange(len(rest)))
    parts = [rest.assign(arm=arm, cost=numbers[PAYER + arm], effect=numbers[EFFECT + arm]) for arm in arms]
    return pd.concat(parts, ignore_index=True)


def _columns(frame):
    """Problems of the header: columns missing, named twice, or nearly named."""
    problems = [f"column {c} stands twice" for c in dict.fromkeys(frame.columns[frame.columns.duplicated()])]
    near = {}
    for column in frame.columns:
        if column not in KNOWN and not column.startswith((PAYER, PARAMETER)):
            close = difflib.get_close_matches(column.lower(), KNOWN, 1, 0.75)
            near |= {close[0]: column} if close and close[0] not in frame.columns else {}
    needed = ["arm", "effect"] + ([] if any(c.startswith(PAYER) for c in frame.columns) else ["cost"])
    if not near and len(frame.columns) and not set(frame.columns) & set(KNOWN) and "cost" in needed:
        read = ", ".join(map(str, frame.columns))
        read = read if len(read) <= 60 else read[:57] + "..."
        return [f"no columns arm, effect and cost: line 1 must be the header, and it reads {read!r}"]
    for column in needed:
        if column not in frame.columns:
            hint = f"; there is {near.pop(column)!r}: is it meant?" if column in near else ""
            also = " or one cost_<payer> for each payer" if column == "cost" else ""
            problems.append(f"no column {column}{also}{hint}")
    return problems + [f"column {found!r} is not known; is {column} meant? Rename or drop it" for column, found in near.items()]


def _notes(frame, payers):
    """What was left out or assumed."""
    unused = [c for c in frame.columns if c not in KNOWN and c not in payers and not c.startswith(PARAMETER)]
    notes = [f"Columns not used: {', '.join(unused)}."] if unused else []
    if "weight" not in frame:
        notes.append("No column weight: every row stands for one person.")
    if "currency" not in frame:
        notes.append("No column currency: amounts are taken to be in one currency and price year.")
    if not {"draw", "replicate", "unit"} & set(frame.columns) and len(frame) > frame["arm"].nunique():
        notes.append("No column draw, replicate or unit: the rows of an arm are taken to be people of one run, not draws.")
    return notes


def _tell(problems, column, rows, why):
    """Add the first few rows of one kind of problem, and how many more there are."""
    for i in rows[:EACH]:
        problems.append(f"line {int(i) + 2}, column {column}: {why(i)}")
    if len(rows) > EACH:
        problems.append(f"column {column}: {len(rows) - EACH} more lines of the same kind")


def _texts(frame, column, problems):
    """A column as text; missing or empty ones are problems."""
    values = frame[column]
    text = values.astype(str).str.strip().where(values.notna(), "")
    _tell(problems, column, np.flatnonzero(text == ""), lambda i: "nothing stands here")
    return text.to_numpy(dtype=object)


def _numbers(frame, column, problems):
    """A column as finite float64; NaN stands where there was a problem."""
    values = frame[column]
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    gone = values.isna() | (values.astype(str).str.strip() == "")
    _tell(problems, column, np.flatnonzero(gone), lambda i: "no number stands here (NaN); a missing value is not 0")

    def why(i):
        comma = "; leave out thousands marks, and write decimals with a point (with a comma only between semicolons)"
        comma = comma if "," in str(values.iat[i]) else ""
        return f"{str(values.iat[i])!r} is not a number{comma}"

    _tell(problems, column, np.flatnonzero(numbers.isna() & ~gone), why)
    _tell(problems, column, np.flatnonzero(np.isinf(numbers)), lambda i: "the number is infinite")
    return numbers.where(np.isfinite(numbers)).to_numpy()


def _whole(frame, column, problems):
    """A column of whole numbers; a year may be a date."""
    values = frame[column]
    if column == "year" and pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.year
    numbers = _numbers(pd.DataFrame({column: values}), column, problems)
    part = np.flatnonzero(np.isfinite(numbers) & (numbers != np.round(numbers)))
    _tell(problems, column, part, lambda i: f"{numbers[i]:g} is not a whole number")
    return np.nan_to_num(numbers).astype(np.int64)


def _currency(frame, problems):
    """The one currency of the table, "" when it does not say."""
    if "currency" not in frame:
        return ""
    text = pd.Series(_texts(frame, "currency", problems)).str.upper()
    found = text[frame["currency"].notna().to_numpy()].drop_duplicates()
    if len(found) > 1:
        where = ", ".join(f"{value} (line {i + 2})" for i, value in found.items())
        problems.append(f"column currency: {len(found)} currencies, {where}; convert to one currency and price year first")
    return str(found.iat[0]) if len(found) else ""


def _runs(rows, units, problems, comparator):
    """Problems between rows: arms, rows that stand twice, runs that one arm lacks, weights of nothing."""
    arms = [arm for arm in dict.fromkeys(rows["arm"]) if arm]
    if len(arms) == 1:
        problems.append(f"only one arm, {arms[0]!r}; a comparison needs at least two values in column arm")
    if comparator is not None and comparator not in arms:
        near = difflib.get_close_matches(comparator, arms, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(arms)}"
        problems.append(f"no arm {comparator!r} to compare with{hint}")
    if units:
        keys = [*KEYS, "unit", "year"]
        first = rows.groupby(keys, sort=False).cumcount().to_numpy()
        starts = rows.drop_duplicates(keys).reset_index().set_index(keys)["index"]
        again = np.flatnonzero(first > 0)
        _tell(problems, "unit", again, lambda i: f"same arm, draw, replicate, unit and year as line {starts[tuple(rows.loc[i, keys])] + 2}")
    else:
        _doubled(rows, problems)
    if "stratum" in rows:
        _strata(rows, arms, problems)
    there = rows[KEYS].drop_duplicates()
    wanted = there[KEYS[1:]].drop_duplicates().sort_values(KEYS[1:]).merge(pd.DataFrame({"arm": arms}), how="cross")
    found = set(there.itertuples(index=False, name=None))
    lacking = [] if len(found) == len(wanted) else [((d, r), arm) for d, r, arm in wanted.itertuples(index=False, name=None)
                                                    if (arm, d, r) not in found]  # fmt: skip
    for (draw, replicate), arm in lacking[:EACH]:
        problems.append(f"arm {arm!r} has no rows for draw {draw}, replicate {replicate}, which another arm has")
    if len(lacking) > EACH:
        problems.append(f"{len(lacking) - EACH} more runs that one arm lacks")
    weight = rows["weight"].abs().groupby([rows[key] for key in KEYS], sort=False).max()
    for arm, draw, replicate in list(weight.index[weight == 0])[:EACH]:
        problems.append(f"all weights of arm {arm!r}, draw {draw}, replicate {replicate} are 0")


def _doubled(rows, problems):
    """Rows that stand twice where a run has one row for its stratum and year otherwise; among people without ids rows may be alike."""
    cell = rows.groupby([key for key in (*KEYS, "stratum", "year") if key in rows], sort=False).ngroup().to_numpy()
    size = np.bincount(cell)
    if (size == 1).mean() < 0.5 or not (size > 1).any():
        return
    first = rows.fillna(0).groupby(list(rows.columns), sort=False).ngroup().to_numpy()
    starts = np.unique(first, return_index=True)[1]
    again = np.flatnonzero(starts[first] < np.arange(len(rows)))
    _tell(problems, "arm", again, lambda i: f"the same as line {starts[first[i]] + 2}; a row that stands twice would count twice")


def _strata(rows, arms, problems):
    """Arms that lack a stratum altogether, so that nothing can be set side by side."""
    has = {arm: set(rows.loc[rows["arm"] == arm, "stratum"]) for arm in arms}
    whole = dict.fromkeys(stratum for stratum in rows["stratum"] if stratum)
    for arm in arms:
        lacking = [repr(stratum) for stratum in whole if stratum not in has[arm]]
        if lacking:
            problems.append(f"arm {arm!r} has nobody of stratum {', '.join(lacking[:EACH])}, which another arm has; a stratum is that of "
                            "the start, the same in all arms")


def _parameters(frame, rows, problems):
    """Values of the columns param_<name> by draw; each must be one number per draw, whatever the arm."""
    names = [column for column in frame.columns if column.startswith(PARAMETER)]
    values = pd.DataFrame({name: _numbers(frame, name, problems) for name in names})
    if not names:
        return pd.DataFrame(index=np.unique(rows["draw"]))
    groups = values.groupby(rows["draw"])
    spread = groups.max() - groups.min()
    for name in names:
        for draw in spread.index[spread[name] > 0][:EACH]:
            problems.append(f"column {name}: several values in draw {draw}; a parameter has one value per draw, the same in all arms")
    return groups.first().rename(columns=lambda column: column.removeprefix(PARAMETER))

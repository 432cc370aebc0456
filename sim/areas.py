"""Areas of municipalities: what they are like, how they differ within their class, and the user's own table of them."""

from pathlib import Path

import numpy as np
import pandas as pd

from scenarios import tables
from sim.columns import TableError, near
from sim.margins import gaussian
from sim.residents import Urbanity
from sim.rules.draws import Purpose

__all__ = ["AREA", "COLUMNS", "OWN", "address_of", "area_records", "differ", "read"]

# `earmark`: clients that a programme may admit from the area before all others; zero but for a programme that is shared out.
AREA = np.dtype([("distance", "f8"), ("cohesion", "f8"), ("third_sector", "f8"), ("earmark", "f8")])
TRAITS = ("distance", "cohesion", "third_sector")
MOST = 2**15  # areas of one municipality: they are counted in 16 bits
# An area as the user's table gives it; residents as a share of the municipality's.
OWN = np.dtype([("name", "U80"), ("share", "f8"), ("urbanity", "u1"), *((trait, "f8") for trait in TRAITS),
                ("latitude", "f8"), ("longitude", "f8")])
COLUMNS = {  # name: (lowest, highest, meaning); None for text
    "municipality": (None, None, "name or code of the municipality"),
    "area": (None, None, "name of the area"),
    "residents": (0.0, 1e8, "number of residents, or their share of the municipality's"),
    "urbanity": (None, None, "class of the area: urban, semi_urban or rural"),
    "distance": (0.0, 1.0, "what distance to services adds to the burden of asking for help, index 0-1"),
    "cohesion": (0.0, 1.0, "base of social cohesion, index 0-1"),
    "third_sector": (0.0, 100.0, "resources of community groups, ratio to the average"),
    "latitude": (-90.0, 90.0, "degrees north"),
    "longitude": (-180.0, 180.0, "degrees east"),
}
OPTIONAL = ("latitude", "longitude")
NEAR_ONE = 0.02  # how far rounded shares of a municipality may be from 1


def area_records(classes, coefficients):
    """What areas of these urban-rural classes are like, AREA (n,), where nothing more is known of them.

    distance: what distance adds to the burden of asking for help [index]; cohesion: base of social cohesion [index];
    third_sector: resources of community groups against the average [ratio].
    """
    k = coefficients[0]
    out = np.zeros(len(classes), AREA)
    out["distance"], out["cohesion"] = k["burden_place"][classes], k["cohesion_place"][classes]
    out["third_sector"] = 1.0
    return out


def address_of(code, numbers):
    """Ids of areas for draws of chance: municipality's code and number within it; alike for any sample. int64 (n,)."""
    return int(code) * MOST + np.asarray(numbers, np.int64)


def differ(areas, ids, values, seed):
    """Give areas their own addressed differences around their class, in place; a spread of 0 leaves its trait as it is.

    distance, cohesion: class + spread z, limited to 0-1; third_sector: exp(spread z - spread^2 / 2), mean 1; z ~ N(0, 1)
    at (AREA_TRAIT, trait in place of the month) of the area's id. areas: AREA (n,); ids: int64 (n,).
    """
    for i, trait in enumerate(TRAITS):
        spread = values[f"area.{trait}_spread"]
        if spread <= 0.0:
            continue
        z = gaussian(seed, Purpose.AREA_TRAIT, ids, i)
        if trait == "third_sector":
            areas[trait] *= np.exp(spread * z - 0.5 * spread * spread)
        else:
            areas[trait] = np.clip(areas[trait] + spread * z, 0.0, 1.0)


def read(path, municipalities, narrowed=False):
    """The user's own areas by municipality code: {code: OWN (areas,)}, in the order of the file.

    path: .csv (comma, semicolon or tab; UTF-8) with the COLUMNS; latitude and longitude may be left out. municipalities:
    those of the scenario; narrowed: some were left out on the command line, so that rows of others are passed over.
    Residents of a municipality are all numbers, or all shares that add up to 1. Raises TableError, which names every
    problem by row (counted from 1 below the header) and column.
    """
    frame = _load(path)
    problems = _columns(frame)
    if problems:
        raise TableError(path, problems)
    known = {m.code.lstrip("0"): m.code for m in tables.municipalities().values()}
    known |= {m.name.casefold(): m.code for m in tables.municipalities().values()}
    rows = [_row(number, row, known, problems) for number, row in enumerate(frame.to_dict("records"), start=1)]
    problems += _together(rows, municipalities, narrowed)
    if problems:
        raise TableError(path, problems)
    here = {m.code for m in municipalities}
    return {code: _own([r for r in rows if r["municipality"] == code]) for code in here}


def _load(path):
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline()
        separator = max(",;\t", key=first.count)
        frame = pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig", keep_default_na=False, comment="#")
    except Exception as error:  # readers raise errors of many kinds; all mean the same here
        raise TableError(path, [f"cannot be read as CSV: {error}"]) from error
    if frame.empty:
        raise TableError(path, ["has no rows"])
    return frame.rename(columns=str.strip)


def _columns(frame):
    lacking = [c for c in COLUMNS if c not in frame.columns and c not in OPTIONAL]
    found = [f"column '{c}' is missing ({COLUMNS[c][2]}).{near(c, [x for x in frame.columns if x not in COLUMNS])}" for c in lacking]
    found += [f"column '{c}' is not known.{near(c, COLUMNS)} Columns: {', '.join(COLUMNS)}" for c in frame.columns if c not in COLUMNS]
    return found


def _row(number, raw, known, problems):
    """One row as values; what is wrong with it is added to `problems`."""
    out = {"row": number}

    def wrong(column, text):
        problems.append(f"row {number}, column '{column}': {text}")

    for column, (low, high, meaning) in COLUMNS.items():
        word = str(raw.get(column, "") or "").strip()
        if word == "":
            if column in OPTIONAL:
                out[column] = np.nan
            else:
                wrong(column, f"missing ({meaning})")
        elif column == "municipality":
            out[column] = known.get(word.lstrip("0").casefold(), known.get(word.casefold()))
            if out[column] is None:
                names = [m.name for m in tables.municipalities().values()]
                wrong(column, f"no municipality '{word}'.{near(word, names)}")
        elif column == "urbanity":
            if word in Urbanity.__members__:
                out[column] = Urbanity[word]
            else:
                wrong(column, f"'{word}' is not one of {', '.join(Urbanity.__members__)}.{near(word, Urbanity.__members__)}")
        elif low is None:
            out[column] = word
        else:
            out[column] = _number(word, low, high, meaning, lambda text, column=column: wrong(column, text))
    return out


def _number(word, low, high, meaning, wrong):
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        wrong(f"'{word}' is not a number ({meaning})")
    elif value > high:
        wrong(f"{value:g} is above {high:g} ({meaning})")
    elif value < low:
        wrong(f"{value:g} is below {low:g} ({meaning})")
    return value


def _together(rows, municipalities, narrowed):
    """Problems that show only when rows are read together."""
    problems, by_place, first = [], {}, {}
    for r in rows:
        if r.get("municipality"):
            by_place.setdefault(r["municipality"], []).append(r)
            name = (r["municipality"], r.get("area"))
            if name in first:
                problems.append(f"row {r['row']}, column 'area': '{r.get('area')}' stands in row {first[name]} already")
            first.setdefault(name, r["row"])
    names = {m.code: m.name for m in tables.municipalities().values()}
    here = [m.code for m in municipalities]
    problems += [f"no area of {names[code]} ({code}), which is a municipality of the scenario" for code in here if code not in by_place]
    if not narrowed:
        problems += [f"row {found[0]['row']}, column 'municipality': {names[code]} is not a municipality of the scenario"
                     for code, found in by_place.items() if code not in here]
    for code, found in by_place.items():
        residents = [r.get("residents", np.nan) for r in found]
        if not np.isfinite(residents).all() or min(residents) < 0.0:
            continue
        if sum(residents) <= 0.0:
            problems.append(f"areas of {names[code]}: no residents in any")
        elif max(residents) <= 1.0 and abs(sum(residents) - 1.0) > NEAR_ONE:
            problems.append(f"areas of {names[code]}: shares of residents add up to {sum(residents):.3g} and not to 1")
    return problems


def _own(rows):
    out = np.zeros(len(rows), OWN)
    for field in OWN.names:
        if field not in ("name", "share"):
            out[field] = [r[field] for r in rows]
    out["name"] = [r["area"] for r in rows]
    residents = np.array([r["residents"] for r in rows])
    out["share"] = residents / residents.sum()
    return out

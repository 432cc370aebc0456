"""Survey microdata: read by a map of columns, checked, and estimated with the joint covariance of their design."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError

from calibration import questions
from calibration.questions import ITEMS, QUESTIONS, REGISTERS, STATUS
from results import variance
from scenarios.problems import near_miss
from scenarios.settings import Strict
from scenarios.syntax import read as read_toml

LAYOUTS = Path(__file__).parent / "layouts"
WORDS = {"sex": ("man", "woman"), "education": ("basic", "upper_secondary", "tertiary"), "urbanity": ("urban", "semi_urban", "rural"),
         "status": STATUS}
COLUMNS = (*QUESTIONS, *REGISTERS, "status")
OLDEST = 120
SEPARATORS = ",;\t"


class ColumnSection(Strict):
    """One of [survey.columns]: the file's column, the codes that mean no answer, and what the others mean."""

    column: str
    missing: list[float] = Field(default=[], description="codes that mean no answer, such as 8, 9, 99")
    codes: dict[str, str | float] = Field(default={}, description="what codes mean; others mean no answer")
    reverse: bool = False
    year: int | None = Field(None, description="the column is the year of birth; age is this year less it")


class SurveySection(Strict):
    """[survey]: microdata and their design; and how the simulated residents are asked."""

    data: str | None = None
    layout: str | None = None
    only: dict[str, str | float] = Field(default={}, description="rows of the file that are meant: column = value, such as cntry = FI")
    columns: dict[str, Any] = Field(default={}, description="question of the model: the file's column, or a table of how to read it")
    weight: str | None = None
    strata: str | None = None
    cluster: str | list[str] | None = Field(None, description="sampling units; a list has those of each stage, the first drawn first")
    fpc: str | list[str] | None = Field(None, description="population of units of each stage; left out: with replacement")
    replicates: str | None = Field(None, description="replicate weights: beginning of their columns' names")
    replicate_kind: Literal["jackknife", "brr", "bootstrap"] = "bootstrap"
    replicate_scale: float | None = Field(None, gt=0, description="factor on the sum of squares instead of the kind's own")
    replicate_rscales: list[float] | None = Field(None, description="factor of each replicate, as stratified jackknives have them")
    lonely: Literal["fail", "remove", "adjust", "average"] = "fail"
    person: str | None = None
    wave: str | None = Field(None, description="column of months after the first wave")
    asked: dict[str, Any] = Field(default={}, description="settings of sim.survey.Design")
    title: str = ""
    note: str = ""


@dataclass
class Microdata:
    """Answers in the model's words (see `calibration.questions`), float weights (n,), the design, and replicate weights (n, r) or None with
    how their estimates become a variance (keywords of `results.variance.replicate_variance`).
    """

    frame: pd.DataFrame
    weights: np.ndarray
    design: variance.Design
    replicates: np.ndarray | None = None
    replicating: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def layouts():
    """Names of the maps of columns that come with the model."""
    return sorted(p.stem for p in LAYOUTS.glob("*.toml"))


def with_layout(raw):
    """A raw [survey] table laid over the layout that it names. ValueError offers a near miss."""
    name = raw.get("layout")
    if name is None:
        return raw
    path = LAYOUTS / f"{name}.toml"
    if not path.is_file():
        raise ValueError(f"there is no layout '{name}'. {near_miss(name, layouts()) or 'Shipped: ' + ', '.join(layouts()) + '.'}")
    below, _ = read_toml(path, str(path))
    own = raw.get("columns", {})
    kept = {k: v for k, v in below.get("columns", {}).items() if k not in own}
    return {**below, **raw, "columns": {**kept, **own}}


def read(section, folder):
    """`Microdata` of a `SurveySection`; a relative file is looked for in `folder`. ValueError: all that is wrong, one line each."""
    path = next((p for p in (Path(folder) / section.data, Path(section.data)) if p.is_file()), None)
    if path is None:
        raise ValueError(f"there is no file '{section.data}' in {Path(folder).name or 'this folder'}")
    raw = _table(path)
    faults, notes = [], []
    raw = _only(raw, section, faults)
    frame = pd.DataFrame(index=raw.index)
    for name, given in section.columns.items():
        _answer(frame, name, given, raw, faults, notes)
    if all(item in frame for item in ITEMS):
        frame["score"] = frame[list(ITEMS)].mean(axis=1, skipna=False)  # all eight or none: halves of a scale are not the scale
    frame["wave"] = _column(raw, section.wave, "wave", faults, 0).astype(float)
    person = _column(raw, section.person, "person", faults, None)
    frame["person"] = np.arange(len(raw)) if person is None else person
    weights = _weights(raw, section, faults)
    strata = _column(raw, section.strata, "strata", faults, None)
    clusters = _stages(raw, section.cluster, "cluster", faults)
    if not clusters and person is not None:
        clusters = [person]  # answers of one person in several waves hang together
    sizes = _stages(raw, section.fpc, "fpc", faults)
    columns = [] if section.replicates is None else [c for c in raw.columns if str(c).startswith(section.replicates)]
    if section.replicates is not None and len(columns) < 2:
        faults.append(f"replicates: fewer than two columns begin with '{section.replicates}'")
    if section.replicate_rscales is not None and len(section.replicate_rscales) != len(columns):
        faults.append(f"replicate_rscales: {len(section.replicate_rscales)} factors for {len(columns)} replicates; give one for each")
    wrong = [c for c in columns if not (pd.to_numeric(raw[c], errors="coerce") >= 0).all()]
    if wrong:
        faults.append(f"replicates: {len(wrong)} columns hold weights that are negative or no numbers, first '{wrong[0]}'")
    design = None
    if not faults:
        design = _design(weights, clusters, strata, sizes, section.lonely, faults)
    if faults:
        raise ValueError("\n".join(f"survey {path.name}: {text}" for text in faults))
    replicates = raw[columns].to_numpy(float) if columns else None
    replicating = {"kind": section.replicate_kind, "scale": section.replicate_scale, "rscales": section.replicate_rscales}
    return Microdata(frame, weights, design, replicates, replicating, notes)


def estimates(data, sections):
    """Values, float (k,), and joint covariance, float (k, k), of targets; by influence values, or replicate weights where there are.

    ValueError: all that cannot be answered, one line each.
    """
    values, influences, faults = [], [], []
    for name, section in sections.items():
        lacking = [c for c in questions.columns(section) if c not in data.frame]
        if lacking:
            faults.append(f"target '{name}': the survey has no column for {', '.join(lacking)}; map it in [survey.columns]")
            continue
        try:
            found = questions.estimate(data.frame, data.weights, section)
        except questions.UnansweredError as error:
            faults.append(f"target '{name}': {error}")
            continue
        values.append(found.value)
        influences.append(found.z)
    if faults:
        raise ValueError("\n".join(faults))
    if data.replicates is None:
        return np.array(values), np.atleast_2d(variance.variance(np.column_stack(influences), data.design))
    again = np.array([[questions.estimate(data.frame, w, s).value for s in sections.values()] for w in data.replicates.T])
    return np.array(values), variance.replicate_variance(again, **data.replicating)


def _table(path):
    """The file as a frame."""
    kind = path.suffix.lower()
    if kind == ".csv":
        with path.open(encoding="utf-8-sig") as lines:
            skipped = 0
            while (head := lines.readline()).startswith("#"):
                skipped += 1
        return pd.read_csv(path, sep=max(SEPARATORS, key=head.count), skiprows=skipped, encoding="utf-8-sig")
    if kind == ".parquet":
        return pd.read_parquet(path)
    if kind in (".sav", ".dta", ".por"):
        try:
            import pyreadstat
        except ImportError:
            raise ValueError(f'{path.name} needs pyreadstat: python -m pip install -e ".[survey]"') from None
        reader = {".sav": pyreadstat.read_sav, ".dta": pyreadstat.read_dta, ".por": pyreadstat.read_por}[kind]
        return reader(str(path))[0]
    raise ValueError(f"{path.name}: microdata are read from .csv, .parquet, .sav, .por and .dta")


def _only(raw, section, faults):
    """The rows that are meant. Others leave the design too, which is right for a country of an international file and wrong below it."""
    inside = np.ones(len(raw), bool)
    for name, value in section.only.items():
        if name not in raw:
            faults.append(f"only: the file has no column '{name}'. {near_miss(name, raw.columns)}".rstrip())
            continue
        inside &= (_code(raw[name]) == _key(value)).to_numpy(bool)
        if not inside.any():
            faults.append(f"only: no row of the file has {name} = {value}")
            return raw
    return raw[inside].reset_index(drop=True)


def _answer(frame, name, given, raw, faults, notes):
    """One question into the frame, in the model's words."""
    if name not in COLUMNS:
        near = near_miss(name, COLUMNS) or f"It knows {', '.join(COLUMNS)}."
        faults.append(f"columns: the model knows no question '{name}'. {near}")
        return
    given = given if isinstance(given, dict) else {"column": given}
    try:
        section = ColumnSection.model_validate(given)
    except ValidationError as error:
        faults += [f"columns.{name}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return
    if section.column not in raw:
        faults.append(f"columns.{name}: the file has no column '{section.column}'. {near_miss(section.column, raw.columns)}".rstrip())
        return
    values = raw[section.column]
    if section.codes:
        values = _code(values).map({_key(k): v for k, v in section.codes.items()})
    elif name not in WORDS:
        values = pd.to_numeric(values, errors="coerce")
    gone = raw[section.column].isin(section.missing)
    if gone.any():
        shown = ", ".join(f"{code:g}" for code in sorted(raw.loc[gone, section.column].unique()))
        notes.append(f"{name}: {int(gone.sum())} answers ({100 * gone.mean():.1f} %) are {shown}, which mean no answer, and are left out")
    values = values.mask(gone)
    if section.year is not None:
        values = section.year - values
    frame[name] = _checked(name, values, section, faults)


def _code(values):
    return values.map(_key, na_action="ignore")


def _key(code):
    """A code as text, 1.0 and "1" alike."""
    text = str(code)
    return text[:-2] if re.fullmatch(r"-?\d+\.0", text) else text


def _checked(name, values, section, faults):
    if name in WORDS:
        strange = sorted(set(values.dropna()) - set(WORDS[name]), key=str)
        if strange:
            faults.append(f"columns.{name}: '{strange[0]}' is none of {', '.join(WORDS[name])}; say what codes mean, as in "
                          f'codes = {{ "1" = "{WORDS[name][0]}" }}')
        return values.astype(object)
    values = pd.to_numeric(values, errors="coerce")
    low, high = (QUESTIONS[name].low, QUESTIONS[name].high) if name in QUESTIONS else (0, OLDEST if name == "age" else 1)
    outside = values[(values < low) | (values > high)]
    if len(outside):
        codes = ", ".join(f"{c:g}" for c in sorted(outside.unique())[:4])
        faults.append(f"columns.{name}: {len(outside)} answers of {codes} lie outside {low:g}-{high:g}; if these mean no answer, say "
                      f"missing = [{codes}]")
    return low + high - values if section.reverse else values


def _column(raw, name, what, faults, default):
    if name is None:
        return pd.Series(default, index=raw.index) if default is not None else None
    if name not in raw:
        faults.append(f"{what}: the file has no column '{name}'. {near_miss(name, raw.columns)}".rstrip())
        return pd.Series(0, index=raw.index)
    if raw[name].isna().any():
        faults.append(f"{what}: column '{name}' is empty in {int(raw[name].isna().sum())} rows")
    return raw[name]


def _weights(raw, section, faults):
    if section.weight is None:
        return np.ones(len(raw))
    given = _column(raw, section.weight, "weight", faults, 1.0)
    weights = pd.to_numeric(given, errors="coerce").to_numpy(float)
    strange = given.notna().to_numpy() & ~np.isfinite(weights)
    if strange.any():
        faults.append(f"weight: {int(strange.sum())} weights of '{section.weight}' are no numbers")
    elif section.weight in raw and (weights == 0).all():
        faults.append(f"weight: all weights of '{section.weight}' are 0")
    negative = np.flatnonzero(weights < 0)
    if len(negative):
        faults.append(f"weight: {len(negative)} weights of '{section.weight}' are negative (first in row {negative[0] + 1}: "
                      f"{weights[negative[0]]:g}); weights are 0 or above")
    return weights


def _stages(raw, names, what, faults):
    """Columns of the stages of a design; an empty list where none is named."""
    return [_column(raw, name, what, faults, None) for name in ([] if names is None else [names] if isinstance(names, str) else names)]


def _design(weights, clusters, strata, sizes, lonely, faults):
    """The design, with strata of one unit named unless `lonely` says what to do with them."""
    own = np.column_stack([c.to_numpy() for c in clusters]) if clusters else np.arange(len(weights))
    if strata is not None and lonely == "fail":
        first = own[:, 0] if clusters else own
        units = pd.DataFrame({"stratum": strata.to_numpy(), "unit": first}).groupby("stratum")["unit"].nunique()
        alone = units.index[units == 1]
        if len(alone):
            faults.append(f"strata: {len(alone)} with one unit ({', '.join(map(str, alone[:3]))}), whose spread cannot be seen; "
                          "join them with others or say lonely = \"adjust\", \"average\" or \"remove\"")
            return None
    if len(sizes) > max(1, len(clusters)):
        faults.append(f"fpc: {len(sizes)} columns for {max(1, len(clusters))} stages")
        return None
    try:
        fpc = np.column_stack([pd.to_numeric(c) for c in sizes]) if sizes else None
        return variance.Design(weights=weights, clusters=own, strata=None if strata is None else strata.to_numpy(), fpc=fpc, lonely=lonely)
    except ValueError as error:
        faults.append(f"fpc: {error}")
        return None

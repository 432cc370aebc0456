"""Calibrated draws of the model's numbers: the small Parquet file that a calibration writes and scenarios use."""

import math
from collections.abc import Mapping
from pathlib import Path

from .problems import near_miss
from .quantity import Quantity

__all__ = ["FOLDER", "NONE", "PosteriorError", "find", "names", "read"]

NONE = "none"
FOLDER = Path(__file__).parent / "posteriors"
PANDAS = "__index_level_"  # how pandas calls the row names of a filtered frame, which are no number of the model
LEAST = 10  # fewer draws than this say nothing about uncertainty


class PosteriorError(ValueError):
    """A posterior cannot be used, and why."""


def names() -> list[str]:
    """Posteriors that come with the model."""
    return sorted(path.stem for path in FOLDER.glob("*.parquet"))


def find(name: str | None, near: Path) -> Path | None:
    """The file of a shipped posterior by name or of a path, which is first looked for in `near`; None for None and "none".

    Raises PosteriorError if there is no such file.
    """
    if name is None or name == NONE:
        return None
    options = (FOLDER / f"{name}.parquet", near / name, Path(name))
    path = next((p for p in options if p.is_file()), None)
    if path is None:
        raise PosteriorError(f"there is no posterior '{name}'. {near_miss(name, names()) or _known()}")
    return path


def read(name: str | None, near: Path, numbers: Mapping[str, Quantity]) -> dict[str, tuple[float, ...]]:
    """{parameter: one level per draw} of a shipped posterior by name or of a Parquet file; {} for None and "none".

    A level is the parameter's value, or for a table the factor on its values. near: folder in which a relative path is
    first looked for. Raises PosteriorError for a missing file, an unknown parameter, too few draws, or a value that the
    parameter cannot take.
    """
    path = find(name, near)
    if path is None:
        return {}
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(path).read()
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise PosteriorError(f"{path} cannot be read as Parquet: {error}") from None
    if table.num_rows < LEAST:
        raise PosteriorError(f"{path} has {table.num_rows} draws; at least {LEAST} are needed.")
    return {column: _levels(column, table.column(column).to_pylist(), path, numbers) for column in table.column_names
            if not column.startswith(PANDAS)}


def _known() -> str:
    return f"Shipped: {', '.join(names()) or NONE}."


def _levels(column: str, levels: list, path: Path, numbers: Mapping[str, Quantity]) -> tuple[float, ...]:
    if column not in numbers:
        raise PosteriorError(f"{path}: there is no parameter '{column}'. {near_miss(column, numbers)}")
    q = numbers[column]
    low, high = (0.0, math.inf) if q.is_table else q.bounds()
    for row, level in enumerate(levels, start=1):
        if not isinstance(level, float | int) or not math.isfinite(level) or not low <= level <= high:
            raise PosteriorError(f"{path}: row {row} of '{column}' is {level}, outside {low:g}-{high:g} [{q.unit}].")
    return tuple(float(level) for level in levels)

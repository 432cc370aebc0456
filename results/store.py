"""Run folders: written whole or not at all, opened again as tables; docs of the layout stand in
`docs/architecture.md`.
"""

import difflib
import json
import os
import pathlib
import shutil
import socket
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime

__all__ = [
    "FORMAT",
    "Run",
    "StoreError",
    "Tables",
    "building",
    "name",
    "open",
    "runs",
    "to_frame",
    "writable",
    "write_groups",
    "write_parquet",
    "write_table",
    "write_text",
]

FORMAT = 1  # version of the folder's layout; raise it when an old reader would misread a new folder
MANIFEST = "manifest.json"


class StoreError(Exception):
    """A run folder cannot be written or read; the message says which and what to do."""


def name(command, scenario, now=None):
    """Name of a new run folder, such as `2026-11-22T1431_compare_promeq`; `now` is a datetime, by default the
    clock's.
    """
    word = "".join(c if c.isalnum() or c in "-_" else "-" for c in f"{command}_{scenario}")
    return f"{now or datetime.now():%Y-%m-%dT%H%M}_{word}"


def writable(folder, need_bytes=0):
    """Raise StoreError now if `folder` could not be written later, or its disk lacks `need_bytes`; changes
    nothing.
    """
    folder = pathlib.Path(folder).absolute()
    there = next(p for p in (folder, *folder.parents) if p.exists())
    if not there.is_dir():
        raise StoreError(
            f"{there} is a file, so no run can be written under it; choose another folder with --out"
        )
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise StoreError(
            f"{there} cannot be written to ({error.strerror}); choose another folder with --out"
        ) from None
    free = shutil.disk_usage(there).free
    if free < need_bytes:
        raise StoreError(
            f"the disk of {there} has {_size(free)} free and this run needs about {_size(need_bytes)}; "
            "free some space, choose another folder with --out, or ask for fewer draws or replicates"
        )


def _size(count):
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


@contextmanager
def building(folder):
    """Build a run folder whole or not at all: yields a hidden folder to fill; renames it to `folder` at the
    end.

    Every file is flushed to disk before the one atomic rename. An error or Ctrl-C inside removes what was
    there; a process killed outright leaves only a hidden folder, which nothing takes for a run. If `folder`
    exists by then, -2, -3 ... is added. The yielded path gets its final name as attribute `final` of the
    returned `Build`.
    """
    folder = pathlib.Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    build = Build(pathlib.Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent)))
    try:
        build.path.chmod(0o755)  # mkdtemp makes it private, and colleagues should read the run
        yield build
        for path in [*build.path.rglob("*"), build.path]:
            _flush(path)
        build.final = _place(build.path, folder)
        _flush(folder.parent)
    finally:
        # Also on KeyboardInterrupt and SystemExit; after the rename there is nothing left to remove.
        shutil.rmtree(build.path, ignore_errors=True)


class Build:
    """A run folder in the making: `path` to write into, and `final`, its name once it is whole."""

    def __init__(self, path):
        self.path, self.final = path, None


def _place(hidden, folder):
    """Rename to the first free name; a rename never replaces a folder with something in it."""
    target, count = folder, 1
    while True:
        if not target.exists():
            try:
                os.replace(hidden, target)
                return target
            except OSError:
                if not target.exists():
                    raise
        count += 1
        target = folder.with_name(f"{folder.name}-{count}")


def _flush(path):
    """Flush a file or a folder to disk; Windows has no such thing for folders."""
    folder = path.is_dir()
    if folder and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(folder, file, text):
    """Write one text file of a folder (UTF-8), first under a dot name and then renamed, so that it is whole
    or absent.
    """
    target = pathlib.Path(folder) / file
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.with_name(f".{target.name}.part")
    hidden.write_text(text, encoding="utf-8", newline="\n")
    _flush(hidden)
    os.replace(hidden, target)
    return target


def write_manifest(folder, facts):
    """Write `manifest.json`: `facts` (a dict of what JSON can hold) with `format_version` put first."""
    text = json.dumps({"format_version": FORMAT, **facts}, indent=2, ensure_ascii=False, default=str)
    return write_text(folder, MANIFEST, text + "\n")


def write_table(folder, table, frame, part=0):
    """Write one part of a table, `<table>/part-00000.parquet`: zstd, floats split by byte, text as
    dictionary.

    Whole or absent, and the same bytes for the same frame, so that a part that exists is a chunk done.
    """
    target = pathlib.Path(folder) / table / f"part-{part:05d}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_parquet(frame, target)


def write_parquet(frame, target, ends=()):
    """Write one Parquet file whole or not at all, under a hidden name of this process until it is flushed.

    frame: a pandas frame or an Arrow table. ends: row numbers at which a new row group begins, so that a reader can skip.
    """
    import pyarrow as pa

    arrow = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
    arrow = arrow.replace_schema_metadata(None)
    bounds = zip([0, *ends], [*ends, arrow.num_rows], strict=True)
    write_groups((arrow.slice(start, stop - start) for start, stop in bounds), arrow.schema, target)
    return target


def write_groups(groups, schema, target):
    """As `write_parquet`, from Arrow tables of one schema that are made one by one. Returns the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    floats = [field.name for field in schema if pa.types.is_floating(field.type)]
    words = [field.name for field in schema if not pa.types.is_floating(field.type)]
    hidden = target.with_name(f".{target.name}.{socket.gethostname()}.{os.getpid()}.part")
    settings = {"compression": "zstd", "compression_level": 3, "use_dictionary": words, "use_byte_stream_split": floats}
    rows = 0
    try:
        with pq.ParquetWriter(hidden, schema, **settings) as writer:
            for group in groups:
                writer.write_table(group)
                rows += group.num_rows
        _flush(hidden)
        os.replace(hidden, target)
    finally:
        hidden.unlink(missing_ok=True)
    return rows


class Tables(Mapping):
    """The tables of a run folder by name, read as pandas frames when first asked for (text columns as
    categories).
    """

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._names = sorted({path.parent.name for path in self._folder.glob("*/part-*.parquet")})
        self._read = {}

    def __getitem__(self, table):
        if table not in self._names:
            raise KeyError(f"no table {table!r} in {self._folder}; it has {', '.join(self._names) or 'none'}")
        if table not in self._read:
            self._read[table] = _read(sorted((self._folder / table).glob("part-*.parquet")))
        return self._read[table]

    def __setitem__(self, table, frame):
        """Set a table beside those of the folder, in memory only."""
        self._names = sorted({*self._names, table})
        self._read[table] = frame

    def __contains__(self, table):
        return table in self._names  # without reading it, as a Mapping would

    def files(self, table):
        """The Parquet files of a table, in order, for a reader of one's own (DuckDB, polars, pyarrow)."""
        return [str(path) for path in sorted((self._folder / table).glob("part-*.parquet"))]

    def __iter__(self):
        return iter(self._names)

    def __len__(self):
        return len(self._names)


def _read(parts):
    import pyarrow.parquet as pq

    return to_frame([pq.ParquetFile(path).read() for path in parts])


def to_frame(tables):
    """Arrow tables below each other as one pandas frame, text columns as categories."""
    import pyarrow as pa

    coded = []
    for table in tables:
        for i, field in enumerate(table.schema):
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
                column = table.column(i).cast(pa.string()).dictionary_encode()
                table = table.set_column(i, field.name, column)
        coded.append(table)
    whole = pa.concat_tables(coded, promote_options="permissive")
    return whole.unify_dictionaries().to_pandas()


class Run:
    """A finished run: `manifest` (dict), `arms` (names, comparator first), `tables` (frames by name),
    `plot()`.
    """

    def __init__(self, manifest, tables, folder=None):
        self.manifest, self.tables, self.folder = manifest, tables, folder
        self._summaries, self._shown = {}, {}

    @property
    def arms(self):
        """Names of the arms, the comparator first."""
        arms = list(self.manifest.get("arms") or self.tables["outcomes"]["arm"].drop_duplicates())
        first = self.manifest.get("comparator")
        return sorted(arms, key=lambda arm: arm != first)

    @property
    def least(self):
        """Limit of small cells that the run was made with (`--min-cell`): what fewer simulated residents stand behind is not shown."""
        from results.suppress import LEAST

        return int(self.manifest.get("min_cell", LEAST))

    def shown(self, least=None):
        """The tables as they may be published: under the rule of small cells, without those of single persons.

        least: limit of small cells, by default the run's own; 0 hides nothing.
        """
        from results.suppress import Shown

        least = self.least if least is None else least
        if least not in self._shown:
            self._shown[least] = Shown(self.tables, least)
        return self._shown[least]

    def plot(self, name=None, least=None, **options):
        """Draw the figure `name` (see `results.figures.names()`; by default the first that the run's tables
        can carry) as a matplotlib Figure. least: small cells to hide, by default the run's own limit; 0 shows all.
        """
        from results import figures

        options = {"comparator": self.arms[0], "labels": self.manifest.get("titles"), **options}
        tables = self.shown(least)
        name = name or next((found for found in figures.names() if figures.possible(found, tables)), figures.names()[0])
        return figures.draw(name, tables, **options)

    def summarise(self, arm=None, least=None, **options):
        """`results.compare.summarise` of one arm (by default the first) against the comparator, of the tables as they are shown; made
        once and kept. least: as in `shown`.
        """
        from results import compare
        from results.language import current

        if len(self.arms) < 2:
            raise StoreError(
                f"{self.folder or 'this run'} has the one arm {self.arms[0]!r}: nothing to compare it with"
            )
        arm = arm or self.arms[1]
        options = {"titles": self.manifest.get("titles"), "unseen": self.manifest.get("unseen", {}).get(arm, ()), **options}
        key = (arm, least, repr(sorted(options.items())), current())
        if key not in self._summaries:
            self._summaries[key] = compare.summarise(self.shown(least), self.arms[0], arm, **options)
        return self._summaries[key]

    def __repr__(self):
        return f"Run({', '.join(map(repr, self.arms))}, folder={str(self.folder)!r})"


def runs(parent):
    """The run folders in `parent`, oldest name first; hidden (unfinished) ones are not runs."""
    folders = sorted(pathlib.Path(parent).glob(f"*/{MANIFEST}"))
    return [path.parent for path in folders if not path.parent.name.startswith(".")]


def open(path):
    """Open a run folder: `Run`. StoreError names a near miss, a folder that is no run, or one from a later
    version.
    """
    folder = pathlib.Path(path)
    if not (folder / MANIFEST).is_file():
        near = difflib.get_close_matches(folder.name, [run.name for run in runs(folder.parent)], 1, 0.6)
        hint = f" Did you mean {folder.parent / near[0]}?" if near else ""
        raise StoreError(f"{folder} is not a finished run: it has no {MANIFEST}.{hint}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise StoreError(f"{folder / MANIFEST} cannot be read: {error}") from None
    version = manifest.get("format_version")
    if not isinstance(version, int):
        raise StoreError(f"{folder / MANIFEST} has no format_version, so it was not written by this program")
    if version > FORMAT:
        raise StoreError(
            f"{folder} has format version {version}, this program reads up to {FORMAT}; update the program"
        )
    return Run(manifest, Tables(folder), folder)

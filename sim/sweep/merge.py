"""All parts of a finished sweep as one file, sorted, so that the same plan gives the same bytes wherever it ran."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq

from results import store
from sim.sweep.folder import retry_name

__all__ = ["merge"]

KEYS = ["task", "year", "kind", "stratum"]


def merge(folder):
    """Write merged/results.parquet, merged/runs.parquet and merged/MANIFEST.json. Returns the manifest (a dict).

    StoreError while chunks are missing. Failed tasks are left out and counted. Chunks stand in order, each with the rows of
    the whole period first.
    """
    missing = folder.missing()
    if missing:
        raise store.StoreError(f"{folder.path}: {len(missing)} chunks are not done; carry on with: hytesim sweep {folder.path}")
    target = folder.path / "merged" / "results.parquet"
    target.parent.mkdir(exist_ok=True)
    files = {unit: _files(folder, unit) for unit in folder.units()}
    schema = pa.unify_schemas([pq.read_schema(f) for found in files.values() for f in found])
    schema = pa.schema([schema.field(name) for name in [*KEYS, *sorted(set(schema.names) - set(KEYS))]])
    tables = (_sorted(found, schema) for found in files.values())
    rows = store.write_groups((group for pair in tables for group in pair), schema, target)
    store.write_parquet(folder.runs, target.with_name("runs.parquet"))
    digest = hashlib.sha256()
    with open(target, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    facts = {"rows": rows, "tasks": len(folder.tasks), "failed": sorted(folder.failures()), "sha256": digest.hexdigest(),
             "software": folder.facts["software"]}
    store.write_text(folder.path, "merged/MANIFEST.json", json.dumps(facts, indent=2) + "\n")
    return facts


def _files(folder, unit):
    """The part of a chunk, and those of its tasks that were tried again with success."""
    done = folder.parts()
    names = [unit.name, *(retry_name(int(unit.name), task) for task in unit.tasks)]
    return [folder.path / "results" / f"part-{name}.parquet" for name in names if name in done]


def _sorted(files, schema):
    """A chunk's rows of the whole period, and those of the years."""
    import pyarrow.compute as pc

    table = pa.concat_tables([pq.read_table(f) for f in files], promote_options="default")
    for name in schema.names:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), schema.field(name).type))
    table = table.select(schema.names).cast(schema).sort_by([(key, "ascending") for key in KEYS])
    period = pc.equal(table["year"], 0)
    return table.filter(period), table.filter(pc.invert(period))

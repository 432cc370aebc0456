"""The part of a run's tables that a report needs: large tables are filtered and added up while they are read."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from results import reporting, store, tidy

__all__ = ["gather"]

KINDS = ("all", "group", "group_start")
OUTCOMES = {  # outcome: the kinds of strata in which it is shown
    "wellbeing": (*KINDS, "municipality", "income_fifth"),
    "good_quality_of_life": KINDS,
    "life_satisfaction": ("income_fifth",),
    "contacts": KINDS,
    "waiting": ("all", "service"),
    "unmet": ("all", "service"),
    "sii_wellbeing": ("all",),
    "erreygers_wellbeing": ("all",),
    "life_satisfaction_years_total": KINDS,
    "qaly_total": KINDS,
    "population_total": ("all",),
}
LEDGER = [*tidy.RUN, "month", "date", "payer", "transfer"]
AT_ONCE = 2  # files that are read together
PROGRAMMES = "programmes"  # the sector of what programmes themselves cost
WHOLE = (
    "twins", "funnel", "curves", "transitions", "parameters", "places", "areas", "mechanisms", "maturity", "adoption",
    "monitoring", "emphasis", "area_wellbeing", "allocation", "partnership", "indicators",
)


def gather(run):
    """{name: frame} of what the figures and tables of a report use; ledger added up over places, sectors and items."""
    found = {name: run.tables[name] for name in WHOLE if name in run.tables}
    on_disk = isinstance(run.tables, store.Tables)
    found["outcomes"] = (_read_outcomes if on_disk else _keep_outcomes)(run)
    if "ledger" in run.tables:
        found["ledger"] = (_read_ledger if on_disk else _add_ledger)(run)
        if "indicators" in run.tables and len(run.arms) > 1:  # needs items of the ledger, which are added up above
            found["reporting_value"] = reporting.reporting_value(run.tables, run.arms[0])
    return found


def _keep_outcomes(run):
    """The same as reading, of tables that are in memory already."""
    frame = run.tables["outcomes"]
    keep = False
    for kinds, outcomes in _by_kinds().items():
        keep = keep | (frame["outcome"].isin(outcomes) & frame["stratum_kind"].isin(kinds))
    return frame[keep]


def _by_kinds():
    """{kinds: outcomes shown in just these}."""
    found = {}
    for outcome, kinds in OUTCOMES.items():
        found.setdefault(tuple(kinds), []).append(outcome)
    return found


def _dataset(run, table):
    import pyarrow.dataset as ds

    return ds.dataset(run.tables.files(table))


def _read_outcomes(run):
    """Only the rows shown, of two files at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return store.to_frame([part for parts in pool.map(_shown_of, run.tables.files("outcomes")) for part in parts])


def _shown_of(path):
    """The rows shown of one file. Text is stored as numbers of a dictionary, so that each word is looked at once and not in every row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = []
    for batch in pq.ParquetFile(path).iter_batches(1_000_000, use_threads=False):
        outcome, kind = (_words(batch.column(name)) for name in ("outcome", "stratum_kind"))
        kinds, names = kind.dictionary.to_pylist(), outcome.dictionary.to_pylist()
        shown = np.array([[k in OUTCOMES.get(name, ()) for k in kinds] for name in names], bool)
        keep = shown[outcome.indices.to_numpy(), kind.indices.to_numpy()] if shown.size else np.zeros(batch.num_rows, bool)
        parts.append(pa.Table.from_batches([batch.take(pa.array(np.flatnonzero(keep)))]))
    return parts


def _words(column):
    """A column of text as numbers of a dictionary."""
    import pyarrow as pa

    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _add_ledger(run):
    ledger = run.tables["ledger"]
    if "sector" in ledger:
        ledger = ledger.assign(programme=(ledger["sector"] == PROGRAMMES).to_numpy())
    keys = [key for key in (*LEDGER, "programme") if key in ledger]
    return tidy.add_up(ledger, keys, amount=ledger["amount"].to_numpy(float))


def _read_ledger(run):
    """Sums over places, sectors and items, batch by batch, so that a table of any length fits into memory."""
    import pyarrow as pa
    import pyarrow.compute as pc

    data = _dataset(run, "ledger")
    keys = [key for key in LEDGER if key in data.schema.names]
    told = ["sector"] if "sector" in data.schema.names else []
    columns, parts = [*keys, *told, "amount"], []
    keys += ["programme"] if told else []
    for batch in data.to_batches(columns=columns, batch_size=4_000_000):
        if batch.num_rows:
            table = pa.Table.from_batches([batch]).unify_dictionaries()
            if told:
                table = table.append_column("programme", pc.equal(table["sector"].cast(pa.string()), PROGRAMMES))
            parts.append(table.group_by(keys, use_threads=False).aggregate([("amount", "sum")]).rename_columns([*keys, "amount"]))
    frame = store.to_frame(parts)
    sums = frame.groupby(keys, observed=True, sort=False)["amount"].sum().reset_index() if len(parts) > 1 else frame
    return pd.DataFrame(sums)

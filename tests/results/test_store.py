"""Run folders: whole or not at all, opened again as they were, and plain words when something is wrong."""

import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from results import store

FRAME = pd.DataFrame(
    {"arm": pd.Categorical(["a", "b"]), "draw": [0, 0], "transfer": [True, False], "value": [0.1, -2.5]}
)
ROOT = pathlib.Path(__file__).parents[2]


def build(folder, frame=FRAME, **facts):
    with store.building(folder) as made:
        store.write_table(made.path, "outcomes", frame)
        store.write_text(made.path, "scenario.a.toml", "id = 'a'\n")
        store.write_manifest(made.path, {"arms": ["a", "b"], "comparator": "b", **facts})
    return made.final


def test_name_says_when_what_and_which():
    now = datetime.datetime(2026, 11, 22, 14, 31)
    assert store.name("compare", "promeq", now) == "2026-11-22T1431_compare_promeq"
    assert store.name("run", "my scenario/äö", now) == "2026-11-22T1431_run_my-scenario-äö"


def test_what_is_written_is_read(tmp_path):
    run = store.open(build(tmp_path / "run"))
    assert run.arms == ["b", "a"]  # the comparator first
    assert run.manifest["format_version"] == store.FORMAT
    assert list(run.tables) == ["outcomes"]
    pd.testing.assert_frame_equal(run.tables["outcomes"], FRAME, check_dtype=False, check_categorical=False)
    assert isinstance(run.tables["outcomes"]["arm"].dtype, pd.CategoricalDtype)
    assert run.tables["outcomes"] is run.tables["outcomes"]  # read once
    with pytest.raises(KeyError, match="it has outcomes"):
        run.tables["ledger"]


def test_parts_are_read_in_order_as_one_table(tmp_path):
    store.write_table(tmp_path, "outcomes", FRAME.assign(arm="c"), part=10)
    store.write_table(tmp_path, "outcomes", FRAME, part=2)
    assert store.Tables(tmp_path)["outcomes"]["arm"].tolist() == ["a", "b", "c", "c"]
    assert not list(tmp_path.rglob(".*"))


def test_any_reader_opens_a_part(tmp_path):
    """Pandas opens the folder; floats are split by byte, text is a dictionary."""
    import pyarrow.parquet as pq

    path = store.write_table(tmp_path, "outcomes", FRAME)
    assert pd.read_parquet(tmp_path / "outcomes")["value"].tolist() == [0.1, -2.5]
    columns = [pq.ParquetFile(path).metadata.row_group(0).column(i) for i in range(4)]
    assert {column.compression for column in columns} == {"ZSTD"}
    assert "BYTE_STREAM_SPLIT" in columns[3].encodings
    assert "RLE_DICTIONARY" in columns[0].encodings


def test_same_frame_same_bytes(tmp_path):
    one, two = (store.write_table(tmp_path / name, "ledger", FRAME).read_bytes() for name in "ab")
    assert one == two


def test_a_second_run_of_the_same_minute_gets_its_own_folder(tmp_path):
    names = [build(tmp_path / "run").name for _ in range(3)]
    assert names == ["run", "run-2", "run-3"]
    assert [path.name for path in store.runs(tmp_path)] == names


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_interrupted_leaves_nothing(tmp_path, error):
    def interrupted():
        with store.building(tmp_path / "run") as made:
            store.write_table(made.path, "outcomes", FRAME)
            raise error

    with pytest.raises(error):
        interrupted()
    assert list(tmp_path.iterdir()) == []


CHILD = """
import pathlib, sys, time
from results import store
with store.building(pathlib.Path(sys.argv[1]) / "run") as made:
    store.write_text(made.path, "scenario.a.toml", "half")
    print("started", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_killed_in_the_middle_is_no_run(tmp_path, kill):
    """Ctrl-C leaves nothing; a process killed outright leaves at most a hidden folder that is never taken for
    a run.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout.readline() == b"started\n"
    time.sleep(0.1)
    child.send_signal(kill)
    assert child.wait(20) != 0
    child.stdout.close()
    assert store.runs(tmp_path) == []
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    if kill == signal.SIGINT:
        assert list(tmp_path.iterdir()) == []


def test_readers_may_read(tmp_path):
    if os.name != "nt":
        assert build(tmp_path / "run").stat().st_mode & 0o055 == 0o055


def test_writable_says_it_before_computing(tmp_path, monkeypatch):
    store.writable(tmp_path / "new" / "deep", 1)
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(store.StoreError, match="is a file"):
        store.writable(file / "runs")
    with pytest.raises(store.StoreError, match=r"needs about 10000\.0 TB"):
        store.writable(tmp_path, 10**16)

    def refuse(**options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store.tempfile, "TemporaryFile", refuse)
    with pytest.raises(store.StoreError, match=r"cannot be written to \(Permission denied\); choose another"):
        store.writable(tmp_path)


def test_opening_what_is_no_run(tmp_path):
    build(tmp_path / "compare_promeq")
    with pytest.raises(store.StoreError, match=r"not a finished run.*Did you mean .*compare_promeq"):
        store.open(tmp_path / "compare_promek")
    with pytest.raises(store.StoreError, match=r"has no manifest\.json"):
        store.open(tmp_path)


def test_versions(tmp_path):
    """A later format is refused, today's is read, a manifest of something else is named as such."""
    folder = build(tmp_path / "run")
    path = folder / "manifest.json"
    facts = json.loads(path.read_text())
    assert next(iter(facts)) == "format_version"
    path.write_text(json.dumps({**facts, "format_version": store.FORMAT + 1}))
    with pytest.raises(store.StoreError, match="update the program"):
        store.open(folder)
    path.write_text("{}")
    with pytest.raises(store.StoreError, match="no format_version"):
        store.open(folder)
    path.write_text("{")
    with pytest.raises(store.StoreError, match="cannot be read"):
        store.open(folder)


def test_one_arm_cannot_be_compared():
    run = store.Run({"arms": ["a"]}, {})
    with pytest.raises(store.StoreError, match="nothing to compare"):
        run.summarise()


def test_run_plots_and_summarises(tmp_path, tables, titles):
    with store.building(tmp_path / "run") as made:
        for table, frame in tables.items():
            store.write_table(made.path, table, frame)
        store.write_manifest(
            made.path, {"arms": ["baseline", "promeq"], "comparator": "baseline", "titles": titles}
        )
    run = store.open(made.final)
    assert "PROMEQ models" in run.summarise().sentence
    assert "PROMEQ models" in run.plot("who_gains").alt_text
    assert run.plot().alt_text


def test_importing_is_light():
    code = "import sys, results, results.store, results.inequality, results.economics, results.uncertainty; "
    code += "heavy = {'pandas', 'pyarrow', 'matplotlib', 'scipy'} & set(sys.modules); sys.exit(len(heavy))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

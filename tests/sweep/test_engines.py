"""The same bytes on every engine, with any number of workers, in shards, and after failures that stay with their task."""

import json

import pytest

from results import store
from results.sweeps import read
from sim.sweep import drive
from sim.sweep.chunks import FullError
from sim.sweep.folder import Folder


def parts(folder, hashed):
    return {p.name: hashed(p) for p in sorted((folder.path / "results").glob("part-*.parquet"))}


def test_every_engine_writes_the_same_bytes(sweep, hashed):
    """Part by part, not only in sum: here, one worker, three workers, and forty shards of one."""
    plain = sweep("doze", name="here")
    assert drive.carry_out(plain, plain.missing(), "here").done == 20
    wanted = parts(plain, hashed)
    assert len(wanted) == 5
    for workers in (1, 3):
        other = sweep("doze", name=f"workers-{workers}")
        drive.carry_out(other, other.missing(), "processes", workers)
        assert parts(other, hashed) == wanted
    shards = sweep("doze", name="shards")
    for k in range(40, 0, -1):
        drive.carry_out(shards, drive.shard(shards.units(), k, 40), "here")
    assert parts(shards, hashed) == wanted


def test_real_tasks_are_alike_on_one_process_and_two(checked, tmp_path, hashed):
    from sim.sweep.folder import create

    found = []
    for engine in ("here", "processes"):
        folder = create(checked(2, 2), tmp_path / engine)
        assert drive.carry_out(folder, folder.missing(), engine, 2).done == 4
        found.append(parts(folder, hashed))
    assert found[0] == found[1]


def test_dask_on_this_machine_writes_the_same_bytes(sweep, hashed):
    pytest.importorskip("distributed")
    plain, other = sweep("quick", name="here"), sweep("quick", name="dask")
    drive.carry_out(plain, plain.missing(), "here")
    outcome = drive.carry_out(other, other.missing(), "dask", 2)
    assert outcome.done == 20
    assert parts(other, hashed) == parts(plain, hashed)


def test_dask_gives_up_the_task_that_kills_its_workers(sweep):
    pytest.importorskip("distributed")
    folder = sweep("die", replicates=4)
    drive.carry_out(folder, folder.missing(), "dask", 2)
    assert list(folder.failures()) == [5]
    assert not folder.missing()


def test_shards_share_out_every_unit_once():
    units = list(range(17))
    for whole in (1, 3, 40):
        shares = [drive.shard(units, k, whole) for k in range(1, whole + 1)]
        assert sorted(u for share in shares for u in share) == units
    with pytest.raises(ValueError, match="4/3"):
        drive.shard(units, 4, 3)


@pytest.mark.parametrize("engine", ["here", "processes"])
def test_a_failing_task_stays_alone(sweep, engine, digest):
    """It is recorded with parameters and traceback, the others are there, and retry mends it to the same bytes."""
    folder, whole = sweep("mend"), sweep("quick", name="whole")
    drive.carry_out(whole, whole.missing(), "here")
    outcome = drive.carry_out(folder, folder.missing(), engine)
    assert (outcome.done, outcome.failed) == (19, 1)
    record = folder.failures()[5]
    assert "ZeroDivisionError: task 5 cannot be done" in record["error"] and "jobs.py" in record["traceback"]
    assert json.loads(record["settings"])["parameters.wellbeing.persistence"] == 0.9
    assert not folder.missing()
    drive.carry_out(folder, folder.again(), engine)
    assert list(folder.failures()) == [5]
    (folder.path / "mended").touch()
    drive.carry_out(folder, folder.again(), engine)
    assert not folder.failures()
    assert digest(folder) == digest(whole)


def test_a_task_that_kills_its_worker_is_given_up(sweep):
    folder = sweep("die")
    outcome = drive.carry_out(folder, folder.missing(), "processes", 2)
    assert (outcome.done, outcome.failed, outcome.deaths) == (19, 1, 3)
    assert "died 3 times" in folder.failures()[5]["error"]


def test_a_task_that_eats_too_much_memory_fails_alone(sweep):
    """By a MemoryError of its own; the worker lives on."""
    folder = sweep("hog")
    outcome = drive.carry_out(folder, folder.missing(), "processes", 2, memory=2 * 10**9)
    assert (outcome.done, outcome.failed, outcome.deaths) == (19, 1, 0)
    assert "memory" in folder.failures()[5]["error"]


def test_what_is_done_is_not_done_again(sweep):
    folder = sweep("count")
    drive.carry_out(folder, folder.units()[:3], "processes", 2)
    drive.carry_out(folder, folder.units(), "processes", 2)
    assert len(list((folder.path / "log").iterdir())) == 20


def test_a_full_disk_fails_nothing(sweep, monkeypatch, digest):
    """The drive stops with one clear error, and goes on when there is room."""
    from sim.sweep import journal

    folder, whole = sweep("quick"), sweep("quick", name="whole")
    drive.carry_out(whole, whole.missing(), "here")

    def full(self, task, table):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "add", full)
        with pytest.raises(FullError, match="No space left"):
            drive.carry_out(folder, folder.missing(), "here")
    assert not folder.failures()
    drive.carry_out(folder, folder.missing(), "here")
    assert digest(folder) == digest(whole)


def test_a_torn_journal_loses_only_its_end(sweep, digest):
    folder, whole = sweep("count", chunk=10), sweep("quick", name="whole", chunk=10)
    drive.carry_out(whole, whole.missing(), "here")
    from sim.sweep.chunks import Work, carry

    begun = []

    def stopping():
        return len(begun) == 4

    unit = folder.units()[0]
    end = carry(Work(str(folder.path)), unit, lambda event, task, s: begun.append(task) if event == "end" else None, stopping)
    assert end == "stopped"
    (file,) = (folder.path / "unfinished").iterdir()
    file.write_bytes(file.read_bytes()[:-7])
    drive.carry_out(folder, folder.missing(), "here")
    assert len(list((folder.path / "log").iterdir())) == 21  # the fourth was torn
    assert digest(folder) == digest(whole)
    assert not list((folder.path / "unfinished").iterdir())


def test_no_merge_while_chunks_are_missing(sweep):
    from sim.sweep.merge import merge

    folder = sweep("quick")
    with pytest.raises(store.StoreError, match="5 chunks are not done"):
        merge(folder)


def test_a_sweep_that_expands_keeps_what_is_there(sweep, digest):
    from sim.sweep.expand import expand

    folder = sweep("count")
    drive.carry_out(folder, folder.missing(), "here")
    more = expand(folder, draws=3, replicates=2)
    assert len(more.runs) == 2 * 4 * 12
    assert more.runs["run"].tolist() == list(range(len(more.runs)))
    drive.carry_out(more, more.missing(), "here")
    assert len(list((folder.path / "log").iterdir())) == len(more.tasks)
    with pytest.raises(ValueError, match="nothing was added"):
        expand(Folder(folder.path))


def test_runs_alike_share_a_task(checked, tmp_path):
    """A comparator without the policy that is varied is computed once for all points."""
    from sim.sweep import plan
    from sim.sweep.folder import create

    file = tmp_path / "p.toml"
    file.write_text("""
[sweep]
scenarios = ["promeq"]
design = "grid"
replicates = 2
[set]
"population.residents" = 300
[vary]
"interventions.youth_groups.capacity" = [1.0, 2.0, 3.0]
""", encoding="utf-8")
    folder = create(plan.load(file), tmp_path / "s")
    assert len(folder.runs) == 12
    assert len(folder.tasks) == 2 + 6


def test_an_array_task_has_compiled_code_of_its_own(sweep, monkeypatch):
    """Nodes must not share the folder that the submitting process compiled into: they get a copy, and forget where it was."""
    from sim.engines import slurm
    from sim.sweep.measure import Measured
    from sim.sweep.plan import Cluster

    monkeypatch.setenv("NUMBA_CACHE_DIR", "/srv/some body/compiled")
    folder = sweep("quick")
    text = slurm.script(folder, Cluster(), Measured(1.0, 1.0, 2.0, 3 * 10**8, 10_000, 2), folder.missing(), 1)
    lines = text.splitlines()
    copied = next(i for i, line in enumerate(lines) if "cp -r '/srv/some body/compiled' \"$cache/hytesim/numba/\"" in line)
    assert copied < lines.index('export XDG_CACHE_HOME="$cache"') < next(i for i, line in enumerate(lines) if line.endswith(" &"))
    assert any(line.startswith("unset NUMBA_CACHE_DIR") for line in lines)


@pytest.mark.parametrize("library", ["polars", "duckdb"])
def test_a_store_opens_with_other_libraries(sweep, library):
    """Byte-stream split and dictionaries are read by others than the one that wrote them, to the same sum."""
    module = pytest.importorskip(library)
    folder = sweep("quick")
    drive.carry_out(folder, folder.missing(), "here")
    files = f"{folder.path}/results/part-*.parquet"
    if library == "polars":
        rows, total = module.scan_parquet(files).select(module.len(), module.col("value").sum()).collect().row(0)
    else:
        rows, total = module.sql(f"SELECT count(*), sum(value) FROM '{files}'").fetchall()[0]
    expected = read.rows(folder.path)["value"]
    assert rows == len(expected) == 20 * 6
    assert total == pytest.approx(expected.sum(), rel=1e-12)


def test_a_job_script_bears_any_path_and_a_plan_s_file_any_name(sweep, tmp_path):
    """Slurm reads %j in a path as the job's number, and the rest of a line after a space as another option."""
    from sim.engines import slurm
    from sim.sweep import plan
    from sim.sweep.measure import Measured

    folder = sweep("quick", place=tmp_path / 'a "b" 100%j')
    text = slurm.script(folder, plan.Cluster(), Measured(1.0, 1.0, 2.0, 3 * 10**8, 10_000, 2), folder.missing(), 1)
    assert f'#SBATCH --output="{tmp_path}/a \\"b\\" 100%%j/tiny/log/%A_%a.out"' in text.splitlines()
    file = tmp_path / "my plan\n#SBATCH v1.2.toml"
    file.write_text('[sweep]\nscenarios = ["promeq"]\n[cluster]\ncpus = 3\n', encoding="utf-8")
    assert plan.load(file).id == "my-plan--SBATCH-v1.2"
    assert plan.cluster(file).cpus == 3


def test_dask_at_an_address(sweep, hashed):
    """Workers that somebody else started, as on a list of ssh hosts."""
    distributed = pytest.importorskip("distributed")
    plain, other = sweep("quick", name="here"), sweep("quick", name="address")
    drive.carry_out(plain, plain.missing(), "here")
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        drive.carry_out(other, other.missing(), "dask", options={"address": cluster.scheduler_address})
    assert parts(other, hashed) == parts(plain, hashed)

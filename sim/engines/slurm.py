"""A Slurm job array: no driver, every array task reads the folder and takes its share of the units that were missing."""

import json
import math
import os
import shlex
import shutil
import subprocess
import sys

from results import store

__all__ = ["script", "submit"]

SLACK = 1.5  # of the measured time: nodes differ, and walltime kills
START = 600  # seconds for compiling on the node and for reading
SHORTEST = 900  # seconds of walltime
MEMORY = 1.25  # of the measured memory per worker
PASSED_ON = (  # what Slurm tells the script, the command should hear; each signal ends a wait before its time
    "child=$!", "trap 'kill -USR1 $child' USR1", "trap 'kill -TERM $child' TERM", "wait $child", "code=$?",
    "while kill -0 $child 2>/dev/null; do wait $child; code=$?; done", "exit $code",
)


def script(folder, cluster, measured, units, number):
    """The job script for the missing `units` of a folder (the file slurm/<number>.json lists them), sized by what was measured.

    cluster: the plan's [cluster]. Returns the text. An array task has `cluster.cpus` workers and about `cluster.hours` of work;
    the array has at most `cluster.tasks` tasks.
    """
    core_seconds = measured.seconds * sum(len(unit.tasks) for unit in units)
    wanted = math.ceil(core_seconds / (cluster.cpus * cluster.hours * 3600))
    count = max(1, min(wanted, cluster.tasks, len(units)))
    most = math.ceil(len(units) / count) * max(len(unit.tasks) for unit in units) * measured.seconds  # of the fullest task's cores
    seconds = max(SHORTEST, SLACK * most / min(cluster.cpus, math.ceil(len(units) / count)) + START)
    megabytes = math.ceil(measured.memory * MEMORY * cluster.cpus / 2**20 + 500)
    notice = math.ceil(max(120, 2 * measured.slowest + 60))  # Slurm may send it a minute early
    command = [sys.executable, "-m", "hytesim", "sweep", str(folder.path), "--units", f"slurm/{number:03d}.json", "--quiet"]
    lines = [
        "#!/bin/bash",
        f"#SBATCH --job-name=hytesim-{folder.facts['id']}",
        f"#SBATCH --array=1-{count}",
        "#SBATCH --nodes=1", "#SBATCH --ntasks=1",
        f"#SBATCH --cpus-per-task={cluster.cpus}",
        f"#SBATCH --mem={megabytes}M",
        f"#SBATCH --time={_clock(seconds)}",
        f"#SBATCH --signal=B:USR1@{notice}",
        "#SBATCH --requeue", "#SBATCH --open-mode=append",
        f'#SBATCH --output="{_escaped(folder.path)}/log/%A_%a.out"',
        *(f"#SBATCH {option}" for option in cluster.options),
        "",
        *cluster.setup,
        "# Compiled code in a folder of this array task, gone with it: tasks that compile at once must not share one.",
        'cache="${LOCAL_SCRATCH:-${TMPDIR:-/var/tmp}}/hytesim-$SLURM_JOB_ID"',
        "trap 'rm -rf \"$cache\"' EXIT",
        'mkdir -p "$cache/hytesim/numba"',
        f"[ -d {_compiled()} ] && cp -r {_compiled()} \"$cache/hytesim/numba/\"",
        "unset NUMBA_CACHE_DIR  # of the process that submitted",
        'export XDG_CACHE_HOME="$cache"',
        f'{shlex.join(command)} --workers "${{SLURM_CPUS_PER_TASK:-1}}" --shard "$SLURM_ARRAY_TASK_ID/{count}" &',
        *PASSED_ON,
    ]
    return "\n".join(lines) + "\n"


def _escaped(path):
    """A path as sbatch reads it: % stands for itself, and what ends a quoted word does not."""
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _compiled():
    """Where this machine keeps what it compiled of these sources; a node with the same processor can use a copy of it."""
    return shlex.quote(os.environ.get("NUMBA_CACHE_DIR") or "/nowhere")


def _clock(seconds):
    """Seconds as Slurm writes walltime, to whole minutes."""
    minutes = math.ceil(seconds / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def prepare(folder, cluster, measured, units):
    """Write slurm/<number>.json and slurm/<number>.sh for what is missing. Returns the path of the script."""
    place = folder.path / "slurm"
    place.mkdir(exist_ok=True)
    number = 1 + len(list(place.glob("[0-9]*.sh")))
    text = script(folder, cluster, measured, units, number)
    store.write_text(folder.path, f"slurm/{number:03d}.json", json.dumps([unit.name for unit in units]) + "\n")
    return store.write_text(folder.path, f"slurm/{number:03d}.sh", text)


def submit(path):
    """Hand a script to sbatch. Returns the job's number; ValueError with Slurm's own words if it is refused."""
    if shutil.which("sbatch") is None:
        raise ValueError(f"there is no sbatch here; the script is {path}: submit it on a login node with: sbatch {path}")
    done = subprocess.run(["sbatch", "--parsable", str(path)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"sbatch refused {path}: {done.stderr.strip()}")
    return done.stdout.strip().split(";")[0]

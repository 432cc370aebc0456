"""Where runs execute, one file per engine.

Comparisons and calibrations: `execute(function, tasks, workers, done)`, results in the order of tasks (`here`, `processes`; `dask`
through `executing`, which keeps its cluster from wave to wave).
Sweeps: `sweep(work, units, workers, tell, stopping)`, which leaves one part per unit in the folder (`here`, `processes`, `dask`),
or `submit(folder, …)`, which asks a cluster to do the same (`slurm`). tell(event, unit, task, seconds, worker) is called
with "begin", "end" and "failed" of a task, "done", "stopped" and "there" of a unit, "death" of a worker, and "beat" when idle.
"""

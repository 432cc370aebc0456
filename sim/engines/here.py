"""This process: one task after the other, for debugging and for one core."""


def execute(function, tasks, workers, done):
    """Results of function(task) in the order of `tasks`; `done()` is called after each. `workers` is not used."""
    results = []
    for task in tasks:
        results.append(function(task))
        done()
    return results


def sweep(work, units, workers, tell, stopping):
    """Carry out units of a sweep one after the other in this process. `workers` is not used."""
    import os

    from sim.sweep.chunks import carry

    for unit in units:
        if stopping():
            return
        end = carry(work, unit, lambda event, task, seconds, u=unit: tell(event, u, task, seconds, os.getpid()), stopping)
        tell(end, unit, None, None, os.getpid())

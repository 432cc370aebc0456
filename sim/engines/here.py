"""This process: one task after the other, for debugging and for one core."""


def execute(function, tasks, workers, done):
    """Results of function(task) in the order of `tasks`; `done()` is called after each. `workers` is not used."""
    results = []
    for task in tasks:
        results.append(function(task))
        done()
    return results

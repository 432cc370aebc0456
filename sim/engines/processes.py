"""Local processes, one thread each: the default of the command line."""

import gc
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import connection

PRELOADED = ["sim.model", "sim.tidy", "sim.traces", "sim.sweep.crew", "results.sweeps.condense", "pyarrow.compute", "pyarrow.parquet"]
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def begin():
    """Let the process from which workers are forked import the model already, while the caller is still reading scenarios."""
    if context().get_start_method() == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # it lets signals through again when it has started, so it starts first
        with one_thread(), undisturbed():
            forkserver.ensure_running()


def context():
    """Workers come from a clean server process that has imported everything once and share it; where there is none, from scratch."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    chosen = multiprocessing.get_context("forkserver")
    chosen.set_forkserver_preload(PRELOADED)
    return chosen


@contextmanager
def undisturbed():
    """Ctrl-C waits until the server of workers has started, which inherits this and leaves Ctrl-C to its parent from the start."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


@contextmanager
def one_thread():
    """One thread for each worker, whatever libraries would choose; the settings are put back afterwards."""
    held = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in held.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def cores():
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(function, tasks, workers, done):
    """Results of function(task) in the order of `tasks`, from `workers` processes; `done()` after each that ends.

    An exception in a task ends the others that have not begun and is raised here. Ctrl-C ends the workers at once.
    """
    with one_thread():
        pool = ProcessPoolExecutor(workers, context(), initializer=settle)
        try:
            places = {pool.submit(function, task): i for i, task in enumerate(tasks)}
            results = [None] * len(tasks)
            for future in as_completed(places):
                results[places[future]] = future.result()
                done()
            pool.shutdown()
            return results
        except BaseException:
            _end(pool)
            del pool  # whoever keeps the error would keep its semaphores, of which an abrupt end then complains
            raise


def sweep(work, units, workers, tell, stopping):
    """Carry out units of a sweep on `workers` processes, each replaced if it dies."""
    from sim.sweep.crew import Crew

    Crew(work, units, workers, tell, stopping).run()


def settle():
    """A worker leaves Ctrl-C to its parent, ends on a plain termination, and does not outlive its parent."""
    gc.freeze()  # what its server imported stays shared, and is not searched for garbage after each run
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel):
    """Wait for the end of the process that asked for this worker (its server of workers may live on) and end with it."""
    connection.wait([sentinel])
    os._exit(1)


def _end(pool):
    """Drop what has not begun and end the workers that this pool started."""
    workers, manager = list((pool._processes or {}).values()), pool._executor_manager_thread
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(5)
    if manager is not None:
        manager.join(5)

"""Local processes, one thread each: the default of the command line."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager

ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def begin():
    """Let the process from which workers are forked import the model already, while the caller is still reading scenarios."""
    context = _context()
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # it lets signals through again when it has started, so it starts first
        with _one_thread(), _undisturbed():
            forkserver.ensure_running()


def _context():
    """Workers come from a clean server process that has imported the model once; where there is none, from scratch."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sim.model", "sim.tidy"])
    return context


@contextmanager
def _undisturbed():
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
def _one_thread():
    """One thread for each worker, whatever libraries would choose; the settings are put back afterwards."""
    held = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in held.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def execute(function, tasks, workers, done):
    """Results of function(task) in the order of `tasks`, from `workers` processes; `done()` after each that ends.

    An exception in a task ends the others that have not begun and is raised here. Ctrl-C ends the workers at once.
    """
    with _one_thread():
        pool = ProcessPoolExecutor(workers, _context(), initializer=_begin)
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
            raise


def _begin():
    """A worker leaves Ctrl-C to its parent, ends on a plain termination, and does not outlive its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, Linux only
    except (OSError, AttributeError):
        return


def _end(pool):
    """Drop what has not begun and end the workers that this pool started."""
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(5)

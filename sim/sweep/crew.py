"""Worker processes that take units one by one; a worker that dies is replaced and loses only the task it was at."""

import os
import signal
from collections import deque
from multiprocessing.connection import wait

from sim.engines import processes
from sim.sweep.chunks import FullError, carry

__all__ = ["DEATHS", "Crew"]

DEATHS = 3  # of a worker at one task, after which the task is given up
STARTS = 5  # deaths in a row before any task began, after which the workers themselves are at fault
PATIENCE = 5.0  # seconds that a worker gets to end


class Crew:
    """`workers` processes over a list of units. tell(event, unit, task, seconds, worker) hears everything that happens."""

    def __init__(self, work, units, workers, tell, stopping):
        self.work, self.waiting, self.size = work, deque(units), workers
        self.tell, self.stopping = tell, stopping
        self.workers, self.deaths, self.stillborn, self.told = {}, {}, 0, False
        self.context = processes.context()

    def run(self):
        """Work until everything is done or told to stop. Raises FullError when the folder takes no more. Ctrl-C ends the workers."""
        with processes.one_thread():
            try:
                while self.waiting or any(w.unit for w in self.workers.values()):
                    self._fill()
                    self._listen()
                self._dismiss()
            finally:
                self._end()

    def _fill(self):
        """Hire up to the crew's size and give each idle worker a unit; when stopping, tell all once and give nothing more."""
        if self.stopping():
            self.waiting.clear()
            if not self.told:
                self.told = True
                for worker in self.workers.values():
                    worker.say("stop")
            return
        while len(self.workers) < self.size and self.waiting:
            worker = _Worker(self.context, self.work)
            self.workers[worker.process.sentinel] = worker
            self._give(worker)

    def _give(self, worker):
        worker.unit, worker.task = None, None
        if self.waiting and not self.told:
            worker.unit = self.waiting.popleft()
            given_up = {t: self._words(t) for t in worker.unit.tasks if len(self.deaths.get(t, ())) >= DEATHS}
            worker.say((worker.unit, given_up))

    def _words(self, task):
        return f"its worker died {DEATHS} times: {self.deaths[task][-1]}"

    def _listen(self):
        """Hear what workers say for a second at most, then look who died."""
        ears = {w.pipe: w for w in self.workers.values()}
        for ready in wait([*ears, *self.workers], timeout=1.0):
            worker = ears.get(ready) or self.workers.get(ready)
            if worker is None:
                continue
            alive = self._hear(worker)
            if not alive and worker.process.sentinel in self.workers:
                self._bury(worker)
        self.tell("beat", None, None, None, None)

    def _hear(self, worker):
        """Take in all that a worker has said. Returns whether it lives on."""
        try:
            while worker.pipe.poll():
                event, task, seconds = worker.pipe.recv()
                if event == "full":
                    raise FullError(task)
                if event == "unit":
                    self.tell(task, worker.unit, None, None, worker.process.pid)
                    self._give(worker)
                    continue
                self.stillborn = 0
                worker.task = task if event == "begin" else None
                self.tell(event, worker.unit, task, seconds, worker.process.pid)
        except (EOFError, OSError):
            return False
        return worker.process.is_alive() or worker.pipe.poll()

    def _bury(self, worker):
        """Replace a dead worker; its unit goes first in the queue, and the task it was at gets a mark."""
        worker.process.join(PATIENCE)
        code = worker.process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        del self.workers[worker.process.sentinel]
        worker.pipe.close()
        if worker.task is None:
            self.stillborn += 1
            if self.stillborn >= STARTS:
                raise RuntimeError(f"{STARTS} workers in a row ended ({how}) before they began a task; try --engine here to see why")
        else:
            self.deaths.setdefault(worker.task, []).append(how)
        self.tell("death", worker.unit, worker.task, None, worker.process.pid)
        if worker.unit is not None and not self.told:
            self.waiting.appendleft(worker.unit)

    def _dismiss(self):
        for worker in self.workers.values():
            worker.say(None)
        for worker in self.workers.values():
            worker.process.join(PATIENCE)

    def _end(self):
        for worker in self.workers.values():
            if worker.process.is_alive():
                worker.process.terminate()
        for worker in self.workers.values():
            worker.process.join(PATIENCE)
            worker.pipe.close()
        self.workers.clear()


class _Worker:
    """One process, the pipe to it, and the unit and task it is at."""

    def __init__(self, context, work):
        self.pipe, theirs = context.Pipe()
        self.unit = self.task = None
        self.process = context.Process(target=_live, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()

    def say(self, words):
        try:
            self.pipe.send(words)
        except OSError:  # it has just died, which the next round sees
            return


def _live(pipe, work):
    """A worker's life: a unit at a time until it is dismissed, its parent is gone, or the folder takes no more."""
    processes.settle()
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # sent to a whole job before its time is up; the driver decides
    limit_memory(work.memory)

    def tell(event, task, seconds):
        pipe.send((event, task, seconds))

    while True:
        try:
            words = pipe.recv()
        except EOFError:
            return
        if words is None:
            return
        if words == "stop":
            continue
        unit, given_up = words
        try:
            end = carry(work, unit, tell, pipe.poll, given_up)
        except FullError as error:
            pipe.send(("full", str(error), None))
            return
        pipe.send(("unit", end, None))


def limit_memory(limit):
    """Let allocations beyond `limit` bytes of this process fail, so that a task that eats too much fails alone (Linux)."""
    if limit is None or not os.path.exists("/proc/self/statm"):
        return
    import resource

    with open("/proc/self/status", encoding="ascii") as status:
        now = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in status if line.startswith(("VmData", "VmRSS"))}
    room = max(limit - now["VmRSS"], 0)  # what libraries reserved without using does not count
    resource.setrlimit(resource.RLIMIT_DATA, (now["VmData"] + room, resource.getrlimit(resource.RLIMIT_DATA)[1]))

"""The keeper of one job (`python -m command.dashboard.work JOB`): waits for its turn, runs its command, writes down how it ended."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from command.dashboard import jobs
from results import store

PATIENCE = 10.0  # seconds between asking to stop (SIGINT), ending (SIGTERM) and killing
LOOK = 0.3  # seconds between looks
NICE = 5  # of 19: the page comes before a run where both want the processor


class Keeper:
    """Runs the command of a job folder in this process's group; `asked` is when it was first told to stop."""

    def __init__(self, home):
        self.home, self.asked = Path(home), None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told)

    def _told(self, *_):
        self.asked = self.asked or time.monotonic()

    def keep(self):
        """Wait, run, write `ended.json`."""
        while not self._stopped() and self._others():
            time.sleep(LOOK)
        if self._stopped():
            self._end("stopped")
            return
        code, run = self._run()
        self._end("done" if code == 0 else "stopped" if self.asked is not None else "failed", code=code, run=run)

    def _stopped(self):
        """Whether it has been told to stop, by a signal or before it could listen to any."""
        return self.asked is not None or (self.home / "asked").exists()

    def _others(self):
        """Whether a job that was asked for earlier still lives: one at a time, since a comparison uses all cores."""
        return any(path.name < self.home.name and jobs.alive(path) for path in self.home.parent.iterdir())

    def _run(self):
        """The exit code, and the name of the run folder that was made or told of, if there is one."""
        facts = json.loads((self.home / "job.json").read_text(encoding="utf-8"))
        store.write_text(self.home, "progress.json", "{}")  # its turn has come; how far it is, the command itself says
        command = [sys.executable, "-m", "hytesim", *facts["command"]]
        env = {**os.environ, "HYTESIM_PROGRESS": str(self.home / "progress.json")}
        with (self.home / "log.txt").open("wb") as log, (self.home / "out.txt").open("wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=env)
            self._wait(process)
        said = (self.home / "out.txt").read_text(encoding="utf-8").strip()
        made = facts.get("of") or (Path(said.splitlines()[-1]).name if said else "")
        return process.returncode, made if process.returncode == 0 else ""

    def _wait(self, process):
        harder = [lambda: os.killpg(os.getpgid(0), signal.SIGTERM), process.kill]
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK)
                return
            if self.asked is not None and harder and time.monotonic() - self.asked > PATIENCE * (3 - len(harder)):
                harder.pop(0)()

    def _end(self, state, **more):
        store.write_text(self.home, "ended.json", json.dumps({"state": state, **more}))


if __name__ == "__main__":
    os.nice(NICE)
    Keeper(sys.argv[1]).keep()

"""What a worker has finished of a unit that is not whole yet: appended task by task, so that a death loses one task at most."""

import io
import os
import socket
import struct
import zlib
from pathlib import Path

import pyarrow as pa

__all__ = ["Journal", "count", "read"]

HEAD = struct.Struct("<IQI")  # task, length, checksum


class Journal:
    """The journal of one unit by one process, in `folder`/unfinished; other processes' journals of it are only read."""

    def __init__(self, folder, unit):
        self._place, self._unit = Path(folder) / "unfinished", unit
        self._path = self._place / f"{unit}.{socket.gethostname()}.{os.getpid()}.journal"
        self.done = read(folder, unit)
        self._file = None

    def add(self, task, table):
        """Append a finished task's Arrow table. OSError if the disk does not take it."""
        buffer = io.BytesIO()
        with pa.ipc.new_stream(buffer, table.schema) as stream:
            stream.write_table(table)
        body = buffer.getvalue()
        if self._file is None:
            self._file = open(self._path, "ab", buffering=0)  # noqa: SIM115
        self._file.write(HEAD.pack(task, len(body), zlib.crc32(body)) + body)
        self.done[task] = table

    def close(self):
        """Close the file and leave it for whoever goes on."""
        if self._file is not None:
            self._file.close()

    def end(self):
        """Remove every journal of the unit: its part is written."""
        self.close()
        for path in self._place.glob(f"{self._unit}.*.journal"):
            path.unlink(missing_ok=True)


def read(folder, unit):
    """Finished tasks of a unit by whatever process: {task: Arrow table}. A torn end is passed over."""
    found = {}
    for path in sorted((Path(folder) / "unfinished").glob(f"{unit}.*.journal")):
        try:
            text = path.read_bytes()
        except FileNotFoundError:  # another process has just written the part
            continue
        found.update(_records(text))
    return found


def _records(text):
    place = 0
    while place + HEAD.size <= len(text):
        task, length, check = HEAD.unpack_from(text, place)
        body = text[place + HEAD.size : place + HEAD.size + length]
        if len(body) < length or zlib.crc32(body) != check:
            return
        yield task, pa.ipc.open_stream(body).read_all()
        place += HEAD.size + length


def count(folder):
    """Finished tasks of each unit that has journals: {unit: number}, without reading what they found."""
    found = {}
    for path in sorted((Path(folder) / "unfinished").glob("*.journal")):
        unit = path.name.split(".")[0]
        try:
            with open(path, "rb") as file:
                size = path.stat().st_size
                while len(head := file.read(HEAD.size)) == HEAD.size:
                    task, length, _ = HEAD.unpack(head)
                    if file.tell() + length > size:
                        break
                    found.setdefault(unit, set()).add(task)
                    file.seek(length, os.SEEK_CUR)
        except FileNotFoundError:
            continue
    return {unit: len(tasks) for unit, tasks in found.items()}

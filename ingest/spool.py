"""Messages on our own disk while the store is away: appended and synced before they are acknowledged, oldest first out.

A folder of segments. A segment is a row of frames: length and CRC-32 of what follows, then topic length, topic, payload. What a
crash cut off at the end of a segment was never acknowledged and is ignored.
"""

import os
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lamplighter.contract.errors import SettingsError, Unavailable

_HEAD: Final = struct.Struct("<II")
_TOPIC: Final = struct.Struct("<H")
_SEGMENT_BYTES: Final = 8 * 1024 * 1024
_SUFFIX: Final = ".spool"


class Spooled(NamedTuple):
    """A message as it came."""

    topic: str
    payload: bytes


class Spool:
    """One lane's spool. `append` may be called from several threads; `oldest` and `drop` by one at a time."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._sizes = {int(path.stem): path.stat().st_size for path in folder.glob(f"*{_SUFFIX}")}
        except (OSError, ValueError) as error:
            raise SettingsError(f"{folder}: cannot keep the spool there: {error}; choose another data_dir") from error
        self._next = max(self._sizes, default=0) + 1
        self._open: int | None = None

    @property
    def size_bytes(self) -> int:
        """How much lies on the disk."""
        return sum(list(self._sizes.values()))

    def append(self, messages: Sequence[Spooled]) -> None:
        """Write and sync; on return they are safe. Raises Unavailable when the spool or the disk is full."""
        data = b"".join(_frame(message) for message in messages)
        with self._lock:
            if self.size_bytes + len(data) > self._most_bytes:
                raise Unavailable(f"spool {self._folder} is full ({self._most_bytes} bytes)")
            if self._open is None or self._sizes[self._open] >= _SEGMENT_BYTES:
                self._open, self._next = self._next, self._next + 1
                self._sizes[self._open] = 0
            try:
                self._write(self._path(self._open), data)
            except OSError as error:
                self._open = None  # its end may be torn: the next goes into a segment of its own
                raise Unavailable(f"spool {self._folder}: {error.strerror}") from error

    def _write(self, path: Path, data: bytes) -> None:
        fresh = not path.exists()
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            self._sizes[int(path.stem)] = file.tell()
        if fresh:
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def oldest(self) -> tuple[int, list[Spooled]] | None:
        """The oldest segment, to be given to `drop` when its messages are stored; nothing is appended to it any more."""
        with self._lock:
            if not self._sizes:
                return None
            number = min(self._sizes)
            if self._open == number:
                self._open = None
        try:
            return number, list(_frames(self._path(number).read_bytes()))
        except OSError as error:
            raise Unavailable(f"spool {self._folder}: {error.strerror}") from error

    def drop(self, number: int) -> None:
        """Delete a segment."""
        with self._lock:
            self._path(number).unlink(missing_ok=True)
            self._sizes.pop(number, None)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012d}{_SUFFIX}"


def _frame(message: Spooled) -> bytes:
    topic = message.topic.encode()
    body = _TOPIC.pack(len(topic)) + topic + message.payload
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def _frames(data: bytes) -> Iterator[Spooled]:
    place = 0
    while place + _HEAD.size <= len(data):
        size, checksum = _HEAD.unpack_from(data, place)
        body = data[place + _HEAD.size : place + _HEAD.size + size]
        if len(body) < size or zlib.crc32(body) != checksum:
            return
        (topic_size,) = _TOPIC.unpack_from(body)
        topic_end = _TOPIC.size + topic_size
        yield Spooled(body[_TOPIC.size : topic_end].decode(), body[topic_end:])
        place += _HEAD.size + size

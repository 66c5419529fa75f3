"""Clips are made in a process of their own, of the lowest priority: no frame is skipped, and no fault in one ends the gateway."""

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import threading
from typing import IO, Final

import msgspec

from edge.evidence.footage import Clip, Footage
from edge.evidence.sealed import seal
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

_LOWEST: Final = 19
_STOPS: Final = "the gateway stops"
_LENGTH: Final = struct.Struct(">I")
"""Before each job and each clip: its length in bytes."""


class Job(msgspec.Struct, frozen=True):
    """What the process is given on its standard input; `seal_to` is a raw X25519 public key, empty for no original."""

    footage: Footage
    most_fps: float
    seal_to: bytes


_DECODER = msgspec.msgpack.Decoder(Clip)
_JOBS = msgspec.msgpack.Decoder(Job)
_ENCODER = msgspec.msgpack.Encoder()


class Workshop:
    """One process, which starts for a job, stays for the next ones, and ends once none came for `idle_s`.

    Starting one costs a third of what a clip does. Jobs come from one thread; any may close it.
    """

    def __init__(self, clock: Clock, *, deadline_s: float = 600.0, idle_s: float = 60.0) -> None:
        self._clock = clock
        self._deadline_s = deadline_s
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._faults: IO[bytes] | None = None
        self._used_s = clock.monotonic()
        self._busy = self._closed = False

    def make(self, job: Job) -> Clip:
        """The clip; raises Unavailable with the reason when the process fails, is late, or was closed."""
        process, late = self._running(), threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._deadline_s, end)
        timer.start()
        try:
            answer = _asked(process, _ENCODER.encode(job))
        finally:
            timer.cancel()
            self._busy, self._used_s = False, self._clock.monotonic()
        if answer is not None:
            return _DECODER.decode(answer)
        fault = self._end()
        if late.is_set():
            raise Unavailable(f"the clip was not made within {self._deadline_s:g} s")
        raise Unavailable(_STOPS if self._closed else f"making the clip failed ({process.returncode}): {fault}")

    def rest(self) -> None:
        """Let go of a process that had nothing to do for a while."""
        if self._process is not None and self._clock.monotonic() - self._used_s >= self._idle_s:
            self._end()

    def close(self) -> None:
        """End what is being made."""
        with self._lock:
            self._closed = True
            if self._busy and self._process is not None:
                self._process.kill()  # whoever waits for its answer sees it end
                return
        self._end()

    def _running(self) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._closed:
                raise Unavailable(_STOPS)
            if self._process is None:
                pipe, self._faults = subprocess.PIPE, tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
                command = [sys.executable, "-m", "edge.evidence.worker"]
                self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._faults)
            self._busy = True
            return self._process

    def _end(self) -> str:
        """Wait for the process to end, by force where it does not; returns the last line it complained with."""
        with self._lock:
            process, faults = self._process, self._faults
            self._process = self._faults = None
        if process is None or faults is None:
            return ""
        process.kill()
        process.wait()
        with contextlib.suppress(BrokenPipeError), process:  # closing tries to send what is left of a job
            pass
        with faults:
            faults.seek(0)
            return faults.read().decode(errors="replace").strip().rpartition("\n")[2][:300]


def _asked(process: "subprocess.Popen[bytes]", job: bytes) -> bytes | None:
    """The process's answer to a job; None where it ended before it gave one."""
    try:
        _put(process.stdin, job)
    except OSError:
        return None
    return _got(process.stdout)


def _put(pipe: IO[bytes] | None, message: bytes) -> None:
    if pipe is not None:
        pipe.write(_LENGTH.pack(len(message)))
        pipe.write(message)
        pipe.flush()


def _got(pipe: IO[bytes] | None) -> bytes | None:
    """The next whole message; None at the end."""
    head = b"" if pipe is None else pipe.read(_LENGTH.size)
    if pipe is None or len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None


def main() -> None:
    """Read jobs, write their clips, until there are no more."""
    os.nice(_LOWEST)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # else a camera's thread that wakes waits for the end of a slice
    while (message := _got(sys.stdin.buffer)) is not None:
        _put(sys.stdout.buffer, _ENCODER.encode(_made(_JOBS.decode(message))))


def _made(job: Job) -> Clip:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    from edge.evidence.film import render

    clip = render(job.footage, most_fps=job.most_fps, original=bool(job.seal_to))
    if not clip.original:
        return clip
    return msgspec.structs.replace(clip, original=seal(clip.original, X25519PublicKey.from_public_bytes(job.seal_to)))


if __name__ == "__main__":
    main()

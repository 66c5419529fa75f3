"""Clips are made in a process of their own, of the lowest priority: no frame is skipped, and no fault in one ends the gateway."""

import os
import subprocess
import sys
import threading

import msgspec

from edge.evidence.film import render
from edge.evidence.footage import Clip, Footage
from edge.evidence.sealed import seal
from lamplighter.contract.errors import Unavailable

_LOWEST = 19


class Job(msgspec.Struct, frozen=True):
    """What the process is given on its standard input; `seal_to` is a raw X25519 public key, empty for no original."""

    footage: Footage
    most_fps: float
    seal_to: bytes


_DECODER = msgspec.msgpack.Decoder(Clip)
_JOBS = msgspec.msgpack.Decoder(Job)
_ENCODER = msgspec.msgpack.Encoder()


class Workshop:
    """One process at a time."""

    def __init__(self, *, deadline_s: float = 600.0) -> None:
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def make(self, job: Job) -> Clip:
        """The clip; raises Unavailable with the reason when the process fails, is late, or was closed."""
        with self._lock:
            if self._closed:
                raise Unavailable("the gateway stops")
            pipe = subprocess.PIPE
            self._process = subprocess.Popen([sys.executable, "-m", "edge.evidence.worker"], stdin=pipe, stdout=pipe, stderr=pipe)
        with self._process as process:
            try:
                output, faults = process.communicate(_ENCODER.encode(job), timeout=self._deadline_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Unavailable(f"the clip was not made within {self._deadline_s:g} s") from None
        if process.returncode:
            last = faults.decode(errors="replace").strip().rpartition("\n")[2]
            raise Unavailable(f"making the clip failed ({process.returncode}): {last[:300]}")
        return _DECODER.decode(output)

    def close(self) -> None:
        """End what is being made."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()


def main() -> None:
    """Read a job, write its clip."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    os.nice(_LOWEST)
    job = _JOBS.decode(sys.stdin.buffer.read())
    clip = render(job.footage, most_fps=job.most_fps, original=bool(job.seal_to))
    if clip.original:
        clip = msgspec.structs.replace(clip, original=seal(clip.original, X25519PublicKey.from_public_bytes(job.seal_to)))
    sys.stdout.buffer.write(_ENCODER.encode(clip))


if __name__ == "__main__":
    main()

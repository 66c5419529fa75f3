"""What trust keeps over a restart: each sensor's days, in a small file written when a day closes."""

from pathlib import Path

import msgspec

from edge.trust.drifting import DriftDays
from lamplighter.runtime.logs import logger

_DECODER = msgspec.json.Decoder(dict[str, DriftDays])


class Memory:
    """The days of all sensors; without a file they live as long as the process."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._days = _read(path) if path is not None else {}

    def days(self, key: str) -> DriftDays | None:
        """A sensor's days, None where there are none."""
        return self._days.get(key)

    def keep(self, key: str, days: DriftDays) -> None:
        """Write them down; a disk that takes nothing costs a day of memory, not the reading."""
        self._days[key] = days
        if self._path is None:
            return
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_bytes(msgspec.json.encode(self._days))
            fresh.replace(self._path)
        except OSError as error:
            logger().warning("trust_not_kept", path=str(self._path), reason=error.strerror)


def _read(path: Path) -> dict[str, DriftDays]:
    try:
        return _DECODER.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        logger().warning("trust_begins_anew", path=str(path), reason=str(error))
        return {}

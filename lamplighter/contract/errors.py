"""Errors by remedy.

LamplighterError
├── SettingsError   the operator mends it; a command ends with exit code 2
└── Unavailable     time mends it; retry with backoff

A value that is refused is not raised but returned (`Rejected` in records.py); anything else is a bug and ends the process.
"""

from collections.abc import Sequence


class LamplighterError(Exception):
    """Base of every error this project raises on purpose."""


class SettingsError(LamplighterError):
    """Something the operator wrote or prepared is wrong; carries every problem found, not only the first."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: tuple[str, ...] = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(LamplighterError):
    """A camera, device, broker, database or disk does not answer now; `retry_after_s` is its own wish, if it named one."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)

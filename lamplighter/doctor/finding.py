"""One line of the doctor's report."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from lamplighter.contract.errors import SettingsError, Unavailable

State = Literal["ok", "fault", "skipped"]


class Finding(NamedTuple):
    """`check` is what was looked at, `subject` which one of them; `remedy` says what to do about a fault."""

    check: str
    subject: str
    state: State
    detail: str
    remedy: str = ""


def ok(check: str, subject: str, detail: str) -> Finding:
    """It works."""
    return Finding(check, subject, "ok", detail)


def fault(check: str, subject: str, detail: str, remedy: str) -> Finding:
    """It does not."""
    return Finding(check, subject, "fault", detail, remedy)


def skipped(check: str, subject: str, detail: str) -> Finding:
    """It could not be looked at, as something before it does not work."""
    return Finding(check, subject, "skipped", detail)


def tried(check: str, subject: str, look: Callable[[], str], *, remedy: str) -> Finding:
    """`look` returns what it saw; what it raises on purpose is a fault. `remedy` is for errors that time might mend."""
    try:
        return ok(check, subject, look())
    except SettingsError as error:
        detail, _semicolon, own = "; ".join(error.problems).rpartition("; ")
        return fault(check, subject, detail or own, own if detail else remedy)
    except Unavailable as error:
        return fault(check, subject, str(error), remedy)

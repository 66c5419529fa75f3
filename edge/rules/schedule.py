"""When a rule is armed: windows of local time, which may pass midnight."""

import re
from datetime import datetime, time
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

_WINDOW: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")


def _checked(window: str) -> str:
    if _WINDOW.fullmatch(window) is None or (window.split("-")[1] > "24:00"):
        raise ValueError('must look like "22:00-06:00": two times of day from 00:00 to 24:00, start and end')
    start, end = window.split("-")
    if start == end:
        raise ValueError('starts when it ends; for the whole day write "00:00-24:00"')
    return window


def _not_empty(windows: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if windows == ():
        raise ValueError(
            'is empty, so the rule would never be armed; remove the key to arm it always, or give windows such as "22:00-06:00"'
        )
    return windows


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; give a name such as Asia/Shanghai") from error
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Window = Annotated[str, AfterValidator(_checked)]
Windows = Annotated[tuple[Window, ...] | None, AfterValidator(_not_empty)]
"""Windows of local time such as "22:00-06:00"; None is always."""


def armed_at(windows: tuple[str, ...] | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether any window holds the moment; a window includes its start and not its end."""
    if windows is None:
        return True
    local = at.astimezone(zone).time()
    return any(_holds(window, local) for window in windows)


def _holds(window: str, now: time) -> bool:
    start, end = window.split("-")
    begin = time.fromisoformat(start)
    if end == "24:00":
        return now >= begin
    finish = time.fromisoformat(end)
    return begin <= now < finish if begin < finish else now >= begin or now < finish

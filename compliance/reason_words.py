"""Words for what reasons name: points, devices, keys of the ledger, why a calendar refuses: (zh, en) pairs."""

from collections.abc import Iterable
from typing import Final

from compliance.ledger.words import COLUMNS
from compliance.points import FIGURES
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.points import POINTS
from lamplighter.site.calendar import UnpublishedYear

Pair = tuple[str, str]

_DEVICES: Final[dict[str, Pair]] = {
    "air_sensor": ("空气质量传感器", "air sensor"),
    "refrigerator": ("冷藏柜", "refrigerator"),
    "freezer": ("冷冻柜", "freezer"),
    "luminaire": ("灯具", "luminaire"),
}
_PROFILE: Final[dict[str, Pair]] = {
    "profile": ("学校概况（profile）", "profile"),
    "profile.people": ("师生总人数（profile.people）", "profile.people"),
}


def device_words(kind: str | None) -> Pair:
    """A kind of device that a rule reads."""
    return _DEVICES.get(kind or "", ("设备", "device"))


def point_words(name: str) -> Pair:
    """A sensor's point or a figure, by its name."""
    point = FIGURES.get(name) or POINTS.get(name)
    return (name, name) if point is None else (point.zh, point.en)


def keys_words(keys: Iterable[str]) -> Pair:
    """Keys of a survey, as the ledger's columns are called."""
    known = list(keys)
    return "、".join(COLUMNS[key][0] if key in COLUMNS else key for key in known), ", ".join(known)


def profile_words(key: str) -> Pair:
    """A key of the school's profile."""
    return _PROFILE.get(key, (key, key))


def refusal_words(error: SettingsError) -> Pair:
    """Why a calendar cannot say what a day is."""
    if isinstance(error, UnpublishedYear):
        return f"{error.year} 年的放假安排尚未收录", str(error)
    return "调休上课日按哪天的课表上课未写明", str(error)

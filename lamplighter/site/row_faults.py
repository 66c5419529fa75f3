"""What one row of a school's ledger cannot say because of another: told by row, so that files and workbooks name the place."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from lamplighter.site.facts import Profile

CHECKED: Final = (
    "spaces",
    "devices",
    "cameras",
    "luminaires",
    "calibrations",
    "documents",
    "networks",
    "classes",
    "kitchens",
    "equipment",
    "programmes",
    "works",
)
"""The lists of a site that are looked at."""

Rows = Mapping[str, Sequence[Any]]
"""A site's lists by their names."""


class Fault(NamedTuple):
    """The list and the place in it (from 0), the key, its value, and why it cannot be."""

    rows: str
    number: int
    key: str
    value: object
    why: str


def row_faults(rows: Rows, school: str, profile: Profile | None) -> list[Fault]:
    """Every fault of these lists of the school."""
    spaces = {space.id: space for space in rows["spaces"]}
    return [
        *_unknown_subjects(rows, school),
        *_unknown_groups(rows),
        *_unreached(rows, spaces),
        *_doubled_places(rows),
        *_unplaced(rows, spaces),
        *_no_kitchens(rows, spaces),
        *_unknown_devices(rows),
        *_unknown_programmes(rows),
        *_classes_elsewhere(rows, spaces),
        *_wrong_stages(rows, profile),
        *_too_many_pupils(rows, profile),
    ]


def _unknown_subjects(rows: Rows, school: str) -> Iterator[Fault]:
    known = {school, *(row.id for name in ("spaces", "luminaires", "cameras") for row in rows[name])}
    for number, row in enumerate(rows["documents"]):
        if row.subject not in known:
            why = f"document {row.id!r} names subject {row.subject!r}, which is no space, luminaire group, camera or the school"
            yield Fault("documents", number, "subject", row.subject, why)


def _unknown_groups(rows: Rows) -> Iterator[Fault]:
    known = {group.id for group in rows["luminaires"]}
    for name, key in (("devices", "group"), ("calibrations", "lamps")):
        for number, row in enumerate(rows[name]):
            group = getattr(row, key)
            if group is not None and group not in known:
                yield Fault(name, number, key, group, f"names luminaire group {group!r}, which is not in luminaires")


def _unreached(rows: Rows, spaces: Mapping[str, Any]) -> Iterator[Fault]:
    for number, row in enumerate(rows["networks"]):
        for name in row.covers:
            if name not in spaces:
                yield Fault("networks", number, "covers", name, f"network {row.id!r} covers space {name!r}, which is not in spaces")


def _doubled_places(rows: Rows) -> Iterator[Fault]:
    for number, row in enumerate(rows["spaces"]):
        for name in sorted({name for name in row.camera_places if row.camera_places.count(name) > 1}):
            yield Fault("spaces", number, "camera_places", name, f"camera place {name!r} is named twice")


def _unplaced(rows: Rows, spaces: Mapping[str, Any]) -> Iterator[Fault]:
    for number, row in enumerate(rows["cameras"]):
        places = spaces[row.space].camera_places if row.space in spaces else ()
        if row.place is not None and row.place not in places:
            allowed = ", ".join(places) or "none"
            yield Fault("cameras", number, "place", row.place, f"is no camera place of {row.space!r}, which has {allowed}")


def _no_kitchens(rows: Rows, spaces: Mapping[str, Any]) -> Iterator[Fault]:
    for number, row in enumerate(rows["kitchens"]):
        if row.space not in spaces or spaces[row.space].kind != "kitchen":
            yield Fault("kitchens", number, "space", row.space, f"{row.space!r} is no space of the kind kitchen")
        elif row.space in {other.space for other in rows["kitchens"][:number]}:
            yield Fault("kitchens", number, "space", row.space, f"{row.space!r} has a row already")


def _unknown_devices(rows: Rows) -> Iterator[Fault]:
    known = {device.id for device in rows["devices"]}
    for number, row in enumerate(rows["equipment"]):
        if row.device is not None and row.device not in known:
            yield Fault("equipment", number, "device", row.device, f"device {row.device!r} is not in devices")


def _unknown_programmes(rows: Rows) -> Iterator[Fault]:
    known = {programme.id for programme in rows["programmes"]}
    for number, row in enumerate(rows["works"]):
        if row.programme is not None and row.programme not in known:
            yield Fault("works", number, "programme", row.programme, f"programme {row.programme!r} is not in programmes")


def _classes_elsewhere(rows: Rows, spaces: Mapping[str, Any]) -> Iterator[Fault]:
    for number, row in enumerate(rows["classes"]):
        if row.space is not None and row.space not in spaces:
            yield Fault("classes", number, "space", row.space, f"space {row.space!r} is not in spaces")


def _wrong_stages(rows: Rows, profile: Profile | None) -> Iterator[Fault]:
    if profile is not None:
        for number, row in enumerate(rows["classes"]):
            if row.stage not in profile.stages:
                yield Fault("classes", number, "stage", row.stage, f"the school has {', '.join(profile.stages)} only")


def _too_many_pupils(rows: Rows, profile: Profile | None) -> Iterator[Fault]:
    """Classes may leave pupils out, never have more than the school."""
    total = 0
    for number, row in enumerate(rows["classes"]):
        total += row.pupils
        if profile is not None and total > profile.enrolment:
            why = f"with it the classes have {total} pupils, more than the enrolment of {profile.enrolment}"
            yield Fault("classes", number, "pupils", row.pupils, why)
            return

"""How many of the places that require a camera one watched: kitchens by themselves, a school's other places together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from compliance.evidence import WINDOW_MS, PointWindow, steady
from lamplighter.site.model import Site

KITCHEN_POINT: Final = "kitchen_places_covered_pct"
SCHOOL_POINT: Final = "key_places_covered_pct"
COVER_POINTS: Final = frozenset({KITCHEN_POINT, SCHOOL_POINT})
"""Figures that follow from the ledger's camera places and the cameras' states."""

Online = Mapping[str, Mapping[int, PointWindow]]
"""Camera -> start of a window -> its state in it."""


class Place(NamedTuple):
    """A place that requires a camera, and the cameras that the ledger says look at it."""

    space: str
    name: str
    cameras: tuple[str, ...]


class Required(NamedTuple):
    """The places behind one figure about one subject."""

    subject: str
    point: str
    places: tuple[Place, ...]


def required(site: Site) -> list[Required]:
    """Each kitchen's places, and the school's other ones; none of a space that names no place."""
    cameras: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for camera in site.cameras:
        cameras[camera.space, camera.place].append(camera.id)
    found: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for space in site.spaces:
        key = (space.id, KITCHEN_POINT) if space.kind == "kitchen" else (site.school, SCHOOL_POINT)
        found[key] += [Place(space.id, name, tuple(cameras[space.id, name])) for name in space.camera_places]
    return [Required(*key, tuple(places)) for key, places in found.items() if places]


def online_of(rows: Iterable[PointWindow]) -> Online:
    """Windows of the point `online`, by camera and start."""
    found: dict[str, dict[int, PointWindow]] = defaultdict(dict)
    for row in rows:
        found[row.device][row.at_ms] = row
    return found


def covered(asked: Required, online: Online, *, start_ms: int, end_ms: int) -> list[PointWindow]:
    """Share of the places with a camera that was on line throughout the window, in percent; times in ms since 1970 UTC.

    A window in which some camera's state is unknown is left out, unless a place has no camera at all: then it holds the most that
    can be, which is less than all: a missing camera is a fact of the ledger, a silent one is a hole.
    """
    watched = [place for place in asked.places if place.cameras]
    names = sorted({name for place in watched for name in place.cameras})
    found = []
    for at_ms in range(start_ms, end_ms, WINDOW_MS):
        heard = {name: row for name in names if (row := online.get(name, {}).get(at_ms)) is not None}
        if len(heard) < len(names) and len(watched) == len(asked.places):
            continue
        seen = sum(any(name not in heard or heard[name].low >= 1 for name in place.cameras) for place in watched)
        share = steady(100 * seen / len(asked.places))
        samples = sum(row.n for row in heard.values()) or 1
        found.append(PointWindow(asked.subject, asked.point, at_ms, samples, share, share, share))
    return found

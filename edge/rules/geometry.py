"""Polygons in shares of the picture: x to the right, y down, 0..1."""

from typing import Annotated, Final

from pydantic import AfterValidator

Point = tuple[float, float]
_ALMOST: Final = 1e-9
MOST_CORNERS: Final = 200
WHOLE_PICTURE: Final = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def inside(polygon: tuple[Point, ...], point: Point) -> bool:
    """Whether the point lies in the polygon or on its outline."""
    within = False
    for start, end in _edges(polygon):
        if _on(start, end, point):
            return True
        if (start[1] > point[1]) != (end[1] > point[1]):
            crossing_x = start[0] + (point[1] - start[1]) / (end[1] - start[1]) * (end[0] - start[0])
            within ^= point[0] < crossing_x
    return within


def in_shares(point_px: Point, size_px: tuple[int, int]) -> Point:
    """A point of a picture of (width, height) as shares, moved onto the picture where it lies outside."""
    return tuple(min(1.0, max(0.0, at / full)) for at, full in zip(point_px, size_px, strict=True))  # type: ignore[return-value] # two in, two out


def _checked(polygon: tuple[Point, ...]) -> tuple[Point, ...]:
    if len(polygon) < 3:
        raise ValueError(f"a zone needs at least 3 corners, this has {len(polygon)}; add corners such as [0.1, 0.2]")
    if len(polygon) > MOST_CORNERS:
        raise ValueError(f"a zone has at most {MOST_CORNERS} corners, this has {len(polygon)}; leave out what makes no difference")
    outside = [corner for corner in polygon if not all(0 <= share <= 1 for share in corner)]
    if outside:
        raise ValueError(
            f"corner {list(outside[0])} lies outside the picture; give shares of width and height from 0 to 1, not pixels"
        )
    if _crosses_itself(polygon):
        raise ValueError("the outline crosses or touches itself; list the corners in order around the zone, each once")
    if abs(area(polygon)) < 1e-4:
        raise ValueError("the zone has next to no area; move its corners apart")
    return polygon


Zone = Annotated[tuple[Point, ...], AfterValidator(_checked)]
"""A polygon that does not cross itself, corners in order, in shares of the picture."""


def area(polygon: tuple[Point, ...]) -> float:
    """Signed area as a share of the picture (shoelace formula)."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(polygon)) / 2


def _edges(polygon: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    return list(zip(polygon, (*polygon[1:], polygon[0]), strict=True))


def _crosses_itself(polygon: tuple[Point, ...]) -> bool:
    edges = _edges(polygon)
    last = len(edges) - 1
    return len(set(polygon)) < len(polygon) or any(
        _meet(*edges[first], *edges[second])
        for first in range(len(edges))
        for second in range(first + 2, len(edges))
        if not (first == 0 and second == last)
    )


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on(start: Point, end: Point, point: Point) -> bool:
    return (
        abs(_turn(start, end, point)) <= _ALMOST
        and min(start[0], end[0]) - _ALMOST <= point[0] <= max(start[0], end[0]) + _ALMOST
        and min(start[1], end[1]) - _ALMOST <= point[1] <= max(start[1], end[1]) + _ALMOST
    )


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
        return True
    return _on(a, b, c) or _on(a, b, d) or _on(c, d, a) or _on(c, d, b)

"""Where to hold the meter: the points of a grid over a surface, in the order of walking."""

from typing import Literal, NamedTuple

from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Surface

LEAST_POINTS: dict[Surface, int] = {"desk": 9, "board": 3, "plane": 9, "floor": 9}


class Grid(NamedTuple):
    """Cells over a surface: `columns` along its length, `rows` along its width, in metres."""

    length_m: float
    width_m: float
    columns: int
    rows: int
    method: Literal["centre", "four_corner"] = "centre"


class Place(NamedTuple):
    """One point, metres from the room's corner (of a board: from its lower left corner)."""

    number: int
    x_m: float
    y_m: float


def places_of(grid: Grid, surface: Surface) -> tuple[Place, ...]:
    """The points row by row, to the centimetre; raises SettingsError where there would be too few to count."""
    along = _positions(grid.length_m, grid.columns, grid.method)
    across = _positions(grid.width_m, grid.rows, grid.method)
    spots = [(x, y) for y in across for x in along]
    least = LEAST_POINTS[surface]
    problems = [
        words
        for broken, words in (
            (min(grid.length_m, grid.width_m) <= 0, f"size {grid.length_m:g} x {grid.width_m:g} m: both must be above zero"),
            (len(spots) < least, f"grid {grid.columns}x{grid.rows}: {len(spots)} points; a {surface} needs {least} or more"),
            (len(set(spots)) < len(spots), f"grid {grid.columns}x{grid.rows}: points less than a centimetre apart; use fewer"),
        )
        if broken
    ]
    if problems:
        raise SettingsError(problems)
    return tuple(Place(number, x, y) for number, (x, y) in enumerate(spots, start=1))


def _positions(length_m: float, cells: int, method: str) -> list[float]:
    if method == "centre":
        return [round(length_m * (number + 0.5) / cells, 2) for number in range(cells)]
    return [round(length_m * number / cells, 2) for number in range(cells + 1)]

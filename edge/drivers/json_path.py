"""Where a value lies in a JSON document: `climate.co2`, `sensors[0].value`, `["a.b"].c`; an empty path is the document itself."""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator

Steps = tuple[str | int, ...]

_STEP: Final = re.compile(r"""(?:^|\.)([^.\[\]"]+)|\.?\[(-?\d+)\]|\.?\["([^"]+)"\]""")


class _Missing:
    """There is nothing at that place; None would be JSON's null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def steps_of(path: str) -> Steps:
    """The keys and positions of a path; raises ValueError that names what cannot be read."""
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None or (path[place] == ".") != (place > 0 and path[place] != "["):
            raise ValueError(
                f'is no path from {path[place:]!r} on; write keys with dots and positions in brackets: "sensors[0].value"'
            )
        key, position, quoted = found.groups()
        steps.append(int(position) if position is not None else (quoted if quoted is not None else key))
        place = found.end()
    return tuple(steps)


def at(document: Any, steps: Steps) -> Any:
    """The value at that place, or MISSING."""
    for step in steps:
        in_list = isinstance(document, list) and isinstance(step, int) and -len(document) <= step < len(document)
        if not in_list and not (isinstance(document, dict) and step in document):
            return MISSING
        document = document[step]
    return document


def _checked(path: str) -> str:
    steps_of(path)
    return path


JsonPath = Annotated[str, AfterValidator(_checked)]
"""A path that can be read."""

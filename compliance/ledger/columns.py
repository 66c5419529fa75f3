"""Columns of a sheet, taken from the settings class its rows become; cells are text as a person types it."""

import types
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

SEPARATOR: Final = ";"
"""Between several values in one cell."""

WHOLE_ROW: Final = "(row)"

Cells = dict[str, str]
"""Column -> text; an empty cell is left out."""


class Column(NamedTuple):
    """`path` leads to the value in the row's settings; `many` values stand in one cell; `choices` where only some are allowed."""

    name: str
    path: tuple[str, ...]
    required: bool
    many: bool
    choices: tuple[str, ...]
    kind: type


def columns_of(model: type[BaseModel], leave_out: Sequence[str] = (), above: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The model's fields, nested ones flattened with `_` between."""
    found: list[Column] = []
    for name, field in model.model_fields.items():
        if name in leave_out:
            continue
        path = (*above, name)
        inner, many, choices = _unwrapped(field.annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += columns_of(inner, above=path)
        else:
            column = "_".join(path)
            found.append(Column(column, path, field.is_required() and not above, many, choices, inner))
    return tuple(found)


def to_cells(row: BaseModel, columns: Sequence[Column]) -> Cells:
    """The row's cells."""
    content = row.model_dump(mode="json", exclude_none=True)
    cells = {column.name: _text(_at(content, column.path), column) for column in columns}
    return {name: text for name, text in cells.items() if text}


def to_settings(cells: Mapping[str, str], columns: Sequence[Column]) -> dict[str, Any]:
    """What the model is validated from; a group of columns that are all empty is left out."""
    made: dict[str, Any] = {}
    for column in columns:
        text = cells.get(column.name, "")
        if not text:
            continue
        place = made
        for part in column.path[:-1]:
            place = place.setdefault(part, {})
        place[column.path[-1]] = [one.strip() for one in text.split(SEPARATOR)] if column.many else text
    return made


def column_at(place: Sequence[int | str], columns: Sequence[Column]) -> str:
    """The column that a validation error's place is about; its first part where there is none, `WHOLE_ROW` of the row itself."""
    path = tuple(part for part in place if isinstance(part, str))
    for column in columns if path else ():
        if column.path == path[: len(column.path)] or column.path[: len(path)] == path:
            return column.name
    return path[0] if path else WHOLE_ROW


def _at(content: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        content = content.get(part) if isinstance(content, dict) else None
    return content


def _text(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.many:
        return SEPARATOR.join(str(one) for one in value)
    return repr(value) if isinstance(value, float) else str(value)


def _unwrapped(annotation: Any) -> tuple[Any, bool, tuple[str, ...]]:
    """The plain type below Optional, Annotated and tuple; whether it was a tuple; the words of a Literal."""
    many = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        elif origin is tuple:
            annotation, many = get_args(annotation)[0], True
        elif origin is Literal:
            return str, many, tuple(str(one) for one in get_args(annotation))
        else:
            return (annotation if isinstance(annotation, type) else date), many, ()

"""The tables of docs/mqtt-contract.md: lanes, points, condition kinds, fields and an example of every lane."""

import inspect
import json
import re
from typing import Any, Final

import msgspec

from lamplighter.contract import records
from lamplighter.contract.asyncapi import LANE_NOTES
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.examples import EXAMPLES, GATEWAY
from lamplighter.contract.points import POINTS
from lamplighter.contract.records import ENCODER
from lamplighter.contract.topics import LANES, MAX_BYTES, UP_LANES

BODIES: Final[tuple[type[msgspec.Struct], ...]] = (
    records.Envelope,
    records.Condition,
    records.Readings,
    records.Reading,
    records.ClipNote,
    records.Still,
    records.Health,
    records.CameraHealth,
    records.GivenUp,
    records.Start,
    records.Availability,
    records.Stored,
    records.RejectedNotice,
    records.Command,
)
_BLOCK: Final = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str, blocks: dict[str, str]) -> str:
    """The page with what stands between `<!-- generated: NAME -->` and `<!-- end -->` made new.

    Raises SettingsError when the page lacks one of the blocks, or asks for one that is not there.
    """
    asked = {match["name"] for match in _BLOCK.finditer(text)}
    if asked != blocks.keys():
        odd = ", ".join(sorted(asked ^ blocks.keys()))
        raise SettingsError(f"mqtt-contract.md: has not exactly the generated blocks {', '.join(sorted(blocks))}; look at: {odd}")
    return _BLOCK.sub(lambda match: f"{match[1]}{blocks[match['name']].rstrip()}\n{match[3]}", text)


def contract_blocks() -> dict[str, str]:
    """Block name -> Markdown."""
    return {"lanes": _lanes(), "points": _points(), "condition-kinds": _kinds(), "records": _records(), "examples": _examples()}


def _table(head: str, rows: list[tuple[object, ...]]) -> str:
    names = head.split("|")
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)])


def _lanes() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{lane}`", "gateway" if lane in UP_LANES else "centre", note.keeping, f"{MAX_BYTES[lane]:,}", note.summary)
        for lane in LANES
        for note in (LANE_NOTES[lane],)
    ]
    return _table("lane|sent by|keeping|most bytes|what", rows)


def _points() -> str:
    rows = [(f"`{row.name}`", row.symbol, f"{row.low:,} to {row.high:,}", row.en, row.zh) for row in POINTS.values()]
    return _table("point|unit|possible|meaning|含义", [tuple(row) for row in rows])


def _kinds() -> str:
    rows = [(f"`{row.kind}`", row.origin, row.priority, row.en, row.zh) for row in CONDITION_KINDS.values()]
    return _table("kind|from|priority|meaning|含义", [tuple(row) for row in rows])


def _records() -> str:
    return "\n\n".join(_record(body) for body in BODIES)


def _record(body: type[msgspec.Struct]) -> str:
    text = " ".join(inspect.cleandoc(body.__doc__ or "").split())
    rows: list[tuple[object, ...]] = [
        (f"`{field.name}`", _type(field.type), "must be there" if field.required else f"`{_default(field)}`")
        for field in msgspec.structs.fields(body)
    ]
    return f"### {body.__name__}\n\n{text}\n\n{_table('field|type|without it', rows)}"


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return "absent" if value is msgspec.UNSET else json.dumps(value)


def _type(annotation: Any) -> str:
    """JSON's word for it."""
    info = msgspec.inspect.type_info(annotation)
    return _named(info)


def _named(info: Any) -> str:
    match info:
        case msgspec.inspect.LiteralType(values=values):
            return " or ".join(f"`{json.dumps(value)}`" for value in values)
        case msgspec.inspect.UnionType(types=types):
            return " or ".join(_named(one) for one in types)
        case msgspec.inspect.StructType(cls=struct):
            return f"[{struct.__name__}](#{struct.__name__.lower()})"
        case _:
            return _holding(info)


def _holding(info: Any) -> str:
    match info:
        case msgspec.inspect.ListType(item_type=item):
            return f"list of {_named(item)}"
        case msgspec.inspect.TupleType(item_types=items):
            return f"[{', '.join(_named(one) for one in items)}]"
        case msgspec.inspect.DictType(value_type=value):
            return f"object of {_named(value)}"
        case _:
            return _SCALARS[type(info).__name__]


_SCALARS: Final = {
    "IntType": "integer",
    "FloatType": "number",
    "StrType": "text",
    "BoolType": "true or false",
    "NoneType": "null",
    "BytesType": "text, base64",
    "AnyType": "the lane's own record",
}


def _examples() -> str:
    parts = []
    for lane in LANES:
        text = ENCODER.encode(EXAMPLES[lane]).decode()
        parts.append(f"`{GATEWAY.topic(lane)}`\n\n```json\n{text}\n```")
    return "\n\n".join(parts)

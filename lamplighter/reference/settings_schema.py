"""What the settings classes say of themselves: tables, keys, types, defaults, limits and meanings, as text."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel

from lamplighter.contract.topics import NAME_PATTERN
from lamplighter.reference.meanings import MEANINGS

Json = dict[str, Any]
_LIMITS: Final = (
    ("minimum", ">= {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "<= {}"),
    ("exclusiveMaximum", "< {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {}"),
)
_FORMATS: Final = {"path": "path", "date-time": "date and time with its offset", "date": "date", "time": "time of day"}
_NAME: Final = f"^{NAME_PATTERN}$"


class Key(NamedTuple):
    """One key as the page shows it; `default` is "" where it must be set, `meaning` is "" where nobody wrote one."""

    name: str
    type: str
    default: str
    allowed: str
    meaning: str


def tables_of(kind: type[BaseModel]) -> list[type[BaseModel]]:
    """Settings classes below this one, each once, in the order they are met."""
    found: dict[type[BaseModel], None] = {}
    for field in kind.model_fields.values():
        for below in _classes_in(field.annotation):
            for one in (below, *tables_of(below)):
                found.setdefault(one)
    return list(found)


def about(kind: type[BaseModel]) -> str:
    """The first sentence of its docstring."""
    return inspect.cleandoc(kind.__doc__ or "").split("\n", maxsplit=1)[0].strip()


def kind_of(kind: type[BaseModel]) -> str:
    """The value of its `kind` key, where it has just one; else ""."""
    field = kind.model_fields.get("kind")
    values = get_args(field.annotation) if field is not None else ()
    return str(values[0]) if len(values) == 1 else ""


def keys_of(kind: type[BaseModel]) -> list[Key]:
    """Its keys; `kind`, which its heading names, is left out."""
    schema = kind.model_json_schema()
    schema = schema["$defs"][kind.__name__] if "properties" not in schema else schema
    required = schema.get("required", [])
    written = _attribute_docstrings(kind)
    below = {one.__name__: one for one in tables_of(kind)}
    found = []
    for name, row in schema["properties"].items():
        if name == "kind" and kind_of(kind):
            continue
        meaning = row.get("description") or written.get(name) or MEANINGS.get((kind.__name__, name)) or _meaning_of(row, below)
        default = "" if name in required else _default(row)
        found.append(Key(name, _type(row), default, _allowed(row), " ".join(meaning.split())))
    return found


def _classes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for argument in get_args(annotation):
            yield from _classes_in(argument)


def _attribute_docstrings(kind: type[BaseModel]) -> dict[str, str]:
    """Strings below the keys in the source of the class and of those it extends."""
    found: dict[str, str] = {}
    for one in reversed([base for base in kind.__mro__ if issubclass(base, BaseModel) and base is not BaseModel]):
        body = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for key, text in pairwise(statements):
            if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name) and isinstance(text, ast.Expr):
                found[key.target.id] = str(ast.literal_eval(text.value))
    return found


def _names(row: Json) -> list[str]:
    """Names of the tables a key holds, itself or as a list."""
    rows = [row, *row.get("oneOf", ()), *row.get("anyOf", ())]
    rows += [item for one in rows for item in (one.get("items"),) if isinstance(item, dict)]
    rows += [item for one in rows for item in one.get("oneOf", ())]
    return list(dict.fromkeys(one["$ref"].rsplit("/", 1)[1] for one in rows if "$ref" in one))


def _meaning_of(row: Json, below: dict[str, type[BaseModel]]) -> str:
    """What its table says, for a key that is a table and says nothing itself."""
    return " / ".join(about(below[name]) for name in _names(row) if name in below)


def _type(row: Json) -> str:
    if "$ref" in row:
        return _link(row["$ref"])
    options = [one for one in (*row.get("anyOf", ()), *row.get("oneOf", ())) if one.get("type") != "null"]
    if options:
        return " or ".join(dict.fromkeys(_type(one) for one in options))
    if row.get("type") == "array":
        items = row.get("items")
        return f"list of {_type(items)}" if isinstance(items, dict) and items else _fixed_list(row)
    if row.get("type") == "object":
        values = row.get("additionalProperties")
        return f"table of {_type(values)}" if isinstance(values, dict) else "table"
    if row.get("pattern") == _NAME:
        return "name"
    word: str = row.get("type", "value")
    return _FORMATS.get(row.get("format", ""), "text" if word == "string" else word)


def _fixed_list(row: Json) -> str:
    items = row.get("prefixItems", ())
    return f"list of {len(items)} {_type(items[0])}s" if items else "list"


def _link(reference: str) -> str:
    name = reference.rsplit("/", 1)[1]
    return f"[{name}](#{name.lower()})"


def _default(row: Json) -> str:
    value = row.get("default")
    if value is None:
        return "not set"
    if isinstance(value, dict) and "$ref" in row:
        return "its defaults"
    if value in ([], {}):
        return "none"
    if row.get("uniqueItems"):
        value = sorted(value)  # a set has no order of its own
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {json.dumps(one)}" for key, one in value.items())
        return f"`{{ {inside} }}`"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _allowed(row: Json) -> str:
    """Limits of a value, or of what a list or an optional key holds."""
    values = [f"`{json.dumps(value)}`" for value in row.get("enum", ([row["const"]] if "const" in row else []))]
    said = [", ".join(values)] if values else []
    said += [text.format(f"{row[key]:,}" if isinstance(row[key], int) else row[key]) for key, text in _LIMITS if key in row]
    if row.get("pattern", _NAME) != _NAME:
        said.append(f"matches `{row['pattern']}`")
    within = [row.get("items"), row.get("additionalProperties"), *row.get("anyOf", ())]
    said += [text for one in within if isinstance(one, dict) for text in (_allowed(one),) if text]
    return "; ".join(dict.fromkeys(said))

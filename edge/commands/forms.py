"""What a form needs to know of each kind of rule, from the settings classes themselves."""

from typing import Any, Final, get_args

from edge.commands.trial import REPLAYABLE
from edge.rules.base import VideoRule
from edge.rules.kinds import VideoRules
from lamplighter.contract.records import RuleField, RuleKind

_DRAWN: Final = frozenset({"kind", "camera", "zone", "line"})
"""Drawn or chosen, not typed."""
_TYPES: Final[dict[str, Any]] = {"number": "number", "integer": "integer", "boolean": "boolean", "string": "text", "array": "texts"}


def rule_kinds() -> list[RuleKind]:
    """Every kind of rule that watches a camera."""
    classes: tuple[type[VideoRule], ...] = get_args(VideoRules)
    return [_kind(one) for one in classes]


def _kind(rule: type[VideoRule]) -> RuleKind:
    rows = rule.model_json_schema()["properties"]
    names = sorted(set(rows) - _DRAWN, key=lambda name: (name != "name", list(rows).index(name)))
    fields = [_field(name, rows[name]) for name in names]
    return RuleKind(kind=rows["kind"]["const"], fields=fields, replayable=issubclass(rule, REPLAYABLE))


def _field(name: str, row: dict[str, Any]) -> RuleField:
    """From JSON Schema (draft 2020-12); what may be absent is an `anyOf` with null."""
    shape = {**row, **next((one for one in row.get("anyOf", ()) if one.get("type") != "null"), {})}
    return RuleField(
        name=name,
        type=_TYPES[shape["type"]],
        default=row.get("default"),
        low=shape.get("minimum", shape.get("exclusiveMinimum")),
        high=shape.get("maximum", shape.get("exclusiveMaximum")),
        choices=shape.get("enum", []),
        description=row.get("description", ""),
    )

"""Documents as bytes: one content, one writing (RFC 8785), so that a hash stands for what is said."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import rfc8785

_WHOLE: Final = 2**53
"""Below it a float and the whole number it equals are written alike, and JSON's integers are exact."""
_PLAIN_FROM: Final = 1e-4
"""From here to `_WHOLE` Python writes a float as RFC 8785 does: the shortest form, without exponent."""


def canonical(document: Any) -> bytes:
    """The document in RFC 8785; structs, dates and tuples as JSON has them. Raises ValueError for what JSON cannot say."""
    hard: list[object] = []
    content = _plain(document, hard)
    if hard:
        return rfc8785.dumps(content)
    # The same bytes in half the time: nothing in it that the standard library writes otherwise (a test compares them).
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """The value as JSON has it: objects, lists, text, numbers."""
    return _plain(value, [])


def sha256(content: bytes) -> str:
    """Lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any, hard: list[object]) -> Any:
    """As `plain`; `hard` gets what only the library writes as the standard says."""
    # By the exact class first: of a school's day some ten thousand values are these, and each `isinstance` costs as much again.
    kind = type(value)
    if kind is float or kind is int:
        return _number(value, hard)
    if kind is str or value is None:
        return value
    names = getattr(kind, "_fields", None)
    if names is not None:
        return {name: _plain(one, hard) for name, one in zip(names, value, strict=True)}
    return _of_any_class(value, hard)


def _of_any_class(value: Any, hard: list[object]) -> Any:
    if isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return _number(value, hard)
    if isinstance(value, Mapping):
        hard += [name for name in value if not str(name).isascii()]
        return {str(name): _plain(one, hard) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, hard) for one in value]
    return _plain(_opened(value), hard)


def _opened(value: Any) -> Any:
    """What a value of a class of its own consists of."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return sorted(value) if isinstance(value, frozenset | set) else msgspec.to_builtins(value)


def _number(value: float, hard: list[object]) -> float:
    exact = -_WHOLE < value < _WHOLE
    if exact and value == int(value):
        return int(value)
    if not exact or abs(value) < _PLAIN_FROM:
        hard.append(value)
    return value

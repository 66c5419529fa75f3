"""Documents as bytes: one content, one writing (RFC 8785), so that a hash stands for what is said."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785


def canonical(document: Any) -> bytes:
    """The document in RFC 8785; structs, dates and tuples as JSON has them. Raises ValueError for what JSON cannot say."""
    return rfc8785.dumps(_plain(document))


def sha256(content: bytes) -> str:
    """Lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, msgspec.Struct):
        return _plain(msgspec.to_builtins(value))
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(one) for one in (sorted(value) if isinstance(value, frozenset | set) else value)]
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(mode="json"))
    return msgspec.to_builtins(value) if value is not None and not isinstance(value, str | int | float | bool) else value

"""Values out of a JSON document or a bare text, as MQTT devices and HTTP servers give them."""

import json
import math
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import Field

from edge.drivers.json_path import MISSING, JsonPath, at, steps_of
from edge.drivers.register import NO_VALUE, Decoded, PointName
from lamplighter.contract.points import fault_of_value
from lamplighter.runtime.settings import Settings

WORDS: Final = {
    "on": 1.0,
    "off": 0.0,
    "true": 1.0,
    "false": 0.0,
    "open": 1.0,
    "closed": 0.0,
    "online": 1.0,
    "offline": 0.0,
    "yes": 1.0,
    "no": 0.0,
    "detected": 1.0,
    "clear": 0.0,
}
"""What devices say for a flag, in small letters (Home Assistant's states and Zigbee2MQTT's booleans)."""
_EARLIEST_MS: Final = 946_684_800_000
"""2000-01-01: a number below is seconds, one above milliseconds."""


class DocumentPoint(Settings):
    """Where a point lies in a document and what it means: value = number x scale + offset."""

    point: PointName = Field(description="the quantity, one of the contract's points")
    path: JsonPath = Field("", description='place in the document, such as "climate.co2" or "sensors[0].value"; "" = all of it')
    scale: float = Field(1.0, allow_inf_nan=False, description="factor from the document's number to the point's unit")
    offset: float = Field(0.0, allow_inf_nan=False, description="added after scaling, in the point's unit")
    words: dict[str, float] = Field(
        {}, description='numbers for the device\'s own words, such as { "true" = 0, "false" = 1 }; on, off, open ... are known'
    )


def parsed(payload: bytes) -> Any:
    """The document; text that is no JSON is itself the value. A number that is not finite is no value."""
    text = payload.decode("utf-8", "replace").strip()
    try:
        return json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return text


def value_of(document: Any, wanted: DocumentPoint) -> Decoded | None:
    """The point's value; None where the document does not speak of it, bad quality where what stands there cannot be."""
    found = at(document, steps_of(wanted.path))
    if found is MISSING:
        return None
    number = _number(found, wanted.words)
    if number is None:
        return NO_VALUE
    value = float(f"{number * wanted.scale + wanted.offset:.12g}")
    return Decoded(value, "good") if fault_of_value(wanted.point, value) is None else NO_VALUE


def time_of(document: Any, path: str) -> int | None:
    """When the device says it measured, ms since 1970 UTC; None if it does not.

    ISO 8601 (UTC where it names no offset), or a number of seconds or milliseconds.
    """
    found = at(document, steps_of(path))
    if found is MISSING or isinstance(found, bool):
        return None
    number = _number(found, {})
    if number is not None:
        return round(number if number > _EARLIEST_MS else number * 1000)
    try:
        moment = datetime.fromisoformat(str(found))
    except ValueError:
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _number(found: Any, words: dict[str, float]) -> float | None:
    said = str(found).strip().lower()
    known = {word.lower(): number for word, number in words.items()}
    if said in known:
        return known[said]
    if isinstance(found, bool):
        return float(found)
    if said in WORDS:
        return WORDS[said]
    try:
        number = float(said)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

"""The AsyncAPI 3.0 document of the MQTT contract, made from the records: what a gateway sends and receives.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import inspect
import json
from typing import Any, Final, Literal, NamedTuple

import msgspec

from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.examples import EXAMPLES
from lamplighter.contract.points import POINTS
from lamplighter.contract.records import ENCODER, RECORDS
from lamplighter.contract.topics import LANES, MAX_BYTES, NAME_PATTERN, ROOT, UP_LANES

Json = dict[str, Any]
VERSION: Final = "1.0.0"
_SHA256: Final = "^[0-9a-f]{64}$"


class LaneNote(NamedTuple):
    """What a lane is for. `keeping`: on disk until answered; the newest word only; or that, kept by the broker too."""

    title: str
    summary: str
    keeping: Literal["durable", "latest", "retained"]


LANE_NOTES: Final = {
    "conditions": LaneNote("Conditions", "A condition holds, or no longer holds: incidents and faults, as levels.", "durable"),
    "readings": LaneNote("Readings", "What the sensors and luminaires said since the last message.", "durable"),
    "evidence": LaneNote("Evidence", "A pixelated still of a condition, or a piece of a clip that was asked for.", "durable"),
    "health": LaneNote("Health", "How the gateway and its cameras do; lost while the broker is away.", "latest"),
    "availability": LaneNote(
        "Availability", "Whether the gateway is there; the broker says `offline` as its last will.", "retained"
    ),
    "answer": LaneNote("Answer", "What became of a command; lost while the broker is away.", "latest"),
    "stored": LaneNote(
        "Stored", "The centre has these sequence numbers safe; the gateway forgets them. Said again for duplicates.", "latest"
    ),
    "rejected": LaneNote("Rejected", "The centre has quarantined this message: a final answer, the gateway forgets it.", "latest"),
    "command": LaneNote("Command", "A request to one gateway: `camera_view`, `try_rules`, `send_clip`. None changes it.", "latest"),
}
LEVELS: Final = {
    "district": "The education office's district.",
    "school": "The school; its site file has the same name.",
    "gateway": "The gateway of that school.",
}
REFINEMENTS: Final[dict[str, dict[str, Json]]] = {
    "Envelope": {
        "boot": {"minimum": 1, "maximum": 2**62 - 1},
        "boot_id": {"minLength": 1, "maxLength": 64},
        "seq": {"minimum": 1},
        "low": {"minimum": 1},
        "high": {"minimum": 1, "maximum": 2**62 - 1},
    },
    "Reading": {"point": {"enum": sorted(POINTS)}},
    "Condition": {
        "id": {"maxLength": 255},
        "kind": {"enum": sorted(CONDITION_KINDS)},
        "name": {"maxLength": 128},
    },
    "Still": {"sha256": {"pattern": _SHA256}},
}
"""What ingest checks beyond the records' types; `Envelope` stands for the envelope of every durable lane."""


def document() -> Json:
    """The whole document, references and all; equal for equal records."""
    references, schemas = msgspec.json.schema_components(RECORDS.values(), ref_template="#/components/schemas/{name}")
    payloads = dict(zip(RECORDS, references, strict=True))
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": {lane: _channel(lane) for lane in LANES},
        "operations": {_operation_name(lane): _operation(lane) for lane in LANES},
        "components": {
            "messages": {lane: _message(lane, _tidied(payloads[lane])) for lane in LANES},
            "parameters": {name: {"description": f"{text} {_name_rule()}"} for name, text in LEVELS.items()},
            "schemas": {_plain(name): _refined(_plain(name), _tidied(schema)) for name, schema in schemas.items()},
        },
        "x-points": [point._asdict() for point in POINTS.values()],
        "x-condition-kinds": [kind._asdict() for kind in CONDITION_KINDS.values()],
    }


def document_text() -> str:
    """The document as docs/asyncapi.json holds it: keys sorted, two spaces, one line feed at the end."""
    return json.dumps(document(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _info() -> Json:
    return {
        "title": "Lamplighter gateway",
        "version": VERSION,
        "license": {"name": "Apache-2.0"},
        "description": (
            "What a school gateway and the centre say to each other over MQTT, seen from the gateway. QoS is 1 throughout, sessions"
            " persist, nothing depends on MQTT 5. Receivers ignore fields they do not know; a breaking change is a new topic"
            " version. Times are milliseconds since 1970-01-01 UTC."
        ),
    }


def _name_rule() -> str:
    return f"Matches {NAME_PATTERN}"


def _channel(lane: str) -> Json:
    note = LANE_NOTES[lane]
    return {
        "address": f"{ROOT}/{'/'.join(f'{{{level}}}' for level in LEVELS)}/{lane}",
        "title": note.title,
        "summary": note.summary,
        "parameters": {level: {"$ref": f"#/components/parameters/{level}"} for level in LEVELS},
        "messages": {lane: {"$ref": f"#/components/messages/{lane}"}},
        "x-keeping": note.keeping,
        "x-max-bytes": MAX_BYTES[lane],
    }


def _operation_name(lane: str) -> str:
    return f"{'send' if lane in UP_LANES else 'receive'}{lane.capitalize()}"


def _operation(lane: str) -> Json:
    note = LANE_NOTES[lane]
    return {
        "action": "send" if lane in UP_LANES else "receive",
        "channel": {"$ref": f"#/channels/{lane}"},
        "messages": [{"$ref": f"#/channels/{lane}/messages/{lane}"}],
        "summary": note.summary,
        "bindings": {"mqtt": {"qos": 1, "retain": note.keeping == "retained", "bindingVersion": "0.2.0"}},
    }


def _message(lane: str, payload: Json) -> Json:
    note = LANE_NOTES[lane]
    return {
        "name": lane,
        "title": note.title,
        "summary": note.summary,
        "contentType": "application/json",
        "payload": payload,
        "examples": [{"name": lane, "payload": json.loads(ENCODER.encode(EXAMPLES[lane]))}],
    }


def _plain(name: str) -> str:
    """`Envelope_Condition_` as people would write it."""
    return f"EnvelopeOf{name.removeprefix('Envelope_').rstrip('_')}" if name.startswith("Envelope_") else name


def _tidied(node: Any) -> Any:
    """A schema in the dialect AsyncAPI 3.0 speaks (draft 7), names and descriptions made plain."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _tidied(value) for key, value in node.items() if value is not msgspec.UNSET}  # no default: it may be absent
    if "prefixItems" in found:  # draft 7 calls a tuple's items `items`, and forbids more by `additionalItems`
        found["items"], found["additionalItems"] = found.pop("prefixItems"), False
    if isinstance(found.get("description"), str):
        found["description"] = inspect.cleandoc(found["description"])
    if isinstance(found.get("$ref"), str):
        found["$ref"] = "/".join(_plain(part) for part in found["$ref"].split("/"))
    return found


def _refined(name: str, schema: Json) -> Json:
    rows = REFINEMENTS.get("Envelope" if name.startswith("EnvelopeOf") else name, {})
    for key, limits in rows.items():
        schema["properties"][key] |= limits
    return schema

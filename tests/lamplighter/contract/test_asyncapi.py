"""The AsyncAPI document: in step with the records, whole in itself, and true of the golden messages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lamplighter.contract.asyncapi import LANE_NOTES, REFINEMENTS, document, document_text
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.examples import EXAMPLES
from lamplighter.contract.points import POINTS
from lamplighter.contract.records import DECODERS, ENCODER, RECORDS
from lamplighter.contract.topics import DURABLE_LANES, LANES, MAX_BYTES, UP_LANES, Topic

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
DOCUMENT = document()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def looked_up(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def validator(lane: str) -> jsonschema.Draft7Validator:
    """Checks a payload of the lane; its schema stands beside those it refers to."""
    payload = DOCUMENT["components"]["messages"][lane]["payload"]
    return jsonschema.Draft7Validator({"allOf": [payload], "components": {"schemas": DOCUMENT["components"]["schemas"]}})


def test_the_committed_document_is_what_the_records_say() -> None:
    assert (ROOT / "docs" / "asyncapi.json").read_text("utf-8") == document_text()


def test_every_reference_resolves() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 50
    for reference in found:
        assert reference.startswith("#/")
        assert looked_up(reference) is not None


def test_there_is_one_channel_and_one_operation_for_every_lane() -> None:
    assert list(DOCUMENT["channels"]) == list(LANES) == list(RECORDS)
    sends = {name: row["action"] for name, row in DOCUMENT["operations"].items()}
    assert {name.removeprefix("send").lower() for name, action in sends.items() if action == "send"} == set(UP_LANES)
    assert len(sends) == len(LANES)


@pytest.mark.parametrize("lane", LANES)
def test_a_channels_address_is_the_topic_that_topics_parse(lane: str) -> None:
    channel = DOCUMENT["channels"][lane]
    topic = channel["address"].format(district="d1", school="s1", gateway="gw1")
    assert Topic.parse(topic).lane == lane
    assert set(channel["parameters"]) == {"district", "school", "gateway"}
    assert channel["x-max-bytes"] == MAX_BYTES[lane]


def test_the_durable_lanes_are_the_ones_the_outbox_keeps() -> None:
    assert tuple(lane for lane, note in LANE_NOTES.items() if note.keeping == "durable") == DURABLE_LANES


def test_only_availability_is_retained() -> None:
    retained = [row["channel"]["$ref"] for row in DOCUMENT["operations"].values() if row["bindings"]["mqtt"]["retain"]]
    assert retained == ["#/channels/availability"]


@pytest.mark.parametrize("schema", DOCUMENT["components"]["schemas"])
def test_every_schema_is_a_sound_draft_7_schema(schema: str) -> None:
    jsonschema.Draft7Validator.check_schema(DOCUMENT["components"]["schemas"][schema])


@pytest.mark.parametrize("path", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_a_golden_message_fits_its_schema(path: Path) -> None:
    validator(path.stem.split("-")[0]).validate(json.loads(path.read_bytes()))


@pytest.mark.parametrize("lane", LANES)
def test_an_example_fits_its_schema_and_is_read_back_as_it_was(lane: str) -> None:
    (example,) = DOCUMENT["components"]["messages"][lane]["examples"]
    validator(lane).validate(example["payload"])
    assert DECODERS[lane].decode(ENCODER.encode(example["payload"])) == EXAMPLES[lane]


@pytest.mark.parametrize(
    ("lane", "change"),
    [
        ("readings", {"seq": 0}),
        ("readings", {"boot": "7"}),
        ("readings", {"body": {"readings": [{"device": "d", "point": "happiness_pct", "at_ms": 1}]}}),
        ("conditions", {"body": {"id": "i", "kind": "alien_landing", "name": "n"}}),
        ("evidence", {"body": {"sha256": "no"}}),
        ("stored", {"ranges": [[1, 2, 3]]}),
        ("stored", {"lane": "health"}),
        ("availability", {"state": "asleep"}),
    ],
)
def test_a_schema_refuses_what_the_other_end_would_refuse(lane: str, change: dict[str, Any]) -> None:
    payload = json.loads(ENCODER.encode(EXAMPLES[lane])) | change
    with pytest.raises(jsonschema.ValidationError):
        validator(lane).validate(payload)


@pytest.mark.parametrize("schema", REFINEMENTS)
def test_every_refinement_belongs_to_a_field(schema: str) -> None:
    prefix = "EnvelopeOf" if schema == "Envelope" else schema
    names = [name for name in DOCUMENT["components"]["schemas"] if name.startswith(prefix)]
    names = names if schema == "Envelope" else [schema]
    assert names
    for name in names:
        assert REFINEMENTS[schema].keys() <= DOCUMENT["components"]["schemas"][name]["properties"].keys()


def test_points_and_condition_kinds_are_all_there() -> None:
    assert [row["name"] for row in DOCUMENT["x-points"]] == list(POINTS)
    assert [row["kind"] for row in DOCUMENT["x-condition-kinds"]] == list(CONDITION_KINDS)

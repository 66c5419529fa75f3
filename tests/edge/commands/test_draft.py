"""A drawn draft is checked by the settings' own classes and put where the old rules stood."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from edge.commands.draft import propose, read_draft, rules_in_force
from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings

pytestmark = pytest.mark.unit

TRIANGLE = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]


def settings(**changed: Any) -> GatewaySettings:
    """A gateway with two cameras, their rules mixed."""
    data = {
        "district": "d",
        "school": "s",
        "gateway": "g",
        "data_dir": "/nowhere",
        "broker": {"url": "mqtt://127.0.0.1:1883"},
        "cameras": [{"id": name, "space": "yard", "kind": "simulated"} for name in ("c1", "c2")],
        "rules": [
            {"kind": "intrusion", "name": "yard", "camera": "c1", "zone": TRIANGLE},
            {"kind": "intrusion", "name": "gate", "camera": "c2"},
            {"kind": "loitering", "name": "bench", "camera": "c1"},
            {"kind": "lamp_failure"},
        ],
        **changed,
    }
    return check_settings(data, GatewaySettings, where="test")


def problems_of(**draft: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        read_draft(json.dumps(draft), "c1")
    return refused.value.problems


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "intrusion", "zone": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "rules.0.intrusion.zone"),
        ({"kind": "intrusion", "zone": [[0, 0], [1.5, 0], [0, 1]]}, "lies outside the picture"),
        ({"kind": "ghosts"}, "rules.0"),
        ({"kind": "intrusion", "armed": []}, "is empty, so the rule would never be armed"),
        ({"kind": "intrusion", "armed": ["9-10"]}, "must look like"),
        ({"kind": "loitering", "dwell_s": -1}, "rules.0.loitering.dwell_s"),
        ({"kind": "line_crossing", "line": [[0.5, 0.5], [0.5, 0.5]]}, "all but the same point"),
        ({"kind": "intrusion", "colour": "red"}, "unknown key"),
        ("a word", "rules.0"),
        ({"kind": "intrusion", "zone": [[step / 300, (step % 2) / 2] for step in range(250)]}, "at most 200 corners"),
    ],
)
def test_a_wrong_rule_is_named_with_its_key(rule: Any, said: str) -> None:
    (problem,) = problems_of(rules=[rule])
    assert said in problem
    assert problem.startswith("draft: ")


def test_every_wrong_key_is_told_at_once() -> None:
    wrong = {"kind": "loitering", "dwell_s": -1, "zone": [[0, 0], [1, 1]]}
    found = problems_of(rules=[wrong, {"kind": "crowding", "limit": 0}], privacy_masks=[[[0, 0], [2, 2], [0, 1]]])
    assert len(found) == 4
    assert found[-1].startswith("draft: privacy_masks.0 = ")


def test_two_rules_of_one_name_are_refused_in_a_draft_and_in_a_file() -> None:
    twice = [{"kind": "intrusion", "name": "a"}, {"kind": "loitering", "name": "a"}]
    assert "2 rules of camera 'c1' are named 'a'" in problems_of(rules=twice)[0]
    with pytest.raises(SettingsError, match="2 rules of camera 'c2' are named 'a'"):
        settings(rules=[{**rule, "camera": "c2"} for rule in twice])


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000, '{"rules": 7}', '{"rule": []}'])
def test_what_is_no_draft_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(SettingsError, match="draft"):
        read_draft(text, "c1")


def test_the_proposed_file_is_one_that_the_gateway_would_start_with() -> None:
    mask = [[0, 0], [0.2, 0], [0.2, 0.2]]
    draft = read_draft(json.dumps({"rules": [{"kind": "crowding", "limit": 3}], "privacy_masks": [mask]}), "c1")
    proposal = propose(settings(), draft, "c1")
    read = check_settings(tomllib.loads(proposal.settings), GatewaySettings, where="proposal")
    assert [(rule.kind, getattr(rule, "camera", "")) for rule in read.rules] == [
        ("intrusion", "c2"),
        ("lamp_failure", ""),
        ("crowding", "c1"),
    ]
    assert [camera.privacy_masks for camera in read.cameras] == [(((0, 0), (0.2, 0), (0.2, 0.2)),), ()]
    assert read.data_dir == Path("/nowhere")
    piece = tomllib.loads(proposal.piece)
    assert piece["rules"] == [{"kind": "crowding", "limit": 3, "camera": "c1"}]
    assert piece["cameras"][0]["privacy_masks"] == [mask]


@pytest.mark.parametrize("written", [{}, {"privacy_masks": [], "motion_masks": [TRIANGLE]}], ids=["without masks", "with"])
def test_an_unchanged_draft_changes_nothing(written: dict[str, Any]) -> None:
    present = settings(cameras=[{"id": name, "space": "yard", "kind": "simulated", **written} for name in ("c1", "c2")])
    draft = read_draft(json.dumps({"rules": rules_in_force(present, "c1"), **written}), "c1")
    assert propose(present, draft, "c1").diff == ""


def test_the_diff_shows_what_changed_and_nothing_else() -> None:
    present = settings()
    rules = rules_in_force(present, "c1")
    rules[1]["dwell_s"] = 90.0
    diff = propose(present, read_draft(json.dumps({"rules": rules}), "c1"), "c1").diff
    assert [row for row in diff.splitlines() if row.startswith(("+", "-"))][2:] == ["+dwell_s = 90.0"]


def test_the_last_rule_and_the_last_mask_can_be_taken_away() -> None:
    cameras = [{"id": "c1", "space": "yard", "kind": "simulated", "motion_masks": [TRIANGLE]}]
    present = settings(cameras=cameras, rules=[{"kind": "intrusion", "camera": "c1"}])
    proposal = propose(present, read_draft("{}", "c1"), "c1")
    read = check_settings(tomllib.loads(proposal.settings), GatewaySettings, where="proposal")
    assert (len(read.rules), len(read.cameras[0].motion_masks)) == (0, 0)

"""A draft of one camera's rules and masks: checked by the settings' own classes, and put into the gateway's file."""

import difflib
import json
import re
from typing import Any, Final, NamedTuple

import tomli_w
from pydantic import Field, model_validator

from edge.rules.geometry import Zone
from edge.rules.kinds import VideoRuleSettings, named_twice
from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings, check_settings

_FIRST: Final = ("kind", "name", "camera")
_CORNER: Final = re.compile(r"\[\n\s+([-+.e\d]+),\n\s+([-+.e\d]+),\n\s+\]")


class CameraDraft(Settings):
    """What a person drew."""

    rules: tuple[VideoRuleSettings, ...] = Field((), description="every rule of the camera")
    privacy_masks: tuple[Zone, ...] = ()
    motion_masks: tuple[Zone, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> "CameraDraft":
        problems = named_twice(self.rules)
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Proposal(NamedTuple):
    """The gateway's whole file as it would be, this camera's part of it, and how the whole differs from what is in force."""

    settings: str
    piece: str
    diff: str


def read_draft(text: str, camera: str) -> CameraDraft:
    """The draft (JSON) of a camera; raises SettingsError with one line per wrong key (`draft: rules.0.intrusion.zone = …`)."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"draft: is not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise SettingsError("draft: must be an object with rules, privacy_masks and motion_masks")
    rules = data.get("rules", [])
    if isinstance(rules, list):
        data["rules"] = [{**rule, "camera": camera} if isinstance(rule, dict) else rule for rule in rules]
    return check_settings(data, CameraDraft, where="draft")


def propose(settings: GatewaySettings, draft: CameraDraft, camera: str) -> Proposal:
    """Put the draft into the settings, as the operator wrote them, without defaults; raises SettingsError."""
    present, proposed = _written(settings), _written(settings)
    rules, masks = _rules_of(draft), _masks_of(draft)
    others = [rule for rule in proposed.get("rules", []) if rule.get("camera") != camera]
    proposed["rules"] = _in_place(proposed.get("rules", []), rules, camera) if others else rules
    for row in proposed["cameras"]:
        if row["id"] == camera:
            for name, value in masks.items():
                row.update({name: value} if value or name in row else {})
    check_settings(proposed, GatewaySettings, where="settings")
    piece = {"cameras": [{"id": camera, **masks}], "rules": rules}
    return Proposal(_toml(proposed), _toml(piece), _diff(_toml(present), _toml(proposed)))


def rules_in_force(settings: GatewaySettings, camera: str) -> list[dict[str, Any]]:
    """The camera's rules as the operator wrote them, without the camera's name."""
    rules: list[dict[str, Any]] = _written(settings).get("rules", [])
    return [{key: value for key, value in rule.items() if key != "camera"} for rule in rules if rule.get("camera") == camera]


def _written(settings: Settings) -> dict[str, Any]:
    """As the operator wrote it, without defaults; what tells a rule from others stands first."""
    data = settings.model_dump(mode="json", exclude_none=True, exclude_unset=True)
    if "rules" in data:
        data["rules"] = [{**{name: rule[name] for name in _FIRST if name in rule}, **rule} for rule in data["rules"]]
    return data


def _toml(data: dict[str, Any]) -> str:
    """TOML with a corner a line. No text can be taken for one: line feeds in texts are escaped."""
    return _CORNER.sub(r"[\1, \2]", tomli_w.dumps(data))


def _rules_of(draft: CameraDraft) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = _written(draft).get("rules", [])
    return rules


def _masks_of(draft: CameraDraft) -> dict[str, Any]:
    dumped = draft.model_dump(mode="json", include={"privacy_masks", "motion_masks"})
    return {"privacy_masks": dumped["privacy_masks"], "motion_masks": dumped["motion_masks"]}


def _in_place(present: list[dict[str, Any]], rules: list[dict[str, Any]], camera: str) -> list[dict[str, Any]]:
    """The file's rules with this camera's replaced where they stand, the new ones at the end: a diff shows what changed alone."""
    left = {(rule["kind"], rule.get("name")): rule for rule in rules}
    found = []
    for rule in present:
        if rule.get("camera") != camera:
            found.append(rule)
        elif (kept := left.pop((rule["kind"], rule.get("name")), None)) is not None:
            found.append(kept)
    return found + list(left.values())


def _diff(present: str, proposed: str) -> str:
    rows = difflib.unified_diff(present.splitlines(), proposed.splitlines(), "in force", "proposed", n=2, lineterm="")
    return "".join(f"{row}\n" for row in rows)

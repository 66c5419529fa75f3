"""The pieces of settings that docs/cameras.md shows are taken as they stand."""

import re
import tomllib
from pathlib import Path

import pytest

from edge.settings import GatewaySettings
from lamplighter.runtime.settings import check_settings, read_toml
from lamplighter.site.facts import Document

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[2] / "docs"
PIECES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", (DOCS / "cameras.md").read_text("utf-8"), re.DOTALL)]


def test_the_gateway_takes_camera_and_recorder() -> None:
    whole = read_toml(DOCS / "examples" / "gateway.toml")
    for piece in PIECES[:2]:
        whole |= piece
    settings = check_settings(whole, GatewaySettings, where="docs/cameras.md")
    assert [recorder.channels[0].camera for recorder in settings.recorders] == [settings.cameras[0].id]


def test_the_document_is_one() -> None:
    assert [Document.model_validate(row).metric for row in PIECES[2]["documents"]] == ["recording_age"]

"""`lamplighter evidence` as its user runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.evidence.sealed import read_public, seal
from lamplighter.cli.evidence import app

pytestmark = pytest.mark.unit


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_a_gateway_sealed_is_opened_and_the_opening_written_down(tmp_path: Path) -> None:
    key, public, sealed, out, log = (str(tmp_path / name) for name in ("a.key", "a.pub", "5.sealed", "yard.mp4", "log.jsonl"))
    run("keys", key, public)
    Path(sealed).write_bytes(seal(b"the film", read_public(Path(public))))
    who = ("--who", "Wang Li", "--unit", "No. 1 School", "--why", "case 8")
    assert log in run("open", sealed, "--key", key, "--out", out, "--log", log, *who)
    assert Path(out).read_bytes() == b"the film"
    assert "Wang Li" in Path(log).read_text("utf-8")

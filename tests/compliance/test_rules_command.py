"""`lamplighter compliance rules` as its user sees it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from compliance.packs import load_packs
from lamplighter.cli.compliance import app
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit


def test_the_table_names_each_rule_with_its_clause_and_certainty() -> None:
    shown = CliRunner().invoke(app, ["rules"], env={"COLUMNS": "400"})
    assert shown.exit_code == 0
    for rule in load_packs():
        assert all(word in shown.output for word in (rule.id, rule.citation.number, rule.citation.clause, rule.requirement()))


def test_json_is_one_rule_a_line_with_the_certainty_of_the_whole() -> None:
    shown = CliRunner().invoke(app, ["rules", "--json"])
    lines = [json.loads(line) for line in shown.output.splitlines()]
    assert [(line["id"], line["certainty"]) for line in lines] == [(rule.id, rule.certainty) for rule in load_packs()]


def test_a_bad_folder_of_packs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("rules = 3", "utf-8")
    shown = CliRunner().invoke(app, ["rules", "--packs", str(tmp_path)])
    assert isinstance(shown.exception, SettingsError)

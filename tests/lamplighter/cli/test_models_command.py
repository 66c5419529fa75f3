"""`lamplighter models` as its user runs it."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.detectors.catalog import bundled_dir, read_catalog
from lamplighter.cli.models import app
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_list_shows_every_model_of_the_catalogue_and_whether_it_is_here(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in run("list", "--json", "--dir", str(tmp_path)).splitlines()]
    assert [(line["name"], line["here"]) for line in lines] == [(model.name, model.bundled) for model in read_catalog().model]


def test_list_for_people_names_licence_and_measured_scores(tmp_path: Path) -> None:
    table = run("list", "--dir", str(tmp_path))
    assert "Apache-2.0" in table
    assert "AP50" in table


def test_check_runs_the_models_that_are_here(tmp_path: Path) -> None:
    assert run("check", "--dir", str(tmp_path)).startswith("hog_person: ok, inference ")


def test_check_names_a_changed_file_after_checking_the_others(tmp_path: Path) -> None:
    shutil.copy(bundled_dir() / "hog_person.onnx", tmp_path / "yolox_nano_416.onnx")
    result = CliRunner().invoke(app, ["check", "--dir", str(tmp_path)])
    assert result.stdout.startswith("hog_person: ok")
    assert isinstance(result.exception, SettingsError)
    assert "model yolox_nano_416: sha256 of" in str(result.exception)


def test_check_of_a_model_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="lamplighter models pull yolox_nano_416"):
        run("check", "yolox_nano_416", "--dir", str(tmp_path))


def test_pulling_the_bundled_model_fetches_nothing(tmp_path: Path) -> None:
    assert run("pull", "hog_person", "--dir", str(tmp_path)).strip().endswith("hog_person.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_file_given_with_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="model yolox_nano_416: sha256 of"):
        run("pull", "yolox_nano_416", "--from", str(bundled_dir() / "hog_person.onnx"), "--dir", str(tmp_path / "models"))

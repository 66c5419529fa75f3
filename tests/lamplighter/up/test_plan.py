"""What `up` writes for its children and for the commands that later read its data folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lamplighter.processes.server import ServerSettings
from lamplighter.runtime.settings import load_settings
from lamplighter.up.plan import Plan, UpOptions, store_settings

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_a_relative_data_folder_is_written_as_paths_that_hold_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = Plan(UpOptions(data=Path("demo")), now=NOW)
    plan.children()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    server = load_settings(tmp_path / "demo" / "run" / "server.toml", ServerSettings)
    assert server.sql.url == f"sqlite:///{tmp_path / 'demo' / 'server' / 'lamplighter.sqlite'}"
    assert server.site_files == (tmp_path / "demo" / "site.toml",)
    assert server.history is not None
    written = (server.data_dir, server.history.key_file, plan.edge.data_dir, plan.run_folder)
    assert all(path.is_relative_to(tmp_path / "demo") for path in written)


def test_without_a_folder_it_is_data_below_where_the_command_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert UpOptions().data == tmp_path / "data"


@pytest.mark.parametrize(("given", "written"), [("own.onnx", "{}/own.onnx"), ("yolox_nano_416", "yolox_nano_416"), (None, None)])
def test_a_relative_model_file_is_written_as_an_absolute_one(
    given: str | None, written: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert UpOptions(model=given).model == (None if written is None else written.format(tmp_path))


def test_a_relative_token_file_is_written_as_an_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert store_settings("influxdb://h:8086/school?token_file=token", tmp_path)["token_file"] == tmp_path / "token"

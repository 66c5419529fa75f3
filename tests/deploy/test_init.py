"""What `lamplighter init` writes: complete, secret, stable, and accepted by those who read it."""

import base64
import os
import stat
import subprocess
from pathlib import Path
from shutil import which
from tomllib import loads

import pytest
import typer
from typer.testing import CliRunner, Result

from ingest.settings import IngestSettings
from lamplighter.cli import commands
from lamplighter.deployment import mosquitto
from lamplighter.deployment.layout import RANDOM_SECRETS
from lamplighter.deployment.secret_files import FILE_MODE, FOLDER_MODE
from lamplighter.processes.console import ConsoleProcessSettings
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit


def _init(folder: Path, *arguments: str) -> Result:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, ["init", str(folder), *arguments])


def _contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder that init has filled."""
    folder = tmp_path / "centre"
    result = _init(folder)
    assert result.exit_code == 0, result.output
    return folder


def test_a_second_init_changes_nothing_that_exists(made: Path) -> None:
    before = _contents(made)
    result = _init(made)
    assert _contents(made) == before
    assert "made" not in result.output


def test_a_second_init_makes_only_what_is_missing(made: Path) -> None:
    before = _contents(made)
    (made / "secrets" / "mosquitto_passwords").unlink()
    (made / "console.toml").unlink()
    _init(made)
    after = _contents(made)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == {"secrets/mosquitto_passwords", "console.toml"}


def test_nobody_else_on_the_host_gets_at_a_secret(made: Path) -> None:
    folder = made / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == FOLDER_MODE == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == FILE_MODE, path.name


def test_every_secret_is_random_and_of_its_own(made: Path, tmp_path: Path) -> None:
    _init(tmp_path / "other")
    secrets = [(folder / "secrets" / name).read_text("utf-8") for folder in (made, tmp_path / "other") for name in RANDOM_SECRETS]
    assert len(set(secrets)) == len(secrets)
    assert min(map(len, secrets)) >= 43


def test_no_secret_stands_in_another_file_or_on_the_screen(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    output = _init(folder).output
    secrets = [(folder / "secrets" / name).read_text("utf-8") for name in RANDOM_SECRETS]
    others = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "secrets"]
    text = output + "".join(path.read_text("utf-8") for path in others)
    assert [secret for secret in secrets if secret in text] == []


def test_containers_may_read_the_folders_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        _init(tmp_path / "centre")
    finally:
        os.umask(before)
    for relative in ("sites", "grafana/provisioning/datasources", "grafana/dashboards"):
        assert stat.S_IMODE((tmp_path / "centre" / relative).stat().st_mode) == 0o755, relative
    assert stat.S_IMODE((tmp_path / "centre" / "ingest.toml").stat().st_mode) == 0o644


def test_git_ignores_the_whole_folder(made: Path) -> None:
    assert (made / ".gitignore").read_text("utf-8") == "*\n"


def test_ingest_and_console_take_their_settings(made: Path) -> None:
    ingest = load_settings(made / "ingest.toml", IngestSettings)
    console = load_settings(made / "console.toml", ConsoleProcessSettings)
    assert ingest.store == console.store
    assert ingest.sql == console.sql
    assert ingest.site_files == console.site_files == (Path("/etc/lamplighter/sites/example.toml"),)


def test_the_operators_site_files_are_checked_and_copied(tmp_path: Path, made: Path) -> None:
    school = tmp_path / "school-7.toml"
    school.write_bytes((made / "sites" / "example.toml").read_bytes())
    _init(tmp_path / "other", "--site", str(school))
    assert load_settings(tmp_path / "other" / "sites" / "school-7.toml", Site).school == "school-1"
    assert loads((tmp_path / "other" / "ingest.toml").read_text("utf-8"))["site_files"] == ["/etc/lamplighter/sites/school-7.toml"]


def test_a_wrong_site_file_stops_before_anything_is_made(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("district = 'a'\n", "utf-8")
    result = _init(tmp_path / "centre", "--site", str(wrong))
    assert "school: missing" in str(result.exception)
    assert not (tmp_path / "centre").exists()


@pytest.mark.parametrize(("name", "reason"), [("with space", "cannot mount a path"), ("file", "is a file")])
def test_a_folder_that_compose_cannot_use_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert reason in str(_init(tmp_path / name).exception)


def test_a_password_is_hashed_as_mosquitto_passwd_does(tmp_path: Path) -> None:
    program = which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not here: apt install mosquitto")
    subprocess.run([program, "-b", "-c", str(tmp_path / "passwords"), "ingest", "a pass word"], check=True, capture_output=True)
    theirs = (tmp_path / "passwords").read_text("utf-8").strip()
    salt = base64.b64decode(theirs.split("$")[3])
    assert f"ingest:{mosquitto.password_hash('a pass word', salt=salt)}" == theirs

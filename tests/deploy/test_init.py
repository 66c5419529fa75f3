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
from lamplighter.deployment.access import CONSOLE, HEALTH, REGISTRAR, worker_users
from lamplighter.deployment.centre import read_centre
from lamplighter.deployment.certificates import read_certificate
from lamplighter.deployment.layout import RANDOM_SECRETS
from lamplighter.deployment.secret_files import FILE_MODE, FOLDER_MODE, PRIVATE_MODE
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
    missing = {"secrets/broker/acl", "secrets/ingest-1/ingest-1.readings.password", "console.toml"}
    for name in missing:
        (made / name).unlink()
    _init(made)
    after = _contents(made)
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} == missing


def _secrets(folder: Path) -> list[Path]:
    """Every file whose content nobody may guess: passwords, tokens, keys."""
    single = [folder / "secrets" / name for name in RANDOM_SECRETS]
    return [*single, *sorted((folder / "secrets").glob("*/*.password")), *sorted((folder / "secrets").glob("*/*.key"))]


def test_nobody_else_on_the_host_gets_at_a_secret(made: Path) -> None:
    assert stat.S_IMODE((made / "secrets").stat().st_mode) == FOLDER_MODE == 0o700


def test_servers_may_read_what_is_theirs(made: Path) -> None:
    for name in ("broker", "ingest-1", "health"):
        assert stat.S_IMODE((made / "secrets" / name).stat().st_mode) == 0o755
        for path in (made / "secrets" / name).iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == FILE_MODE, path.name


def test_the_authoritys_key_is_for_the_operator_alone(made: Path) -> None:
    for name in ("ca", "registrar"):
        assert stat.S_IMODE((made / "secrets" / name).stat().st_mode) == FOLDER_MODE
    assert stat.S_IMODE((made / "secrets" / "ca" / "ca.key").stat().st_mode) == PRIVATE_MODE == 0o600
    assert [path.name for path in made.rglob("ca.key")] == ["ca.key"]


def test_every_secret_is_random_and_of_its_own(made: Path, tmp_path: Path) -> None:
    _init(tmp_path / "other")
    secrets = [path.read_text("utf-8") for folder in (made, tmp_path / "other") for path in _secrets(folder)]
    assert len(set(secrets)) == len(secrets) >= 24
    assert min(map(len, secrets)) >= 43


def test_no_secret_stands_in_another_file_or_on_the_screen(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    output = _init(folder).output
    secrets = _secrets(folder)
    others = [path for path in folder.rglob("*") if path.is_file() and path not in secrets]
    text = output + "".join(path.read_text("utf-8") for path in others)
    assert [path for path in secrets if path.read_text("utf-8") in text] == []


def test_each_worker_is_its_own_users_with_its_own_settings(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    _init(folder, "--workers", "2")
    first, second = (load_settings(folder / name, IngestSettings) for name in ("ingest.toml", "ingest-2.toml"))
    assert (first.worker, second.worker) == ("ingest-1", "ingest-2")
    assert (first.verdicts, second.verdicts) == (True, False)
    users = mosquitto.read_password_file((folder / "secrets" / "broker" / "passwords").read_text("utf-8"))
    assert {*worker_users("ingest-1"), *worker_users("ingest-2"), CONSOLE, HEALTH, REGISTRAR} == set(users)


def test_the_brokers_certificate_is_for_the_hosts_it_was_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    _init(folder, "--host", "broker.example", "--host", "192.0.2.7")
    found = read_certificate(folder / "secrets" / "broker" / "server.crt")
    assert found.hosts == ("broker.example", "192.0.2.7", "localhost", "127.0.0.1", "mosquitto")
    assert read_centre(folder).hosts == ("broker.example", "192.0.2.7")


def test_the_broker_is_open_to_other_machines_only_where_a_host_is_named(tmp_path: Path, made: Path) -> None:
    _init(tmp_path / "open", "--host", "broker.example")
    assert "MQTT_BIND=0.0.0.0" in (tmp_path / "open" / ".env").read_text("utf-8").splitlines()
    assert "MQTT_BIND=127.0.0.1" in (made / ".env").read_text("utf-8").splitlines()


def test_an_authority_without_its_key_is_not_replaced_in_silence(made: Path) -> None:
    (made / "secrets" / "ca" / "ca.key").unlink()
    assert "put it back from your backup" in str(_init(made).exception)


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
    assert ingest.broker == console.gateway_broker
    assert (made / "secrets" / "console" / "console.password").exists()
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

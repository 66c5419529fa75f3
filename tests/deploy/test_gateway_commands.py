"""`lamplighter gateway` and `lamplighter certificates` as their operator types them."""

import stat
import tarfile
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from edge.settings import GatewaySettings
from lamplighter.cli import commands
from lamplighter.contract.topics import Gateway
from lamplighter.deployment.certificates import read_certificate
from lamplighter.deployment.layout import prepare
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import load_settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
ID = "d1/s1/gw-a"


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, [str(word) for word in arguments])


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """An initialised folder whose broker does not run."""
    list(prepare(tmp_path / "centre", sites={}, grafana={}, hosts=("broker.example",)))
    return tmp_path / "centre"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_bundle_is_all_a_gateway_needs(centre: Path, tmp_path: Path) -> None:
    result = run("gateway", "add", ID, "--dir", centre, "--at", tmp_path, "--no-reload")
    assert result.exit_code == 0, result.output
    with tarfile.open(centre / "gateways" / "d1.s1.gw-a.tar.gz") as archive:
        modes = {entry.name: stat.S_IMODE(entry.mode) for entry in archive}
        for name in modes:
            file = archive.extractfile(name)
            assert file is not None
            (tmp_path / name).write_bytes(file.read())
    assert modes == {"gateway.toml": 0o644, "ca.crt": 0o644, "gateway.crt": 0o644, "broker.password": 0o600, "gateway.key": 0o600}
    settings = load_settings(tmp_path / "gateway.toml", GatewaySettings)
    assert settings.identity == Gateway("d1", "s1", "gw-a")
    assert settings.broker.url == "mqtts://broker.example:8883"
    assert settings.broker.login("any") == ("d1.s1.gw-a", (tmp_path / "broker.password").read_text("utf-8"))
    settings.broker.tls()


def test_a_bundle_is_for_the_operators_eyes_only(centre: Path) -> None:
    run("gateway", "add", ID, "--dir", centre, "--no-reload")
    assert stat.S_IMODE((centre / "gateways").stat().st_mode) == 0o700
    assert stat.S_IMODE((centre / "gateways" / "d1.s1.gw-a.tar.gz").stat().st_mode) == 0o600


def test_what_an_older_file_reads_and_watches_is_taken_over(centre: Path, tmp_path: Path) -> None:
    older = ROOT / "docs" / "examples" / "gateway.toml"
    run("gateway", "add", ID, "--dir", centre, "--settings", older, "--no-reload")
    with tarfile.open(centre / "gateways" / "d1.s1.gw-a.tar.gz") as archive:
        file = archive.extractfile("gateway.toml")
        assert file is not None
        (tmp_path / "gateway.toml").write_bytes(file.read())
    new, old = (load_settings(path, GatewaySettings) for path in (tmp_path / "gateway.toml", older))
    assert (new.buses, new.cameras, new.rules, new.outbox) == (old.buses, old.cameras, old.rules, old.outbox)
    assert new.broker.username == "d1.s1.gw-a"


def test_a_gateway_is_added_once(centre: Path) -> None:
    run("gateway", "add", ID, "--dir", centre, "--no-reload")
    before = contents(centre)
    assert "is there already" in str(run("gateway", "add", ID, "--dir", centre, "--no-reload").exception)
    assert contents(centre) == before


def test_init_again_leaves_gateways_as_they_are(centre: Path) -> None:
    run("gateway", "add", ID, "--dir", centre, "--no-reload")
    before = contents(centre)
    made = list(prepare(centre, sites={}, grafana={}, hosts=("broker.example",)))
    assert contents(centre) == before
    assert not any(file.new for file in made)


@pytest.mark.parametrize("verb", ["renew", "revoke"])
def test_a_gateway_that_nobody_added_is_named(centre: Path, verb: str) -> None:
    assert "d1/s1/gw-a: is not admitted here; admitted: none" in str(run("gateway", verb, ID, "--dir", centre).exception)


def test_a_revoked_gateways_rights_are_gone_from_the_files(centre: Path) -> None:
    run("gateway", "add", ID, "--dir", centre, "--no-reload")
    run("gateway", "revoke", ID, "--dir", centre, "--no-reload")
    files = [(centre / "secrets" / "broker" / name).read_text("utf-8") for name in ("passwords", "acl")]
    assert not any("gw-a" in text for text in files)
    assert run("gateway", "list", "--dir", centre).output == ""


def test_a_renewed_bundle_leaves_password_and_settings_alone(centre: Path) -> None:
    run("gateway", "add", ID, "--dir", centre, "--no-reload")
    passwords = (centre / "secrets" / "broker" / "passwords").read_bytes()
    run("gateway", "renew", ID, "--dir", centre)
    with tarfile.open(centre / "gateways" / "d1.s1.gw-a.tar.gz") as archive:
        assert set(archive.getnames()) == {"ca.crt", "gateway.crt", "gateway.key"}
    assert (centre / "secrets" / "broker" / "passwords").read_bytes() == passwords


def test_a_folder_that_init_did_not_make_is_refused(tmp_path: Path) -> None:
    assert "centre.toml: no such file" in str(run("gateway", "add", ID, "--dir", tmp_path).exception)


def test_certificates_are_listed_the_first_to_end_on_top(centre: Path) -> None:
    result = run("certificates", "list", "--dir", centre)
    assert result.exit_code == 0
    assert [line.split()[-1] for line in result.output.splitlines()] == ["broker", "console", "ingest-1", "registrar", "authority"]


def test_a_certificate_that_has_ended_makes_the_list_end_with_1(tmp_path: Path) -> None:
    long_ago = FakeClock(start_ms=1_600_000_000_000)
    list(prepare(tmp_path, sites={}, grafana={}, clock=long_ago))
    result = run("certificates", "list", "--dir", tmp_path)
    assert result.exit_code == 1
    assert int(result.output.split()[0]) < 0


def test_a_host_added_to_centre_toml_is_in_the_next_certificate(centre: Path) -> None:
    text = (centre / "centre.toml").read_text("utf-8")
    (centre / "centre.toml").write_text(text.replace('"broker.example"', '"broker.example", "192.0.2.9"'), "utf-8")
    assert tomllib.loads((centre / "centre.toml").read_text("utf-8"))["hosts"] == ["broker.example", "192.0.2.9"]
    run("certificates", "renew", "--dir", centre, "--no-reload")
    assert "192.0.2.9" in read_certificate(centre / "secrets" / "broker" / "server.crt").hosts

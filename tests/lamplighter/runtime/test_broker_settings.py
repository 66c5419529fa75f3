"""What a settings file may say of the broker."""

from pathlib import Path

import pytest

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import check_settings

pytestmark = pytest.mark.unit


def settings(**keys: object) -> BrokerSettings:
    return check_settings(dict(keys), BrokerSettings, where="x.toml")


@pytest.mark.parametrize("url", ["mqtt://127.0.0.1:1883", "mqtt://localhost", "mqtt://[::1]:1883", "mqtt://127.9.9.9"])
def test_plain_text_may_stay_on_this_machine(url: str) -> None:
    assert not settings(url=url).secured


@pytest.mark.parametrize("url", ["mqtt://192.0.2.7:1883", "mqtt://broker.example", "mqtt://0.0.0.0", "mqtt://localhost.example"])
def test_plain_text_never_leaves_this_machine(url: str) -> None:
    with pytest.raises(SettingsError, match=r"without TLS only on 127\.0\.0\.1; use mqtts://"):
        settings(url=url)


@pytest.mark.parametrize("key", ["cert_file", "key_file"])
def test_a_certificate_and_its_key_belong_together(key: str) -> None:
    with pytest.raises(SettingsError, match="cert_file and key_file belong together"):
        settings(url="mqtts://b", **{key: "x"})


@pytest.mark.parametrize("key", ["username", "password_file"])
def test_a_folder_of_passwords_stands_alone(key: str) -> None:
    with pytest.raises(SettingsError, match="password_dir stands alone"):
        settings(url="mqtts://b", password_dir="d", **{key: "x"})


def test_each_connection_finds_its_own_password(tmp_path: Path) -> None:
    for name in ("w.readings", "w.conditions"):
        (tmp_path / f"{name}.password").write_text(f"of {name}\n", "utf-8")
    found = settings(url="mqtts://b", password_dir=str(tmp_path))
    assert found.login("w.readings") == ("w.readings", "of w.readings")
    assert found.login("w.conditions") == ("w.conditions", "of w.conditions")


def test_a_missing_password_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"w\.evidence\.password: cannot read the broker password"):
        settings(url="mqtts://b", password_dir=str(tmp_path)).login("w.evidence")


def test_a_password_without_a_user_is_the_client_ids(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("secret", "utf-8")
    assert settings(url="mqtts://b", password_file=str(tmp_path / "p")).login("d.s.g") == ("d.s.g", "secret")


def test_without_user_and_password_nobody_logs_in() -> None:
    assert settings(url="mqtt://localhost").login("d.s.g") is None


def test_a_missing_certificate_file_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ca_file = .*ca\.crt: no such file"):
        settings(url="mqtts://b", ca_file=str(tmp_path / "ca.crt")).tls()

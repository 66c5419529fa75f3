"""The compose file and the images: valid, closed, without defaults for secrets."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lamplighter.deployment.layout import RANDOM_SECRETS, environment, prepare
from tests.servers.influxdb import TUNING

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
SERVICES = {"mosquitto", "influxdb", "postgres", "ingest", "console", "grafana"}
DOCKERFILES = sorted((ROOT / "deploy").glob("*.Dockerfile"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file with its anchors merged."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


def test_the_compose_file_follows_the_specification(compose: dict[str, Any]) -> None:
    # The specification's own schema, as the development dependency check-jsonschema ships it.
    text = resources.files("check_jsonschema.builtin_schemas").joinpath("vendor/compose-spec.json").read_text("utf-8")
    jsonschema.Draft7Validator(json.loads(text)).validate(compose)


def test_every_server_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == SERVICES


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_watched_limited_and_without_rights(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
    assert "privileged" not in service


def test_every_port_is_on_loopback_unless_the_operator_says_otherwise(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 3
    assert all(re.match(r"\$\{\w+_BIND:-127\.0\.0\.1\}:\$\{", port) for port in ports)


def test_the_brokers_plain_text_port_is_not_published(compose: dict[str, Any]) -> None:
    assert compose["services"]["mosquitto"]["ports"] == ["${MQTT_BIND:-127.0.0.1}:${MQTT_PORT:-8883}:8883"]


def test_no_store_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert compose["networks"]["stores"]["internal"] is True
    for name in ("influxdb", "postgres"):
        assert compose["services"][name]["networks"] == ["stores"]
        assert "ports" not in compose["services"][name]


def test_every_image_is_pinned(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values() if "build" not in service]
    images += [line.split()[1] for path in DOCKERFILES for line in path.read_text("utf-8").splitlines() if line.startswith("FROM ")]
    assert len(images) >= 8
    assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?(-|$)", image)] == []


def test_every_secret_comes_from_a_file_that_init_makes(compose: dict[str, Any], tmp_path: Path) -> None:
    list(prepare(tmp_path, sites={}, grafana={}))
    for name, secret in compose["secrets"].items():
        assert secret["file"] == f"${{LAMPLIGHTER_DIR:-unset}}/secrets/{name}"
        assert (tmp_path / "secrets" / name).is_file()
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    assert used == set(compose["secrets"])


def test_every_file_that_compose_mounts_is_one_that_init_makes(compose: dict[str, Any], tmp_path: Path) -> None:
    list(prepare(tmp_path, sites={"a.toml": ""}, grafana={"provisioning/a": "", "dashboards/a": ""}))
    mounted = [config["file"] for config in compose["configs"].values()]
    mounted += [
        volume.rsplit(":", 2)[0]
        for service in compose["services"].values()
        for volume in service["volumes"]
        if "LAMPLIGHTER_DIR" in volume
    ]
    assert len(mounted) >= 6
    assert [path for path in mounted if not (tmp_path / path.partition("}/")[2]).exists()] == []


def test_the_tests_influxdb_runs_as_composes_does(compose: dict[str, Any]) -> None:
    assert compose["services"]["influxdb"]["environment"].items() >= TUNING.items()


def test_no_password_stands_in_the_compose_file(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", key):
                assert value.startswith("/run/secrets/"), key
    assert len(RANDOM_SECRETS) >= 4


def test_without_init_compose_stops_with_one_line_that_says_what_to_run() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert re.findall(r"\$\{LAMPLIGHTER_DIR:\?([^}]*)\}", text) == [
        "run `lamplighter init data/compose`, then docker compose --env-file data/compose/.env up"
    ]
    assert "${LAMPLIGHTER_DIR}" not in text


def test_every_variable_of_the_compose_file_has_a_default_or_is_set_by_init(tmp_path: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    written = {line.partition("=")[0] for line in environment(tmp_path).splitlines() if "=" in line}
    assert {name for name, default in re.findall(r"\$\{(\w+)(:-)?", text) if not default} <= written


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_runs_as_nobody_special_from_hashed_wheels(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "USER 10001:10001" in text
    assert "--require-hashes --only-binary :all:" in text
    requirements = re.search(r"COPY (requirements/\w+\.txt)", text)
    assert requirements
    assert (ROOT / requirements[1]).is_file()
    ignored = path.with_name(path.name + ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored

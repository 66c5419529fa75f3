"""Publishing to a Grafana that somebody else runs."""

from pathlib import Path

import pytest

from dashboards.build import DASHBOARDS, uid_of
from dashboards.publish import publish
from dashboards.settings import DashboardSettings
from dashboards.words import LANGUAGES
from lamplighter.contract.errors import SettingsError, Unavailable
from tests.servers.grafana import Grafana, StartGrafana
from tests.servers.processes import free_port


@pytest.fixture(scope="module")
def bare(start_grafana: StartGrafana) -> Grafana:
    """A Grafana without anything of ours."""
    return start_grafana()


def _token(grafana: Grafana, folder: Path, role: str) -> Path:
    account = grafana.ask("/api/serviceaccounts", {"name": f"tests {role}", "role": role}, status=201)
    path = folder / f"token-{role}"
    path.write_text(grafana.ask(f"/api/serviceaccounts/{account['id']}/tokens", {"name": f"tests {role}"})["key"] + "\n", "utf-8")
    return path


@pytest.mark.services
def test_publishing_twice_leaves_one_of_each(bare: Grafana, tmp_path: Path) -> None:
    store_token = tmp_path / "store"
    store_token.write_text("any", "utf-8")
    token = _token(bare, tmp_path, "Admin")
    addresses = [publish(bare.url, token, DashboardSettings(), store_token_file=store_token) for _ in range(2)]
    assert addresses[0] == addresses[1]
    found = {row["uid"]: row["folderTitle"] for row in bare.ask("/api/search?type=dash-db")}
    assert found == {uid_of(name, language): "Lamplighter" for name in DASHBOARDS for language in LANGUAGES}
    assert sorted(source["uid"] for source in bare.ask("/api/datasources")) == ["lamplighter-raw", "lamplighter-rollup"]


@pytest.mark.services
def test_a_token_that_may_not_is_refused_with_what_to_do(bare: Grafana, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the token needs the role Admin"):
        publish(bare.url, _token(bare, tmp_path, "Viewer"), DashboardSettings())


@pytest.mark.unit
def test_a_grafana_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("any", "utf-8")
    with pytest.raises(Unavailable, match="does not answer"):
        publish(f"http://127.0.0.1:{free_port()}", token, DashboardSettings())


@pytest.mark.unit
def test_a_token_file_that_is_absent_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the Grafana token"):
        publish("http://127.0.0.1:1", tmp_path / "absent", DashboardSettings())
    (tmp_path / "empty").write_text("\n", "utf-8")
    with pytest.raises(SettingsError, match="is empty; it must hold the Grafana token"):
        publish("http://127.0.0.1:1", tmp_path / "empty", DashboardSettings())

"""Hands dashboards and data sources to a running Grafana through its HTTP API."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dashboards.build import DASHBOARDS, FOLDER, TAG, dashboard_json, datasources_json
from dashboards.settings import DashboardSettings
from lamplighter.contract.errors import SettingsError, Unavailable

_SCHEMES: Final = ("http", "https")


def publish(url: str, token_file: Path, settings: DashboardSettings, *, store_token_file: Path | None = None) -> list[str]:
    """Create or overwrite every dashboard, and the data sources where a store token is given; returns their addresses.

    Raises SettingsError where Grafana refuses, Unavailable where it does not answer.
    """
    with _translated(url):
        api = _open(url, read_secret(token_file, "the Grafana token"))
        if store_token_file is not None:
            token = read_secret(store_token_file, "the store's token")
            for source in datasources_json(settings, token=token):
                _put_source(api, source)
        _put_folder(api)
        return [
            _put_dashboard(api, dashboard_json(name, language, settings)) for language in settings.languages for name in DASHBOARDS
        ]


def read_secret(path: Path, what: str) -> str:
    """A secret's text; raises SettingsError that names the file."""
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot read {what}: {error}") from error
    if not text:
        raise SettingsError(f"{path}: is empty; it must hold {what}")
    return text


def _open(url: str, token: str) -> Any:
    from grafana_api.grafana_face import GrafanaFace

    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise SettingsError(f"--url {url}: must look like http://HOST:PORT or https://HOST/PREFIX")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return GrafanaFace(
        auth=token, host=parts.hostname, port=port, url_path_prefix=parts.path.strip("/"), protocol=parts.scheme, timeout=20.0
    )


def _put_source(api: Any, source: dict[str, Any]) -> None:
    known = {found["uid"]: found["id"] for found in api.datasource.list_datasources()}
    if source["uid"] in known:
        api.datasource.update_datasource(known[source["uid"]], source)
    else:
        api.datasource.create_datasource(source)


def _put_folder(api: Any) -> None:
    if TAG not in {folder["uid"] for folder in api.folder.get_all_folders()}:
        api.folder.create_folder(FOLDER, uid=TAG)


def _put_dashboard(api: Any, model: dict[str, Any]) -> str:
    answer = api.dashboard.update_dashboard({"dashboard": model, "folderUid": TAG, "overwrite": True})
    return str(answer["url"])


@contextmanager
def _translated(url: str) -> Iterator[None]:
    import requests
    from grafana_api.grafana_api import GrafanaClientError, GrafanaException, GrafanaServerError

    try:
        yield
    except GrafanaServerError as error:
        raise Unavailable(f"Grafana at {url}: {error.message}") from error
    except GrafanaClientError as error:
        raise SettingsError(f"Grafana at {url} refuses: {error.message}; the token needs the role Admin") from error
    except GrafanaException as error:
        raise SettingsError(f"Grafana at {url}: {error.message}") from error
    except requests.RequestException as error:
        raise Unavailable(f"Grafana at {url} does not answer: {error}") from error

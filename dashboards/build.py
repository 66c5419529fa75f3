"""Everything Grafana is given: dashboards in each language, data sources, and the provisioning files that name them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DashboardLinkType

from dashboards import inspector, lighting, security
from dashboards.settings import DashboardSettings
from dashboards.style import Look
from dashboards.target import SOURCE_UIDS
from dashboards.variables import Choice, Fixed
from dashboards.words import LANGUAGES, Language
from lamplighter.contract.errors import SettingsError

FOLDER: Final = "Lamplighter"
TAG: Final = "lamplighter"


class Kind(NamedTuple):
    """One dashboard: `time_from` is what it first shows, up to now."""

    panels: Callable[[Look, DashboardSettings], list[Any]]
    choices: tuple[Choice | Fixed, ...]
    time_from: str
    refresh: str


DASHBOARDS: Final[Mapping[str, Kind]] = {
    "inspector": Kind(inspector.panels, inspector.CHOICES, "now-30d", "15m"),
    "lighting": Kind(lighting.panels, lighting.CHOICES, "now-8d", "5m"),
    "security": Kind(security.panels, security.CHOICES, "now-24h", "30s"),
}
"""Name (also its title's key) -> dashboard."""


def uid_of(name: str, language: Language) -> str:
    """A dashboard's uid, which its address carries."""
    return f"{TAG}-{name}-{language}"


def dashboard_json(name: str, language: Language, settings: DashboardSettings) -> dict[str, Any]:
    """One dashboard as Grafana's JSON model."""
    kind, look = DASHBOARDS[name], Look(language)
    built = dashboard.Dashboard(look.say(name)).uid(uid_of(name, language)).description(look.say(f"{name}_note"))
    built.tags([TAG, f"{TAG}-{language}"]).timezone(settings.time_zone).time(kind.time_from, "now").refresh(kind.refresh)
    built.editable().tooltip(DashboardCursorSync.CROSSHAIR)
    for choice in kind.choices:
        built.with_variable(choice.variable(language))
    for link in _links(name, look, settings):
        built.link(link)
    for number, panel in enumerate(kind.panels(look, settings), start=1):
        built.with_panel(panel.id(number))
    model: dict[str, Any] = json.loads(json.dumps(built.build(), cls=JSONEncoder))
    for panel in model["panels"]:
        if "perPage" in panel.get("options", {}):
            panel["options"]["perPage"] = 0  # no pages within a timeline; the builder refuses a 0
    return model


def datasources_json(settings: DashboardSettings, *, token: str) -> list[dict[str, Any]]:
    """The two data sources, one a bucket; `token` may be an expression that Grafana expands."""
    buckets = {"raw": settings.raw_bucket, "rollup": settings.rollup_bucket}
    return [
        {
            "access": "proxy",
            "isDefault": kind == "rollup",
            "jsonData": {"dbName": bucket, "httpHeaderName1": "Authorization", "httpMode": "GET", "version": "InfluxQL"},
            "name": f"{FOLDER} {kind}",
            "secureJsonData": {"httpHeaderValue1": f"Token {token}"},
            "type": "influxdb",
            "uid": SOURCE_UIDS[kind],
            "url": settings.influxdb_url,
        }
        for kind, bucket in buckets.items()
    ]


def files(settings: DashboardSettings) -> dict[str, str]:
    """Relative path -> content of every file, the same for the same settings."""
    # Grafana reads the token from its own file when it starts: no secret lies in what is written here.
    sources = datasources_json(settings, token=f"$__file{{{settings.token_file}}}")
    provider = {
        "allowUiUpdates": False,
        "disableDeletion": True,
        "folder": FOLDER,
        "name": TAG,
        "options": {"path": str(settings.dashboards_path)},
        "type": "file",
    }
    made = {
        "provisioning/datasources/lamplighter.yaml": {"apiVersion": 1, "datasources": sources},
        "provisioning/dashboards/lamplighter.yaml": {"apiVersion": 1, "providers": [provider]},
    }
    for language in settings.languages:
        for name in DASHBOARDS:
            made[f"dashboards/{name}-{language}.json"] = dashboard_json(name, language, settings)
    return {path: json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for path, content in made.items()}


def write_files(folder: Path, settings: DashboardSettings) -> list[Path]:
    """Write every file below `folder`; raises SettingsError where that cannot be."""
    written = []
    for relative, content in files(settings).items():
        path = folder / relative
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        except OSError as error:
            raise SettingsError(f"{path}: cannot be written: {error.strerror}; name a folder that you may write to") from error
        written.append(path)
    return written


def _links(name: str, look: Look, settings: DashboardSettings) -> list[dashboard.DashboardLink]:
    others = dashboard.DashboardLink(look.say("all_dashboards")).type(DashboardLinkType.DASHBOARDS)
    links = [others.tags([f"{TAG}-{look.language}"]).as_dropdown(False).keep_time(False).include_vars(True)]
    for language in LANGUAGES:
        if language != look.language and language in settings.languages:
            link = dashboard.DashboardLink(look.say("other_language")).type(DashboardLinkType.LINK)
            links.append(link.url(f"/d/{uid_of(name, language)}").keep_time(True).include_vars(True))
    return links

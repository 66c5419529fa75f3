"""Every panel of both dashboards, asked through a real Grafana of a real InfluxDB."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from dashboards.build import DASHBOARDS, dashboard_json, uid_of
from dashboards.settings import DashboardSettings
from dashboards.words import LANGUAGES
from lamplighter.contract.measurements import MEASUREMENTS
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.dashboards.city import DISTRICT, ROOMS, RULE, SCHOOLS, city_rows
from tests.servers.grafana import Grafana, StartGrafana
from tests.servers.influxdb import InfluxServer

pytestmark = [pytest.mark.services, pytest.mark.slow]

CHOSEN = {"district": DISTRICT, "school": SCHOOLS[0], "rule": RULE, "space": ROOMS[0], "device": f"lamp-{ROOMS[0]}"}
_DAYS = 8
_HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def filled(influxdb_server: InfluxServer) -> InfluxDbSettings:
    """An InfluxDB with rows of every measurement, written by the product's own store."""
    settings = influxdb_server.settings()
    store = InfluxDbStore(settings)
    by_name = sorted(city_rows(SystemClock().now_ms(), days=_DAYS), key=lambda pair: pair[0].name)
    for name, pairs in groupby(by_name, key=lambda pair: pair[0].name):
        assert store.write(MEASUREMENTS[name], [row for _measurement, row in pairs]) == []
    store.close()
    return settings


@pytest.fixture(scope="module")
def for_grafana(filled: InfluxDbSettings) -> DashboardSettings:
    """What the dashboards are built for."""
    buckets = {"raw_bucket": filled.raw_bucket, "rollup_bucket": filled.rollup_bucket}
    return DashboardSettings.model_validate({"influxdb_url": filled.url, "token_file": filled.token_file, **buckets})


@pytest.fixture(scope="module")
def grafana(for_grafana: DashboardSettings, start_grafana: StartGrafana) -> Grafana:
    """A Grafana that was given nothing but our files."""
    return start_grafana(for_grafana)


def _queries(model: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for panel in model["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['id']} {panel['title']}", target


def _chosen(text: str) -> str:
    for name, value in CHOSEN.items():
        text = text.replace(f"${name}", value)
    return text


def _rows(grafana: Grafana, target: dict[str, Any]) -> int:
    now_ms = SystemClock().now_ms()
    query = {**target, "query": _chosen(target["query"]), "intervalMs": 600_000, "maxDataPoints": 1000}
    span = {"from": str(now_ms - _DAYS * 24 * _HOUR_MS), "to": str(now_ms)}
    results = grafana.ask("/api/ds/query", {**span, "queries": [query]})["results"]
    frames = results[target["refId"]].get("frames", ())
    # A frame without one value beside its time would draw an empty panel.
    return sum(1 for frame in frames for column in frame["data"]["values"][1:] for cell in column if cell is not None)


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_every_panel_returns_rows_through_grafana(grafana: Grafana, name: str) -> None:
    model = grafana.ask(f"/api/dashboards/uid/{uid_of(name, 'en')}")["dashboard"]
    found = {title: _rows(grafana, target) for title, target in _queries(model)}
    assert len(found) >= 11
    assert [title for title, rows in found.items() if rows == 0] == []


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_every_choice_offers_what_the_store_holds(grafana: Grafana, name: str) -> None:
    model = grafana.ask(f"/api/dashboards/uid/{uid_of(name, 'en')}")["dashboard"]
    for variable in model["templating"]["list"]:
        target = {"refId": "A", "datasource": variable["datasource"], "query": variable["query"], "rawQuery": True}
        frames = _ask(grafana, target)
        offered = [cell for frame in frames for column in frame["data"]["values"] for cell in column]
        assert CHOSEN[variable["name"]] in offered, variable["name"]


def _ask(grafana: Grafana, target: dict[str, Any]) -> list[dict[str, Any]]:
    query = {**target, "query": _chosen(target["query"]), "resultFormat": "time_series"}
    answer = grafana.ask("/api/ds/query", {"from": "now-8d", "to": "now", "queries": [query]})
    frames: list[dict[str, Any]] = answer["results"]["A"]["frames"]
    return frames


def test_grafana_shows_our_dashboards_as_built(grafana: Grafana, for_grafana: DashboardSettings) -> None:
    for language in LANGUAGES:
        for name in DASHBOARDS:
            shown = grafana.ask(f"/api/dashboards/uid/{uid_of(name, language)}")["dashboard"]
            built = dashboard_json(name, language, for_grafana)
            assert (shown["title"], len(shown["panels"])) == (built["title"], len(built["panels"]))


def test_both_data_sources_answer(grafana: Grafana) -> None:
    for kind in ("raw", "rollup"):
        assert grafana.ask(f"/api/datasources/uid/lamplighter-{kind}/health")["status"] == "OK"

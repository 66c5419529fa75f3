"""Every panel of the dashboards about what devices say, asked through a real Grafana of a real InfluxDB."""

from itertools import groupby

import pytest

from dashboards.build import DASHBOARDS, dashboard_json, uid_of
from dashboards.settings import DashboardSettings
from dashboards.words import LANGUAGES
from lamplighter.contract.measurements import MEASUREMENTS
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings
from tests.dashboards.asking import offered_by, queries_of, rows_of
from tests.dashboards.city import DISTRICT, ROOMS, RULE, SCHOOLS, city_rows
from tests.servers.grafana import Grafana, StartGrafana
from tests.servers.influxdb import InfluxServer

pytestmark = [pytest.mark.services, pytest.mark.slow]

CHOSEN = {"district": DISTRICT, "school": SCHOOLS[0], "rule": RULE, "space": ROOMS[0], "device": f"lamp-{ROOMS[0]}"}
LIVE = ["lighting", "security"]
"""Those about what devices say; the inspector's is asked about scored days, in a file of its own."""

_DAYS = 8


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


@pytest.mark.parametrize("name", LIVE)
def test_every_panel_returns_rows_through_grafana(grafana: Grafana, name: str) -> None:
    model = grafana.ask(f"/api/dashboards/uid/{uid_of(name, 'en')}")["dashboard"]
    found = {title: rows_of(grafana, target, CHOSEN, days=_DAYS) for title, target in queries_of(model)}
    assert len(found) >= 11
    assert [title for title, rows in found.items() if rows == 0] == []


@pytest.mark.parametrize("name", LIVE)
def test_every_choice_offers_what_the_store_holds(grafana: Grafana, name: str) -> None:
    model = grafana.ask(f"/api/dashboards/uid/{uid_of(name, 'en')}")["dashboard"]
    for variable in model["templating"]["list"]:
        assert CHOSEN[variable["name"]] in offered_by(grafana, variable, CHOSEN), variable["name"]


def test_grafana_shows_our_dashboards_as_built(grafana: Grafana, for_grafana: DashboardSettings) -> None:
    for language in LANGUAGES:
        for name in DASHBOARDS:
            shown = grafana.ask(f"/api/dashboards/uid/{uid_of(name, language)}")["dashboard"]
            built = dashboard_json(name, language, for_grafana)
            assert (shown["title"], len(shown["panels"])) == (built["title"], len(built["panels"]))


def test_both_data_sources_answer(grafana: Grafana) -> None:
    for kind in ("raw", "rollup"):
        assert grafana.ask(f"/api/datasources/uid/lamplighter-{kind}/health")["status"] == "OK"

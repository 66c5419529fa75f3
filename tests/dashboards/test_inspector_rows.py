"""The inspector's dashboard, asked through a real Grafana of a real InfluxDB, about days that the product itself has scored."""

from typing import Any

import pytest

from dashboards.build import uid_of
from dashboards.settings import DashboardSettings
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from tests.dashboards.asking import frames_of, offered_by, queries_of, rows_of
from tests.dashboards.scored_city import score
from tests.servers.grafana import Grafana, StartGrafana
from tests.servers.influxdb import InfluxServer

pytestmark = [pytest.mark.services, pytest.mark.slow]

CHOSEN = {"standing": "recommended", "district": "haidian", "school": "dengta-no2", "rule": "LGT-021"}
_DAYS = 5


@pytest.fixture(scope="module")
def grafana(influxdb_server: InfluxServer, start_grafana: StartGrafana) -> Grafana:
    """A Grafana with our files over a city that was judged for five days."""
    settings = influxdb_server.settings()
    store = InfluxDbStore(settings)
    assert score(store, SystemClock(), days=_DAYS) > 500
    store.close()
    buckets = {"raw_bucket": settings.raw_bucket, "rollup_bucket": settings.rollup_bucket}
    told = {"influxdb_url": settings.url, "token_file": settings.token_file, **buckets}
    return start_grafana(DashboardSettings.model_validate(told))


@pytest.fixture(scope="module")
def model(grafana: Grafana) -> dict[str, Any]:
    """The dashboard as Grafana has it."""
    found: dict[str, Any] = grafana.ask(f"/api/dashboards/uid/{uid_of('inspector', 'en')}")["dashboard"]
    return found


def column(frames: list[dict[str, Any]], name: str) -> list[Any]:
    """Every cell of a column."""
    found = []
    for frame in frames:
        names = [field["name"] for field in frame["schema"]["fields"]]
        if name in names:
            found += frame["data"]["values"][names.index(name)]
    return found


def test_every_panel_returns_rows_of_scored_days(grafana: Grafana, model: dict[str, Any]) -> None:
    found = {title: rows_of(grafana, target, CHOSEN, days=_DAYS + 2) for title, target in queries_of(model)}
    assert len(found) == 14
    assert [title for title, rows in found.items() if rows == 0] == []


def test_every_choice_offers_what_was_judged(grafana: Grafana, model: dict[str, Any]) -> None:
    asked = [variable for variable in model["templating"]["list"] if variable["type"] == "query"]
    assert len(asked) == len(model["templating"]["list"]) - 1, "only the weights are fixed"
    for variable in asked:
        assert CHOSEN[variable["name"]] in offered_by(grafana, variable, CHOSEN), variable["name"]


def test_the_gap_between_town_and_country_is_that_of_the_schools_scores(grafana: Grafana, model: dict[str, Any]) -> None:
    asked = dict(queries_of(model))
    (gaps,) = (target for title, target in asked.items() if "latest day" in title and "Gaps" in title)
    (schools,) = (target for title, target in asked.items() if "Schools of" in title)
    shown = frames_of(grafana, gaps, CHOSEN, days=_DAYS + 2)
    rows = frames_of(grafana, schools, CHOSEN, days=_DAYS + 2)
    shares = dict(zip(column(rows, "place"), column(rows, "share"), strict=True))
    (gap,) = (frame["data"]["values"][1] for frame in shown if frame["schema"]["name"] == "gap")
    assert [round(cell, 6) for cell in gap] == [round(shares["dengta-no1"] - shares["dengta-no2"], 6)]


def test_the_worst_rooms_come_in_order_and_without_empty_ranks(grafana: Grafana, model: dict[str, Any]) -> None:
    (target,) = (target for title, target in queries_of(model) if "Worst rooms of the city" in title)
    frames = frames_of(grafana, target, CHOSEN, days=_DAYS + 2)
    rooms = sorted(
        zip(column(frames, "rank"), column(frames, "school"), column(frames, "severity"), column(frames, "shortfall"), strict=True)
    )
    assert len(rooms) == 9  # ten ranks are stored, and the tenth is nobody's
    assert all(school for _, school, _, _ in rooms)
    majors = [shortfall for _, _, severity, shortfall in rooms if severity == "major"]
    assert majors == sorted(majors, reverse=True)


def test_the_calendar_has_a_line_a_room(grafana: Grafana, model: dict[str, Any]) -> None:
    (target,) = (target for title, target in queries_of(model) if "Verdict calendar" in title)
    frames = frames_of(grafana, target, CHOSEN, days=_DAYS + 2)
    words = {cell for frame in frames for cell in frame["data"]["values"][1]}
    assert {"pass", "fail", "insufficient_data"} <= words

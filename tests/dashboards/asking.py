"""Asking a real Grafana what a dashboard's panels and choices would show."""

from collections.abc import Iterator, Mapping
from typing import Any

from lamplighter.runtime.clock import SystemClock
from tests.servers.grafana import Grafana

_DAY_MS = 24 * 3_600_000

Chosen = Mapping[str, str]
"""Variable -> what is chosen."""


def queries_of(model: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Number and title of each panel, with each of its targets."""
    for panel in model["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['id']} {panel['title']}", target


def frames_of(grafana: Grafana, target: dict[str, Any], chosen: Chosen, *, days: int) -> list[dict[str, Any]]:
    """What the target answers over the last days."""
    now_ms = SystemClock().now_ms()
    query = {**target, "query": _filled(target["query"], chosen), "intervalMs": 600_000, "maxDataPoints": 1000}
    span = {"from": str(now_ms - days * _DAY_MS), "to": str(now_ms)}
    found: list[dict[str, Any]] = grafana.ask("/api/ds/query", {**span, "queries": [query]})["results"][target["refId"]]["frames"]
    return found


def rows_of(grafana: Grafana, target: dict[str, Any], chosen: Chosen, *, days: int) -> int:
    """How many cells it would show. A frame without one value beside its time would draw an empty panel."""
    frames = frames_of(grafana, target, chosen, days=days)
    return sum(1 for frame in frames for column in frame["data"]["values"][1:] for cell in column if cell is not None)


def offered_by(grafana: Grafana, variable: dict[str, Any], chosen: Chosen) -> list[Any]:
    """What a choice at the top offers."""
    target = {"refId": "A", "datasource": variable["datasource"], "query": variable["query"], "rawQuery": True}
    query = {**target, "query": _filled(str(target["query"]), chosen), "resultFormat": "time_series"}
    frames = grafana.ask("/api/ds/query", {"from": "now-8d", "to": "now", "queries": [query]})["results"]["A"]["frames"]
    return [cell for frame in frames for column in frame["data"]["values"] for cell in column]


def _filled(text: str, chosen: Chosen) -> str:
    for name, value in chosen.items():
        text = text.replace(f"${name}", value)
    return text

"""What a run amounted to, counted from the two ends' own records: the gateway's outbox and the centre's stores."""

import json
from collections import Counter
from typing import Any

from sqlalchemy import Engine, func, select

from edge.settings import GatewaySettings
from lamplighter.contract.measurements import READING, VERDICT_DAY
from lamplighter.processes.server import ServerSettings
from lamplighter.storage.sql.engine import open_sql, snapshot
from lamplighter.storage.sql.tables import LANES, QUARANTINE, TRANSITIONS
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store

DAY_MS = 86_400_000


def summarise(edge: GatewaySettings, server: ServerSettings, *, started_ms: int, ended_ms: int) -> dict[str, Any]:
    """The `--json` line; the server must have let go of its stores."""
    gateway = json.loads((edge.data_dir / "summary.json").read_text("utf-8"))
    ingest = json.loads((server.data_dir / "ingest.json").read_text("utf-8"))
    boot = gateway["boot"]
    store, sql = open_store(server.store), open_sql(server.sql)
    try:
        readings = _readings(gateway, store, sql, edge=edge, span=(started_ms, ended_ms))
        verdicts = store.select(
            VERDICT_DAY, where={"school": edge.school}, start_ms=ended_ms - 9 * DAY_MS, end_ms=ended_ms + DAY_MS
        )
        conditions = _conditions(gateway, sql, boot)
    finally:
        store.close()
        sql.dispose()
    lag = ingest["lag_ms"].get(str(boot), {})
    return {
        "seconds": round((ended_ms - started_ms) / 1000, 1),
        "first_reading_s": round((gateway["first_reading_at_ms"] - started_ms) / 1000, 2),
        "readings": readings,
        "conditions": conditions,
        "inference": gateway["inference"],
        "ingest": {"lag_ms_p50": lag.get("p50"), "lag_ms_p99": lag.get("p99")},
        "verdicts": dict(sorted(Counter(str(row["verdict"]) for row in verdicts).items())),
    }


def _readings(
    gateway: dict[str, Any], store: TimeSeries, sql: Engine, *, edge: GatewaySettings, span: tuple[int, int]
) -> dict[str, int]:
    """Rows counted in the store itself; the past days end where this run begins."""
    produced = gateway["produced"]["readings"]
    where = {"school": edge.school, "gateway": edge.gateway}
    stored = store.count(READING, where=where, start_ms=span[0], end_ms=span[1] + DAY_MS)
    with snapshot(sql) as connection:
        quarantined = connection.scalar(
            select(func.coalesce(func.sum(QUARANTINE.c["count"]), 0)).where(
                QUARANTINE.c.topic == edge.identity.topic("readings"), QUARANTINE.c.boot == gateway["boot"]
            )
        )
    return {
        "produced": produced,
        "stored": stored,
        "quarantined": int(quarantined or 0),
        "lost": produced - stored - int(quarantined or 0),
    }


def _conditions(gateway: dict[str, Any], sql: Engine, boot: int) -> dict[str, Any]:
    with snapshot(sql) as connection:
        stored = connection.scalar(select(LANES.c.stored).where(LANES.c.lane == "conditions", LANES.c.boot == boot))
        changes = connection.execute(
            select(TRANSITIONS.c.kind, TRANSITIONS.c.active, func.count())
            .where(TRANSITIONS.c.boot == boot)
            .group_by(TRANSITIONS.c.kind, TRANSITIONS.c.active)
        ).all()
    return {
        "produced": gateway["produced"]["conditions"],
        "stored": int(stored or 0),
        "raised": {kind: n for kind, active, n in changes if active},
        "cleared": {kind: n for kind, active, n in changes if not active},
    }

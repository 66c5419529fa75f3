"""A store's own limit: the same rows, ready made, written as fast as it takes them."""

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import urllib3

from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.runtime.clock import SystemClock
from lamplighter.storage.timeseries.line_protocol import LineEncoder

LINES: Final = (1_000, 5_000, 20_000)
CONNECTIONS: Final = (1, 2, 4)
CLOCK: Final = SystemClock()


def best(tried: dict[str, float]) -> dict[str, Any]:
    """The fastest of them, and all."""
    name = max(tried, key=lambda one: tried[one])
    return {"rows_per_s": round(tried[name]), "with": name, "tried": {one: round(rate) for one, rate in tried.items()}}


def influxdb_limit(url: str, token: str, rows: Sequence[RowTuple]) -> dict[str, Any]:
    """Rows a second, by lines a request and connections; each try has a bucket of its own. Bytes as ingest sends them here."""
    lines = LineEncoder(READING).lines(rows)
    with urllib3.PoolManager(maxsize=8) as http:
        headers = {"Authorization": f"Token {token}"}
        org = http.request("GET", f"{url}/api/v2/orgs", headers=headers).json()["orgs"][0]["id"]
        tried = {}
        for size in LINES:
            parts = ["\n".join(lines[i : i + size]).encode() for i in range(0, len(lines), size)]
            for connections in CONNECTIONS:
                bucket = f"limit_{size}_{connections}"
                http.request("POST", f"{url}/api/v2/buckets", headers=headers, json={"orgID": org, "name": bucket})
                target = f"{url}/api/v2/write?org={org}&bucket={bucket}&precision=ms"
                took_s = _in_threads(http, target, headers, parts=parts, connections=connections)
                tried[f"{size} lines x {connections}"] = len(lines) / took_s
    return best(tried)


def _in_threads(http: urllib3.PoolManager, url: str, headers: dict[str, str], *, parts: list[bytes], connections: int) -> float:
    waiting = iter(parts)
    lock = threading.Lock()
    refused: list[int] = []

    def work() -> None:
        while True:
            with lock:
                part = next(waiting, None)
            if part is None:
                return
            status = http.request("POST", url, headers=headers, body=part).status
            if status != 204:
                refused.append(status)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    began_s = CLOCK.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise ValueError(f"the store refused {len(refused)} requests: {refused[0]}")
    return CLOCK.monotonic() - began_s


def duckdb_limit(rows: Sequence[RowTuple]) -> dict[str, Any]:
    """Rows a second into a bare table with a number for the series, by rows a transaction; DuckDB has one writer."""
    import duckdb

    numbers: dict[tuple[Any, ...], int] = {}
    series = np.array([numbers.setdefault(row[:4], len(numbers)) for row in rows], np.int32)
    at_ms, value, quality = (np.array([row[i] for row in rows], kind) for i, kind in ((4, np.int64), (5, float), (6, np.int64)))
    tried = {}
    for size in LINES:
        with tempfile.TemporaryDirectory() as folder:
            db = duckdb.connect(str(Path(folder) / "limit.duckdb"))
            db.execute("CREATE TABLE t (series INTEGER, at_ms BIGINT, value DOUBLE, quality BIGINT)")
            began_s = CLOCK.monotonic()
            for i in range(0, len(rows), size):
                part = {"series": series[i : i + size], "at_ms": at_ms[i : i + size]}
                part |= {"value": value[i : i + size], "quality": quality[i : i + size]}
                db.register("part", part)
                db.execute("INSERT INTO t SELECT * FROM part")
                db.unregister("part")
            tried[f"{size} rows x 1"] = len(rows) / (CLOCK.monotonic() - began_s)
            db.close()
    return best(tried)

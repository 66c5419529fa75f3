"""One InfluxDB 2.x server through its client library: every way it can fail becomes Unavailable, or a refusal of lines."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.mqtt import is_loopback
from lamplighter.runtime.settings import Settings
from lamplighter.storage.timeseries.influxql import Series

if TYPE_CHECKING:
    from influxdb_client.rest import ApiException

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S: Final = 86_400
SET_UP_WRONG: Final = {401, 403, 404}
CHUNK_ROWS: Final = 50_000
"""Rows the server puts into one part of a long answer."""


def _server_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("must look like http://HOST:PORT or https://HOST:PORT; the token has a file of its own")
    return url


BucketName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class InfluxDbSettings(Settings):
    """An InfluxDB 2.x server."""

    kind: Literal["influxdb"] = "influxdb"
    url: Annotated[str, AfterValidator(_server_url)] = Field(description="http://HOST:PORT, or https://HOST:PORT for TLS")
    org: str = Field("lamplighter", min_length=1, description="organisation that owns the buckets")
    token_file: Path = Field(description="file that holds the token; it needs read and write on both buckets")
    raw_bucket: BucketName = Field("lamplighter_raw", description="bucket of readings, camera and gateway health, conditions")
    rollup_bucket: BucketName = Field("lamplighter_rollup", description="bucket of windows, verdicts and scores")
    raw_days: int = Field(400, ge=0, description="days raw rows live when the bucket is made here; 0 is for ever")
    rollup_days: int = Field(0, ge=0, description="days roll-ups live when the bucket is made here; 0 is for ever")
    create_buckets: bool = Field(True, description="make missing buckets at the first call; needs a token that may")
    ca_file: Path | None = Field(None, description="certificate of the authority that signed the server's certificate")
    timeout_s: float = Field(30.0, gt=0, le=600, description="seconds to wait for an answer")
    request_lines: int = Field(20_000, ge=1, le=100_000, description="lines a write request carries")
    compress: bool | None = Field(None, description="compress what is written; left out: where the server is another machine")
    connections: int = Field(2, ge=1, le=16, description="write requests under way at once")


class Refusal(NamedTuple):
    """The server took some or none of the lines: `status` 400, 413 or 422, and what it said."""

    status: int
    message: str


class InfluxDb:
    """What a store asks of the server; calls may come from any thread."""

    def __init__(self, settings: InfluxDbSettings) -> None:
        from influxdb_client.client.influxdb_client import InfluxDBClient
        from influxdb_client.service.write_service import WriteService

        self._settings = settings
        self._client: Any = InfluxDBClient(
            settings.url,
            _read_token(settings.token_file),
            org=settings.org,
            timeout=round(settings.timeout_s * 1000),
            ssl_ca_cert=None if settings.ca_file is None else str(settings.ca_file),
            connection_pool_maxsize=settings.connections + 4,
        )
        self._compress = settings.compress if settings.compress is not None else not is_loopback(settings.url)
        self._writes: Any = WriteService(self._client.api_client)  # type: ignore[no-untyped-call] # the library leaves it untyped

    def write(self, bucket: str, lines: str) -> Refusal | None:
        """Send lines (time in ms). None: all of them are durable. Raises Unavailable."""
        from influxdb_client.rest import ApiException

        body, encoding = lines.encode(), "identity"
        if self._compress:
            body, encoding = gzip.compress(body, compresslevel=1, mtime=0), "gzip"
        try:
            with self._translated(f"write to bucket {bucket}", pass_on=(400, 413, 422)):
                self._writes.post_write(self._settings.org, bucket, body, precision="ms", content_encoding=encoding)
        except ApiException as error:
            return Refusal(int(error.status), message_of(error))
        return None

    def query(self, bucket: str, query: str) -> list[Series]:
        """Ask in InfluxQL; times in ms. Raises Unavailable."""
        what = f"query of bucket {bucket}"
        with self._translated(what):
            return self._series_of(self._ask(bucket, query).data, what)

    def stream(self, bucket: str, query: str) -> Iterator[Series]:
        """As `query`, but the answer is never in memory whole: a long series comes in parts that follow each other."""
        what = f"query of bucket {bucket}"
        with self._translated(what):
            for part in self._ask(bucket, query, ("chunked", "true"), ("chunk_size", str(CHUNK_ROWS))):
                yield from self._series_of(part, what)

    def _ask(self, bucket: str, query: str, *more: tuple[str, str]) -> Any:
        return self._client.api_client.call_api(
            "/query",
            "POST",
            query_params=[("db", bucket), ("epoch", "ms"), *more],
            header_params={"Accept": "application/json", "Content-Type": "application/vnd.influxql"},
            body=query.encode(),
            _preload_content=False,
            _return_http_data_only=True,
        )

    def _series_of(self, answer: bytes, what: str) -> list[Series]:
        result = msgspec.json.decode(answer)["results"][0]
        if "error" in result:
            raise self._unavailable(what, status=404 if "not found" in result["error"] else 200, said=result["error"])
        return [Series(one.get("tags", {}), one["columns"], one.get("values", [])) for one in result.get("series", [])]

    def delete(self, bucket: str, predicate: str, *, at_ms: int) -> None:
        """Delete the rows of that one millisecond which the predicate names. Raises Unavailable."""
        start = EPOCH + timedelta(milliseconds=at_ms)
        stop = start + timedelta(microseconds=1)  # the server counts its end in
        with self._translated(f"delete in bucket {bucket}"):
            self._client.delete_api().delete(start, stop, predicate, bucket, self._settings.org)

    def create_bucket(self, bucket: str, *, days: int, shard_s: int | None) -> None:
        """Make the bucket unless it exists; one of its files holds `shard_s` of time. Raises Unavailable."""
        from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
        from influxdb_client.rest import ApiException

        rule = BucketRetentionRules(  # type: ignore[no-untyped-call] # the library leaves it untyped
            type="expire", every_seconds=days * DAY_S, shard_group_duration_seconds=shard_s
        )
        buckets = self._client.buckets_api()
        try:
            with self._translated(f"set-up of bucket {bucket}", pass_on=(404, 422)):
                if buckets.find_bucket_by_name(bucket) is not None:
                    return
        except ApiException:  # 404: there is none
            pass
        try:
            with self._translated(f"set-up of bucket {bucket}", pass_on=(422,)):
                buckets.create_bucket(bucket_name=bucket, retention_rules=[rule], org=self._settings.org)
        except ApiException:  # 422: another process was faster
            return

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    @contextmanager
    def _translated(self, what: str, *, pass_on: tuple[int, ...] = ()) -> Iterator[None]:
        from influxdb_client.rest import ApiException
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ApiException as error:
            if error.status in pass_on:
                raise
            retry_after = error.headers.get("Retry-After") if error.headers else None
            raise self._unavailable(what, status=int(error.status or 0), said=message_of(error), retry_after=retry_after) from error
        except HTTPError as error:
            raise Unavailable(f"InfluxDB {self._settings.url}: {what}: {error}") from error
        except (msgspec.DecodeError, LookupError) as error:
            raise Unavailable(f"InfluxDB {self._settings.url}: {what}: the answer is not InfluxDB's") from error

    def _unavailable(self, what: str, *, status: int, said: str, retry_after: str | None = None) -> Unavailable:
        if status in SET_UP_WRONG:
            return Unavailable(
                f"InfluxDB {self._settings.url} IS SET UP WRONG: {what}: {status}: {said}. Nothing is stored until the token in "
                f"{self._settings.token_file}, the organisation {self._settings.org!r} and the buckets are right"
            )
        retry_after_s = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
        return Unavailable(f"InfluxDB {self._settings.url}: {what}: {status or 'no answer'}: {said}", retry_after_s=retry_after_s)


def message_of(error: "ApiException") -> str:
    """What the server said, without the wrapping."""
    body = error.body.decode("utf-8", "replace") if isinstance(error.body, bytes) else str(error.body or error.reason)
    try:
        return str(msgspec.json.decode(body)["message"])
    except (msgspec.DecodeError, LookupError, TypeError):
        return body[:500]


def _read_token(path: Path) -> str:
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot read the InfluxDB token: {error}") from error
    if not token:
        raise SettingsError(f"{path}: is empty; it must hold the InfluxDB token")
    return token

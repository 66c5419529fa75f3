"""The settings file of ingest."""

from pathlib import Path

from pydantic import Field

from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import Settings
from lamplighter.storage.sql.engine import SqlSettings
from lamplighter.storage.timeseries.settings import StoreSettings


class BatchSettings(Settings):
    """How much is committed at once."""

    most_messages: int = Field(200, ge=1, description="messages in one commit")
    wait_s: float = Field(0.1, ge=0, description="how long the first message of a batch waits for company")


class IngestSettings(Settings):
    """One ingest worker."""

    worker: str = Field("ingest-1", description="stable name of this worker: its sessions at the broker are kept under it")
    data_dir: Path = Field(description="folder for stills and this worker's own files")
    site_files: tuple[Path, ...] = Field((), description="site files, one per school; messages of other schools are quarantined")
    metrics_port: int | None = Field(None, description="port of the Prometheus /metrics page on 127.0.0.1; absent: none")
    verdicts: bool = Field(True, description="whether this worker also computes the verdicts; one worker must")
    broker: BrokerSettings
    store: StoreSettings
    sql: SqlSettings
    batch: BatchSettings = BatchSettings()

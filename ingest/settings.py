"""The settings file of ingest."""

from pathlib import Path

from pydantic import Field, model_validator

from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import Settings
from lamplighter.storage.sql.engine import SqlSettings
from lamplighter.storage.timeseries.settings import StoreSettings


class BatchSettings(Settings):
    """How much is committed at once."""

    most_messages: int = Field(400, ge=1, description="messages in one commit")
    most_mb: int = Field(16, ge=1, description="and their size, in MB")
    wait_s: float = Field(0.1, ge=0, description="how long the first message of a batch waits for company")
    committers: int = Field(2, ge=1, le=8, description="batches of readings under way at once: one is decoded while one is stored")


class PressureSettings(Settings):
    """What ingest takes in while the stores are slow or away; beyond it the broker, then the gateways, keep what comes."""

    in_flight: int = Field(
        1_000, ge=1, le=65_535, description="messages of a lane the broker may send unacknowledged (MQTT 5; else it decides)"
    )
    waiting_messages: int = Field(2_000, ge=1, description="messages of a lane in memory; more are left unread")
    waiting_mb: int = Field(64, ge=1, description="and their size, in MB")
    spool_after_s: float = Field(
        10.0, ge=0, description="when a store has been away so long, or memory is full, messages go to a spool on disk"
    )
    spool_mb: int = Field(1_024, ge=0, description="size of the spool of a lane, in MB; 0: no spool")
    behind_s: float = Field(
        300.0, gt=0, description="store_behind is raised when nothing of a gateway that has messages waiting was stored for so long"
    )
    gap_s: float = Field(3_600.0, gt=0, description="delivery_gap is raised when messages have been missing for so long")
    look_s: float = Field(30.0, gt=0, description="how often gateways are looked at for the two")


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
    pressure: PressureSettings = PressureSettings()
    share: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,32}$",
        description="name of a shared subscription: several workers with the same name share the messages (Mosquitto, EMQX)",
    )
    session_expiry_s: int = Field(
        120,
        ge=1,
        description="MQTT 5: how long the broker keeps this worker's messages while it is away; gateways keep them anyway",
    )

    @model_validator(mode="after")
    def _one_owner(self) -> "IngestSettings":
        if self.share is not None and self.store.kind == "duckdb":
            raise ValueError("share: a DuckDB file has one owner, so several workers need kind = 'influxdb' in [store]; drop share")
        return self

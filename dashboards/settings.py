"""What a set of dashboards is built for: where the store is, how its buckets are called, which rules are shown."""

from pathlib import Path

from pydantic import Field

from dashboards.words import LANGUAGES, Language
from lamplighter.runtime.settings import Settings


class RuleNote(Settings):
    """A rule and where it is written, as the dashboard shows it."""

    id: str
    zh: str
    en: str


class DashboardSettings(Settings):
    """How Grafana reaches the time-series store, and what it shows."""

    influxdb_url: str = Field("http://influxdb:8086", description="the store as Grafana reaches it")
    token_file: Path = Field(Path("/run/secrets/influxdb_token"), description="file with the store's token, as Grafana reads it")
    raw_bucket: str = Field("lamplighter_raw", min_length=1, description="bucket of raw rows")
    rollup_bucket: str = Field("lamplighter_rollup", min_length=1, description="bucket of roll-ups and verdicts")
    dashboards_path: Path = Field(
        Path("/etc/grafana/lamplighter"), description="folder of the dashboards' JSON, as Grafana reads it"
    )
    languages: tuple[Language, ...] = Field(LANGUAGES, min_length=1, description="one set of dashboards a language")
    time_zone: str = Field("Asia/Shanghai", description="the sites' time zone: all times are shown in it")
    rules: tuple[RuleNote, ...] = Field((), description="rules and their sources, shown beside the verdicts")

"""`lamplighter dashboards`: what Grafana shows, built from the contract."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dashboards.settings import DashboardSettings

app = typer.Typer(help="Grafana dashboards: built as files, or published to a running Grafana.", no_args_is_help=True)

Language = Annotated[str | None, typer.Option("--lang", help="zh or en; both without it.")]
StoreUrl = Annotated[str, typer.Option(help="The InfluxDB, as Grafana reaches it.")]
RawBucket = Annotated[str, typer.Option(help="Bucket of raw rows.")]
RollupBucket = Annotated[str, typer.Option(help="Bucket of roll-ups and verdicts.")]
TimeZone = Annotated[str, typer.Option(help="All times are shown in it.")]

STORE_URL = "http://influxdb:8086"


@app.command()
def build(
    out_dir: Annotated[Path, typer.Argument(help="Folder to write: provisioning/ and dashboards/ below it.")],
    *,
    lang: Language = None,
    influxdb_url: StoreUrl = STORE_URL,
    raw_bucket: RawBucket = "lamplighter_raw",
    rollup_bucket: RollupBucket = "lamplighter_rollup",
    time_zone: TimeZone = "Asia/Shanghai",
    token_file: Annotated[Path, typer.Option(help="File with the InfluxDB token, as Grafana reads it.")] = Path(
        "/run/secrets/influxdb_token"
    ),
    seen_as: Annotated[
        Path | None, typer.Option(help="Where Grafana finds OUT_DIR/dashboards; OUT_DIR/dashboards without it.")
    ] = None,
) -> None:
    """Write dashboards and provisioning files.

    Example: lamplighter dashboards build grafana --influxdb-url http://127.0.0.1:8086 --token-file secrets/influxdb_token
    """
    from dashboards.build import write_files

    changes = {"token_file": token_file.absolute(), "dashboards_path": seen_as or (out_dir / "dashboards").absolute()}
    settings = _settings(lang, influxdb_url, buckets=(raw_bucket, rollup_bucket), time_zone=time_zone)
    for path in write_files(out_dir, settings.model_copy(update=changes)):
        typer.echo(path)


@app.command()
def publish(
    *,
    url: Annotated[str, typer.Option(help="Grafana's address, such as http://127.0.0.1:3000.")],
    token_file: Annotated[Path, typer.Option(help="File with a Grafana service account token (role Admin).")],
    influxdb_token_file: Annotated[
        Path | None, typer.Option(help="File with the InfluxDB token; without it data sources are left alone.")
    ] = None,
    lang: Language = None,
    influxdb_url: StoreUrl = STORE_URL,
    raw_bucket: RawBucket = "lamplighter_raw",
    rollup_bucket: RollupBucket = "lamplighter_rollup",
) -> None:
    """Create or overwrite the dashboards of a running Grafana.

    Example: lamplighter dashboards publish --url http://127.0.0.1:3000 --token-file grafana-token
    """
    from dashboards.publish import publish as publish_all

    settings = _settings(lang, influxdb_url, buckets=(raw_bucket, rollup_bucket), time_zone="Asia/Shanghai")
    for address in publish_all(url, token_file, settings, store_token_file=influxdb_token_file):
        typer.echo(url.rstrip("/") + address)


def _settings(lang: str | None, influxdb_url: str, *, buckets: tuple[str, str], time_zone: str) -> "DashboardSettings":
    from dashboards.settings import DashboardSettings
    from lamplighter.runtime.settings import check_settings

    data = {
        "influxdb_url": influxdb_url,
        "raw_bucket": buckets[0],
        "rollup_bucket": buckets[1],
        "time_zone": time_zone,
        "rules": rule_notes(),
    }
    if lang is not None:
        data["languages"] = (lang,)
    return check_settings(data, DashboardSettings, where="lamplighter dashboards")


def default_settings() -> "DashboardSettings":
    """What compose's Grafana is given."""
    from dashboards.settings import DashboardSettings
    from lamplighter.runtime.settings import check_settings

    return check_settings({"rules": rule_notes()}, DashboardSettings, where="dashboards")


def rule_notes() -> tuple[dict[str, str], ...]:
    """The rules whose verdicts on rooms the dashboard shows, each with its clause."""
    from compliance.clauses import in_words
    from compliance.packs import load_packs
    from compliance.rules import CERTAINTIES

    notes = []
    for rule in (rule for rule in load_packs() if rule.screened):
        cited, (sure_zh, sure_en) = rule.citation, CERTAINTIES[rule.certainty]
        limit, number = rule.requirement(), f"{cited.number}-{cited.edition}"
        zh = f"{rule.title_zh} {limit}  \n{number}《{cited.title_zh}》{in_words(cited.clause, 'zh')}（{sure_zh}）"
        en = f"{rule.title_en} {limit}  \n{number}, {cited.title_en}, {cited.clause} ({sure_en})"
        notes.append({"id": rule.id, "zh": zh, "en": en})
    return tuple(notes)

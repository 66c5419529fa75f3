"""The InfluxQL query type that grafana-foundation-sdk lacks, and the two data sources it may name."""

from typing import Final, Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from lamplighter.contract.measurements import Measurement

SOURCE_UIDS: Final = {"raw": "lamplighter-raw", "rollup": "lamplighter-rollup"}
"""Bucket kind -> uid of its data source."""

ResultFormat = Literal["time_series", "table"]


def source_of(measurement: Measurement) -> DataSourceRef:
    """The data source that holds a measurement."""
    return DataSourceRef(type_val="influxdb", uid=SOURCE_UIDS[measurement.bucket])


class InfluxQlQuery(Dataquery):
    """One query of a panel, as Grafana's InfluxDB data source stores it."""

    def __init__(self, measurement: Measurement, query: str, *, form: ResultFormat, alias: str, ref_id: str) -> None:
        self.measurement = measurement
        self.query = query
        self.form = form
        self.alias = alias
        self.ref_id = ref_id

    def to_json(self) -> dict[str, object]:
        """The target's JSON."""
        return {
            "alias": self.alias,
            "datasource": source_of(self.measurement),
            "query": self.query,
            "rawQuery": True,
            "refId": self.ref_id,
            "resultFormat": self.form,
        }

    def dataquery_type(self) -> str:
        """Grafana's name of the data source kind."""
        return "influxdb"


class Target(Builder[Dataquery]):
    """What a panel's `with_target` takes: `alias` names each series from its tags (`$tag_space`) and column (`$col`)."""

    def __init__(
        self, measurement: Measurement, query: str, *, form: ResultFormat = "time_series", alias: str = "", ref_id: str = "A"
    ) -> None:
        self._query = InfluxQlQuery(measurement, query, form=form, alias=alias, ref_id=ref_id)

    def build(self) -> Dataquery:
        """The query."""
        return self._query

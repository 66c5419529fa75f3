"""The choices at the top of a dashboard: what the store holds, asked of the store."""

from collections.abc import Mapping
from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from dashboards.influxql import tag_values
from dashboards.target import source_of
from dashboards.words import TAGS, Language
from lamplighter.contract.measurements import Measurement


class Choice(NamedTuple):
    """A drop-down list: the values a tag has in a measurement, narrowed by other choices."""

    tag: str
    measurement: Measurement
    where: Mapping[str, str]

    def query(self) -> str:
        """What the store is asked."""
        return tag_values(self.measurement, self.tag, where=self.where)

    def variable(self, language: Language) -> dashboard.QueryVariable:
        """As Grafana's JSON knows it; asked again whenever the dashboard is opened."""
        made = dashboard.QueryVariable(self.tag).label(TAGS[self.tag].say(language)).datasource(source_of(self.measurement))
        made.query(self.query()).refresh(models.VariableRefresh.ON_DASHBOARD_LOAD)
        return made.sort(models.VariableSort.NATURAL_ASC).multi(False).include_all(False)

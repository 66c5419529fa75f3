"""The choices at the top of a dashboard: what the store holds, asked of the store."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from dashboards.influxql import tag_values
from dashboards.target import source_of
from dashboards.words import TAGS, Language, Words
from lamplighter.contract.measurements import Measurement

SCREENED_RULE: Final = "LGT-021"
"""Average illuminance on classroom desks: what most schools are asked about first."""


class Choice(NamedTuple):
    """A drop-down list: the values a tag has in a measurement, narrowed by other choices.

    `first` is chosen where the store has it, else the first in order.
    """

    tag: str
    measurement: Measurement
    where: Mapping[str, str]
    first: str = ""

    def query(self) -> str:
        """What the store is asked."""
        return tag_values(self.measurement, self.tag, where=self.where)

    def variable(self, language: Language) -> dashboard.QueryVariable:
        """As Grafana's JSON knows it; asked again whenever the dashboard is opened."""
        made = dashboard.QueryVariable(self.tag).label(TAGS[self.tag].say(language)).datasource(source_of(self.measurement))
        made.query(self.query()).refresh(models.VariableRefresh.ON_DASHBOARD_LOAD)
        if self.first:
            made.current(models.VariableOption(selected=True, text=self.first, value=self.first))
        return made.sort(models.VariableSort.NATURAL_ASC).multi(False).include_all(False)


class Fixed(NamedTuple):
    """A drop-down list of values that the contract fixes, each with its words; the first is chosen."""

    tag: str
    options: Mapping[str, Words]

    def variable(self, language: Language) -> dashboard.CustomVariable:
        """As Grafana's JSON knows it: `words : value` with commas between."""
        made = dashboard.CustomVariable(self.tag).label(TAGS[self.tag].say(language)).multi(False).include_all(False)
        made.values(", ".join(f"{words.say(language)} : {value}" for value, words in self.options.items()))
        value, words = next(iter(self.options.items()))
        return made.current(models.VariableOption(selected=True, text=words.say(language), value=value))

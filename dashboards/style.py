"""House defaults of every kind of panel: legends shown, nulls as gaps, units and names from the contract."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import bargauge, common, dashboard, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

from dashboards.influxql import field_of
from dashboards.words import TAGS, TEXTS, Language, Words, field_words
from lamplighter.contract.measurements import Measurement

GRAFANA_UNITS: Final = {
    "": "none",
    "%": "percent",
    "lx": "suffix: lx",
    "s": "s",
    "ms": "ms",
    "MB": "decmbytes",
    "fps": "suffix:fps",
    "W": "watt",
    "kWh": "kwatth",
    "h": "suffix: h",
    "d": "d",
    "°C": "celsius",
    "ppm": "ppm",
    "µg/m³": "conμgm3",
    "mg/m³": "conmgm3",
    "K": "kelvin",
    "V": "volt",
}
"""A unit as the contract shows it -> as Grafana formats it."""

Colours = Mapping[str, tuple[Words, str]]
"""Stored value -> its words and colour."""


class Place(NamedTuple):
    """Where a panel stands on the 24 columns."""

    x: int
    y: int
    w: int
    h: int

    def grid(self) -> models.GridPos:
        """As Grafana writes it."""
        return models.GridPos(x=self.x, y=self.y, w=self.w, h=self.h)


class Look(NamedTuple):
    """What every panel of a dashboard shares."""

    language: Language

    def say(self, key: str) -> str:
        """A text of words.py."""
        return TEXTS[key].say(self.language)


def _start(panel: Any, look: Look, title: str, *, place: Place, note: str = "") -> Any:
    panel.title(look.say(title)).grid_pos(place.grid()).no_value(look.say("no_data"))
    return panel.description(look.say(note)) if note else panel


def time_series(look: Look, title: str, *, place: Place, note: str = "", beside: bool = False) -> Any:
    """Lines with their latest, lowest and highest figures in a table below (or beside); a gap in the data is a gap in the line."""
    calcs = ("lastNotNull", "min", "max")
    side = common_models.LegendPlacement.RIGHT if beside else common_models.LegendPlacement.BOTTOM
    legend = common.VizLegendOptions().show_legend(True).placement(side)
    legend = legend.display_mode(common_models.LegendDisplayMode.TABLE).calcs(list(calcs))
    panel = _start(timeseries.Panel(), look, title, place=place, note=note)
    panel.legend(legend).span_nulls(False).line_width(2).fill_opacity(4).show_points(common_models.VisibilityMode.AUTO)
    return panel.tooltip(_all_in_tooltip())


def timeline(look: Look, title: str, *, place: Place, note: str = "") -> Any:
    """States over time, one row a series."""
    legend = common.VizLegendOptions().show_legend(True).placement(common_models.LegendPlacement.BOTTOM)
    legend = legend.display_mode(common_models.LegendDisplayMode.LIST)
    panel = _start(statetimeline.Panel(), look, title, place=place, note=note)
    panel.legend(legend).merge_values(True).row_height(0.85).fill_opacity(85).line_width(0)
    # With the colour mode "thresholds" the legend lists thresholds; with this one it lists the states.
    return panel.color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC)).tooltip(_all_in_tooltip())


def figures(look: Look, title: str, *, place: Place, note: str = "") -> Any:
    """Large figures side by side."""
    panel = _start(stat.Panel(), look, title, place=place, note=note)
    panel.graph_mode(common_models.BigValueGraphMode.NONE).text_mode(common_models.BigValueTextMode.VALUE_AND_NAME)
    panel.color_mode(common_models.BigValueColorMode.VALUE).orientation(common_models.VizOrientation.VERTICAL)
    panel.thresholds(thresholds((None, "text"))).text(common.VizTextDisplayOptions().title_size(13).value_size(22))
    return panel.reduce_options(common.ReduceDataOptions().calcs(["last"]).values(False))


def bars(look: Look, title: str, *, place: Place, note: str = "") -> Any:
    """One bar a series, 0-100 %."""
    panel = _start(bargauge.Panel(), look, title, place=place, note=note)
    panel.orientation(common_models.VizOrientation.HORIZONTAL).display_mode(common_models.BarGaugeDisplayMode.BASIC)
    panel.unit("percent").min(0).max(100).decimals(1)
    return panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))


def rows_table(look: Look, title: str, *, place: Place, note: str = "") -> Any:
    """A table, one line a row of the store."""
    panel = _start(table.Panel(), look, title, place=place, note=note)
    panel.override_by_regexp("/.*/", [property_of("custom.wrapHeaderText", value=True)])
    return panel.no_value("—").show_header(True).cell_height(common_models.TableCellHeight.SM)


def thresholds(*steps: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    """Colours from a value upward; the first step starts at None."""
    config = dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE)
    return config.steps([models.Threshold(value=value, color=colour) for value, colour in steps])


def mapping(colours: Colours, language: Language) -> models.ValueMap:
    """Stored values -> words and colour."""
    return models.ValueMap(
        {
            value: models.ValueMappingResult(text=words.say(language), color=colour or None, index=index)
            for index, (value, (words, colour)) in enumerate(colours.items())
        }
    )


def no_report(look: Look) -> models.SpecialValueMap:
    """A window without a row, as the legend calls it; nothing is drawn there."""
    words = models.ValueMappingResult(text=look.say("no_data"), color="transparent")
    return models.SpecialValueMap(models.DashboardSpecialValueMapOptions(match=models.SpecialValueMatch.NULL, result=words))


Properties = Mapping[str, Sequence[models.DynamicConfigValue]]
"""Column -> further properties of it."""


def name_columns(panel: Any, look: Look, measurement: Measurement, names: Iterable[str], *, also: Properties | None = None) -> Any:
    """Give columns the contract's names and units, and what `also` holds, which wins: one override a column.

    A second override would no longer find a column that the first has renamed.
    """
    for name in names:
        words = TAGS[name] if name in TAGS else field_words(field_of(measurement, name))
        properties = [property_of("displayName", words.say(look.language))]
        if name not in TAGS:
            properties.append(property_of("unit", GRAFANA_UNITS[field_of(measurement, name).unit]))
        panel.override_by_name(name, [*properties, *(also or {}).get(name, ())])
    return panel


def words_of(look: Look, colours: Colours) -> list[models.DynamicConfigValue]:
    """Properties that show a column's values as words; coloured where the table gives a colour."""
    properties = [property_of("mappings", [mapping(colours, look.language)])]
    if any(colour for _words, colour in colours.values()):
        properties.append(property_of("custom.cellOptions", {"type": "color-text"}))
    return properties


def wrapped() -> models.DynamicConfigValue:
    """A column of sentences: as many lines as they need."""
    return property_of("custom.cellOptions", {"type": "auto", "wrapText": True})


def width(pixels: int) -> models.DynamicConfigValue:
    """A column's width."""
    return property_of("custom.width", pixels)


def order_columns(panel: Any, *names: str, hide: Sequence[str] = ()) -> Any:
    """Fix the order of a table's columns: the data source gives tags in any order."""
    options = {"indexByName": {name: index for index, name in enumerate(names)}, "excludeByName": dict.fromkeys(hide, True)}
    return panel.with_transformation(models.DataTransformerConfig(id_val="organize", options=options))


def sort_rows(panel: Any, name: str, *, descending: bool) -> Any:
    """Sort a table's rows by a column."""
    options = {"fields": {}, "sort": [{"field": name, "desc": descending}]}
    return panel.with_transformation(models.DataTransformerConfig(id_val="sortBy", options=options))


def property_of(key: str, value: object) -> models.DynamicConfigValue:
    """One property of an override."""
    return models.DynamicConfigValue(id_val=key, value=value)


def _all_in_tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI).sort(common_models.SortOrder.NONE)

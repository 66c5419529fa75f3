"""What the time-series store holds: one table per measurement, read by stores, engine, console and dashboards alike.

A row of a measurement is a tuple in the order of `columns`: tags, then `at_ms`, then fields. Tags + time are its identity, so
writing a row again overwrites it with the same value. Every level of the tree (room, school, district, city) has its own
measurement with its shares stored, so that no panel aggregates across series.
"""

from functools import cached_property
from typing import Final, Literal

import msgspec

FieldType = Literal["float", "int", "str"]
Cell = float | int | str | None
RowTuple = tuple[Cell, ...]


class Field(msgspec.Struct, frozen=True):
    """A stored field; `unit` as it is shown."""

    name: str
    type: FieldType
    unit: str
    en: str
    zh: str


class Measurement(msgspec.Struct, frozen=True, dict=True):
    """One kind of row; `bucket` tells how long it lives."""

    name: str
    bucket: Literal["raw", "rollup"]
    tags: tuple[str, ...]
    fields: tuple[Field, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Column names in the order of a row."""
        return (*self.tags, "at_ms", *(field.name for field in self.fields))

    @cached_property
    def texts(self) -> frozenset[str]:
        """The columns that hold text: tags, and fields of type `str`."""
        return frozenset((*self.tags, *(field.name for field in self.fields if field.type == "str")))

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each column in a row."""
        return {name: position for position, name in enumerate(self.columns)}


_SCORE: Final = (
    Field("share", "float", "%", "share passing", "合格率"),
    Field("coverage", "float", "%", "share judged", "覆盖率"),
    Field("passed", "int", "", "verdicts passing", "合格数"),
    Field("failed", "int", "", "verdicts failing", "不合格数"),
    Field("indicative_low", "int", "", "likely below", "可能偏低数"),
    Field("insufficient_data", "int", "", "without evidence", "证据不足数"),
)

READING: Final = Measurement(
    "reading",
    "raw",
    ("school", "gateway", "device", "point"),
    (Field("value", "float", "", "value", "数值"), Field("quality", "int", "", "quality (0 good, 1 uncertain, 2 bad)", "质量")),
)
READING_MISDATED: Final = Measurement(  # kept apart: what a gateway with a wrong clock read, at the time it stated
    "reading_misdated",
    "raw",
    ("school", "gateway", "device", "point"),
    (
        *READING.fields,
        Field("clock_ahead_ms", "int", "ms", "clock ahead of the centre's", "时钟超前"),
        Field("received_at_ms", "int", "ms", "received", "接收时间"),
    ),
)
CAMERA: Final = Measurement(
    "camera",
    "raw",
    ("school", "gateway", "camera"),
    (
        Field("online", "int", "", "online", "在线"),
        Field("fps", "float", "fps", "frames analysed a second", "每秒分析帧数"),
        Field("skipped", "int", "", "frames skipped", "跳过帧数"),
        Field("inference_ms", "float", "ms", "inference time", "推理时间"),
        Field("armed_s", "float", "s", "armed time since the gateway's start", "网关启动以来布防时间"),
        Field("watched_s", "float", "s", "armed time really watched", "布防时间中实际监看时间"),
        Field("undecoded", "int", "", "packets that could not be decoded", "无法解码的数据包"),
    ),
)
GATEWAY: Final = Measurement(
    "gateway",
    "raw",
    ("school", "gateway"),
    (
        Field("cpu_pct", "float", "%", "processor use", "处理器占用"),
        Field("memory_pct", "float", "%", "memory use", "内存占用"),
        Field("disk_free_mb", "float", "MB", "disk free", "磁盘剩余"),
        Field("outbox_rows", "int", "", "messages waiting in the outbox", "待发消息"),
    ),
)
CONDITION: Final = Measurement(
    "condition",
    "raw",
    ("school", "kind", "source"),
    (Field("active", "int", "", "active", "状态"), Field("priority", "str", "", "priority", "优先级")),
)
ROOM_10MIN: Final = Measurement(
    "room_10min",
    "rollup",
    ("school", "space"),
    (
        Field("illuminance_lx", "float", "lx", "illuminance (median)", "照度（中位数）"),
        Field("illuminance_min_lx", "float", "lx", "illuminance (minimum)", "照度（最小值）"),
        Field("samples", "int", "", "good samples", "有效样本"),
        Field("lit_share", "float", "%", "share of time with lamps on", "开灯时间占比"),
        Field("sensors_share", "float", "%", "share of sensors with good samples", "有效传感器占比"),
        Field("occupied_share", "float", "%", "share of time with somebody there", "有人时间占比"),
        Field("power_w", "float", "W", "lighting power (mean)", "照明功率（平均）"),
    ),
)
ROOM_LIGHT_DAY: Final = Measurement(  # what the lamps alone give and use; indicative, never a verdict
    "room_light_day",
    "rollup",
    ("school", "space"),
    (
        Field("electric_lx", "float", "lx", "electric light on desks (estimate)", "课桌面人工照明照度（估计）"),
        Field("uncertainty_lx", "float", "lx", "expanded uncertainty (k = 2)", "扩展不确定度（k = 2）"),
        Field("steps", "int", "", "switchings seen", "关灯次数"),
        Field("pattern_share", "float", "", "weakest part over its share at calibration", "最弱区域与校准时之比"),
        Field("uneven", "int", "", "likely uneven (indicative)", "可能不均匀（提示）"),
        Field("decline_pct_a_year", "float", "%", "decline a year (indicative)", "年衰减（提示）"),
        Field("below_on", "str", "", "likely below the limit on", "预计低于限值日期"),
        Field("below_from", "str", "", "earliest (95 %)", "最早（95 %）"),
        Field("below_to", "str", "", "latest (95 %)", "最晚（95 %）"),
        Field("lit_h", "float", "h", "hours lit", "开灯小时"),
        Field("left_on_h", "float", "h", "hours left on", "无人开灯小时"),
        Field("energy_kwh", "float", "kWh", "lighting energy", "照明用电"),
        Field("known_share", "float", "%", "share of the day known", "有数据时间占比"),
        Field("lacking", "str", "", "why there is no estimate", "无估计的原因"),
    ),
)
SCHOOL_SCORE_DAY: Final = Measurement("school_score_day", "rollup", ("district", "school", "rule"), _SCORE)
DISTRICT_SCORE_DAY: Final = Measurement("district_score_day", "rollup", ("district", "rule"), _SCORE)
VERDICT_DAY: Final = Measurement(
    "verdict_day",
    "rollup",
    ("district", "school", "subject", "rule"),
    (
        Field("verdict", "str", "", "verdict", "结论"),
        Field("value", "float", "", "value", "数值"),
        Field("threshold", "float", "", "threshold", "限值"),
        Field("margin", "float", "", "margin", "余量"),
        Field("uncertainty", "float", "", "expanded uncertainty", "扩展不确定度"),
        Field("marginal", "int", "", "margin within its uncertainty", "临界"),
        Field("samples", "int", "", "samples", "样本数"),
        Field("unit", "str", "", "unit", "单位"),
        Field("method", "str", "", "method", "方法"),
        Field("version", "str", "", "rule version", "规则版本"),
        Field("standing", "str", "", "mandatory, recommended or internal", "性质"),
        Field("severity", "str", "", "severity", "严重程度"),
        Field("reason_zh", "str", "", "reason (Chinese)", "理由（中文）"),
        Field("reason_en", "str", "", "reason (English)", "理由（英文）"),
    ),
)
PLACE_SCORE_DAY: Final = Measurement(
    "place_score_day",
    "rollup",
    ("level", "district", "place", "standing"),
    (
        *_SCORE,
        Field("marginal", "int", "", "marginal", "临界数"),
        Field("critical_failed", "int", "", "critical failures", "严重不合格数"),
    ),
)
WORST_DAY: Final = Measurement(  # the rooms that fail by most, rank 1 the worst; a rank that nobody holds has no subject
    "worst_day",
    "rollup",
    ("level", "district", "place", "standing", "rank"),
    (
        Field("school", "str", "", "school", "学校"),
        Field("subject", "str", "", "room", "房间"),
        Field("rule", "str", "", "rule", "条款"),
        Field("value", "float", "", "value", "数值"),
        Field("threshold", "float", "", "threshold", "限值"),
        Field("unit", "str", "", "unit", "单位"),
        Field("shortfall", "float", "%", "shortfall of the limit", "与限值之差占比"),
        Field("severity", "str", "", "severity", "严重程度"),
    ),
)
EQUITY_DAY: Final = Measurement(  # how a school's score and its pupils enter a comparison, and the gaps between schools above it
    "equity_day",
    "rollup",
    ("level", "district", "place", "standing"),
    (
        Field("share", "float", "%", "share passing, weighted by pupils", "合格率（按学生数加权）"),
        Field("enrolment", "int", "", "pupils", "学生数"),
        Field("locality", "str", "", "locality", "城镇乡"),
        Field("schools", "int", "", "schools compared", "参与比较学校"),
        Field("lacking", "int", "", "schools lacking evidence", "证据不足学校"),
        Field("urban", "float", "%", "urban schools and towns", "城镇学校"),
        Field("rural", "float", "%", "rural schools", "乡村学校"),
        Field("gap", "float", "%", "urban less rural, percentage points", "城镇减乡村（百分点）"),
        Field("variation", "float", "", "coefficient of variation", "差异系数"),
        Field("gini", "float", "", "Gini coefficient", "基尼系数"),
    ),
)

MEASUREMENTS: Final = {
    row.name: row
    for row in (
        READING,
        READING_MISDATED,
        CAMERA,
        GATEWAY,
        CONDITION,
        ROOM_10MIN,
        ROOM_LIGHT_DAY,
        SCHOOL_SCORE_DAY,
        DISTRICT_SCORE_DAY,
        VERDICT_DAY,
        PLACE_SCORE_DAY,
        WORST_DAY,
        EQUITY_DAY,
    )
}

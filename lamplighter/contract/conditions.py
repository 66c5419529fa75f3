"""Every kind of condition a gateway or the centre may report: incidents, faults, and what the system says of itself."""

from typing import Final, Literal, NamedTuple

Priority = Literal["low", "medium", "high"]
Origin = Literal["video", "sensors", "system"]


class ConditionKind(NamedTuple):
    """One kind; `priority` follows ISA-18.2's three levels."""

    kind: str
    origin: Origin
    priority: Priority
    zh: str
    en: str


CONDITION_KINDS: Final = {
    row.kind: row
    for row in (
        ConditionKind("intrusion", "video", "high", "入侵", "intrusion"),
        ConditionKind("loitering", "video", "medium", "滞留", "loitering"),
        ConditionKind("crowding", "video", "medium", "人员聚集", "crowding"),
        ConditionKind("line_crossing", "video", "medium", "越线", "line crossing"),
        ConditionKind("fall", "video", "high", "跌倒", "fall"),
        ConditionKind("fire_smoke", "video", "high", "烟火", "fire or smoke"),
        ConditionKind("camera_tamper", "video", "high", "摄像机被干扰", "camera tampered with"),
        ConditionKind("camera_offline", "video", "medium", "摄像机离线", "camera offline"),
        ConditionKind("lamp_failure", "sensors", "low", "灯具故障", "lamp failure"),
        ConditionKind("sensor_silent", "system", "medium", "设备无应答", "device silent"),
        ConditionKind("gateway_offline", "system", "medium", "网关离线", "gateway offline"),
        ConditionKind("outbox_shedding", "system", "medium", "网关存储已满，丢弃读数", "outbox shedding readings"),
    )
}

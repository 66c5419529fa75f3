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
        ConditionKind("low_frame_rate", "video", "low", "摄像机帧率过低", "camera gives too few pictures"),
        ConditionKind("clock_offset", "video", "low", "摄像机时钟偏差", "camera clock is wrong"),
        ConditionKind("lamp_failure", "sensors", "low", "灯具故障", "lamp failure"),
        ConditionKind("sensor_silent", "system", "medium", "设备无应答", "device silent"),
        ConditionKind("gateway_offline", "system", "medium", "网关离线", "gateway offline"),
        ConditionKind("outbox_shedding", "system", "medium", "网关存储已满，丢弃读数", "outbox shedding readings"),
        ConditionKind("evidence_retention", "system", "medium", "录像片段留存期不足", "clips not kept as long as required"),
        ConditionKind("message_unanswered", "system", "medium", "消息多次发送无应答", "message never answered"),
        ConditionKind("gateway_duplicate", "system", "high", "两台网关使用同一身份", "two gateways with one identity"),
        ConditionKind("clock_skew", "system", "medium", "网关时钟偏差", "gateway clock wrong"),
        ConditionKind("store_behind", "system", "high", "数据入库滞后", "storing has fallen behind"),
        ConditionKind("delivery_gap", "system", "medium", "数据缺失", "messages missing"),
    )
}

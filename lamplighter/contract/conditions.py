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
        ConditionKind("occupied_after_hours", "video", "medium", "非使用时段有人且灯亮", "somebody there after hours, lights on"),
        ConditionKind("camera_tamper", "video", "high", "摄像机被干扰", "camera tampered with"),
        ConditionKind("camera_offline", "video", "medium", "摄像机离线", "camera offline"),
        ConditionKind("low_frame_rate", "video", "low", "摄像机帧率过低", "camera gives too few pictures"),
        ConditionKind("clock_offset", "video", "low", "摄像机时钟偏差", "camera clock is wrong"),
        ConditionKind("recording_gap", "video", "medium", "录像中断", "recording has gaps"),
        ConditionKind("retention_short", "video", "medium", "录像留存不足", "recordings not kept long enough"),
        ConditionKind("recorder_offline", "video", "medium", "录像机离线", "recorder offline"),
        ConditionKind("lamp_failure", "sensors", "low", "灯具故障", "lamp failure"),
        ConditionKind("underlit", "sensors", "low", "照度偏低", "too little light"),
        ConditionKind("lights_left_on", "sensors", "low", "人走灯未关", "lights left on"),
        ConditionKind("uneven", "sensors", "low", "照度不均匀", "uneven light"),
        ConditionKind("lumen_depreciation", "sensors", "low", "灯具光衰，将低于限值", "lamps lose light, soon below the limit"),
        ConditionKind("flicker", "sensors", "low", "灯光频闪超限", "light flickers"),
        ConditionKind(
            "smoke", "sensors", "high", "烟雾报警（副本，以消防系统为准）", "smoke alarm (a copy: the fire alarm decides)"
        ),
        ConditionKind(
            "carbon_monoxide",
            "sensors",
            "high",
            "一氧化碳报警（副本，以认证报警器为准）",
            "carbon monoxide alarm (a copy: the certified alarm decides)",
        ),
        ConditionKind(
            "gas", "sensors", "high", "可燃气体报警（副本，以认证报警器为准）", "gas alarm (a copy: the certified alarm decides)"
        ),
        ConditionKind(
            "panic_button",
            "sensors",
            "high",
            "一键报警（副本，以联网公安的报警系统为准）",
            "panic button (a copy: the alarm system linked to the police decides)",
        ),
        ConditionKind("door_forced", "sensors", "high", "门在禁开时段被打开", "door opened while it should be shut"),
        ConditionKind("door_held", "sensors", "medium", "门长时间未关", "door held open"),
        ConditionKind("fridge_temperature", "sensors", "medium", "冷藏冷冻温度异常", "refrigerator or freezer temperature"),
        ConditionKind("air_quality", "sensors", "low", "空气质量不佳", "poor air"),
        ConditionKind("link_down", "sensors", "medium", "网络中断", "network link down"),
        ConditionKind("equipment_offline", "sensors", "low", "教学设备离线", "equipment offline"),
        ConditionKind("power_failure", "sensors", "medium", "市电中断", "mains power failed"),
        ConditionKind("sensor_stuck", "system", "low", "传感器读数不变", "sensor stuck"),
        ConditionKind("sensor_untrusted", "system", "low", "传感器读数不可信", "sensor not to be trusted"),
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

"""Every quantity a rule may limit: its unit, its words and where its evidence comes from."""

from typing import Final, Literal, NamedTuple

from lamplighter.site.model import Surface

Source = Literal["grid", "record", "reading"]
Unit = Literal[
    "lx", "1", "%", "K", "W/m2", "ppm", "ug/m3", "mg/m3", "m3/(h.p)", "degC", "s", "min", "h", "d", "months", "count", "g"
]


class Metric(NamedTuple):
    """`grid`: from a survey's points; `record`: a stated fact (document, certificate, test); `reading`: a series of readings."""

    name: str
    unit: Unit
    source: Source
    zh: str
    en: str
    surface: Surface | None = None
    statistic: Literal["average", "uniformity"] | None = None


METRICS: Final = {
    metric.name: metric
    for metric in (
        Metric("desk_illuminance_average", "lx", "grid", "课桌面平均照度", "average desk illuminance", "desk", "average"),
        Metric("desk_uniformity", "1", "grid", "课桌面照度均匀度", "desk uniformity (minimum over average)", "desk", "uniformity"),
        Metric("board_illuminance_average", "lx", "grid", "黑板面平均照度", "average illuminance on the board", "board", "average"),
        Metric(
            "board_uniformity", "1", "grid", "黑板面照度均匀度", "board uniformity (minimum over average)", "board", "uniformity"
        ),
        Metric(
            "plane_illuminance_average", "lx", "grid", "0.75 m 水平面平均照度", "average illuminance at 0.75 m", "plane", "average"
        ),
        Metric("floor_illuminance_average", "lx", "grid", "地面平均照度", "average illuminance on the floor", "floor", "average"),
        Metric("estimated_desk_illuminance", "lx", "reading", "课桌面估计照度", "desk illuminance estimated from ceiling sensors"),
        Metric("lamp_failures", "count", "reading", "灯具故障", "lamp failures"),
        Metric("ugr", "1", "record", "统一眩光值", "unified glare rating"),
        Metric("lamp_cri_ra", "1", "record", "显色指数 Ra", "colour rendering index Ra"),
        Metric("lamp_r9", "1", "record", "特殊显色指数 R9", "special colour rendering index R9"),
        Metric("lamp_cct", "K", "record", "相关色温", "correlated colour temperature"),
        Metric("modulation_depth", "%", "record", "波动深度", "modulation depth"),
        Metric("pst_lm", "1", "record", "短时光闪变指数 PstLM", "short-term flicker PstLM"),
        Metric("svm", "1", "record", "频闪可视度 SVM", "stroboscopic visibility measure SVM"),
        Metric("lamp_risk_group", "1", "record", "一般灯具视网膜蓝光危害类别", "photobiological risk group, general lamps"),
        Metric("board_lamp_risk_group", "1", "record", "黑板灯视网膜蓝光危害类别", "photobiological risk group, board lamps"),
        Metric("lighting_power_density", "W/m2", "record", "照明功率密度", "lighting power density"),
        Metric("lamp_cleanings_a_year", "count", "record", "灯具年擦拭次数", "lamp cleanings in twelve months"),
        Metric("recording_age", "d", "reading", "可回放最早录像天数", "age of the oldest recording that plays"),
        Metric("expired_recording_age", "d", "reading", "用途已完成录像的留存天数", "age of recordings whose purpose is fulfilled"),
        Metric("unexplained_recording_gaps", "count", "reading", "未说明的录像中断次数", "recording gaps over 60 s not explained"),
        Metric("cameras_in_forbidden_places", "count", "record", "禁装场所摄像机数", "cameras in forbidden places"),
        Metric("camera_areas_with_sign", "%", "record", "设有提示标识的区域", "camera areas with a sign"),
        Metric("days_to_police_filing", "d", "record", "启用到备案的天数", "days from going live to filing with police"),
        Metric("retrievals_registered", "%", "record", "登记齐全的调阅", "retrievals registered in full"),
        Metric("key_places_covered", "%", "reading", "重点部位有效覆盖", "key places with a working view"),
        Metric("camera_online", "%", "reading", "摄像机在线率", "camera online share"),
        Metric("clock_error", "s", "reading", "时钟误差", "clock error against NTP"),
        Metric("fault_repair_time", "h", "record", "故障修复时间", "longest time to repair a fault"),
        Metric("camera_backup_runtime", "h", "record", "摄像机备用电源时间", "camera backup runtime"),
        Metric("panic_button_works", "1", "record", "一键报警装置有效", "one-key alarm in the gatehouse works"),
        Metric("police_network_works", "1", "record", "与公安机关联网有效", "alarm and video networked with police"),
        Metric("alarm_response_time", "s", "record", "报警响应时间", "alarm controller response time"),
        Metric("alarm_backup_runtime", "h", "record", "报警系统备用电源时间", "alarm system backup runtime"),
        Metric("alarm_records_altered", "count", "reading", "被改动或缺失的报警记录", "altered or missing alarm records"),
        Metric("alarm_record_age", "d", "reading", "报警记录留存天数", "age of the oldest alarm record"),
        Metric("access_record_age", "d", "reading", "出入口记录留存天数", "age of the oldest access record"),
        Metric("emergency_doors_open_freely", "1", "record", "紧急出口无需凭证开启", "emergency doors open without a credential"),
        Metric("gatehouse_staffed_hours", "h", "record", "传达室值守小时数", "gatehouse staffed hours a day"),
        Metric("patrol_rounds", "count", "record", "重点部位巡查次数", "patrol rounds a day"),
        Metric("guards", "count", "record", "保安员人数", "guards employed"),
        Metric("closed_management", "1", "record", "封闭化管理", "closed management"),
        Metric("full_time_guards", "1", "record", "专职保安配备", "full-time guards"),
        Metric("protective_post", "1", "record", "护学岗", "protective post at school times"),
        Metric("patrol_record_age", "d", "reading", "巡查记录留存天数", "age of the oldest patrol record"),
        Metric("maintenance_gap", "months", "record", "两次维护的最大间隔", "longest gap between maintenance visits"),
        Metric("kitchen_places_covered", "%", "reading", "后厨必要部位覆盖", "required kitchen places covered"),
        Metric("kitchen_recording_age", "d", "reading", "后厨录像天数", "age of the oldest kitchen recording"),
        Metric("kitchen_events_change", "1", "record", "后厨违规事件周环比", "confirmed kitchen events, this week over last"),
        Metric("refrigerator_temperature", "degC", "reading", "冷藏温度", "refrigerator temperature"),
        Metric("freezer_temperature", "degC", "reading", "冷冻温度", "freezer temperature"),
        Metric("food_sample_weight", "g", "record", "留样重量", "smallest food sample"),
        Metric("food_sample_time", "h", "record", "留样时间", "shortest time samples were kept"),
        Metric("co2", "ppm", "reading", "二氧化碳浓度", "CO2"),
        Metric("ventilation", "m3/(h.p)", "record", "人均新风量", "ventilation a person"),
        Metric("pm25", "ug/m3", "reading", "PM2.5 浓度", "PM2.5"),
        Metric("formaldehyde", "mg/m3", "reading", "甲醛浓度", "formaldehyde"),
        Metric(
            "resource_variation", "1", "record", "校际差异系数（按学生数加权）", "inter-school coefficient of variation, weighted"
        ),
        Metric("resource_indices_met", "count", "record", "达标的资源配置指标数", "resource indices met"),
        Metric("safety_variation_change", "1", "record", "安全指数差异系数环比", "change of the safety index's variation"),
        Metric("records_without_consent", "count", "record", "缺监护人同意的记录", "identified records without guardian consent"),
        Metric("staff_access_approved", "%", "record", "经审批并登记的访问", "staff access approved and logged"),
        Metric("minors_audit_age", "months", "record", "距上次合规审计", "months since the last minors' data audit"),
        Metric("impact_assessment_kept", "1", "record", "影响评估已做并留存三年", "impact assessment made and kept 3 years"),
        Metric("network_log_age", "d", "reading", "网络日志留存天数", "age of the oldest network log"),
        Metric("emotion_inference_features", "count", "record", "情绪识别功能数", "emotion inference features enabled"),
        Metric("unjustified_retention", "d", "reading", "无书面理由的留存天数", "days kept without a written reason"),
        Metric("alarms_per_operator_hour", "count", "reading", "每名值班员每小时报警", "alarms per operator and hour"),
        Metric("alarm_flood_share", "%", "reading", "报警泛滥时段占比", "10-minute windows with over 10 alarms"),
        Metric("stale_alarms", "count", "reading", "超过 24 小时未消除的报警", "alarms active over 24 h"),
        Metric("chattering_alarms", "count", "reading", "抖动报警", "chattering alarms"),
        Metric("low_priority_share", "%", "reading", "低优先级报警占比", "share of low-priority alarms"),
        Metric("medium_priority_share", "%", "reading", "中优先级报警占比", "share of medium-priority alarms"),
        Metric("high_priority_share", "%", "reading", "高优先级报警占比", "share of high-priority alarms"),
    )
}
"""Name -> metric. For a `reading` the name of the point is the rule's `window.point`."""

UNITS: Final = tuple(sorted({metric.unit for metric in METRICS.values()}))

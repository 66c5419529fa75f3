"""Every word a dashboard shows that the contract does not give, in Chinese and English."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from lamplighter.contract.measurements import Field

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """The text in one of them."""
        return self.zh if language == "zh" else self.en


class Verdict(NamedTuple):
    """How a verdict is shown; the word always stands beside the colour."""

    words: Words
    colour: str


VERDICTS: Final[Mapping[str, Verdict]] = {
    "pass": Verdict(Words("合格", "pass"), "#56A64B"),
    "fail": Verdict(Words("不合格", "fail"), "#E02F44"),
    "indicative_low": Verdict(Words("可能偏低", "likely below"), "#FF9830"),
    "insufficient_data": Verdict(Words("证据不足", "not enough evidence"), "#8E8E8E"),
    "not_applicable": Verdict(Words("不适用", "not applicable"), "#CCCCDC"),
}

METHODS: Final[Mapping[str, Words]] = {
    "survey": Words("网格实测", "grid survey"),
    "monitor": Words("传感器", "ceiling sensor"),
    "certificate": Words("产品证书", "certificate"),
    "document": Words("文件记录", "document"),
    "test": Words("试验", "test"),
    "none": Words("无", "none"),
    "": Words("无", "none"),
}

PRIORITIES: Final[Mapping[str, Words]] = {
    "high": Words("高", "high"),
    "medium": Words("中", "medium"),
    "low": Words("低", "low"),
}

SEVERITIES: Final[Mapping[str, Words]] = {
    "critical": Words("严重", "critical"),
    "major": Words("较重", "major"),
    "minor": Words("一般", "minor"),
    "informational": Words("提示", "informational"),
}

STANDINGS: Final[Mapping[str, Words]] = {
    "mandatory": Words("强制性要求", "mandatory"),
    "recommended": Words("推荐性要求", "recommended"),
    "internal": Words("内部目标（不是标准）", "internal target"),
}
"""What a requirement weighs, the heaviest first."""

QUALITIES: Final[Mapping[str, Words]] = {"0": Words("良好", "good"), "1": Words("存疑", "uncertain"), "2": Words("坏值", "bad")}

TAGS: Final[Mapping[str, Words]] = {
    "time": Words("时间", "time"),
    "district": Words("区", "district"),
    "school": Words("学校", "school"),
    "space": Words("教室", "room"),
    "rule": Words("条款", "rule"),
    "gateway": Words("网关", "gateway"),
    "camera": Words("摄像机", "camera"),
    "device": Words("设备", "device"),
    "point": Words("测点", "point"),
    "kind": Words("类别", "kind"),
    "source": Words("来源", "source"),
    "subject": Words("对象", "subject"),
    "level": Words("层级", "level"),
    "place": Words("地点", "place"),
    "standing": Words("性质", "weight"),
    "rank": Words("名次", "rank"),
}

GAP_HEADS: Final[Mapping[str, Words]] = {
    "share": Words("加权合格率", "passing, weighted"),
    "urban": Words("城镇", "urban and town"),
    "rural": Words("乡村", "rural"),
    "gap": Words("城乡差百分点", "urban less rural, points"),
    "variation": Words("差异系数", "variation"),
    "gini": Words("基尼系数", "Gini"),
    "schools": Words("参与学校", "schools"),
    "lacking": Words("证据不足", "lacking evidence"),
}
"""Heads of the narrow columns of gaps between schools. Chinese ones fit a line: Grafana leaves room for a second at spaces only."""

LIGHT_HEADS: Final[Mapping[str, Words]] = {
    "electric_lx": Words("人工照明", "electric light"),
    "uncertainty_lx": Words("不确定度", "uncertainty"),
    "pattern_share": Words("最弱区域比", "weakest part"),
    "decline_pct_a_year": Words("年衰减", "decline a year"),
    "below_on": Words("低于限值日", "below limit on"),
    "below_from": Words("最早", "earliest"),
    "below_to": Words("最晚", "latest"),
    "lit_h": Words("开灯小时", "hours lit"),
    "left_on_h": Words("无人开灯", "left on"),
    "energy_kwh": Words("照明用电", "energy"),
}
"""The same for the columns of rooms' electric light, whose note says what is an estimate."""

TEXTS: Final[Mapping[str, Words]] = {
    "lighting": Words("照明与达标结论", "Lighting and verdicts"),
    "lighting_note": Words(
        "每间教室每天是否达到照明标准，以及依据。", "Whether each room met the lighting standard on each day, and on what evidence."
    ),
    "security": Words("安全与设备", "Security"),
    "security_note": Words(
        "事件、摄像机与网关：什么在发生，什么真正被看着。",
        "Incidents, cameras and gateways: what happens, and what is really being watched.",
    ),
    "other_language": Words("English", "中文"),
    "all_dashboards": Words("其他看板", "Dashboards"),
    "no_data": Words("无数据", "no data"),
    "no_score": Words("未评定", "not judged"),
    "school_score": Words("本校最近一天：合格率与覆盖率", "School, latest day: share passing and share judged"),
    "district_score": Words("本区最近一天：合格率与覆盖率", "District, latest day: share passing and share judged"),
    "score_note": Words(
        "合格率 = 合格 ÷（合格 + 不合格）。覆盖率 = 已评定 ÷ 适用；覆盖率低时合格率不能代表全校。",
        "Share passing = pass / (pass + fail). Share judged = (pass + fail) / applicable: "
        "where it is low, the share passing does not speak for the whole.",
    ),
    "verdict_days": Words("每间教室每天的结论", "Verdict of each room, day by day"),
    "verdict_latest": Words("每间教室最近的结论与余量", "Latest verdict of each room, and by how much"),
    "verdict_note": Words(
        "只有网格实测能给出合格或不合格；吸顶传感器只能说明可能偏低。",
        "Only a grid survey can say pass or fail; a ceiling sensor can only say likely below.",
    ),
    "score_days": Words("合格率与覆盖率走势", "Share passing and share judged, day by day"),
    "district_days": Words("本区走势", "The district, day by day"),
    "schools": Words("各校最近一天", "Schools, latest day"),
    "rules": Words("条款与出处", "Rules and their sources"),
    "room_light": Words("各教室照度（10 分钟中位数）", "Illuminance of each room (10-minute median)"),
    "sensor_note": Words(
        "吸顶传感器读数，不是桌面照度。",
        "Readings of ceiling sensors: not the illuminance on the desks.",
    ),
    "one_room": Words("教室 $space：照度与开灯时间", "Room $space: illuminance and lamps on"),
    "electric_light": Words("各教室人工照明、衰减与用电（提示）", "Each room's electric light, decline and energy (indicative)"),
    "electric_note": Words(
        "由关灯时刻的照度变化与校准系数估计；灯具老化与传感器积尘无法区分，须复测。",
        "Estimated from what sensors lose when lamps go off; ageing lamps and dusty sensors look alike, so survey again.",
    ),
    "one_device": Words("设备 $device：原始读数", "Device $device: raw readings"),
    "one_device_quality": Words("设备 $device：读数质量", "Device $device: quality of its readings"),
    "conditions_now": Words("最近状态：仍在发生的排在最前", "Latest state: what still holds comes first"),
    "conditions_days": Words("事件与故障时间线", "Incidents and faults over time"),
    "conditions_log": Words("事件与故障记录（最新在前）", "Reports of incidents and faults, newest first"),
    "reason": Words("理由", "reason"),
    "reported": Words("报告时间", "reported"),
    "last_report": Words("最近报告", "last report"),
    "active": Words("发生中", "active"),
    "cleared": Words("已恢复", "cleared"),
    "watched": Words("真正在看的时间占比", "Share of the time really watched"),
    "watched_note": Words(
        "没有报告的时间按未监看计：没有事件不等于没有看到。",
        "Time without any report counts as not watched: no incident is not the same as nobody looking.",
    ),
    "cameras_online": Words("摄像机在线情况", "Cameras online"),
    "online": Words("在线", "online"),
    "offline": Words("离线", "offline"),
    "camera_fps": Words("每秒分析帧数", "Frames analysed a second"),
    "camera_skipped": Words("每分钟跳过帧数", "Frames skipped a minute"),
    "camera_inference": Words("推理时间", "Inference time"),
    "gateways_now": Words("网关最近状态", "Gateways, latest"),
    "gateway_load": Words("处理器与内存占用", "Processor and memory use"),
    "gateway_disk": Words("磁盘剩余", "Disk free"),
    "gateway_outbox": Words("待发消息", "Messages waiting in the outbox"),
    "inspector": Words("督查", "Inspector"),
    "inspector_note": Words(
        "哪些房间在哪一天达到哪一条标准；得分旁必有覆盖率。",
        "Which rooms met which clause on which day; coverage stands beside every score.",
    ),
    "city_score": Words("全市最近一天", "City, latest day"),
    "inspected_district": Words("$district 区最近一天", "District $district, latest day"),
    "inspected_school": Words("$school 最近一天", "School $school, latest day"),
    "districts_latest": Words("各区最近一天", "Districts, latest day"),
    "schools_latest": Words("$district 各校最近一天", "Schools of $district, latest day"),
    "verdict_calendar": Words("$school 条款 $rule 结论日历", "Verdict calendar of $school under $rule"),
    "school_verdicts": Words("$school 条款 $rule 最近结论", "Latest verdicts of $school under $rule"),
    "how_to_read": Words("怎样读", "How to read this"),
    "worst_district": Words("$district 差距最大的房间", "Worst rooms of $district"),
    "worst_city": Words("全市差距最大的房间", "Worst rooms of the city"),
    "equity_now": Words("$district 校际差距最近一天", "Gaps between the schools of $district, latest day"),
    "equity_days": Words("$district 城镇与乡村走势", "Town and country in $district, day by day"),
    "equity_districts": Words("各区校际差距", "Gaps between schools, district by district"),
    "share_days": Words("各区合格率走势", "Share passing of each district, day by day"),
    "coverage_days": Words("各区覆盖率走势", "Share judged of each district, day by day"),
    "inspector_score_note": Words(
        "合格率 = 合格 ÷（合格 + 不合格）；覆盖率 = 已评定 ÷ 适用。"
        "覆盖率低于 80 % 时不给合格率，也不排名。严重不合格单列，不被平均掩盖。",
        "Share passing = pass / (pass + fail); share judged = (pass + fail) / applicable. Under 80 % judged no share passing is "
        "given or ranked. Critical failures stand on their own: no average hides them.",
    ),
    "inspector_verdicts_note": Words(
        "证据不足不是合格；“可能偏低”只表示应安排实测。",
        "Not enough evidence is no pass; likely below only asks for a survey.",
    ),
    "inspector_weight_note": Words(
        "强制性要求、推荐性要求与内部目标分开计算，在左上角选择。",
        "Mandatory, recommended and internal requirements are counted apart: choose at the top.",
    ),
    "inspector_worst_note": Words(
        "每个房间只列最差的一条；先按严重程度，再按与限值之差占限值的比例。",
        "Each room once, by its worst clause: severity first, then how far it misses the limit in percent of the limit.",
    ),
    "inspector_equity_note": Words(
        "按学生数加权；城镇含镇区。没有得分的学校不当作零分，计入“证据不足学校”。",
        "Weighted by pupils; towns count as urban. A school without a score is no zero: it is counted as lacking evidence.",
    ),
}


def field_words(field: Field) -> Words:
    """What the contract calls a field."""
    return Words(field.zh, field.en)

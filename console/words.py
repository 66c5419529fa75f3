"""Every word the console says, in Chinese and English. Pages and script take them from here alone."""

from typing import Final, Literal, NamedTuple

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
LANGUAGE_TAGS: Final[dict[Language, str]] = {"zh": "zh-CN", "en": "en"}


class Word(NamedTuple):
    """The same words twice; `{name}` stands for a value."""

    zh: str
    en: str


WORDS: Final[dict[str, Word]] = {
    # frame
    "product": Word("点灯人", "Lamplighter"),
    "tagline": Word("校园照明与安防", "school light and safety"),
    "language": Word("语言", "Language"),
    "skip": Word("跳到内容", "Skip to content"),
    "live": Word("实时", "Live"),
    "connecting": Word("正在连接", "Connecting"),
    "lost": Word("连接中断", "Disconnected"),
    "lost_since": Word(
        "自 {time} 起没有实时数据，以下为旧数据。正在重新连接…", "No live data since {time}: what you see is old. Reconnecting…"
    ),
    "store_lost_since": Word(
        "自 {time} 起数据库无应答，以下为旧数据。正在重试…",
        "The database has not answered since {time}: what you see is old. Trying again…",
    ),
    "no_script": Word("浏览器未启用脚本：页面每 10 秒刷新一次。", "Scripts are off: the page reloads every 10 seconds."),
    "not_an_alarm": Word(
        "本页不是报警系统。一键报警、烟感、燃气等信号在此仅为副本；紧急情况请直接报警 110 / 119。",
        "This page is no alarm system: panic, smoke and gas points shown here are copies. In an emergency call 110 or 119.",
    ),
    "privacy": Word(
        "画面只在网关上分析；离开网关的图片已打码，不做人脸识别。",
        "Video stays on the gateway; pictures that leave it are pixelated, and no face is recognised.",
    ),
    "schools": Word("学校", "Schools"),
    # mood
    "mood_wrong": Word("现有 {n} 项异常", "{n} wrong now"),
    "mood_attention": Word("现有 {n} 项待处理", "{n} to look after"),
    "mood_unwatched": Word("有设备未在监看", "Not everything is watched"),
    "mood_calm": Word("一切正常", "All is well"),
    "mood_empty": Word("尚无数据", "No data yet"),
    "mood_wrong_more": Word("最紧急：{kind} · {place}", "Most urgent: {kind} · {place}"),
    "mood_attention_more": Word("不紧急：{kind} · {place}", "Not urgent: {kind} · {place}"),
    "mood_unwatched_more": Word("没有异常报告，但下列设备未在监看", "Nothing is reported, but what is listed here is not watched"),
    "mood_calm_more": Word("所有设备在线，没有异常", "Everything is watched and nothing is wrong"),
    "mood_empty_more": Word("等待网关的第一条消息", "Waiting for the first message of a gateway"),
    "gap_gateway": Word("网关无消息", "gateway not heard"),
    "gap_camera": Word("摄像机未在监看", "camera not watching"),
    "gap_sensors": Word("照度传感器无新读数", "no new light readings"),
    "gaps_more": Word("另有 {n} 项", "and {n} more"),
    # tiles
    "tile_rooms": Word("教室照明", "Room light"),
    "tile_lamps": Word("灯具", "Lamps"),
    "tile_cameras": Word("摄像机", "Cameras"),
    "tile_gateways": Word("网关", "Gateways"),
    "tile_pass": Word("间合格", "rooms pass"),
    "tile_fail": Word("{n} 间不合格", "{n} fail"),
    "tile_low": Word("{n} 间可能偏低", "{n} likely low"),
    "tile_unjudged": Word("{n} 间证据不足", "{n} without evidence"),
    "tile_lamps_on": Word("盏亮灯", "lamps on"),
    "tile_lamps_failed": Word("{n} 盏故障", "{n} failed"),
    "tile_lamps_unknown": Word("{n} 盏状态未知", "{n} unknown"),
    "tile_lamps_well": Word("无故障", "none failed"),
    "tile_cameras_on": Word("台在监看", "watching"),
    "tile_cameras_off": Word("{n} 台未监看", "{n} not watching"),
    "tile_cameras_well": Word("全部在监看", "all watching"),
    "tile_gateways_on": Word("台在线", "online"),
    "tile_gateways_off": Word("{n} 台离线", "{n} offline"),
    "tile_gateways_well": Word("全部在线", "all online"),
    # conditions
    "wrong_now": Word("当前异常", "Wrong now"),
    "happened": Word("事件记录", "What happened"),
    "nothing_happened": Word("尚无记录", "Nothing so far"),
    "priority_high": Word("紧急", "urgent"),
    "priority_medium": Word("重要", "important"),
    "priority_low": Word("一般", "minor"),
    "since": Word("始于", "since"),
    "holds": Word("持续中", "holds now"),
    "ended": Word("已恢复", "over"),
    "lasted": Word("历时 {span}", "lasted {span}"),
    "still_alt": Word("{kind}的打码图片，{place}，{time}", "pixelated picture: {kind}, {place}, {time}"),
    "still_open": Word("查看大图", "Open the picture"),
    "still_waiting": Word("图片传输中", "picture on its way"),
    "evidence_count": Word("{value} 人", "{value} in view"),
    "evidence_score": Word("置信度 {value}", "score {value}"),
    "evidence_dimming_level_pct": Word("调光 {value} %", "dimmed to {value} %"),
    "evidence_active_power_w": Word("功率 {value} W", "{value} W"),
    "evidence_limit": Word("上限 {value} 人", "limit {value}"),
    "evidence_dwell_s": Word("已停留 {value} 秒", "stayed {value} s"),
    "evidence_descent_s": Word("{value} 秒内倒下", "went down within {value} s"),
    "evidence_left": Word("累计到左侧 {value} 次", "{value} to the left so far"),
    "evidence_right": Word("累计到右侧 {value} 次", "{value} to the right so far"),
    "evidence_detail": Word("{value}", "{value}"),
    "detail_covered": Word("镜头被遮挡", "the lens is covered"),
    "detail_moved": Word("镜头被移动", "the camera was moved"),
    "detail_defocused": Word("画面失焦", "out of focus"),
    "detail_frozen": Word("画面冻结", "the picture is frozen"),
    "detail_blinded": Word("强光致盲", "blinded by light"),
    "detail_left": Word("到达界线左侧", "arrived on the line's left side"),
    "detail_right": Word("到达界线右侧", "arrived on the line's right side"),
    "detail_flame": Word("火焰", "flame"),
    "detail_smoke": Word("烟雾", "smoke"),
    "evidence_reason": Word("原因：{value}", "reason: {value}"),
    # rooms
    "rooms": Word("教室", "Rooms"),
    "no_rooms": Word("场所文件中没有教室", "The site file names no room"),
    "ceiling_mean": Word("室内传感器均值", "mean of the room's sensors"),
    "light_note": Word(
        "大号数字为传感器现值（含天然光），结论另有依据，点按可看",
        "Large figures: sensors now, daylight included. A verdict rests on its own evidence: tap it",
    ),
    "sensors_of": Word("传感器 {fresh}/{total}", "{fresh} of {total} sensors"),
    "no_sensor": Word("未装传感器", "no sensor"),
    "no_reading": Word("尚无读数", "no reading yet"),
    "stale": Word("无新数据", "no new data"),
    "last_reading": Word("上次 {value} lx", "last {value} lx"),
    "plot_alt": Word(
        "近 24 小时照度：最低 {low} lx，最高 {high} lx", "illuminance of the last 24 hours: lowest {low} lx, highest {high} lx"
    ),
    "plot_none": Word("近 24 小时无数据", "no data in the last 24 hours"),
    "hours_ago": Word("{n} 小时前", "{n} h ago"),
    "now": Word("现在", "now"),
    # verdicts
    "verdict_pass": Word("合格", "pass"),
    "verdict_fail": Word("不合格", "fail"),
    "verdict_indicative_low": Word("可能偏低", "likely low"),
    "verdict_insufficient_data": Word("证据不足", "no evidence"),
    "verdict_not_applicable": Word("不适用", "not applicable"),
    "verdict_none": Word("尚未判定", "not judged yet"),
    "verdict_none_more": Word("该房间今日尚无结论", "There is no verdict on this room yet"),
    "verdict_why": Word("依据", "why"),
    "verdict_day": Word("判定日", "day"),
    "verdict_value": Word("数值", "value"),
    "verdict_limit": Word("限值", "limit"),
    "verdict_samples": Word("样本数", "samples"),
    "verdict_method": Word("方法", "method"),
    "verdict_rule": Word("规则", "rule"),
    "verdict_clause": Word("条款", "clause"),
    "method_survey": Word("网格实测", "grid survey"),
    "method_monitor": Word("传感器监测", "ceiling sensors"),
    "method_none": Word("无", "none"),
    "certainty_V": Word("已核对标准原文", "wording of the standard read"),
    "certainty_S": Word("引自二手资料", "quoted by a secondary source"),
    "certainty_M": Word("凭记忆，未核实", "from memory, unverified"),
    "certainty_D": Word("内部目标，非标准条文", "our own target, no clause"),
    "clause_table": Word("表 {n}", "table {n}"),
    "clause_clause": Word("第 {n} 条", "clause {n}"),
    "judged_by": Word("判定依据", "Judged by"),
    # lamps
    "lamps": Word("灯具", "Lamps"),
    "no_lamps": Word("场所文件中没有灯具", "The site file names no lamp"),
    "lamp_on": Word("亮", "on"),
    "lamp_off": Word("灭", "off"),
    "lamp_failed": Word("故障", "failed"),
    "lamp_unknown": Word("未知", "unknown"),
    # cameras
    "cameras": Word("摄像机", "Cameras"),
    "no_cameras": Word("没有摄像机", "No camera"),
    "camera_online": Word("监看中", "watching"),
    "camera_connecting": Word("正在连接", "connecting"),
    "camera_offline": Word("离线", "offline"),
    "camera_ended": Word("录像已放完", "recording ended"),
    "camera_unknown": Word("状态未知", "not heard"),
    "zones_link": Word("画区域与规则", "zones and rules"),
    "fps": Word("{n} 帧/秒", "{n} fps"),
    "inference": Word("推理 {n} ms", "inference {n} ms"),
    # gateways
    "gateways": Word("网关", "Gateways"),
    "no_gateways": Word("尚无网关", "No gateway yet"),
    "gateway_online": Word("在线", "online"),
    "gateway_offline": Word("离线", "offline"),
    "gateway_silent": Word("从未联系", "never heard"),
    "gateway_stale": Word("状态数据已旧", "figures are old"),
    "last_heard": Word("最近消息", "last heard"),
    "cpu": Word("处理器", "processor"),
    "memory": Word("内存", "memory"),
    "disk_free": Word("磁盘剩余", "disk free"),
    "temperature": Word("温度", "temperature"),
    "outbox": Word("待发消息", "waiting to send"),
    "shed": Word("已丢弃读数", "readings shed"),
    "clock_offset": Word("时钟偏差", "clock offset"),
    "uptime": Word("已运行", "up for"),
    "silent_devices": Word("无应答设备", "devices silent"),
    "not_reported": Word("未上报", "not reported"),
    # quarantine
    "quarantine": Word("隔离区", "Quarantine"),
    "quarantine_none": Word("没有被拒收的数据", "Nothing was refused"),
    "refused_whole": Word("整条消息", "whole message"),
    "refused_part": Word("单个数值", "one value"),
    "times_n": Word("{n} 次", "{n} times"),
    "payload": Word("内容", "content"),
    "bytes_n": Word("{n} 字节", "{n} bytes"),
    # time
    "ago_now": Word("刚刚", "just now"),
    "ago_s": Word("{n} 秒前", "{n} s ago"),
    "ago_min": Word("{n} 分钟前", "{n} min ago"),
    "ago_h": Word("{n} 小时前", "{n} h ago"),
    "ago_d": Word("{n} 天前", "{n} d ago"),
    "span_s": Word("{n} 秒", "{n} s"),
    "span_min": Word("{n} 分钟", "{n} min"),
    "span_h": Word("{n} 小时", "{n} h"),
    "span_d": Word("{n} 天", "{n} d"),
    # errors
    "error_title": Word("暂时无法显示", "Cannot show this now"),
    "error_store": Word("数据库无应答；页面会自动重试。", "The database does not answer; the page tries again by itself."),
    "error_school": Word("没有这所学校", "There is no such school"),
}

SCRIPT_WORDS: Final = (
    "live",
    "connecting",
    "lost",
    "lost_since",
    "store_lost_since",
    "ago_now",
    "ago_s",
    "ago_min",
    "ago_h",
    "ago_d",
)
"""Those the page's script needs."""


def say(key: str, language: Language, **values: object) -> str:
    """The word in that language with its values put in; KeyError for a word that is not in the table."""
    word = WORDS[key]
    return (word.zh if language == "zh" else word.en).format(**values)

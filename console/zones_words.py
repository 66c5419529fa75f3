"""What the page /zones says, in both languages, and what a gateway's checks mean in plain words."""

import re
from typing import Final

from console.words import Word

TEXTS: Final[dict[str, Word]] = {
    "title": Word("画区域与规则", "Zones and rules"),
    "back": Word("返回总览", "Back to the overview"),
    "language": Word("语言", "Language"),
    "intro": Word(
        "在打码快照上画区域、界线和遮罩，用最近几分钟的人框试一试，再下载设置文件供审核。此页不会改动网关。",
        "Draw zones, lines and masks on a pixelated snapshot, try them on the people of the last minutes, and take the settings"
        " away as a file to review. Nothing on this page changes a gateway.",
    ),
    "cameras": Word("摄像机", "Cameras"),
    "no_cameras": Word("场所文件中没有摄像机", "The site file names no camera"),
    "no_broker": Word(
        "控制台未连接消息代理，无法向网关提出请求；请在设置文件中填写 [gateway_broker]。",
        "This console has no connection to the broker, so it cannot ask a gateway; set [gateway_broker] in its settings file.",
    ),
    "no_script": Word("此页需要脚本。", "This page needs scripts."),
    "snapshot": Word("取新快照", "New snapshot"),
    "snapshot_first": Word("先取一张快照", "Ask for a snapshot to begin"),
    "snapshot_alt": Word("{camera} 的打码快照，{time}", "pixelated snapshot of {camera}, {time}"),
    "asking": Word("已向网关提出请求…", "Asked the gateway…"),
    "on_its_way": Word("快照传输中…", "The snapshot is on its way…"),
    "shown": Word("快照：{time}", "Snapshot of {time}"),
    "not_learned": Word(
        "网关尚未认清空场景，整幅打了粗码；几秒后再取一次更清楚。",
        "The gateway does not know the empty scene yet, so all of it is coarse; ask again in some seconds.",
    ),
    "silent": Word("网关没有应答，请稍后再试。", "The gateway did not answer; try again later."),
    "failed": Word("请求未能送出：{reason}", "The request could not be sent: {reason}"),
    "refused": Word("网关拒绝：{reason}", "The gateway refused: {reason}"),
    "unknown": Word("此请求已不再保留，请重新提出。", "This request is no longer kept; ask again."),
    "add": Word("新增", "Add"),
    "add_what": Word("新增什么", "what to add"),
    "privacy_masks": Word("隐私遮罩（涂黑）", "privacy mask (blackened)"),
    "motion_masks": Word("运动遮罩（忽略动静）", "motion mask (movement means nothing)"),
    "draw": Word("开始画", "Draw"),
    "finish": Word("完成", "Finish"),
    "cancel": Word("取消", "Cancel"),
    "undo": Word("撤销", "Undo"),
    "redo": Word("重做", "Redo"),
    "delete": Word("删除", "Delete"),
    "draw_zone": Word("画出区域", "Draw its zone"),
    "whole_picture": Word("整个画面", "whole picture"),
    "drawing_zone": Word(
        "依次点按各角；点回第一个角或按“完成”收尾。键盘：直接按回车得到一个方框，再用方向键移动各角。",
        "Tap corner after corner; tap the first again, or Finish. By keyboard: Enter gives a square, arrow keys move its corners.",
    ),
    "drawing_line": Word(
        "点按界线的两端。键盘：按回车得到一条中线，再用方向键移动。",
        "Tap both ends of the line. By keyboard: Enter gives a centre line whose ends arrow keys move.",
    ),
    "help": Word(
        "拖动角点，或选中后用方向键（配合 Shift 更细）；“+”或 Insert 加角，Delete 删角；Ctrl+Z 撤销。",
        "Drag a corner, or focus it and use the arrow keys (Shift: finer); + or Insert adds one, Delete removes it; Ctrl+Z undoes.",
    ),
    "corner": Word("{name} 第 {n} 角：{x}%，{y}%", "{name}, corner {n}: {x} %, {y} %"),
    "left": Word("左", "left"),
    "right": Word("右", "right"),
    "both": Word("两侧", "both"),
    "shapes": Word("规则与遮罩", "Rules and masks"),
    "nothing_drawn": Word("还没有规则", "No rule yet"),
    "default": Word("默认 {value}", "default: {value}"),
    "default_is": Word("默认", "default"),
    "yes": Word("是", "yes"),
    "no": Word("否", "no"),
    "always": Word("总是", "always"),
    "try": Word("用最近几分钟试一试", "Try on the last minutes"),
    "trial": Word("试运行", "Dry run"),
    "tried_over": Word("{from} 至 {until}，{n} 帧", "{from} to {until}, {n} pictures"),
    "tried_nothing": Word("网关还没有可供试运行的画面。", "The gateway has seen nothing to try it on yet."),
    "rule": Word("规则", "Rule"),
    "would_raise": Word("会报", "would have been raised"),
    "times": Word("{n} 次", "{n}×"),
    "never": Word("不会报", "not at all"),
    "needs_pictures": Word(
        "需要画面本身，网关不保存画面，无法试运行", "needs the pictures themselves, which are not kept: cannot be tried"
    ),
    "not_armed": Word("（当时未布防）", "(not armed then)"),
    "problems": Word("设置有误，未试运行", "The settings are wrong; nothing was tried"),
    "well": Word("设置无误", "The settings are right"),
    "review": Word("供审核的文件", "The file to review"),
    "unchanged": Word("与现行设置相同", "The same as what is in force"),
    "changes": Word("与现行设置的差别", "How it differs from what is in force"),
    "download_file": Word("下载完整设置文件", "Download the whole settings file"),
    "download_piece": Word("只下载此摄像机的部分", "Download this camera's part alone"),
    "too_large": Word(
        "完整文件过大，未随应答送来；请用此摄像机的部分。", "The whole file is too large to be sent; take this camera's part."
    ),
    "requests": Word("请求记录", "What was asked"),
    "no_requests": Word("尚无请求", "Nothing was asked yet"),
    "when": Word("时间", "When"),
    "what": Word("内容", "What"),
    "who": Word("来自", "From"),
    "outcome": Word("结果", "Outcome"),
    "kind_camera_view": Word("快照", "snapshot"),
    "kind_try_rules": Word("试运行", "dry run"),
    "outcome_done": Word("已应答", "answered"),
    "outcome_waiting": Word("未见应答", "no answer seen"),
    # keys of rules
    "field_name": Word("名称（小写字母、数字、连字符）", "name (small letters, digits, hyphens)"),
    "field_armed": Word("布防时段，如 22:00-06:00，逗号分隔", "armed, such as 22:00-06:00, with commas between"),
    "field_time_zone": Word("时区", "time zone"),
    "field_labels": Word("目标类别", "what counts"),
    "field_on_delay_s": Word("持续多久才算（秒）", "how long until it counts (s)"),
    "field_off_delay_s": Word("消失多久算结束（秒）", "how long gone until it is over (s)"),
    "field_movers_only": Word("只算移动过的", "only what has moved"),
    "field_dwell_s": Word("停留多久算滞留（秒）", "how long somebody may stay (s)"),
    "field_gap_s": Word("离开多久以内仍算同一次（秒）", "an absence this short does not count (s)"),
    "field_limit": Word("超过多少人", "more people than"),
    "field_sure_score": Word("局部识别的置信度", "score of a person found in a part"),
    "field_direction": Word("到达哪一侧才报", "report arrivals on the side"),
    "field_hold_s": Word("报后保持（秒）", "how long it holds (s)"),
    "field_still_s": Word("倒地多久算跌倒（秒）", "how long somebody must lie (s)"),
    "field_threshold": Word("置信度门限", "score that counts"),
    "field_flame_s": Word("火焰须持续（秒）", "how long flames must show (s)"),
    "field_smoke_s": Word("烟雾须持续（秒）", "how long smoke must show (s)"),
    "field_relearn_s": Word("多久后接受新画面（秒）", "a changed view is accepted after (s)"),
}

PROBLEMS: Final[tuple[tuple[re.Pattern[str], Word], ...]] = tuple(
    (re.compile(pattern), Word(zh, en))
    for pattern, zh, en in (
        ("crosses or touches itself", "边线自相交叉，请按顺序排列各角", "the outline crosses itself; list the corners in order"),
        ("lies outside the picture", "有角在画面之外", "a corner lies outside the picture"),
        ("at least 3 corners", "区域至少要三个角", "a zone needs at least three corners"),
        ("at most 200 corners", "角太多（最多 200 个）", "too many corners (200 at most)"),
        ("next to no area", "区域面积几乎为零", "the zone has next to no area"),
        ("all but the same point", "界线两端几乎重合", "the line's ends are all but the same point"),
        (
            "so the rule would never be armed",
            "布防时段为空，规则永远不会生效",
            "the schedule is empty, so the rule would never be armed",
        ),
        ('must look like "22:00-06:00"', "时段应写成 22:00-06:00", "a window must look like 22:00-06:00"),
        ("starts when it ends", "时段首尾相同", "a window starts when it ends"),
        ("is not a time zone", "没有这个时区", "there is no such time zone"),
        ("are named", "两条规则重名，请改其一", "two rules have the same name; change one"),
        ("does not match any of the expected tags", "没有这种规则", "there is no such kind of rule"),
        ("should match pattern", "名称只能用小写字母、数字、- 和 _", "a name takes small letters, digits, - and _ alone"),
        ("greater than|less than", "数值超出允许范围", "the number is outside what is allowed"),
        ("valid number|valid integer", "这里要填数字", "this must be a number"),
        ("unknown key", "没有这一项", "there is no such key"),
    )
)
_PLACE: Final = re.compile(r"[^:]+: (rules|privacy_masks|motion_masks)\.(\d+)(?:\.([a-z0-9_.]+))?")


def problem_in_words(line: str) -> dict[str, str | int]:
    """A gateway's line about a draft: `list` and `number` of what is wrong, its `key`, words in both languages, and the line."""
    place = _PLACE.match(line)
    known = next((word for pattern, word in PROBLEMS if pattern.search(line)), Word(line, line))
    found: dict[str, str | int] = {"zh": known.zh, "en": known.en, "line": line}
    if place is None:
        return found
    keys = [part for part in (place[3] or "").split(".") if part and not part.isdigit()]
    key = next((part for part in keys[1:] if place[1] == "rules"), "")
    return {**found, "list": place[1], "number": int(place[2]), "key": key}

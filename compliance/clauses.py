"""Where in a text a threshold is written, in the reader's language: packs keep it in English, as the citation has it."""

import re
from typing import Final, Literal

_FORMS: Final = (
    (re.compile(r"table ([\d.]+)"), "表 {}"),
    (re.compile(r"art\. ([\d, ()a-z]+)"), "第 {} 条"),
    (re.compile(r"paragraph (\d+)"), "第 {} 段"),
    (re.compile(r"(\d+(?:\.\d+)+(?:\(\d+\))?)"), "第 {} 条"),
    (re.compile(r"performance metrics"), "性能指标"),
    (re.compile(r"priority distribution, about 80/15/5"), "优先级分布，约 80/15/5"),
    (re.compile(r"stale alarms"), "长期未消除的报警"),
    (re.compile(r"chattering alarms"), "反复动作的报警"),
    (re.compile(r"necessary ventilation"), "必要换气量"),
    (re.compile(r"100 % goals"), "百分之百目标"),
    (re.compile(r"inter-school coefficient of variation"), "校际差异系数"),
    (re.compile(r"seven indices: six met, the other at 85 %"), "七项指标：六项达标，另一项不低于 85 %"),
    (re.compile(r"luminaires"), "灯具"),
    (re.compile(r"artificial lighting"), "人工照明"),
    (re.compile(r"samples"), "留样"),
    (re.compile(r"refrigeration"), "冷藏"),
    (re.compile(r"freezing"), "冷冻"),
    (re.compile(r"patrols"), "巡逻"),
    (re.compile(r"gatehouse"), "门卫室"),
    (re.compile(r"one-key alarm in the gatehouse"), "门卫室一键报警"),
    (re.compile(r"guards, non-boarding, fewer than 100 people"), "保安员：非寄宿，不足 100 人"),
    (re.compile(r"guards, non-boarding, 1000 people and more"), "保安员：非寄宿，1000 人及以上"),
    (re.compile(r"camera places"), "摄像机部位"),
    (re.compile(r"16 key places"), "16 个重点部位"),
    (re.compile(r"backup power"), "备用电源"),
    (re.compile(r"fault repair"), "故障维修"),
    (re.compile(r"fourth item"), "第四项"),
    (re.compile(r"clause not read"), "条文号未读到"),
    (re.compile(r"none"), "无条文"),
)
_NOTES: Final = {
    "not read": "未读到原文",
    "clause not read": "条文号未读到",
    "the clause number has not been read": "条文号未读到",
    "article not verified": "条文号未核实",
    "list to be opened": "清单尚未打开",
    "rule not read": "判定规则未读到",
    "superseded text": "引自已被代替的文本",
    "count from memory": "数量凭记忆",
    "1 % from memory": "1 % 凭记忆",
    "target value": "目标值",
    "design assumption": "设计假定",
    "our reading: continuity": "我们的理解：连续",
}
_PARTS: Final = re.compile(r"(.+?)(?: \((.+)\))?")


def number_in_words(number: str, language: Literal["zh", "en"]) -> str:
    """A text's number; where it has a name in each language (`某办法 / some rules`), the one in ours."""
    zh, _, en = number.partition(" / ")
    return zh if language == "zh" or not en else en


def in_words(clause: str, language: Literal["zh", "en"]) -> str:
    """`table 5.3.8 (target value)` -> `表 5.3.8（目标值）`; in English, or where the wording is not known here, as it stands."""
    parts = _PARTS.fullmatch(clause)
    if language == "en" or parts is None:
        return clause
    found = next(((form, zh) for form, zh in _FORMS if form.fullmatch(parts[1])), None)
    if found is None or (parts[2] is not None and parts[2] not in _NOTES):
        return clause
    form, zh = found
    note = f"（{_NOTES[parts[2]]}）" if parts[2] is not None else ""
    return form.sub(zh.replace("{}", r"\g<1>"), parts[1]) + note

"""What is wrong with something typed in, in Chinese. Checks say it in English, as `where: what`; an unknown line stays English."""

import re
from collections.abc import Callable
from typing import Final

from compliance.ledger.sheets import BY_NAME
from compliance.ledger.words import COLUMNS
from console.words import Language

_FIELDS: Final = {
    "who": "姓名",
    "why": "原因",
    "file": "文件",
    "survey": "实测",
    "points": "测点",
    "text": "内容",
    "role": "身份",
    "seed": "种子",
    "key": "本条代号",
    "reading": "读数",
    "remark": "发现",
    "objection": "异议",
    "signed": "签字",
    "inspector": "督查人员",
}
_THINGS: Final = {
    "device": "设备",
    "camera": "摄像机",
    "survey": "实测",
    "luminaire group": "灯具组",
    "calibration of": "校准，设备",
}

Put = Callable[[re.Match[str]], str]


def _plain(zh: str) -> Put:
    """Groups stand as they are."""
    return lambda found: zh.format(*(group or "" for group in found.groups()))


def _field(key: str) -> str:
    """`points.3.lx` -> 测点 4 照度，lx."""
    if key.split(".", maxsplit=1)[0] not in _FIELDS | COLUMNS:
        return key
    words = [_FIELDS.get(part) or COLUMNS.get(part, (part,))[0] for part in key.split(".") if not part.isdigit()]
    numbers = [f"第 {int(part) + 1} 行" for part in key.split(".") if part.isdigit()]
    return " ".join([words[0], *numbers, *words[1:]])


def _sheet(name: str) -> str:
    return BY_NAME[name].zh if name in BY_NAME else name


def _of_sheet(name: str | None) -> str:
    return f"（见表“{_sheet(name)}”）" if name else ""


def _unstated(found: re.Match[str]) -> str:
    return f"实测 {found[1]} 缺少：{'、'.join(_field(name) for name in found[2].split(', '))}；缺少则实测无效，请补齐"


def _before(found: re.Match[str]) -> str:
    return f"{_field(found[1])} {found[2]} 应晚于{_field(found[3])} {found[4]}"


_SENTENCES: Final[tuple[tuple[re.Pattern[str], Put], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), put)
    for pattern, put in (
        # what pydantic says
        (r"Input should be a valid number.*", _plain("应填数字")),
        (r"Input should be a valid integer.*", _plain("应填整数")),
        (r"Input should be greater than or equal to (\S+)", _plain("应不小于 {}")),
        (r"Input should be less than or equal to (\S+)", _plain("应不大于 {}")),
        (r"Input should be greater than (\S+)", _plain("应大于 {}")),
        (r"Input should be less than (\S+)", _plain("应小于 {}")),
        (r"Input should be a valid boolean.*", _plain("应填 true（是）或 false（否）")),
        (r"Input should be a valid datetime.*", _plain("不是有效的日期和时间，写作 2026-11-20T09:30")),
        (r"Input should have timezone info", _plain("应带时区，如 +08:00")),
        (r"Input should be (?:in )?a valid date.*", _plain("不是有效日期，写作 2026-11-20")),
        (r"Input should be (?:in )?a valid time.*", _plain("不是有效时刻，写作 08:00")),
        (r"Input should be a valid (?:string|tuple|list).*", _plain("填写的形式不对")),
        (r"Input should be ('.*')", lambda found: f"应为下列之一：{found[1].replace(' or ', '、').replace(', ', '、')}"),
        (r"String should have at least 1 character", _plain("不能为空")),
        (r"String should have at least (\d+) characters?", _plain("至少 {} 个字符")),
        (r"String should have at most (\d+) characters?", _plain("最多 {} 个字符")),
        (r"String should match pattern .*", _plain("只能用小写字母、数字、- 和 _")),
        (r"(?:Tuple|List) should have at least (\d+) items?.*", _plain("至少要有 {} 项")),
        # what the settings' loader says
        (r"unknown key; check its spelling or remove it", _plain("没有这一项，请检查拼写或删去")),
        (r"missing; it must be (?:set|filled in)", _plain("未填写")),
        (r"missing; name the school the row belongs to", _plain("未填写，请写明该行属于哪所学校")),
        # forms
        (r"is empty; .*", _plain("未填写")),
        (r"is not a day; write it as (\S+)", _plain("不是有效日期，写作 {}")),
        (r"is still to come; .*", _plain("时间在未来，请改正")),
        (r"there is none of that name.*", _plain("没有这一项")),
        (r"(?:[\w-]+ has|the school has) none of that id(?: in sheet (\w+))?", lambda found: "没有这个代号" + _of_sheet(found[1])),
        (r"the school has one of that id; choose another", _plain("代号已被使用，请另取一个")),
        (r"ends before it begins on (\S+); give a later day", _plain("早于开始日 {}，请改为更晚的日期")),
        (r"the inspector has signed already", _plain("督查人员已签字，不能再录入")),
        (r"the school has signed already", _plain("学校已签字，不能再录入")),
        (r"belongs to another visit; .*", _plain("属于另一次督查，请重新打开页面")),
        (r"is empty or longer than 64 characters; .*", _plain("无效，请重新打开页面")),
        (r"is no time in ms since 1970", _plain("不是有效时间，请重新打开页面")),
        (r"is unknown; allowed: (.+)", _plain("不认识，可用：{}")),
        (r"none was chosen; choose a workbook \(XLSX\)", _plain("未选择，请选择工作簿（XLSX）")),
        (r"a visit is opened once, on the page of all visits", _plain("督查只在“现场督查”页开始一次")),
        (
            r"survey '([^']*)' leaves out (.+): without it the survey counts for nothing; fill it in",
            _unstated,
        ),
        # workbooks
        (r"(\S+) is not (\S+), whose ledger this page is", _plain("{} 不是本页的学校 {}")),
        (r"has no row; every school needs one", _plain("没有行，每所学校须有一行")),
        (r"stands in (.+) too", lambda found: f"与{_place(found[1])}重复"),
        (r"is not in sheet schools", _plain("不在学校表中")),
        (r"is no workbook that can be read \(.*\); save it as XLSX", _plain("不是可读的工作簿，请另存为 XLSX")),
        (r"are merged; unmerge them and fill in each", _plain("是合并单元格，请取消合并并逐格填写")),
        (r"is a formula; put its value there", _plain("是公式，请填写数值")),
        (r"is an error; put its value there", _plain("是错误值，请填写数值")),
        (r"stands outside the columns", _plain("不在任何列内")),
        (r"column '(\w+)' is missing", lambda found: f"缺少列“{_field(found[1])}”"),
        (r"unknown column '([^']*)'; allowed: (.+)", _plain("没有“{}”这一列，可用：{}")),
        (r"column '([^']*)' is there twice", _plain("“{}”列出现两次")),
        # what a school's facts must agree on
        (
            rf"({'|'.join(_THINGS)}) '([^']*)' names (space|luminaire group) '([^']*)', which is not in \[\[\w+\]\]",
            lambda found: f"{_THINGS[found[1]]} {found[2]} 所写的{'场所' if found[3] == 'space' else '灯具组'} {found[4]} 不存在",
        ),
        (
            r"work '([^']*)' of (\S+) names space '([^']*)', which is not in \[\[spaces\]\]",
            _plain("{1} 的施工 {0} 所写的场所 {2} 不存在"),
        ),
        (r"document '([^']*)' names subject '([^']*)', which is no .*", _plain("文件 {} 所写的对象 {} 不存在")),
        (r"calibration names device '([^']*)', which is not in \[\[devices\]\]", _plain("校准所写的设备 {} 不存在")),
        (r"network '([^']*)' covers space '([^']*)', which is not in \[\[spaces\]\]", _plain("网络 {} 覆盖的场所 {} 不存在")),
        (r"post names space '([^']*)', which is not in \[\[spaces\]\]", _plain("护学岗所写的场所 {} 不存在")),
        (r"id '([^']*)' is used twice", _plain("代号 {} 用了两次")),
        (r"weekday (\d) has two timetables", _plain("星期 {}（0 为周一）有两张课表")),
        (r"terms from (\S+) and (\S+) overlap", _plain("自 {} 与 {} 开始的学期重叠")),
        (r"make_up names (\S+) twice", _plain("补课日 {} 写了两次")),
        (r"(\w+) (\S+) is (?:before|not after) (\w+) (\S+)", _before),
        (r"weekdays run from 0 \(Monday\) to 6 \(Sunday\)", _plain("星期从 0（周一）到 6（周日）")),
        (r"periods overlap", _plain("上课时段重叠")),
        (r"is not a time zone name such as Asia/Shanghai", _plain("不是时区名称，写作 Asia/Shanghai")),
    )
)
_PLACES: Final[tuple[tuple[re.Pattern[str], Put], ...]] = (
    (re.compile(r"\bsheet '?([^',:]+)'?"), lambda found: f"表“{_sheet(found[1])}”"),
    (re.compile(r"\brow (\d+)"), _plain("第 {} 行")),
    (re.compile(r"\bcolumn ([\w, ]+?)(?= =|$)"), lambda found: f"列“{_field(found[1])}”"),
    (re.compile(r"\bcells? (\w+(?::\w+)?)"), _plain("单元格 {}")),
    (re.compile(r"\bledger of (\S+)"), _plain("{} 的台账")),
    (re.compile(r"\baction (\S+)"), _plain("整改项 {}")),
    (re.compile(r"\bvisit (\S+)"), _plain("督查 {}")),
    (re.compile(r"\bwaiver until (\S+)"), _plain("豁免至 {}")),
    (re.compile(r"\bschool (?!=)(\S+)"), _plain("学校 {}")),
    (re.compile(r"\(whole file\)"), _plain("整体")),
    (re.compile(r"(?<![\w“.'/])([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?= =|$|,|:| \w+$)"), lambda found: _field(found[1])),
)


def problem_in(line: str, language: Language) -> str:
    """The line in one language."""
    return problem_in_chinese(line) if language == "zh" else line


def problem_in_chinese(line: str) -> str:
    """The line in Chinese, its values untouched; as it stands where its sentence is not known here."""
    said = _sentence(line)
    if said is not None:
        return said
    at = 0
    while (at := line.find(": ", at)) >= 0:
        said = _sentences(line[at + 2 :])
        if said is not None:
            return f"{_place(line[:at])}：{said}"
        at += 2
    return line


def _sentences(text: str) -> str | None:
    """One sentence, or those of a check over several fields."""
    parts = [_sentence(part) for part in text.removeprefix("Value error, ").split("; ")] if text.startswith("Value error, ") else []
    if parts and all(parts):
        return "；".join(part for part in parts if part)
    return _sentence(text)


def _sentence(text: str) -> str | None:
    return next((put(found) for pattern, put in _SENTENCES if (found := pattern.fullmatch(text))), None)


def _place(where: str) -> str:
    for pattern, put in _PLACES:
        where = pattern.sub(put, where)
    return where.replace(": ", "，").replace(", ", "，")

"""What a judgement looks like: the verdict, the numbers behind it and the reasons in words."""

from datetime import date
from typing import Final, Literal, NamedTuple

import msgspec

VerdictName = Literal["pass", "fail", "indicative_low", "insufficient_data", "not_applicable"]

VERDICTS: Final[dict[VerdictName, tuple[str, str]]] = {
    "pass": ("合格", "meets the clause"),
    "fail": ("不合格", "below the clause"),
    "indicative_low": ("可能偏低", "likely below, survey the room"),
    "insufficient_data": ("证据不足", "not enough evidence"),
    "not_applicable": ("不适用", "not applicable"),
}
"""Chinese and English words of each verdict."""

WORDS: Final[dict[str, tuple[str, str]]] = {
    "other_space": ("本条不适用于此类场所", "the clause is not about this kind of space"),
    "not_in_force": ("本条当日未生效或为草案", "the rule is a draft or not in force on this day"),
    "surveyed": (
        "{at} 网格实测 {count} 点，平均 {value:.1f} {unit}",
        "grid survey of {at}: {count} points, average {value:.1f} {unit}",
    ),
    "no_survey": ("无网格实测", "no grid survey"),
    "survey_old": ("{at} 的实测已超过 {months} 个月", "the survey of {at} is more than {months} months old"),
    "survey_points": ("{at} 的实测仅 {count} 点，至少需 {least} 点", "the survey of {at} has {count} points; {least} are needed"),
    "survey_warm_up": ("{at} 的实测开灯仅 {minutes:g} 分钟", "lamps were on for only {minutes:g} min at the survey of {at}"),
    "survey_curtains": ("{at} 的实测未拉窗帘", "curtains were open at the survey of {at}"),
    "survey_meter": ("{at} 实测所用照度计校准已过期", "the meter's calibration had run out at the survey of {at}"),
    "survey_plane": ("{at} 的实测高度 {height:g} m 不是课桌面", "the survey of {at} was at {height:g} m, which is no desk"),
    "survey_contradicts": ("{at} 的实测同一点有两个读数", "the survey of {at} has two readings for one place"),
    "survey_residual": ("{at} 的实测关灯读数高于开灯读数", "a lamps-off reading exceeds the lamps-on one at the survey of {at}"),
    "no_calibration": (
        "无 {months} 个月内校准的吸顶传感器",
        "no ceiling sensor calibrated within {months} months",
    ),
    "no_lessons": ("当日不上课", "no lessons on this day"),
    "few_windows": (
        "上课且全程开灯的时段仅 {count} 个，至少需 {least} 个",
        "only {count} windows of lessons with the lamps fully on; {least} are needed",
    ),
    "sensor_cannot_prove": ("吸顶传感器不能证明达标", "a ceiling sensor cannot prove compliance"),
    "estimated_low": (
        "{count} 个开灯时段课桌面估计中位数 {value:.1f} {unit}（含天然光）仍低于限值",
        "desks estimated at {value:.1f} {unit} (median of {count} windows, daylight included), still below the limit",
    ),
}
"""Every reason the engine can give, in Chinese and English."""


class Reason(NamedTuple):
    """Why, in both languages; `code` is a key of `WORDS`."""

    code: str
    zh: str
    en: str


def reason(code: str, **facts: object) -> Reason:
    """The words of a reason with its facts filled in."""
    zh, en = WORDS[code]
    return Reason(code, zh.format(**facts), en.format(**facts))


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One rule judged for one space on one local day; `value`, `threshold` and `margin` in `unit`, unrounded.

    `margin` is positive on the good side of the threshold. `samples` counts survey points or monitor windows.
    """

    day: date
    district: str
    school: str
    space: str
    rule: str
    version: str
    verdict: VerdictName
    threshold: float
    unit: str
    value: float | None = None
    margin: float | None = None
    samples: int = 0
    method: Literal["survey", "monitor", "none"] = "none"
    reasons: tuple[Reason, ...] = ()

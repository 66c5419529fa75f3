"""What a judgement looks like: the verdict, the numbers behind it and the reasons in words."""

from datetime import date
from typing import Final, Literal, NamedTuple

import msgspec

from compliance.rules import Severity, Standing

ENGINE_VERSION: Final = "3"
"""Changes whenever the same input may give another verdict."""

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
    "other_school": ("本条不适用于此类学校", "the clause is not about this kind of school"),
    "other_frequency": ("主频 {hz:g} Hz 不在本条范围", "the main frequency, {hz:g} Hz, is outside the clause"),
    "not_in_force": ("本条当日未生效或为草案", "the rule is a draft or not in force on this day"),
    "profile_missing": ("台账缺 {key}，不知本条是否适用", "{key} is missing, so nobody can say whether the clause applies"),
    "limit_missing": ("学校未规定 limits.{key}", "the school has not set limits.{key}"),
    "frequency_missing": ("{at} 的测量未记主频", "the measurement of {at} gives no main frequency"),
    "surveyed": (
        "{at} 网格实测 {count} 点，平均 {value:.1f} {unit}",
        "grid survey of {at}: {count} points, average {value:.1f} {unit}",
    ),
    "surveyed_evenness": (
        "{at} 网格实测 {count} 点，最小值与平均值之比 {value:.3f}",
        "grid survey of {at}: {count} points, minimum over average {value:.3f}",
    ),
    "maintained": (
        "{at} 刚{work}，乘维护系数 {factor:g} 后为 {value:.1f}",
        "{work} on {at}: times the maintenance factor {factor:g} it is {value:.1f}",
    ),
    "no_survey": ("无网格实测", "no grid survey"),
    "survey_old": ("{at} 的实测已超过 {months} 个月", "the survey of {at} is more than {months} months old"),
    "survey_ended": ("{at} 的实测之后，{on} {work}", "{work} on {on}, after the survey of {at}"),
    "survey_contradicted": (
        "{at} 的实测之后，{on} 传感器显示低于限值",
        "sensors showed the room low on {on}, after the survey of {at}",
    ),
    "survey_points": ("{at} 的实测仅 {count} 点，至少需 {least} 点", "the survey of {at} has {count} points; {least} are needed"),
    "survey_unstated": ("{at} 的实测未填 {keys}", "the survey of {at} leaves out {keys}"),
    "survey_lattice": (
        "{at} 的四角法实测缺网格交点",
        "a crossing of the grid is missing from the four-corner survey of {at}",
    ),
    "survey_warm_up": ("{at} 的实测开灯仅 {minutes:g} 分钟", "lamps were on for only {minutes:g} min at the survey of {at}"),
    "survey_curtains": ("{at} 的实测未拉窗帘", "curtains were open at the survey of {at}"),
    "survey_board_lamps": ("{at} 的实测未开黑板灯", "the board's lamps were off at the survey of {at}"),
    "survey_meter": ("{at} 实测所用照度计校准已过期", "the meter's calibration had run out at the survey of {at}"),
    "survey_plane": ("{at} 的实测高度 {height:g} m 不是该面", "the survey of {at} was at {height:g} m, which is not that surface"),
    "survey_contradicts": ("{at} 的实测同一点有两个读数", "the survey of {at} has two readings for one place"),
    "survey_residual": ("{at} 的实测关灯读数高于开灯读数", "a lamps-off reading exceeds the lamps-on one at the survey of {at}"),
    "survey_dark": ("{at} 的实测平均值为零", "the average of the survey of {at} is zero"),
    "no_calibration": (
        "无 {months} 个月内校准的吸顶传感器",
        "no ceiling sensor calibrated within {months} months",
    ),
    "no_lessons": ("当日不上课", "no lessons on this day"),
    "few_school_days": (
        "近两周仅 {count} 个上课日，至少需 {least} 个",
        "only {count} school days in two weeks; {least} are needed",
    ),
    "calendar_refused": ("校历无法判断当日是否上课：{why}", "the calendar cannot say whether there were lessons: {why}"),
    "few_windows": (
        "上课且全程开灯的时段仅 {count} 个，至少需 {least} 个",
        "only {count} windows of lessons with the lamps fully on; {least} are needed",
    ),
    "sensor_cannot_prove": ("吸顶传感器不能证明达标", "a ceiling sensor cannot prove compliance"),
    "estimated_low": (
        "{count} 个开灯时段课桌面估计中位数 {value:.1f} {unit}（含天然光）仍低于限值",
        "desks estimated at {value:.1f} {unit} (median of {count} windows, daylight included), still below the limit",
    ),
    "stepped_low": (
        "{count} 次关灯时课桌面失去 {value:.1f} {unit}（不含天然光），低于限值",
        "desks lost {value:.1f} {unit} as the lamps went off ({count} times, no daylight in it), which is below the limit",
    ),
    "no_record": ("无{zh}", "no {en}"),
    "no_record_of": ("{part} 无{zh}", "no {en} for {part}"),
    "record_old": ("{at} 的{zh}已超过 {months} 个月", "the {en} of {at} is more than {months} months old"),
    "record_ended": ("{at} 的{zh}已于 {until} 失效", "the {en} of {at} ran out on {until}"),
    "recorded": ("{at} 的{zh}：{value:g} {unit}（{source}）", "{en} of {at}: {value:g} {unit} ({source})"),
    "ledger_counts": ("台账中有 {count} 台", "the ledger has {count}"),
    "ledger_says": ("台账（{count} 行）：{zh} {value:g} {unit}", "the ledger ({count} rows) says: {en} {value:g} {unit}"),
    "ledger_no_proof": ("台账只能证明不足，不能证明达标", "the ledger can show too little, not that it is enough"),
    "no_device": ("无 {kind} 设备", "there is no {kind}"),
    "no_readings": ("{device} 无 {point} 读数", "{device} has no readings of {point}"),
    "few_readings": (
        "{device} 的 {point} 有 {count} 个时段无数据，共 {whole} 个",
        "{device}: {count} of {whole} periods have no readings of {point}",
    ),
    "read": (
        "{device} 的 {point}：最不利时段 {value:g} {unit}（{count} 个样本）",
        "{device}: {point} at its worst {value:g} {unit} ({count} samples)",
    ),
    "schools_lack_evidence": ("缺数据的学校：{schools}", "schools lacking evidence: {schools}"),
}
"""Every reason the engine can give, in Chinese and English."""


class Reason(NamedTuple):
    """Why, in both languages; `code` is a key of `WORDS`."""

    code: str
    zh: str
    en: str


def reason(code: str, **facts: object) -> Reason:
    """The words of a reason with its facts filled in; a fact that has words of its own is a (zh, en) pair."""
    zh, en = (text.format(**{name: _in(fact, place) for name, fact in facts.items()}) for place, text in enumerate(WORDS[code]))
    return Reason(code, zh, en)


def _in(fact: object, place: int) -> object:
    return fact[place] if isinstance(fact, tuple) else fact


class Input(NamedTuple):
    """One thing a verdict rests on: a survey, document, calibration or series of readings, by name, with its day or span."""

    kind: Literal["survey", "document", "calibration", "readings"]
    name: str
    at: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One rule judged for one subject on one local day; numbers are in `unit`, unrounded.

    `margin` is positive on the good side of the threshold. `uncertainty` is expanded (k = 2), None where nobody stated one;
    `marginal` says that the margin lies inside it. `samples` counts survey points, documents, windows or readings.
    """

    day: date
    district: str
    school: str
    subject: str
    rule: str
    version: str
    verdict: VerdictName
    standing: Standing
    severity: Severity
    threshold: float | None
    unit: str
    value: float | None = None
    margin: float | None = None
    uncertainty: float | None = None
    marginal: bool = False
    samples: int = 0
    method: Literal["survey", "monitor", "certificate", "document", "test", "none"] = "none"
    inputs: tuple[Input, ...] = ()
    reasons: tuple[Reason, ...] = ()
    engine: str = ENGINE_VERSION

    @property
    def id(self) -> str:
        """What `lamplighter compliance explain` is given: day, school, subject and rule."""
        return f"{self.day}/{self.school}/{self.subject}/{self.rule}"

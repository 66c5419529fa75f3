"""A verdict's derivation in words and numbers, in Chinese and English."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from compliance.clauses import in_words, number_in_words
from compliance.rules import CERTAINTIES, Rule, Severity, Standing
from compliance.verdicts import VERDICTS, Verdict
from lamplighter.contract.errors import SettingsError

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

STANDINGS: Final[dict[Standing, tuple[str, str]]] = {
    "mandatory": ("强制性要求", "mandatory"),
    "recommended": ("推荐性要求", "recommended"),
    "internal": ("内部目标，不是标准", "internal target, no standard"),
}

_LABELS: Final = {
    "verdict": ("结论", "verdict"),
    "subject": ("对象", "subject"),
    "rule": ("规则", "rule"),
    "clause": ("条款", "clause"),
    "sure": ("原文把握程度", "how sure of the text"),
    "weight": ("性质", "weight"),
    "value": ("数值", "value"),
    "limit": ("限值", "limit"),
    "margin": ("余量", "margin"),
    "uncertainty": ("扩展不确定度（k=2）", "expanded uncertainty (k = 2)"),
    "samples": ("样本数", "samples"),
    "method": ("方法", "method"),
    "because": ("依据", "because"),
    "inputs": ("输入", "inputs"),
    "engine": ("引擎版本", "engine version"),
}
_METHODS: Final = {
    "survey": ("实测", "survey"),
    "monitor": ("连续监测", "readings"),
    "certificate": ("产品证书", "certificate"),
    "document": ("文件记录", "document"),
    "test": ("试验", "test"),
    "none": ("无", "none"),
}
SEVERITIES: Final[dict[Severity, tuple[str, str]]] = {
    "critical": ("严重", "critical"),
    "major": ("较重", "major"),
    "minor": ("一般", "minor"),
    "informational": ("提示", "informational"),
}
_INPUTS: Final = {
    "survey": ("实测", "survey"),
    "document": ("文件", "document"),
    "calibration": ("传感器校准", "calibration"),
    "readings": ("读数", "readings"),
}
_MARGINAL: Final = ("余量小于不确定度：临界", "the margin is smaller than the uncertainty: marginal")
_UNKNOWN: Final = ("无人给出，未评定临界", "nobody stated one, so marginality is not assessed")


class VerdictId(NamedTuple):
    """What names a verdict: day/school/subject/rule."""

    day: str
    school: str
    subject: str
    rule: str


def parse_id(text: str) -> VerdictId:
    """Raises SettingsError that shows the form. A district's verdict has no school."""
    parts = text.split("/")
    if len(parts) != len(VerdictId._fields) or not all((parts[0], *parts[2:])):
        raise SettingsError(f"{text!r} is not a verdict's ID; write DAY/SCHOOL/SUBJECT/RULE, as 2026-11-20/s1/a101/LGT-021")
    return VerdictId(*parts)


def derivation(verdict: Verdict, rule: Rule, language: Language) -> list[tuple[str, str]]:
    """What a fact is called, and the fact; numbers unrounded."""
    at = LANGUAGES.index(language)
    return [(_LABELS[label][at], text) for label, text in _facts(verdict, rule, at) if text]


def explanation(verdict: Verdict, rule: Rule, language: Language) -> list[str]:
    """The derivation as lines to read."""
    return [f"{label}{'：' if language == 'zh' else ': '}{text}" for label, text in derivation(verdict, rule, language)]


def _facts(verdict: Verdict, rule: Rule, at: int) -> Sequence[tuple[str, str]]:
    cited, unit, language = rule.citation, "" if verdict.unit == "1" else f" {verdict.unit}", LANGUAGES[at]
    title, text = (rule.title_zh, rule.title_en)[at], (cited.title_zh, cited.title_en)[at]
    about = (rule.about.zh, rule.about.en)[at]
    return (
        ("verdict", f"{VERDICTS[verdict.verdict][at]} ({verdict.verdict}) {verdict.day}"),
        ("subject", f"{verdict.district} / {verdict.school} / {verdict.subject}"),
        ("rule", f"{rule.id} {rule.version} {title}: {about} {rule.requirement()}"),
        (
            "clause",
            f"{number_in_words(cited.number, language)}-{cited.edition} {text}, {in_words(cited.clause, language)}",
        ),
        ("sure", f"{rule.certainty}: {CERTAINTIES[rule.certainty][at]}"),
        ("weight", f"{STANDINGS[verdict.standing][at]}, {SEVERITIES[verdict.severity][at]}"),
        ("value", _number(verdict.value, unit)),
        ("limit", _number(verdict.threshold, unit)),
        ("margin", _margin(verdict, unit, at)),
        ("uncertainty", _uncertainty(verdict, unit, at)),
        ("samples", str(verdict.samples)),
        ("method", _METHODS[verdict.method][at]),
        ("because", ("；", "; ")[at].join((reason.zh, reason.en)[at] for reason in verdict.reasons)),
        ("inputs", ", ".join(f"{_INPUTS[row.kind][at]} {row.name} ({row.at})" for row in verdict.inputs)),
        ("engine", verdict.engine),
    )


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value!r}{unit}"


def _margin(verdict: Verdict, unit: str, at: int) -> str:
    if verdict.margin is None or verdict.value is None or verdict.threshold is None:
        return ""
    words = (", " + _MARGINAL[at]) if verdict.marginal else ""
    return f"|{verdict.value!r} - {verdict.threshold!r}| -> {verdict.margin!r}{unit}{words}"


def _uncertainty(verdict: Verdict, unit: str, at: int) -> str:
    if verdict.value is None:
        return ""
    return _UNKNOWN[at] if verdict.uncertainty is None else f"{verdict.uncertainty!r}{unit}"

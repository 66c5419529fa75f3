"""The page /completeness: what every gateway of a school produced, and what became of it, in both languages."""

from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.facts import School
from console.words import LANGUAGE_NAMES, LANGUAGE_TAGS, LANGUAGES, Language, Word
from lamplighter.storage.sql.completeness import Account

TEXTS: Final[dict[str, Word]] = {
    "title": Word("数据完整性", "Completeness"),
    "intro": Word(
        "网关产生的每条消息都在此交代：已入库、被拒绝、因空间不足丢弃、仍在网关等待，或缺失。",
        "What became of every message a gateway produced: stored, rejected, shed for want of room, waiting there, or missing.",
    ),
    "nothing": Word("尚未收到任何网关的消息。", "No gateway has sent anything yet."),
    "gateway": Word("网关", "Gateway"),
    "start": Word("启动编号", "Start"),
    "lane": Word("通道", "Lane"),
    "conditions": Word("告警", "conditions"),
    "readings": Word("读数", "readings"),
    "evidence": Word("图片", "pictures"),
    "produced": Word("产生", "Produced"),
    "stored": Word("已入库", "Stored"),
    "rejected": Word("被拒绝", "Rejected"),
    "shed": Word("已丢弃", "Shed"),
    "dead": Word("无应答", "Unanswered"),
    "waiting": Word("等待中", "Waiting"),
    "missing": Word("缺失", "Missing"),
    "state": Word("结论", "Verdict"),
    "complete": Word("完整", "complete"),
    "open": Word("完整至此，仍在运行", "complete so far"),
    "incomplete": Word("不完整", "not complete"),
    "unknown": Word("网关存储已更换，末尾不明", "outbox replaced: its end is unknown"),
    "back": Word("返回总览", "Back to the overview"),
    "language": Word("语言", "Language"),
}
COUNTS: Final = ("produced", "stored", "rejected", "shed", "dead", "waiting", "missing")


class Row(NamedTuple):
    """One lane of one start as it is shown; `verdict` is a key of TEXTS."""

    gateway: str
    start: int
    lane: str
    counts: tuple[int, ...]
    verdict: str
    gaps: tuple[tuple[int, int], ...]


def rows(accounts: list[Account]) -> list[Row]:
    """The newest start first; at most 20 gaps each."""
    ordered = sorted(accounts, key=lambda one: -one.start.boot)
    return [
        Row(
            one.start.gateway.gateway,
            one.start.boot,
            one.lane,
            tuple(getattr(one, name) for name in COUNTS),
            _verdict(one),
            tuple((gap.first, gap.last) for gap in one.gaps[:20]),
        )
        for one in ordered
    ]


def _verdict(one: Account) -> str:
    if one.tail == "unknown":
        return "unknown"
    if not one.complete:
        return "incomplete"
    return "open" if one.tail == "open" or one.waiting else "complete"


class CompletenessPage:
    """The page's template."""

    def __init__(self, templates: FileSystemLoader) -> None:
        environment = Environment(
            loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._template = environment.get_template("completeness.html")

    def html(self, accounts: list[Account], language: Language, *, school: School) -> str:
        """The whole page."""
        texts = {key: getattr(word, language) for key, word in TEXTS.items()}
        name = getattr(school.label, language)
        return self._template.render(
            t=texts,
            tag=LANGUAGE_TAGS[language],
            language=language,
            switches=[(one, LANGUAGE_TAGS[one], LANGUAGE_NAMES[one]) for one in LANGUAGES],
            school=name,
            school_id=school.id,
            counts=COUNTS,
            rows=rows(accounts),
        )

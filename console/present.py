"""How facts read: words in one language, numbers as people write them, times in the school's zone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from compliance.clauses import in_words
from console import sparkline, words
from console.facts import Episode, Measured, Overview, Room, Text, Verdict
from console.reads.series import HISTORY_MS, WINDOW_MS
from console.refusal_words import refusal_in_chinese
from console.words import Language
from lamplighter.contract.points import POINTS

_STEPS = (("s", 1), ("min", 60), ("h", 3600), ("d", 86_400))
_VERDICT_ORDER = ("fail", "indicative_low", "insufficient_data", "pass", "not_applicable")


class Presenter:
    """Speaks one language in one time zone at one moment."""

    def __init__(self, language: Language, time_zone: str, now_ms: int) -> None:
        self.language = language
        self.now_ms = now_ms
        self._zone = ZoneInfo(time_zone)

    def t(self, key: str, **values: object) -> str:
        """A word of the table."""
        return words.say(key, self.language, **values)

    def say(self, text: Text) -> str:
        """A text in our language; the other one where ours is empty."""
        return (text.zh or text.en) if self.language == "zh" else (text.en or text.zh)

    def number(self, value: float | None, digits: int = 0) -> str:
        """With thousands marked; a dash for None."""
        return "–" if value is None else f"{value:,.{digits}f}"

    def light(self, lx: float) -> str:
        """Illuminance; a tenth matters only in the dark."""
        return self.number(lx, 1 if 0.05 <= lx < 9.95 else 0)

    def at(self, at_ms: int) -> str:
        """Local time; with the day unless it is today."""
        moment, now = self._local(at_ms), self._local(self.now_ms)
        if moment.date() == now.date():
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%m-%d %H:%M" if moment.year == now.year else "%Y-%m-%d %H:%M")

    def day(self, at_ms: int) -> str:
        """The local day."""
        return self._local(at_ms).strftime("%Y-%m-%d")

    def iso(self, at_ms: int) -> str:
        """For machines, with the local offset."""
        return self._local(at_ms).isoformat(timespec="seconds")

    def ago(self, at_ms: int) -> str:
        """How long ago, in the largest unit that fits; the page's script counts on from here."""
        seconds = (self.now_ms - at_ms) // 1000
        if seconds < 1:
            return self.t("ago_now")
        return self._spoken("ago", seconds)

    def span(self, length_ms: int) -> str:
        """A length of time in its largest unit."""
        return self._spoken("span", max(0, length_ms // 1000))

    def _spoken(self, kind: str, seconds: int) -> str:
        unit, size = next(step for step in reversed(_STEPS) if seconds >= step[1] or step[1] == 1)
        return self.t(f"{kind}_{unit}", n=seconds // size)

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone)

    def place(self, episode: Episode) -> str:
        """Where it is: the space, and what there says so."""
        place, source = self.say(episode.place), self.say(episode.source_label)
        if not place or place in source:
            return source
        return place if source in place else f"{place} · {source}"

    def evidence(self, episode: Episode) -> list[str]:
        """The evidence people can read; the rest stays in the API."""
        shown = []
        for name, value in episode.evidence.items():
            if name == "point":
                shown.append(self._point(str(value)))
            elif name == "trust":
                shown += [self.known("trust", reason) for reason in str(value).split(",")]
            elif f"evidence_{name}" in words.WORDS:
                said = self.known("detail", str(value)) if name == "detail" else _short(value)
                shown.append(self.t(f"evidence_{name}", value=said))
            elif name in POINTS:
                shown.append(f"{self._point(name)} {_short(value)} {POINTS[name].symbol}".rstrip())
        return shown

    def measured_name(self, row: Measured, room: Room) -> str:
        """The point's name; the device's before it where two devices of the room have that point."""
        twice = sum(other.point == row.point for other in room.measured) > 1
        return f"{self.say(row.label)} · {self.say(row.point)}" if twice else self.say(row.point)

    def value(self, row: Measured) -> str:
        """A point's value with its unit; yes or no for a flag."""
        if row.value is None:
            return self.t("measured_none")
        if row.flag:
            return self.t("measured_yes" if row.value else "measured_no")
        return f"{self.number(row.value, 0 if abs(row.value) >= 100 else 1)} {row.symbol}"

    def _point(self, name: str) -> str:
        point = POINTS.get(name)
        return name if point is None else self.say(Text(point.zh, point.en))

    def plot(self, room: Room) -> sparkline.Sparkline | None:
        """The room's last 24 h against the limit of its verdict."""
        limit = next((row.threshold for row in room.verdicts if row.threshold is not None), None)
        return sparkline.draw(room.history, start_ms=self.now_ms - HISTORY_MS, end_ms=self.now_ms, window_ms=WINDOW_MS, limit=limit)

    def clause(self, clause: str) -> str:
        """`table 5.3.8` in our language."""
        return in_words(clause, self.language)

    def refusal(self, reason: str) -> str:
        """Why something was refused, in our language."""
        return refusal_in_chinese(reason) if self.language == "zh" else reason

    def known(self, prefix: str, name: str) -> str:
        """The word for a code, such as a method; the code itself where the table has none."""
        key = f"{prefix}_{name}"
        return self.t(key) if key in words.WORDS else name


class Tally(NamedTuple):
    """How many, of the four kinds of thing the top of the page counts; `applicable` rooms are those a rule is about."""

    applicable: int
    passed: int
    failed: int
    low: int
    unjudged: int
    lamps_on: int
    lamps_failed: int
    lamps_unknown: int
    watching: int
    online: int


def tally(overview: Overview) -> Tally:
    """Counts for the top of the page; a room counts by its worst verdict."""
    verdicts = [worst(room.verdicts) for room in overview.rooms]
    names = [row.verdict if row else "none" for row in verdicts]
    lamps = [lamp.state for lamp in overview.lamps]
    return Tally(
        applicable=len(names) - names.count("not_applicable"),
        passed=names.count("pass"),
        failed=names.count("fail"),
        low=names.count("indicative_low"),
        unjudged=names.count("insufficient_data") + names.count("none"),
        lamps_on=lamps.count("on"),
        lamps_failed=lamps.count("failed"),
        lamps_unknown=lamps.count("unknown"),
        watching=sum(camera.state == "online" for camera in overview.cameras),
        online=sum(gateway.online for gateway in overview.gateways),
    )


def worst(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The one a person should see first."""
    return min(verdicts, key=lambda row: _VERDICT_ORDER.index(row.verdict) if row.verdict in _VERDICT_ORDER else 2, default=None)


def rules_cited(overview: Overview) -> list[Verdict]:
    """One verdict for each rule in use, to say what rooms are judged by."""
    return list({row.rule: row for room in overview.rooms for row in room.verdicts if row.citation}.values())


def _short(value: float | str) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

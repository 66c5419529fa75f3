"""Verdicts against what was planted: how many faults were found, how many alarms were false, what became of missing data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bench.city.truth import Item

Key = tuple[str, str, str, str]
"""Day, school, subject, rule."""

FOUND: Final = ("fail", "indicative_low")
SPOKEN: Final = ("pass", *FOUND)
WRONG: Final[Mapping[str, tuple[str, ...]]] = {"good": FOUND, "bad": ("pass",)}


@dataclass
class Tally:
    """Counts of verdicts; `faults` counts what went wrong by kind and cause."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, items: Iterable[Item], verdicts: Mapping[Key, Mapping[str, Any]]) -> None:
        """Compare a school's verdicts with what is true of it."""
        known = {(str(item.day), item.school, item.subject, item.rule): item for item in items}
        for key, item in known.items():
            self._judge(item, verdicts.get(key, {"verdict": "none", "marginal": False}))
        for key, verdict in verdicts.items():
            if key not in known and verdict["verdict"] in SPOKEN:
                self._fault(f"{verdict['verdict']} without evidence", f"rule {key[3]}")

    def _judge(self, item: Item, verdict: Mapping[str, Any]) -> None:
        said = verdict["verdict"]
        if item.state == "unknown":
            self.counts["missing"] += 1
            if said in SPOKEN:
                self._fault(f"{said} without evidence", item.cause)
        elif item.state == "hidden":
            self.counts["hidden"] += 1
            self.counts["hidden_found"] += said in FOUND
            if said == "pass":
                self._fault("pass without evidence", item.cause)
        elif abs(item.margin) < item.uncertainty:
            self.counts["inside"] += 1
            self.counts["inside_spoken"] += said in SPOKEN
            self.counts["inside_marginal"] += bool(verdict["marginal"])
            self.counts["inside_wrong"] += said in WRONG[item.state]
            if said in WRONG[item.state] and not verdict["marginal"]:
                self._fault("wrong inside the uncertainty, not marked", item.cause)
        else:
            self._decide(item, said)

    def _decide(self, item: Item, said: str) -> None:
        if item.state == "bad":
            self.counts["faults"] += 1
            self.counts["found"] += said in FOUND
            if said not in FOUND:
                self._fault("fault missed", f"{item.cause} ({said})")
            return
        self.counts["sound"] += 1
        self.counts["false_alarms"] += said in FOUND
        if said in FOUND:
            self._fault("false alarm", item.cause)
        elif item.provable and said != "pass":
            self._fault("pass withheld", f"{item.cause} ({said})")
        elif not item.provable and said == "pass":
            self._fault("pass without evidence", item.cause)

    def _fault(self, kind: str, cause: str) -> None:
        self.faults[kind, cause] += 1

    def figures(self) -> dict[str, Any]:
        """What the benchmark prints."""
        count = self.counts
        alarms = count["found"] + count["false_alarms"]
        return {
            "faults_planted": count["faults"],
            "sound_planted": count["sound"],
            "precision": _share(count["found"], alarms),
            "recall": _share(count["found"], count["faults"]),
            "inside_uncertainty": count["inside"],
            "inside_marked_marginal": _share(count["inside_marginal"], count["inside_spoken"]),
            "inside_wrong": count["inside_wrong"],
            "hidden_by_daylight": count["hidden"],
            "hidden_found": count["hidden_found"],
            "missing": count["missing"],
            "missing_passed": sum(n for (kind, _), n in self.faults.items() if kind == "pass without evidence"),
            "failures": [{"what": what, "cause": cause, "count": n} for (what, cause), n in sorted(self.faults.items())],
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None

"""What a report says, as one record: the JSON file is this record, PDF and workbook print it and add no figure of their own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from compliance.clauses import in_words, number_in_words
from compliance.explain import LANGUAGES, STANDINGS
from compliance.reports.figures import decimals_of, percent, shown
from compliance.rules import CERTAINTIES, Rule, Severity, Standing
from compliance.summary import COVERAGE_MIN, Score, scores_of
from compliance.verdicts import VERDICTS, Verdict, VerdictName
from lamplighter.site.model import Site

_SIGNS: Final = {">=": "≥", "<=": "≤"}
_RANK: Final[dict[Severity, int]] = {"critical": 0, "major": 1, "minor": 2, "informational": 3}


class Words(NamedTuple):
    """Chinese and English."""

    zh: str
    en: str


class Scope(NamedTuple):
    """What the report is about, and the heads of the chains that vouch for it (`CHAIN` -> `HASH@DATE`)."""

    title: Words
    first: date
    last: date
    heads: Mapping[str, str]


class ScoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """One school and kind of rule on the last day."""

    school: str
    name: Words
    standing: Standing
    weight: Words
    passed: int
    failed: int
    likely_low: int
    no_evidence: int
    marginal: int
    coverage: str
    score: str
    critical: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement that a subject did not meet, or likely does not, on the last day; `days` of the period with that verdict."""

    school: str
    subject: str
    name: Words
    rule: str
    requirement: Words
    clause: Words
    verdict: VerdictName
    says: Words
    severity: Severity
    standing: Standing
    value: str
    limit: str
    margin: str
    unit: str
    marginal: bool
    evidence: Words
    days: int


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that was judged, its clause, how sure we are of the text, and what came of it on the last day."""

    rule: str
    version: str
    title: Words
    clause: Words
    standing: Standing
    certainty: Words
    passed: int
    failed: int
    no_evidence: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report."""

    title: Words
    first: date
    last: date
    schools: int
    subjects: int
    judged_days: int
    coverage_needed: str
    scores: tuple[ScoreRow, ...]
    findings: tuple[Finding, ...]
    rules: tuple[RuleRow, ...]
    heads: dict[str, str]


def report_of(verdicts: Iterable[Verdict], sites: Sequence[Site], rules: Sequence[Rule], scope: Scope) -> Report:
    """The report of these verdicts; the last day of the period that was judged counts, `days` looks back over all of it."""
    known = list(verdicts)
    last = max((verdict.day for verdict in known), default=scope.last)
    today = [verdict for verdict in known if verdict.day == last]
    names = _names(sites)
    by_rule = {(rule.id, rule.version): rule for rule in rules}
    return Report(
        title=scope.title,
        first=scope.first,
        last=last,
        schools=len({verdict.school for verdict in today if verdict.school}),
        subjects=len({(verdict.school, verdict.subject) for verdict in today if verdict.verdict != "not_applicable"}),
        judged_days=len({verdict.day for verdict in known}),
        coverage_needed=percent(COVERAGE_MIN),
        scores=_scores(today, names),
        findings=_findings(known, today, names, by_rule),
        rules=_rules(today, by_rule),
        heads=dict(sorted(scope.heads.items())),
    )


def _names(sites: Sequence[Site]) -> dict[tuple[str, str], Words]:
    """(school, subject) -> what people call it; the school itself under its own id."""
    found = {}
    for site in sites:
        found[site.school, site.school] = Words(site.label.zh, site.label.en)
        found |= {(site.school, one.id): Words(one.label.zh, one.label.en) for one in site.spaces}
        found |= {(site.school, one.id): Words(one.label.zh, one.label.en) for one in site.cameras}
    return found


def _name(names: Mapping[tuple[str, str], Words], school: str, subject: str) -> Words:
    return names.get((school, subject), Words(subject, subject))


def _scores(today: Sequence[Verdict], names: Mapping[tuple[str, str], Words]) -> tuple[ScoreRow, ...]:
    """School by school, the mandatory first."""
    found = scores_of(today, lambda one: one.school or one.district).items()
    order = tuple(STANDINGS)
    return tuple(_score(*row, names) for row in sorted(found, key=lambda row: (row[0][0], order.index(row[0][1]))))


def _score(key: tuple[str, Standing], row: Score, names: Mapping[tuple[str, str], Words]) -> ScoreRow:
    school, standing = key
    return ScoreRow(
        school=school,
        name=_name(names, school, school),
        standing=standing,
        weight=Words(*STANDINGS[standing]),
        passed=row.passed,
        failed=row.failed,
        likely_low=row.indicative_low,
        no_evidence=row.insufficient_data,
        marginal=row.marginal,
        coverage=percent(row.coverage),
        score=percent(row.score),
        critical=len(row.critical),
    )


def _findings(
    known: Sequence[Verdict],
    today: Sequence[Verdict],
    names: Mapping[tuple[str, str], Words],
    rules: Mapping[tuple[str, str], Rule],
) -> tuple[Finding, ...]:
    days: dict[tuple[str, str, str, VerdictName], int] = defaultdict(int)
    for verdict in known:
        days[verdict.school, verdict.subject, verdict.rule, verdict.verdict] += 1
    found = [verdict for verdict in today if verdict.verdict in {"fail", "indicative_low"}]
    ordered = sorted(found, key=lambda one: (one.verdict != "fail", _RANK[one.severity], _relative(one), one.id))
    return tuple(
        _finding(one, rules[one.rule, one.version], names, days[one.school, one.subject, one.rule, one.verdict]) for one in ordered
    )


def _relative(verdict: Verdict) -> float:
    """The margin as a share of the limit: the worst first."""
    return (verdict.margin or 0.0) / abs(verdict.threshold or 1.0)


def _finding(verdict: Verdict, rule: Rule, names: Mapping[tuple[str, str], Words], days: int) -> Finding:
    return Finding(
        school=verdict.school,
        subject=verdict.subject,
        name=_name(names, verdict.school, verdict.subject),
        rule=verdict.rule,
        requirement=Words(rule.title_zh, rule.title_en),
        clause=clause_of(rule),
        verdict=verdict.verdict,
        says=Words(*VERDICTS[verdict.verdict]),
        severity=verdict.severity,
        standing=verdict.standing,
        value=shown(verdict.value, verdict.threshold, decimals=decimals_of(verdict.unit)),
        limit=f"{_SIGNS.get(rule.comparator, rule.comparator)} {shown(verdict.threshold, decimals=3)}",
        margin=shown(verdict.margin, 0.0, decimals=decimals_of(verdict.unit)),
        unit="" if verdict.unit == "1" else verdict.unit,
        marginal=verdict.marginal,
        evidence=Words("；".join(one.zh for one in verdict.reasons), "; ".join(one.en for one in verdict.reasons)),
        days=days,
    )


def _rules(today: Sequence[Verdict], rules: Mapping[tuple[str, str], Rule]) -> tuple[RuleRow, ...]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for verdict in today:
        counts[verdict.rule, verdict.version][verdict.verdict] += 1
    return tuple(
        RuleRow(
            rule=key[0],
            version=key[1],
            title=Words(rules[key].title_zh, rules[key].title_en),
            clause=clause_of(rules[key]),
            standing=next(one.standing for one in today if (one.rule, one.version) == key),
            certainty=Words(*CERTAINTIES[rules[key].certainty]),
            passed=row["pass"],
            failed=row["fail"],
            no_evidence=row["insufficient_data"] + row["indicative_low"],
        )
        for key, row in sorted(counts.items())
        if set(row) != {"not_applicable"}
    )


def clause_of(rule: Rule) -> Words:
    """Number, edition and clause as reports write them."""
    cited = rule.citation
    return Words(*(f"{number_in_words(cited.number, one)}-{cited.edition} {in_words(cited.clause, one)}" for one in LANGUAGES))

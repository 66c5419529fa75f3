"""docs/standards.md from the rule packs: every rule with its clause and how sure we are of it."""

from collections import Counter
from collections.abc import Sequence

from compliance.rules import CERTAINTIES, Rule
from compliance.terms import Only, WindowTerms

_HEAD = """# Standards

Generated from `compliance/packs` by `lamplighter compliance rules --markdown`; do not edit.

| letter | how sure we are of a text | 把握程度 | rules |
|---|---|---|---|
{certainties}

A rule is as certain as its least certain part. A rule from memory (M) is a draft and raises no verdict; an internal target (D,
or a text that is not in force on the day judged) is never shown as a standard. *should* is a recommended standard (GB/T),
*shall* a mandatory one.

| rule | requirement | clause | certainty |
|---|---|---|---|
{contents}
"""

_RULE = """
## {rule.id} version {rule.version}: {rule.title_en} / {rule.title_zh}

| | |
|---|---|
"""


def standards_page(rules: Sequence[Rule]) -> str:
    """The page as Markdown."""
    counts = Counter(rule.certainty for rule in rules)
    certainties = "\n".join(f"| {letter} | {en} | {zh} | {counts[letter]} |" for letter, (zh, en) in CERTAINTIES.items())
    contents = "\n".join(_line(rule) for rule in rules)
    return _HEAD.format(certainties=certainties, contents=contents) + "".join(_section(rule) for rule in rules)


def _line(rule: Rule) -> str:
    draft = ", draft" if rule.status == "draft" else ""
    wanted = f"{rule.about.en} {rule.requirement()}"
    return f"| {rule.id} {rule.version} | {wanted} | {_cited(rule)} | {rule.certainty}{draft} |"


def _cited(rule: Rule) -> str:
    return f"{rule.citation.number}-{rule.citation.edition}, {rule.citation.clause}"


def _section(rule: Rule) -> str:
    rows = "\n".join(f"| {name} | {text} |" for name, text in _facts(rule) if text)
    return _RULE.format(rule=rule) + rows + "\n"


def _facts(rule: Rule) -> list[tuple[str, str | None]]:
    cited = rule.citation
    parts = ", ".join(f"{part} {letter}" for part, letter in rule.parts().items())
    until = f"to {rule.effective_to}" if rule.effective_to else "on"
    return [
        ("requirement", f"{rule.about.en} / {rule.about.zh} (`{rule.metric}`) {rule.requirement()}"),
        ("applies to", _applies(rule)),
        ("clause", _cited(rule)),
        ("title", f"{cited.title_zh} / {cited.title_en}"),
        ("what we read", f"{cited.source}, checked {cited.checked_on}"),
        ("text in force", _text_days(rule)),
        ("certainty", f"{parts}; the rule {rule.certainty}"),
        ("strength, severity", f"{rule.strength}, {rule.severity}"),
        ("jurisdiction, version, status", f"{rule.jurisdiction}, {rule.version}, {rule.status}"),
        ("supersedes", rule.supersedes),
        ("judged", f"from {rule.effective_from} {until}"),
        ("pass or fail from", _method(rule)),
        ("instead of readings", f"a dated test by hand, for {rule.test_days} days (our term)" if rule.test_days else None),
        ("way of measuring", rule.survey.source if rule.survey else None),
        ("window", _window(rule.window) if rule.window else None),
        ("note", " / ".join(note for note in (rule.note_zh, rule.note_en) if note)),
    ]


def _text_days(rule: Rule) -> str | None:
    first, last = rule.citation.in_force_from, rule.citation.in_force_to
    if first is None and last is None:
        return None
    return " ".join(([f"from {first}"] if first else []) + ([f"to {last}"] if last else []))


def _applies(rule: Rule) -> str:
    what = f"{rule.subject}: {', '.join(rule.applies_to)}" if rule.applies_to else rule.subject
    return f"{what}; {_schools(rule.only)}" if rule.only else what


def _schools(only: Only) -> str:
    facts = only.model_dump(exclude_none=True, exclude_defaults=True)
    return ", ".join(f"{name} {' or '.join(value) if isinstance(value, tuple) else value}" for name, value in facts.items())


def _method(rule: Rule) -> str:
    if rule.about.source == "reading":
        return "readings (can say likely below, never compliant)" if rule.screening and not rule.survey else "readings"
    points = f", >= {rule.min_samples} points" if rule.about.source == "grid" else ""
    return f"{rule.method_required}{points}, <= {rule.valid_months} months old (our term)"


def _window(window: WindowTerms) -> str:
    when = "lessons of " if window.when == "lessons" else ""
    grace = f", {window.grace_spans} span(s) in a row may be out" if window.grace_spans else ""
    device = f" of each {window.device_kind}" if window.device_kind else ""
    spans = (
        f"{window.statistic} of `{window.point}`{device} over {window.span_min} min, {when}{window.days} day(s), worst span{grace}"
    )
    return f"{spans}, a reading in every {window.check_min} min; {window.source}"

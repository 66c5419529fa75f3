"""docs/standards.md from the rule packs: every rule with its clause and how sure we are of it."""

from collections.abc import Sequence

from compliance.rules import CERTAINTIES, Rule

_HEAD = """# Standards

Generated from `compliance/packs` by `lamplighter compliance rules --markdown`; do not edit.

| letter | how sure we are of a text | 把握程度 |
|---|---|---|
{certainties}

A rule is as certain as its least certain part. A rule from memory (M) is a draft and raises no verdict; an internal target (D)
is never shown as a standard. *should* is a recommended standard (GB/T), *shall* a mandatory one.
"""

_RULE = """
## {rule.id} {rule.title_en} / {rule.title_zh}

| | |
|---|---|
| requirement | {rule.metric} {rule.comparator} {rule.threshold:g} {rule.unit} |
| applies to | {applies_to} |
| clause | {rule.citation.number}-{rule.citation.edition}, {rule.citation.clause} |
| title | {rule.citation.title_zh} / {rule.citation.title_en} |
| what we read | {rule.citation.source}, checked {rule.citation.checked_on} |
| certainty | threshold {rule.citation.certainty}, way of measuring {rule.survey.certainty}; the rule {rule.certainty} |
| strength, severity | {rule.strength}, {rule.severity} |
| jurisdiction, version, status | {rule.jurisdiction}, {rule.version}, {rule.status} |
| judged | from {rule.effective_from} {until} |
| pass or fail from | {rule.method_required}: >= {rule.min_samples} points, <= {rule.valid_months} months old (our term) |
| way of measuring | {rule.survey.source} |
"""


def standards_page(rules: Sequence[Rule]) -> str:
    """The page as Markdown."""
    certainties = "\n".join(f"| {letter} | {en} | {zh} |" for letter, (zh, en) in CERTAINTIES.items())
    return _HEAD.format(certainties=certainties) + "".join(_section(rule) for rule in rules)


def _section(rule: Rule) -> str:
    until = f"to {rule.effective_to}" if rule.effective_to else "on"
    return _RULE.format(rule=rule, applies_to=", ".join(rule.applies_to), until=until)

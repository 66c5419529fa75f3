"""A report's three files: JSON, workbook, PDF; the last two say what the first says."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from compliance.explain import LANGUAGES, SEVERITIES, Language
from compliance.reports.content import Finding, Report, RuleRow, ScoreRow, Words
from compliance.reports.sheets import fill, fit
from compliance.reports.words import labels

HERE: Final = Path(__file__).parent
TEMPLATE: Final = HERE / "report.typ"
FONTS: Final = HERE / "fonts"


def content_of(report: Report) -> dict[str, Any]:
    """The report as JSON has it, with the counts that its first page shows."""
    content: dict[str, Any] = msgspec.to_builtins(report)
    kinds = [finding.verdict for finding in report.findings]
    return content | {"counts": {"fail": kinds.count("fail"), "likely": kinds.count("indicative_low")}}


def write_json(path: Path, report: Report) -> None:
    """Readable, keys in order."""
    path.write_text(json.dumps(content_of(report), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def write_pdf(path: Path, report: Report, language: Language) -> None:
    """Pages with the Chinese font embedded; no font of the machine is used, so that they look alike everywhere."""
    import typst

    words = labels(language)
    words["covered"] = words["covered"].format(needed=report.coverage_needed)
    given = {
        "report": json.dumps(content_of(report), ensure_ascii=False),
        "words": json.dumps(words, ensure_ascii=False),
        "language": str(LANGUAGES.index(language)),
    }
    typst.compile(str(TEMPLATE), output=str(path), font_paths=[str(FONTS)], ignore_system_fonts=True, sys_inputs=given)


_HEADERS: Final = {"name": "title", "says": "verdict", "days": "days_so", "verdict": "verdict_id", "standing": "weight_id"}


def write_xlsx(path: Path, report: Report, language: Language) -> None:
    """One sheet a part."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    words, place = labels(language), LANGUAGES.index(language)
    book = Workbook()
    first: Any = book.active
    first.title = words["summary"]
    counts = content_of(report)["counts"]
    for row in (
        (words["report"], report.title[place]),
        (words["period"], f"{report.first} – {report.last}"),
        (words["schools"], report.schools),
        (words["subjects"], report.subjects),
        (words["days"], report.judged_days),
        (words["failures"], counts["fail"]),
        (words["likely"], counts["likely"]),
        *((f"{words['chain']} {chain}", head) for chain, head in report.heads.items()),
    ):
        first.append(row)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 26, 80
    fit(first)
    for label, value in first.iter_rows():
        label.font, value.alignment = Font(bold=True), Alignment(horizontal="left")
    for title, rows, kind in (
        ("scores", report.scores, ScoreRow),
        ("findings", report.findings, Finding),
        ("rules", report.rules, RuleRow),
    ):
        fields = kind.__struct_fields__
        page = book.create_sheet(words[title][:31])
        header = [words[_HEADERS.get(name, name)] for name in fields]
        fill(page, header, [[_cell(name, getattr(row, name), place) for name in fields] for row in rows])
    book.save(path)


def _cell(name: str, value: Any, place: int) -> object:
    if name == "severity":
        return SEVERITIES[value][place]
    return value[place] if isinstance(value, Words) else value

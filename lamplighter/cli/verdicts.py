"""`lamplighter compliance score|explain|export|equity`: verdicts and figures from files alone, with no server."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.compliance import app
from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from compliance.explain import VerdictId
    from compliance.files.score import Days
    from compliance.rules import Rule
    from compliance.verdicts import Verdict

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of files; docs/compliance.md describes it.")]
Day = Annotated[str, typer.Option(metavar="DAY", help="As 2026-11-20.")]
Packs = Annotated[
    list[str] | None, typer.Option("--pack", metavar="NAME", help="A rule pack of ours or a path; all of ours without it.")
]
RulesOf = Annotated[str | None, typer.Option(metavar="DAY", help="Judge by the rules that are in force on this day instead.")]


@app.command()
def score(
    folder: Folder,
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-20.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    pack: Packs = None,
    rules_of: RulesOf = None,
    json: Annotated[bool, typer.Option("--json", help="One verdict a line.")] = False,
) -> None:
    """Judge a folder of files: every subject, rule and day.

    Example: lamplighter compliance score school/ --from 2026-11-01 --to 2026-11-30 --json
    """
    days = _days(first, last, rules_of)
    verdicts, _ = _verdicts(folder, days, pack or [])
    if json:
        from compliance.files.score import line_of

        for verdict in verdicts:
            typer.echo(line_of(verdict))
    else:
        _print_scores(verdicts)


@app.command()
def explain(
    verdict_id: Annotated[str, typer.Argument(metavar="ID", help="DAY/SCHOOL/SUBJECT/RULE, as 2026-11-20/s1/a101/LGT-021.")],
    *,
    folder: Annotated[Path, typer.Option("--in", metavar="DIR", help="Folder of files the verdict follows from.")] = Path(),
    pack: Packs = None,
    rules_of: RulesOf = None,
    language: Annotated[str, typer.Option("--lang", help="zh, en or both.")] = "both",
) -> None:
    """Show how a verdict follows from the files, in words and numbers.

    Example: lamplighter compliance explain 2026-11-20/s1/a101/LGT-021 --in school/
    """
    from compliance.explain import LANGUAGES, explanation, parse_id

    chosen = [name for name in LANGUAGES if language in {name, "both"}]
    if not chosen:
        raise SettingsError(f"--lang {language}: use zh, en or both")
    wanted = parse_id(verdict_id)
    verdicts, rules = _verdicts(folder, _days(wanted.day, wanted.day, rules_of), pack or [])
    found = _find(verdicts, wanted)
    rule = next(rule for rule in rules if (rule.id, rule.version) == (found.rule, found.version))
    typer.echo("\n\n".join("\n".join(explanation(found, rule, name)) for name in chosen))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; `score` reads it.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-20.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    settings: Annotated[
        Path, typer.Option(metavar="FILE", help="Settings file of the server or of ingest, which names store and schools.")
    ] = Path("data/run/server.toml"),
) -> None:
    """Write what the verdicts of these days rest on, and the verdicts as stored, as plain files.

    Example: lamplighter compliance export evidence/ --from 2026-11-01 --to 2026-11-30 --settings data/run/server.toml
    """
    days = _days(first, last, None)
    with needs("server"):
        from compliance.files.export import Running, earliest, export_folder
        from lamplighter.processes.ingest import load_sites
        from lamplighter.processes.stored import ledger_states, open_stored
    from compliance.packs import load_packs

    source = open_stored(settings)
    try:
        sites, rules = load_sites(source.site_files), load_packs()
        states = ledger_states(source, sites, earliest(rules, days.first))
        written = export_folder(folder, Running(sites, rules, source.store, states), (days.first, days.last))
    finally:
        source.store.close()
    typer.echo(f"{folder}: {written.schools} schools, {written.readings} readings, {written.verdicts} verdicts")


def _find(verdicts: "Sequence[Verdict]", wanted: "VerdictId") -> "Verdict":
    for verdict in verdicts:
        if (verdict.school, verdict.subject, verdict.rule) == wanted[1:]:
            return verdict
    raise SettingsError(
        f"{'/'.join(wanted)}: the folder gives no such verdict; "
        "check school, subject and rule, and that the rule is in force on the day and no draft"
    )


def _days(first: str, last: str, rules_of: str | None) -> "Days":
    with needs("server"):
        from compliance.files.score import Days

    days = Days(_day("--from", first), _day("--to", last), _day("--rules-of", rules_of) if rules_of else None)
    if days.last < days.first:
        raise SettingsError(f"--to {last} is before --from {first}")
    return days


def _day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError as error:
        raise SettingsError(f"{option} {text}: is not a day; write it as 2026-11-20") from error


def _verdicts(folder: Path, days: "Days", packs: Sequence[str]) -> "tuple[list[Verdict], tuple[Rule, ...]]":
    with needs("server"):
        from compliance.files.folder import read_folder
        from compliance.files.score import score_folder
    from compliance.packs import choose_packs

    rules = choose_packs(packs)
    return list(score_folder(read_folder(folder), rules, days)), rules


def _print_scores(verdicts: "Sequence[Verdict]") -> None:
    from rich.console import Console
    from rich.table import Table

    from compliance.summary import COVERAGE_MIN, scores_of

    table = Table("school", "weight", "pass", "fail", "low", "none", "coverage", "score", "critical")
    for (school, standing), row in scores_of(verdicts, lambda verdict: verdict.school or verdict.district).items():
        shown = "-" if row.score is None else f"{100 * row.score:.1f} %"
        covered = "-" if row.coverage is None else f"{100 * row.coverage:.1f} %"
        counts = (row.passed, row.failed, row.indicative_low, row.insufficient_data)
        table.add_row(school, standing, *map(str, counts), covered, shown, str(len(row.critical)))
    console = Console()
    console.print(table)
    console.print("low: likely below; none: no evidence; critical: critical failures / 可能偏低；证据不足；严重不合格")
    console.print(f"no score under {COVERAGE_MIN:.0%} coverage / 覆盖率不足 {COVERAGE_MIN:.0%} 时不给分")
    for verdict in verdicts:
        if verdict.verdict in {"fail", "indicative_low"}:
            words = verdict.reasons[0]
            console.print(f"{verdict.verdict} {verdict.id}: {words.zh} / {words.en}", highlight=False, soft_wrap=True)


@app.command()
def equity(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="school,enrolment,value[,stage,county,locality,kind,pair,funds].")
    ],
    *,
    passing: Annotated[
        float | None, typer.Option(help="Value per pupil of an unmeasured school that passes; the best school's without it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One county and stage a line.")] = False,
) -> None:
    """How evenly a resource lies over schools, by county and stage.

    `value` is the school's total. Special and vocational schools and teaching points are left out, combined schools split.
    Example: lamplighter compliance equity classrooms.csv
    """
    from json import dumps

    from compliance.equity.report import lines_of, reports_of
    from compliance.equity.rows import read_equity

    for report in reports_of(read_equity(file), passing):
        if json:
            typer.echo(dumps(report, ensure_ascii=False))
        else:
            typer.echo("\n".join(lines_of(report)))

"""`lamplighter compliance report`: PDF, workbook and JSON of a period."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.cli.options import day_of
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compliance.reports.content import Words
    from compliance.verdicts import Verdict
    from lamplighter.site.model import Site


def attach(compliance: typer.Typer) -> None:
    """Add this command below `lamplighter compliance`."""
    compliance.command()(report)


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of files; docs/compliance.md describes it.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    school: Annotated[str | None, typer.Option(help="Only this school; all of the folder without it.")] = None,
    pack: Annotated[list[str] | None, typer.Option("--pack", metavar="NAME", help="A rule pack; all of ours without it.")] = None,
    database: Annotated[str | None, typer.Option(help="SQL database whose chain heads are printed on the report.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the PostgreSQL password.")] = None,
) -> None:
    """Write a period's report in Chinese and English: PDF, workbook and JSON.

    Example: lamplighter compliance report school/ --from 2026-11-01 --to 2026-11-30 --out report/
    """
    with needs("server"):
        from compliance.explain import LANGUAGES
        from compliance.files.folder import read_folder
        from compliance.files.score import Days, score_folder
        from compliance.packs import choose_packs
        from compliance.reports import files
        from compliance.reports.content import Scope, report_of
    from rich.progress import Progress

    found, rules, days = read_folder(folder), choose_packs(pack or []), Days(day_of("--from", first), day_of("--to", last))
    sites = [site for site in found.sites if school in {None, site.school}]
    scope = Scope(_title(sites, school), days.first, days.last, _heads(database, password_file, sites))
    out.mkdir(parents=True, exist_ok=True)
    with needs("reports"), Progress(transient=True) as progress:
        judging = progress.add_task("judging / 评定", total=len(found.sites) * ((days.last - days.first).days + 1))
        judged = _followed(score_folder(found, rules, days), lambda: progress.advance(judging))
        made = report_of([one for one in judged if school in {None, one.school}], sites, rules, scope)
        writing = progress.add_task("writing / 生成", total=1 + 2 * len(LANGUAGES))
        files.write_json(out / "report.json", made)
        progress.advance(writing)
        for language in LANGUAGES:
            files.write_pdf(out / f"report-{language}.pdf", made, language)
            progress.advance(writing)
            files.write_xlsx(out / f"report-{language}.xlsx", made, language)
            progress.advance(writing)
    typer.echo(f"{out}: report.json, report-zh.pdf, report-en.pdf, report-zh.xlsx, report-en.xlsx")


def _followed(verdicts: "Iterator[Verdict]", advance: "Callable[[], None]") -> "Iterator[Verdict]":
    """The same verdicts; `advance` is called after each school's day."""
    current = None
    for verdict in verdicts:
        if current not in {None, (verdict.school, verdict.day)}:
            advance()
        current = (verdict.school, verdict.day)
        yield verdict
    advance()


def _title(sites: "Sequence[Site]", school: str | None) -> "Words":
    from compliance.reports.content import Words
    from lamplighter.site.model import district_names

    if not sites:
        raise SettingsError(f"--school {school}: is not in the folder; leave it out, or name one that is")
    if len(sites) == 1:
        return Words(sites[0].label.zh, sites[0].label.en)
    names = [name for _, name in sorted(district_names(sites).items())]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return Words(f"{zh}：{len(sites)} 所学校", f"{en}: {len(sites)} schools")


def _heads(database: str | None, password_file: Path | None, sites: "Sequence[Site]") -> dict[str, str]:
    """Chain -> HASH@DATE of the city, whose entry names every school, and of a school alone; none without a database."""
    if database is None:
        return {}
    from compliance.history import book, witness
    from compliance.history.closing import CITY
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.settings import check_settings
    from lamplighter.storage.sql.engine import SqlSettings, open_existing_sql, snapshot

    engine = open_existing_sql(check_settings({"url": database, "password_file": password_file}, SqlSettings, where="--database"))
    today = SystemClock().now().date()
    with snapshot(engine) as connection:
        wanted = [CITY, *([sites[0].school] if len(sites) == 1 else [])]
        heads = {name: book.head(connection, name) for name in wanted}
    return {name: witness.head_line(head, today) for name, head in heads.items() if head is not None}

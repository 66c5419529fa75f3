"""`lamplighter compliance`: the rules rooms are judged by, and verdicts from files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from compliance.feeding import Unfed
    from compliance.rules import Rule

app = typer.Typer(help="Standards as data: the rules rooms are judged by, and their verdicts.", no_args_is_help=True)


@app.callback()
def compliance() -> None:
    """Standards as data: the rules rooms are judged by, and their verdicts."""


@app.command()
def rules(
    *,
    packs: Annotated[Path | None, typer.Option(help="Folder of rule packs (*.toml); ours without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/standards.md.")] = False,
    unfed: Annotated[bool, typer.Option("--unfed", help="Only rules that nothing feeds, and what is missing.")] = False,
    folder: Annotated[Path | None, typer.Option("--in", metavar="DIR", help="With --unfed: of this folder of files.")] = None,
) -> None:
    """List every rule with its clause and how sure we are of it.

    Example: lamplighter compliance rules --unfed --in school/
    """
    from json import dumps

    from compliance.packs import load_packs
    from compliance.standards_page import standards_page

    found = load_packs(packs)
    if unfed:
        _print_unfed(_unfed(found, folder), json=json)
    elif json:
        for rule in found:
            typer.echo(dumps({**rule.model_dump(mode="json"), "certainty": rule.certainty}, ensure_ascii=False))
    elif markdown:
        typer.echo(standards_page(found), nl=False)
    else:
        _print_table(found)


def _unfed(found: "tuple[Rule, ...]", folder: Path | None) -> "list[Unfed]":
    if folder is None:
        from compliance.feeding import unfed_by_product

        return unfed_by_product(found)
    with needs("server"):
        from compliance.feeding import unfed_by_folder
        from compliance.files.folder import read_folder
        from compliance.files.readings import points_of

    read = read_folder(folder)
    return unfed_by_folder(found, read, points_of(read.readings) if read.readings else frozenset())


def _print_unfed(found: "Sequence[Unfed]", *, json: bool) -> None:
    from json import dumps

    for row in found:
        if json:
            typer.echo(dumps({"rule": row.rule.id, "version": row.rule.version, "zh": row.zh, "en": row.en}, ensure_ascii=False))
        else:
            typer.echo(f"{row.rule.id} {row.rule.title_zh} / {row.rule.title_en}: {row.zh} / {row.en}")
    if not found and not json:
        typer.echo("every rule is fed / 每条规则都有证据来源")


def _print_table(found: "tuple[Rule, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    from compliance.rules import CERTAINTIES

    table = Table("rule", "requirement", "clause", show_lines=True)
    for rule in found:
        cited, (zh, en) = rule.citation, CERTAINTIES[rule.certainty]
        limit = f"{rule.requirement()} ({rule.strength}, {rule.severity})"
        table.add_row(
            f"{rule.id}\nversion {rule.version}\n{rule.status}",
            f"{rule.title_zh}\n{rule.title_en}\n{limit}",
            f"{cited.number}-{cited.edition} {cited.clause}\n{cited.title_zh}\n{rule.certainty}: {en} / {zh}",
        )
    Console().print(table)

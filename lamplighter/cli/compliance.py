"""`lamplighter compliance`: the rules rooms are judged by."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from compliance.rules import Rule

app = typer.Typer(help="Standards as data: the rules rooms are judged by.", no_args_is_help=True)


@app.callback()
def compliance() -> None:
    """Standards as data: the rules rooms are judged by."""


@app.command()
def rules(
    *,
    packs: Annotated[Path | None, typer.Option(help="Folder of rule packs (*.toml); ours without it.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The page docs/standards.md.")] = False,
) -> None:
    """List every rule with its clause and how sure we are of it.

    Example: lamplighter compliance rules --json
    """
    from json import dumps

    from compliance.packs import load_packs
    from compliance.standards_page import standards_page

    found = load_packs(packs)
    if json:
        for rule in found:
            typer.echo(dumps({**rule.model_dump(mode="json"), "certainty": rule.certainty}, ensure_ascii=False))
    elif markdown:
        typer.echo(standards_page(found), nl=False)
    else:
        _print_table(found)


def _print_table(found: "tuple[Rule, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    from compliance.rules import CERTAINTIES

    table = Table("rule", "requirement", "clause", show_lines=True)
    for rule in found:
        cited, (zh, en) = rule.citation, CERTAINTIES[rule.citation.certainty]
        limit = f"{rule.requirement()} ({rule.strength}, {rule.severity})"
        table.add_row(
            f"{rule.id}\nversion {rule.version}\n{rule.status}",
            f"{rule.title_zh}\n{rule.title_en}\n{limit}",
            f"{cited.number}-{cited.edition} {cited.clause}\n{cited.title_zh}\n{cited.certainty}: {en} / {zh}",
        )
    Console().print(table)

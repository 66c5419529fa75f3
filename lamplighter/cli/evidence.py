"""`lamplighter evidence`: keys for sealed originals, and opening one."""

from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs

app = typer.Typer(help="Sealed originals of clips: keys, and opening one where the private key is.", no_args_is_help=True)


@app.command()
def keys(
    private: Annotated[Path, typer.Argument(help="File for the private key: keep it off every gateway.")],
    public: Annotated[Path, typer.Argument(help="File for the public key: the gateway's setting evidence.seal_to.")],
) -> None:
    """Make a pair of keys.

    Example: lamplighter evidence keys evidence.key evidence.pub
    """
    with needs("edge"):
        from edge.evidence.sealed import make_keys

    make_keys(private, public)
    typer.echo(f"{private}: private; {public}: public")


@app.command("open")
def open_(
    file: Annotated[Path, typer.Argument(help="A sealed original, copied from the gateway's folder clips (*.sealed).")],
    *,
    key: Annotated[Path, typer.Option(help="The private key.")],
    out: Annotated[Path, typer.Option(help="The film to write (*.mp4).")],
    log: Annotated[Path, typer.Option(help="File to which every opening is added before it takes place.")],
    who: Annotated[str, typer.Option(help="Who opens it.")],
    unit: Annotated[str, typer.Option(help="For which office or school.")],
    why: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Open a sealed original; who, for whom and why is written down first.

    Example: lamplighter evidence open 57.sealed --key a.key --out yard.mp4 --log log.jsonl --who "Wang Li" --unit PS3 --why "case"
    """
    with needs("edge"):
        from edge.evidence.openings import Opening, open_sealed
    from lamplighter.runtime.clock import SystemClock

    open_sealed(file, key=key, out=out, log=log, opening=Opening(who, unit, why), clock=SystemClock())
    typer.echo(f"{out}: written; the opening stands in {log}")

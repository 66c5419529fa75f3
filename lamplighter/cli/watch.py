"""`lamplighter watch`: what the rules say of a recording, or of single pictures."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.detect import MODEL
from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from edge.recording import Show

RULES = typer.Option(metavar="RULES.toml", help="Rules as in a gateway's settings, without `camera`. Every incident if absent.")
STILL = typer.Option("--still", help="The files are single pictures: one line each with the fire score and the number of people.")
DRAW = typer.Option(
    metavar="OUT.mp4", help="Draw boxes and conditions into a film, for this machine only: people are not hidden in it."
)
BEGAN = typer.Option("--began", metavar="TIME", help="When the recording began (ISO 8601, UTC), for rules with windows of time.")


def watch(
    sources: Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="A film; with --still any number of pictures.")],
    *,
    rules: Annotated[Path | None, RULES] = None,
    model: Annotated[str | None, MODEL] = None,
    fps: Annotated[float, typer.Option(min=2, max=60, metavar="N", help="Pictures looked at a second.")] = 5.0,
    began: Annotated[datetime | None, BEGAN] = None,
    still: Annotated[bool, STILL] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    draw: Annotated[Path | None, DRAW] = None,
) -> None:
    """Run the rules over a recording on its own time, as fast as it goes.

    Example: lamplighter watch film.mp4 --json
    """
    with needs("edge"):
        from edge.detectors.load import DetectorSettings

    detector = DetectorSettings(model=model).load(floor=0.1) if model else DetectorSettings().load(floor=0.1)
    if still:
        from edge.single import judge

        for line in judge(sources, detector):
            typer.echo(_said(line, json=json))
        return
    if len(sources) != 1:
        raise SettingsError(f"{len(sources)} films given: watch takes one at a time; for pictures add --still")
    from edge.recording import Recording, rules_of

    start_ms = round(began.replace(tzinfo=began.tzinfo or UTC).timestamp() * 1000) if began else 0
    run = Recording(sources[0], detector, rules=rules_of(rules), fps=fps, start_ms=start_ms)
    with ExitStack() as stack:
        for line in run.lines(show=_film(draw, stack)):
            typer.echo(_said(line, json=json))
    if run.missing_s:
        lost = f"{sources[0]}: breaks off {run.missing_s:.1f} s before the length it tells, so that was not watched"
        typer.echo(f"{lost}; copy or record it again", err=True)


def _film(path: Path | None, stack: ExitStack) -> "Show | None":
    """Where what was seen is drawn, if anywhere; raises SettingsError unless it is to be an .mp4."""
    if path is None:
        return None
    if path.suffix.lower() != ".mp4":
        raise SettingsError(f"--draw {path}: is no film's name; give one that ends in .mp4")
    from edge.detectors.draw import Film
    from edge.watched_film import show_in

    return show_in(stack.enter_context(Film(path)))


def _said(line: dict[str, object], *, json: bool) -> str:
    from edge.recording import sentence_of, text_of

    return text_of(line) if json else sentence_of(line)

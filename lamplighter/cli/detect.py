"""`lamplighter detect`: what is in a film or picture, one line a frame."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from rich.progress import Progress

MODEL = typer.Option(metavar="NAME|FILE.onnx", help="A model of `lamplighter models list`, or a file. The bundled one if absent.")
DRAW = typer.Option(metavar="OUT.mp4|DIR", help="Draw the boxes into a film, or into stills in a folder.")


def detect(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A film, a picture or an rtsp:// address.")],
    *,
    model: Annotated[str | None, MODEL] = None,
    every: Annotated[int, typer.Option(min=1, metavar="N", help="Look at every Nth frame.")] = 1,
    min_score: Annotated[
        float | None, typer.Option(metavar="S", help="Leave out boxes below this; the model's own if absent.")
    ] = None,
    smallest_person: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Smallest person's share of the picture's height (bundled model).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    draw: Annotated[Path | None, DRAW] = None,
) -> None:
    """Print what is found in each frame of SOURCE, boxes in its pixels.

    Example: lamplighter detect film.mp4 --every 5 --json
    """
    with needs("edge"):
        from edge.detectors.draw import drawing_to
        from edge.detectors.footage import footage
        from edge.detectors.load import SMALLEST_PERSON_SHARE, load_detector
        from edge.detectors.report import line_of, sentence_of

    share = SMALLEST_PERSON_SHARE if smallest_person is None else smallest_person
    detector = load_detector(model, min_score=min_score, smallest_person_share=share)
    say = line_of if json else sentence_of
    with ExitStack() as stack:
        frames = footage(source, every=every)
        drawing = stack.enter_context(drawing_to(draw)) if draw else None
        progress = stack.enter_context(_progress())
        task = progress.add_task(detector.name, total=None)
        for frame in frames:
            found = detector.detect(frame.image)
            typer.echo(say(frame, found))
            if drawing is not None:
                drawing.add(frame, found)
            progress.advance(task)


def _progress() -> "Progress":
    """A count of frames on a terminal's stderr; nothing where stderr is no terminal, or the lines go to the same one."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f} frames"), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty() or sys.stdout.isatty())

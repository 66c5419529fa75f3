"""What tests of clips share: a drawn yard on tape, with what an analysis would have known of it."""

from collections.abc import Iterable

from edge.cameras.protocol import Image
from edge.cameras.simulated import DrawnScene
from edge.detectors.protocol import Detections
from edge.evidence.footage import Footage
from edge.evidence.still import Stills
from edge.evidence.tape import Tape
from edge.luma import shrink
from tests.edge.watching import boxes

FPS = 10.0
LEARN_S = 3.0
START_MS = 1_700_000_000_000


def at_ms(media_s: float) -> int:
    """When the picture of that media time was captured."""
    return START_MS + round(media_s * 1000)


def see(stills: Stills, image: Image, detections: Detections) -> None:
    """The picture was analysed, and these boxes are all it holds."""
    stills.note(image.shape, detections, shrink(image))


def yard_on_tape(
    until_s: float, *, looked_every: int = 2, found: bool = True, from_s: float = LEARN_S, tape: Tape | None = None
) -> tuple[Tape, Stills]:
    """The yard from its empty beginning (six seconds without anybody) until then; a look at every so many pictures.

    The detector finds everybody, or nobody.
    """
    scene, stills = DrawnScene(seed=1), Stills()
    tape = tape or Tape(length_s=60.0, most_bytes=100_000_000, most_fps=30)
    tape.opened(lambda: 0.0)
    for number in range(int(until_s * FPS)):
        media_s = number / FPS
        image = scene.draw(number, media_s)
        tape.drawn(image, media_s)
        if number % looked_every == 0:
            see(stills, image, boxes(*(scene.truth(media_s) if found else ())))
            if media_s >= from_s:
                tape.looked(stills.look(media_s=media_s, at_ms=at_ms(media_s)))
    return tape, stills


def cut(tape: Tape, around_s: float, *, before_s: float, after_s: float, privacy: Iterable[object] = ()) -> Footage:
    """The footage, which must be there."""
    footage = tape.cut(at_ms(around_s), before_s=before_s, after_s=after_s, privacy=list(privacy))  # type: ignore[arg-type]
    assert footage is not None
    return footage

"""What recorders have kept, for the person who sets them up: every source there is, and each channel's state as it is judged."""

from collections.abc import Iterator
from typing import Any

from edge.estate.recorder import device_of, look_through, prove
from edge.estate.settings import Recorder, moment
from edge.onvif.search import recordings
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock


def looked_through(recorder: Recorder, clock: Clock, *, play: bool) -> Iterator[dict[str, Any]]:
    """One line a source, then one a channel; with `play` each channel's oldest is played. One that fails is one line."""
    try:
        device = device_of(recorder, clock)
        for one in recordings(device):
            begun, ended = one.tracks[0].span.begun, one.tracks[-1].span.ended
            names = sorted(one.names - {one.token})
            yield {"recorder": recorder.id, "recording": one.token, "source": names, "from": moment(begun), "to": moment(ended)}
        for kept in look_through(device, recorder, clock.now()):
            line: dict[str, Any] = {"recorder": recorder.id, "camera": kept.channel.camera, "gaps": len(kept.gaps)}
            line |= {"oldest": None if kept.oldest is None else moment(kept.oldest.begun)}
            if play:
                proof = prove(device, recorder, kept, clock)
                line |= {"plays": proof.oldest is not None, "days": round(proof.days, 2), "why": proof.why}
            yield line
    except (Unavailable, SettingsError) as error:
        yield {"recorder": recorder.id, "problem": str(error)}

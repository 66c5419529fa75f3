"""The commands about cameras: a snapshot to draw zones on, and a draft of rules checked and tried."""

import hashlib
from collections.abc import Mapping
from typing import Final

from edge.commands.desk import Handler
from edge.commands.draft import propose, read_draft, rules_in_force
from edge.commands.forms import rule_kinds
from edge.commands.trial import try_rules
from edge.outbox import Outbox
from edge.recent import KEPT_S, scenes
from edge.settings import GatewaySettings
from edge.watchers.protocol import Watch
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import ENCODER, Answer, CameraView, Command, Still, Trial
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

PICTURE_WITHIN_S: Final = 5.0


class CameraCommands:
    """`watches` are the cameras at work, by id; `outbox` takes the snapshots."""

    def __init__(self, settings: GatewaySettings, watches: Mapping[str, Watch], *, outbox: Outbox, clock: Clock) -> None:
        self._settings = settings
        self._watches = watches
        self._outbox = outbox
        self._clock = clock
        self._log = logger()

    @property
    def handlers(self) -> dict[str, Handler]:
        """By kind of command."""
        return {"camera_view": self.view, "try_rules": self.try_rules}

    def view(self, command: Command) -> Answer:
        """A snapshot, sent on the evidence lane, with what is in force for the camera; raises SettingsError or Unavailable."""
        watch = self._watch(command)
        camera = watch.camera.id
        snapshot = watch.snapshot(within_s=PICTURE_WITHIN_S)
        sha256, at_ms = hashlib.sha256(snapshot.jpeg).hexdigest(), self._clock.now_ms()
        still = Still(sha256=sha256, condition="", camera=camera, at_ms=at_ms, data=snapshot.jpeg, command=command.id)
        self._outbox.add("evidence", ENCODER.encode(still))
        self._log.info("snapshot_sent", camera=camera, command=command.id[:64], sha256=sha256)
        (own,) = (one for one in self._settings.cameras if one.id == camera)
        view = CameraView(
            camera=camera,
            still_sha256=sha256,
            width_px=snapshot.width_px,
            height_px=snapshot.height_px,
            learned=snapshot.learned,
            rules=rules_in_force(self._settings, camera),
            privacy_masks=[[list(corner) for corner in zone] for zone in own.privacy_masks],
            motion_masks=[[list(corner) for corner in zone] for zone in own.motion_masks],
            kinds=rule_kinds(),
            minutes=KEPT_S / 60,
        )
        return Answer(command=command.id, at_ms=at_ms, view=view)

    def try_rules(self, command: Command) -> Answer:
        """A draft checked, tried on the last minutes and put into the settings; raises SettingsError for an unknown camera."""
        watch = self._watch(command)
        return Answer(
            command=command.id, at_ms=self._clock.now_ms(), trial=self._trial(watch, str(command.arguments.get("draft", "")))
        )

    def _trial(self, watch: Watch, text: str) -> Trial:
        camera = watch.camera.id
        try:
            draft = read_draft(text, camera)
            proposal = propose(self._settings, draft, camera)
        except SettingsError as error:
            return Trial(camera=camera, problems=list(error.problems))
        tried = try_rules(draft.rules, draft.privacy_masks, scenes(camera, watch.moments()))
        return Trial(camera=camera, **tried._asdict(), **proposal._asdict())

    def _watch(self, command: Command) -> Watch:
        name = str(command.arguments.get("camera", ""))
        watch = self._watches.get(name)
        if watch is None:
            raise SettingsError(f"this gateway has no camera {name[:60]!r}; it has {', '.join(sorted(self._watches)) or 'none'}")
        return watch

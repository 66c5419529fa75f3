"""Every kind of camera."""

from typing import Annotated

from pydantic import Field

from edge.cameras.file import FileCamera
from edge.cameras.rtsp import RtspCamera
from edge.cameras.simulated import SimulatedCamera
from edge.cameras.webcam import WebcamCamera

CameraSettings = Annotated[FileCamera | RtspCamera | WebcamCamera | SimulatedCamera, Field(discriminator="kind")]
"""One camera as the operator writes it: `check()`, and `open(clock)` for its frames."""

"""Every kind of rule there is."""

from typing import Annotated

from pydantic import Field

from edge.rules.intrusion import Intrusion
from edge.rules.lamp_failure import LampFailure

RuleSettings = Annotated[Intrusion | LampFailure, Field(discriminator="kind")]

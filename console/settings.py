"""Where the console listens and which language it speaks first."""

from typing import Literal

from pydantic import Field

from lamplighter.runtime.settings import Settings

DEFAULT_PORT = 8321
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class ConsoleSettings(Settings):
    """What the operator writes under `[console]`."""

    host: str = Field("127.0.0.1", description="address to listen on; another than loopback shows the page to the whole network")
    port: int = Field(DEFAULT_PORT, ge=0, le=65_535, description="0 takes any free port")
    language: Literal["auto", "zh", "en"] = Field("auto", description="first language; auto asks the browser")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="names under which browsers may reach it; empty: loopback names on loopback, any name elsewhere"
    )

    def hosts(self) -> tuple[str, ...]:
        """Host names to answer to; empty means any. A page of another site cannot rebind its name to a loopback console."""
        if self.allowed_hosts or self.host not in LOOPBACK_HOSTS:
            return self.allowed_hosts
        return LOOPBACK_HOSTS

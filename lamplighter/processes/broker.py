"""`lamplighter broker run`: the embedded broker for one school on this machine: Mosquitto if it is there, else amqtt."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.logs import logger
from lamplighter.runtime.settings import Settings
from lamplighter.runtime.stopping import stop_on_signals


class EmbeddedBrokerSettings(Settings):
    """Loopback only, no password: for the demo and for tests."""

    port: int = Field(ge=1, le=65_535)
    data_dir: Path
    kind: Literal["auto", "mosquitto", "amqtt"] = Field("auto", description="auto: Mosquitto if it is on PATH, else amqtt")


def find_mosquitto() -> str | None:
    """The program, if it is on PATH."""
    return shutil.which("mosquitto")


def mosquitto_conf(settings: EmbeddedBrokerSettings) -> str:
    """Mosquitto's settings: unlimited queues, many in flight, kept over a restart (its defaults lose queued messages)."""
    lines = (
        f"listener {settings.port} 127.0.0.1",
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {settings.data_dir.resolve()}/",
        "autosave_interval 10",
        "max_queued_messages 0",
        "max_inflight_messages 500",
        "set_tcp_nodelay true",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
    )
    return "\n".join(lines) + "\n"


def run_broker(settings: EmbeddedBrokerSettings) -> None:
    """Run until a signal comes; Mosquitto takes this process over."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    program = find_mosquitto()
    if settings.kind == "mosquitto" and program is None:
        raise SettingsError("mosquitto is not on PATH: apt install mosquitto, or set kind = 'amqtt'")
    if program is not None and settings.kind != "amqtt":
        conf = settings.data_dir / "mosquitto.conf"
        conf.write_text(mosquitto_conf(settings), "utf-8")
        if os.geteuid() == 0:  # Mosquitto started as root becomes user "mosquitto", who may not write here
            conf.write_text(mosquitto_conf(settings) + "user root\n", "utf-8")
        logger().info("broker_started", program="mosquitto", port=settings.port)
        os.execv(program, [program, "-c", str(conf)])  # noqa: S606 - no shell wanted
    asyncio.run(_run_amqtt(settings))


async def _run_amqtt(settings: EmbeddedBrokerSettings) -> None:
    from amqtt.broker import Broker

    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{settings.port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = Broker(config)
    with stop_on_signals() as stop:
        await broker.start()
        logger().info("broker_started", program="amqtt", port=settings.port)
        await stop.wait()
        await broker.shutdown()

"""The benchmarks' broker: the queue, in-flight and persistence limits that `lamplighter init` writes, on loopback without TLS."""

from pathlib import Path
from typing import Final

from tests.servers.processes import Server, free_port

LIMITS: Final = """\
persistence true
autosave_interval 30
persistent_client_expiration 14d
max_queued_messages 1000000000
max_queued_bytes 536870912
max_inflight_messages 500
max_packet_size 524288
"""


class Broker(Server):
    """Mosquitto with its data below `folder`."""

    def __init__(self, program: str, folder: Path) -> None:
        data = folder / "data"
        data.mkdir(parents=True)
        port = free_port()
        own = f"listener {port} 127.0.0.1\nuser root\nallow_anonymous true\npersistence_location {data}/\nlog_type error\n"
        file = folder / "mosquitto.conf"
        file.write_text(own + LIMITS, "utf-8")
        super().__init__([program, "-c", str(file)], port, log=folder / "log")
        self.url = f"mqtt://127.0.0.1:{port}"

"""paho's client with whole buffers to and from the socket.

paho reads a message in three calls and writes each packet in one; every call lets go of the interpreter lock, and beside threads
that compute it waits up to 5 ms to get it back: 50 messages a second instead of thousands. Here one call fetches all that
has come and one sends all that waits. It leans on these parts of paho 2.1: `_create_socket`, `_packet_read`, `_handle_publish`,
`loop_write`, `_packet_queue`, `_reset_sockets`.
"""

import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

_CHUNK_BYTES: Final = 256 * 1024
_MOST_UNSENT_BYTES: Final = 1024 * 1024
_MOST_PACKETS: Final = 1_000
_PAUSE_S: Final = 0.01
_PUBACK: Final = 0x40
_NOT_NOW: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BufferedSocket:
    """A non-blocking socket, plain or TLS, that is read ahead and written when told to."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._read = b""
        self._place = 0
        self._unsent = bytearray()

    def recv(self, size: int) -> bytes:
        """What there is, up to `size` bytes; raises BlockingIOError when there is nothing yet."""
        if self._place >= len(self._read):
            self._read = self._raw.recv(_CHUNK_BYTES)
            self._place = 0
        data = self._read[self._place : self._place + size]
        self._place += len(data)
        return data

    def send(self, data: bytes | bytearray) -> int:
        """Take the data in; `flush` sends it. Raises BlockingIOError when too much waits already."""
        if len(self._unsent) > _MOST_UNSENT_BYTES:
            self.flush()
            if len(self._unsent) > _MOST_UNSENT_BYTES:
                raise BlockingIOError
        self._unsent += data
        return len(data)

    def flush(self) -> None:
        """Send as much as the other side takes now; raises OSError when the connection is lost."""
        while self._unsent:
            try:
                sent = self._raw.send(self._unsent)
            except _NOT_NOW:
                return
            del self._unsent[:sent]

    def unsent(self) -> int:
        """Bytes that `flush` could not send yet."""
        return len(self._unsent)

    def pending(self) -> int:
        """Bytes that can be read without asking the system."""
        return len(self._read) - self._place + (self._raw.pending() if hasattr(self._raw, "pending") else 0)

    def close(self) -> None:
        """Send what can be sent, and close."""
        try:
            self.flush()
        except OSError:  # it is lost already
            self._unsent.clear()
        self._raw.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def fileno(self) -> int:
        """The file descriptor."""
        return int(self._raw.fileno())

    def setblocking(self, blocking: bool) -> None:  # noqa: FBT001 - the socket's own shape
        """As a socket's."""
        self._raw.setblocking(blocking)


class Client(paho.Client):
    """A client on a BufferedSocket. While `has_room` says no, nothing is read, and TCP holds the broker back.

    Mosquitto 2.0.11 does not keep to the agreed number of unacknowledged messages: each PUBACK opens a whole new window.
    """

    has_room: Callable[[], bool] = staticmethod(lambda: True)
    on_publication: Callable[[str, bytes, int], None] | None = None
    """Called on the client's thread with topic, payload and packet id of each QoS 1 message."""
    _never: Final = threading.Event()

    def _create_socket(self) -> Any:
        return BufferedSocket(super()._create_socket())

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:  # noqa: ARG002 - paho's own bound is not needed
        """Handle every packet that has come, as long as there is room, up to a bound that lets others write."""
        for _ in range(_MOST_PACKETS):
            if self._sock is None:
                return MQTTErrorCode.MQTT_ERR_NO_CONN
            if not self.has_room():
                self._stay_connected()
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            code = self._packet_read()
            if code > 0:
                return self._loop_rc_handle(code)
            if code == MQTTErrorCode.MQTT_ERR_AGAIN:
                return MQTTErrorCode.MQTT_ERR_SUCCESS
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_publish(self) -> MQTTErrorCode:
        """Hand a QoS 1 message on without the objects paho makes for each (60 us a message, half the cost of receiving it)."""
        packet = self._in_packet["packet"]
        if (self._in_packet["command"] >> 1) & 3 != 1 or self.on_publication is None:
            return super()._handle_publish()
        topic_end = 2 + int.from_bytes(packet[:2], "big")
        mid = int.from_bytes(packet[topic_end : topic_end + 2], "big")
        place = topic_end + 2
        if self._protocol == paho.MQTTv5:
            size, place = _varint(packet, place)
            place += size  # properties: nothing that we use
        self.on_publication(packet[2:topic_end].decode("utf-8", "replace"), bytes(packet[place:]), mid)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _stay_connected(self) -> None:
        """The broker's signs of life lie unread: do not take it for dead. Wait a little, as the socket stays readable."""
        self._never.wait(_PAUSE_S)
        self._last_msg_in = paho.time_func()
        self._ping_t = 0.0

    def loop_write(self) -> MQTTErrorCode:
        """Write what is queued, in one call."""
        code = super().loop_write()
        socket: Any = self._sock
        if code or socket is None:
            return code
        try:
            socket.flush()
        except OSError:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        return code

    def want_write(self) -> bool:
        """Whether anything waits to be written."""
        socket: Any = self._sock
        return super().want_write() or (socket is not None and socket.unsent() > 0)

    def release(self) -> None:
        """Close every socket after `loop_stop`, those between paho's threads included; paho leaves them to the collector."""
        self._reset_sockets()

    def acknowledge_all(self, mids: Iterable[int]) -> None:
        """Acknowledge QoS 1 messages in one write: a PUBACK is 4 bytes, in MQTT 3.1.1 and 5 alike."""
        packets = b"".join(bytes((_PUBACK, 2, mid >> 8, mid & 0xFF)) for mid in mids)
        if packets:
            self._packet_queue(_PUBACK, packets, 0, 1)


def _varint(packet: bytes | bytearray, place: int) -> tuple[int, int]:
    """MQTT's variable byte integer at that place, and the place after it."""
    value = shift = 0
    while True:
        byte = packet[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place

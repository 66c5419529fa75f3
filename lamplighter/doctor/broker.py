"""Everything between this machine and the broker's rights: name, port, certificates, login, topics."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.topics import DOCTOR_LANE, ROOT, Gateway
from lamplighter.doctor.certificates import look_at_own_certificates, look_at_tls
from lamplighter.doctor.finding import Finding, fault, ok, skipped
from lamplighter.doctor.network import look_at_address
from lamplighter.runtime.broker_visit import BrokerVisit
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.mqtt import SESSION_EXPIRY_S, BrokerSettings

_ADMIT = "`lamplighter gateway add` at the centre, and settings and password from its bundle"
_RIGHTS = "district, school, gateway and username must be those of one bundle; else `lamplighter gateway add` again"
_TOO_MANY = "the broker runs without the acl_file that `lamplighter init` writes; correct mosquitto.conf"

WORKER_EXPIRY_S: Final = 120
"""A worker that stays away parks its share of the messages for as long as its session lives: the doctor must not lengthen that."""


class Caller(NamedTuple):
    """A connection: its client id, a topic that it may write and read, and one that it may not (None: there is none)."""

    client_id: str
    own: str
    foreign: str | None
    expiry_s: int = SESSION_EXPIRY_S


def gateway_caller(gateway: Gateway) -> Caller:
    """A gateway's only connection."""
    return Caller(".".join(gateway), _topic(gateway), _topic(gateway._replace(gateway=f"not-{gateway.gateway}"[:48])))


def worker_callers(users: Iterable[str]) -> list[Caller]:
    """The connections of an ingest worker."""
    return [
        Caller(user, f"{ROOT}/{DOCTOR_LANE}/{DOCTOR_LANE}/{user.replace('.', '_')}/{DOCTOR_LANE}", None, WORKER_EXPIRY_S)
        for user in users
    ]


def look_at_broker(settings: BrokerSettings, callers: Iterable[Caller], clock: Clock) -> Iterator[Finding]:
    """Each step in turn; what cannot work because of an earlier fault is skipped."""
    reached = True
    for finding in look_at_address(settings.host, settings.port):
        reached = reached and finding.state == "ok"
        yield finding
    if settings.secured:
        for finding in look_at_own_certificates(settings, clock):
            yield finding
        for finding in look_at_tls(settings, clock) if reached else ():
            reached = reached and (finding.state == "ok" or finding.check == "certificate")
            yield finding
    for caller in callers:
        if reached:
            yield from _call(settings, caller)
        else:
            yield skipped("login", caller.client_id, "the broker is not reached")


def _call(settings: BrokerSettings, caller: Caller) -> Iterator[Finding]:
    try:
        with BrokerVisit(settings, caller.client_id, expiry_s=caller.expiry_s) as visit:
            yield ok("login", caller.client_id, "admitted")
            yield from _look_at_rights(visit, caller, guarded=settings.secured)
    except SettingsError as error:
        yield fault("login", caller.client_id, str(error), _ADMIT)
    except Unavailable as error:
        yield fault("login", caller.client_id, str(error), "try again; if it stays, look at the broker's log")


def _look_at_rights(visit: BrokerVisit, caller: Caller, *, guarded: bool) -> Iterator[Finding]:
    if visit.echoes(caller.own):
        yield ok("rights", caller.client_id, "may publish and read below its own prefix")
    else:
        yield fault("rights", caller.client_id, f"may not publish and read {caller.own}", _RIGHTS)
    if caller.foreign is not None and guarded and _comes_back(visit, caller.foreign):
        yield fault("rights", caller.client_id, f"may publish below another gateway's prefix ({caller.foreign})", _TOO_MANY)


def _comes_back(visit: BrokerVisit, topic: str) -> bool:
    try:
        return visit.echoes(topic, within_s=1.0)
    except Unavailable:  # a broker may hang up on whoever tries
        return False


def _topic(gateway: Gateway) -> str:
    return f"{ROOT}/{'/'.join(gateway)}/{DOCTOR_LANE}"

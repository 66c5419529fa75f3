"""`lamplighter cameras`: which cameras and recorders are there, and what recorders have kept."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    from edge.onvif.discover import Found

app = typer.Typer(help="Cameras and recorders: find them, see what they keep, note playback tests.", no_args_is_help=True)


@app.command()
def discover(
    addresses: Annotated[list[str] | None, typer.Argument(metavar="[HOST[:PORT]|URL]...", help="Ask these as well.")] = None,
    *,
    username: Annotated[str | None, typer.Option(help="User of the cameras.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File with the password; it is never printed.")] = None,
    multicast: Annotated[bool, typer.Option(help="Search the network card's own network by WS-Discovery.")] = True,
    interface: Annotated[str, typer.Option(metavar="IP", help="Our address on the cameras' network.")] = "",
    wait_s: Annotated[float, typer.Option(min=0.1, max=60, help="How long to wait for answers to the search.")] = 3.0,
    json: Annotated[bool, typer.Option("--json", help="One device a line.")] = False,
    toml: Annotated[bool, typer.Option("--toml", help="A piece of a gateway's settings, to be read and pasted.")] = False,
    language: Annotated[str, typer.Option("--lang", help="zh or en, for the table.")] = "en",
) -> None:
    """Find ONVIF cameras and recorders: what they are, their clocks, their main and sub-streams.

    Example: lamplighter cameras discover 192.0.2.31 --username viewer --password-file cameras.password --toml
    """
    with needs("edge"):
        from edge.onvif.device import device_url
        from edge.onvif.discover import look_at_all
        from edge.onvif.login import Login
        from edge.onvif.probe import Listening, probe
    from edge.passwords import read_password
    from lamplighter.runtime.clock import SystemClock

    if language not in {"zh", "en"}:
        raise SettingsError(f"--lang {language}: use zh or en")
    secret = "" if password_file is None else read_password(password_file, "the cameras")
    login = Login(username, secret) if username is not None else None
    clock = SystemClock()
    wanted = [device_url(one) for one in addresses or ()]
    wanted += probe(Listening(wait_s=wait_s, interface=interface), clock) if multicast else ()
    _say(look_at_all(wanted, clock=clock, login=login, timeout_s=5.0), (username, password_file), language, (json, toml))


@app.command()
def recordings(
    file: Annotated[Path, typer.Argument(help="The gateway's settings file, for its [[recorders]].")],
    *,
    play: Annotated[bool, typer.Option(help="Play each channel's oldest recording, which may take a minute a channel.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what recorders have kept: every source with its name, and each channel's oldest recording and gaps of two days.

    Example: lamplighter cameras recordings gateway.toml --play
    """
    with needs("edge"):
        from edge.estate.report import looked_through
        from edge.settings import GatewaySettings
    from json import dumps

    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.settings import load_settings

    for recorder in load_settings(file, GatewaySettings).recorders:
        for line in looked_through(recorder, SystemClock(), play=play):
            plain = "  ".join(f"{key} {value}" for key, value in line.items() if value not in ("", None))
            typer.echo(dumps(line, ensure_ascii=False) if json else plain)


@app.command()
def played(
    site: Annotated[Path, typer.Argument(metavar="SITE.toml", help="The school's site file; the test is added to it.")],
    *,
    camera: Annotated[str, typer.Option(help="Camera whose recording was played.")],
    channel: Annotated[str, typer.Option(help="The recorder's channel.")],
    oldest: Annotated[datetime, typer.Option(metavar="TIME", help="Moment of the oldest picture seen, the school's time.")],
    who: Annotated[str, typer.Option(help="Who played it: a role or staff number.")],
    at: Annotated[datetime | None, typer.Option(metavar="TIME", help="When, the school's time; now if absent.")] = None,
) -> None:
    """Note a playback test by hand, where a recorder cannot be asked: it counts for the rules on camera retention for a week.

    Example: lamplighter cameras played site.toml --camera gate-camera --channel 3 --oldest "2026-10-20 06:30" --who staff-12
    """
    with needs("server"):
        from compliance.playback import PlaybackTest, note
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.settings import load_settings
    from lamplighter.site.model import Site

    zone = load_settings(site, Site).zone()
    moments = [SystemClock().now() if one is None else one.replace(tzinfo=one.tzinfo or zone) for one in (at, oldest)]
    document = note(site, PlaybackTest(camera, channel, who, *moments))
    typer.echo(f"{site}: {document.id}, {document.value:.1f} d; the server reads it at its next start")


def _say(found: "list[Found]", login: tuple[str | None, Path | None], language: str, form: tuple[bool, bool]) -> None:
    from json import dumps

    from edge.onvif.found import plain, settings_piece

    as_json, as_toml = form
    if as_json:
        for row in found:
            typer.echo(dumps(plain(row), ensure_ascii=False))
    elif as_toml:
        typer.echo(settings_piece(found, username=login[0], password_file=login[1]), nl=False)
    elif found:
        _table(found, language)
    else:
        typer.echo(
            "没有找到设备：检查网线、网段和摄像机的 ONVIF 开关，或直接给出地址"
            if language == "zh"
            else "no device answered: check cable, network and the cameras' ONVIF switch, or give addresses"
        )


def _table(found: "list[Found]", language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    from edge.onvif.found import HEADINGS, table_rows

    headings = HEADINGS["zh" if language == "zh" else "en"]
    table = Table(*headings, box=None)
    for cells in table_rows(found):
        table.add_row(*cells)
    Console().print(table, highlight=False)

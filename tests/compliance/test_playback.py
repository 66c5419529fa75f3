"""A playback test by hand: noted in the site file, and read by the rules on camera retention."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from compliance.files.folder import read_folder
from compliance.files.score import Days, score_folder
from compliance.packs import load_packs
from compliance.playback import PlaybackTest, note
from compliance.verdicts import Verdict
from lamplighter.cli.cameras import app
from lamplighter.contract.errors import SettingsError
from tests.compliance.test_folders import SITE

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
RULES = tuple(rule for rule in load_packs() if rule.id == "VID-001")
READING = "time,device,point,value,quality\n2026-11-20T02:00:00Z,cam1,recording_age_d,12,good\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, "utf-8")
    return path


def _test(days: float = 31.0, *, camera: str = "cam1", at: datetime = AT, who: str = "staff-12") -> PlaybackTest:
    return PlaybackTest(camera, "3", who, at, at - timedelta(days=days))


def _verdicts(site: Path, first: date = FRIDAY, last: date = FRIDAY) -> list[Verdict]:
    return list(score_folder(read_folder(site.parent), RULES, Days(first, last)))


@pytest.mark.parametrize(("days", "verdict"), [(30.0, "pass"), (29.99, "fail")])
def test_a_test_by_hand_decides_where_no_recorder_tells(site: Path, days: float, verdict: str) -> None:
    note(site, _test(days))
    (found,) = _verdicts(site)
    assert (found.verdict, found.value, found.method) == (verdict, days, "test")
    assert "playback by staff-12, channel 3" in found.reasons[0].en


def test_a_kitchens_recording_is_proven_by_the_same_test(site: Path) -> None:
    site.write_text(SITE.replace('building = "a"', 'building = "a"\nkind = "kitchen"'), "utf-8")
    note(site, _test(31.0))
    rules = tuple(rule for rule in load_packs() if rule.id in {"KIT-002", "VID-001"})
    found = score_folder(read_folder(site.parent), rules, Days(FRIDAY, FRIDAY))
    assert {row.rule: (row.verdict, row.method) for row in found} == {"KIT-002": ("pass", "test"), "VID-001": ("pass", "test")}


def test_it_speaks_for_a_week_from_its_day_on(site: Path) -> None:
    note(site, _test())
    found = _verdicts(site, date(2026, 11, 19), date(2026, 11, 27))
    assert [row.verdict for row in found] == ["insufficient_data", *["pass"] * 7, "insufficient_data"]


def test_readings_go_before_it(site: Path) -> None:
    note(site, _test())
    (site.parent / "readings.csv").write_text(READING)
    (found,) = _verdicts(site)
    assert (found.verdict, found.value) == ("fail", 12.0)


def test_the_newest_counts_and_of_one_day_the_worse(site: Path) -> None:
    note(site, _test(90, at=AT - timedelta(days=2)))
    note(site, _test(31))
    note(site, _test(28, at=AT + timedelta(hours=1)))
    assert [row.value for row in _verdicts(site)] == [28.0]


def test_the_file_keeps_every_line_it_had(site: Path) -> None:
    site.write_text(SITE + "# measured by hand\n", "utf-8")
    before = site.read_text("utf-8")
    note(site, _test())
    assert site.read_text("utf-8").startswith(before)
    assert list(site.parent.iterdir()) == [site]


def test_what_cannot_be_is_refused_all_at_once_and_nothing_is_written(site: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        note(site, _test(-1, camera="roof", who=" "))
    assert [problem.split(":")[0] for problem in refusal.value.problems] == [
        "--camera roof",
        f"--oldest {(AT + timedelta(days=1)).isoformat()}".split(":")[0],
        "--who",
    ]
    note(site, _test())
    before = site.read_text("utf-8")
    with pytest.raises(SettingsError, match="used twice"):
        note(site, _test())
    site.write_text("documents = []\n" + SITE, "utf-8")
    with pytest.raises(SettingsError, match=r"write its documents as \[\[documents\]\] tables"):
        note(site, _test())
    assert (before.count("play-2026"), site.read_text("utf-8").count("play-2026")) == (1, 0)
    assert list(site.parent.iterdir()) == [site]


def test_the_command_takes_the_schools_own_time(site: Path) -> None:
    times = ("--at", "2026-11-20 10:00", "--oldest", "2026-10-20 06:30")
    done = CliRunner().invoke(app, ["played", str(site), "--camera", "cam1", "--channel", "3", "--who", "staff-12", *times])
    assert done.exit_code == 0, done.output
    (document,) = read_folder(site.parent).sites[0].documents
    assert (document.on, document.value) == (FRIDAY, 31.146)
    assert document.source.endswith("oldest picture 2026-10-20 06:30")

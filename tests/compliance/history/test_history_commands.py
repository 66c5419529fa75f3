"""The history from the command line: a folder of files closed, exported and checked by somebody else."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
SOUND = ROOT / "tests/cases/compliance/a_sound_survey_passes"


class Office:
    """An education office with one school's folder, a database and a key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder / 'history.sqlite'}"
        self.school = folder / "school"
        shutil.copytree(SOUND, self.school)
        self.run("history", "key", str(folder / "h.pem"))

    def run(self, *arguments: str) -> str:
        """What a command printed; an AssertionError shows what it complained of."""
        done = subprocess.run(
            [sys.executable, "-m", "lamplighter", "compliance", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def close(self) -> str:
        """Close three days of November."""
        days = ("--from", "2026-11-18", "--to", "2026-11-20")
        return self.run(
            "history", "close", str(self.school), *days, "--database", self.database, "--key", str(self.folder / "h.pem")
        )

    def head(self) -> str:
        """The city's HASH@DATE, as the office mails it."""
        (found,) = re.findall(r"^city \d+ (\S+)$", self.run("history", "heads", "--database", self.database), re.MULTILINE)
        return str(found)

    def export(self) -> Path:
        """The history as files."""
        out = self.folder / "out"
        self.run("history", "export", str(out), "--database", self.database, "--key", str(self.folder / "h.pem"))
        return out


def objects(out: Path) -> list[bytes]:
    """Every document of an export, and what documents rest on."""
    return [path.read_bytes() for path in (out / "objects").rglob("*") if path.is_file()]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office that has not begun."""
    return Office(tmp_path)


def test_an_auditor_with_the_verifier_alone_confirms_what_the_office_exported(office: Office) -> None:
    assert "3 days closed" in office.close()
    out, head = office.export(), office.head()
    alone = office.folder / "alone"
    shutil.copytree(ROOT / "compliance/verify", alone / "compliance/verify")
    (alone / "compliance/__init__.py").write_text("")
    command = [sys.executable, "-m", "compliance.verify", str(out), "--key", str(office.folder / "h.pub"), "--head", head]
    done = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "sound: nothing was changed")


def test_files_changed_after_closing_give_amendments(office: Office) -> None:
    office.close()
    site = office.school / "site.toml"
    site.write_text(re.sub(r"\blx = 3\d\d", "lx = 299", site.read_text("utf-8")), "utf-8")
    assert "3 days amended" in office.close()


def test_closing_the_same_files_again_changes_nothing(office: Office) -> None:
    office.close()
    head = office.head()
    assert "3 days unchanged" in office.close()
    assert office.head() == head


def test_a_rescore_appends_who_why_and_both_verdicts_and_keeps_the_chain_sound(office: Office) -> None:
    office.close()
    site = office.school / "site.toml"
    site.write_text(re.sub(r"\blx = 3\d\d", "lx = 299", site.read_text("utf-8")), "utf-8")
    said = office.run(
        *("rescore", str(office.school), "--from", "2026-11-18", "--to", "2026-11-19", "--who", "Li Hua", "--why", "meter misread"),
        *("--database", office.database, "--key", str(office.folder / "h.pem")),
    )
    assert "2026-11-18/s1/a101/LGT-021: pass -> fail" in said
    out = office.export()
    documents = [json.loads(content) for content in objects(out) if content.startswith(b'{"amends"')]
    assert {one["day"] for one in documents} == {"2026-11-18", "2026-11-19"}
    assert {one["why"] for one in documents} == {"meter misread"}
    (change,) = (one for one in documents[0]["changes"] if one["after"]["rule"] == "LGT-021")
    assert (change["before"]["verdict"], change["after"]["verdict"]) == ("pass", "fail")
    assert "Li Hua" not in json.dumps(documents)
    assert "sound" in office.run("verify", str(out), "--key", str(office.folder / "h.pub"), "--head", office.head())


def test_a_day_that_nobody_closed_is_not_rescored(office: Office) -> None:
    office.close()
    with pytest.raises(AssertionError, match="2026-11-17 is not closed yet; close it first"):
        office.run(
            *("rescore", str(office.school), "--from", "2026-11-17", "--to", "2026-11-18", "--who", "Li Hua", "--why", "test"),
            *("--database", office.database, "--key", str(office.folder / "h.pem")),
        )


def test_what_is_closed_holds_no_name_of_a_tester(office: Office) -> None:
    site = office.school / "site.toml"
    site.write_text(site.read_text("utf-8").replace('tester = "t1"', 'tester = "Zhang the tester"'), "utf-8")
    office.close()
    kept = b"".join(objects(office.export()))
    assert b"Zhang" not in kept
    assert b'"tester":"name:' in kept

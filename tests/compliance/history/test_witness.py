"""Time stamps of a head by an authority: openssl stands in for one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from compliance.history.book import Written, head
from compliance.history.witness import keep_stamp, read_stamp, stamp_request
from compliance.verify.check import Stamp, check
from compliance.verify.heads import HeadRefused
from lamplighter.contract.errors import SettingsError
from lamplighter.storage.sql.engine import snapshot, transaction
from tests.compliance.history.conftest import FIRST, History, evening, new_history

pytestmark = [pytest.mark.unit, pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")]

CONFIG = """
[tsa]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
crypto_device = builtin
"""


class Authority:
    """A time-stamp authority of our own: root and signer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "serial").write_text("01")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        new = ["req", "-newkey", "rsa:2048", "-nodes"]
        self._openssl(*new, "-x509", "-days", "30", "-subj", "/CN=Root", "-keyout", "root.key", "-out", "root.pem")
        self._openssl(*new, "-subj", "/CN=TSA", "-keyout", "tsa.key", "-out", "tsa.csr")
        signer = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30", "-extfile", "ext"]
        self._openssl("x509", "-req", "-in", "tsa.csr", *signer, "-out", "tsa.pem")
        self.root = folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request."""
        (self.folder / "head.tsq").write_bytes(request)
        keys = ["-signer", "tsa.pem", "-inkey", "tsa.key"]
        asked = ["ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "head.tsq", "-out", "head.tsr"]
        self._openssl(*asked, *keys)
        return (self.folder / "head.tsr").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One for the run."""
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


def newest(history: History, chain: str = "city") -> Written:
    with snapshot(history.engine) as connection:
        found = head(connection, chain)
    assert found is not None
    return found


def test_a_time_stamp_of_the_head_is_kept_in_its_chain(history: History, authority: Authority) -> None:
    history.write(1)
    city = newest(history)
    answer = authority.stamp(stamp_request(city))
    stamped = read_stamp(city, answer, authority.root)
    with transaction(history.engine) as connection:
        kept = keep_stamp(connection, city, answer, stamped, day=FIRST, at=evening(FIRST))
    assert (kept.kind, kept.seq) == ("witness", city.seq + 1)


def test_a_time_stamp_of_another_head_is_refused(history: History, authority: Authority) -> None:
    history.write(1)
    answer = authority.stamp(stamp_request(newest(history, "yucai")))
    with pytest.raises(SettingsError, match="does not vouch for entry 1 of city"):
        read_stamp(newest(history), answer, authority.root)


def test_a_time_stamp_of_another_authority_is_refused(history: History, authority: Authority, tmp_path: Path) -> None:
    history.write(1)
    answer = authority.stamp(stamp_request(newest(history)))
    other = Authority(tmp_path / "other")
    with pytest.raises(SettingsError, match="does not vouch"):
        read_stamp(newest(history), answer, other.root)


def test_an_answer_that_is_no_time_stamp_is_refused(history: History, authority: Authority) -> None:
    history.write(1)
    with pytest.raises(SettingsError, match="does not vouch"):
        read_stamp(newest(history), b"<html>", authority.root)


def stamped(history: History, authority: Authority, folder: Path) -> Stamp:
    """A time stamp of tonight's head, as an auditor keeps it."""
    path = folder / "head.tsr"
    path.write_bytes(authority.stamp(stamp_request(newest(history))))
    return Stamp(path, authority.root)


def test_a_time_stamp_alone_vouches_for_an_export(history: History, authority: Authority, tmp_path: Path) -> None:
    history.write(2)
    stamp = stamped(history, authority, tmp_path)
    report = check(history.export(tmp_path / "export"), history.public, [], [stamp])
    assert {fault.code for fault in report.faults} <= {
        "head_too_early",
        "back_dated",
    }  # the test's days lie elsewhere than its clock
    assert {one.seq for one in report.witnessed} == {2}


def test_a_time_stamp_finds_a_history_written_anew_with_the_real_key(
    history: History, authority: Authority, tmp_path: Path
) -> None:
    history.write(2)
    stamp = stamped(history, authority, tmp_path)
    forged = new_history(tmp_path / "forged", history.key)
    forged.write(2, value=340.0)
    report = check(forged.export(tmp_path / "export"), history.public, [], [stamp])
    forged.engine.dispose()
    assert {"rewritten", "truncated"} & {fault.code for fault in report.faults}


def test_a_stamp_that_is_none_is_refused(history: History, authority: Authority, tmp_path: Path) -> None:
    history.write(1)
    (tmp_path / "x.tsr").write_bytes(b"<html>")
    with pytest.raises(HeadRefused, match="is no time stamp of"):
        check(history.export(tmp_path / "export"), history.public, [], [Stamp(tmp_path / "x.tsr", authority.root)])

"""Workbooks of ours in LibreOffice: opened, saved again, and read back as they were."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from compliance.actions.worklist import write_worklist
from compliance.ledger.reading import sites_of
from compliance.ledger.tables import tables_of
from compliance.ledger.workbook import read_workbook, write_workbook
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from tests.compliance.conftest import FRIDAY
from tests.compliance.ledger.test_ledger_files import FULL
from tests.servers.absent import absent, program

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture
def office(request: pytest.FixtureRequest) -> str:
    """LibreOffice's program."""
    path = program("soffice")
    if path is None:
        absent(request.config, "soffice")
    return path


def saved_again(office: str, path: Path) -> Path:
    """The workbook as LibreOffice writes it after opening it, in a folder of its own."""
    out = path.parent / "again"
    profile = f"-env:UserInstallation=file://{path.parent / 'profile'}"
    command = [office, "--headless", "--norestore", profile, "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert (out / path.name).exists(), done.stderr
    return out / path.name


def test_a_ledger_that_libreoffice_saved_is_the_same_ledger(office: str, tmp_path: Path) -> None:
    site = check_settings(FULL, Site, where="test")
    write_workbook(tmp_path / "ledger.xlsx", tables_of([site]))
    assert sites_of(read_workbook(saved_again(office, tmp_path / "ledger.xlsx"))) == (site,)


def test_a_work_list_keeps_its_sheets_and_cells(office: str, tmp_path: Path) -> None:
    file = BytesIO()
    write_worklist(file, [], [check_settings(FULL, Site, where="test")], day=FRIDAY)
    (tmp_path / "work.xlsx").write_bytes(file.getvalue())
    ours, theirs = load_workbook(BytesIO(file.getvalue())), load_workbook(saved_again(office, tmp_path / "work.xlsx"))
    assert ours.sheetnames == theirs.sheetnames
    for name in ours.sheetnames:
        cells = [[cell or "" for cell in row] for row in ours[name].iter_rows(values_only=True)]
        assert [[cell or "" for cell in row] for row in theirs[name].iter_rows(values_only=True)] == cells

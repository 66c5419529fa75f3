"""What an office does on the inspector's pages: the work list, the ledger in and out, a survey typed in on a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from compliance.actions import book
from compliance.actions.book import take_findings
from compliance.history.book import entries
from compliance.ledger.keeping import current
from compliance.light.findings import LightFinding
from console.app import create_app
from console.inspection.words import TEXTS
from lamplighter.runtime.clock import FakeClock
from lamplighter.storage.sql.engine import transaction
from tests.console.client import Client
from tests.console.conftest import TEN_MS
from tests.console.scored import SCHOOL, Judged, judged

pytestmark = pytest.mark.unit

ACTION = f"{SCHOOL}/a104/LGT-021/mend"
LEDGER = f"/inspect/ledger/{SCHOOL}"
NOW = datetime.fromtimestamp(TEN_MS / 1000, UTC)
ALIEN = {"origin": "http://elsewhere.test", "sec-fetch-site": "cross-site"}


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    with judged(tmp_path_factory.mktemp("judged"), FakeClock(TEN_MS), days=1, only=SCHOOL) as made:
        yield made


@pytest.fixture
def client(city: Judged) -> Iterator[Client]:
    with Client(create_app(city.view)) as opened:
        yield opened


def kinds(city: Judged) -> list[str]:
    with transaction(city.sql) as connection:
        return [one.kind for one in entries(connection, SCHOOL)]


def do(client: Client, deed: str, **fields: str) -> Any:
    return client.post(f"/inspect/actions/{deed}", data={"action": ACTION, "school": SCHOOL, **fields})


def test_an_owner_is_shown_by_name_and_chained_as_a_commitment(client: Client, city: Judged) -> None:
    assert do(client, "assign", owner="王电工", who="李主任").status_code == 303
    assert "王电工" in client.get(f"/inspect/actions?school={SCHOOL}").text
    with transaction(city.sql) as connection:
        assert book.load(connection)[ACTION].owner.startswith("name:")
    assert kinds(city)[-1] == "actions"


def test_what_is_reported_done_waits_for_evidence(client: Client, city: Judged) -> None:
    assert do(client, "done", who="王电工").status_code == 303
    assert TEXTS["state_reported"].en in client.get(f"/inspect/actions?school={SCHOOL}&lang=en").text
    with transaction(city.sql) as connection:
        assert book.load(connection)[ACTION].state == "reported"


def test_a_waiver_shows_its_end_and_who_gave_it(client: Client) -> None:
    assert do(client, "waive", who="李主任", why="暑期改造", until="2027-08-31").status_code == 303
    page = client.get(f"/inspect/actions?school={SCHOOL}").text
    assert page.count("2027-08-31") == 2
    assert "李主任" in page


@pytest.mark.parametrize(
    ("deed", "fields", "told"),
    [
        ("assign", {"who": "x"}, "owner: is empty"),
        ("done", {"who": " "}, "who: is empty"),
        ("waive", {"who": "x", "why": "y", "until": "some day"}, "is not a day"),
        ("waive", {"who": "x", "why": "y", "until": "2020-01-01"}, "ends before it begins"),
        ("done", {"who": "x", "action": f"{SCHOOL}/nowhere"}, "there is none of that name"),
    ],
)
def test_a_deed_that_cannot_be_is_told_and_changes_nothing(
    client: Client, city: Judged, *, deed: str, fields: dict[str, str], told: str
) -> None:
    before = kinds(city)
    answer = do(client, deed, **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert kinds(city) == before


def test_another_sites_page_cannot_write(client: Client, city: Judged) -> None:
    before = kinds(city)
    form = {"action": ACTION, "who": "x"}
    assert client.post("/inspect/actions/done", data=form, headers=ALIEN).status_code == 403
    assert client.post("/inspect/actions/done", data=form, headers={"origin": "http://elsewhere.test"}).status_code == 403
    assert kinds(city) == before


def test_the_work_list_is_taken_away_as_a_workbook(client: Client) -> None:
    answer = client.get(f"/inspect/actions.xlsx?school={SCHOOL}")
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert ACTION in {row[0] for row in rows}
    assert "质保至 warranty until" in rows[0]


def upload(client: Client, content: bytes, **fields: str) -> Any:
    said = {"who": "赵老师", "why": "清点", "valid_from": "2026-11-01", **fields}
    return client.post(f"{LEDGER}/workbook", data=said, files={"file": ("台账.xlsx", content, "application/octet-stream")})


def test_the_ledger_goes_out_is_changed_comes_back_and_remembers_who_and_why(client: Client) -> None:
    assert TEXTS["from_site_file"].zh in client.get(f"{LEDGER}?lang=zh").text
    content = client.get(f"{LEDGER}/workbook.xlsx").content
    assert upload(client, content).status_code == 200
    workbook, changed = load_workbook(BytesIO(content)), BytesIO()
    workbook["spaces"]["H2"] = 66.5
    workbook.save(changed)
    assert f"{TEXTS['rows_changed'].en} 1" in upload(client, changed.getvalue(), valid_from="2026-11-10", lang="en").text.replace(
        TEXTS["rows_changed"].zh, TEXTS["rows_changed"].en
    )
    assert "66.5" in client.get(f"{LEDGER}?sheet=spaces&on=2026-11-10").text
    assert "66.5" not in client.get(f"{LEDGER}?sheet=spaces&on=2026-11-09").text
    history = client.get(f"{LEDGER}/history").text
    assert "赵老师" in history
    assert "清点" in history


def test_a_faulty_workbook_is_told_by_sheet_row_and_column_and_nothing_is_kept(client: Client, city: Judged) -> None:
    workbook, spoiled = load_workbook(BytesIO(client.get(f"{LEDGER}/workbook.xlsx").content)), BytesIO()
    workbook["spaces"]["E2"] = "classrom"
    workbook["luminaires"]["C3"] = "x9"
    workbook.save(spoiled)
    before = kinds(city)
    answer = upload(client, spoiled.getvalue())
    assert answer.status_code == 422
    assert "台账.xlsx, sheet spaces, row 2, column kind" in answer.text
    assert "sheet luminaires, row 3, column space" in answer.text
    assert kinds(city) == before


@pytest.mark.parametrize(
    ("content", "fields", "told"),
    [
        (b"", {}, "none was chosen"),
        (b"no workbook", {}, "save it as XLSX"),
        (None, {"who": "", "why": ""}, "why: is empty"),
        (None, {"valid_from": "soon"}, "is not a day"),
    ],
)
def test_an_upload_that_says_too_little_is_told_everything(
    client: Client, content: bytes | None, fields: dict[str, str], told: str
) -> None:
    sent = client.get(f"{LEDGER}/workbook.xlsx").content if content is None else content
    answer = upload(client, sent, **fields)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_check_keeps_nothing(client: Client, city: Judged) -> None:
    before = kinds(city)
    answer = upload(client, client.get(f"{LEDGER}/workbook.xlsx").content, check="yes")
    assert TEXTS["sound"].zh in answer.text or TEXTS["sound"].en in answer.text
    assert kinds(city) == before


def test_another_schools_ledger_is_refused(client: Client) -> None:
    other = client.get("/inspect/ledger/dengta-no1/workbook.xlsx").content
    assert "whose ledger this page is" in upload(client, other).text


def test_the_template_can_be_had(client: Client) -> None:
    assert "programmes" in load_workbook(BytesIO(client.get("/inspect/ledger/template.xlsx").content)).sheetnames


SURVEY = {
    "space": "a106",
    "id": "s-new",
    "surface": "desk",
    "at": "2026-11-21T19:30",
    "tester": "测量员",
    "meter_class": "1",
    "meter_serial": "M2",
    "meter_calibrated_until": "2027-06-01",
    "uncertainty_pct": "4",
    "plane_height_m": "0.75",
    "warm_up_min": "20",
    "curtains_drawn": "yes",
    "x_m": ["1", "3", "5", "1", "3", "5", "1", "3", "5", ""],
    "y_m": ["1", "1", "1", "3", "3", "3", "5", "5", "5", ""],
    "lx": ["350"] * 9 + [""],
    "lamps_off_lx": ["2"] * 9 + [""],
}


def test_a_typed_survey_reaches_the_ledger_and_what_verdicts_are_judged_by(client: Client, city: Judged) -> None:
    answer = client.post(f"/inspect/surveys/{SCHOOL}?lang=en", data=SURVEY)
    assert answer.status_code == 200
    assert TEXTS["survey_kept"].en in answer.text
    site = city.view.desk().sites[SCHOOL]
    with transaction(city.sql) as connection:
        (new,) = (one for one in current(connection, site, city.today).surveys if one.id == "s-new")
    assert (new.space, len(new.points), new.at.isoformat()) == ("a106", 9, "2026-11-21T19:30:00+08:00")
    assert new.tester == "测量员"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"space": "x9"}, "names space"),
        ({"lx": ["bright"] * 10}, "points"),
        ({"id": "s-a104"}, "choose another"),
        ({"at": "2030-01-01T10:00"}, "is still to come"),
        ({"meter_calibrated_until": "", "meter_serial": ""}, "meter_calibrated_until"),
    ],
)
def test_a_survey_that_cannot_be_is_told_and_what_was_typed_stays(client: Client, changed: dict[str, Any], told: str) -> None:
    answer = client.post(f"/inspect/surveys/{SCHOOL}", data=SURVEY | changed)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="测量员"' in answer.text


def test_a_fault_is_told_in_the_readers_language(client: Client) -> None:
    answer = client.post(f"/inspect/surveys/{SCHOOL}?lang=zh", data=SURVEY | {"at": "2030-01-01T10:00"})
    assert "时间在未来" in answer.text
    assert "is still to come" not in answer.text


def test_asking_for_more_rows_keeps_what_was_typed_and_records_nothing(client: Client, city: Judged) -> None:
    answer = client.post(f"/inspect/surveys/{SCHOOL}", data=SURVEY | {"points": "16"})
    assert answer.status_code == 200
    assert answer.text.count('name="lx"') == 16
    assert 'value="测量员"' in answer.text
    assert "ledger" not in kinds(city)


def test_what_lamps_ask_is_in_the_work_list_the_workbook_and_on_the_rooms_page(client: Client, city: Judged) -> None:
    site = city.view.desk().sites[SCHOOL]
    found = LightFinding(
        "declining", "a104", True, "灯光每年衰减 9.0 %", "declines by 9.0 % a year", city.today + timedelta(days=70)
    )
    with transaction(city.sql) as connection:
        take_findings(connection, site, [found], day=city.today, school_day=True, at=NOW)
    assert kinds(city)[-1] == "actions"
    for page in (f"/inspect/actions?school={SCHOOL}", f"/inspect/schools/{SCHOOL}/a104"):
        for language, why in (("zh", found.zh), ("en", found.en)):
            text = client.get(f"{page}{'&' if '?' in page else '?'}lang={language}").text
            assert why in text
            assert getattr(TEXTS["kind_clean"], language) in text
            assert str(found.due) in text
    sheet = load_workbook(BytesIO(client.get(f"/inspect/actions.xlsx?school={SCHOOL}").content)).worksheets[0]
    assert f"{found.zh} {found.en}" in [cell.value for row in sheet for cell in row]

"""The inspector's reading pages over days that were judged for real: what stands where, and what is never shown."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from console.app import create_app
from console.inspection import board
from console.inspection.pages import SIGNS
from console.inspection.verdicts import month_of, term_of
from console.inspection.words import TEXTS
from console.pages import FOLDER
from lamplighter.contract.measurements import PLACE_SCORE_DAY, ROOM_LIGHT_DAY, RowTuple
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from lamplighter.storage.timeseries.settings import open_store
from tests.console.client import Client
from tests.console.conftest import TEN_MS
from tests.console.scored import SCHOOL, Judged, judged

pytestmark = pytest.mark.unit

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    with judged(tmp_path_factory.mktemp("judged"), FakeClock(TEN_MS), days=3) as made:
        yield made


@pytest.fixture
def client(city: Judged) -> Iterator[Client]:
    with Client(create_app(city.view)) as opened:
        yield opened


def test_the_city_leads_to_districts_schools_and_rooms(client: Client) -> None:
    assert 'href="/inspect/districts/haidian"' in client.get("/inspect").text
    assert f'href="/inspect/schools/{SCHOOL}"' in client.get("/inspect/districts/haidian").text
    assert f'href="/inspect/schools/{SCHOOL}/a104"' in client.get(f"/inspect/schools/{SCHOOL}").text
    assert f'href="/inspect/schools/{SCHOOL}"' in client.get("/").text.replace("dengta-no1", SCHOOL)


@pytest.mark.parametrize(("language", "name"), [("zh", "海淀区"), ("en", "Haidian District")])
def test_a_district_is_called_by_its_name_where_one_school_gives_it_and_by_its_id_elsewhere(
    client: Client, language: str, name: str
) -> None:
    city = client.get(f"/inspect?lang={language}").text
    assert f'href="/inspect/districts/haidian">{name}</a>' in city
    assert 'href="/inspect/districts/yanqing">yanqing</a>' in city
    assert f"{name}</h1>" in client.get(f"/inspect/districts/haidian?lang={language}").text
    assert "nowhere</h1>" in client.get(f"/inspect/districts/nowhere?lang={language}").text


def test_mandatory_and_recommended_stand_apart_with_coverage_beside(client: Client) -> None:
    page = client.get("/inspect?lang=en").text
    first, second = page.index(TEXTS["mandatory"].en), page.index(TEXTS["recommended"].en)
    assert first < second
    assert page.count(f">{TEXTS['coverage'].en}<") == 2
    assert "83.3 %" in page[second:]


def test_a_critical_failure_stands_on_top_whatever_the_score(client: Client) -> None:
    page = client.get("/inspect/schools/yanqing-no2?lang=en").text
    assert page.index(TEXTS["critical_now"].en) < page.index(TEXTS["mandatory"].en)
    assert "95.2 %" in page
    assert TEXTS["critical_now"].en not in client.get("/inspect/schools/dengta-no1?lang=en").text


def test_each_verdict_shows_its_clause_edition_and_how_sure_we_are(client: Client) -> None:
    page = client.get(f"/inspect/schools/{SCHOOL}/a104?lang=en").text
    assert "GB/T 50034-2024 table 5.3.8" in page
    assert "S: quoted by" in page
    assert "274 lx" in page


def test_the_calendar_has_a_sign_a_day_and_names_what_was_not_judged(client: Client) -> None:
    page = client.get(f"/inspect/schools/{SCHOOL}?rule=LGT-021&weight=recommended&month=2026-11").text
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    assert len(rows) == 6
    failing = next(row for row in rows if "a104" in row)
    assert failing.count('class="v v-fail"') == 3
    assert failing.count('class="v v-none"') == 19, "the 22nd is today: days to come are not shown"


def test_a_school_whose_calendar_names_no_term_shows_the_month(client: Client) -> None:
    month, term = (client.get(f"/inspect/schools/{SCHOOL}/a104?span={span}").text for span in ("month", "term"))
    assert month.count("<th class=") == term.count("<th class=") == 22


def test_a_term_is_that_of_the_schools_calendar() -> None:
    label = {"zh": "某", "en": "some"}
    terms = [{"first": "2026-09-01", "last": "2027-01-22"}, {"first": "2027-02-22", "last": "2027-07-10"}]
    site = Site.model_validate(
        {"district": "d", "school": "s", "label": label, "spaces": [], "calendar": {"terms": terms}}, strict=False
    )
    assert term_of(site, date(2026, 11, 3)) == (date(2026, 9, 1), date(2027, 1, 22))
    assert term_of(site, date(2027, 2, 1)) == (date(2026, 9, 1), date(2027, 1, 22))
    assert term_of(site, date(2026, 8, 1)) == month_of(date(2026, 8, 1)) == (date(2026, 8, 1), date(2026, 8, 31))


def test_a_derivation_names_what_the_verdict_rests_on(client: Client) -> None:
    page = client.get(f"/inspect/explain/2026-11-21/{SCHOOL}/a104/LGT-021?lang=en").text
    assert "survey s-a104" in page
    assert TEXTS["not_kept"].en not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inspect/schools/nobody", 404),
        (f"/inspect/explain/2026-11-21/{SCHOOL}/a104/ZZZ-999", 404),
        (f"/inspect/explain/soon/{SCHOOL}/a104/LGT-021", 400),
        (f"/inspect/schools/{SCHOOL}?month=never", 400),
        (f"/inspect/schools/{SCHOOL}/<b>nowhere", 200),
    ],
)
def test_what_is_not_there_is_said_and_never_a_crash(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "<b>nowhere" not in answer.text


@pytest.mark.parametrize("path", ["/inspect", f"/inspect/schools/{SCHOOL}", f"/inspect/schools/{SCHOOL}/a104"])
def test_each_language_speaks_for_itself(client: Client, path: str) -> None:
    chinese, english = client.get(f"{path}?lang=zh").text, client.get(f"{path}?lang=en").text
    assert TEXTS["city"].zh in chinese
    assert CHINESE.findall(english) == list("中文"), "the switch alone"
    assert "table 5.3.8" not in chinese


def test_a_language_chosen_here_is_kept_on_the_way(client: Client) -> None:
    client.get("/inspect?lang=zh")
    assert 'lang="zh-CN"' in client.get(f"/inspect/schools/{SCHOOL}").text[:60]
    client.get(f"/inspect/actions?school={SCHOOL}&lang=en")
    assert 'lang="en"' in client.get("/inspect").text[:60]


def test_a_room_shows_every_rule_of_the_newest_scored_day_beside_what_sensors_show_today(client: Client) -> None:
    page = client.get(f"/inspect/schools/{SCHOOL}/a104?lang=en").text
    days = re.findall(r"<small>(2026-11-\d\d)</small>\s*</header>", page)
    assert days.count("2026-11-21") > 5


def test_tables_name_rooms_and_rules_as_people_do(client: Client) -> None:
    page = client.get("/inspect?lang=en").text
    assert "Room a104" in page
    assert "Maintained average illuminance on classroom desks" in page


def score(place: str, share: float | None, critical: int) -> RowTuple:
    return ("school", "d1", place, "mandatory", TEN_MS, share, 90.0 if share is not None else 50.0, 9, 1, 0, 0, 0, critical)


def test_no_score_no_rank_and_a_critical_failure_ranks_after_all_without_one() -> None:
    with_rows = open_store(DuckDbSettings.model_validate({"path": ":memory:"}))
    with_rows.write(PLACE_SCORE_DAY, [score("a", 99.0, 1), score("b", 60.0, 0), score("c", None, 0), score("d", 80.0, 0)])
    found = board.scores(with_rows, {"level": "school"}, TEN_MS)["mandatory"]
    with_rows.close()
    assert [(one.place, one.rank) for one in found] == [("d", 1), ("b", 2), ("a", 3), ("c", None)]


def test_a_room_whose_lamps_tell_no_electric_light_says_why(city: Judged, client: Client) -> None:
    row = (SCHOOL, "a101", TEN_MS - 30 * 3_600_000, None, None, 0, None, 0, None, None, None, None, 8.0, 0.0, 3.0, 100.0, "dimmed")
    city.store.write(ROOM_LIGHT_DAY, [row])
    for language, word in (("en", TEXTS["lacking_dimmed"].en), ("zh", TEXTS["lacking_dimmed"].zh)):
        assert word in client.get(f"/inspect/schools/{SCHOOL}/a101?lang={language}").text


def test_every_word_is_in_both_languages_and_used() -> None:
    sources = [*(FOLDER / "templates" / "inspection").glob("*.html"), *(FOLDER / "inspection").glob("*.py")]
    text = "".join(path.read_text("utf-8") for path in sources if path.name != "words.py")
    own = ("severity_", "method_", "kind_", "state_", "do_", "surface_", "entry_", "role_")
    joined = (*own, "work_", "warranty_", "operator_", "source_", "basis_", "lacking_")
    unused = [key for key in TEXTS if not re.search(rf"(t\.|[\"']){key}\b", text) and not key.startswith(joined)]
    assert unused == []
    assert all(word.zh.strip() and word.en.strip() and not CHINESE.search(word.en) for word in TEXTS.values())


def test_every_verdict_has_a_sign() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)

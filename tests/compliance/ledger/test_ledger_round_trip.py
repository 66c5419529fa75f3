"""Any ledger that is sound comes back from its sheets as it went in."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.ledger.csv_folder import read_csv_folder, write_csv_folder
from compliance.ledger.reading import sites_of
from compliance.ledger.tables import tables_of
from compliance.ledger.workbook import read_workbook, write_workbook
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
WORDS = st.text("甲乙丙abc0 1=,'-+@", min_size=1, max_size=12).map(str.strip).filter(bool)
NUMBERS = st.floats(0.01, 1e6, allow_nan=False)
COUNTS = st.integers(1, 200)
ROOMS = ("a101", "k1", "102")
SPACES = st.sampled_from(ROOMS)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def rows(name: str, most: int = 3, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows of ids of their own; a None is left out."""
    made = st.lists(st.fixed_dictionaries(fields), max_size=most)
    return made.map(
        lambda found: [
            {key: value for key, value in row.items() if value is not None} | {"id": f"{name}{number}"}
            for number, row in enumerate(found)
        ]
    )


def spans(first: str, last: str) -> st.SearchStrategy[dict[str, date]]:
    return st.builds(lambda day, length: {first: day, last: day + timedelta(days=length)}, DAYS, st.integers(0, 4000))


def lasting(values: st.SearchStrategy[list[dict[str, Any]]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows whose `when` is two keys of their own."""
    return values.map(lambda found: [{key: row[key] for key in row if key != "when"} | row["when"] for row in found])


LEDGERS = st.fixed_dictionaries(
    {
        "district_label": maybe(st.fixed_dictionaries({"zh": WORDS, "en": WORDS})),
        "classes": rows(
            "c",
            stage=st.sampled_from(("junior", "senior")),
            grade=st.integers(1, 6),
            pupils=COUNTS,
            space=maybe(SPACES),
        ),
        "kitchens": st.lists(
            st.fixed_dictionaries(
                {"space": st.just("k1"), "operator": st.sampled_from(("school", "contracted")), "platform": WORDS, "since": DAYS}
            ),
            max_size=1,
        ),
        "equipment": lasting(
            rows(
                "e",
                space=SPACES,
                kind=st.sampled_from(("projector", "tablets")),
                count=COUNTS,
                when=spans("since", "warranty_until"),
            ),
        ),
        "luminaires": rows("l", space=SPACES, count=COUNTS, part=WORDS, power_w=maybe(NUMBERS), warranty_until=maybe(DAYS)),
        "playgrounds": rows("p", kind=st.just("track"), area_m2=NUMBERS, ground=st.just("soil"), built=maybe(DAYS)),
        "networks": rows("n", kind=st.just("iot"), covers=st.lists(SPACES, unique=True), bandwidth_mbps=NUMBERS, provider=WORDS),
        "guards": lasting(rows("g", person=WORDS, full_time=st.booleans(), licence=WORDS, when=spans("since", "until"))),
        "patrols": rows("r", route=WORDS, starts=st.lists(st.times(), min_size=1, max_size=4), people=COUNTS),
        "programmes": lasting(
            rows(
                "m",
                title=WORDS,
                fund_source=WORDS,
                cost_yuan=NUMBERS,
                when=spans("begins", "ends"),
                targets=st.dictionaries(st.integers(2000, 2100), WORDS, max_size=3).map(
                    lambda found: [{"year": year, "target": target} for year, target in found.items()]
                ),
                milestones=st.dictionaries(WORDS, st.tuples(WORDS, DAYS, maybe(DAYS)), max_size=3).map(
                    lambda found: [
                        {"task": task, "person": row[0], "planned": row[1]} | ({"done": row[2]} if row[2] else {})
                        for task, row in found.items()
                    ]
                ),
            ),
        ),
    }
)


def site_of(generated: dict[str, Any]) -> Site:
    label = {"zh": "甲", "en": "One"}
    spaces: list[dict[str, Any]] = [
        {"id": name, "building": "a", "label": label, "kind": "kitchen" if name == "k1" else "classroom"} for name in ROOMS
    ]
    spaces[1]["camera_places"] = ["cooking", "washing"]
    base = {
        "district": "d1",
        "school": "s1",
        "label": label,
        "profile": {"stages": ["junior", "senior"], "enrolment": 600},
        "spaces": spaces,
        "cameras": [{"id": "cam1", "gateway": "g1", "space": "k1", "place": "washing", "label": label}],
    }
    return check_settings(base | generated, Site, where="test")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEDGERS)
def test_a_ledger_comes_back_from_a_workbook(generated: dict[str, Any]) -> None:
    site = site_of(generated)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        write_workbook(path, tables_of([site]))
        assert sites_of(read_workbook(path)) == (site,)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LEDGERS)
def test_a_ledger_comes_back_from_csv_files(generated: dict[str, Any]) -> None:
    site = site_of(generated)
    with TemporaryDirectory() as folder:
        write_csv_folder(Path(folder), tables_of([site]))
        assert sites_of(read_csv_folder(Path(folder))) == (site,)

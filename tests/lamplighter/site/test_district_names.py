"""What people call a district."""

from typing import Any

import pytest

from lamplighter.site.model import Label, Site, district_names

pytestmark = pytest.mark.unit

NAME = {"zh": "海淀区", "en": "Haidian"}


def school(name: str, district: str, **more: Any) -> Site:
    known = {"district": district, "school": name, "label": {"zh": "校", "en": "School"}, "spaces": []}
    return Site.model_validate(known | more)


def test_one_school_that_names_its_district_is_enough_and_the_id_stands_where_none_does() -> None:
    named, silent = school("s2", "d1", district_label=NAME), school("s1", "d1")
    for sites in ([named, silent], [silent, named]):
        assert district_names([*sites, school("s3", "d2")]) == {
            "d1": Label(zh="海淀区", en="Haidian"),
            "d2": Label(zh="d2", en="d2"),
        }

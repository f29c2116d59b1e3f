import base64
import json

import pytest

from postroom.errors import Invalid
from postroom.paging import Page, PageRequest
from postroom.web.pages import Listing

LISTING = Listing("tags", "-created_at")


def test_a_cursor_leads_to_the_next_page() -> None:
    cursor = LISTING.cursor(Page(("item",), "tag_1"))

    assert LISTING.request(10, cursor) == PageRequest(10, "tag_1", newest_first=True)


def test_the_first_page_needs_no_cursor_and_the_last_one_has_none() -> None:
    assert LISTING.request(10, None) == PageRequest(10, None, newest_first=True)
    assert LISTING.cursor(Page(())) is None


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ü",
        "%%%",
        "tag_1",
        _encoded(None),
        _encoded({"pk": "T#ten_b"}),
        _encoded(["tags", "-created_at"]),
        _encoded(["tags", "-created_at", 5]),
        _encoded(["tags", "-created_at", "tag_1", "more"]),
        _encoded(["tags", "-created_at", "tag\n1"]),
        _encoded(["tags", "-created_at", "täg"]),
        _encoded(["tags", "created_at", "tag_1"]),
        _encoded(["others", "-created_at", "tag_1"]),
        "W" * 1000,
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_a_cursor_of_something_else_is_refused_by_name(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        LISTING.request(10, cursor)

    assert [error.field for error in refused.value.errors] == ["cursor"]

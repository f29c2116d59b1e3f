from datetime import UTC, datetime

import pytest

from postroom_cli.document import Document


@pytest.mark.parametrize("value", [None, {}, [], "x", 1, True, [1], {"a": 1}])
def test_whatever_the_api_says_is_read_without_complaint(value: object) -> None:
    document = Document({"it": value})

    assert isinstance(document.text("it"), str)
    assert document.number("it") in {None, 1}
    assert document.flag("it") in {None, True}
    assert document.moment("it") is None
    assert document.parts("it") == []
    assert isinstance(document.part("it"), Document)
    assert isinstance(document.texts("it"), list)


def test_what_is_missing_is_empty() -> None:
    document = Document({})

    assert (document.text("it"), document.number("it"), document.flag("it")) == ("", None, None)
    assert not document.part("it")


def test_a_time_has_a_zone_always() -> None:
    nine = datetime(2030, 1, 31, 9, tzinfo=UTC)
    document = Document({"a": "2030-01-31T09:00:00Z", "b": "2030-01-31T09:00:00", "c": "2030-01-31T10:00:00+01:00"})

    assert [document.moment(name) for name in "abc"] == [nine] * 3

"""The chapters of the API document."""

import pytest

from postroom.reference.sections import SECTIONS, section_of, sections_of


def test_they_come_in_their_order_each_once_and_none_without_a_path() -> None:
    chapters = sections_of(["/v1/tenants", "/v1/docs", "/v1/messages/{message_id}", "/v1/openapi.json"])

    assert [chapter["name"] for chapter in chapters] == ["Messages", "Tenants", "This document"]


def test_each_title_is_told_of_in_one_way() -> None:
    told = set(SECTIONS.values())

    assert len({title for title, _ in told}) == len(told)


def test_a_path_of_no_chapter_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        section_of("/v1/unheard-of")

"""The data: what Gmail and Outlook lack, each with its page."""

import re

import pytest

from postroom.templates.lint import (
    gaps_of_elements,
    gaps_of_properties,
    gaps_of_selectors,
    gaps_of_values,
    gaps_of_word,
)
from postroom.templates.lint.model import Gap

MODULES = (gaps_of_elements, gaps_of_properties, gaps_of_selectors, gaps_of_values, gaps_of_word)


def all_gaps() -> list[Gap]:
    gaps: list[Gap] = []
    for value in (value for module in MODULES for value in vars(module).values()):
        if isinstance(value, Gap):
            gaps.append(value)
        elif isinstance(value, dict):
            gaps.extend(gap for gap in value.values() if isinstance(gap, Gap))
    return gaps + [gap for _, gap, _ in gaps_of_word.ON_ELEMENTS]


GAPS = all_gaps()


def test_there_are_well_over_a_hundred() -> None:
    assert len({gap.page for gap in GAPS}) > 150


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.page)
def test_each_names_its_page_whom_it_concerns_and_what_to_do(gap: Gap) -> None:
    assert re.fullmatch(r"(css|html|image)(-[a-z0-9]+)+", gap.page)
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", gap.code)
    assert gap.source == f"https://www.caniemail.com/features/{gap.page}/"
    assert gap.lacking
    assert gap.remedy
    assert not gap.remedy.endswith(".")


def test_no_client_is_named_twice_for_one_thing() -> None:
    assert [gap.page for gap in GAPS if len({lacking.client for lacking in gap.lacking}) != len(gap.lacking)] == []

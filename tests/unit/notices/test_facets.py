import re
from dataclasses import replace
from typing import Any

import pytest

from postroom.notices import facets
from postroom.notices.facets import BY_EVENT, BY_SENDING, CREATED_PLACE, SENT_PLACE, THE_TABLE, Facet, entries
from postroom.notices.model import OF_MAIL, NoticeStatus
from postroom.notices.rows import NoticeRow
from tests.builders import a_notice
from tests.fakes.tables import shape
from tests.fakes.time import NOON

WHOLE = a_notice(job_id="j", result_id="r", status=NoticeStatus.SENT, sent_at=NOON)


def ranges() -> dict[str, tuple[str, str]]:
    """By the name of an index, its key."""
    indexes = {one["IndexName"]: one["KeySchema"] for one in shape("notifications")["GlobalSecondaryIndexes"]}
    return {name: (key[0]["AttributeName"], key[1]["AttributeName"]) for name, key in indexes.items()}


def test_every_list_is_an_index_of_the_table_in_its_order() -> None:
    lists = {name: (name, CREATED_PLACE) for name in BY_EVENT if name != THE_TABLE}
    lists |= {name: (name, SENT_PLACE) for name in BY_SENDING}

    assert ranges() == lists | {"due": ("due_shard", "due_at")}
    assert lists.keys() <= NoticeRow.get_attributes().keys()


def test_a_table_has_twenty_indexes_at_most() -> None:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    assert len(ranges()) <= 20


def test_each_facet_has_a_list_of_its_own_and_one_with_each_status_in_both_orders() -> None:
    for facet in set(Facet) - {Facet.STATUS}:
        assert frozenset({facet}) in BY_EVENT.values()
        assert frozenset({facet, Facet.STATUS}) in BY_EVENT.values()
        assert frozenset({facet, Facet.STATUS}) in BY_SENDING.values()


def test_a_notice_with_all_facets_is_in_all_lists() -> None:
    assert entries(WHOLE).keys() == {*BY_EVENT, *BY_SENDING, CREATED_PLACE, SENT_PLACE} - {THE_TABLE}


def test_one_without_a_job_and_a_result_is_in_no_list_of_them() -> None:
    assert not [name for name in entries(a_notice()) if re.search("job(?!_type)|result", name)]


def test_what_was_not_sent_is_in_no_list_of_what_was() -> None:
    for status in {*NoticeStatus} - {*facets.ONCE_SENT}:
        found = entries(replace(WHOLE, status=status))

        assert not found.keys() & {*BY_SENDING, SENT_PLACE}


def test_what_becomes_of_a_mail_that_was_sent_leaves_it_among_the_sent() -> None:
    assert set(facets.ONCE_SENT) <= set(OF_MAIL.values())
    for status in facets.ONCE_SENT:
        assert entries(replace(WHOLE, status=status)).keys() >= BY_SENDING.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"tenant_id": "ten_b"},
        {"event_type": "x"},
        {"job_id": "x"},
        {"result_id": "x"},
        {"recipient": "b@example.com"},
        {"status": NoticeStatus.DELIVERED},
        {"user_id": "bob"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_list_has_those_with_the_same_values_of_its_tenant_alone(change: dict[str, Any]) -> None:
    changed = {"tenant_id": None, "user_id": "user", "job_id": "job", "result_id": "compliance_result"}
    [name] = change
    facet = changed.get(name, name)

    before, after = entries(WHOLE), entries(replace(WHOLE, **change))

    lists = {**BY_EVENT, **BY_SENDING}
    moved = {one for one in lists if before.get(one) != after.get(one)}
    assert moved == {one for one in lists if one and (facet is None or facet in lists[one])}


def test_a_list_of_one_facet_is_not_one_of_another_with_the_same_value() -> None:
    found = entries(a_notice(job_id="same", result_id="same", event_type="same", recipient="same"))

    lists = [found[name] for name in BY_EVENT if name]
    assert len(set(lists)) == len(lists)


def test_capitals_of_an_address_make_no_other_list() -> None:
    assert entries(a_notice(recipient="Ann@Example.com")) == entries(a_notice(recipient="ann@example.com"))


def test_a_notice_of_a_job_costs_twelve_units_to_write_and_sixteen_more_when_it_is_sent() -> None:
    # As docs/notifications.md has it: the row, each list that it enters, and twice each that it moves in.
    pending = a_notice(job_id="copy")
    before, after = entries(pending), entries(replace(pending, status=NoticeStatus.SENT, sent_at=NOON))
    lists = {**BY_EVENT, **BY_SENDING}.keys()

    entered = [name for name in lists if name in before]
    moved = [name for name in entered if before[name] != after[name]]
    new = [name for name in lists if name in after and name not in before]

    assert 1 + len(entered) == 12
    assert 1 + 2 * len(moved) + len(new) == 16

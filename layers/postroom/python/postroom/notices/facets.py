"""By what notices are found, and the lists that are kept for it.

A list has the notices that share the values of its facets, in order. It is an index of the table, and called as the
attribute with its key. A list of what never changes is written to once; one of a status is left when that changes.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from postroom.clock import to_milliseconds
from postroom.notices import keys
from postroom.notices.model import Notice, NoticeStatus


class Facet(StrEnum):
    TYPE = "event_type"
    STATUS = "status"
    USER = "user"
    JOB = "job"
    RESULT = "compliance_result"
    RECIPIENT = "recipient"


Facets = frozenset[Facet]
Values = Mapping[Facet, str]

THE_TABLE = ""
"""The list of a user's notices: they lie in one partition, in the order of their events."""

BY_EVENT: Mapping[str, Facets] = {
    THE_TABLE: frozenset({Facet.USER}),
    "by_tenant": frozenset(),
    "by_type": frozenset({Facet.TYPE}),
    "by_job": frozenset({Facet.JOB}),
    "by_result": frozenset({Facet.RESULT}),
    "by_recipient": frozenset({Facet.RECIPIENT}),
    "by_user_type": frozenset({Facet.USER, Facet.TYPE}),
    "by_job_type": frozenset({Facet.JOB, Facet.TYPE}),
    "by_status": frozenset({Facet.STATUS}),
    "by_type_status": frozenset({Facet.TYPE, Facet.STATUS}),
    "by_user_status": frozenset({Facet.USER, Facet.STATUS}),
    "by_job_status": frozenset({Facet.JOB, Facet.STATUS}),
    "by_result_status": frozenset({Facet.RESULT, Facet.STATUS}),
    "by_recipient_status": frozenset({Facet.RECIPIENT, Facet.STATUS}),
}
"""In the order of the events."""

BY_SENDING: Mapping[str, Facets] = {
    "sent": frozenset({Facet.STATUS}),
    "sent_by_type": frozenset({Facet.TYPE, Facet.STATUS}),
    "sent_by_user": frozenset({Facet.USER, Facet.STATUS}),
    "sent_by_job": frozenset({Facet.JOB, Facet.STATUS}),
    "sent_by_result": frozenset({Facet.RESULT, Facet.STATUS}),
    "sent_by_recipient": frozenset({Facet.RECIPIENT, Facet.STATUS}),
}
"""In the order in which they were sent. All have the status, of which there are few: all of them are read as one."""

ONCE_SENT: tuple[NoticeStatus, ...] = (
    NoticeStatus.SENT,
    NoticeStatus.DELIVERED,
    NoticeStatus.BOUNCED,
    NoticeStatus.COMPLAINED,
)
"""What a notice with a time of sending may be."""

TOLD_BY_LISTS: Mapping[Facet, str] = {
    Facet.TYPE: "event_type",
    Facet.JOB: "job_id",
    Facet.RESULT: "result_id",
    Facet.RECIPIENT: "recipient",
}
"""The attributes that every list has of its notices: they hardly ever change. Who the user is, is in the place."""

CREATED_PLACE = "place"
SENT_PLACE = "sent_place"
"""The attributes that order the lists."""


def values_of(notice: Notice) -> Values:
    return known(
        {
            Facet.TYPE: notice.event_type,
            Facet.STATUS: notice.status,
            Facet.USER: notice.user_id,
            Facet.JOB: notice.job_id,
            Facet.RESULT: notice.result_id,
            Facet.RECIPIENT: notice.recipient,
        }
    )


def known(found: Mapping[Facet, str | None]) -> Values:
    """Without what is not there, and an address in small letters: capitals make no other."""
    there = {facet: str(value) for facet, value in found.items() if value is not None}
    return {facet: value.lower() if facet is Facet.RECIPIENT else value for facet, value in there.items()}


def fitting(lists: Mapping[str, Facets], wanted: Facets) -> dict[str, Facets]:
    """The lists that together have what is wanted, and nothing that a narrower one has not."""
    within = {name: facets for name, facets in lists.items() if facets <= wanted}
    return {name: facets for name, facets in within.items() if not any(facets < other for other in within.values())}


def list_key(tenant_id: str, facets: Facets, values: Values) -> str:
    """Of the list of those that have these ``values`` of its ``facets``."""
    return keys.list_key(tenant_id, *(f"{facet}:{values[facet]}" for facet in sorted(facets)))


def entries(notice: Notice) -> dict[str, Any]:
    """The attributes by which its lists have a notice."""
    return dict(_entries(notice))


def _entries(notice: Notice) -> Iterator[tuple[str, str]]:
    yield CREATED_PLACE, keys.place(notice.event_id, notice.user_id)
    yield from _in(BY_EVENT, notice)
    if notice.sent_at is not None and notice.status in ONCE_SENT:
        yield SENT_PLACE, keys.place_when_sent(to_milliseconds(notice.sent_at), notice.event_id, notice.user_id)
        yield from _in(BY_SENDING, notice)


def _in(lists: Mapping[str, Facets], notice: Notice) -> Iterator[tuple[str, str]]:
    values = values_of(notice)
    for name, facets in lists.items():
        if name != THE_TABLE and facets <= values.keys():
            yield name, list_key(notice.tenant_id, facets, values)

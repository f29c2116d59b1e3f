"""An event comes to no end, right after its notices were written down, or later."""

from datetime import timedelta

import pytest

from postroom.errors import Unavailable
from postroom.events.model import Event
from postroom.notices.model import NoticeStatus, Way
from postroom.preferences.model import Delivery
from tests.fakes.fate import Dead
from tests.fakes.telling_office import Office, an_event
from tests.fakes.time import NOON
from tests.unit.telling.test_tell import close

EVENT, OTHER = an_event(), an_event(1, created_at=NOON)
ONE = NOON + timedelta(hours=1)


def written_down(office: Office, event: Event, *, writes: int) -> None:
    """And no more: whoever was to tell Ann of it died over the last one of so many writes."""
    office.fate.at, office.fate.made = office.fate.writes + writes, True
    with pytest.raises(Dead):
        office.tell(event)
    office.fate.at = None


def test_what_was_to_be_told_at_once_has_failed_and_says_why(office: Office) -> None:
    office.wants()
    written_down(office, EVENT, writes=2)
    written_down(office, OTHER, writes=2)

    for _ in range(2):
        office.give_up(EVENT, "It came to no end")

    notice = office.notice(EVENT)
    assert (notice.status, notice.error) == (NoticeStatus.FAILED, "It came to no end")
    assert office.notice(OTHER).status is NoticeStatus.PENDING
    assert office.mails() == []


def test_what_is_for_a_digest_comes_into_it(office: Office) -> None:
    office.wants(delivery=Delivery.HOURLY)
    office.tell(OTHER)
    written_down(office, EVENT, writes=1)

    office.give_up(EVENT, "It came to no end")

    assert office.notice(EVENT).status is NoticeStatus.PENDING
    assert office.digested() == {("ann", ONE): sorted([EVENT.id, OTHER.id])}


def test_what_finds_its_digest_closed_has_failed(office: Office) -> None:
    office.wants(delivery=Delivery.HOURLY)
    office.tell(OTHER)
    written_down(office, EVENT, writes=1)
    close(office, ONE)

    office.give_up(EVENT, "It came to no end")
    office.give_up(OTHER, "It came to no end")

    assert office.notice(EVENT).status is NoticeStatus.FAILED
    assert (office.notice(OTHER).status, office.notice(OTHER).way) == (NoticeStatus.PENDING, Way.DIGEST)


def test_for_no_reason_it_is_not_wanted(office: Office) -> None:
    office.wants()
    written_down(office, EVENT, writes=2)

    office.give_up(EVENT, None)

    notice = office.notice(EVENT)
    assert (notice.status, notice.error) == (NoticeStatus.UNWANTED, None)


def test_what_was_decided_anew_is_left_to_whoever_did(office: Office) -> None:
    office.wants()
    office.tell(EVENT)
    mail = office.mail_of(EVENT)
    office.wants(email_address="ann@elsewhere.example", email_confirmed=True)
    ended = office.end(mail)
    office.messages.down = True
    with pytest.raises(Unavailable):
        office.reconsider(ended, office.notices_of(mail))
    office.messages.down = False

    office.give_up(EVENT, None)
    office.reconsider(ended, office.notices_of(mail))

    assert list(office.mail_of(EVENT).recipients) == ["ann@elsewhere.example"]


def test_what_has_a_mail_is_told_by_it(office: Office) -> None:
    office.wants()
    office.tell(EVENT)

    office.give_up(EVENT, "It came to no end")

    assert office.notice(EVENT).status is NoticeStatus.PENDING
    assert office.mail_of(EVENT)


def test_all_of_a_crowd_are_found(office: Office) -> None:
    users = [f"user{number:03}" for number in range(250)]
    for user_id in users:
        office.add_user(user_id)
        office.wants(user_id)
    office.messages.down = True
    with pytest.raises(Unavailable):
        office.tell(EVENT, *users)
    office.messages.down = False

    office.give_up(EVENT, "It came to no end")

    assert {notice.status for notice in office.notices.all} == {NoticeStatus.FAILED}
    assert len(office.notices.all) == len(users)

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from postroom.digests.model import Part, Plan
from postroom.errors import Unavailable
from postroom.messages.model import Message
from postroom.notices.model import About, NoticeStatus, Way
from postroom.preferences.model import Delivery, Weekday, Window
from postroom.telling.still_wanted import TOO_MUCH
from tests.builders import a_message
from tests.fakes.events import MemoryEvents
from tests.fakes.fate import Dead
from tests.fakes.telling_office import TENANT, Office, an_event
from tests.fakes.time import NOON
from tests.unit.telling.test_tell import close

EVENT = an_event()
ONE = NOON + timedelta(hours=1)
NOON_TO_ONE = Window(frozenset(Weekday), time(12), time(13))
ONE_TO_TWO = Window(frozenset(Weekday), time(13), time(14))


@pytest.fixture
def mail(office: Office) -> Message:
    """Tells Ann of an event, and waits for an hour."""
    office.wants()
    office.tell(EVENT)
    return office.mail_of(EVENT)


def reconsider(office: Office, mail: Message) -> None:
    office.reconsider(office.end(mail), office.notices_of(mail))


def test_who_opted_out_is_told_nothing(office: Office, mail: Message) -> None:
    office.wants(enabled=False)

    reconsider(office, mail)

    assert office.notice(EVENT).status is NoticeStatus.UNWANTED
    assert office.digested() == {}


def test_who_has_the_id_of_somebody_who_is_gone_is_told_nothing_of_theirs(office: Office, mail: Message) -> None:
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)
    office.add_user(email="somebody.else@example.com", created_at=NOON + timedelta(minutes=5))

    reconsider(office, mail)

    assert office.notice(EVENT).status is NoticeStatus.UNWANTED
    assert office.mails() == [office.sender.message(mail)]


def test_what_waited_into_quiet_hours_is_told_when_they_end(office: Office, mail: Message) -> None:
    office.says(quiet_hours=(NOON_TO_ONE,))

    reconsider(office, mail)

    assert office.digested() == {("ann", ONE): [EVENT.id]}
    notice = office.notice(EVENT)
    assert (notice.status, notice.way, notice.due_at) == (NoticeStatus.PENDING, Way.QUIET_HOURS, ONE)


def test_who_wants_digests_by_now_finds_it_in_the_next_one(office: Office, mail: Message) -> None:
    office.wants(delivery=Delivery.DAILY)

    reconsider(office, mail)

    assert office.digested() == {("ann", datetime(2030, 2, 1, 8, tzinfo=UTC)): [EVENT.id]}


def test_another_address_gets_another_mail(office: Office, mail: Message) -> None:
    office.wants(email_address="ann@elsewhere.example", email_confirmed=True)
    office.says(most_per_hour=1)
    office.clock.advance(timedelta(hours=5))

    reconsider(office, mail)

    first, second = office.mails()
    assert (first.id, list(second.recipients)) == (mail.id, ["ann@elsewhere.example"])
    assert second.created_at == office.clock()
    notice = office.notice(EVENT)
    assert (notice.message_id, notice.recipient, notice.tries) == (second.id, "ann@elsewhere.example", 2)
    assert office.look(second) == {}


def test_what_has_waited_comes_in_a_digest_when_there_is_no_room_for_it_by_then(office: Office, mail: Message) -> None:
    office.says(most_per_hour=1)
    office.clock.advance(timedelta(hours=5, minutes=1))
    office.find_course.throttle.admits(TENANT, "ann", "job_success", "evt_other", 1, office.clock())
    assert office.look(mail) == {mail.id: TOO_MUCH}

    reconsider(office, mail)

    assert office.digested() == {("ann", NOON + timedelta(hours=6)): [EVENT.id]}
    assert office.notice(EVENT).way is Way.THROTTLED


def test_who_is_gone_is_told_nothing(office: Office, mail: Message) -> None:
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)

    reconsider(office, mail)

    assert office.notice(EVENT).status is NoticeStatus.UNWANTED


def test_another_mail_that_cannot_be_stored_is_tried_some_times_and_then_has_failed(
    office: Office, mail: Message
) -> None:
    office.wants(email_address="ann@elsewhere.example", email_confirmed=True)
    office.messages.chokes_on = {mail.subject}
    ended = office.end(mail)

    for _ in range(3):
        with pytest.raises(Unavailable):
            office.reconsider(ended, office.notices_of(mail))
    office.reconsider(ended, office.notices_of(mail))

    notice = office.notice(EVENT)
    assert (notice.status, bool(notice.error)) == (NoticeStatus.FAILED, True)
    assert office.mails() == [ended]


def put_on_another_course(office: Office, mail: Message, **wishes: Any) -> Message:  # noqa: ANN401 - any field of a preference
    """And no more, before Ann goes."""
    office.wants(**wishes)
    ended = office.end(mail)
    office.messages.down = office.digests.down = True
    with pytest.raises(Unavailable):
        office.reconsider(ended, office.notices_of(mail))
    office.messages.down = office.digests.down = False
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)
    return ended


def test_who_goes_before_another_mail_is_accepted_is_told_nothing(office: Office, mail: Message) -> None:
    ended = put_on_another_course(office, mail, email_address="ann@elsewhere.example", email_confirmed=True)

    office.reconsider(ended, office.notices_of(mail))

    assert office.notice(EVENT).status is NoticeStatus.UNWANTED
    assert office.mails() == [ended]


def test_who_goes_before_it_is_in_a_digest_is_left_to_the_digest(office: Office, mail: Message) -> None:
    ended = put_on_another_course(office, mail, delivery=Delivery.DAILY)

    office.reconsider(ended, office.notices_of(mail))

    assert office.notice(EVENT).status is NoticeStatus.PENDING
    assert list(office.digested().values()) == [[EVENT.id]]


def test_what_does_not_answer_is_no_fault_of_the_other_mail(office: Office, mail: Message) -> None:
    office.wants(email_address="ann@elsewhere.example", email_confirmed=True)
    ended = office.end(mail)

    office.messages.down = True
    for _ in range(5):
        with pytest.raises(Unavailable):
            office.reconsider(ended, office.notices_of(mail))
    office.messages.down = False
    office.reconsider(ended, office.notices_of(mail))

    assert office.mail_of(EVENT).id != mail.id


def test_it_may_be_reconsidered_again_and_again(office: Office, mail: Message) -> None:
    office.wants(delivery=Delivery.DAILY)

    for _ in range(3):
        reconsider(office, mail)
        office.clock.advance(timedelta(days=1))

    assert list(office.digested().values()) == [[EVENT.id]]
    assert office.notice(EVENT).revision == 2


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("at_once", [False, True])
def test_whoever_dies_over_it_leaves_it_to_the_next_one(*, made: bool, at_once: bool) -> None:
    deaths = 0
    for at in range(1, 20):
        office = Office()
        office.add_user()
        office.wants()
        office.tell(EVENT)
        mail = office.mail_of(EVENT)
        delivery = Delivery.IMMEDIATE if at_once else Delivery.HOURLY
        office.wants(email_address="ann@elsewhere.example", email_confirmed=True, delivery=delivery)
        ended = office.end(mail)
        office.fate.at, office.fate.made = office.fate.writes + at, made
        try:
            office.reconsider(ended, office.notices_of(mail))
        except Dead:
            deaths += 1
        office.fate.at = None
        office.clock.advance(timedelta(seconds=90))

        office.reconsider(ended, office.notices_of(mail))

        others = [one.about for one in office.mails() if one.id != mail.id]
        assert others == ([f"ann~{EVENT.id}"] if at_once else [])
        assert list(office.digested().values()) == ([] if at_once else [[EVENT.id]])
    assert deaths >= 2


@pytest.fixture
def digest(office: Office) -> Message:
    """Tells Ann of two events at one, and waits."""
    office.wants(delivery=Delivery.HOURLY)
    office.wants(event_type="scheduled_backup_complete", delivery=Delivery.HOURLY)
    office.tell(EVENT)
    office.tell(an_event(1, event_type="scheduled_backup_complete"))
    [made] = office.digests.every()
    mail = a_message(about=str(About("ann", made.id)))
    event_ids = tuple(office.digests.event_ids(TENANT, made.id))
    office.digests.plan(made, Plan((Part(mail.id, "ann@example.com", event_ids),)))
    office.messages.add(mail)
    office.clock.now = ONE + timedelta(seconds=30)
    return mail


def test_of_a_digest_what_is_wanted_still_comes_in_another_one_at_once(office: Office, digest: Message) -> None:
    office.wants(event_type="scheduled_backup_complete", enabled=False)

    reconsider(office, digest)

    assert office.notice(an_event(1)).status is NoticeStatus.UNWANTED
    assert office.digested()["ann", ONE + timedelta(minutes=1)] == [EVENT.id]
    assert office.notice(EVENT).way is Way.DIGEST


def test_by_a_clock_that_is_behind_it_does_not_come_into_the_digest_that_it_was_in(
    office: Office, digest: Message
) -> None:
    office.wants(delivery=Delivery.HOURLY, email_address="ann@elsewhere.example", email_confirmed=True)
    office.clock.now = ONE - timedelta(milliseconds=100)

    reconsider(office, digest)

    assert office.notice(EVENT).due_at == ONE + timedelta(minutes=1)


def test_a_digest_that_waited_into_quiet_hours_comes_when_they_end(office: Office, digest: Message) -> None:
    office.says(quiet_hours=(ONE_TO_TWO,))

    reconsider(office, digest)

    assert len(office.digested()["ann", ONE + timedelta(hours=1)]) == 2


def test_a_digest_that_was_due_does_not_wait_for_the_next_day(office: Office, digest: Message) -> None:
    for event_type in ("job_success", "scheduled_backup_complete"):
        office.wants(event_type=event_type, delivery=Delivery.DAILY, email_address="a@b.example", email_confirmed=True)

    reconsider(office, digest)

    assert len(office.digested()["ann", ONE + timedelta(minutes=1)]) == 2
    assert office.notice(EVENT).recipient == "a@b.example"


@pytest.mark.parametrize("quiet", [(), (ONE_TO_TWO,)])
def test_a_digest_that_waited_for_longer_than_its_events_are_kept_is_told_still(
    office: Office, digest: Message, quiet: tuple[Window, ...]
) -> None:
    office.wants(delivery=Delivery.HOURLY, email_address="a@b.example", email_confirmed=True)
    office.says(quiet_hours=quiet)
    office.reconsider = replace(office.reconsider, events=MemoryEvents())

    reconsider(office, digest)

    due_at = ONE + (timedelta(hours=1) if quiet else timedelta(minutes=1))
    assert len(office.digested()["ann", due_at]) == 2
    assert (office.notice(EVENT).status, office.notice(EVENT).recipient) == (NoticeStatus.PENDING, "a@b.example")


def test_what_comes_too_late_for_that_one_too_comes_a_minute_later(office: Office, digest: Message) -> None:
    early, due_at = an_event(7), ONE + timedelta(minutes=1)
    office.tell(early)
    office.collect(office.notice(early), due_at)
    close(office, due_at)
    office.wants(delivery=Delivery.DAILY, email_address="a@b.example", email_confirmed=True)

    reconsider(office, digest)

    assert len(office.digested()["ann", ONE + timedelta(minutes=2)]) == 2


def test_however_much_is_in_it_wishes_are_read_once_and_it_goes_into_another_one_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.wants(delivery=Delivery.HOURLY)
    events = [an_event(number) for number in range(300)]
    for event in events:
        office.tell(event)
    [made] = office.digests.every()
    mail = a_message(about=str(About("ann", made.id)))
    office.digests.plan(made, Plan((Part(mail.id, "ann@example.com", tuple(event.id for event in events)),)))
    office.messages.add(mail)
    office.clock.now = ONE + timedelta(seconds=30)
    office.wants(delivery=Delivery.HOURLY, email_address="a@b.example", email_confirmed=True)
    asked = [
        counted(monkeypatch, store, name)
        for store, name in (
            (office.preferences, "of_user"),
            (office.preferences, "get_many"),
            (office.digests, "add_all"),
        )
    ]

    reconsider(office, mail)

    assert len(office.digested()["ann", ONE + timedelta(minutes=1)]) == 300
    assert [len(calls) for calls in asked] == [1, 0, 1]


def counted(monkeypatch: pytest.MonkeyPatch, store: object, name: str) -> list[object]:
    calls: list[object] = []
    method = getattr(store, name)

    def call(*arguments: object) -> object:
        calls.append(arguments)
        return method(*arguments)

    monkeypatch.setattr(store, name, call)
    return calls


def test_what_is_told_otherwise_meanwhile_is_left_to_that(office: Office, digest: Message) -> None:
    office.says(quiet_hours=(ONE_TO_TWO,))
    reconsider(office, digest)
    before = office.notice(EVENT)
    office.says()

    reconsider(office, digest)

    assert office.notice(EVENT) == before

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count

import pytest

from postroom.digests import life as digest_life
from postroom.digests.model import DigestStatus
from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.messages.draft import Draft
from postroom.messages.model import Message, OnUncertain, Priority, Status
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.notices.outcome import FollowMails
from postroom.notices.ports import Place
from postroom.preferences.model import Choice, Delivery, TenantDefault, Weekday, Window
from postroom.telling.model import Told
from postroom.users.model import UserRole
from tests.fakes.fate import Dead, Fate
from tests.fakes.telling_office import TENANT, Notices, Office, an_event
from tests.fakes.time import NOON

NOON_TO_ONE = Window(frozenset(Weekday), time(12), time(13))
ONE, TWO = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


def test_who_wants_to_hear_of_it_at_once_gets_a_mail(office: Office) -> None:
    office.wants()
    event = an_event()

    told = office.tell(event)

    assert told == {Told.IMMEDIATE: 1}
    notice, [mail] = office.notice(event), office.mails()
    assert (notice.status, notice.way, notice.message_id) == (NoticeStatus.PENDING, Way.IMMEDIATE, mail.id)
    assert (notice.subject, notice.recipient) == ("Nightly copy succeeded", "ann@example.com")
    assert (notice.job_id, notice.job_type, notice.created_at) == ("job_1", "backup", event.created_at)
    assert (mail.status, list(mail.recipients)) == (Status.QUEUED, ["ann@example.com"])
    assert mail.about == f"ann~{event.id}"
    assert mail.metadata == {"event_id": event.id, "event_type": "job_success"}
    assert office.digested() == {}


def test_its_links_are_in_the_mail_and_in_its_headers(office: Office) -> None:
    office.wants()

    office.tell(an_event())

    content = next(iter(office.sender.contents.get_many(office.mails()).values())).open()
    less = f"https://mail.example.org/{TENANT}/ann/less/job_success"
    assert dict(content.headers)["List-Unsubscribe"] == f"<{less}>"
    assert content.filling is not None
    assert content.filling.data["less_url"] == less


@pytest.mark.parametrize(("critical", "on_uncertain"), [(False, OnUncertain.HOLD), (True, OnUncertain.RESEND)])
def test_what_is_critical_is_rather_told_twice_than_not(
    office: Office, on_uncertain: OnUncertain, *, critical: bool
) -> None:
    office.wants()

    office.tell(an_event(critical=critical, priority=Priority.HIGH))

    [mail] = office.mails()
    assert (mail.on_uncertain, mail.priority) == (on_uncertain, Priority.HIGH)


@pytest.mark.parametrize(
    ("delivery", "due_at"),
    [
        (Delivery.HOURLY, ONE),
        (Delivery.DAILY, datetime(2030, 2, 1, 8, tzinfo=UTC)),
        (Delivery.WEEKLY, datetime(2030, 2, 4, 8, tzinfo=UTC)),
    ],
)
def test_who_wants_digests_finds_it_in_the_next_one(office: Office, delivery: Delivery, due_at: datetime) -> None:
    office.wants(delivery=delivery)
    first, second = an_event(), an_event(1)

    assert office.tell(first) == office.tell(second) == {Told.DIGEST: 1}

    assert office.digested() == {("ann", due_at): [first.id, second.id]}
    notice = office.notice(first)
    assert (notice.way, notice.due_at, notice.message_id) == (Way.DIGEST, due_at, None)
    assert notice.kept_until > due_at
    assert office.mails() == []


def test_what_comes_in_quiet_hours_is_told_when_they_end_unless_it_is_critical(office: Office) -> None:
    office.wants()
    office.says(quiet_hours=(NOON_TO_ONE,))
    event, critical = an_event(), an_event(1, critical=True)

    assert office.tell(event) == {Told.QUIET_HOURS: 1}
    assert office.tell(critical) == {Told.IMMEDIATE: 1}

    assert office.digested() == {("ann", ONE): [event.id]}
    assert [mail.about for mail in office.mails()] == [f"ann~{critical.id}"]


def test_what_is_too_much_at_once_comes_at_the_next_full_hour(office: Office) -> None:
    office.wants()
    office.says(most_per_hour=2)
    office.clock.advance(timedelta(minutes=10))
    events = [an_event(number) for number in range(4)]

    told = sum((office.tell(event) for event in events), Counter[str]())

    assert told == {Told.IMMEDIATE: 2, Told.THROTTLED: 2}
    assert office.digested() == {("ann", ONE): [events[2].id, events[3].id]}
    assert office.notice(events[3]).way is Way.THROTTLED
    assert office.tell(an_event(9, critical=True)) == {Told.IMMEDIATE: 1}
    assert office.tell(an_event(10, event_type="job_failed")) == {Told.NOT_WANTED: 1}


def test_what_is_too_much_before_quiet_hours_comes_when_they_end(office: Office) -> None:
    office.wants()
    office.says(most_per_hour=1, quiet_hours=(Window(frozenset(Weekday), time(12, 30), time(14)),))

    office.tell(an_event())
    office.tell(an_event(1))

    assert [due_at for _, due_at in office.digested()] == [TWO]


def test_ten_come_at_once_when_nobody_says_anything_else(office: Office) -> None:
    office.wants()

    told = sum((office.tell(an_event(number)) for number in range(12)), Counter[str]())

    assert told == {Told.IMMEDIATE: 10, Told.THROTTLED: 2}


def test_users_are_counted_by_what_is_done_about_them(office: Office) -> None:
    office.wants(job_types=("sync",))
    for user_id, role in (("bob", UserRole.VIEWER), ("cid", UserRole.ADMIN), ("dan", UserRole.VIEWER)):
        office.add_user(user_id, role=role)
    office.wants("bob", delivery=Delivery.DAILY)
    office.wants("dan", email_address="dan@elsewhere.example", email_confirmed=True)

    told = office.tell(an_event(), "ann", "bob", "cid", "dan", "eve", "dan")

    assert told == {
        Told.OTHER_JOB_TYPE: 1,
        Told.DIGEST: 1,
        Told.NOT_WANTED: 1,
        Told.IMMEDIATE: 1,
        Told.UNKNOWN_USER: 1,
    }
    assert [list(mail.recipients) for mail in office.mails()] == [["dan@elsewhere.example"]]


def test_told_again_whoever_was_decided_about_stays_decided_about_and_counts_the_same(office: Office) -> None:
    office.wants()
    event = an_event()
    first = office.tell(event)
    before = office.notice(event), office.mails()
    office.wants(enabled=False)
    office.clock.advance(timedelta(minutes=5))

    assert office.tell(event) == first

    assert (office.notice(event), office.mails()) == before


def test_what_no_mail_can_be_made_of_has_failed_and_says_why(office: Office) -> None:
    office.wants()
    office.add_user("bob")
    office.wants("bob", delivery=Delivery.DAILY)
    del office.sender.templates.sources["job_success"]
    event = an_event()

    told = office.tell(event, "ann", "bob")

    assert told == {Told.IMMEDIATE: 1, Told.DIGEST: 1}
    notice = office.notice(event)
    assert (notice.status, notice.error) == (NoticeStatus.FAILED, "template: There is no such template")
    assert office.mails() == []
    assert office.tell(event, "ann", "bob") == told


def test_what_cannot_be_stored_is_tried_some_times_and_then_has_failed(office: Office) -> None:
    office.wants()
    office.messages.chokes_on = {"job_success: {title}"}
    event = an_event()

    for _ in range(3):
        with pytest.raises(Unavailable):
            office.tell(event)

    assert office.tell(event) == {Told.IMMEDIATE: 1}
    notice = office.notice(event)
    assert (notice.status, bool(notice.error)) == (NoticeStatus.FAILED, True)


def test_a_digest_that_does_not_answer_holds_up_nobody_elses_mail(office: Office) -> None:
    office.wants()
    office.add_user("bob")
    office.wants("bob", delivery=Delivery.DAILY)
    event = an_event()
    office.digests.down = True

    with pytest.raises(Unavailable):
        office.tell(event, "bob", "ann")

    assert [list(mail.recipients) for mail in office.mails()] == [["ann@example.com"]]
    office.digests.down = False
    assert office.tell(event, "bob", "ann") == {Told.IMMEDIATE: 1, Told.DIGEST: 1}
    assert len(office.mails()) == 1


def test_what_is_critical_is_handed_over_first(office: Office) -> None:
    office.wants()
    events = [an_event(), an_event(1, critical=True)]
    for event in events:
        office.tell(event)
    tell, accepted = office.tell_users, list[str]()

    def accept(_: str, drafts: Sequence[Draft], __: Seed) -> list[Message]:
        accepted.extend(str(draft.about) for draft in drafts)
        return office.mails()[: len(drafts)]

    told = [(tell.read_cases(one, office.type_of(one), ["ann"])["ann"], office.notice(one)) for one in events]
    replace(tell.carry_out, accept=accept)(told)  # type: ignore[arg-type]

    assert accepted == [f"ann~{event.id}" for event in reversed(events)]


def test_a_store_that_is_down_tells_nobody_and_is_asked_again(office: Office) -> None:
    office.wants()
    event = an_event()
    office.messages.down = True

    with pytest.raises(Unavailable):
        office.tell(event)
    office.messages.down = False

    assert office.tell(event) == {Told.IMMEDIATE: 1}
    assert [mail.id for mail in office.mails()] == [office.notice(event).message_id]


def test_a_digest_that_is_on_its_way_takes_nothing_more_and_the_next_one_does(office: Office) -> None:
    office.wants(delivery=Delivery.HOURLY)
    office.tell(an_event())
    late = an_event(1)
    close(office, ONE)

    assert office.tell(late) == {Told.DIGEST: 1}

    assert office.digested()["ann", TWO] == [late.id]
    assert (office.notice(late).due_at, office.notice(late).revision) == (TWO, 2)


def test_when_quiet_hours_end_meanwhile_it_comes_at_once(office: Office) -> None:
    office.wants()
    office.says(quiet_hours=(NOON_TO_ONE,))
    office.tell(an_event())
    late = an_event(1)
    close(office, ONE)

    assert office.tell(late) == {Told.QUIET_HOURS: 1}

    notice, [mail] = office.notice(late), office.mails()
    assert (notice.way, notice.message_id, notice.digest_id) == (Way.IMMEDIATE, mail.id, None)


def test_a_user_who_goes_in_between_is_told_nothing(office: Office) -> None:
    office.wants()
    event = an_event()
    office.fate.at, office.fate.made = office.fate.writes + 2, True
    with pytest.raises(Dead):
        office.tell(event)
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)

    assert office.tell(event) == {Told.IMMEDIATE: 1}

    assert office.notice(event).status is NoticeStatus.UNWANTED
    assert office.mails() == []


def test_what_was_told_a_user_who_goes_afterwards_is_as_its_mail_is(office: Office) -> None:
    office.wants()
    event = an_event()
    office.tell(event)
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)

    assert office.tell(event) == {Told.IMMEDIATE: 1}

    sent = replace(office.mail_of(event), status=Status.SENT, sent_at=NOON)
    assert office.notice(event).status is NoticeStatus.PENDING
    FollowMails(office.notices, lambda *_: (), lambda _: None)([sent])
    assert office.notice(event).status is NoticeStatus.SENT


@pytest.mark.parametrize("made", [False, True])
def test_whoever_dies_at_any_write_leaves_nobody_out_and_nobody_is_told_twice(*, made: bool) -> None:
    deaths = 0
    for office in dead_offices(Notices, made=made):
        deaths += 1

        told = office.tell(an_event(), *PEOPLE)

        assert told == {Told.IMMEDIATE: 2, Told.DIGEST: 1, Told.THROTTLED: 1, Told.QUIET_HOURS: 1}
        assert sorted(all_told(office)) == [f"{user_id}~{an_event().id}" for user_id in PEOPLE]
        assert len(office.notices.all) == len(PEOPLE)
    assert deaths > 10


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize("deaths", [(1, 1, 1), (2, 3, 5), (9, 4, 1), (3, 11)], ids=str)
def test_whoever_dies_again_and_again_before_each_of_several_events_tells_all_of_them_once(
    deaths: tuple[int, ...], *, made: bool
) -> None:
    office, events, died = a_crowd(Notices), [an_event(number) for number in range(3)], 0

    for event in events:
        for nth in deaths:
            office.fate.at, office.fate.made = office.fate.writes + nth, made
            try:
                office.tell(event, *PEOPLE)
            except Dead:
                died += 1
        office.fate.at = None
        assert office.tell(event, *PEOPLE) == office.tell(event, *PEOPLE)

    assert died >= len(events)
    assert sorted(all_told(office)) == sorted(f"{user_id}~{event.id}" for event in events for user_id in PEOPLE)


def test_who_does_not_write_down_first_what_is_said_tells_somebody_twice() -> None:
    doubled = 0
    for office in dead_offices(Forgetful, made=True):
        office.tell(an_event(), *PEOPLE)
        doubled += len(all_told(office)) > len(PEOPLE)

    assert doubled > 0


class Forgetful(Notices):
    """The naive way: nobody looks what was decided before."""

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        del tenant_id, places
        return {}

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        super().add(notices)
        return list(notices)


def dead_offices(kept_in: Callable[[Fate], Notices], *, made: bool) -> Iterator[Office]:
    """After the first write, after the second one, and so on, and a moment later."""
    for at in count(1):
        office = a_crowd(kept_in)
        office.fate.at, office.fate.made = office.fate.writes + at, made
        try:
            office.tell(an_event(), *PEOPLE)
        except Dead:
            office.clock.advance(timedelta(seconds=40))
            yield office
        else:
            return


PEOPLE = ("ann", "bob", "cid", "dan", "eve")


def a_crowd(kept_in: Callable[[Fate], Notices]) -> Office:
    office = Office(kept_in)
    for user_id in PEOPLE:
        office.add_user(user_id)
        office.wants(user_id, delivery=Delivery.DAILY if user_id == "cid" else Delivery.IMMEDIATE)
    office.says("dan", most_per_hour=1)
    office.find_course.throttle.admits(TENANT, "dan", "job_success", "evt_before", 1, NOON)
    office.says("eve", quiet_hours=(NOON_TO_ONE,))
    return office


def all_told(office: Office) -> list[str]:
    """Whom of what, by mails and by digests."""
    mailed = [str(mail.about) for mail in office.mails()]
    return mailed + [f"{user_id}~{one}" for (user_id, _), items in office.digested().items() for one in items]


def close(office: Office, due_at: datetime) -> None:
    [digest] = [one for one in office.digests.every() if one.first_due_at == due_at]
    office.digests.change(TENANT, digest.id, digest_life.claim(digest, "worker", 0, due_at))
    claimed = office.digests.get(TENANT, digest.id)
    assert claimed is not None
    office.digests.change(TENANT, digest.id, digest_life.close(claimed, due_at))
    closed = office.digests.get(TENANT, digest.id)
    assert closed is not None
    assert closed.status is DigestStatus.CLOSED


@pytest.mark.parametrize(
    ("later", "told"), [(timedelta(seconds=2), "immediate"), (timedelta(seconds=3), "unknown_user")]
)
def test_who_was_made_right_before_the_event_by_a_clock_that_is_ahead_is_told(
    office: Office, later: timedelta, told: str
) -> None:
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.put(replace(ann, created_at=NOON + later), ann)
    office.wants()

    assert office.tell(an_event()) == {told: 1}


def test_who_is_not_told_is_not_counted_when_roles_are_gone_through_again(office: Office) -> None:
    office.tenant_says(defaults={"job_success": TenantDefault(Choice(enabled=True, job_types=("sync",)))})
    event = an_event(place="admin:")

    first = office.tell(event)
    again = office.tell(replace(event, place="again_admin:"))

    assert (first, again) == ({Told.OTHER_JOB_TYPE: 1}, {})

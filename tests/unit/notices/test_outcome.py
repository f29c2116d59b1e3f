from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations
from random import Random
from threading import Barrier

import pytest

from postroom.errors import Unavailable
from postroom.messages.model import TRANSITIONS as OF_MESSAGES
from postroom.messages.model import Attempt, Message, Reason, Status
from postroom.notices.model import OF_MAIL, TRANSITIONS, About, Notice, NoticeStatus, Way
from postroom.notices.outcome import FollowMails, follow
from tests.builders import a_message, a_notice
from tests.fakes.notices import MemoryNotices
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=1)
EVENT = a_notice().event_id
ENDED = [status for status in Status if OF_MAIL[status] is not NoticeStatus.PENDING]


@dataclass
class Office:
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    parts: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    reconsidered: list[Message] = field(default_factory=list)

    def follow(self, *messages: Message) -> None:
        FollowMails(self.notices, self.carried, self.reconsider)(messages)

    def carried(self, *place: str) -> Sequence[str]:
        return self.parts.get((place[0], place[1], place[2]), [])

    def reconsider(self, message: Message) -> None:
        self.reconsidered.append(message)

    def now(self, notice: Notice) -> Notice:
        [found] = self.notices.get_many(notice.tenant_id, [(notice.user_id, notice.event_id)]).values()
        return found


class Down(list[Message]):
    def append(self, _: Message, /) -> None:
        raise Unavailable


@pytest.fixture
def office() -> Office:
    return Office()


def mail(status: Status = Status.SENT, **changes: object) -> Message:
    fields = {"about": str(About("ann", EVENT)), "sent_at": LATER if status is Status.SENT else None}
    return a_message(**{"id": "msg_1", "status": status, **fields, **changes})


def noted(office: Office, **changes: object) -> Notice:
    [notice] = office.notices.add([a_notice(**{"message_id": "msg_1", "tries": 1, **changes})])
    return notice


def test_every_status_of_a_mail_and_of_a_notice_has_its_line() -> None:
    assert OF_MAIL.keys() == set(Status)
    assert TRANSITIONS.keys() == set(NoticeStatus)


def test_a_notice_can_follow_wherever_its_mail_can_go() -> None:
    # What is in doubt and sent again is told of when it is known: until then its notice stays where it is.
    for status, following in OF_MESSAGES.items():
        for after in following:
            before, now = OF_MAIL[status], OF_MAIL[after]
            assert now in {before, NoticeStatus.PENDING} or now in TRANSITIONS[before], (status, after)


@pytest.mark.parametrize("status", ENDED)
def test_a_notice_becomes_what_its_mail_became(office: Office, status: Status) -> None:
    notice = noted(office)

    office.follow(mail(status))

    assert office.now(notice).status is OF_MAIL[status]


def test_it_says_when_it_was_sent_and_not_why(office: Office) -> None:
    notice = noted(office)

    office.follow(mail(Status.SENT, detail="It was put off for a while"))

    sent = office.now(notice)
    assert (sent.sent_at, sent.error) == (LATER, None)


def test_it_says_in_the_servers_words_why_it_failed(office: Office) -> None:
    notice = noted(office)
    attempt = Attempt(NOON, "acc_1", "recipient", "rcpt", "550 5.1.1 no such user")

    office.follow(mail(Status.FAILED, detail="", attempts=(attempt,)))

    assert office.now(notice).error == "550 5.1.1 no such user"


def test_what_is_told_again_changes_nothing(office: Office) -> None:
    notice = noted(office)
    office.follow(mail())
    once = office.now(notice)

    office.follow(mail(), mail())

    assert office.now(notice) == once


def test_in_whatever_order_it_is_told_the_end_is_the_same() -> None:
    told = [mail(Status.UNCERTAIN), mail(Status.SENT), mail(Status.BOUNCED, sent_at=LATER)]
    for order in permutations(told):
        office = Office()
        notice = noted(office)

        for message in order:
            office.follow(message)

        assert office.now(notice).status is NoticeStatus.BOUNCED


def test_of_several_changes_of_a_mail_told_at_once_the_last_counts(office: Office) -> None:
    notice = noted(office)

    office.follow(mail(Status.UNCERTAIN), mail(Status.FAILED, detail="It expired"))

    assert office.now(notice).status is NoticeStatus.FAILED
    assert office.now(notice).revision == 2


def test_a_mail_that_it_no_longer_goes_by_changes_nothing(office: Office) -> None:
    for notice in (noted(office, message_id="msg_2", tries=2), noted(office, user_id="bob", message_id=None)):
        office.follow(mail(Status.FAILED, about=str(About(notice.user_id, EVENT))))

        assert office.now(notice) == notice


def test_a_notice_that_is_gone_is_left_alone(office: Office) -> None:
    office.follow(mail())

    assert office.notices.all == []


def test_another_tenants_notice_stays_as_it_is(office: Office) -> None:
    strangers = noted(office, tenant_id="ten_b")

    office.follow(mail())

    assert office.now(strangers) == strangers


def test_all_notices_of_a_digests_mail_follow_it_and_no_others(office: Office) -> None:
    of_digest = {"way": Way.DIGEST, "digest_id": "dig_1", "tries": 0}
    named, unnamed = (
        noted(office, **of_digest, event_id=event_id, message_id=message_id)
        for event_id, message_id in (("evt_1", "msg_1"), ("evt_2", None))
    )
    others = [
        noted(office, **of_digest, event_id="evt_3", message_id="msg_2"),  # to another address
        noted(office, **of_digest | {"digest_id": "dig_2"}, event_id="evt_4", message_id=None),  # waits on
    ]
    office.parts["ten_a", "dig_1", "msg_1"] = ["evt_1", "evt_2", "evt_4"]

    office.follow(mail(about=str(About("ann", "dig_1"))))

    for notice in (named, unnamed):
        assert office.now(notice).status is NoticeStatus.SENT
        assert office.now(notice).message_id == "msg_1"
    assert [office.now(notice) for notice in others] == others


class Meeting(MemoryNotices):
    """Nothing is replaced before so many are about to be."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.barrier = Barrier(count)

    def replace(self, seen: Notice, notice: Notice) -> bool:
        self.barrier.wait(timeout=20)
        return super().replace(seen, notice)


def test_the_notices_of_a_mail_follow_it_side_by_side() -> None:
    office = Office(Meeting(4))
    events = [f"evt_{number}" for number in range(8)]
    notices = [noted(office, event_id=event_id, digest_id="dig_1") for event_id in events]
    office.parts["ten_a", "dig_1", "msg_1"] = events

    office.follow(mail(about=str(About("ann", "dig_1"))))

    assert {office.now(notice).status for notice in notices} == {NoticeStatus.SENT}


def test_what_was_not_wanted_so_any_more_is_decided_about_anew(office: Office) -> None:
    notice = noted(office)
    unwanted = mail(Status.CANCELLED, reason=Reason.WISHES)

    office.follow(unwanted)

    assert office.reconsidered == [unwanted]
    assert office.now(notice) == notice


@pytest.mark.parametrize("status", sorted(set(NoticeStatus) - {NoticeStatus.PENDING}))
def test_what_is_settled_is_not_decided_about_once_more(office: Office, status: NoticeStatus) -> None:
    noted(office, status=status)

    office.follow(mail(Status.CANCELLED, reason=Reason.WISHES))

    assert office.reconsidered == []


def test_a_digest_is_decided_about_anew_as_long_as_one_of_its_notices_is_pending(office: Office) -> None:
    noted(office, event_id="evt_1", digest_id="dig_1", status=NoticeStatus.UNWANTED)
    noted(office, event_id="evt_2", digest_id="dig_1")
    office.parts["ten_a", "dig_1", "msg_1"] = ["evt_1", "evt_2"]
    unwanted = mail(Status.CANCELLED, reason=Reason.WISHES, about=str(About("ann", "dig_1")))

    office.follow(unwanted)

    assert office.reconsidered == [unwanted]


def test_a_queue_that_does_not_answer_holds_up_nobody_elses_record(caplog: pytest.LogCaptureFixture) -> None:
    office = Office(reconsidered=Down())
    of_unwanted, of_sent = noted(office), noted(office, event_id="evt_2", message_id="msg_2")

    office.follow(
        mail(Status.CANCELLED, reason=Reason.WISHES), mail(id="msg_2", about=str(About("ann", of_sent.event_id)))
    )

    assert office.now(of_sent).status is NoticeStatus.SENT
    assert office.now(of_unwanted) == of_unwanted
    assert len(caplog.records) == 1


def test_what_somebody_took_back_is_not(office: Office) -> None:
    notice = noted(office)

    office.follow(mail(Status.CANCELLED))

    assert office.reconsidered == []
    assert office.now(notice).status is NoticeStatus.CANCELLED


class Raced(MemoryNotices):
    """Somebody else changes a notice between its reading and its replacing, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def replace(self, seen: Notice, notice: Notice) -> bool:
        if self.times:
            self.times -= 1
            assert super().replace(seen, replace(seen, error="somebody was here"))
        return super().replace(seen, notice)


def test_who_was_faster_delays_and_hinders_nothing() -> None:
    office = Office(Raced(3))
    notice = noted(office)

    office.follow(mail())

    assert office.now(notice).status is NoticeStatus.SENT


def test_what_cannot_be_noted_is_told_again_later() -> None:
    office = Office(Raced(99))
    notice = noted(office)

    with pytest.raises(Unavailable):
        office.follow(mail())

    assert office.now(notice).status is NoticeStatus.PENDING


class Dying(MemoryNotices):
    """Fails at the writes of these numbers: half of them after they were stored."""

    def __init__(self, at: set[int]) -> None:
        super().__init__()
        self.at = at
        self.writes = 0

    def replace(self, seen: Notice, notice: Notice) -> bool:
        self.writes += 1
        if self.writes in self.at and self.writes % 2:
            raise Unavailable
        done = super().replace(seen, notice)
        if self.writes in self.at:
            raise Unavailable
        return done


@pytest.mark.parametrize("seed", range(25))
def test_killed_anywhere_and_told_again_all_are_as_their_mails_in_the_end(seed: int) -> None:
    chance = Random(seed)
    office = Office(Dying({chance.randrange(40) for _ in range(6)}))
    events = [f"evt_{number}" for number in range(12)]
    notices = [noted(office, event_id=event_id, message_id=f"msg_{event_id}") for event_id in events]
    told = [
        mail(status, id=f"msg_{event_id}", about=str(About("ann", event_id)), sent_at=LATER)
        for event_id in events
        for status in (Status.UNCERTAIN, Status.SENT)
    ]

    left = list(told)
    while left:
        batch = left[: chance.randrange(1, 9)]
        try:
            office.follow(*batch)
        except Unavailable:
            continue
        left = left[len(batch) :]
        if chance.random() < 0.3:
            with suppress(Unavailable):
                office.follow(*chance.sample(told, 3))

    assert {office.now(notice).status for notice in notices} == {NoticeStatus.SENT}


def test_a_doubt_that_comes_after_the_mail_was_sent_changes_nothing() -> None:
    notice = a_notice(message_id="msg_1", status=NoticeStatus.SENT, sent_at=LATER)

    assert follow(notice, mail(Status.UNCERTAIN)) is None

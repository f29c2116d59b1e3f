from datetime import time, timedelta

import pytest

from postroom.digests.model import Part, Plan
from postroom.errors import Unavailable
from postroom.messages.model import Message
from postroom.notices.model import About
from postroom.preferences.model import Delivery, Weekday, Window
from postroom.telling.still_wanted import NOT_NOW, NOT_THERE, NOT_WANTED, TOLD_OTHERWISE, TOO_MUCH
from postroom.users.model import UserRole
from tests.builders import a_draft, a_message
from tests.fakes.telling_office import TENANT, Office, an_event
from tests.fakes.time import NOON

NOON_TO_ONE = Window(frozenset(Weekday), time(12), time(13))


def a_mail(office: Office, number: int = 0, **changes: object) -> Message:
    """One that tells Ann of an event at once."""
    office.wants()
    event = an_event(number, **changes)
    office.tell(event)
    return office.mail_of(event)


def a_digest(office: Office, count: int = 2) -> Message:
    """One that tells Ann of some events, and was made when it was due."""
    office.wants(delivery=Delivery.HOURLY)
    for number in range(count):
        office.tell(an_event(number))
    [digest] = office.digests.every()
    mail = a_message(about=str(About("ann", digest.id)))
    event_ids = tuple(office.digests.event_ids(TENANT, digest.id))
    office.digests.plan(digest, Plan((Part(mail.id, "ann@example.com", event_ids),)))
    office.messages.add(mail)
    office.clock.advance(timedelta(hours=1))
    return mail


def test_what_is_wanted_as_it_was_goes(office: Office) -> None:
    assert office.look(a_mail(office)) == {}


def test_a_digest_that_is_wanted_as_it_was_goes(office: Office) -> None:
    assert office.look(a_digest(office)) == {}


def test_nothing_is_looked_up_for_other_messages(office: Office) -> None:
    [mail] = office.sender.accept(a_draft())

    assert office.look(mail) == {}


def test_who_opted_out_gets_nothing(office: Office) -> None:
    mail = a_mail(office)
    office.wants(enabled=False)

    assert office.look(mail) == {mail.id: NOT_WANTED}


def test_who_wants_other_jobs_gets_nothing(office: Office) -> None:
    mail = a_mail(office)
    office.wants(job_types=("sync",))

    assert office.look(mail) == {mail.id: NOT_WANTED}


def test_who_may_not_hear_of_it_any_more_gets_nothing_not_even_what_is_critical(office: Office) -> None:
    office.add_user("olaf", role=UserRole.OPERATOR)
    office.wants("olaf", "job_failed")
    event = an_event(event_type="job_failed", critical=True)
    office.tell(event, "olaf")
    mail = office.mail_of(event, "olaf")
    olaf = office.users.get(TENANT, "olaf")
    assert olaf is not None
    assert office.look(mail) == {}

    office.users.delete(olaf)
    office.add_user("olaf", role=UserRole.VIEWER)

    assert office.look(mail) == {mail.id: NOT_WANTED}


def test_who_is_gone_gets_nothing(office: Office) -> None:
    mails = [a_mail(office), a_digest(office)]
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    office.users.delete(ann)

    assert office.look(*mails) == {mail.id: NOT_WANTED for mail in mails}


def test_quiet_hours_are_kept_but_for_what_is_critical(office: Office) -> None:
    mail, critical = a_mail(office), a_mail(office, 1, critical=True)
    office.says(quiet_hours=(NOON_TO_ONE,))

    assert office.look(mail, critical) == {mail.id: NOT_NOW}


def test_of_what_has_waited_no_more_goes_within_an_hour_than_its_user_wants(office: Office) -> None:
    office.wants()
    office.says(most_per_hour=2)
    mails = []
    for number in range(8):
        office.clock.now = NOON + timedelta(hours=number // 2)
        mails.append(a_mail(office, number, created_at=office.clock()))
    critical = a_mail(office, 9, critical=True)
    office.clock.now = NOON + timedelta(hours=13)

    for _ in range(2):
        assert office.look(*mails, critical) == {mail.id: TOO_MUCH for mail in mails[2:]}

    office.clock.advance(timedelta(hours=1))
    assert office.look(*mails[2:]) == {mail.id: TOO_MUCH for mail in mails[4:]}


def test_what_goes_right_away_is_counted_by_nobody_once_more(office: Office) -> None:
    mail = a_mail(office)
    before = office.fate.writes
    office.clock.advance(timedelta(minutes=2))

    assert office.look(mail) == {}

    assert office.fate.writes == before


def test_who_wants_digests_by_now_gets_no_mail_at_once(office: Office) -> None:
    mail = a_mail(office)
    office.wants(delivery=Delivery.DAILY)

    assert office.look(mail) == {mail.id: NOT_NOW}


@pytest.mark.parametrize("is_digest", [False, True])
def test_mail_goes_to_the_address_that_counts_now(office: Office, *, is_digest: bool) -> None:
    mail = a_digest(office) if is_digest else a_mail(office)
    delivery = Delivery.HOURLY if is_digest else Delivery.IMMEDIATE

    office.wants(delivery=delivery, email_address="ann@elsewhere.example", email_confirmed=True)

    assert office.look(mail) == {mail.id: NOT_THERE}


def test_a_digest_is_not_sent_when_one_thing_in_it_is_not_wanted(office: Office) -> None:
    office.wants(event_type="scheduled_backup_complete", delivery=Delivery.HOURLY)
    office.tell(an_event(9, event_type="scheduled_backup_complete"))
    mail = a_digest(office)
    assert office.look(mail) == {}

    office.wants(event_type="scheduled_backup_complete", enabled=False)

    assert office.look(mail) == {mail.id: NOT_WANTED}


def test_a_digest_is_not_sent_in_quiet_hours_and_goes_when_another_one_would_be_daily(office: Office) -> None:
    mail = a_digest(office)
    office.wants(delivery=Delivery.DAILY)
    assert office.look(mail) == {}

    office.says(quiet_hours=(Window(frozenset(Weekday), time(13), time(14)),))

    assert office.look(mail) == {mail.id: NOT_NOW}


def test_what_is_told_by_another_mail_is_not_told_again(office: Office) -> None:
    mail = a_mail(office)
    office.wants(delivery=Delivery.DAILY)
    office.reconsider(office.end(mail), office.notices_of(mail))
    office.wants()

    assert office.look(mail) == {mail.id: TOLD_OTHERWISE}


def test_of_what_nobody_knows_any_more_nobody_is_told(office: Office) -> None:
    strange = a_message(about="ann~" + an_event(5).id)
    unplanned = a_message(about=str(About("ann", "dig_" + an_event(5).id[4:])))

    assert office.look(strange, unplanned) == {strange.id: NOT_WANTED, unplanned.id: NOT_WANTED}


def test_many_are_looked_up_together(office: Office) -> None:
    office.add_user("bob")
    office.wants("bob")
    office.wants("bob", "scheduled_backup_complete", delivery=Delivery.DAILY)
    mails = [a_mail(office), a_mail(office, 1)]
    event = an_event(2)
    office.tell(event, "bob")
    office.wants("bob", enabled=False)

    assert office.look(*mails, office.mail_of(event, "bob")) == {office.mail_of(event, "bob").id: NOT_WANTED}


def test_who_has_the_id_of_somebody_who_is_gone_gets_nothing_of_theirs(office: Office) -> None:
    mail, digest = a_mail(office, 2, event_type="job_success"), a_digest(office)
    ann = office.users.get(TENANT, "ann")
    assert ann is not None
    assert office.look(digest) == {}

    office.users.delete(ann)
    office.add_user(created_at=office.clock())

    assert office.look(mail, digest) == {mail.id: NOT_WANTED, digest.id: NOT_WANTED}


@pytest.mark.parametrize("reason", ["It came to no end", None])
def test_what_ended_before_its_mail_was_accepted_is_not_told_by_it(office: Office, reason: str | None) -> None:
    office.wants()
    event = an_event()
    office.messages.down = True
    with pytest.raises(Unavailable):
        office.tell(event)
    office.messages.down = False
    pending = office.notice(event)
    office.give_up(event, reason)
    [case] = office.tell_users.read_cases(event, office.type_of(event), ["ann"]).values()

    office.tell_users.carry_out([(case, pending)])

    [mail] = office.mails()
    assert office.look(mail) == {mail.id: TOLD_OTHERWISE}

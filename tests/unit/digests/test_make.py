"""What becomes of a digest when it is due."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from postroom.digests.model import DigestStatus, digest_id
from postroom.errors import Unavailable
from postroom.leases.model import GIVEN_UP, LEASE, MOST_CLAIMS, Ticket
from postroom.messages.model import OnUncertain, Status
from postroom.notices.model import About, NoticeStatus
from postroom.preferences.model import Weekday, Window
from tests.fakes.digest_office import HOUR, TENANT, Office
from tests.fakes.time import NOON
from tests.faults.racing import race

DUE = NOON + HOUR
FOREVER = NOON + timedelta(days=9)
ID = digest_id(TENANT, "ann", DUE)
ALWAYS = frozenset(Weekday)
NOW_QUIET = Window(ALWAYS, time(13), time(16))  # of Berlin: until 15:00 UTC
OVER = NOON + 3 * HOUR


@pytest.fixture
def office() -> Office:
    office = Office()
    office.wants("job_failed")
    return office


def test_what_waits_for_the_same_moment_goes_in_one_mail(office: Office) -> None:
    for number in range(3):
        assert office.add(f"evt_{number}", DUE)

    office.minutes(60)
    assert office.mails() == []
    office.minutes(1)

    [mail] = office.mails()
    assert office.told() == {mail.id: ["evt_0", "evt_1", "evt_2"]}
    assert list(mail.recipients) == ["ann@example.com"]
    assert (mail.about, mail.on_uncertain) == (str(About("ann", ID)), OnUncertain.HOLD)
    assert mail.metadata == {"digest_id": ID}
    assert {office.notice(f"evt_{number}").message_id for number in range(3)} == {mail.id}
    assert office.notice("evt_0").status is NoticeStatus.PENDING


def test_one_press_of_a_button_ends_them_all(office: Office) -> None:
    office.add("evt_1", DUE)
    office.minutes(61)

    [mail] = office.mails()
    [stored] = office.sender.contents.get_many([mail]).values()

    assert stored.open().headers == (
        ("List-Unsubscribe", "<https://example.com/preferences>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    assert office.data_of(mail)["preferences_url"] == "https://example.com/preferences"


def test_a_digest_that_was_made_is_not_looked_to_again(office: Office) -> None:
    office.add("evt_1", DUE)

    office.minutes(200)

    digest = office.digests.get(TENANT, ID)
    assert digest is not None
    assert (digest.status, digest.holder) == (DigestStatus.DONE, None)
    assert office.digests.entries() == {}
    assert len(office.mails()) == 1
    assert office.tickets.waiting == []


def test_what_comes_too_late_has_to_find_another_one(office: Office) -> None:
    office.add("evt_1", DUE)
    office.minutes(61)

    assert not office.add("evt_2", DUE)
    assert office.add("evt_1", DUE)
    assert len(office.told()) == 1


def test_nothing_is_done_of_one_that_is_not_due_yet(office: Office) -> None:
    office.add("evt_1", DUE)

    office.work_off(Ticket(TENANT, ID))

    assert office.mails() == []
    assert office.add("evt_2", DUE)


def test_a_run_that_is_days_late_sends_a_mail_that_can_still_be_delivered(office: Office) -> None:
    office.add("evt_1", DUE)
    office.passes(timedelta(days=5))

    office.schedule(runs=3)
    office.work_on()

    [mail] = office.mails()
    assert mail.status is Status.QUEUED
    assert mail.expires_at > office.clock() + timedelta(days=2)


def test_what_is_not_wanted_any_more_is_left_out(office: Office) -> None:
    office.wants("job_success", job_types=("backup",))
    office.add("evt_1", DUE)
    office.add("evt_2", DUE, event_type="job_success", job_type="sync")
    office.add("evt_3", DUE, event_type="job_success", job_type="backup")

    office.minutes(61)

    assert list(office.told().values()) == [["evt_1", "evt_3"]]
    assert office.notice("evt_2").status is NoticeStatus.UNWANTED


def test_no_mail_is_sent_when_nothing_is_left(office: Office) -> None:
    office.add("evt_1", DUE)
    office.add("evt_2", DUE, event_type="a_type_that_was_deleted")
    office.wants("job_failed", enabled=False)

    office.minutes(61)

    assert office.mails() == []
    assert {office.notice(one).status for one in ("evt_1", "evt_2")} == {NoticeStatus.UNWANTED}


def test_a_user_who_is_gone_gets_nothing(office: Office) -> None:
    office.add("evt_1", DUE)
    office.users.delete(office.user)

    office.minutes(61)

    assert office.mails() == []
    assert office.notice("evt_1").status is NoticeStatus.UNWANTED


def test_who_has_the_id_of_a_user_who_is_gone_gets_their_own_alone(office: Office) -> None:
    office.add("evt_1", DUE)
    office.passes(timedelta(minutes=1))
    office.users.delete(office.user)
    office.users.put(replace(office.user, email="somebody.else@example.com", created_at=office.clock()), None)
    office.add("evt_2", DUE)

    office.minutes(61)

    [mail] = office.mails()
    assert list(mail.recipients) == ["somebody.else@example.com"]
    assert office.notice("evt_1").status is NoticeStatus.UNWANTED
    assert office.notice("evt_2").message_id == mail.id


def test_a_digest_that_was_planned_for_a_user_who_is_gone_goes_to_nobody(office: Office) -> None:
    office.add("evt_1", DUE)
    office.passes(HOUR)
    office.sender.contents.down = True
    office.minutes(1)
    office.users.delete(office.user)
    office.users.put(replace(office.user, email="somebody.else@example.com", created_at=office.clock()), None)
    office.sender.contents.down = False

    office.minutes(30)

    assert office.mails() == []
    assert office.notice("evt_1").status is NoticeStatus.FAILED


def test_each_address_gets_what_is_meant_for_it(office: Office) -> None:
    office.wants("job_success", address="ann@elsewhere.example")
    office.add("evt_1", DUE)
    office.add("evt_2", DUE, event_type="job_success")

    office.minutes(61)

    by_address = {next(iter(mail.recipients)): office.told()[mail.id] for mail in office.mails()}
    assert by_address == {"ann@example.com": ["evt_1"], "ann@elsewhere.example": ["evt_2"]}
    assert office.notice("evt_2").recipient == "ann@elsewhere.example"


def test_in_quiet_hours_it_goes_with_what_they_hold_back(office: Office) -> None:
    office.add("evt_1", DUE)
    office.is_quiet(NOW_QUIET)
    office.minutes(61)
    assert office.mails() == []

    office.add("evt_2", OVER)
    office.minutes(180)

    assert list(office.told().values()) == [["evt_1", "evt_2"]]
    assert office.notice("evt_1").due_at == OVER
    assert office.notice("evt_1").digest_id == digest_id(TENANT, "ann", OVER)


def test_what_is_put_off_is_kept_for_as_much_longer(office: Office) -> None:
    office.add("evt_1", DUE)
    kept_until = office.notice("evt_1").kept_until
    office.is_quiet(NOW_QUIET)

    office.minutes(61)

    assert office.notice("evt_1").kept_until == kept_until + (OVER - DUE)


def test_what_is_not_wanted_waits_for_no_quiet_hours(office: Office) -> None:
    office.add("evt_1", DUE)
    office.is_quiet(NOW_QUIET)
    office.wants("job_failed", enabled=False)

    office.minutes(61)

    assert office.notice("evt_1").status is NoticeStatus.UNWANTED


def test_of_very_many_that_are_put_off_none_is_lost_for_want_of_time(office: Office) -> None:
    for number in range(250):
        office.add(f"evt_{number:03}", DUE)
    office.is_quiet(NOW_QUIET)
    office.passes(HOUR)

    put_off: list[int] = []
    for _ in range(3):  # each has time for a part of them only
        office.another_worker()(Ticket(TENANT, ID), office.clock())
        put_off.append(len(office.digests.event_ids(TENANT, digest_id(TENANT, "ann", OVER))))
    office.minutes(200)

    assert put_off == [100, 200, 250]
    [mail] = office.mails()
    assert office.data_of(mail)["total"] == 250


def test_a_mail_that_is_refused_is_told_in_the_log(office: Office) -> None:
    office.add("evt_1", DUE)
    del office.sender.templates.sources["digest"]

    office.minutes(61)

    notice = office.notice("evt_1")
    assert (notice.status, notice.message_id) == (NoticeStatus.FAILED, None)
    assert notice.error == "template: There is no such template"


def test_what_does_not_answer_is_waited_for(office: Office) -> None:
    office.add("evt_1", DUE)
    office.passes(HOUR)
    office.sender.contents.down = True
    office.minutes(30)
    assert office.mails() == []
    assert office.notice("evt_1").status is NoticeStatus.PENDING

    office.sender.contents.down = False
    office.minutes(60)

    assert list(office.told().values()) == [["evt_1"]]


def test_what_kills_whoever_works_on_it_is_given_up_and_the_log_says_so(office: Office) -> None:
    office.add("evt_1", DUE)
    office.passes(HOUR)
    office.is_deadly = True

    office.minutes(60)

    digest, notice = office.digests.get(TENANT, ID), office.notice("evt_1")
    assert digest is not None
    assert (digest.status, digest.detail) == (DigestStatus.FAILED, GIVEN_UP)
    assert (notice.status, notice.error, office.mails()) == (NoticeStatus.FAILED, GIVEN_UP, [])


def test_what_was_moved_elsewhere_meanwhile_is_told_there_alone(office: Office) -> None:
    # Whoever tells users was refused by a digest, and says so before it asks the next one.
    office.add("evt_1", DUE)
    office.add("evt_2", DUE)
    office.add("evt_2", OVER)

    office.minutes(61)
    assert list(office.told().values()) == [["evt_1"]]
    office.minutes(120)

    assert sorted(office.told().values()) == [["evt_1"], ["evt_2"]]


def test_what_was_to_be_moved_by_somebody_who_died_is_not_lost(office: Office) -> None:
    office.add("evt_1", DUE)
    office.add("evt_0", OVER)
    office.passes(4 * HOUR)
    office.work_off(Ticket(TENANT, digest_id(TENANT, "ann", OVER)))
    office.fate.at = office.fate.writes + 1
    office.fate.error = Unavailable
    with pytest.raises(Unavailable):
        office.add("evt_1", OVER)

    office.minutes(10)

    assert sorted(office.told().values()) == [["evt_0"], ["evt_1"]]


def test_of_several_who_take_each_other_for_dead_one_mail_comes(office: Office) -> None:
    for number in range(20):
        office.add(f"evt_{number:02}", DUE)
    office.passes(HOUR)
    workers = [office.another_worker(ahead=number * 2 * LEASE) for number in range(MOST_CLAIMS)]
    taken = iter(workers)

    def work() -> int:
        next(taken)(Ticket(TENANT, ID), FOREVER)
        return 1

    assert race(len(workers), work) == len(workers)
    office.minutes(60)

    [mail] = office.mails()
    assert office.told() == {mail.id: [f"evt_{number:02}" for number in range(20)]}
    digest = office.digests.get(TENANT, ID)
    assert digest is not None
    assert digest.status is DigestStatus.DONE

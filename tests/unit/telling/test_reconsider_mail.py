from dataclasses import replace

import pytest

from postroom.errors import Unavailable
from postroom.leases.model import Ticket
from postroom.messages.model import Message
from postroom.notices.model import NoticeStatus
from postroom.preferences.model import Delivery
from tests.fakes.telling_office import TENANT, Office, an_event
from tests.fakes.time import NOON

EVENT = an_event()


@pytest.fixture
def mail(office: Office) -> Message:
    """Tells Ann of an event."""
    office.wants()
    office.tell(EVENT)
    return office.mail_of(EVENT)


def test_what_was_not_wanted_so_is_decided_about_anew_however_often_its_ticket_comes(
    office: Office, mail: Message
) -> None:
    office.wants(delivery=Delivery.DAILY)
    office.end(mail)

    for _ in range(3):
        office.reconsider_mail(Ticket(TENANT, mail.id), NOON)

    assert list(office.digested().values()) == [[EVENT.id]]
    assert office.notice(EVENT).revision == 2
    assert office.tickets.waiting == []


def test_of_a_mail_that_goes_or_is_gone_nothing_is_decided(office: Office, mail: Message) -> None:
    office.wants(enabled=False)

    office.reconsider_mail(Ticket(TENANT, mail.id), NOON)
    office.reconsider_mail(Ticket("ten_b", mail.id), NOON)

    assert office.notice(EVENT).status is NoticeStatus.PENDING


def test_what_does_not_answer_is_asked_again_later_and_for_a_day_at_most(office: Office, mail: Message) -> None:
    office.wants(delivery=Delivery.DAILY)
    office.end(mail)
    office.digests.down = True
    ticket = Ticket(TENANT, mail.id)

    office.reconsider_mail(ticket, NOON)

    assert office.tickets.waiting == [(replace(ticket, faults=1), 20)]
    with pytest.raises(Unavailable):
        office.reconsider_mail(replace(ticket, faults=100), NOON)
    office.digests.down = False
    office.reconsider_mail(replace(ticket, faults=1), NOON)
    assert list(office.digested().values()) == [[EVENT.id]]

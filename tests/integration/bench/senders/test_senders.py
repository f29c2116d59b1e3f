"""Each sender really sends what it is asked to, to a server of our own."""

from email import message_from_bytes
from email.policy import SMTP

import pytest

from bench.senders.job import Job, Kind
from bench.senders.starting import AIOSMTPLIB, OURS, PARTS_OF_OURS, SMTPLIB, Sender
from local.trouble import Trouble
from tests.faults.smtp_server import Answer, SmtpServer


@pytest.mark.parametrize("sender", [OURS, SMTPLIB, AIOSMTPLIB], ids=lambda sender: sender.name)
def test_a_sender_sends_each_mail_once_over_one_connection(sender: Sender) -> None:
    if why := sender.absence():
        pytest.skip(why)
    with SmtpServer() as server:
        done = sender.run(Job(server.port, Kind.NON_ASCII, 2, 3, 2, 0.0))

    assert [run.mails for run in done.runs] == [3, 3]
    assert all(run.seconds > 0 and run.cpu_seconds > 0 for run in done.runs)
    assert [mail.recipients for mail in server.mails] == [(f"customer{number}@example.test",) for number in range(8)]
    assert server.connections == 1
    last = message_from_bytes(server.mails[-1].content, policy=SMTP)
    assert last["Subject"] == "Ihre Bestellung A-0000007 für Größe und Maß ist unterwegs: ご注文ありがとうございます"


@pytest.mark.parametrize("part", PARTS_OF_OURS, ids=lambda part: part.name)
def test_a_part_of_our_work_can_be_done_by_itself(part: Sender) -> None:
    with SmtpServer() as server:
        done = part.run(Job(server.port, Kind.TWO_PARTS, 2, 3, 2, 0.0))

    assert [run.mails for run in done.runs] == [3, 3]
    assert all(run.cpu_seconds >= run.system_seconds >= 0 for run in done.runs)
    assert len(server.mails) == (8 if part.name == "sending alone" else 0)


def test_a_sender_goes_on_until_the_time_is_over() -> None:
    with SmtpServer() as server:
        done = SMTPLIB.run(Job(server.port, Kind.TWO_PARTS, 0, 1, 1, 0.2))

    assert len(done.runs) > 1
    assert sum(run.seconds for run in done.runs) >= 0.2


@pytest.mark.parametrize("sender", [OURS, SMTPLIB], ids=lambda sender: sender.name)
def test_a_mail_that_is_not_taken_is_no_figure(sender: Sender) -> None:
    with SmtpServer() as server:
        server.on("RCPT", Answer("550 5.1.1 no such user"), nth=2)

        with pytest.raises(Trouble, match="no such user"):
            sender.run(Job(server.port, Kind.TWO_PARTS, 0, 3, 1, 0.0))

"""What is told of messages: counted once for each outcome, and followed by one id through all that handles them."""

import json
import logging
import re
from datetime import timedelta

import pytest

from postroom.audit.model import Entries
from postroom.change import Absent, Append, Change, Set
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Unavailable
from postroom.log_lines import Lines
from postroom.messages.model import Attempt, Message, OnUncertain, Priority, Status
from postroom.messages.observed import SENTENCES, SETTLED_IN_PART
from postroom.messages.ports import Ticket
from postroom.messages.record import attempt_record
from postroom.metrics.model import FAILED
from tests.builders import a_draft
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.messages import MemoryMessages
from tests.fakes.metrics import counted
from tests.fakes.sending import OK, TENANT, FakeSender


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "postroom")
    return caplog


def lines_with(log: pytest.LogCaptureFixture, text: str) -> list[dict[str, object]]:
    """The lines that a search for this text finds, as they are written."""
    written = [Lines().format(record) for record in log.records]
    return [json.loads(line) for line in written if text in line]


def test_what_becomes_of_a_batch_is_counted_once_for_each_message(sender: FakeSender) -> None:
    said = {
        "r0@example.com": OK,
        "r1@example.com": verdict(ReplyClass.RECIPIENT),
        "r2@example.com": verdict(ReplyClass.POLICY),
        "r3@example.com": verdict(ReplyClass.BUSY),
        "r4@example.com": OK,
    }
    sender.servers.answer = lambda _server, recipient, _mail: said[recipient]
    with_account(sender, daily_limit=100)
    sender.accept(*drafts(5, priority=Priority.HIGH))

    sender.run()

    assert counted(sender.meter) == {
        "Accepted": 5,
        "Sent": 2,
        "TimeToSend/high": 2,
        "Failed/recipient": 1,
        "Failed/policy": 1,
        "Deferred/busy": 1,
        "QuotaLeft": pytest.approx(98, abs=5),
    }


class Forgetful(MemoryMessages):
    """Makes a change and loses the answer, as a broken connection does; boto3 then repeats the request by itself."""

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        super().change(tenant_id, message_id, change, entries)
        return super().change(tenant_id, message_id, change, entries)


@pytest.mark.parametrize(
    ("kind", "metric"),
    [(ReplyClass.ACCEPTED, "Sent"), (ReplyClass.POLICY, "Failed/policy"), (ReplyClass.BUSY, "Deferred/busy")],
)
def test_an_outcome_whose_write_was_not_answered_is_told_once(
    kind: ReplyClass, metric: str, log: pytest.LogCaptureFixture
) -> None:
    sender = with_account(FakeSender(messages=Forgetful()))
    sender.servers.answer = lambda *_: verdict(kind)
    [message] = sender.accept(a_draft())

    sender.run()

    assert counted(sender.meter)[metric] == 1
    assert len(lines_with(log, SENTENCES[sender.message(message).status] or "nothing")) == 1


def test_what_somebody_else_wrote_is_not_told_by_who_was_refused(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    sender.run()
    counted(sender.meter)
    seen = sender.message(message)
    late = Attempt(sender.clock() + timedelta(seconds=1), "acc_1", ReplyClass.ACCEPTED, Phase.FINAL_DOT, "250 OK")
    steps = (Set(("status",), Status.SENT), Append(("attempts",), attempt_record(late)))

    outcome = sender.observed.change(TENANT, message.id, Change(steps, (Absent(("status",)),)))

    assert outcome == Refused(seen)
    assert "Sent" not in counted(sender.meter)


def test_a_message_that_is_handed_out_twice_is_counted_once(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())

    sender.run()
    sender.run([Ticket(TENANT, message.id)])

    assert counted(sender.meter)["Sent"] == 1


def test_an_outcome_that_was_not_stored_is_not_counted(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    sender.messages.down = True

    with pytest.raises(Unavailable):
        sender.observed.change(TENANT, message.id, Change((Set(("status",), Status.CANCELLED),)))

    assert counted(sender.meter) == {"Accepted": 1}


def test_a_repeated_request_accepts_nothing_new(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    sender.observed.add(message)

    assert counted(sender.meter) == {"Accepted": 1}


def test_what_waits_for_quota_is_put_off_and_what_a_server_defers_is_deferred(sender: FakeSender) -> None:
    with_account(sender, daily_limit=1)
    sender.accept(*drafts(3))

    sender.run()

    found = counted(sender.meter)
    assert (found["Sent"], found["PutOff"]) == (1, 2)
    assert "Deferred/quota" not in found


def test_a_refused_log_in_is_counted_and_the_account_that_it_stops(sender: FakeSender) -> None:
    refused = Verdict(ReplyClass.AUTH, Phase.AUTH, "535 5.7.8 no")
    sender.servers.refuse_session = lambda _server: refused
    with_account(sender)
    sender.accept(a_draft())

    sender.run()

    found = counted(sender.meter)
    assert found["LoginsRefused"] >= 1
    assert found["AccountsStopped"] == 1


def test_what_expires_has_failed_for_it(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())
    sender.clock.advance(timedelta(days=4))

    sender.run()

    assert sender.message(message).status is Status.FAILED
    assert counted(sender.meter) == {"Accepted": 1, "Failed/expired": 1}


def test_a_try_with_an_unknown_end_is_uncertain(sender: FakeSender) -> None:
    sender.servers.answer = lambda _server, _recipient, _mail: verdict(ReplyClass.UNCERTAIN, phase=Phase.FINAL_DOT)
    with_account(sender)
    sender.accept(a_draft(on_uncertain=OnUncertain.HOLD))

    sender.run()

    assert counted(sender.meter)["Uncertain"] == 1


def test_no_outcome_falls_out_of_the_table_of_metrics(sender: FakeSender) -> None:
    assert FAILED.by is not None
    for reply_class in ReplyClass:
        world = with_account(FakeSender(max_retries=0))
        world.servers.answer = lambda _server, _recipient, _mail, kind=reply_class: verdict(kind)  # type: ignore[misc]
        world.accept(a_draft(on_uncertain=OnUncertain.HOLD))

        world.run()

        assert not [name for name in counted(world.meter) if name.endswith("/other")]


def test_what_is_settled_in_part_goes_by_the_classes_of_a_reply() -> None:
    assert set(ReplyClass) >= SETTLED_IN_PART


def test_the_time_to_send_of_what_was_scheduled_begins_at_its_time(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(a_draft(send_at=sender.clock() + timedelta(hours=5)))
    sender.clock.advance(timedelta(hours=5, seconds=2))

    sender.due()
    sender.run()

    assert counted(sender.meter)["TimeToSend/normal"] == 2000


def test_a_message_is_followed_by_its_id_from_acceptance_to_the_server(
    sender: FakeSender, log: pytest.LogCaptureFixture
) -> None:
    busy = iter([verdict(ReplyClass.BUSY, "450 4.2.1 user@example.com is busy")])
    sender.servers.answer = lambda _server, _recipient, _mail: next(busy, OK)
    with_account(sender)
    _, message = sender.accept(
        a_draft(recipients=("other@example.com",), send_at=sender.clock() + timedelta(days=2)), a_draft()
    )

    sender.run()
    sender.clock.advance(timedelta(minutes=20))
    sender.due()
    sender.run()

    found = lines_with(log, message.id)
    assert [line["message"] for line in found] == [
        "Messages were accepted",
        "Messages were put on their queue",
        "A message was put off",
        "Messages were put on their queue",
        "A message was sent",
    ]
    assert {line["tenant_id"] for line in found} == {TENANT}
    deferred, sent = found[2], found[4]
    assert (deferred["class"], deferred["reason"], deferred["account_id"]) == ("busy", "retry", "acc_1")
    assert (sent["class"], sent["account_id"]) == ("accepted", "acc_1")
    assert sent["age_ms"] == pytest.approx(20 * 60 * 1000, abs=5000)


def test_no_line_has_an_address_or_the_words_of_a_server(sender: FakeSender, log: pytest.LogCaptureFixture) -> None:
    words = "550 5.1.1 <somebody@example.com> is not here"
    kinds = iter([*ReplyClass, *ReplyClass])
    sender.servers.answer = lambda _server, _recipient, _mail: verdict(next(kinds, ReplyClass.ACCEPTED), words)
    with_account(sender, id="acc_1")
    with_account(sender, id="acc_2", email="two@example.org")
    sender.accept(*drafts(20))

    for _ in range(5):
        sender.run()
        sender.clock.advance(timedelta(hours=1))
        sender.due()

    written = [Lines().format(record) for record in log.records]
    assert len(written) > 30
    assert [line for line in written if re.search(r"\S@\S|is not here|<", line)] == []


def test_every_status_says_whether_it_is_told_and_how() -> None:
    assert SENTENCES.keys() == set(Status)
    told = [sentence for sentence in SENTENCES.values() if sentence]
    assert len(told) == len(set(told))


def test_a_line_is_told_for_an_outcome_and_not_for_a_claim(sender: FakeSender, log: pytest.LogCaptureFixture) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    log.clear()

    sender.run()

    assert [line["message"] for line in lines_with(log, message.id)] == ["A message was sent"]


def test_what_is_observed_is_stored_as_without(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    outcome = sender.observed.change(TENANT, message.id, Change((Set(("detail",), "changed"),)))

    assert isinstance(outcome, Applied)
    assert sender.observed.get(TENANT, message.id) == outcome.row == sender.message(message)

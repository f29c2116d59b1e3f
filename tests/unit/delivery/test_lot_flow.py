"""How far ahead of a session messages are claimed, and what is in doubt at any moment."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from postroom.accounts.reserve import Granted
from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.delivery.compose import Compose
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_flow import LotFlow
from postroom.delivery.lot_model import SECONDS_FOR_ONE, Lot, LotResult
from postroom.delivery.mime.assemble import Assembler
from postroom.delivery.model import Delivery, Finished, Mail, Phase, ReplyClass, Verdict
from postroom.delivery.scribe import Scribe
from postroom.delivery.smtp.pipeline import WINDOW
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox, Message, Status
from postroom.templates.model import Filling, Source, Wanted
from tests.builders import a_content, a_draft, an_account
from tests.fakes.mails import PlainSealer
from tests.fakes.sending import LEASE, OK, TENANT, FakeSender

ENOUGH = 60.0


class Flows:
    """Flows of one lot; ``hold`` keeps outcomes from being stored until ``let_go``."""

    def __init__(self) -> None:
        self.sender = FakeSender()
        self._stored = threading.Event()
        self._stored.set()
        self._change = self.sender.messages.change
        self.sender.messages.change = self._slowly  # type: ignore[method-assign]
        self.open: list[LotFlow] = []
        self.sender.templates.sources["welcome"] = Source("Welcome", None, "Hello")
        self.while_assembled: Callable[[], None] = lambda: None

    def flow(
        self, count: int, *, spacing: float = 0.0, seconds: float = ENOUGH, draft: Callable[[], Draft] = a_draft
    ) -> tuple[LotFlow, LotResult]:
        messages = self.sender.accept(*(draft() for _ in range(count)))
        now = self.sender.clock()
        granted = Granted(an_account(), "res", count, count, now, timedelta(seconds=spacing), now + timedelta(hours=1))
        compose = Compose(self._assemble, self.sender.templates.fill_in, PlainSealer().unseal, self.sender.clock)
        scribe = Scribe(self.sender.handover, compose, 3, LEASE, self.sender.clock, lambda: 0.5)
        contents = self.sender.handover.contents(messages)
        result = LotResult()
        lot = Lot(granted, messages, contents)
        flow = LotFlow(lot, scribe, Deadline.after(seconds), result, self.sender._sleep)
        self.open.append(flow)
        return flow, result

    def _assemble(self, content: Content, sender: Mailbox, message_id: str, now: datetime) -> Finished:
        self.while_assembled()
        return Assembler()(content, sender, message_id, now)

    def finish(self) -> None:
        while self.open:
            self.open.pop().finish()

    def hold(self) -> None:
        self._stored.clear()

    def let_go(self) -> None:
        self._stored.set()

    def in_doubt(self) -> int:
        return self.statuses()[Status.SENDING]

    def wait_until_in_doubt(self, count: int) -> None:
        give_up = time.monotonic() + 5
        while self.in_doubt() > count:
            assert time.monotonic() < give_up, f"{self.in_doubt()} are in doubt"
            time.sleep(0.001)

    def statuses(self) -> Counter[Status]:
        return Counter(message.status for message in self.sender.messages.all_of(TENANT))

    def _slowly(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        if any(getattr(step, "value", None) == Status.SENT for step in change.steps):
            self._stored.wait(5)
        return self._change(tenant_id, message_id, change, entries)


@pytest.fixture
def flows() -> Iterator[Flows]:
    flows = Flows()
    yield flows
    flows.let_go()
    flows.finish()


def a_welcome() -> Draft:
    content = a_content(subject="", text=None, filling=Filling({}))
    return a_draft(content=content, template=Wanted("welcome"))


def taken(flow: LotFlow, room: int) -> list[Mail]:
    """What a session with so much room gets at once."""
    mails: list[Mail] = []
    while room and (mail := flow.next(room=room, wait=not mails)) is not None:
        mails.append(mail)
        room -= 1
    return mails


def accepted(mail: Mail) -> Delivery:
    return Delivery(dict.fromkeys(mail.envelope.recipients, OK))


def refused(reply_class: ReplyClass) -> Callable[[Mail], Delivery]:
    verdict = Verdict(reply_class, Phase.MAIL, "no")
    return lambda mail: Delivery(dict.fromkeys(mail.envelope.recipients, verdict))


def test_what_a_session_has_no_room_for_is_not_claimed(flows: Flows) -> None:
    flow, _ = flows.flow(30)

    assert len(taken(flow, 7)) == 7
    assert flows.statuses() == {Status.SENDING: 7, Status.QUEUED: 23}


def test_at_most_a_window_is_claimed_and_not_recorded(flows: Flows) -> None:
    flow, _ = flows.flow(60)
    flows.hold()
    for mail in taken(flow, WINDOW):
        flow.done(mail, accepted(mail))

    assert flow.next(room=WINDOW, wait=False) is None
    assert flows.in_doubt() == WINDOW

    flows.let_go()
    assert len(taken(flow, WINDOW)) == WINDOW
    assert flows.statuses() == {Status.SENT: 20, Status.SENDING: 20, Status.QUEUED: 20}


def test_a_session_that_takes_one_at_a_time_leaves_one_in_doubt(flows: Flows) -> None:
    flow, _ = flows.flow(3)
    [mail] = taken(flow, 1)
    flows.hold()
    flow.done(mail, accepted(mail))
    threading.Timer(0.05, flows.let_go).start()

    assert flow.next(room=1, wait=True) is not None
    assert flows.statuses() == {Status.SENT: 1, Status.SENDING: 1, Status.QUEUED: 1}


def test_an_account_with_a_pace_gets_one_at_a_time_whatever_the_session_could_take(flows: Flows) -> None:
    flow, _ = flows.flow(3, spacing=0.5)

    assert len(taken(flow, WINDOW)) == 1
    assert flow.next(room=WINDOW, wait=False) is None
    assert flows.sender.slept == []


def test_the_pace_of_an_account_holds_behind_a_mail_that_took_long_to_make(flows: Flows) -> None:
    flow, _ = flows.flow(4, spacing=1)
    clock, seconds = flows.sender.clock, iter((3.0, 0.2, 0.2, 0.2))
    flows.while_assembled = lambda: clock.advance(timedelta(seconds=next(seconds)))
    began = clock()
    handed_out: list[float] = []

    while (mail := flow.next(room=1, wait=True)) is not None:
        handed_out.append((clock() - began).total_seconds())
        flow.done(mail, accepted(mail))

    assert handed_out == pytest.approx([3, 4, 5, 6])


def test_a_slot_that_comes_too_late_is_not_waited_for(flows: Flows) -> None:
    flow, result = flows.flow(3, spacing=20, seconds=SECONDS_FOR_ONE + 10)
    [mail] = taken(flow, 1)
    flow.done(mail, accepted(mail))

    assert flow.next(room=1, wait=True) is None
    assert flows.sender.slept == []
    assert len(result.unhandled) == 2
    flows.finish()
    assert flows.statuses() == {Status.SENT: 1, Status.QUEUED: 2}


def test_the_session_is_not_left_without_work_while_half_of_it_is_on_its_way(flows: Flows) -> None:
    flow, _ = flows.flow(40)
    mails = taken(flow, WINDOW)
    for mail in mails[: WINDOW // 2]:
        flow.done(mail, accepted(mail))
    flows.wait_until_in_doubt(WINDOW // 2)

    assert len(taken(flow, WINDOW // 2)) == WINDOW // 2


@pytest.mark.parametrize("reply_class", [ReplyClass.QUOTA, ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN])
def test_nothing_more_is_handed_out_until_somebody_asked_what_stands_against_the_account(
    flows: Flows, reply_class: ReplyClass
) -> None:
    flow, _ = flows.flow(4)
    first, second = taken(flow, 2)
    flow.done(first, refused(reply_class)(first))
    assert flow.next(room=2, wait=False) is None
    flow.done(second, refused(reply_class)(second))

    assert list(flow.next_session()) == [reply_class]
    assert flow.next_session() == {}
    assert flow.next(room=2, wait=True) is not None


def test_what_was_claimed_and_never_said_goes_elsewhere_and_uses_nothing(flows: Flows) -> None:
    flow, result = flows.flow(3)
    flow.next(room=3, wait=True)
    flow.abandon()
    flows.finish()

    assert result.counted == 1
    assert len(result.elsewhere) == 2
    assert len(result.unhandled) == 1
    assert flows.statuses() == {Status.SENDING: 1, Status.DEFERRED: 2}


def test_without_time_left_nothing_is_claimed(flows: Flows) -> None:
    flow, result = flows.flow(3, seconds=1)

    assert flow.next(room=3, wait=True) is None
    assert len(result.unhandled) == 3
    assert flows.statuses() == {Status.QUEUED: 3}


def test_nothing_is_in_doubt_while_its_neighbours_are_still_made(flows: Flows) -> None:
    flow, _ = flows.flow(WINDOW)
    seen = Counter[int]()
    flows.while_assembled = lambda: seen.update([flows.in_doubt()])

    mails = taken(flow, WINDOW)

    assert seen == {0: WINDOW}
    assert len(mails) == flows.in_doubt() == WINDOW


def test_what_is_made_when_no_time_is_left_goes_back_untouched(flows: Flows) -> None:
    flow, result = flows.flow(WINDOW + 5, seconds=SECONDS_FOR_ONE + 0.2)
    made: list[None] = []

    def slowly() -> None:
        made.append(None)
        time.sleep(0.3)

    flows.while_assembled = slowly
    assert flow.next(room=WINDOW, wait=True) is None
    assert not flow.has_more
    assert 0 < len(made) < WINDOW
    assert (len(result.unhandled), result.counted) == (WINDOW + 5, 0)
    assert flows.statuses() == {Status.QUEUED: WINDOW + 5}


def test_templates_are_filled_in_one_after_the_other_while_there_is_time(flows: Flows) -> None:
    flow, result = flows.flow(WINDOW, seconds=SECONDS_FOR_ONE + 0.2, draft=a_welcome)
    made: list[None] = []

    def slowly() -> None:
        made.append(None)
        time.sleep(0.3)

    flows.while_assembled = slowly
    assert flow.next(room=WINDOW, wait=True) is None
    assert len(made) == 1
    assert (len(result.unhandled), result.counted) == (WINDOW, 0)
    assert flows.statuses() == {Status.QUEUED: WINDOW}


def test_two_templates_are_filled_in_between_answers_that_are_due(flows: Flows) -> None:
    flow, _ = flows.flow(2 * WINDOW, draft=a_welcome)
    made: list[None] = []
    flows.while_assembled = lambda: made.append(None)
    mails = taken(flow, WINDOW)
    for mail in mails[:15]:
        flow.done(mail, accepted(mail))
    flows.wait_until_in_doubt(5)

    assert [flow.next(room=15 - count, wait=False) is not None for count in range(3)] == [True, True, False]
    assert (len(made), flows.in_doubt()) == (WINDOW + 2, 7)

    flow.done(mails[15], accepted(mails[15]))
    assert flow.next(room=14, wait=False) is not None


def test_with_nothing_on_its_way_a_window_of_templates_is_filled_in(flows: Flows) -> None:
    flow, _ = flows.flow(WINDOW, draft=a_welcome)

    assert len(taken(flow, WINDOW)) == WINDOW


def test_what_is_made_when_its_day_is_over_waits_untouched_for_the_next_one(flows: Flows) -> None:
    flow, result = flows.flow(WINDOW + 5)
    flows.while_assembled = lambda: flows.sender.clock.advance(timedelta(hours=1))

    assert flow.next(room=WINDOW, wait=True) is None
    assert (len(result.again), result.counted) == (WINDOW + 5, 0)
    assert flows.statuses() == {Status.QUEUED: WINDOW + 5}


def test_what_a_session_gave_back_is_the_first_for_the_next_one(flows: Flows) -> None:
    flow, result = flows.flow(4)
    first, second, third = taken(flow, 3)
    flow.done(first, accepted(first))
    flow.back(second)
    flow.back(third)
    flow.next_session()

    assert taken(flow, 3)[:2] == [second, third]
    assert result.elsewhere == []


def test_what_was_given_back_and_finds_no_session_any_more_goes_elsewhere(flows: Flows) -> None:
    flow, result = flows.flow(1)
    [mail] = taken(flow, 1)
    flow.back(mail)
    flows.finish()

    assert len(result.elsewhere) == 1
    assert result.counted == 0


def test_what_was_claimed_in_time_is_not_handed_out_once_its_day_is_over(flows: Flows) -> None:
    flow, result = flows.flow(20)
    mail = flow.next(room=20, wait=True)
    assert mail is not None
    flow.back(mail)
    flow.next_session()
    flows.sender.clock.advance(timedelta(hours=1))

    handed_out = flow.next(room=20, wait=True)
    flow.finish()

    assert handed_out is None
    assert not flow.has_more
    assert flows.statuses() == {Status.DEFERRED: 20}
    assert result.counted == 0


def test_large_messages_are_claimed_one_at_a_time(flows: Flows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fakes.messages.LARGE", 0)
    flow, _ = flows.flow(5)

    assert flow.next(room=WINDOW, wait=True) is not None
    assert flows.in_doubt() == 1


def test_an_answer_for_another_mail_is_not_believed(flows: Flows) -> None:
    flow, _ = flows.flow(2)
    first, second = taken(flow, 2)

    with pytest.raises(RuntimeError):
        flow.done(second, accepted(second))
    assert first is not second
    assert flows.statuses() == {Status.SENDING: 2}
